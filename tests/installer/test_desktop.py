"""The desktop entry, its icons and its AppStream data: written for one user, and taken away again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "installer" / "desktop.sh"
ENTRY = ROOT / "resources" / "desktop" / "mattework-editor.desktop"
METAINFO = ROOT / "resources" / "desktop" / "io.github.mattework.mattework.metainfo.xml"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="desktop entries are those of freedesktop.org")


def run_script(data: Path, *arguments: str) -> None:
    subprocess.run([SCRIPT, *arguments], env={**os.environ, "XDG_DATA_HOME": str(data)}, check=True)


@on_linux
def test_the_entry_comes_and_goes(tmp_path: Path) -> None:
    run_script(tmp_path)
    entry = tmp_path / "applications" / "mattework-editor.desktop"
    lines = entry.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    (command,) = [line for line in lines if line.startswith("Exec=")]
    program, _, rest = command.removeprefix('Exec="').partition('"')
    assert Path(program).is_file()
    assert rest == " edit %F"
    icons = tmp_path / "icons" / "hicolor"
    assert (icons / "scalable/apps/mattework-editor.svg").is_file()
    for side in (16, 48, 256):
        with Image.open(icons / f"{side}x{side}/apps/mattework-editor.png") as icon:
            assert icon.size == (side, side)
    assert (tmp_path / "metainfo" / METAINFO.name).is_file()
    run_script(tmp_path, "--remove")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@on_linux
def test_a_program_with_an_odd_name_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / 'my "50 %" $tools' / "mattework"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    run_script(tmp_path / "data", "--program", str(program))
    text = (tmp_path / "data" / "applications" / "mattework-editor.desktop").read_text("utf-8")
    assert r"""/my \\"50 %%\\" \\$tools/mattework" edit %F""" in text


@on_linux
@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
def test_several_files_are_handed_to_one_editor(tmp_path: Path) -> None:
    program = tmp_path / "mattework"
    program.write_text(
        '#!/bin/sh\ncd "$(dirname "$0")"\nprintf "%s\\n" "$@" >told.part && mv told.part told\n'
    )
    program.chmod(0o755)
    photos = [tmp_path / "one photo.jpg", tmp_path / "another.jpg"]
    for photo in photos:
        photo.touch()
    run_script(tmp_path / "data", "--program", str(program))
    entry = tmp_path / "data" / "applications" / "mattework-editor.desktop"
    subprocess.run(["gio", "launch", entry, *photos], check=True, timeout=30)
    told = tmp_path / "told"
    end = time.monotonic() + 30
    while not told.is_file():
        assert time.monotonic() < end, "it was never started"
        time.sleep(0.02)
    assert told.read_text(encoding="utf-8").splitlines() == ["edit", *map(str, photos)]


@on_linux
@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not installed"
)
def test_the_entry_is_valid(tmp_path: Path) -> None:
    run_script(tmp_path)
    for entry in (ENTRY, tmp_path / "applications" / ENTRY.name):
        done = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstreamcli is not installed")
def test_the_software_centre_can_read_about_us() -> None:
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", METAINFO], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_entry_and_software_centre_agree() -> None:
    tree = ElementTree.parse(METAINFO)
    entry = dict(line.split("=", 1) for line in ENTRY.read_text("utf-8").splitlines() if "=" in line)
    assert tree.findtext("launchable") == ENTRY.name
    assert tree.findtext("icon") == entry["Icon"]
    assert tree.findtext("summary") == entry["Comment"]
    told = {one.text for one in tree.iter("mediatype")}
    assert told <= set(entry["MimeType"].split(";"))
