"""What tools share: a gesture becomes strokes of a recipe, or something else that the workbench is asked for."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from PyQt6.QtGui import QPainter

from mattework import Stroke
from mattework.recipe import StrokeKind
from mattework_editor.command import translate
from mattework_editor.gesture import Brush, Gesture, Sample, draw_way
from mattework_editor.viewport import Viewport

if TYPE_CHECKING:
    from mattework_editor.session import Session
    from mattework_editor.workbench import Workbench


class Tool:
    """A tool. `name` and `tip` are English sources for translation; `key` its shortcut; `colour` marks its gestures.

    `step` is what the history calls a gesture, `inverse_step` one that Alt or X has turned round, both in English.
    `sign` is what its icon shows. `has_brush`: it works with the round brush. `by_corners`: its gesture is made of clicks
    and ends with a double click or Enter. `takes_away`: X makes its gestures take away until X is pressed again.
    """

    name: ClassVar[str]
    tip: ClassVar[str]
    step: ClassVar[str]
    inverse_step: ClassVar[str]
    key: ClassVar[str]
    colour: ClassVar[tuple[int, int, int]]
    sign: ClassVar[str]
    has_brush: ClassVar[bool] = False
    is_soft: ClassVar[bool] = False
    by_corners: ClassVar[bool] = False
    takes_away: ClassVar[bool] = False

    def prepare(self, bench: Workbench) -> None:
        """It was chosen, or a photo was opened while it is: what makes its first gesture quick."""

    def draw(self, painter: QPainter, gesture: Gesture, view: Viewport) -> None:
        """Draw a gesture that is being made, or waits."""
        draw_way(painter, gesture, view)

    def name_step(self, gesture: Gesture) -> str:
        """What the gesture is called in the history, in the language of the window."""
        return translate(self.inverse_step if gesture.inverted else self.step)

    def make_strokes(self, gesture: Gesture) -> tuple[Stroke, ...]:
        """What the gesture paints, to be seen while it is made; nothing for tools that do not paint."""
        return ()

    def explain_vain(self, strokes: tuple[Stroke, ...], session: Session) -> str:
        """Why strokes would change nothing of what is selected; nothing where they may."""
        return ""

    def apply(self, gesture: Gesture, bench: Workbench) -> bool:
        """Carry out a gesture that has ended. False when there is nothing to wait for."""
        strokes, session = self.make_strokes(gesture), bench.session
        if strokes and session is not None and not (bench.is_busy or bench.is_solving):
            why = self.explain_vain(strokes, session)
            if why:
                bench.told.emit(why)
                bench.strokes.end_live()
                return False
        if strokes:
            bench.paint(self.name_step(gesture), strokes, was_live=gesture.is_live)
        return bool(strokes)


class BrushTool(Tool):
    """A brush: `kind` is what it draws, `inverse` what with Alt. Brushes that are soft heed hardness and opacity."""

    kind: ClassVar[StrokeKind]
    inverse: ClassVar[StrokeKind]
    has_brush = True

    def choose_kind(self, inverted: bool) -> StrokeKind:
        return self.inverse if inverted else self.kind

    def make_strokes(self, gesture: Gesture) -> tuple[Stroke, ...]:
        kind, brush = self.choose_kind(gesture.inverted), gesture.brush
        if self.is_soft and kind in SOFT_KINDS and _is_partial(kind, brush, gesture.samples):
            return (_make_touch(kind, gesture.samples, brush),)
        return (make_stroke(kind, gesture.samples, brush.radius, by_size=brush.pressed == "size"),)


SOFT_KINDS: tuple[StrokeKind, ...] = ("foreground", "background", "bridged", "cleaned")


def _is_partial(kind: StrokeKind, brush: Brush, samples: list[Sample]) -> bool:
    by_pressure = brush.pressed == "opacity" and any(one.pressure < 1 for one in samples)
    return kind in ("bridged", "cleaned") or brush.hardness < 1 or brush.opacity < 1 or by_pressure


def _make_touch(kind: StrokeKind, samples: list[Sample], brush: Brush) -> Stroke:
    """A soft or partial stroke."""
    stroke = make_stroke(kind, samples, brush.radius)
    return replace(
        stroke, hardness=round(brush.hardness, 3), opacity=round(brush.opacity, 3), pressed=brush.pressed
    )


def make_stroke(kind: StrokeKind, samples: list[Sample], radius: float, *, by_size: bool = True) -> Stroke:
    """The stroke of one gesture, with the pen's pressure at each point unless it changes nothing."""
    thinned = thin_out(samples, max(0.5, radius / 10))
    pressed = by_size and any(one.pressure < 1 for one in thinned)
    return Stroke(
        kind=kind,
        radius=round(radius, 2),
        points=tuple((round(one.x, 2), round(one.y, 2)) for one in thinned),
        pressures=tuple(round(min(1.0, max(0.0, one.pressure)), 3) for one in thinned) if pressed else (),
    )


def thin_out(samples: list[Sample], gap: float) -> list[Sample]:
    """Samples at least `gap` apart, and the last one: a recipe need not keep every event of a mouse."""
    kept = samples[:1]
    for sample in samples[1:]:
        if math.hypot(sample.x - kept[-1].x, sample.y - kept[-1].y) >= gap:
            kept.append(sample)
    if len(samples) > 1 and kept[-1] is not samples[-1]:
        kept.append(samples[-1])
    return kept
