"""Would other answers to a first click help? The chosen one beside the best of those at several input sizes.

    python benchmarks/prompt_sizes.py                   every set, as a table
    python benchmarks/prompt_sizes.py --every 3 --sets davis

One click may mean a part or the whole. Programs such as Segment Anything offer several answers to choose from. Here the
first click of `benchmarks/prompts.py` is answered at four input sizes, and a person who always takes the best one is
imagined: `best` is the mean IoU of the best of the chosen answer and of those that differ from it (IoU under .8). `offered`
is the share of pictures that have such an answer, `second click` the mean IoU of the chosen answer after one more click,
which costs a person as much as asking for another answer. Needs the measuring data (see `benchmarks/prompts.py`).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.prompts import ROOT, Image, Mask, choose_click, measure_iou, shrink
from benchmarks.subject_sets import PROMPT_SETS, Case, read_real

from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt
from mattework.segment.prompt_model import open_prompt_model
from mattework.segment.prompted import ObjectSelector

SIZES = {"two": (1.0, 5 / 7), "four": (1.0, 5 / 7, 1 / 2, 7 / 5)}
"""Shares of the model's own input side: those that the product asks anyway, and two more."""
DISTINCT = 0.8


def answer(selector: ObjectSelector, image: Image, prompts: list[Prompt]) -> Mask:
    mask = selector.select(prompts).soft_mask
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)


def measure_case(session: ModelSession, case: Case, side: int) -> dict[str, float]:
    """The IoUs of one picture."""
    nothing = np.zeros(case.alpha.shape, np.bool_)
    click = choose_click(nothing, case)
    selector = ObjectSelector(case.image, session)
    chosen = answer(selector, case.image, [click])
    first = measure_iou(chosen, case)
    found: dict[str, float] = {"chosen": first}
    others = {}
    for share in SIZES["four"]:
        other = ObjectSelector(case.image, session, long_side=round(side * share), two_sizes=False)
        mask = answer(other, case.image, [click])
        both, either = (mask > 0.5) & (chosen > 0.5), (mask > 0.5) | (chosen > 0.5)
        if both.sum() < DISTINCT * either.sum():
            others[share] = measure_iou(mask, case)
    for name, shares in SIZES.items():
        offered = [others[share] for share in shares if share in others]
        found[f"best of {name}"] = max([first, *offered])
        found[f"offered by {name}"] = float(bool(offered))
    wrong = ((chosen > 0.5) != (case.alpha > 0.5)) & case.known
    found["second click"] = first
    if wrong.any():
        again = answer(selector, case.image, [click, choose_click(chosen > 0.5, case)])
        found["second click"] = measure_iou(again, case)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", default=list(PROMPT_SETS), choices=PROMPT_SETS, metavar="SET")
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture of each set")
    options = parser.parse_args()
    shared = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data"
    if not shared.is_dir():
        raise SystemExit(f"The measuring data is not at {shared}; set MATTEWORK_SHARED to its folder.")
    session = open_prompt_model()
    side = session.spec.input.size.side
    names = ["chosen", "best of two", "best of four", "second click", "offered by two", "offered by four"]
    print(f"| set | pictures | {' | '.join(names)} |\n|---|{'--:|' * (len(names) + 1)}")
    for set_name in options.sets:
        cases = map(shrink, read_real(shared / "bench", set_name, options.every))
        seen = [measure_case(session, case, side) for case in cases if (case.alpha[case.known] > 0.5).any()]
        means = (f"{np.mean([one[name] for one in seen]):.3f}" for name in names)
        print(f"| {set_name} | {len(seen)} | {' | '.join(means)} |", flush=True)


if __name__ == "__main__":
    main()
