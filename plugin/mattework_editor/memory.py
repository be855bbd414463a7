"""Memory goes back to the system when what was in it is gone."""

from __future__ import annotations

import contextlib
import ctypes
import sys

M_MMAP_THRESHOLD = -3
LARGE = 1 << 20


def keep_large_arrays_apart() -> None:
    """Give every array of a megabyte and more a mapping of its own.

    The GNU C library raises that limit to 32 MB when such arrays are freed; planes of a 24-megapixel photo then lie in
    the heap, where what is freed between two living ones stays with the process. Other systems do not need this.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)


def give_back_freed() -> None:
    """Give back what the GNU C library keeps of freed smaller arrays, in a pool for every thread that there was: about a
    tenth of the editor's memory after some strokes. A millisecond or two. Other systems do not need this.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
