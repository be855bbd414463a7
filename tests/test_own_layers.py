"""Shadow and background are found again wherever somebody has put them, and nobody else's layer is taken for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

import mattework
from mattework.document.model import ColorMode, Document, Group, Layer, Mask, Node, depth_white
from mattework.geometry import Rect, Size
from mattework.recipe import LayerState, Shadow
from samples import draw_disc

Nodes = tuple[Node, ...]
RECT = Rect(0, 0, 120, 100)
MINE = Layer("Mine", Rect(0, 0, 10, 10), np.full((10, 10, 3), 99, np.uint8))


def cut(**choices: object) -> mattework.Cutout:
    picture, truth = draw_disc(120, 100)
    asked = {"background": "white", "shadow": Shadow(dx=12, dy=9, blur=6, opacity=0.6), **choices}
    return mattework.cut_out(picture, from_mask=truth, solver="hard", **asked)  # type: ignore[arg-type]


def save_as_psd(cutout: mattework.Cutout) -> Document:
    stream = BytesIO()
    cutout.save(stream, format="psd")
    return mattework.open_document(stream.getvalue())


@pytest.fixture(scope="module")
def made() -> Document:
    """A cut-out from bottom to top: Background, Shadow, Photo, Clean colours."""
    return save_as_psd(cut())


def arrange(made: Document, order: Callable[[Layer, Layer, Layer, Layer], Nodes]) -> Document:
    background, shadow, photo, clean = made.walk_layers()
    return replace(made, layers=order(background, shadow, photo, clean), composite=None)


def refine(document: Document, **changes: object) -> mattework.Cutout:
    recipe, _ = mattework.get_recipe(document.metadata.xmp) or pytest.fail("no recipe")
    return mattework.apply_recipe(document, recipe=replace(recipe, **changes))  # type: ignore[arg-type]


def outline(nodes: Nodes) -> list[object]:
    return [[node.name, *outline(node.children)] if isinstance(node, Group) else node.name for node in nodes]


def layers_of(document: Document, name: str) -> list[Layer]:
    return [layer for layer in document.walk_layers() if layer.name == name]


@pytest.mark.parametrize(
    ("order", "kept", "bare"),
    [
        pytest.param(
            lambda b, s, p, c: (b, s, MINE, p, c),
            ["Background", "Shadow", "Mine", "Photo", "Clean colours"],
            ["Mine", "Photo", "Clean colours"],
            id="a layer between",
        ),
        pytest.param(
            lambda b, s, p, c: (b, s, Group("Cut", (p, c))),
            ["Background", "Shadow", ["Cut", "Photo", "Clean colours"]],
            [["Cut", "Photo", "Clean colours"]],
            id="the pair in a group",
        ),
        pytest.param(
            lambda b, s, p, c: (MINE, Group("All", (b, s, MINE, Group("Cut", (p, c))))),
            ["Mine", ["All", "Background", "Shadow", "Mine", ["Cut", "Photo", "Clean colours"]]],
            ["Mine", ["All", "Mine", ["Cut", "Photo", "Clean colours"]]],
            id="groups in groups",
        ),
        pytest.param(
            lambda b, s, p, c: (b, p, s, c),
            ["Background", "Shadow", "Photo", "Clean colours"],
            ["Photo", "Clean colours"],
            id="the shadow over the photo",
        ),
        pytest.param(
            lambda b, s, p, c: (replace(b, rect=b.rect.move(3, -2)), s, p, c),
            ["Background", "Shadow", "Photo", "Clean colours"],
            ["Photo", "Clean colours"],
            id="a moved background",
        ),
        pytest.param(
            lambda b, s, p, c: (MINE, replace(b, rect=b.rect.move(3, -2)), MINE, s, p, c),
            ["Mine", "Background", "Mine", "Shadow", "Photo", "Clean colours"],
            ["Mine", "Mine", "Photo", "Clean colours"],
            id="layers around the background",
        ),
    ],
)
def test_shadow_and_background_are_made_again_and_taken_away_wherever_they_lie(
    made: Document,
    order: Callable[[Layer, Layer, Layer, Layer], Nodes],
    kept: list[object],
    bare: list[object],
) -> None:
    theirs = arrange(made, order)
    again = refine(theirs, edge=mattework.EdgeSettings(shift=-1))
    assert outline(again.document.layers) == kept
    assert again.report.notes == ()
    red = refine(theirs, background="red", shadow=Shadow(dx=30, dy=0, blur=4, colour="#0000ff"))
    assert outline(red.document.layers) == kept
    assert (layers_of(red.document, "Background")[0].pixels == (255, 0, 0)).all()
    assert layers_of(red.document, "Background")[0].rect == RECT
    assert (layers_of(red.document, "Shadow")[0].pixels == (0, 0, 255)).all()
    nothing = refine(theirs, background=None, shadow=None)
    assert outline(nothing.document.layers) == bare
    assert nothing.report.notes == ()


RENAMED = ["Wall", "Soft", "Photo", "Clean colours"]


def save_renamed(cutout: mattework.Cutout, suffix: str, opacity: float = 1.0) -> Document:
    """The cut-out through a file, its shadow and background renamed, and through another."""
    first, second = BytesIO(), BytesIO()
    cutout.save(first, format=suffix)
    document = arrange(
        mattework.open_document(first.getvalue()),
        lambda b, s, p, c: (replace(b, name="Wall", opacity=opacity), replace(s, name="Soft"), p, c),
    )
    mattework.save_document(document, second, format=suffix)
    return mattework.open_document(second.getvalue())


@pytest.mark.parametrize("suffix", ["psd", "layered-tiff"])
@pytest.mark.parametrize("background", ["white", "white..#204060", "blur"])
def test_renamed_shadow_and_background_are_made_again_under_their_names(suffix: str, background: str) -> None:
    theirs = save_renamed(cut(background=background), suffix, opacity=0.5)
    again = refine(theirs, edge=mattework.EdgeSettings(shift=-3))
    assert outline(again.document.layers) == RENAMED
    assert again.report.notes == ()
    assert layers_of(again.document, "Wall")[0].opacity == pytest.approx(0.5, abs=1 / 255)
    stream = BytesIO()
    again.save(stream, format=suffix)
    red = refine(
        mattework.open_document(stream.getvalue()), background="red", shadow=Shadow(dx=30, dy=0, blur=4)
    )
    assert outline(red.document.layers) == RENAMED
    assert (layers_of(red.document, "Wall")[0].pixels == (255, 0, 0)).all()
    bare = refine(theirs, background=None, shadow=None)
    assert outline(bare.document.layers) == ["Photo", "Clean colours"]
    assert bare.report.notes == ()


def test_what_is_changed_about_a_renamed_background_is_laid_on_it() -> None:
    theirs = save_renamed(cut(), "psd")
    hidden = refine(theirs, layers=(LayerState(name="Background", visible=False),))
    assert outline(hidden.document.layers) == RENAMED
    assert not layers_of(hidden.document, "Wall")[0].visible


def test_a_shadow_whose_empty_rim_was_taken_away_is_known_renamed() -> None:
    """As Photoshop keeps layers: no larger than what is seen of them."""
    theirs = save_renamed(cut(), "psd")
    (soft,) = layers_of(theirs, "Soft")
    assert soft.alpha is not None
    rows, columns = (np.flatnonzero(soft.alpha.any(axis=axis)) for axis in (1, 0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    rect = Rect(
        soft.rect.left + part[1].start,
        soft.rect.top + part[0].start,
        soft.rect.left + part[1].stop,
        soft.rect.top + part[0].stop,
    )
    trimmed = replace(soft, rect=rect, pixels=soft.pixels[part], alpha=soft.alpha[part])
    again = refine(arrange(theirs, lambda b, s, p, c: (b, trimmed, p, c)), shadow=None)
    assert outline(again.document.layers) == ["Wall", "Photo", "Clean colours"]


def test_a_renamed_layer_that_was_changed_or_is_there_twice_is_never_taken(made: Document) -> None:
    painted = blotch("Wall")
    changed = refine(arrange(made, lambda b, s, p, c: (painted, s, p, c)), background="red")
    assert outline(changed.document.layers) == ["Background", "Wall", "Shadow", "Photo", "Clean colours"]
    assert layers_of(changed.layered, "Wall") == [painted]
    twice = refine(
        arrange(made, lambda b, s, p, c: (b, replace(s, name="One"), replace(s, name="Two"), p, c)),
        shadow=None,
    )
    assert outline(twice.document.layers) == ["Background", "One", "Two", "Photo", "Clean colours"]


def test_a_background_that_was_moved_stays_where_it_was_put(made: Document) -> None:
    theirs = arrange(made, lambda b, s, p, c: (replace(b, rect=b.rect.move(3, 0)), s, p, c))
    (background,) = layers_of(refine(theirs).document, "Background")
    assert background.rect == RECT.move(3, 0)


def test_what_was_changed_about_layers_is_followed_wherever_they_lie(made: Document) -> None:
    theirs = arrange(
        made,
        lambda b, s, p, c: (
            replace(b, rect=b.rect.move(3, 0), opacity=0.5),
            replace(s, opacity=0.2, visible=False),
            Group("Cut", (MINE, p, c)),
        ),
    )
    again = refine(theirs)
    assert again.recipe.shadow is not None
    assert again.recipe.shadow.opacity == pytest.approx(0.2, abs=1 / 255)
    assert again.recipe.layers == (
        LayerState(name="Background", opacity=0.5),
        LayerState(name="Shadow", visible=False),
    )
    assert not layers_of(again.document, "Shadow")[0].visible


def blotch(name: str, rect: Rect = RECT) -> Layer:
    """A layer of somebody's with a picture on it."""
    pixels = np.random.default_rng(3).integers(0, 255, (*rect.size.shape, 3), np.uint8)
    return Layer(name, rect, pixels)


