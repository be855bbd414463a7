"""What the sample maker promises to training: repeatable, aligned, and honest about what is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework_training.camera import change_key
from mattework_training.grounds import Pixels, Shape, choose_ground, draw_pattern, draw_studio
from mattework_training.library import Library, Photo, find_data, load_library
from mattework_training.placing import LETTERBOX_GREY, Placed, Pose, frame_photo, place_cutout
from mattework_training.portraits import crop_portrait, cut_from_photo, hide_face
from mattework_training.samples import RECIPE, SampleMaker
from mattework_training.shadows import cast_shadow, contact_shadow, reflect_below
from mattework_training.strands import grow_strands
from mattework_training.subjects import CUTOUT_SHARES
from training.tiny_sets import draw_cutout, draw_person, draw_pet


def test_shares_add_up_to_one() -> None:
    assert sum(RECIPE.values()) == pytest.approx(1)
    assert sum(CUTOUT_SHARES.values()) == pytest.approx(1)


@pytest.mark.parametrize("kind", [kind for kind in RECIPE if kind != "clothes"])
def test_same_seed_and_index_give_the_same_sample(library: Library, kind: str) -> None:
    first = SampleMaker(library, 5).make_kind(kind, 3, (96, 128))
    again = SampleMaker(library, 5).make_kind(kind, 3, (96, 128))
    other = SampleMaker(library, 5).make_kind(kind, 4, (96, 128))
    assert first is not None
    assert again is not None
    assert other is not None
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.alpha, again.alpha)
    assert not np.array_equal(first.image, other.image)


def test_a_kind_without_its_set_becomes_a_composite(library: Library) -> None:
    assert not library.clothes
    maker = SampleMaker(library, 0)
    assert maker.make_kind("clothes", 0, (64, 64)) is None
    kinds = {maker.make(index, (64, 64)).kind for index in range(60)}
    assert "clothes" not in kinds
    assert {"composite", "people", "pets"} <= kinds


def test_every_sample_has_the_asked_shape_and_bytes(library: Library) -> None:
    maker = SampleMaker(library, 1)
    for index in range(40):
        sample = maker.make(index, (96, 64))
        assert sample.image.shape == (96, 64, 3)
        assert sample.alpha.shape == sample.known.shape == (96, 64)
        assert sample.image.dtype == sample.alpha.dtype == sample.known.dtype == np.uint8


def test_a_small_subject_is_alone_in_the_alpha(library: Library) -> None:
    shares = []
    for index in range(30):
        sample = SampleMaker(library, 6).make_kind("small", index, (160, 160))
        assert sample is not None
        shares.append((sample.alpha > 127).mean())
        # The distractors are background: only one thing is in the alpha, and tips of its hair that hang loose.
        _, _, pieces, _ = cv2.connectedComponentsWithStats((sample.alpha > 127).astype(np.uint8))
        areas = np.sort(pieces[1:, cv2.CC_STAT_AREA])
        assert (areas[:-1] < 0.05 * areas[-1]).all()
    assert max(shares) < 0.16
    assert 0.03 < np.median(shares) < 0.12


def test_what_somebody_holds_is_one_with_them(library: Library) -> None:
    for index in range(12):
        sample = SampleMaker(library, 6).make_kind("holding", index, (160, 160))
        assert sample is not None
        _, _, pieces, _ = cv2.connectedComponentsWithStats((sample.alpha > 127).astype(np.uint8))
        areas = np.sort(pieces[1:, cv2.CC_STAT_AREA])
        assert areas[-1] > 0.05 * sample.alpha.size
        assert (areas[:-1] < 0.05 * areas[-1]).all()


def test_a_close_up_takes_much_of_the_frame_and_is_cut_by_its_border(library: Library) -> None:
    cut = []
    for index in range(12):
        sample = SampleMaker(library, 6).make_kind("close-up", index, (96, 128))
        assert sample is not None
        mask = sample.alpha > 127
        assert 0.15 < mask.mean() < 0.9
        cut.append(mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
    assert np.mean(cut) > 0.9


def test_what_stands_before_a_subject_is_no_part_of_it(library: Library) -> None:
    subject = Placed(np.full((64, 80, 3), 30, np.float32), np.ones((64, 80), np.float32))
    post = np.zeros((64, 80), np.float32)
    post[:, 20:30] = 1
    post[:, 30] = 0.5
    front = Placed(np.full((64, 80, 3), 220, np.float32), post)
    ground = np.zeros((64, 80, 3), np.float32)
    rng = np.random.default_rng(1)
    sample = SampleMaker(library, 0).compose("obstructed", ground, [subject], (64, 80), rng, [front])
    assert not sample.alpha[:, 20:30].any()
    assert (np.abs(sample.alpha[:, 30].astype(int) - 128) <= 1).all()
    assert (sample.alpha[:, 31:] == 255).all()


def test_enough_of_an_obstructed_subject_stays_visible(library: Library) -> None:
    shares = []
    for index in range(20):
        sample = SampleMaker(library, 6).make_kind("obstructed", index, (96, 128))
        assert sample is not None
        shares.append((sample.alpha > 127).mean())
    assert np.median(shares) > 0.03
    assert max(shares) < 0.9


@pytest.mark.parametrize(("kind", "least", "most"), [("composite", 5, 30), ("product", 0, 0)])
def test_black_before_dark_and_white_before_bright_are_trained_on_and_not_measured(
    library: Library, kind: str, least: int, most: int
) -> None:
    """Of a black swan on dark water the body went, and of white on white the shirt."""
    subject = np.zeros((64, 80), np.float32)
    subject[16:48, 20:60] = 1
    placed = Placed(np.full((64, 80, 3), 140, np.float32), subject)
    ground = np.full((64, 80, 3), 115, np.float32)
    dark = bright = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        light = SampleMaker(library, 0).compose(kind, ground, [placed], (64, 80), rng).image.mean(axis=2)
        tones = np.median(light[24:40, 30:50]), np.median(light[:8])
        dark += bool(max(tones) < 70)
        bright += bool(min(tones) > 175)
    assert least <= dark <= most
    assert least <= bright <= most


def test_a_changed_key_keeps_the_order_of_tones() -> None:
    tones = np.linspace(0, 255, 30, dtype=np.float32).reshape(2, 5, 3)
    for share in (-0.8, 0.6):
        changed = change_key(tones, share)
        assert (np.diff(changed.ravel()) > 0).all()
        assert np.ptp(changed) == pytest.approx(255 * (1 - abs(share)), rel=1e-4)
        assert (changed.min() == 0) == (share < 0)
        assert (changed.max() == pytest.approx(255)) == (share > 0)


def test_empty_scenes_have_no_subject(library: Library) -> None:
    for index in range(10):
        sample = SampleMaker(library, 2).make_kind("empty", index, (64, 96))
        assert sample is not None
        assert not sample.alpha.any()
        assert (sample.known == 255).all()


def test_the_unlabelled_band_of_a_trimap_is_not_known(library: Library) -> None:
    sample = SampleMaker(library, 3).make_kind("pets", 0, (128, 128))
    assert sample is not None
    assert (sample.known == 0).mean() > 0.01
    assert (sample.known == 255).mean() > 0.3


@given(seed=st.integers(0, 2**32 - 1), index=st.integers(0, 5))
def test_mask_moves_with_its_photograph(seed: int, index: int) -> None:
    """The red channel of the photograph is its mask, so both must still agree in the frame."""
    _, mask = draw_person(index)
    image = np.dstack([mask, np.full_like(mask, 90), np.full_like(mask, 20)])
    framed = frame_photo(Photo(image, mask), (96, 128), np.random.default_rng(seed))
    inside = cv2.erode((framed.image[..., 1] == 90).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    difference = np.abs(framed.image[..., 0].astype(int) - framed.mask)[inside]
    assert difference.size == 0 or difference.max() <= 2


def test_a_photograph_seen_from_near_is_filled_by_its_subject() -> None:
    mask = np.zeros((240, 160), np.uint8)
    mask[30:230, 20:140] = 255
    photo = Photo(np.full((240, 160, 3), 200, np.uint8), mask)
    frames = [frame_photo(photo, (96, 128), np.random.default_rng(seed), near=1.0) for seed in range(40)]
    shares = [float((framed.mask > 127).mean()) for framed in frames]
    assert min(shares) > 0.6
    assert len({round(share, 2) for share in shares}) > 8
    inside = [float((framed.image == 200).mean()) for framed in frames]
    assert np.median(inside) == 1.0, "nothing beyond the photograph is seen, but where it is turned"
    assert min(inside) > 0.85


def test_a_photograph_that_nobody_labelled_teaches_nothing(library: Library) -> None:
    bare = replace(
        library, people=[Photo(photo.image, np.zeros_like(photo.mask)) for photo in library.people]
    )
    maker = SampleMaker(bare, 3)
    assert all(maker.make_kind("people", index, (96, 96)) is None for index in range(6))


def test_letterboxing_keeps_the_aspect_ratio_and_pads_with_grey() -> None:
    mask = np.zeros((200, 100), np.uint8)
    mask[40:160, 20:80] = 255
    photo = Photo(np.full((200, 100, 3), 200, np.uint8), mask)
    checked = 0
    for seed in range(200):
        framed = frame_photo(photo, (128, 256), np.random.default_rng(seed))
        picture = (framed.image == 200).all(axis=2)
        grey = (framed.image == LETTERBOX_GREY).all(axis=2)
        rows, columns = np.nonzero(picture)
        upright = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].all()
        if not (picture | grey).mean() > 0.97 or not grey.any() or not upright or rows.min() == 0:
            continue
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert 0.42 <= width / height <= 0.58  # 0.5, stretched by at most a tenth
        checked += 1
    assert checked > 5


def test_a_cutout_keeps_its_colour_and_its_hole() -> None:
    rgba = draw_cutout(0)
    pose = Pose(long_side=0.8, center=(0.5, 0.5), angle=0.3)
    placed = place_cutout(rgba, (128, 128), pose, np.random.default_rng(1))
    solid = placed.alpha > 0.9
    assert np.allclose(placed.color[solid], rgba[0, 0, :3], atol=2)
    labels = cv2.connectedComponents((placed.alpha < 0.1).astype(np.uint8))[0]
    assert labels == 3  # the label of what is not ground, the ground outside, and the hole


def test_shadows_darken_the_ground_and_reflections_lie_below_the_subject() -> None:
    alpha = np.zeros((80, 80), np.float32)
    alpha[20:60, 30:50] = 1
    color = np.zeros((80, 80, 3), np.float32)
    ground = np.full((80, 80, 3), 200, np.float32)
    for make in (cast_shadow, contact_shadow):
        shaded = make(ground, alpha, np.random.default_rng(4))
        assert shaded.max() <= 200
        assert shaded.min() < 190
    mirrored = reflect_below(ground, color, alpha, np.random.default_rng(4))
    assert np.allclose(mirrored[:50], 200)
    assert mirrored[62:70, 35:45].mean() < 195


def test_a_portrait_is_the_upper_part_of_the_person() -> None:
    image, mask = draw_person(1)
    top = int(np.nonzero(mask.any(axis=1))[0][0])
    for seed in range(10):
        portrait = crop_portrait(Photo(image, mask), np.random.default_rng(seed))
        assert portrait is not None
        assert portrait.image.shape[:2] == portrait.mask.shape
        assert portrait.mask.shape[0] < 0.75 * mask.shape[0]
        assert (portrait.mask > 0).sum() <= (mask[: top + 140] > 0).sum()
        assert portrait.mask[-1].any()  # the body leaves through the lower border


def test_a_hidden_face_changes_the_picture_and_not_the_mask() -> None:
    image, mask = draw_person(2)
    noisy = np.random.default_rng(0).integers(0, 255, image.shape).astype(np.uint8)
    hidden = hide_face(Photo(noisy, mask), np.random.default_rng(3))
    changed = (hidden.image != noisy).any(axis=2)
    assert changed.any()
    assert changed[80:].sum() == 0
    assert np.array_equal(hidden.mask, mask)


def test_fur_of_a_cut_out_pet_fades() -> None:
    image, trimap = draw_pet(0)
    ignored = np.where(trimap == 128, 255, 0).astype(np.uint8)
    mask = np.where(trimap == 255, 255, 0).astype(np.uint8)
    rgba = cut_from_photo(Photo(image, mask, ignored), np.random.default_rng(0))
    assert rgba is not None
    assert ((rgba[..., 3] > 20) & (rgba[..., 3] < 235)).mean() > 0.03
    assert (rgba[..., 3] >= 235).mean() > 0.4


@pytest.mark.parametrize("draw", [draw_studio, draw_pattern])
def test_drawn_grounds_fill_the_frame(draw: Callable[[Shape, np.random.Generator], Pixels]) -> None:
    for seed in range(12):
        ground = draw((48, 80), np.random.default_rng(seed))
        assert ground.shape == (48, 80, 3)
        assert ground.dtype == np.float32
        assert ground.min() >= 0
        assert ground.max() <= 255


def test_grounds_come_from_any_library(library: Library) -> None:
    for seed in range(40):
        for source in (library, Library()):
            ground = choose_ground(source, (64, 48), np.random.default_rng(seed))
            assert ground.shape == (64, 48, 3)


def test_held_out_pictures_are_never_trained_on(tiny_data: Path) -> None:
    train, check = load_library(tiny_data, "train"), load_library(tiny_data, "check")
    trained = {photo.image.tobytes() for photo in train.people + train.pets}
    checked = {photo.image.tobytes() for photo in check.people + check.pets}
    assert checked
    assert not trained & checked
    assert len(train.people) + len(check.people) == 24


def test_painted_shadows_of_product_renders_are_dropped(library: Library) -> None:
    for rgba in library.cutouts["tuxpaint"]:
        assert rgba.shape[0] < 105  # only the ring is left
        assert rgba[..., 3].max() > 200


def test_missing_data_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--data"):
        find_data(str(tmp_path))


def test_strands_grow_outwards_in_the_colour_of_the_outline() -> None:
    rgba = np.zeros((160, 160, 4), np.uint8)
    rgba[..., :3] = (30, 160, 90)
    cv2.circle(rgba, (80, 80), 60, (30, 160, 90, 255), -1)
    solid_before = int((rgba[..., 3] > 127).sum())
    for seed in range(6):
        grown = grow_strands(rgba, np.random.default_rng(seed))
        pad = (grown.shape[0] - 160) // 2
        assert grown.shape[0] == grown.shape[1] == 160 + 2 * pad
        body = grown[pad : pad + 160, pad : pad + 160]
        assert (body[..., 3] >= rgba[..., 3]).all()
        outside = grown[..., 3].copy()
        cv2.circle(outside, (80 + pad, 80 + pad), 62, 0, -1)
        assert (outside > 60).sum() > 30
        assert int((grown[..., 3] > 127).sum()) < 2 * solid_before
        strands = grown[outside > 100][:, :3].astype(float)
        assert not len(strands) or np.all(strands.argmax(axis=1) == 1)  # green, as the body


def test_a_cutout_without_an_outline_is_left_alone() -> None:
    speck = np.zeros((20, 20, 4), np.uint8)
    speck[9:11, 9:11] = 255
    assert np.array_equal(grow_strands(speck, np.random.default_rng(0)), speck)
