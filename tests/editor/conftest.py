"""A photo of a disc, sessions on it, and Qt without a screen where Qt is there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from mattework import open_document, take_photo
from mattework_editor.session import Session, start_session
from samples import LARGE, draw_disc

if TYPE_CHECKING:
    from editor.driving import Driver


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts and settings of a test never meet those of a person."""
    monkeypatch.setenv("MATTEWORK_STATE", str(tmp_path / "drafts"))
    monkeypatch.setenv("MATTEWORK_EDITOR_SETTINGS", str(tmp_path / "editor.ini"))


@pytest.fixture
def disc_file(tmp_path: Path) -> Path:
    """A PNG of 240 x 200 pixels with a disc on a flat ground."""
    from PIL import Image

    rgb, _ = draw_disc(240, 200)
    path = tmp_path / "disc.png"
    Image.fromarray(np.asarray(rgb)).save(path)
    return path


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disc on a photo of odd sides, larger than the window that shows it."""
    from PIL import Image

    rgb, _ = draw_disc(LARGE.width, LARGE.height)
    path = tmp_path_factory.mktemp("live") / "large.png"
    Image.fromarray(np.asarray(rgb)).save(path)
    return path


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Three photos, one file that is none, and a result of ours that is not to be cut again."""
    from PIL import Image

    folder = tmp_path / "shots"
    folder.mkdir()
    rgb = np.asarray(draw_disc(120, 90)[0])
    for name in ("a.png", "b.png"):
        Image.fromarray(rgb).save(folder / name)
    (folder / "broken.jpg").write_text("not a picture")
    (folder / "notes.txt").write_text("not a photo")
    Image.fromarray(rgb).save(folder / "a.cutout.png")
    return folder


@pytest.fixture
def session(disc_file: Path) -> Session:
    document = open_document(disc_file)
    return start_session(document, take_photo(document), disc_file)


@pytest.fixture(scope="session")
def application() -> object:
    """The one application of the process; tests are skipped where Qt or one of its system libraries is missing."""
    try:
        from mattework_editor.app import make_application
    except ImportError as error:
        pytest.skip(f"needs PyQt6 and its system libraries: {error}")
    return make_application()


@pytest.fixture(scope="session")
def worker_places() -> Iterator[None]:
    """A worker of the editor tests' own, in folders of their own; stopped at the end."""
    from mattework.worker.client import find_worker
    from mattework.worker.protocol import EngineError
    from mattework_editor.engine import COMMAND

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="mw") as short:
        (Path(short) / "tmp").mkdir()
        patch.setenv("MATTEWORK_RUNTIME", str(Path(short) / "run"))
        patch.setenv("TMPDIR", str(Path(short) / "tmp"))
        yield
        with suppress(EngineError):
            client = find_worker(COMMAND)
            if client is not None:
                with client:
                    client.call("stop")


@pytest.fixture
def driver(application: object, worker_places: None) -> Iterator[Driver]:
    """An editor window on the screen, closed at the end; an error in a slot fails the test."""
    from editor.driving import TEST, Driver, catch_slot_errors
    from mattework_editor.window import EditorWindow

    with catch_slot_errors() as caught:
        window = EditorWindow()
        window.resize(1000, 700)
        window.show()
        window.activateWindow()
        TEST.qWaitForWindowActive(window)  # shortcuts go to the active window alone
        driven = Driver(window)
        yield driven
        driven.close()
        window.deleteLater()
    assert not caught, caught


@pytest.fixture
def disc(driver: Driver, disc_file: Path) -> Driver:
    """The disc opened, its middle painted as foreground, no brush over it."""
    driver.open_painted(disc_file, radius=40)
    driver.canvas.set_tool(None)
    return driver
