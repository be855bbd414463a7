"""How far an alpha or a mask is from the truth.

Every measure takes a prediction and a truth of the same (H, W) shape with values 0 to 1, computes in float64 and returns
a plain float. `region`, where there is one, is an (H, W) boolean array: only pixels inside it count (the unknown band of a
trimap, as matting papers do).

Mattes: SAD, MSE, MAD; gradient and connectivity error of Rhemann et al., "A Perceptually Motivated Online Benchmark
for Image Matting" (CVPR 2009). Masks: IoU; precision, recall and F of Achanta et al. (CVPR 2009); boundary F of
Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation" (CVPR 2016); S-measure of
Fan et al., "Structure-measure: A New Way to Evaluate Foreground Maps" (ICCV 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mattework.arrays import AnyArray, Bools

_Doubles: TypeAlias = NDArray[np.float64]

_TINY = float(np.finfo(np.float64).eps)
_SIGMA = 1.4
"""Standard deviation of the Gaussian whose derivatives tell gradients, in pixels (Rhemann 2009)."""
_CONNECTED_LEVELS = 10
"""Steps of alpha in which connectedness is counted (Rhemann 2009)."""
_SOLID = 0.5
"""What reaches this counts as foreground."""
_OBJECT_SHARE = 0.5
"""What the object-aware similarity weighs in the S-measure (Fan 2017)."""


# Mattes -------------------------------------------------------------------------------------------------------------


def measure_sad(prediction: AnyArray, truth: AnyArray, region: Bools | None = None) -> float:
    """Sum of absolute differences, in thousands of fully wrong pixels."""
    return float(np.abs(_difference(prediction, truth, region)).sum()) / 1000


def measure_mse(prediction: AnyArray, truth: AnyArray, region: Bools | None = None) -> float:
    """Mean squared error; 0 where the region is empty."""
    difference = _difference(prediction, truth, region)
    return float(np.mean(difference**2)) if difference.size else 0.0


def measure_mad(prediction: AnyArray, truth: AnyArray, region: Bools | None = None) -> float:
    """Mean absolute difference (MAE); 0 where the region is empty."""
    difference = _difference(prediction, truth, region)
    return float(np.mean(np.abs(difference))) if difference.size else 0.0


def measure_gradient_error(prediction: AnyArray, truth: AnyArray, region: Bools | None = None) -> float:
    """Sum of squared differences of the gradient magnitudes, in thousands (Rhemann 2009, q = 2).

    Gradients are convolutions with first derivatives of a Gaussian of 1.4 pixels, each filter scaled to unit energy
    and cut off where it falls under a hundredth of its peak, the picture's edge repeating beyond it.
    """
    _check_shapes(prediction, truth, region)
    error = (_gradient_magnitude(prediction) - _gradient_magnitude(truth)) ** 2
    return float((error if region is None else error[region]).sum()) / 1000


def _gradient_magnitude(alpha: AnyArray) -> _Doubles:
    from scipy import ndimage

    # sigma * sqrt(-2 ln(sqrt(2 pi) sigma epsilon)), epsilon = 0.01, is where the Gaussian falls to epsilon.
    radius = math.ceil(_SIGMA * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * _SIGMA * 0.01)))
    offsets = np.arange(-radius, radius + 1, dtype=np.float64)
    bell = np.exp(-(offsets**2) / (2 * _SIGMA**2)) / (_SIGMA * math.sqrt(2 * math.pi))
    slope = -offsets * bell / _SIGMA**2
    energy = math.sqrt(float((bell**2).sum() * (slope**2).sum()))
    values = np.asarray(alpha, np.float64)
    across = ndimage.convolve1d(ndimage.convolve1d(values, bell, 0, mode="nearest"), slope, 1, mode="nearest")
    down = ndimage.convolve1d(ndimage.convolve1d(values, slope, 0, mode="nearest"), bell, 1, mode="nearest")
    return np.asarray(np.hypot(across, down) / energy, np.float64)


def measure_connectivity_error(prediction: AnyArray, truth: AnyArray, region: Bools | None = None) -> float:
    """Sum of differences of the degrees of connectedness, in thousands (Rhemann 2009, theta = 0.15, p = 1).

    The source region of a level is the largest 4-connected region where both mattes reach it. A pixel is connected up
    to the last level whose source region still holds it.
    """
    from scipy import ndimage

    _check_shapes(prediction, truth, region)
    first, second = np.asarray(prediction, np.float64), np.asarray(truth, np.float64)
    count = _CONNECTED_LEVELS
    connected = np.full(first.shape, -1.0)
    both = np.minimum(first, second)
    for index in range(1, count + 1):
        # A hair under the level, so that alphas stored as float32 reach the levels that they stand for.
        labels, found = ndimage.label(both >= index / count - 1e-6)
        if found:
            sizes = np.bincount(labels.ravel())
            sizes[0] = 0
            source = labels == int(sizes.argmax())
        else:
            source = np.zeros(first.shape, np.bool_)
        connected[(connected < 0) & ~source] = (index - 1) / count
    connected[connected < 0] = 1.0

    def degree(alpha: _Doubles) -> _Doubles:
        gap = alpha - connected
        return np.asarray(1 - gap * (gap >= 0.15), np.float64)

    error = np.abs(degree(first) - degree(second))
    return float((error if region is None else error[region]).sum()) / 1000


# Masks --------------------------------------------------------------------------------------------------------------


def measure_iou(prediction: AnyArray, truth: AnyArray, region: Bools | None = None) -> float:
    """Intersection over union of what reaches 0.5; 1 when both are empty."""
    _check_shapes(prediction, truth, region)
    first, second = np.asarray(prediction) >= _SOLID, np.asarray(truth) >= _SOLID
    if region is not None:
        first, second = first[region], second[region]
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FMeasure:
    """The best F-measure over all thresholds, and precision and recall there."""

    value: float
    precision: float
    recall: float
    threshold: float


def measure_f(
    prediction: AnyArray, truth: AnyArray, region: Bools | None = None, *, beta_squared: float = 0.3
) -> FMeasure:
    """Maximum F-measure: F = (1 + b) P R / (b P + R) with b = `beta_squared`, over the thresholds 0/255, 1/255 ... 1.

    The prediction counts as foreground from the threshold upwards, the truth from 0.5. 1 when there is neither truth nor
    prediction, 0 when there is no truth but a prediction.
    """
    _check_shapes(prediction, truth, region)
    levels = np.clip(np.floor(np.asarray(prediction, np.float64) * 255 + 1e-6), 0, 255).astype(np.int64)
    solid = np.asarray(truth) >= _SOLID
    if region is not None:
        levels, solid = levels[region], solid[region]
    total = int(solid.sum())
    if total == 0:
        empty = not bool((levels > 0).any())
        return FMeasure(value=float(empty), precision=float(empty), recall=1.0, threshold=1.0)
    hits = np.bincount(levels[solid], minlength=256)[::-1].cumsum()[::-1]
    taken = np.bincount(levels.ravel(), minlength=256)[::-1].cumsum()[::-1]
    precision = hits / np.maximum(taken, 1)
    recall = hits / total
    score = (1 + beta_squared) * precision * recall / np.maximum(beta_squared * precision + recall, _TINY)
    best = int(score.argmax())
    return FMeasure(
        value=float(score[best]),
        precision=float(precision[best]),
        recall=float(recall[best]),
        threshold=best / 255,
    )


def measure_boundary_f(
    prediction: AnyArray, truth: AnyArray, region: Bools | None = None, *, tolerance: float = 0.008
) -> float:
    """F-measure of the outlines (DAVIS): how much of each lies within a tolerance of the other.

    `tolerance` below 1 is a share of the picture's diagonal (rounded up to whole pixels), otherwise pixels. Outlines are
    pixels that differ from their right, lower or lower right neighbour; the tolerance is a disc. 1 when neither has an
    outline, 0 when only one has.
    """
    from scipy import ndimage

    _check_shapes(prediction, truth, region)
    first, second = (
        _find_outline(np.asarray(prediction) >= _SOLID),
        _find_outline(np.asarray(truth) >= _SOLID),
    )
    if region is not None:
        first, second = first & region, second & region
    if not first.any() or not second.any():
        return float(not first.any() and not second.any())
    bound = tolerance if tolerance >= 1 else math.ceil(tolerance * math.hypot(*first.shape))
    near_second = ndimage.distance_transform_edt(~second) <= bound
    near_first = ndimage.distance_transform_edt(~first) <= bound
    precision = float((first & near_second).sum() / first.sum())
    recall = float((second & near_first).sum() / second.sum())
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def _find_outline(mask: Bools) -> Bools:
    """Pixels that differ from the right, the lower or the lower right neighbour; beyond the picture all is the same."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    differs = (mask != padded[:-1, 1:]) | (mask != padded[1:, :-1]) | (mask != padded[1:, 1:])
    return np.asarray(differs, np.bool_)


