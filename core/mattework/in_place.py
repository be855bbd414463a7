"""Cutting one layer of somebody's document: the mask is put on that layer, and every other byte is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from mattework.cutout import Cutout
from mattework.document.model import Document, Layer
from mattework.errors import UnsupportedFile, UsageError
from mattework.pipeline import cut_out
from mattework.segment.gestures import move_prompt

if TYPE_CHECKING:
    from mattework.formats.psd_edit import EditReport, ExistingMask
    from mattework.formats.streams import Source, Target
    from mattework.progress import Progress


_NO_ROOM_FOR = ("background", "shadow", "colours", "key")
"""Choices of `cut_out` that make layers: a document that is kept as it is has no room for them."""


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
        keep_recipe: write the recipe into the document's XMP, the one more thing that is then changed.
        choices: as of `cut_out`, but for those that make layers: model, device, session, prompts, rules, solver, edge,
            zoom ... Prompts count in pixels of the document.

    Raises:
        UsageError: no such layer, a mask that is there and was not spoken of, or a choice that makes layers.
        UnsupportedFile, DamagedFile, FileTooLarge, OutputError: see `mattework.errors`.
    """
    from mattework.formats.limits import Limits
    from mattework.formats.psd_edit import NewMask
    from mattework.formats.streams import open_source, write_target
    from mattework.formats.xmp import put_recipe

    asked = [name for name in _NO_ROOM_FOR if choices.get(name)]
    if asked:
        raise UsageError(
            f"Only the layer's mask is changed, and {' and '.join(asked)} would need layers. Use `cut_out` for them."
        )
    limits = Limits()
    with open_source(source, limits, None) as (stream, name):
        open_layer, add_mask = _choose_editor(stream, name)
        document = open_layer(stream, layer, limits=limits, name=name)
        rect = cast("Layer", document.layers[0]).rect
        prompts = [move_prompt(one, -rect.left, -rect.top) for one in choices.pop("prompts", ())]
        cutout = cut_out(_stand_alone(document), prompts=prompts, colours=0.0, progress=progress, **choices)
        found = cast("Layer", cutout.document.layers[-1]).mask
        assert found is not None
        new = NewMask(
            layer=layer,
            mask=replace(found, rect=rect),
            existing=existing,
            xmp=put_recipe(cutout.document.metadata.xmp, cutout.recipe, cutout.inputs)
            if keep_recipe
            else None,
        )
        edits: list[EditReport] = []

        def write(out: BinaryIO) -> tuple[str, ...]:
            stream.seek(0)
            edits.append(add_mask(stream, out, new, limits=limits, name=name, progress=progress))
            if isinstance(source, (str, PathLike)):
                stream.close()  # Windows replaces no file that is open, and it may be this very one
            return edits[0].reasons

        write_target(target, write, overwrite=overwrite)
    return LayerCut(cutout=cutout, edit=edits[0])


def _choose_editor(stream: BinaryIO, name: str) -> tuple[Callable[..., Document], Callable[..., EditReport]]:
    """The two functions for the container at hand; what is no picture at all is left for the PSD reader to judge."""
    from mattework.formats.sniff import HEAD_BYTES, Kind, sniff_kind

    stream.seek(0)
    kind = sniff_kind(stream.read(HEAD_BYTES))
    stream.seek(0)
    if kind not in (None, Kind.TIFF, Kind.PSD):
        raise UnsupportedFile(f"{name} is a {kind} file, which has no layers. Cut it without naming a layer.")
    if kind is Kind.TIFF:
        from mattework.formats.tiff_edit import add_mask_in_tiff, open_tiff_layer

        return open_tiff_layer, add_mask_in_tiff
    from mattework.formats.psd_edit import add_mask_in_place, open_layer

    return open_layer, add_mask_in_place


def _stand_alone(document: Document) -> Document:
    """The document's one layer as a picture of its own size: parts beyond the canvas are cut too."""
    layer = cast("Layer", document.layers[0])
    alone = replace(layer, rect=layer.rect.size.rect)
    return replace(document, size=layer.rect.size, layers=(alone,))