def test_a_layer_of_that_name_with_something_else_on_it_is_never_taken(made: Document) -> None:
    drawn = blotch("Shadow", Rect(4, 4, 30, 20))
    beside = refine(arrange(made, lambda b, s, p, c: (b, s, drawn, p, c)), shadow=None)
    assert outline(beside.document.layers) == ["Background", "Shadow", "Photo", "Clean colours"]
    assert layers_of(beside.layered, "Shadow") == [drawn]
    assert beside.report.notes == (), "ours was found, so there is no doubt about theirs"
    instead = refine(arrange(made, lambda b, s, p, c: (b, drawn, p, c)), shadow=None)
    assert layers_of(instead.layered, "Shadow") == [drawn]
    assert [note for note in instead.report.notes if "“Shadow” was kept" in note]
    group = Group("Shadow", (MINE,))
    grouped = refine(arrange(made, lambda b, s, p, c: (b, s, group, p, c)), shadow=None)
    assert outline(grouped.document.layers) == ["Background", ["Shadow", "Mine"], "Photo", "Clean colours"]


def test_of_two_shadows_alike_the_one_nearer_to_the_photo_is_ours(made: Document) -> None:
    copy = replace(layers_of(made, "Shadow")[0], opacity=0.3)
    again = refine(arrange(made, lambda b, s, p, c: (b, copy, s, MINE, p, c)), shadow=None)
    assert [layer.opacity for layer in layers_of(again.document, "Shadow")] == [0.3]
    assert len([note for note in again.report.notes if "“Shadow” was kept" in note]) == 1


