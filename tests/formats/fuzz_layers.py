"""Mutated Photoshop and layered TIFF files, for as long as wanted; not part of the suite.

    python tests/formats/fuzz_layers.py FOLDER --minutes 60

Every file of FOLDER is flipped, cut, stretched and made to lie at random. A file must open, or take a mask on one of its
layers with `--edit`, or be refused with an error of
ours, within ten seconds of processor time and the memory limit; what fails is kept in a folder.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from io import BytesIO
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "core"))

import numpy as np

from mattework.document.model import Mask, depth_dtype, depth_white
from mattework.errors import MatteworkError
from mattework.formats.layered_tiff import read_layered_tiff
from mattework.formats.limits import Limits
from mattework.formats.psd import read_psd
from mattework.formats.psd_edit import NewMask, add_mask_in_place
from mattework.formats.psd_edit import open_layer as open_psd_layer
from mattework.formats.tiff_edit import add_mask_in_tiff, open_tiff_layer

SECONDS = 10
"""Of processor time, so that other work on the machine does not count."""
DEADLOCK = 300
MEMORY = 4 << 30
LARGEST = 400_000
LIMITS = Limits(max_pixels=100_000_000, max_bytes=1 << 30)
NUMBERS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to eight changes, few more often than many, most of them near the front, where structures lie."""
    out = bytearray(data)
    for _ in range(min(8, 1 + int(chance.expovariate(0.7)))):
        where = min(int(chance.expovariate(4) * len(out)), max(len(out) - 1, 0))
        what = chance.randrange(6)
        if not out:
            break
        if what == 0:
            out[where] ^= 1 << chance.randrange(8)
        elif what == 1:
            out[where] = chance.randrange(256)
        elif what == 2:
            width = chance.choice((1, 2, 4, 8))
            number = chance.choice(NUMBERS) & ((1 << (8 * width)) - 1)
            out[where : where + width] = number.to_bytes(width, chance.choice(("big", "little")))
        elif what == 3:
            del out[where : where + chance.randint(1, 64)]
        elif what == 4:
            out[where:where] = chance.randbytes(chance.randint(1, 64))
        else:
            del out[max(where, 30) :]
    return bytes(out)


class TooSlow(BaseException):
    pass


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def edit_one(data: bytes, is_tiff: bool, number: int) -> str:
    """Put a mask on the layer of that number."""
    open_layer, add_mask = (
        (open_tiff_layer, add_mask_in_tiff) if is_tiff else (open_psd_layer, add_mask_in_place)
    )
    document = open_layer(BytesIO(data), number, limits=LIMITS, name="fuzzed")
    rect = document.layers[0].rect  # type: ignore[union-attr]
    mask = Mask(rect, np.full(rect.size.shape, depth_white(document.depth), depth_dtype(document.depth)))
    target = BytesIO()
    new = NewMask(layer=number, mask=mask, existing="replace")
    add_mask(BytesIO(data), target, new, limits=LIMITS, name="fuzzed")
    try:  # as far as the layer that was changed: others may have been damaged before
        open_layer(target, number, limits=LIMITS, name="edited")
    except MatteworkError as error:
        raise AssertionError("an edited file does not open") from error
    return "edited"


def open_one(data: bytes, is_tiff: bool, number: int = 0) -> str:
    """What became of it, in a word; with a number, of putting a mask on that layer."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(DEADLOCK)
    try:
        if number:
            return edit_one(data, is_tiff, number)
        if is_tiff:
            document = read_layered_tiff(BytesIO(data), limits=LIMITS, name="fuzzed")
            return "flat" if document is None else "opened"
        read_psd(data, limits=LIMITS, name="fuzzed")
    except MatteworkError as error:
        return type(error).__name__
    else:
        return "opened"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--edit", action="store_true", help="put masks on layers instead of opening files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for kind in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(kind, _stop)
    files = [
        path
        for suffix in ("psd", "psb", "tif", "tiff")
        for path in sorted(options.folder.rglob(f"*.{suffix}"))
        if 0 < path.stat().st_size <= LARGEST
    ]
    chance = random.Random(options.seed)
    totals: Counter[str] = Counter()
    slowest = 0.0
    ends = time.monotonic() + 60 * options.minutes
    while time.monotonic() < ends and files:
        path = chance.choice(files)
        data = mutate(path.read_bytes(), chance)
        started = time.process_time()
        try:
            number = chance.randint(1, 3) if options.edit else 0
            totals[open_one(data, path.suffix.startswith(".tif"), number)] += 1
        except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever it is, it is what we look for
            totals["FAILED"] += 1
            options.keep.mkdir(exist_ok=True)
            kept = options.keep / f"{totals['FAILED']:04}-{type(error).__name__}{path.suffix}"
            kept.write_bytes(data)
            print(f"{kept} from {path.name}")
            traceback.print_exc(limit=-4)
        slowest = max(slowest, time.process_time() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{sum(totals.values())} files: {dict(totals)}")
    print(f"slowest {slowest:.1f} s of processor time; peak memory {peak:.2f} GB")
    return 1 if totals["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
