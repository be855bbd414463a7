"""What is wrong with the plug-in, and how to mend it, in plain words."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mattework._version import __version__
from mattework.extras import tell_how_to_add
from mattework.gimp_setup.plugin_folder import (
    MAIN_FILE,
    NAME,
    gather_files,
    is_executable,
    is_ours,
    read_engine_record,
)
from mattework.gimp_setup.profiles import Profile
from mattework.worker.client import connect_worker
from mattework.worker.protocol import CutRequest, EdgeOptions, EngineError, Picture

INSTALL = "Run: mattework gimp install"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` is empty when all is well."""

    is_well: bool
    text: str
    remedy: str = ""


def examine_profile(profile: Profile) -> list[Finding]:
    """Look at everything between GIMP's menu and the engine, in that order; the engine itself is `check_engine`."""
    folder = profile.plugins / NAME
    findings = [_check_packaging(profile), _check_stray(profile)]
    if folder.is_dir():
        checks = (_check_files, _check_executable, _check_search_path, _check_registration)
        findings.extend(check(profile, folder) for check in checks)
    else:
        findings.append(Finding(False, f"The plug-in is not in {profile.plugins}.", INSTALL))
    return [one for one in findings if one is not None]


def check_engine(folder: Path) -> Finding:
    """Start the engine as the plug-in does, and let it cut a small picture."""
    record = read_engine_record(folder)
    if record is None:
        return Finding(False, "The plug-in does not know which engine to start.", INSTALL)
    try:
        with connect_worker(tuple(record["command"])) as client:
            about = client.call("about")
            work = client.open_folder()
            (work / "sample.raw").write_bytes(draw_sample())
            picture = Picture("sample.raw", SAMPLE_SIDE, SAMPLE_SIDE, 3, False, "u8")
            client.call("cut", CutRequest(picture, "u8", edge=EdgeOptions(solver="guided")))
    except EngineError as error:
        return Finding(False, str(error), "" if "Run:" in str(error) or "run:" in str(error) else INSTALL)
    except OSError as error:
        return Finding(
            False, f"The engine's folder cannot be used: {error}.", "See whether the disk is full."
        )
    return Finding(
        True, f"The engine {about['program']} answers ({about['python']}) and cut a sample picture."
    )


def check_editor() -> Finding:
    """Whether Open in Mattework has an editor to open; all else works without."""
    if find_spec("PyQt6") is not None:
        return Finding(True, "The editor is installed: Open in Mattework can open it.")
    return Finding(
        True,
        "The editor is not installed here, so Open in Mattework cannot open it; all else works. "
        f"To have it: {tell_how_to_add('PyQt6')}",
    )


SAMPLE_SIDE = 64


def draw_sample() -> bytes:
    """A bright disc on a dark ground, as 8-bit RGB."""
    middle, radius = SAMPLE_SIDE / 2, SAMPLE_SIDE / 4
    bright, dark = bytes((230, 180, 150)), bytes((30, 50, 60))
    return b"".join(
        bright if (x + 0.5 - middle) ** 2 + (y + 0.5 - middle) ** 2 < radius**2 else dark
        for y in range(SAMPLE_SIDE)
        for x in range(SAMPLE_SIDE)
    )


def find_sandbox(environment: Mapping[str, str] | None = None) -> str | None:
    """The sandbox that this process itself runs in: flatpak, snap or None."""
    environment = os.environ if environment is None else environment
    if Path("/.flatpak-info").exists():
        return "flatpak"
    return "snap" if environment.get("SNAP") else None


def _check_packaging(profile: Profile) -> Finding | None:
    if profile.packaging == "snap":
        return Finding(
            False,
            "This GIMP is a Snap, which may not start programs of yours: the engine cannot run there.",
            "Use GIMP from your distribution, as Flatpak or as AppImage.",
        )
    if profile.packaging == "flatpak" and not _is_in_home(Path(sys.base_prefix)):
        return Finding(
            False,
            f"This GIMP is a Flatpak, which has a /usr of its own: the engine's Python in {sys.base_prefix} is not there.",
            "Install Mattework with a Python in your home folder (uv tool install --managed-python mattework), "
            "then run with it: mattework gimp install",
        )
    return None


def _check_stray(profile: Profile) -> Finding | None:
    stray = profile.plugins / MAIN_FILE
    if stray.is_file():
        return Finding(
            False, f"{stray} lies outside of a folder of its own: GIMP skips it.", f"Delete it. {INSTALL}"
        )
    return None


def _check_files(_: Profile, folder: Path) -> Finding:
    if not is_ours(folder):
        return Finding(
            False, f"{folder} is there and is not Mattework's plug-in.", f"Move it away. {INSTALL}"
        )
    record = read_engine_record(folder) or {}
    version = record.get("program", "unknown")
    files = gather_files()
    missing = [name for name in files if not (folder / name).is_file()]
    if missing:
        return Finding(False, f"The plug-in in {folder} is not whole: {missing[0]} is missing.", INSTALL)
    if any((folder / name).read_bytes() != data for name, data in files.items()):
        return Finding(
            False,
            f"The plug-in in {folder} is of another version ({version}) than this engine ({__version__}).",
            INSTALL,
        )
    return Finding(True, f"The plug-in {__version__} is in {folder}.")


def _check_executable(_: Profile, folder: Path) -> Finding | None:
    if is_executable(folder):
        return None
    return Finding(
        False,
        f"{folder / MAIN_FILE} is not executable: GIMP passes over it without a word.",
        f"Run: chmod +x {folder / MAIN_FILE}",
    )


def _check_search_path(profile: Profile, _: Path) -> Finding | None:
    """A plug-in-path in gimprc that leaves the profile's own folder out."""
    try:
        text = (profile.folder / "gimprc").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r'^\s*\(plug-in-path\s+"([^"]*)"', text, re.MULTILINE)
    if found is None:
        return None
    folders = [part.replace("${gimp_dir}", str(profile.folder)) for part in found[1].split(os.pathsep)]
    if any(Path(part) == profile.plugins for part in folders):
        return None
    return Finding(
        False,
        f"GIMP's preferences leave out {profile.plugins}, so no plug-in there is found.",
        "Add that folder in GIMP under Edit > Preferences > Folders > Plug-ins, and start GIMP again.",
    )


def _check_registration(profile: Profile, folder: Path) -> Finding | None:
    """What GIMP itself noted at its last start about the plug-ins that it found."""
    register = profile.folder / "pluginrc"
    try:
        text = register.read_text(encoding="utf-8", errors="replace")
        is_newer = register.stat().st_mtime > (folder / MAIN_FILE).stat().st_mtime
    except OSError:
        return Finding(True, "GIMP has not been started with it yet: start GIMP and look under Layer > Mask.")
    if f"{NAME}/{MAIN_FILE}" in text.replace("\\\\", "/") and "mattework-remove-background" in text:
        return Finding(True, "GIMP has it in its menus: Layer > Mask > Remove Background.")
    if not is_newer:
        return Finding(True, "GIMP has not been started since it was installed: start GIMP again.")
    if ".py" not in text:
        return Finding(
            False,
            "GIMP has registered no Python plug-in at all, not even its own.",
            "Install GIMP's Python support (Debian and Ubuntu: gir1.2-gimp-3.0 and python3-gi), or install GIMP again "
            "with Python switched on.",
        )
    return Finding(
        False,
        "GIMP has been started since and did not register the plug-in.",
        "Start GIMP from a terminal and read what it prints about mattework.py.",
    )


def _is_in_home(path: Path) -> bool:
    return path.resolve().is_relative_to(Path.home().resolve())
