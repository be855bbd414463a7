"""Train the embedded subject segmenter: ``python training/train_subject.py --minutes 90``.

The time is the schedule: learning rate, frame sizes and stages follow the share of the minutes that
has passed, so any budget ends with a finished network. A run that was interrupted goes on by itself
when started again with the same folder. A file named STOP in that folder ends it within two minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.batches import LATE_SIDES, SINGLE_SIZE_UNTIL, SubjectSource, make_check_batches
from mattework_training.checking import check_network
from mattework_training.library import find_data
from mattework_training.network import SubjectNet
from mattework_training.onnx_files import scale_picture
from mattework_training.published import read_published
from mattework_training.running import choose_device, join_partners, launch, make_parser, run_training
from mattework_training.samples import Sample
from mattework_training.trainer import SubjectTrainer
from mattework_training.transplant import replace_encoder

_BACKBONE = Path("mobilenet_v2_imagenet_coral") / "tf2_mobilenet_v2_1.0_224_ptq_dequant.npz"


def train(rank: int, options: argparse.Namespace) -> None:
    """Run process ``rank`` of ``options.processes``; the first one writes the files."""
    folder = join_partners(rank, options)
    data = find_data(options.data)
    trainer = SubjectTrainer(choose_device(), options.processes)
    backbone = options.backbone or data[0].parent / "models" / _BACKBONE

    def prepare_check() -> Callable[[SubjectNet], dict[str, float]]:
        samples = make_check_batches(data, 1, options.check_samples, 320)
        return lambda network: check_subject(network, samples)

    def start() -> None:
        if options.weights is None:
            if not backbone.is_file():
                raise SystemExit(
                    f"There are no weights of MobileNetV2 to begin with at {backbone}. Name them with --backbone "
                    "(training/README.md says how they are made), or go on from a model with --weights."
                )
            trainer.start_from(backbone)
        elif options.weights.suffix == ".onnx":
            batches = make_check_batches(data, 9, 160, 320, "train", limit=100)
            pictures = [torch.from_numpy(scale_picture(s.image)) for batch in batches for s in batch]
            network = read_published(options.weights, pictures)
            if options.encoder is not None:
                network, explained = replace_encoder(network, options.encoder, pictures)
                shares = " ".join(f"{share:.3f}" for share in explained)
                folder.log(f"laterals fitted to the new encoder explain {shares} of what they answered")
            trainer.begin(network.state_dict())
        else:
            trainer.begin(torch.load(options.weights, weights_only=True, map_location="cpu"))

    # One size teaches the coarse things faster; weights that are gone on from know them.
    source = SubjectSource(SINGLE_SIZE_UNTIL if options.weights is None else 0.0, options.sides)
    run_training(rank, options, folder, trainer, source, start, prepare_check)


def check_subject(network: SubjectNet, samples: list[list[Sample]]) -> dict[str, float]:
    result = check_network(network, samples)
    by_kind = {f"iou {kind}": value for kind, value in result.iou_by_kind.items()}
    return {"iou": result.iou, "mae": result.mae, "empty_area": result.empty_area, **by_kind}


def main() -> None:
    parser = make_parser(__doc__.split("\n")[0], "subject")
    parser.add_argument("--backbone", type=Path, help="npz of ImageNet MobileNetV2 weights")
    parser.add_argument(
        "--weights",
        type=Path,
        help="go on from a run's averaged.pt, or from a published mattework-subject.onnx, instead",
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        help="DeepLabV3 MobileNetV2 as ONNX: begin with its encoder under the published decoder of --weights",
    )
    parser.add_argument(
        "--sides",
        type=int,
        nargs="+",
        default=LATE_SIDES,
        help="sides of the squares as large as the later frames; give those that the network will be shown",
    )
    options = parser.parse_args()
    if options.encoder is not None and (options.weights is None or options.weights.suffix != ".onnx"):
        parser.error("--encoder needs a published mattework-subject.onnx as --weights")
    launch(train, options)


if __name__ == "__main__":
    main()
