"""What GIMP's own tools point at, as gestures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gimp_plugin.conftest import Importer
from mattework.worker.protocol import EngineError, Gesture

PLACE = (10, 20, 100, 50)


def gather(module: Any, **given_: Any) -> tuple[Gesture, ...]:
    nothing: dict[str, Any] = {
        "box": None, "lines": [], "points": [], "painted": [], "spared": [], "not_points": [], "place": PLACE,
    }  # fmt: skip
    gestures: tuple[Gesture, ...] = module.gather_gestures(**{**nothing, **given_})
    return gestures


def test_a_box_is_cut_to_the_layer_and_moved_to_its_corner(plugin: Importer) -> None:
    module = plugin("gestures")
    assert gather(module, box=(0, 30, 60, 200)) == (Gesture("box", ((0.0, 10.0), (50.0, 50.0))),)
    with pytest.raises(EngineError, match="does not touch the layer"):
        gather(module, box=(0, 0, 11, 19))


def test_closed_paths_are_outlines_and_open_ones_points(plugin: Importer) -> None:
    module = plugin("gestures")
    corners = ((20.0, 30.0), (200.0, 30.0), (60.0, 60.0))
    curve = module.read_curve([number for corner in corners for number in corner])
    assert curve == module.Line(corners, True)
    assert gather(module, lines=[curve]) == (Gesture("lasso", ((10.0, 10.0), (100.0, 10.0), (50.0, 40.0))),)
    flat = [number for x, y in ((20.0, 30.0), (60.0, 60.0)) for number in (1.0, 2.0, x, y, 3.0, 4.0)]
    points = gather(module, lines=[module.read_line(flat)])
    assert points == (Gesture("point", ((10.0, 10.0),)), Gesture("point", ((50.0, 40.0),)))


def test_a_long_curve_has_not_more_corners_than_an_outline_needs(plugin: Importer) -> None:
    module = plugin("gestures")
    curve = module.read_curve([number for at in range(1234) for number in (at, at % 7)])
    assert len(curve.anchors) == 412
    assert curve.anchors[1] == (3.0, 3.0)


def test_lines_thinner_than_a_pixel_of_what_is_read_are_followed(plugin: Importer) -> None:
    trace = plugin("gestures").trace_painting
    faint = bytes(40 if x == 4 else 0 for _ in range(6) for x in range(9))
    ways = trace(faint, 9, 6, 0.5)
    assert ways == [tuple((9.0, 2 * y + 1.0) for y in range(6))]
    bold = bytes({3: 90, 4: 255, 5: 90}.get(x, 0) for _ in range(6) for x in range(9))
    assert trace(bold, 9, 6, 0.5) == ways, "the soft rim of what is painted does not make it wider"
    assert trace(bytes([3] * 54), 9, 6, 0.5) == []


def test_an_outline_that_does_not_touch_the_layer_is_refused(plugin: Importer) -> None:
    module = plugin("gestures")
    for moved in (-60.0, 200.0):
        corners = tuple((x + moved, y) for x, y in ((20.0, 30.0), (60.0, 30.0), (40.0, 60.0)))
        with pytest.raises(EngineError, match="path does not touch the layer"):
            gather(module, lines=[module.Line(corners, True)])


def test_points_of_scripts(plugin: Importer) -> None:
    module = plugin("gestures")
    assert module.parse_points(" 300,200  4.5,150 ") == [(300.0, 200.0), (4.5, 150.0)]
    assert module.parse_points("") == []
    for wrong in ("300", "1,2,3", "a,b"):
        with pytest.raises(EngineError, match="Points are written as") as caught:
            module.parse_points(wrong)
        assert caught.value.kind == "usage"


def test_what_is_beside_the_object_is_not_enough(plugin: Importer) -> None:
    module = plugin("gestures")
    with pytest.raises(EngineError, match="Say which object"):
        gather(module, not_points=[(20, 30)])
    both = gather(module, points=[(20, 30)], not_points=[(30, 40)])
    assert [one.adds for one in both] == [True, False]
    with pytest.raises(EngineError, match="outside of the layer"):
        gather(module, points=[(5, 30)])


def test_painting_off_the_layer_is_left_out(plugin: Importer) -> None:
    module = plugin("gestures")
    assert gather(module, painted=[((0.0, 0.0), (20.0, 30.0))]) == (Gesture("scribble", ((10.0, 10.0),)),)


def test_ways_stay_on_what_was_painted_and_miss_no_blob(plugin: Importer) -> None:
    trace = plugin("gestures").trace_painting

    @settings(deadline=None)
    @given(st.integers(1, 9), st.integers(1, 9), st.data())
    def look(width: int, height: int, data: Any) -> None:
        plane = data.draw(st.binary(min_size=width * height, max_size=width * height))
        ways = trace(plane, width, height, 0.5)
        on = {(int(x * 0.5), int(y * 0.5)) for way in ways for x, y in way}
        values = {(at % width, at // width): value for at, value in enumerate(plane)}
        bold = {place for place, value in values.items() if value > 127}
        painted = bold | {
            (x, y) for (x, y), value in values.items()
            if value > 5 and not any((x + dx, y + dy) in bold for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        }  # fmt: skip
        assert on <= painted
        assert {y for _, y in on} == {y for _, y in painted}
        for way in ways:
            rows = [int(y * 0.5) for _, y in way]
            assert rows == list(range(rows[0], rows[0] + len(rows)))

    look()
