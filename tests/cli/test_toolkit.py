"""What the editor's windows need of the system is said before Qt ends the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mattework.cli import toolkit
from mattework.cli.root import run_command_line

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asked on Linux only")


@pytest.fixture
def x11_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("DISPLAY", ":99")


@pytest.mark.usefixtures("x11_screen")
def test_a_library_that_windows_lack_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # Qt's platform plugin of a system that lacks what it is linked with: the loader refuses both alike.
    plugin = tmp_path / "PyQt6" / "Qt6" / "plugins" / "platforms" / "libqxcb.so"
    plugin.parent.mkdir(parents=True)
    plugin.write_bytes(b"no library")
    monkeypatch.setattr(
        toolkit,
        "find_spec",
        lambda _: type("Spec", (), {"submodule_search_locations": [str(tmp_path / "PyQt6")]}),
    )
    assert run_command_line(["edit"]) == 2
    told = capsys.readouterr().err
    assert "libqxcb.so" in told
    assert "libxcb-cursor0" in told


@pytest.mark.usefixtures("x11_screen")
def test_it_says_what_the_loader_says_of_the_real_plugin() -> None:
    found = toolkit.find_missing_library()
    plugin = Path(sys.modules["PyQt6"].__path__[0]) / "Qt6" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file():
        pytest.skip("PyQt6 uses the system's Qt here")
    code = f"import ctypes; ctypes.CDLL({str(plugin)!r})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (found is None) == (loaded.returncode == 0)
    assert found is None or found in loaded.stderr


@pytest.mark.usefixtures("x11_screen")
@pytest.mark.parametrize(
    ("name", "value"), [("QT_QPA_PLATFORM", "offscreen"), ("WAYLAND_DISPLAY", "wayland-0")]
)
def test_other_screens_need_nothing_of_x11(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(toolkit, "find_spec", lambda _: pytest.fail("it looked for the plugin of X11"))
    assert toolkit.find_missing_library() is None
