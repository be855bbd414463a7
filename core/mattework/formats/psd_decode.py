"""Layer records and channel bytes as layers of a document: the one decoder for PSD, PSB and layered TIFF."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from psd_tools.constants import BlendMode as PsdBlendMode
from psd_tools.constants import ChannelID, Clipping, SectionDivider
from psd_tools.psd.layer_and_mask import LayerRecord
from psd_tools.psd.tagged_blocks import SectionDividerSetting

from mattework.arrays import AnyArray, Samples
from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Group,
    Layer,
    Mask,
    Node,
    array_depth,
    depth_dtype,
    depth_white,
)
from mattework.errors import DamagedFile, UnsupportedFile
from mattework.formats.psd_features import (
    find_adjustment,
    find_features,
    find_fill,
    has_own_mask,
    has_vector_mask,
    is_rendered_mask,
    is_shape,
    read_fill_opacity,
)
from mattework.formats.psd_layout import (
    ChannelSpot,
    LayerSpot,
    channel_rect,
    check_channel,
    find_divider,
    layer_name,
)
from mattework.formats.psd_planes import ByteOrder, PlaneDamaged, unpack_plane
from mattework.formats.raster import replace_bad_floats
from mattework.geometry import Rect, Size

_BLEND_MODES = {PsdBlendMode[mode.name]: mode for mode in BlendMode}
_DEEPEST = 64
_LEAST_AHEAD = 64 << 20


@dataclass(frozen=True, slots=True)
class LayerSource:
    """Records with a way to their channel bytes.

    `read` takes start and size; it is called from one thread only. `trusted`: whether the canvas is known to be as large
    as it says, so that fill layers may be made as large.
    """

    spots: tuple[LayerSpot, ...]
    read: Callable[[int, int], bytes]
    canvas: Size
    mode: ColorMode
    depth: Depth
    version: int = 1
    order: ByteOrder = ">"
    trusted: bool = True


def decode_layers(source: LayerSource, *, name: str) -> tuple[tuple[Node, ...], tuple[str, ...]]:
    """Every layer and group, bottom to top, and notes about what the document model has no place for.

    Raises:
        DamagedFile: channel bytes that are cut off or no planes at all.
        UnsupportedFile: groups nested beyond reason.
    """
    with _Unpacker(source, name) as unpacker:
        unpacker.check_all()
        builder = _TreeBuilder(source, unpacker, name)
        for spot in source.spots:
            builder.add(spot)
        drafts = builder.finish()
        unpacker.wait()
    nodes = tuple(draft.build(builder.notes) for draft in drafts)
    return nodes, tuple(builder.notes)


# --- planes ----------------------------------------------------------------------------------------------------------


class _Unpacker:
    """Reads channel bytes in this thread and unpacks them in others, with few encoded planes held at once: an eighth of
    what the layers take when decoded, or one.
    """

    def __init__(self, source: LayerSource, name: str) -> None:
        self._source = source
        self._name = name
        self._pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
        areas = (channel_rect(spot, channel).area for spot in source.spots for channel in spot.channels)
        self._most_bytes = max(_LEAST_AHEAD, sum(areas) * source.depth // 8 // 8)
        self._ahead_bytes = 0
        self._pending: deque[tuple[Future[None], ChannelSpot, LayerRecord, Callable[[], None] | None]] = (
            deque()
        )

    def __enter__(self) -> _Unpacker:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def check_all(self) -> None:
        """Refuse channels whose bytes cannot fill their rectangles, before any plane is allocated."""
        for spot in self._source.spots:
            for channel in spot.channels:
                rect = channel_rect(spot, channel)
                if rect.is_empty or channel.span.size == 0:
                    continue
                compression = self._read_compression(self._source.read(channel.span.start, 2))
                if not check_channel(compression, channel.span.size - 2, rect, self._source.depth):
                    raise self._damaged(spot.record, "too short for their size")

    def _read_compression(self, data: bytes) -> int:
        return int.from_bytes(data[:2], "big" if self._source.order == ">" else "little")

    def fill(
        self,
        out: AnyArray,
        spot: LayerSpot,
        channel: ChannelSpot,
        *,
        invert: bool = False,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Queue the unpacking of a channel into `out` (h, w); `then` is called in this thread when it is there."""
        size = channel.span.size
        while self._pending and self._ahead_bytes + size > self._most_bytes:
            self._wait_for_one()
        compression = self._read_compression(self._source.read(channel.span.start, 2))
        data = self._source.read(channel.span.start + 2, size - 2)
        if len(data) < size - 2:
            raise self._damaged(spot.record, "cut off")
        job = self._pool.submit(
            unpack_plane,
            data,
            compression,
            out,
            version=self._source.version,
            order=self._source.order,
            invert=invert,
        )
        self._ahead_bytes += size
        self._pending.append((job, channel, spot.record, then))

    def wait(self) -> None:
        while self._pending:
            self._wait_for_one()

    def _wait_for_one(self) -> None:
        job, channel, record, then = self._pending.popleft()
        self._ahead_bytes -= channel.span.size
        try:
            job.result()
        except PlaneDamaged as error:
            raise self._damaged(record, str(error)) from error
        if then is not None:
            then()

    def _damaged(self, record: LayerRecord, how: str) -> DamagedFile:
        return DamagedFile(
            f"{self._name} is damaged: the pixels of layer “{layer_name(record)}” are {how}. Copy or export it again."
        )


