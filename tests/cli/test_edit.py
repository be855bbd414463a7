"""`mattework edit`: the launcher, without a window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
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
    assert "Install it with: pip install PyQt6" in capsys.readouterr().err


def test_without_a_screen_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in edit._SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert run_command_line(["edit"]) == 2
    assert "no screen" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes without asking them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_window_closes_when_it_is_told_to(number: int, tmp_path: Path) -> None:
    pytest.importorskip("PyQt6.QtWidgets")
    code = (
        "import sys; from PyQt6.QtCore import QTimer; from mattework_editor import app\n"
        "made = app.make_application\n"
        "def tell(*arguments):\n"
        "    application = made(*arguments)\n"
        "    QTimer.singleShot(0, lambda: print('open', flush=True))\n"
        "    return application\n"
        "app.make_application = tell\n"
        "from mattework.cli import main; main()"
    )
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", code, "edit"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "open\n"
        window.send_signal(number)
        assert window.wait(30) == -number
