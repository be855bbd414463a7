"""`mattework evaluate` through the real pipeline, with trimaps so that no model is needed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.cli.root import run_command_line
from samples import draw_disc


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """Two discs with their alphas and trimaps, as arguments of the command."""
    for index, soft in enumerate((2.0, 8.0)):
        picture, alpha = draw_disc(soft=soft)
        trimap = np.where(alpha <= 0, 0, np.where(alpha >= 1, 255, 128)).astype(np.uint8)
        parts = {"images": picture, "alphas": np.rint(alpha * 255).astype(np.uint8), "trimaps": trimap}
        for folder, pixels in parts.items():
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / folder / f"disc{index}.png")
    return [word for name in ("images", "alphas", "trimaps") for word in (f"--{name}", str(tmp_path / name))]


def test_table_in_a_pipe_is_plain_text(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["evaluate", *folders, "--edge", "closed-form"]) == 0
    captured = capsys.readouterr()
    lines = [line.split("\t") for line in captured.out.splitlines()]
    assert "your own trimap, edge closed-form: 2 pictures" in captured.err
    assert lines[0][:2] == ["picture", "SAD"]
    assert [line[0] for line in lines[1:]] == ["disc0", "disc1", "mean of 2"]
    assert float(lines[3][1]) == pytest.approx((float(lines[1][1]) + float(lines[2][1])) / 2, abs=0.011)
    assert float(lines[3][6]) > 0.97


def test_json_holds_rows_means_and_what_was_left_out(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "alphas" / "disc0.png").write_bytes(b"not a picture")
    (tmp_path / "trimaps" / "disc1.png").rename(tmp_path / "trimaps" / "other.png")
    Image.open(tmp_path / "images" / "disc1.png").save(tmp_path / "images" / "disc2.png")
    Image.open(tmp_path / "trimaps" / "other.png").save(tmp_path / "trimaps" / "disc2.png")
    Image.open(tmp_path / "alphas" / "disc1.png").save(tmp_path / "alphas" / "disc2.png")
    assert run_command_line(["evaluate", *folders, "--edge", "closed-form", "--json"]) == 3
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert [row["name"] for row in result["rows"]] == ["disc0", "disc2"]
    assert result["rows"][0]["scores"] is None
    assert "disc0.png" in result["rows"][0]["error"]
    assert result["failed"] == 1
    assert result["rows"][1]["ran"] == "your own trimap, edge closed-form"
    assert result["means"] == result["rows"][1]["scores"]
    assert result["means"]["iou"] > 0.97
    assert any("disc1.png" in note for note in result["unmatched"])
    assert "disc0" in captured.err


def test_folders_without_a_common_name_end_with_a_sentence(
    folders: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path / "alphas").iterdir():
        path.unlink()
    assert run_command_line(["evaluate", *folders]) == 2
    assert "same name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--edge", "closed-form"], 2, "--device does not go with them"),
        (["--edge", "neural"], 6, "The device rocm"),
        (None, 6, "The device rocm"),
    ],
)
def test_a_device_is_used_or_refused_and_never_passed_over(
    folders: list[str],
    options: list[str] | None,
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`None` stands for a model that looks for the subject, in place of trimaps."""
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / f"own-{name}"))
    arguments = folders[:4] if options is None else [*folders, *options]
    assert run_command_line(["evaluate", *arguments, "--device", "rocm"]) == code
    assert words in capsys.readouterr().err


def test_model_and_trimaps_exclude_each_other(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["evaluate", *folders, "--model", "mattework-subject"]) == 2
    assert "--model" in capsys.readouterr().err
