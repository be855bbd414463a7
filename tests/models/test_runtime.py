"""The runner against plain numpy: tiny networks whose answer can be computed by hand, then the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from mattework.arrays import AnyArray, Bytes
from mattework.errors import (
    DeviceUnavailable,
    ModelDamaged,
    ModelFailed,
    ModelNotInstalled,
    OutOfMemory,
    UsageError,
)
from mattework.models import runtime
from mattework.models.catalogue import find_spec
from mattework.models.devices import Device, resolve_device
from mattework.models.runtime import ModelSession, open_session, predict_mask
from mattework.models.spec import InputRule, ModelFile, ModelSpec, OutputRule, SizeRule
from mattework.models.store import ModelStore, open_store
from mattework.pipeline import cut_out
from models.tiny_onnx import FLOAT, INT64, UINT8, Node, Tensor, write_model

GENERATOR = np.random.default_rng(5)
SQUARE = SizeRule(rule="stretch", width=32, height=32)


def make_photo(height: int, width: int) -> Bytes:
    """A smooth picture, so that resizing rules can be compared closely."""
    y, x = np.mgrid[0:height, 0:width]
    red = 255 * x / max(1, width - 1)
    green = 255 * y / max(1, height - 1)
    blue = 127 + 120 * np.sin(x / width * 6) * np.cos(y / height * 5)
    return np.stack([red, green, blue], axis=2).round().astype(np.uint8)


def open_tiny(store: ModelStore, model: bytes, input_rule: InputRule, output: OutputRule) -> ModelSession:
    spec = ModelSpec(
        id="tiny", task="subject", files=(ModelFile(name="tiny.onnx"),), input=input_rule, output=output
    )
    store.home.mkdir(parents=True, exist_ok=True)
    (store.home / "tiny.onnx").write_bytes(model)
    return open_session(spec, store, device="cpu")


def pick_channel(channel: int, *, layout: str = "nchw", kind: int = FLOAT) -> bytes:
    """A network that answers with one channel of its input, as float."""
    axis = {"nchw": 1, "nhwc": 3}[layout]
    shape: Sequence[int | str] = (1, 3, "h", "w") if layout == "nchw" else (1, "h", "w", 3)
    nodes = [Node("Cast", ["x"], ["f"], {"to": FLOAT}), Node("Gather", ["f", "i"], ["y"], {"axis": axis})]
    index = np.array([channel], np.int64)
    return write_model(nodes, [Tensor("x", shape, kind)], [Tensor("y", ("a", "b", "c", "d"))], {"i": index})


@pytest.mark.parametrize(
    ("scale", "mean", "std", "expected"),
    [
        ("unit", (), (), lambda x: x / 255),
        ("signed", (), (), lambda x: x / 127.5 - 1),
        ("own-maximum", (), (), lambda x: x / x.max()),
        ("none", (128.0, 128.0, 128.0), (256.0, 256.0, 256.0), lambda x: (x - 128) / 256),
        ("unit", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), lambda x: (x / 255 - 0.485) / 0.229),
    ],
)
def test_scales_of_the_field(store: ModelStore, scale: Any, mean: Any, std: Any, expected: Any) -> None:
    rule = InputRule(size=SQUARE, scale=scale, mean=mean, std=std)
    photo = (make_photo(32, 32) * 0.7).astype(np.uint8)
    session = open_tiny(store, pick_channel(0), rule, OutputRule())

    mask = predict_mask(session, photo)

    # own-maximum is of the whole picture, not of the channel
    samples = photo.astype(np.float64)
    reference = expected(samples)[:, :, 0]
    np.testing.assert_allclose(mask, reference.clip(0, 1), atol=2e-6)


def test_bgr_and_nhwc_and_bytes(store: ModelStore) -> None:
    photo = make_photo(32, 32)
    rule = InputRule(size=SQUARE, layout="nhwc", channels="bgr", scale="none")
    model = pick_channel(0, layout="nhwc", kind=UINT8)
    # 0..255 comes out; a sigmoid with temperature 1000 keeps it in its linear part
    session = open_tiny(
        store, model, rule, OutputRule(layout="nhwc", activation="sigmoid", temperature=1000.0)
    )

    mask = predict_mask(session, photo)

    blue = photo[:, :, 2].astype(np.float64)
    np.testing.assert_allclose(mask, 1 / (1 + np.exp(-blue / 1000)), atol=1e-6)


def test_letterbox_bars_are_filled_and_cut_off_again(store: ModelStore) -> None:
    photo = make_photo(40, 80)
    size = SizeRule(rule="letterbox", width=64, height=64, pad=127)
    session = open_tiny(store, pick_channel(1), InputRule(size=size), OutputRule())

    mask = predict_mask(session, photo)

    reference = cv2.resize(photo, (64, 32), interpolation=cv2.INTER_AREA)[:, :, 1] / 255
    assert mask.shape == (32, 64)
    np.testing.assert_allclose(mask, reference, atol=1e-6)


def test_the_network_sees_grey_bars(store: ModelStore) -> None:
    """The mean over the canvas, as the network's answer, tells what was in the bars."""
    nodes = [
        Node("ReduceMean", ["x"], ["m"], {"axes": [1, 2, 3], "keepdims": 1}),
        Node("Mul", ["z", "m"], ["y"]),
    ]
    ones = np.ones((1, 1, 64, 64), np.float32)
    model = write_model(nodes, [Tensor("x", (1, 3, 64, 64))], [Tensor("y", (1, 1, 64, 64))], {"z": ones})
    size = SizeRule(rule="letterbox", width=64, height=64, pad=127)
    session = open_tiny(store, model, InputRule(size=size), OutputRule())

    mask = predict_mask(session, np.zeros((32, 64, 3), np.uint8))

    np.testing.assert_allclose(mask, 127 / 255 / 2, atol=1e-6)


