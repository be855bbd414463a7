from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.errors import UsageError
from mattework.geometry import Point, Rect, Size
from mattework.models.placement import bound_side, place_photo
from mattework.models.spec import SizeRule

RULES = [
    SizeRule(rule="stretch", width=320, height=320),
    SizeRule(rule="letterbox", width=1024, height=684, anchor="top-left"),
    SizeRule(rule="letterbox", width=256, height=256),
    SizeRule(rule="fit", side=320, multiple=32, pad=127),
    SizeRule(rule="round", side=512, multiple=64),
    SizeRule(rule="short-side", side=512, multiple=32),
    SizeRule(rule="native", multiple=32, anchor="top-left"),
]
sides = st.integers(1, 6000)


@given(st.sampled_from(RULES), sides, sides, st.floats(0, 1), st.floats(0, 1))
def test_a_point_of_the_photo_comes_back_from_the_canvas(
    rule: SizeRule, width: int, height: int, fx: float, fy: float
) -> None:
    placement = place_photo(rule, Size(width, height))
    point = Point(fx * width, fy * height)

    on_canvas = placement.to_canvas(point)
    back = placement.to_photo(on_canvas)

    assert 0 <= on_canvas.x <= placement.canvas.width
    assert 0 <= on_canvas.y <= placement.canvas.height
    assert abs(back.x - point.x) < 0.5
    assert abs(back.y - point.y) < 0.5


@given(st.sampled_from(RULES), sides, sides)
def test_the_photo_lies_on_a_canvas_that_the_network_takes(rule: SizeRule, width: int, height: int) -> None:
    placement = place_photo(rule, Size(width, height))

    assert placement.canvas.rect.contains(placement.area)
    assert not placement.area.is_empty
    assert placement.canvas.width % rule.multiple == 0
    assert placement.canvas.height % rule.multiple == 0


@given(sides, sides)
def test_padding_keeps_the_aspect_ratio_to_one_pixel(width: int, height: int) -> None:
    placement = place_photo(SizeRule(rule="letterbox", width=512, height=512), Size(width, height))

    exact = min(512 / width, 512 / height)
    assert abs(placement.area.width - max(1, width * exact)) <= 0.5
    assert abs(placement.area.height - max(1, height * exact)) <= 0.5


@given(st.sampled_from(RULES), sides, sides)
def test_masks_have_the_photos_shape_and_never_more_pixels(rule: SizeRule, width: int, height: int) -> None:
    photo = Size(width, height)
    mask = place_photo(rule, photo).mask_size

    assert mask.width <= width
    assert mask.height <= height
    # both sides are rounded to whole pixels, so that the cross products differ by no more than this
    assert abs(mask.width * height - mask.height * width) <= width + height


def test_centred_and_top_left_letterboxes() -> None:
    photo = Size(400, 200)
    centred = place_photo(SizeRule(rule="letterbox", width=100, height=100), photo)
    cornered = place_photo(SizeRule(rule="letterbox", width=100, height=100, anchor="top-left"), photo)

    assert centred.area == Rect(0, 25, 100, 75)
    assert cornered.area == Rect(0, 0, 100, 50)


def test_modnets_rule_floors_to_multiples_of_its_short_side() -> None:
    rule = SizeRule(rule="short-side", side=512, multiple=32)

    assert place_photo(rule, Size(4000, 3000)).canvas == Size(672, 512)
    assert place_photo(rule, Size(600, 400)).canvas == Size(576, 384)  # neither above nor below: kept
    assert place_photo(rule, Size(100, 400)).canvas == Size(512, 2048)
    assert place_photo(rule, Size(1, 400)).canvas == Size(32, 2048)  # a thread does not fill the memory


def test_a_long_side_may_be_asked_of_free_models_only() -> None:
    free = SizeRule(rule="fit", side=320, multiple=32, smallest=160, largest=1024)

    assert place_photo(free, Size(3000, 2000), long_side=640).area.size == Size(640, 427)
    assert place_photo(free, Size(3000, 2000), long_side=9999).area.width == bound_side(free, 9999) == 1024
    assert place_photo(free, Size(3000, 2000), long_side=40).area.width == bound_side(free, 40) == 160
    with pytest.raises(UsageError, match="320 x 320 only"):
        place_photo(RULES[0], Size(3000, 2000), long_side=640)


def test_an_empty_picture_is_refused() -> None:
    with pytest.raises(UsageError, match="no pixels"):
        place_photo(RULES[0], Size(0, 10))