def measure_s(prediction: AnyArray, truth: AnyArray) -> float:
    """S-measure: the mean of the object-aware and the region-aware similarity, 0 to 1.

    The truth counts as foreground from 0.5. Where it is all background or all foreground, the score is one minus the mean
    prediction, or the mean prediction. It looks at the whole picture, so there is no region.
    """
    _check_shapes(prediction, truth, None)
    values, solid = np.asarray(prediction, np.float64), np.asarray(truth) >= _SOLID
    part = float(solid.mean())
    if part == 0:
        return 1 - float(values.mean())
    if part == 1:
        return float(values.mean())
    front = part * _object_score(values[solid])
    back = (1 - part) * _object_score(1 - values[~solid])
    region = _region_score(values, solid.astype(np.float64))
    return max(0.0, _OBJECT_SHARE * (front + back) + (1 - _OBJECT_SHARE) * region)


def _object_score(values: _Doubles) -> float:
    """2 m / (m^2 + 1 + s) for mean m and sample standard deviation s."""
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    return 2 * mean / (mean**2 + 1 + spread + _TINY)


def _region_score(values: _Doubles, solid: _Doubles) -> float:
    """Structural similarity of the four parts around the truth's centre of mass, weighted by their areas."""
    rows, columns = np.nonzero(solid)
    # Rows and columns up to and including the rounded centre (half to even) belong to the upper and left parts.
    row, column = int(np.round(rows.mean())) + 1, int(np.round(columns.mean())) + 1
    score = 0.0
    for vertical in (slice(None, row), slice(row, None)):
        for horizontal in (slice(None, column), slice(column, None)):
            part = values[vertical, horizontal]
            if part.size:
                score += part.size / values.size * _similarity(part, solid[vertical, horizontal])
    return score