def test_a_shadow_in_another_group_is_told_of(made: Document) -> None:
    theirs = arrange(made, lambda b, s, p, c: (b, Group("Effects", (s,)), p, c))
    again = refine(theirs, shadow=None)
    assert outline(again.document.layers) == ["Background", ["Effects", "Shadow"], "Photo", "Clean colours"]
    assert [note for note in again.report.notes if "“Shadow” was kept" in note]


def test_a_background_that_was_painted_on_stays_under_a_new_one(made: Document) -> None:
    painted = blotch("Background")
    theirs = arrange(made, lambda b, s, p, c: (painted, s, p, c))
    same = refine(theirs)
    assert outline(same.document.layers) == ["Background", "Shadow", "Photo", "Clean colours"]
    assert (layers_of(same.document, "Background")[0].pixels == painted.pixels).all()
    assert same.report.notes == ()
    red = refine(theirs, background="red")
    old, new = layers_of(red.document, "Background")
    assert (old.pixels == painted.pixels).all()
    assert (new.pixels == (255, 0, 0)).all()
    assert outline(red.document.layers)[:2] == ["Background", "Background"]
    bare = refine(theirs, background=None)
    assert layers_of(bare.layered, "Background") == [painted]
    for told in (red, bare):
        assert [note for note in told.report.notes if "“Background” was kept" in note]


