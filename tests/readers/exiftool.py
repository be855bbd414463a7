"""ExifTool: what the metadata says, and whether the structure of the file is valid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mattework.geometry import Size
from readers.programs import locate_program, run_program
from readers.reading import Reading, Unreadable

WANTED = (
    "-ImageWidth",
    "-ImageHeight",
    "-EXIF:all",
    "-XResolution",
    "-ResolutionUnit",
    "-Validate",
    "-Warning",
)


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Describe every file. `work` is an empty folder.

    Raises:
        ProgramMissing: no ExifTool here.
    """
    program = str(locate_program("exiftool"))
    readings: list[Reading | Unreadable] = []
    for index, path in enumerate(paths):
        folder = work / str(index)
        folder.mkdir()
        try:
            printed = run_program([program, "-j", "-a", "-validate", *WANTED, str(path)], 60)
        except RuntimeError as error:
            readings.append(Unreadable(str(error)))
            continue
        facts: dict[str, Any] = json.loads(printed)[0]
        warnings = facts.get("Warning", [])
        dpi = facts.get("XResolution")
        readings.append(
            Reading(
                size=Size(int(facts["ImageWidth"]), int(facts["ImageHeight"])),
                shows_layers=False,
                icc=_take(program, "-ICC_Profile", path, folder / "icc"),
                xmp=_take(program, "-XMP", path, folder / "xmp"),
                exif={key: str(value) for key, value in facts.items()},
                dpi=float(dpi) if dpi is not None else None,
                remarks=tuple(warnings if isinstance(warnings, list) else [warnings]),
            )
        )
    return readings


def program_version() -> str:
    return run_program([str(locate_program("exiftool")), "-ver"], 30).strip()


def _take(program: str, tag: str, path: Path, target: Path) -> bytes | None:
    run_program([program, "-q", "-b", tag, "-w!", f"{target}/%f.bin", str(path)], 60)
    found = sorted(target.glob("*.bin")) if target.is_dir() else []
    return found[0].read_bytes() if found else None
