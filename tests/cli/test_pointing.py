"""Pointing at things on the command line, as people do: with a real photograph's worth of mistakes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.cli.pointing import PointingOptions, parse_pointer, read_prompts
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
        (("--not-point", "3,4"), "Give --point, --box, --lasso or --scribble too"),
        (("--not-lasso", "3,4 9,9 3,9"), "All that was said is what does not belong"),
        (("--point", "3,4", "--trimap", "t.png"), "do not go with --trimap"),
        (("--lasso", "3,4 9,9"), '--lasso "3,4 9,9" has 2 points; a lasso needs at least 3'),
        (("--lasso", "3,4 9,9 7"), "the corners of an outline with spaces between them"),
        (("--not-scribble", "3,4 x,9"), '--not-scribble "3,4 x,9" cannot be read. Give the points of a line'),
        (("--scribble", "3,4 9,300"), '--scribble "3,4 9,300" lies outside the picture'),
        (("--prompts", "nothing.json"), "nothing.json cannot be read"),
        (("--point", "3,4", "--model", "mattework-subject"), "takes no prompts"),
    ],
)
def test_mistakes_are_told_before_any_work(
    scene: Path, capsys: Captured, options: tuple[str, ...], says: str
) -> None:
    wanted = ("--model", "maps") if "--model" not in options and "--trimap" not in options else ()

    assert cut(scene, *options, *wanted, "-o", scene.with_name("out.png")) in (2, 3)

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
    again, kept = scene.with_name("again.psd"), ("--keep-recipe", "--model", "maps")
    assert cut(design, "--layer", "Photo", "--point", "110,100", *kept, "-o", target, "--overwrite") == 0
    assert cut(design, "--layer", "Photo", "--prompts", target, *kept, "-o", again) == 0
    redone = next(open_document(again).walk_layers())
    assert redone.mask is not None
    assert np.array_equal(redone.mask.pixels, mask), "a recipe's points count from the layer's corner already"
    assert cut(design, "--layer", "Photo", "--point", "50%,50%", "-o", target) == 2
    assert "in pixels of the document" in capsys.readouterr().err


def test_the_json_names_the_model_and_its_confidence(scene: Path, capsys: Captured) -> None:
    assert cut(scene, "--point", "60,80", "--model", "maps", "-o", scene.with_name("o.png"), "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "maps"
    assert told["confidence"] > 0.5


def test_a_lasso_and_a_scribble_select_and_take_away(scene: Path) -> None:
    target = scene.with_name("out.png")
    cases = (
        (("--lasso", "5%,10% 50%,10% 50%,90% 5%,90%"), (255, 0)),
        (("--scribble", "40,80 60,90 80,70"), (255, 0)),
        (("--point", "60,80", "--point", "180,80", "--not-scribble", "160,80 200,90"), (255, 0)),
        (("--point", "60,80", "--point", "180,80", "--not-box", "130,30,230,130"), (255, 0)),
    )
    for options, expected in cases:
        assert cut(scene, *options, "--model", "maps", "-o", target, "--overwrite") == 0, options
        alpha = read_alpha(target)
        assert (alpha[80, 60], alpha[80, 180]) == expected, options


def test_prompts_that_were_saved_are_used_again(scene: Path, capsys: Captured) -> None:
    first, model = scene.with_name("first.psd"), ("--model", "maps")
    gestures = ("--scribble", "150,80 200,80", "--box", "130,30,230,130")
    assert cut(scene, *gestures, *model, "-o", first) == 0
    capsys.readouterr()
    assert run_command_line(["info", "--json", str(first)]) == 0
    told = capsys.readouterr().out
    prompts = json.loads(told)["recipe"]["subject"]["prompts"]
    assert [one["kind"] for one in prompts] == ["box", "scribble"]
    scene.with_name("info.json").write_text(told)
    scene.with_name("list.json").write_text(json.dumps(prompts))

    alphas = []
    for name in ("first.psd", "info.json", "list.json"):
        target = scene.with_name(name + ".png")
        assert cut(scene, "--prompts", scene.with_name(name), *model, "-o", target) == 0
        alphas.append(read_alpha(target))

    assert all((one == alphas[0]).all() for one in alphas)
    assert (alphas[0][80, 60], alphas[0][80, 180]) == (0, 255)
    added = scene.with_name("added.png")
    assert cut(scene, "--prompts", first, "--point", "60,80", "-o", added) == 0  # by the built-in model
    assert (read_alpha(added)[80, 60], read_alpha(added)[80, 180]) == (255, 255)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "holds no prompts"),
        ("[{]", "is not valid JSON"),
        ('{"version": 1}', "holds no list of prompts"),
        ('[{"kind": "dot", "points": [[1, 2]]}]', "Invalid enum value 'dot'"),
        ('[{"kind": "point", "points": [[1, 2]]}, {"kind": "lasso", "points": [[1, 2]]}]', "Prompt 2 in"),
        ('[{"kind": "point", "points": [[1]]}]', "length 2"),
        ('[{"kind": "point", "points": [[20, 20]], "add": false}]', '"add", which no prompt has'),
        ('[{"kind": "point", "points": [[1, 2], [3, 4]]}]', "a point has 1 point, not 2"),
        ('[{"kind": "box", "points": [[1, 2], [3, 4], [5, 6]]}]', "a box has 2 points, not 3"),
        ("[" * 100_000, "is not valid JSON"),
    ],
)
def test_a_file_of_prompts_that_is_wrong_says_where(
    scene: Path, capsys: Captured, text: str, says: str
) -> None:
    given = scene.with_name("prompts.json")
    given.write_text(text)

    assert cut(scene, "--prompts", given, "--model", "maps", "-o", scene.with_name("out.png")) == 3

    told = capsys.readouterr().err
    assert says in told
    assert str(given) in told
    assert not scene.with_name("out.png").exists()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs pipes that have names")
def test_prompts_come_through_a_pipe() -> None:
    """As from `--prompts <(mattework info --json photo.cutout.psd)`."""
    said = (
        b'[{"kind": "lasso", "points": [[1, 2], [30, 4], [5, 60], [7, 8], [9, 10], [11, 12]], "adds": true}]'
    )
    reading, writing = os.pipe()
    with open(reading, "rb"):
        with open(writing, "wb") as stream:
            stream.write(said)
        (found,), _ = read_prompts(Path(f"/dev/fd/{reading}"))
    assert (found.kind, len(found.points)) == ("lasso", 6)


def test_options_become_prompts() -> None:
    saved = Prompt(kind="lasso", points=((1.0, 1.0), (5.0, 1.0), (3.0, 4.0)))
    pointers = (
        parse_pointer("box", "10,10,50%,80%"),
        parse_pointer("scribble", " 1,2;3,4.5  10%,10% "),
        parse_pointer("point", "3, 4.5", adds=False),
    )

    prompts = PointingOptions(pointers=pointers, prompts=(saved,)).place(Size(100, 50))

    assert prompts == (
        saved,
        Prompt(kind="box", points=((10.0, 10.0), (50.0, 40.0))),
        Prompt(kind="scribble", points=((1.0, 2.0), (3.0, 4.5), (10.0, 5.0))),
        Prompt(kind="point", points=((3.0, 4.5),), adds=False),
    )
    with pytest.raises(UsageError, match="outside"):
        PointingOptions(pointers=(parse_pointer("point", "101%,2"),)).place(Size(100, 50))


def test_prompts_are_not_written_over(scene: Path, capsys: Captured) -> None:
    given = scene.with_name("prompts.json")
    given.write_text('[{"kind": "point", "points": [[60, 80]]}]')
    before = given.read_bytes()
    target = ["-o", scene.with_name("o.png"), "--overwrite"]
    assert cut(scene, "--prompts", given, "--model", "maps", "--save-recipe", given, *target) == 2
    assert "would be gone" in capsys.readouterr().err
    assert given.read_bytes() == before
