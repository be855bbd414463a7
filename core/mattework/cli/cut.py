"""`mattework cut`: photographs in, layered cut-outs out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mattework.cli.cut_job import CutJob
from mattework.cli.cut_options import add_layer_options, add_subject_options
from mattework.cli.options import add_edge_options, add_output_options, add_talk_options
from mattework.cli.report import tell_failure
from mattework.cli.targets import choose_target, make_folder, refuse_same_targets
from mattework.errors import MatteworkError


@click.command()
@click.argument("sources", metavar="PICTURE...", nargs=-1, required=True)
@add_output_options
@add_subject_options
@add_layer_options
@add_edge_options
@add_talk_options
def cut(sources: tuple[str, ...], as_json: bool, quiet: bool, verbose: bool, **options: Any) -> int:
    """Cut the subject out of photographs.

    Without -o, photo.jpg becomes photo.cutout.psd beside it: the photo and its clean colours under a layer mask, with the
    recipe inside. A file that exists is never replaced unless you say --overwrite.

    With --layer, the mask goes on that layer of a designer's PSD (a name, a path as Group/Photo, or a number from the top).

    \b
    mattework cut photo.jpg
    mattework cut photo.jpg -o out.png --background white
    mattework cut *.jpg -o cutouts/
    mattework cut design.psd --layer Photo -o masked.psd
    cat photo.jpg | mattework cut - -o - --format png > out.png
    """
    job = CutJob(many=len(sources) > 1, as_json=as_json, quiet=quiet or as_json, verbose=verbose, **options)
    targets = [choose_target(one, job.output, job.name_format(one), many=job.many) for one in sources]
    job.check(targets)
    make_folder(job.output)
    refuse_same_targets(targets)
    first_failure = 0
    for number, (source, target) in enumerate(zip(sources, targets, strict=True), 1):
        try:
            job.cut_one(source, target, f"{number}/{len(sources)} {Path(source).name}")
        except MatteworkError as error:
            if not job.many and not as_json:
                raise
            first_failure = first_failure or error.exit_code
            tell_failure(source, error, as_json=as_json)
    return first_failure
