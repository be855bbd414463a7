"""Gestures as pictures: what a network of the style `maps` is shown of the prompts, on a grid coarser than its canvas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mattework.arrays import Floats
from mattework.geometry import Point, Size
from mattework.models.placement import Placement
from mattework.models.tensors import resize_smoothly
from mattework.outline import Corners, split_outline
from mattework.prompt import Prompt

POSITIVE, NEGATIVE, REGION, PREVIOUS = range(4)
_FARTHEST = 30_000


def draw_prompt_maps(
    marks: Sequence[Prompt],
    region: Prompt | None,
    previous: Floats | None,
    placement: Placement,
    *,
    stride: int,
    radius: int,
) -> Floats:
    """The four maps that stand for the prompts.

    Args:
        marks: points and scribbles in pixels of the placed picture, oldest first; a later one wins where they overlap.
        region: a box or lasso in pixels of the placed picture, if there is one.
        previous: soft mask (h, w) float32 of the whole picture at any resolution, if there is one.
        placement: where the picture lies on the network's canvas.
        stride: canvas pixels to one pixel of the maps.
        radius: of the round pen, in pixels of the maps.

    Returns:
        (4, canvas height / stride, canvas width / stride) float32 of 0 to 1: positive, negative, region, previous.
    """
    size = Size(placement.canvas.width // stride, placement.canvas.height // stride)
    maps = np.zeros((4, *size.shape), np.float32)
    for mark in marks:
        drawn = _draw_mark(mark, placement, stride, radius, size)
        maps[POSITIVE if mark.adds else NEGATIVE][drawn] = 1.0
        maps[NEGATIVE if mark.adds else POSITIVE][drawn] = 0.0
    if region is not None:
        maps[REGION] = fill_region(region, _map_points(region, placement, stride), size)
    if previous is not None:
        maps[PREVIOUS] = _lay_mask(previous, placement, size)
    return maps


def fill_region(region: Prompt, points: Floats, size: Size) -> Floats:
    """1 inside a box or lasso whose corners lie at `points` (n, 2) on a grid of `size`, else 0.

    In a lasso lies all that it runs around, also where it overlaps itself. There is at least one pixel where it touches
    the grid, none where it lies beside it.
    """
    import cv2

    filled = np.zeros(size.shape, np.float32)
    if region.kind == "box":
        left, top = points.min(axis=0)
        right, bottom = points.max(axis=0)
        if right < 0 or bottom < 0 or left > size.width or top > size.height:
            return filled
        x0, y0 = min(round(float(left)), size.width - 1), min(round(float(top)), size.height - 1)
        x1, y1 = max(x0 + 1, round(float(right))), max(y0 + 1, round(float(bottom)))
        filled[max(0, y0) : y1, max(0, x0) : x1] = 1.0
    else:
        cv2.fillPoly(filled, [_to_cells(points)], 1.0)  # with what is too thin to enclose anything
        for loop in split_outline(points.tolist()):  # one by one: where two overlap, OpenCV leaves a hole
            cv2.fillPoly(filled, [_to_cells(loop)], 1.0)
    return filled


def _draw_mark(
    mark: Prompt, placement: Placement, stride: int, radius: int, size: Size
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    import cv2

    drawn = np.zeros(size.shape, np.uint8)
    cells = _to_cells(_map_points(mark, placement, stride))
    if len(cells) > 1:
        cv2.polylines(drawn, [cells], False, 1, max(1, 2 * radius))
    for x, y in (cells[0], cells[-1]):
        cv2.circle(drawn, (int(x), int(y)), radius, 1, -1)
    return drawn > 0


def _map_points(prompt: Prompt, placement: Placement, stride: int) -> Floats:
    """The prompt's points (n, 2) as positions on the grid of the maps; pixel centres lie at .5."""
    placed = [placement.to_canvas(Point(x, y)) for x, y in prompt.points]
    return np.array([(point.x / stride, point.y / stride) for point in placed], np.float32)


def _to_cells(points: Floats | Corners) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """The pixels that the points lie in, as far out as OpenCV can still draw."""
    return np.floor(points).clip(-_FARTHEST, _FARTHEST).astype(np.int32)


def _lay_mask(mask: Floats, placement: Placement, size: Size) -> Floats:
    """A soft mask of the picture on the grid of the maps, 0 in the bars."""
    canvas = np.zeros(placement.canvas.shape, np.float32)
    canvas[placement.area.slices] = resize_smoothly(mask, placement.area.size)
    laid: Floats = resize_smoothly(canvas, size).clip(0.0, 1.0)
    return laid
