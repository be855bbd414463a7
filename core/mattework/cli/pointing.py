"""Points and boxes on the command line: `--point 300,200`, `--not-point 5%,5%`, `--box 10,10,400,300`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mattework.errors import UsageError

if TYPE_CHECKING:
    from mattework.geometry import Size
    from mattework.prompt import Prompt

Option = Literal["--point", "--not-point", "--box"]
_WANTED: dict[Option, str] = {
    "--point": "X,Y in pixels or per cent of the picture, as 300,200 or 50%,40%",
    "--not-point": "X,Y in pixels or per cent of the picture, as 300,200 or 50%,40%",
    "--box": "LEFT,TOP,RIGHT,BOTTOM in pixels or per cent of the picture, as 10,10,400,300 or 5%,10%,60%,95%",
}


@dataclass(frozen=True, slots=True)
class Pointer:
    """One option as it was given: numbers of pixels, or shares of the picture's sides where `is_share` says so."""

    option: Option
    text: str
    numbers: tuple[float, ...]
    is_share: tuple[bool, ...]


def parse_pointers(
    boxes: Sequence[str], points: Sequence[str], not_points: Sequence[str]
) -> tuple[Pointer, ...]:
    """Read the options. Boxes come first: points then correct what was found in them.

    Raises:
        UsageError: a value is not written as it should be; says how.
    """
    given: list[tuple[Option, str]] = [("--box", one) for one in boxes]
    given += [("--point", one) for one in points]
    given += [("--not-point", one) for one in not_points]
    return tuple(_parse(option, text) for option, text in given)


def place_pointers(pointers: Sequence[Pointer], size: Size | None) -> tuple[Prompt, ...]:
    """The prompts that the options mean on a picture of that size; None where all are in pixels and it is not known yet.

    Raises:
        UsageError: one lies outside the picture.
    """
    from mattework.prompt import Prompt

    prompts = []
    for one in pointers:
        places = one.numbers if size is None else _measure(one, size)
        corners = tuple(zip(places[::2], places[1::2], strict=True))
        kind: Literal["box", "point"] = "box" if one.option == "--box" else "point"
        prompts.append(Prompt(kind=kind, points=corners, adds=one.option != "--not-point"))
    return tuple(prompts)


def _measure(one: Pointer, size: Size) -> tuple[float, ...]:
    """The option's numbers in pixels of a picture of that size."""
    sides = (size.width, size.height) * (len(one.numbers) // 2)
    places = tuple(
        number * side if share else number
        for number, share, side in zip(one.numbers, one.is_share, sides, strict=True)
    )
    if not all(0 <= place <= side for place, side in zip(places, sides, strict=True)):
        raise UsageError(f"{one.option} {one.text} lies outside the picture, which is {size} pixels.")
    return places


def _parse(option: Option, text: str) -> Pointer:
    parts = [part.strip() for part in text.split(",")]
    shares = tuple(part.endswith("%") for part in parts)
    try:
        numbers = tuple(
            float(part[:-1]) / 100 if share else float(part)
            for part, share in zip(parts, shares, strict=True)
        )
    except ValueError:
        numbers = ()
    if len(numbers) != (4 if option == "--box" else 2) or not all(map(math.isfinite, numbers)):
        raise UsageError(f"{option} {text} cannot be read. Give {_WANTED[option]}.")
    return Pointer(option, text, numbers, shares)