def test_a_squash_is_undone(store: ModelStore) -> None:
    photo = make_photo(60, 120)
    session = open_tiny(store, pick_channel(0), InputRule(size=SQUARE), OutputRule())

    mask = predict_mask(session, photo)

    assert mask.shape == (32, 64)  # the photo's shape, and not a row fewer than the network gave
    reference = cv2.resize(photo[:, :, 0].astype(np.float32), (64, 32), interpolation=cv2.INTER_AREA) / 255
    assert np.abs(mask - reference).max() < 0.02


def test_free_sizes_follow_the_caller(store: ModelStore) -> None:
    photo = make_photo(200, 300)
    size = SizeRule(rule="fit", side=96, multiple=32, pad=127)
    session = open_tiny(store, pick_channel(0), InputRule(size=size), OutputRule())

    assert predict_mask(session, photo).shape == (64, 96)
    assert predict_mask(session, photo, long_side=192).shape == (128, 192)


def test_an_output_at_half_size_lands_in_the_same_place(store: ModelStore) -> None:
    nodes = [
        Node("Gather", ["x", "i"], ["c"], {"axis": 1}),
        Node("AveragePool", ["c"], ["y"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ]
    model = write_model(
        nodes, [Tensor("x", (1, 3, 64, 64))], [Tensor("y", (1, 1, 32, 32))], {"i": np.array([0], np.int64)}
    )
    size = SizeRule(rule="letterbox", width=64, height=64)
    session = open_tiny(store, model, InputRule(size=size), OutputRule())
    photo = make_photo(32, 64)

    mask = predict_mask(session, photo)

    assert mask.shape == (32, 64)
    assert np.abs(mask - photo[:, :, 0] / 255)[2:-2, 2:-2].max() < 0.02


@pytest.mark.parametrize("activation", ["softmax", "argmax"])
def test_classes_are_gathered(store: ModelStore, activation: Any) -> None:
    """Three classes, which are the photo's channels; the second and third count."""
    model = write_model(
        [Node("Identity", ["x"], ["y"])], [Tensor("x", (1, 3, 32, 32))], [Tensor("y", (1, 3, 32, 32))]
    )
    photo = make_photo(32, 32)
    session = open_tiny(
        store, model, InputRule(size=SQUARE), OutputRule(activation=activation, classes=(1, 2))
    )

    mask = predict_mask(session, photo)

    scores = photo.astype(np.float64) / 255
    if activation == "softmax":
        reference = np.exp(scores)[:, :, 1:].sum(axis=2) / np.exp(scores).sum(axis=2)
    else:
        reference = (scores.argmax(axis=2) > 0).astype(np.float64)
    np.testing.assert_allclose(mask, reference, atol=1e-6)


def test_labels_that_the_graph_chose(store: ModelStore) -> None:
    nodes = [Node("ArgMax", ["x"], ["y"], {"axis": 1, "keepdims": 0})]
    model = write_model(nodes, [Tensor("x", (1, 3, 32, 32))], [Tensor("y", (1, 32, 32), INT64)])
    photo = make_photo(32, 32)
    session = open_tiny(
        store,
        model,
        InputRule(size=SQUARE),
        OutputRule(layout="nhw", activation="labels", classes=(2,)),
    )

    mask = predict_mask(session, photo)

    np.testing.assert_array_equal(mask, photo.argmax(axis=2) == 2)


def test_nothing_is_stretched_unless_the_record_says_so(store: ModelStore) -> None:
    photo = np.full((32, 32, 3), 100, np.uint8)
    photo[:16] = 120
    plain = open_tiny(store, pick_channel(0), InputRule(size=SQUARE), OutputRule())
    stretched = replace(plain, spec=replace(plain.spec, output=OutputRule(stretch="min-max")))

    assert set(np.unique(predict_mask(plain, photo))) == {np.float32(100 / 255), np.float32(120 / 255)}
    np.testing.assert_allclose(np.unique(predict_mask(stretched, photo)), [0, 1], atol=1e-6)


def test_a_trimap_travels_as_fourth_channel(store: ModelStore) -> None:
    nodes = [Node("Gather", ["x", "i"], ["y"], {"axis": 1})]
    model = write_model(
        nodes,
        [Tensor("x", (1, 4, "h", "w"))],
        [Tensor("y", (1, 1, "h", "w"))],
        {"i": np.array([3], np.int64)},
    )
    size = SizeRule(rule="native", multiple=32, anchor="top-left")
    rule = InputRule(size=size, mean=(0.5,) * 3, std=(0.5,) * 3, companion="trimap-channel")
    session = open_tiny(store, model, rule, OutputRule())
    trimap = GENERATOR.choice(np.array([0, 0.5, 1], np.float32), (45, 70))

    mask = predict_mask(session, make_photo(45, 70), companion=trimap)

    np.testing.assert_array_equal(mask, trimap)
    with pytest.raises(UsageError, match="needs a trimap"):
        predict_mask(session, make_photo(45, 70))


def test_a_single_pixel_and_a_thread_are_pictures_too(store: ModelStore) -> None:
    session = open_tiny(
        store, pick_channel(0), InputRule(size=SizeRule(rule="fit", side=96, multiple=32)), OutputRule()
    )

    assert predict_mask(session, make_photo(1, 1)).shape == (1, 1)
    assert predict_mask(session, make_photo(3000, 1)).shape[1] == 1


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (OutputRule(which="alpha"), "no output 'alpha'; it has y"),
        (OutputRule(which=1), "has 1 outputs"),
        (OutputRule(layout="nhw", activation="labels"), "answered with the shape"),
        (OutputRule(classes=(4,)), "knows 1 classes"),
    ],
)
def test_a_record_that_does_not_fit_is_told(store: ModelStore, output: OutputRule, message: str) -> None:
    session = open_tiny(store, pick_channel(0), InputRule(size=SQUARE), output)

    with pytest.raises(ModelFailed, match=message):
        predict_mask(session, make_photo(32, 32))


