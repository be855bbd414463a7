"""`mattework refine`: a cut-out that was handed over, its edge made again from its own recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mattework.cli.display import show_progress
from mattework.cli.options import FileName, add_edge_options, add_output_options, add_talk_options
from mattework.cli.refine_job import RefineJob
from mattework.cli.report import tell_failure, tell_result
from mattework.cli.shadow_options import add_shadow_options
from mattework.cli.targets import choose_target, make_folder
from mattework.errors import MatteworkError, UsageError


@click.command()
@click.argument("source", type=FileName(), metavar="CUTOUT")
@add_output_options
@click.option(
    "--background",
    type=FileName(),
    metavar="COLOUR|A..B|blur|PICTURE",
    help="Put a colour, a gradient (white..#ccc), the blurred photo or a picture behind the subject; none takes it away.",
)
@click.option(
    "--recipe",
    "recipe_file",
    type=FileName(),
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

    In a document whose layer was cut with `cut --layer --keep-recipe`, that layer's mask is made again and everything else
    in the file is kept as it is. A mask that was joined with an earlier one (--existing-mask) is made again without that
    one, and the report says so: give --existing-mask only where the layer will not be refined.

    \b
    mattework refine photo.cutout.psd -o tighter.psd --shift -1
    mattework refine photo.cutout.psd -o softer.psd --edge guided --feather 2
    mattework refine photo.cutout.psd -o hair.psd --matting-model vitmatte-small
    mattework refine photo.jpg --recipe photo.xmp -o tighter.png --shift -1
    """
    job = RefineJob(
        source, choose_target(source, options["output"], options["file_format"], tag="refined"), options
    )
    if as_json and job.target is None:
        raise UsageError("Standard output cannot take both the picture and the JSON. Give -o a file.")
    job.check_format()
    make_folder(options["output"])
    try:
        job.check_target()
        with show_progress(Path(source).name, quiet=quiet or as_json) as progress:
            cutout, notes = job.run(progress)
    except MatteworkError as error:
        if not as_json:
            raise
        tell_failure(source, error, as_json=True)
        return error.exit_code
    tell_result(source, job.target, cutout, notes, as_json=as_json, quiet=quiet, verbose=verbose, again=True)
    return 0