# --- the tree --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    """A layer or group whose planes may still be on their way."""

    common: dict[str, Any]
    mask: dict[str, Any] | None = None
    density: float = 1.0
    rect: Rect | None = None
    pixels: AnyArray | None = None
    alpha: AnyArray | None = None
    children: list[_Draft] = field(default_factory=list)
    open: bool = True

    def drop_opaque_alpha(self) -> None:
        """At once, and not at the end: most layers have one, and it weighs as much as a colour."""
        alpha = self.alpha
        # The least sample, and not a comparison of all: that would take as much memory again.
        if alpha is not None and bool(alpha.min() >= depth_white(array_depth(alpha))):
            self.alpha = None

    def build(self, notes: list[str]) -> Node:
        mask = None if self.mask is None else Mask(**_apply_density(self.mask, self.density))
        planes = (self.pixels, self.alpha, None if mask is None else mask.pixels)
        bad = sum(replace_bad_floats(cast("Samples", plane))[1] for plane in planes if plane is not None)
        if bad:
            notes.append(f"Layer “{self.common['name']}”: {bad} samples were no numbers and were set to 0.")
        if self.rect is None or self.pixels is None:
            children = tuple(child.build(notes) for child in self.children)
            return Group(**self.common, mask=mask, children=children, open=self.open)
        return Layer(
            **self.common,
            mask=mask,
            rect=self.rect,
            pixels=cast("Samples", self.pixels),
            alpha=cast("Samples | None", self.alpha),
        )


def _apply_density(mask: dict[str, Any], density: float) -> dict[str, Any]:
    """Density weakens a mask towards "all shown"; the values say the same without it."""
    if density >= 1:
        return mask
    pixels = mask["pixels"]
    white = depth_white(array_depth(pixels))
    weakened = white - (white - pixels.astype(np.float32)) * density
    if pixels.dtype != np.float32:
        weakened = np.rint(weakened)
    return {**mask, "pixels": weakened.astype(pixels.dtype), "outside": 1 - (1 - mask["outside"]) * density}


