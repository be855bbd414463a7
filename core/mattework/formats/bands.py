"""Flat pictures in bands of rows on their way into a file, so that none is ever whole in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np

from mattework.arrays import AnyArray, Bools, Samples
from mattework.document.model import ColorMode, Depth, array_depth
from mattework.formats.straight import paper_white
from mattework.geometry import Rect, Size

Band: TypeAlias = tuple[Samples, Samples | None]
"""Some rows: colour (h, W, channels), and straight alpha (h, W) of the same type or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageForm:
    """How the samples of a flat picture are laid out in its file; `has_alpha` adds straight alpha as the last one."""

    size: Size
    depth: Depth
    mode: ColorMode
    has_alpha: bool = False
    big_endian: bool = False


BLEED_MARGIN = 16
"""Pixels around the subject that take its nearest colour: enough for four halvings in size without a fringe."""

_TILE = 1024
_ROWS = 64


def cut_bands(colour: Samples, alpha: Samples | None) -> Iterator[Band]:
    """A picture that is at hand, in bands."""
    for top in range(0, len(colour), _ROWS):
        rows = slice(top, top + _ROWS)
        yield colour[rows], None if alpha is None else alpha[rows]


def join_alpha(bands: Iterable[Band]) -> Iterator[Samples]:
    """The same rows with the alpha as their last channel, where they have one."""
    for colour, alpha in bands:
        joined = colour if alpha is None else np.concatenate([colour, alpha[..., None]], axis=-1)
        yield cast("Samples", joined)


def regroup_rows(bands: Iterable[Samples], rows: int) -> Iterator[Samples]:
    """The same rows in bands of `rows`; the last one may be shorter."""
    waiting: list[Samples] = []
    for band in bands:
        rest = band
        while len(rest):
            missing = rows - sum(map(len, waiting))
            waiting.append(rest[:missing])
            rest = rest[missing:]
            if missing <= len(waiting[-1]):
                yield cast("Samples", np.concatenate(waiting))
                waiting = []
    if waiting:
        yield cast("Samples", np.concatenate(waiting))


def clean_hidden_colours(
    bands: Iterable[tuple[Samples, Samples]], mode: ColorMode
) -> Iterator[tuple[Samples, Samples]]:
    """The same picture with every colour under an alpha of 0 replaced; visible pixels are as they were.

    The alpha may be of another depth than the colours: it is that of the file in which hidden pixels must not be.
    Up to `BLEED_MARGIN` pixels from the subject a hidden pixel takes the colour of the nearest visible one, so that
    scaling draws in no dark or foreign fringe; beyond, it is white (no ink), so that nothing of a removed background
    stays in the file.
    """
    held: _Held | None = None
    for colour, alpha in bands:
        held = held or _Held(colour, alpha)
        taken = 0
        while taken < len(colour):
            taken += held.take(colour[taken:], alpha[taken:])
            if held.is_full:
                yield from held.clean(held.context + _TILE, mode)
    if held is not None:
        yield from held.clean(held.filled, mode)


class _Held:
    """Rows that are worked on, with as many above (`context`, done already) and below as colours are drawn in from."""

    def __init__(self, colour: Samples, alpha: Samples) -> None:
        rows = _TILE + 2 * BLEED_MARGIN
        self.colour: AnyArray = np.empty((rows, *colour.shape[1:]), colour.dtype)
        self.alpha: AnyArray = np.empty((rows, alpha.shape[1]), alpha.dtype)
        self.context = self.filled = 0

    @property
    def is_full(self) -> bool:
        return self.filled == self.context + _TILE + BLEED_MARGIN

    def take(self, colour: Samples, alpha: Samples) -> int:
        """Take as many of the next rows as are wanted; gives their number."""
        count = min(len(colour), self.context + _TILE + BLEED_MARGIN - self.filled)
        rows = slice(self.filled, self.filled + count)
        self.colour[rows], self.alpha[rows] = colour[:count], alpha[:count]
        self.filled += count
        return count

    def clean(self, end: int, mode: ColorMode) -> Iterator[tuple[Samples, Samples]]:
        """Clean the rows up to `end`, give them, and keep what the next ones need."""
        width = self.alpha.shape[1]
        frame = Rect(0, 0, width, self.filled)
        paper = paper_white(mode, array_depth(self.colour))
        for left in range(0, width, _TILE):
            tile = Rect(left, self.context, min(left + _TILE, width), end)
            hidden = self.alpha[tile.slices] <= 0
            if not hidden.any():
                continue
            around = tile.grow(BLEED_MARGIN).intersect(frame)
            inner = tile.move(-around.left, -around.top).slices
            colour = self.colour[around.slices]
            near, nearest = _find_nearest(self.alpha[around.slices] > 0, inner, hidden)
            target = self.colour[tile.slices]
            target[hidden] = paper
            target[near] = colour[nearest]
        for top in range(self.context, end, _ROWS):
            rows = slice(top, min(top + _ROWS, end))
            yield cast("Samples", self.colour[rows].copy()), cast("Samples", self.alpha[rows].copy())
        first = max(0, end - BLEED_MARGIN)
        kept = self.filled - first
        for held in (self.colour, self.alpha):
            held[:kept] = held[first : self.filled].copy()
        self.context, self.filled = end - first, kept


def _find_nearest(
    visible: Bools, inner: tuple[slice, slice], hidden: Bools
) -> tuple[Bools, tuple[AnyArray, AnyArray]]:
    """Which hidden pixels (h, w), those of `inner`, lie within `BLEED_MARGIN` of a visible one; and rows and columns of the
    nearest one for each of them."""
    if not visible.any():
        return np.zeros_like(hidden), (np.zeros(0, np.intp), np.zeros(0, np.intp))
    import cv2

    distance, labels = cv2.distanceTransformWithLabels(
        (~visible).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    near: Bools = hidden & (distance[inner] <= BLEED_MARGIN)
    # Every visible pixel has a label of its own: the table leads from label to that pixel.
    table = np.zeros(int(labels.max()) + 1, np.int32)
    table[labels[visible]] = np.flatnonzero(visible)
    down, across = np.divmod(table[labels[inner][near]], visible.shape[1])
    return near, (down, across)
