"""Documents that use what a handed-over file can hold, made by code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Metadata,
    depth_white,
)
from mattework.formats.xmp import put_recipe
from mattework.geometry import Rect, Size
from mattework.recipe import EdgeSettings, Recipe, RecipeInputs, SubjectChoice
from samples import CAT

CANVAS = Size(96, 64)
RECIPE = Recipe(
    program="0.0",
    subject=SubjectChoice(model="a model of the tests", sha256="ab" * 32),
    edge=EdgeSettings(feather=1.5),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A document and the kind of file it goes into. `kind` is what the table calls such files."""

    name: str
    kind: str
    suffix: str
    make: Callable[[], Document]

    @property
    def opaque_page(self) -> bool:
        """Whether the merged picture of such a file lies on white: layered TIFF."""
        return self.suffix == ".tif"

    def write(self, folder: Path) -> Path:
        """The file, written as the program writes it."""
        from mattework.formats.files import save_document

        path = folder / f"{self.name}{self.suffix}"
        save_document(self.make(), path)
        return path


def make_layered(mode: ColorMode, depth: Depth) -> Document:
    """Every kind of layer that we write, opaque as a whole."""
    full = CANVAS.rect
    shadow, beyond, small = Rect(10, 30, 61, 58), Rect(-8, -6, 30, 22), Rect(50, 4, 91, 40)
    subject = _mask(full, depth)
    layers = (
        Layer("Hintergrund – фон", full, _picture(full.size, mode, depth, 1)),
        Layer(
            "Schatten ü",
            shadow,
            _picture(shadow.size, mode, depth, 2),
            alpha=_to_depth(_ramp(shadow.size), depth),
            opacity=153 / 255,
            blend=BlendMode.MULTIPLY,
        ),
        Group(
            "Cut-out 切り抜き",
            (
                Layer("الأصل", full, _picture(full.size, mode, depth, 3), mask=subject),
                Layer(
                    "Clean colours ✂", full, _picture(full.size, mode, depth, 4), mask=subject, visible=False
                ),
            ),
        ),
        Layer(
            "Beyond the canvas",
            beyond,
            _picture(beyond.size, mode, depth, 5),
            alpha=_to_depth(_ramp(beyond.size), depth),
            blend=BlendMode.SCREEN,
        ),
        Layer(
            "Mask switched off",
            small,
            _picture(small.size, mode, depth, 6),
            mask=replace(_mask(small, depth), enabled=False),
            opacity=102 / 255,
        ),
    )
    return Document(CANVAS, mode, depth, layers, _metadata(mode))


def make_cutout(mode: ColorMode, depth: Depth) -> Document:
    """What a cut leaves: clean colours and the photo with one mask, a hidden background, a transparent whole."""
    full = CANVAS.rect
    mask = _mask(full, depth)
    photo = _picture(full.size, mode, depth, 7)
    layers = (
        Layer("Background", full, _picture(full.size, mode, depth, 8), visible=False),
        Layer("Photo", full, photo, mask=mask, visible=False),
        Layer("Clean colours", full, photo[:, ::-1].copy(), mask=mask),
    )
    return Document(CANVAS, mode, depth, layers, _metadata(mode))


@dataclass(frozen=True, slots=True)
class Journey(Sample):
    """A real photograph, cut by the command line; `make` gives what the cut must have put into the file."""

    depth: Depth = 8

    def write(self, folder: Path) -> Path:
        from mattework.cli.root import run_command_line

        photo, path = folder / f"photo{self.depth}.png", folder / f"{self.name}{self.suffix}"
        photo.write_bytes(make_photo(self.depth))
        status = run_command_line(["cut", str(photo), "-o", str(path), "--quiet"])
        assert status == 0
        return path


@cache
def make_photo(depth: Depth) -> bytes:
    """The cat at a size that is quick to cut, as PNG with metadata, at 16 bit with values between the 8-bit ones."""
    from PIL import Image

    from mattework.formats.files import save_document

    with Image.open(CAT) as image:
        pixels = np.asarray(image.convert("RGB").resize((150, 100), Image.Resampling.LANCZOS))
    if depth == 16:
        between = np.random.default_rng(1).integers(0, 257, pixels.shape, np.uint16)
        pixels = np.minimum(pixels.astype(np.uint32) * 257 + between, 65535).astype(np.uint16)
    size = Size(150, 100)
    layer = Layer("Photo", size.rect, pixels)
    png = BytesIO()
    document = Document(size, ColorMode.RGB, depth, (layer,), replace(_metadata(ColorMode.RGB), xmp=None))
    save_document(document, png, format="png")
    return png.getvalue()


@cache
def cut_photo(depth: Depth) -> Document:
    """The document of the cut, with the recipe in its XMP."""
    import mattework

    cutout = mattework.cut_out(make_photo(depth))
    metadata = cutout.document.metadata
    packet = put_recipe(metadata.xmp, cutout.recipe, cutout.inputs)
    return replace(cutout.document, metadata=replace(metadata, xmp=packet))