def test_wrong_shapes_fail_with_a_sentence(store: ModelStore) -> None:
    model = write_model(
        [Node("Identity", ["x"], ["y"])], [Tensor("x", (1, 3, 32, 32))], [Tensor("y", (1, 3, 32, 32))]
    )
    session = open_tiny(
        store, model, InputRule(size=SizeRule(rule="stretch", width=64, height=64)), OutputRule()
    )

    with pytest.raises(ModelFailed, match="tiny failed on CPU"):
        predict_mask(session, make_photo(32, 32))


def test_only_pictures_of_bytes(store: ModelStore) -> None:
    session = open_tiny(store, pick_channel(0), InputRule(size=SQUARE), OutputRule())

    for wrong in (np.zeros((32, 32), np.uint8), np.zeros((32, 32, 4), np.uint8), np.zeros((32, 32, 3))):
        with pytest.raises(UsageError, match="wants a picture"):
            predict_mask(session, wrong)  # type: ignore[arg-type]


def test_not_finite_is_not_a_mask(store: ModelStore) -> None:
    model = write_model(
        [Node("Log", ["x"], ["y"])], [Tensor("x", (1, 3, 32, 32))], [Tensor("y", (1, 3, 32, 32))]
    )
    session = open_tiny(store, model, InputRule(size=SQUARE), OutputRule())

    with pytest.raises(ModelFailed, match="not finite"):
        predict_mask(session, np.zeros((32, 32, 3), np.uint8))


