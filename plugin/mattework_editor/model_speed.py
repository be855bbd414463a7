"""How quick a subject model is here, beside the built-in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework import ColorMode, Photo, Recipe, SubjectChoice
from mattework_editor.engine import Engine, Progress

SIDE = 768
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds to find a subject in one picture, model loaded; `ratio` to the built-in model in the same minute."""

    seconds: float
    ratio: float
    device: str


def measure_speed(model: str, progress: Progress | None = None) -> Speed:
    """Find the subject of a made picture with the model and with the built-in one, in turn; the best of a few rounds.

    Raises:
        EngineError: the model cannot be run.
        Cancelled: `progress` wanted to stop.
    """
    photo = draw_test_photo()
    recipe = Recipe(subject=SubjectChoice(origin="model"), solver="hard")
    best: dict[str | None, float] = {}
    device = ""
    engine = Engine()
    try:
        for name in (None, model):
            engine.subject_model = name
            for _ in range(ROUNDS + 1):  # the first one loads the model
                report = engine.find_subject(photo, recipe, progress)[3]
                seconds = float(report["steps"]["subject"])
                best[name] = min(best.get(name, seconds), seconds)
                device = str(report["device"])
    finally:
        engine.close()
    return Speed(best[model], best[model] / max(best[None], 1e-6), device)


def draw_test_photo() -> Photo:
    """A disc with a soft shade on a flat ground: something to find. What it shows does not change how long a network
    takes."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE - 0.5
    inside = np.hypot(x, y) < 0.3
    shade = np.clip(200 + 300 * x, 0, 255)
    rgb = np.where(inside[..., None], np.dstack((shade, 0.4 * shade, 60 + 0 * shade)), (90, 120, 150))
    return Photo(rgb.astype(np.uint8), None, ColorMode.RGB, None)
