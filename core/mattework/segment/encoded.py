"""A picture that a prompted network has seen: its features, kept, and the network's answers to prompts on it.

Both styles of `PromptRule` are served: Mattework's own maps, and the points and labels of the Segment Anything family
(Kirillov et al., "Segment Anything", ICCV 2023, and the ONNX decoders that are exported from it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.errors import ModelFailed
from mattework.geometry import Point, Size
from mattework.models.placement import Placement, place_photo
from mattework.models.runtime import ModelSession
from mattework.models.spec import PromptRule
from mattework.models.tensors import make_inputs, read_mask, resize_smoothly, restore_mask
from mattework.prompt import Prompt
from mattework.segment.prompt_maps import draw_prompt_maps, fill_region

_STROKE_STEP = 48.0
"""Canvas pixels between the points that stand for a scribble where a network knows points only."""

_MOST_STROKE_POINTS = 12
_SURE = 0.995  # logits that stand for a soft mask do not grow without end
_POSITIVE, _NEGATIVE, _CORNER_1, _CORNER_2, _PADDING = 1.0, 0.0, 2.0, 3.0, -1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedPicture:
    """A picture as the network keeps it: where it lies on the canvas, and its features by the decoder's input names."""

    session: ModelSession
    rule: PromptRule
    placement: Placement
    features: Mapping[str, AnyArray]

    @property
    def mask_size(self) -> Size:
        """The size of every answer."""
        return self.placement.mask_size


def encode_picture(session: ModelSession, rgb: Bytes, *, long_side: int | None = None) -> EncodedPicture:
    """Let the encoder see a picture (H, W, 3) uint8, RGB.

    Args:
        session: an open model of the task "prompt".
        long_side: long side that a model with a free input size is shown; None for the record's own.

    Raises:
        UsageError: a long side that this model cannot take.
        ModelFailed, OutOfMemory: see `ModelSession.run`.
    """
    rule = session.spec.prompt
    if rule is None:
        raise ModelFailed(f"{session.spec.display_name} takes no prompts.")
    given = session.spec.input
    placement = place_photo(given.size, Size(rgb.shape[1], rgb.shape[0]), long_side=long_side)
    inputs = make_inputs(given, rgb, placement, names=session.input_types("encoder"))
    outputs = dict(zip(session.output_names("encoder"), session.run(inputs, "encoder"), strict=True))
    missing = set(rule.embeddings.values()) - outputs.keys()
    if missing:
        raise ModelFailed(
            f"The encoder gives no {' and '.join(sorted(missing))}; it gives {', '.join(outputs)}. "
            "The record does not fit it."
        )
    features = {name: outputs[source] for name, source in rule.embeddings.items()}
    return EncodedPicture(session=session, rule=rule, placement=placement, features=features)


def answer_prompts(
    encoded: EncodedPicture,
    marks: Sequence[Prompt],
    region: Prompt | None = None,
    previous: Floats | None = None,
) -> Floats:
    """The network's soft mask for prompts in pixels of the encoded picture.

    Args:
        marks: points and scribbles, oldest first.
        region: the box or lasso that holds the object, if there is one.
        previous: soft mask (h, w) float32 to start from, of the whole picture at any resolution.

    Returns:
        (h, w) float32 of 0 to 1 at `encoded.mask_size`.

    Raises:
        ModelFailed, OutOfMemory: see `ModelSession.run`.
    """
    if encoded.rule.style == "maps":
        maps = draw_prompt_maps(
            marks,
            region,
            previous,
            encoded.placement,
            stride=encoded.rule.stride,
            radius=encoded.rule.radius,
        )
        return _run_decoder(encoded, {encoded.rule.maps: maps[None]})
    mask = _run_decoder(encoded, _make_point_inputs(encoded, marks, region, previous))
    if region is not None and region.kind == "lasso":
        # The network was told of the lasso's bounding box alone.
        scale = mask.shape[1] / encoded.placement.photo.width, mask.shape[0] / encoded.placement.photo.height
        corners = np.array(region.points, np.float32) * np.array(scale, np.float32)
        mask = mask * fill_region(region, corners, Size(mask.shape[1], mask.shape[0]))
    return mask


