"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samples import draw_disc


@pytest.fixture
def disc(tmp_path: Path) -> tuple[Path, Path]:
    """A picture and a soft mask for it: cuts that need no model."""
    picture, truth = draw_disc()
    Image.fromarray(picture).save(tmp_path / "disc.png")
    Image.fromarray(np.rint(truth * 255).astype(np.uint8)).save(tmp_path / "mask.png")
    return tmp_path / "disc.png", tmp_path / "mask.png"
