"""Saves that are broken off, in a process of their own; run by `test_broken_saves.py`.

    python break_saves.py FOLDER HOW MANNER

MANNER is `psd` or `tif` (a whole document is saved over another) or `psd-layer` or `tif-layer` (a mask is put on one of its
layers, written over the document itself). HOW is `kill` (SIGKILL at many moments), `limit` (a limit on the size of files)
or `disk` (FOLDER lies on a small disk of its own, which is filled more and more). Prints what was found, as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

import mattework
from mattework.atomic import TEMPORARY_SUFFIX
from mattework.document.model import ColorMode, Document, Layer, Mask
from mattework.errors import OutputNotWritable
from mattework.formats.limits import Limits
from mattework.formats.psd_edit import NewMask, add_mask_in_place
from mattework.formats.streams import write_target
from mattework.formats.tiff_edit import add_mask_in_tiff
from mattework.geometry import Size

MOMENTS = 16


def make_document(seed: int) -> Document:
    size = Size(160, 120)
    pixels = np.random.default_rng(seed).integers(0, 65536, (*size.shape, 3), np.uint16)
    ground = Layer("Ground", size.rect, pixels)
    return Document(size, ColorMode.RGB, 16, (ground, replace(ground, name="Photo", pixels=pixels // 2)))


def prepare(manner: str, target: Path) -> tuple[bytes, Callable[[], object]]:
    """The old file's bytes, and the save that would replace it."""
    mattework.save_document(make_document(1), target)
    old = target.read_bytes()
    if not manner.endswith("-layer"):
        return old, lambda: mattework.save_document(make_document(2), target, overwrite=True)
    size = Size(160, 120)
    mask = Mask(size.rect, np.linspace(0, 65535, size.area, dtype=np.uint16).reshape(size.shape))
    new = NewMask(layer="Photo", mask=mask)
    add_mask = add_mask_in_tiff if manner.startswith("tif") else add_mask_in_place

    def save() -> object:
        def write(stream: BinaryIO) -> tuple[str, ...]:
            return add_mask(BytesIO(old), stream, new, limits=Limits(), name="design").reasons

        return write_target(target, write, overwrite=True)

    return old, save


def leftovers(folder: Path) -> int:
    return sum(path.name.endswith(TEMPORARY_SUFFIX) for path in folder.iterdir())


def run_in_child(save: Callable[[], object], ready: Callable[[], object] = lambda: None) -> int:
    """Its process; its exit code is 0 for a save, 3 for a refusal in our own words."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            ready()
            save()
            code = 0
        except OutputNotWritable:
            code = 3
        finally:
            os._exit(code)
    return child


def main(folder: Path, how: str, manner: str) -> dict[str, int]:
    target = folder / f"design.{manner[:3]}"
    old, save = prepare(manner, target)
    started = time.perf_counter()
    save()
    seconds = time.perf_counter() - started
    new = target.read_bytes()
    found = {"old": 0, "new": 0, "other": 0, "refused": 0, "litter": 0, "litter at the end": 0}
    for moment in range(MOMENTS):
        target.write_bytes(old)
        part = (moment + 0.5) / MOMENTS
        if how == "kill":
            child = run_in_child(save)
            time.sleep(1.2 * seconds * part)
            os.kill(child, signal.SIGKILL)
        elif how == "limit":
            most = int(part * len(new))
            child = run_in_child(save, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))  # noqa: B023
        else:
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
            filler = folder / "filler"
            filler.write_bytes(bytes(max(0, free - int(part * 1.2 * len(new)))))
            child = run_in_child(save)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found["refused"] += code == 3
        there = target.read_bytes()
        found["old" if there == old else "new" if there == new else "other"] += 1
        found["litter"] += leftovers(folder)
        if how == "disk":
            (folder / "filler").unlink()
    save()
    found["litter at the end"] = leftovers(folder)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
