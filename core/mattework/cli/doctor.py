"""`mattework doctor`: does this copy of Mattework work here, and with what? Made to be pasted into a report of a defect."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import click

from mattework._version import __version__
from mattework.cli.report import print_json
from mattework.cli.toolkit import INSTALL_PACKAGES
from mattework.errors import MatteworkError, ModelError
from mattework.extras import tell_how_to_add

LIBRARIES = (
    "onnxruntime",
    "numpy",
    "scipy",
    "opencv-python-headless",
    "pillow",
    "pillow-heif",
    "imagecodecs",
    "tifffile",
    "psd-tools",
    "isal",
    "PyQt6",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing looked at: its name, what was found, and whether that is in order. `remedy` is empty when it is."""

    name: str
    text: str
    is_well: bool = True
    remedy: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def doctor(as_json: bool) -> int:
    """Check Mattework on this machine: Python, libraries, devices, models, editor, GIMP, and a cut.

    What it prints holds no names of users, files or folders, so that it can be put into a public report. The plug-in in
    GIMP has a doctor of its own: mattework gimp doctor.
    """
    facts = []
    for name, look in CHECKS.items():
        try:
            found = list(look())
        except Exception as error:  # noqa: BLE001 - a doctor looks at what is broken, whatever that may be
            found = [Fact(name, f"{type(error).__name__}: {hide_home(str(error))}", False, "Report this.")]
        facts.extend(found)
        if not as_json:
            for fact in found:
                _tell(fact)
    failed = [fact for fact in facts if not fact.is_well]
    if as_json:
        print_json(
            {"mattework": __version__, "is_well": not failed, "facts": [asdict(fact) for fact in facts]}
        )
    else:
        click.echo("All is well." if not failed else f"{len(failed)} of these need attention, marked with !.")
    return ModelError.exit_code if failed else 0


def hide_home(text: str) -> str:
    """The text without the path of the user's home folder."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _tell(fact: Fact) -> None:
    click.echo(f"{' ' if fact.is_well else '!'} {fact.name:<12}{fact.text}")
    if fact.remedy:
        click.echo(f"{'':14}{fact.remedy}")


def _look_at_program() -> Iterator[Fact]:
    place = Path(__file__).resolve().parent.parent
    way = "installed package" if (place / "resources").is_dir() else "checkout"
    yield Fact("mattework", f"{__version__}, {way}")
    yield Fact("python", f"{platform.python_version()} ({platform.python_implementation()})")
    system = f"{platform.system()} {platform.release()} on {platform.machine()}"
    libc = " ".join(platform.libc_ver()).strip()
    yield Fact("system", f"{system}{f', {libc}' if libc else ''}")


def _look_at_machine() -> Iterator[Fact]:
    from mattework.formats.limits import find_memory

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Fact("machine", f"{usable} processors, {find_memory() / 2**30:.1f} GiB of memory")


def _look_at_libraries() -> Iterator[Fact]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    yield Fact("libraries", ", ".join(found))


def _look_at_devices() -> Iterator[Fact]:
    from mattework.models.devices import list_devices

    devices = list_devices()
    told = ", ".join(f"{device.label} (--device {device.name})" for device in devices)
    yield Fact(
        "devices", f"{told}; proven by running, best first" if devices else "none works", bool(devices)
    )


def _look_at_models() -> Iterator[Fact]:
    from mattework.models.store import open_store

    store = open_store()
    for spec in store.list_specs():
        if not store.find_files(spec):
            continue
        if not store.is_installed(spec):
            yield Fact(
                "model",
                f"{spec.id}: some of its files are missing",
                False,
                f"mattework models {'install' if store.can_download(spec) else 'show'} {spec.id}",
            )
            continue
        try:
            files = [store.verify_file(spec, one) for one in store.find_files(spec)]
        except ModelError as error:
            yield Fact("model", hide_home(str(error)), False)
            continue
        hashes = ", ".join(one.sha256[:16] for one in files)
        yield Fact("model", f"{spec.id}: {files[0].found.place}, sound, sha256 {hashes}…")


def _look_at_a_cut() -> Iterator[Fact]:
    from mattework.cli.samples import samples_folder
    from mattework.pipeline import cut_out

    sample = samples_folder() / "astronaut.jpg"
    began = time.perf_counter()
    try:
        report = cut_out(sample).report
    except MatteworkError as error:
        yield Fact("cut", hide_home(str(error)), False)
        return
    sure = f"confidence {report.confidence:.2f}" if report.confidence is not None else "no confidence"
    seconds = time.perf_counter() - began
    is_right = report.confidence is not None and report.confidence > 0.5 and 0.2 < report.coverage < 0.9
    yield Fact(
        "cut",
        f"a sample photo in {seconds:.1f} s: {report.model} on {report.device}, edge {report.solver}, {sure}",
        is_right,
        "" if is_right else "The result is not what it is elsewhere. Report this.",
    )


def _look_at_editor() -> Iterator[Fact]:
    try:
        metadata.version("PyQt6")
    except metadata.PackageNotFoundError:
        yield Fact("editor", f"not installed; {tell_how_to_add('PyQt6')} adds it")
        return
    # In a process of its own: a toolkit that lacks a library of the system may end the process that loads it.
    code = (
        "import sys, mattework_editor.app; from PyQt6.QtCore import qVersion\n"
        "from mattework.cli.toolkit import find_missing_library\n"
        "missing = find_missing_library(); print(missing or qVersion(), file=sys.stderr if missing else sys.stdout)\n"
        "sys.exit(1 if missing else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=_plain_paths(),
    )
    if done.returncode == 0:
        yield Fact("editor", f"starts, with Qt {done.stdout.strip()}")
        return
    last = (done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"])[-1]
    yield Fact(
        "editor",
        hide_home(last),
        False,
        INSTALL_PACKAGES,
    )


def _plain_paths() -> dict[str, str]:
    """This environment, with the modules of this process findable in the next."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _look_at_gimp() -> Iterator[Fact]:
    from mattework.gimp_setup.plugin_folder import NAME, is_current
    from mattework.gimp_setup.profiles import find_profiles

    profiles = find_profiles()
    if not profiles:
        yield Fact("gimp", "no GIMP 3 of this user; it is not needed")
    for profile in profiles:
        folder = profile.plugins / NAME
        state = "plug-in up to date" if is_current(folder) else "no plug-in of this version"
        remedy = "" if is_current(folder) else "To use Mattework in GIMP: mattework gimp install"
        yield Fact("gimp", f"{profile.version} ({profile.packaging}): {state}", True, remedy)


CHECKS: dict[str, Callable[[], Iterator[Fact]]] = {
    "program": _look_at_program,
    "machine": _look_at_machine,
    "libraries": _look_at_libraries,
    "devices": _look_at_devices,
    "models": _look_at_models,
    "cut": _look_at_a_cut,
    "editor": _look_at_editor,
    "gimp": _look_at_gimp,
}
