"""Object Select: what a person points at becomes the selection, or the layer's mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gi.repository import Gegl, Gimp
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import CutRequest, EngineError, Gesture

from .engine import show_progress
from .gestures import (
    NOTHING_POINTED_AT,
    Line,
    Point,
    gather_gestures,
    parse_points,
    read_curve,
    read_line,
    trace_painting,
)
from .layers import choose_originals, find_known, find_place, find_seen
from .pixels import mask_sample, send_picture
from .results import apply_results, check_colours, select_results, send_mask, take_result
from .solvers import plain_edge

PAINTING_SIDE = 192
"""Long side at which a painted channel is read; thinner lines than a pixel of it are read as faint ones."""
CURVE_PRECISION = 1.0
"""Pixels by which a path may be left."""


def select_object(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """The object that selection, path, channels or points mean, as selection or as mask of the layer."""
    layer, sample = _choose_one(image, drawables), mask_sample(image)
    prompts = point_at(image, layer, options)
    as_mask, operation = options["output"] == "mask", options["operation"]
    folder = client.open_folder(options["model"] or client.call("about")["default_prompt_model"])
    notes = check_colours(image, options) if as_mask else []
    combines = as_mask and operation != "replace" and layer.get_mask() is not None
    request = CutRequest(
        send_picture(image, layer, folder, 0),
        sample,
        model=options["model"] or None,
        edge=plain_edge(options),
        colours=options["colours"] if as_mask else 0.0,
        combine=operation if combines else "replace",
        existing=send_mask(image, find_known(image, layer, notes), folder, 0) if combines else None,
        with_transparency=not as_mask,
        prompts=prompts,
    )
    result = take_result(layer, client.call("cut", request, show_progress(0, 1)), folder, 0, notes)
    if as_mask:
        result = result._replace(amount=options["colours"], is_joined=combines)
        notes += apply_results(image, [result])
    else:
        select_results(image, [result], operation)
    return notes


def check_pointing(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> None:
    """Refuse several layers, and an image in which nothing can point at an object.

    Raises:
        EngineError: that is so.
    """
    _choose_one(image, drawables)
    if find_box(image) is None and not image.get_paths() and not image.get_channels():
        raise EngineError(NOTHING_POINTED_AT, "usage")


def _choose_one(image: Gimp.Image, drawables: Sequence[Gimp.Drawable]) -> Gimp.Layer:
    layers = choose_originals(image, drawables)
    if len(layers) != 1:
        raise EngineError("Select the one layer in which the object is.", "usage")
    return layers[0]


def point_at(image: Gimp.Image, layer: Gimp.Layer, options: dict[str, Any]) -> tuple[Gesture, ...]:
    """The gestures that the arguments of the procedure mean."""
    path, painted, spared = options["path"], options["channel"], options["not-channel"]
    return gather_gestures(
        box=find_box(image) if options["use-selection"] else None,
        lines=[] if path is None else _read_path(path),
        points=parse_points(options["points"]),
        painted=[] if painted is None else _read_painting(painted),
        spared=[] if spared is None else _read_painting(spared),
        not_points=parse_points(options["not-points"]),
        place=find_place(find_seen(image, layer)),
    )


def find_box(image: Gimp.Image) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of what is selected; None when nothing is."""
    _, is_there, left, top, right, bottom = Gimp.Selection.bounds(image)
    return (float(left), float(top), float(right), float(bottom)) if is_there else None


def _read_path(path: Gimp.Path) -> list[Line]:
    """Its strokes: closed ones by their curves, open ones by their anchors."""
    lines = []
    for number in path.get_strokes():
        _, points, closed = path.stroke_get_points(number)
        if closed:
            points, _ = path.stroke_interpolate(number, CURVE_PRECISION)
            lines.append(read_curve(points))
        else:
            lines.append(read_line(points))
    return lines


def _read_painting(channel: Gimp.Channel) -> list[tuple[Point, ...]]:
    width, height = channel.get_width(), channel.get_height()
    scale = min(1.0, PAINTING_SIDE / max(width, height))
    small_width, small_height = max(1, round(width * scale)), max(1, round(height * scale))
    area = Gegl.Rectangle.new(0, 0, small_width, small_height)
    plane = bytes(channel.get_buffer().get(area, scale, "Y u8", Gegl.AbyssPolicy.NONE))
    ways = trace_painting(plane, small_width, small_height, scale)
    if not ways:
        raise EngineError(f"Nothing is painted in the channel {channel.get_name()!r}.", "usage")
    return ways
