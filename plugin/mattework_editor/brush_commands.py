"""Commands of the brush: its size, hardness and opacity."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mattework_editor.command import Command, translate

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow


def _scale_brush(factor: float, window: EditorWindow) -> None:
    window.canvas.set_radius(window.canvas.radius * factor)


def _change_hardness(step: float, window: EditorWindow) -> None:
    brush = window.canvas.brush
    hardness = min(1.0, max(0.0, round((brush.hardness + step) * 4) / 4))
    window.canvas.set_brush(replace(brush, hardness=hardness))
    _tell(window, window.tr("Brush hardness {n} %.").format(n=round(100 * hardness)))


def _set_opacity(opacity: float, window: EditorWindow) -> None:
    window.canvas.set_brush(replace(window.canvas.brush, opacity=opacity))
    _tell(window, window.tr("Brush opacity {n} %.").format(n=round(100 * opacity)))


def _tell(window: EditorWindow, told: str) -> None:
    """Say what a key has changed of the brush, whose panel may be behind others."""
    tool = window.canvas.tool
    if tool is not None and not tool.is_soft:
        told += " " + window.tr("{tool} does not heed it.").format(tool=translate(tool.name))
    window.status.tell(told)


def _make_opacity_command(digit: int) -> Command:
    tenths = digit or 10
    return Command(
        id=f"brush.opacity_{10 * tenths}",
        text=f"Brush Opacity {10 * tenths} %",
        tip="How much of the photo foreground and background brushes bring or take",
        menu="",
        keys=str(digit),
        run=partial(_set_opacity, tenths / 10),
    )


BRUSH_COMMANDS: tuple[Command, ...] = (
    Command(
        id="tools.smaller",
        text="Smaller Brush",
        menu="tools",
        part=5,
        keys="[",
        tip="Paint finer, for narrow gaps and single strands; Ctrl and the wheel do it too",
        run=partial(_scale_brush, 1 / 1.25),
    ),
    Command(
        id="tools.larger",
        text="Larger Brush",
        menu="tools",
        part=5,
        keys="]",
        tip="Paint broader, so that one stroke covers loose hair and what is behind it; Ctrl and the wheel do it too",
        run=partial(_scale_brush, 1.25),
    ),
    Command(
        id="tools.softer",
        text="Softer Brush",
        menu="tools",
        part=5,
        keys=("Shift+[", "{"),
        tip="Let the brush fall off earlier; foreground, background and bridge heed it",
        run=partial(_change_hardness, -0.25),
    ),
    Command(
        id="tools.harder",
        text="Harder Brush",
        menu="tools",
        part=5,
        keys=("Shift+]", "}"),
        tip="Let the brush keep its full force farther out",
        run=partial(_change_hardness, 0.25),
    ),
    *(_make_opacity_command(digit) for digit in (*range(1, 10), 0)),
)
