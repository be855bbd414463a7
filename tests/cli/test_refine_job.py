"""A file may be refined in its own place only where nothing in it is lost by that."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from psd_tools.psd import PSD

from mattework import Document, Group, Layer, open_document, save_document
from mattework.cli.root import run_command_line
from mattework.geometry import Rect
from special_layers import add_special_layer

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def cutout(disc: tuple[Path, Path], tmp_path: Path) -> Path:
    target = tmp_path / "cut.psd"
    assert run("cut", disc[0], "--from-mask", disc[1], "--edge", "hard", "-o", target) == 0
    return target


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


def refine_in_place(path: Path, *more: object) -> int:
    return run("refine", path, "-o", path, "--overwrite", "--shift", "-1", *more)


def paint_masks(path: Path) -> None:
    """Show a corner of every masked layer, as with a brush in another program."""
    document = open_document(path)

    def paint(node: Layer | Group) -> Layer | Group:
        if node.mask is None:
            return node
        pixels = node.mask.pixels.copy()
        pixels[:6, :6] = 255
        return replace(node, mask=replace(node.mask, pixels=pixels))

    painted = replace(document, layers=tuple(map(paint, document.layers)), composite=None)
    save_document(painted, path, overwrite=True)


@pytest.mark.parametrize(
    ("key", "word"),
    [(b"nvrt", "adjustment (invert)"), (b"GdFl", "fill (gradient)"), (b"PtFl", "fill (pattern)"),
     (b"SoLd", "smart object"), (b"TySh", "text")],
)  # fmt: skip
def test_what_reading_leaves_out_is_not_refined_away(
    cutout: Path, key: bytes, word: str, capsys: Captured
) -> None:
    add_special_layer(cutout, "Mine", key)
    before = cutout.read_bytes()
    assert refine_in_place(cutout) == 2
    said = capsys.readouterr().err
    assert "“Mine”" in said
    assert word in said
    assert "-o" in said
    assert cutout.read_bytes() == before
    assert sorted(one.name for one in cutout.parent.glob("*.psd")) == ["cut.psd"]
    assert run("refine", cutout, "-o", cutout.with_name("other.psd"), "--shift", "-1") == 0
    assert cutout.read_bytes() == before


@pytest.mark.parametrize(("suffix", "flat"), [(".psd", "png"), (".tif", "tiff")])
@pytest.mark.parametrize("is_layer", [False, True])
def test_a_layered_file_is_not_refined_into_a_flat_picture_in_its_place(
    suffix: str, flat: str, is_layer: bool, cutout: Path, disc: tuple[Path, Path], capsys: Captured
) -> None:
    path = cutout.with_name(f"design{suffix}")
    document = open_document(cutout)
    if is_layer:
        # Its own recipe would stand in the way: a file has room for one.
        save_document(replace(document, metadata=replace(document.metadata, xmp=None)), path)
        more = ("--from-mask", disc[1], "--existing-mask", "replace", "--keep-recipe", "--overwrite")
        assert run("cut", path, "--layer", "Photo", *more, "-o", path) == 0
    else:
        save_document(document, path)
        assert run("refine", cutout, "-o", path, "--overwrite") == 0
    before = path.read_bytes()
    assert refine_in_place(path, "--format", flat) == 2
    assert "flat picture" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert refine_in_place(path) == 0


def test_many_losses_are_counted(cutout: Path, capsys: Captured) -> None:
    for number in range(9):
        add_special_layer(cutout, f"Mine {number}", b"nvrt")
    assert refine_in_place(cutout) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "Mine 0" in said
    assert "Mine 8" not in said
    assert "And 3 more." in said


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_another_name_of_the_file_is_the_file(cutout: Path) -> None:
    add_special_layer(cutout, "Mine", b"nvrt")
    before = cutout.read_bytes()
    link = cutout.with_name("link.psd")
    link.symlink_to(cutout)
    assert run("refine", link, "-o", cutout, "--overwrite") == 2
    assert cutout.read_bytes() == before


def test_painting_on_the_mask_is_not_refined_away(cutout: Path, capsys: Captured) -> None:
    paint_masks(cutout)
    before = cutout.read_bytes()
    assert refine_in_place(cutout) == 2
    assert "changed by hand" in capsys.readouterr().err
    assert cutout.read_bytes() == before
    assert run("refine", cutout, "-o", cutout.with_name("other.psd")) == 0


def test_layers_are_not_put_together_in_place(cutout: Path, capsys: Captured) -> None:
    """On a larger canvas the photo is not the picture any more."""
    document = open_document(cutout)
    grown = replace(document.size, width=document.size.width + 20)
    save_document(replace(document, size=grown, composite=None), cutout, overwrite=True)
    before = cutout.read_bytes()
    assert refine_in_place(cutout) == 2
    assert "put together" in capsys.readouterr().err
    assert cutout.read_bytes() == before


def test_pixels_of_others_do_not_stand_in_the_way(cutout: Path) -> None:
    document = open_document(cutout)
    mine = Layer("Mine", Rect(3, 4, 9, 8), np.full((4, 6, 3), 77, np.uint8), opacity=0.5)
    theirs = replace(document, layers=(*document.layers, mine), composite=None)
    save_document(theirs, cutout, overwrite=True)
    assert refine_in_place(cutout) == 0
    kept = open_document(cutout).layers[-1]
    assert isinstance(kept, Layer)
    assert kept.name == "Mine"
    assert (kept.pixels == mine.pixels).all()


@pytest.fixture
def masked(disc: tuple[Path, Path], tmp_path: Path) -> Path:
    """A document of somebody's, one layer of which was cut."""
    pixels = np.full((80, 96, 3), 90, np.uint8)
    photo = open_document(disc[0]).layers[0]
    assert isinstance(photo, Layer)
    size = open_document(disc[0]).size
    ground = Layer("Ground", size.rect, pixels)
    document = Document(
        size, open_document(disc[0]).mode, 8, (ground, replace(photo, name="Shot", rect=size.rect))
    )
    save_document(document, tmp_path / "design.psd")
    target = tmp_path / "masked.psd"
    arguments = ("--layer", "Shot", "--from-mask", disc[1], "--keep-recipe", "-o", target)
    assert run("cut", tmp_path / "design.psd", *arguments) == 0
    return target


def test_the_mask_of_one_layer_is_made_again_in_place_unless_it_was_painted_on(
    masked: Path, capsys: Captured
) -> None:
    add_special_layer(masked, "Mine", b"nvrt")  # every other byte stays
    assert refine_in_place(masked) == 0
    with masked.open("rb") as stream:
        psd = PSD.read(stream)
    info = psd.layer_and_mask_information.layer_info
    assert info is not None
    assert [record.name for record in info.layer_records] == ["Ground", "Shot", "Mine"]
    before = masked.read_bytes()
    assert refine_in_place(masked, "--format", "psb") == 2
    assert "“Mine”" in capsys.readouterr().err
    assert masked.read_bytes() == before


def test_a_layers_mask_that_was_painted_on_is_not_refined_away(masked: Path, capsys: Captured) -> None:
    paint_masks(masked)
    before = masked.read_bytes()
    assert refine_in_place(masked) == 2
    assert "“Shot”" in capsys.readouterr().err
    assert masked.read_bytes() == before
