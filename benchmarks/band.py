"""How wide should the unknown band be around what the segmenter finds? Uniform bands beside the chosen one; and the fit.

    PYTHONPATH=core python benchmarks/band.py --every 2
    PYTHONPATH=core python benchmarks/band.py --every 3 --fit

The mean absolute error of the solved alpha x 1000 of each set, with bands of one half width everywhere (in pixels of
the soft mask), with `measure_reach`, and with `find_strands` besides. People, horses and DAVIS have hard masks drawn by
hand, alphamatting measured alphas; `strands` and `composites` are held-out cut-outs with true alpha (with hair that is
drawn for all of them, and without) on drawn and photographed grounds. Pictures of which the segmenter finds less than
an IoU of 0.8 are left out: the band is not what is wrong. `--fit` cuts the pictures into squares of 32 pixels, takes
for each the error by half width, and looks for the powers of softness, rim and contrast that have the least sum of the
sets' errors, each as a share of its error at 2.5 pixels everywhere; then for those of all sets but one, and what that
one gains by them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.subject_sets import Case, read_real

from mattework.arrays import Floats
from mattework.finding import open_model
from mattework.geometry import Size
from mattework.matting import reach as band
from mattework.matting.solve import solve_alpha
from mattework.matting.trimap import make_trimap
from mattework.segment.subject import find_subject
from mattework_training.library import Image, Library, load_library
from mattework_training.samples import SampleMaker
from mattework_training.strands import grow_strands
from mattework_training.subjects import Subjects

ROOT = Path(__file__).resolve().parent.parent
WIDTHS = (0.8, 1.2, 1.8, 2.5, 4.0, 6.0, 9.0, 14.0)
USUAL = WIDTHS.index(2.5)
SQUARE = 32
LEAST_FOUND = 0.8
MADE = ("strands", "composites")
# What composites are made of: as it was when these were first measured, whatever is trained on since.
SHARES = {
    "tuxpaint": 0.19,
    "fluent3d": 0.06,
    "plants": 0.05,
    "magento": 0.08,
    "saleor": 0.06,
    "grocery": 0.08,
    "people": 0.14,
    "pets": 0.14,
    "clothes": 0.08,
}


class Hairy(Subjects):
    """All of its cut-outs have drawn strands."""

    def draw_cutout(self, rng: np.random.Generator, *, is_small: bool = False) -> Image:
        return grow_strands(super().draw_cutout(rng, is_small=is_small), rng)


def make_composites(library: Library, name: str, count: int) -> Iterator[Case]:
    kind_of_subjects = Hairy if name == "strands" else Subjects
    maker = SampleMaker(library, 77, kind_of_subjects(library, SHARES, dressed=0.0))
    for index in range(count):
        kind = ("composite", "close-up", "bystanders")[index % 3]
        sample = maker.make_kind(kind, index, (480, 640))
        if sample is not None:
            alpha = sample.alpha.astype(np.float32) / np.float32(255)
            yield Case(f"{kind} {index}", sample.image, alpha, np.ones(alpha.shape, bool))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture, what the segmenter found, and the truth."""

    image: Image
    soft_mask: Floats
    truth: Floats

    @property
    def size(self) -> Size:
        return Size(self.truth.shape[1], self.truth.shape[0])

    def solve(self, width: float | None, *, strands: bool = False) -> tuple[Floats, float]:
        """Alpha and the band's share of the picture, with one half width or with the chosen ones; with what is followed of
        strands or, as everywhere but in the last columns, without."""
        with ExitStack() as patches:
            if width is not None:
                reach = np.full((4, 4), width, np.float32)
                patches.enter_context(patch("mattework.matting.trimap.measure_reach", lambda *_: reach))
            if not strands:
                none = patch(
                    "mattework.matting.trimap.find_strands", lambda there, *_, **__: np.zeros_like(there)
                )
                patches.enter_context(none)
            trimap = make_trimap(self.soft_mask, self.size, rgb=self.image)
        alpha = solve_alpha(self.image, trimap, soft_mask=self.soft_mask).alpha
        return alpha, float((trimap == 128).mean())


