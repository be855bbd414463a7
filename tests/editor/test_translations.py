"""German is complete: every sentence of the window has words, with the same placeholders."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication, QMessageBox, QTabBar

import mattework
from editor.driving import LEFT, TEST, Driver, Keys, answer, catch_slot_errors, wait_until
from mattework import open_document, save_document
from mattework.worker.jobs import STAGES
from mattework_editor import language
from mattework_editor.palette import Palette
from mattework_editor.translations import FOLDER, LANGUAGES, Catalogue, install_language, read_words
from mattework_editor.translations.gather import (
    gather_sentences,
    list_modules,
    main,
    read_module,
    write_words,
)
from mattework_editor.window import EditorWindow
from mattework_editor.wording import write_number

PORTRAIT = Path(__file__).resolve().parents[2] / "resources" / "samples" / "astronaut.jpg"
CORE = Path(mattework.__file__).parent
WAITING = "waiting for another picture"
"""What the worker says while another program's picture is worked on."""
FILES = sorted(FOLDER.glob("mattework_*.ts"))
SAYS = {
    "setAccessibleName",
    "setPlaceholderText",
    "setStatusTip",
    "setSuffix",
    "setText",
    "setTitle",
    "setToolTip",
    "setWindowTitle",
    "QCheckBox",
    "QGroupBox",
    "QLabel",
    "QPushButton",
    "addAction",
    "addItem",
    "addRow",
}