def _run_decoder(encoded: EncodedPicture, told: Mapping[str, AnyArray]) -> Floats:
    session, rule = encoded.session, encoded.rule
    types = session.input_types("decoder")
    inputs = {
        name: np.ascontiguousarray(array, np.dtype(types[name]))
        for name, array in {**encoded.features, **told}.items()
        if name in types
    }
    missing = types.keys() - inputs.keys()
    if missing:
        raise ModelFailed(
            f"The decoder wants {' and '.join(sorted(missing))}, which the record does not speak of. It does not fit it."
        )
    outputs = dict(zip(session.output_names("decoder"), session.run(inputs, "decoder"), strict=True))
    if rule.masks not in outputs:
        raise ModelFailed(
            f"The decoder has no output {rule.masks!r}; it has {', '.join(outputs)}. The record does not fit it."
        )
    if rule.style == "points" and rule.scores in outputs:
        best = int(np.asarray(outputs[rule.scores]).reshape(-1).argmax())
        outputs[rule.masks] = outputs[rule.masks][:, best : best + 1]
    return restore_mask(read_mask(session.spec.output, outputs), encoded.placement)


def _make_point_inputs(
    encoded: EncodedPicture, marks: Sequence[Prompt], region: Prompt | None, previous: Floats | None
) -> dict[str, AnyArray]:
    """Points with labels, previous logits, and canvas size, as the decoders of the Segment Anything family want them."""
    rule, placement = encoded.rule, encoded.placement
    points: list[Point] = []
    labels: list[float] = []
    for mark in marks:
        along = [placement.to_canvas(Point(x, y)) for x, y in mark.points]
        for point in along if mark.kind == "point" else _thin_out(along):
            points.append(point)
            labels.append(_POSITIVE if mark.adds else _NEGATIVE)
    if region is None:
        points.append(Point(0.0, 0.0))
        labels.append(_PADDING)
    else:
        corners = [placement.to_canvas(Point(x, y)) for x, y in region.points]
        points.append(Point(min(one.x for one in corners), min(one.y for one in corners)))
        points.append(Point(max(one.x for one in corners), max(one.y for one in corners)))
        labels += [_CORNER_1, _CORNER_2]
    logits = np.zeros((1, 1, rule.mask_side, rule.mask_side), np.float32)
    if previous is not None:
        logits[0, 0] = _to_logits(previous, placement, rule.mask_side)
    inputs: dict[str, AnyArray] = {
        rule.points: np.array([[(one.x, one.y) for one in points]], np.float32),
        rule.labels: np.array([labels], np.float32),
        rule.previous_mask: logits,
        rule.has_previous: np.array([previous is not None], np.float32),
    }
    if rule.canvas_size is not None:
        inputs[rule.canvas_size] = np.array(placement.canvas.shape, np.float32)
    return inputs


def _thin_out(way: Sequence[Point]) -> list[Point]:
    """A few points along a stroke, evenly spread; its two ends among them."""
    corners = np.array([(point.x, point.y) for point in way], np.float64)
    lengths = np.concatenate([[0.0], np.hypot(*np.diff(corners, axis=0).T).cumsum()])
    count = min(_MOST_STROKE_POINTS, 1 + round(float(lengths[-1]) / _STROKE_STEP))
    stops = np.linspace(0.0, lengths[-1], max(2, count)) if lengths[-1] > 1.0 else lengths[:1]
    return [
        Point(float(np.interp(at, lengths, corners[:, 0])), float(np.interp(at, lengths, corners[:, 1])))
        for at in stops
    ]


def _to_logits(mask: Floats, placement: Placement, side: int) -> Floats:
    """A soft mask of the picture as logits on the square grid of (side, side).

    The grid covers a square of the canvas' longer side from its top left corner, as in the exports of that family.
    """
    canvas = placement.canvas
    square = np.zeros((canvas.long_side, canvas.long_side), np.float32)
    square[placement.area.slices] = resize_smoothly(mask, placement.area.size)
    inside = resize_smoothly(square, Size(side, side)).clip(1.0 - _SURE, _SURE)
    logits: Floats = np.log(inside / (1.0 - inside)).astype(np.float32)
    return logits
