"""Progress and cancelling, as one small contract.

Long work takes `progress: Progress | None` and calls it often. The callee raises `Cancelled` to stop the work; nothing
else is needed to cancel, and nothing half-done is left behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""Called as `progress(step, fraction)`: a short name of the step for people, and 0 to 1 within that step."""


def report_progress(progress: Progress | None, step: str, fraction: float) -> None:
    """Tell `progress`, if there is one, that `step` has come to `fraction` (clamped to 0..1).

    Raises:
        Cancelled: when the callee wants the work to stop.
    """
    if progress is not None:
        progress(step, min(1.0, max(0.0, fraction)))


def take_part(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """What tells of a part of a step, which goes from `begin` to `end` of it."""
    if progress is None:
        return None
    return lambda step, fraction: progress(step, begin + (end - begin) * min(1.0, max(0.0, fraction)))