def mnemonics(text: str) -> int:
    return len(re.findall(r"&(?!&)\w", text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_is_translated_and_none_is_left_over(path: Path) -> None:
    wanted, words = set(gather_sentences()), read_words(path)
    assert sorted(wanted - set(words)) == []
    assert sorted(set(words) - wanted) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_placeholders_mnemonics_and_ends_match(path: Path) -> None:
    for (_, source), text in read_words(path).items():
        assert sorted(re.findall(r"\{[^}]*\}|%n", source)) == sorted(re.findall(r"\{[^}]*\}|%n", text)), (
            source
        )
        assert sorted(re.findall(r"<[^>]*>", source)) == sorted(re.findall(r"<[^>]*>", text)), source
        assert source.endswith("…") == text.endswith("…"), source
        assert mnemonics(source) == mnemonics(text), source
        assert source[: len(source) - len(source.lstrip())] == text[: len(text) - len(text.lstrip())], source
        assert source[len(source.rstrip()) :] == text[len(text.rstrip()) :], source


def test_no_two_entries_of_a_menu_share_a_letter() -> None:
    from mattework_editor.commands import COMMANDS

    for path in FILES:
        words = {source: text for (_, source), text in read_words(path).items()}
        for menu in {one.menu for one in COMMANDS}:
            texts = [words[one.text] for one in COMMANDS if one.menu == menu]
            letters = [found[1].casefold() for text in texts if (found := re.search(r"&(\w)", text))]
            assert len(letters) == len(set(letters)), (menu, texts)


def test_only_literal_sentences_are_translated() -> None:
    assert [place for path in list_modules() for place in read_module(path)[1]] == []


def test_nothing_is_said_past_the_translation() -> None:
    """No widget is given English words that did not go through `tr`."""
    untold = []
    for path in list_modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = node.args[0] if name in SAYS and node.args else None
            if isinstance(said, ast.Constant) and re.search("[A-Za-z]{2}", str(said.value)):
                untold.append(f"{path.name}:{node.lineno}: {said.value!r}")
    assert untold == []


def test_new_sentences_are_added_as_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "mattework_xx.ts"
    write_words(path, "xx", [("A", "one"), ("A", "<two>"), ("B", "one")], {("A", "one"): "eins"})
    assert read_words(path) == {("A", "one"): "eins", ("B", "one"): "eins"}
    assert "unfinished" in path.read_text()


def test_the_files_are_as_gathering_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in FILES}
    try:
        assert main() == 0
        assert {path: path.read_bytes() for path in FILES} == before
        assert "not translated" not in capsys.readouterr().out
    finally:
        for path, data in before.items():
            path.write_bytes(data)


def test_a_sentence_of_another_context_is_better_than_none() -> None:
    catalogue = Catalogue({("A", "one"): "eins", ("B", "one"): "einer"})
    assert catalogue.translate("A", "one") == "eins"
    assert catalogue.translate("C", "one") in ("eins", "einer")
    assert not catalogue.translate("A", "other")


@pytest.fixture
def german(application: object, worker_places: None) -> Iterator[Driver]:
    install_language("de")
    try:
        with catch_slot_errors() as caught:
            window = EditorWindow()
            window.resize(1000, 700)
            window.show()
            driven = Driver(window)
            yield driven
            driven.close()
            window.deleteLater()
        assert not caught, caught
    finally:
        install_language("en")


def test_a_german_window_speaks_german(german: Driver, disc_file: Path) -> None:
    menus = [menu.title() for menu in german.window.menus.values()]
    assert menus[:2] == ["&Datei", "&Bearbeiten"]
    german.open(disc_file)
    german.key(Qt.Key.Key_B)
    german.drag((60, 100), (120, 100))
    assert german.window.commands["edit.undo"].text() == "Mit Pinsel hinzufügen &rückgängig"
    assert "Strg+Z" in german.window.commands["edit.undo"].toolTip()
    german.key(Qt.Key.Key_K, Keys.ControlModifier)
    QApplication.processEvents()
    palette = german.window.findChild(Palette)
    assert palette is not None
    TEST.keyClicks(palette.field, "schachb")
    item = palette.list.item(0)
    assert item is not None
    assert "Auf Schachbrett" in item.text()
    palette.close()


def list_steps() -> set[str]:
    """What the core says of how far it is: in reports of its own, as steps of a run, and as stages of the worker."""
    said = re.compile(r'(?:report_progress\(\w+(?:\.\w+)?, |run\.step\(|progress\()"([^"]+)"')
    files = [one for one in CORE.rglob("*.py") if not {"cli", "training"} & set(one.parts)]
    found = {step for one in files for step in said.findall(one.read_text(encoding="utf-8"))}
    return found | {text for _, text in STAGES.values()} | {"solving strokes", WAITING}


def test_the_steps_of_long_work_are_told_in_german(german: Driver) -> None:
    status, steps = german.window.status, list_steps()
    assert {"verify", "colours", "Pack layers", "solving alpha"} <= steps
    for step in steps:
        status.show_progress(step, 0.5)
        assert status.progress.format().casefold() != step.casefold(), f"{step} is English"
    status.show_progress("something new", 0.5)
    assert status.progress.format() == "Something new"


def test_errors_and_notes_are_told_in_german(german: Driver, tmp_path: Path) -> None:
    failed: list[str] = []
    german.bench.failed.disconnect()
    german.bench.failed.connect(failed.append)
    (tmp_path / "leer.png").write_bytes(b"")
    german.open(tmp_path / "leer.png")
    assert failed == [f"{tmp_path / 'leer.png'} ist leer. Kopieren Sie die Datei noch einmal."]
    save_document(open_document(PORTRAIT), tmp_path / "own.psd")
    (tmp_path / "own.psd").rename(tmp_path / "own.jpg")
    german.open(tmp_path / "own.jpg")
    assert "ist in Wahrheit eine PSD-Datei" in german.window.status.message.text()


def test_german_numbers_have_a_comma_and_thousands_a_point(german: Driver, disc_file: Path) -> None:
    german.open(disc_file)
    assert write_number(1.5, 1) == "1,5"
    assert write_number(12345) == "12.345"
    german.canvas.zoom_to(0.125)
    assert german.window.status.scale.text() == "12,5 %"
    assert german.window.edge.band.box.text() == "1,00 x"
    install_language("en")
    assert write_number(12345.5, 1) == "12,345.5"


def test_one_is_told_otherwise_than_many(german: Driver) -> None:
    parts = german.window.parts
    assert parts._tell_more(0) == ""
    assert parts._tell_more(1).startswith("Ein kleineres ist")
    assert parts._tell_more(2000).startswith("2.000 kleinere sind")


def test_german_tabs_have_room_for_their_names(german: Driver) -> None:
    """However narrow the panels are made."""
    QApplication.processEvents()
    stacks = [bar for bar in german.window.findChildren(QTabBar) if bar.isVisible() and bar.count() > 2]
    assert sorted(bar.count() for bar in stacks) == [3, 5]
    for bar in stacks:
        titles = [bar.tabText(one) for one in range(bar.count())]
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        narrowest = {
            area.minimumWidth()
            for dock in german.window.docks
            if dock.windowTitle() in titles and (area := dock.widget()) is not None
        }
        assert min(narrowest) >= bar.sizeHint().width(), titles


def press(driver: Driver, text: str) -> None:
    """A button of the message that is open."""
    (box,) = driver.window.findChildren(QMessageBox)
    button = next(one for one in box.buttons() if one.text().replace("&", "") == text)
    TEST.mouseClick(button, LEFT)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_language_is_chosen_for_the_next_start(driver: Driver) -> None:
    for one in (*list(LANGUAGES)[1:], "system"):
        driver.window.commands[f"window.language.{one}"].trigger()
        assert driver.window.settings.value("language") == one
        assert "started again" in driver.window.status.message.text()
        press(driver, "Later")
        assert driver.window.isVisible()
    driver.window.commands["window.language.system"].trigger()
    assert driver.window.findChildren(QMessageBox) == [], "it is that already"


def test_the_program_is_started_again_with_what_was_open(
    driver: Driver, disc_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    script = f"import sys; open({str(told)!r}, 'w').write(' '.join(sys.argv[1:]))"
    monkeypatch.setattr(language, "PROGRAM", (sys.executable, "-c", script, "edit"))
    driver.open(disc_file)
    driver.key(Qt.Key.Key_B)
    driver.drag((60, 100), (120, 100))
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    driver.window.commands["window.language.de"].trigger()
    press(driver, "Start Again Now")
    wait_until(lambda: asked == ["Save changes?"])
    assert driver.window.isVisible(), "unsaved work comes first"
    driver.close()
    assert not told.exists(), "that it was to be started again is over then"
    driver.window.show()
    driver.window.commands["window.language.en"].trigger()
    press(driver, "Start Again Now")
    wait_until(lambda: told.is_file() and told.read_text() != "")
    assert told.read_text() == f"edit {disc_file}"
    assert not driver.window.isVisible()


def test_the_key_shift_is_called_as_on_german_keyboards(application: object) -> None:
    try:
        install_language("de")
        assert QKeySequence("Ctrl+Shift+S").toString(QKeySequence.SequenceFormat.NativeText) in (
            "Strg+Umschalt+S",
            "Ctrl+Shift+S",  # where Qt came without its translations
            "⇧⌘S",
        )
        assert QApplication.translate("EdgePanel", "Shift") == "Verschieben"
    finally:
        install_language("en")
