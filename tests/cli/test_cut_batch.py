"""`mattework cut` over folders and many pictures: what is done, told and shown."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.batch_runs import Captured, list_files, run
from mattework.batch import sheet
from mattework.batch.entry import BatchEntry
from mattework.batch.journal import Journal
from mattework.cli.cut_job import CutJob
from mattework.errors import Cancelled, OutputNotWritable


def test_a_folder_is_cut_with_its_subfolders(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert run("cut", shots, "-o", out, "--edge", "guided") == 0
    results = {"a.png.cutout.psd", "a.tif.cutout.psd", "red/b.cutout.psd"}
    assert list_files(out) == {*results, "mattework-batch.jsonl"}
    told = capsys.readouterr().err
    assert "3 of 3 pictures cut out" in told
    assert "Several pictures are called a.cutout.psd" in told
    assert "1 file of other kinds left out" in told


def test_a_link_to_itself_stops_nothing(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    (shots / "loop.png").symlink_to("loop.png")
    out, options = (
        tmp_path / "out",
        ("--edge", "guided", "--format", "png", "--report", tmp_path / "report.html"),
    )
    assert run("cut", shots, "-o", out, *options) == 3
    assert len(list(out.rglob("*.png"))) == 3
    assert run("cut", shots, "-o", out, *options, "--resume") == 3
    told = capsys.readouterr().err
    assert "3 finished earlier are left as they are" in told
    assert told.count("symbolic links") == 2
    assert "defect" not in told


@pytest.mark.parametrize("arguments", [("-o", "x" * 300 + "/"), ("-o", "out/", "--journal", "x" * 300)])
def test_places_that_cannot_be_looked_into_are_refused(
    shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("cut", shots, *arguments) == 4
    told = capsys.readouterr().err
    assert "File name too long" in told
    assert "defect" not in told


def test_a_result_under_another_name_is_made_and_takes_no_files_place(
    shots: Path, tmp_path: Path, capsys: Captured
) -> None:
    one, two, three = (tmp_path / f"{name}.png" for name in ("one", "two", "three"))
    arguments = ("--edge", "guided", "--json", "--journal", tmp_path / "batch.jsonl")
    assert run("cut", shots / "a.png", "-o", one, *arguments) == 0
    capsys.readouterr()
    assert run("cut", shots / "a.png", "-o", two, *arguments, "--resume") == 0
    assert "skipped" not in json.loads(capsys.readouterr().out)
    assert two.is_file()
    assert run("cut", shots / "a.png", "-o", two, *arguments, "--resume") == 0
    assert json.loads(capsys.readouterr().out)["skipped"]
    three.write_bytes(b"made by hand")
    assert run("cut", shots / "a.png", "-o", three, *arguments, "--resume") == 4
    assert three.read_bytes() == b"made by hand"


def test_pictures_that_lie_where_the_results_go_are_told(shots: Path, capsys: Captured) -> None:
    arguments = (
        "cut",
        shots,
        "-o",
        shots / "red",
        "--edge",
        "guided",
        "--contact-sheet",
        shots / "red/sheet.png",
    )
    for again in ((), ("--resume",)):
        assert run(*arguments, *again) == 0
        told = capsys.readouterr().err
        assert "2 of 2 pictures" in told
        assert "1 picture in the folder of results left out." in told, "the sheet is ours"


def test_results_beside_their_sources_are_no_sources(shots: Path) -> None:
    assert run("cut", shots, "--edge", "guided", "-q") == 0
    before = list_files(shots)
    assert run("cut", shots, "--edge", "guided", "-q", "--resume") == 0
    assert list_files(shots) == before


def test_reports_are_written_and_renewed_with_the_run(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    page, sheet = tmp_path / "report.html", shots / "sheet.png"
    options = ("-o", tmp_path / "out", "--edge", "guided", "--report", page, "--contact-sheet", sheet)
    assert run("cut", shots, *options) == 0
    first = page.read_text("utf-8")
    assert first.count("<article") == 3
    assert first.count("--after:url(data:image/webp") == 3
    with Image.open(sheet) as drawn:
        assert drawn.width > 800
    page_before, sheet_before = page.stat().st_mtime_ns, sheet.stat().st_mtime_ns
    assert run("cut", shots, *options, "--resume") == 0
    assert page.stat().st_mtime_ns > page_before
    assert sheet.stat().st_mtime_ns > sheet_before
    assert page.read_text("utf-8").count("--after:url(data:image/webp") == 3
    assert "read again" not in capsys.readouterr().err, "the page held them"
    page.unlink()
    assert run("cut", shots, *options, "--resume") == 0
    assert page.read_text("utf-8").count("--after:url(data:image/webp") == 3, "drawn from the files"
    capsys.readouterr()
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    assert run("cut", shots, "-o", tmp_path / "out", "--edge", "guided", "--report", mine, "--resume") == 4
    assert mine.read_text() == "mine"


def test_a_picture_took_as_long_whoever_tells_it(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    told: list[list[dict[str, Any]]] = []
    for again in ((), ("--resume",)):
        assert run("cut", shots, "-o", tmp_path / "out", "--edge", "guided", "--json", *again) == 0
        told.append([json.loads(line) for line in capsys.readouterr().out.splitlines()])
    fresh, later = told
    assert len(fresh) == 3
    assert later == [{**one, "skipped": True, "verdict": None} for one in fresh]


def test_results_that_are_read_again_for_the_reports_are_told(
    shots: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of them take hours: nobody shall think that the run hangs, least of all after Ctrl-C."""
    out, page = tmp_path / "out", tmp_path / "report.html"
    options = ("-o", out, "--edge", "guided", "--report", page, "--contact-sheet", tmp_path / "sheet.png")
    assert run("cut", shots, *options) == 0
    assert "read again" not in capsys.readouterr().err, "they are at hand"
    page.unlink()  # which holds them
    (out / "a.png.cutout.psd").write_bytes(b"8BPS, broken")
    shutil.copy(shots / "a.png", shots / "z.png")
    begun: list[str] = []

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    @contextmanager
    def show(title: str, *, quiet: bool) -> Iterator[Any]:
        assert not quiet
        yield lambda step, _: begun.append(f"{title}: {step}")

    monkeypatch.setattr("mattework.cli.cut_batch.run_batch", interrupt)
    monkeypatch.setattr("mattework.cli.cut_batch.show_progress", show)
    assert run("cut", shots, *options, "--resume") == 130
    told = capsys.readouterr().err
    assert "3 results are read again. Ctrl-C again leaves the reports as they are." in told
    assert begun[-1] == "reports: reading b.cutout.psd"
    assert len(begun) == 3
    assert told.count("without a picture") == 1, "not once a report"


