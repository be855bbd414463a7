"""Tiles of a look: pictures of the screen at the present scale and angle, kept so that panning draws them as they are.

Tiles hold screen pixels counted from the photo's corner. New ones are made as long as there is time, those nearest to what
is worked on first; what is missing is shown coarse, and made the next time.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QImage, QPainter, QPainterPath, QPolygonF, QTransform

from mattework import Rect, Size
from mattework.arrays import Bytes
from mattework_editor.compose import Look, Sources, compose_view
from mattework_editor.pyramid import Part
from mattework_editor.viewport import Viewport

TILE = 256
KEPT = 1.5
"""Tiles that are kept, as a share of those that the screen can show: what was panned away and may come back."""
COARSE_SIDE = 640
"""Long side of the picture that stands for tiles that are not made yet; it is made in one go, between two frames."""

Key = tuple[int, int]
_NOWHERE = Rect(0, 0, 0, 0)


class Tiles:
    """The tiles of one look at one scale and angle; `drop` them when these change."""

    def __init__(self) -> None:
        self.look = Look()
        self._images: OrderedDict[Key, QImage] = OrderedDict()
        self._stale: dict[Key, Rect] = {}
        self._coarse: QImage | None = None
        self._coarse_old = _NOWHERE

    def drop(self, *, coarse: bool = True) -> None:
        """Forget all tiles; the coarse picture too unless only scale, angle or place have changed."""
        self._images.clear()
        self._stale.clear()
        if coarse:
            self._coarse = None

    def age(self, where: Rect | None, view: Viewport, *, partly: bool = False) -> None:
        """What shows any of a rectangle of the photo is old now; None for all.

        `partly`: no more than that is made anew, in haste. Between pixels of the photo it may come out a level
        of brightness off, which a later change of the same place mends.
        """
        if where is None:
            self._coarse = None
            self._stale = {key: _tile_rect(key) for key in self._images}
            return
        self._coarse_old = self._coarse_old.unite(where)
        touched = view.cover(where)
        for key in self._images:
            old = _tile_rect(key).intersect(touched)
            if not old.is_empty:
                old = old if partly else _tile_rect(key)
                self._stale[key] = self._stale.get(key, old).unite(old)

    def paint(
        self,
        painter: QPainter,
        sources: Sources,
        view: Viewport,
        exposed: Rect,
        end: float,
        focus: tuple[float, float],
    ) -> list[Rect]:
        """Draw what is exposed of the screen, making tiles until the time `end` (of `time.perf_counter`), those nearest to
        the place `focus` on the screen first.

        Returns:
            The rectangles of the screen that are still coarse or old.
        """
        plane = view.plane
        seen = exposed.move(-view.left, -view.top).intersect(plane)
        if seen.is_empty:
            return []
        painter.save()
        if view.angle % 90:
            painter.setClipPath(outline_photo(view), Qt.ClipOperation.IntersectClip)
        missing: list[Rect] = []
        for key in _order_tiles(seen, focus[0] - view.left, focus[1] - view.top):
            where = _tile_rect(key).intersect(plane)
            if where.is_empty:
                continue
            image = self._images.get(key)
            if (image is None or key in self._stale) and time.perf_counter() < end:
                image = self._make(sources, view, key, where, image)
            elif image is None or key in self._stale:
                missing.append(where.move(view.left, view.top))
            if image is not None:
                self._images.move_to_end(key)
                painter.drawImage(where.left + view.left, where.top + view.top, image)
            else:
                self._paint_coarse(painter, sources, view, where.move(view.left, view.top))
        painter.restore()
        across, down = view.screen.width / TILE + 1, view.screen.height / TILE + 1
        while len(self._images) > KEPT * math.ceil(across) * math.ceil(down):
            old, _ = self._images.popitem(last=False)
            self._stale.pop(old, None)
        return missing

    def _make(self, sources: Sources, view: Viewport, key: Key, where: Rect, old: QImage | None) -> QImage:
        """A tile of the pixels `where`, or of an old one what is old of it."""
        part = self._stale.pop(key, where).intersect(where)
        if old is None or part.area > 0.8 * where.area:
            image = make_image(compose_view(sources, self.look, view.part(where)))
        else:
            image = old
            if not part.is_empty:
                painter = QPainter(image)
                fresh = make_image(compose_view(sources, self.look, view.part(part)))
                painter.drawImage(part.left - where.left, part.top - where.top, fresh)
                painter.end()
        self._images[key] = image
        return image

    def _paint_coarse(self, painter: QPainter, sources: Sources, view: Viewport, where: Rect) -> None:
        coarse = self._bring_coarse(sources)
        painter.save()
        painter.setClipRect(
            QRectF(where.left, where.top, where.width, where.height), Qt.ClipOperation.IntersectClip
        )
        turned = QTransform().translate(view.left, view.top).rotate(view.angle).scale(view.scale, view.scale)
        painter.setTransform(turned, True)
        painter.drawImage(QRectF(0, 0, view.photo.width, view.photo.height), coarse)
        painter.restore()

    def _bring_coarse(self, sources: Sources) -> QImage:
        """The coarse picture of the whole photo; made anew only where the photo looks different now."""
        share = min(1.0, COARSE_SIDE / sources.size.long_side)
        size = Size(max(1, int(sources.size.width * share)), max(1, int(sources.size.height * share)))
        old, self._coarse_old = self._coarse_old, _NOWHERE
        if self._coarse is None:
            self._coarse = make_image(compose_view(sources, self.look, Part(share, 0, 0, size)))
        elif not old.is_empty:
            # What is between pixels of the pyramid's level is mixed of both: two of them reach four pixels here.
            where = Rect(
                math.floor(old.left * share) - 4,
                math.floor(old.top * share) - 4,
                math.ceil(old.right * share) + 4,
                math.ceil(old.bottom * share) + 4,
            ).intersect(size.rect)
            part = Part(share, where.left, where.top, where.size)
            painter = QPainter(self._coarse)
            painter.drawImage(where.left, where.top, make_image(compose_view(sources, self.look, part)))
            painter.end()
        return self._coarse


def outline_photo(view: Viewport) -> QPainterPath:
    """The photo's border on the screen."""
    width, height = view.photo.width, view.photo.height
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(*view.to_screen(x, y)) for x, y in corners]))
    path.closeSubpath()
    return path


def make_image(rgb: Bytes) -> QImage:
    """(h, w, 3) uint8 as an image that Qt draws without converting it, with memory of its own."""
    import cv2

    height, width = rgb.shape[:2]
    coded = np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA)).tobytes()
    return QImage(coded, int(width), int(height), int(width) * 4, QImage.Format.Format_RGB32).copy()


def _order_tiles(seen: Rect, x: float, y: float) -> list[Key]:
    """The tiles that show any of `seen`, from the place (x, y) outwards; both counted from the photo's corner."""
    keys = [
        (tx, ty)
        for ty in range(seen.top // TILE, -(-seen.bottom // TILE))
        for tx in range(seen.left // TILE, -(-seen.right // TILE))
    ]
    return sorted(keys, key=lambda key: math.hypot((key[0] + 0.5) * TILE - x, (key[1] + 0.5) * TILE - y))


def _tile_rect(key: Key) -> Rect:
    """A tile's pixels, counted from the photo's corner; it may reach beyond the photo."""
    return Rect.from_size(key[0] * TILE, key[1] * TILE, Size(TILE, TILE))
