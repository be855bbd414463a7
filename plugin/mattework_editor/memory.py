"""Memory goes back to the system when what was in it is gone."""

from __future__ import annotations

import contextlib
import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE = 1 << 20
ARENAS = 2
"""Pools of the GNU C library for smaller arrays: threads share them, as far as it can."""


def keep_large_arrays_apart() -> None:
    """Give every array of a megabyte and more a mapping of its own.

    The GNU C library raises that limit to 32 MB when such arrays are freed; planes of a 24-megapixel photo then lie in
    the heap, where what is freed between two living ones stays with the process. And it has a pool for every thread, which
    keeps what that thread has freed; here a piece of work has a thread of its own. Other systems do not need this.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def give_back_freed() -> None:
    """Give back what the GNU C library keeps of freed smaller arrays: about a tenth of the editor's memory after some
    strokes. A millisecond or two. Other systems do not need this.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
