"""What is saved over the very file that was read: never the photo itself, and nothing that holds less."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import mattework
from mattework.errors import UsageError
from samples import draw_disc
from special_layers import add_special_layer


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rgb, _ = draw_disc(64, 64)
    path = tmp_path / "photo.png"
    Image.fromarray(rgb).save(path)
    return path


def cut(source: object) -> mattework.Cutout:
    return mattework.cut_out(source, from_mask=draw_disc(64, 64)[1], solver="hard")  # type: ignore[arg-type]


@pytest.fixture
def layered(photo: Path) -> Path:
    path = photo.with_name("photo.psd")
    cut(photo).save(path)
    return path


@pytest.mark.parametrize("opens", [str, Path, lambda path: path.open("rb"), Image.open])
def test_the_photo_is_not_written_over(opens: Callable[[Path], object], photo: Path) -> None:
    before = photo.read_bytes()
    source = opens(photo)
    cutout = cut(source)
    if hasattr(source, "close"):
        source.close()
    other_name = photo.with_name("link.png")
    os.link(photo, other_name)
    for target in (photo, str(photo), other_name):
        with pytest.raises(UsageError, match="would be gone"):
            cutout.save(target, overwrite=True)
        with pytest.raises(UsageError, match="would be gone"):
            cutout.save_mask(target, overwrite=True)
        with pytest.raises(UsageError, match="would be gone"):
            cutout.save_recipe(target, overwrite=True)
    assert photo.read_bytes() == before
    cutout.save(photo.with_name("new.png"), overwrite=True)
    cutout.save(photo.with_name("new.png"), overwrite=True)


def test_a_photo_is_not_written_over_by_its_refined_cut_out(photo: Path) -> None:
    cutout = cut(photo)
    before = photo.read_bytes()
    again = mattework.apply_recipe(photo, recipe=cutout.recipe, inputs=cutout.inputs)
    with pytest.raises(UsageError, match="would be gone"):
        again.save(photo, overwrite=True)
    assert photo.read_bytes() == before


def test_the_folder_that_was_current_then_is_the_one_that_counts(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cutout = cut(photo.name)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="would be gone"):
        cutout.save(photo, overwrite=True)


def test_a_cut_out_of_ours_is_refined_in_its_place(layered: Path) -> None:
    before = layered.read_bytes()
    again = mattework.apply_recipe(layered)
    again.save(layered, overwrite=True)
    again.save(layered, overwrite=True)
    with pytest.raises(UsageError, match="flat picture"):
        again.save(layered, format="png", overwrite=True)
    assert (mattework.apply_recipe(layered).alpha == again.alpha).all()
    assert len(layered.read_bytes()) == len(before)


def test_a_cut_out_that_holds_more_is_not_refined_away(layered: Path) -> None:
    add_special_layer(layered, "Mine", b"nvrt")
    before = layered.read_bytes()
    again = mattework.apply_recipe(layered)
    with pytest.raises(UsageError, match="“Mine”"):
        again.save(layered, overwrite=True)
    assert layered.read_bytes() == before


def test_a_painted_mask_is_not_refined_away(layered: Path) -> None:
    document = mattework.open_document(layered)
    painted = tuple(_paint(one) for one in document.walk_layers())
    mattework.save_document(replace(document, layers=painted, composite=None), layered, overwrite=True)
    before = layered.read_bytes()
    with pytest.raises(UsageError, match="changed by hand"):
        mattework.apply_recipe(layered).save(layered, overwrite=True)
    assert layered.read_bytes() == before


def test_a_painted_mask_of_one_layer_is_not_refined_away(layered: Path) -> None:
    mask = draw_disc(64, 64)[1]
    document = mattework.open_document(layered)
    with pytest.raises(UsageError, match="that of the whole picture made room"):
        mattework.cut_layer(
            layered, "Photo", layered, existing="replace", keep_recipe=True, overwrite=True, from_mask=mask
        )
    bare = replace(document, metadata=replace(document.metadata, xmp=None))
    mattework.save_document(bare, layered, overwrite=True)
    done = mattework.cut_layer(
        layered,
        "Photo",
        layered,
        existing="replace",
        keep_recipe=True,
        overwrite=True,
        from_mask=mask,
        solver="hard",
    )
    with pytest.raises(UsageError, match="would be gone"):
        done.cutout.save(layered, overwrite=True)  # that layer alone
    mattework.refine_layer(layered, layered, overwrite=True)
    document = mattework.open_document(layered)
    painted = tuple(_paint(one) for one in document.walk_layers())
    mattework.save_document(replace(document, layers=painted, composite=None), layered, overwrite=True)
    before = layered.read_bytes()
    with pytest.raises(UsageError, match="“Photo”"):
        mattework.refine_layer(layered, layered, overwrite=True)
    assert layered.read_bytes() == before
    mattework.refine_layer(layered, layered.with_name("other.psd"), overwrite=True)


def test_a_document_is_not_saved_over_its_file_without_what_was_left_out_of_it(
    layered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_special_layer(layered, "Mine", b"nvrt")
    before = layered.read_bytes()
    monkeypatch.chdir(layered.parent)
    document = mattework.open_document(layered.name)
    monkeypatch.chdir("/")
    other_name = layered.with_name("link.psd")
    os.link(layered, other_name)
    for target in (layered, other_name):
        with pytest.raises(UsageError, match="“Mine”"):
            mattework.save_document(document, target, overwrite=True)
    assert layered.read_bytes() == before
    elsewhere = layered.with_name("copy.psd")
    mattework.save_document(document, elsewhere)
    mattework.save_document(document, elsewhere, overwrite=True)
    mattework.save_document(replace(document, read_from=None), layered, overwrite=True)
    assert mattework.open_document(layered).left_out == ()


def test_a_document_is_not_flattened_over_its_file(layered: Path) -> None:
    before = layered.read_bytes()
    document = mattework.open_document(layered)
    with pytest.raises(UsageError, match="flat picture"):
        mattework.save_document(document, layered, format="png", overwrite=True)
    assert layered.read_bytes() == before
    mattework.save_document(document, layered, overwrite=True)


def test_the_file_of_a_document_that_is_cut_counts_as_read(photo: Path, layered: Path) -> None:
    with pytest.raises(UsageError, match="would be gone"):
        cut(mattework.open_document(photo)).save(photo, overwrite=True)
    add_special_layer(layered, "Mine", b"nvrt")
    with pytest.raises(UsageError, match="“Mine”"):
        mattework.apply_recipe(mattework.open_document(layered)).save(layered, overwrite=True)


def _paint(layer: mattework.Layer) -> mattework.Layer:
    if layer.mask is None:
        return layer
    pixels = layer.mask.pixels.copy()
    pixels[:6, :6] = 255
    return replace(layer, mask=replace(layer.mask, pixels=pixels))
