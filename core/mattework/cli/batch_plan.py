"""What a call of `mattework cut` over many pictures means: the pictures, their results, and what an earlier run has done.

Everything that can be found wrong before the first picture is, is found here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mattework.batch.entry import BatchEntry, is_finished, is_replaceable, start_entry
from mattework.batch.find import JOURNAL_NAME, FoundPicture, find_pictures, follow_links, locate_file
from mattework.batch.journal import Batch, read_batch
from mattework.batch.names import Task, choose_place, name_targets
from mattework.cli.cut_job import BACKGROUND_HASH, BatchPaths, CutJob, drop_defaults
from mattework.cli.targets import (
    STREAM,
    SUFFIX_OF,
    make_folder,
    names_folder,
    refuse_inputs,
    refuse_unwritable,
)
from mattework.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """What is to do, in order.

    `places` says where each task's source lies, as journals name it. `done` are the places of what an earlier run finished
    in the file that this one would write, `replaceable` those whose result it wrote there and nobody has touched since.
    `renewable` are the files of its reports, which this run may write again. `folder` takes the results, None when they go
    beside their sources; `journal` is None where none is kept.
    """

    title: str
    notes: tuple[str, ...]
    tasks: tuple[Task, ...]
    places: Mapping[Path, Path]
    done: Mapping[Path, BatchEntry]
    replaceable: frozenset[Path]
    renewable: frozenset[Path]
    folder: Path | None
    journal: Path | None


def plan_batch(sources: Sequence[str], job: CutJob, paths: BatchPaths) -> BatchPlan:
    """Find the pictures, name their results, read what is done already, make the folder, and open the model.

    Raises:
        UsageError: the request contradicts itself, there is no picture, or an earlier run is in the way.
        OutputError: a result or report cannot be written.
        ModelError, DeviceUnavailable: the model is not there, or does not run here.
    """
    if STREAM in sources:
        raise UsageError(
            "Standard input is one picture. Cut it by itself: cat photo.jpg | mattework cut - -o FILE"
        )
    has_folder = any(os.path.isdir(one) for one in sources)
    folder = _choose_folder(job.output, may_be_new=has_folder, several=len(sources) > 1)
    for one in (paths.journal, *list_outputs(paths)):
        refuse_inputs(one, sources)
    journal = _choose_journal(sources, folder, paths, has_folder=has_folder)
    known = None if journal is None or not os.path.exists(journal) else read_batch(journal)
    # Reports of earlier runs are no pictures, wherever they lie.
    reports = frozenset(() if known is None else map(follow_links, known.outputs))
    findings = find_pictures(sources, leave_out=folder, reports=reports)
    pictures = findings.pictures
    _refuse_pictures(paths, pictures)
    if known is not None:
        _check_earlier(known, job, paths)
    found = _follow_moved(known.entries, pictures, folder) if known is not None and paths.resume else []
    _refuse_another_folder(journal, folder, found)
    if folder is None and job.output is not None:  # one picture, one file, and a report
        tasks = tuple(Task(source=one.source, target=Path(job.output)) for one in pictures)
    else:
        # The name of a photo that is gone is free again, unless its result is there.
        kept = {
            one.source: one.target
            for one in found
            if os.path.exists(one.source) or os.path.exists(one.target)
        }
        tasks = name_targets(
            pictures, folder, lambda one: SUFFIX_OF[job.name_format(str(one)) or "psd"], kept=kept
        )
    job.many = len(tasks) > 1
    job.check([task.target for task in tasks])
    results = [task.target for task in tasks] + [Path(one) for one in (job.save_mask, job.save_recipe) if one]
    _refuse_sharing(paths, journal, results)
    make_folder(None if folder is None else f"{folder}/")
    renewable = reports if paths.resume else frozenset[Path]()
    _check_outputs(paths, len(tasks), renewable, overwrite=job.overwrite)
    places = {task.source: start_entry(task.source, task.target).source for task in tasks}
    targets = {places[task.source]: locate_file(task.target) for task in tasks}
    # What was written elsewhere says nothing of the file that is asked for now.
    same = [one for one in found if targets.get(one.source) == locate_file(one.target)]
    done = {one.source: one for one in same if is_finished(one)}
    if not done.keys() >= set(places.values()):
        job.open_session()  # a model that is not there is told once, and not for every picture
    return BatchPlan(
        title=_name_batch(sources),
        notes=findings.notes,
        tasks=tasks,
        places=places,
        done=done,
        replaceable=frozenset(one.source for one in same if is_replaceable(one)),
        renewable=renewable,
        folder=folder,
        journal=journal,
    )


def list_outputs(paths: BatchPaths) -> list[Path]:
    """The reports that were asked for."""
    return [one for one in (paths.report, paths.contact_sheet) if one is not None]


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
        raise UsageError(f"Several pictures cannot go into the one file {output}. Give a folder: -o cutouts/")
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
    places = [one if os.path.isdir(one) else os.path.dirname(os.path.abspath(one)) for one in sources]
    try:
        return Path(os.path.commonpath([os.path.abspath(one) for one in places])) / JOURNAL_NAME
    except ValueError:
        raise UsageError("The pictures lie on several drives. Say with --journal where to keep it.") from None


def _check_earlier(earlier: Batch, job: CutJob, paths: BatchPaths) -> None:
    """Refuse a journal that was not spoken of, or that was kept with other settings.

    Raises:
        UsageError: it is one.
    """
    journal = earlier.path
    if not paths.resume:
        if job.overwrite:
            return
        raise UsageError(
            f"{journal} tells of an earlier run. Add --resume to go on with it, or --overwrite to do everything anew."
        )
    now = job.describe_settings()
    # Those of before may tell of options that were not given, and know nothing of options that are newer.
    before = drop_defaults(earlier.settings)
    was, is_now = before.pop(BACKGROUND_HASH, None), now.pop(BACKGROUND_HASH, None)
    if before.get("background") == now.get("background") and was not in (None, is_now):
        raise UsageError(
            f"The background {job.background} is another picture than in the run of {journal}. Bring that one back, or do "
            "everything anew with --overwrite in place of --resume."
        )
    changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if changed:
        told = ", ".join(
            f"{name} was {before.get(name, 'not given')} and is {now.get(name, 'not given')}"
            for name in changed
        )
        raise UsageError(
            f"The run of {journal} had other settings: {told}. Give the same ones, or do everything anew with --overwrite "
            "in place of --resume."
        )


def _follow_moved(
    entries: Sequence[BatchEntry], pictures: Sequence[FoundPicture], folder: Path | None
) -> list[BatchEntry]:
    """The entries; those of photos that were moved since, under the places where they lie now.

    Such a photo has its name, size and time of change still, and its result lies where it would go now.
    """
    gone = {_identify_photo(one): one for one in entries if not os.path.exists(one.source)}
    known = {one.source for one in entries}
    moved: dict[Path, BatchEntry] = {}
    for one in pictures if gone else ():
        now = start_entry(one.source, choose_place(one, folder) / one.source.name)
        before = None if now.source in known else gone.pop(_identify_photo(now), None)
        if before is not None:
            moved[before.source] = replace(before, source=now.source)
    return [moved.get(one.source, one) for one in entries]


def _identify_photo(entry: BatchEntry) -> tuple[str, int, int, Path]:
    """What stays of a photo that is moved, and the folder of its result."""
    return entry.source.name, entry.source_bytes, entry.source_modified, entry.target.parent


def _refuse_another_folder(journal: Path | None, folder: Path | None, found: Sequence[BatchEntry]) -> None:
    """A run is gone on with where it wrote.

    Raises:
        UsageError: its results lie elsewhere.
    """
    if folder is None:
        return
    wanted = follow_links(folder)
    elsewhere = [one.target for one in found if wanted not in follow_links(one.target).parents]
    if elsewhere:
        raise UsageError(
            f"The run of {journal} wrote {elsewhere[0]}, which is not in {folder}. Give its folder with -o, or another "
            "journal."
        )


def _list_files(paths: BatchPaths, pictures: int) -> list[Path]:
    """The files that the reports of so many pictures may become."""
    from mattework.batch.sheet import list_pages

    pages = [] if paths.contact_sheet is None else list_pages(paths.contact_sheet, pictures)
    return ([] if paths.report is None else [paths.report]) + pages


def _refuse_pictures(paths: BatchPaths, pictures: Sequence[FoundPicture]) -> None:
    """No report takes the place of a picture that is read.

    Raises:
        UsageError: one would.
    """
    places = {follow_links(one.source) for one in pictures}
    for one in _list_files(paths, len(pictures)):
        if follow_links(one) in places:
            raise UsageError(
                f"{one} is one of the pictures that are read; it would be gone. Give another name."
            )


def _refuse_sharing(paths: BatchPaths, journal: Path | None, results: Sequence[Path]) -> None:
    """Journal, reports and results are files of their own.

    Raises:
        UsageError: one would take another's place.
    """
    taken = {follow_links(one) for one in results}
    for one in ([] if journal is None else [journal]) + _list_files(paths, len(results)):
        if follow_links(one) in taken:
            raise UsageError(
                f"{one} cannot be two files of this run. Give the journal and each report a name of its own."
            )
        taken.add(follow_links(one))


def _check_outputs(paths: BatchPaths, pictures: int, renewable: frozenset[Path], *, overwrite: bool) -> None:
    """Reports of the run that is gone on with are renewed; no other file is replaced unasked."""
    from mattework.batch.sheet import check_sheet_name

    if paths.contact_sheet is not None:
        check_sheet_name(paths.contact_sheet)
    for one in _list_files(paths, pictures):
        refuse_unwritable(one, overwrite=overwrite or follow_links(one) in renewable)


def _name_batch(sources: Sequence[str]) -> str:
    folders = [follow_links(Path(one)).name for one in sources if os.path.isdir(one)]
    return f"Cut-outs of {', '.join(folders)}" if folders else "Cut-outs"
