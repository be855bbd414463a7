"""What a newcomer meets, and what someone without a mouse or a screen needs."""

from __future__ import annotations

import itertools
import re
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenuBar,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from editor.driving import TEST, Keys, wait_until
from mattework import open_document, take_photo
from mattework.errors import Cancelled
from mattework.worker.client import WorkerClient, connect_worker
from mattework.worker.protocol import EngineError
from mattework_editor import engine as engine_module
from mattework_editor.command import plain_words
from mattework_editor.engine import Engine
from mattework_editor.export_dialog import ExportDialog
from mattework_editor.review_dock import find_review
from mattework_editor.window import EditorWindow

if TYPE_CHECKING:
    from editor.driving import Driver

SPOKEN = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QTextBrowser,
)
PRIVATE = ("qt_", "ScrollLeftButton", "ScrollRightButton")


def belongs_to_another(widget: QWidget) -> bool:
    """Parts that Qt makes inside of widgets: they speak through the widget that they are in."""
    if isinstance(widget, (QScrollBar, QTabBar)) or widget.objectName().startswith(PRIVATE):
        return True
    if type(widget).__module__.startswith("mattework_editor"):
        return False
    inside = widget.parentWidget()
    parts = (QAbstractSpinBox, QComboBox, QMenuBar, QLineEdit, QAbstractItemView, QTabBar)
    while inside is not None:
        if isinstance(inside, parts):
            return True
        inside = inside.parentWidget()
    return type(widget).__name__ in ("QDockWidgetTitleButton", "QToolBarExtension")


