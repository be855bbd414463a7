"""The document: what a layered file holds, with no knowledge of any file.

Conventions for all pixels here:

- `pixels` is (h, w, channels), `alpha` and masks are (h, w); C-contiguous; uint8, uint16 or float32 by `depth`.
  Integer samples use their full range, float samples run from 0 to 1 (colour may exceed it).
- Alpha is straight (unassociated): colours are never multiplied by it.
- CMYK is ink: 0 is no ink, the maximum is full ink. Lab is L, a, b with a and b offset to the middle of the range
  (128 or 32768; .5 in float).
- Layers are listed bottom to top. Rectangles are in canvas pixels and may reach beyond the canvas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import numpy as np

from mattework.arrays import AnyArray, Plane, Samples, split_rows
from mattework.errors import UsageError
from mattework.geometry import Rect, Size

Depth: TypeAlias = Literal[8, 16, 32]


class ColorMode(StrEnum):
    """What a document's channels mean; values are what recipes, reports and JSON say."""

    GRAY = "gray"
    RGB = "rgb"
    CMYK = "cmyk"
    LAB = "lab"

    @property
    def channels(self) -> int:
        return {"gray": 1, "rgb": 3, "cmyk": 4, "lab": 3}[self.value]


class BlendMode(StrEnum):
    """Blend modes that documents name; values are the words people see."""

    PASS_THROUGH = "pass through"
    NORMAL = "normal"
    DISSOLVE = "dissolve"
    DARKEN = "darken"
    MULTIPLY = "multiply"
    COLOR_BURN = "color burn"
    LINEAR_BURN = "linear burn"
    DARKER_COLOR = "darker color"
    LIGHTEN = "lighten"
    SCREEN = "screen"
    COLOR_DODGE = "color dodge"
    LINEAR_DODGE = "linear dodge"
    LIGHTER_COLOR = "lighter color"
    OVERLAY = "overlay"
    SOFT_LIGHT = "soft light"
    HARD_LIGHT = "hard light"
    VIVID_LIGHT = "vivid light"
    LINEAR_LIGHT = "linear light"
    PIN_LIGHT = "pin light"
    HARD_MIX = "hard mix"
    DIFFERENCE = "difference"
    EXCLUSION = "exclusion"
    SUBTRACT = "subtract"
    DIVIDE = "divide"
    HUE = "hue"
    SATURATION = "saturation"
    COLOR = "color"
    LUMINOSITY = "luminosity"


def depth_dtype(depth: Depth) -> np.dtype[np.uint8] | np.dtype[np.uint16] | np.dtype[np.float32]:
    """The element type that a document of this depth holds."""
    if depth == 8:
        return np.dtype(np.uint8)
    if depth == 16:
        return np.dtype(np.uint16)
    return np.dtype(np.float32)


def depth_white(depth: Depth) -> float:
    """The sample value that means 1.0: 255, 65535 or 1.0."""
    return {8: 255.0, 16: 65535.0, 32: 1.0}[depth]


def lab_middle(depth: Depth) -> float:
    """The sample value of a and b that means neutral: 128, 32768 or 0.5."""
    return {8: 128.0, 16: 32768.0, 32: 0.5}[depth]


