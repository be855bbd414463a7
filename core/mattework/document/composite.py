"""Putting a document's layers together, in bands of rows, so that no copy of the whole canvas in floats is ever made.

The general formula is the W3C's (Compositing and Blending Level 1, section 5.8), for straight alpha:

    alpha_r = alpha_b + alpha_s - alpha_b * alpha_s
    color_r = color_b + (mix - color_b) * alpha_s / alpha_r,   mix = (1 - alpha_b) * color_s + alpha_b * B(color_b, color_s)

Groups and clipping follow Photoshop: a pass-through group draws straight on what lies under it and its opacity and mask
fade the whole change; any other group, and one that layers are clipped to, is drawn on nothing first and then laid down
as one layer; clipped layers change the colours of what they are clipped to and never its shape.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from mattework.arrays import AnyArray, Floats, Samples
from mattework.document.blend import blend_colors, is_separable
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Node,
    depth_dtype,
    depth_white,
)
from mattework.geometry import Rect, Size
from mattework.progress import Progress, report_progress

_BAND_PIXELS = 1 << 17
"""Pixels of a band: floats of one band and of its scratch copies stay within the processor's caches."""


@dataclass(frozen=True, slots=True, eq=False)
class FlatBand:
    """Some rows of the flattened picture, in the document's depth: colour (h, w, channels) and straight alpha (h, w), None
    where they are opaque. Colour is 0 where alpha is 0.
    """

    rows: slice
    color: Samples
    alpha: Samples | None


def flatten_document(
    document: Document, *, progress: Progress | None = None
) -> tuple[Samples, Samples | None]:
    """The picture of everything visible.

    Returns the colour (H, W, channels) and straight alpha (H, W) in the document's depth; None for the alpha where the
    picture is opaque everywhere. Colour is 0 where alpha is 0. Integer results are rounded to nearest; float colour is
    not clipped.

    Raises:
        Cancelled: `progress` wants to stop.
    """
    height, width = document.size.shape
    dtype = depth_dtype(document.depth)
    color: AnyArray = np.empty((height, width, document.mode.channels), dtype)
    alpha: AnyArray = np.empty((height, width), dtype)
    opaque: list[slice] = []
    with closing(flatten_in_bands(document, progress=progress)) as bands:
        for band in bands:
            color[band.rows] = band.color
            if band.alpha is None:
                opaque.append(band.rows)
            else:
                alpha[band.rows] = band.alpha
    if sum(rows.stop - rows.start for rows in opaque) == height:
        return color, None
    for rows in opaque:
        alpha[rows] = depth_white(document.depth)
    return color, alpha


