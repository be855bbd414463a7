"""Is the subject found as well whoever it is? IoU and boundary F of the people hold-out by skin, clothing and contrast.

    python benchmarks/subject_people.py

Nothing is labelled in that set, so the photographs speak for themselves, roughly: skin is what has skin's chroma in the
upper sixth of the person (Chai and Ngan, "Face segmentation using skin-color map", IEEE TCSVT 1999) and its tone is the
individual typology angle, atan((L - 50) / b) in CIELAB (Chardon et al., 1991); clothing is the median lightness below;
contrast is how far colours differ across the outline. The set is cut into thirds by each. Street light and a camera's
white balance move the angle by more than a step of any scale of skin, so this finds gross differences only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from benchmarks.subject_methods import Image, Mask, open_methods
from benchmarks.subject_scores import Tally
from benchmarks.subject_sets import read_real

ROOT = Path(__file__).resolve().parent.parent
_HEAD = 1 / 6
_FEWEST_SKIN = 40
_METHODS = ("ours", "mediapipe-selfie")


def describe_person(image: Image, alpha: Mask) -> dict[str, float]:
    """Skin tone (degrees, lighter is higher), clothing's lightness, the outline's contrast; what is not seen is absent."""
    inside = alpha > 0.5
    rows = np.flatnonzero(inside.any(axis=1))
    neck = rows[0] + round((rows[-1] - rows[0]) * _HEAD)
    lab = cv2.cvtColor(image.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    chroma = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    red, blue = chroma[..., 1], chroma[..., 2]
    skin = inside & (red >= 133) & (red <= 173) & (blue >= 77) & (blue <= 127)
    skin[neck:] = False
    clothing = inside.copy()
    clothing[:neck] = False
    found = {"clothing": float(np.median(lab[clothing][:, 0]))}
    if skin.sum() >= _FEWEST_SKIN:
        light, _, yellow = np.median(lab[skin], axis=0)
        found["skin"] = float(np.degrees(np.arctan2(light - 50, yellow)))
    step = np.ones((9, 9), np.uint8)
    mask = inside.astype(np.uint8)
    rim = inside & (cv2.erode(mask, step) == 0)
    around = ~inside & (cv2.dilate(mask, step) > 0)
    blurred = [cv2.blur(np.where(part[..., None], lab, 0), (15, 15)) for part in (rim, around)]
    weight = [cv2.blur(part.astype(np.float32), (15, 15)) for part in (rim, around)]
    seen = rim & (weight[0] > 0.02) & (weight[1] > 0.02)
    means = [color[seen] / w[seen][:, None] for color, w in zip(blurred, weight, strict=True)]
    found["contrast"] = float(np.median(np.linalg.norm(means[0] - means[1], axis=1)))
    return found


def main() -> None:
    shared = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared")) / "data"
    if not shared.is_dir():
        raise SystemExit(f"The measuring data is not at {shared}; set MATTEWORK_SHARED to its folder.")
    methods = {name: method for name, method in open_methods(shared / "models").items() if name in _METHODS}
    cases = list(read_real(shared / "bench", "people", 1))
    people = [describe_person(case.image, case.alpha) for case in cases]
    found = {name: [method(case.image) for case in cases] for name, method in methods.items()}
    print(
        "| by | third | from | to | people | "
        + " | ".join(f"{name}: IoU, boundary F" for name in found)
        + " |"
    )
    print("|---|---|--:|--:|--:|" + "--:|" * len(found))
    for trait, words in (
        ("skin", ("darker", "between", "lighter")),
        ("clothing", ("dark", "between", "light")),
        ("contrast", ("low", "between", "high")),
    ):
        seen = sorted((one[trait], index) for index, one in enumerate(people) if trait in one)
        for word, part in zip(words, np.array_split(np.array(seen), 3), strict=True):
            cells = []
            for masks in found.values():
                tally = Tally()
                for index in part[:, 1].astype(int):
                    tally.add(masks[index], cases[index].alpha, cases[index].known, 0.0)
                scores = tally.summarise()
                cells.append(f"{scores['iou']:.3f}, {scores['boundary_f']:.3f}")
            low, high = part[0, 0], part[-1, 0]
            print(f"| {trait} | {word} | {low:.0f} | {high:.0f} | {len(part)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
