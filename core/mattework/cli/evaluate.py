"""`mattework evaluate`: how good are the alphas on pictures whose truth is known?"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.cli.display import say, show_progress
from mattework.cli.options import DEVICES, SOLVERS
from mattework.cli.report import describe_run, print_json
from mattework.errors import InputError, UsageError

if TYPE_CHECKING:
    from mattework.evaluation import Evaluation, Predict, Prediction

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

COLUMNS = {
    "sad": ("SAD", 2),
    "mse": ("MSE", 4),
    "mad": ("MAD", 4),
    "gradient": ("Grad", 2),
    "connectivity": ("Conn", 2),
    "iou": ("IoU", 3),
    "f": ("F", 3),
    "boundary_f": ("BF", 3),
    "s_measure": ("S", 3),
}
"""Title and decimal places of every measure."""


@click.command()
@click.option("--images", type=FOLDER, required=True, help="Folder of photographs.")
@click.option("--alphas", type=FOLDER, required=True, help="Folder of known alphas, with the same names.")
@click.option(
    "--trimaps", type=FOLDER, help="Folder of trimaps: used instead of a model; errors count in their gray."
)
@click.option("--model", metavar="ID", help="Model that finds the subject; see `mattework models list`.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", help="Where the model runs.")
@click.option("--edge", "solver", type=click.Choice(SOLVERS), default="auto", help="How the edge is solved.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but the table and errors.")
def evaluate(
    images: Path,
    alphas: Path,
    trimaps: Path | None,
    model: str | None,
    device: str,
    solver: Any,
    as_json: bool,
    quiet: bool,
) -> int:
    """Measure alphas against known ones.

    Every picture that has a known alpha of the same name is cut out and measured. SAD, MSE, MAD, Grad and Conn are errors
    (SAD, Grad and Conn in thousands; in the gray of the trimaps where there are some); IoU, F, BF (boundary F) and S
    (S-measure) agree best at 1.

    \b
    mattework evaluate --images photos --alphas truth
    mattework evaluate --images photos --alphas truth --trimaps trimaps --edge closed-form --json
    """
    from mattework.evaluation import evaluate_folder

    if model and trimaps:
        raise UsageError("--model is not used with --trimaps: give one of them.")
    if trimaps and device != "auto" and solver not in ("auto", "neural"):
        raise UsageError(f"No model runs with --trimaps and --edge {solver}: --device does not go with them.")
    predict = _choose_predictor(model, device, solver, with_trimaps=trimaps is not None)
    with show_progress("evaluate", quiet=quiet or as_json) as progress:
        evaluation = evaluate_folder(images, alphas, trimaps=trimaps, predict=predict, progress=progress)
    for note in evaluation.unmatched:
        say(f"note: {note}", quiet=quiet or as_json)
    if as_json:
        print_json({**asdict(evaluation), "failed": len(evaluation.failed)})
    else:
        _print_table(evaluation)
        _tell_what_ran(evaluation, quiet=quiet)
    for row in evaluation.failed:
        say(f"mattework: {row.name}: {row.error}")
    return InputError.exit_code if evaluation.failed else 0


def _choose_predictor(model: str | None, device: str, solver: Any, *, with_trimaps: bool) -> Predict:
    """The whole way of a picture, with one model kept open; colours are not needed here."""
    from mattework.evaluation import Prediction
    from mattework.finding import open_model
    from mattework.pipeline import cut_out

    if solver == "neural":  # told once, and not for every picture
        from mattework.matting.network import open_matting_model

        open_matting_model(None, device)
    session = None if with_trimaps else open_model(model, device)

    def predict(image: Path, trimap: Path | None) -> Prediction:
        made = cut_out(image, session=session, trimap=trimap, solver=solver, device=device, colours=0.0)
        return Prediction(alpha=made.alpha, ran=describe_run(made), notes=made.report.notes)

    return predict


def _tell_what_ran(evaluation: Evaluation, *, quiet: bool) -> None:
    """Each way once, with how many pictures went it; notes once as well, with their pictures."""
    ways = Counter(row.ran for row in evaluation.rows if row.scores is not None)
    for way, count in ways.items():
        say(f"{way}: {count} picture{'s' if count > 1 else ''}", quiet=quiet)
    noted: dict[str, list[str]] = {}
    for row in evaluation.rows:
        for note in row.notes:
            noted.setdefault(note, []).append(row.name)
    for note, names in noted.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        say(f"  note: {note} ({', '.join(names[:3])}{more})", quiet=quiet)


def _print_table(evaluation: Evaluation) -> None:
    """A drawn table on a terminal, columns separated by tabs elsewhere."""
    lines = [(row.name, row.scores, row.seconds) for row in evaluation.rows if row.scores is not None]
    if evaluation.means is not None:
        seconds = sum(line[2] for line in lines) / len(lines)
        lines.append((f"mean of {len(lines)}", evaluation.means, seconds))
    titles = ["picture", *(title for title, _ in COLUMNS.values()), "s"]
    cells = [
        [
            name,
            *(f"{getattr(scores, key):.{places}f}" for key, (_, places) in COLUMNS.items()),
            f"{seconds:.2f}",
        ]
        for name, scores, seconds in lines
    ]
    if not sys.stdout.isatty():
        for line in (titles, *cells):
            click.echo("\t".join(line))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    for index, title in enumerate(titles):
        table.add_column(
            title,
            justify="right" if index else "left",
            no_wrap=True,
            min_width=max(len(line[index]) for line in (titles, *cells)) if index else 12,
        )
    for index, line in enumerate(cells):
        table.add_row(
            *map(Text, line),
            end_section=index == len(cells) - 2,
            style="bold" if index == len(cells) - 1 else None,
        )
    Console().print(table)
