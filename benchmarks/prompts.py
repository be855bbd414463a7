"""How many clicks does it take? The built-in object selection beside GrabCut, fed with the same kind of clicks and boxes.

    python benchmarks/prompts.py                               every set, as tables
    python benchmarks/prompts.py --every 6 --sets people davis
    python benchmarks/prompts.py --sets crowds --clicks 5      one of several held-out cut-outs in drawn scenes
    python benchmarks/prompts.py --sets small --clicks 5       one of some that are small in a photograph
    python benchmarks/prompts.py --models mobile-sam --json result.json
    python benchmarks/prompts.py --sheets FOLDER               also draws the masks after 1, 3 and 5 clicks and from a box

Needs the measuring data (folder `shared` beside the checkout, or MATTEWORK_SHARED). The next click is placed as in
f-BRS and RITM (Sofiiuk et al., CVPR 2020 and ICIP 2022): at the deepest point (distance transform) of the larger error,
positive where something is missing and negative where there is too much. NoC@85 and NoC@90 are the mean numbers of clicks
until IoU .85 and .90 are reached, 20 where they never are; `never` is the share of pictures that do not reach .90. The box
is the tight rectangle around the truth, 2 % of its sides larger. Only labelled pixels count. Milliseconds are medians on
two threads: `first` for seeing the photo and answering one click, `click` for each later one; `cpu` is the processor
time of a later click, which another load on the machine disturbs less.

GrabCut (Rother et al., 2004) works at 320 pixels: clicks are discs of sure pixels, a first click makes a third of the
frame around it probable, and every answer is where the next one begins.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.subject_sets import (
    CROWDS,
    PROMPT_SETS,
    SMALL,
    Case,
    draw_crowds,
    draw_small_things,
    read_real,
)

from mattework.models.runtime import ModelSession, open_session
from mattework.models.store import open_store
from mattework.prompt import Prompt
from mattework.segment.prompt_model import DEFAULT_PROMPT_MODEL
from mattework.segment.prompted import ObjectSelector
from mattework_training.sheets import write_sheet

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
ROOT = Path(__file__).resolve().parent.parent
MOST_CLICKS = 20
SHOWN = (1, 3, 5)
_LONG_SIDE = 1024  # larger photographs are measured at this size: clicks do not get better by more pixels
_TILE = 200


class Selecting(Protocol):
    """One picture under one method: the mask (H, W) of 0 to 1 for all prompts so far."""

    def select(self, prompts: list[Prompt]) -> Mask: ...


Method = Callable[[Image], Selecting]


@dataclass(slots=True)
class Tally:
    """What one method did on one set."""

    clicks_85: list[int] = field(default_factory=list)
    clicks_90: list[int] = field(default_factory=list)
    after: dict[str, list[float]] = field(default_factory=dict)
    first_ms: list[float] = field(default_factory=list)
    click_ms: list[float] = field(default_factory=list)
    click_cpu: list[float] = field(default_factory=list)
    never: int = 0
    most: int = MOST_CLICKS

    def summarise(self) -> dict[str, float]:
        count = max(1, len(self.clicks_90))
        means = {f"iou_{name}": float(np.mean(values)) for name, values in self.after.items()}
        # With fewer clicks than the measure allows nobody knows how many it would have taken.
        needed = {
            "noc_85": float(np.mean(self.clicks_85)),
            "noc_90": float(np.mean(self.clicks_90)),
            "never": self.never / count,
        }
        return {
            "pictures": len(self.clicks_90),
            **(needed if self.most == MOST_CLICKS else {}),
            **means,
            "first_ms": float(np.median(self.first_ms)),
            "click_ms": float(np.median(self.click_ms or [0.0])),
            "click_cpu": float(np.median(self.click_cpu or [0.0])),
        }


class Network:
    """A model of the task "prompt", through the selector that the product uses."""

    def __init__(
        self, session: ModelSession, image: Image, *, zoom: bool = True, two_sizes: bool = True
    ) -> None:
        self._selector = ObjectSelector(image, session, zoom=zoom, two_sizes=two_sizes)
        self._size = (image.shape[1], image.shape[0])

    def select(self, prompts: list[Prompt]) -> Mask:
        mask = self._selector.select(prompts).soft_mask
        return np.asarray(cv2.resize(mask, self._size, interpolation=cv2.INTER_LINEAR), np.float32)


class GrabCut:
    """See the top of the file."""

    def __init__(self, image: Image) -> None:
        height, width = image.shape[:2]
        self._size = (width, height)
        self._scale = min(1.0, 320 / max(height, width))
        small = (max(8, round(width * self._scale)), max(8, round(height * self._scale)))
        self._image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        self._labels = np.full((small[1], small[0]), cv2.GC_PR_BGD, np.uint8)

    def select(self, prompts: list[Prompt]) -> Mask:
        last = prompts[-1]
        points = [(int(x * self._scale), int(y * self._scale)) for x, y in last.points]
        if last.kind == "box":
            self._labels[:] = cv2.GC_BGD
            (left, top), (right, bottom) = points
            self._labels[max(0, top) : bottom + 1, max(0, left) : right + 1] = cv2.GC_PR_FGD
        elif len(prompts) == 1:
            cv2.circle(self._labels, points[0], max(self._labels.shape) // 6, cv2.GC_PR_FGD, -1)
        for one in prompts:
            if one.kind == "point":
                (x, y) = one.points[0]
                place = (int(x * self._scale), int(y * self._scale))
                cv2.circle(self._labels, place, 3, cv2.GC_FGD if one.adds else cv2.GC_BGD, -1)
        cv2.setRNGSeed(1)
        colours = np.zeros((1, 65)), np.zeros((1, 65))
        # Where no pixel of one of the two kinds is left, the labels are the answer.
        with contextlib.suppress(cv2.error):
            cv2.grabCut(self._image, self._labels, (0, 0, 1, 1), *colours, 5, cv2.GC_INIT_WITH_MASK)
        found = ((self._labels == cv2.GC_FGD) | (self._labels == cv2.GC_PR_FGD)).astype(np.float32)
        return np.asarray(cv2.resize(found, self._size, interpolation=cv2.INTER_LINEAR), np.float32)


def choose_click(found: Bools, case: Case) -> Prompt:
    """The next click: the deepest point of the larger error; what lies at the frame's border counts as shallow."""
    truth = case.alpha > 0.5
    depths = [_measure_depth(wrong & case.known) for wrong in (truth & ~found, found & ~truth)]
    adds = float(depths[0].max()) >= float(depths[1].max())
    y, x = np.unravel_index(int(depths[0 if adds else 1].argmax()), truth.shape)
    return Prompt(kind="point", points=((float(x) + 0.5, float(y) + 0.5),), adds=adds)


