"""Tiles over the band, and the answers that pass into one another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mattework.arrays import Bools, Floats
from mattework.geometry import Rect
from mattework.matting.tiles import cover_band, solve_in_tiles

bands = hnp.arrays(
    np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=70), fill=st.just(False)
)


@given(bands, st.integers(1, 40))
def test_every_wanted_pixel_lies_in_one_piece(wanted: Bools, side: int) -> None:
    count = np.zeros(wanted.shape, int)
    for piece in cover_band(wanted, side):
        assert 0 < piece.width <= side
        assert 0 < piece.height <= side
        assert wanted[piece.slices].any()
        count[piece.slices] += 1
    assert (count <= 1).all()
    assert (count[wanted] == 1).all()


def test_a_thin_slanted_band_takes_fewer_pieces_than_a_grid() -> None:
    rows, columns = np.mgrid[:640, :640]
    wanted = np.abs(rows * 0.4 + 70 - columns) < 6
    grid = [tile for tile in Rect(0, 0, 640, 640).split_into_tiles(96) if wanted[tile.slices].any()]
    assert len(cover_band(wanted, 96)) <= 0.75 * len(grid)


@given(bands, st.integers(8, 60), st.integers(1, 3))
def test_an_answer_that_knows_its_place_comes_back_whole(wanted: Bools, side: int, overlap: int) -> None:
    truth = np.random.default_rng(3).random(wanted.shape, np.float32)
    squares = list[Rect]()

    def answer(around: Rect) -> Floats:
        squares.append(around)
        return truth[around.slices]

    alpha, share = solve_in_tiles(wanted, side, overlap, answer)
    assert (share[wanted] == 1).all()
    seen = share > 0
    np.testing.assert_allclose(alpha[seen], truth[seen], atol=1e-6)
    assert not alpha[~seen].any()
    height, width = wanted.shape
    assert all(one.size.shape == (min(side, height), min(side, width)) for one in squares)


@given(bands, st.integers(8, 60), st.integers(1, 3), st.integers(1, 16))
def test_squares_that_are_cut_to_what_is_wanted_show_it_and_what_lies_around(
    wanted: Bools, side: int, overlap: int, multiple: int
) -> None:
    truth = np.random.default_rng(4).random(wanted.shape, np.float32)
    squares = list[Rect]()

    def answer(around: Rect) -> Floats:
        squares.append(around)
        return truth[around.slices]

    alpha, share = solve_in_tiles(wanted, side, overlap, answer, multiple=multiple)
    assert (share[wanted] == 1).all()
    np.testing.assert_allclose(alpha[wanted], truth[wanted], atol=1e-6)
    frame = Rect(0, 0, wanted.shape[1], wanted.shape[0])
    for square in squares:
        assert square == square.intersect(frame)
        assert square.width % multiple == 0 or square.width == frame.width
        assert square.height % multiple == 0 or square.height == frame.height
        assert wanted[square.slices].any()
        assert max(square.width, square.height) < side + multiple
    for row, column in np.argwhere(wanted):
        around = Rect(column - overlap, row - overlap, column + overlap + 1, row + overlap + 1).intersect(
            frame
        )
        assert any(square.intersect(around) == around for square in squares)


def test_a_straight_band_is_shown_in_narrow_pieces() -> None:
    wanted = np.zeros((400, 400), bool)
    wanted[:, 200:208] = True
    shown = {True: 0, False: 0}
    for cut in shown:

        def answer(around: Rect, cut: bool = cut) -> Floats:
            shown[cut] += around.area
            return np.zeros(around.size.shape, np.float32)

        solve_in_tiles(wanted, 144, 24, answer, multiple=16 if cut else None)
    assert shown[True] < 0.5 * shown[False]


def test_answers_that_differ_pass_into_one_another() -> None:
    wanted = np.ones((40, 200), bool)
    answers = iter(range(100))

    def answer(around: Rect) -> Floats:
        return np.full(around.size.shape, next(answers) % 2, np.float32)

    alpha, share = solve_in_tiles(wanted, 60, 10, answer)
    assert (share == 1).all()
    assert set(np.unique(alpha)) > {0, 1}
    assert np.abs(np.diff(alpha, axis=1)).max() < 0.15


def test_what_counts_falls_to_nothing_around_the_wanted_pixels() -> None:
    wanted = np.zeros((300, 300), bool)
    wanted[100:200, 140:150] = True
    _, share = solve_in_tiles(wanted, 90, 20, lambda around: np.zeros(around.size.shape, np.float32))
    assert (share[wanted] == 1).all()
    assert np.abs(np.diff(share, axis=0)).max() < 0.25
    assert np.abs(np.diff(share, axis=1)).max() < 0.25
    assert not share[:70].any()
