"""The examples of docs/library.md and of the README run, in their order, on real photographs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

import mattework
from conftest import REPOSITORY
from samples import ASTRONAUT, CAT, COFFEE

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples find the files that they speak of."""
    shutil.copy(ASTRONAUT, tmp_path / "photo.jpg")
    for source, name in ((COFFEE, "one.jpg"), (CAT, "two.jpg")):
        with Image.open(source) as picture:
            picture.resize((picture.width // 2, picture.height // 2)).save(tmp_path / name)
    mask = Image.new("L", (64, 64))
    mask.paste(255, (16, 4, 52, 64))
    mask.save(tmp_path / "mask.png")
    (tmp_path / "notes.txt").write_text("bring the lamp")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_examples(page: Path, names: dict[str, object]) -> dict[str, object]:
    text = page.read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks, f"no example in {page}"
    for block in blocks:
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], page, "exec"), names)
    return names


def test_the_examples_for_library_users_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = run_examples(REPOSITORY / "docs" / "library.md", {})
    made = {one.name for one in folder.iterdir()}
    assert {"photo.psd", "alpha.png", "one.jpg.png", "two.jpg.png", "softer.psd"} <= made
    told = capsys.readouterr().out
    assert "Clean colours True True" in told
    assert "cancelled after" in told
    assert "notes.txt is of a kind that Mattework does not know" in told
    solution = names["solution"]
    assert isinstance(solution, mattework.AlphaSolution)
    assert solution.solver == "closed-form"


def test_the_examples_of_the_readme_run(folder: Path) -> None:
    names = run_examples(REPOSITORY / "README.md", {"paths": ["one.jpg"]})
    assert (folder / "photo.psd").is_file()
    assert len(names["cutouts"]) == 1  # type: ignore[arg-type]
