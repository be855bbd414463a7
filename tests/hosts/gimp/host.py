"""The real GIMP 3: a profile with the plug-in as the installer puts it, and scripts run inside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mattework.gimp_setup.plugin_folder import ENGINE_FILE, NAME, install_folder
from mattework.gimp_setup.profiles import Profile
from patience import finish_program
from readers.programs import locate_program

PLUG_INS = ("python-eval", "file-psd", "file-png", "file-jpeg", "script-fu")
ENGINE_ROOT = "host"

# The tree is another Debian: GIMP runs in it, the engine on this system, which is mounted inside. Folders of the test have
# the same path in both. All mounts end with the process.
ENTER_TREE = f"""
TREE=$1; WORK=$2; shift 2
mkdir -p "$TREE/{ENGINE_ROOT}" "$TREE$WORK"
mount --rbind / "$TREE/{ENGINE_ROOT}"
mount -t proc proc "$TREE/proc"; mount --rbind /dev "$TREE/dev"
mount -t tmpfs tmpfs "$TREE/tmp"; mkdir -p "$TREE$WORK"; mount --rbind "$WORK" "$TREE$WORK"
if [ -d /tmp/.X11-unix ]; then mkdir -p "$TREE/tmp/.X11-unix"; mount --bind /tmp/.X11-unix "$TREE/tmp/.X11-unix"; fi
cd /; exec chroot "$TREE" "$@"
"""


@dataclass(frozen=True, slots=True)
class GimpHost:
    """A GIMP with a profile of its own in `work`. `place` is a program, or the tree that holds one; `program` its name
    in installer/test-hosts.sh."""

    place: Path
    work: Path
    program: str

    @property
    def profile(self) -> Path:
        return self.work / "profile"

    @property
    def models(self) -> Path:
        return self.work / "models"

    @property
    def plugin(self) -> Path:
        return self.profile / "plug-ins" / NAME

    def environment(self) -> dict[str, str]:
        """What GIMP sees, the display apart. What must not leak into the engine is set on purpose."""
        return {
            "HOME": str(self.work / "home"),
            "TMPDIR": str(self.work / "tmp"),
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LC_ALL": "C.UTF-8",
            "GIMP3_DIRECTORY": str(self.profile),
            "MATTEWORK_RUNTIME": str(self.work / "run"),
            "MATTEWORK_MODELS": str(self.models),
            "NO_AT_BRIDGE": "1",
            "PYTHONHOME": "",
            "PYTHONPATH": "/nonexistent",
            "GTK_PATH": "/nonexistent",
        }

    def command(self, script: Path, settings: Mapping[str, str], *, windows: bool = False) -> list[str]:
        """The command that runs a Python script inside GIMP."""
        code = f"exec(compile(open({str(script)!r}).read(), {script.name!r}, 'exec'), globals())"
        program = ["gimp" if windows else "gimp-console", "-n", "-s" if windows else "-i"]
        if not self.place.is_dir():
            program[0] = str(self.place)
        program += ["--batch-interpreter=python-fu-eval", "-b", code]
        if not windows:
            program += ["-d", "--quit"]
        variables = {**self.environment(), **settings}
        command = ["env", "-i", *(f"{key}={value}" for key, value in variables.items()), *program]
        if self.place.is_dir():
            enter = ["unshare", "-m", "--propagation", "private", "sh", "-euc", ENTER_TREE, "sh"]
            command = [*enter, str(self.place), str(self.work), *command]
        return ["nice", *command]

    def run(self, script: Path, settings: Mapping[str, str]) -> str:
        """Run a script in GIMP without windows; gives all that was printed.

        Raises:
            RuntimeError: GIMP failed or hangs.
        """
        process = subprocess.Popen(
            self.command(script, settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        text = finish_program(process).decode("utf-8", "replace")
        if process.returncode:
            raise RuntimeError(f"GIMP ended with {process.returncode}: {text[-3000:]}")
        return text


def make_host(work: Path, program: str = "gimp") -> GimpHost:
    """A GIMP 3 with the plug-in installed by the installer's own code. `program` is "gimp" (3.0) or "gimp-3.2".

    Raises:
        ProgramMissing: there is no GIMP 3 here.
    """
    host = GimpHost(locate_program(program), work, program)
    for name in ("home", "tmp", "run", "profile", "out"):
        (work / name).mkdir()
    (work / "run").chmod(0o700)
    _limit_plugins(host)
    install_folder(Profile(host.profile, "3", "custom"))
    point_engine(host, [*python_command(host), "-P", "-m", NAME])
    return host


def python_command(host: GimpHost) -> list[str]:
    """What starts our Python from inside GIMP: it lives on this system, beside the tree in which GIMP runs."""
    return (["/usr/sbin/chroot", f"/{ENGINE_ROOT}"] if host.place.is_dir() else []) + [sys.executable]


def point_engine(host: GimpHost, command: list[str]) -> None:
    """Record another engine with the installed plug-in."""
    path = host.plugin / ENGINE_FILE
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "command": command}), encoding="utf-8")


def read_engine_command(host: GimpHost) -> tuple[str, ...]:
    return tuple(json.loads((host.plugin / ENGINE_FILE).read_text(encoding="utf-8"))["command"])


def _limit_plugins(host: GimpHost) -> None:
    """GIMP asks each of its hundred plug-ins at its first start: leave those that are needed."""
    root = host.place if host.place.is_dir() else host.place.parent.parent.parent
    folders = sorted(root.glob("usr/lib/*/gimp/3.*/plug-ins"))
    if not folders:
        return
    chosen = host.work / "plug-ins"
    chosen.mkdir()
    inside = Path("/") / folders[-1].relative_to(root)
    for name in PLUG_INS:
        os.symlink(inside / name, chosen / name)
    path = f"{host.profile / 'plug-ins'}:{chosen}"
    (host.profile / "gimprc").write_text(
        f'(plug-in-path "{path}")\n(show-welcome-dialog no)\n', encoding="utf-8"
    )
