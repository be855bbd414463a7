"""What `mattework refine` does with one file: a cut-out of ours made again, or one layer's mask in somebody's document."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from mattework.atomic import is_same_file
from mattework.cli.targets import (
    STREAM,
    names_folder,
    open_target,
    refuse_inputs,
    refuse_unwritable,
)
from mattework.errors import RecipeError, UsageError

if TYPE_CHECKING:
    from mattework.cutout import Cutout
    from mattework.document.model import Document, Layer
    from mattework.progress import Progress
    from mattework.recipe import Recipe, RecipeInputs

_ENDINGS = {"psd": (".psd",), "psb": (".psb",), "layered-tiff": (".tif", ".tiff")}
"""Of documents that stay the kind of file that they are; the first one where a name has another, or none."""
_MOST_TOLD = 6


@dataclass(slots=True)
class RefineJob:
    """`target` is None for standard output; `options` are those of the command line."""

    source: str
    target: Path | None
    options: dict[str, Any]

    @property
    def bits(self) -> int | None:
        return int(self.options["bits"]) if self.options["bits"] else None

    def check_format(self) -> None:
        """Refuse names, formats and depths that do not go together."""
        from mattework.formats.files import check_format

        wanted, quality = self.options["file_format"], self.options["quality"]
        if self.target is None and wanted is None:
            wanted = "psd"  # or the layered kind of file that comes in; both take the same options
        check_format(open_target(self.target), wanted, layered=True, quality=quality, bits=self.bits)

    def check_target(self) -> None:
        """Refuse what cannot be written or would replace what is read."""
        # A cut-out may be refined in its place: the photo is in it. The photo itself may not be written over.
        recipe = self.options["recipe_file"]
        source_too = (self.source,) if recipe is not None else ()
        refuse_inputs(self.target, (*source_too, recipe, self.options["background"]))
        if self.target is not None:
            refuse_unwritable(self.target, overwrite=self.options["overwrite"])

    def run(self, progress: Progress | None) -> tuple[Cutout, tuple[str, ...]]:
        """The result, written, and the notes of writing."""
        from mattework.photo import open_source
        from mattework.pipeline import apply_recipe
        from mattework.reopen import find_cut_layer

        with _seek_source(self.source) as picture:
            document = open_source(picture)
            made, inputs = self._find_recipe(document)
            recipe = self._change(made)
            layer = find_cut_layer(document, made)
            stays = layer is not None and self._settle_target(picture, document)
            self._refuse_losses(document, made, layer, stays)
            if layer is not None:
                del document, layer
                return self._refine_layer(picture, recipe, inputs, stays, progress)
        cutout = apply_recipe(
            document,
            recipe=recipe,
            inputs=inputs,
            keeps_background=self.options["background"] is None,
            progress=progress,
        )
        notes = cutout.save(
            open_target(self.target),
            format=self.options["file_format"] or ("psd" if self.target is None else None),
            overwrite=self.options["overwrite"],
            quality=self.options["quality"],
            bits=self.bits,
            progress=progress,
        )
        return cutout, notes

    def _find_recipe(self, document: Document) -> tuple[Recipe, RecipeInputs]:
        from mattework.formats.recipe_file import read_recipe
        from mattework.formats.xmp import get_recipe

        if self.options["recipe_file"] is not None:
            return read_recipe(self.options["recipe_file"])
        found = get_recipe(document.metadata.xmp)
        if found is None:
            damaged = "".join(f" {note}" for note in document.notes if "XMP" in note)
            raise RecipeError(
                f"{self.source} carries no recipe of Mattework.{damaged} Use `mattework cut` on the photo instead, or give "
                "its --recipe."
            )
        return found

    def _take(self, *names: str) -> dict[str, Any]:
        return {name: self.options[name] for name in names if self.options[name] is not None}

    def _change(self, recipe: Recipe) -> Recipe:
        """The recipe with what was set on the command line in it."""
        from mattework.recipe import MattingChoice

        options = self.options
        changes = self._take("colours", "key", "background")
        solver, model = options["solver"], options["matting_model"]
        if model is not None:
            if solver not in (None, "auto", "neural"):
                raise UsageError(f"--matting-model goes with --edge neural, not with --edge {solver}.")
            recipe = recipe.choose_solver("neural", MattingChoice(model=model))
        elif solver is not None:
            recipe = recipe.choose_solver(solver, recipe.matting if solver == recipe.solver else None)
        if options["band"] is not None:
            changes["trimap"] = replace(recipe.trimap, band=options["band"])
        for name in ("background", "key"):
            if changes.get(name) == "none":
                changes[name] = None
        if options["shadow"].is_given:
            changes["shadow"] = options["shadow"].apply(recipe.shadow)
        edge = replace(recipe.edge, **self._take("smooth", "feather", "contrast", "shift"))
        return replace(recipe, edge=edge, **changes)

    def _settle_target(self, picture: Path | BinaryIO, document: Document) -> bool:
        """Give a result without a name the source's ending; whether the document stays the kind of file that it is."""
        from mattework.formats.files import choose_format

        wanted, kind = self.options["file_format"], _name_container(picture)
        if wanted is None:
            if self.target is None:
                return True
            if self.options["output"] is None or names_folder(self.options["output"]):
                own, usual = Path(self.source).suffix, _ENDINGS[kind]
                self.target = self.target.with_suffix(own if own.lower() in usual else usual[0])
                refuse_unwritable(self.target, overwrite=self.options["overwrite"])
        return choose_format(document, open_target(self.target), wanted) == kind

    def _refuse_losses(self, document: Document, made: Recipe, layer: Layer | None, stays: bool) -> None:
        """Refuse to replace the source where not all of it would be in the result; `stays` as `_settle_target` says.

        Raises:
            UsageError
        """
        from mattework.cutout import FLATTENED
        from mattework.formats.files import FLAT_FORMATS, choose_format
        from mattework.reopen import find_photo, list_losses, list_mask_losses

        if self.target is None or self.source == STREAM or not is_same_file(self.target, self.source):
            return
        if layer is None:
            losses = list_losses(document, find_photo(document, made)[0], made)
        else:
            losses = (*(() if stays else document.left_out), *list_mask_losses(layer, made))
        if choose_format(document, self.target, self.options["file_format"]) in FLAT_FORMATS:
            losses = (FLATTENED, *losses)
        if not losses:
            return
        more = len(losses) - _MOST_TOLD
        told = (*losses[:_MOST_TOLD], *([f"And {more} more."] if more > 0 else []))
        raise UsageError(
            f"{self.target} is the file that is read, and something in it would be gone if it were replaced. "
            f"{' '.join(told)} Give another name with -o; this file then stays as it is."
        )

    def _refine_layer(
        self,
        picture: Path | BinaryIO,
        recipe: Recipe,
        inputs: RecipeInputs,
        stays: bool,
        progress: Progress | None,
    ) -> tuple[Cutout, tuple[str, ...]]:
        """One layer's mask in somebody's document; in another kind of file the document as it is then."""
        from mattework.in_place import refine_layer

        if recipe.colours or recipe.background or recipe.shadow or recipe.key:
            raise UsageError(
                f"{self.source} is a document one layer of which was cut, and only that layer's mask is made again: "
                "--background, --shadow, --key and --colours do not go with it."
            )
        overwrite = self.options["overwrite"]
        out = open_target(self.target) if stays else BytesIO()
        done = refine_layer(
            picture, out, recipe=recipe, inputs=inputs, overwrite=overwrite, progress=progress
        )
        more = () if stays else self._convert(cast("BytesIO", out).getvalue(), progress)
        changed = ", ".join(done.edit.changed) or "nothing"
        return done.cutout, (f"Layer “{done.edit.layer}”: changed {changed}.", *done.edit.reasons, *more)

    def _convert(self, edited: bytes, progress: Progress | None) -> tuple[str, ...]:
        """Write an edited document as another kind of file. Gives what that could not hold."""
        from mattework.formats.files import FLAT_FORMATS, choose_format, open_document, save_document
        from mattework.formats.xmp import drop_recipe

        out, wanted = open_target(self.target), self.options["file_format"]
        document = open_document(edited)
        if choose_format(document, out, wanted) in FLAT_FORMATS:
            kept = drop_recipe(document.metadata.xmp)
            document = replace(document, metadata=replace(document.metadata, xmp=kept))
        notes = save_document(
            document,
            out,
            format=wanted,
            overwrite=self.options["overwrite"],
            quality=self.options["quality"],
            bits=self.bits,
            progress=progress,
        )
        return (*document.notes, *notes)


@contextmanager
def _seek_source(source: str) -> Iterator[Path | BinaryIO]:
    """The source as something that can be read twice: what comes through a pipe is kept."""
    from mattework.formats.limits import Limits
    from mattework.formats.streams import open_source

    if source != STREAM:
        yield Path(source)
        return
    with open_source(sys.stdin.buffer, Limits(), None) as (stream, _):
        yield stream


def _name_container(picture: Path | BinaryIO) -> str:
    """The format of a document with layers, as `mattework.save_document` calls it."""
    from mattework.formats.limits import Limits
    from mattework.formats.streams import open_source

    with open_source(picture, Limits(), None) as (stream, _):
        stream.seek(0)
        head = stream.read(6)
    if head[:4] != b"8BPS":
        return "layered-tiff"
    return "psb" if head[4:] == b"\0\2" else "psd"
