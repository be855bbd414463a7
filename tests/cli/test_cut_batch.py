"""`mattework cut` over folders and many pictures: what is done, told, kept for later, and shown."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mattework.batch import sheet
from mattework.batch.journal import read_batch
from mattework.cli.cut_job import CutJob
from mattework.cli.root import run_command_line
from mattework.formats.files import open_document
from mattework.geometry import Size
from samples import COFFEE, draw_disc

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """A folder with two pictures of one name in it, a subfolder, and a text."""
    folder = tmp_path / "shots"
    (folder / "red").mkdir(parents=True)
    disc = Image.fromarray(draw_disc()[0])
    for name in ("a.png", "a.tif", "red/b.png"):
        disc.save(folder / name)
    (folder / "notes.txt").write_text("bring the lamp")
    return folder


def run(*arguments: object) -> int:
    return run_command_line([str(one) for one in arguments])


def list_files(folder: Path) -> set[str]:
    return {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}


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


def test_one_that_fails_is_told_and_tried_again(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    broken = shots / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 not really")
    out, options = tmp_path / "out", ("--edge", "guided", "--format", "png", "--json")
    assert run("cut", shots, "-o", out, *options) == 3
    told = capsys.readouterr()
    assert "1 file of other kinds left out" in told.err, "what has no object of its own is told to people"
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [Path(line["source"]).name for line in lines] == ["a.png", "a.tif", "broken.jpg", "b.png"]
    assert [line.get("kind") for line in lines] == [None, None, "DamagedFile", None]
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}

    assert run("cut", shots, "-o", out, *options) == 2
    assert "--resume" in capsys.readouterr().err, "an earlier run is not run over"

    with Image.open(COFFEE) as coffee:
        coffee.resize((96, 64)).save(broken)
    assert run("cut", shots, "-o", out, *options, "--resume") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("skipped", False) for line in lines] == [True, True, True, False]
    fresh = set(lines[-1])
    assert all(set(line) - {"skipped", "verdict"} == fresh for line in lines), "scripts read both alike"
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert (out / "broken.cutout.png").is_file()
    states = {one.source.name: one.state for one in read_batch(out / "mattework-batch.jsonl").entries}
    assert set(states.values()) == {"done"}


def test_a_photo_that_changed_is_cut_again_unless_somebody_worked_on_its_result(
    shots: Path, tmp_path: Path, capsys: Captured
) -> None:
    out, options = tmp_path / "out", ("--edge", "guided", "-q")
    assert run("cut", shots, "-o", out, *options) == 0
    changed, worked_on = out / "a.png.cutout.psd", out / "red" / "b.cutout.psd"
    first, painted = changed.read_bytes(), worked_on.read_bytes() + b"painted"
    with Image.open(COFFEE) as coffee:
        for name in ("a.png", "red/b.png"):
            coffee.resize((96, 64)).save(shots / name)
    worked_on.write_bytes(painted)
    later = time.time() + 10
    os.utime(worked_on, (later, later))

    assert run("cut", shots, "-o", out, *options, "--resume") == 4
    assert changed.read_bytes() != first
    assert worked_on.read_bytes() == painted
    told = capsys.readouterr().err
    assert "b.cutout.psd is kept" in told
    assert "Move it away" in told

    worked_on.rename(tmp_path / "mine.psd")
    assert run("cut", shots, "-o", out, *options, "--resume") == 0
    assert worked_on.is_file()


def test_going_on_with_other_settings_is_refused(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q") == 0
    assert run("cut", shots, "-o", out, "--edge", "guided", "--feather", 2, "--resume") == 2
    assert "feather was not given and is 2.0" in capsys.readouterr().err
    assert run("cut", shots, "-o", out, "--edge", "guided", "--feather", 2, "--overwrite", "-q") == 0


def test_a_setting_of_zero_is_a_setting(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert run("cut", shots / "red", "-o", out, "--edge", "guided", "--colours", 0, "-q") == 0
    assert read_batch(out / "mattework-batch.jsonl").settings["colours"] == 0.0
    assert run("cut", shots / "red", "-o", out, "--edge", "guided", "--resume") == 2
    assert "colours was 0.0 and is not given" in capsys.readouterr().err
    assert run("cut", shots / "red", "-o", out, "--edge", "guided", "--colours", 0, "--resume", "-q") == 0


def test_going_on_in_another_folder_is_refused(shots: Path, tmp_path: Path, capsys: Captured) -> None:
    journal = tmp_path / "batch.jsonl"
    arguments = ("--edge", "guided", "-q", "--journal", journal)
    assert run("cut", shots, "-o", tmp_path / "out", *arguments) == 0
    assert run("cut", shots, "-o", tmp_path / "other", *arguments, "--resume") == 2
    assert "is not in" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


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
    assert page.read_text("utf-8").count("--after:url(data:image/webp") == 3, "drawn from the files"
    capsys.readouterr()
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    assert run("cut", shots, "-o", tmp_path / "out", "--edge", "guided", "--report", mine, "--resume") == 4
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("option", ["--contact-sheet", "--report", "--journal"])
def test_no_report_takes_the_place_of_a_picture(shots: Path, option: str, capsys: Captured) -> None:
    first, second = shots / "a.png", shots / "red/b.png"
    before = first.read_bytes()
    assert run("cut", first, second, option, first, "--overwrite", "--edge", "guided") == 2
    assert "would be gone" in capsys.readouterr().err
    assert first.read_bytes() == before


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


def test_a_file_that_appears_where_a_broken_run_would_have_written_is_kept(
    shots: Path, tmp_path: Path, capsys: Captured
) -> None:
    out, journal = tmp_path / "out", tmp_path / "out" / "mattework-batch.jsonl"
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q") == 0
    lines = journal.read_text("utf-8").splitlines(keepends=True)
    last = json.loads(lines[-1])
    broken = [line for line in lines if json.loads(line).get("source") != last["source"]]
    started = {"state": "started", "source": last["source"], "target": last["target"], "at": last["at"]}
    journal.write_text("".join(broken) + json.dumps(started) + "\n", "utf-8")
    mine = out / last["target"]
    mine.write_bytes(b"made by hand")
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q", "--resume") == 4
    assert mine.read_bytes() == b"made by hand"
    assert f"{mine.name} is kept" in capsys.readouterr().err


def test_a_photo_that_is_replaced_while_it_is_cut_is_cut_again(
    shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, solve, photo = tmp_path / "out", CutJob.solve, shots / "red" / "b.png"

    def replace_photo(*arguments: Any) -> Any:
        cut = solve(*arguments)
        with Image.open(COFFEE) as coffee:
            coffee.resize((60, 90)).save(photo)
        return cut

    with monkeypatch.context() as patch:
        patch.setattr(CutJob, "solve", replace_photo)
        assert run("cut", photo.parent, "-o", out, "--edge", "guided", "-q") == 0
    assert run("cut", photo.parent, "-o", out, "--edge", "guided", "-q", "--resume") == 0
    assert open_document(next(out.rglob("*.psd"))).size == Size(60, 90)


def test_a_picture_that_was_done_and_then_failed_is_done_again(shots: Path, tmp_path: Path) -> None:
    out, photo = tmp_path / "out", shots / "red" / "b.png"
    arguments = ("cut", photo.parent, "-o", out, "--edge", "guided", "-q")
    sound = photo.read_bytes()
    assert run(*arguments) == 0
    photo.write_bytes(sound[:300])
    assert run(*arguments, "--resume") == 3
    photo.write_bytes(sound)
    assert run(*arguments, "--resume") == 0
    assert {one.state for one in read_batch(out / "mattework-batch.jsonl").entries} == {"done"}


def test_a_folder_is_cut_by_pointing_and_gone_on_with(shots: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.json"
    prompts.write_text('\ufeff[{"kind": "point", "points": [[40, 30]]}]', "utf-8")
    arguments = ("cut", shots / "red", "-o", tmp_path / "out", "--prompts", prompts, "--edge", "guided", "-q")
    assert run(*arguments) == 0
    assert run(*arguments, "--resume") == 0
    assert read_batch(tmp_path / "out" / "mattework-batch.jsonl").settings["pointing"]


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


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that can be sent")
def test_a_run_that_is_interrupted_ends_with_a_summary_and_goes_on_later(shots: Path, tmp_path: Path) -> None:
    for number in range(60):
        shutil.copy(shots / "a.png", shots / f"more{number:02}.png")
    out = tmp_path / "out"
    # A shell that starts tests in the background makes them deaf to Ctrl-C, and their children with them.
    hear = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = hear + "from mattework.cli import main; main()"
    command = [sys.executable, "-c", code, "cut", str(shots), "-o", str(out), "--edge", "guided"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "confidence" not in running.stderr.readline():
            pass
        running.send_signal(signal.SIGINT)
        told = running.stderr.read()
        assert running.wait(60) == 130, told
    assert "Traceback" not in told
    assert "pictures are left. The same command with --resume goes on." in told
    assert not list(out.rglob("*.mattework"))
    finished = set(out.rglob("*.psd"))
    assert 0 < len(finished) < 63
    times = {path: path.stat().st_mtime_ns for path in finished}
    time.sleep(0.01)
    done = subprocess.run([*command, "--resume"], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(set(out.rglob("*.psd"))) == 63
    assert {path: path.stat().st_mtime_ns for path in finished} == times


def test_what_a_killed_run_was_writing_is_written_again(shots: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q") == 0
    journal = out / "mattework-batch.jsonl"
    lines = journal.read_text("utf-8").splitlines(keepends=True)
    assert '"done"' in lines[-1]
    journal.write_text("".join(lines[:-1]) + lines[-1][:40], "utf-8")
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q", "--resume") == 0
    assert {one.state for one in read_batch(journal).entries} == {"done"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_names_from_older_systems_that_are_no_text_are_cut_and_gone_on_with(
    shots: Path, tmp_path: Path, capsys: Captured
) -> None:
    name = os.fsdecode(b"f\xfcr.png")
    (shots / "a.png").rename(shots / name)
    out, options = tmp_path / "out", ("--edge", "guided", "--format", "png", "--json")
    assert run("cut", shots, "-o", out, *options, "--report", tmp_path / "report.html") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert name in {Path(line["source"]).name for line in lines}
    assert (out / os.fsdecode(b"f\xfcr.cutout.png")).is_file()
    assert 'href="out/f%FCr.cutout.png"' in (tmp_path / "report.html").read_text("utf-8")
    assert run("cut", shots, "-o", out, *options, "--resume") == 0
    assert {json.loads(line)["skipped"] for line in capsys.readouterr().out.splitlines()} == {True}


def test_going_on_from_another_path_to_the_same_folder_keeps_every_name(shots: Path, tmp_path: Path) -> None:
    link, out = tmp_path / "link", tmp_path / "out"
    link.symlink_to(shots)
    assert run("cut", shots, "-o", out, "--edge", "guided", "-q") == 0
    before = list_files(out)
    (out / "red" / "b.cutout.psd").unlink()
    assert run("cut", link, "-o", out, "--edge", "guided", "-q", "--resume") == 0
    assert list_files(out) == before


@pytest.mark.parametrize("is_old", [False, True], ids=["relative", "whole paths"])
def test_a_project_that_was_moved_is_gone_on_with(
    tmp_path: Path, shots: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, is_old: bool
) -> None:
    project = tmp_path / "proj"
    project.mkdir()
    shots.rename(project / "shots")
    monkeypatch.chdir(project)
    arguments = ("cut", "shots", "-o", "cutouts", "--edge", "guided", "--json")
    assert run(*arguments) == 0
    journal = Path("cutouts/mattework-batch.jsonl")
    if is_old:
        whole = json.dumps(str(project.resolve()))[1:-1]
        journal.write_text(journal.read_text("utf-8").replace('"../shots', f'"{whole}/shots'), "utf-8")
    before = list_files(Path("cutouts"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.chdir(project.rename(tmp_path / "proj2"))
    Path("cutouts/red/b.cutout.psd").unlink()
    capsys.readouterr()
    assert run(*arguments, "--resume") == 0
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [line.get("skipped", False) for line in lines] == [True, True, False]
    assert list_files(Path("cutouts")) == before


def test_the_name_of_a_photo_that_is_gone_is_free_with_its_result(shots: Path, tmp_path: Path) -> None:
    out, photo = tmp_path / "out", shots / "red" / "b.png"
    arguments = ("cut", photo.parent, "-o", out, "--edge", "guided", "-q")
    assert run(*arguments) == 0
    with Image.open(photo) as picture:
        picture.save(photo.with_suffix(".tif"))
    photo.unlink()
    result = out / "b.cutout.psd"
    kept = result.read_bytes()
    assert run(*arguments, "--resume") == 0
    assert result.read_bytes() == kept, "nobody can make it again"
    assert list_files(out) == {"b.cutout.psd", "b.tif.cutout.psd", "mattework-batch.jsonl"}
    shutil.rmtree(out)
    photo.with_suffix(".tif").rename(photo)
    assert run(*arguments) == 0
    photo.rename(photo.with_suffix(".tif"))
    result.unlink()
    assert run(*arguments, "--resume") == 0
    assert list_files(out) == {"b.cutout.psd", "mattework-batch.jsonl"}


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