@pytest.mark.parametrize("option", ["--contact-sheet", "--report", "--journal"])
def test_no_report_takes_the_place_of_a_picture(shots: Path, option: str, capsys: Captured) -> None:
    first, second = shots / "a.png", shots / "red/b.png"
    before = first.read_bytes()
    assert run("cut", first, second, option, first, "--overwrite", "--edge", "guided") == 2
    assert "would be gone" in capsys.readouterr().err
    assert first.read_bytes() == before


def test_journal_reports_and_results_are_files_of_their_own(
    shots: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for names in (
        ("--report", "out/red/b.cutout.psd"),
        ("--contact-sheet", tmp_path / "out" / "red" / "b.cutout.png", "--format", "png"),
        ("--journal", "out/red/../red/b.cutout.psd"),
        ("--journal", "one", "--report", tmp_path / "one"),
        ("--report", "one.pdf", "--contact-sheet", "./one.pdf"),
    ):
        assert run("cut", shots, "-o", "out", *names, "--overwrite") == 2
        assert "a name of its own" in capsys.readouterr().err
    picture = ("cut", shots / "a.png", "-o", "o.png", "--save-mask", "m.png", "--contact-sheet", "m.png")
    assert run(*picture, "--overwrite") == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("both", [False, True])
def test_a_run_that_nobody_listens_to_any_more_does_not_pass_for_a_whole_one(
    shots: Path, tmp_path: Path, both: bool
) -> None:
    """As with `| head`: the script behind it must not go on as if all were there."""
    (shots / "notes.txt").unlink()  # the first word is of a picture
    code, page, sheet = "from mattework.cli import main; main()", tmp_path / "r.html", tmp_path / "s.png"
    options = (
        "-o",
        tmp_path / "out",
        "--edge",
        "guided",
        "--json",
        "--report",
        page,
        "--contact-sheet",
        sheet,
    )
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-c", code, "cut", shots, *options],
            stdout=pipe,
            stderr=pipe if both else subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == Cancelled.exit_code
    assert 0 < len(list((tmp_path / "out").rglob("*.psd"))) < 3
    assert page.is_file()
    assert sheet.is_file(), "what there is of the run is in its reports"
    if not both:
        assert "of 3 pictures are left. The same command with --resume goes on." in done.stderr
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr


@pytest.mark.parametrize("room_for", [(), (0, 1, 4, 7)])
def test_a_full_disk_ends_the_run_where_nothing_finds_room(
    shots: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, room_for: tuple[int, ...]
) -> None:
    for number in range(5):
        shutil.copy(shots / "a.png", shots / f"more{number}.png")
    out, real, count = tmp_path / "out", CutJob.save, iter(range(8))

    def save(job: CutJob, *arguments: Any, **options: Any) -> tuple[str, ...]:
        if next(count) in room_for:
            return real(job, *arguments, **options)
        raise OutputNotWritable("There is no room.") from OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CutJob, "save", save)
    assert run("cut", shots, "-o", out, "--edge", "guided") == 4
    told = capsys.readouterr().err
    if room_for:
        assert told.count("There is no room.") == 4, "smaller ones still find some"
        assert "4 of 8 pictures cut out. 4 failed." in told
        return
    assert told.count("There is no room.") == 3
    assert (
        "The disk is full, so the run ends; 5 of 8 pictures are left. Free some space; the same command"
        in told
    )
    monkeypatch.setattr(CutJob, "save", real)
    assert run("cut", shots, "-o", out, "--edge", "guided", "--resume") == 0
    assert "8 of 8 pictures cut out." in capsys.readouterr().err


