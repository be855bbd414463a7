"""The session: strokes, steps, undo and redo on real planes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattework import (
    ColorMode,
    Document,
    Photo,
    Recipe,
    RecipeInputs,
    Rect,
    Size,
    Stroke,
    draw_strokes,
    make_trimap,
    resolve_region,
    save_mask,
)
from mattework.recipe import EdgeSettings, StrokeKind
from mattework_editor.history import apply_patch, find_patches
from mattework_editor.session import (
    Choices,
    Planes,
    Session,
    compare_planes,
    draw_all,
    draw_onto,
    make_base,
    replay_strokes,
    settle_stroke,
    start_session,
)
from mattework_editor.tiled_plane import TiledPlane


def paint(session: Session, kind: StrokeKind, x: float, y: float, radius: float = 20.0) -> None:
    stroke = Stroke(kind=kind, radius=radius, points=((x, y), (x + 10, y)))
    opened = session.draw(kind, [stroke])
    assert opened is not None
    drawn = opened.drawn
    solved = resolve_region(session.colour, drawn.trimap, drawn.alpha, opened.region)
    session.finish_strokes(settle_stroke(opened, *solved))


def snapshot(session: Session) -> tuple[bytes, bytes, object]:
    return session.planes.trimap.unpack().tobytes(), session.planes.alpha.unpack().tobytes(), session.choices


def test_each_stroke_is_one_step_and_undo_and_redo_are_exact(session: Session) -> None:
    states = [snapshot(session)]
    for kind, x in (("foreground", 100.0), ("unknown", 120.0), ("background", 60.0), ("restored", 100.0)):
        paint(session, kind, x, 100.0)  # type: ignore[arg-type]
        states.append(snapshot(session))
    assert [step.name for step in session.history.steps] == [
        "foreground",
        "unknown",
        "background",
        "restored",
    ]
    for state in reversed(states[:-1]):
        assert session.undo() is not None
        assert snapshot(session) == state
    assert session.undo() is None
    for state in states[1:]:
        assert session.redo() is not None
        assert snapshot(session) == state
    assert session.redo() is None


def test_a_stroke_that_misses_the_photo_is_no_step(session: Session) -> None:
    assert session.draw("far", [Stroke(kind="foreground", radius=5.0, points=((-500.0, -500.0),))]) is None
    assert not session.history.is_dirty


def test_an_open_stroke_can_be_dropped(session: Session) -> None:
    before = snapshot(session)
    opened = session.draw("x", [Stroke(kind="foreground", radius=30.0, points=((100.0, 100.0),))])
    assert opened is not None
    assert snapshot(session) == before  # drawn beside it
    session.begin_strokes(opened)
    assert session.planes.alpha.unpack()[100, 100] == 1.0
    session.drop_strokes(opened)
    assert snapshot(session) == before
    assert session.history.last is None


def test_dirty_follows_saving_undo_and_redo(session: Session) -> None:
    paint(session, "foreground", 100, 100)
    assert session.history.is_dirty
    session.history.mark_saved()
    seen = [session.history.is_dirty]
    for move in (session.undo, session.redo):
        move()
        seen.append(session.history.is_dirty)
    assert seen == [False, True, False]


def test_a_new_step_forgets_what_was_undone(session: Session) -> None:
    paint(session, "foreground", 100, 100)
    session.undo()
    paint(session, "foreground", 50, 50)
    assert session.redo() is None
    assert len(session.history.steps) == 1


def test_choices_are_steps_too(session: Session) -> None:
    from dataclasses import replace

    softer = replace(session.recipe, edge=EdgeSettings(feather=3.0))
    assert session.choose("Feather", softer)
    assert not session.choose("Feather", softer)
    session.undo()
    assert session.recipe.edge.is_neutral


def test_replaying_the_recipe_gives_the_planes_that_were_painted(session: Session) -> None:
    for kind, x in (("foreground", 110.0), ("unknown", 150.0), ("background", 200.0), ("restored", 150.0)):
        paint(session, kind, x, 90.0)  # type: ignore[arg-type]
    fresh = start_session(session.document, session.photo)
    again = replay_strokes(fresh.planes, session.colour, session.choices)
    np.testing.assert_array_equal(again.trimap.unpack(), session.planes.trimap.unpack())
    np.testing.assert_allclose(again.alpha.unpack(), session.planes.alpha.unpack(), atol=2e-3)


def test_restored_brings_the_models_trimap_back_and_no_more(session: Session) -> None:
    session.planes.base[:, 100:] = 255
    session.planes.trimap[:, :] = session.planes.base.unpack()
    paint(session, "background", 150, 100)
    paint(session, "restored", 150, 100, radius=50)
    np.testing.assert_array_equal(session.planes.trimap.unpack(), session.planes.base.unpack())


@settings(max_examples=30, deadline=None)
@given(
    left=st.integers(0, 500),
    top=st.integers(0, 300),
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    seed=st.integers(0, 9),
)
def test_patches_go_both_ways(left: int, top: int, width: int, height: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    before = random.random((420, 640), np.float32)
    after = before.copy()
    where = Rect(left, top, left + width, top + height).intersect(Rect(0, 0, 640, 420))
    after[where.slices] = random.random(where.size.shape, np.float32)
    patches = find_patches("alpha", before[where.slices], after[where.slices], where)
    plane = TiledPlane.pack(before)
    for patch in patches:
        apply_patch(patch, plane)
    np.testing.assert_array_equal(plane.unpack(), after)
    for patch in patches:
        apply_patch(patch, plane)
    np.testing.assert_array_equal(plane.unpack(), before)


def test_what_did_not_change_is_not_kept() -> None:
    size = Size(600, 600)
    plane, alpha = TiledPlane(size, np.uint8), TiledPlane(size, np.float32)
    other = plane.copy()
    other[10:11, 10:11] = 1
    one, two = Planes(plane, plane, alpha), Planes(plane, other, alpha)
    assert [patch.rect for patch in compare_planes(one, two)] == [Rect(0, 0, 256, 256)]


def test_strokes_drawn_in_parts_equal_the_whole() -> None:
    base = np.full((80, 80), 128, np.uint8)
    strokes = [
        Stroke(kind="background", radius=9.0, points=((20.0, 20.0), (60.0, 50.0))),
        Stroke(kind="restored", radius=5.0, points=((30.0, 30.0),)),
    ]
    whole = draw_onto(base, base, strokes, Rect(0, 0, 80, 80))
    part = Rect(15, 20, 60, 70)
    np.testing.assert_array_equal(
        draw_onto(base[part.slices], base[part.slices], strokes, part), whole[part.slices]
    )


@pytest.mark.parametrize("ends", ["finished", "dropped"])
def test_a_stroke_drawn_strip_by_strip_is_the_same_step(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    strokes = [
        Stroke(kind="foreground", radius=9.0, points=((30.0, 20.0), (60.0, 70.0))),
        Stroke(kind="background", radius=6.0, points=((70.0, 30.0), (20.0, 60.0))),
    ]
    photo = Photo(np.zeros((80, 90, 3), np.uint8), None, ColorMode.RGB, None)
    document = Document(photo.size, ColorMode.RGB, 8)
    sessions = [start_session(document, photo) for _ in range(3)]
    for session, most in zip(sessions, (1 << 20, 100), strict=False):
        monkeypatch.setattr("mattework_editor.session.DRAWN", most)
        opened = session.draw("Stroke", strokes)
        assert opened is not None
        session.begin_strokes(opened)
        assert (session.planes.trimap.unpack() == 255).any()
        if ends == "dropped":
            session.drop_strokes(opened)
        else:
            half = np.full(opened.zone.size.shape, 0.5, np.float32)
            session.finish_strokes(settle_stroke(opened, opened.zone, half))
    one, other, untouched = sessions
    for name, plane in one.planes.items().items():
        np.testing.assert_array_equal(plane.unpack(), other.planes.items()[name].unpack())
    assert [step.patches for step in one.history.steps] == [step.patches for step in other.history.steps]
    other.undo()
    assert compare_planes(other.planes, untouched.planes) == ()


def test_the_band_laid_into_tiles_is_that_of_the_core() -> None:
    soft_mask = np.zeros((40, 50), np.float32)
    soft_mask[10:30, 12:35] = 1
    soft_mask[20:25, 30:40] = 0.5
    png = BytesIO()
    save_mask(soft_mask, png, bits=16, format="png")
    size = Size(700, 500)
    rgb = np.random.default_rng(3).integers(0, 255, (500, 700, 3), np.uint8)
    choices = Choices(Recipe(), RecipeInputs(soft_mask=png.getvalue()))
    base = make_base(choices, size, rgb)
    whole = make_trimap(soft_mask, size, rgb=rgb)
    np.testing.assert_array_equal(base.unpack(), whole)
    assert set(np.unique(whole)) == {0, 128, 255}
    strokes = [
        Stroke(kind="unknown", radius=60.0, points=((100.0, 60.0), (600.0, 420.0))),
        Stroke(kind="restored", radius=30.0, points=((300.0, 250.0),)),
    ]
    np.testing.assert_array_equal(draw_all(base, strokes).unpack(), draw_strokes(whole, strokes))


def test_a_trimap_of_ones_own_means_the_same_as_to_the_command_line() -> None:
    from PIL import Image

    png = BytesIO()
    Image.fromarray(np.array([[0, 25, 51, 100, 128, 180, 205, 230, 255]], np.uint8)).save(png, "PNG")
    choices = Choices(Recipe(), RecipeInputs(trimap=png.getvalue()))
    base = make_base(choices, Size(9, 1), np.zeros((1, 9, 3), np.uint8))
    assert base.unpack().tolist() == [[0, 0, 128, 128, 128, 128, 128, 255, 255]]
