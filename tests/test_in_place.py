"""Cutting one layer of a designer's document, with everything else kept."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from psd_tools import PSDImage

import mattework
from mattework.cli.root import run_command_line
from mattework.document.model import BlendMode, ColorMode, Document, Group, Layer
from mattework.errors import UnsupportedFile, UsageError
from mattework.geometry import Rect, Size
from samples import draw_disc


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """A document of three layers whose photo lies partly beyond the canvas."""
    picture, _ = draw_disc()
    size = Size(120, 100)
    ground = np.full((100, 120, 3), 90, np.uint8)
    photo = Layer("Photo", Rect(40, 30, 136, 110), picture)
    words = Layer("Words", Rect(5, 5, 25, 15), np.full((10, 20, 3), 250, np.uint8), blend=BlendMode.MULTIPLY)
    group = Group("Shot", (photo,))
    document = Document(size, ColorMode.RGB, 8, (Layer("Ground", size.rect, ground), group, words))
    path = tmp_path / "design.psd"
    mattework.save_document(document, path)
    return path


def test_the_mask_lands_on_the_layer_and_fills_its_rectangle(design: Path, tmp_path: Path) -> None:
    _, truth = draw_disc()
    done = mattework.cut_layer(design, "Shot/Photo", tmp_path / "out.psd", from_mask=truth)
    before, after = mattework.open_document(design), mattework.open_document(tmp_path / "out.psd")
    layers = {layer.name: layer for layer in after.walk_layers()}
    mask = layers["Photo"].mask
    assert mask is not None
    assert mask.rect == Rect(40, 30, 136, 110)
    assert np.abs(mask.pixels / 255 - done.cutout.alpha).max() <= 0.5 / 255 + 1e-6
    for old in before.walk_layers():
        assert (layers[old.name].pixels == old.pixels).all()
    assert layers["Words"].mask is None
    assert done.edit.layer == "Shot/Photo"


def test_a_layered_tiff_takes_the_mask_too(design: Path, tmp_path: Path) -> None:
    tiff = tmp_path / "design.tif"
    mattework.save_document(mattework.open_document(design), tiff)
    alpha = tmp_path / "alpha.png"
    cv2.imwrite(str(alpha), (draw_disc()[1] * 255).astype(np.uint8))
    arguments = ["cut", str(tiff), "--layer", "Photo", "--from-mask", str(alpha), "--keep-recipe"]
    assert run_command_line(arguments) == 0
    before, after = (mattework.open_document(tmp_path / name) for name in ("design.tif", "design.cutout.tif"))
    layers = {layer.name: layer for layer in after.walk_layers()}
    mask = layers["Photo"].mask
    assert mask is not None
    assert mask.rect == Rect(40, 30, 136, 110)
    for old in before.walk_layers():
        assert (layers[old.name].pixels == old.pixels).all()
    assert after.composite is not None
    assert np.array_equal(after.composite, mattework.flatten_document(after)[0])
    assert b"mattework" in (after.metadata.xmp or b"")


def test_a_layer_that_is_not_there_is_named_with_those_that_are(design: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Shot/Photo"):
        mattework.cut_layer(design, "Foto", tmp_path / "out.psd", from_mask=draw_disc()[1])
    assert not (tmp_path / "out.psd").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs a list of open files")
def test_a_document_is_closed_before_it_is_replaced_as_windows_wants(
    design: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file = os.replace

    def check_first(source: Path, target: Path) -> None:
        opened = [os.path.realpath(one.path) for one in os.scandir("/proc/self/fd")]
        assert str(design.resolve()) not in opened
        replace_file(source, target)

    monkeypatch.setattr(os, "replace", check_first)
    mattework.cut_layer(design, "Photo", design, from_mask=draw_disc()[1], overwrite=True)
    assert any(one.mask for one in mattework.open_document(design).walk_layers())


def test_what_would_need_a_layer_of_its_own_is_refused(design: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="background would need layers"):
        mattework.cut_layer(design, "Photo", tmp_path / "out.psd", background="white")
    assert not (tmp_path / "out.psd").exists()


def test_a_mask_that_is_there_is_not_lost_unasked(design: Path, tmp_path: Path) -> None:
    truth = draw_disc()[1]
    first = tmp_path / "first.psd"
    mattework.cut_layer(design, "Photo", first, from_mask=truth)
    with pytest.raises(UsageError, match="has a mask"):
        mattework.cut_layer(first, "Photo", tmp_path / "second.psd", from_mask=truth)
    mattework.cut_layer(first, "Photo", tmp_path / "second.psd", from_mask=truth, existing="multiply")
    mask = next(
        one.mask for one in mattework.open_document(tmp_path / "second.psd").walk_layers() if one.mask
    )
    once = next(one.mask for one in mattework.open_document(first).walk_layers() if one.mask)
    assert (mask.pixels <= once.pixels).all()


def test_the_command_line_masks_a_layer_by_name(design: Path, tmp_path: Path) -> None:
    target = tmp_path / "masked.psd"
    assert run_command_line(["cut", str(design), "--layer", "Photo", "-o", str(target)]) == 0
    photo = next(one for one in PSDImage.open(target).descendants() if one.name == "Photo")
    assert photo.has_mask()


def test_the_recipe_is_written_only_when_asked_for(design: Path, tmp_path: Path) -> None:
    truth = draw_disc()[1]
    plain, kept = tmp_path / "plain.psd", tmp_path / "kept.psd"
    mattework.cut_layer(design, "Photo", plain, from_mask=truth)
    mattework.cut_layer(design, "Photo", kept, from_mask=truth, keep_recipe=True)
    assert mattework.open_document(plain).metadata.xmp is None
    assert b"mattework" in (mattework.open_document(kept).metadata.xmp or b"")


def test_a_picture_without_layers_is_called_what_it_is(tmp_path: Path) -> None:
    from PIL import Image

    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 8)).save(photo)
    with pytest.raises(UnsupportedFile, match=r"photo\.jpg is a JPEG file, which has no layers"):
        mattework.cut_layer(photo, "Photo", tmp_path / "out.psd", from_mask=draw_disc()[1])
