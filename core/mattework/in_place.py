"""Cutting one layer of somebody's document: the mask is put on that layer, and every other byte is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast, get_args

import numpy as np

from mattework.cutout import Cutout, name_file
from mattework.document.model import Document, Layer, Mask
from mattework.document.piecewise import read_whole
from mattework.errors import RecipeError, UnsupportedFile, UsageError
from mattework.matting.brush import move_stroke
from mattework.photo import hash_samples
from mattework.pipeline import apply_recipe, cut_out
from mattework.recipe import Recipe, RecipeInputs
from mattework.reopen import list_mask_losses
from mattework.segment.gestures import move_prompt

if TYPE_CHECKING:
    from mattework.arrays import Samples
    from mattework.formats.psd_edit import EditReport, ExistingMask, NewMask
    from mattework.formats.psd_layout import PsdLayout
    from mattework.formats.psd_panel import PanelRow
    from mattework.formats.streams import Source, Target
    from mattework.geometry import Rect, Size
    from mattework.progress import Progress
    from mattework.prompt import Prompt


_NO_ROOM_FOR = ("background", "shadow", "colours", "key")
_DOCUMENT_SUFFIXES = (".psd", ".psb", ".tif", ".tiff")
"""Choices of `cut_out` that make layers: a document that is kept as it is has no room for them."""
_WHOLE_MASK = "What was given is as large as the document; its part over the layer was taken."
_OTHER_MASK = (
    "The layer's mask was not as the recipe made it: painted on since, or joined with one that was there. That one is only "
    "in the file it came from."
)


_OLD_RECIPE = (
    "The file still carries the recipe of the mask that was made before, and refining makes that one again. Keep the "
    "recipe of this one, with --keep-recipe, to refine it."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerCut:
    """The cut of one layer, its alpha in the layer's own rectangle, and what was changed in the file."""

    cutout: Cutout
    edit: EditReport


def cut_layer(
    source: Source,
    layer: str | int,
    target: Target,
    *,
    existing: ExistingMask = "refuse",
    keep_recipe: bool = False,
    layer_prompts: Sequence[Prompt] = (),
    overwrite: bool = False,
    progress: Progress | None = None,
    **choices: Any,
) -> LayerCut:
    """Cut the subject out of one layer of a PSD, PSB or layered TIFF and write the document with that mask to `target`.

    Smart objects, adjustments, effects, guides and unknown blocks stay byte for byte. The layer's pixels stay too: clean
    colours would need a layer of their own, so none are made.

    Args:
        source: path, bytes or seekable stream of the document.
        layer: number from the top, path ("Group/Photo"), or name.
        target: path or stream; never the source itself unless `overwrite`.
        existing: what becomes of a mask that is there: refuse, replace, multiply, intersect or keep.
        keep_recipe: write the recipe into the document's XMP, the one more thing that is then changed. It takes the place
            of one that is there.
        layer_prompts: prompts that count in pixels of the layer, as those in the recipe of one layer do; followed first.
        choices: as of `cut_out`, but for those that make layers: model, device, session, prompts, rules, solver, edge,
            zoom ... Prompts and strokes count in pixels of the document. A mask or trimap is of the layer, or as large as
            the document: then its part over the layer is taken.

    Raises:
        UsageError: no such layer, a mask that is there and was not spoken of, another word for what becomes of it, a
            choice that makes layers, a prompt outside the layer, a target that is named as a flat picture, or is the source
            and would lose the recipe of something else.
        UnsupportedFile, DamagedFile, FileTooLarge, OutputError: see `mattework.errors`.
    """
    from mattework.formats.limits import Limits
    from mattework.formats.psd_edit import ExistingMask
    from mattework.formats.psd_panel import choose_row, list_rows
    from mattework.formats.streams import open_source

    if existing not in get_args(ExistingMask):
        raise UsageError(
            f"What becomes of a mask that is there is one of {', '.join(get_args(ExistingMask))}, not {existing!r}."
        )
    check_document_name(target)
    asked = [name for name in _NO_ROOM_FOR if choices.get(name)]
    if asked:
        raise UsageError(
            f"Only the layer's mask is changed, and {' and '.join(asked)} would need layers. Use `cut_out` for them."
        )
    with open_source(source, Limits(), None) as (stream, name):
        editor = _choose_editor(stream, name)
        document = editor.open_layer(stream, layer, limits=Limits(), name=name)
        row = choose_row(list_rows(editor.scan(stream, limits=Limits(), name=name)), layer, name=name)
        rect = cast("Layer", document.layers[0]).rect
        given = choices.pop("prompts", ())
        for one in given:
            _check_place(one, rect, row.path)
        prompts = [*layer_prompts, *(move_prompt(one, -rect.left, -rect.top) for one in given)]
        old = _find_recipe(document.metadata.xmp)
        replaced = _tell_replaced(old, row.path) if keep_recipe else None
        if replaced is not None and overwrite and (read_from := name_file(source, (replaced,))) is not None:
            read_from.refuse_loss(target)
        strokes = [move_stroke(one, -rect.left, -rect.top) for one in choices.pop("strokes", ())]
        moved = [name for name in ("from_mask", "trimap") if _place_mask(choices, name, document.size, rect)]
        cutout = cut_out(
            _stand_alone(document),
            prompts=prompts,
            strokes=strokes,
            colours=0.0,
            progress=progress,
            **choices,
        )
        cutout = replace(cutout, recipe=replace(cutout.recipe, layer=row.path), read_from=name_file(source))
        if moved:
            cutout = _add_note(cutout, _WHOLE_MASK)
        if replaced is not None:
            cutout = _add_note(cutout, replaced)
        if not keep_recipe and existing != "keep" and _is_of_layer(old, cutout.recipe):
            cutout = _add_note(cutout, _OLD_RECIPE)
        new = _make_mask(cutout, row.number, rect, existing, keep_recipe)
        closes = isinstance(source, (str, PathLike))
        edit = editor.write(stream, target, new, name, closes=closes, overwrite=overwrite, progress=progress)
    return LayerCut(cutout=cutout, edit=edit)