def array_depth(array: AnyArray | Plane[Any]) -> Depth:
    """The depth of an array of samples.

    Raises:
        ValueError: the element type is none of uint8, uint16, float32.
    """
    if array.dtype == np.uint8:
        return 8
    if array.dtype == np.uint16:
        return 16
    if array.dtype == np.float32:
        return 32
    raise ValueError(f"Samples must be uint8, uint16 or float32, not {array.dtype}.")


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A layer mask: how much of the layer is shown. (h, w) samples in the document's depth, full range = shown.

    `outside` is the value beyond `rect`, 0.0 (hidden) or 1.0 (shown).
    """

    rect: Rect
    pixels: Samples
    outside: float = 0.0
    enabled: bool = True
    linked: bool = True

    def __post_init__(self) -> None:
        if self.pixels.shape != self.rect.size.shape:
            raise ValueError(
                f"A mask of {self.pixels.shape} does not fill its rectangle {self.rect.size.shape}."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer of pixels. `pixels` (h, w, channels), `alpha` (h, w) or None when the layer is opaque.

    In a document on its way into a file they, and those of masks, may be `Piecewise`: they stand for an array wherever
    rectangles of it are read.
    """

    name: str
    rect: Rect
    pixels: Samples
    alpha: Samples | None = None
    mask: Mask | None = None
    opacity: float = 1.0
    blend: BlendMode = BlendMode.NORMAL
    visible: bool = True
    clipped: bool = False

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[:2] != self.rect.size.shape:
            raise ValueError(
                f"Pixels of {self.pixels.shape} do not fill the rectangle {self.rect.size.shape}."
            )
        if self.alpha is not None and self.alpha.shape != self.rect.size.shape:
            raise ValueError(
                f"An alpha of {self.alpha.shape} does not fill the rectangle {self.rect.size.shape}."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A group of layers and groups, bottom to top."""

    name: str
    children: tuple[Layer | Group, ...] = ()
    mask: Mask | None = None
    opacity: float = 1.0
    blend: BlendMode = BlendMode.PASS_THROUGH
    visible: bool = True
    clipped: bool = False
    open: bool = True


Node: TypeAlias = Layer | Group


@dataclass(frozen=True, slots=True)
class Resource:
    """A block of a file about its picture that is kept unread: guides, saved paths, IPTC data ...

    `number`, `name` and `data` are the file's; `canvas` is the size of the picture that they speak of.
    """

    number: int
    name: bytes
    data: bytes
    canvas: Size


@dataclass(frozen=True, slots=True)
class Metadata:
    """What travels with the pixels.

    `icc` is the profile; `exif` the TIFF-structured block (no "Exif\\0\\0" in front), orientation always 1 because
    readers apply it; `xmp` the packet as UTF-8; `dpi` horizontal and vertical pixels per inch; `resources` go from one
    layered file into the next.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A canvas with layers.

    `notes` tell, in sentences for people, what reading left out or decided (first frame taken, effects not kept …);
    `left_out` are those of them that would be lost with the file: what it holds that the document does not, or only as
    pixels.
    `read_from` is the absolute path of the file that it was read from, None where that was memory or a stream.
    `composite` is the merged picture that the file itself carried, (H, W, channels) or (H, W, channels + 1) with straight
    alpha last, or None; `flatten_document` makes ours.
    """

    size: Size
    mode: ColorMode
    depth: Depth
    layers: tuple[Node, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    composite: Samples | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    read_from: str | None = None

    def __post_init__(self) -> None:
        dtype = depth_dtype(self.depth)
        for layer in self.walk_layers():
            if layer.pixels.dtype != dtype or layer.pixels.shape[2] != self.mode.channels:
                raise ValueError(
                    f"Layer {layer.name!r} holds {layer.pixels.shape[2]} channels of {layer.pixels.dtype}; "
                    f"a {self.depth}-bit {self.mode.value} document wants {self.mode.channels} of {dtype}."
                )

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Every layer and group with its level, bottom to top; a group comes before its children."""

        def visit(nodes: tuple[Node, ...], level: int) -> Iterator[tuple[int, Node]]:
            for node in nodes:
                yield level, node
                if isinstance(node, Group):
                    yield from visit(node.children, level + 1)

        yield from visit(self.layers, 0)

    def walk_layers(self) -> Iterator[Layer]:
        """Every layer of pixels, bottom to top, those inside groups too."""
        return (node for _, node in self.walk() if isinstance(node, Layer))

    def with_notes(self, *notes: str) -> Document:
        return replace(self, notes=self.notes + notes)


def check_finite(document: Document) -> None:
    """Refuse a document with samples that are no numbers: readers replace these and tell it, so it was made in memory.

    What is `Piecewise` is passed over: it follows from samples that were checked.

    Raises:
        UsageError: names the layer.
    """
    if document.depth != 32:
        return
    for _, node in document.walk():
        own = (node.pixels, node.alpha) if isinstance(node, Layer) else ()
        for samples in (*own, None if node.mask is None else node.mask.pixels):
            if not isinstance(samples, np.ndarray):
                continue
            if not all(np.isfinite(samples[rows]).all() for rows in split_rows(samples)):
                raise UsageError(
                    f"The layer “{node.name}” holds NaN or infinite values. Replace them first, as with numpy.nan_to_num."
                )
