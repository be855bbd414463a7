"""The sheet of shortcuts, About, and the window's colours."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QImage, QPalette
from PyQt6.QtWidgets import QApplication, QTextBrowser

from editor.driving import Keys
from mattework_editor.about import About
from mattework_editor.app import read_icon
from mattework_editor.shortcut_sheet import ShortcutSheet

if TYPE_CHECKING:
    from editor.driving import Driver

ROOT = Path(__file__).resolve().parents[2]
CONTROL = Keys.ControlModifier


def test_the_sheet_names_undo_and_redo_without_the_step(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((100, 100), (140, 100))
    driver.wait()
    assert driver.window.commands["edit.undo"].text() == "&Undo Add with Brush"
    sheet = ShortcutSheet(driver.window.commands)
    edit = sheet.tree.topLevelItem(1)
    assert edit is not None
    named = [edit.child(row).text(0) for row in range(edit.childCount())]  # type: ignore[union-attr]
    assert named[:2] == ["Undo", "Redo"]


def test_the_sheet_shows_all_of_what_a_command_does(driver: Driver) -> None:
    """In as many lines as the column needs, narrow or wide, in the font that is drawn."""
    driver.key(Qt.Key.Key_F1)
    sheet = driver.find_shown(ShortcutSheet)
    sheet.resize(700, 640)
    for _ in range(3):  # the rows are measured anew a moment after
        QApplication.processEvents()
    tree = sheet.tree
    room, wrapped = tree.columnWidth(2), 0
    for number in range(tree.topLevelItemCount()):
        top = tree.topLevelItem(number)
        assert top is not None
        for row in range(top.childCount()):
            child = top.child(row)
            assert child is not None
            needed = tree.fontMetrics().boundingRect(
                QRect(0, 0, room - 6, 1000), Qt.TextFlag.TextWordWrap, child.text(2)
            )
            assert needed.height() <= tree.visualItemRect(child).height(), child.text(2)
            wrapped += needed.height() > 1.5 * tree.fontMetrics().height()
    assert wrapped > 5, "long ones there are"


def test_the_sheet_names_every_shortcut(driver: Driver) -> None:
    driver.key(Qt.Key.Key_F1)
    sheet = driver.find_shown(ShortcutSheet)
    shown = set()
    for number in range(sheet.tree.topLevelItemCount()):
        top = sheet.tree.topLevelItem(number)
        assert top is not None
        shown |= {top.child(row).text(1) for row in range(top.childCount())}  # type: ignore[union-attr]
    for action in driver.window.commands.actions.values():
        for key in action.shortcuts():
            named = key.toString(key.SequenceFormat.NativeText)
            assert any(named in one for one in shown) or re.fullmatch(
                r"F1[3-9]|F[23]\d|[A-Z][a-z]{2,}", named
            )
    tools = sheet.tree.topLevelItem(3)
    assert tools is not None
    for row in range(tools.childCount()):
        line = tools.child(row)
        assert line is not None
        assert line.text(2)
        assert line.toolTip(2) == line.text(2)
    words = {word for keys in shown for word in keys.split(", ")}
    assert not words & {"F14", "F16", "F18", "F20", "Open", "Save", "Exit", "Undo", "Redo", "Copy", "Paste"}
    bar = sheet.tree.horizontalScrollBar()
    assert bar is not None
    assert bar.maximum() == 0, "nothing is cut off at the right"
    sheet.field.setText("Marching")
    tops = [sheet.tree.topLevelItem(number) for number in range(sheet.tree.topLevelItemCount())]
    assert sum(not one.isHidden() for one in tops if one is not None) == 1
    sheet.close()


def test_about_shows_the_models_card_and_the_licence(driver: Driver) -> None:
    driver.window.commands["help.about"].trigger()
    about = driver.find_shown(About)
    card, licence = (about.tabs.widget(number) for number in range(2))
    assert isinstance(card, QTextBrowser)
    assert isinstance(licence, QTextBrowser)
    assert "mattework-subject" in card.toPlainText()
    assert "icen" in licence.toPlainText()
    about.close()


def test_colours_are_chosen_and_remembered(driver: Driver) -> None:
    before = driver.window.palette().color(QPalette.ColorRole.Window)
    driver.window.commands["window.dark"].trigger()
    QApplication.processEvents()
    assert driver.window.palette().color(QPalette.ColorRole.Window).lightness() < 80
    assert driver.window.settings.value("appearance") == "dark"
    driver.window.commands["window.system"].trigger()
    QApplication.processEvents()
    assert driver.window.palette().color(QPalette.ColorRole.Window) == before


def test_the_window_bears_the_programs_icon(driver: Driver) -> None:
    icon = driver.window.windowIcon()
    assert {16, 32, 48, 256} <= {size.width() for size in icon.availableSizes()}
    shown, drawn = (
        one.convertToFormat(QImage.Format.Format_RGBA8888_Premultiplied)
        for one in (
            icon.pixmap(32, 32).toImage(),
            QImage(str(ROOT / "resources/icons/mattework-editor-32.png")),
        )
    )
    assert shown == drawn


def test_the_icon_is_found_where_a_wheel_puts_it(driver: Driver, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for source, place in project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items():
        if place.startswith("mattework_editor/"):
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_bytes((ROOT / source).read_bytes())
    icon = read_icon(tmp_path / "mattework_editor")
    assert {size.width() for size in icon.availableSizes()} == {16, 32, 48, 256}
