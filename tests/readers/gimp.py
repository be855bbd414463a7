"""GIMP 3: opens files, shows layers and masks, and renders them itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from patience import finish_program
from readers.programs import locate_program, run_program
from readers.reading import Reading, Unreadable, load_dump

SCRIPT = Path(__file__).with_name("gimp_dump.py")
PLUG_INS = ("python-eval", "file-psd", "file-tiff", "file-png", "file-jpeg")

# A command inside the tree, in a mount namespace of its own (nothing to unmount); WORK keeps its path there.
ENTER_TREE = """
TREE=$1; WORK=$2; shift 2
mount -t proc proc "$TREE/proc"; mount --rbind /dev "$TREE/dev"
mount -t tmpfs tmpfs "$TREE/tmp"; mkdir -p "$TREE$WORK"; mount --bind "$WORK" "$TREE$WORK"
cd /; exec chroot "$TREE" env -i HOME=/tmp TMPDIR=/tmp PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "$@"
"""


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Open every file in one run of GIMP. `work` is an empty folder.

    Raises:
        ProgramMissing: no GIMP 3 here.
        RuntimeError: GIMP itself failed.
    """
    copies = [work / f"{index}{path.suffix}" for index, path in enumerate(paths)]
    for path, copy in zip(paths, copies, strict=True):
        shutil.copyfile(path, copy)
    listing = work / "files.json"
    listing.write_text(json.dumps([str(copy.resolve()) for copy in copies]), encoding="utf-8")
    run_batch(
        SCRIPT, work, {"MATTEWORK_FILES": str(listing.resolve()), "MATTEWORK_DUMP": str(work.resolve())}
    )
    return [load_dump(work, index) for index in range(len(paths))]


def run_batch(script: Path, work: Path, environment: dict[str, str]) -> None:
    """Run a Python script inside GIMP, which sees only the folder `work`. The script prints RESULT at its end.

    Raises:
        ProgramMissing: no GIMP 3 here.
        RuntimeError: GIMP failed, or the script did.
    """
    place = locate_program("gimp")
    work = work.resolve()
    shutil.copyfile(script, work / "script.py")
    settings = {"GIMP3_DIRECTORY": str(_make_profile(place, work)), "NO_AT_BRIDGE": "1", **environment}
    program = "gimp-console" if place.is_dir() else str(place)
    code = f"exec(compile(open({str(work / 'script.py')!r}).read(), 'script.py', 'exec'), {{}})"
    command = ["env", *(f"{key}={value}" for key, value in settings.items()), program, "-n", "-i", "-d", "-f"]
    command += ["--batch-interpreter=python-fu-eval", "-b", code, "--quit"]
    if place.is_dir():
        enter = ["unshare", "-m", "--propagation", "private", "sh", "-euc", ENTER_TREE, "sh"]
        command = [*enter, str(place), str(work), *command]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    printed = finish_program(process).decode("utf-8", "replace")
    if "RESULT" not in printed:
        raise RuntimeError("GIMP ended without a result: " + " | ".join(printed.splitlines()[-8:]))


def program_version() -> str:
    place = locate_program("gimp")
    if place.is_dir():
        command = ["chroot", str(place), "/usr/bin/gimp-console", "--version"]
    else:
        command = [str(place), "--version"]
    found = re.search(r"\d+\.\d+\.\d+", run_program(command, timeout=60))
    return found.group() if found else "3"


def _make_profile(place: Path, work: Path) -> Path:
    """A fresh profile that knows only the plug-ins needed here: GIMP asks every plug-in it finds at its first start."""
    profile = work / "profile"
    (profile / "plug-ins").mkdir(parents=True)
    root = place if place.is_dir() else place.parent.parent.parent
    folders = sorted(root.glob("usr/lib/*/gimp/3.*/plug-ins"))
    if place.is_dir() and folders:
        chosen = work / "plug-ins"
        chosen.mkdir()
        inside = Path("/") / folders[-1].relative_to(root)
        for name in PLUG_INS:
            (chosen / name).symlink_to(inside / name)
        (profile / "gimprc").write_text(f'(plug-in-path "{chosen}")\n', encoding="utf-8")
    return profile
