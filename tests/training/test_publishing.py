"""What exports put into the folder of models is whole, measured, and replaces nothing when something fails."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")
pytest.importorskip("onnx", reason="export needs onnx: pip install mattework[train]")

from export_refiner import export  # noqa: E402
from mattework.errors import OutputNotWritable  # noqa: E402
from mattework_training.batches import BatchStream, SubjectSource  # noqa: E402
from mattework_training.library import Library  # noqa: E402
from mattework_training.onnx_files import publish  # noqa: E402
from mattework_training.refine_network import RefineNet  # noqa: E402
from mattework_training.refine_scenes import SceneMaker  # noqa: E402
from mattework_training.refine_shards import write_scenes  # noqa: E402
from mattework_training.run_folder import RunFolder  # noqa: E402
from train_refiner import train  # noqa: E402


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    run, scenes = tmp_path / "run", tmp_path / "scenes"
    run.mkdir()
    scenes.mkdir()
    torch.save(RefineNet().state_dict(), run / "averaged.pt")
    return argparse.Namespace(run=run, scenes=scenes, check_scenes=2, out=tmp_path / "models")


def test_a_refiner_is_published_with_its_hash_and_what_it_leaves(
    options: argparse.Namespace, library: Library
) -> None:
    write_scenes(options.scenes / "check-0000.npz", list(SceneMaker(library, 3).make(0)))
    export(options)
    record: dict[str, Any] = json.loads((options.out / "mattework-refiner.json").read_text())
    (file,) = record["files"]
    content = (options.out / "mattework-refiner.onnx").read_bytes()
    assert file["name"] == "mattework-refiner.onnx"
    assert file["bytes"] == len(content)
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert record["measured"]["left_of_the_solvers_error"]["sad all"] == pytest.approx(1, abs=0.02)
    assert {path.suffix for path in options.out.iterdir()} == {".onnx", ".json"}


@pytest.mark.parametrize("damaged", [False, True])
def test_a_refiner_that_cannot_be_measured_replaces_nothing(
    options: argparse.Namespace, damaged: bool
) -> None:
    options.out.mkdir()
    (options.out / "mattework-refiner.onnx").write_bytes(b"as it was")
    if damaged:
        (options.scenes / "check-0000.npz").write_bytes(b"no scenes")
    with pytest.raises(
        ValueError if damaged else SystemExit, match=None if damaged else "no held-out scenes"
    ):
        export(options)
    assert [(path.name, path.read_bytes()) for path in options.out.iterdir()] == [
        ("mattework-refiner.onnx", b"as it was")
    ]


def test_files_and_record_that_cannot_all_be_written_leave_what_was_there(tmp_path: Path) -> None:
    made, out = tmp_path / "net.onnx", tmp_path / "models"
    made.write_bytes(b"new")
    out.mkdir()
    (out / "net.onnx").write_bytes(b"old")
    (out / "net.json").mkdir()  # nothing can be written there
    with pytest.raises(OutputNotWritable, match=r"net\.json is a folder"):
        publish([made], {"id": "net"}, out)
    assert (out / "net.onnx").read_bytes() == b"old"
    assert sorted(path.name for path in out.iterdir()) == ["net.json", "net.onnx"]


def test_only_one_may_train_in_a_folder(tmp_path: Path) -> None:
    with RunFolder(tmp_path).claim(), pytest.raises(SystemExit, match="another"):
        train(argparse.Namespace(run=tmp_path, seed=0, threads=1))


def test_samples_made_in_the_training_process_leave_it_its_threads(tiny_data: Path) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        stream = BatchStream(SubjectSource(0.0, [64]), (tiny_data,), 0, 0, workers=0)
        stream.next_batch()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
