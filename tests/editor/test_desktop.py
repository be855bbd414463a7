"""The desktop entry: written for one user, and taken away again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "installer" / "desktop.sh"


@pytest.mark.skipif(sys.platform != "linux", reason="desktop entries are those of freedesktop.org")
def test_the_entry_comes_and_goes(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    subprocess.run([SCRIPT], env=environment, check=True)
    entry = tmp_path / "applications" / "mattework-editor.desktop"
    lines = entry.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    (command,) = [line for line in lines if line.startswith("Exec=")]
    program, _, rest = command.removeprefix('Exec="').partition('"')
    assert Path(program).is_file()
    assert rest == " edit %f"
    assert (tmp_path / "icons/hicolor/scalable/apps/mattework-editor.svg").is_file()
    subprocess.run([SCRIPT, "--remove"], env=environment, check=True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
