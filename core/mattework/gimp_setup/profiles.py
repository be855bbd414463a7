"""Where GIMP 3 keeps its users' plug-ins, for every way in which GIMP comes to a machine.

Sources: GIMP's documentation of its user folder, and the manifests of its Flatpak, Snap and AppImage builds. Only the
Linux distribution packages were run by us; what was only read is marked in docs/gimp.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAM_NAMES = ("gimp-console-3.2", "gimp-console-3.0", "gimp-console-3", "gimp-console", "gimp-3", "gimp")
FLATPAK_ID = "org.gimp.GIMP"


@dataclass(frozen=True, slots=True)
class Profile:
    """A user's folder of one GIMP 3 version. `packaging` is system, flatpak, snap or custom."""

    folder: Path
    version: str
    packaging: str

    @property
    def plugins(self) -> Path:
        return self.folder / "plug-ins"

    def __str__(self) -> str:
        way = {"system": "", "custom": " (GIMP3_DIRECTORY)"}.get(self.packaging, f" ({self.packaging})")
        return f"GIMP {self.version}{way} in {self.folder}"


@dataclass(frozen=True, slots=True)
class Program:
    """An installed GIMP: how to call it without windows, and its version as in "3.0"."""

    command: tuple[str, ...]
    version: str


def find_profiles(
    environment: Mapping[str, str] | None = None, home: Path | None = None, platform: str = sys.platform
) -> list[Profile]:
    """Every GIMP 3 profile of this user that exists, newest version first.

    GIMP3_DIRECTORY, when it is set, is the only one: GIMP itself then looks nowhere else.
    """
    environment = os.environ if environment is None else environment
    home = home or Path.home()
    custom = environment.get("GIMP3_DIRECTORY")
    if custom:
        folder = Path(custom)
        return [Profile(folder, "3", "custom")] if folder.is_dir() else []
    found: dict[Path, Profile] = {}
    for base, packaging in list_bases(environment, home, platform):
        for folder in sorted(base.glob("3.*")) if base.is_dir() else []:
            if folder.is_dir() and re.fullmatch(r"3\.\d+", folder.name):
                found.setdefault(folder.resolve(), Profile(folder, folder.name, packaging))
    return sorted(found.values(), key=lambda one: (-int(one.version[2:]), str(one.folder)))


def list_bases(environment: Mapping[str, str], home: Path, platform: str) -> list[tuple[Path, str]]:
    """The folders in which GIMP makes one folder a version, each with the packaging that uses it."""
    if platform == "win32":
        appdata = environment.get("APPDATA")
        return [((Path(appdata) if appdata else home / "AppData" / "Roaming") / "GIMP", "system")]
    if platform == "darwin":
        return [(home / "Library" / "Application Support" / "GIMP", "system")]
    config = environment.get("XDG_CONFIG_HOME")
    return [
        ((Path(config) if config else home / ".config") / "GIMP", "system"),
        (home / ".config" / "GIMP", "system"),
        (home / ".var" / "app" / FLATPAK_ID / "config" / "GIMP", "flatpak"),
        (home / "snap" / "gimp" / "current" / ".config" / "GIMP", "snap"),
    ]


def find_program() -> Program | None:
    """An installed GIMP 3 that can be started from here; None when there is none on the PATH or as Flatpak."""
    for name in PROGRAM_NAMES:
        path = shutil.which(name)
        version = _ask_version((path,)) if path else None
        if path and version:
            return Program((path,), version)
    flatpak = shutil.which("flatpak")
    if flatpak:
        command = (flatpak, "run", "--command=gimp-console", FLATPAK_ID)
        version = _ask_version(command)
        if version:
            return Program(command, version)
    return None


def make_profile(program: Program) -> None:
    """Let GIMP make its own profile, by starting it once without windows.

    Raises:
        OSError: it cannot be started.
    """
    command = [*program.command, "--no-interface", "--no-data", "--no-fonts", "--quit"]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=180, check=False)
    except subprocess.TimeoutExpired as error:
        raise OSError("GIMP did not finish its first start within three minutes") from error


def _ask_version(command: tuple[str, ...]) -> str | None:
    try:
        done = subprocess.run(
            [*command, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb"\b(3\.\d+)\.\d+", done.stdout)
    return found[1].decode() if found else None
