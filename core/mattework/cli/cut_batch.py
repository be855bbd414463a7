"""Many pictures in one call of `mattework cut`: the run, what is told of it, and the reports."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mattework.batch.entry import BatchEntry, describe_cutout, describe_entry, stamp_target, start_entry
from mattework.batch.find import follow_links
from mattework.batch.journal import Journal
from mattework.batch.names import Task
from mattework.batch.run import Outcome, run_batch
from mattework.cli.batch_plan import BatchPlan, list_outputs, plan_batch
from mattework.cli.cut_job import BatchPaths, CutJob
from mattework.cli.display import BatchBar, drop_stream, say, show_batch, show_progress
from mattework.cli.report import is_disk_full, name_failure, print_json, tell_failure
from mattework.cli.targets import make_folder
from mattework.errors import Cancelled, MatteworkError, OutputExists, OutputNotWritable, UsageError
from mattework.progress import Progress, report_progress

if TYPE_CHECKING:
    from mattework.batch.look import Look
    from mattework.cutout import Cutout
    from mattework.document.model import Document

_SHOWN = 5
"""Doubtful results that the summary names."""

_FULL = 3
"""Results in a row that found no room, after which a run ends: the hours for the others would be lost. One may be large."""


class _DiskFull(Exception):
    """The run ends: what else would be solved could not be written."""


def cut_many(sources: Sequence[str], job: CutJob, paths: BatchPaths) -> int:
    """Cut every picture, tell of each, and write what was asked for beside the results.

    Returns:
        0 when all are there, else the exit code of the first failure, or that of a cancelled run. One that nobody reads
        any more what it tells (`| head`) counts as cancelled: a script must not take it for complete.
    """
    plan = plan_batch(sources, job, paths)
    run = _Run(
        job=job, paths=paths, plan=plan, taken=frozenset(follow_links(task.source) for task in plan.tasks)
    )
    if plan.journal is not None:
        settings, outputs = job.describe_settings(), list_outputs(paths)
        run.journal = Journal(plan.journal, settings=settings, outputs=outputs, anew=not paths.resume)
    try:
        with show_batch(len(plan.tasks), quiet=job.quiet or job.as_json) as bar:
            run.bar = bar
            run.cut()
    except (KeyboardInterrupt, Cancelled):
        run.cancelled = True
    except _DiskFull:
        pass  # it is a failure that was told
    except BrokenPipeError:
        run.cancelled = True
        _drop_unread()
    except BaseException:
        run.close()
        raise
    try:
        run.write_reports()
    finally:
        run.close()
        run.summarise()
    return Cancelled.exit_code if run.cancelled else run.first_failure


@dataclass(slots=True, kw_only=True)
class _Result:
    """What writing gave: its notes, the entry with the file's stamp, and small pictures where a report will show them."""

    notes: tuple[str, ...]
    entry: BatchEntry
    look: Look | None


@dataclass(slots=True, kw_only=True)
class _Material:
    """What reading gave: the document, None where one layer is cut in its file; and seconds."""

    document: Document | None
    seconds: float


