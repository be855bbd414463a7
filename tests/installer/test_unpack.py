"""The self-extracting file: installs, replaces, refuses, and takes away."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the file is for Linux")


def make_run_file(path: Path, version: str, *, works: bool = True) -> Path:
    """The real script before an archive with a program that tells only its version."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        files = {
            "bin/mattework": (f"#!/bin/sh\necho {version}\nexit {0 if works else 1}\n".encode(), 0o755),
            "python/marker": (b"", 0o644),
            "README.txt": (b"Wants a newer system.\n", 0o644),
        }
        for name in ("installer/desktop.sh", "resources/desktop", "resources/icons"):
            tar.add(ROOT / name, f"mattework-x/{name}")
        for name, (data, mode) in files.items():
            entry = tarfile.TarInfo(f"mattework-x/{name}")
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))
    head = (ROOT / "installer" / "unpack.sh").read_bytes()
    path.write_bytes(head.rstrip(b"\n") + b"\n" + archive.getvalue())
    return path


class Home:
    """A user's home, and the file run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.installed = folder / ".local" / "opt" / "mattework"
        self.link = folder / ".local" / "bin" / "mattework"

    def run(self, file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        return subprocess.run(
            ["sh", file, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )

    def list_files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if not path.is_dir() or path.is_symlink()]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "my home").mkdir()
    return Home(tmp_path / "my home")


def test_it_installs_replaces_and_is_gone_again(home: Home, tmp_path: Path) -> None:
    done = home.run(make_run_file(tmp_path / "one.run", "1.0"))
    assert done.returncode == 0, done.stderr
    assert subprocess.check_output([home.link], text=True) == "1.0\n"
    entry = home.folder / ".local/share/applications/mattework-editor.desktop"
    assert f'Exec="{home.installed}/bin/mattework" edit %F' in entry.read_text("utf-8")
    assert home.run(make_run_file(tmp_path / "two.run", "2.0")).returncode == 0
    assert subprocess.check_output([home.link], text=True) == "2.0\n"
    assert home.run(tmp_path / "two.run", "--remove").returncode == 0
    assert home.list_files() == []


def test_a_folder_of_somebody_elses_is_left_alone(home: Home, tmp_path: Path) -> None:
    (home.folder / "photos").mkdir()
    (home.folder / "photos" / "a.jpg").write_bytes(b"mine")
    file = make_run_file(tmp_path / "one.run", "1.0")
    for arguments in (("--to", "photos"), ("--remove", "--to", "photos")):
        assert home.run(file, *arguments).returncode == 1
    assert home.list_files() == [home.folder / "photos" / "a.jpg"]


@pytest.mark.parametrize("fault", ["cut off", "does not run"])
def test_what_does_not_work_leaves_the_old_one(home: Home, tmp_path: Path, fault: str) -> None:
    assert home.run(make_run_file(tmp_path / "one.run", "1.0"), "--no-menu").returncode == 0
    before = sorted(home.list_files())
    file = make_run_file(tmp_path / "two.run", "2.0", works=fault == "cut off")
    if fault == "cut off":
        file.write_bytes(file.read_bytes()[:-2000])
    done = home.run(file)
    assert done.returncode == 1
    assert ("not whole" if fault == "cut off" else "Wants a newer system") in done.stderr
    assert sorted(home.list_files()) == before
    assert subprocess.check_output([home.link], text=True) == "1.0\n"


def test_a_program_of_that_name_is_not_replaced(home: Home, tmp_path: Path) -> None:
    home.link.parent.mkdir(parents=True)
    home.link.write_text("mine")
    done = home.run(make_run_file(tmp_path / "one.run", "1.0"), "--no-menu")
    assert "left alone" in done.stdout
    assert home.link.read_text() == "mine"
    shutil.rmtree(home.installed)


def test_a_link_to_another_mattework_is_not_taken_over(home: Home, tmp_path: Path) -> None:
    other = home.folder / ".local" / "share" / "pipx" / "venvs" / "mattework" / "bin" / "mattework"
    other.parent.mkdir(parents=True)
    other.write_text("#!/bin/sh\necho other\n")
    other.chmod(0o755)
    home.link.parent.mkdir(parents=True)
    home.link.symlink_to(other)
    file = make_run_file(tmp_path / "one.run", "1.0")
    done = home.run(file, "--no-menu")
    assert done.returncode == 0, done.stderr
    assert "left alone" in done.stdout
    assert f"Start it with: {home.installed}/bin/mattework" in done.stdout
    assert home.run(file, "--remove").returncode == 0
    assert subprocess.check_output([home.link], text=True) == "other\n"


def test_one_that_lay_elsewhere_hands_its_link_over(home: Home, tmp_path: Path) -> None:
    file = make_run_file(tmp_path / "one.run", "1.0")
    assert home.run(file, "--no-menu", "--to", "first place").returncode == 0
    assert home.run(make_run_file(tmp_path / "two.run", "2.0"), "--no-menu").returncode == 0
    assert subprocess.check_output([home.link], text=True) == "2.0\n"
    assert home.run(file, "--remove", "--to", "first place/").returncode == 0
    assert home.run(file, "--remove").returncode == 0
    assert home.list_files() == []


def test_the_menu_entry_of_another_one_stays(home: Home, tmp_path: Path) -> None:
    entry = home.folder / ".local/share/applications/mattework-editor.desktop"
    file = make_run_file(tmp_path / "one.run", "1.0")
    assert home.run(file, "--to", "first place").returncode == 0
    assert home.run(make_run_file(tmp_path / "two.run", "2.0")).returncode == 0
    menu = {path: path.read_bytes() for path in home.list_files() if ".local/share" in str(path)}
    done = home.run(file, "--remove", "--to", "first place")
    assert done.returncode == 0, done.stderr
    assert f"it starts {home.installed}/bin/mattework" in done.stdout
    assert {path: path.read_bytes() for path in home.list_files() if ".local/share" in str(path)} == menu
    assert f'Exec="{home.installed}/bin/mattework" edit %F' in entry.read_text("utf-8")
    assert home.run(file, "--remove").returncode == 0
    assert home.list_files() == []


def test_a_menu_entry_that_starts_nothing_any_more_goes_too(home: Home, tmp_path: Path) -> None:
    file = make_run_file(tmp_path / "one.run", "1.0")
    assert home.run(file, "--no-menu", "--to", "first place").returncode == 0
    assert home.run(file).returncode == 0
    shutil.rmtree(home.installed)
    home.link.unlink()
    assert home.run(file, "--remove", "--to", "first place").returncode == 0
    assert home.list_files() == []


def test_a_slash_at_the_end_is_the_same_folder(home: Home, tmp_path: Path) -> None:
    file = make_run_file(tmp_path / "one.run", "1.0")
    assert home.run(file, "--no-menu", "--to", "place/").returncode == 0
    assert home.run(file, "--remove", "--to", "place").returncode == 0
    assert home.list_files() == []
