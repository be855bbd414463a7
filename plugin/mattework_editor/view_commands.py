"""The commands of the view menu: ways to look at the work, and where it is looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mattework_editor.command import Command
from mattework_editor.compose import View

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow

VIEW_TITLES = {
    View.CHECKERBOARD: "On Checkerboard",
    View.BLACK: "On Black",
    View.WHITE: "On White",
    View.COLOUR: "On Colour",
    View.PICTURE: "On Picture",
    View.BACKGROUND: "On Background",
    View.OVERLAY: "Overlay",
    View.MASK: "Mask",
    View.ANTS: "Marching Ants",
    View.BAND: "Edge Band",
    View.ORIGINAL: "Original",
}
VIEW_TIPS = {
    View.CHECKERBOARD: "The cut-out and its shadow on a checkerboard",
    View.BLACK: "The cut-out on black: light fringes are seen here",
    View.WHITE: "The cut-out on white: dark fringes are seen here",
    View.COLOUR: "The cut-out on a colour of your choice (View panel)",
    View.PICTURE: "The cut-out on a picture of your choice, which is not saved (View panel)",
    View.BACKGROUND: "What will be saved: background, shadow and subject",
    View.OVERLAY: "What is left out in a see-through colour (View panel)",
    View.MASK: "The mask in black and white",
    View.ANTS: "The original with the line where the mask is half",
    View.BAND: "The band in which the edge is solved, in yellow",
    View.ORIGINAL: "The photo as it is",
}
TURN = 15.0


def _choose_view(view: View, window: EditorWindow) -> None:
    window.show_view(view)


def _make_view_command(number: int, view: View) -> Command:
    return Command(
        id=f"view.{view.name.lower()}",
        text=VIEW_TITLES[view],
        keys=f"Alt+{number}" if number < 10 else None,
        tip=VIEW_TIPS[view],
        menu="view",
        group="view",
        run=partial(_choose_view, view),
        data=view,
    )


VIEW_COMMANDS: tuple[Command, ...] = (
    *(_make_view_command(number, view) for number, view in enumerate(VIEW_TITLES, 1)),
    Command(
        id="view.next",
        text="Next View",
        menu="view",
        part=1,
        keys="F",
        tip="Show the work in the next way",
        run=lambda window: window.views.show_next(),
    ),
    Command(
        id="view.compare",
        text="Compare with Original",
        menu="view",
        part=1,
        keys="X",
        tip="Show the original, and the view of before again",
        checkable=True,
        run=lambda window: window.views.compare(),
    ),
    Command(
        id="view.split",
        text="Split Before and After",
        menu="view",
        part=1,
        keys="Shift+X",
        tip="Show the original to the left of a line that can be dragged",
        checkable=True,
        run=lambda window: window.views.toggle_split(),
    ),
    Command(
        id="view.zoom_in",
        text="Zoom In",
        menu="view",
        part=5,
        keys=("Ctrl++", "Ctrl+="),
        tip="Look closer, to the next full step; the wheel zooms to the pointer",
        run=lambda window: window.canvas.zoom_step(True),
    ),
    Command(
        id="view.zoom_out",
        text="Zoom Out",
        menu="view",
        part=5,
        keys="Ctrl+-",
        tip="See more of the photo, to the next full step; the wheel zooms from the pointer",
        run=lambda window: window.canvas.zoom_step(False),
    ),
    Command(
        id="view.fit",
        text="Fit",
        menu="view",
        part=5,
        keys="Ctrl+0",
        tip="Show all of the photo",
        run=lambda window: window.canvas.fit(),
    ),
    Command(
        id="view.full",
        text="100 %",
        menu="view",
        part=5,
        keys="Ctrl+1",
        tip="One pixel of the photo is one of the screen",
        run=lambda window: window.canvas.zoom_to(1.0),
    ),
    Command(
        id="view.turn_right",
        text="Turn Clockwise",
        menu="view",
        part=6,
        keys="Ctrl+]",
        tip="Turn the view by 15°, or hold R and drag; the photo itself is not turned",
        run=lambda window: window.canvas.turn_by(TURN),
    ),
    Command(
        id="view.turn_left",
        text="Turn Anticlockwise",
        menu="view",
        part=6,
        keys="Ctrl+[",
        tip="Turn the view by 15° to the left, or hold R and drag",
        run=lambda window: window.canvas.turn_by(-TURN),
    ),
    Command(
        id="view.upright",
        text="Upright",
        menu="view",
        part=6,
        keys="Alt+0",
        tip="Turn the view back",
        run=lambda window: window.canvas.turn_to(0.0),
    ),
)
