"""How the work is looked at: the view, what lies behind, before and after, the turn of the canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QObject, QSettings, QTimer, pyqtSignal
from PyQt6.QtGui import QColor

from mattework import Recipe, Shadow
from mattework.errors import Cancelled
from mattework_editor.behind_display import BehindDisplay, draw_backdrop, suit_shadow, word_shadow
from mattework_editor.canvas import Canvas
from mattework_editor.compose import Look, View
from mattework_editor.context import ContextPart, draw_context, split_document
from mattework_editor.layer_look import show_layers
from mattework_editor.preferences import read_number
from mattework_editor.session import Session
from mattework_editor.tasks import Task
from mattework_editor.workbench import Workbench

THUMBNAIL_REST = 250
"""Milliseconds of rest after which the thumbnails of layers are drawn again."""


class Views(QObject):
    """`view_changed` brings the view that is shown now; `look_changed` comes when colours or the picture behind have;
    `thumbnails_wanted` when what layers hold has."""

    view_changed = pyqtSignal(object)
    look_changed = pyqtSignal()
    thumbnails_wanted = pyqtSignal()

    def __init__(
        self,
        canvas: Canvas,
        workbench: Workbench,
        settings: QSettings,
        tell: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._workbench, self._settings, self._tell = canvas, workbench, settings, tell
        self._compared: View | None = None
        self._context_task: Task | None = None
        self.behind = BehindDisplay(workbench.tasks, tell, self)
        self.behind.backdrop_changed.connect(lambda backdrop: self._change(backdrop=backdrop))
        self.behind.refreshed.connect(lambda: canvas.refresh(None))
        self._thumbnails = QTimer(self)
        self._thumbnails.setSingleShot(True)
        self._thumbnails.setInterval(THUMBNAIL_REST)
        self._thumbnails.timeout.connect(self.thumbnails_wanted)
        for moved in (
            workbench.refreshed,
            workbench.changed,
            self.behind.backdrop_changed,
            self.behind.refreshed,
        ):
            moved.connect(lambda *_: self._thumbnails.start())
        workbench.refreshed.connect(lambda _: self.behind.follow_matte())
        workbench.changed.connect(self._follow_recipe)
        canvas.view_moved.connect(self.ask_clean)
        workbench.changed.connect(self.ask_clean)
        self._restore()

    # The view ----------------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self._canvas.look.view

    @property
    def is_comparing(self) -> bool:
        return self._compared is not None

    def show(self, view: View) -> None:
        self._compared = None
        self._set(view)

    def show_next(self) -> None:
        """The next view; that on a picture only when there is one."""
        views = list(View)
        following = views[(views.index(self.view) + 1) % len(views)]
        if following is View.PICTURE and self._canvas.look.picture is None:
            following = View.BACKGROUND
        self.show(following)

    def compare(self) -> None:
        """To the original and back."""
        if self._compared is not None:
            self.show(self._compared)
        elif self.view is not View.ORIGINAL:
            back = self.view
            self._compared = back
            self._set(View.ORIGINAL)
        else:
            self.view_changed.emit(self.view)

    def _set(self, view: View) -> None:
        self._change(view=view)
        self.view_changed.emit(view)
        self.ask_clean()

    def ask_clean(self) -> None:
        """Clean colours for what is seen now."""
        canvas = self._canvas
        self._workbench.clean.ask(canvas.look.view, canvas.view.scale, canvas.view.visible)

    def toggle_split(self) -> None:
        """The original beside the work, with a divider between them; or the work alone."""
        self._canvas.show_split(0.5 if self._canvas.split is None else None)
        self.look_changed.emit()

    # Grounds -----------------------------------------------------------------------------------------------------------

    def show_ground(self, colour: QColor) -> None:
        """The colour of the view on a colour."""
        self._settings.setValue("ground", colour.name())
        self._change(colour=_rgb(colour))

    def show_overlay(self, colour: QColor, strength: float) -> None:
        """The colour and strength (0 to 1) of the overlay."""
        self._settings.setValue("overlay", colour.name())
        self._settings.setValue("overlay_strength", strength)
        self._change(overlay=_rgb(colour), strength=strength)

    def show_picture(self, path: Path) -> None:
        """A picture behind the subject, to judge the edge on; it is not saved. The view changes to it when it is read."""
        sources = self._workbench.sources
        if sources is None:
            return

        def arrive(picture: object) -> None:
            if sources is self._workbench.sources:
                self._change(picture=picture)
                self.show(View.PICTURE)

        colour = sources.colour
        self._workbench.tasks.start(lambda _: draw_backdrop(str(path), colour), arrive, self._tell)

    def suit_shadow(self, shadow: Shadow) -> Shadow:
        """The shadow with lengths that suit the subject."""
        sources = self._workbench.sources
        return shadow if sources is None else suit_shadow(shadow, sources)

    def word_shadow(self, shadow: Shadow) -> str:
        """What is to be said of a shadow."""
        sources = self._workbench.sources
        return "" if sources is None else word_shadow(shadow, sources)

    def try_behind(self, recipe: Recipe) -> None:
        """Show a background and a shadow that are only tried yet."""
        self.behind.show(recipe.background, recipe.shadow)

    # Following ---------------------------------------------------------------------------------------------------------

    @property
    def is_working(self) -> bool:
        return self.behind.is_working or self._context_task is not None

    def attach(self) -> None:
        """The workbench shows another photo, or the same one made anew."""
        self._change(picture=None, under=None, over=None)
        session = self._workbench.session
        made_with = None if session is None else session.recipe.background
        stored = None
        if session is not None and made_with is not None and session.own.background is not None:
            stored = made_with, session.document, session.own.background
        self.behind.attach(self._workbench.sources, stored)
        self._follow_recipe()
        if session is not None:
            self._show_context(session)

    def _show_context(self, session: Session) -> None:
        """What other layers of the file show, where what will be saved is looked at."""
        context = split_document(session.document, session.photo, session.own)
        if not context.is_seen:
            return

        def work(task: Task) -> ContextPart:
            return draw_context(session.document, context, task.report)

        def done(part: ContextPart) -> None:
            self._context_task = None
            if session is self._workbench.session:
                self._change(under=part.under, over=part.over)

        def fail(error: BaseException) -> None:
            if not isinstance(error, Cancelled):  # else another file is open already
                self._context_task = None
                self._tell(error)

        if self._context_task is not None:
            self._context_task.cancel()
        self._context_task = self._workbench.tasks.start(work, done, fail)

    def _follow_recipe(self) -> None:
        session = self._workbench.session
        recipe = Recipe() if session is None else session.recipe
        old, look = self._canvas.look, show_layers(self._canvas.look, recipe)
        if _layers_of(look) != _layers_of(old):
            self._canvas.show_look(look)
        self.behind.show(recipe.background, recipe.shadow)

    def _change(self, **changes: object) -> None:
        self._canvas.show_look(replace(self._canvas.look, **changes))  # type: ignore[arg-type]
        self.look_changed.emit()

    def _restore(self) -> None:
        plain, stored = Look(), self._settings
        ground, overlay = QColor(str(stored.value("ground", ""))), QColor(str(stored.value("overlay", "")))
        self._canvas.show_look(
            Look(
                colour=_rgb(ground) if ground.isValid() else plain.colour,
                overlay=_rgb(overlay) if overlay.isValid() else plain.overlay,
                strength=min(1.0, max(0.0, read_number(stored, "overlay_strength", plain.strength))),
            )
        )


def _layers_of(look: Look) -> tuple[object, ...]:
    return look.background, look.shadow, look.photo, look.clean


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()
