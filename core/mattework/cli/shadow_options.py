"""The options of a shadow: --shadow and what belongs to it, handed to a command as one `ShadowOptions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

import click

from mattework.errors import UsageError

if TYPE_CHECKING:
    from mattework.recipe import Shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowOptions:
    """What was said about a shadow; None for what was not."""

    kind: Literal["drop", "contact", "none"] | None = None
    offset: tuple[float, float] | None = None
    blur: float | None = None
    opacity: float | None = None
    colour: str | None = None

    @property
    def is_given(self) -> bool:
        return self != ShadowOptions()

    def apply(self, own: Shadow | None) -> Shadow | None:
        """A file's own shadow with what was said in it. Another kind takes its lengths from the subject again.

        Raises:
            UsageError: details of a shadow that there is none of.
        """
        from mattework.recipe import Shadow

        dx, dy = self.offset or (None, None)
        said = {"dx": dx, "dy": dy, "blur": self.blur, "opacity": self.opacity, "colour": self.colour}
        details: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
        if self.kind is not None and (own is None or self.kind != own.kind):
            own = None if self.kind == "none" else Shadow(kind=self.kind)
        if own is None and details:
            raise UsageError("--shadow-offset, -blur, -opacity and -colour go with --shadow drop or contact.")
        return None if own is None else replace(own, **details)


def add_shadow_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--shadow and its details, as the keyword argument `shadow`."""

    @wraps(command)
    def collect(*arguments: Any, **options: Any) -> Any:
        shadow = ShadowOptions(
            kind=options.pop("shadow"),
            offset=_read_offset(options.pop("shadow_offset")),
            blur=options.pop("shadow_blur"),
            opacity=options.pop("shadow_opacity"),
            colour=options.pop("shadow_colour"),
        )
        return command(*arguments, shadow=shadow, **options)

    decorated: Callable[..., Any] = collect
    for option in (
        click.option("--shadow-colour", metavar="COLOUR", help="Black if not given."),
        click.option("--shadow-opacity", type=click.FloatRange(0, 1), help="0 to 1; 0.5 if not given."),
        click.option(
            "--shadow-blur",
            type=click.FloatRange(0, 10_000),
            help="Softness in pixels; at a contact shadow's far end. By the subject's size if not given.",
        ),
        click.option(
            "--shadow-offset",
            metavar="X,Y",
            help="Where it falls, in pixels from the subject: right and down, negative to the left and up.",
        ),
        click.option(
            "--shadow",
            type=click.Choice(["drop", "contact", "none"]),
            help="Lay a shadow under the subject: as on a wall, or on the ground that it stands on.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def _read_offset(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"A shadow's offset is two numbers, as in 20,-8, not {text!r}.") from None
    return x, y
