"""What lies behind the subject as it is seen: the background that will be saved, and the shadow.

Both are made from the pyramids, at a size for the screen, beside the window. What follows the alpha (the shadow, and a
background of the blurred photo) is made again a moment after the matte has come to rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from mattework import (
    ColorMode,
    Document,
    Layer,
    MatteworkError,
    Photo,
    Shadow,
    Size,
    array_depth,
    convert_to_srgb8,
    depth_white,
    draw_shadow,
    make_background,
    parse_background,
    parse_colour,
    settle_shadow,
    tell_about_shadow,
)
from mattework.arrays import Bytes, Floats, Samples
from mattework_editor.compose import ShadowPart, Sources
from mattework_editor.pyramid import Pyramid
from mattework_editor.sentences import word_sentences
from mattework_editor.tasks import Task, Tasks

SIDE = 2048
"""Long side at which backgrounds are made for the screen."""
SHADOW_SIDE = 1400
REST = 120
"""Milliseconds of rest of the matte after which what follows it is made again."""


class BehindDisplay(QObject):
    """`backdrop_changed` brings what `draw_backdrop` gives, or None; `refreshed` says that the shadow has changed."""

    backdrop_changed = pyqtSignal(object)
    refreshed = pyqtSignal()

    def __init__(self, tasks: Tasks, tell: Callable[[BaseException], None], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._tell = tasks, tell
        self._sources: Sources | None = None
        self._stored: tuple[str, Document, Layer] | None = None
        self._background: str | None = None
        self._shadow: Shadow | None = None
        self._background_wanted = self._shadow_wanted = False
        self._task: Task | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._follow_matte)

    @property
    def is_working(self) -> bool:
        return self._task is not None or self._timer.isActive()

    def attach(self, sources: Sources | None, stored: tuple[str, Document, Layer] | None = None) -> None:
        """Show what lies behind another photo from now on.

        `stored` is the background that the photo's file was made with, the file's document, and the layer in it: it is
        shown where the picture that it was made from is gone.
        """
        self._sources, self._stored = sources, stored
        self._background = self._shadow = None
        self._background_wanted = self._shadow_wanted = False
        self._timer.stop()
        self.backdrop_changed.emit(None)

    def show(self, background: str | None, shadow: Shadow | None) -> None:
        """Show this background and this shadow, chosen or only tried."""
        if background != self._background:
            self._background, self._background_wanted = background, True
        if shadow != self._shadow:
            self._shadow, self._shadow_wanted = shadow, True
        self._next()

    def follow_matte(self) -> None:
        """The matte has changed."""
        if self._shadow is not None or _is_blur(self._background):
            self._timer.start()

    def _follow_matte(self) -> None:
        self._shadow_wanted = self._shadow_wanted or self._shadow is not None
        self._background_wanted = self._background_wanted or _is_blur(self._background)
        self._next()

    def _next(self) -> None:
        sources = self._sources
        if self._task is not None or sources is None:
            return
        if self._shadow_wanted:
            self._shadow_wanted = False
            self._start(sources, self._make_shadow(sources), self._put_shadow)
        elif self._background_wanted:
            self._background_wanted = False
            self._start(sources, self._make_backdrop(sources), self.backdrop_changed.emit)

    def _start(
        self, sources: Sources, work: Callable[[Task], object] | None, put: Callable[[object], None]
    ) -> None:
        if work is None:
            put(None)
            self._next()
            return

        def done(result: object) -> None:
            self._task = None
            if sources is self._sources:
                put(result)
            self._next()

        def fail(error: BaseException) -> None:
            self._task = None
            self._tell(error)
            self._next()

        self._task = self._tasks.start(work, done, fail, rank="quiet")

    def _make_shadow(self, sources: Sources) -> Callable[[Task], object] | None:
        shadow = self._shadow
        if shadow is None:
            return None
        return lambda _: draw_shadow_part(sources.matte, shadow)

    def _put_shadow(self, part: object) -> None:
        assert self._sources is not None
        assert part is None or isinstance(part, ShadowPart)
        self._sources.shadow = part
        self.refreshed.emit()

    def _make_backdrop(self, sources: Sources) -> Callable[[Task], object] | None:
        text = self._background
        if text is None:
            return None
        stored = self._stored
        if stored is not None and stored[0] == text and not _is_readable(text):
            _, document, layer = stored
            return lambda _: draw_stored(document, layer)
        return lambda _: draw_backdrop(text, sources.colour, sources.matte)


def suit_shadow(shadow: Shadow, sources: Sources) -> Shadow:
    """The shadow with the lengths that suit the subject as it is seen now."""
    plane, share = _pick_level(sources.matte, SHADOW_SIDE)
    return settle_shadow(shadow, _as_alpha(plane), scale=share)


def word_shadow(shadow: Shadow, sources: Sources) -> str:
    """What is to be said of the shadow that is seen now; empty when there is nothing."""
    plane, _ = _pick_level(sources.matte, SHADOW_SIDE)
    return " ".join(word_sentences(tell_about_shadow(_as_alpha(plane), shadow)))


def draw_shadow_part(matte: Pyramid, shadow: Shadow) -> ShadowPart | None:
    """The shadow at a size for the screen; None when there is none to be seen."""
    plane, share = _pick_level(matte, SHADOW_SIDE)
    rect, dark = draw_shadow(_as_alpha(plane), shadow, scale=share)
    if rect.is_empty:
        return None
    red, green, blue = (round(255 * one) for one in parse_colour(shadow.colour) or (0, 0, 0))
    coded = np.rint(dark * np.float32(255)).astype(np.uint8)
    return ShadowPart(coded, share, (rect.left, rect.top), (red, green, blue), shadow.opacity)


def draw_backdrop(text: str, colour: Pyramid, matte: Pyramid | None = None) -> Bytes:
    """A background at a size for the screen, (h, w, 3) uint8 sRGB; (h, w, 4), colours multiplied by alpha, where it is
    transparent.

    Raises:
        MatteworkError: the picture cannot be read.
    """
    plane, share = _pick_level(colour, SIDE)
    size = Size(plane.shape[1], plane.shape[0])
    document = Document(size, ColorMode.RGB, 8)
    photo = Photo(plane, None, ColorMode.RGB, None)
    alpha = None if matte is None else _as_alpha(_fit_plane(matte, share, size))
    layer, _ = make_background(text, document, photo, alpha, scale=share)
    return _multiply(np.asarray(layer.pixels, np.uint8), layer.alpha)


def draw_stored(document: Document, layer: Layer) -> Bytes:
    """A layer of the document at a size for the screen, as `draw_backdrop` gives it."""
    import cv2

    size, pixels, alpha = document.size, layer.pixels, layer.alpha
    if size.long_side > SIDE:
        size = size.scale_to_long_side(SIDE)
        small = cv2.resize(pixels, (size.width, size.height), interpolation=cv2.INTER_AREA)
        pixels = cast("Samples", small.reshape(*size.shape, -1))
        if alpha is not None:
            alpha = cast(
                "Samples", cv2.resize(alpha, (size.width, size.height), interpolation=cv2.INTER_AREA)
            )
    return _multiply(convert_to_srgb8(pixels, document.mode, document.metadata.icc), alpha)


def _multiply(rgb: Bytes, alpha: Samples | None) -> Bytes:
    if alpha is None:
        return rgb
    share = alpha.astype(np.float32) / np.float32(depth_white(array_depth(alpha)))
    coded = np.dstack((rgb * share[..., None], share * np.float32(255)))
    return np.asarray(np.rint(coded), np.uint8)


def _is_readable(text: str) -> bool:
    try:
        parse_background(text)
    except MatteworkError:
        return False
    return True


def _pick_level(pyramid: Pyramid, side: int) -> tuple[Bytes, float]:
    """The largest level of at most this long side, and its size relative to the photo."""
    for number, plane in enumerate(pyramid.levels):
        last = number == len(pyramid.levels) - 1
        if plane is not None and (max(plane.shape[:2]) <= side or last):
            return pyramid.read(number), 1 / (1 << number)
    raise AssertionError("a pyramid has at least one level")


def _fit_plane(pyramid: Pyramid, share: float, size: Size) -> Bytes:
    plane = pyramid.read(next(n for n in range(len(pyramid.levels)) if 1 / (1 << n) == share))
    assert plane.shape[:2] == size.shape
    return plane


def _as_alpha(plane: Bytes) -> Floats:
    return plane.astype(np.float32) / np.float32(255)


def _is_blur(background: str | None) -> bool:
    return background is not None and background.strip().lower().startswith("blur")
