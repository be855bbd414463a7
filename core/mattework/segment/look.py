"""One view of a photo, the whole or a part, that a prompted network has seen, and what it answers there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from mattework.segment.encoded import EncodedPicture, answer_prompts
from mattework.segment.gestures import move_prompt
from mattework.segment.heeding import drop_islands, heed_marks

_INNER = 0.06  # of the crop's short side: marks nearer to its border are answered by the whole frame


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A part of the picture that the network has seen, and its colours at the size of the answers."""

    rect: Rect
    encoded: EncodedPicture
    colours: Bytes


def ask_look(
    look: Look,
    marks: Sequence[Prompt],
    region: Prompt | None,
    previous: Floats | None,
) -> tuple[Floats, tuple[str, ...]]:
    """The answer of one look, and what to say of marks that it did not follow.

    Where there are marks, what hangs together with none of them and was not in `previous` is left out.
    """
    left, top = look.rect.left, look.rect.top
    marks = [move_prompt(mark, -left, -top) for mark in marks]
    region = None if region is None else move_prompt(region, -left, -top)
    answer = answer_prompts(look.encoded, marks, region, previous)
    heeded, pieces = heed_marks(answer, look.colours, marks, look.rect.size)
    if marks:
        heeded = drop_islands(heeded, marks, look.rect.size, previous)
    if not pieces:
        return heeded, ()
    return heeded, ("a mark was not followed by the network; the mask was corrected around it",)


def lies_well_within(mark: Prompt, crop: Rect, size: Size) -> bool:
    """Whether a mark lies in a crop, and not at its sides that lie inside the frame."""
    margin = _INNER * crop.size.short_side
    left = crop.left + margin * (crop.left > 0)
    top = crop.top + margin * (crop.top > 0)
    right = crop.right - margin * (crop.right < size.width)
    bottom = crop.bottom - margin * (crop.bottom < size.height)
    return all(left <= x <= right and top <= y <= bottom for x, y in mark.points)


def newly_touches(before: Floats, after: Floats, crop: Rect, size: Size) -> bool:
    """Whether the object has grown to a side of the crop beyond which the frame goes on."""

    def sides(part: Floats) -> tuple[bool, ...]:
        return (
            crop.left > 0 and bool((part[:, 0] > 0.5).any()),
            crop.top > 0 and bool((part[0] > 0.5).any()),
            crop.right < size.width and bool((part[:, -1] > 0.5).any()),
            crop.bottom < size.height and bool((part[-1] > 0.5).any()),
        )

    return any(now and not then for then, now in zip(sides(before), sides(after), strict=True))
