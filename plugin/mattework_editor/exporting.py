"""Handing out: the cut-out as a picture of its own, cropped and sized, without touching what is worked on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Literal, cast

import numpy as np

from mattework import (
    BACKGROUND_LAYER,
    PHOTO_LAYER,
    SHADOW_LAYER,
    Cutout,
    Document,
    Group,
    Layer,
    Rect,
    Size,
    array_depth,
    depth_white,
    drop_recipe,
    flatten_document,
    save_document,
)
from mattework.arrays import STRIP_PIXELS, Floats, Plane, Samples, split_rows
from mattework.progress import Progress, report_progress
from mattework_editor.pyramid import split_into_strips
from mattework_editor.session import Session

Kind = Literal["png", "webp", "tiff", "psd"]
SUFFIXES: dict[Kind, str] = {"png": ".png", "webp": ".webp", "tiff": ".tif", "psd": ".psd"}
SEEN = 1 / 255
"""Opacity from which a pixel counts as part of what is cropped to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How the cut-out is handed out.

    `crop` leaves no more than the subject (and its shadow), with `margin` pixels around. `long_side` sizes it, 0 for as it
    is; a layered PSD keeps its size. `background` and `shadow` say whether these layers come along. `quality` is for WebP,
    100 being lossless; `bits` 8 or 16 for PNG and TIFF, None for the photo's own.
    """

    kind: Kind = "png"
    crop: bool = True
    margin: int = 0
    long_side: int = 0
    background: bool = False
    shadow: bool = True
    quality: int = 90
    bits: int | None = None


def export_file(
    session: Session, path: Path, export: Export, progress: Progress | None = None
) -> tuple[str, ...]:
    """Write the cut-out to a file; gives the notes of what the format could not hold.

    Raises:
        MatteworkError: see `mattework.save_document`; the file that was there is left as it was.
    """
    document = make_export(session, export, progress)
    return save_document(
        document,
        path,
        format=export.kind,
        overwrite=True,
        quality=export.quality if export.kind == "webp" else None,
        bits=export.bits if export.kind in ("png", "tiff") else None,
        progress=progress,
    )


def make_png(session: Session, progress: Progress | None = None) -> bytes:
    """The cut-out as a PNG with transparency, cropped to the subject and its shadow, for the clipboard."""
    stream = BytesIO()
    save_document(make_export(session, Export(bits=8), progress), stream, format="png", bits=8)
    return stream.getvalue()


def make_export(session: Session, export: Export, progress: Progress | None = None) -> Document:
    """The document that an export writes, cropped; one layer of the asked size where it is scaled."""
    cutout = session.finish(progress)
    background, shadow = _name_behind(session)
    document = leave_out(
        cutout.layered, (() if export.background else background) + (() if export.shadow else shadow)
    )
    metadata = replace(document.metadata, xmp=drop_recipe(document.metadata.xmp))
    document = replace(document, metadata=metadata)
    frame = find_crop(cutout, document, shadow, export.margin) if export.crop else document.size.rect
    document = crop_layers(document, frame)
    if export.kind == "psd" or not export.long_side:
        return document
    return scale_layers(document, export.long_side, progress)


def _name_behind(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the background and the shadow that the recipe makes are called; somebody's own layers may have such names where
    it makes none."""

    def name(usual: str, found: Layer | None) -> tuple[str, ...]:
        return (usual,) if found is None else (usual, found.name)

    recipe, own = session.recipe, session.own
    return (
        () if recipe.background is None else name(BACKGROUND_LAYER, own.background),
        () if recipe.shadow is None else name(SHADOW_LAYER, own.shadow),
    )


def leave_out(document: Document, names: Sequence[str]) -> Document:
    """The document without the layers of these names."""

    def keep(nodes: tuple[Layer | Group, ...]) -> tuple[Layer | Group, ...]:
        kept = (node for node in nodes if not (isinstance(node, Layer) and node.name in names))
        return tuple(
            replace(node, children=keep(node.children)) if isinstance(node, Group) else node for node in kept
        )

    return replace(document, layers=keep(document.layers), composite=None)


def find_crop(cutout: Cutout, document: Document, shadows: Sequence[str], margin: int) -> Rect:
    """The rectangle of the subject and of the shadow that is shown, and `margin` around; all where there is no subject.

    `shadows` are names that a shadow may have.
    """
    bounds = _find_bounds(cutout.alpha_plane)
    for layer in document.walk_layers():
        if layer.name in shadows and layer.visible:
            bounds = bounds.unite(layer.rect)
    frame = document.size.rect
    return frame if bounds.is_empty else bounds.grow(margin).intersect(frame)