@pytest.mark.parametrize("activation", ["argmax", "softmax", "sigmoid", "none"])
def test_no_number_is_no_class(store: ModelStore, activation: Any) -> None:
    model = write_model(
        [Node("Log", ["x"], ["y"])], [Tensor("x", (1, 3, 32, 32))], [Tensor("y", (1, 3, 32, 32))]
    )
    rule = InputRule(size=SQUARE, mean=(1.0, 1.0, 1.0))  # the logarithm of what is below 0 is no number
    session = open_tiny(store, model, rule, OutputRule(activation=activation))

    with pytest.raises(ModelFailed, match="not finite"):
        predict_mask(session, make_photo(32, 32))


def test_a_class_beyond_an_output_without_classes_is_told(store: ModelStore) -> None:
    model = write_model(
        [Node("ReduceMean", ["x"], ["y"], {"axes": [1], "keepdims": 0})],
        [Tensor("x", (1, 3, 32, 32))],
        [Tensor("y", (1, 32, 32))],
    )
    session = open_tiny(store, model, InputRule(size=SQUARE), OutputRule(layout="nhw", classes=(1,)))

    with pytest.raises(ModelFailed, match="knows 1 classes; the record asks for class 1"):
        predict_mask(session, make_photo(32, 32))


def test_an_answer_without_pixels_is_told(store: ModelStore) -> None:
    model = write_model(
        [Node("Slice", ["x", "none", "none", "axis"], ["y"])],
        [Tensor("x", (1, 3, 32, 32))],
        [Tensor("y", (1, 3, 0, 32))],
        {"none": np.zeros(1, np.int64), "axis": np.full(1, 2, np.int64)},
    )
    session = open_tiny(store, model, InputRule(size=SQUARE), OutputRule())

    with pytest.raises(ModelFailed, match=r"answered with the shape \(1, 3, 0, 32\)"):
        predict_mask(session, make_photo(32, 32))


def test_inputs_of_an_odd_kind_are_told(store: ModelStore) -> None:
    bfloat16 = 16
    model = write_model(
        [Node("Cast", ["x"], ["y"], {"to": 1})],
        [Tensor("x", (1, 3, 32, 32), bfloat16)],
        [Tensor("y", (1, 3, 32, 32))],
    )
    with pytest.raises(ModelFailed, match=r"inputs of tensor\(bfloat16\)"):
        open_tiny(store, model, InputRule(size=SQUARE), OutputRule())


@pytest.mark.parametrize("content", [b"", b"not a network", pick_channel(0)[:60]])
def test_damaged_files_are_told_apart(store: ModelStore, content: bytes) -> None:
    with pytest.raises((ModelDamaged, ModelFailed), match=r"tiny\.onnx"):
        open_tiny(store, content, InputRule(size=SQUARE), OutputRule())


def test_a_broken_file_is_not_what_the_sound_one_is_held_to(store: ModelStore) -> None:
    """Nobody published a hash: what is put in by hand is held to from its first use on, but not if it cannot be read."""
    sound = pick_channel(0)
    with pytest.raises(ModelDamaged, match=r"tiny\.onnx is not a sound ONNX file"):
        open_tiny(store, sound[:60], InputRule(size=SQUARE), OutputRule())
    open_tiny(store, sound, InputRule(size=SQUARE), OutputRule())
    with pytest.raises(ModelDamaged, match="first seen"):
        open_tiny(store, pick_channel(1), InputRule(size=SQUARE), OutputRule())


def test_missing_models_name_the_file_and_the_folder(store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled, match=r"models install u2netp.*put u2netp\.onnx into") as caught:
        open_session(find_spec("u2netp"), store)
    assert str(store.home) in str(caught.value)


