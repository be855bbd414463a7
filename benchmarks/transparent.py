"""Glass, smoke and veils, measured: what painting with the transparent brush does to alpha.

    python benchmarks/transparent.py [--sheet sheet.png] [--kinds bottle smoke ...]

Drawn things of known alpha over three drawn grounds. All of the thing is unknown, as it is when a person has painted over
it, but for the solid cloth that a veil hangs from and the stopper of a decanter, which is of another colour. Numbers are
the mean absolute error of alpha x 1000 over the unknown pixels: as plain unknown band, and painted as transparent. The
sheet shows the photo, then truth, plain and painted on magenta, black and white, with clean colours.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mattework.arrays import Bools, Bytes, Floats
from mattework.matting.foreground import estimate_foreground
from mattework.matting.solve import solve_alpha
from mattework.recipe import Stroke

HEIGHT, WIDTH = 260, 220
GROUNDS = ("plain", "cloudy", "striped")
KINDS = ("bottle", "wine glass", "decanter", "smoke", "veil")
BRUSH = Stroke(kind="transparent", radius=300, points=((WIDTH / 2, HEIGHT / 2),))
PAPERS = ((1.0, 0.0, 1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Thing:
    """`colour` (H, W, 3) of the thing alone, `alpha` and `outline` (H, W), and what of it is known to be solid."""

    colour: Floats
    alpha: Floats
    outline: Bools
    solid: Bools


def draw_ground(name: str, rng: np.random.Generator) -> Floats:
    down, across = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    if name == "plain":
        planes = [0.55 + 0.2 * across / WIDTH, 0.6 - 0.2 * down / HEIGHT, 0.5 + 0.1 * down / HEIGHT]
        return np.stack(planes, axis=2)
    if name == "striped":
        stripe = ((across + 0.4 * down) // 13 % 2)[..., None]
        light, dark = np.array((0.75, 0.7, 0.6)), np.array((0.3, 0.35, 0.45))
        return np.asarray(stripe * light + (1 - stripe) * dark, np.float32)
    cloud = np.zeros((HEIGHT, WIDTH, 3))
    for step in (4, 10, 26, 64):
        cloud += draw_noise(rng, step, 3) * step**0.5
    return np.asarray(np.clip(cloud / cloud.std() * 0.1 + (0.45, 0.4, 0.35), 0, 1), np.float32)


def draw_noise(rng: np.random.Generator, step: int, channels: int) -> Floats:
    coarse = rng.normal(size=(HEIGHT // step + 3, WIDTH // step + 3, channels)).astype(np.float32)
    enlarged = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.float32).reshape(HEIGHT, WIDTH, channels)


def draw_shape(
    *ellipses: tuple[int, int, int, int], boxes: tuple[tuple[int, int, int, int], ...] = ()
) -> Floats:
    """Coverage (H, W) of ellipses (x, y and both radii) and boxes (left, top, right, bottom)."""
    fine = np.zeros((HEIGHT * 4, WIDTH * 4), np.uint8)
    for x, y, wide, high in ellipses:
        cv2.ellipse(fine, (x * 4, y * 4), (wide * 4, high * 4), 0, 0, 360, 255, cv2.FILLED)
    for left, top, right, bottom in boxes:
        cv2.rectangle(fine, (left * 4, top * 4), (right * 4, bottom * 4), 255, cv2.FILLED)
    return np.asarray(cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) / 255, np.float32)


def blow_glass(
    shape: Floats, tint: tuple[float, float, float], body: float, rim: float, shine: Floats
) -> Thing:
    """Glass of a tint, `body` dense, denser at its `rim`, with highlights."""
    depth = cv2.distanceTransform((shape > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    shine = np.asarray(cv2.GaussianBlur(shine, (0, 0), 2), np.float32)
    alpha = np.maximum(body + (rim - body) * np.exp(-((depth / 4) ** 2)), 0.9 * shine) * shape
    colour = np.asarray(tint, np.float32) * (1 - shine[..., None]) + np.float32(0.97) * shine[..., None]
    return Thing(colour, alpha.astype(np.float32), shape > 0.5, np.zeros(shape.shape, bool))


def draw_thing(kind: str, rng: np.random.Generator) -> Thing:
    down, across = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    if kind == "bottle":
        shape = draw_shape((110, 95, 50, 40), boxes=((60, 90, 160, 240), (95, 20, 125, 90)))
        return blow_glass(shape, (0.15, 0.4, 0.2), 0.45, 0.85, draw_shape((78, 150, 4, 50)))
    if kind == "decanter":
        glass = draw_thing("wine glass", rng)
        stopper = draw_shape((110, 35, 22, 16), boxes=((70, 222, 150, 236),))
        solid = stopper[..., None]
        colour = np.asarray((0.6, 0.35, 0.1), np.float32) * solid + glass.colour * (1 - solid)
        whole = np.maximum(glass.alpha, stopper)
        return Thing(colour, whole, glass.outline | (stopper > 0.5), stopper > 0.5)
    if kind == "wine glass":
        bowl = draw_shape((110, 80, 55, 65)) * (down >= 35)
        shape = np.maximum(bowl, draw_shape((110, 232, 45, 9), boxes=((106, 140, 114, 225),)))
        return blow_glass(shape, (0.85, 0.88, 0.9), 0.1, 0.55, draw_shape((80, 70, 4, 22), (138, 100, 3, 12)))
    nothing = np.zeros((HEIGHT, WIDTH), bool)
    if kind == "smoke":
        puffs = np.zeros((HEIGHT, WIDTH), np.float32)
        for step in (12, 30, 70):
            puffs += draw_noise(rng, step, 1)[:, :, 0] * step**0.7
        puffs = (puffs - puffs.min()) / np.ptp(puffs)
        window = np.exp(-(((across - 110) / 45) ** 4 + ((down - 130) / 90) ** 4))
        alpha = np.asarray(np.clip(puffs * 1.2 - 0.25, 0, 1) * window * 0.85, np.float32)
        return Thing(np.full((HEIGHT, WIDTH, 3), 0.82, np.float32), alpha, alpha > 0.02, nothing)
    folds = 0.45 + 0.2 * np.sin(across / 7 + 0.4 * np.sin(down / 30))
    hangs = draw_shape(boxes=((40, 20, 180, 240),))
    alpha = np.where(down < 70, 1, folds) * hangs
    shade = 1 - 0.25 * np.cos(across / 7)[..., None]
    return Thing(
        np.asarray(shade * (0.7, 0.15, 0.2), np.float32),
        alpha.astype(np.float32),
        hangs > 0.5,
        (down < 70) & (hangs > 0.5),
    )


def draw_cases(kinds: list[str]) -> Iterator[tuple[str, Floats, Bytes, Floats]]:
    """Name, photo, trimap and true alpha."""
    rng = np.random.default_rng(3)
    for ground in GROUNDS:
        behind = draw_ground(ground, rng)
        for kind in kinds:
            thing = draw_thing(kind, rng)
            alpha = thing.alpha[..., None]
            photo = alpha * thing.colour + (1 - alpha) * behind + rng.normal(0, 0.006, behind.shape)
            trimap = np.full(thing.alpha.shape, 128, np.uint8)
            trimap[cv2.dilate(thing.outline.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0] = 0
            core = cv2.erode(thing.solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            trimap[core] = 255
            yield f"{kind}, {ground} ground", np.clip(photo, 0, 1).astype(np.float32), trimap, thing.alpha


def draw_row(photo: Floats, alphas: list[Floats]) -> Floats:
    """The photo, then every alpha on every paper."""
    cells = [photo]
    for paper in PAPERS:
        for alpha in alphas:
            clean = estimate_foreground(photo, alpha)
            cells.append(clean * alpha[..., None] + np.asarray(paper, np.float32) * (1 - alpha[..., None]))
    return np.concatenate([cell.astype(np.float32) for cell in cells], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    arguments = parser.parse_args()
    print("| thing | plain unknown | painted as transparent |\n|---|--:|--:|")
    rows = []
    for name, photo, trimap, truth in draw_cases(arguments.kinds):
        band = trimap == 128
        plain = solve_alpha(photo, trimap).alpha
        painted = solve_alpha(photo, trimap, strokes=[BRUSH]).alpha
        errors = [1000 * float(np.abs(alpha - truth)[band].mean()) for alpha in (plain, painted)]
        print(f"| {name} | {errors[0]:.0f} | {errors[1]:.0f} |", flush=True)
        if arguments.sheet:
            rows.append(draw_row(photo, [truth, plain, painted]))
    if arguments.sheet:
        sheet = np.rint(np.concatenate(rows) * 255).clip(0, 255).astype(np.uint8)
        if not cv2.imwrite(str(arguments.sheet), np.ascontiguousarray(sheet[:, :, ::-1])):
            raise SystemExit(f"{arguments.sheet} cannot be written; is its folder there?")


if __name__ == "__main__":
    main()