def _measure_depth(wrong: Bools) -> Mask:
    padded = np.pad(wrong.astype(np.uint8), 1)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)


def draw_box(case: Case) -> Prompt:
    rows, columns = np.nonzero(case.alpha > 0.5)
    left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    dx, dy = 0.02 * (right - left), 0.02 * (bottom - top)
    corners = ((float(left - dx), float(top - dy)), (float(right + dx), float(bottom + dy)))
    return Prompt(kind="box", points=corners)


def measure_iou(mask: Mask, case: Case) -> float:
    found, truth = (mask > 0.5) & case.known, (case.alpha > 0.5) & case.known
    union = int((found | truth).sum())
    return float((found & truth).sum()) / union if union else 1.0


def click_through(method: Method, case: Case, tally: Tally, most: int) -> list[Mask]:
    """Click until .90 is reached and five clicks are done; gives the masks to look at."""
    ious: list[float] = []
    shown: list[Mask] = []
    prompts: list[Prompt] = []
    mask = np.zeros(case.alpha.shape, np.float32)
    started = time.perf_counter()
    selecting = method(case.image)
    while len(ious) < most and (len(ious) < max(SHOWN) or max(ious) < 0.9):
        if not len(ious) or ious[-1] < 0.999:
            prompts.append(choose_click(mask > 0.5, case))
            begin, cpu = (started if not ious else time.perf_counter()), time.process_time()
            mask = selecting.select(prompts)
            if ious:
                tally.click_ms.append((time.perf_counter() - begin) * 1000)
                tally.click_cpu.append((time.process_time() - cpu) * 1000)
            else:
                tally.first_ms.append((time.perf_counter() - begin) * 1000)
        ious.append(measure_iou(mask, case))
        if len(ious) in SHOWN:
            tally.after.setdefault(f"{len(ious)} clicks", []).append(ious[-1])
            shown.append(mask)
    for bar, counts in ((0.85, tally.clicks_85), (0.9, tally.clicks_90)):
        reached = [number for number, iou in enumerate(ious, 1) if iou >= bar]
        counts.append(reached[0] if reached else MOST_CLICKS)
    tally.never += max(ious) < 0.9
    boxed = method(case.image).select([draw_box(case)])
    tally.after.setdefault("box", []).append(measure_iou(boxed, case))
    return [*shown, boxed]


