"""Clean colours are found again renamed, moved and in groups; what only looks like them is kept, and told of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import mattework
from mattework.document.model import Document, Group, Layer, Mask, Node
from mattework.recipe import EdgeSettings, LayerState
from samples import draw_disc

NAME = "Clean colours"


def save_as_psd(document: Document) -> Document:
    stream = BytesIO()
    mattework.save_document(document, stream, format="psd")
    return mattework.open_document(stream.getvalue())


@pytest.fixture(scope="module")
def made() -> Document:
    """A cut-out from bottom to top: Background, Photo, Clean colours."""
    picture, truth = draw_disc(120, 100)
    stream = BytesIO()
    mattework.cut_out(picture, from_mask=truth, background="white").save(stream, format="psd")
    return mattework.open_document(stream.getvalue())


def arrange(made: Document, change: Callable[[Layer, Layer], tuple[Node, ...]]) -> Document:
    """The cut-out, through a file, with its photo and clean colours put otherwise."""
    background, photo, clean = made.walk_layers()
    return save_as_psd(replace(made, layers=(background, *change(photo, clean)), composite=None))


def refine(document: Document, **changes: object) -> mattework.Cutout:
    recipe, _ = mattework.get_recipe(document.metadata.xmp) or pytest.fail("no recipe")
    smaller = {"edge": EdgeSettings(shift=-8), **changes}
    return mattework.apply_recipe(document, recipe=replace(recipe, **smaller))  # type: ignore[arg-type]


def outline(nodes: tuple[Node, ...]) -> list[object]:
    return [[node.name, *outline(node.children)] if isinstance(node, Group) else node.name for node in nodes]


def layer_of(document: Document, name: str) -> Layer:
    (found,) = [layer for layer in document.walk_layers() if layer.name == name]
    return found


def move(layer: Layer, dx: int, dy: int) -> Layer:
    assert layer.mask is not None
    rect = layer.rect.move(dx, dy)
    return replace(layer, rect=rect, mask=replace(layer.mask, rect=rect))


def paint(layer: Layer) -> Layer:
    """The layer with some of its mask painted on."""
    assert layer.mask is not None
    pixels = layer.mask.pixels.copy()
    pixels[:9, :9] = 255
    return replace(layer, mask=replace(layer.mask, pixels=pixels))


@pytest.mark.parametrize(
    ("change", "kept", "bare", "name"),
    [
        pytest.param(
            lambda p, c: (p, replace(c, name="Subject")),
            ["Background", "Photo", "Subject"],
            ["Background", "Photo"],
            "Subject",
            id="renamed",
        ),
        pytest.param(
            lambda p, c: (p, move(c, 4, -3)),
            ["Background", "Photo", NAME],
            ["Background", "Photo"],
            NAME,
            id="moved",
        ),
        pytest.param(
            lambda p, c: (p, Group("Retouch", (c,))),
            ["Background", "Photo", ["Retouch", NAME]],
            ["Background", "Photo", ["Retouch"]],
            NAME,
            id="in a group of its own",
        ),
        pytest.param(
            lambda p, c: (Group("Out of the way", (p,)), Group("Cut", (replace(move(c, 9, 0), name="Cup"),))),
            ["Background", ["Out of the way", "Photo"], ["Cut", "Cup"]],
            ["Background", ["Out of the way", "Photo"], ["Cut"]],
            "Cup",
            id="all of it",
        ),
    ],
)
def test_clean_colours_are_made_again_where_they_lie(
    made: Document,
    change: Callable[[Layer, Layer], tuple[Node, ...]],
    kept: list[object],
    bare: list[object],
    name: str,
) -> None:
    theirs = arrange(made, change)
    before = layer_of(theirs, name)
    again = refine(theirs)
    assert outline(again.document.layers) == kept
    assert again.report.notes == ()
    photo, clean = layer_of(again.document, "Photo"), layer_of(again.document, name)
    assert clean.rect == before.rect
    assert clean.mask is not None
    assert photo.mask is not None
    assert before.mask is not None
    assert (clean.mask.pixels == photo.mask.pixels).all()
    assert clean.mask.rect == clean.rect
    assert clean.mask.pixels.sum() < before.mask.pixels.sum()
    assert not photo.visible
    stream = BytesIO()
    again.save(stream, format="psd")
    wider = refine(mattework.open_document(stream.getvalue()), edge=EdgeSettings())
    assert outline(wider.document.layers) == kept
    assert (layer_of(wider.document, name).pixels == before.pixels).all()
    assert outline(refine(theirs, colours=0.0).document.layers) == bare


def test_what_was_changed_about_renamed_clean_colours_is_followed(made: Document) -> None:
    theirs = arrange(made, lambda p, c: (p, Group("Cut", (replace(c, name="Cup", opacity=0.4),))))
    again = refine(theirs)
    (state,) = again.recipe.layers
    assert state.name == NAME
    assert state.opacity == pytest.approx(0.4, abs=1 / 255)
    assert layer_of(again.document, "Cup").opacity == state.opacity
    hidden = refine(theirs, layers=(LayerState(name=NAME, visible=False),))
    assert not layer_of(hidden.document, "Cup").visible


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p, c: (p, paint(replace(c, name="Cup"))), id="renamed and painted on"),
        pytest.param(lambda p, c: (p, Group("Cut", (paint(c),))), id="in a group and painted on"),
        pytest.param(lambda p, c: (p, replace(c, name="One"), replace(c, name="Two")), id="twice"),
    ],
)
def test_clean_colours_that_are_not_sure_are_kept_and_told_of(
    made: Document, change: Callable[[Layer, Layer], tuple[Node, ...]]
) -> None:
    theirs = arrange(made, change)
    again = refine(theirs)
    before = outline(theirs.layers)
    assert outline(again.document.layers) == [*before[:2], NAME, *before[2:]]
    told = [note for note in again.report.notes if "could not be told for sure" in note]
    assert len(told) == (2 if len(before) == 4 else 1)
    assert all("hide it or delete it" in note for note in told)


def test_a_layer_of_another_with_our_mask_is_never_taken(made: Document) -> None:
    def tint(clean: Layer) -> Layer:
        return replace(clean, name="Tint", pixels=np.full_like(clean.pixels, 90))

    beside = refine(arrange(made, lambda p, c: (p, c, tint(c))))
    instead = refine(arrange(made, lambda p, c: (p, tint(c))))
    for again in (beside, instead):
        assert outline(again.document.layers) == ["Background", "Photo", NAME, "Tint"]
        assert (layer_of(again.document, "Tint").pixels == 90).all()
        (note,) = again.report.notes
        assert "“Tint”" in note


def test_hidden_and_plain_layers_are_no_matter(made: Document) -> None:
    mask = Mask(made.size.rect, np.full(made.size.shape, 128, np.uint8))
    pixels = np.full((*made.size.shape, 3), 90, np.uint8)
    hidden = Layer("Hidden", made.size.rect, pixels, mask=mask, visible=False)
    plain = Layer("Plain", made.size.rect, pixels)
    assert refine(arrange(made, lambda p, c: (p, hidden, plain))).report.notes == ()
    shown = replace(hidden, name="Mine", visible=True)
    assert refine(arrange(made, lambda p, c: (p, shown, c))).report.notes == ()


@pytest.mark.parametrize("name", [NAME, "Cup"])
def test_a_deep_mask_is_as_fine_as_the_alpha_whatever_its_layer_is_called(made: Document, name: str) -> None:
    again = refine(arrange(made, lambda p, c: (p, replace(c, name=name))), background=None)
    stream = BytesIO()
    again.save(stream, format="png", bits=16)
    colour, alpha = mattework.flatten_document(mattework.open_document(stream.getvalue()))
    assert colour.dtype == np.uint16
    assert alpha is not None
    np.testing.assert_array_equal(alpha, np.rint(again.alpha * np.float32(65535)).astype(np.uint16))


def retouch(clean: Layer) -> Layer:
    pixels = clean.pixels.copy()
    pixels[50:53, 60:63] = 7
    return replace(clean, pixels=pixels)


@pytest.mark.parametrize("colours", [1.0, 0.0])
def test_what_was_painted_on_the_clean_colours_is_kept_hidden(made: Document, colours: float) -> None:
    again = refine(arrange(made, lambda p, c: (p, retouch(c))), colours=colours)
    new = [NAME] if colours else []
    assert outline(again.document.layers) == ["Background", "Photo", "Clean colours (painted)", *new]
    painted = layer_of(again.document, "Clean colours (painted)")
    assert not painted.visible
    assert (painted.pixels[50:53, 60:63] == 7).all()
    (note,) = again.report.notes
    assert "painted on" in note
    stream = BytesIO()
    again.save(stream, format="psd")
    once_more = refine(mattework.open_document(stream.getvalue()), colours=colours, edge=EdgeSettings())
    assert outline(once_more.document.layers) == outline(again.document.layers)
    assert once_more.report.notes == ()


@pytest.mark.parametrize("kind", ["psd", "layered-tiff"])
@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 1)])
def test_clean_colours_of_any_depth_are_as_they_were_made(
    kind: str, dtype: type[np.generic], white: float, tmp_path: Path
) -> None:
    picture, truth = draw_disc(60, 50)
    path = tmp_path / "cut.file"
    deep = (picture / 255 * white).astype(dtype)
    mattework.cut_out(deep, from_mask=truth).save(path, format=kind)
    again = refine(mattework.open_document(path))
    assert outline(again.document.layers) == ["Photo", NAME]
    assert again.report.notes == ()


@pytest.mark.parametrize("lies", ["under", "between", "over"])
def test_another_layer_of_that_name_stays(made: Document, lies: str) -> None:
    rect = made.size.rect
    height, width = made.size.shape
    own = Layer(NAME, rect, np.full((height, width, 3), 77, np.uint8))
    order = {"under": (own, 0), "between": (own, 1), "over": (own, 2)}

    def put(photo: Layer, clean: Layer) -> tuple[Node, ...]:
        nodes: list[Node] = [photo, clean]
        nodes.insert(order[lies][1], own)
        return tuple(nodes)

    again = refine(arrange(made, put)).layered
    kept = [one for one in again.walk_layers() if one.name == NAME and one.mask is None]
    assert [int(one.pixels[0, 0, 0]) for one in kept] == [77]
    assert sum(one.name == NAME for one in again.walk_layers()) == 2, "the old clean colours went"


def test_a_layer_of_that_name_stays_where_none_were_made() -> None:
    picture, truth = draw_disc(120, 100)
    cut = mattework.cut_out(picture, from_mask=truth, colours=0)
    rect = cut.layered.size.rect
    own = Layer(NAME, rect, np.full((100, 120, 3), 77, np.uint8))
    stream = BytesIO()
    cut.save(stream, format="psd")
    document = mattework.open_document(stream.getvalue())
    again = refine(save_as_psd(replace(document, layers=(*document.layers, own), composite=None)), colours=0)
    assert int(layer_of(again.layered, NAME).pixels[0, 0, 0]) == 77