def name_of(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    action = widget.defaultAction() if isinstance(widget, QToolButton) else None
    return widget.accessibleName() or text or (action.text() if action is not None else "")


def find_nameless(root: QWidget) -> list[str]:
    return [
        f"{type(one).__name__} in {type(one.parentWidget()).__name__}"
        for one in root.findChildren(QWidget)
        if isinstance(one, SPOKEN) and not belongs_to_another(one) and not name_of(one)
    ]


def find_unreachable(root: QWidget) -> list[str]:
    """Controls that Tab does not reach and that no command stands for."""
    return [
        f"{name_of(one)} ({type(one).__name__})"
        for one in root.findChildren(QWidget)
        if isinstance(one, SPOKEN)
        and not isinstance(one, QProgressBar)
        and not belongs_to_another(one)
        and not (isinstance(one, QToolButton) and one.defaultAction() is not None)
        and not one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def test_a_control_without_a_name_is_noticed(driver: Driver) -> None:
    field = QLineEdit(driver.window.edge)
    field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    assert find_nameless(driver.window) == ["QLineEdit in EdgePanel"]
    assert find_unreachable(driver.window) == [" (QLineEdit)"]


def test_every_control_of_the_window_has_a_name_and_is_reached_by_keys(
    driver: Driver, disc_file: Path, tmp_path: Path
) -> None:
    driver.window.open_paths([disc_file, disc_file.with_name("none.png")])
    review = find_review(driver.window)
    assert review is not None
    driver.open(disc_file)
    wait_until(lambda: not review.queue.is_working)
    driver.wait()
    assert find_nameless(driver.window) == []
    assert find_unreachable(driver.window) == []


@pytest.mark.parametrize("command", ["select.models", "help.shortcuts", "help.about"])
def test_every_control_of_the_dialogs_has_a_name_and_is_reached_by_keys(driver: Driver, command: str) -> None:
    driver.window.commands[command].trigger()
    QApplication.processEvents()
    dialogs = driver.window.findChildren(QDialog)
    assert dialogs
    for dialog in dialogs:
        assert find_nameless(dialog) == []
        assert find_unreachable(dialog) == []
        dialog.close()


def test_the_export_dialog_is_walked_by_keys(driver: Driver) -> None:
    dialog = ExportDialog(driver.window.settings, has_background=True, has_shadow=True, parent=driver.window)
    dialog.open()
    dialog.activateWindow()
    wait_until(dialog.isActiveWindow)
    assert find_nameless(dialog) == []
    assert find_unreachable(dialog) == []
    assert [one for one in dialog.findChildren(QWidget) if has_no_tip(one)] == []
    letters = [
        found[1].casefold()
        for one in dialog.findChildren(QWidget)
        if isinstance(one, (QLabel, QCheckBox)) and (found := re.search("&(.)", one.text()))
    ]
    assert len(letters) == len(set(letters)) == 8, letters
    dialog.kind.setFocus()
    walked: list[QWidget | None] = []
    for _ in range(7):
        walked.append(dialog.focusWidget())
        TEST.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    ways = [dialog.kind, dialog.crop, dialog.margin, dialog.length, dialog.background, dialog.shadow]
    assert walked == [*ways, dialog.bits], "from top to bottom; the quality of PNG cannot be set"
    TEST.keyClick(dialog, Qt.Key.Key_M, Keys.AltModifier)
    assert dialog.focusWidget() is dialog.margin
    dialog.close()


def has_no_tip(widget: QWidget) -> bool:
    return isinstance(widget, (QCheckBox, QComboBox, QAbstractSpinBox)) and not widget.toolTip()


def test_every_command_is_in_its_menu_and_tells_what_it_does(driver: Driver) -> None:
    listed = {action.objectName() for menu in driver.window.menus.values() for action in menu.actions()}
    for command in driver.window.commands.commands:
        assert command.id in listed or not command.menu
        assert plain_words(command.tip) not in ("", plain_words(command.text)), "a name explains nothing"


def test_the_menus_end_with_what_leaves(driver: Driver) -> None:
    named = [one.objectName() for one in driver.window.menus["file"].actions() if one.objectName()]
    assert named == ["file.open", "file.save", "file.save_as", "file.export", "file.close", "file.quit"]
    parts = [(one.menu, one.part) for one in driver.window.commands.commands]
    assert len({menu for menu, _ in parts}) == 1 + sum(
        before[0] != after[0] for before, after in itertools.pairwise(parts)
    ), "the commands of a menu stand together"


def test_tab_brings_the_panel_it_goes_to_to_the_front(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    reached: list[QWidget] = []
    driver.window.edge.smooth.box.setFocus()
    for _ in range(120):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in reached:
            break
        reached.append(widget)
        QApplication.processEvents()
        assert not widget.visibleRegion().isEmpty(), (
            f"{widget.accessibleName()} has the keys, and is not seen"
        )
        TEST.keyClick(widget, Qt.Key.Key_Tab)
    docks = {dock.objectName() for dock in driver.window.docks if any(map(dock.isAncestorOf, reached))}
    assert docks == {"edge", "background", "shadow", "look", "brush", "layers", "parts", "steps"}


def test_tab_goes_through_the_layers_from_the_top(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    layers = driver.window.layers
    wanted = [
        control
        for row in layers.rows.values()
        for control in (row.eye, row.mask_button, row.opacity)
        if control is not None
    ]
    assert len(wanted) >= 4
    walked: list[QWidget] = []
    widget = layers.nextInFocusChain()
    while len(walked) < len(wanted) and widget is not None and widget is not layers:
        if widget in wanted:
            walked.append(widget)
        elif widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.accessibleName() and not walked:
            raise AssertionError(f"{widget.accessibleName()} comes before the layers' rows")
        widget = widget.nextInFocusChain()
    assert walked == wanted


def test_an_empty_window_offers_a_sample_and_makes_way(driver: Driver) -> None:
    welcome = driver.window.welcome
    assert welcome.isVisible()
    cat = next(action for action in welcome.samples.actions() if action.text() == "Cat")
    cat.trigger()
    assert not driver.canvas.invites, "one is being opened"
    driver.wait()
    assert driver.session.path is not None
    assert driver.session.path.name == "chelsea.jpg"
    assert not welcome.isVisible()
    assert driver.window.filing.suggest_folder() == Path.home(), "not among the program's own files"


def test_several_dropped_files_are_looked_through(driver: Driver, disc_file: Path) -> None:
    other = disc_file.with_name("other.png")
    other.write_bytes(disc_file.read_bytes())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(one)) for one in (disc_file, other)])
    event = QDropEvent(
        QPointF(200, 200), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Keys.NoModifier
    )
    driver.window.dropEvent(event)
    wait_until(lambda: find_review(driver.window) is not None)
    review = find_review(driver.window)
    assert review is not None
    assert set(review.line.items) == {str(disc_file), str(other)}
    wait_until(lambda: not review.queue.is_working)
    driver.wait()


def test_a_dropped_file_is_copied_and_never_moved(driver: Driver, disc_file: Path) -> None:
    """File managers propose a move, and some delete what was moved."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(disc_file))])
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, none = Qt.MouseButton.LeftButton, Keys.NoModifier
    entering = QDragEnterEvent(QPoint(200, 200), both, data, left, none)
    dropping = QDropEvent(QPointF(200, 200), both, data, left, none)
    for event in (entering, dropping):
        event.setDropAction(Qt.DropAction.MoveAction)
    driver.window.dragEnterEvent(entering)
    driver.window.dropEvent(dropping)
    for event in (entering, dropping):
        assert event.isAccepted()
        assert event.dropAction() == Qt.DropAction.CopyAction
    wait_until(lambda: driver.bench.session is not None and not driver.bench.is_busy)


def test_a_new_window_leaves_room_for_its_frame(driver: Driver) -> None:
    """Or the status bar is below a small screen."""
    window = EditorWindow(driver.bench.__class__())
    screen = window.screen()
    assert screen is not None
    room = screen.availableSize()
    assert window.width() <= room.width() - 16
    assert window.height() <= room.height() - 48
    window.close()
    window.deleteLater()


def test_panels_that_were_torn_off_or_closed_are_put_back(driver: Driver) -> None:
    window = driver.window
    docks = {dock.objectName(): dock for dock in window.docks}
    docks["layers"].setFloating(True)
    docks["edge"].close()
    docks["brush"].close()
    window.commands["panel.arrange"].trigger()
    QApplication.processEvents()
    assert not any(dock.isFloating() for dock in docks.values())
    assert {window.dockWidgetArea(dock) for dock in docks.values()} == {Qt.DockWidgetArea.RightDockWidgetArea}
    assert {one.objectName() for one in window.tabifiedDockWidgets(docks["layers"])} == {"parts", "steps"}
    assert {one.objectName() for one in window.tabifiedDockWidgets(docks["edge"])} == {
        "background",
        "shadow",
        "look",
        "brush",
    }
    assert docks["edge"].visibleRegion().isEmpty() is docks["layers"].visibleRegion().isEmpty() is False
    assert docks["edge"].y() < docks["layers"].y()


def test_panels_show_nothing_chosen_before_a_photo_is_open(driver: Driver) -> None:
    window = driver.window
    assert window.shadow.kinds.checkedId() == window.background.kinds.checkedId() == 0
    assert window.shadow.details.isHidden()


def test_the_window_comes_back_as_it_was_left(driver: Driver) -> None:
    driver.window.resize(780, 560)
    driver.canvas.set_radius(77)
    dock = driver.window.docks[0]
    dock.hide()
    QApplication.processEvents()
    driver.window.close()
    again = EditorWindow()
    again.show()
    QApplication.processEvents()
    assert (again.width(), again.height()) == (driver.window.width(), 560)
    assert again.canvas.radius == 77
    assert not again.docks[0].isVisible()
    again.close()
    again.deleteLater()


def test_an_engine_that_does_not_start_is_told_without_words_of_another_host(
    disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory(prefix="mw") as short:  # the path of a socket may not be long
        monkeypatch.setenv("MATTEWORK_RUNTIME", short)
        engine = Engine((sys.executable, "-P", "-m", "no_such_engine"))
        with pytest.raises(EngineError, match="did not start") as caught:
            engine.warm_up(take_photo(open_document(disc_file)))
    assert "gimp" not in str(caught.value)
    assert "mattework worker" in str(caught.value)


def test_a_connection_that_is_made_while_the_engine_is_closed_is_closed_as_well(
    worker_places: None, disc_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, photo = Engine(), take_photo(open_document(disc_file))
    made: list[WorkerClient] = []
    caught: list[BaseException] = []

    def connect(command: tuple[str, ...]) -> WorkerClient:
        made.append(connect_worker(command))
        engine.close()  # the window is closed just now
        return made[-1]

    def warm_up() -> None:
        try:
            engine.warm_up(photo)
        except Cancelled as error:
            caught.append(error)

    monkeypatch.setattr(engine_module, "connect_worker", connect)
    thread = threading.Thread(target=warm_up)
    thread.start()
    thread.join(60)
    assert len(caught) == 1
    with pytest.raises(EngineError):
        made[0].call("open", {"model": None, "warm": False})
    with pytest.raises(Cancelled):
        engine.warm_up(photo)
    assert len(made) == 1, "a closed engine connects no more"
