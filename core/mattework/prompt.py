"""Prompts: what a person points at, so that a segmenter knows which thing is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

PromptKind: TypeAlias = Literal["point", "box", "lasso", "scribble"]
FEWEST_POINTS: dict[PromptKind, int] = {"point": 1, "box": 2, "lasso": 3, "scribble": 1}
MOST_POINTS: dict[PromptKind, int] = {"point": 1, "box": 2}
"""Kinds that are not named have any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One gesture that says where the object is, or is not.

    `points` are (x, y) in pixels of the photo: one for a point; two opposite corners for a box; the corners of a loose
    outline for a lasso; the way of the pen for a scribble. `adds` is False for what does not belong to the object (points
    and scribbles) or for a region to take away (boxes and lassos).
    """

    kind: PromptKind
    points: tuple[tuple[float, float], ...]
    adds: bool = True


def make_plain(prompt: Prompt) -> Prompt:
    """The prompt with plain numbers, as recipes keep it: those of arrays are none.

    Raises:
        TypeError, ValueError, OverflowError: a point is no pair of numbers.
    """
    points = tuple((float(x), float(y)) for x, y in prompt.points)
    return Prompt(kind=prompt.kind, points=points, adds=bool(prompt.adds))


def tell_wrong_count(prompt: Prompt) -> str | None:
    """What is wrong with the kind of a prompt, or with the number of its points; None where nothing is."""
    kind, count = prompt.kind, len(prompt.points)
    if kind not in FEWEST_POINTS:
        return f"{kind} is no prompt; there are {', '.join(FEWEST_POINTS)}"
    fewest, most = FEWEST_POINTS[kind], MOST_POINTS.get(kind, count)
    if count < fewest:
        return f"{kind} needs at least {fewest} point{'s' if fewest > 1 else ''}"
    return f"{kind} has {most} point{'s' if most > 1 else ''}, not {count}" if count > most else None
