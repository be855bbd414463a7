"""Scores of soft masks against true alphas, averaged over the pictures of a set."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.float32]
Known = npt.NDArray[np.bool_]
_THRESHOLDS = np.linspace(0.05, 0.95, 19)
# Weight of precision in the F-measure of salient object detection (Achanta et al., CVPR 2009).
_BETA_SQUARED = 0.3
# Share of the diagonal within which two outlines agree (Perazzi et al., DAVIS, CVPR 2016).
_OUTLINE_TOLERANCE = 0.008


def measure_iou(found: Mask, true: Mask, known: Known) -> float:
    """Intersection over union at 0.5, over known pixels; 1 when both are empty."""
    a, b = (found > 0.5) & known, (true > 0.5) & known
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else 1.0


def measure_f(found: Mask, true: Mask, known: Known) -> npt.NDArray[np.float64]:
    """F-measure at each of 19 thresholds."""
    values, wanted = found[known], true[known] > 0.5
    edges = np.r_[0, _THRESHOLDS, 1.001]
    hits = np.histogram(values[wanted], edges)[0][::-1].cumsum()[::-1][1:]
    misses = np.histogram(values[~wanted], edges)[0][::-1].cumsum()[::-1][1:]
    precision = hits / np.maximum(1, hits + misses)
    recall = hits / max(1, wanted.sum())
    weighted = _BETA_SQUARED * precision + recall
    result: npt.NDArray[np.float64] = (1 + _BETA_SQUARED) * precision * recall / np.maximum(1e-9, weighted)
    return result


def _draw_outline(mask: Mask) -> npt.NDArray[np.uint8]:
    inside = (mask > 0.5).astype(np.uint8)
    return (inside - cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=1)).astype(np.uint8)


def _widen(outline: npt.NDArray[np.uint8], radius: int) -> npt.NDArray[np.uint8]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(outline, disc).astype(np.uint8)


def measure_boundary_f(found: Mask, true: Mask, known: Known) -> float:
    """F1 of outlines at 0.5 that agree within 0.8 % of the diagonal (at least one pixel).

    Outlines in unknown pixels do not count. 1 when neither has an outline.
    """
    ours = _draw_outline(found) * known
    theirs = _draw_outline(true) * known
    if not ours.any() and not theirs.any():
        return 1.0
    radius = max(1, round(_OUTLINE_TOLERANCE * float(np.hypot(*found.shape))))
    precision = (ours & _widen(theirs, radius)).sum() / max(1, ours.sum())
    recall = (theirs & _widen(ours, radius)).sum() / max(1, theirs.sum())
    return float(2 * precision * recall / max(1e-9, precision + recall))


@dataclass(slots=True)
class Tally:
    """Scores of one method on one set, picture by picture."""

    ious: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    outlines: list[float] = field(default_factory=list)
    areas: list[float] = field(default_factory=list)
    f_curves: list[npt.NDArray[np.float64]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def add(self, found: Mask, true: Mask, known: Known, milliseconds: float) -> None:
        self.ious.append(measure_iou(found, true, known))
        self.errors.append(float(np.abs(found - true)[known].mean()))
        self.outlines.append(measure_boundary_f(found, true, known))
        self.areas.append(float((found > 0.5).mean()))
        self.f_curves.append(measure_f(found, true, known))
        self.milliseconds.append(milliseconds)

    def summarise(self) -> dict[str, float]:
        """Means, except `ms`, which is the median. `bad` is the share of pictures with IoU below 0.5."""
        return {
            "pictures": len(self.ious),
            "iou": float(np.mean(self.ious)),
            "median_iou": float(np.median(self.ious)),
            "bad": float(np.mean(np.array(self.ious) < 0.5)),
            "mae": float(np.mean(self.errors)),
            "f_max": float(np.mean(self.f_curves, axis=0).max()),
            "boundary_f": float(np.mean(self.outlines)),
            "area": float(np.mean(self.areas)),
            "ms": float(np.median(self.milliseconds)),
        }
