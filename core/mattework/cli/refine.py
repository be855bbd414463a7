"""`mattework refine`: a cut-out that was handed over, its edge made again from its own recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.cli.display import show_progress
from mattework.cli.options import add_edge_options, add_output_options, add_talk_options
from mattework.cli.report import tell_failure, tell_result
from mattework.cli.shadow_options import add_shadow_options
from mattework.cli.targets import (
    choose_target,
    make_folder,
    open_target,
    read_source,
    refuse_inputs,
    refuse_unwritable,
)
from mattework.errors import MatteworkError, RecipeError, UsageError

if TYPE_CHECKING:
    from mattework.cutout import Cutout
    from mattework.progress import Progress


@click.command()
@click.argument("source", metavar="CUTOUT")
@add_output_options
@click.option(
    "--background",
    metavar="COLOUR|A..B|blur|PICTURE",
    help="Put a colour, a gradient (white..#ccc), the blurred photo or a picture behind the subject; none takes it away.",
)
@click.option(
    "--recipe",
    "recipe_file",
    metavar="FILE",
    help="Take the recipe that `cut --save-recipe` wrote; CUTOUT is then the photo itself.",
)
@add_shadow_options
@add_edge_options
@add_talk_options
def refine(source: str, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> int:
    """Solve the edge of a cut-out again, with other settings.

    Works on PSD, PSB and layered TIFF files that Mattework wrote: they carry their recipe. What was saved as PNG or JPEG is
    made again from the photo and the --recipe that `cut --save-recipe` wrote. What you do not set stays as it was; with
    nothing set, the same alpha is made again. Without -o, photo.cutout.psd becomes photo.cutout.refined.psd beside it; the
    original file is left alone.

    \b
    mattework refine photo.cutout.psd -o tighter.psd --shift -1
    mattework refine photo.cutout.psd -o softer.psd --edge guided --feather 2
    mattework refine photo.cutout.psd -o hair.psd --matting-model vitmatte-small
    mattework refine photo.jpg --recipe photo.xmp -o tighter.png --shift -1
    """
    from mattework.formats.files import check_format

    target = choose_target(source, options["output"], options["file_format"], tag="refined")
    if as_json and target is None:
        raise UsageError("Standard output cannot take both the picture and the JSON. Give -o a file.")
    bits = int(options["bits"]) if options["bits"] else None
    if target is not None:
        check_format(target, options["file_format"], layered=True, quality=options["quality"], bits=bits)
    make_folder(options["output"])
    try:
        # A cut-out may be refined in its place: the photo is in it. The photo itself may not be written over.
        source_too = (source,) if options["recipe_file"] is not None else ()
        refuse_inputs(target, (*source_too, options["recipe_file"], options["background"]))
        if target is not None:
            refuse_unwritable(target, overwrite=options["overwrite"])
        with show_progress(Path(source).name, quiet=quiet or as_json) as progress:
            cutout = _make_again(source, options, progress)
            notes = cutout.save(
                open_target(target),
                format=options["file_format"] or ("psd" if target is None else None),
                overwrite=options["overwrite"],
                quality=options["quality"],
                bits=bits,
                progress=progress,
            )
    except MatteworkError as error:
        if not as_json:
            raise
        tell_failure(source, error, as_json=True)
        return error.exit_code
    tell_result(source, target, cutout, notes, as_json=as_json, quiet=quiet, verbose=verbose, again=True)
    return 0


def _make_again(source: str, options: dict[str, Any], progress: Progress | None) -> Cutout:
    """The cut-out of the file's own recipe, with what was set on the command line in it."""
    from mattework.formats.recipe_file import read_recipe
    from mattework.formats.xmp import get_recipe
    from mattework.photo import open_source
    from mattework.pipeline import apply_recipe
    from mattework.recipe import MattingChoice

    document = open_source(read_source(source))
    own = get_recipe(document.metadata.xmp)
    found = own if options["recipe_file"] is None else read_recipe(options["recipe_file"])
    if found is None:
        raise RecipeError(
            f"{source} carries no recipe of Mattework. Use `mattework cut` on the photo instead, or give its --recipe."
        )
    recipe, inputs = found

    def take(*names: str) -> dict[str, Any]:
        return {name: options[name] for name in names if options[name] is not None}

    changes = take("solver", "colours", "key", "background")
    if options["matting_model"] is not None:
        if changes.setdefault("solver", "neural") not in ("auto", "neural"):
            raise UsageError(f"--matting-model goes with --edge neural, not with --edge {changes['solver']}.")
        changes |= {"solver": "neural", "matting": MattingChoice(model=options["matting_model"])}
    if options["band"] is not None:
        changes["trimap"] = replace(recipe.trimap, band=options["band"])
    if changes.get("background") == "none":
        changes["background"] = None
    if options["shadow"].is_given:
        changes["shadow"] = options["shadow"].apply(recipe.shadow)
    edge = replace(recipe.edge, **take("smooth", "feather", "contrast", "shift"))
    return apply_recipe(
        document, recipe=replace(recipe, edge=edge, **changes), inputs=inputs, progress=progress
    )
