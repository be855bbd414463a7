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
    flat = [number for x, y in corners for number in (1.0, 2.0, x, y, 3.0, 4.0)]
    assert module.read_line(flat, True) == module.Line(corners, True)
    outline = gather(module, lines=[module.read_line(flat, True)])
    assert outline == (Gesture("lasso", ((10.0, 10.0), (100.0, 10.0), (50.0, 40.0))),)
    points = gather(module, lines=[module.Line(((20.0, 30.0), (60.0, 60.0)), False)])
    assert points == (Gesture("point", ((10.0, 10.0),)), Gesture("point", ((50.0, 40.0),)))


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
        painted = {(at % width, at // width) for at, value in enumerate(plane) if value > 127}
        assert on <= painted
        assert {y for _, y in on} == {y for _, y in painted}
        for way in ways:
            rows = [int(y * 0.5) for _, y in way]
            assert rows == list(range(rows[0], rows[0] + len(rows)))

    look()
