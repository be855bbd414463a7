"""Where training pictures come from: several folders, and views of one thing never on both sides."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import numpy as np
import pytest

from mattework_training import library
from mattework_training.library import find_data, find_tar, load_library, read_tar
from mattework_training.packing import add_file, encode_picture, open_tar
from training.tiny_sets import draw_cutout, draw_pet


def test_several_folders_are_read_and_the_first_wins(tiny_data: Path, tmp_path: Path) -> None:
    with open_tar(tmp_path / "photos-pseudo.tar") as archive:
        for index in range(30):
            image, trimap = draw_pet(index)
            add_file(archive, f"images/{index}.webp", encode_picture(image, ".webp"))
            add_file(archive, f"trimaps/{index}.png", encode_picture(trimap, ".png"))
    with open_tar(tmp_path / "people-ccp.tar") as archive:
        add_file(archive, "images/0.webp", b"never read, for the first folder has this set")
    given = f"{tiny_data}{os.pathsep}{tmp_path}"
    folders = find_data(given)
    assert folders == (tiny_data, tmp_path)
    assert find_tar(folders, "people-ccp") == tiny_data / "people-ccp.tar"
    both, alone = load_library(folders, "train"), load_library(tiny_data, "train")
    assert len(both.people) == len(alone.people)
    assert not alone.clothes
    assert len(both.clothes) > 20
    assert all(photo.ignored is not None and photo.ignored.any() for photo in both.clothes)


def test_what_was_made_here_is_added_where_nothing_was_named(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    (shared / "data").mkdir(parents=True)
    (shared / "data" / "train").symlink_to(tiny_data)
    monkeypatch.setenv("MATTEWORK_SHARED", str(shared))
    monkeypatch.setattr(library, "MADE_DATA", tmp_path / "made")
    assert find_data(None) == (shared / "data" / "train",)
    (tmp_path / "made").mkdir()
    assert find_data(None) == (shared / "data" / "train", tmp_path / "made")
    assert find_data(str(tiny_data)) == (tiny_data,)


def test_a_named_folder_without_tars_is_an_error_even_beside_a_good_one(
    tiny_data: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="--data"):
        find_data(f"{tiny_data}{os.pathsep}{tmp_path}")


def test_views_of_one_thing_are_never_on_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "cutouts-rendered.tar"
    with open_tar(path) as archive:
        for thing in range(80):
            for view in range(3):
                name = f"rgba/thing-{thing}@{view}.webp"
                add_file(archive, name, encode_picture(draw_cutout(thing), ".webp"))
    sides = {part: set(read_tar(path, part)["rgba"]) for part in ("train", "check")}
    things = {part: {stem.partition("@")[0] for stem in stems} for part, stems in sides.items()}
    assert things["check"]
    assert not things["train"] & things["check"]
    assert len(sides["train"]) + len(sides["check"]) == 240
    assert len(load_library(tmp_path, "train").cutouts["rendered"]) == len(sides["train"])


def test_a_set_that_is_not_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail_halfway() -> None:
        with open_tar(tmp_path / "set.tar") as archive:
            add_file(archive, "rgba/0.webp", b"half")
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert not list(tmp_path.iterdir())


def test_packed_pictures_keep_their_alpha_exactly(tmp_path: Path) -> None:
    rgba = draw_cutout(3)
    rgba[..., 3] = np.arange(120, dtype=np.uint8)[None, :] * 2
    with open_tar(tmp_path / "set.tar") as archive:
        add_file(archive, "rgba/0.webp", encode_picture(rgba, ".webp"))
    with tarfile.open(tmp_path / "set.tar") as packed:
        member = packed.extractfile("rgba/0.webp")
        assert member is not None
        stream = io.BytesIO(member.read())
    read = library.decode_picture(stream.getvalue(), -1)
    assert np.array_equal(read[..., 3], rgba[..., 3])


def test_animals_and_things_are_photographs_and_cut_outs_and_held_out_as_both(tmp_path: Path) -> None:
    names = [f"{place}-{index}" for place in ("erase", "tools") for index in range(30)]
    with open_tar(tmp_path / "photos-things.tar") as archive:
        for index, name in enumerate(names):
            image, trimap = draw_pet(index)
            image[0, 0] = (index, 0, 0)
            add_file(archive, f"images/{name}.webp", encode_picture(image, ".webp"))
            add_file(archive, f"trimaps/{name}.png", encode_picture(trimap, ".png"))
            add_file(archive, f"rgba/{name}.webp", encode_picture(draw_cutout(index), ".webp"))
    folders = find_data(str(tmp_path))
    train, check = load_library(folders, "train"), load_library(folders, "check")
    assert len(train.things) + len(check.things) == len(names)
    assert len(train.things) == len(train.cutouts["things"])
    assert len(check.things) == len(check.cutouts["things"])
    assert 0.1 * len(names) < len(check.things) < 0.35 * len(names)
    animals = len(train.ranked["animal"]) + len(check.ranked["animal"])
    assert animals == 30
