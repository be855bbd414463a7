"""What a file may ask of this machine, checked before any pixel is decoded."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mattework.document.model import Depth
from mattework.errors import DamagedFile, FileTooLarge, MatteworkError, UnsupportedFile
from mattework.geometry import Size

MEMORY_SHARE = 0.5
"""Part of the physical memory that decoded pixels of one file may take by default."""

_FALLBACK_MEMORY = 8 << 30


@cache
def find_memory() -> int:
    """Bytes of physical memory that this process can hope for: the machine's, or its container's when that is less."""
    total = _FALLBACK_MEMORY
    if sys.platform == "win32":
        import ctypes

        installed = ctypes.c_ulonglong()
        if ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(installed)):
            total = installed.value * 1024
    else:
        with suppress(ValueError, OSError):
            total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
            try:
                total = min(total, int(Path(path).read_text()))
            except (OSError, ValueError):
                continue
    return max(total, 256 << 20)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one input file.

    `max_pixels` bounds width x height, `max_bytes` the decoded samples of everything in the file. The defaults are one
    gigapixel and half of the physical memory (or of the container's share of it).
    """

    max_pixels: int = 1_000_000_000
    max_bytes: int = field(default_factory=lambda: int(find_memory() * MEMORY_SHARE))


def check_size(size: Size, channels: int, depth: Depth, limits: Limits, name: str) -> None:
    """Refuse a picture whose declared size is empty or beyond the limits. Call it before decoding.

    `channels` counts every plane that will be held, alpha too.

    Raises:
        DamagedFile: a side is zero.
        FileTooLarge: too many pixels, or too many bytes once decoded.
    """
    if size.area == 0:
        raise DamagedFile(f"{name} claims a size of {size} pixels, which is no picture. Export it again.")
    if size.area > limits.max_pixels:
        raise FileTooLarge(
            f"{name} has {size} = {size.megapixels:.0f} megapixels; the limit is {limits.max_pixels / 1e6:.0f}. "
            "Make it smaller, or raise the limit if you trust the file."
        )
    needed = size.area * channels * depth // 8
    if needed > limits.max_bytes:
        raise FileTooLarge(
            f"{name} ({size}) needs {needed / 1e9:.1f} GB once decoded; the limit is {limits.max_bytes / 1e9:.1f} GB. "
            "Make it smaller, or raise the limit if this machine has the memory."
        )


class _QuietDecoders:
    """Decoders warn about what is checked and noted here in words of our own: their warnings go nowhere.

    Filters of warnings belong to the whole process. Several threads read at once, so the first to come switches warnings
    off and the last to go puts everybody's filters back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._readers == 0:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")
            self._readers += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                self._filters.__exit__(None, None, None)


_quiet_decoders = _QuietDecoders()


@contextmanager
def translate_decoder_errors(name: str, kind: str) -> Iterator[None]:
    """Turn whatever a decoder throws at a bad file into one plain error of our own tree.

    `kind` is the format's name for people, such as "PNG picture".

    Raises:
        FileTooLarge: the decoder ran out of memory.
        UnsupportedFile: the decoder says that it does not know this variant.
        DamagedFile: anything else.
    """
    try:
        with _quiet_decoders:
            yield
    except MatteworkError:
        raise
    except MemoryError as error:
        raise FileTooLarge(
            f"{name} needs more memory than there is. Close other programs, or make the picture smaller."
        ) from error
    except NotImplementedError as error:
        raise UnsupportedFile(
            f"{name} is a {kind} of a variant that cannot be read ({_first_line(error)}). Save it as PNG or TIFF."
        ) from error
    except Exception as error:
        raise DamagedFile(
            f"{name} is a damaged or incomplete {kind} ({_first_line(error)}). Copy or export it again."
        ) from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")[:160]
