"""A machine of its own for every test: no real home, no real models."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattework.models.store import ModelFolder, ModelStore


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's model folder of this test; settings and caches lie beside it, rembg's folder is absent."""
    folder = tmp_path / "models"
    monkeypatch.setenv("MATTEWORK_MODELS", str(folder))
    monkeypatch.setenv("MATTEWORK_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "u2net"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MATTEWORK_MODEL_MIRROR", raising=False)
    return folder


@pytest.fixture
def store(home: Path) -> ModelStore:
    """A store over the user's folder alone."""
    return ModelStore([ModelFolder(home, "user")])
