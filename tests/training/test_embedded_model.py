"""The model files that ship: whole, small, and able to find a drawn subject."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from mattework.arrays import Bytes, Floats

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"
RECORD = json.loads((MODELS / "mattework-subject.json").read_text(encoding="utf-8"))
SECOND = json.loads((MODELS / "mattework-subject-second.json").read_text(encoding="utf-8"))
FILES = [*RECORD["files"], *SECOND["files"]]


def draw_pear(height: int, width: int) -> tuple[Bytes, Floats]:
    """A shaded green pear with a stalk on light grey, (H, W, 3) uint8, and its mask."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    center, size = width / 2, min(height, width)
    body = np.hypot(x - center, (y - height * 0.62)) < size * 0.22
    neck = np.hypot((x - center) * 1.3, y - height * 0.4) < size * 0.16
    stalk = (abs(x - center - (height * 0.3 - y) * 0.3) < size * 0.015) & (
        abs(y - height * 0.22) < size * 0.06
    )
    shade = 1 - 0.5 * np.hypot(x - center + size * 0.08, y - height * 0.5) / size
    image = np.full((height, width, 3), 225, np.float32)
    image[body | neck] = np.array([150, 190, 60], np.float32)
    image *= np.where(body | neck, shade, 1)[..., None]
    image[stalk] = (90, 60, 30)
    return cv2.GaussianBlur(image, (0, 0), 0.8).astype(np.uint8), (body | neck | stalk).astype(np.float32)


@pytest.fixture(scope="module", params=[entry["name"] for entry in FILES])
def session(request: pytest.FixtureRequest) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    path = MODELS / request.param
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def find(session: Any, image: Bytes) -> Floats:
    scaled = (image.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    logits = session.run([RECORD["output"]["name"]], {RECORD["input"]["name"]: np.ascontiguousarray(scaled)})[
        0
    ]
    return np.asarray(1 / (1 + np.exp(-logits[0, 0])), np.float32)


def test_files_are_those_of_the_record_and_small() -> None:
    for entry in FILES:
        content = (MODELS / entry["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert len(content) == entry["bytes"]
    assert sum(entry["bytes"] for entry in FILES) <= 12_000_000


@pytest.mark.parametrize("record", [RECORD, SECOND], ids=["first", "second"])
def test_the_card_states_what_was_measured_of_these_files(record: dict[str, Any]) -> None:
    card = (MODELS / "mattework-subject.md").read_text(encoding="utf-8")
    measured = record["measured"]
    for value in measured["held_out_iou"].values():
        assert f"{value:.4f}".lstrip("0") in card
    error = f"{measured['held_out_calibration_error']:.3f}".lstrip("0")
    assert f"{error} for the {'second' if record is SECOND else 'first'}" in card


@pytest.mark.parametrize("size", [(320, 320), (320, 224), (256, 448)])
def test_a_pear_is_found_in_every_size(session: Any, size: tuple[int, int]) -> None:
    image, mask = draw_pear(*size)
    found = find(session, image)
    assert found.shape == size
    iou = ((found > 0.5) & (mask > 0.5)).sum() / ((found > 0.5) | (mask > 0.5)).sum()
    assert iou > 0.85


@pytest.mark.parametrize("grey", [0, 127, 255])
def test_an_empty_frame_has_no_subject(session: Any, grey: int) -> None:
    found = find(session, np.full((320, 320, 3), grey, np.uint8))
    assert (found > 0.5).mean() < 0.002


def test_noise_has_no_subject(session: Any) -> None:
    noise = np.random.default_rng(0).normal(128, 25, (320, 320, 3)).clip(0, 255).astype(np.uint8)
    assert (find(session, noise) > 0.5).mean() < 0.01