def _check_place(prompt: Prompt, rect: Rect, path: str) -> None:
    """Refuse a prompt, in pixels of the document, that lies beside the layer.

    Raises:
        UsageError
    """
    xs, ys = [x for x, _ in prompt.points], [y for _, y in prompt.points]
    if not xs or not all(map(math.isfinite, (*xs, *ys))):
        return  # told with all that is wrong with prompts
    if max(xs) < rect.left or max(ys) < rect.top or min(xs) > rect.right or min(ys) > rect.bottom:
        where = f"The point {xs[0]:g},{ys[0]:g}" if prompt.kind == "point" else f"A {prompt.kind}"
        raise UsageError(
            f"{where} lies outside the layer “{path}”, which reaches from {rect.left},{rect.top} to "
            f"{rect.right},{rect.bottom}."
        )


def _tell_replaced(old: Recipe | None, path: str) -> str | None:
    """A sentence about a document's recipe that is not of this layer; None where there is none."""
    if old is None or old.layer == path:
        return None
    of = "the whole picture" if old.layer is None else f"the layer “{old.layer}”"
    return (
        f"A file has room for one recipe, and that of {of} made room for this one: what it made can be refined only in the "
        "file it came from."
    )


def _is_of_layer(old: Recipe | None, new: Recipe) -> bool:
    """Whether a document's recipe is of the layer that was cut anew, or of the picture that it belongs to."""
    return old is not None and (old.layer in (None, new.layer) or old.source_sha256 == new.source_sha256)


def _find_recipe(xmp: bytes | None) -> Recipe | None:
    from mattework.formats.xmp import get_recipe

    try:
        found = get_recipe(xmp)
    except RecipeError:
        return None  # damaged: there is nothing to keep
    return None if found is None else found[0]


def check_document_name(target: Target) -> None:
    """Refuse a path that ends as no PSD, PSB or TIFF does: the document stays what it is, whatever it is called.

    Raises:
        UsageError
    """
    if isinstance(target, (str, PathLike)) and Path(target).suffix.lower() not in _DOCUMENT_SUFFIXES:
        raise UsageError(
            f"Where one layer is cut the document stays what it is, and {target} is no name for a PSD, PSB or TIFF. End it "
            "as the document's."
        )


