"""The command line as people use it: real photographs, real files, exit codes, pipes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage

from mattework.cli.root import run_command_line
from samples import ASTRONAUT, CAT, COFFEE

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return Path(shutil.copy(ASTRONAUT, tmp_path / "photo.jpg"))


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


def run_process(*arguments: object, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from mattework.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, check=False)


def test_the_one_command_writes_a_masked_psd_beside_the_photo(photo: Path) -> None:
    before = photo.read_bytes()
    assert run("cut", photo) == 0
    psd = PSDImage.open(photo.with_name("photo.cutout.psd"))
    assert [layer.name for layer in psd] == ["Photo", "Clean colours"]
    assert [layer.visible for layer in psd] == [False, True]
    assert all(layer.mask is not None and layer.mask.bbox == (0, 0, 512, 512) for layer in psd)
    assert photo.read_bytes() == before, "the photograph is left alone"


def test_a_png_on_white_has_no_transparency_left(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    target = tmp_path / "out.png"
    assert run("cut", picture, "--from-mask", mask, "-o", target, "--background", "white") == 0
    image = Image.open(tmp_path / "out.png")
    assert image.mode == "RGB"
    assert image.getpixel((3, 3)) == (255, 255, 255)


def test_a_size_that_the_model_does_not_take_is_told_to_people_and_to_scripts(
    photo: Path, capsys: Captured
) -> None:
    note = "Mattework subject does not take a long side of 4096 pixels; it was shown 1024."
    options = (photo, "--input-side", 4096, "--edge", "hard", "--overwrite")
    assert run("cut", *options) == 0
    assert f"note: {note}" in capsys.readouterr().err
    assert run("cut", *options, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert note in told["notes"]
    assert run("info", told["target"], "--json") == 0
    assert json.loads(capsys.readouterr().out)["recipe"]["subject"]["input_side"] == 1024


def test_a_file_that_exists_is_not_replaced_unless_told(disc: tuple[Path, Path], capsys: Captured) -> None:
    picture, mask = disc
    target = picture.with_name("disc.cutout.psd")
    target.write_bytes(b"mine")
    assert run("cut", picture, "--from-mask", mask) == 4
    assert "--overwrite" in capsys.readouterr().err
    assert target.read_bytes() == b"mine"
    assert run("cut", picture, "--from-mask", mask, "--overwrite") == 0
    assert target.read_bytes()[:4] == b"8BPS"


def test_the_alpha_is_kept_as_sixteen_bit_gray(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    alpha = tmp_path / "alpha.png"
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "o.tif", "--save-mask", alpha) == 0
    kept = np.asarray(Image.open(alpha))
    assert kept.max() == 65535
    assert len(np.unique(kept)) > 50
    small = ["--save-mask", tmp_path / "small.tif", "--mask-bits", "8"]
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "o2.tif", *small) == 0
    with Image.open(tmp_path / "small.tif") as image:
        assert image.mode == "L"
        assert np.abs(np.asarray(image) * 257.0 - kept).max() <= 128.5


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit for the size of files")
def test_nothing_is_left_of_a_picture_that_found_no_room(disc: tuple[Path, Path], tmp_path: Path) -> None:
    import resource

    picture, mask = disc
    before, usual = set(tmp_path.iterdir()), resource.getrlimit(resource.RLIMIT_FSIZE)
    beside = ("--save-mask", tmp_path / "alpha.png", "--save-recipe", tmp_path / "recipe.xmp")
    resource.setrlimit(resource.RLIMIT_FSIZE, (25_000, usual[1]))
    try:
        assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "o.psd", *beside) == 4
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert set(tmp_path.iterdir()) == before


def test_a_trimap_decides(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, _ = disc
    trimap = np.full((80, 96), 128, np.uint8)
    trimap[:8], trimap[36:44, 44:52] = 0, 255
    Image.fromarray(trimap).save(tmp_path / "trimap.png")
    assert run("cut", picture, "--trimap", tmp_path / "trimap.png", "-o", tmp_path / "o.png") == 0
    alpha = np.asarray(Image.open(tmp_path / "o.png"))[..., 3]
    assert (alpha[trimap == 0] == 0).all()
    assert (alpha[trimap == 255] == 255).all()


def test_one_bad_picture_does_not_stop_the_rest(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 not really")
    code = run("cut", COFFEE, tmp_path / "bad.jpg", CAT, "-o", f"{tmp_path}/out/", "--format", "png")
    assert code == 3
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"coffee.cutout.png", "chelsea.cutout.png"}
    assert "bad.jpg" in capsys.readouterr().err


def test_json_is_one_object_a_picture(disc: tuple[Path, Path], capsys: Captured) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "--json") == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result["target"].endswith("disc.cutout.psd")
    assert result["size"] == [96, 80]
    assert result["solver"]
    assert err == ""


def test_opening_the_model_is_among_the_times(photo: Path, tmp_path: Path, capsys: Captured) -> None:
    assert run("cut", photo, "-o", tmp_path / "x.png", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert 0.001 < told["steps"]["model"] < told["seconds"]
    assert sum(told["steps"].values()) <= told["seconds"] + 0.01


def test_pictures_go_through_pipes(disc: tuple[Path, Path]) -> None:
    picture, mask = disc
    done = run_process(
        "cut", "-", "-o", "-", "--format", "png", "--from-mask", mask, given=picture.read_bytes()
    )
    assert done.returncode == 0, done.stderr
    assert Image.open(BytesIO(done.stdout)).mode == "RGBA"
    assert b"\x1b" not in done.stderr, "no progress bar in a pipe"


def test_quiet_says_nothing(disc: tuple[Path, Path], capsys: Captured) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-q") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["cut", "no-such-file.jpg"], 3, "no-such-file.jpg"),
        (["cut", str(ASTRONAUT), "-o", "/no/such/folder/x.psd"], 4, "/no/such"),
        (["cut", str(ASTRONAUT), "--model", "no-such-model"], 5, "no-such-model"),
        (["cut", str(ASTRONAUT), str(CAT), "-o", "one.psd"], 2, "folder"),
        (["cut", "-"], 2, "-o"),
        (["cut", "--no-such-option"], 2, "no-such-option"),
        (["refine", str(ASTRONAUT), "-o", "unwritten.psd"], 7, "recipe"),
        (["cut", str(ASTRONAUT), "--device", "cuda", "-o", "unwritten.psd"], 6, "cuda"),
        (["cut", str(ASTRONAUT), "-o", "out.xyz"], 2, ".psd, .psb"),
        (["cut", str(ASTRONAUT), "-o", ""], 2, "empty"),
        (["cut", "", "-o", "out.png"], 2, "empty"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--model", ""], 5, "no model"),
        (["cut", str(ASTRONAUT), "-o", "out.psd", "--bits", "8"], 2, "keeps the depth"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--bits", "32"], 2, "8 or 16"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--background", "no such thing"], 2, "no such thing"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--key", "gray"], 2, "hue"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--shift", "nan"], 2, "shift"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--feather", "1e9"], 2, "feather"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--save-mask", "mask.jpg"], 2, ".png or .tif"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--save-mask", "-"], 2, "file of its own"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--mask-bits", "8"], 2, "goes with --save-mask"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--from-mask", "m.png", "--no-zoom"], 2, "--no-zoom"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--quality", "80"], 2, "knows no quality"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--save-mask", "out.png"], 2, "two files"),
        (["cut", str(ASTRONAUT), "-o", "out.png", "--layer", "Photo"], 2, "PSD, PSB or TIFF"),
        (["cut", str(ASTRONAUT), "-o", "out.tif", "--layer", "Photo"], 2, "alike"),
        (
            [
                "cut",
                str(ASTRONAUT),
                "--trimap",
                "t.png",
                "--device",
                "cpu",
                "--edge",
                "hard",
                "-o",
                "out.png",
            ],
            2,
            "--device",
        ),
        (["render", str(ASTRONAUT), "-o", "out.webp", "--bits", "16"], 2, "8 bits"),
        (["render", str(ASTRONAUT), "-o", "missing/out.png"], 4, "missing"),
        (["render", str(ASTRONAUT), "-o", "out.png", "--background", "blur(9)"], 2, "refine"),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_one_sentence(
    arguments: list[str],
    code: int,
    said: str,
    capsys: Captured,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == code
    err = capsys.readouterr().err
    assert said.lower() in err.lower()
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir()), "nothing half-done is left"


def test_refining_with_nothing_set_makes_the_same_mask(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    first, second, third = tmp_path / "1.psd", tmp_path / "2.psd", tmp_path / "3.psd"
    assert run("cut", picture, "--from-mask", mask, "-o", first) == 0
    assert run("refine", first, "-o", second) == 0
    assert run("refine", first, "-o", third, "--shift", "-2") == 0

    def mask_of(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        found = PSDImage.open(path)[0].mask
        assert found is not None
        image = found.topil()
        assert image is not None
        return np.asarray(image)

    assert (mask_of(first) == mask_of(second)).all()
    assert mask_of(third).sum() < mask_of(first).sum()


def test_rendering_the_layers_gives_the_picture_that_the_cut_gave(
    disc: tuple[Path, Path], tmp_path: Path
) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "x.psd") == 0
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "direct.png") == 0
    assert run("render", tmp_path / "x.psd", "-o", tmp_path / "rendered.png") == 0
    direct, rendered = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("direct", "rendered"))
    assert (direct == rendered).all()


def test_completion_scripts_name_the_program(capsys: Captured) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert run("completion", shell) == 0
        assert "_MATTEWORK_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["cut", "render"])
def test_a_picture_is_never_written_over_itself(
    disc: tuple[Path, Path], command: str, capsys: Captured
) -> None:
    picture, mask = disc
    before = picture.read_bytes()
    link = picture.with_name("link.png")
    link.symlink_to(picture)
    extra = ["--from-mask", mask] if command == "cut" else []
    for target in (picture, link):
        assert run(command, picture, *extra, "-o", target, "--overwrite") == 2
        assert "would be gone" in capsys.readouterr().err
    assert picture.read_bytes() == before


def test_a_mask_is_not_written_over_the_picture_or_the_mask_that_was_brought(
    disc: tuple[Path, Path], tmp_path: Path
) -> None:
    picture, mask = disc
    before = picture.read_bytes(), mask.read_bytes()
    for target in disc:
        arguments = ["--from-mask", mask, "--save-mask", target, "-o", tmp_path / "o.psd", "--overwrite"]
        assert run("cut", picture, *arguments) == 2
    assert (picture.read_bytes(), mask.read_bytes()) == before
    assert not (tmp_path / "o.psd").exists()


def test_picture_mask_and_recipe_are_three_files_however_they_are_called(
    disc: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    picture, mask = disc
    (tmp_path / "in").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "in", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    twice = (
        ("-o", tmp_path / "o.png", "--save-mask", "o.png"),
        ("-o", "in/o.png", "--save-mask", "link/o.png"),
        ("-o", "o.png", "--save-recipe", "in/../o.png"),
        ("-o", "o.png", "--save-mask", "m.png", "--save-recipe", tmp_path / "m.png"),
    )
    for names in twice:
        assert run("cut", picture, "--from-mask", mask, *names, "--overwrite") == 2
        assert "Name two files" in capsys.readouterr().err
    assert not list(tmp_path.rglob("[om].png"))


def test_a_cutout_may_be_refined_in_its_place(disc: tuple[Path, Path], tmp_path: Path) -> None:
    picture, mask = disc
    target = tmp_path / "x.psd"
    assert run("cut", picture, "--from-mask", mask, "-o", target) == 0
    first = target.read_bytes()
    assert run("refine", target, "-o", target) == 4
    assert run("refine", target, "-o", target, "--overwrite", "--feather", 2) == 0
    assert target.read_bytes() != first


@pytest.mark.parametrize("which", ["photo", "recipe", "background"])
def test_refining_writes_over_nothing_that_it_reads(
    which: str, disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    recipe, behind, target = tmp_path / "disc.xmp", tmp_path / "behind.png", tmp_path / "o.png"
    shutil.copy(picture, behind)
    assert run("cut", picture, "--from-mask", mask, "-o", target, "--save-recipe", recipe) == 0
    read = {"photo": picture, "recipe": recipe, "background": behind}
    before = {name: path.read_bytes() for name, path in read.items()}
    arguments = ["--recipe", recipe, "--background", behind, "--format", "png", "-o", read[which]]
    assert run("refine", picture, *arguments, "--overwrite") == 2
    assert "would be gone" in capsys.readouterr().err
    assert {name: path.read_bytes() for name, path in read.items()} == before


@pytest.mark.parametrize("command", ["cut", "refine", "info"])
def test_with_json_a_single_failure_is_an_object_too(command: str, tmp_path: Path, capsys: Captured) -> None:
    missing = tmp_path / "missing.jpg"
    assert run(command, missing, "--json") == 3
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result["kind"] == "FileNotReadable"
    assert str(missing) in result.values()
    assert "missing.jpg" in err


def test_refining_as_json_tells_what_cutting_does(
    disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "x.psd", "--json") == 0
    cut = json.loads(capsys.readouterr().out)
    assert run("refine", tmp_path / "x.psd", "-o", tmp_path / "y.jpg", "--json") == 0
    refined = json.loads(capsys.readouterr().out)
    assert set(refined) == set(cut)
    assert any("JPEG" in note for note in refined["notes"]), "notes of saving are told too"


def test_what_ran_is_called_by_its_name(
    photo: Path, disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "m.psd") == 0
    assert "your own mask" in capsys.readouterr().err
    assert run("cut", picture, "--trimap", mask, "-o", tmp_path / "t.psd") == 0
    assert "your own trimap" in capsys.readouterr().err
    assert run("cut", photo, "-o", tmp_path / "p.psd") == 0
    assert re.search(r"mattework-subject( \+ mattework-prompt)? on CPU", capsys.readouterr().err)
    assert run("refine", tmp_path / "p.psd", "-o", tmp_path / "q.psd") == 0
    assert "on CPU" not in capsys.readouterr().err, "no model ran"


def test_a_background_that_a_rendered_picture_hides_is_told(
    disc: tuple[Path, Path], tmp_path: Path, capsys: Captured
) -> None:
    picture, mask = disc
    cut, covered = tmp_path / "cut.psd", tmp_path / "covered.psd"
    assert run("cut", picture, "--from-mask", mask, "-o", cut) == 0
    assert run("cut", picture, "--from-mask", mask, "-o", covered, "--background", "white") == 0
    capsys.readouterr()
    behind = ("--background", "red..red")
    assert run("render", cut, *behind, "-o", tmp_path / "cut.png") == 0
    assert "note" not in capsys.readouterr().err
    assert run("render", covered, *behind, "-o", tmp_path / "covered.png") == 0
    assert "the background is not seen" in capsys.readouterr().err
    with Image.open(tmp_path / "cut.png") as red, Image.open(tmp_path / "covered.png") as white:
        assert (red.getpixel((2, 2)), white.getpixel((2, 2))) == ((255, 0, 0), (255, 255, 255))


def test_a_rendered_file_carries_no_recipe(disc: tuple[Path, Path], tmp_path: Path, capsys: Captured) -> None:
    picture, mask = disc
    assert run("cut", picture, "--from-mask", mask, "-o", tmp_path / "x.psd") == 0
    assert run("render", tmp_path / "x.psd", "-o", tmp_path / "flat.psd") == 0
    assert run("refine", tmp_path / "flat.psd", "-o", tmp_path / "y.psd") == 7


def test_a_trimap_of_another_size_is_named(disc: tuple[Path, Path], tmp_path: Path, capsys: Captured) -> None:
    picture, _ = disc
    Image.new("L", (7, 5)).save(tmp_path / "small.png")
    assert run("cut", picture, "--trimap", tmp_path / "small.png") == 2
    err = capsys.readouterr().err
    assert "trimap" in err
    assert "small.png has 7 x 5" in err


@pytest.mark.parametrize("model", ["mobile-sam", "lama", "vitmatte-small"])
def test_a_model_of_another_trade_is_refused_with_what_it_does(
    model: str, tmp_path: Path, capsys: Captured
) -> None:
    assert run("cut", ASTRONAUT, "--model", model, "-o", tmp_path / "x.psd") == 2
    assert "does not find subjects" in capsys.readouterr().err
