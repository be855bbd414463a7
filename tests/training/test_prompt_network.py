"""The prompt network learns to follow gestures, resumes, and answers alike in onnxruntime."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")
pytest.importorskip("onnx", reason="export needs onnx: pip install mattework[train]")

from export_prompts import check_parity, write_pair  # noqa: E402
from mattework_training.library import Library  # noqa: E402
from mattework_training.network import SubjectNet  # noqa: E402
from mattework_training.prompt_batches import make_prompt_batch  # noqa: E402
from mattework_training.prompt_network import WIDTHS, PromptNet, start_from_subject  # noqa: E402
from mattework_training.prompt_samples import TARGETS, PromptSampleMaker  # noqa: E402
from mattework_training.prompt_trainer import PromptTrainer  # noqa: E402
from mattework_training.run_folder import RunFolder  # noqa: E402
from train_prompts import train  # noqa: E402


@pytest.fixture(scope="module")
def network() -> Any:
    torch.manual_seed(0)
    return PromptNet().eval()


def test_features_come_at_five_strides_and_answers_at_half_size(network: Any) -> None:
    with torch.inference_mode():
        features = network.encode(torch.zeros(1, 3, 64, 96))
        answer = network.decode(*features, torch.zeros(1, 4, 32, 48))
    assert [f.shape[1:] for f in features] == [
        (width, 32 >> level, 48 >> level) for level, width in enumerate(WIDTHS)
    ]
    assert answer.shape == (1, 1, 32, 48)


def test_the_pair_answers_in_onnxruntime_as_in_torch(network: Any, tmp_path: Path) -> None:
    write_pair(network, tmp_path / "encoder.onnx", tmp_path / "decoder.onnx")
    assert check_parity(network, tmp_path / "encoder.onnx", tmp_path / "decoder.onnx") < 1e-3


def test_a_click_elsewhere_gets_another_answer(network: Any) -> None:
    """Even untrained, prompts must reach the answer."""
    with torch.inference_mode():
        features = network.encode(torch.zeros(1, 3, 64, 64))
        first, second = torch.zeros(1, 4, 32, 32), torch.zeros(1, 4, 32, 32)
        first[0, 0, 8, 8] = second[0, 0, 24, 24] = 1
        assert (network.decode(*features, first) - network.decode(*features, second)).abs().max() > 1e-3


def test_it_starts_from_the_subject_networks_weights() -> None:
    subject, network = SubjectNet(), PromptNet()
    start_from_subject(network, subject)
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    subject.eval()
    network.eval()
    with torch.inference_mode():
        features = network.encode(image)
        x = image
        for layer in subject.encoder[:2]:
            x = layer(x)
        assert torch.equal(features[0], subject.laterals[0](x))


def test_training_lowers_the_loss_on_its_own_samples(library: Library) -> None:
    torch.manual_seed(0)
    batch = make_prompt_batch(PromptSampleMaker(library, 0), range(4), (64, 64))
    assert len(batch.alphas) == TARGETS * len(batch.images)
    trainer = PromptTrainer(torch.device("cpu"), 1, 0)
    trainer.train_layers_from(4)
    losses = [trainer.step(batch, 0.5, step) for step in range(14)]
    assert min(losses[-4:]) < 0.9 * losses[0]


def test_a_run_that_was_broken_off_goes_on_from_its_checkpoint(tiny_data: Path, tmp_path: Path) -> None:
    subject = tmp_path / "subject.pt"
    torch.save(SubjectNet().state_dict(), subject)
    options = argparse.Namespace(
        minutes=0.02,
        data=str(tiny_data),
        subject=subject,
        weights=None,
        run=tmp_path / "run",
        seed=0,
        keep_encoder=False,
        rate=1.0,
        processes=1,
        threads=1,
        workers=0,
        precision="float32",
        check_samples=2,
    )
    train(0, options)
    first = RunFolder(options.run).load()
    assert first is not None
    (options.run / "finished.json").unlink()
    options.minutes = 2 * first[0].elapsed / 60
    train(0, options)
    second = RunFolder(options.run).load()
    assert second is not None
    assert second[0].steps > first[0].steps
    curve = [json.loads(line) for line in (options.run / "curve.jsonl").read_text().splitlines()]
    assert len(curve) == 2
    assert all(0 <= entry["iou clicks 3"] <= 1 for entry in curve)
