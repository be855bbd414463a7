from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.errors import Cancelled, ModelError
from mattework.geometry import Rect, Size
from mattework.models.runtime import ModelSession, open_session
from mattework.models.spec import FileRole, InputRule, ModelFile, ModelSpec, OutputRule, SizeRule, check_spec
from mattework.models.store import ModelFolder, ModelStore
from mattework.segment.second_look import find_box
from mattework.segment.subject import find_subject
from models.tiny_onnx import Node, Tensor, write_model


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSession:
    """A real network that takes what is red for the subject, at 96 pixels."""
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path / "cache"))
    nodes = [Node("Gather", ["x", "i"], ["y"], {"axis": 1})]
    model = write_model(
        nodes,
        [Tensor("x", (1, 3, "h", "w"))],
        [Tensor("y", (1, 1, "h", "w"))],
        {"i": np.array([0], np.int64)},
    )
    (tmp_path / "red.onnx").write_bytes(model)
    size = SizeRule(rule="fit", side=96, multiple=32, smallest=32, largest=512)
    spec = ModelSpec(
        id="red",
        task="subject",
        files=(ModelFile(name="red.onnx"),),
        input=InputRule(size=size),
        output=OutputRule(),
    )
    return open_session(spec, ModelStore([ModelFolder(tmp_path, "user")]), device="cpu")


def paint_disc(x: int, y: int, radius: int, *, height: int = 400, width: int = 600) -> tuple[Bytes, AnyArray]:
    truth = np.zeros((height, width), np.uint8)
    cv2.circle(truth, (x, y), radius, 255, -1)
    return np.dstack([truth, np.full_like(truth, 60), np.full_like(truth, 90)]), truth > 127


def measure_iou(soft_mask: Floats, truth: AnyArray) -> float:
    inside = cv2.resize(soft_mask, truth.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return float((inside & truth).sum() / (inside | truth).sum())


def test_a_large_subject_needs_one_look(session: ModelSession) -> None:
    photo, truth = paint_disc(300, 200, 180)

    found = find_subject(photo, session)

    assert found.passes == 1
    assert found.soft_mask.shape == (64, 96)
    assert measure_iou(found.soft_mask, truth) > 0.97
    assert found.confidence > 0.8


def test_a_small_subject_is_looked_at_again_and_gets_finer(session: ModelSession) -> None:
    photo, truth = paint_disc(420, 130, 40)

    once, twice = find_subject(photo, session, zoom=False), find_subject(photo, session)

    assert (once.passes, twice.passes) == (1, 2)
    assert twice.soft_mask.shape[0] > 3 * once.soft_mask.shape[0]
    assert measure_iou(twice.soft_mask, truth) > max(0.97, measure_iou(once.soft_mask, truth))
    assert abs(twice.soft_mask.shape[1] / twice.soft_mask.shape[0] - 1.5) < 0.01


def test_the_second_look_lands_where_the_subject_is(session: ModelSession) -> None:
    photo, _ = paint_disc(37, 371, 29)  # cut off by two borders

    found = find_subject(photo, session)

    assert found.passes == 2
    assert found.box is not None
    for side, expected in zip(
        (found.box.left, found.box.top, found.box.right, found.box.bottom), (8, 342, 67, 400), strict=True
    ):
        assert abs(side - expected) <= 2


def test_an_empty_scene_gives_an_empty_mask_and_says_so(session: ModelSession) -> None:
    photo = np.full((200, 300, 3), 110, np.uint8)  # a red of .43 everywhere: undecided, never subject

    found = find_subject(photo, session)

    assert not found.soft_mask.any()
    assert found.box is None
    assert found.confidence == 0.0
    assert found.reasons == ("no clear subject found",)


def test_a_subject_outside_the_crop_is_kept(session: ModelSession) -> None:
    """Specks do not stretch the crop, but what the first look saw of them stays."""
    photo, truth = paint_disc(150, 150, 70)
    cv2.circle(photo, (560, 360), 7, (255, 60, 90), -1)

    found = find_subject(photo, session)

    scale = found.soft_mask.shape[1] / 600
    assert found.passes == 2
    assert found.soft_mask[round(360 * scale), round(560 * scale)] > 0.5
    assert measure_iou(found.soft_mask, truth) > 0.9


def test_the_long_side_reaches_the_network(session: ModelSession) -> None:
    photo, _ = paint_disc(300, 200, 180)

    assert find_subject(photo, session, long_side=192).soft_mask.shape == (128, 192)


def test_work_can_be_cancelled_between_the_looks(session: ModelSession) -> None:
    photo, _ = paint_disc(420, 130, 40)

    def stop(step: str, fraction: float) -> None:
        if fraction >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        find_subject(photo, session, progress=stop)


def test_a_pixel_is_a_picture(session: ModelSession) -> None:
    assert find_subject(np.full((1, 1, 3), 255, np.uint8), session).soft_mask.shape == (1, 1)


def test_find_box_maps_to_the_frame() -> None:
    mask = np.zeros((10, 20), np.float32)
    mask[2:5, 4:9] = 1.0

    assert find_box(mask, Size(200, 100)) == Rect(40, 20, 90, 50)
    assert find_box(np.zeros((10, 20), np.float32), Size(200, 100)) is None


def test_a_real_model_gains_from_the_second_look(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path / "cache"))
    store = ModelStore([ModelFolder(tmp_path / "models", "user")])
    known = store.recognise_file(
        shared_data / "models/deeplabv3_mnv2_pascal_coral/deeplabv3_mnv2_pascal_quant.deq.onnx"
    )
    store.import_file(known)
    session = open_session(known.spec, store, device="cpu")
    gains = []
    for path in sorted((shared_data / "bench/davis/images").glob("*"))[::18]:
        photo = np.asarray(Image.open(path).convert("RGB"))
        truth = np.asarray(
            Image.open(next((shared_data / "bench/davis/alphas").glob(f"{path.stem}.*"))).convert("L")
        )
        once, twice = find_subject(photo, session, zoom=False), find_subject(photo, session)
        gains.append(measure_iou(twice.soft_mask, truth > 127) - measure_iou(once.soft_mask, truth > 127))

    assert float(np.mean(gains)) > 0.0


