from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mattework.arrays import Bytes, Floats
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.matting.brush import stroke_bounds
from mattework.matting.trimap import draw_strokes, make_trimap
from mattework.recipe import Stroke, TrimapRules


def draw_disc(side: int = 320, radius: float = 90.0, softness: float = 1.5) -> Floats:
    y, x = np.mgrid[:side, :side].astype(np.float32)
    distance = radius - np.hypot(x - side / 2, y - side / 2)
    return np.asarray(np.clip(0.5 + distance / (2 * softness), 0, 1), np.float32)


def band_width(trimap: Bytes) -> int:
    """Unknown pixels on the way from the middle of the left side to the middle."""
    row = trimap[trimap.shape[0] // 2, : trimap.shape[1] // 2]
    return int((row == 128).sum())


def test_inside_is_foreground_outside_is_background_edge_is_unknown() -> None:
    trimap = make_trimap(draw_disc(), Size(640, 640))
    assert trimap[320, 320] == 255
    assert trimap[5, 5] == 0
    assert trimap[320, 320 - 180] == 128
    assert set(np.unique(trimap)) == {0, 128, 255}


def test_band_is_a_length_in_soft_mask_pixels() -> None:
    at_five, at_twenty = (make_trimap(draw_disc(), Size(side, side)) for side in (1600, 6400))
    assert band_width(at_twenty) == pytest.approx(4 * band_width(at_five), rel=0.1)


def test_undecided_mask_gets_a_wider_band_than_a_crisp_one() -> None:
    crisp, vague = (make_trimap(draw_disc(softness=s), Size(640, 640)) for s in (1.0, 12.0))
    assert band_width(vague) > 2 * band_width(crisp)


def test_rules_scale_the_band() -> None:
    plain, double = (make_trimap(draw_disc(), Size(640, 640), rules=TrimapRules(band=b)) for b in (1.0, 2.0))
    assert band_width(double) == pytest.approx(2 * band_width(plain), rel=0.25)


def test_thin_parts_and_holes_keep_a_known_core() -> None:
    soft = np.zeros((320, 320), np.float32)
    soft[40:280, 40:280] = 1
    soft[100:106, 60:260] = 0  # a slit six mask pixels wide
    soft[150:156, 280:318] = 1  # a twig six mask pixels wide
    trimap = make_trimap(soft, Size(1600, 1600))
    assert (trimap[:, 800] == 0)[5 * 95 : 5 * 111].any()
    assert (trimap[:, 5 * 300] == 255).any()


@pytest.mark.parametrize("band", [1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("radius", [6, 10, 16])
def test_a_hole_stays_a_hole_however_wide_the_band(radius: int, band: float) -> None:
    soft = draw_disc(300, 100.0) * (1 - draw_disc(300, float(radius)))
    blurred = np.asarray(cv2.GaussianBlur(soft.astype(np.float32), (0, 0), 1.5), np.float32)
    trimap = make_trimap(blurred, Size(600, 600), rules=TrimapRules(band=band))
    hole = draw_disc(600, 2.0 * radius) > 0.5
    assert (trimap[hole] == 0).sum() > 0.05 * hole.sum()
    assert not (trimap[hole] == 255).any()
    assert (trimap == 255).any()


def test_full_and_empty_masks() -> None:
    assert (make_trimap(np.ones((20, 30), np.float32), Size(90, 60)) == 255).all()
    assert (make_trimap(np.zeros((20, 30), np.float32), Size(90, 60)) == 0).all()
    assert (make_trimap(np.full((20, 30), 0.5, np.float32), Size(90, 60)) == 128).all()


@settings(max_examples=30, deadline=None)
@given(
    mask=npst.arrays(
        np.float32, npst.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.floats(0, 1, width=32)
    ),
    width=st.integers(1, 70),
    height=st.integers(1, 70),
)
def test_any_mask_and_size_gives_a_trimap_twice_the_same(mask: Floats, width: int, height: int) -> None:
    size = Size(width, height)
    first = make_trimap(mask, size)
    assert first.shape == size.shape
    assert first.dtype == np.uint8
    assert set(np.unique(first)) <= {0, 128, 255}
    np.testing.assert_array_equal(first, make_trimap(mask, size))


@pytest.mark.parametrize(
    "bad", [np.zeros((0, 4)), np.zeros((4, 4, 1)), np.full((4, 4), np.nan), np.full((4, 4), 255.0)]
)
def test_a_mask_that_is_none_is_refused(bad: Floats) -> None:
    with pytest.raises(UsageError):
        make_trimap(bad.astype(np.float32), Size(8, 8))


def test_a_mask_of_bytes_is_refused_rather_than_taken_for_all_foreground() -> None:
    with pytest.raises(UsageError, match="uint8"):
        make_trimap(np.full((4, 4), 200, np.uint8), Size(8, 8))


def test_rules_that_contradict_are_refused() -> None:
    with pytest.raises(UsageError, match="certain_background"):
        make_trimap(
            draw_disc(), Size(8, 8), rules=TrimapRules(certain_background=0.9, certain_foreground=0.2)
        )


def test_strokes_win_and_the_last_one_most() -> None:
    soft = draw_disc()
    strokes = [
        Stroke(kind="background", radius=20, points=((320, 320), (400, 320))),
        Stroke(kind="unknown", radius=6, points=((320, 320),)),
    ]
    trimap = make_trimap(soft, Size(640, 640), strokes=strokes)
    assert trimap[320, 320] == 128
    assert trimap[320, 390] == 0
    assert trimap[320, 250] == 255


def test_a_transparent_stroke_widens_the_band_inside_the_subject_only() -> None:
    trimap = np.zeros((60, 60), np.uint8)
    trimap[:, 30:] = 255
    drawn = draw_strokes(trimap, [Stroke(kind="transparent", radius=10, points=((20, 30), (40, 30)))])
    assert (drawn[:, :30] == 0).all()
    assert drawn[30, 40] == 128
    assert (trimap[:, 30:] == 255).all(), "the trimap that was given must stay as it was"


def test_a_brush_is_round_and_as_large_as_it_says() -> None:
    drawn = draw_strokes(
        np.zeros((101, 101), np.uint8), [Stroke(kind="foreground", radius=30.0, points=((50.5, 50.5),))]
    )
    assert (drawn == 255).sum() == pytest.approx(np.pi * 30**2, rel=0.01)
    dragged = draw_strokes(
        np.zeros((101, 201), np.uint8),
        [Stroke(kind="foreground", radius=10.0, points=((50.5, 50.5), (150.5, 50.5)))],
    )
    assert (dragged == 255).sum() == pytest.approx(np.pi * 10**2 + 20 * 100, rel=0.05)


def test_the_smallest_brush_paints_its_pixel() -> None:
    drawn = draw_strokes(
        np.zeros((9, 9), np.uint8), [Stroke(kind="foreground", radius=0.0, points=((4.5, 6.5),))]
    )
    assert drawn[6, 4] == 255


@settings(max_examples=40, deadline=None)
@given(
    points=st.lists(st.tuples(st.floats(-50, 150), st.floats(-50, 150)), min_size=0, max_size=4),
    radius=st.floats(0, 60),
    left=st.integers(0, 60),
    top=st.integers(0, 60),
)
def test_a_part_shows_the_same_stroke_as_the_whole(
    points: list[tuple[float, float]], radius: float, left: int, top: int
) -> None:
    stroke = Stroke(kind="foreground", radius=radius, points=tuple(points))
    whole = draw_strokes(np.zeros((100, 100), np.uint8), [stroke])
    part = draw_strokes(np.zeros((30, 40), np.uint8), [stroke], (left, top))
    np.testing.assert_array_equal(part, whole[top : top + 30, left : left + 40])
    bounds = stroke_bounds(stroke)
    rows, columns = np.nonzero(whole)
    assert all(bounds.left <= x < bounds.right for x in columns)
    assert all(bounds.top <= y < bounds.bottom for y in rows)


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(st.floats(-20, 80), st.floats(-20, 80)), min_size=1, max_size=9),
    radius=st.floats(0.5, 40),
    spans=st.sampled_from((1, 100, 1 << 18)),
)
def test_a_stroke_is_all_within_its_radius_of_its_line(
    points: list[tuple[float, float]], radius: float, spans: int
) -> None:
    y, x = (one + 0.5 for one in np.mgrid[0:60, 0:60].astype(np.float64))
    nearest = np.full((60, 60), np.inf)
    for start, end in zip(points, points[1:] or points, strict=False):
        step = np.subtract(end, start)
        length = max(float(step @ step), 1e-300)
        share = np.clip(((x - start[0]) * step[0] + (y - start[1]) * step[1]) / length, 0, 1)
        nearest = np.minimum(
            nearest, np.hypot(x - start[0] - share * step[0], y - start[1] - share * step[1])
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mattework.matting.brush.SPANS", spans)
        patch.setattr("mattework.matting.brush.MOST_KEPT", 0)  # drawn anew, with so many spans
        drawn = draw_strokes(
            np.zeros((60, 60), np.uint8), [Stroke(kind="foreground", radius=radius, points=tuple(points))]
        )
    assert (drawn[nearest < radius - 1e-6] == 255).all()
    assert (drawn[nearest > max(radius, 0.7072) + 1e-6] == 0).all()  # a point's own pixel is always drawn


def test_a_stroke_that_is_nowhere_is_refused() -> None:
    with pytest.raises(UsageError):
        draw_strokes(
            np.zeros((9, 9), np.uint8), [Stroke(kind="foreground", radius=1.0, points=((float("nan"), 0.0),))]
        )


def test_the_trimap_of_a_real_edge_is_right(shared_data: object) -> None:
    """Known pixels of a trimap made from a blurred, reduced true alpha agree with it."""
    folder = shared_data / "bench" / "alphamatting"  # type: ignore[operator]
    picture = cv2.imread(str(folder / "images" / "GT05.png"))
    alpha = cv2.imread(str(folder / "alphas" / "GT05.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert alpha is not None
    soft = cv2.GaussianBlur(
        cv2.resize(alpha, (320, 221), interpolation=cv2.INTER_AREA), (0, 0), 1.5
    ) / np.float32(255)
    trimap = make_trimap(
        np.asarray(soft, np.float32),
        Size(alpha.shape[1], alpha.shape[0]),
        rgb=np.asarray(picture, np.uint8),
        rules=TrimapRules(doubt=0.0),  # here a soft value means transparency
    )
    assert (alpha[trimap == 255] > 250).mean() > 0.999
    assert (alpha[trimap == 0] < 5).mean() > 0.999
    assert (trimap == 128).mean() < 0.12


def test_a_restored_stroke_takes_back_what_others_did() -> None:
    base = np.full((40, 40), 128, np.uint8)
    base[:, :20] = 255
    points = ((20.0, 20.0),)
    strokes = [
        Stroke(kind="background", radius=12.0, points=points),
        Stroke(kind="restored", radius=6.0, points=points),
    ]
    drawn = draw_strokes(base, strokes)
    assert (drawn[18:22, 16:24] == base[18:22, 16:24]).all()
    assert drawn[20, 10] == 0


def test_a_wide_undecided_zone_is_decided_by_the_mask_away_from_the_outline() -> None:
    """A patch of which a segmenter is half sure is a doubt about the subject, not a soft edge."""
    soft = np.zeros((160, 160), np.float32)
    soft[30:130, 30:130] = 1.0
    soft[60:100, 60:100] = 0.7
    trimap = make_trimap(soft, Size(160, 160))
    assert trimap[80, 80] == 255
    assert trimap[30, 80] == 128
    soft[60:100, 60:100] = 0.3
    assert make_trimap(soft, Size(160, 160))[80, 80] == 0
    assert make_trimap(soft, Size(160, 160), rules=TrimapRules(doubt=0.0))[80, 80] == 128


def test_a_small_thing_of_which_the_mask_is_not_sure_keeps_a_known_core() -> None:
    """Its outline lies on a plain ground, where the band would be wider than the thing."""
    soft = cv2.GaussianBlur(draw_disc(160, 13.0), (0, 0), 2) * np.float32(0.86)
    photo = np.full((160, 160, 3), 120, np.uint8)
    photo += np.random.default_rng(6).integers(0, 3, photo.shape, dtype=np.uint8)
    trimap = make_trimap(np.asarray(soft, np.float32), Size(160, 160), rgb=photo)
    assert trimap[80, 80] == 255
    assert trimap[5, 5] == 0


@pytest.mark.parametrize("side", [14, 30])
def test_a_coarse_mask_is_laid_as_by_walking_over_every_pixel(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    soft = cv2.GaussianBlur(rng.random((side, side), np.float32), (0, 0), side / 8)
    soft = np.clip((soft - np.median(soft)) * 12 + 0.5, 0, 1).astype(np.float32)
    rgb = np.full((500, 500, 3), 90, np.uint8)
    rgb[:, 250:] = rng.integers(0, 256, (500, 250, 3))
    quick = make_trimap(soft, Size(500, 500), rgb=rgb)
    monkeypatch.setattr("mattework.matting.trimap.WIDEST_KERNEL", 10_000)
    thorough = make_trimap(soft, Size(500, 500), rgb=rgb)
    assert len(np.unique(thorough)) == 3
    assert (quick != thorough).mean() < 0.02


@given(st.sampled_from([0.0, 0.002, 0.05, 0.5, 3.0]), st.sampled_from([0.0, 0.01, 2.2, 100.0]))
@settings(deadline=None)
def test_whatever_the_rules_a_disc_keeps_its_middle_and_its_surroundings(band: float, doubt: float) -> None:
    rules = TrimapRules(band=band, doubt=doubt)
    trimap = make_trimap(draw_disc(softness=0.4), Size(320, 320), rules=rules)
    assert (trimap[150:170, 150:170] == 255).all()
    assert (trimap[:20, :20] == 0).all()
    inside = draw_disc(softness=0.4) >= 0.5
    assert not (trimap[~inside] == 255).any()
    assert not (trimap[inside] == 0).any()


def test_an_endless_band_is_refused() -> None:
    with pytest.raises(UsageError, match="endless"):
        make_trimap(draw_disc(), Size(32, 32), rules=TrimapRules(band=float("inf")))


def test_a_photo_of_another_size_is_refused() -> None:
    mask = draw_disc(60, 20.0)
    for shape in ((60, 120, 3), (0, 120, 3), (1, 1, 120, 3)):
        with pytest.raises(UsageError):
            make_trimap(mask, Size(120, 120), rgb=np.zeros(shape, np.uint8))
