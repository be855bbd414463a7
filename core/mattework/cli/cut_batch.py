"""Many pictures in one call of `mattework cut`: what is to do, the run, what is told of it, and the reports."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mattework.batch.find import find_pictures
from mattework.batch.journal import (
    JOURNAL_NAME,
    Batch,
    BatchEntry,
    Journal,
    describe_cutout,
    is_finished,
    read_batch,
    start_entry,
)
from mattework.batch.names import Task, name_targets
from mattework.batch.run import Outcome, run_batch
from mattework.cli.cut_job import BatchPaths, CutJob
from mattework.cli.display import BatchBar, say, show_batch
from mattework.cli.report import name_failure, print_json, tell_failure
from mattework.cli.targets import STREAM, SUFFIX_OF, make_folder, names_folder, refuse_unwritable
from mattework.errors import Cancelled, MatteworkError, OutputNotWritable, UsageError

if TYPE_CHECKING:
    from mattework.batch.look import Look
    from mattework.cutout import Cutout
    from mattework.document.model import Document
    from mattework.progress import Progress

_SHOWN = 5
"""Doubtful results that the summary names."""


def cut_many(sources: Sequence[str], job: CutJob, paths: BatchPaths) -> int:
    """Cut every picture, tell of each, and write what was asked for beside the results.

    Returns:
        0 when all are there, else the exit code of the first failure, or that of a cancelled run.
    """
    run = _prepare(sources, job, paths)
    try:
        with show_batch(len(run.tasks), quiet=job.quiet) as bar:
            run.bar = bar
            run.cut()
    except (KeyboardInterrupt, Cancelled):
        run.cancelled = True
    run.close()
    run.write_reports()
    run.summarise()
    return Cancelled.exit_code if run.cancelled else run.first_failure


def _prepare(sources: Sequence[str], job: CutJob, paths: BatchPaths) -> _Run:
    """Everything that can be found wrong before the first picture is."""
    if STREAM in sources:
        raise UsageError(
            "Standard input is one picture. Cut it by itself: cat photo.jpg | mattework cut - -o FILE"
        )
    has_folder = any(Path(one).is_dir() for one in sources if one)
    folder = _choose_folder(job.output, may_be_new=has_folder, several=len(sources) > 1)
    findings = find_pictures(sources, leave_out=folder)
    pictures = [one for one in findings.pictures if not _is_sheet(one.source, paths.contact_sheet)]
    journal = _choose_journal(sources, folder, paths, has_folder=has_folder)
    earlier = _read_earlier(journal, job, paths)
    kept = {} if earlier is None else {one.source: one.target for one in earlier.entries}
    if folder is None and job.output is not None:  # one picture, one file, and a report
        tasks = [Task(source=one.source, target=Path(job.output)) for one in pictures]
    else:
        tasks = list(
            name_targets(
                pictures, folder, lambda one: SUFFIX_OF[job.name_format(str(one)) or "psd"], kept=kept
            )
        )
    job.many = len(tasks) > 1
    job.check([task.target for task in tasks])
    make_folder(None if folder is None else f"{folder}/")
    _check_outputs(paths, earlier, overwrite=job.overwrite)
    done = {} if earlier is None else {one.source: one for one in earlier.entries if is_finished(one)}
    begun = () if earlier is None else (one.source for one in earlier.entries if one.state == "started")
    outputs = [one for one in (paths.report, paths.contact_sheet) if one is not None]
    entries = [start_entry(task.source, task.target) for task in tasks]
    if any(entry.source not in done for entry in entries):
        job.open_session()  # a model that is not there is told once, and not for every picture
    return _Run(
        job=job,
        paths=paths,
        title=_name_batch(sources),
        notes=findings.notes,
        tasks=tasks,
        sources={task.source: entry.source for task, entry in zip(tasks, entries, strict=True)},
        done=done,
        begun=frozenset(begun),
        inside=folder,
        journal=None
        if journal is None
        else Journal(journal, settings=job.describe_settings(), outputs=outputs, anew=not paths.resume),
    )


@dataclass(slots=True, kw_only=True)
class _Result:
    """What writing gave: its notes, and small pictures where a report is going to show them."""

    notes: tuple[str, ...]
    look: Look | None


@dataclass(slots=True, kw_only=True)
class _Material:
    """What reading gave: the document, None where one layer is cut in its file; and seconds."""

    document: Document | None
    seconds: float


@dataclass(slots=True, kw_only=True)
class _Run:
    """A batch under way. `done` and `begun` are what an earlier run finished, and was writing when it ended."""

    job: CutJob
    paths: BatchPaths
    title: str
    notes: tuple[str, ...]
    tasks: list[Task]
    sources: dict[Path, Path]
    done: dict[Path, BatchEntry]
    begun: frozenset[Path]
    inside: Path | None
    journal: Journal | None
    bar: BatchBar | None = None
    entries: dict[Path, BatchEntry] = field(default_factory=dict)
    looks: dict[Path, Look] = field(default_factory=dict)
    layer_notes: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    first_failure: int = 0
    cancelled: bool = False

    def cut(self) -> None:
        for note in self.notes:
            say(f"note: {note}", quiet=self.job.quiet)
        left = []
        for task in self.tasks:
            entry = self.done.get(self.sources[task.source])
            if entry is None:
                left.append(task)
                continue
            self.entries[entry.source] = entry
            if self.job.as_json:
                self._print(entry, task, skipped=True)
            if self.bar is not None:
                self.bar.skip()
        if self.entries:
            say(f"{len(self.entries)} finished earlier are left as they are.", quiet=self.job.quiet)
        run_batch(
            left, read=self._read, solve=self._solve, write=self._write, weigh=_weigh, finish=self._finish
        )

    def close(self) -> None:
        if self.journal is not None:
            self.journal.close()

    def write_reports(self) -> None:
        """The page and the sheet; also of a run that was broken off, for what there is of it."""
        entries = [found for task in self.tasks if (found := self.entries.get(self.sources[task.source]))]
        if not entries:
            return
        overwrite = self.job.overwrite or self.paths.resume
        if self.paths.report is not None:
            from mattework.batch.page import write_report

            write_report(
                self.paths.report,
                entries,
                title=self.title,
                look_of=self._look_at,
                total=len(self.tasks),
                overwrite=overwrite,
            )
            say(f"report: {self.paths.report}", quiet=self.job.quiet)
        if self.paths.contact_sheet is not None:
            from mattework.batch.sheet import write_contact_sheet

            for sheet in write_contact_sheet(
                self.paths.contact_sheet, entries, look_of=self._look_at, overwrite=overwrite
            ):
                say(f"contact sheet: {sheet}", quiet=self.job.quiet)

    def summarise(self) -> None:
        """The last lines: how many, which to look at, how to go on."""
        from mattework.batch.page import is_doubtful, summarise

        quiet, seen = self.job.quiet, list(self.entries.values())
        if seen:
            say(" ".join(summarise(seen, len(self.tasks))), quiet=quiet)
        doubtful = sorted((one for one in seen if is_doubtful(one)), key=lambda one: one.confidence or 0.0)
        for entry in doubtful[:_SHOWN]:
            say(f"  look at {entry.target} ({entry.confidence:.2f}: {'; '.join(entry.reasons)})", quiet=quiet)
        if len(doubtful) > _SHOWN and self.paths.report is None:
            say(f"  and {len(doubtful) - _SHOWN} more: --report shows them all.", quiet=quiet)
        left = len(self.tasks) - len(seen)
        if self.cancelled:
            again = " The same command with --resume goes on." if self.journal is not None else ""
            say(f"mattework: Cancelled; {left} of {len(self.tasks)} pictures are left.{again}")
        elif self.first_failure and self.journal is not None:
            say("The same command with --resume tries the failed ones again.", quiet=quiet)

    def _read(self, task: Task) -> _Material:
        """In a thread of its own: the checks of the paths, then the file."""
        from mattework.photo import open_source

        began = time.perf_counter()
        self._make_subfolder(task.target)
        self.job.check_paths(str(task.source), task.target, overwrite=self._may_overwrite(task))
        if any(_is_same(task.target, other) for other in self.sources.values()) and self.job.layer is None:
            raise UsageError(
                f"{task.target} is one of the pictures that are read; it would be gone. Give a folder with -o."
            )
        document = open_source(task.source) if self.job.layer is None else None
        return _Material(document=document, seconds=time.perf_counter() - began)

    def _solve(self, task: Task, material: _Material) -> Cutout:
        if self.journal is not None:
            self.journal.write(start_entry(task.source, task.target))
        progress = None if self.bar is None else self.bar.begin(task.source.name)
        if material.document is None:
            cutout, notes = self.job.cut_layer(
                str(task.source), task.target, progress, overwrite=self._may_overwrite(task)
            )
            self.layer_notes[task.source] = notes
            return cutout
        cutout = self.job.solve(material.document, progress)
        report = cutout.report
        steps = {**report.steps, "open": material.seconds}
        return replace(cutout, report=replace(report, steps=steps, seconds=report.seconds + material.seconds))

    def _write(self, task: Task, material: _Material, cutout: Cutout, watch: Progress) -> _Result:
        """In a thread of its own: the file, then the small pictures of it."""
        if material.document is None:
            return _Result(notes=self.layer_notes.pop(task.source, ()), look=None)
        notes = self.job.save(cutout, task.target, watch, overwrite=self._may_overwrite(task))
        if self.paths.report is None and self.paths.contact_sheet is None:
            return _Result(notes=notes, look=None)
        from mattework.batch.look import draw_look

        return _Result(notes=notes, look=draw_look(material.document, cutout))

    def _finish(self, outcome: Outcome[Task, Cutout, _Result]) -> None:
        task = outcome.task
        entry = start_entry(task.source, task.target)
        if outcome.error is not None or outcome.solved is None or outcome.written is None:
            if os.environ.get("MATTEWORK_DEBUG", "") not in ("", "0") and outcome.error is not None:
                raise outcome.error
            failure = name_failure(outcome.error or MatteworkError("It was not carried out."))
            entry = replace(entry, state="failed", error=str(failure), kind=type(failure).__name__)
            self._keep(entry)
            self.first_failure = self.first_failure or failure.exit_code
            tell_failure(str(task.source), failure, as_json=self.job.as_json)
            return
        notes = ((task.note,) if task.note else ()) + outcome.written.notes
        entry = describe_cutout(entry, outcome.solved, notes, outcome.seconds)
        if outcome.written.look is not None:
            self.looks[entry.source] = outcome.written.look
        self._keep(entry)
        self.job.tell(str(task.source), task.target, outcome.solved, notes)

    def _keep(self, entry: BatchEntry) -> None:
        """Written down before it is told: what was told is not done again."""
        if self.journal is not None:
            self.journal.write(entry)
        self.entries[entry.source] = entry
        if self.bar is not None:
            self.bar.finish()

    def _print(self, entry: BatchEntry, task: Task, *, skipped: bool) -> None:
        import msgspec

        plain = msgspec.to_builtins(replace(entry, source="", target=""))  # type: ignore[arg-type]
        print_json({**plain, "source": str(task.source), "target": str(task.target), "skipped": skipped})

    def _look_at(self, entry: BatchEntry) -> Look | None:
        """Small pictures of a result; of one that an earlier run made, from its file."""
        from mattework.batch.look import read_look

        found = self.looks.get(entry.source)
        if found is not None:
            return found
        try:
            found = self.looks[entry.source] = read_look(entry.source, entry.target)
        except MatteworkError as error:
            say(
                f"note: {entry.target.name} is in the report without a picture: {error}", quiet=self.job.quiet
            )
        return found

    def _may_overwrite(self, task: Task) -> bool:
        """What our own broken run was writing may be written again."""
        return self.job.overwrite or self.sources[task.source] in self.begun

    def _make_subfolder(self, target: Path) -> None:
        if self.inside is None:
            return
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputNotWritable(
                f"The folder {target.parent} cannot be made: {error.strerror}."
            ) from error


def _weigh(material: _Material) -> int:
    document = material.document
    if document is None:
        return 0
    return sum(layer.pixels.nbytes for layer in document.walk_layers())


def _choose_folder(output: str | None, *, may_be_new: bool, several: bool) -> Path | None:
    """The folder that results go to; None for beside their sources, or for the one file that is named."""
    if output is None:
        return None
    if output == "":
        raise UsageError("A file name is empty. Check what stands before and behind -o.")
    if output == STREAM:
        raise UsageError("Several pictures cannot go to standard output. Give a folder with -o.")
    if names_folder(output) or (may_be_new and not Path(output).suffix):
        return Path(output)
    if may_be_new or several:
        raise UsageError(
            f"Several pictures cannot go into the one file {output}. Give a folder: -o {output}/"
        )
    return None


def _choose_journal(
    sources: Sequence[str], folder: Path | None, paths: BatchPaths, *, has_folder: bool
) -> Path | None:
    """Beside the results. A few named files leave none, unless it is asked for."""
    if paths.journal is not None:
        return paths.journal
    if not (has_folder or paths.resume):
        return None
    if folder is not None:
        return folder / JOURNAL_NAME
    places = [one if Path(one).is_dir() else os.path.dirname(os.path.abspath(one)) for one in sources if one]
    return Path(os.path.commonpath([os.path.abspath(one) for one in places])) / JOURNAL_NAME


def _read_earlier(journal: Path | None, job: CutJob, paths: BatchPaths) -> Batch | None:
    """The journal to go on with.

    Raises:
        UsageError: there is one that was not spoken of, or it was made with other settings.
    """
    if journal is None or not journal.exists():
        return None
    earlier = read_batch(journal)
    if not paths.resume:
        if job.overwrite:
            return None
        raise UsageError(
            f"{journal} tells of an earlier run. Add --resume to go on with it, or --overwrite to do everything anew."
        )
    now = job.describe_settings()
    changed = [name for name in {**earlier.settings, **now} if earlier.settings.get(name) != now.get(name)]
    if changed:
        told = ", ".join(
            f"{name} was {earlier.settings.get(name, 'not given')} and is {now.get(name, 'not given')}"
            for name in changed
        )
        raise UsageError(
            f"The run of {journal} had other settings: {told}. Give the same ones, or do everything anew with --overwrite."
        )
    return earlier


def _check_outputs(paths: BatchPaths, earlier: Batch | None, *, overwrite: bool) -> None:
    """Reports of the run that is gone on with are renewed; no other file is replaced unasked."""
    from mattework.batch.sheet import check_sheet_name

    if paths.contact_sheet is not None:
        check_sheet_name(paths.contact_sheet)
    ours = set() if earlier is None else {one.resolve() for one in earlier.outputs}
    for one in (paths.report, paths.contact_sheet):
        if one is not None:
            refuse_unwritable(one, overwrite=overwrite or one.resolve() in ours)


def _name_batch(sources: Sequence[str]) -> str:
    folders = [Path(one).resolve().name for one in sources if Path(one).is_dir()]
    return f"Cut-outs of {', '.join(folders)}" if folders else "Cut-outs"


def _is_sheet(picture: Path, sheet: Path | None) -> bool:
    """A contact sheet of an earlier run that lies among the pictures."""
    if sheet is None or picture.suffix != sheet.suffix or not _is_same(picture.parent, sheet.parent):
        return False
    return re.fullmatch(re.escape(sheet.stem) + r"(-\d+)?", picture.stem) is not None


def _is_same(one: Path, other: Path) -> bool:
    return os.path.abspath(one) == os.path.abspath(other)
