"""All readers, in the order of the table's columns."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from readers import ag_psd, exiftool, gimp, imagemagick, pillow_page, psd_tools_layers, python_readers
from readers.reading import Reading, Unreadable

ReadFiles: TypeAlias = Callable[[list[Path], Path], list[Reading | Unreadable]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A program that opens our files. `suffixes`: the files it is meant for; others are not given to it."""

    title: str
    suffixes: frozenset[str]
    read_files: ReadFiles
    program_version: Callable[[], str]

    def read_all(self, paths: list[Path]) -> dict[Path, Reading | Unreadable]:
        """What it sees in those of `paths` that it is meant for.

        Raises:
            ProgramMissing: it is not on this machine.
        """
        wanted = [path for path in paths if path.suffix in self.suffixes]
        with tempfile.TemporaryDirectory(prefix="mattework-readers-") as work:
            return dict(zip(wanted, self.read_files(wanted, Path(work)), strict=True))


PSD = frozenset({".psd", ".psb"})
TIFF = frozenset({".tif"})

READERS: tuple[Reader, ...] = (
    Reader("GIMP", PSD | TIFF, gimp.read_files, gimp.program_version),
    Reader("ImageMagick", PSD | TIFF, imagemagick.read_files, imagemagick.program_version),
    Reader("ag-psd", PSD, ag_psd.read_files, ag_psd.program_version),
    Reader(
        "PhotoshopAPI",
        PSD,
        python_readers.PHOTOSHOPAPI.read_files,
        python_readers.PHOTOSHOPAPI.program_version,
    ),
    Reader("psd-tools", PSD, psd_tools_layers.read_files, psd_tools_layers.program_version),
    Reader("psdtags", TIFF, python_readers.PSDTAGS.read_files, python_readers.PSDTAGS.program_version),
    Reader("Pillow", PSD | TIFF, pillow_page.read_files, pillow_page.program_version),
    Reader("ExifTool", PSD | TIFF, exiftool.read_files, exiftool.program_version),
)