def crop_layers(document: Document, frame: Rect) -> Document:
    """A canvas of the size of `frame`; what layers hold beyond it stays in them, as in other programs."""

    def move(node: Layer | Group) -> Layer | Group:
        mask = node.mask
        if mask is not None:
            mask = replace(mask, rect=mask.rect.move(-frame.left, -frame.top))
        if isinstance(node, Group):
            return replace(node, mask=mask, children=tuple(move(child) for child in node.children))
        return replace(node, mask=mask, rect=node.rect.move(-frame.left, -frame.top))

    layers = tuple(move(node) for node in document.layers)
    return replace(document, size=frame.size, layers=layers, composite=None)


def scale_layers(document: Document, long_side: int, progress: Progress | None = None) -> Document:
    """A document of one layer that shows the same at another size.

    Colours are weighted by their opacity, so that no hidden one bleeds in.
    """
    size = document.size.scale_to_long_side(long_side)
    flat = (
        _enlarge(document, size) if size.width >= document.size.width else _shrink(document, size, progress)
    )
    return replace(document, size=size, layers=(flat,), composite=None)


def _enlarge(document: Document, size: Size) -> Layer:
    """What the document shows, by cubic interpolation."""
    import cv2

    def resize(plane: Floats) -> Floats:
        resized = cv2.resize(plane, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(resized.reshape(size.height, size.width, -1), np.float32)

    samples, opacity = flatten_document(document)
    colour, alpha = _scale_weighted(samples, opacity, resize)
    return Layer(PHOTO_LAYER, size.rect, colour, alpha)


def _shrink(document: Document, size: Size, progress: Progress | None) -> Layer:
    """What the document shows, as means of its pixels; strip by strip, so that it is never whole in floats."""
    height, width = document.size.shape
    step = height / size.height
    colours, alphas = list[Samples](), list[Samples]()
    is_opaque = True
    for strip in split_into_strips(size.rect, int(STRIP_PIXELS / (width * step))):
        report_progress(progress, "Composite", strip.top / size.height)
        rows, weights = _weigh_rows(strip, step, height)

        def resize(plane: Floats, weights: Floats = weights) -> Floats:
            import cv2

            narrow = cv2.resize(plane, (size.width, len(plane)), interpolation=cv2.INTER_AREA)
            return np.asarray(np.tensordot(weights, narrow.reshape(*narrow.shape[:2], -1), 1), np.float32)

        part = crop_layers(document, Rect(0, rows.start, width, rows.stop))
        samples, opacity = flatten_document(part)
        is_opaque &= opacity is None
        colour, alpha = _scale_weighted(samples, opacity, resize)
        colours.append(colour)
        if alpha is None:
            alpha = cast("Samples", np.full(colour.shape[:2], depth_white(document.depth), colour.dtype))
        alphas.append(alpha)
    whole = None if is_opaque else cast("Samples", np.concatenate(alphas))
    return Layer(PHOTO_LAYER, size.rect, cast("Samples", np.concatenate(colours)), whole)


def _weigh_rows(strip: Rect, step: float, height: int) -> tuple[slice, Floats]:
    """The rows that a strip of a picture shrunk by `step` is made of, and their weights for each of the strip's.

    The weights are those of OpenCV's area interpolation, which passes over slivers of a thousandth.
    """
    tops = np.arange(strip.top, strip.bottom)[:, None] * step
    bottoms = np.minimum(tops + step, height)
    rows = slice(int(tops[0, 0]), min(height, int(np.ceil(bottoms[-1, 0]))))
    places = np.arange(rows.start, rows.stop)
    shared = np.minimum(bottoms, places + 1) - np.maximum(tops, places)
    return rows, np.where(shared > 1e-3, shared / (bottoms - tops), 0).astype(np.float32)


def _scale_weighted(
    samples: Samples, opacity: Samples | None, resize: Callable[[Floats], Floats]
) -> tuple[Samples, Samples | None]:
    """Colours and alpha of another size, in the samples that came; `resize` gives (h, w, C) float32."""
    white = np.float32(depth_white(array_depth(samples)))
    colour = samples.astype(np.float32)
    if opacity is None:
        return _as_samples(resize(colour), samples), None
    share = opacity.astype(np.float32)[..., None] / white
    small = resize(share).clip(0, 1)
    colour *= share
    colour = resize(colour) / np.maximum(small, np.float32(1e-6))
    return _as_samples(colour, samples), _as_samples(small[..., 0] * white, samples)


def _as_samples(values: Floats, like: Samples) -> Samples:
    if like.dtype == np.float32:
        return values
    white = depth_white(array_depth(like))
    return cast("Samples", np.rint(values.clip(0, white)).astype(like.dtype))


def _find_bounds(alpha: Plane[np.float32]) -> Rect:
    """The rectangle of what is seen."""
    bounds = Rect(0, 0, 0, 0)
    for strip in split_rows(alpha):
        seen = alpha[strip, :] >= SEEN
        columns, rows = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
        if len(rows):
            top = strip.start
            part = Rect(int(columns[0]), top + int(rows[0]), int(columns[-1]) + 1, top + int(rows[-1]) + 1)
            bounds = bounds.unite(part)
    return bounds
