"""The network, its loss, its export, and a whole tiny run that is broken off and resumed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")
pytest.importorskip("onnx", reason="export needs onnx: pip install mattework[train]")

import onnxruntime  # noqa: E402

from export_subject import check_parity  # noqa: E402
from mattework_training.batches import draw_shape, make_check_batches, stack_samples  # noqa: E402
from mattework_training.losses import measure_loss  # noqa: E402
from mattework_training.network import STRIDE, SubjectNet, load_imagenet_encoder  # noqa: E402
from mattework_training.onnx_files import (  # noqa: E402
    INPUT_NAME,
    OUTPUT_NAME,
    scale_picture,
    write_float,
    write_half_weights,
    write_int8,
)
from mattework_training.pace import Pace, rate_at  # noqa: E402
from mattework_training.published import read_published  # noqa: E402
from mattework_training.run_folder import RunFolder  # noqa: E402
from mattework_training.soup import fold_norms  # noqa: E402
from mattework_training.trainer import SubjectTrainer  # noqa: E402
from train_subject import train  # noqa: E402


@pytest.fixture(scope="module")
def network() -> Any:
    torch.manual_seed(0)
    return SubjectNet().eval()


def run_file(path: Path, inputs: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    assert [one.name for one in session.get_inputs()] == [INPUT_NAME]
    assert [one.name for one in session.get_outputs()] == [OUTPUT_NAME]
    return session.run(None, {INPUT_NAME: inputs})[0]


@pytest.mark.parametrize("size", [(64, 64), (32, 96), (128, 64)])
def test_logits_have_the_size_of_the_picture(network: Any, size: tuple[int, int]) -> None:
    with torch.inference_mode():
        inputs = torch.zeros(2, 3, *size)
        assert network(inputs).shape == (2, 1, *size)
        answer = network.forward_train(inputs)
    assert answer.half.shape[-2:] == (size[0] // 2, size[1] // 2)
    assert answer.quarter.shape[-2:] == (size[0] // 4, size[1] // 4)
    assert answer.sixteenth.shape[-2:] == (size[0] // 16, size[1] // 16)


def test_export_answers_as_torch_does_in_every_size(network: Any, tmp_path: Path) -> None:
    path = tmp_path / "plain.onnx"
    write_float(network, path)
    assert check_parity(network, path) < 1e-4


def test_half_weights_halve_the_file_and_int8_quarters_it(network: Any, tmp_path: Path) -> None:
    plain, half, small = (tmp_path / f"{name}.onnx" for name in ("plain", "half", "small"))
    pictures = [np.random.default_rng(i).integers(0, 255, (64, 64, 3)).astype(np.uint8) for i in range(4)]
    write_float(network, plain)
    write_half_weights(plain, half)
    write_int8(plain, small, [{INPUT_NAME: scale_picture(picture)} for picture in pictures])
    assert half.stat().st_size < 0.55 * plain.stat().st_size
    assert small.stat().st_size < 0.35 * plain.stat().st_size
    inputs = scale_picture(pictures[0])
    exact = run_file(plain, inputs)
    spread = float(exact.std())
    assert np.abs(run_file(half, inputs) - exact).max() < 0.1 * spread
    assert np.corrcoef(run_file(small, inputs).ravel(), exact.ravel())[0, 1] > 0.9


def test_imagenet_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.npz"
    arrays: dict[str, Any] = {"00.w": np.zeros((8, 3, 3, 3), np.float32), "00.b": np.zeros(8, np.float32)}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="layer 0"):
        load_imagenet_encoder(SubjectNet(), path)


def test_a_perfect_answer_costs_next_to_nothing_and_unknown_pixels_nothing(tiny_data: Path) -> None:
    samples = make_check_batches(tiny_data, 0, 4, 64, "train")[0]
    _, alphas, weights = stack_samples(samples)
    alpha = (alphas[:, None] > 127).float()
    weight = weights[:, None].float()

    def answer(logits: Any) -> Any:
        pooled = torch.nn.functional.adaptive_avg_pool2d
        return argparse.Namespace(half=logits, quarter=pooled(logits, 16), sixteenth=pooled(logits, 4))

    right = (alpha * 2 - 1) * 12
    good = float(measure_loss(answer(right), alpha, weight))
    bad = float(measure_loss(answer(-right), alpha, weight))
    assert good < 0.6 < 5 < bad
    nothing_known = torch.zeros_like(weight)
    hidden = measure_loss(answer(right), alpha, nothing_known)
    assert float(hidden) == pytest.approx(float(measure_loss(answer(-right), alpha, nothing_known)), abs=1e-4)


def test_training_lowers_the_loss_on_its_own_samples(tiny_data: Path) -> None:
    torch.manual_seed(0)
    batch = stack_samples(make_check_batches(tiny_data, 0, 8, 64, "train")[0])
    trainer = SubjectTrainer(torch.device("cpu"), 1)
    trainer.train_layers_from(4)
    losses = [trainer.step(batch, 0.5, step) for step in range(12)]
    assert losses[-1] < 0.9 * losses[0]


def test_frames_are_multiples_of_the_stride_and_grow_late() -> None:
    rng = np.random.default_rng(0)
    early = [draw_shape(rng, 0.1) for _ in range(50)]
    late = [draw_shape(rng, 0.9) for _ in range(50)]
    assert all(side % STRIDE == 0 for shape in early + late for side in shape)
    assert max(h * w for h, w in early) < 1.2 * 256 * 256
    assert max(h * w for h, w in late) > 1.5 * 256 * 256


def test_the_rate_warms_up_and_cools_down() -> None:
    assert rate_at(0.0) < 0.05
    assert rate_at(0.04) == pytest.approx(1)
    assert rate_at(0.5) < rate_at(0.3)
    assert rate_at(1.0) == pytest.approx(0.01)


def test_stop_cools_down_within_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("mattework_training.pace.time.monotonic", lambda: clock[0])
    pace = Pace(6000)
    clock[0] += 600
    before = pace.now()
    assert pace.stop_soon()
    assert not pace.stop_soon()
    clock[0] += 60
    assert pace.now().rate == pytest.approx(before.rate / 2, rel=0.05)
    clock[0] += 61
    assert pace.now().share >= 1


@pytest.fixture
def options(tiny_data: Path, tmp_path: Path) -> argparse.Namespace:
    """Those of a run of a second."""
    network = SubjectNet()
    convolutions = [m for m in network.encoder.modules() if isinstance(m, torch.nn.Conv2d)]
    arrays: dict[str, Any] = {}
    for index, conv in enumerate(convolutions):
        arrays[f"{index:02d}.w"] = conv.weight.detach().numpy()
        arrays[f"{index:02d}.b"] = conv.bias.detach().numpy()
    backbone = tmp_path / "backbone.npz"
    np.savez(backbone, **arrays)
    return argparse.Namespace(
        minutes=0.02,
        data=str(tiny_data),
        backbone=backbone,
        weights=None,
        encoder=None,
        sides=(64, 96),
        run=tmp_path / "run",
        seed=0,
        keep_encoder=False,
        rate=1.0,
        processes=1,
        threads=1,
        workers=0,
        precision="float32",
        check_samples=8,
    )


def test_a_run_that_was_broken_off_goes_on_from_its_checkpoint(options: argparse.Namespace) -> None:
    train(0, options)
    folder = RunFolder(options.run)
    assert folder.is_finished()
    first = folder.load()
    assert first is not None
    assert first[0].steps >= 1
    assert first[0].seen >= 8

    (options.run / "finished.json").unlink()
    options.minutes = 2 * first[0].elapsed / 60
    train(0, options)
    second = folder.load()
    assert second is not None
    assert second[0].steps > first[0].steps
    assert second[0].elapsed > first[0].elapsed
    curve = [json.loads(line) for line in (options.run / "curve.jsonl").read_text().splitlines()]
    assert [entry["steps"] for entry in curve] == [first[0].steps, second[0].steps]
    assert [path.name for path in folder.list_kept()] == ["averaged-000.pt"]
    assert folder.list_kept(since=1) == []
    assert all(0 <= entry["iou"] <= 1 for entry in curve)


def test_an_encoder_that_is_kept_is_not_trained(options: argparse.Namespace, tmp_path: Path) -> None:
    torch.manual_seed(3)
    begun = SubjectNet().state_dict()
    torch.save(begun, tmp_path / "begun.pt")
    options.weights, options.keep_encoder = tmp_path / "begun.pt", True
    train(0, options)
    ended = torch.load(options.run / "averaged.pt", weights_only=True)
    trained = {name for name, value in begun.items() if not torch.equal(value, ended[name])}
    assert "laterals.0.0.weight" in trained
    assert not any(name.startswith("encoder") for name in trained)


def test_a_published_file_can_be_trained_on(tmp_path: Path) -> None:
    torch.manual_seed(3)
    made = SubjectNet()
    pictures = list(torch.rand(8, 1, 3, 96, 96) * 2 - 1)
    made.train()
    for picture in pictures:  # batch norms with statistics of their own
        made.forward_train(torch.cat([picture, picture.flip(3)]))
    write_float(made.eval(), tmp_path / "plain.onnx")
    write_half_weights(tmp_path / "plain.onnx", tmp_path / "half.onnx")
    read = read_published(tmp_path / "half.onnx", pictures).eval()
    with torch.inference_mode():
        answer, wanted = read(pictures[0]), run_file(tmp_path / "half.onnx", pictures[0].numpy())
        assert float((answer - torch.from_numpy(wanted)).abs().max()) < 1e-4
        # Its norms see the pictures as normal: in training the answer stays near.
        read.train()
        trained = read(torch.cat(pictures))
        read.eval()
        published = read(torch.cat(pictures))
    assert float((trained - published).abs().mean()) < 0.2 * float(published.std())


def test_a_published_file_of_8_bit_weights_can_be_gone_on_from(tmp_path: Path) -> None:
    torch.manual_seed(3)
    made = SubjectNet().eval()
    write_float(made, tmp_path / "plain.onnx")
    feeds = [{"image": torch.rand(1, 3, 64, 64).numpy() * 2 - 1} for _ in range(4)]
    write_int8(tmp_path / "plain.onnx", tmp_path / "int8.onnx", feeds)
    read = read_published(tmp_path / "int8.onnx", ()).state_dict()
    for name, value in fold_norms(made).items():
        if name.endswith("weight") and value.ndim == 4 and not name.startswith(("head_quarter", "head_six")):
            # Rounded to 127 steps of each output channel's largest weight, and no further off.
            step = value.abs().amax((1, 2, 3)) / 127
            assert ((read[name] - value).abs().amax((1, 2, 3)) <= 0.51 * step + 1e-6).all(), name


def test_the_file_of_another_network_is_refused(tmp_path: Path) -> None:
    write_float(SubjectNet((8, 16, 24, 32, 48)), tmp_path / "other.onnx")
    with pytest.raises(ValueError, match="none of this network's"):
        read_published(tmp_path / "other.onnx", [torch.zeros(1, 3, 64, 64)])
