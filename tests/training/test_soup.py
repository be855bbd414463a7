"""The mean of weights."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")

from mattework_training.network import SubjectNet  # noqa: E402
from mattework_training.run_folder import Progress, RunFolder  # noqa: E402
from mattework_training.soup import read_mean  # noqa: E402


def test_the_mean_of_a_runs_checkpoints_is_a_network(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    states = []
    for minute in (5, 10, 100):
        torch.manual_seed(minute)
        states.append(SubjectNet().state_dict())
        folder.save(Progress(elapsed=minute * 60), {}, states[-1])
    assert [path.name for path in folder.list_kept(since=10)] == ["averaged-010.pt", "averaged-100.pt"]
    mean = read_mean(folder.list_kept(since=10), 0.5)
    SubjectNet().load_state_dict(mean)
    for name in ("encoder.0.conv.weight", "head.bias", "fuse.1.1.running_mean"):
        torch.testing.assert_close(mean[name], states[1][name] / 4 + states[2][name] * 3 / 4)
    even = read_mean(folder.list_kept(since=10), 0.0)
    torch.testing.assert_close(even["head.bias"], (states[1]["head.bias"] + states[2]["head.bias"]) / 2)
    assert mean["fuse.1.1.num_batches_tracked"].dtype == torch.int64
    torch.testing.assert_close(
        torch.load(folder.averaged, weights_only=True)["head.bias"], states[2]["head.bias"]
    )


def test_no_weights_have_no_mean() -> None:
    with pytest.raises(ValueError, match="no weights"):
        read_mean([], 0.5)


def test_a_run_folder_is_one_process_s_at_a_time(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.claim(), pytest.raises(SystemExit, match="Another process trains in"), folder.claim():
        pass
    with folder.claim():
        pass
