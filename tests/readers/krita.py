"""Krita: opens files and says what it saw in a file of its own format, which is read here.

Source: Krita's own documentation of .kra, and what its files hold: an XML document, and pixels in tiles of 64 x 64 whose
bytes are sorted by their place in the pixel and packed with LZF; what no tile covers has the default pixel.
"""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import numpy as np

from mattework.arrays import AnyArray
from mattework.geometry import Rect, Size
from readers.programs import locate_program, run_program
from readers.reading import Reading, SeenLayer, SeenMask, Unreadable

SPACES: dict[str, tuple[str, list[int]]] = {
    "RGBA": ("u1", [2, 1, 0, 3]),
    "RGBA16": ("<u2", [2, 1, 0, 3]),
    "GRAYA": ("u1", [0, 1]),
    "GRAYA16": ("<u2", [0, 1]),
}
"""Sample type, and where gray or red, green, blue and then alpha lie; other spaces are not compared."""
EXPORT_ALL = """
krita=$1; shift
while [ $# -gt 1 ]; do
    for attempt in 1 2 3; do  # now and then it ends at once without a word
        timeout -k 5 110 "$krita" --nosplash --export --export-filename "$1" "$2" > "$1.log" 2>&1
        [ -e "$1" ] && break
    done
    shift 2
done
"""
_KEEP_AWAY = 200
_XML = "{http://www.calligra.org/DTD/krita}"


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Open every file, one run of Krita each, all on one screen. `work` is an empty folder.

    Raises:
        ProgramMissing: no Krita, or no screen for it, here.
        RuntimeError: none of them could be opened.
    """
    place, _ = locate_program("krita"), locate_program("screen")
    home = work / "home"
    home.mkdir(mode=0o700)
    environment = {**_surroundings(place), "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    pairs = [str(one) for index, path in enumerate(paths) for one in (work / f"{index}.kra", path)]
    # Ten seconds for the screen to come up: on a busy machine it takes longer than is waited for otherwise.
    command = ["xvfb-run", "-a", "-w", "10", "sh", "-uc", EXPORT_ALL, "sh", str(_program(place)), *pairs]
    run_program(command, 350 * len(paths), environment)
    targets = [work / f"{index}.kra" for index in range(len(paths))]
    if not any(target.exists() for target in targets):
        raise RuntimeError("Krita wrote nothing: " + (work / "0.kra.log").read_text(errors="replace")[-400:])
    return [_read_kra(target) if target.exists() else Unreadable("Krita wrote no file") for target in targets]


def program_version() -> str:
    place = locate_program("krita")
    found = run_program(
        [str(_program(place)), "--version"], 120, {**_surroundings(place), "QT_QPA_PLATFORM": "minimal"}
    )
    return found.split()[-1]


def _program(place: Path) -> Path:
    return place / "usr" / "bin" / "krita" if place.is_dir() else place


def _surroundings(place: Path) -> dict[str, str]:
    """For a Krita that was unpacked and not installed: where its libraries and plug-ins are."""
    if not place.is_dir():
        return {}
    libraries = sorted(path for path in place.glob("usr/lib/*-linux-*") if path.is_dir())
    folders = [*libraries, *place.glob("lib/*-linux-*"), *(path / "pulseaudio" for path in libraries)]
    return {
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders)),
        "QT_PLUGIN_PATH": os.pathsep.join(str(path / "qt5" / "plugins") for path in libraries),
        "XDG_DATA_DIRS": f"{place / 'usr' / 'share'}{os.pathsep}/usr/share",
    }


def _read_kra(path: Path) -> Reading:
    with zipfile.ZipFile(path) as archive:
        image = ElementTree.fromstring(archive.read("maindoc.xml")).find(f"{_XML}IMAGE")
        assert image is not None
        folder = f"{image.attrib['name']}/layers/"
        layers: list[SeenLayer] = []
        for node in reversed(image.findall(f"{_XML}layers/{_XML}layer")):
            _collect(archive, folder, node, 0, layers)
        space = SPACES.get(image.attrib["colorspacename"])
        profile = f"{image.attrib['name']}/annotations/icc"
        return Reading(
            size=Size(int(image.attrib["width"]), int(image.attrib["height"])),
            depth=None if space is None else 8 * np.dtype(space[0]).itemsize,
            layers=tuple(layers),
            rendered=_read_png(archive.read("mergedimage.png")),
            icc=archive.read(profile) if profile in archive.namelist() else None,
            dpi=float(image.attrib["x-res"]),
        )


def _collect(
    archive: zipfile.ZipFile, folder: str, node: ElementTree.Element, level: int, layers: list[SeenLayer]
) -> None:
    """A layer or group and what it holds, a group before its children, bottom to top."""
    told = node.attrib
    group = told["nodetype"] == "grouplayer"
    found = None if group else _read_layer(archive, folder, told)
    masks = [] if group else list(node.iter(f"{_XML}mask"))
    mask = None
    if masks:
        rect, pixels = _read_tiles(archive, f"{folder}{masks[0].attrib['filename']}.pixelselection", "u1", 1)
        mask = SeenMask(rect=rect, pixels=pixels[..., 0])
    layers.append(
        SeenLayer(
            name=told["name"],
            level=level,
            group=group,
            rect=None if found is None else found[0],
            visible=told["visible"] == "1",
            opacity=int(told["opacity"]) / 255,
            blend="pass through" if told.get("passthrough") == "1" else told["compositeop"].replace("_", " "),
            pixels=None if found is None else found[1],
            alpha=None if found is None else found[2],
            mask=mask,
        )
    )
    for child in reversed(node.findall(f"{_XML}layers/{_XML}layer")):
        _collect(archive, folder, child, level + 1, layers)


def _read_layer(
    archive: zipfile.ZipFile, folder: str, told: dict[str, str]
) -> tuple[Rect, AnyArray, AnyArray] | None:
    space = SPACES.get(told.get("colorspacename", ""))
    if space is None:
        return None
    dtype, order = space
    rect, pixels = _read_tiles(archive, f"{folder}{told['filename']}", dtype, len(order))
    arranged = pixels[..., order]
    return rect.move(int(told["x"]), int(told["y"])), arranged[..., :-1], arranged[..., -1]


def _read_tiles(archive: zipfile.ZipFile, name: str, dtype: str, channels: int) -> tuple[Rect, AnyArray]:
    """What is not empty of a paint device, and its place: Krita keeps no rectangles."""
    import imagecodecs

    stream = BytesIO(archive.read(name))
    head = {key: int(value) for key, value in (stream.readline().split() for _ in range(5))}
    width, height = head[b"TILEWIDTH"], head[b"TILEHEIGHT"]
    unit = head[b"PIXELSIZE"]
    canvas = np.zeros((2 * _KEEP_AWAY + 512, 2 * _KEEP_AWAY + 512, channels), np.dtype(dtype))
    for _ in range(head[b"DATA"]):
        x, y, _, size = stream.readline().strip().split(b",")
        data = stream.read(int(size))
        raw = imagecodecs.lzf_decode(data[1:], out=unit * width * height) if data[0] else data[1:]
        sorted_bytes = np.frombuffer(raw, np.uint8).reshape(unit, height * width)
        tile = np.ascontiguousarray(sorted_bytes.T).view(dtype).reshape(height, width, channels)
        row, column = int(y) + _KEEP_AWAY, int(x) + _KEEP_AWAY
        canvas[row : row + height, column : column + width] = tile
    rows, columns = (np.flatnonzero(canvas.any(axis=(2, axis))) for axis in (1, 0))
    if not len(rows):
        return Rect(0, 0, 0, 0), canvas[:0, :0]
    part = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    left, top = int(columns[0]) - _KEEP_AWAY, int(rows[0]) - _KEEP_AWAY
    return Rect(left, top, left + part.shape[1], top + part.shape[0]), part.astype(
        part.dtype.newbyteorder("=")
    )


def _read_png(data: bytes) -> AnyArray:
    import cv2

    picture = cast("AnyArray", cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    if picture.ndim == 2:
        return picture[..., None]
    return picture[..., [2, 1, 0, 3][: picture.shape[2]]] if picture.shape[2] >= 3 else picture
