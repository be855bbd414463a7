"""A selected object, and what is known of it between two gestures."""

from __future__ import annotations

from dataclasses import dataclass

from mattework.arrays import Floats
from mattework.geometry import Rect
from mattework.prompt import Prompt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selection:
    """An object that was pointed at.

    `soft_mask` (h, w) float32 of 0 to 1 is the whole frame in the photo's aspect ratio, at the finer look's resolution;
    all zero when nothing is selected. `box` holds the object, in pixels of the photo, None when there is none.
    `confidence` is the overlap with the meant object that is to be expected, 0 to 1 (see `score_selection`); `reasons` say
    what is doubtful, and where a gesture was not followed. `looks` is how many views of the photo the answer rests on.
    `asked` is the model that finds subjects, where the answer builds on what it took for the whole.
    """

    soft_mask: Floats
    box: Rect | None
    confidence: float
    reasons: tuple[str, ...]
    looks: int
    asked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is known after some gestures.

    `frame` is the soft mask of the whole frame as the first look sees it, None before anything was found; `crop` and
    `part` are the second look's rectangle and its mask. `region` is the box or lasso that the network still has to be told
    of. `agreement` is how far the two looks agree, `sizes` how far the answers to the first gesture at two input sizes do,
    None after others; `notes` is what a person should know about the last gesture. `asked` is the model that finds
    subjects, where one of them became the answer.
    """

    frame: Floats | None = None
    crop: Rect | None = None
    part: Floats | None = None
    region: Prompt | None = None
    agreement: float | None = None
    sizes: float | None = None
    notes: tuple[str, ...] = ()
    asked: str | None = None
