"""The parts of a photo that a prompted network has seen at one input size, and answers laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect, Size
from mattework.models.runtime import ModelSession
from mattework.models.tensors import resize_smoothly
from mattework.prompt import Prompt
from mattework.segment.encoded import encode_picture
from mattework.segment.look import Look, ask_look
from mattework.segment.second_look import (
    TRUST_SECOND,
    blend_looks,
    choose_crop,
    compare_looks,
    compare_masks,
    paste_look,
    take_part,
)
from mattework.segment.selection import Known

LEAST_CROP = 96
"""Pixels: an object of a few pixels is looked at with this much around it."""
HEAVY_SIDE = 1024
"""Networks that see this much of the frame are heavy and need no second look."""
_ZOOM_BELOW = 0.5  # of what was seen before: earlier than where the subject is looked for
_SAME_THING = 0.7  # an answer from near that has less in common with what was known is about another thing
_KEPT_PARTS = 3


class Views:
    """The whole frame of a photo, and the few parts of it that were looked at last. Not to be shared by threads."""

    def __init__(
        self, rgb: Bytes, session: ModelSession, *, long_side: int | None = None, zooms: bool = True
    ) -> None:
        """See the frame, of (H, W, 3) uint8.

        Args:
            rgb, session, long_side: as for `encode_picture`, which says what it raises.
            zooms: whether what is small in the frame is looked at again; what a heavy network sees never is.
        """
        self._rgb = rgb
        self._session = session
        self._long_side = long_side
        self._parts: dict[Rect, Look] = {}
        self.size = Size(rgb.shape[1], rgb.shape[0])
        self.frame = self._see(self.size.rect)
        self.is_light = self.long_side < HEAVY_SIDE
        self.zooms = zooms and self.is_light

    @property
    def long_side(self) -> int:
        """Of the canvas on which the network saw the frame."""
        return self.frame.encoded.placement.canvas.long_side

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

    def lay_down(self, mask: Floats) -> Known:
        """A mask of the whole picture as the state to go on from."""
        frame = resize_smoothly(mask.astype(np.float32), self.frame.encoded.mask_size)
        state = Known(frame=np.ascontiguousarray(frame.clip(0.0, 1.0)))
        crop = self._choose_crop(mask, self.size.rect)
        if crop is None:
            return state
        part = take_part(mask, crop, self.size, self.look_at(crop).encoded.mask_size)
        return replace(state, crop=crop, part=part)

    def look_closer(self, state: Known, marks: Sequence[Prompt], *, by: Views | None = None) -> Known:
        """A second look at what was found, when it is small in what was seen; `by` has another input size."""
        assert state.frame is not None
        mask = self.paste(state)
        crop = self._choose_crop(mask, state.crop or self.size.rect)
        if crop is None:
            return state
        look = (by or self).look_at(crop)
        before = take_part(self.blend(state), crop, self.size, look.encoded.mask_size)
        part, notes = ask_look(look, marks, state.region, before)
        agreement = compare_looks(mask, part, crop, self.size)
        if agreement < TRUST_SECOND:
            return replace(state, agreement=agreement)
        return replace(state, frame=mask, crop=crop, part=part, agreement=agreement, notes=notes)

    def sharpen(self, state: Known, mark: Prompt) -> Known:
        """What the network shows of a thing that is known from afar only, where it is the same thing."""
        if state.crop is None:
            return state
        part, _ = ask_look(self.look_at(state.crop), (mark,), None, state.part)
        assert state.part is not None
        return replace(state, part=part) if compare_masks(state.part, part) >= _SAME_THING else state

    def nothing(self) -> Floats:
        """The mask of the whole frame before anything was found."""
        return np.zeros(self.frame.encoded.mask_size.shape, np.float32)

    def paste(self, state: Known) -> Floats:
        """The mask of the whole frame at the first look's resolution."""
        assert state.frame is not None
        if state.crop is None or state.part is None:
            return state.frame
        return paste_look(state.frame, state.part, state.crop, self.size)

    def blend(self, state: Known) -> Floats:
        """The mask of the whole frame at the finer look's resolution."""
        assert state.frame is not None
        if state.crop is None or state.part is None:
            return state.frame
        return blend_looks(state.frame, state.part, state.crop, self.size)

    def _choose_crop(self, mask: Floats, seen: Rect) -> Rect | None:
        if not self.zooms:
            return None
        return choose_crop(
            mask, self.size, seen=seen, least_side=LEAST_CROP, least_share=0.0, below=_ZOOM_BELOW
        )
