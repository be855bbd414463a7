from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mattework.arrays import Floats
from mattework.geometry import Rect
from mattework.matting.affinity import KNOWN_NEIGHBOURS, NEIGHBOURS, Links, link_like_colours
from mattework.matting.scene import Landmarks, Scene

RED, BLUE = (0.9, 0.1, 0.1), (0.1, 0.1, 0.9)


def make_scene(colour: Floats, alpha: Floats, *, landmarks: Landmarks | None = None) -> Scene:
    """A scene at full size whose unknown pixels are those of negative `alpha`."""
    height, width = alpha.shape
    unknown = alpha < 0
    return Scene(
        frame=Rect(0, 0, width, height),
        factor=1,
        colour=colour,
        unknown=unknown,
        alpha=np.where(unknown, 0, alpha).astype(np.float32),
        soft_mask=None,
        photo_side=max(alpha.shape),
        landmarks=landmarks,
    )


def two_colours(side: int = 24) -> tuple[Floats, Floats]:
    """Red foreground on the left, blue background on the right; the unknown middle third holds stripes of both."""
    colour = np.empty((side, side, 3), np.float32)
    colour[:, : side // 2], colour[:, side // 2 :] = RED, BLUE
    third = side // 3
    colour[:, third : side - third : 2], colour[:, third + 1 : side - third : 2] = RED, BLUE
    alpha = np.full((side, side), -1, np.float32)
    alpha[:, :third], alpha[:, side - third :] = 1, 0
    noise = np.random.default_rng(1).normal(0, 0.004, colour.shape)
    return (colour + noise).astype(np.float32), alpha


def count_unknown(scene: Scene) -> int:
    return int(scene.unknown.sum())


def test_nearest_known_colours_tell_alpha() -> None:
    colour, alpha = two_colours()
    scene = make_scene(colour, alpha)
    links = link_like_colours(scene)
    is_red = scene.colour[scene.unknown][:, 0] > 0.5
    assert (links.guess[is_red] > 0.9).all()
    assert (links.guess[~is_red] < 0.1).all()
    assert (links.certainty > 0.5).all()


def test_the_links_alone_decide_what_no_window_reaches() -> None:
    """Solving them and nothing else gives stripes, though each stripe is two pixels from others of the other kind."""
    from scipy.sparse.linalg import spsolve

    colour, alpha = two_colours()
    scene = make_scene(colour, alpha)
    links = link_like_colours(scene)
    solved = spsolve(links.matrix.tocsc(), links.right)
    is_red = scene.colour[scene.unknown][:, 0] > 0.5
    assert np.abs(solved - is_red).max() < 0.1


def test_the_matrix_is_symmetric_and_every_row_is_in_balance() -> None:
    """A Laplacian: where all alpha is one constant, known and unknown, nothing pulls."""
    colour, alpha = two_colours()
    links = link_like_colours(make_scene(colour, np.where(alpha < 0, alpha, 1).astype(np.float32)))
    dense = links.matrix.toarray()
    np.testing.assert_allclose(dense, dense.T, atol=1e-12)
    np.testing.assert_allclose(dense.sum(axis=1), links.right, atol=1e-9)
    assert np.linalg.eigvalsh(dense).min() > -1e-9


def test_links_are_few() -> None:
    colour, alpha = two_colours()
    scene = make_scene(colour, alpha)
    links = link_like_colours(scene)
    assert links.matrix.nnz <= count_unknown(scene) * (2 * NEIGHBOURS + 1)


def test_links_found_in_parts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = make_scene(*two_colours())
    whole = link_like_colours(scene)
    monkeypatch.setattr("mattework.matting.affinity.ROWS", 10)
    parts = link_like_colours(scene)
    np.testing.assert_array_equal(parts.matrix.toarray(), whole.matrix.toarray())
    for one, other in ((parts.right, whole.right), (parts.guess, whole.guess)):
        np.testing.assert_array_equal(one, other)


def test_a_colour_far_from_all_known_ones_is_uncertain() -> None:
    colour, alpha = two_colours()
    colour[10:14, 10:14] = (0.1, 0.9, 0.1)
    scene = make_scene(colour, alpha)
    certainty = np.zeros(alpha.shape)
    certainty[scene.unknown] = link_like_colours(scene).certainty
    assert certainty[10:14, 10:14].max() < 1e-6
    assert certainty[2:6, 10:14].min() > 0.5


def test_a_landmark_far_away_decides_a_colour_that_nothing_near_has() -> None:
    colour, alpha = two_colours()
    colour[10:14, 10:14] = (0.1, 0.9, 0.1)
    many = KNOWN_NEIGHBOURS
    landmarks = Landmarks(
        colour=np.tile(np.array((0.1, 0.9, 0.1), np.float32), (many, 1)),
        alpha=np.ones(many, np.float32),
        place=np.array([[4.0 * n, -8.0] for n in range(many)], np.float32),
    )
    scene = make_scene(colour, alpha, landmarks=landmarks)
    guess = np.zeros(alpha.shape)
    guess[scene.unknown] = link_like_colours(scene).guess
    assert guess[10:14, 10:14].min() > 0.9


@pytest.mark.parametrize("known", [0, 1])
def test_a_band_with_hardly_a_neighbour_is_linked_too(known: int) -> None:
    alpha = np.full((3, 3), -1, np.float32)
    alpha.reshape(-1)[:known] = 1
    scene = make_scene(np.full((3, 3, 3), 0.5, np.float32), alpha)
    links: Links = link_like_colours(scene)
    assert links.matrix.shape == (9 - known, 9 - known)
    assert np.isfinite(links.matrix.toarray()).all()
    assert np.isfinite(links.guess).all()
    one = replace(scene, unknown=np.zeros((3, 3), bool))
    one.unknown[1, 1] = True
    assert link_like_colours(one).matrix.shape == (1, 1)
