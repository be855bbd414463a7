"""The schedule of a run: everything follows the share of the wall-clock budget that has passed."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

_WARM_UP = 0.04
_DECODER_ONLY = 0.04
_LAST_RATE = 0.01
COOL_DOWN = 120.0


def rate_at(share: float) -> float:
    """Learning rate as a part of its peak: linear warm-up, then a cosine down to 1 %."""
    if share < _WARM_UP:
        return max(share / _WARM_UP, 0.01)
    t = min(1.0, (share - _WARM_UP) / (1 - _WARM_UP))
    return _LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * t))


@dataclass(frozen=True, slots=True)
class Moment:
    """``share`` of the budget that has passed (from 1 on the run is over) and ``rate`` of learning."""

    share: float
    rate: float

    @property
    def decoder_only(self) -> bool:
        return self.share < _DECODER_ONLY


@dataclass(slots=True)
class Pace:
    """A running clock. ``budget`` and ``elapsed`` (from earlier sittings) in seconds."""

    budget: float
    elapsed: float = 0.0
    _start: float = field(init=False)
    _stopped_at: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._start = time.monotonic() - self.elapsed

    def now(self) -> Moment:
        self.elapsed = time.monotonic() - self._start
        share = self.elapsed / self.budget
        if self._stopped_at is None:
            return Moment(share, rate_at(share))
        cooled = (self.elapsed - self._stopped_at) / COOL_DOWN
        return Moment(max(share, cooled), rate_at(share) * max(_LAST_RATE, 1 - cooled))

    def stop_soon(self) -> bool:
        """Begin a linear cool-down of two minutes. True the first time only."""
        first = self._stopped_at is None
        if first:
            self._stopped_at = self.elapsed
        return first
