"""The command that adds an optional library, by the program that made the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattework.extras import tell_how_to_add


@pytest.mark.parametrize(
    ("mark", "command"),
    [
        ("pipx_metadata.json", "pipx inject mattework PyQt6"),
        ("uv-receipt.toml", 'uv pip install --python "$(uv tool dir)/mattework" PyQt6'),
        ("pyvenv.cfg", "pip install PyQt6"),
    ],
)
def test_the_command_fits_the_environment(tmp_path: Path, mark: str, command: str) -> None:
    home = tmp_path / "mattework"
    home.mkdir()
    (home / mark).touch()
    assert tell_how_to_add("PyQt6", prefix=home) == command
