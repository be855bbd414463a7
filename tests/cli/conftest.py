"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from samples import draw_disc, save_disc


@pytest.fixture
def disc(tmp_path: Path) -> tuple[Path, Path]:
    """A picture and a soft mask for it: cuts that need no model."""
    return save_disc(tmp_path)


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """A folder with two pictures of one name in it, a subfolder, and a text."""
    folder = tmp_path / "shots"
    (folder / "red").mkdir(parents=True)
    disc = Image.fromarray(draw_disc()[0])
    for name in ("a.png", "a.tif", "red/b.png"):
        disc.save(folder / name)
    (folder / "notes.txt").write_text("bring the lamp")
    return folder