def refine_layer(
    source: Source,
    target: Target,
    *,
    recipe: Recipe | None = None,
    inputs: RecipeInputs | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> LayerCut:
    """Make the mask that `cut_layer` put on a layer again, from the recipe that it kept, and keep every other byte.

    The layer is known by its samples, and where these have changed by its path.

    Args:
        source: path, bytes or seekable stream of a PSD, PSB or layered TIFF.
        target: path or stream, which gets the recipe too; never the source itself unless `overwrite`, and not then where
            the layer's mask was changed since.
        recipe: a changed recipe (another edge setting, another solver, more strokes); the document's own when None.
        inputs: soft mask or trimap that it rests on; the document's own when None.

    Raises:
        UsageError: the recipe asks for layers (clean colours, a shadow, a background), a mask that somebody painted on
            would be gone, or a target that is named as a flat picture.
        RecipeError: the document carries no recipe, the recipe is not of one of its layers, or as `apply_recipe`.
        UnsupportedFile, DamagedFile, FileTooLarge, OutputError: see `mattework.errors`.
    """
    from mattework.formats.limits import Limits
    from mattework.formats.recipe_file import find_recipe
    from mattework.formats.streams import open_source
    from mattework.formats.xmp import drop_recipe

    check_document_name(target)
    with open_source(source, Limits(), None) as (stream, name):
        editor = _choose_editor(stream, name)
        if recipe is None or inputs is None:
            own = find_recipe(stream, name)
            recipe, inputs = recipe or own[0], inputs or own[1]
        asked = [one for one in _NO_ROOM_FOR if getattr(recipe, one)]
        if asked:
            raise UsageError(
                f"Only the mask of a layer is made again, and {' and '.join(asked)} would need layers. Cut the layer's "
                "picture out into a file of its own for them."
            )
        row, mask = editor.find_layer(stream, recipe, name)
        document = editor.open_layer(stream, row.number, limits=Limits(), name=name)
        rect = cast("Layer", document.layers[0]).rect
        metadata = document.metadata
        alone = replace(
            _stand_alone(document), metadata=replace(metadata, xmp=drop_recipe(metadata.xmp))
        )  # the recipe is of the document, not of this picture
        made = recipe.mask_sha256
        cut = replace(cast("Layer", document.layers[0]), mask=mask)
        read_from = name_file(source, list_mask_losses(cut, recipe))
        if overwrite and read_from is not None:
            read_from.refuse_loss(target)
        cutout = apply_recipe(alone, recipe=replace(recipe, layer=row.path), inputs=inputs, progress=progress)
        cutout = replace(cutout, read_from=name_file(source))
        if mask is not None and made is not None and hash_samples(mask.pixels) != made:
            cutout = _add_note(cutout, _OTHER_MASK)
        new = _make_mask(cutout, row.number, rect, "replace", keep_recipe=True, xmp=metadata.xmp)
        closes = isinstance(source, (str, PathLike))
        edit = editor.write(stream, target, new, name, closes=closes, overwrite=overwrite, progress=progress)
    return LayerCut(cutout=cutout, edit=edit)


def _place_mask(choices: dict[str, Any], name: str, size: Size, rect: Rect) -> bool:
    """Put the part over the layer in the place of a mask or trimap that is as large as the document; whether it was."""
    from mattework.formats.masks import read_mask, read_trimap, refuse_labels

    given = choices.get(name)
    if given is None or rect.size == size:
        return False
    if hasattr(given, "read"):
        given = choices[name] = given.read()  # it is looked at twice
    whole = given
    if not isinstance(given, np.ndarray):
        whole = read_mask(given) if name == "from_mask" else read_trimap(given)
        if name == "from_mask":
            refuse_labels(float(whole.max()), "mask")  # as an array of floats it would be taken
    if whole.shape != size.shape:
        return False
    part = np.zeros(rect.size.shape, whole.dtype)
    shared = rect.intersect(size.rect)
    part[shared.move(-rect.left, -rect.top).slices] = whole[shared.slices]
    choices[name] = part
    return True


def _make_mask(
    cutout: Cutout,
    number: int,
    rect: Rect,
    existing: ExistingMask,
    keep_recipe: bool,
    xmp: bytes | None = None,
) -> NewMask:
    """The mask of a layer's cut, in the place `rect` of the layer; `xmp` is the document's packet."""
    from mattework.formats.psd_edit import NewMask
    from mattework.formats.xmp import put_recipe

    found = cast("Layer", cutout.layered.layers[-1]).mask
    assert found is not None
    packet = put_recipe(xmp or cutout.layered.metadata.xmp, cutout.recipe, cutout.inputs)
    return NewMask(
        layer=number,
        mask=replace(found, rect=rect, pixels=cast("Samples", read_whole(found.pixels))),
        existing=existing,
        xmp=packet if keep_recipe else None,
    )


def _add_note(cutout: Cutout, note: str) -> Cutout:
    return replace(cutout, report=replace(cutout.report, notes=(*cutout.report.notes, note)))


@dataclass(frozen=True, slots=True)
class _Editor:
    """The functions for one container, PSD or layered TIFF."""

    scan: Callable[..., PsdLayout]
    open_layer: Callable[..., Document]
    add_mask: Callable[..., EditReport]

    def find_layer(self, stream: BinaryIO, recipe: Recipe, name: str) -> tuple[PanelRow, Mask | None]:
        """The layer that a recipe speaks of, and its mask.

        Raises:
            RecipeError: there is none.
        """
        from mattework.formats.limits import Limits
        from mattework.formats.psd_edit import find_row
        from mattework.formats.psd_panel import list_rows

        layout = self.scan(stream, limits=Limits(), name=name)
        rows = list_rows(layout)
        named = [row for row in rows if row.path == recipe.layer]

        def is_same(layer: Layer) -> bool:
            return hash_samples(layer.pixels) == recipe.source_sha256

        found = find_row(stream, layout, named, is_same, name=name)
        found = found or find_row(stream, layout, rows, is_same, name=name)
        if found is None and len(named) == 1:  # its samples have changed
            found = find_row(stream, layout, named, lambda _: True, name=name)
        if found is None:
            raise RecipeError(
                f"The recipe is of no layer of {name}: none has the pixels that it was made from. Cut the layer again, "
                "with `mattework cut --layer`."
            )
        return found

    def write(
        self,
        stream: BinaryIO,
        target: Target,
        new: NewMask,
        name: str,
        *,
        closes: bool,
        overwrite: bool,
        progress: Progress | None,
    ) -> EditReport:
        """Write the document with the mask; `closes` the source before the target takes its place."""
        from mattework.formats.limits import Limits
        from mattework.formats.streams import write_target

        edits: list[EditReport] = []

        def write(out: BinaryIO) -> tuple[str, ...]:
            stream.seek(0)
            edits.append(self.add_mask(stream, out, new, limits=Limits(), name=name, progress=progress))
            if closes:
                stream.close()  # Windows replaces no file that is open, and it may be this very one
            return edits[0].reasons

        write_target(target, write, overwrite=overwrite)
        return edits[0]


def _choose_editor(stream: BinaryIO, name: str) -> _Editor:
    """The functions for the container at hand; what is no picture at all is left for the PSD reader to judge."""
    from mattework.formats.sniff import HEAD_BYTES, Kind, sniff_kind

    stream.seek(0)
    kind = sniff_kind(stream.read(HEAD_BYTES))
    stream.seek(0)
    if kind not in (None, Kind.TIFF, Kind.PSD):
        raise UnsupportedFile(f"{name} is a {kind} file, which has no layers. Cut it without naming a layer.")
    if kind is Kind.TIFF:
        from mattework.formats.tiff_edit import add_mask_in_tiff, open_tiff_layer, scan_tiff_layers

        return _Editor(scan_tiff_layers, open_tiff_layer, add_mask_in_tiff)
    from mattework.formats.psd_edit import add_mask_in_place, open_layer
    from mattework.formats.psd_layout import scan_psd

    return _Editor(scan_psd, open_layer, add_mask_in_place)


def _stand_alone(document: Document) -> Document:
    """The document's one layer as a picture of its own size: parts beyond the canvas are cut too."""
    layer = cast("Layer", document.layers[0])
    alone = replace(layer, rect=layer.rect.size.rect)
    return replace(document, size=layer.rect.size, layers=(alone,))
