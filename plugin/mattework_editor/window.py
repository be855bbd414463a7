"""The main window: canvas, panels, commands, status; it asks the workbench and shows what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import QEvent, QSettings, QSize, Qt, QTimer
from PyQt6.QtGui import (
    QAction,
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QPalette,
)
from PyQt6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QMessageBox,
)

from mattework import Recipe
from mattework_editor import drafts, preferences
from mattework_editor.app_commands import restore_choices
from mattework_editor.canvas import Canvas
from mattework_editor.command import CommandSet
from mattework_editor.commands import COMMANDS
from mattework_editor.compose import View
from mattework_editor.context import split_document
from mattework_editor.docks import add_docks
from mattework_editor.filing import Filing
from mattework_editor.gesture import Brush, Gesture, suit_radius
from mattework_editor.keys import KeyKeeper
from mattework_editor.language import list_opened, start_program
from mattework_editor.menus import fill_menu_bar
from mattework_editor.output import Output
from mattework_editor.panels.background import BackgroundPanel
from mattework_editor.panels.brush import BrushPanel
from mattework_editor.panels.edge import EdgePanel
from mattework_editor.panels.layers import LayersPanel, list_others
from mattework_editor.panels.parts import PartsPanel
from mattework_editor.panels.setting import Setting
from mattework_editor.panels.shadow import ShadowPanel
from mattework_editor.panels.steps import StepsPanel
from mattework_editor.panels.view import ViewPanel
from mattework_editor.sentences import word_sentences
from mattework_editor.session import Session
from mattework_editor.status import StatusBar
from mattework_editor.toolbar import ToolBar, ToolStrip
from mattework_editor.views import Views
from mattework_editor.welcome import Welcome
from mattework_editor.workbench import Workbench

FRAME = QSize(16, 48)
"""What the system draws around a window, at most: a window as large as the screen would have its status bar below it."""


class EditorWindow(QMainWindow):
    """See the module. Settings are those of `preferences.open_settings`."""

    def __init__(self, workbench: Workbench | None = None) -> None:
        super().__init__()
        self.settings: QSettings = preferences.open_settings()
        self.workbench: Workbench = workbench or Workbench()
        self.workbench.setParent(self)
        self.canvas: Canvas = Canvas()
        self.edge: EdgePanel = EdgePanel()
        self.background: BackgroundPanel = BackgroundPanel()
        self.brush: BrushPanel = BrushPanel()
        self.steps: StepsPanel = StepsPanel()
        self.parts: PartsPanel = PartsPanel(self.workbench)
        self.layers: LayersPanel = LayersPanel()
        self.filing: Filing = Filing(self, self.workbench, self.settings)
        self.output: Output = Output(self, self.workbench, self.filing, self.settings)
        self.views: Views = Views(self.canvas, self.workbench, self.settings, self._show_failure, self)
        self.shadow: ShadowPanel = ShadowPanel(self.views.suit_shadow)
        self.look: ViewPanel = ViewPanel(self.views, self.canvas)
        self.setCentralWidget(self.canvas)
        self.setAcceptDrops(True)
        self.docks: list[QDockWidget] = add_docks(self)
        self.commands: CommandSet = CommandSet(self, COMMANDS)
        self.menus: dict[str, QMenu] = fill_menu_bar(self)
        self.toolbar: ToolBar = ToolBar(self)
        self.addToolBar(self.toolbar)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, ToolStrip(self))
        self.tool_actions: list[QAction] = self.commands.in_group("tool")
        self.view_actions: dict[View, QAction] = {one.data(): one for one in self.commands.in_group("view")}
        self.tool_actions[0].trigger()
        self.status: StatusBar = StatusBar()
        self.status.cancel_button.clicked.connect(self.workbench.cancel)
        self.setStatusBar(self.status)
        self.welcome: Welcome = Welcome(self)
        KeyKeeper(self, self.canvas, self.workbench)
        self._connect()
        self._restore()
        self._follow_palette()
        self._show_busy("")

    # Building --------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        bench, canvas = self.workbench, self.canvas
        bench.settling.connect(self._settle_settings)
        bench.changed.connect(self._show_state)
        bench.sources_replaced.connect(self._show_sources)
        bench.opened.connect(self._show_opened)
        bench.closed.connect(self._show_closed)
        self.filing.opening.connect(canvas.forget_gestures)
        bench.refreshed.connect(canvas.refresh)
        bench.stroke_settled.connect(canvas.settle_gesture)
        bench.stroke_dropped.connect(canvas.drop_gesture)
        bench.busy_changed.connect(self._show_busy)
        bench.progressed.connect(self.status.show_progress)
        bench.told.connect(self.status.tell)
        bench.failed.connect(self.show_error)
        self.filing.told.connect(self.status.tell)
        self.filing.failed.connect(self.show_error)
        self.output.told.connect(self.status.tell)
        self.output.failed.connect(self.show_error)
        self.output.files_pasted.connect(self.open_paths)
        self.toolbar.drag_handle.told.connect(self.status.tell)
        canvas.gesture_ended.connect(self._carry_out)
        canvas.gesture_moved.connect(self._look_ahead)
        canvas.gesture_given_up.connect(bench.strokes.end_live)
        canvas.scale_changed.connect(self.status.show_scale)
        canvas.radius_changed.connect(self.toolbar.show_radius)
        canvas.brush_changed.connect(self.brush.show_brush)
        self.parts.pointed.connect(canvas.show_outline)
        self.brush.brush_chosen.connect(canvas.set_brush)
        self.views.view_changed.connect(self._follow_view)
        self.views.look_changed.connect(self._follow_look)
        self.edge.edge_moved.connect(
            lambda edge: bench.display.preview(edge, canvas.view.scale, canvas.view.visible)
        )
        self.edge.recipe_chosen.connect(bench.change_recipe)
        for panel in (self.background, self.shadow):
            panel.recipe_chosen.connect(self._choose_behind)
            panel.recipe_tried.connect(self.views.try_behind)
        self.layers.recipe_chosen.connect(bench.change_recipe)
        self.layers.mask_wanted.connect(lambda: self.show_view(View.MASK))
        self.views.thumbnails_wanted.connect(lambda: self.layers.show_thumbnails(bench.sources, canvas.look))
        self.steps.step_chosen.connect(self._go_to_step)

    def _restore(self) -> None:
        screen = self.screen()
        room = screen.availableSize() if screen is not None else QSize(1280, 840)
        self.resize(QSize(1280, 840).boundedTo(room - FRAME))
        for key, restore in (("geometry", self.restoreGeometry), ("state", self.restoreState)):
            stored = preferences.read_bytes(self.settings, key)
            if not stored.isEmpty():
                restore(stored)
        self.canvas.set_radius(preferences.read_number(self.settings, "radius", self._suited_radius))
        restore_choices(self)

    # Files -----------------------------------------------------------------------------------------------------------

    def open_path(self, path: Path, draft: drafts.Draft | None = None) -> None:
        """Open a file, after asking about unsaved work."""
        self.filing.open_path(path, draft)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open one file; look through a folder or several files."""
        if len(paths) == 1 and not paths[0].is_dir():
            self.open_path(paths[0])
        else:
            from mattework_editor.review_dock import start_review

            start_review(self, paths)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        assert event is not None
        starts_again, self._starts_again = self._starts_again, False
        leave = self.start_again if starts_again else self.close
        closes_later, self._closes_later = self._closes_later, False
        if self.workbench.is_handing_over and not closes_later:  # who asks twice does not want to wait
            self._closes_later = True
            self.workbench.wait_for_strokes(lambda: self._leave_later(leave))
            event.ignore()
            return
        if not self.filing.may_leave(leave):
            event.ignore()
            return
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("state", self.saveState())
        if self.canvas.radius != self._suited_radius:
            self.settings.setValue("radius", self.canvas.radius)
        self.settings.sync()
        paths = list_opened(self)
        self.workbench.close()
        event.accept()
        if starts_again:
            start_program(paths)

    def _leave_later(self, leave: Callable[[], object]) -> None:
        if self._closes_later:
            leave()

    def start_again(self) -> None:
        """Close, after asking about unsaved work, and open the same in a program that is started anew."""
        self._starts_again = True
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        assert event is not None
        data = event.mimeData()
        if data is not None and any(url.isLocalFile() for url in data.urls()):
            _take_copy(event)

    def dropEvent(self, event: QDropEvent | None) -> None:
        assert event is not None
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data else []
        if files:
            _take_copy(event)
            # Not from inside the drop: the program it comes from waits until we return.
            QTimer.singleShot(0, lambda: self.open_paths([Path(one) for one in files]))

    # Editing ---------------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        if self.canvas.is_painting:
            self.canvas.take_back_corner()
        else:
            self.workbench.stepping.undo()

    def _carry_out(self, gesture: Gesture) -> None:
        if not gesture.tool.apply(gesture, self.workbench):
            self.canvas.drop_gesture()

    def _look_ahead(self, gesture: Gesture) -> None:
        strokes, scale = gesture.tool.make_strokes(gesture), self.canvas.view.scale
        gesture.is_live = self.workbench.strokes.show_live(strokes, scale)

    def _choose_behind(self, name: str, recipe: Recipe) -> None:
        """Another background or shadow, seen in the view of what will be saved."""
        session = self.workbench.session
        before = session.recipe.shadow if session is not None else None
        self.workbench.change_recipe(name, recipe)
        if recipe.shadow is not None and (before is None or before.kind != recipe.shadow.kind):
            words = self.views.word_shadow(recipe.shadow)
            if words or before is not None:
                self.status.tell(words)
        if recipe.background is not None or recipe.shadow is not None:
            self.show_view(View.BACKGROUND)

    def _go_to_step(self, position: int) -> None:
        self.workbench.stepping.go_to_step(position)
        self._show_state()

    # Views -----------------------------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        self.views.show(view)
        if view is View.PICTURE and self.canvas.look.picture is None:
            self.status.tell(
                self.tr("There is no picture to look at it on yet. Choose one in the View panel.")
            )

    def _follow_view(self, view: View) -> None:
        self.view_actions[view].setChecked(True)
        self.toolbar.show_view(view)
        self.commands["view.compare"].setChecked(self.views.is_comparing)

    def _follow_look(self) -> None:
        self.commands["view.split"].setChecked(self.canvas.split is not None)

    def _show_sources(self, keep_place: bool) -> None:
        self.canvas.show_sources(self.workbench.sources, keep_place=keep_place)
        self.views.attach()
        if self.workbench.session is None:  # nothing is cut out yet of what is being opened
            self.show_view(View.ORIGINAL)

    def _show_opened(self) -> None:
        session = self.workbench.session
        assert session is not None
        self._had_subject = session.has_subject
        self.background.suit_size(session.size)
        if self.canvas.radius == self._suited_radius:  # the person has chosen none
            self._suited_radius = suit_radius(session.size)
            self.canvas.set_radius(self._suited_radius)
        if session.has_subject:
            ready = self.tr("{size}. Everything can still be changed: edge, strokes, background.")
        else:
            ready = self.tr("{size}. Select Subject finds what stands out; the brushes do the rest.")
        self.show_view(_suit_view(session))
        if self.canvas.tool is not None:
            self.canvas.tool.prepare(self.workbench)
        notes = [*word_sentences(session.document.notes), *self._tell_put_together(session)]
        self.status.tell(" ".join(notes) or ready.format(size=session.size))

    def _show_closed(self) -> None:
        """Nothing is open any more: the panels show what a new photo begins with."""
        for panel in (self.edge, self.background, self.shadow):
            panel.show_recipe(Recipe())
        self.layers.clear()
        self.status.scale.clear()

    def _tell_put_together(self, session: Session) -> list[str]:
        """A note where the photo is not a layer of the file, but what all of them make together."""
        layers = tuple(session.document.walk_layers())
        if len(layers) < 2 or any(layer.pixels is session.photo.colour for layer in layers):
            return []
        return [
            self.tr(
                "The file's layers ({n}) were put together: what they show is cut out. They stay in that file alone."
            ).format(n=len(layers))
        ]

    # State -----------------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        bench = self.workbench
        session, history = bench.session, bench.session.history if bench.session else None
        dirty = history is not None and history.is_dirty
        self.setWindowTitle(f"{self.filing.title}[*] – Mattework" if session else "Mattework")
        self.setWindowModified(dirty)
        free = bench.can_edit
        self.commands.update()
        last, following = (history.last, history.next) if history else (None, None)
        self.commands["edit.undo"].setText(
            self.tr("&Undo {step}").format(step=last.name) if last else self.tr("&Undo")
        )
        self.commands["edit.redo"].setText(
            self.tr("&Redo {step}").format(step=following.name) if following else self.tr("&Redo")
        )
        self.edge.setEnabled(free)
        for panel in (self.background, self.shadow, self.layers):
            panel.setEnabled(free)
        self.steps.setEnabled(free)
        self.parts.setEnabled(free)
        self.canvas.set_locked(not bench.can_paint)
        self.steps.show_history(history)
        self.status.show_made(session.recipe if session is not None and session.has_subject else None)
        if session is not None:
            self.edge.show_recipe(session.recipe)
            self.background.show_recipe(session.recipe)
            self.shadow.show_recipe(session.recipe)
            self.layers.show_recipe(
                session.recipe, list_others(session.document, session.photo, session.own), session.photo
            )
            if session.has_subject != self._had_subject:
                self._had_subject = session.has_subject
                first = View.OVERLAY if session.recipe.strokes else View.CHECKERBOARD
                self.show_view(first if session.has_subject else View.ORIGINAL)

    _had_subject = _starts_again = _closes_later = False
    _suited_radius = Brush().radius

    def _settle_settings(self) -> None:
        for setting in self.findChildren(Setting):
            setting.settle()

    def _show_busy(self, title: str) -> None:
        self.status.show_work(title)
        self.setCursor(Qt.CursorShape.BusyCursor) if title else self.unsetCursor()
        self._show_state()

    def _show_failure(self, error: BaseException) -> None:
        self.workbench.tell(error)

    def show_error(self, text: str) -> None:
        """An error as a message that stays until it is read."""
        self.status.tell(text)
        box = QMessageBox(QMessageBox.Icon.Warning, self.tr("Mattework"), text, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)  # a file's name may look like more
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() in (
            QEvent.Type.PaletteChange,
            QEvent.Type.ApplicationPaletteChange,
        ):
            self._follow_palette()
        super().changeEvent(event)

    def _follow_palette(self) -> None:
        """A neutral gray around the picture, in keeping with the windows around it."""
        dark = self.palette().color(QPalette.ColorRole.Window).lightness() < 128
        self.canvas.surround = QColor(38, 38, 38) if dark else QColor(118, 118, 118)
        self.canvas.update()


def _take_copy(event: QDropEvent) -> None:
    """Take what is dropped without moving it: many programs propose a move, after which they may delete the file."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def _suit_view(session: Session) -> View:
    """The view in which a file is first seen: as it was saved, with its background if it has one."""
    if not session.has_subject:
        return View.ORIGINAL
    has_others = split_document(session.document, session.photo, session.own).is_seen
    return View.BACKGROUND if has_others or session.recipe.background is not None else View.CHECKERBOARD