def find_in(cases: Iterator[Case]) -> list[Seen]:
    session = open_model()
    found = []
    for case in cases:
        soft = find_subject(case.image, session).soft_mask
        ours = cv2.resize(soft, case.alpha.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
        theirs = case.alpha > 0.5
        if (ours & theirs).sum() >= LEAST_FOUND * max(1, (ours | theirs).sum()):
            found.append(Seen(case.image, soft, case.alpha))
    return found


def open_all(data: Path, every: int) -> dict[str, list[Seen]]:
    sets = {
        name: find_in(read_real(data / "bench", name, 1 if name == "alphamatting" else every))
        for name in ("people", "horses", "davis", "alphamatting")
    }
    library = load_library(data / "train", "check")
    return sets | {name: find_in(make_composites(library, name, 72 // every)) for name in MADE}


def measure_error(alpha: Floats, truth: Floats) -> float:
    return float(np.abs(alpha - truth).mean() * 1000)


def print_errors(sets: dict[str, list[Seen]]) -> None:
    print("set".ljust(14), "pictures", *(f"{width:>7}" for width in WIDTHS), " chosen  band  with strands")
    for name, pictures in sets.items():
        errors = [
            np.mean([measure_error(one.solve(width)[0], one.truth) for one in pictures]) for width in WIDTHS
        ]
        chosen = []
        for strands in (False, True):
            solved = [(one.solve(None, strands=strands), one.truth) for one in pictures]
            error = np.mean([measure_error(alpha, truth) for (alpha, _), truth in solved])
            chosen.append(f"{error:7.2f} {np.mean([band for (_, band), _ in solved]):5.1%}")
        print(
            name.ljust(14),
            f"{len(pictures):>8}",
            *(f"{error:7.2f}" for error in errors),
            *chosen,
            flush=True,
        )


# The fit -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """Of every square on an outline: its set, the logarithms of its three signs, and its error by half width."""

    names: np.ndarray
    signs: np.ndarray
    errors: np.ndarray


def cut_squares(sets: dict[str, list[Seen]]) -> Squares:
    names, signs, errors = [], [], []
    for name, pictures in sets.items():
        for one in pictures:
            small = one.size.scale_to_long_side(
                min(one.size.long_side, int(np.clip(max(one.soft_mask.shape), *band.SEEN_SIDES)))
            )
            soft = np.asarray(band.resize(one.soft_mask, small), np.float32)
            outline = band.find_outline(soft)
            pixel = max(1.0, small.long_side / max(one.soft_mask.shape))
            found = band.measure_signs(soft, band.see_light(one.image, small), outline, pixel)
            there = np.stack([found.softness, found.rim, found.contrast], axis=1)
            rows, columns = np.nonzero(outline)
            scale = one.size.long_side / small.long_side / SQUARE
            squares = np.stack([rows * scale, columns * scale], axis=1).astype(int)
            wrong = [np.abs(one.solve(width)[0] - one.truth) for width in WIDTHS]
            for row, column in np.unique(squares, axis=0):
                inside = (squares == (row, column)).all(axis=1)
                if inside.sum() < 5:
                    continue
                part = np.s_[row * SQUARE : (row + 1) * SQUARE, column * SQUARE : (column + 1) * SQUARE]
                names.append(name)
                signs.append(np.log(np.maximum(there[inside].mean(axis=0), 1e-3)))
                errors.append([error[part].sum() for error in wrong])
    return Squares(np.array(names), np.array(signs), np.array(errors))


def rate_powers(squares: Squares, powers: np.ndarray) -> dict[str, float]:
    """Each set's error with these powers, as a share of that with the usual width everywhere."""
    usual = np.log([band.USUAL_SOFTNESS, band.USUAL_RIM, band.USUAL_CONTRAST])
    wanted = powers[0] + (squares.signs - usual) @ powers[1:]
    steps = np.log(WIDTHS)
    wanted = wanted.clip(steps[0], steps[-1])
    low = np.clip(np.searchsorted(steps, wanted) - 1, 0, len(steps) - 2)
    share = (wanted - steps[low]) / (steps[low + 1] - steps[low])
    every = np.arange(len(wanted))
    errors = squares.errors[every, low] * (1 - share) + squares.errors[every, low + 1] * share
    return {
        name: float(errors[squares.names == name].sum() / squares.errors[squares.names == name, USUAL].sum())
        for name in np.unique(squares.names)
    }


def fit_powers(squares: Squares, names: list[str]) -> np.ndarray:
    """The best factor (its logarithm) and powers for these sets, by steps along one of them at a time."""
    best = np.array([np.log(WIDTHS[USUAL]), 0.0, 0.0, 0.0])
    least = 1.0
    step = 0.5
    while step > 0.04:
        better = False
        for number in range(len(best)):
            for way in (-step, step):
                tried = best.copy()
                tried[number] += way
                rated = rate_powers(squares, tried)
                error = float(np.mean([rated[name] for name in names]))
                if error < least - 1e-5:
                    best, least, better = tried, error, True
        if not better:
            step /= 2
    return best


def print_fit(squares: Squares) -> None:
    names = [str(name) for name in np.unique(squares.names)]
    powers = fit_powers(squares, names)
    words = " ".join(f"{power:.2f}" for power in powers[1:])
    print(f"factor {np.exp(powers[0]):.2f}, powers of softness, rim and contrast {words}")
    rated = rate_powers(squares, powers)
    for name in names:
        others = [other for other in names if other != name]
        unseen = rate_powers(squares, fit_powers(squares, others))[name]
        print(f"{name:<14} {rated[name]:.3f}   fitted to the others alone {unseen:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=2, help="every n-th picture; alphamatting has all")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(2)
    sets = open_all(Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data", options.every)
    if options.fit:
        print_fit(cut_squares(sets))
    else:
        print_errors(sets)


if __name__ == "__main__":
    main()
