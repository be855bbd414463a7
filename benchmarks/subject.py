"""How well is the subject found? Ours beside MediaPipe selfie, DeepLabV3 and GrabCut, on the same pictures, in one run.

    python benchmarks/subject.py                          everything, as a table
    python benchmarks/subject.py --every 4                every fourth picture
    python benchmarks/subject.py --sets people davis --methods "ours 320" --json result.json
    python benchmarks/subject.py --files first.onnx second.onnx   other weights, seen likewise without asking
    python benchmarks/subject.py --sheets FOLDER          also draws every picture with its masks, to look at

Needs the measuring data (folder `shared` beside the checkout, or MATTEWORK_SHARED). IoU is the mean at probability 0.5,
F is each picture's best over all thresholds (beta squared 0.3), boundary F counts outlines within 0.8 % of the diagonal,
ms is the median of a whole call on two threads: scaling, network, and scaling back. For `empty` and `textures`,
`area` is the number to read: the share of the frame that is called subject where there is none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.subject_methods import Image, Mask, open_methods, open_pair
from benchmarks.subject_scores import Tally
from benchmarks.subject_sets import MADE_SETS, REAL_SETS, Case, open_sets

from mattework_training.sheets import write_sheet

ROOT = Path(__file__).resolve().parent.parent
_TILE = 200
SETS = (*REAL_SETS, *MADE_SETS)


def _draw_tile(picture: Image) -> Image:
    """Fitted into a grey square tile."""
    height, width = picture.shape[:2]
    scale = _TILE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    tile = np.full((_TILE, _TILE, 3), 90, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return tile


def _draw_row(case: Case, found: list[Mask]) -> Image:
    """The photograph, the truth, and for each method the cut-out on magenta."""
    truth = np.dstack([np.where(case.known, case.alpha, 0.5)] * 3) * 255
    tiles = [_draw_tile(case.image), _draw_tile(truth.astype(np.uint8))]
    for mask in found:
        mixed = case.image * mask[..., None] + (1 - mask[..., None]) * np.array([200, 40, 200])
        tiles.append(_draw_tile(mixed.astype(np.uint8)))
    return np.hstack(tiles)


def measure(options: argparse.Namespace) -> dict[str, dict[str, dict[str, float]]]:
    """Scores by method and set."""
    cv2.setNumThreads(2)
    shared = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data"
    if not shared.is_dir():
        raise SystemExit(f"The measuring data is not at {shared}; set MATTEWORK_SHARED to its folder.")
    methods = open_methods(shared / "models")
    if options.methods:
        if unknown := set(options.methods) - set(methods):
            raise SystemExit(
                f"There is no method {', '.join(sorted(unknown))}. Those that are there: {', '.join(methods)}."
            )
        methods = {name: methods[name] for name in options.methods}
    if options.files:
        methods[" + ".join(path.name for path in options.files)] = open_pair(*options.files)
    sets = open_sets(shared, options.every)
    tallies = {name: {one: Tally() for one in options.sets} for name in methods}
    for set_name in options.sets:
        rows = []
        for case in sets[set_name]():
            found = []
            for name, method in methods.items():
                start = time.perf_counter()
                mask = method(case.image)
                elapsed = (time.perf_counter() - start) * 1000
                tallies[name][set_name].add(mask, case.alpha, case.known, elapsed)
                found.append(mask)
            if options.sheets:
                rows.append(_draw_row(case, found))
        print(f"{set_name}: {len(next(iter(tallies.values()))[set_name].ious)} pictures", file=sys.stderr)
        for page in range(0, len(rows), 12):
            write_sheet(
                options.sheets / f"{set_name}-{page // 12:02d}.png", np.vstack(rows[page : page + 12])
            )
    return {
        name: {one: tally.summarise() for one, tally in by_set.items()} for name, by_set in tallies.items()
    }


def write_table(result: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown: one table a set."""
    lines = []
    for set_name, first in next(iter(result.values())).items():
        lines += [f"\n{set_name} ({first['pictures']} pictures)\n"]
        lines += ["| method | IoU | MAE | F | boundary F | IoU < .5 | area | ms |", "|---|" + "--:|" * 7]
        for name, by_set in result.items():
            s: dict[str, Any] = by_set[set_name]
            outline = f"{s['boundary_f']:.3f}" if s["boundary_f"] >= 0 else "–"
            lines.append(
                f"| {name} | {s['iou']:.3f} | {s['mae']:.4f} | {s['best_f']:.3f} | {outline} "
                f"| {s['bad']:.1%} | {s['area']:.3f} | {s['ms']:.0f} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS, metavar="SET")
    parser.add_argument("--methods", nargs="+", metavar="METHOD", help="only these")
    parser.add_argument(
        "--files",
        nargs="+",
        type=Path,
        metavar="ONNX",
        help="also one or two other files of the subject model",
    )
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture of each set")
    parser.add_argument("--json", type=Path, help="also write all scores here")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets")
    options = parser.parse_args()
    if len(options.files or ()) > 2:
        parser.error("--files takes one file or two: the first network's and the second's")
    for path in options.files or ():
        if not path.is_file():
            parser.error(f"--files: there is no {path}")
    result = measure(options)
    print(write_table(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
