"""Clean colours, measured: how wrong is a cut-out over a new background, and does a halo show?

    python benchmarks/foreground.py [--pictures FOLDER] [--sheets FOLDER] [--speed]

Known foreground, background and alpha are mixed into a photograph; each method gets the photograph and an alpha and
returns colours; these are laid over new backgrounds and compared with the true mix there. Two alphas are tried: the
true one, and a slightly wrong one (softened and a little too high, as solvers tend to err).

Methods: `photo` (the photograph's own colours, what a plain mask gives), `blur fusion` (Forte, "Approximate Fast
Foreground Colour Estimation", 2021: two passes, radii 90 and 6), `multi-level` (ours, after Germer et al. 2020).
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np

from mattework.arrays import Floats
from mattework.matting.foreground import estimate_foreground

Method: TypeAlias = Callable[[Floats, Floats], Floats]

SIDE = 768
BACKDROPS = {"black": (0.0, 0.0, 0.0), "white": (1.0, 1.0, 1.0), "magenta": (1.0, 0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Scene:
    """A mix whose parts are known: colours (H, W, 3), alpha (H, W), float32."""

    name: str
    foreground: Floats
    background: Floats
    alpha: Floats

    @property
    def photo(self) -> Floats:
        return mix(self.foreground, self.background, self.alpha)


def mix(front: Floats, back: Floats, alpha: Floats) -> Floats:
    """`front` over `back`."""
    return np.asarray(back + alpha[..., None] * (front - back), np.float32)


# Methods ------------------------------------------------------------------------------------------------------------


def keep_photo(photo: Floats, _alpha: Floats) -> Floats:
    return photo


def fuse_blurs(photo: Floats, alpha: Floats) -> Floats:
    """Blur fusion on the whole picture, two passes."""
    front = back = photo
    for radius in (90, 6):
        front, back = _fuse_once(photo, front, back, alpha, radius)
    return front


def _fuse_once(
    photo: Floats, front: Floats, back: Floats, alpha: Floats, radius: int
) -> tuple[Floats, Floats]:
    a, b = alpha[..., None], 1 - alpha[..., None]

    def blur(planes: Floats) -> Floats:
        blurred = cv2.blur(planes, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REPLICATE)
        return np.asarray(blurred, np.float32)

    weight = blur(alpha)[..., None]
    mean_front = blur(front * a) / (weight + 1e-5)
    mean_back = blur(back * b) / (1 - weight + 1e-5)
    return np.clip(mean_front + a * (photo - a * mean_front - b * mean_back), 0, 1), mean_back


def solve_levels(photo: Floats, alpha: Floats) -> Floats:
    return np.asarray(estimate_foreground(photo, alpha), np.float32)


METHODS: dict[str, Method] = {"photo": keep_photo, "blur fusion": fuse_blurs, "multi-level": solve_levels}


# Scenes -------------------------------------------------------------------------------------------------------------


def draw_scenes(seed: int = 7) -> Iterator[Scene]:
    """Strands, fur, a soft rim and a veil, each over two backgrounds."""
    rng = np.random.default_rng(seed)
    for name, alpha in (
        ("strands", draw_strands(rng)),
        ("fur", draw_fur(rng)),
        ("soft rim", draw_soft_rim()),
        ("veil", draw_veil()),
        ("crisp", draw_disc(0.8)),
    ):
        for index in range(2):
            front, back = draw_cloth(rng, spread=0.25), draw_cloth(rng, spread=0.8)
            yield Scene(f"{name} {index + 1}", front, back, alpha)


def draw_cloth(rng: np.random.Generator, *, spread: float) -> Floats:
    """A colour that wanders in broad patches with fine grain on it, `spread` wide."""
    colour = np.empty((SIDE, SIDE, 3), np.float32)
    colour[:] = rng.uniform(0.15, 0.85, 3)
    for cells, share in ((4, 1.0), (24, 0.4), (96, 0.25)):
        noise = rng.normal(0, 0.3 * share * spread, (cells, cells, 3)).astype(np.float32)
        colour += cv2.resize(noise, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(0, 0.01, colour.shape)
    return np.asarray(np.clip(colour + grain, 0, 1), np.float32)


def draw_disc(softness: float, radius: float = 0.3) -> Floats:
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) + 0.5
    distance = np.hypot(x - SIDE / 2, y - SIDE / 2)
    return np.asarray(np.clip((radius * SIDE - distance) / softness + 0.5, 0, 1), np.float32)


def draw_soft_rim() -> Floats:
    return draw_disc(40.0)


def draw_veil() -> Floats:
    """A solid disc with a ring of half-transparent cloth around it."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    folds = 0.45 + 0.2 * np.sin(x / 17 + np.sin(y / 41) * 3)
    return np.asarray(np.maximum(draw_disc(2.0, 0.2), draw_disc(3.0, 0.4) * folds), np.float32)


