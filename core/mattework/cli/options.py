"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("psd", "psb", "layered-tiff", "tiff", "png", "webp", "avif", "jpeg")
SOLVERS = ("auto", "closed-form", "guided", "hard", "neural")
DEVICES = ("auto", "cpu", "cuda", "rocm", "dml", "coreml", "openvino")


class FileName(click.types.StringParamType):
    """The name of a file or folder, taken as it is: shells complete it, and the command says what is wrong with it."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


def add_output_options(command: Command) -> Command:
    """-o, --format, --overwrite, --quality, --bits."""
    for option in (
        click.option(
            "--bits",
            type=click.Choice(["8", "16", "32"]),
            help="Depth of a flat file; the source's by default.",
        ),
        click.option("--quality", type=click.IntRange(1, 100), help="Quality of JPEG, WebP and AVIF."),
        click.option("--overwrite", is_flag=True, help="Replace files that exist."),
        click.option(
            "--format",
            "file_format",
            type=click.Choice(FORMATS),
            help="File format; by the suffix if not given.",
        ),
        click.option(
            "-o",
            "--output",
            type=FileName(),
            metavar="PATH",
            help="File or folder to write; - is standard output.",
        ),
    ):
        command = option(command)
    return command


def add_edge_options(command: Command) -> Command:
    """Solver, band, and the parametric edge settings. Values not given are None, so that a recipe's own can stay."""
    for option in (
        click.option("--colours", type=click.FloatRange(0, 1), help="Amount of clean edge colours, 0 to 1."),
        click.option(
            "--key",
            metavar="COLOUR",
            help="Take the spill of this screen out of the colours, as green; none for no screen.",
        ),
        click.option("--shift", type=float, help="Move the edge outwards (+) or inwards (-), in pixels."),
        click.option("--contrast", type=click.FloatRange(0, 1), help="Harden the edge, 0 to 1."),
        click.option("--feather", type=click.FloatRange(0), help="Soften the edge, in pixels."),
        click.option("--smooth", type=click.FloatRange(0), help="Round the outline, in pixels."),
        click.option("--band", type=click.FloatRange(0.1, 10), help="Scale the width of the unknown band."),
        click.option(
            "--matting-model",
            metavar="ID",
            help="Matting model that solves the edge; alone it means --edge neural. See `mattework models list`.",
        ),
        click.option(
            "--edge",
            "solver",
            type=click.Choice(SOLVERS),
            help="How the edge is solved; by default a new cut takes auto: closed form, corrected by the built-in refiner.",
        ),
    ):
        command = option(command)
    return command


def add_talk_options(command: Command) -> Command:
    """--json, -q, -v."""
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Tell the steps with their times."),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object a picture on standard output."),
    ):
        command = option(command)
    return command
