"""What is written down of a batch, and read again after whatever happened."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mattework.batch.entry import BatchEntry, is_finished, start_entry
from mattework.batch.journal import Journal, note_review, read_batch
from mattework.errors import FileNotReadable, OutputNotWritable, UnsupportedFile, UsageError


@pytest.fixture
def done(tmp_path: Path) -> BatchEntry:
    (tmp_path / "shots").mkdir()
    source, target = tmp_path / "shots" / "фото.jpg", tmp_path / "out.psd"
    source.write_bytes(b"photo")
    target.write_bytes(b"result")
    return replace(
        start_entry(source, target),
        state="done", size=(60, 40), depth=8, model="m", device="CPU", solver="guided", confidence=0.4,
        reasons=("two candidates",), seconds=1.5, steps={"edge": 1.0}, notes=("a note",),
    )  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path, done: BatchEntry) -> Path:
    path = tmp_path / "batch.jsonl"
    with Journal(path, settings={"band": 2.0}, outputs=[tmp_path / "report.html"], anew=True) as journal:
        journal.write(start_entry(done.source, done.target))
        journal.write(done)
    return path


def test_what_was_written_is_read(journal: Path, done: BatchEntry, tmp_path: Path) -> None:
    batch = read_batch(journal)
    (entry,) = batch.entries
    assert replace(entry, at="") == done
    assert batch.settings == {"band": 2.0}
    assert batch.outputs == (tmp_path / "report.html",)
    assert is_finished(entry)


def test_what_is_not_known_of_a_picture_is_left_out_and_a_zero_that_counts_is_not(
    journal: Path, done: BatchEntry
) -> None:
    with Journal(journal, settings={}, anew=False) as again:
        again.write(start_entry(done.source.with_name("gone.jpg"), done.target))
        again.write(replace(done, confidence=0.0, coverage=0.0))
    started, _, gone, doubtful = [
        one for line in journal.read_text("utf-8").splitlines() if "state" in (one := json.loads(line))
    ]
    assert set(started) == {"state", "source", "target", "at", "source_bytes", "source_modified"}
    assert set(gone) == {"state", "source", "target", "at"}
    assert (doubtful["confidence"], doubtful["coverage"]) == (0.0, 0.0)
    assert read_batch(journal).entries[1].source_bytes == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit for the size of files")
def test_a_journal_that_found_no_room_is_not_in_the_way_of_the_next(tmp_path: Path, journal: Path) -> None:
    import resource

    new, before = tmp_path / "new.jsonl", journal.read_bytes()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, usual[1]))
    try:
        for path in (new, journal):
            with pytest.raises(OutputNotWritable, match="cannot be written"):
                Journal(path, settings={}, anew=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert not new.exists()
    assert journal.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit for the size of files")
def test_a_line_that_found_no_room_is_told_with_the_name_of_the_journal(
    journal: Path, done: BatchEntry
) -> None:
    import resource

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    again = Journal(journal, settings={}, anew=False)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + 20, usual[1]))
        with pytest.raises(OutputNotWritable, match=r"The journal .* cannot be written"):
            again.write(done)
        again.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert is_finished(read_batch(journal).entries[0])


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
@pytest.mark.parametrize("anew", [True, False])
def test_two_runs_do_not_write_one_journal(journal: Path, done: BatchEntry, anew: bool) -> None:
    with Journal(journal, settings={}, anew=False) as first:
        before = journal.read_bytes()
        with pytest.raises(UsageError, match="Another run"):
            Journal(journal, settings={}, anew=anew)
        assert journal.read_bytes() == before
        note_review(journal, done.source, "approved")
        first.write(done)
    with Journal(journal, settings={"band": 3.0}, anew=anew):
        assert len(read_batch(journal).entries) == (0 if anew else 1)


def test_a_folder_can_be_moved_with_its_journal(journal: Path, tmp_path: Path) -> None:
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    shutil.copytree(tmp_path, moved)
    (entry,) = read_batch(moved / journal.name).entries
    assert entry.target == moved / "out.psd"


def make_project(project: Path) -> Path:
    """A photo beside the folder of results, and the journal in it."""
    (project / "shots").mkdir(parents=True)
    (project / "cutouts").mkdir()
    source, target = project / "shots" / "a.jpg", project / "cutouts" / "a.cutout.psd"
    source.write_bytes(b"photo")
    target.write_bytes(b"result")
    path = project / "cutouts" / "batch.jsonl"
    with Journal(path, settings={}, outputs=[project / "report.html"], anew=True) as journal:
        journal.write(replace(start_entry(source, target), state="done"))
    return path


def test_photos_and_results_can_be_moved_together(tmp_path: Path) -> None:
    path = make_project(tmp_path / "proj")
    assert '"../shots/a.jpg"' in path.read_text("utf-8")
    moved = (tmp_path / "proj").rename(tmp_path / "proj2")
    batch = read_batch(moved / "cutouts" / path.name)
    (entry,) = batch.entries
    assert (entry.source, entry.target) == (moved / "shots/a.jpg", moved / "cutouts/a.cutout.psd")
    assert batch.outputs == (moved / "report.html",)
    assert is_finished(entry)


def test_results_can_be_moved_away_from_their_photos(tmp_path: Path) -> None:
    path = make_project(tmp_path / "proj")
    (tmp_path / "elsewhere").mkdir()
    moved = path.parent.rename(tmp_path / "elsewhere" / "results")
    (entry,) = read_batch(moved / path.name).entries
    assert (entry.source, entry.target) == (tmp_path / "proj/shots/a.jpg", moved / "a.cutout.psd")
    note_review(moved / path.name, entry.source, "approved")
    (entry,) = read_batch(moved / path.name).entries
    assert entry.verdict == "approved"


def test_names_in_a_journal_that_is_a_link_are_those_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "batch.jsonl"
    path.parent.mkdir(parents=True)
    (tmp_path / "link.jsonl").symlink_to(path)
    source = tmp_path / "a.jpg"
    with Journal(tmp_path / "link.jsonl", settings={}, anew=True) as journal:
        journal.write(replace(start_entry(source, tmp_path / "a.psd"), state="done"))
    for name in (path, tmp_path / "link.jsonl"):
        assert [entry.source for entry in read_batch(name).entries] == [source]


def test_a_journal_with_whole_paths_is_read(tmp_path: Path) -> None:
    path = make_project(tmp_path / "proj")
    source = tmp_path / "proj" / "shots" / "a.jpg"
    text = path.read_text("utf-8").replace('"../shots/a.jpg"', json.dumps(str(source)))
    path.write_text(text, "utf-8")
    (entry,) = read_batch(path).entries
    assert entry.source == source
    note_review(path, source, "approved")
    (entry,) = read_batch(path).entries
    assert entry.verdict == "approved"


def test_a_source_that_changed_or_a_result_that_is_gone_is_not_finished(
    journal: Path, done: BatchEntry
) -> None:
    (entry,) = read_batch(journal).entries
    done.source.write_bytes(b"another photo")
    assert not is_finished(entry)
    done.source.write_bytes(b"photo")
    done.target.unlink()
    assert not is_finished(entry)


@pytest.mark.parametrize("keep", range(1, 12))
def test_a_line_that_was_cut_off_is_passed_over_and_the_next_run_goes_on(
    journal: Path, done: BatchEntry, keep: int
) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    last = lines.pop()
    journal.write_bytes(b"".join(lines) + last[: keep * len(last) // 12])
    assert [entry.state for entry in read_batch(journal).entries] == ["started"]
    with Journal(journal, settings={}, anew=False) as again:
        again.write(done)
    assert [entry.state for entry in read_batch(journal).entries] == ["done"]


def test_a_verdict_counts_until_the_picture_is_done_again(journal: Path, done: BatchEntry) -> None:
    note_review(journal, done.source, "approved")
    assert [entry.verdict for entry in read_batch(journal).entries] == ["approved"]
    assert json.loads(journal.read_text("utf-8").splitlines()[-1])["source"] == "shots/фото.jpg"
    with Journal(journal, settings={}, anew=False) as again:
        again.write(done)
    assert [entry.verdict for entry in read_batch(journal).entries] == [None]


def test_a_verdict_that_is_none_is_not_written_down(journal: Path, done: BatchEntry) -> None:
    before = journal.read_bytes()
    with pytest.raises(UsageError, match="approved, fixed, rejected"):
        note_review(journal, done.source, "good")  # type: ignore[arg-type]
    assert journal.read_bytes() == before


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotReadable, match="cannot be read"):
        read_batch(tmp_path / "none.jsonl")
    (tmp_path / "other.jsonl").write_text('{"source": "a"}\n[1]\nnot json\n')
    with pytest.raises(UnsupportedFile, match="no journal"):
        read_batch(tmp_path / "other.jsonl")
    (tmp_path / "newer.jsonl").write_text('{"mattework_batch": 99}\n')
    with pytest.raises(UnsupportedFile, match="version 99"):
        read_batch(tmp_path / "newer.jsonl")


def test_lines_of_somebody_elses_making_count_as_not_done(journal: Path, done: BatchEntry) -> None:
    with journal.open("a") as stream:
        stream.write('{"state": "done", "source": "x.jpg", "target": "y", "confidence": "very"}\n')
    assert [entry.source.name for entry in read_batch(journal).entries] == [done.source.name]