def test_a_forced_device_that_is_not_there_fails(store: ModelStore) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine may well have CUDA")
    open_tiny(store, pick_channel(0), InputRule(size=SQUARE), OutputRule())
    spec = ModelSpec(
        id="tiny", task="subject", files=(ModelFile(name="tiny.onnx"),), input=InputRule(size=SQUARE)
    )

    with pytest.raises(DeviceUnavailable, match=r"Working: cpu.*onnxruntime-gpu"):
        open_session(spec, store, device="cuda")


def open_elsewhere(
    store: ModelStore,
    model: bytes,
    monkeypatch: pytest.MonkeyPatch,
    *,
    device: str = "auto",
    provider: str = "Azure",
) -> ModelSession:
    """Open a network as where there is a graphics device: Azure's provider, which loads and leaves the work to the CPU, or
    one that this onnxruntime does not have."""
    elsewhere = Device("dml", f"{provider}ExecutionProvider", "DirectML")
    monkeypatch.setattr(
        runtime, "resolve_device", lambda name: resolve_device(name) if name == "cpu" else elsewhere
    )
    spec = ModelSpec(
        id="tiny", task="subject", files=(ModelFile(name="tiny.onnx"),), input=InputRule(size=SQUARE)
    )
    store.home.mkdir(parents=True, exist_ok=True)
    (store.home / "tiny.onnx").write_bytes(model)
    return open_session(spec, store, device=device)


def need_more_memory_than_there_is() -> bytes:
    """A network that loads, and wants 64 TB when it runs."""
    nodes = [
        Node("ReduceMax", ["x"], ["top"], {"keepdims": 0}),
        Node("Cast", ["top"], ["number"], {"to": INT64}),
        Node("Add", ["shape", "number"], ["sides"]),
        Node("ConstantOfShape", ["sides"], ["y"]),
    ]
    shape = np.array([1, 1, 2**22, 2**22], np.int64)
    return write_model(
        nodes, [Tensor("x", (1, 3, 32, 32))], [Tensor("y", ("a", "b", "c", "d"))], {"shape": shape}
    )