def draw_strands(rng: np.random.Generator) -> Floats:
    return _draw_hairs(rng, count=700, length=(60, 170), thickness=(0.6, 2.2))


def draw_fur(rng: np.random.Generator) -> Floats:
    return _draw_hairs(rng, count=5000, length=(14, 40), thickness=(0.6, 1.6))


def _draw_hairs(
    rng: np.random.Generator, *, count: int, length: tuple[float, float], thickness: tuple[float, float]
) -> Floats:
    """A disc with curved hairs growing out of it, drawn at four times the size and averaged."""
    scale = 4
    canvas = cv2.resize(draw_disc(1.0, 0.24), None, fx=scale, fy=scale)
    steps = np.linspace(0, 1, 24)
    for _ in range(count):
        angle, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 1.2)
        reach = rng.uniform(*length)
        root = SIDE / 2 + 0.235 * SIDE * np.array([np.cos(angle), np.sin(angle)])
        heading = angle + bend * steps
        path = root + np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), axis=0) * reach / len(steps)
        points = np.round(path * scale).astype(np.int32)
        cv2.polylines(
            canvas, [points], False, 1.0, max(1, round(rng.uniform(*thickness) * scale)), cv2.LINE_8
        )
    alpha = cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(alpha, 0, 1), np.float32)


def read_pictures(folder: Path) -> Iterator[Scene]:
    """Measured alphas (`alphas/`) over colour pairs taken from the neighbouring pictures (`images/`)."""
    alphas = sorted((folder / "alphas").iterdir())
    photos = {path.stem: path for path in (folder / "images").iterdir()}
    for index, path in enumerate(alphas):
        alpha = _read_samples(path, cv2.IMREAD_GRAYSCALE)
        front, back = (
            _read_photo(photos[alphas[(index + shift) % len(alphas)].stem], alpha.shape) for shift in (1, 2)
        )
        # The subject's colours vary less than a whole photograph does: hair is of one colour, more or less.
        calm = cv2.GaussianBlur(front, (0, 0), 3) * 0.6 + 0.4 * front.mean(axis=(0, 1))
        yield Scene(path.stem, np.asarray(calm, np.float32), back, alpha)


def _read_photo(path: Path, shape: tuple[int, ...]) -> Floats:
    photo = np.ascontiguousarray(_read_samples(path, cv2.IMREAD_COLOR)[..., ::-1])
    return np.asarray(cv2.resize(photo, shape[1::-1], interpolation=cv2.INTER_AREA), np.float32)


def _read_samples(path: Path, flags: int) -> Floats:
    samples = cv2.imread(str(path), flags)
    if samples is None:
        raise SystemExit(f"{path} cannot be read as a picture.")
    return np.asarray(samples / np.float32(255), np.float32)


# Measuring ----------------------------------------------------------------------------------------------------------


def soften_alpha(alpha: Floats) -> Floats:
    """An alpha as a solver errs: a little soft and a little too high."""
    blurred = cv2.GaussianBlur(alpha, (0, 0), 0.7)
    return np.asarray(np.clip(blurred * 1.03, 0, 1), np.float32)


def measure_scene(scene: Scene, method: Method, alpha: Floats) -> float:
    """Mean absolute error x 1000 of the cut-out over black, white, magenta and another cloth, where alpha is mixed."""
    photo = scene.photo
    colours = method(photo, alpha)
    band = (scene.alpha > 0) & (scene.alpha < 1)
    errors = []
    for backdrop in (*BACKDROPS.values(), photo[::-1, ::-1]):
        back = np.broadcast_to(np.asarray(backdrop, np.float32), photo.shape)
        difference = mix(colours, back, alpha) - mix(scene.foreground, back, scene.alpha)
        errors.append(float(np.abs(difference[band]).mean()))
    return 1000 * float(np.mean(errors))


def draw_sheet(scene: Scene, alpha: Floats) -> Floats:
    """One row a backdrop, one column a method and the truth last, from the part where most is mixed."""
    photo = scene.photo
    place = find_busy_square(scene.alpha, 256)
    results = [(method(photo, alpha), alpha) for method in METHODS.values()]
    results.append((scene.foreground, scene.alpha))
    rows = []
    for backdrop in BACKDROPS.values():
        back = np.broadcast_to(np.asarray(backdrop, np.float32), photo.shape)
        rows.append(np.concatenate([mix(colours, back, matte)[place] for colours, matte in results], axis=1))
    return np.concatenate(rows, axis=0)


