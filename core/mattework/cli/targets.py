"""Where results go: names beside the input, a named file, a folder, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from mattework.atomic import check_target, is_same_file
from mattework.errors import OutputExists, OutputNotWritable, UsageError

STREAM = "-"
SUFFIX_OF = {
    "psd": ".psd",
    "psb": ".psb",
    "tiff": ".tif",
    "layered-tiff": ".tif",
    "png": ".png",
    "webp": ".webp",
    "avif": ".avif",
    "jpeg": ".jpg",
}


def read_source(name: str) -> Path | BinaryIO:
    """A path as it is, or standard input for "-"."""
    return sys.stdin.buffer if name == STREAM else Path(name)


def open_target(target: Path | None) -> Path | BinaryIO:
    """A path as it is, or standard output for None."""
    return sys.stdout.buffer if target is None else target


def choose_target(
    source: str, output: str | None, file_format: str | None, *, tag: str = "cutout"
) -> Path | None:
    """The path to write for a picture; None is standard output.

    Without `output` it is `name.cutout.psd` beside the source. A folder (existing, or written with a slash at its end)
    takes such a file.

    Raises:
        UsageError: standard input without an output, or an empty name.
    """
    if source == "" or output == "":  # as from a shell variable that is not set
        raise UsageError("A file name is empty. Check what stands before and behind -o.")
    if output == STREAM:
        if sys.stdout.isatty():
            raise UsageError(
                "The picture would fill the terminal. Send it on: ... -o - > FILE, or name a file with -o."
            )
        return None
    suffix = SUFFIX_OF[file_format or "psd"]
    if output is not None and not names_folder(output):
        return Path(output)
    if source == STREAM:
        raise UsageError(
            "A picture from standard input needs an output: add -o FILE, or -o - for standard output."
        )
    folder = Path(output) if output is not None else Path(source).parent
    return folder / f"{Path(source).stem}.{tag}{suffix}"


def refuse_unwritable(target: Path, *, overwrite: bool) -> None:
    """Refuse a target that cannot be written: before minutes of work, not after.

    Raises:
        OutputExists: the file is there and overwriting was not asked for.
        OutputNotWritable: a folder, a device, no folder to write into, no permission.
    """
    try:
        check_target(target, overwrite=overwrite)
    except OutputExists:
        raise OutputExists(
            f"{target} exists already. Add --overwrite to replace it, or give another name."
        ) from None


def refuse_inputs(target: Path | None, inputs: Sequence[str | None]) -> None:
    """Refuse to write over a file that is being read, --overwrite or not: the original would be gone.

    Raises:
        UsageError: the target is one of the inputs, under this name or another.
    """
    for name in inputs:
        if target is None or name is None or name == STREAM:
            continue
        # A background's name may begin with ~, as `parse_background` takes it.
        for one in {name, os.path.expanduser(name)}:
            if is_same_file(target, one):
                raise UsageError(
                    f"{target} is one of the pictures that are read; it would be gone. Give another name."
                )


def make_folder(output: str | None) -> None:
    """Make the folder that was asked for with a slash at its end; the folder of a single file has to be there.

    Raises:
        OutputNotWritable: it cannot be made.
    """
    if output is None or output == STREAM or not names_folder(output):
        return
    try:
        Path(output).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(
            f"The folder {output} cannot be made: {error.strerror}. Name another folder."
        ) from error


def names_folder(output: str) -> bool:
    """Whether an output is a folder: one that is there, or a name with a slash at its end."""
    return output.endswith(("/", "\\")) or os.path.isdir(output)
