"""Waiting for other programs on machines of any load: as long as they work, and not for ever."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

IDLE_LIMIT = 120.0
"""Seconds in which a program that works uses the processor at least a little, however little it is given."""

LONGEST = 1800.0
_LEAST = 0.2  # seconds of processor time that count as work; a program that only waits for events uses less
_TICKS = 100.0  # of /proc, a second


def finish_program(
    process: subprocess.Popen[bytes], *, idle_limit: float = IDLE_LIMIT, longest: float = LONGEST
) -> bytes:
    """Wait until a program has ended, and give what it printed where that is a pipe.

    It is stopped when it and its children have done nothing for `idle_limit` seconds; where the system does not tell what
    they do, when twice that time has passed.

    Raises:
        RuntimeError: it was stopped; the text says why and ends with its last words.
    """
    began = seen = time.monotonic()
    worked = measure_work(process.pid)
    while True:
        try:
            return process.communicate(timeout=1.0)[0] or b""
        except subprocess.TimeoutExpired:
            pass
        now, work = time.monotonic(), measure_work(process.pid)
        if work is not None and (worked is None or abs(work - worked) > _LEAST):
            seen, worked = now, work
        reason = ""
        if now - seen > (idle_limit if work is not None else 2 * idle_limit):
            reason = f"has done nothing for {now - seen:.0f} s"
        elif now - began > longest:
            reason = f"did not end within {longest:.0f} s"
        if reason:
            process.kill()
            words = (process.communicate()[0] or b"").decode("utf-8", "replace")[-3000:]
            raise RuntimeError(f"{process.args!r} {reason}: {words}")


def measure_work(root: int) -> float | None:
    """Seconds of processor time of a process and its descendants so far; None where the system does not tell."""
    parents: dict[int, int] = {}
    times: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        number = int(stat.parent.name)
        parents[number] = int(fields[1])
        times[number] = sum(map(int, fields[11:15])) / _TICKS
    if root not in times:
        return None
    total = 0.0
    for number, spent in times.items():
        above = number
        while above not in (0, root):
            above = parents.get(above, 0)
        total += spent if above == root else 0.0
    return total
