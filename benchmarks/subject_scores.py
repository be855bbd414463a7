"""Scores of soft masks against true alphas, collected over the pictures of a set."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mattework.metrics import measure_boundary_f, measure_f, measure_iou, measure_mad

Mask = npt.NDArray[np.float32]
Known = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Tally:
    """Scores of one method on one set, picture by picture."""

    ious: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    best_fs: list[float] = field(default_factory=list)
    boundary_fs: list[float] = field(default_factory=list)
    areas: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def add(self, found: Mask, true: Mask, known: Known, milliseconds: float) -> None:
        """Score one picture. The outline counts only where all of it is labelled."""
        self.ious.append(measure_iou(found, true, known))
        self.errors.append(measure_mad(found, true, known))
        self.best_fs.append(measure_f(found, true, known).value)
        if known.all():
            self.boundary_fs.append(measure_boundary_f(found, true))
        self.areas.append(float((found > 0.5).mean()))
        self.milliseconds.append(milliseconds)

    def summarise(self) -> dict[str, float]:
        """Means over pictures, except the medians `median_iou` and `ms`.

        `bad` is the share of pictures with an IoU below 0.5, `area` the share of the frame called subject, and
        `boundary_f` is -1 where the set has no labelled outlines.
        """
        return {
            "pictures": len(self.ious),
            "iou": float(np.mean(self.ious)),
            "median_iou": float(np.median(self.ious)),
            "bad": float(np.mean(np.array(self.ious) < 0.5)),
            "mae": float(np.mean(self.errors)),
            "best_f": float(np.mean(self.best_fs)),
            "boundary_f": float(np.mean(self.boundary_fs)) if self.boundary_fs else -1.0,
            "area": float(np.mean(self.areas)),
            "ms": float(np.median(self.milliseconds)),
        }
