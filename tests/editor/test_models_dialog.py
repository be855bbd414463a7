"""The Models dialog: what it tells, and install, import, remove and choose, by clicks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox

from editor.driving import answer, wait_until
from mattework import MattingChoice, ModelSpec, ModelStore, Recipe, open_store
from mattework.models.spec import parse_spec
from mattework_editor import models_dialog
from mattework_editor.models_dialog import ModelsDialog
from mattework_editor.preferences import BUILT_IN, read_subject_model
from models.file_server import serve_files

if TYPE_CHECKING:
    from editor.driving import Driver

CONTENT = np.random.default_rng(3).bytes(600_000)
RECORD = """
id = "tiny"
task = "subject"
title = "Tiny"
purpose = "For tests."
files = [{{ name = "tiny.onnx", bytes = {size}, sha256 = "{sha256}", url = "{url}/tiny.onnx" }}]
input = {{ scale = "unit", size = {{ rule = "stretch", width = 8, height = 8 }} }}
licence = {{ weights = "test terms", commercial = "no", why = "Its makers forbid paid work." }}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A model folder of this test's own with the record of a model that a server on this machine has."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("MATTEWORK_MODELS", str(folder))
    monkeypatch.setenv("MATTEWORK_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "u2net"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MATTEWORK_MODEL_MIRROR", raising=False)
    with serve_files({"tiny.onnx": CONTENT}) as server:
        sha256 = hashlib.sha256(CONTENT).hexdigest()
        record = RECORD.format(size=len(CONTENT), sha256=sha256, url=server.address)
        (tmp_path / "tiny.toml").write_text(record)
        spec = parse_spec(record.encode(), suffix=".toml", source="the test")

        class Shelf(ModelStore):
            """The store of this machine, with one more model to be had."""

            def list_specs(self) -> list[ModelSpec]:
                return [spec, *(one for one in super().list_specs() if one.id != spec.id)]

        monkeypatch.setattr(models_dialog, "open_store", lambda: Shelf(open_store().folders))
        yield folder


def open_dialog(driver: Driver) -> ModelsDialog:
    driver.window.commands["select.models"].trigger()
    QApplication.processEvents()
    (dialog,) = driver.window.findChildren(ModelsDialog)
    return dialog


def test_a_model_is_installed_after_its_terms_were_accepted_and_removed(
    driver: Driver, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = open_dialog(driver)
    dialog.select("tiny")
    assert "Its makers forbid paid work." in dialog.card.toPlainText()
    assert not dialog.use_button.isEnabled()
    asked = answer(monkeypatch, QMessageBox.StandardButton.No)
    driver.click(dialog.install_button)
    assert asked == ["Accept the terms?"]
    assert not (home / "tiny.onnx").exists()
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    driver.click(dialog.install_button)
    wait_until(lambda: "is installed" in dialog.message.text())
    assert (home / "tiny.onnx").read_bytes() == CONTENT
    dialog.select("tiny")
    driver.click(dialog.use_button)
    assert read_subject_model(driver.window.settings) == "tiny"
    used = [driver.bench.engine.subject_model]
    driver.click(dialog.remove_button)
    assert not (home / "tiny.onnx").exists()
    used.append(driver.bench.engine.subject_model)
    assert used == ["tiny", None]
    dialog.close()


def test_an_own_file_comes_in_with_its_record_and_a_strange_one_refused(
    driver: Driver, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = open_dialog(driver)
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    own = tmp_path / "tiny.onnx"
    own.write_bytes(CONTENT)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(own), ""))
    driver.click(dialog.import_button)
    wait_until(lambda: "was imported" in dialog.message.text())
    assert dialog.spec is not None
    assert dialog.spec.id == "tiny"
    assert open_store().is_installed(dialog.spec)
    strange = tmp_path / "strange.onnx"
    strange.write_bytes(b"no model at all")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(strange), ""))
    driver.click(dialog.import_button)
    wait_until(lambda: "strange.onnx" in dialog.message.text() and dialog.import_button.isEnabled())
    assert not (home / "strange.onnx").exists()
    dialog.close()


def test_speed_is_measured_beside_the_built_in_model(driver: Driver) -> None:
    dialog = open_dialog(driver)
    dialog.select("mattework-subject-float")
    driver.click(dialog.speed_button)
    assert not dialog.speed_button.isEnabled()
    wait_until(lambda: "times the built-in" in dialog.card.toPlainText())
    dialog.close()


def test_the_chosen_model_is_the_one_that_runs(driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    dialog = open_dialog(driver)
    dialog.select("mattework-subject-float")
    driver.click(dialog.use_button)
    dialog.close()
    driver.bench.find_subject()
    driver.wait()
    assert driver.window.status.ran.text().startswith("mattework-subject-float on ")


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of an installed network that solves a trimap."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("MATTEWORK_MODELS", str(folder))
    (folder / "mine.onnx").write_bytes(b"not run here")
    (folder / "mine.toml").write_text(
        'id = "mine"\ntask = "matting"\ntitle = "My own"\nfiles = [{ name = "mine.onnx" }]\n'
        'input = { size = { rule = "native", multiple = 32 }, companion = "trimap-channel" }\n'
    )
    return "mine"


def test_a_network_is_chosen_for_the_edge_of_the_open_photo(
    driver: Driver, disc_file: Path, network: str
) -> None:
    dialog = open_dialog(driver)
    dialog.select(network)
    assert dialog.edge_button.isVisible()
    assert not dialog.edge_button.isEnabled(), "nothing is open whose edge it could solve"
    assert not dialog.use_button.isVisible()
    dialog.close()
    QApplication.processEvents()
    driver.open(disc_file)
    driver.canvas.set_radius(40)
    driver.window.tool_actions[1].trigger()
    driver.drag((120, 100), (130, 100))
    asked: list[Recipe] = []
    driver.window.edge.recipe_chosen.disconnect()
    driver.window.edge.recipe_chosen.connect(lambda _, recipe: asked.append(recipe))
    dialog = open_dialog(driver)
    dialog.select(network)
    driver.click(dialog.edge_button)
    assert [(one.solver, one.matting) for one in asked] == [("neural", MattingChoice(model=network))]


def test_the_list_can_be_narrowed_down(driver: Driver) -> None:
    dialog = open_dialog(driver)
    everything = dialog.tree.topLevelItemCount()
    dialog.filter.setCurrentIndex(dialog.filter.findData("prompt"))
    assert 0 < dialog.tree.topLevelItemCount() < everything
    assert not dialog.use_button.isVisible()
    dialog.filter.setCurrentIndex(dialog.filter.findData("here"))
    dialog.select(BUILT_IN)
    assert dialog.spec is not None
    assert dialog.spec.id == BUILT_IN
    assert not dialog.remove_button.isEnabled()
    dialog.close()
