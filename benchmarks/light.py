"""How the subject model bears bad light and bad files: the hold-outs as they are, and spoilt in a dozen ways.

    python benchmarks/light.py --every 6

Mean IoU at probability 0.5 of each set. Tones are spread by `mattework.segment.tones`. Needs the measuring data (folder
`shared` beside the checkout, or MATTEWORK_SHARED).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.subject_sets import Case, open_sets

from mattework.finding import open_model
from mattework.models.runtime import ModelSession
from mattework.segment.subject import find_subject

Bytes = npt.NDArray[np.uint8]
ROOT = Path(__file__).resolve().parent.parent
SETS = ("people", "horses", "pets128", "davis", "products")
_SEED = 4


def _to_bytes(values: npt.NDArray[np.floating[Any]]) -> Bytes:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _add_noise(rgb: Bytes, strength: float) -> Bytes:
    return _to_bytes(rgb + np.random.default_rng(_SEED).normal(0, strength, rgb.shape))


def _compress(rgb: Bytes, quality: int) -> Bytes:
    _, blob = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(blob, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])


def _take_colour(rgb: Bytes) -> Bytes:
    return np.dstack([np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)] * 3)


CHANGES: dict[str, Callable[[Bytes], Bytes]] = {
    "as it is": lambda rgb: rgb,
    "few tones (35 %, from 120)": lambda rgb: _to_bytes(rgb * 0.35 + 120),
    "dark (gamma 2.2, 60 %)": lambda rgb: _to_bytes(255 * (rgb / 255) ** 2.2 * 0.6),
    "dark and noisy": lambda rgb: _add_noise(_to_bytes(rgb * 0.25), 8),
    "burnt out (160 %)": lambda rgb: _to_bytes(rgb * 1.6 + 20),
    "no colour": _take_colour,
    "orange light": lambda rgb: _to_bytes(rgb * np.array([1.1, 0.75, 0.4])),
    "blue light": lambda rgb: _to_bytes(rgb * np.array([0.45, 0.8, 1.15])),
    "noise of 25": lambda rgb: _add_noise(rgb, 25),
    "JPEG of quality 15": lambda rgb: _compress(rgb, 15),
    "upside down": lambda rgb: np.ascontiguousarray(rgb[::-1]),
}


def measure_change(cases: list[Case], change: str, session: ModelSession) -> float:
    """Mean IoU of pictures that were changed; masks are turned back."""
    ious = []
    for case in cases:
        mask = find_subject(CHANGES[change](case.image), session).soft_mask
        if change == "upside down":
            mask = mask[::-1]
        enlarged = cv2.resize(mask, case.alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)
        found, truth = (enlarged > 0.5) & case.known, (case.alpha > 0.5) & case.known
        ious.append(float((found & truth).sum()) / max(1, int((found | truth).sum())))
    return float(np.mean(ious))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--every", type=int, default=6)
    options = parser.parse_args()
    session = open_model(device="cpu")
    shared = Path(os.environ.get("MATTEWORK_SHARED") or ROOT.parent / "shared")
    opened = open_sets(shared / "data", options.every)
    sets = {name: list(opened[name]()) for name in SETS}
    print("| | " + " | ".join(f"{name} ({len(cases)})" for name, cases in sets.items()) + " |")
    print("|---|" + "--:|" * len(sets))
    for change in CHANGES:
        values = (f"{measure_change(cases, change, session):.3f}" for cases in sets.values())
        print(f"| {change} | " + " | ".join(values) + " |", flush=True)


if __name__ == "__main__":
    main()
