"""Where GIMP 3 keeps its users' folders, on every platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattework.gimp_setup.profiles import find_profiles, find_program, make_profile


def make_folders(root: Path, *names: str) -> None:
    for name in names:
        (root / name).mkdir(parents=True)


def test_every_packaging_on_linux_is_found_newest_first(tmp_path: Path) -> None:
    make_folders(
        tmp_path,
        ".config/GIMP/2.10",
        ".config/GIMP/3.0",
        ".config/GIMP/3.2",
        ".var/app/org.gimp.GIMP/config/GIMP/3.0",
        "snap/gimp/current/.config/GIMP/3.0",
    )
    found = find_profiles({}, tmp_path, "linux")
    assert [(one.version, one.packaging) for one in found] == [
        ("3.2", "system"), ("3.0", "system"), ("3.0", "flatpak"), ("3.0", "snap"),
    ]  # fmt: skip


def test_xdg_config_home_is_looked_in_and_nothing_twice(tmp_path: Path) -> None:
    make_folders(tmp_path, "conf/GIMP/3.0", ".config/GIMP/3.0")
    found = find_profiles({"XDG_CONFIG_HOME": str(tmp_path / "conf")}, tmp_path, "linux")
    assert {one.folder for one in found} == {tmp_path / "conf/GIMP/3.0", tmp_path / ".config/GIMP/3.0"}
    same = find_profiles({"XDG_CONFIG_HOME": str(tmp_path / ".config")}, tmp_path, "linux")
    assert len(same) == 1


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("win32", {"APPDATA": "roaming"}, "roaming/GIMP/3.0"),
        ("darwin", {}, "Library/Application Support/GIMP/3.0"),
    ],
)
def test_windows_and_macos_folders(
    tmp_path: Path, platform: str, environment: dict[str, str], place: str
) -> None:
    make_folders(tmp_path, place)
    environment = {name: str(tmp_path / value) for name, value in environment.items()}
    assert [one.folder for one in find_profiles(environment, tmp_path, platform)] == [tmp_path / place]


def test_a_custom_folder_is_the_only_one(tmp_path: Path) -> None:
    make_folders(tmp_path, ".config/GIMP/3.0", "mine")
    found = find_profiles({"GIMP3_DIRECTORY": str(tmp_path / "mine")}, tmp_path, "linux")
    assert [(one.folder, one.packaging) for one in found] == [(tmp_path / "mine", "custom")]


def test_a_gimp_that_was_never_started_is_found_by_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "gimp-console"
    program.write_text(
        '#!/bin/sh\ncase "$*" in *--version*) echo "GNU Image Manipulation Program version 3.0.4";; '
        '*--quit*) /bin/mkdir -p "$HOME/.config/GIMP/3.0";; esac\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    found = find_program()
    assert found is not None
    assert found.version == "3.0"
    make_profile(found)
    assert [one.version for one in find_profiles({}, tmp_path, "linux")] == ["3.0"]


def test_gimp_two_is_not_gimp_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "gimp"
    program.write_text("#!/bin/sh\necho 'GNU Image Manipulation Program version 2.10.38'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program() is None
