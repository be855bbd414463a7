"""What the refiner is given about a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mattework.arrays import Bytes
from mattework.geometry import Rect, Size
from mattework.matting.evidence import (
    PLANES,
    SOLVED_PLANE,
    enlarge_colours,
    gather_evidence,
    spread_colours,
    stack_evidence,
)
from mattework.matting.scene import Scene, take_scene


def make_scene(photo: Bytes, trimap: Bytes) -> Scene:
    alpha = (trimap == 255).astype(np.float32)
    frame = Size(trimap.shape[1], trimap.shape[0]).rect
    return take_scene(photo, trimap == 128, alpha, None, frame=frame, factor=1)


def draw_edge() -> tuple[Bytes, Bytes]:
    """Red beside blue with a soft edge over 8 columns, (40, 60, 3), and a trimap that leaves 24 columns unknown."""
    alpha = np.clip((np.arange(60) - 26) / 8, 0, 1)
    row = alpha[:, None] * np.array([200.0, 40, 40]) + (1 - alpha[:, None]) * np.array([20.0, 40, 220])
    photo = np.repeat(np.rint(row)[None], 40, axis=0).astype(np.uint8)
    trimap = np.zeros((40, 60), np.uint8)
    trimap[:, 18:42], trimap[:, 42:] = 128, 255
    return photo, trimap


def test_known_colours_are_carried_into_the_band() -> None:
    photo = np.zeros((64, 96, 3), np.float32)
    photo[:, :48], photo[:, 48:] = (0.8, 0.2, 0.2), (0.1, 0.2, 0.9)
    known = np.zeros((64, 96), bool)
    known[:, :16] = True
    whole = Rect(0, 0, 96, 64)
    carried = enlarge_colours(spread_colours(photo, known), whole)
    np.testing.assert_allclose(carried[32, :90], np.broadcast_to((0.8, 0.2, 0.2), (90, 3)), atol=0.01)
    nothing = enlarge_colours(spread_colours(photo, np.zeros((64, 96), bool)), whole)
    np.testing.assert_allclose(nothing, 0.5)


def test_evidence_says_where_a_pixel_lies_between_the_two_colours() -> None:
    shape = (16, 16)
    subject, ground = np.full((*shape, 3), 0.8, np.float32), np.full((*shape, 3), 0.16, np.float32)
    photo = np.full((*shape, 3), 0.32, np.float32)
    nowhere = np.zeros(shape, bool)
    solved, hints = np.full(shape, 0.25, np.float32), np.full((*shape, 3), 0.75, np.float32)
    planes = stack_evidence(photo, (nowhere, nowhere), solved, hints, subject, ground)
    assert planes.shape == (PLANES, *shape)
    np.testing.assert_allclose(planes[12], 2 * 0.25 - 1, atol=0.01)
    np.testing.assert_allclose(planes[SOLVED_PLANE], 2 * 0.25 - 1)
    np.testing.assert_allclose(planes[13:], 2 * 0.75 - 1, atol=1e-6)
    assert not planes[3:5].any()


def test_gray_photos_give_as_many_planes() -> None:
    photo, trimap = draw_edge()
    scene = make_scene(photo[..., 0], trimap)
    planes = gather_evidence(scene).take_planes(Rect(0, 0, 60, 40))
    assert planes.shape == (PLANES, 40, 60)
    np.testing.assert_array_equal(planes[0], planes[2])
    assert np.isfinite(planes).all()
    np.testing.assert_array_equal(planes[3] > 0, trimap == 255)
    np.testing.assert_array_equal(planes[4] > 0, trimap == 0)


@given(st.integers(5, 90), st.integers(5, 90), st.data())
def test_planes_of_a_part_are_those_of_the_whole(height: int, width: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(height * 100 + width)
    photo = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    trimap = np.full((height, width), 128, np.uint8)
    trimap[:2], trimap[-2:] = 255, 0
    scene = make_scene(photo, trimap)
    evidence = gather_evidence(scene)
    whole = evidence.take_planes(Rect(0, 0, width, height))
    left, right = sorted(data.draw(st.lists(st.integers(0, width), min_size=2, max_size=2, unique=True)))
    top, bottom = sorted(data.draw(st.lists(st.integers(0, height), min_size=2, max_size=2, unique=True)))
    part = evidence.take_planes(Rect(left, top, right, bottom))
    np.testing.assert_allclose(part, whole[:, top:bottom, left:right], atol=1e-5)


def test_only_what_is_plain_by_all_that_was_weighed_is_not_in_doubt() -> None:
    photo, trimap = draw_edge()
    found = gather_evidence(make_scene(photo, trimap))
    doubtful = found.find_doubtful()
    assert not doubtful[trimap != 128].any()
    assert doubtful[:, 27:33].all()  # the edge itself
    assert not doubtful[:, 18:22].any()  # plain ground, though unknown
    disagree = replace(found, hints=found.hints.copy())
    disagree.hints[10, 20, 1] = 0.5
    assert disagree.find_doubtful()[10, 20]
