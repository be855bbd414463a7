"""The trimap: which pixels are certainly background or foreground, and the unknown band where alpha is solved."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mattework.arrays import (
    Bools,
    Bytes,
    Floats,
    Samples,
    WritablePlane,
    check_colour,
    check_soft_mask,
    split_rows,
)
from mattework.errors import UsageError
from mattework.geometry import Rect, Size
from mattework.matting.brush import draw_brush, stroke_bounds
from mattework.matting.reach import USUAL_REACH, distance_to, measure_reach, resize
from mattework.matting.strands import find_strands
from mattework.recipe import Stroke, TrimapRules

BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255

WORK_SIDE = 1024
"""Long side at which the band is laid out, unless the soft mask itself is finer."""
FINEST_WORK_SIDE = 2048

SOFT_MARGIN = 1.0
"""What an uncertain zone is grown by, in pixels of the soft mask."""
THIN_SHARE = 0.6
"""A part thinner than the band keeps the inner 1 - THIN_SHARE of its half width as known."""

WIDEST_KERNEL = 20
"""Half the width, in pixels, of what is walked over pixel by pixel; what is wider is done at a reduced size."""

STROKE_VALUES = {
    "foreground": FOREGROUND,
    "background": BACKGROUND,
    "unknown": UNKNOWN,
    "transparent": UNKNOWN,
}


def make_trimap(
    soft_mask: Floats,
    size: Size,
    *,
    rgb: Samples | None = None,
    rules: TrimapRules | None = None,
    strokes: Sequence[Stroke] = (),
    part_of: Size | None = None,
) -> Bytes:
    """Lay the unknown band around a soft mask.

    The band's half width is a length in soft-mask pixels (a 320 px mask over a 6000 px photo errs by many photo pixels),
    chosen place by place by how sure the mask is of its outline and by what the photo shows there (`measure_reach`). Where
    strands leave it, it follows them (`find_strands`). Parts and holes thinner than the band keep a known core. Strokes are
    drawn last and win. The layout is made at `WORK_SIDE` and only the decision is enlarged, so time and memory hardly grow
    with the photo.

    Args:
        soft_mask: (h, w) float32 in 0..1, any resolution, of the whole photo.
        size: size of the photo and of the result.
        rgb: (H, W, 3 or 1) photo; without it the band is as wide everywhere, and no strand is followed.
        rules: width factor and the values that count as decided; None for the measured defaults.
        strokes: brush gestures in photo pixels.
        part_of: size of the whole photo, when mask, size and colours are of a part of it: the layout is then as coarse as
            that of the whole.

    Returns:
        (H, W) uint8 of 0 (background), 128 (unknown) and 255 (foreground).

    Raises:
        UsageError: the mask is empty, not two-dimensional or not finite, the photo is of another size, or the rules
            contradict each other.
    """
    trimap = np.empty(size.shape, np.uint8)
    lay_trimap(trimap, soft_mask, rgb=rgb, rules=rules, part_of=part_of)
    return draw_strokes(trimap, strokes) if strokes else trimap


def lay_trimap(
    trimap: WritablePlane[np.uint8],
    soft_mask: Floats,
    *,
    rgb: Samples | None = None,
    rules: TrimapRules | None = None,
    part_of: Size | None = None,
) -> None:
    """What `make_trimap` gives, written into a plane (H, W) of the photo's size, which may be kept in any way.

    Raises:
        UsageError: as `make_trimap`.
    """
    rules = rules or TrimapRules()
    _check_request(soft_mask, rules)
    size = Size(trimap.shape[1], trimap.shape[0])
    if size.area == 0:
        return
    if rgb is not None:
        check_colour(rgb)
        if rgb.shape[:2] != size.shape:
            raise UsageError(
                f"The photo is {rgb.shape[:2]} and the trimap {size.shape}: they are not of one picture."
            )
    work = _choose_work_size(size, part_of or size, max(soft_mask.shape))
    fields = _lay_fields(soft_mask, work, rgb, rules, size, part_of or size)
    for number, (value, coded) in enumerate(fields):
        field = resize(coded, size)
        for rows in split_rows(field):
            before = np.uint8(UNKNOWN) if number == 0 else trimap[rows, :]
            trimap[rows, :] = np.where(field[rows] >= 128, np.uint8(value), before)
        del field


def _choose_work_size(size: Size, whole: Size, mask_side: int) -> Size:
    """At what size the band of a picture is laid that is `whole` or a part of it, with a mask of that side."""
    share = size.long_side / whole.long_side
    whole_side = min(whole.long_side, max(WORK_SIDE, min(round(mask_side / share), FINEST_WORK_SIDE)))
    return (
        size if whole_side == whole.long_side else size.scale_to_long_side(max(1, round(whole_side * share)))
    )


def _lay_fields(
    soft_mask: Floats, work: Size, rgb: Samples | None, rules: TrimapRules, size: Size, whole: Size
) -> list[tuple[int, Bytes]]:
    """For foreground and background a field at the size `work` that is 128 and more where that is certain.

    The fields are bytes, exact to 1/32 work pixel around 128, which is all that the decision needs when it is enlarged.
    """
    soft = resize(np.ascontiguousarray(soft_mask, np.float32), work)
    # One soft-mask pixel, or one work pixel when the mask is finer.
    pixel = max(1.0, work.long_side / max(soft_mask.shape))
    if rgb is None:
        reach = np.full(work.shape, USUAL_REACH, np.float32)
    else:
        reach = np.array(resize(measure_reach(soft_mask, rgb, size, whole), work), np.float32)
    reach *= pixel * rules.band
    margin = (
        SOFT_MARGIN * pixel * min(1.0, rules.band)
    )  # a wide band would swallow holes that the mask is less sure of
    decided = (soft >= rules.certain_foreground, soft <= rules.certain_background)
    insides = (soft >= 0.5, soft < 0.5)
    del soft
    soft_distance = distance_to(~(decided[0] | decided[1]))
    soft_distance -= margin
    fields = []
    for value, certain, inside in zip((FOREGROUND, BACKGROUND), decided, insides, strict=True):
        field = _lay_field(certain, inside, reach, soft_distance, pixel, rules.doubt)
        if inside.any() and not (field >= 128).any():
            # A wide band must not leave nothing known of what the mask shows.
            narrow = np.minimum(reach, np.float32(USUAL_REACH * pixel * rules.band))
            field = _lay_field(certain, inside, narrow, soft_distance, pixel, rules.doubt)
        if rgb is not None and value == BACKGROUND:
            field[find_strands(field >= 128, rgb, size, whole, band=rules.band)] = 0
        fields.append((value, field))
    return fields


def _lay_field(
    certain: Bools, inside: Bools, reach: Floats, soft_distance: Floats, pixel: float, doubt: float
) -> Bytes:
    """The field of one kind, of which the mask is `certain` at some places and more than half sure `inside`."""
    depth = distance_to(~inside)
    lead = _spare_thin_parts(depth, reach, pixel)
    np.subtract(depth, lead, out=lead)
    np.minimum(lead, soft_distance, out=lead)
    np.minimum(lead, -0.5, out=lead, where=~certain)
    far = doubt > 0 and not inside.all()  # without an outline nothing is far from it
    field = np.empty(lead.shape, np.uint8)
    for rows in split_rows(lead):
        part = lead[rows]
        if far:  # outside of its kind a place is at no depth, and never certain
            beyond = depth[rows] - doubt * reach[rows]
            part = np.where(depth[rows] > 0, np.maximum(part, beyond), part)
        field[rows] = np.clip(np.rint(part * 32.0) + 128.0, 0, 255)
    return field


def _check_request(soft_mask: Floats, rules: TrimapRules) -> None:
    check_soft_mask(soft_mask)
    if not 0 <= rules.band < np.inf or not 0 <= rules.certain_background < rules.certain_foreground <= 1:
        raise UsageError(
            "The trimap rules contradict each other: the band may not be negative or endless, and certain_background "
            f"({rules.certain_background}) must lie under certain_foreground ({rules.certain_foreground}), both in 0 to 1."
        )


def _spare_thin_parts(depth: Floats, reach: Floats, pixel: float) -> Floats:
    """The reach, shortened where the part is thinner than it, so that its middle stays known."""
    import cv2

    count, labels = cv2.connectedComponents((depth > 0).astype(np.uint8))
    parts = np.asarray(labels, np.int32)
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, parts.ravel(), depth.ravel())

    widest = math.ceil(float(reach.max()))
    # A disc costs its area at every pixel. Depth is a distance, so its maxima are found as well from those of blocks.
    block = math.ceil(widest / WIDEST_KERNEL)
    span = 2 * math.ceil(widest / block) + 1 if block else 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (span, span))
    if block <= 1:
        thickest = np.asarray(cv2.dilate(depth, kernel), np.float32)
    else:
        reduced = _take_largest(depth, block)
        grown = cv2.resize(
            cv2.dilate(reduced, kernel), None, fx=block, fy=block, interpolation=cv2.INTER_LINEAR
        )
        thickest = np.ascontiguousarray(grown[: depth.shape[0], : depth.shape[1]], np.float32)
    # What lies beyond the outline is no part of a hole, however near.
    own = deepest[parts]
    np.minimum(thickest, own, out=thickest, where=own > 0)
    del labels, parts, own
    is_speck = thickest < 0.75 * pixel  # no part
    thickest *= np.float32(THIN_SHARE)
    spared = np.minimum(reach, thickest, out=thickest)
    np.copyto(spared, reach, where=is_speck)
    return spared


def _take_largest(values: Floats, block: int) -> Floats:
    """The largest value of each block of `block` x `block`; those at the right and below may hold fewer pixels."""
    height, width = values.shape
    padded = np.pad(values, ((0, -height % block), (0, -width % block)))
    blocks = padded.reshape(padded.shape[0] // block, block, -1, block)
    return np.asarray(blocks.max(axis=(1, 3)), np.float32)


def draw_strokes(trimap: Bytes, strokes: Sequence[Stroke], offset: tuple[int, int] = (0, 0)) -> Bytes:
    """A copy of `trimap` with the strokes drawn in their order; later ones win.

    Strokes that are touches (soft, partial, areas and gradients) are left out: they go onto the solved alpha.
    A transparent stroke turns foreground into unknown and leaves background alone: it widens the band inside the
    subject (veils, glass, smoke), and `solve_alpha` looks through what it covers. A restored stroke brings `trimap` itself
    back.

    Args:
        trimap: (h, w) uint8 of 0, 128, 255, the whole or a part of the picture's trimap.
        offset: (x, y) of the trimap's first pixel in the picture that the strokes were drawn on.

    Raises:
        UsageError: a stroke's points or radius are not finite numbers.
    """
    drawn = trimap.copy()
    frame = Rect(0, 0, trimap.shape[1], trimap.shape[0])
    for stroke in strokes:
        if stroke.is_touch:
            continue
        touched = stroke_bounds(stroke).move(-offset[0], -offset[1]).intersect(frame)
        if touched.is_empty:
            continue
        brush = draw_brush(stroke, touched.move(*offset))
        part = drawn[touched.slices]
        if stroke.kind == "transparent":
            brush = brush & (part == FOREGROUND)
        if stroke.kind == "restored":
            part[brush] = trimap[touched.slices][brush]
        else:
            part[brush] = STROKE_VALUES[stroke.kind]
    return drawn


def draw_transparent(strokes: Sequence[Stroke], where: Rect) -> Bools | None:
    """Which pixels of `where` the last stroke over them calls transparent; None when there is no such stroke."""
    if not any(stroke.kind == "transparent" for stroke in strokes):
        return None
    clear = np.zeros(where.size.shape, bool)
    for stroke in strokes:
        touched = Rect(0, 0, 0, 0) if stroke.is_touch else stroke_bounds(stroke).intersect(where)
        if not touched.is_empty:
            brush = draw_brush(stroke, touched)
            clear[touched.move(-where.left, -where.top).slices][brush] = stroke.kind == "transparent"
    return clear
