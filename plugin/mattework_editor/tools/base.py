"""What all brushes share: a gesture becomes strokes of a recipe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from mattework import Stroke
from mattework.recipe import StrokeKind

LIGHTEST = 0.15
"""Share of the radius that the lightest touch of a pen draws with."""
PRESSURE_STEPS = 12


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the pointer was, in photo pixels, and how hard it pressed (0 to 1; 1 for a mouse)."""

    x: float
    y: float
    pressure: float = 1.0


class BrushTool:
    """A brush. `name` and `tip` are English sources for translation; `key` its shortcut; `colour` marks its strokes."""

    name: ClassVar[str]
    tip: ClassVar[str]
    key: ClassVar[str]
    colour: ClassVar[tuple[int, int, int]]
    kind: ClassVar[StrokeKind]
    inverse: ClassVar[StrokeKind]

    def choose_kind(self, inverted: bool) -> StrokeKind:
        """What the brush draws; Alt inverts it."""
        return self.inverse if inverted else self.kind


def make_strokes(kind: StrokeKind, samples: list[Sample], radius: float) -> tuple[Stroke, ...]:
    """The strokes of one gesture: one for a mouse; for a pen one for every stretch of like pressure, end to end."""
    thinned = _thin_out(samples, max(0.5, radius / 10))
    runs: list[tuple[int, list[Sample]]] = []
    for sample in thinned:
        step = max(1, round(sample.pressure * PRESSURE_STEPS))
        if runs and runs[-1][0] == step:
            runs[-1][1].append(sample)
        else:
            joint = [runs[-1][1][-1]] if runs else []
            runs.append((step, [*joint, sample]))
    return tuple(
        Stroke(
            kind=kind,
            radius=round(radius * max(LIGHTEST, step / PRESSURE_STEPS), 2),
            points=tuple((round(one.x, 2), round(one.y, 2)) for one in run),
        )
        for step, run in runs
    )


def _thin_out(samples: list[Sample], gap: float) -> list[Sample]:
    """Samples at least `gap` apart, and the last one: a recipe need not keep every event of a mouse."""
    kept = samples[:1]
    for sample in samples[1:]:
        if math.hypot(sample.x - kept[-1].x, sample.y - kept[-1].y) >= gap:
            kept.append(sample)
    if len(samples) > 1 and kept[-1] is not samples[-1]:
        kept.append(samples[-1])
    return kept