@pytest.mark.filterwarnings("ignore:Specified provider")  # as it is ignored outside of tests
def test_a_device_that_does_not_take_the_model_gives_way_to_the_cpu(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_elsewhere(store, pick_channel(0), monkeypatch, provider="Dml")

    assert session.device.name == "cpu"
    assert session.notes == (
        "tiny does not run on DirectML here (it refuses the model), so it ran on the CPU.",
    )
    with pytest.raises(DeviceUnavailable, match="DirectML refused the model tiny"):
        open_elsewhere(store, pick_channel(0), monkeypatch, device="dml", provider="Dml")


def test_a_run_that_needs_more_memory_than_the_device_has_is_done_again_on_the_cpu(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_elsewhere(store, need_more_memory_than_there_is(), monkeypatch)
    assert (session.device.name, session.notes) == ("dml", ())
    (store.home / "tiny.onnx").write_bytes(pick_channel(0))  # the CPU is to have more memory than the device

    mask = predict_mask(session, np.full((32, 32, 3), 51, np.uint8))

    assert float(mask.min()) == pytest.approx(0.2)
    assert session.device.name == "cpu"
    assert session.notes == (
        "tiny does not run on DirectML here (its memory is too small), so it ran on the CPU.",
    )


def test_the_report_of_a_cut_tells_where_it_ran_in_the_end(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_elsewhere(store, need_more_memory_than_there_is(), monkeypatch)
    (store.home / "tiny.onnx").write_bytes(pick_channel(0))
    photo = np.zeros((32, 32, 3), np.uint8)
    photo[8:24, 8:24] = 255

    report = cut_out(photo, session=session, solver="hard", zoom=False).report

    assert report.device == "CPU"
    assert any("DirectML" in note and "so it ran on the CPU" in note for note in report.notes)


def test_a_run_that_the_cpu_cannot_do_either_fails_with_a_sentence(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_elsewhere(store, need_more_memory_than_there_is(), monkeypatch)

    with pytest.raises(OutOfMemory, match="not enough memory to run tiny on CPU"):
        predict_mask(session, make_photo(32, 32))


def test_a_named_device_is_not_left_for_another(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    session = open_elsewhere(store, need_more_memory_than_there_is(), monkeypatch, device="dml")

    with pytest.raises(OutOfMemory, match=r"not enough memory to run tiny on DirectML.*--device cpu"):
        predict_mask(session, make_photo(32, 32))
    assert session.device.name == "dml"


def test_a_tensor_that_fits_nowhere_is_no_reason_to_leave_the_device(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_elsewhere(store, need_more_memory_than_there_is(), monkeypatch)

    for tensors in ({"x": np.zeros((1, 3, 8, 8), np.float32)}, {}):
        with pytest.raises(ModelFailed, match="on DirectML"):
            session.run(tensors)
    assert session.device.name == "dml"


def measure_iou(mask: AnyArray, truth: AnyArray) -> float:
    inside = cv2.resize(mask, truth.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    known = truth > 127
    return float((inside & known).sum() / (inside | known).sum())


REAL: Mapping[str, tuple[str, str, float]] = {
    "mediapipe-selfie": ("selfie_segmentation/selfie_segmentation.onnx", "people", 0.85),
    "deeplabv3-pascal": (
        "deeplabv3_mnv2_pascal_coral/deeplabv3_mnv2_pascal_quant.deq.onnx",
        "horses",
        0.75,
    ),
}


@pytest.mark.parametrize("model", REAL)
def test_real_models_find_what_is_there(model: str, store: ModelStore, shared_data: Path) -> None:
    file, pictures, least = REAL[model]
    known = store.recognise_file(shared_data / "models" / file)
    spec = known.spec
    store.import_file(known)
    session = open_session(spec, store, device="cpu")
    scores = []
    for path in sorted((shared_data / "bench" / pictures / "images").iterdir())[:8]:
        photo = np.asarray(Image.open(path).convert("RGB"))
        truth_path = next((shared_data / "bench" / pictures / "alphas").glob(f"{path.stem}.*"))
        scores.append(
            measure_iou(predict_mask(session, photo), np.asarray(Image.open(truth_path).convert("L")))
        )

    assert spec.id == model
    assert float(np.mean(scores)) > least


def test_the_built_in_model_runs_at_any_shape(home: Path) -> None:
    session = open_session(find_spec("mattework-subject"), open_store(), device="cpu")

    for height, width in ((1, 1), (40, 3000), (1600, 1200)):
        mask = predict_mask(session, make_photo(height, width))
        assert mask.dtype == np.float32
        assert 0.0 <= float(mask.min()) <= float(mask.max()) <= 1.0
        assert abs(mask.shape[1] * height - mask.shape[0] * width) <= height + width


def test_the_built_in_models_agree(home: Path) -> None:
    photo = make_photo(300, 400)
    store = open_store()
    small, exact = (
        predict_mask(open_session(find_spec(name), store, device="cpu"), photo)
        for name in ("mattework-subject", "mattework-subject-float")
    )

    assert float(np.abs(small - exact).mean()) < 0.05


def test_more_memory_than_there_is_ends_with_a_sentence(store: ModelStore) -> None:
    nodes = [
        Node("ReduceMax", ["x"], ["top"], {"keepdims": 0}),
        Node("ConstantOfShape", ["shape"], ["huge"]),
        Node("Add", ["huge", "top"], ["y"]),
    ]
    shape = np.array([1, 1, 2**22, 2**22], np.int64)  # 64 TB
    model = write_model(
        nodes, [Tensor("x", (1, 3, 32, 32))], [Tensor("y", ("a", "b", "c", "d"))], {"shape": shape}
    )
    try:
        session = open_tiny(store, model, InputRule(size=SQUARE), OutputRule())
    except OutOfMemory:
        return  # onnxruntime folds the constant while it loads

    with pytest.raises(OutOfMemory, match="not enough memory to run tiny"):
        predict_mask(session, make_photo(32, 32))


def test_threads_may_share_a_session(home: Path) -> None:
    session = open_session(find_spec("mattework-subject"), open_store(), device="cpu", threads=1)
    photos = [make_photo(90 + 30 * number, 200) for number in range(4)]
    alone = [predict_mask(session, photo) for photo in photos]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda photo: predict_mask(session, photo), photos))

    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
