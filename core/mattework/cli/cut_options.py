"""Options that only `mattework cut` has: what to look for, whose mask it is, which layer it goes on."""

from __future__ import annotations

from pathlib import Path

import click

from mattework.cli.options import DEVICES, Command, FileName


def add_subject_options(command: Command) -> Command:
    """--save-mask, --background, and how the subject is found: --model, --device, --zoom, --from-mask, --trimap ..."""
    for option in (
        click.option(
            "--trimap",
            type=FileName(),
            metavar="PATH",
            help="Use this trimap (black, gray, white) instead of a model.",
        ),
        click.option(
            "--from-mask", type=FileName(), metavar="PATH", help="Use this soft mask instead of a model."
        ),
        click.option(
            "--input-side", type=click.IntRange(32, 4096), help="Long side of what the model sees, in pixels."
        ),
        click.option("--zoom/--no-zoom", default=True, help="Look a second time at a small subject."),
        click.option("--device", type=click.Choice(DEVICES), default="auto", help="Where the model runs."),
        click.option(
            "--model", metavar="ID", help="Model that finds the subject; see `mattework models list`."
        ),
        click.option(
            "--background",
            type=FileName(),
            metavar="COLOUR|A..B|blur|PICTURE",
            help="Put a colour, a gradient (white..#ccc), the blurred photo or a picture behind the subject.",
        ),
        click.option(
            "--save-recipe",
            type=FileName(),
            metavar="PATH",
            help="Write the recipe too, as an .xmp file: for `mattework refine --recipe` of what is saved as PNG or JPEG.",
        ),
        click.option(
            "--mask-bits",
            type=click.Choice(("8", "16")),
            default="16",
            show_default=True,
            help="Bits of the file of --save-mask: some programs take masks of 8 only.",
        ),
        click.option(
            "--save-mask",
            type=FileName(),
            metavar="PATH",
            help="Write the alpha alone too, as gray PNG or TIFF.",
        ),
    ):
        command = option(command)
    return command


def add_layer_options(command: Command) -> Command:
    """--layer, --existing-mask, --keep-recipe: a mask on one layer of a designer's document."""
    for option in (
        click.option("--keep-recipe", is_flag=True, help="With --layer: write the recipe into the file too."),
        click.option(
            "--existing-mask",
            type=click.Choice(["refuse", "replace", "multiply", "intersect", "keep"]),
            default="refuse",
            help="With --layer: what becomes of a mask that the layer has.",
        ),
        click.option(
            "--layer",
            metavar="NAME",
            help="Cut this layer of a PSD, PSB or layered TIFF; everything else in the file is kept as it is.",
        ),
    ):
        command = option(command)
    return command


def add_batch_options(command: Command) -> Command:
    """--resume, --journal, --report, --contact-sheet: many pictures."""
    for option in (
        click.option(
            "--contact-sheet",
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="Draw the results on white, black and magenta: a .jpg, .png, .webp or .pdf.",
        ),
        click.option(
            "--report",
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="Write an HTML page with every result, the least sure first.",
        ),
        click.option(
            "--journal",
            type=click.Path(path_type=Path),
            metavar="PATH",
            help="Where the batch is written down; mattework-batch.jsonl beside the results by default.",
        ),
        click.option(
            "--resume",
            is_flag=True,
            help="Go on with a batch that was broken off; what is finished is not done again.",
        ),
    ):
        command = option(command)
    return command
