"""Which pictures a request means."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePath

import pytest
from PIL import Image

from mattework.batch.find import find_pictures
from mattework.errors import FileNotReadable, UsageError


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 3)).save(path, "PNG")
    return path


def names(*inputs: Path, leave_out: Path | None = None) -> list[str]:
    found = find_pictures([str(one) for one in inputs], leave_out=leave_out)
    return [one.relative.as_posix() for one in found.pictures]


def test_a_folder_gives_everything_below_it_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("shot10.png", "shot9.png", "red/b.png", "red/deep/a.PNG", "unnamed"):
        put(tmp_path / name)
    assert names(tmp_path) == ["shot9.png", "shot10.png", "unnamed", "red/b.png", "red/deep/a.PNG"]


def test_what_is_no_picture_stays_out_and_is_counted(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    put(tmp_path / ".hidden.png")
    put(tmp_path / ".trash" / "b.png")
    put(tmp_path / "a.cutout.png")
    put(tmp_path / "a.render.png")
    (tmp_path / "notes.txt").write_text("bring the lamp")
    found = find_pictures([str(tmp_path)])
    assert [one.source.name for one in found.pictures] == ["a.png"]
    assert found.notes == (
        "2 files made by Mattework earlier left out.",
        "1 file of other kinds left out.",
        "1 hidden picture left out.",
        "1 hidden folder left out.",
    )


def test_pictures_that_are_only_called_like_ours_are_taken(tmp_path: Path) -> None:
    for name in ("shoe.render.png", "tea.refined.jpg", "car.psd", "Car.Render.png", "car.refined.psd"):
        put(tmp_path / name)
    (tmp_path / "shoe.blend").write_bytes(b"BLENDER")
    for name in ("photo.cutout.refined.psd", "photo.cutout.refined.render.png"):  # the cut-out was moved away
        put(tmp_path / name)
    assert names(tmp_path) == ["car.psd", "shoe.render.png", "tea.refined.jpg"]


def test_hidden_files_that_are_no_pictures_are_not_spoken_of(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    (tmp_path / "._a.png").write_bytes(b"\0\x05\x16\x07" + bytes(60))  # what macOS leaves on other disks
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    put(tmp_path / ".a.cutout.0a1b.mattework")  # what a killed run leaves
    assert find_pictures([str(tmp_path)]).notes == ()


def test_the_journal_of_an_earlier_run_is_not_spoken_of(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    put(tmp_path / "red" / "b.png")
    for name in ("mattework-batch.jsonl", "red/mattework-batch.jsonl"):
        (tmp_path / name).write_text("{}")
    assert find_pictures([str(tmp_path)]).notes == ()
    (tmp_path / "other.jsonl").write_text("{}")
    assert find_pictures([str(tmp_path)]).notes == ("1 file of other kinds left out.",)


def test_links_to_other_folders_are_counted(tmp_path: Path) -> None:
    put(tmp_path / "shots" / "a.png")
    put(tmp_path / "other" / "b.png")
    (tmp_path / "shots" / "link").symlink_to(tmp_path / "other")
    (tmp_path / "shots" / "round").symlink_to(tmp_path / "shots")
    note = "1 link to a folder left out: name the folder itself for its pictures."
    assert find_pictures([str(tmp_path / "shots")]).notes == (note,)
    both = find_pictures([str(tmp_path / "shots"), str(tmp_path / "other")])
    assert ([one.source.name for one in both.pictures], both.notes) == (["a.png", "b.png"], ())


def test_pictures_in_the_folder_of_results_are_counted_and_results_are_not(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    for name in ("deep/b.png", "a.cutout.png", "sheet.png", ".hidden.png"):
        put(tmp_path / "out" / name)
    (tmp_path / "out" / "mattework-batch.jsonl").write_text("{}")
    (tmp_path / "report.html").write_text("<html></html>")
    reports = {(tmp_path / name).resolve() for name in ("out/sheet.png", "report.html")}
    found = find_pictures([str(tmp_path)], leave_out=tmp_path / "out", reports=reports)
    assert [one.source.name for one in found.pictures] == ["a.png"]
    assert found.notes == ("1 picture in the folder of results left out.",)


def test_a_folder_that_cannot_be_listed_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "closed/b.png", "red/c.png"):
        put(tmp_path / name)
    scan = os.scandir

    def refuse(
        path: str,
    ) -> object:  # as a system does for anybody but its administrator, whom tests may run as
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_pictures([str(tmp_path)])
    assert [one.source.name for one in found.pictures] == ["a.png", "c.png"]
    assert found.notes == ("1 folder left out, for want of permission to list what is there.",)
    with pytest.raises(FileNotReadable, match=r"closed cannot be listed: Permission denied"):
        find_pictures([str(tmp_path / "closed"), str(tmp_path / "red")])


def test_what_is_named_itself_is_not_left_out(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    hidden, there = put(tmp_path / ".hidden.png"), put(tmp_path / "out" / "b.png")
    found = find_pictures([str(tmp_path), str(hidden), str(there)], leave_out=tmp_path / "out")
    assert [one.source for one in found.pictures] == [tmp_path / "a.png", hidden, there]
    assert found.notes == ()


def test_camera_raw_files_beside_their_pictures_stay_out_and_are_counted(tmp_path: Path) -> None:
    put(tmp_path / "shot.jpg")
    for name in ("shot.NEF", "other.dng"):
        (tmp_path / name).write_bytes(b"II*\0\x08\0\0\0" + bytes(60))
    found = find_pictures([str(tmp_path)])
    assert [one.source.name for one in found.pictures] == ["shot.jpg"]
    assert found.notes == ("2 camera raw files left out: develop them in a raw converter first.",)


def test_a_damaged_picture_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"")
    assert names(tmp_path) == ["broken.jpg"]


def test_the_folder_of_results_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    put(tmp_path / "out" / "b.png")
    assert names(tmp_path, leave_out=tmp_path / "x" / ".." / "out") == ["a.png"]


def test_several_folders_keep_their_names_and_a_file_counts_once(tmp_path: Path) -> None:
    one, two = put(tmp_path / "one" / "a.png"), put(tmp_path / "two" / "a.png")
    assert names(one.parent, two.parent, one) == ["one/a.png", "two/a.png"]


def test_a_named_file_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    found = find_pictures([str(tmp_path / "missing.cutout.psd")])
    assert found.pictures[0].relative == PurePath("missing.cutout.psd")


def test_links_between_folders_do_not_go_round_for_ever(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    (tmp_path / "again").symlink_to(tmp_path)
    assert names(tmp_path) == ["a.png"]


def test_a_link_to_itself_is_one_bad_picture(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "round").symlink_to("round", target_is_directory=True)
    found = find_pictures([str(tmp_path)], leave_out=tmp_path / "round", reports=[tmp_path / "report.html"])
    assert [one.source.name for one in found.pictures] == ["a.png", "loop.png"]
    assert found.notes == ("1 file of other kinds left out.",)


def test_a_file_that_is_reached_in_two_ways_counts_once(tmp_path: Path) -> None:
    put(tmp_path / "shots" / "a.png")
    (tmp_path / "link").symlink_to(tmp_path / "shots")
    assert names(tmp_path / "shots", tmp_path / "link") == ["shots/a.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes lie in no folder there")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    for name in ("pipe", "pipe.jpg"):
        os.mkfifo(tmp_path / name)
    found = find_pictures([str(tmp_path)])
    assert [one.source.name for one in found.pictures] == ["a.png"]
    assert found.notes == ("2 files of other kinds left out.",)


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no picture in"):
        find_pictures([str(tmp_path)])