def test_a_contradicting_second_look_is_not_taken(tmp_path: Path, session: ModelSession) -> None:
    """A network that sees red only while it is rare: in the crop it finds nothing."""
    nodes = [
        Node("Gather", ["x", "i"], ["r"], {"axis": 1}),
        Node("ReduceMean", ["r"], ["m"], {"axes": [1, 2, 3], "keepdims": 1}),
        Node("Less", ["m", "few"], ["rare"]),
        Node("Cast", ["rare"], ["gate"], {"to": 1}),
        Node("Mul", ["r", "gate"], ["y"]),
    ]
    model = write_model(
        nodes,
        [Tensor("x", (1, 3, 64, 96))],
        [Tensor("y", (1, 1, 64, 96))],
        {"i": np.array([0], np.int64), "few": np.array([0.1], np.float32)},
    )
    (tmp_path / "shy.onnx").write_bytes(model)
    rule = InputRule(size=SizeRule(rule="stretch", width=96, height=64))
    spec = replace(session.spec, id="shy", files=(ModelFile(name="shy.onnx"),), input=rule)
    shy = open_session(spec, ModelStore([ModelFolder(tmp_path, "user")]), device="cpu")
    photo, truth = paint_disc(420, 130, 40)

    found = find_subject(photo, shy)

    assert found.passes == 2
    assert measure_iou(found.soft_mask, truth) > 0.8
    assert found.confidence < 0.5
    assert "two looks at the subject disagree" in found.reasons


def test_a_model_with_a_finer_size_averages_two_answers(session: ModelSession) -> None:
    """The network calls red the subject; a fine red grating is grey at the coarse size and seen at the fine one."""
    photo, _ = paint_disc(300, 200, 180)
    photo[:, ::2, 0] = 0
    plain = find_subject(photo, session, zoom=False)
    finer = replace(session.spec.input.size, finer=192)
    both = find_subject(photo, replace_size(session, finer), zoom=False)

    assert max(plain.soft_mask.shape) == 96
    assert max(both.soft_mask.shape) == 192
    asked = find_subject(photo, replace_size(session, finer), zoom=False, long_side=96)
    assert np.array_equal(asked.soft_mask, plain.soft_mask)


def test_a_small_picture_is_seen_twice_at_the_usual_size_and_once_mirrored(
    tmp_path: Path, session: ModelSession
) -> None:
    """This network answers what lies eight pixels to the left, so that alone it would be wrong at both sides."""
    kernel = np.zeros((1, 3, 1, 17), np.float32)
    kernel[0, 0, 0, 0] = 1.0
    model = write_model(
        [Node("Conv", ["x", "k"], ["y"], {"pads": [0, 8, 0, 8]})],
        [Tensor("x", (1, 3, "h", "w"))],
        [Tensor("y", (1, 1, "h", "w"))],
        {"k": kernel},
    )
    (tmp_path / "left.onnx").write_bytes(model)
    files = (ModelFile(name="left.onnx"),)
    finer = replace(session.spec.input.size, finer=192)
    once = open_session(
        replace(session.spec, id="left", files=files),
        ModelStore([ModelFolder(tmp_path, "user")]),
        device="cpu",
    )
    photo, _ = paint_disc(60, 40, 30, height=80, width=120)

    alone = find_subject(photo, once, zoom=False).soft_mask
    both = find_subject(photo, replace_size(once, finer), zoom=False).soft_mask
    mirrored = find_subject(photo[:, ::-1].copy(), replace_size(once, finer), zoom=False).soft_mask

    assert both.shape == alone.shape
    assert np.abs(alone - alone[:, ::-1]).max() > 0.9
    assert np.abs(both - mirrored[:, ::-1]).max() < 1e-3


