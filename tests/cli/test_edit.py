"""`mattework edit`: the launcher, without a window."""

from __future__ import annotations

from typing import Any

import pytest

from mattework.cli import edit
from mattework.cli.root import run_command_line


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["edit", "nowhere.jpg"]) == 3
    assert "nowhere.jpg" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["PyQt6", "mattework_editor"])
def test_without_the_editor_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    def refuse(name: str, *_: object) -> Any:
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    monkeypatch.setattr(edit, "import_module", refuse)
    assert run_command_line(["edit"]) == 2
    assert 'pip install "mattework[editor]"' in capsys.readouterr().err


def test_without_a_screen_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in edit._SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert run_command_line(["edit"]) == 2
    assert "no screen" in capsys.readouterr().err
