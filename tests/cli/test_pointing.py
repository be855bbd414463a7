"""Pointing at things on the command line, as people do: with a real photograph's worth of mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.cli.pointing import parse_pointers, place_pointers
from mattework.cli.root import run_command_line
from mattework.document.model import ColorMode, Document, Layer
from mattework.errors import UsageError
from mattework.formats.files import open_document, save_document
from mattework.geometry import Rect, Size
from mattework.prompt import Prompt
from segment.prompted_networks import open_maps_network

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A red square on the left and a green one on the right, 240 x 160, and a model of the user's that answers clicks."""
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
    open_maps_network(tmp_path / "models")
    picture = np.full((160, 240, 3), 90, np.uint8)
    picture[40:120, 20:100] = (230, 30, 30)
    picture[40:120, 140:220] = (30, 200, 40)
    Image.fromarray(picture).save(tmp_path / "scene.png")
    return tmp_path / "scene.png"


def cut(*arguments: object) -> int:
    return run_command_line(["cut", *map(str, arguments)])


def read_alpha(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(Image.open(path).convert("RGBA"))[..., 3].astype(np.uint8)


def test_a_point_cuts_the_thing_at_it_and_the_recipe_says_so(scene: Path, capsys: Captured) -> None:
    target = scene.with_name("red.psd")

    assert cut(scene, "--point", "60,80", "--model", "maps", "-o", target) == 0

    told = capsys.readouterr().err
    assert "maps on CPU, 1 prompt" in told
    assert run_command_line(["render", str(target), "-o", str(scene.with_name("red.png"))]) == 0
    alpha = read_alpha(scene.with_name("red.png"))
    assert alpha[80, 60] == 255
    assert alpha[80, 180] == 0


def test_per_cent_boxes_and_what_does_not_belong(scene: Path) -> None:
    target = scene.with_name("out.png")
    options = ("--point", "25%,50%", "--point", "75%,50%", "--not-point", "75%,50%")

    assert cut(scene, *options, "--model", "maps", "-o", target) == 0

    assert read_alpha(target)[80, 60] == 255
    assert read_alpha(target)[80, 180] == 0
    assert cut(scene, "--box", "5%,10%,50%,90%", "--model", "maps", "-o", target, "--overwrite") == 0
    assert read_alpha(target)[80, 60] == 255


def test_a_mask_to_begin_from_is_corrected(scene: Path) -> None:
    mask = np.zeros((160, 240), np.uint8)
    mask[40:120, 20:220] = 255
    Image.fromarray(mask).save(scene.with_name("mask.png"))
    target = scene.with_name("out.png")
    options = ("--from-mask", scene.with_name("mask.png"), "--point", "60,80", "--not-point", "180,80")

    assert cut(scene, *options, "--model", "maps", "-o", target) == 0

    assert read_alpha(target)[80, 60] == 255
    assert read_alpha(target)[80, 180] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--point", "300,20"), "--point 300,20 lies outside the picture, which is 240 x 160 pixels"),
        (("--box", "0,0,110%,20"), "--box 0,0,110%,20 lies outside"),
        (("--point", "30"), "--point 30 cannot be read. Give X,Y"),
        (("--box", "1,2,3"), "LEFT,TOP,RIGHT,BOTTOM"),
        (("--point", "nan,4"), "cannot be read"),
        (("--not-point", "3,4"), "Give --point or --box too"),
        (("--point", "3,4", "--trimap", "t.png"), "do not go with --trimap"),
        (("--point", "3,4", "--model", "mattework-subject"), "takes no prompts"),
    ],
)
def test_mistakes_are_told_before_any_work(
    scene: Path, capsys: Captured, options: tuple[str, ...], says: str
) -> None:
    wanted = ("--model", "maps") if "--model" not in options and "--trimap" not in options else ()

    assert cut(scene, *options, *wanted, "-o", scene.with_name("out.png")) == 2

    assert says in capsys.readouterr().err
    assert not scene.with_name("out.png").exists()


def test_a_point_on_a_layer_counts_in_pixels_of_the_document(scene: Path, capsys: Captured) -> None:
    photo = np.asarray(Image.open(scene))
    layer = Layer("Photo", Rect(50, 20, 290, 180), np.ascontiguousarray(photo))
    design = scene.with_name("design.psd")
    save_document(Document(Size(320, 200), ColorMode.RGB, 8, (layer,)), design)
    target = scene.with_name("masked.psd")

    assert cut(design, "--layer", "Photo", "--point", "110,100", "--model", "maps", "-o", target) == 0

    masked = next(open_document(target).walk_layers())
    assert masked.mask is not None
    mask = masked.mask.pixels
    dx, dy = masked.mask.rect.left, masked.mask.rect.top
    assert mask[100 - dy, 110 - dx] == 255
    assert mask[100 - dy, 230 - dx] == 0
    assert cut(design, "--layer", "Photo", "--point", "50%,50%", "-o", target) == 2
    assert "in pixels of the document" in capsys.readouterr().err


def test_the_json_names_the_model_and_its_confidence(scene: Path, capsys: Captured) -> None:
    assert cut(scene, "--point", "60,80", "--model", "maps", "-o", scene.with_name("o.png"), "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "maps"
    assert told["confidence"] > 0.5


def test_boxes_come_before_points() -> None:
    prompts = place_pointers(parse_pointers(("10,10,50%,80%",), ("1,2",), ("3,4.5",)), Size(100, 50))

    assert prompts == (
        Prompt(kind="box", points=((10.0, 10.0), (50.0, 40.0))),
        Prompt(kind="point", points=((1.0, 2.0),)),
        Prompt(kind="point", points=((3.0, 4.5),), adds=False),
    )
    with pytest.raises(UsageError, match="outside"):
        place_pointers(parse_pointers((), ("101%,2",), ()), Size(100, 50))
