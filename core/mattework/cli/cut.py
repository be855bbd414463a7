"""`mattework cut`: photographs in, layered cut-outs out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from mattework.cli.cut_job import BatchPaths, CutJob
from mattework.cli.cut_options import add_batch_options, add_layer_options, add_subject_options
from mattework.cli.options import FileName, add_edge_options, add_output_options, add_talk_options
from mattework.cli.pointing import add_pointing_options
from mattework.cli.report import tell_failure
from mattework.cli.shadow_options import add_shadow_options
from mattework.cli.targets import choose_target, make_folder
from mattework.errors import MatteworkError


@click.command()
@click.argument("sources", type=FileName(), metavar="PICTURE...", nargs=-1, required=True)
@add_output_options
@add_pointing_options
@add_subject_options
@add_shadow_options
@add_layer_options
@add_batch_options
@add_edge_options
@add_talk_options
def cut(
    sources: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    resume: bool,
    journal: Path | None,
    report: Path | None,
    contact_sheet: Path | None,
    **options: Any,
) -> int:
    """Cut the subject out of photographs.

    Without -o, photo.jpg becomes photo.cutout.psd beside it: the photo and its clean colours under a layer mask, with the
    recipe inside. A file that exists is never replaced unless you say --overwrite.

    A folder stands for every picture in it and below it; the results keep the same subfolders. One that fails does not
    stop the others. Ctrl-C ends a batch, --resume goes on with it.

    With --layer, the mask goes on that layer of a designer's PSD or layered TIFF (a name, a path as
    Group/Photo, or a number from the top).

    \b
    mattework cut photo.jpg
    mattework cut photo.jpg -o out.png --background white
    mattework cut photo.jpg --box 5%,10%,60%,95% --not-point 50%,80%
    mattework cut photo.jpg --scribble "300,200 340,260" --not-lasso "0,0 90,0 90,200"
    mattework cut shots/ -o cutouts/ --report report.html
    mattework cut shots/ -o cutouts/ --resume
    mattework cut design.psd --layer Photo -o masked.psd
    cat photo.jpg | mattework cut - -o - --format png > out.png
    """
    paths = BatchPaths(resume=resume, journal=journal, report=report, contact_sheet=contact_sheet)
    many = len(sources) > 1 or paths.is_asked_for or any(os.path.isdir(one) for one in sources)
    job = CutJob(many=many, as_json=as_json, quiet=quiet, verbose=verbose, **options)
    if many:
        from mattework.cli.cut_batch import cut_many

        return cut_many(sources, job, paths)
    (source,) = sources
    target = choose_target(source, job.output, job.name_format(source))
    job.check([target])
    make_folder(job.output)
    try:
        job.cut_one(source, target, Path(source).name)
    except MatteworkError as error:
        if not as_json:
            raise
        tell_failure(source, error, as_json=True)
        return error.exit_code
    return 0