def test_a_disk_that_has_no_room_for_the_journal_ends_the_run_with_its_summary(
    shots: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, page, real = tmp_path / "out", tmp_path / "page.html", Journal.write

    def write(journal: Journal, entry: BatchEntry) -> None:
        if entry.state == "done":
            raise OutputNotWritable("The disk is full.") from OSError(errno.ENOSPC, "No space left on device")
        real(journal, entry)

    monkeypatch.setattr(Journal, "write", write)
    options = ("-o", out, "--edge", "guided", "--report", page)
    assert run("cut", shots, *options) == 4
    told = capsys.readouterr().err
    assert (
        "The disk is full, so the run ends; 2 of 3 pictures are left. Free some space; the same command"
        in told
    )
    assert "1 of 3 pictures cut out." in told
    assert page.is_file()
    monkeypatch.setattr(Journal, "write", real)
    assert run("cut", shots, *options, "--resume") == 0
    assert "3 of 3 pictures cut out." in capsys.readouterr().err


def test_a_default_that_is_spelt_out_is_no_other_setting(
    shots: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "out"
    assert run("cut", shots, "-o", out, "-q") == 0
    plain = ("--band", "1", "--colours", "1", "--feather", "0", "--edge", "auto", "--format", "psd")
    assert run("cut", shots, "-o", out, "-q", "--resume", *plain) == 0
    assert run("cut", shots, "-o", out, "-q", "--resume", "--colours", "0") == 2
    assert "colours was not given and is 0" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_leaves_the_summary(
    shots: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mattework.batch.sheet._ROWS", 1)
    draw = sheet._draw_page

    def draw_late(*arguments: Any) -> Image.Image:
        (tmp_path / "sheet-2.png").mkdir(exist_ok=True)  # nothing was in the way when the run began
        return draw(*arguments)

    monkeypatch.setattr("mattework.batch.sheet._draw_page", draw_late)
    options = ("-o", tmp_path / "out", "--edge", "guided", "--contact-sheet", tmp_path / "sheet.png")
    assert run("cut", shots, *options) == 4
    said = capsys.readouterr().err
    assert "3 of 3 pictures cut out." in said
    assert "sheet-2.png is a folder" in said


def test_pictures_that_are_named_like_pages_of_a_sheet_are_cut_and_stay(
    shots: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mattework.batch.sheet._ROWS", 1)
    for name in ("shoe-1.png", "shoe-2.png"):
        shutil.copy(shots / "a.png", shots / name)
    before = (shots / "shoe-2.png").read_bytes()
    out, options = tmp_path / "out", ("--edge", "guided", "-q")
    for again in ((), ("--resume",), ("--overwrite",)):
        assert run("cut", shots, "-o", out, *options, "--contact-sheet", shots / "shoe.png", *again) == 2
        assert "shoe-2.png is one of the pictures" in capsys.readouterr().err
    assert run("cut", shots, "-o", out, *options, "--contact-sheet", shots / "sheet.png") == 0
    sheets = sorted(path.name for path in shots.glob("sheet*"))
    assert sheets == ["sheet-2.png", "sheet-3.png", "sheet.png"]
    assert len(list(out.rglob("*.psd"))) == 5
    assert run("cut", shots, "-o", out, *options, "--contact-sheet", shots / "sheet.png", "--resume") == 0
    assert len(list(out.rglob("*.psd"))) == 5, "the sheets that lie among the pictures are none"
    assert (shots / "shoe-2.png").read_bytes() == before


def test_a_page_of_somebody_elses_is_not_replaced(
    shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("mattework.batch.sheet._ROWS", 1)
    out, mine = tmp_path / "out", tmp_path / "sheet-2.jpg"
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q") == 0
    mine.write_bytes(b"mine")
    arguments = ("--edge", "guided", "-q", "--contact-sheet", tmp_path / "sheet.jpg", "--resume")
    assert run("cut", shots, "-o", out, *arguments) == 4
    assert "sheet-2.jpg exists already" in capsys.readouterr().err
    assert mine.read_bytes() == b"mine"


def test_one_picture_can_have_a_report_too(shots: Path, tmp_path: Path) -> None:
    target, page = tmp_path / "one.png", tmp_path / "one.html"
    assert run("cut", shots / "a.png", "-o", target, "--report", page, "--edge", "guided", "-q") == 0
    with Image.open(target) as cut:
        assert cut.mode == "RGBA"
    assert "<article" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["{shots}", "-o", "one.psd"], 2, "the one file one.psd. Give a folder"),
        (["{shots}", "-o", "-"], 2, "standard output"),
        (["{shots}", "-", "-o", "out/"], 2, "standard input"),
        (["{shots}", "--from-mask", "m.png", "-o", "out/"], 2, "one picture"),
        (["{shots}", "--contact-sheet", "sheet.gif", "-o", "out/"], 2, "sheet.gif"),
        (["{shots}", "--report", "missing/report.html"], 4, "missing"),
        (["{shots}/notes", "{shots}/a.png", "--model", "no-such-model"], 5, "no-such-model"),
        (["{shots}", "--journal", "{shots}/a.png", "--resume"], 3, "no journal"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(
    arguments: list[str], code: int, said: str, shots: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shots.parent)
    before = list_files(shots.parent)
    assert run("cut", *(one.format(shots=shots) for one in arguments)) == code
    assert said.lower() in capsys.readouterr().err.lower()
    assert list_files(shots.parent) == before


def test_a_result_never_takes_the_place_of_a_picture_of_the_run(shots: Path, capsys: Captured) -> None:
    (shots / "a.png").rename(shots / "b.png")
    shutil.copy(shots / "b.png", shots / "b.cutout.png")
    before = (shots / "b.cutout.png").read_bytes()
    both = (shots / "b.png", shots / "b.cutout.png")
    assert run("cut", *both, "--edge", "guided", "--format", "png", "--overwrite", "-q") == 2
    assert "one of the pictures that are read" in capsys.readouterr().err
    assert (shots / "b.cutout.png").read_bytes() == before


@pytest.mark.parametrize("is_link", [False, True])
def test_a_masked_document_takes_the_place_of_no_other_document_of_the_run(
    shots: Path, tmp_path: Path, capsys: Captured, is_link: bool
) -> None:
    first, second = tmp_path / "a.psd", tmp_path / "a.cutout.psd"
    assert run("cut", shots / "a.png", "-o", first, "--edge", "guided", "-q") == 0
    if is_link:
        shutil.copy(first, tmp_path / "b.psd")
        second.symlink_to(tmp_path / "b.psd")
        both = (first, tmp_path / "b.psd")
    else:
        shutil.copy(first, second)
        both = (first, second)
    before = both[1].read_bytes()
    layer = ("--layer", "Photo", "--existing-mask", "replace", "--edge", "guided", "--overwrite", "-q")
    assert run("cut", *both, *layer) == 2
    assert "one of the pictures that are read" in capsys.readouterr().err
    assert both[1].read_bytes() == before


def test_a_masked_document_may_be_replaced_by_its_own_result(shots: Path, tmp_path: Path) -> None:
    document = tmp_path / "a.psd"
    assert run("cut", shots / "a.png", "-o", document, "--edge", "guided", "-q") == 0
    before = document.read_bytes()
    layer = ("--layer", "Photo", "--existing-mask", "replace", "--edge", "guided", "--feather", 3)
    options = ("--overwrite", "-q", "--journal", tmp_path / "batch.jsonl")
    assert run("cut", document, "-o", document, *layer, *options) == 0
    assert document.read_bytes() != before
