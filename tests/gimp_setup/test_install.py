"""`mattework gimp install | doctor | uninstall | pack`, as people call them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mattework.cli.root import run_command_line
from mattework.errors import HostError
from mattework.gimp_setup import doctor
from mattework.gimp_setup.plugin_folder import engine_command, engine_record, gather_files
from mattework.worker.client import find_worker
from mattework.worker.protocol import EngineError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="executable bits are those of Unix")

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with one GIMP 3.0 profile, and an engine of its own that is stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="mw") as short:
        home = Path(short)
        folder = home / ".config" / "GIMP" / "3.0"
        folder.mkdir(parents=True)
        (home / "tmp").mkdir()
        monkeypatch.setenv("HOME", short)
        monkeypatch.setenv("MATTEWORK_RUNTIME", str(home / "run"))
        monkeypatch.setenv("TMPDIR", str(home / "tmp"))
        monkeypatch.setattr(tempfile, "tempdir", None)
        for name in ("XDG_CONFIG_HOME", "GIMP3_DIRECTORY"):
            monkeypatch.delenv(name, raising=False)
        yield folder
        with suppress(EngineError):
            client = find_worker(engine_command())
            if client is not None:
                with client:
                    client.call("stop")


def installed(profile: Path) -> Path:
    return profile / "plug-ins" / "mattework"


def test_install_puts_in_exactly_one_folder_and_calls_the_engine(profile: Path, capsys: Captured) -> None:
    assert run_command_line(["gimp", "install"]) == 0
    said = capsys.readouterr().err
    assert "GIMP 3.0 in" in said
    assert "cut a sample picture" in said
    folder = installed(profile)
    assert [one.name for one in (profile / "plug-ins").iterdir()] == ["mattework"]
    assert os.access(folder / "mattework.py", os.X_OK)
    assert json.loads((folder / "engine.json").read_text(encoding="utf-8")) == engine_record()
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")} == set(gather_files())
    assert sorted(one.name for one in profile.iterdir()) == ["plug-ins"], "no temporary folder is left"
    assert run_command_line(["gimp", "doctor"]) == 0
    assert "All is well." in capsys.readouterr().err


def test_installing_twice_changes_nothing(profile: Path, capsys: Captured) -> None:
    run_command_line(["gimp", "install", "--no-check"])
    before = {path: path.stat().st_mtime_ns for path in installed(profile).rglob("*")}
    capsys.readouterr()
    assert run_command_line(["gimp", "install", "--no-check"]) == 0
    assert "up to date" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in installed(profile).rglob("*")} == before


def test_a_dry_run_does_nothing(profile: Path, capsys: Captured) -> None:
    assert run_command_line(["gimp", "install", "--dry-run"]) == 0
    assert "would write" in capsys.readouterr().err
    assert list(profile.iterdir()) == []
    run_command_line(["gimp", "install", "--no-check"])
    assert run_command_line(["gimp", "uninstall", "--dry-run"]) == 0
    assert "would delete" in capsys.readouterr().err
    assert installed(profile).is_dir()


def test_another_version_is_replaced_whole(profile: Path, capsys: Captured) -> None:
    run_command_line(["gimp", "install", "--no-check"])
    stale = installed(profile) / "mattework_plugin" / "of_a_newer_version.py"
    stale.write_text("x = 1\n", encoding="utf-8")
    (installed(profile) / "mattework_plugin" / "engine.py").write_text("x = 1\n", encoding="utf-8")
    capsys.readouterr()
    assert run_command_line(["gimp", "install", "--no-check"]) == 0
    assert "replaced" in capsys.readouterr().err
    assert not stale.exists()
    assert {one.name for one in profile.iterdir()} == {"plug-ins"}


def test_an_update_that_fails_half_way_leaves_the_version_that_was_there(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_command_line(["gimp", "install", "--no-check"]) == 0
    (installed(profile) / "mattework.py").write_text("# an older version")
    rename = Path.rename

    def refuse_the_new(path: Path, target: Path) -> Path:
        if path.name == "mattework" and path.parent.name.startswith("mattework-install-"):
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    assert run_command_line(["gimp", "install", "--no-check"]) == 4
    assert (installed(profile) / "mattework.py").read_text() == "# an older version"


def test_a_folder_of_somebody_else_is_left_alone(profile: Path, capsys: Captured) -> None:
    installed(profile).mkdir(parents=True)
    (installed(profile) / "mine.txt").write_text("mine", encoding="utf-8")
    assert run_command_line(["gimp", "install", "--no-check"]) == 4
    assert "is not Mattework's plug-in" in capsys.readouterr().err
    assert run_command_line(["gimp", "uninstall"]) == 4
    assert (installed(profile) / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_profile_that_cannot_be_written_is_one_sentence(profile: Path, capsys: Captured) -> None:
    (profile / "plug-ins").write_text("a file where the folder should be", encoding="utf-8")
    assert run_command_line(["gimp", "install", "--no-check"]) == 4
    assert "cannot be put into" in capsys.readouterr().err
    assert [one.name for one in profile.iterdir()] == ["plug-ins"]


def test_installing_without_the_check_starts_no_engine(profile: Path) -> None:
    run_command_line(["gimp", "install", "--no-check"])
    assert find_worker(engine_command()) is None


def test_uninstall_takes_it_out_and_says_when_there_is_nothing(profile: Path, capsys: Captured) -> None:
    run_command_line(["gimp", "install", "--no-check"])
    assert run_command_line(["gimp", "uninstall"]) == 0
    assert not installed(profile).exists()
    capsys.readouterr()
    assert run_command_line(["gimp", "uninstall"]) == 0
    assert "not installed" in capsys.readouterr().err


def break_nothing(_: Path) -> None:
    """Leave it uninstalled."""


def break_executable(folder: Path) -> None:
    (folder / "mattework.py").chmod(0o644)


def break_file(folder: Path) -> None:
    (folder / "mattework_worker" / "client.py").unlink()


def break_version(folder: Path) -> None:
    (folder / "mattework_plugin" / "pixels.py").write_text("# other\n", encoding="utf-8")


def break_record(folder: Path) -> None:
    (folder / "engine.json").write_text("{", encoding="utf-8")


def break_engine(folder: Path) -> None:
    record = {**engine_record(), "command": ["/nowhere/python", "-m", "mattework"]}
    (folder / "engine.json").write_text(json.dumps(record), encoding="utf-8")


def break_search_path(folder: Path) -> None:
    (folder.parent.parent / "gimprc").write_text('(plug-in-path "/usr/lib/gimp")\n', encoding="utf-8")


def break_registration(folder: Path) -> None:
    register = folder.parent.parent / "pluginrc"
    register.write_text('(plug-in-def "/usr/lib/gimp/python-eval.py" 1)\n', encoding="utf-8")
    later = (folder / "mattework.py").stat().st_mtime + 10
    os.utime(register, (later, later))


def break_python(folder: Path) -> None:
    break_registration(folder)
    register = folder.parent.parent / "pluginrc"
    register.write_text('(plug-in-def "/usr/lib/gimp/file-png" 1)\n', encoding="utf-8")
    later = (folder / "mattework.py").stat().st_mtime + 10
    os.utime(register, (later, later))


def break_place(folder: Path) -> None:
    (folder.parent / "mattework.py").write_text("x = 1\n", encoding="utf-8")


BREAKAGES = {
    break_executable: "is not executable",
    break_file: "is not whole",
    break_version: "is of another version",
    break_record: "does not know which engine to start",
    break_engine: "/nowhere/python does not exist",
    break_search_path: "leave out",
    break_registration: "did not register the plug-in",
    break_python: "no Python plug-in at all",
    break_place: "lies outside of a folder of its own",
}


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.__name__)
def test_the_doctor_names_what_is_broken_and_what_to_do(
    profile: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, breakage: object
) -> None:
    run_command_line(["gimp", "install", "--no-check"])
    breakage(installed(profile))  # type: ignore[operator]
    capsys.readouterr()
    assert run_command_line(["gimp", "doctor"]) == HostError.exit_code
    said = capsys.readouterr().err
    wrong = [line for line in said.splitlines() if line.startswith("  wrong")]
    assert len(wrong) == 1
    assert BREAKAGES[breakage] in wrong[0]  # type: ignore[index]
    assert "Something is wrong" in said


def test_the_doctor_says_how_to_get_the_editor_and_does_not_call_its_absence_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    finding = doctor.check_editor()
    assert finding.is_well
    assert "To have it: pip install PyQt6" in finding.text
    monkeypatch.setattr(doctor, "find_spec", lambda name: object())
    assert "can open it" in doctor.check_editor().text


def test_the_doctor_says_when_there_is_no_gimp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIMP3_DIRECTORY", raising=False)
    assert run_command_line(["gimp", "doctor"]) == HostError.exit_code
    assert "No GIMP 3 was found" in capsys.readouterr().err
    assert run_command_line(["gimp", "install"]) == HostError.exit_code, "as docs/quickstart.md says"


def test_sandboxed_gimps_are_told_what_works(profile: Path, capsys: Captured) -> None:
    home = Path(os.environ["HOME"])
    (home / "snap/gimp/current/.config/GIMP/3.0").mkdir(parents=True)
    (home / ".var/app/org.gimp.GIMP/config/GIMP/3.0").mkdir(parents=True)
    assert run_command_line(["gimp", "install", "--no-check"]) == HostError.exit_code
    said = capsys.readouterr().err
    assert "This GIMP is a Snap" in said
    assert "This GIMP is a Flatpak" in said
    assert installed(profile).is_dir()


def test_the_zip_holds_a_folder_that_gimp_will_start(tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "plugin.zip"
    assert run_command_line(["gimp", "pack", "-o", str(target)]) == 0
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        main = archive.getinfo("mattework/mattework.py")
    assert main.external_attr >> 16 & 0o111
    assert {name.split("/")[0] for name in names} == {"mattework"}
    assert "mattework/engine.json" not in names, "where the engine is, is not known on another machine"
    assert run_command_line(["gimp", "pack", "-o", str(target)]) == 4