@dataclass(slots=True, kw_only=True)
class _Run:
    """A batch under way: its plan, the files that are read (links followed), and what has come of them so far.

    `begun` are the entries of pictures as they were when they were about to be read; `full` are the results in a row, up
    to the last, that found no room on the disk.
    """

    job: CutJob
    paths: BatchPaths
    plan: BatchPlan
    taken: frozenset[Path]
    journal: Journal | None = None
    bar: BatchBar | None = None
    begun: dict[Path, BatchEntry] = field(default_factory=dict)
    entries: dict[Path, BatchEntry] = field(default_factory=dict)
    looks: dict[Path, Look] = field(default_factory=dict)
    layer_notes: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    first_failure: int = 0
    cancelled: bool = False
    full: int = 0

    def cut(self) -> None:
        for note in self.plan.notes:
            say(f"note: {note}", quiet=self.job.quiet)
        left = []
        for task in self.plan.tasks:
            entry = self.plan.done.get(self.plan.places[task.source])
            if entry is None:
                left.append(task)
                continue
            self.entries[entry.source] = entry
            if self.job.as_json:
                print_json(_describe_finished(task, entry))
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
        places = (self.plan.places[task.source] for task in self.plan.tasks)
        entries = [found for place in places if (found := self.entries.get(place))]
        if not entries or not list_outputs(self.paths):
            return
        self._read_looks(entries)
        written: list[Path] = []
        if self.paths.report is not None:
            from mattework.batch.page import write_report

            write_report(
                self.paths.report,
                entries,
                title=self.plan.title,
                look_of=lambda entry: self.looks.get(entry.source),
                total=len(self.plan.tasks),
                overwrite=self.job.overwrite or follow_links(self.paths.report) in self.plan.renewable,
            )
            written.append(self.paths.report)
            say(f"report: {self.paths.report}", quiet=self.job.quiet)
        if self.paths.contact_sheet is not None:
            from mattework.batch.sheet import find_old_pages, write_contact_sheet

            sheets = write_contact_sheet(
                self.paths.contact_sheet,
                entries,
                look_of=lambda entry: self.looks.get(entry.source),
                overwrite=lambda page: self.job.overwrite or follow_links(page) in self.plan.renewable,
            )
            for sheet in sheets:
                say(f"contact sheet: {sheet}", quiet=self.job.quiet)
            written += sheets
            for page in find_old_pages(self.paths.contact_sheet, sheets):
                say(f"note: {page} is a page of an earlier, longer sheet.", quiet=self.job.quiet)
        if self.journal is not None and written:
            self.journal.note_outputs(written)

    def summarise(self) -> None:
        """The last lines: how many, which to look at, how to go on."""
        from mattework.batch.summary import is_doubtful, summarise_batch

        quiet, seen = self.job.quiet, list(self.entries.values())
        if seen:
            say(" ".join(summarise_batch(seen, len(self.plan.tasks))), quiet=quiet)
        doubtful = sorted((one for one in seen if is_doubtful(one)), key=lambda one: one.confidence or 0.0)
        for entry in doubtful[:_SHOWN]:
            say(f"  look at {entry.target} ({entry.confidence:.2f}: {'; '.join(entry.reasons)})", quiet=quiet)
        if len(doubtful) > _SHOWN and self.paths.report is None:
            say(f"  and {len(doubtful) - _SHOWN} more: --report shows them all.", quiet=quiet)
        left = len(self.plan.tasks) - len(seen)
        if self.cancelled:
            again = " The same command with --resume goes on." if self.journal is not None else ""
            say(f"mattework: Cancelled; {left} of {len(self.plan.tasks)} pictures are left.{again}")
        elif self.full >= _FULL and left > 0:
            again = "; the same command with --resume goes on" if self.journal is not None else ""
            say(
                f"mattework: The disk is full, so the run ends; {left} of {len(self.plan.tasks)} pictures are left. "
                f"Free some space{again}."
            )
        elif self.first_failure and self.journal is not None:
            say("The same command with --resume tries the failed ones again.", quiet=quiet)

    def _read(self, task: Task) -> _Material:
        """In a thread of its own: the checks of the paths, then the file."""
        from mattework.photo import open_source

        began = time.perf_counter()
        # Before it is read: a photo that is replaced meanwhile counts as changed.
        self.begun[task.source] = start_entry(task.source, task.target)
        self._make_subfolder(task.target)
        try:
            self.job.check_paths(str(task.source), task.target, overwrite=self._may_overwrite(task))
        except OutputExists:
            if not self.paths.resume:
                raise
            raise OutputExists(
                f"{task.target} is kept: it was changed since this batch wrote it, or is not of its making. "
                "Move it away and give the same command again."
            ) from None
        becomes = follow_links(task.target)
        # A document whose layer gets a mask may be replaced by its own result, and by no other.
        if becomes in self.taken and (self.job.layer is None or becomes != follow_links(task.source)):
            raise UsageError(
                f"{task.target} is one of the pictures that are read; it would be gone. Give a folder with -o."
            )
        document = open_source(task.source) if self.job.layer is None else None
        return _Material(document=document, seconds=time.perf_counter() - began)

    def _solve(self, task: Task, material: _Material) -> Cutout:
        if self.journal is not None:
            self.journal.write(self.begun[task.source])
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
            notes = self.layer_notes.pop(task.source, ())
        else:
            notes = self.job.save(cutout, task.target, watch, overwrite=self._may_overwrite(task))
        entry = stamp_target(self.begun[task.source])
        if self.journal is not None:
            self.journal.note_written(entry)
        if material.document is None or (self.paths.report is None and self.paths.contact_sheet is None):
            return _Result(notes=notes, entry=entry, look=None)
        from mattework.batch.look import draw_look

        return _Result(notes=notes, entry=entry, look=draw_look(material.document, cutout))

    def _finish(self, outcome: Outcome[Task, Cutout, _Result]) -> None:
        task = outcome.task
        entry = self.begun.pop(task.source, None) or start_entry(task.source, task.target)
        if outcome.error is not None or outcome.solved is None or outcome.written is None:
            if os.environ.get("MATTEWORK_DEBUG", "") not in ("", "0") and outcome.error is not None:
                raise outcome.error
            failure = name_failure(outcome.error or MatteworkError("It was not carried out."))
            entry = replace(entry, state="failed", error=str(failure), kind=type(failure).__name__)
            self.full = self.full + 1 if is_disk_full(outcome.error) else 0
            self._keep(entry)
            self.first_failure = self.first_failure or failure.exit_code
            tell_failure(str(task.source), failure, as_json=self.job.as_json)
            self._end_if_full()
            return
        self.full = 0
        notes = ((task.note,) if task.note else ()) + outcome.written.notes
        entry = describe_cutout(outcome.written.entry, outcome.solved, notes, outcome.seconds)
        if outcome.written.look is not None:
            self.looks[entry.source] = outcome.written.look
        self._keep(entry)
        # All that it took, as the journal and the summary have it: writing a large picture takes as long as solving it.
        whole = replace(outcome.solved, report=replace(outcome.solved.report, seconds=outcome.seconds))
        self.job.tell(str(task.source), task.target, whole, notes)
        self._end_if_full()

    def _end_if_full(self) -> None:
        if self.full >= _FULL:
            raise _DiskFull

    def _keep(self, entry: BatchEntry) -> None:
        """Written down before it is told: what was told is not done again. Where the journal itself finds no room, the run
        ends after that."""
        if self.journal is not None:
            try:
                self.journal.write(entry)
            except OutputNotWritable as error:
                if not is_disk_full(error):
                    raise
                say(f"mattework: {error}")
                self.full = _FULL
                self.first_failure = self.first_failure or error.exit_code
        self.entries[entry.source] = entry
        if self.bar is not None:
            self.bar.finish()

    def _read_looks(self, entries: Sequence[BatchEntry]) -> None:
        """Small pictures of what earlier runs made: those of their report, else from the files.

        The files take seconds a picture, so that is shown.
        """
        from mattework.batch.look import read_look

        page = self.paths.report
        if page is not None and follow_links(page) in self.plan.renewable:
            from mattework.batch.page import read_looks

            unseen = [one for one in entries if one.state == "done" and one.source not in self.looks]
            self.looks |= read_looks(page, unseen)
        earlier = [one for one in entries if one.state == "done" and one.source not in self.looks]
        if not earlier:
            return
        quiet = self.job.quiet
        again = " Ctrl-C again leaves the reports as they are." if self.cancelled else ""
        results = "1 result is" if len(earlier) == 1 else f"{len(earlier)} results are"
        say(f"For the reports, {results} read again.{again}", quiet=quiet)
        with show_progress("reports", quiet=quiet or self.job.as_json) as progress:
            for number, entry in enumerate(earlier):
                report_progress(progress, f"reading {entry.target.name}", number / len(earlier))
                try:
                    self.looks[entry.source] = read_look(entry.source, entry.target)
                except MatteworkError as error:
                    say(
                        f"note: {entry.target.name} is in the reports without a picture: {error}", quiet=quiet
                    )

    def _may_overwrite(self, task: Task) -> bool:
        """What the run wrote itself may be written again, where nobody has changed it since."""
        return self.job.overwrite or self.plan.places[task.source] in self.plan.replaceable

    def _make_subfolder(self, target: Path) -> None:
        if self.plan.folder is not None:
            make_folder(f"{target.parent}/")


def _drop_unread() -> None:
    """After a write that nobody reads: let go of standard output, and of standard error where that is not read either."""
    drop_stream(sys.stdout)
    try:
        say("mattework: Nobody reads any more what is told, so the run ends.")
    except BrokenPipeError:
        drop_stream(sys.stderr)


def _describe_finished(task: Task, entry: BatchEntry) -> dict[str, Any]:
    """The object of a picture that an earlier run finished: the fields of a fresh one, and `skipped`."""
    from mattework.batch.summary import is_doubtful

    facts = describe_entry(entry)
    talk = (
        "state",
        "at",
        "source_bytes",
        "source_modified",
        "target_bytes",
        "target_modified",
        "error",
        "kind",
    )
    for name in talk:
        del facts[name]
    facts |= {"source": str(task.source), "target": str(task.target)}
    return facts | {"doubtful": is_doubtful(entry), "skipped": True}


def _weigh(material: _Material) -> int:
    document = material.document
    if document is None:
        return 0
    return sum(layer.pixels.nbytes for layer in document.walk_layers())