def shrink(case: Case) -> Case:
    height, width = case.alpha.shape
    scale = _LONG_SIDE / max(height, width)
    if scale >= 1:
        return case
    size = (round(width * scale), round(height * scale))
    alpha = cv2.resize(case.alpha, size, interpolation=cv2.INTER_AREA)
    known = cv2.resize(case.known.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    image = cv2.resize(case.image, size, interpolation=cv2.INTER_AREA)
    return Case(case.name, np.asarray(image, np.uint8), np.asarray(alpha, np.float32), np.asarray(known))


def open_methods(models: list[str], device: str) -> dict[str, Method]:
    from mattework.models.catalogue import find_spec

    methods: dict[str, Method] = {}
    for name in models:
        session = open_session(find_spec(name), open_store(), device=device, threads=2)
        methods[name] = partial(Network, session)
        if name == DEFAULT_PROMPT_MODEL:
            methods[f"{name}, one look"] = partial(Network, session, zoom=False)
            methods[f"{name}, one size"] = partial(Network, session, two_sizes=False)
            rule = session.spec.prompt
            assert rule is not None
            alone = replace(session, spec=replace(session.spec, prompt=replace(rule, subject=None)))
            methods[f"{name}, no subject"] = partial(Network, alone)
    methods["grabcut"] = GrabCut
    return methods


def _draw_row(case: Case, masks: list[Mask]) -> Image:
    tiles = []
    for mask in (np.ones_like(case.alpha), case.alpha, *masks):
        mixed = case.image * mask[..., None] + (1 - mask[..., None]) * np.array([200, 40, 200])
        height, width = mask.shape
        scale = _TILE / max(height, width)
        tile = np.full((_TILE, _TILE, 3), 90, np.uint8)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        tile[: size[1], : size[0]] = cv2.resize(mixed.astype(np.uint8), size, interpolation=cv2.INTER_AREA)
        tiles.append(tile)
    return np.hstack(tiles)


def measure(options: argparse.Namespace) -> dict[str, dict[str, dict[str, float]]]:
    """Figures by set and method."""
    cv2.setNumThreads(2)
    shared = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data"
    if not shared.is_dir():
        raise SystemExit(f"The measuring data is not at {shared}; set MATTEWORK_SHARED to its folder.")
    methods = open_methods(options.models, options.device)
    result: dict[str, dict[str, dict[str, float]]] = {}
    for set_name in options.sets:
        tallies = {name: Tally(most=options.clicks) for name in methods}
        rows: list[Image] = []
        draw = {CROWDS: draw_crowds, SMALL: draw_small_things}.get(set_name)
        cases = (
            read_real(shared / "bench", set_name, options.every)
            if draw is None
            else draw(shared, options.every)
        )
        for case in map(shrink, cases):
            if not (case.alpha[case.known] > 0.5).any():
                continue
            masks = [
                one
                for name, method in methods.items()
                for one in click_through(method, case, tallies[name], options.clicks)
            ]
            if options.sheets:
                rows.append(_draw_row(case, masks))
        result[set_name] = {name: tally.summarise() for name, tally in tallies.items()}
        print(write_table(set_name, result[set_name]), flush=True)
        for page in range(0, len(rows), 10):
            write_sheet(
                options.sheets / f"{set_name}-{page // 10:02d}.jpg", np.vstack(rows[page : page + 10])
            )
    return result


def write_table(set_name: str, by_method: dict[str, dict[str, float]]) -> str:
    """A Markdown table of one set."""
    names = [f"iou_{count} clicks" for count in SHOWN]
    lines = [f"\n{set_name} ({next(iter(by_method.values()))['pictures']:.0f} pictures)\n"]
    lines.append(
        "| method | NoC@85 | NoC@90 | never | IoU 1 | IoU 3 | IoU 5 | IoU box | first ms | click ms | cpu |"
    )
    lines.append("|---|" + "--:|" * 10)
    for name, s in by_method.items():
        needed = f"{s['noc_85']:.2f} | {s['noc_90']:.2f} | {s['never']:.0%}" if "noc_85" in s else "– | – | –"
        ious = " | ".join(f"{s[one]:.3f}" if one in s else "–" for one in (*names, "iou_box"))
        lines.append(
            f"| {name} | {needed} | {ious} "
            f"| {s['first_ms']:.0f} | {s['click_ms']:.0f} | {s['click_cpu']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sets", nargs="+", default=list(PROMPT_SETS), choices=(*PROMPT_SETS, CROWDS, SMALL), metavar="SET"
    )
    parser.add_argument(
        "--models", nargs="*", default=[DEFAULT_PROMPT_MODEL], metavar="ID", help="models to measure"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture of each set")
    parser.add_argument(
        "--clicks",
        type=int,
        choices=range(1, MOST_CLICKS + 1),
        default=MOST_CLICKS,
        metavar="N",
        help="at most so many clicks a picture, 1 to 20; with fewer than 20 no NoC",
    )
    parser.add_argument("--json", type=Path, help="also write all figures here")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets")
    options = parser.parse_args()
    result = measure(options)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
