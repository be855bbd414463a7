"""Prompts as geometry: whether they can be meant, and where they lie on another view of the photo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.prompt import Prompt, make_plain, tell_wrong_count


def check_prompts(prompts: Sequence[Prompt], size: Size) -> list[Prompt]:
    """The prompts with every point inside a photo of `size`; strokes and outlines that leave it are drawn in.

    Raises:
        UsageError: a point or a whole gesture lies outside, or has too few or too many points, or no numbers.
    """
    checked = []
    for prompt in prompts:
        try:
            prompt = make_plain(prompt)
        except (TypeError, ValueError, OverflowError) as error:
            raise UsageError(f"A point of a {prompt.kind} is no pair of numbers: {error}.") from error
        if (wrong := tell_wrong_count(prompt)) is not None:
            raise UsageError(f"A {wrong}.")
        if not all(math.isfinite(number) for point in prompt.points for number in point):
            raise UsageError(f"A point of a {prompt.kind} is no number.")
        xs, ys = [x for x, _ in prompt.points], [y for _, y in prompt.points]
        if max(xs) < 0 or max(ys) < 0 or min(xs) > size.width or min(ys) > size.height:
            where = f"The point {xs[0]:g},{ys[0]:g}" if prompt.kind == "point" else f"A {prompt.kind}"
            raise UsageError(f"{where} lies outside the photo, which is {size} pixels.")
        right, bottom = np.nextafter(size.width, 0.0), np.nextafter(size.height, 0.0)
        points = tuple(
            (float(min(max(x, 0.0), right)), float(min(max(y, 0.0), bottom))) for x, y in prompt.points
        )
        checked.append(replace(prompt, points=points))
    return checked


def scale_prompt(prompt: Prompt, size: Size, target: Size) -> Prompt:
    """A prompt on a picture of `size`, on the same picture of size `target`."""
    sx, sy = target.width / size.width, target.height / size.height
    return replace(prompt, points=tuple((x * sx, y * sy) for x, y in prompt.points))


def move_prompt(prompt: Prompt, dx: float, dy: float) -> Prompt:
    return replace(prompt, points=tuple((x + dx, y + dy) for x, y in prompt.points))
