"""What hangs together in a soft mask, and what is a ghost."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mattework.arrays import Floats
from mattework.segment.pieces import FAINT, drop_ghosts, find_piece
from segment.bars import FRAME, fill, mark


def test_the_piece_under_a_mark_leaves_the_other_pieces_out() -> None:
    both = fill(10, 30) + fill(60, 90)
    piece = find_piece(both, mark((40.0, 50.0)), FRAME)
    assert piece is not None
    assert (piece == fill(10, 30)).all()


def test_a_piece_keeps_its_soft_edge() -> None:
    soft = fill(10, 30)
    soft[5:45, 30:32] = 0.3
    piece = find_piece(soft, mark((40.0, 50.0)), FRAME)
    assert piece is not None
    assert (piece == soft).all()


def test_a_mark_beside_the_subject_or_across_two_pieces_is_on_none() -> None:
    both = fill(10, 30) + fill(60, 90)
    assert find_piece(both, mark((90.0, 50.0)), FRAME) is None
    assert find_piece(both, mark((40.0, 50.0), (140.0, 50.0)), FRAME) is None
    assert find_piece(np.zeros((50, 100), np.float32), mark((90.0, 50.0)), FRAME) is None


@given(x=st.floats(0, 200), y=st.floats(0, 100))
def test_a_mark_anywhere_in_the_frame_can_be_asked_about(x: float, y: float) -> None:
    piece = find_piece(fill(0, 100), mark((x, y)), FRAME)
    assert (piece is None) == (not 10 <= y < 90)


def test_a_piece_keeps_what_hangs_together_with_it_however_faintly_and_nothing_apart() -> None:
    soft = fill(10, 30)
    soft[5:45, 30:50], soft[5:45, 70:80] = 0.2, 0.3
    piece = find_piece(soft, mark((40.0, 50.0)), FRAME)
    assert piece is not None
    assert (piece[:, :60] == soft[:, :60]).all()
    assert not piece[:, 60:].any()


def test_a_ghost_apart_goes_and_a_soft_edge_stays() -> None:
    soft = fill(10, 30)
    soft[5:45, 30:40], soft[5:45, 60:80] = 0.3, 0.4
    cleared = drop_ghosts(soft)
    assert (cleared[:, :50] == soft[:, :50]).all()
    assert not cleared[:, 50:].any()


def test_two_things_stay_two() -> None:
    both = fill(10, 30) + fill(60, 90, 0.6)
    assert (drop_ghosts(both) == both).all()


@given(arrays(np.float32, (12, 17), elements=st.floats(0, 1, width=32)))
def test_only_the_faint_is_ever_dropped(soft_mask: Floats) -> None:
    cleared = drop_ghosts(soft_mask)
    changed = cleared != soft_mask
    assert (cleared[changed] == 0).all()
    assert ((soft_mask[changed] > FAINT) & (soft_mask[changed] <= 0.5)).all()
