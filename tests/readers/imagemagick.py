"""ImageMagick: the merged picture and the layers, with mask and opacity multiplied into each layer's alpha."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from mattework.arrays import AnyArray
from mattework.geometry import Rect, Size
from readers.programs import locate_program, run_program
from readers.reading import Reading, SeenLayer, Unreadable

FACTS = "%p|%w|%h|%W|%H|%X|%Y|%z|%x|%[compose]|%[colorspace]|%l\\n"


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Open every file. `work` is an empty folder.

    Raises:
        ProgramMissing: no ImageMagick here.
    """
    program = str(locate_program("imagemagick"))
    readings: list[Reading | Unreadable] = []
    for index, path in enumerate(paths):
        folder = work / str(index)
        folder.mkdir()
        try:
            readings.append(_read_file(program, path, folder))
        except RuntimeError as error:
            readings.append(Unreadable(str(error)))
    return readings


def program_version() -> str:
    found = re.search(r"ImageMagick (\S+)", run_program([str(locate_program("imagemagick")), "-version"], 30))
    return found.group(1) if found else "?"


def _read_file(program: str, path: Path, folder: Path) -> Reading:
    facts = run_program([program, str(path), "-units", "PixelsPerInch", "-format", FACTS, "info:"], 60)
    pictures = [line.split("|", 11) for line in facts.splitlines() if line.count("|") >= 11]
    kind = "cmyka" if pictures[0][10] == "CMYK" else "rgba"
    depth = int(pictures[0][7])
    stored = 8 if depth == 8 else 16
    raw = ["-depth", str(stored), "-endian", "LSB", "+adjoin", f"{kind}:{folder / 'picture-%d.raw'}"]
    run_program([program, str(path), *raw], 120)
    arrays = [_load(folder, facts_, len(kind), stored) for facts_ in pictures]
    return Reading(
        size=Size(int(pictures[0][3]), int(pictures[0][4])),
        depth=depth,
        merged=arrays[0],
        layers=tuple(_describe(*each) for each in zip(pictures[1:], arrays[1:], strict=True)),
        shows_groups=False,
        alpha_holds=frozenset({"mask", "opacity"}),
        dpi=float(pictures[0][8].split()[0]),
        icc=_take_profile(program, path, folder / "profile.icc"),
        xmp=_take_profile(program, path, folder / "profile.xmp"),
        exif=_parse_exif(_take_profile(program, path, folder / "profile.exif")),
    )


def _load(folder: Path, facts: list[str], channels: int, depth: int) -> AnyArray:
    width, height = int(facts[1]), int(facts[2])
    name = folder / f"picture-{facts[0]}.raw"
    if not name.exists():  # a single picture takes no number
        name = folder / "picture-0.raw"
    return np.fromfile(name, "u1" if depth == 8 else "<u2").reshape(height, width, channels)


def _describe(facts: list[str], array: AnyArray) -> SeenLayer:
    left, top = int(facts[5]), int(facts[6])
    compose = facts[9]
    return SeenLayer(
        name=facts[11],
        rect=Rect(left, top, left + int(facts[1]), top + int(facts[2])),
        visible=compose != "None",
        pixels=array[:, :, :-1],
        alpha=array[:, :, -1],
    )


def _take_profile(program: str, path: Path, target: Path) -> bytes | None:
    """The profile that the suffix of `target` names: icc, xmp or exif."""
    try:
        run_program([program, f"{path}[0]", str(target)], 60)
    except RuntimeError:  # there is none in the file
        return None
    return target.read_bytes() if target.exists() else None


def _parse_exif(profile: bytes | None) -> dict[str, str] | None:
    from PIL import Image

    if profile is None:
        return None
    exif = Image.Exif()
    exif.load(profile if profile.startswith(b"Exif") else b"Exif\0\0" + profile)
    return {"Make": str(exif.get(0x010F, ""))}
