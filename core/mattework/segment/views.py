"""The parts of a photo that a prompted network has seen at one input size."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Bytes
from mattework.geometry import Rect, Size
from mattework.models.runtime import ModelSession
from mattework.models.tensors import resize_smoothly
from mattework.segment.encoded import encode_picture
from mattework.segment.look import Look

_KEPT_PARTS = 3


class Views:
    """The whole frame of a photo, and the few parts of it that were looked at last. Not to be shared by threads."""

    def __init__(self, rgb: Bytes, session: ModelSession, *, long_side: int | None = None) -> None:
        """See the frame, of (H, W, 3) uint8; `long_side` as for `encode_picture`, which says what it raises."""
        self._rgb = rgb
        self._session = session
        self._long_side = long_side
        self._parts: dict[Rect, Look] = {}
        self.frame = self._see(Size(rgb.shape[1], rgb.shape[0]).rect)

    def look_at(self, rect: Rect) -> Look:
        """What the network has seen of this part of the frame, in its pixels."""
        if rect == self.frame.rect:
            return self.frame
        look = self._parts.pop(rect, None) or self._see(rect)
        self._parts[rect] = look
        if len(self._parts) > _KEPT_PARTS:
            del self._parts[next(iter(self._parts))]
        return look

    def _see(self, rect: Rect) -> Look:
        rgb = np.ascontiguousarray(self._rgb[rect.slices])
        encoded = encode_picture(self._session, rgb, long_side=self._long_side)
        return Look(rect, encoded, resize_smoothly(rgb, encoded.mask_size))
