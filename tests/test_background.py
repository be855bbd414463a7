from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.background import make_background, parse_key
from mattework.errors import UsageError
from mattework.photo import open_source
from samples import ASTRONAUT, draw_disc


def test_a_colour_fills_the_canvas() -> None:
    layer, notes = make_background("#ff8000", open_source(draw_disc()[0]))
    assert layer.pixels.shape == (80, 96, 3)
    assert (layer.pixels == (255, 128, 0)).all()
    assert notes == ()


def test_a_picture_covers_the_canvas() -> None:
    layer, _ = make_background(str(ASTRONAUT), open_source(draw_disc()[0]))
    assert layer.pixels.shape == (80, 96, 3)


@pytest.mark.parametrize("background", ["red", str(ASTRONAUT)])
def test_colours_behind_a_gray_photo_turn_gray_and_that_is_told(background: str) -> None:
    _, notes = make_background(background, open_source(draw_disc()[0][..., 0]))
    assert "gray" in notes[0]


def test_gray_behind_a_gray_photo_needs_no_word(tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), 77, np.uint8)).save(tmp_path / "gray.png")
    for background in ("white", str(tmp_path / "gray.png")):
        assert make_background(background, open_source(draw_disc()[0][..., 0]))[1] == ()


def test_a_screen_needs_a_hue() -> None:
    assert parse_key("#00ff00") == (0.0, 1.0, 0.0)
    for text in ("gray", "no colour"):
        with pytest.raises(UsageError, match="hue"):
            parse_key(text)
