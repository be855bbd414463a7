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

from mattework_training.library import find_data
from mattework_training.prompt_network import PromptNet
from mattework_training.prompt_trainer import PromptSource, PromptTrainer, check_prompts, make_prompt_checks
from mattework_training.running import choose_device, join_partners, launch, make_parser, run_training


def train(rank: int, options: argparse.Namespace) -> None:
    """Run process ``rank`` of ``options.processes``; the first one writes the files."""
    folder = join_partners(rank, options)
    trainer = PromptTrainer(choose_device(), options.processes, options.seed * 1000 + rank)

    def start() -> None:
        if options.weights is not None:
            trainer.begin(torch.load(options.weights, weights_only=True))
        else:
            trainer.start_from(options.subject)

    def prepare_check() -> Callable[[PromptNet], dict[str, float]]:
        samples = make_prompt_checks(find_data(options.data), 1, options.check_samples, 320)
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
    parser.set_defaults(check_samples=48)
    launch(train, parser.parse_args())


if __name__ == "__main__":
    main()
