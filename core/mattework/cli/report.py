"""What a command says about its results: a line and notes for people, an object a picture for machines."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.cli.display import say
from mattework.errors import MatteworkError, OutOfMemory, OutputError

if TYPE_CHECKING:
    from mattework.cutout import Cutout


def print_json(value: Any) -> None:
    """One compact line of JSON on standard output: UTF-8, whatever the terminal or the pipe is set to."""
    from mattework.batch.lines import encode_line

    click.echo(encode_line(value))


class Defect(MatteworkError):
    """An error that nobody foresaw (EX_SOFTWARE of sysexits.h)."""

    exit_code = 70


def name_failure(error: Exception) -> MatteworkError:
    """Any error as one of ours, with a sentence that a person can act upon."""
    if isinstance(error, MatteworkError):
        return error
    if isinstance(error, MemoryError):
        return OutOfMemory(
            "There is not enough memory for this. Close other programs or use a smaller picture."
        )
    if isinstance(error, OSError) and is_disk_full(error):
        return OutputError("The disk is full. Free some space; no file was overwritten.")
    return Defect(
        f"Mattework has a defect ({type(error).__name__}: {error}). "
        "Nothing was overwritten. Run again with MATTEWORK_DEBUG=1 and report what it prints."
    )


def is_disk_full(error: Exception | None) -> bool:
    """Whether a disk, or the share of it that this user has, is full: of an error of the system, or of ours for one."""
    cause = error if error is None or isinstance(error, OSError) else error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)


def tell_failure(source: str, error: MatteworkError, *, as_json: bool, name: str = "source") -> None:
    """A sentence on standard error, and on standard output the object that stands for this picture.

    `name` is the key under which the object names the picture.
    """
    if as_json:
        print_json({name: source, "error": str(error), "kind": type(error).__name__})
    say(f"mattework: {error}")


def tell_result(
    source: str,
    target: Path | None,
    cutout: Cutout,
    notes: tuple[str, ...],
    *,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    again: bool = False,
) -> None:
    """Where it went, what ran, how sure we are; `notes` are those of saving. `again`: from a recipe, without a model."""
    report = cutout.report
    every_note = (*report.notes, *notes)
    if as_json:
        result = {"source": source, "target": str(target), **report.to_dict(), "notes": every_note}
        result["size"] = [cutout.layered.size.width, cutout.layered.size.height]
        result["depth"] = cutout.layered.depth
        print_json(result)
        return
    say(_describe_result(target, cutout, again=again), quiet=quiet)
    for note in every_note:
        say(f"  note: {note}", quiet=quiet)
    if report.is_doubtful:
        say(f"  note: look at this one: {'; '.join(report.reasons)}", quiet=quiet)
    if verbose:
        for step, seconds in report.steps.items():
            say(f"  {step:<8} {seconds:7.3f} s", quiet=quiet)


def describe_run(cutout: Cutout, *, again: bool = False) -> str:
    """What found the subject, where, and what solved the edge."""
    report, origin = cutout.report, cutout.recipe.subject.origin
    if origin not in ("model", "prompts"):
        ran = f"your own {origin}"
    elif again:
        ran = f"the soft mask of {report.model or 'the recipe'}"
    else:
        ran = f"{cutout.recipe.subject.ran} on {report.device}"
    if prompts := len(cutout.recipe.subject.prompts):
        ran += f", {prompts} prompt{'s' if prompts > 1 else ''}"
    edge = f"{report.solver} ({report.matting.model})" if report.matting else report.solver
    return f"{ran}, edge {edge}"


def _describe_result(target: Path | None, cutout: Cutout, *, again: bool) -> str:
    report = cutout.report
    sure = "" if report.confidence is None else f", confidence {report.confidence:.2f}"
    where = "standard output" if target is None else str(target)
    return f"{where}: {describe_run(cutout, again=again)}{sure}, {report.seconds:.1f} s"
