"""`mattework refine`: a cut-out that was handed over, its edge made again from its own recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mattework.cli.cut import describe_result, print_json
from mattework.cli.display import say, show_progress
from mattework.cli.options import add_edge_options, add_output_options, add_talk_options
from mattework.cli.targets import choose_target, make_folder, open_target, read_source, refuse_existing
from mattework.errors import RecipeError, UsageError


@click.command()
@click.argument("source", metavar="CUTOUT")
@add_output_options
@click.option("--background", metavar="COLOUR|PICTURE", help="Put a colour or a picture behind the subject.")
@add_edge_options
@add_talk_options
def refine(source: str, as_json: bool, quiet: bool, verbose: bool, **options: Any) -> int:
    """Solve the edge of a cut-out again, with other settings.

    Works on PSD, PSB and layered TIFF files that Mattework wrote: they carry their recipe. What you do not set stays as
    it was; with nothing set, the same alpha is made again. The original file is left alone.

    \b
    mattework refine photo.cutout.psd -o tighter.psd --shift -1
    mattework refine photo.cutout.psd -o softer.psd --edge guided --feather 2
    """
    from mattework.formats.xmp import get_recipe
    from mattework.photo import open_source
    from mattework.pipeline import apply_recipe

    target = choose_target(source, options["output"], options["file_format"], many=False, tag="refined")
    if as_json and target is None:
        raise UsageError("Standard output cannot take both the picture and the JSON. Give -o a file.")
    make_folder(options["output"])
    if target is not None and not options["overwrite"]:
        refuse_existing(target)
    with show_progress(Path(source).name, quiet=quiet or as_json) as progress:
        document = open_source(read_source(source))
        found = get_recipe(document.metadata.xmp)
        if found is None:
            raise RecipeError(
                f"{source} carries no recipe of Mattework. Use `mattework cut` on the photo instead."
            )
        recipe, inputs = found
        changes = {
            key: options[key]
            for key in ("solver", "colours", "key", "background")
            if options[key] is not None
        }
        edge = {
            key: options[key]
            for key in ("smooth", "feather", "contrast", "shift")
            if options[key] is not None
        }
        if options["band"] is not None:
            changes["trimap"] = replace(recipe.trimap, band=options["band"])
        recipe = replace(recipe, edge=replace(recipe.edge, **edge), **changes)
        cutout = apply_recipe(document, recipe=recipe, inputs=inputs, progress=progress)
        notes = cutout.save(
            open_target(target),
            format=options["file_format"] or ("psd" if target is None else None),
            overwrite=options["overwrite"],
            quality=options["quality"],
            bits=int(options["bits"]) if options["bits"] else None,
            progress=progress,
        )
    if as_json:
        print_json({"source": source, "target": str(target), **cutout.report.to_dict()})
        return 0
    for note in (*cutout.report.notes, *notes):
        say(f"note: {note}", quiet=quiet)
    say(describe_result(target, cutout), quiet=quiet)
    if verbose:
        for step, seconds in cutout.report.steps.items():
            say(f"  {step:<8} {seconds:7.3f} s", quiet=quiet)
    return 0