def test_a_second_network_has_a_third_of_the_say(tmp_path: Path, session: ModelSession) -> None:
    """The second one of this pair calls green the subject: what is red only is kept by two voices to one, but in doubt."""
    nodes = [Node("Gather", ["x", "i"], ["y"], {"axis": 1})]
    sides = [Tensor("x", (1, 3, "h", "w"))], [Tensor("y", (1, 1, "h", "w"))]
    (tmp_path / "green.onnx").write_bytes(write_model(nodes, *sides, {"i": np.array([1], np.int64)}))
    files = (ModelFile(name="red.onnx"), ModelFile(name="green.onnx", role="second"))
    size = replace(session.spec.input.size, finer=192)
    spec = replace(session.spec, id="pair", files=files, input=InputRule(size=size))
    check_spec(spec)
    pair = open_session(spec, ModelStore([ModelFolder(tmp_path, "user")]), device="cpu")
    photo = np.zeros((200, 300, 3), np.uint8)
    photo[50:150, 50:150, 0] = photo[50:150, 50:250, 1] = 230

    found = find_subject(photo, pair, zoom=False)
    alone = find_subject(photo, replace_size(session, size), zoom=False)

    rows = found.soft_mask.shape[0] // 2, found.soft_mask.shape[1] // 3, 2 * found.soft_mask.shape[1] // 3
    both, green_only = found.soft_mask[rows[0], rows[1]], found.soft_mask[rows[0], rows[2]]
    assert both > 0.85
    assert alone.soft_mask[rows[0], rows[2]] < 0.002
    assert 0.004 < green_only < 0.5
    assert found.confidence < alone.confidence
    assert "seen a second time, the subject is not the same" in found.reasons


def test_a_second_network_without_a_finer_size_is_refused(session: ModelSession) -> None:
    files = (ModelFile(name="red.onnx"), ModelFile(name="green.onnx", role="second"))
    with pytest.raises(ModelError, match="needs the files model, not model, second"):
        check_spec(replace(session.spec, files=files))


def test_a_tiny_picture_is_seen_smaller_and_by_each_network_both_ways_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: ModelSession
) -> None:
    seen: list[tuple[str, int, bool]] = []
    run = ModelSession.run

    def note_size(self: ModelSession, inputs: dict[str, Any], role: FileRole = "model") -> Any:
        planes = next(iter(inputs.values()))
        red = planes[0, 0]
        seen.append((role, max(planes.shape), bool(red[:, : red.shape[1] // 2].sum() < red.sum() / 2)))
        return run(self, inputs, role)

    monkeypatch.setattr(ModelSession, "run", note_size)
    (tmp_path / "same.onnx").write_bytes((tmp_path / "red.onnx").read_bytes())
    files = (ModelFile(name="red.onnx"), ModelFile(name="same.onnx", role="second"))
    size = SizeRule(rule="fit", side=320, multiple=32, smallest=32, largest=512, finer=448)
    spec = replace(session.spec, id="pair", files=files, input=InputRule(size=size))
    pair = open_session(spec, ModelStore([ModelFolder(tmp_path, "user")]), device="cpu")
    for side in (128, 200, 500):
        find_subject(
            paint_disc(side // 3, side // 2, side // 4, height=side, width=side)[0], pair, zoom=False
        )

    assert seen == [
        *(("model", 288, False), ("model", 288, True), ("second", 288, True), ("second", 288, False)),
        *(("model", 320, False), ("model", 320, True), ("second", 320, True)),
        *(("model", 320, False), ("model", 448, True), ("second", 448, True)),
    ]


def replace_size(session: ModelSession, size: SizeRule) -> ModelSession:
    """The same open network under another size rule."""
    return replace(session, spec=replace(session.spec, input=replace(session.spec.input, size=size)))


def test_what_only_one_of_two_sizes_sees_is_trusted_less(session: ModelSession) -> None:
    """A fine red grating is grey at the coarse size and seen at the fine one."""
    size = replace(session.spec.input.size, finer=192)
    plain, _ = paint_disc(300, 200, 180)
    grating = plain.copy()
    grating[:, ::2, 0] = 0

    clear, doubtful = (
        find_subject(photo, replace_size(session, size), zoom=False) for photo in (plain, grating)
    )

    assert doubtful.confidence < clear.confidence - 0.1
    assert clear.confidence > 0.8