def find_busy_square(alpha: Floats, side: int) -> tuple[slice, slice]:
    busy = cv2.boxFilter(alpha * (1 - alpha), -1, (side, side), borderType=cv2.BORDER_CONSTANT)
    half = side // 2
    busy = busy[half : alpha.shape[0] - half + 1, half : alpha.shape[1] - half + 1]
    top, left = np.unravel_index(int(busy.argmax()), busy.shape)
    return slice(int(top), int(top) + side), slice(int(left), int(left) + side)


SPEED_CASES = (
    (1500, 1000, 0.05),
    (3000, 2000, 0.05),
    (6000, 4000, 0.02),
    (6000, 4000, 0.05),
    (6000, 4000, 0.12),
    (8660, 5773, 0.05),
)


def measure_speed() -> None:
    """Seconds, processor seconds and memory beyond picture and result, against size and share of the band."""
    print(f"\n{'megapixels':>10} {'band %':>7} {'seconds':>8} {'CPU s':>7} {'extra MB':>9}")
    for width, height, band in SPEED_CASES:
        alpha = draw_wavy_edge(width, height, band=band)
        cloth = cv2.resize(draw_cloth(np.random.default_rng(0), spread=0.8), (width, height))
        photo = np.round(cloth * 255).astype(np.uint8)
        del cloth
        estimate_foreground(photo[:256, :256], alpha[:256, :256])
        wall, processor = time.perf_counter(), time.process_time()
        estimate_foreground(photo, alpha)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        tracemalloc.start()  # a run of its own, because tracing costs time
        result = estimate_foreground(photo, alpha)
        extra = (tracemalloc.get_traced_memory()[1] - result.nbytes) / 1e6
        tracemalloc.stop()
        share = 100 * float(((alpha > 0) & (alpha < 1)).mean())
        print(
            f"{width * height / 1e6:10.1f} {share:7.1f} {wall:8.2f} {processor:7.2f} {extra:9.0f}", flush=True
        )


def draw_wavy_edge(width: int, height: int, *, band: float) -> Floats:
    """A large shape with lobes, whose soft edge takes about the share `band` of the picture."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    y, x = y - height / 2, x - width / 2
    angle = np.arctan2(y, x)
    radius = height * (0.34 + 0.04 * np.sin(9 * angle) + 0.01 * np.sin(41 * angle))
    softness = band * width * height / (2 * np.pi * 0.34 * height * 1.15)
    ramp = (radius - np.hypot(y, x)) / np.float32(softness) + np.float32(0.5)
    return np.asarray(np.clip(ramp, 0, 1), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("MATTEWORK_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    parser.add_argument("--pictures", type=Path, default=shared / "data" / "bench" / "alphamatting")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets on black, white and magenta")
    parser.add_argument("--speed", action="store_true", help="measure time and memory too")
    options = parser.parse_args()

    scenes = list(draw_scenes())
    if options.pictures.is_dir():
        scenes += read_pictures(options.pictures)
    else:
        print(f"No pictures at {options.pictures}: drawn scenes only.")
    print(f"{'scene':<12}" + "".join(f"{name:>14}" for name in METHODS) + "   | with a slightly wrong alpha")
    table = []
    for scene in scenes:
        wrong = soften_alpha(scene.alpha)
        errors = [
            measure_scene(scene, method, alpha)
            for alpha in (scene.alpha, wrong)
            for method in METHODS.values()
        ]
        table.append(errors)
        print_row(scene.name, errors)
        if options.sheets:
            options.sheets.mkdir(parents=True, exist_ok=True)
            for label, alpha in (("true", scene.alpha), ("wrong", wrong)):
                sheet = np.round(np.clip(draw_sheet(scene, alpha), 0, 1) * 255).astype(np.uint8)
                path = options.sheets / f"{scene.name.replace(' ', '-')}-{label}.png"
                if not cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
                    raise SystemExit(f"{path} cannot be written.")
    print_row("mean", [float(one) for one in np.mean(table, axis=0)])
    if options.speed:
        measure_speed()


def print_row(name: str, errors: list[float]) -> None:
    half = len(METHODS)
    cells = [f"{error:14.1f}" for error in errors]
    print(f"{name:<12}" + "".join(cells[:half]) + "   |" + "".join(cells[half:]), flush=True)


if __name__ == "__main__":
    main()
