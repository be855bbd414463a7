"""The main window: canvas, panels, commands, status; it asks the workbench and shows what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QPalette,
)
from PyQt6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QDoubleSpinBox,
    QMainWindow,
    QMenu,
    QMessageBox,
    QToolBar,
)

from mattework import Recipe
from mattework_editor import drafts, preferences
from mattework_editor.backdrop import load_backdrop
from mattework_editor.canvas import LARGEST_BRUSH, SMALLEST_BRUSH, Canvas
from mattework_editor.compose import View
from mattework_editor.filing import Filing
from mattework_editor.icons import draw_tool_icon
from mattework_editor.panels.background import BackgroundPanel, read_colour
from mattework_editor.panels.edge import EdgePanel
from mattework_editor.panels.steps import StepsPanel
from mattework_editor.status import StatusBar
from mattework_editor.tasks import Tasks
from mattework_editor.tools import TOOLS, BrushTool, make_strokes
from mattework_editor.workbench import Workbench


class EditorWindow(QMainWindow):
    """See the module. Settings are those of `preferences.open_settings`."""

    def __init__(self, workbench: Workbench | None = None) -> None:
        super().__init__()
        self.settings = preferences.open_settings()
        self.workbench = workbench or Workbench()
        self.workbench.setParent(self)
        self.canvas = Canvas()
        self.edge = EdgePanel()
        self.background = BackgroundPanel()
        self.steps = StepsPanel()
        self.filing = Filing(self, self.workbench, self.settings)
        self._backdrops = Tasks(self)
        self._backdrop_of: str | None = None
        self._compared: View | None = None
        self.setCentralWidget(self.canvas)
        self.setAcceptDrops(True)
        self._make_docks()
        self._make_commands()
        self.status = StatusBar()
        self.status.cancel_button.clicked.connect(self.workbench.cancel)
        self.setStatusBar(self.status)
        self._connect()
        self._restore()
        self._follow_palette()
        self.status.show_scale(1.0)
        self._show_busy("")

    # Building --------------------------------------------------------------------------------------------------------

    def _make_docks(self) -> None:
        areas = Qt.DockWidgetArea
        docks: list[QDockWidget] = []
        for name, title, widget in (
            ("edge", self.tr("Edge"), self.edge),
            ("background", self.tr("Background"), self.background),
            ("history", self.tr("History"), self.steps),
        ):
            dock = QDockWidget(title)
            dock.setObjectName(name)
            dock.setWidget(widget)
            dock.setAllowedAreas(areas.LeftDockWidgetArea | areas.RightDockWidgetArea)
            self.addDockWidget(areas.RightDockWidgetArea, dock)
            docks.append(dock)
        self._docks = docks
        self.tabifyDockWidget(docks[0], docks[1])
        docks[0].raise_()

    def _action(
        self,
        text: str,
        run: Callable[[], object],
        keys: QKeySequence.StandardKey | str | list[str] | None = None,
        tip: str = "",
        *,
        checkable: bool = False,
    ) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda: run())
        if isinstance(keys, QKeySequence.StandardKey):
            action.setShortcuts(QKeySequence.keyBindings(keys))
        elif keys is not None:
            action.setShortcuts([QKeySequence(key) for key in ([keys] if isinstance(keys, str) else keys)])
        action.setCheckable(checkable)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip((tip or text.replace("&", "").rstrip("…")) + (f" ({shown})" if shown else ""))
        self.addAction(action)
        return action

    def _make_commands(self) -> None:
        keys = QKeySequence.StandardKey
        self.open_action = self._action(self.tr("&Open…"), self.filing.ask_open, keys.Open)
        self.save_action = self._action(self.tr("&Save"), self.filing.save, keys.Save)
        self.save_as_action = self._action(self.tr("Save &As…"), self.filing.ask_save, "Ctrl+Shift+S")
        self.quit_action = self._action(self.tr("&Quit"), self.close, keys.Quit)
        self.undo_action = self._action(self.tr("&Undo"), self.undo, keys.Undo)
        self.redo_action = self._action(self.tr("&Redo"), self.workbench.redo, ["Ctrl+Shift+Z", "Ctrl+Y"])
        self.subject_action = self._action(
            self.tr("Select &Subject"),
            self.workbench.find_subject,
            "Ctrl+Alt+S",
            self.tr("Let the model find the subject and solve its edge"),
        )
        self.cancel_action = self._action(self.tr("&Cancel"), self.workbench.cancel, "Ctrl+.")
        self._make_menus()
        self._make_toolbar()

    def _make_menus(self) -> None:
        bar = self.menuBar()
        assert bar is not None
        menus: list[tuple[str, list[QAction | QMenu | None]]] = [
            (
                self.tr("&File"),
                [
                    self.open_action,
                    self.filing.recent_menu,
                    None,
                    self.save_action,
                    self.save_as_action,
                    None,
                    self.quit_action,
                ],
            ),
            (self.tr("&Edit"), [self.undo_action, self.redo_action]),
            (self.tr("&Select"), [self.subject_action, self.cancel_action]),
            (self.tr("&Tools"), [*self._make_tool_actions(), None, *self._make_brush_actions()]),
            (self.tr("&View"), [*self._make_view_actions(), None, *self._make_zoom_actions()]),
            (self.tr("&Window"), [dock.toggleViewAction() for dock in self._docks]),
        ]
        for title, entries in menus:
            menu = QMenu(title, self)
            menu.setToolTipsVisible(True)
            bar.addMenu(menu)
            for entry in entries:
                if entry is None:
                    menu.addSeparator()
                elif isinstance(entry, QMenu):
                    menu.addMenu(entry)
                else:
                    menu.addAction(entry)

    def _make_tool_actions(self) -> list[QAction]:
        group = QActionGroup(self)
        self.tool_actions: list[QAction] = []
        for kind in TOOLS:
            tool = kind()
            action = self._action(
                self.tr(tool.name),
                lambda tool=tool: self.canvas.set_tool(tool),  # type: ignore[misc]
                tool.key,
                self.tr(tool.tip),
                checkable=True,
            )
            action.setData(tool)
            action.setIcon(draw_tool_icon(tool))
            group.addAction(action)
            self.tool_actions.append(action)
        self.tool_actions[0].trigger()
        return self.tool_actions

    def _make_brush_actions(self) -> list[QAction]:
        def grow(factor: float) -> Callable[[], None]:
            return lambda: self.canvas.set_radius(self.canvas.radius * factor)

        return [
            self._action(self.tr("Smaller Brush"), grow(1 / 1.25), "["),
            self._action(self.tr("Larger Brush"), grow(1.25), "]"),
        ]

    def _make_view_actions(self) -> list[QAction]:
        titles = {
            View.CHECKERBOARD: self.tr("On Checkerboard"),
            View.BLACK: self.tr("On Black"),
            View.WHITE: self.tr("On White"),
            View.BACKGROUND: self.tr("On Background"),
            View.OVERLAY: self.tr("Overlay"),
            View.MASK: self.tr("Mask"),
            View.BAND: self.tr("Edge Band"),
            View.ORIGINAL: self.tr("Original"),
        }
        group = QActionGroup(self)
        self.view_actions: dict[View, QAction] = {}
        for number, (view, title) in enumerate(titles.items(), 1):
            action = self._action(
                title,
                lambda view=view: self.show_view(view),  # type: ignore[misc]
                f"Alt+{number}",
                checkable=True,
            )
            group.addAction(action)
            self.view_actions[view] = action
        self.next_view_action = self._action(self.tr("Next View"), self.next_view, "F")
        self.compare_action = self._action(
            self.tr("Compare with Original"),
            self.compare,
            "X",
            self.tr("Show the original, and the view of before again"),
            checkable=True,
        )
        return [*self.view_actions.values(), self.next_view_action, self.compare_action]

    def _make_zoom_actions(self) -> list[QAction]:
        canvas = self.canvas
        return [
            self._action(self.tr("Zoom In"), lambda: canvas.zoom_step(True), ["Ctrl++", "Ctrl+="]),
            self._action(self.tr("Zoom Out"), lambda: canvas.zoom_step(False), "Ctrl+-"),
            self._action(self.tr("Fit"), canvas.fit, ["0", "Ctrl+0"]),
            self._action(self.tr("100 %"), lambda: canvas.zoom_to(1.0), ["1", "Ctrl+1"]),
        ]

    def _make_toolbar(self) -> None:
        bar = QToolBar(self.tr("Tools"))
        bar.setObjectName("tools")
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(bar)
        bar.addAction(self.subject_action)
        bar.addSeparator()
        bar.addActions(self.tool_actions)
        bar.addSeparator()
        self.size_box = QDoubleSpinBox()
        self.size_box.setRange(2 * SMALLEST_BRUSH, 2 * LARGEST_BRUSH)
        self.size_box.setDecimals(0)
        self.size_box.setSuffix(self.tr(" px"))
        self.size_box.setAccessibleName(self.tr("Brush size"))
        self.size_box.setToolTip(self.tr("Diameter of the brush in photo pixels ([ and ])"))
        self.size_box.valueChanged.connect(lambda value: self.canvas.set_radius(value / 2))
        bar.addWidget(self.size_box)
        bar.addSeparator()
        self.view_box = QComboBox()
        self.view_box.setAccessibleName(self.tr("View"))
        self.view_box.setToolTip(self.tr("How the work is shown (F: the next one, X: the original)"))
        for view, action in self.view_actions.items():
            self.view_box.addItem(action.text(), view)
        self.view_box.activated.connect(lambda _: self.show_view(self.view_box.currentData()))
        bar.addWidget(self.view_box)

    def _connect(self) -> None:
        bench, canvas = self.workbench, self.canvas
        bench.changed.connect(self._show_state)
        bench.sources_replaced.connect(self._show_sources)
        bench.opened.connect(self._show_opened)
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
        canvas.gesture_ended.connect(self._paint)
        canvas.scale_changed.connect(self.status.show_scale)
        canvas.radius_changed.connect(self._show_radius)
        canvas.view_moved.connect(self._ask_clean)
        bench.changed.connect(self._ask_clean)
        self.edge.edge_moved.connect(
            lambda edge: bench.display.preview(edge, canvas.view.scale, canvas.view.visible)
        )
        self.edge.recipe_chosen.connect(bench.change_recipe)
        self.background.recipe_chosen.connect(self._choose_background)
        self.steps.step_chosen.connect(self._go_to_step)

    def _restore(self) -> None:
        self.resize(1280, 840)
        for key, restore in (("geometry", self.restoreGeometry), ("state", self.restoreState)):
            stored = preferences.read_bytes(self.settings, key)
            if not stored.isEmpty():
                restore(stored)
        self.canvas.set_radius(preferences.read_number(self.settings, "radius", 30.0))

    # Files -----------------------------------------------------------------------------------------------------------

    def open_path(self, path: Path, draft: drafts.Draft | None = None) -> None:
        """Open a file, after asking about unsaved work."""
        self.filing.open_path(path, draft)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        assert event is not None
        if not self.filing.may_leave(self.close):
            event.ignore()
            return
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("state", self.saveState())
        self.settings.setValue("radius", self.canvas.radius)
        self.settings.sync()
        self._backdrops.cancel_all()
        self.workbench.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        assert event is not None
        data = event.mimeData()
        if data is not None and any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        assert event is not None
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data else []
        if files:
            event.acceptProposedAction()
            # Not from inside the drop: the program it comes from waits until we return.
            QTimer.singleShot(0, lambda: self.open_path(Path(files[0])))

    # Editing ---------------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        if not self.canvas.is_painting:
            self.workbench.undo()

    def _paint(self, samples: list, inverted: bool) -> None:  # type: ignore[type-arg]
        tool = self.canvas.tool
        assert isinstance(tool, BrushTool)
        strokes = make_strokes(tool.choose_kind(inverted), samples, self.canvas.radius)
        self.workbench.paint(self.tr(tool.name), strokes)

    def _choose_background(self, name: str, recipe: Recipe) -> None:
        self.workbench.change_recipe(name, recipe)
        if recipe.background is not None:
            self.show_view(View.BACKGROUND)

    def _go_to_step(self, position: int) -> None:
        self.workbench.go_to_step(position)
        self._show_state()

    # Views -----------------------------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        self._compared = None
        self._set_view(view)

    def next_view(self) -> None:
        views = list(View)
        self.show_view(views[(views.index(self.canvas.look.view) + 1) % len(views)])

    def compare(self) -> None:
        """To the original and back."""
        if self._compared is not None:
            self.show_view(self._compared)
        elif self.canvas.look.view is not View.ORIGINAL:
            back = self.canvas.look.view
            self._set_view(View.ORIGINAL)
            self._compared = back
        self.compare_action.setChecked(self._compared is not None)

    def _set_view(self, view: View) -> None:
        self.canvas.show_look(replace(self.canvas.look, view=view))
        self.view_actions[view].setChecked(True)
        self.view_box.setCurrentIndex(list(self.view_actions).index(view))
        self.compare_action.setChecked(self._compared is not None)
        self._ask_clean()

    def _ask_clean(self) -> None:
        """Clean colours for what is seen now."""
        canvas = self.canvas
        self.workbench.clean.ask(canvas.look.view, canvas.view.scale, canvas.view.visible)

    def _show_sources(self, keep_place: bool) -> None:
        self.canvas.show_sources(self.workbench.sources, keep_place=keep_place)

    def _show_opened(self) -> None:
        session = self.workbench.session
        assert session is not None
        self._had_subject = session.has_subject
        self.show_view(View.CHECKERBOARD if session.has_subject else View.ORIGINAL)
        notes = session.document.notes
        ready = self.tr("{size}. Select Subject finds what stands out; the brushes do the rest.")
        self.status.tell(" ".join(notes) or ready.format(size=session.size))

    def _show_backdrop(self, text: str | None) -> None:
        """The background of the recipe as the view shows it: a colour at once, a picture when it has been read."""
        if text == self._backdrop_of:
            return
        self._backdrop_of = text
        colour = read_colour(text) if text else None
        session = self.workbench.session
        if colour is not None:
            rgb = (colour.red(), colour.green(), colour.blue())
            self.canvas.show_look(replace(self.canvas.look, colour=rgb, backdrop=None))
        elif text is None or session is None:
            self.canvas.show_look(replace(self.canvas.look, backdrop=None))
        else:
            size = session.size

            def arrive(backdrop: object) -> None:
                if self._backdrop_of == text:
                    self.canvas.show_look(replace(self.canvas.look, backdrop=backdrop))  # type: ignore[arg-type]

            self._backdrops.start(
                lambda _: load_backdrop(Path(text), size), arrive, lambda error: self.show_error(str(error))
            )

    # State -----------------------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        bench = self.workbench
        session, history = bench.session, bench.session.history if bench.session else None
        dirty = history is not None and history.is_dirty
        self.setWindowTitle(f"{self.filing.title}[*] – Mattework" if session else "Mattework")
        self.setWindowModified(dirty)
        free = bench.can_edit
        for action in (self.save_action, self.save_as_action, self.subject_action):
            action.setEnabled(free)
        undo = free and history is not None and (history.last is not None or bench.is_solving)
        redo = free and history is not None and history.next is not None
        self.undo_action.setEnabled(undo)
        self.redo_action.setEnabled(redo)
        last, following = (history.last, history.next) if history else (None, None)
        self.undo_action.setText(self.tr("&Undo {step}").format(step=last.name) if last else self.tr("&Undo"))
        self.redo_action.setText(
            self.tr("&Redo {step}").format(step=following.name) if following else self.tr("&Redo")
        )
        self.open_action.setEnabled(not bench.is_busy)
        self.cancel_action.setEnabled(bench.is_busy)
        self.edge.setEnabled(free)
        self.background.setEnabled(free)
        self.steps.setEnabled(free)
        self.canvas.set_locked(not free)
        self.steps.show_history(history)
        self.status.ran.setText(bench.ran)
        if session is not None:
            self.edge.show_recipe(session.recipe)
            self.background.show_recipe(session.recipe)
            self._show_backdrop(session.recipe.background)
            if session.has_subject and not self._had_subject:
                self._had_subject = True
                self.show_view(View.OVERLAY if session.recipe.strokes else View.CHECKERBOARD)

    _had_subject = False

    def _show_busy(self, title: str) -> None:
        self.status.show_work(title)
        self.setCursor(Qt.CursorShape.BusyCursor) if title else self.unsetCursor()
        self._show_state()

    def _show_radius(self, radius: float) -> None:
        self.size_box.blockSignals(True)
        self.size_box.setValue(2 * radius)
        self.size_box.blockSignals(False)

    def show_error(self, text: str) -> None:
        """An error as a message that stays until it is read."""
        self.status.tell(text)
        box = QMessageBox(QMessageBox.Icon.Warning, self.tr("Mattework"), text, parent=self)
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
