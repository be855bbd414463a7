"""From a photo to a network's input and from its output to a soft mask, as the record says. Arrays only, no network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.errors import ModelFailed, UsageError
from mattework.geometry import Size
from mattework.models.placement import Placement
from mattework.models.spec import InputRule, OutputRule

_NOT_FINITE = "The model answered with numbers that are not finite. Try another device or model."


def resize_smoothly(array: AnyArray, size: Size) -> AnyArray:
    """Resize (h, w) or (h, w, c) to `size`: area averages where an axis shrinks, then cubic where an axis grows.

    Cubic interpolation overshoots at edges; float results may leave the range of the input by a few per cent.
    """
    import cv2

    height, width = array.shape[:2]
    shrunk = Size(min(width, size.width), min(height, size.height))
    result = array
    if shrunk != Size(width, height):
        result = cv2.resize(result, (shrunk.width, shrunk.height), interpolation=cv2.INTER_AREA)
    if size != shrunk:
        result = cv2.resize(result, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    return result


def make_inputs(
    rule: InputRule,
    rgb: Bytes,
    placement: Placement,
    *,
    names: Mapping[str, str],
    companion: Floats | None = None,
) -> dict[str, AnyArray]:
    """The input tensors for a photo.

    Args:
        rule: the record's input rule.
        rgb: (H, W, 3) uint8, RGB.
        placement: where the photo lies on the canvas.
        names: the graph's input names and element types ("float32", "float16", "uint8"), in the graph's order.
        companion: (H, W) float32 of 0 to 1 at the photo's size: the trimap (0, .5, 1) or mask that the rule asks for.

    Raises:
        UsageError: a companion is missing or not asked for.
        ModelFailed: the graph has no input of the record's name.
    """
    if (companion is None) != (rule.companion == "none"):
        raise UsageError(
            "This model takes a picture alone."
            if companion is not None
            else "This model needs a trimap or mask too."
        )
    name = rule.name or next(iter(names))
    if name not in names:
        raise ModelFailed(
            f"The model file has no input {name!r}; it has {', '.join(names)}. The record does not fit it."
        )
    samples = _lay_on_canvas(rgb, placement, rule.size.pad).astype(np.float32)
    if rule.channels == "bgr":
        samples = samples[:, :, ::-1]
    samples = _scale(rule, samples)
    inputs = {}
    if companion is not None:
        laid = _lay_on_canvas(companion, placement, 0).astype(np.float32)[:, :, None]
        if rule.companion == "trimap-channel":
            samples = np.concatenate([samples, laid], axis=2)
        else:
            other = next((one for one in names if one != name), None)
            if other is None:
                raise ModelFailed(
                    f"The model file has no second input beside {name!r}. The record does not fit it."
                )
            inputs[other] = _as_tensor(laid, rule.layout, names[other])
    inputs[name] = _as_tensor(samples, rule.layout, names[name])
    return inputs


def read_mask(rule: OutputRule, outputs: Mapping[str, AnyArray]) -> Floats:
    """The soft mask (h, w) float32 of 0 to 1 on the output's own grid, letterbox bars still in it.

    Raises:
        ModelFailed: the graph gave no such output, or one of another shape than the record says.
    """
    values = _reach_classes(rule, _pick(rule, outputs))
    if rule.activation == "labels":
        mask = np.isin(values, rule.classes).astype(np.float32)
    elif rule.activation == "argmax":
        mask = np.isin(values.argmax(axis=0), rule.classes).astype(np.float32)
    elif rule.activation == "softmax":
        values = values.astype(np.float32)
        weights = np.exp(values - values.max(axis=0, keepdims=True))
        mask = weights[list(rule.classes)].sum(axis=0) / weights.sum(axis=0)
    else:
        mask = values[list(rule.classes)].sum(axis=0, dtype=np.float32)
        if rule.activation == "sigmoid":
            mask = np.float32(0.5) * (np.float32(1.0) + np.tanh(mask * np.float32(0.5 / rule.temperature)))
    if not np.isfinite(mask).all():
        raise ModelFailed(_NOT_FINITE)
    if rule.stretch == "min-max":
        low, high = float(mask.min()), float(mask.max())
        mask = (mask - low) / max(high - low, 1e-6)
    return np.ascontiguousarray(mask.clip(0.0, 1.0), np.float32)


def restore_mask(mask: Floats, placement: Placement) -> Floats:
    """Cut the bars off and undo a squash: a mask (h, w) of the photo's aspect ratio, see `Placement.mask_size`."""
    canvas, area = placement.canvas, placement.area
    across, down = canvas.width // mask.shape[1], canvas.height // mask.shape[0]
    if (mask.shape[0] * down, mask.shape[1] * across) == canvas.shape:
        # Coarser than the canvas: what lies wholly in the bars goes first, so that it does not bleed in.
        left, top = area.left // across, area.top // down
        mask = mask[top : -(-area.bottom // down), left : -(-area.right // across)]
        area = area.move(-left * across, -top * down)
        canvas = Size(mask.shape[1] * across, mask.shape[0] * down)
    if mask.shape != canvas.shape:
        mask = resize_smoothly(mask, canvas)
    rows, columns = area.slices
    mask = resize_smoothly(mask[rows, columns], placement.mask_size)
    return np.ascontiguousarray(mask.clip(0.0, 1.0), np.float32)


def _lay_on_canvas(array: AnyArray, placement: Placement, pad: int) -> AnyArray:
    laid = resize_smoothly(array, placement.area.size)
    if placement.area == placement.canvas.rect:
        return laid
    canvas = np.full((*placement.canvas.shape, *array.shape[2:]), pad, array.dtype)
    canvas[placement.area.slices] = laid
    return canvas


def _scale(rule: InputRule, samples: Floats) -> Floats:
    if rule.scale == "unit":
        samples = samples / np.float32(255.0)
    elif rule.scale == "signed":
        samples = samples / np.float32(127.5) - np.float32(1.0)
    elif rule.scale == "own-maximum":
        samples = samples / np.float32(max(float(samples.max()), 1e-6))
    if rule.mean:
        samples = np.subtract(samples, rule.mean, dtype=np.float32)
    if rule.std:
        samples = np.divide(samples, rule.std, dtype=np.float32)
    return samples


def _as_tensor(samples: Floats, layout: str, dtype: str) -> AnyArray:
    """(h, w, c) in the layout and element type of the graph."""
    if np.dtype(dtype).kind in "iu":
        np.rint(samples, out=samples)
    if layout == "nchw":
        samples = samples.transpose(2, 0, 1)
    tensor = np.ascontiguousarray(samples, np.dtype(dtype))
    return tensor if layout == "hwc" else tensor[None]


def _pick(rule: OutputRule, outputs: Mapping[str, AnyArray]) -> AnyArray:
    if isinstance(rule.which, str):
        if rule.which not in outputs:
            raise ModelFailed(
                f"The model file has no output {rule.which!r}; it has {', '.join(outputs)}. The record does not fit it."
            )
        return outputs[rule.which]
    if not -len(outputs) <= rule.which < len(outputs):
        raise ModelFailed(
            f"The model file has {len(outputs)} outputs; the record asks for number {rule.which}."
        )
    return list(outputs.values())[rule.which]


def _reach_classes(rule: OutputRule, tensor: AnyArray) -> AnyArray:
    """(classes, h, w), or (h, w) labels."""
    ranks = {"nchw": 4, "nhwc": 4, "nhw": 3}
    shape: tuple[int, ...] = getattr(tensor, "shape", ())  # a sequence of tensors has none
    if len(shape) != ranks[rule.layout] or shape[0] != 1 or 0 in shape:
        raise ModelFailed(
            f"The model answered with the shape {shape}; the record says {rule.layout} for one picture."
        )
    if np.isnan(tensor).any():  # the largest of no numbers would be a class like any other
        raise ModelFailed(_NOT_FINITE)
    if rule.layout == "nhw" and rule.activation == "labels":
        labels: AnyArray = tensor[0]
        return labels
    values: AnyArray = tensor[0].transpose(2, 0, 1) if rule.layout == "nhwc" else tensor[0]
    if rule.layout == "nhw":
        values = tensor
    if rule.activation == "labels":
        values = values[0]
    elif rule.activation != "argmax" and max(rule.classes) >= values.shape[0]:
        raise ModelFailed(
            f"The model knows {values.shape[0]} classes; the record asks for class {max(rule.classes)}."
        )
    return values
