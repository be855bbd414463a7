"""Train the embedded prompt segmenter: ``python training/train_prompts.py --minutes 60``.

It starts from a trained subject network (``train_subject.py``), whose encoder it shares. Everything else is as there:
the time is the schedule, a run goes on by itself, a file named STOP ends it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.batches import make_check_batches
from mattework_training.library import find_data
from mattework_training.onnx_files import scale_picture
from mattework_training.prompt_network import PromptNet
from mattework_training.prompt_trainer import PromptSource, PromptTrainer, check_prompts, make_prompt_checks
from mattework_training.published import read_published
from mattework_training.running import choose_device, join_partners, launch, make_parser, run_training
from mattework_training.transplant import replace_prompt_encoder


def train(rank: int, options: argparse.Namespace) -> None:
    """Run process ``rank`` of ``options.processes``; the first one writes the files."""
    folder = join_partners(rank, options)
    data = find_data(options.data)
    trainer = PromptTrainer(choose_device(), options.processes, options.seed * 1000 + rank)

    def start() -> None:
        if options.weights is None:
            trainer.start_from(options.subject)
            return
        network = PromptNet()
        network.load_state_dict(torch.load(options.weights, weights_only=True, map_location="cpu"))
        if options.encoder is not None:
            batches = make_check_batches(data, 9, 160, 320, "train", limit=100)
            pictures = [torch.from_numpy(scale_picture(s.image)) for batch in batches for s in batch]
            subject = read_published(options.encoder, pictures)
            network, explained = replace_prompt_encoder(network, subject, pictures)
            shares = " ".join(f"{share:.3f}" for share in explained)
            folder.log(f"laterals fitted to the new encoder explain {shares} of what they answered")
        trainer.begin(network.state_dict())

    def prepare_check() -> Callable[[PromptNet], dict[str, float]]:
        samples = make_prompt_checks(data, 1, options.check_samples, 320)
        return lambda network: check_prompts(network, samples)

    run_training(
        rank,
        options,
        folder,
        trainer,
        PromptSource(),
        start,
        prepare_check,
    )


def main() -> None:
    parser = make_parser(__doc__.split("\n")[0], "prompts")
    parser.add_argument(
        "--subject",
        type=Path,
        default=platformdirs.user_cache_path("mattework") / "training" / "subject" / "averaged.pt",
        help="weights of the subject network to start from",
    )
    parser.add_argument("--weights", type=Path, help="weights of a prompt network to go on from instead")
    parser.add_argument(
        "--encoder",
        type=Path,
        help="published mattework-subject.onnx: begin with its encoder under the decoder of --weights",
    )
    parser.set_defaults(check_samples=48)
    options = parser.parse_args()
    if options.encoder is not None and options.weights is None:
        parser.error("--encoder needs a prompt network's weights as --weights")
    launch(train, options)


if __name__ == "__main__":
    main()
