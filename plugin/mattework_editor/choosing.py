"""What a person chose while something else was worked on: it is laid on what has come of that."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from mattework import Recipe

_IN_PARTS = ("edge", "trimap", "shadow")
"""Settings of a recipe that have settings of their own: one slider is one choice."""


def find_chosen(own: Recipe, wanted: Recipe) -> dict[str, Any]:
    """What differs of two recipes, by name; of settings in parts the parts that differ."""
    chosen: dict[str, Any] = {}
    for name, (before, after) in _compare(own, wanted).items():
        if name in _IN_PARTS and before is not None and after is not None:
            chosen[name] = {part: value for part, (_, value) in _compare(before, after).items()}
        else:
            chosen[name] = after
    return chosen


def lay_chosen(own: Recipe, chosen: dict[str, Any]) -> Recipe:
    """A recipe with what `find_chosen` found; parts of a setting that is not there any more are left out."""
    laid: dict[str, Any] = {}
    for name, value in chosen.items():
        if not isinstance(value, dict):
            laid[name] = value
        elif getattr(own, name) is not None:
            laid[name] = replace(getattr(own, name), **value)
    return replace(own, **laid)


def _compare(own: Any, wanted: Any) -> dict[str, tuple[Any, Any]]:
    pairs = {one.name: (getattr(own, one.name), getattr(wanted, one.name)) for one in fields(own)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
