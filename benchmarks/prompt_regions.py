"""Taking a thing away with a box: what the network finds in it, beside taking away all that the box holds.

    python benchmarks/prompt_regions.py

Two things of a drawn crowd (held-out cut-outs of the measuring data, see `training/mattework_training/prompt_samples.py`)
are selected; a box, 5 % larger than the second, takes it away. Counted are crowds where that box cuts into the first
thing. Figures are mean and median IoU with the first thing alone.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.subject_sets import open_crowds

from mattework.finding import open_model
from mattework.prompt import Prompt
from mattework.segment.opening import open_selector

Bools = npt.NDArray[np.bool_]
ROOT = Path(__file__).resolve().parent.parent
_SIDE = 320
_LEAST = 800  # pixels of each thing


def measure_overlap(found: Bools, wanted: Bools) -> float:
    return float((found & wanted).sum() / max(1, (found | wanted).sum()))


def frame_thing(thing: Bools) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(thing)
    left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    dx, dy = 0.05 * (right - left), 0.05 * (bottom - top)
    return (
        max(0, round(left - dx)),
        max(0, round(top - dy)),
        min(_SIDE, round(right + dx)),
        min(_SIDE, round(bottom + dy)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=40, help="crowds to measure")
    options = parser.parse_args()
    shared = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data"
    session = open_model(device="cpu", task="prompt")
    maker = open_crowds(shared, 77)
    figures: list[tuple[float, float, float]] = []
    for index in range(100 * options.count):
        if len(figures) == options.count:
            break
        sample = maker.make(index, (_SIDE, _SIDE))
        first, second = sample.alphas[0] > 127, sample.alphas[1] > 127
        overlap = int((first & second).sum())
        if sample.kinds != ("thing", "thing") or min(first.sum(), second.sum()) < _LEAST or overlap:
            continue
        left, top, right, bottom = frame_thing(second)
        inside = np.zeros_like(first)
        inside[top:bottom, left:right] = True
        if (inside & first).sum() < 0.03 * first.sum():
            continue
        both = (first | second).astype(np.float32)
        box = Prompt(kind="box", points=((left, top), (right, bottom)), adds=False)
        answer = open_selector(sample.image, session=session).select([box], previous=both).soft_mask
        found = cv2.resize(answer, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR) > 0.5
        drawn = (both > 0.5) & ~inside
        figures.append(
            (
                measure_overlap(both > 0.5, first),
                measure_overlap(drawn, first),
                measure_overlap(np.asarray(found), first),
            )
        )
    means, medians = np.mean(figures, axis=0), np.median(figures, axis=0)
    print(f"{len(figures)} crowds\n\n| taken away | mean IoU | median IoU |\n|---|--:|--:|")
    for name, mean, median in zip(
        ("nothing", "the whole box", "what is found in it"), means, medians, strict=True
    ):
        print(f"| {name} | {mean:.3f} | {median:.3f} |")


if __name__ == "__main__":
    main()
