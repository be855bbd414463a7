"""Draw `docs/images/training-samples.jpg`: pictures that the sample maker makes, each with its true alpha below.

Only sets whose pictures may be shown again are used: CC0 photographs of clothes, MIT-licensed 3D drawings, and grounds
that the program draws itself.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.library import Library, find_data, load_library
from mattework_training.samples import Sample, SampleMaker
from mattework_training.sheets import write_sheet

_REPOSITORY = Path(__file__).resolve().parent.parent
_SIDE = 160
_COLUMNS = 8


def choose_showable(library: Library) -> Library:
    """Only what may be shown: no people, no pets, no photographed scenes."""
    drawings = library.cutouts.get("fluent3d")
    if not drawings or not library.clothes:
        raise SystemExit(
            "The sheet shows cutouts-fluent3d.tar and clothing-cc0.tar, and they are not both in the data."
        )
    return Library(clothes=library.clothes, cutouts={"fluent3d": drawings})


def draw_sheet(samples: list[Sample]) -> np.ndarray:
    rows = []
    for first in range(0, len(samples), _COLUMNS):
        part = samples[first : first + _COLUMNS]
        rows.append(np.hstack([sample.image for sample in part]))
        rows.append(np.hstack([cv2.cvtColor(sample.alpha, cv2.COLOR_GRAY2RGB) for sample in part]))
    return np.vstack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument("--out", type=Path, default=_REPOSITORY / "docs" / "images" / "training-samples.jpg")
    options = parser.parse_args()
    maker = SampleMaker(choose_showable(load_library(find_data(options.data), "train")), seed=4)
    plan = [
        ("composite", range(11)),
        ("close-up", range(3)),
        ("bystanders", range(2)),
        ("obstructed", range(3)),
        ("clothes", range(2)),
        ("empty", range(3)),
    ]
    samples = [maker.make_kind(kind, index, (_SIDE, _SIDE)) for kind, numbers in plan for index in numbers]
    sheet = draw_sheet([sample for sample in samples if sample is not None])
    write_sheet(options.out, sheet)


if __name__ == "__main__":
    main()
