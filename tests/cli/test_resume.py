"""`mattework cut --resume`: a run over many pictures that was broken off, or whose pictures changed, is gone on with."""

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

from cli.batch_runs import Captured, list_files, run
from mattework.batch.journal import read_batch
from mattework.cli.cut_job import CutJob
from mattework.formats.files import open_document
from mattework.geometry import Size
from samples import COFFEE


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
    assert run("cut", shots, "-o", out, "--edge", "guided", "--feather", 2, "--resume", "--overwrite") == 2
    assert "--overwrite in place of --resume" in capsys.readouterr().err
    assert run("cut", shots, "-o", out, "--edge", "guided", "--feather", 2, "--overwrite", "-q") == 0


def test_going_on_before_another_picture_of_the_same_name_is_refused(
    shots: Path, tmp_path: Path, capsys: Captured
) -> None:
    out, ground = tmp_path / "out", tmp_path / "ground.png"
    options = ("--edge", "guided", "--format", "png", "--background", ground, "-q")
    Image.new("RGB", (8, 8), "red").save(ground)
    assert run("cut", shots / "red", "-o", out, *options) == 0
    assert run("cut", shots / "red", "-o", out, *options, "--resume") == 0
    Image.new("RGB", (8, 8), "blue").save(ground)
    assert run("cut", shots / "red", "-o", out, *options, "--resume") == 2
    assert "ground.png is another picture" in capsys.readouterr().err
    Image.new("RGB", (8, 8), "red").save(ground)
    assert run("cut", shots / "red", "-o", out, *options, "--resume") == 0


def test_options_that_were_not_given_stop_nobody(shots: Path, tmp_path: Path) -> None:
    """Not even those that the version of before did not have, or has no more."""
    out = tmp_path / "out"
    options = ("--edge", "guided", "--shadow", "drop", "-q")
    assert run("cut", shots, "-o", out, *options) == 0
    journal = out / "mattework-batch.jsonl"
    settings = read_batch(journal).settings
    assert settings == {"solver": "guided", "zoom": True, "shadow": {"kind": "drop"}}
    header, *lines = journal.read_text("utf-8").splitlines(keepends=True)
    before = json.loads(header)
    shadow = {"kind": "drop", "offset": None, "turn": None}
    before["settings"] |= {"device": "auto", "pointing": {"pointers": [], "path": None}, "shadow": shadow}
    journal.write_text(json.dumps(before) + "\n" + "".join(lines), "utf-8")
    assert run("cut", shots, "-o", out, *options, "--resume") == 0
    assert run("cut", shots, "-o", out, *options, "--resume", "--device", "cpu") == 2


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