def flatten_in_bands(
    document: Document, *, multiple: int = 1, progress: Progress | None = None
) -> Generator[FlatBand, None, None]:
    """The same picture, from top to bottom, never whole in memory. Every band but the last has a multiple of `multiple`
    rows. Close the generator when it is not taken to its end.

    Raises:
        Cancelled: `progress` wants to stop.
    """
    height, width = document.size.shape
    rows = max(1, _BAND_PIXELS // max(1, width) // multiple) * multiple
    painter = _Painter(document.mode, document.depth)

    def paint(top: int) -> FlatBand:
        canvas = _new_canvas(Rect(0, top, width, min(top + rows, height)), document.mode.channels)
        painter.paint_nodes(document.layers, canvas)
        return _finish_band(canvas, document.depth)

    workers = min(8, os.cpu_count() or 1)
    pending: deque[Future[FlatBand]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for top in range(0, height, rows):
                pending.append(pool.submit(paint, top))
                if len(pending) > workers:
                    yield pending.popleft().result()
                report_progress(progress, "Composite", top / height)
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
    report_progress(progress, "Composite", 1.0)


def flatten_thinned(document: Document, step: int) -> tuple[Samples, Samples | None]:
    """Every `step`-th row and column of `flatten_document`'s picture, made of those rows and columns only."""
    size = Size(-(-document.size.width // step), -(-document.size.height // step))
    thinned = replace(document, size=size, layers=_thin_nodes(document.layers, step), composite=None)
    return flatten_document(thinned)


def _thin_nodes(nodes: Sequence[Node], step: int) -> tuple[Node, ...]:
    thin: list[Node] = []
    for node in nodes:
        mask = node.mask
        if mask is not None:
            rect, part = _thin_rect(mask.rect, step)
            mask = replace(mask, rect=rect, pixels=mask.pixels[part])
        if isinstance(node, Group):
            thin.append(replace(node, mask=mask, children=_thin_nodes(node.children, step)))
            continue
        rect, part = _thin_rect(node.rect, step)
        alpha = None if node.alpha is None else node.alpha[part]
        thin.append(replace(node, rect=rect, pixels=node.pixels[part], alpha=alpha, mask=mask))
    return tuple(thin)


def _thin_rect(rect: Rect, step: int) -> tuple[Rect, tuple[slice, slice]]:
    """The rectangle on the thinned canvas, and which of its samples are left."""
    left, top, right, bottom = (-(-side // step) for side in (rect.left, rect.top, rect.right, rect.bottom))
    part = (slice(top * step - rect.top, None, step), slice(left * step - rect.left, None, step))
    return Rect(left, top, right, bottom), part


def is_exact_for(document: Document) -> tuple[bool, tuple[str, ...]]:
    """Whether everything visible is of kinds that `flatten_document` composites exactly, and if not, why.

    Exact means within one level at 8 bits. What reading a file left out is not known here: see the document's notes.
    """
    reasons: list[str] = []
    for node in _walk_visible(document.layers):
        mode = node.blend
        if mode is BlendMode.DISSOLVE:
            reasons.append(f"Layer “{node.name}” dissolves; its grain cannot be repeated.")
        elif mode in (BlendMode.NORMAL, BlendMode.PASS_THROUGH):
            continue
        elif document.depth == 32:
            reasons.append(f"Layer “{node.name}” blends by {mode.value} in a 32-bit document.")
        elif document.mode is ColorMode.LAB:
            reasons.append(f"Layer “{node.name}” blends by {mode.value} in a Lab document.")
        elif document.mode is ColorMode.CMYK and not is_separable(mode):
            reasons.append(f"Layer “{node.name}” blends by {mode.value} in a CMYK document.")
    return not reasons, tuple(reasons)


def _walk_visible(nodes: Sequence[Node]) -> Iterator[Node]:
    for base, clipped in _stack(nodes):
        for node in (base, *clipped):
            if not node.visible or node.opacity <= 0:
                continue
            yield node
            if isinstance(node, Group):
                yield from _walk_visible(node.children)


def _stack(nodes: Sequence[Node]) -> Iterator[tuple[Node, list[Node]]]:
    """Nodes bottom to top, each with those that are clipped to it; what is clipped to a hidden one goes with it."""
    index = 0
    while index < len(nodes):
        base = nodes[index]
        clipped: list[Node] = []
        index += 1
        while index < len(nodes) and nodes[index].clipped:
            clipped.append(nodes[index])
            index += 1
        if base.visible:
            yield base, [node for node in clipped if node.visible and not _is_empty(node)]


def _is_empty(node: Node) -> bool:
    return isinstance(node, Layer) and node.rect.is_empty


# --- one band --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Canvas:
    """A rectangle of the picture: straight colour (h, w, channels) and alpha (h, w), float32."""

    rect: Rect
    color: Floats
    alpha: Floats

    def view(self, rect: Rect) -> _Canvas:
        rows, columns = rect.move(-self.rect.left, -self.rect.top).slices
        return _Canvas(rect, self.color[rows, columns], self.alpha[rows, columns])


def _new_canvas(rect: Rect, channels: int) -> _Canvas:
    shape = rect.size.shape
    return _Canvas(rect, np.zeros((*shape, channels), np.float32), np.zeros(shape, np.float32))


@dataclass(frozen=True, slots=True)
class _Painter:
    mode: ColorMode
    depth: Depth

    def paint_nodes(self, nodes: Sequence[Node], canvas: _Canvas) -> None:
        """Lay `nodes`, bottom to top, on the canvas."""
        for base, clipped in _stack(nodes):
            if isinstance(base, Group) and base.blend is BlendMode.PASS_THROUGH and not clipped:
                self._pass_through(base, canvas)
                continue
            drawn = self._draw(base, canvas.rect)
            if drawn is None:
                continue
            for node in clipped:
                self._clip_onto(node, drawn)
            self._lay(drawn, base.blend, base.opacity, canvas.view(drawn.rect))

    def _draw(self, node: Node, area: Rect) -> _Canvas | None:
        """The node alone within `area`, its mask applied and its opacity not; None where it has nothing there."""
        if isinstance(node, Group):
            drawn = _new_canvas(area, self.mode.channels)
            self.paint_nodes(node.children, drawn)
        else:
            rect = area.intersect(node.rect)
            if rect.is_empty:
                return None
            drawn = self._read_layer(node, rect)
        if node.mask is not None and node.mask.enabled:
            drawn.alpha *= self._read_mask(node.mask, drawn.rect)
        return drawn if drawn.alpha.any() else None

    def _pass_through(self, group: Group, canvas: _Canvas) -> None:
        mask = group.mask if group.mask is not None and group.mask.enabled else None
        if mask is None and group.opacity >= 1:
            self.paint_nodes(group.children, canvas)
            return
        after = _Canvas(canvas.rect, canvas.color.copy(), canvas.alpha.copy())
        self.paint_nodes(group.children, after)
        amount: Floats = np.full(canvas.alpha.shape, group.opacity, np.float32)
        if mask is not None:
            amount *= self._read_mask(mask, canvas.rect)
        before_weight = canvas.alpha * (1 - amount)
        after_weight = after.alpha * amount
        total = before_weight + after_weight
        share = np.divide(after_weight, total, out=np.zeros_like(total), where=total > 0)
        canvas.color += (after.color - canvas.color) * share[..., None]
        canvas.alpha[...] = total

    def _clip_onto(self, node: Node, base: _Canvas) -> None:
        drawn = self._draw(node, base.rect)
        if drawn is None:
            return
        target = base.view(drawn.rect)
        weight = drawn.alpha * np.float32(node.opacity)
        target.color += (self._blend(node.blend, target.color, drawn.color) - target.color) * weight[
            ..., None
        ]

    def _lay(self, drawn: _Canvas, mode: BlendMode, opacity: float, canvas: _Canvas) -> None:
        source = drawn.alpha if opacity >= 1 else drawn.alpha * np.float32(opacity)
        normal = mode in (BlendMode.NORMAL, BlendMode.PASS_THROUGH, BlendMode.DISSOLVE)
        if normal and source.min() >= 1:
            canvas.color[...] = drawn.color
            canvas.alpha[...] = 1
            return
        color = drawn.color
        opaque = canvas.alpha.min() >= 1
        if not normal and canvas.alpha.any():
            blended = self._blend(mode, canvas.color, color)
            color = blended if opaque else color + (blended - color) * canvas.alpha[..., None]
        if opaque:
            share = source
        else:
            united = canvas.alpha + source - canvas.alpha * source
            share = np.divide(source, united, out=np.zeros_like(source), where=united > 0)
            canvas.alpha[...] = united
        canvas.color += (color - canvas.color) * share[..., None]

    def _blend(self, mode: BlendMode, backdrop: Floats, source: Floats) -> Floats:
        if self.mode is not ColorMode.CMYK:
            if self.mode is ColorMode.LAB and not is_separable(mode):
                return source
            return blend_colors(mode, backdrop, source)
        if is_separable(mode):  # inks subtract: Photoshop blends what they leave of the paper's light
            return np.asarray(1 - blend_colors(mode, 1 - backdrop, 1 - source), dtype=np.float32)
        # PDF 32000-1:2008, 11.3.5.3: the three colours blend as light; black comes from the side whose lightness counts.
        light = blend_colors(mode, 1 - backdrop[..., :3], 1 - source[..., :3])
        black = source if mode is BlendMode.LUMINOSITY else backdrop
        return np.concatenate([1 - light, black[..., 3:]], axis=-1)

    def _read_layer(self, layer: Layer, rect: Rect) -> _Canvas:
        part = rect.move(-layer.rect.left, -layer.rect.top).slices
        color = self._to_floats(layer.pixels[part])
        if layer.alpha is None:
            return _Canvas(rect, color, np.ones(rect.size.shape, np.float32))
        return _Canvas(rect, color, np.clip(self._to_floats(layer.alpha[part]), 0, 1))

    def _read_mask(self, mask: Mask, area: Rect) -> Floats:
        inside = area.intersect(mask.rect)
        if inside == area:
            return np.clip(
                self._to_floats(mask.pixels[area.move(-mask.rect.left, -mask.rect.top).slices]), 0, 1
            )
        values: Floats = np.full(area.size.shape, mask.outside, np.float32)
        if not inside.is_empty:
            part = mask.pixels[inside.move(-mask.rect.left, -mask.rect.top).slices]
            values[inside.move(-area.left, -area.top).slices] = np.clip(self._to_floats(part), 0, 1)
        return values

    def _to_floats(self, samples: AnyArray) -> Floats:
        if self.depth == 32:
            return samples.astype(np.float32)
        return np.multiply(samples, np.float32(1 / depth_white(self.depth)), dtype=np.float32)


def _finish_band(canvas: _Canvas, depth: Depth) -> FlatBand:
    rows = slice(canvas.rect.top, canvas.rect.bottom)
    dtype = depth_dtype(depth)
    alpha: AnyArray | None = None
    if not bool(canvas.alpha.min() >= 1):
        canvas.color *= (canvas.alpha > 0)[..., None]
        alpha = np.empty(canvas.alpha.shape, dtype)
        _quantise(canvas.alpha, depth, alpha)
    color: AnyArray = np.empty(canvas.color.shape, dtype)
    _quantise(canvas.color, depth, color)
    return FlatBand(rows, color, alpha)


def _quantise(values: Floats, depth: Depth, out: AnyArray) -> None:
    if depth == 32:
        out[...] = values
        return
    white = np.float32(depth_white(depth))
    np.multiply(values, white, out=values)
    values += np.float32(0.5)
    np.clip(values, 0, white, out=values)
    out[...] = values.astype(out.dtype)
