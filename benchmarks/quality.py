"""Does the score know? How sure the masks are of themselves, beside how good they are.

    python benchmarks/quality.py                       the subject model: every set, two halves, as tables
    python benchmarks/quality.py --every 3
    python benchmarks/quality.py --prompts             the object selector: after 1, 2, 3 and 5 clicks, and from a box
    python benchmarks/quality.py --model ID --json result.json

Needs the measuring data (folder `shared` beside the checkout, or MATTEWORK_SHARED). The pictures of every set are dealt in
turn to two halves, so that what was fitted on one can be checked on the other. For each:

- `caught`: of the fifth of pictures with the lowest true IoU, the share that is in the fifth with the lowest score;
- `rank`: Spearman's correlation of score and IoU;
- `off`: the calibration error, the mean distance between mean score and mean IoU over eight groups of like score;
- `IoU` and `score`: the means.

The subject is measured on the sets of `benchmarks/subject.py`, with the mean score of empty scenes beside; the object
selector on those of `benchmarks/prompts.py` and on drawn crowds of held-out cut-outs, with clicks placed as there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.prompts import choose_click, draw_box, measure_iou, shrink
from benchmarks.subject_sets import NOTHING_SETS, PROMPT_SETS, Case, draw_crowds, open_sets, read_real

from mattework.finding import open_model
from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt
from mattework.segment.prompted import ObjectSelector
from mattework.segment.subject import find_subject

Mask = npt.NDArray[np.float32]
ROOT = Path(__file__).resolve().parent.parent
CLICKS = (1, 2, 3, 5)
_GROUPS = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """One mask: of which picture, after which gestures, how good, and how sure."""

    set_name: str
    index: int
    gestures: str
    iou: float
    score: float
    reasons: tuple[str, ...]

    @property
    def half(self) -> int:
        return self.index % 2


def answer_subjects(data: Path, session: ModelSession, every: int) -> Iterator[Answer]:
    for set_name, read in open_sets(data, every).items():
        if set_name == "apart":
            continue  # of several things it is said that each could be meant, however well all were found
        for index, case in enumerate(read()):
            found = find_subject(case.image, session)
            iou = measure_iou(_enlarge(found.soft_mask, case), case)
            yield Answer(set_name, index, "subject", iou, found.confidence, found.reasons)
        print(f"{set_name}: done", file=sys.stderr)


def answer_gestures(data: Path, session: ModelSession, every: int) -> Iterator[Answer]:
    real = ((name, map(shrink, read_real(data / "bench", name, every))) for name in PROMPT_SETS)
    for set_name, cases in chain(real, [("crowds", draw_crowds(data, every))]):
        for index, case in enumerate(cases):
            if not ((case.alpha > 0.5) & case.known).any():
                continue
            selector = ObjectSelector(case.image, session)
            prompts: list[Prompt] = []
            mask = np.zeros(case.alpha.shape, np.float32)
            for count in range(1, max(CLICKS) + 1):
                prompts.append(choose_click(mask > 0.5, case))
                found = selector.select(prompts)
                mask = _enlarge(found.soft_mask, case)
                if count in CLICKS:
                    gestures = "1 click" if count == 1 else f"{count} clicks"
                    iou = measure_iou(mask, case)
                    yield Answer(set_name, index, gestures, iou, found.confidence, found.reasons)
            found = selector.select([draw_box(case)])
            iou = measure_iou(_enlarge(found.soft_mask, case), case)
            yield Answer(set_name, index, "a box", iou, found.confidence, found.reasons)
        print(f"{set_name}: done", file=sys.stderr)


def _enlarge(mask: Mask, case: Case) -> Mask:
    height, width = case.alpha.shape
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def judge(answers: list[Answer]) -> dict[str, float]:
    """The figures at the top of this file, over some answers."""
    ious, scores = np.array([one.iou for one in answers]), np.array([one.score for one in answers])
    worst = max(1, round(len(answers) / 5))
    caught = set(np.argsort(ious, kind="stable")[:worst]) & set(np.argsort(scores, kind="stable")[:worst])
    groups = np.array_split(np.argsort(scores, kind="stable"), min(_GROUPS, len(answers)))
    return {
        "answers": len(answers),
        "iou": float(ious.mean()),
        "score": float(scores.mean()),
        "off": float(np.mean([abs(ious[group].mean() - scores[group].mean()) for group in groups])),
        "rank": float(spearmanr(scores, ious).statistic),
        "caught": len(caught) / worst,
    }


def write_tables(answers: list[Answer]) -> str:
    """Markdown: the figures by gestures and half, then means by set, then which reasons go with what IoU."""
    lines = ["| | half | answers | IoU | score | off | rank | caught |", "|---|---|" + "--:|" * 6]
    told = [one for one in answers if one.set_name not in NOTHING_SETS]
    for gestures in dict.fromkeys(one.gestures for one in told):
        same = [one for one in told if one.gestures == gestures]
        for name, chosen in (
            ("first", [one for one in same if one.half == 0]),
            ("second", [one for one in same if one.half == 1]),
            ("both", same),
        ):
            f = judge(chosen)
            lines.append(
                f"| {gestures} | {name} | {f['answers']:.0f} | {f['iou']:.3f} | {f['score']:.3f} | {f['off']:.3f} "
                f"| {f['rank']:.2f} | {f['caught']:.0%} |"
            )
    lines += ["", "| set | gestures | answers | IoU | score |", "|---|---|--:|--:|--:|"]
    for set_name, gestures in dict.fromkeys((one.set_name, one.gestures) for one in answers):
        same = [one for one in answers if (one.set_name, one.gestures) == (set_name, gestures)]
        iou, score = np.mean([one.iou for one in same]), np.mean([one.score for one in same])
        lines.append(f"| {set_name} | {gestures} | {len(same)} | {iou:.3f} | {score:.3f} |")
    lines += ["", "| reason | answers | IoU | score |", "|---|--:|--:|--:|"]
    reasons: dict[str, list[Answer]] = {}
    for one in told:
        for reason in one.reasons or ("none",):
            # Percentages make many reasons of one.
            reasons.setdefault("".join(c for c in reason if not c.isdigit()), []).append(one)
    for reason, same in sorted(reasons.items(), key=lambda item: -len(item[1])):
        iou, score = np.mean([one.iou for one in same]), np.mean([one.score for one in same])
        lines.append(f"| {reason} | {len(same)} | {iou:.3f} | {score:.3f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompts", action="store_true", help="measure the object selector")
    parser.add_argument("--model", metavar="ID", help="another model than the embedded one")
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture of each set")
    parser.add_argument("--json", type=Path, help="also write every answer here")
    options = parser.parse_args()
    cv2.setNumThreads(2)
    data = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data"
    if not data.is_dir():
        raise SystemExit(f"The measuring data is not at {data}; set MATTEWORK_SHARED to its folder.")
    session = open_model(options.model, "cpu", task="prompt" if options.prompts else "subject")
    answer = answer_gestures if options.prompts else answer_subjects
    answers = list(answer(data, session, options.every))
    print(write_tables(answers))
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in answers], indent=1) + "\n")


if __name__ == "__main__":
    main()
