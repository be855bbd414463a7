"""The mean of weights."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")

from mattework_training.network import SubjectNet  # noqa: E402
from mattework_training.run_folder import Progress, RunFolder  # noqa: E402
from mattework_training.soup import fold_norms, mix_weights, read_mean  # noqa: E402


def test_the_mean_of_a_runs_checkpoints_is_a_network(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    states = []
    for minute in (5, 10, 100):
        torch.manual_seed(minute)
        states.append(SubjectNet().state_dict())
        folder.save(Progress(elapsed=minute * 60), {}, states[-1])
    assert [path.name for path in folder.list_kept(since=10)] == ["averaged-010.pt", "averaged-100.pt"]
    mean = read_mean(folder.list_kept(since=10), 0.5, SubjectNet())
    SubjectNet().load_state_dict(mean)
    for name in ("encoder.0.conv.weight", "head.bias"):
        torch.testing.assert_close(mean[name], states[1][name] / 4 + states[2][name] * 3 / 4)
    even = read_mean(folder.list_kept(since=10), 0.0, SubjectNet())
    torch.testing.assert_close(even["head.bias"], (states[1]["head.bias"] + states[2]["head.bias"]) / 2)
    assert mean["fuse.1.1.num_batches_tracked"].dtype == torch.int64
    torch.testing.assert_close(
        torch.load(folder.averaged, weights_only=True)["head.bias"], states[2]["head.bias"]
    )


def test_no_weights_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no weights"):
        read_mean([], 0.5, SubjectNet())


def draw_network(seed: int) -> SubjectNet:
    """Any weights, and norms that have followed something."""
    torch.manual_seed(seed)
    network = SubjectNet()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.2, 5)
            torch.nn.init.uniform_(module.weight, 0.5, 2)
            torch.nn.init.normal_(module.bias)
    network.eval()
    return network


def test_with_its_norms_folded_a_network_answers_the_same() -> None:
    network = draw_network(1)
    folded = SubjectNet().eval()
    folded.load_state_dict(fold_norms(network))
    picture = torch.rand(1, 3, 64, 96) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(folded(picture), network(picture), rtol=1e-3, atol=1e-3)
    again = fold_norms(folded)
    for name, value in folded.state_dict().items():
        torch.testing.assert_close(again[name], value)


def test_how_large_the_weights_before_a_norm_have_grown_does_not_count() -> None:
    first, second = draw_network(1), draw_network(2)
    plain = mix_weights([fold_norms(first), fold_norms(second)], [0.5, 0.5])
    with torch.no_grad():
        conv, norm = second.laterals[2][0], second.laterals[2][1]
        conv.weight.mul_(7)
        norm.running_mean.mul_(7)
        norm.running_var.add_(norm.eps).mul_(49).sub_(norm.eps)
    grown = mix_weights([fold_norms(first), fold_norms(second)], [0.5, 0.5])
    for name, value in plain.items():
        torch.testing.assert_close(grown[name], value, rtol=1e-4, atol=1e-5)


def test_a_run_folder_is_one_process_s_at_a_time(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.claim(), pytest.raises(SystemExit, match="Another process trains in"), folder.claim():
        pass
    with folder.claim():
        pass