SAMPLES: tuple[Sample, ...] = (
    Sample("layered-rgb8", "PSD, RGB, 8 bit", ".psd", lambda: make_layered(ColorMode.RGB, 8)),
    Sample("cutout-rgb8", "PSD, RGB, 8 bit", ".psd", lambda: make_cutout(ColorMode.RGB, 8)),
    Sample("layered-rgb16", "PSD, RGB, 16 bit", ".psd", lambda: make_layered(ColorMode.RGB, 16)),
    Sample("cutout-rgb16", "PSD, RGB, 16 bit", ".psd", lambda: make_cutout(ColorMode.RGB, 16)),
    Journey("photo-rgb8", "PSD, RGB, 8 bit", ".psd", lambda: cut_photo(8), depth=8),
    Journey("photo-rgb16", "PSD, RGB, 16 bit", ".psd", lambda: cut_photo(16), depth=16),
    Sample("layered-gray8", "PSD, gray, 8 bit", ".psd", lambda: make_layered(ColorMode.GRAY, 8)),
    Sample("layered-gray16", "PSD, gray, 16 bit", ".psd", lambda: make_layered(ColorMode.GRAY, 16)),
    Sample("layered-rgb32", "PSD, RGB, 32 bit", ".psd", lambda: make_layered(ColorMode.RGB, 32)),
    Sample("layered-cmyk8", "PSD, CMYK, 8 bit", ".psd", lambda: make_layered(ColorMode.CMYK, 8)),
    Sample("layered-lab8", "PSD, Lab, 8 bit", ".psd", lambda: make_layered(ColorMode.LAB, 8)),
    Sample("layered-psb8", "PSB, RGB, 8 bit", ".psb", lambda: make_layered(ColorMode.RGB, 8)),
    Sample("layered-psb16", "PSB, RGB, 16 bit", ".psb", lambda: make_layered(ColorMode.RGB, 16)),
    Sample("layered-tiff8", "TIFF, RGB, 8 bit", ".tif", lambda: make_layered(ColorMode.RGB, 8)),
    Sample("cutout-tiff8", "TIFF, RGB, 8 bit", ".tif", lambda: make_cutout(ColorMode.RGB, 8)),
    Journey("photo-tiff8", "TIFF, RGB, 8 bit", ".tif", lambda: cut_photo(8), depth=8),
    Sample("layered-tiff16", "TIFF, RGB, 16 bit", ".tif", lambda: make_layered(ColorMode.RGB, 16)),
)
MAIN_KINDS = ("PSD, RGB, 8 bit", "PSD, RGB, 16 bit", "PSD, gray, 8 bit", "PSD, gray, 16 bit")
"""What a cut of an ordinary photograph is written as; the table of features is about these."""


def _picture(size: Size, mode: ColorMode, depth: Depth, seed: int) -> Samples:
    """Smooth ramps with noise, other ones in every channel, black and white among them."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : size.height, 0 : size.width].astype(np.float32)
    planes = []
    for channel in range(mode.channels):
        waves = 0.5 + 0.5 * np.sin(x / (5 + channel + seed) + y / (7 + 2 * channel) + seed * channel)
        planes.append(np.clip(waves + rng.normal(0, 0.05, size.shape), 0, 1))
    return _to_depth(np.stack(planes, axis=-1).astype(np.float32), depth)


def _ramp(size: Size) -> Floats:
    x = np.linspace(0, 1, size.width, dtype=np.float32)
    return np.broadcast_to(x, size.shape).copy()


def _mask(rect: Rect, depth: Depth) -> Mask:
    """A soft disc with every value in its rim, empty outside."""
    y, x = np.mgrid[0 : rect.height, 0 : rect.width].astype(np.float32)
    distance = np.hypot(x - rect.width * 0.55, y - rect.height * 0.45)
    return Mask(rect, _to_depth(np.clip((rect.height * 0.45 - distance) / 12 + 0.5, 0, 1), depth))


def _to_depth(values: AnyArray, depth: Depth) -> Samples:
    if depth == 32:
        return values.astype(np.float32)
    levels = np.rint(values.astype(np.float64) * depth_white(depth))
    return levels.astype(np.uint8) if depth == 8 else levels.astype(np.uint16)


@cache
def _metadata(mode: ColorMode) -> Metadata:
    from PIL import Image, ImageCms

    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x0112] = 1
    icc = (
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() if mode is ColorMode.RGB else None
    )
    return Metadata(
        icc=icc,
        exif=exif.tobytes().removeprefix(b"Exif\0\0"),
        xmp=put_recipe(None, RECIPE, RecipeInputs()),
        dpi=(300.0, 300.0),
    )