class _TreeBuilder:
    def __init__(self, source: LayerSource, unpacker: _Unpacker, name: str) -> None:
        self._source = source
        self._unpacker = unpacker
        self._name = name
        self._levels: list[list[_Draft]] = [[]]
        self.notes: list[str] = []

    def add(self, spot: LayerSpot) -> None:
        record = spot.record
        divider = find_divider(record)
        if divider is not None and divider.kind == SectionDivider.BOUNDING_SECTION_DIVIDER:
            if len(self._levels) > _DEEPEST:
                raise UnsupportedFile(
                    f"{self._name} nests groups more than {_DEEPEST} deep. Flatten some of them."
                )
            self._levels.append([])
            return
        if divider is not None and divider.kind in (SectionDivider.OPEN_FOLDER, SectionDivider.CLOSED_FOLDER):
            self._add_group(spot, divider)
        elif spot.rect.is_empty and (find_adjustment(record) or find_fill(record)):
            self._add_without_pixels(spot)
        else:
            self._add_layer(spot)

    def finish(self) -> list[_Draft]:
        while len(self._levels) > 1:  # a group that never got its head
            children = self._levels.pop()
            self._levels[-1].extend(children)
            self.notes.append("A group has no head in the file; its layers were kept without the group.")
        return self._levels[0]

    def _add_group(self, spot: LayerSpot, divider: SectionDividerSetting) -> None:
        children = self._levels.pop() if len(self._levels) > 1 else []
        key = divider.blend_mode or spot.record.blend_mode
        draft = _Draft(self._read_common(spot.record, _BLEND_MODES[key]), children=children)
        draft.open = divider.kind == SectionDivider.OPEN_FOLDER
        self._read_mask(draft, spot)
        self._note_features(spot.record)
        self._levels[-1].append(draft)

    def _add_layer(self, spot: LayerSpot) -> None:
        source, rect = self._source, spot.rect
        draft = _Draft(self._read_common(spot.record, _BLEND_MODES[spot.record.blend_mode]), rect=rect)
        shape, dtype = rect.size.shape, depth_dtype(source.depth)
        draft.pixels = np.zeros((*shape, source.mode.channels), dtype)
        if not rect.is_empty:
            alpha = spot.find_channel(ChannelID.TRANSPARENCY_MASK)
            if alpha is not None:
                draft.alpha = np.empty(shape, dtype)
                self._unpacker.fill(draft.alpha, spot, alpha, then=draft.drop_opaque_alpha)
            for index in range(source.mode.channels):
                channel = spot.find_channel(index)
                if channel is not None:
                    ink = source.mode is ColorMode.CMYK
                    self._unpacker.fill(draft.pixels[..., index], spot, channel, invert=ink)
        self._read_mask(draft, spot)
        self._note_features(spot.record)
        self._levels[-1].append(draft)

    def _add_without_pixels(self, spot: LayerSpot) -> None:
        """Adjustment and fill layers: a solid colour becomes pixels, the others are left out with a note."""
        title = layer_name(spot.record)
        kind = find_adjustment(spot.record)
        if kind is not None:
            self.notes.append(
                f"Layer “{title}”: an adjustment ({kind}) was left out; the colours under it are unadjusted."
            )
            return
        color = _read_solid_color(spot.record, self._source.mode, self._source.depth)
        if color is None or has_vector_mask(spot.record) or not self._source.trusted:
            self.notes.append(
                f"Layer “{title}”: a fill ({find_fill(spot.record)}) has no pixels and was left out."
            )
            return
        blend = _BLEND_MODES[spot.record.blend_mode]
        draft = _Draft(self._read_common(spot.record, blend), rect=self._source.canvas.rect)
        draft.pixels = np.empty((*self._source.canvas.shape, self._source.mode.channels), color.dtype)
        draft.pixels[:1] = color
        draft.pixels[1:] = draft.pixels[:1]  # whole rows copy many times faster than single colours
        self.notes.append(f"Layer “{title}”: a solid colour was turned into pixels.")
        self._read_mask(draft, spot)
        self._note_features(spot.record)
        self._levels[-1].append(draft)

    def _read_common(self, record: LayerRecord, blend: BlendMode) -> dict[str, Any]:
        return {
            "name": layer_name(record),
            "opacity": record.opacity / 255 * read_fill_opacity(record),
            "blend": blend,
            "visible": record.flags.visible,
            "clipped": record.clipping == Clipping.NON_BASE,
        }

    def _read_mask(self, draft: _Draft, spot: LayerSpot) -> None:
        """The mask that shows: the user's own, or Photoshop's rendering of an outline where pixels are not shaped yet."""
        record = spot.record
        data = record.mask_data
        if data is None:
            return
        number, background, flags = ChannelID.USER_LAYER_MASK, data.background_color, data.flags
        if is_shape(record) and is_rendered_mask(record):
            if not has_own_mask(record) or data.real_flags is None:
                return
            number, background, flags = (
                ChannelID.REAL_USER_LAYER_MASK,
                data.real_background_color or 0,
                data.real_flags,
            )
        channel = next((item for item in spot.channels if item.id == number), None)
        if channel is None:
            return
        rect = channel_rect(spot, channel)
        pixels: AnyArray = np.empty(rect.size.shape, depth_dtype(self._source.depth))
        if not rect.is_empty:
            self._unpacker.fill(pixels, spot, channel)
        draft.mask = {
            "rect": rect,
            "pixels": pixels,
            "outside": background / 255,
            "enabled": not flags.mask_disabled,
            "linked": not flags.pos_relative_to_layer,
        }
        if data.parameters is not None:
            rendered = number == ChannelID.USER_LAYER_MASK and is_rendered_mask(record)
            values = data.parameters
            density = values.vector_mask_density if rendered else values.user_mask_density
            draft.density = 1.0 if density is None else density / 255

    def _note_features(self, record: LayerRecord) -> None:
        texts = [feature.text for feature in find_features(record)]
        if texts:
            self.notes.append(f"Layer “{layer_name(record)}”: {'; '.join(texts)}.")


_SOLID_COLORS: dict[ColorMode, tuple[bytes, tuple[bytes, ...], float]] = {
    ColorMode.RGB: (b"RGBC", (b"Rd  ", b"Grn ", b"Bl  "), 255.0),
    ColorMode.CMYK: (b"CMYC", (b"Cyn ", b"Mgnt", b"Ylw ", b"Blck"), 100.0),
}


def _read_solid_color(record: LayerRecord, mode: ColorMode, depth: Depth) -> AnyArray | None:
    """A solid fill's colour in the document's samples; None when it is of another colour mode."""
    block = record.tagged_blocks.get_data(b"SoCo")
    wanted = _SOLID_COLORS.get(mode)
    if wanted is None or block is None:
        return None
    kind, keys, full = wanted
    color = block.get(b"Clr ") if hasattr(block, "get") else None
    if color is None or bytes(getattr(color, "classID", b"")) != kind:
        return None
    values = [getattr(color.get(key), "value", None) for key in keys]
    if not all(isinstance(value, float) for value in values):
        return None
    shares = np.clip(np.array(values, np.float64) / full, 0, 1)
    white = depth_white(depth)
    return np.asarray(shares if depth == 32 else np.rint(shares * white), dtype=depth_dtype(depth))
