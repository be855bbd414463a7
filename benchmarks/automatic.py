"""The whole automatic way: what the soft mask alone would give, and what the solved alpha gives, against hand-made masks.

    PYTHONPATH=core python benchmarks/automatic.py --sets people horses davis alphamatting --limit 12 --sheet sheet.jpg

Reads the measuring sets under ../shared (or MATTEWORK_SHARED). IoU at one half, mean absolute error x 1000, share of the
unknown band. The sheet shows photo, soft mask, trimap, alpha, and the cut-out on magenta. With `--doubt` the trimap's rule
for doubtful zones is varied, which is how its value was chosen.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import mattework
from mattework.arrays import Bytes, Floats
from mattework.recipe import SolverName, TrimapRules

ROOT = Path(__file__).resolve().parent.parent
ROW_HEIGHT = 160
SETS = ("people", "horses", "davis", "alphamatting")


def measure(alpha: Floats, truth: Floats) -> tuple[float, float]:
    """IoU at one half, and mean absolute error x 1000."""
    ours, theirs = alpha > 0.5, truth > 0.5
    both, either = int((ours & theirs).sum()), int((ours | theirs).sum())
    return both / max(1, either), float(np.abs(alpha - truth).mean() * 1000)


def enlarge_mask(cutout: mattework.Cutout) -> Floats:
    soft = mattework.read_mask(cutout.inputs.soft_mask or b"", None)
    height, width = cutout.alpha.shape
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.float32).clip(0, 1)


def draw_row(photo: Path, cutout: mattework.Cutout, soft: Floats) -> Bytes:
    clean = list(cutout.document.walk_layers())[-1].pixels.astype(np.float32)
    if clean.shape[2] == 1:
        clean = clean.repeat(3, axis=2)
    weight = cutout.alpha[..., None]
    on_magenta = clean * weight + np.array([255.0, 0.0, 255.0], np.float32) * (1 - weight)
    grays = [np.rint(one).astype(np.uint8) for one in (soft * 255, cutout.trimap, cutout.alpha * 255)]
    tiles = [np.asarray(Image.open(photo).convert("RGB"))]
    tiles += [one[..., None].repeat(3, axis=2) for one in grays]
    row = Image.fromarray(np.concatenate([*tiles, np.rint(on_magenta).astype(np.uint8)], axis=1))
    return np.asarray(row.resize((round(row.width * ROW_HEIGHT / row.height), ROW_HEIGHT)))


def run_set(folder: Path, limit: int, rules: TrimapRules, solver: SolverName, rows: list[Bytes]) -> None:
    """Measure one set and print its line; a row a picture goes into `rows`."""
    photos = sorted((folder / "images").iterdir())
    photos = photos[:: max(1, len(photos) // limit)][:limit] if limit else photos
    figures = []
    for photo in photos:
        truth_path = next((folder / "alphas").glob(f"{photo.stem}.*"))
        truth = np.asarray(Image.open(truth_path).convert("L")).astype(np.float32) / np.float32(255)
        cutout = mattework.cut_out(photo, rules=rules, solver=solver)
        soft = enlarge_mask(cutout)
        figures.append((*measure(soft, truth), *measure(cutout.alpha, truth), cutout.report.band * 100))
        rows.append(draw_row(photo, cutout, soft))
    mean = np.mean(figures, axis=0)
    before, after = (f"{iou:.3f} {error:7.1f}" for iou, error in (mean[:2], mean[2:4]))
    print(f"{folder.name:<14} {len(figures):>4}   {before}   {after}   {mean[4]:5.1f} %", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS, metavar="SET")
    parser.add_argument("--limit", type=int, default=0, help="pictures a set, 0 for all")
    parser.add_argument("--doubt", type=float, help="as in TrimapRules; 0 for never")
    parser.add_argument("--edge", choices=["auto", "closed-form", "guided", "hard"], default="auto")
    parser.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    bench = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data" / "bench"
    if not bench.is_dir():
        raise SystemExit(f"The measuring sets are not at {bench}; set MATTEWORK_SHARED to their folder.")
    rules = TrimapRules() if arguments.doubt is None else TrimapRules(doubt=arguments.doubt)
    rows: list[Bytes] = []
    print("set         pictures   soft mask IoU MAE   alpha IoU MAE    band")
    for name in arguments.sets:
        run_set(bench / name, arguments.limit, rules, arguments.edge, rows)
    if arguments.sheet:
        width = max(row.shape[1] for row in rows)
        padded = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]
        Image.fromarray(np.concatenate(padded, axis=0)).save(arguments.sheet, quality=85)


if __name__ == "__main__":
    main()
