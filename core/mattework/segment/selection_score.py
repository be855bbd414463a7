"""How sure a selection is: the overlap with the meant object that is to be expected, and the reasons in words.

A network that is asked for the thing under one click may be certain of every pixel and mean another thing: a part instead
of the whole. Its probabilities do not tell, but the same question at another input size does: where the two answers
differ, both are less often right. The weights of the two signs were fitted by least squares on one half of the held-out
photographs and checked on the other (`benchmarks/quality.py --prompts`).
"""

from __future__ import annotations

from collections.abc import Sequence

from mattework.arrays import Floats
from mattework.geometry import Size
from mattework.prompt import Prompt
from mattework.quality import DOUBTFUL, FULL_FRAME, measure_mask
from mattework.segment.second_look import find_box

_BY_PIXELS, _BY_SIZES = 1.05, 0.55
"""What is lost for each share of the overlap that the probabilities, and the answer at another size, leave in doubt. Less
hangs on the size the more gestures there are."""


def score_selection(
    mask: Floats, gestures: Sequence[Prompt], *, sizes: float | None = None, looks: float | None = None
) -> tuple[float, tuple[str, ...]]:
    """The expected overlap of a selection with the meant object.

    Args:
        mask: (h, w) float32 of 0 to 1, the whole frame; something is above 0.5.
        gestures: what was pointed at so far; the same one again counts once.
        sizes: intersection over union with the answer at another input size, 0 to 1, where it was asked for.
        looks: the same of the first and the closer look, where there were two.

    Returns:
        A score of 0 to 1, and short sentences that say what is doubtful.
    """
    frame = Size(mask.shape[1], mask.shape[0])
    box = find_box(mask, frame, least_share=0.0)
    assert box is not None
    # The object and its surroundings, however small it is in the frame.
    around = box.grow(max(4, box.size.long_side // 2)).intersect(frame.rect)
    signs = measure_mask(mask[around.slices], least_share=0.0)
    reasons = []
    if sizes is not None and sizes < 0.75:
        one_click = len(gestures) == 1 and gestures[0].kind == "point"
        reasons.append(
            "one click may mean the part or the whole; another one or a box says which"
            if one_click
            else "seen at another size, the object looks different"
        )
    if signs.firmness < 0.7:
        reasons.append("the inside of the object is uncertain")
    if signs.doubt >= 0.3:
        reasons.append(f"edges are uncertain over {round(100 * signs.doubt)} % of the outline")
    if looks is not None and looks < 0.75:
        reasons.append("two looks at the object disagree")
    fills = float((mask > 0.5).mean()) > FULL_FRAME
    if fills:
        reasons.append("nearly all of the picture is selected")
    if sizes is None:
        score = signs.overlap * (1.0 if looks is None else 0.4 + 0.6 * looks)
    else:
        by_sizes = _BY_SIZES / max(1, len(set(gestures))) ** 0.5
        score = 1.0 - _BY_PIXELS * (1.0 - signs.overlap) - by_sizes * (1.0 - sizes)
    if fills:
        score = min(score, DOUBTFUL - 0.01)
    if score < DOUBTFUL and not reasons:
        reasons.append("what lies around the object is uncertain")
    return round(min(1.0, max(0.0, score)), 3), tuple(reasons)