def test_a_background_of_another_size_is_kept_and_told_of(made: Document) -> None:
    smaller = Layer("Background", Rect(10, 10, 90, 80), np.full((70, 80, 3), 255, np.uint8))
    bare = refine(arrange(made, lambda b, s, p, c: (smaller, s, p, c)), background=None)
    assert layers_of(bare.layered, "Background") == [smaller]
    assert [note for note in bare.report.notes if "“Background” was kept" in note]


def test_a_background_that_the_recipe_had_not_made_is_never_taken() -> None:
    theirs = save_as_psd(cut(background=None, shadow=None))
    own = blotch("Background")
    theirs = replace(theirs, layers=(own, *theirs.layers), composite=None)
    assert refine(theirs).report.notes == ()
    red = refine(theirs, background="red")
    old, new = layers_of(red.layered, "Background")
    assert old is own
    assert (new.pixels == (255, 0, 0)).all()
    assert [note for note in red.report.notes if "“Background” was kept" in note]


@pytest.mark.parametrize("mode", list(ColorMode))
@pytest.mark.parametrize("depth", [8, 16, 32])
def test_a_coloured_shadow_is_known_in_every_mode_and_depth(mode: ColorMode, depth: int) -> None:
    size = Size(60, 50)
    white = {8: 255, 16: 65535, 32: 1}[depth]
    dtype = {8: np.uint8, 16: np.uint16, 32: np.float32}[depth]
    ramp = np.linspace(0, white, 60 * 50 * mode.channels).reshape(50, 60, mode.channels).astype(dtype)
    document = Document(size, mode, depth, (Layer("Photo", size.rect, ramp),))  # type: ignore[arg-type]
    cutout = mattework.cut_out(
        document,
        from_mask=draw_disc(60, 50)[1],
        solver="hard",
        background="#4080c0",
        shadow=Shadow(dx=9, dy=4, blur=3, colour="#203a60"),
    )
    saved = save_as_psd(cutout)
    background, shadow, *pair = saved.layers
    theirs = replace(saved, layers=(background, shadow, Group("Cut", tuple(pair))), composite=None)
    bare = refine(theirs, shadow=None, background=None)
    assert outline(bare.document.layers) == [["Cut", "Photo", "Clean colours"]]


@pytest.mark.parametrize("name", ["Shadow", "Glow"])
def test_a_shadow_of_another_colour_is_never_taken(made: Document, name: str) -> None:
    def colour(b: Layer, s: Layer, p: Layer, c: Layer) -> tuple[Layer, ...]:
        red = np.zeros_like(s.pixels)
        red[..., 0] = depth_white(made.depth)
        return b, replace(s, name=name, pixels=red), p, c

    again = refine(arrange(made, colour), edge=mattework.EdgeSettings(shift=-3))
    kept = [one for one in layers_of(again.document, name) if one.pixels[..., 0].all()]
    assert len(kept) == 1


def test_a_renamed_background_of_which_some_was_erased_is_never_taken(made: Document) -> None:
    def erase(b: Layer, s: Layer, p: Layer, c: Layer) -> tuple[Layer, ...]:
        alpha = np.full(b.rect.size.shape, depth_white(made.depth), b.pixels.dtype)
        alpha[:20] = 0
        return replace(b, name="Wall", alpha=alpha), s, p, c

    again = refine(arrange(made, erase), background="red")
    (wall,) = layers_of(again.layered, "Wall")
    assert wall.alpha is not None
    assert not (wall.pixels == (255, 0, 0)).all()


@pytest.mark.parametrize("names", [("Background", "Shadow"), ("Wall", "Soft")])
def test_a_mask_on_shadow_and_background_is_laid_on_those_that_are_made_again(
    made: Document, names: tuple[str, str]
) -> None:
    half = np.zeros(made.size.shape, np.uint8)
    half[:, 40:] = 255
    mask = Mask(made.size.rect, half)
    masked = arrange(
        made,
        lambda b, s, p, c: (replace(b, name=names[0], mask=mask), replace(s, name=names[1], mask=mask), p, c),
    )
    again = refine(masked, background="red", shadow=Shadow(dx=30, dy=0, blur=4))
    for name in names:
        (layer,) = layers_of(again.layered, name)
        assert layer.mask is not None
        assert (layer.mask.pixels == half).all()
    assert (layers_of(again.layered, names[0])[0].pixels == (255, 0, 0)).all()