def _similarity(first: _Doubles, second: _Doubles) -> float:
    """The structural similarity of Fan et al.: 4 x y cov / ((x^2 + y^2)(var x + var y)), without constants."""
    x, y = float(first.mean()), float(second.mean())
    divisor = first.size - 1 + _TINY
    spread_x, spread_y = ((first - x) ** 2).sum() / divisor, ((second - y) ** 2).sum() / divisor
    shared = ((first - x) * (second - y)).sum() / divisor
    above = 4 * x * y * float(shared)
    below = (x * x + y * y) * float(spread_x + spread_y)
    if above != 0:
        return above / (below + _TINY)
    return 1.0 if below == 0 else 0.0


# Shared -------------------------------------------------------------------------------------------------------------


def _check_shapes(prediction: AnyArray, truth: AnyArray, region: Bools | None) -> None:
    """
    Raises:
        ValueError: the arrays are not two-dimensional, not of one shape, empty, or the region is not boolean.
    """
    if prediction.ndim != 2 or prediction.shape != truth.shape or prediction.size == 0:
        raise ValueError(
            f"A prediction of {prediction.shape} cannot be measured against a truth of {truth.shape}."
        )
    if region is not None and (region.shape != truth.shape or region.dtype != np.bool_):
        raise ValueError(
            f"A region must be boolean and of {truth.shape}, not {region.dtype} of {region.shape}."
        )


def _difference(prediction: AnyArray, truth: AnyArray, region: Bools | None) -> _Doubles:
    _check_shapes(prediction, truth, region)
    difference = np.asarray(prediction, np.float64) - np.asarray(truth, np.float64)
    return difference if region is None else np.asarray(difference[region], np.float64)
