"""A photo of a disc, sessions on it, and Qt without a screen where Qt is there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from mattework import open_document, take_photo
from mattework_editor.session import Session, start_session
from samples import draw_disc


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


@pytest.fixture
def session(disc_file: Path) -> Session:
    document = open_document(disc_file)
    return start_session(document, take_photo(document), disc_file)
