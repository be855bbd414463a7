"""The pictures of `benchmarks/subject.py`: real hold-outs, and sets that are made from held-out material.

Real hold-outs lie under `bench` of the measuring data. `portraits` are head-and-shoulders crops of the hold-out people.
`products` are held-out cut-outs (never trained on) on drawn studio grounds with shadows; `empty` are grounds with
nothing on them. These two come from the sample maker that training uses, so they are its kind of picture. `textures` are
clouds of noise and dotted cloth, drawn by a program of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mattework_training.grounds import draw_studio
from mattework_training.library import Image, Library, Photo, load_library
from mattework_training.placing import draw_pose, place_cutout
from mattework_training.portraits import crop_portrait
from mattework_training.prompt_samples import PromptSampleMaker
from mattework_training.samples import SampleMaker
from mattework_training.subjects import Subjects

Mask = npt.NDArray[np.float32]
REAL_SETS = ("people", "horses", "pets128", "davis")
PROMPT_SETS = (*REAL_SETS, "alphamatting")
CROWDS, SMALL = "crowds", "small"
_CROWDS, _SMALL, _APART = 48, 80, 40
# Of the cut-outs in crowds. Those of training go their own way, and what is measured must not follow.
_CROWD_SHARES = {
    "tuxpaint": 0.21, "fluent3d": 0.06, "magento": 0.09, "saleor": 0.06, "grocery": 0.08,
    "people": 0.14, "pets": 0.14, "clothes": 0.08,
}  # fmt: skip
NOTHING_SETS = ("empty", "textures")
MADE_SETS = ("portraits", "products", "apart", *NOTHING_SETS)


@dataclass(frozen=True, slots=True)
class Case:
    """One picture: RGB uint8 (H, W, 3), true alpha (H, W) float32 in 0..1, and where it is known."""

    name: str
    image: Image
    alpha: Mask
    known: npt.NDArray[np.bool_]


def _read(path: Path, flags: int) -> Image:
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise OSError(f"{path} cannot be read as a picture")
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    return picture.astype(np.uint8)


def _to_alpha(label: Image, top: int = 255) -> Mask:
    """Labels 0..top as alpha. Some sets store masks as 0 and 1, others as 0 and 255."""
    return (label.astype(np.float32) / np.float32(max(1, top))).astype(np.float32)


def _read_case(image_path: Path, label_path: Path, *, trimap: bool) -> Case:
    image = _read(image_path, cv2.IMREAD_COLOR)
    label = _read(label_path, cv2.IMREAD_GRAYSCALE)
    if label.shape != image.shape[:2]:
        raise ValueError(f"{label_path.name} is {label.shape}, its photograph {image.shape[:2]}")
    if trimap:
        alpha = (label >= 200).astype(np.float32)
        return Case(image_path.stem, image, alpha, (label < 60) | (label >= 200))
    return Case(image_path.stem, image, _to_alpha(label, int(label.max())), np.ones(label.shape, bool))


def read_real(bench: Path, name: str, every: int) -> Iterator[Case]:
    """The pictures of one hold-out set, every n-th of them."""
    trimap = name == "pets128"
    labels = bench / name / ("trimaps" if trimap else "alphas")
    for image_path in sorted((bench / name / "images").iterdir())[::every]:
        yield _read_case(image_path, labels / f"{image_path.stem}.png", trimap=trimap)


def _make_portraits(bench: Path, every: int) -> Iterator[Case]:
    for index, case in enumerate(read_real(bench, "people", every)):
        rng = np.random.default_rng((11, index))
        portrait = crop_portrait(Photo(case.image, (case.alpha * 255).astype(np.uint8)), rng)
        if portrait is not None and min(portrait.mask.shape) >= 64:
            alpha = _to_alpha(portrait.mask)
            yield Case(f"portrait {case.name}", portrait.image, alpha, np.ones(alpha.shape, bool))


def _make_products(library: Library, every: int) -> Iterator[Case]:
    """Each held-out cut-out of photographed things once, on a studio ground."""
    maker = SampleMaker(library, 12)
    things = [
        c for name in ("tuxpaint", "magento", "saleor", "grocery") for c in library.cutouts.get(name, [])
    ]
    for index, rgba in enumerate(things[::every]):
        rng = np.random.default_rng((12, index))
        shape = (480, 480)
        placed = place_cutout(rgba, shape, draw_pose(rng, crowded=False), rng)
        sample = maker.compose("product", draw_studio(shape, rng), [placed], shape, rng)
        alpha = _to_alpha(sample.alpha)
        if (alpha > 0.5).mean() > 0.004:
            yield Case(f"product {index}", sample.image, alpha, np.ones(shape, bool))


def _make_empty(library: Library, every: int) -> Iterator[Case]:
    maker = SampleMaker(library, 13)
    for index in range(0, 60, every):
        sample = maker.make_kind("empty", index, (384, 480))
        if sample is not None:
            yield Case(f"empty {index}", sample.image, np.zeros((384, 480), np.float32), sample.known > 0)


def _draw_textures(every: int) -> Iterator[Case]:
    """Clouds of noise of all sizes, dotted cloth: drawn otherwise than what is trained on, with nothing on it."""
    height, width = 480, 640
    for index in range(0, 40, every):
        rng = np.random.default_rng((17, index))
        low, high = rng.integers(0, 256, (2, 3))
        if index % 4 == 3:
            step, radius = int(rng.integers(18, 60)), rng.uniform(0.15, 0.4)
            y, x = np.mgrid[:height, :width] % step - step // 2
            field = (np.hypot(x, y) < radius * step).astype(np.float32)
        else:
            field = np.zeros((height, width), np.float32)
            for octave in range(int(rng.integers(0, 3)), int(rng.integers(6, 9))):
                grain = rng.random((height // 2**octave + 2, width // 2**octave + 2)).astype(np.float32)
                grown = cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
                field += (2.0**octave) ** (0.5 + 0.25 * (index % 3)) * grown
            field = (field - field.min()) / np.ptp(field)
        image = low * (1 - field[..., None]) + high * field[..., None]
        nothing = np.zeros((height, width), np.float32)
        yield Case(f"texture {index}", image.astype(np.uint8), nothing, np.ones(nothing.shape, bool))


def open_crowds(data: Path, seed: int) -> PromptSampleMaker:
    """Draws pictures of several held-out cut-outs; `data` is the folder with `train`."""
    library = load_library(data / "train", "check")
    return PromptSampleMaker(library, seed, Subjects(library, _CROWD_SHARES, dressed=0.0))


def draw_crowds(data: Path, every: int) -> Iterator[Case]:
    """Several held-out cut-outs on one ground, one of which is meant; `data` is the folder with `train`."""
    count = -(-_CROWDS // every)
    maker = open_crowds(data, 991)
    index = 0
    while count > 0:
        sample = maker.make(index, (384, 480))
        index += 1
        alpha = (sample.alphas[0] / np.float32(255)).astype(np.float32)
        if sample.kinds[0] == "thing" and (alpha > 0.5).mean() >= 0.004:
            count -= 1
            yield Case(f"crowd {index}", sample.image, alpha, sample.known > 0)


def draw_small_things(data: Path, every: int) -> Iterator[Case]:
    """Up to twelve held-out cut-outs of 15 to 180 pixels, alike or not, in photographs of 1200 x 900; one is meant.

    Every second photograph is blurred to a sky. `data` is the folder with `train`.
    """
    library = load_library(data / "train", "check")
    sources = [pictures for pictures in library.cutouts.values() if pictures]
    for index in range(0, _SMALL, every):
        rng = np.random.default_rng((19, index))
        scene = library.scenes[rng.integers(len(library.scenes))]
        image = cv2.resize(scene, (1200, 900), interpolation=cv2.INTER_AREA).astype(np.float32)
        if index % 2:
            image = cv2.GaussianBlur(image, (0, 0), 25).astype(np.float32)
        truth = np.zeros(image.shape[:2], np.float32)
        taken = np.zeros(truth.shape, bool)
        side, are_alike = float(np.exp(rng.uniform(np.log(22), np.log(140)))), rng.random() < 0.5
        first: Image | None = None
        for _ in range(int(rng.integers(1, 13))):
            if first is None or not are_alike:
                source = sources[rng.integers(len(sources))]
                thing = source[rng.integers(len(source))]
            else:
                thing = first
            small = _shrink(thing, side * rng.uniform(0.7, 1.3))
            height, width = small.shape[:2]
            y, x = (int(rng.integers(5, most - side - 5)) for most, side in ((900, height), (1200, width)))
            if taken[y - 5 : y + height + 5, x - 5 : x + width + 5].any():
                continue
            place = np.s_[y : y + height, x : x + width]
            taken[place] = True
            alpha = _lay(image[place], small)
            if first is None:
                first, truth[place] = thing, alpha
        if (truth > 0.5).sum() >= 40:
            yield Case(f"small {index}", _add_noise(image, rng), truth, np.ones(truth.shape, bool))


def _draw_apart(library: Library, every: int) -> Iterator[Case]:
    """Two or three held-out cut-outs of 100 to 400 pixels, far apart in blurred photographs of 2000 x 1000; all meant."""
    sources = [pictures for pictures in library.cutouts.values() if pictures]
    for index in range(0, _APART, every):
        rng = np.random.default_rng((23, index))
        scene = library.scenes[rng.integers(len(library.scenes))]
        image = cv2.resize(scene, (2000, 1000), interpolation=cv2.INTER_AREA).astype(np.float32)
        image = cv2.GaussianBlur(image, (0, 0), 30).astype(np.float32)
        truth = np.zeros(image.shape[:2], np.float32)
        side, count = float(np.exp(rng.uniform(np.log(100), np.log(400)))), int(rng.integers(2, 4))
        for number in range(count):
            source = sources[rng.integers(len(sources))]
            small = _shrink(source[rng.integers(len(source))], side * rng.uniform(0.85, 1.15))
            height, width = small.shape[:2]
            x = int((number + 0.5) * 2000 / count - width / 2 + rng.uniform(-60, 60))
            y = int(rng.integers(20, 980 - height))
            place = np.s_[y : y + height, x : x + width]
            truth[place] = _lay(image[place], small)
        yield Case(f"apart {index}", _add_noise(image, rng), truth, np.ones(truth.shape, bool))


def _shrink(thing: Image, side: float) -> Image:
    scale = side / max(thing.shape[:2])
    return cv2.resize(thing, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _lay(under: Mask, thing: Image) -> Mask:
    """Lay a cut-out over a part of a picture, in place; its alpha."""
    alpha = thing[..., 3:].astype(np.float32) / 255
    under[...] = under * (1 - alpha) + thing[..., :3] * alpha
    return np.asarray(alpha[..., 0])


def _add_noise(image: Mask, rng: np.random.Generator) -> Image:
    return np.rint(np.clip(image + rng.normal(0, 2, image.shape), 0, 255)).astype(np.uint8)


def open_sets(data: Path, every: int) -> dict[str, Callable[[], Iterator[Case]]]:
    """The sets by name; each call of a value reads or makes its pictures again, in the same order.

    `every` takes every n-th picture. `data` is the folder with `bench` and `train`.
    """
    bench = data / "bench"
    library = load_library(data / "train", "check")
    sets: dict[str, Callable[[], Iterator[Case]]] = {}
    for name in REAL_SETS:
        sets[name] = partial(read_real, bench, name, every)
    sets["portraits"] = partial(_make_portraits, bench, every)
    sets["products"] = partial(_make_products, library, every)
    sets["apart"] = partial(_draw_apart, library, every)
    sets["empty"] = partial(_make_empty, library, every)
    sets["textures"] = partial(_draw_textures, every)
    return sets
