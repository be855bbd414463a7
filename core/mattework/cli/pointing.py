"""Pointing at things on the command line: `--point 300,200`, `--lasso "10,10 90,20 50,80"`, `--prompts FILE`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.errors import DamagedFile, FileNotReadable, UsageError
from mattework.prompt import FEWEST_POINTS, Prompt, PromptKind, tell_wrong_count

if TYPE_CHECKING:
    from mattework.geometry import Size

KINDS: tuple[PromptKind, ...] = ("box", "lasso", "scribble", "point")
"""In the order in which gestures are followed: what says more first, so that the rest corrects it."""

_WANTED: dict[PromptKind, str] = {
    "point": "X,Y in pixels or per cent of the picture, as 300,200 or 50%,40%",
    "box": "LEFT,TOP,RIGHT,BOTTOM in pixels or per cent of the picture, as 10,10,400,300 or 5%,10%,60%,95%",
    "lasso": 'the corners of an outline with spaces between them, as "10,10 400,30 200,300", in pixels or per cent',
    "scribble": 'the points of a line with spaces between them, as "30,40 60,80", in pixels or per cent',
}
_NUMBER_COUNTS: dict[PromptKind, int] = {"point": 2, "box": 4}


@dataclass(frozen=True, slots=True)
class Pointer:
    """One option as it was given: numbers of pixels, or shares of the picture's sides where `is_share` says so."""

    kind: PromptKind
    adds: bool
    text: str
    numbers: tuple[float, ...]
    is_share: tuple[bool, ...]

    @property
    def name(self) -> str:
        """The option with its value, for messages."""
        text = f'"{self.text}"' if " " in self.text else self.text
        return f"{_name_option(self.kind, self.adds)} {text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointingOptions:
    """What was pointed at. `prompts` come from the file `path`, in pixels, and are followed before the `pointers`; those
    `of_layer` count from the corner of the layer that they were given for."""

    pointers: tuple[Pointer, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    of_layer: bool = False
    path: Path | None = None

    @property
    def is_given(self) -> bool:
        return bool(self.pointers or self.prompts)

    @property
    def has_shares(self) -> bool:
        return any(any(one.is_share) for one in self.pointers)

    @property
    def adds(self) -> bool:
        """Whether anything says what belongs to the thing."""
        return any(one.adds for one in self.prompts) or any(one.adds for one in self.pointers)

    def split(self) -> tuple[tuple[Prompt, ...], tuple[Prompt, ...]]:
        """The prompts that count in pixels of one layer, and those in pixels of its document; without shares."""
        if not self.of_layer:
            return (), self.place(None)
        return self.prompts, replace(self, prompts=()).place(None)

    def place(self, size: Size | None) -> tuple[Prompt, ...]:
        """The prompts on a picture of that size; None where all are in pixels and it is not known yet.

        Raises:
            UsageError: an option lies outside the picture.
        """
        prompts = list(self.prompts)
        for one in self.pointers:
            places = one.numbers if size is None else _measure(one, size)
            corners = tuple(zip(places[::2], places[1::2], strict=True))
            prompts.append(Prompt(kind=one.kind, points=corners, adds=one.adds))
        return tuple(prompts)


def add_pointing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--point, --box, --lasso, --scribble, the same with --not-, and --prompts, as the keyword argument `pointing`."""

    @wraps(command)
    def collect(*arguments: Any, **options: Any) -> Any:
        said = {
            (kind, adds): options.pop(_name_option(kind, adds)[2:].replace("-", "_"))
            for adds in (True, False)
            for kind in KINDS
        }
        path: Path | None = options.pop("prompts")
        prompts, of_layer = ((), False) if path is None else read_prompts(path)
        pointing = PointingOptions(
            pointers=tuple(
                parse_pointer(kind, text, adds=adds) for (kind, adds), texts in said.items() for text in texts
            ),
            prompts=prompts,
            of_layer=of_layer,
            path=path,
        )
        return command(*arguments, pointing=pointing, **options)

    decorated: Callable[..., Any] = collect
    for names, metavar, text in (
        (
            "--prompts",
            "FILE",
            "Points, boxes, lassos and scribbles from a JSON file, or from a file that was cut.",
        ),
        ("--not-scribble", '"X,Y X,Y …"', "What lies under this line does not belong to it."),
        ("--not-lasso", '"X,Y X,Y …"', "Take the thing in this outline away."),
        ("--not-box", "L,T,R,B", "Take the thing in this rectangle away."),
        ("--not-point", "X,Y", "Something here does not belong to it."),
        ("--scribble", '"X,Y X,Y …"', "Cut out the thing that this line runs over."),
        ("--lasso", '"X,Y X,Y …"', "Cut out the thing in this outline."),
        ("--box", "L,T,R,B", "Cut out the thing in this rectangle."),
        (
            "--point",
            "X,Y",
            "Cut out the thing at this place, in pixels or per cent. Each may be given again.",
        ),
    ):
        one_file = names == "--prompts"
        option = click.option(
            names,
            metavar=metavar,
            multiple=not one_file,
            type=click.Path(path_type=Path) if one_file else str,
            help=text,
        )
        decorated = option(decorated)
    return decorated


def parse_pointer(kind: PromptKind, text: str, *, adds: bool = True) -> Pointer:
    """Read the value of one option.

    Raises:
        UsageError: it is not written as it should be; says how.
    """
    count = _NUMBER_COUNTS.get(kind)
    groups = [text] if count else re.split(r"[\s;]+", text.strip())
    parts = [[part.strip() for part in group.split(",")] for group in groups]
    shares = tuple(part.endswith("%") for group in parts for part in group)
    try:
        numbers = tuple(
            float(part[:-1]) / 100 if part.endswith("%") else float(part) for group in parts for part in group
        )
    except ValueError:
        numbers = ()
    pointer = Pointer(kind, adds, text, numbers, shares)
    if any(len(group) != (count or 2) for group in parts) or not (
        numbers and all(map(math.isfinite, numbers))
    ):
        raise UsageError(f"{pointer.name} cannot be read. Give {_WANTED[kind]}.")
    if len(numbers) < 2 * FEWEST_POINTS[kind]:
        points = "1 point" if len(numbers) == 2 else f"{len(numbers) // 2} points"
        raise UsageError(f"{pointer.name} has {points}; a {kind} needs at least {FEWEST_POINTS[kind]}.")
    return pointer


def read_prompts(path: Path) -> tuple[tuple[Prompt, ...], bool]:
    """The prompts in a file: a JSON list of them, a recipe, what `mattework info --json` prints, or a file that was cut;
    and whether they are of one layer, and count from its corner.

    Raises:
        FileNotReadable, DamagedFile: it is not there, or says no prompts; says what is wrong with them.
        RecipeError: it is no JSON, and holds no recipe or a damaged one.
        InputError: a PSD or TIFF that is not sound.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(64)
            is_json = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
            # A pipe, as of what `mattework info --json` prints, can be read but once.
            data = head + stream.read() if is_json else b""
        prompts, of_layer = _read_json(path, data) if is_json else _read_recipe(path)
    except OSError as error:
        raise FileNotReadable(f"{path} cannot be read: {error.strerror or error}.") from error
    if not prompts:
        raise DamagedFile(
            f"{path} holds no prompts. Save one from a picture that was cut by pointing at a thing."
        )
    return prompts, of_layer


def _read_json(path: Path, data: bytes) -> tuple[tuple[Prompt, ...], bool]:
    import msgspec

    try:
        found: Any = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
        of_layer = False
        for key in ("recipe", "subject", "prompts"):
            if isinstance(found, dict):
                of_layer = of_layer or (key == "subject" and found.get("layer") is not None)
                found = found.get(key, found)
        prompts = msgspec.convert(found, tuple[Prompt, ...])
        known = {field.name for field in fields(Prompt)}
        for number, one in enumerate(found, 1):
            if others := set(one) - known:
                raise DamagedFile(
                    f"Prompt {number} in {path} has {_name_fields(others)}, which no prompt has; "
                    f"there are {', '.join(sorted(known))}."
                )
    except msgspec.ValidationError as error:
        raise DamagedFile(
            f"{path} holds no list of prompts: {error}. A prompt is written as "
            '{"kind": "point", "points": [[300, 200]], "adds": true}.'
        ) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise DamagedFile(f"{path} is not valid JSON: {error}.") from error
    for number, prompt in enumerate(prompts, 1):
        if (wrong := tell_wrong_count(prompt)) is not None:
            raise DamagedFile(f"Prompt {number} in {path}: a {wrong}.")
    return prompts, of_layer


def _read_recipe(path: Path) -> tuple[tuple[Prompt, ...], bool]:
    from mattework.formats.recipe_file import read_recipe

    recipe = read_recipe(path)[0]
    return recipe.subject.prompts, recipe.layer is not None


def _name_fields(names: Iterable[str]) -> str:
    return " and ".join(f'"{name}"' for name in sorted(names))


def _name_option(kind: PromptKind, adds: bool) -> str:
    return f"--{kind}" if adds else f"--not-{kind}"


def _measure(one: Pointer, size: Size) -> tuple[float, ...]:
    """The option's numbers in pixels of a picture of that size."""
    sides = (size.width, size.height) * (len(one.numbers) // 2)
    places = tuple(
        number * side if share else number
        for number, share, side in zip(one.numbers, one.is_share, sides, strict=True)
    )
    if not all(0 <= place <= side for place, side in zip(places, sides, strict=True)):
        raise UsageError(f"{one.name} lies outside the picture, which is {size} pixels.")
    return places
