"""Every picture gets a name of its own for its result."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.batch.find import FoundPicture
from mattework.batch.names import name_targets


def found(*relative: str) -> list[FoundPicture]:
    return [FoundPicture(Path("/shots") / one, PurePath(one)) for one in relative]


def targets(*relative: str, kept: dict[Path, Path] | None = None) -> list[str]:
    tasks = name_targets(found(*relative), Path("/out"), lambda _: ".psd", kept=kept)
    return [task.target.relative_to("/out").as_posix() for task in tasks]


def test_subfolders_are_kept() -> None:
    assert targets("a.jpg", "red/a.jpg") == ["a.cutout.psd", "red/a.cutout.psd"]


def test_pictures_that_share_a_name_all_keep_their_suffix() -> None:
    assert targets("a.jpg", "a.png", "b.jpg") == ["a.jpg.cutout.psd", "a.png.cutout.psd", "b.cutout.psd"]


def test_upper_and_lower_case_are_one_name() -> None:
    assert targets("a.jpg", "A.JPG") == ["a.jpg.cutout.psd", "A.JPG.2.cutout.psd"]


def test_a_result_lies_beside_its_source_without_a_folder() -> None:
    (task,) = name_targets(found("red/a.jpg"), None, lambda _: ".png")
    assert task.target == Path("/shots/red/a.cutout.png")
    assert task.note == ""


def test_names_of_an_earlier_run_stay_and_newcomers_make_way() -> None:
    kept = {Path("/shots/a.jpg"): Path("/out/a.cutout.psd")}
    assert targets("a.avif", "a.jpg", kept=kept) == ["a.avif.cutout.psd", "a.cutout.psd"]


def test_a_result_keeps_its_name_when_its_folder_is_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shots")
    picture = FoundPicture(tmp_path / "link" / "a.jpg", PurePath("a.jpg"))
    out = tmp_path.resolve() / "out"
    kept = {tmp_path.resolve() / "shots" / "a.jpg": out / "a.cutout.psd"}
    (task,) = name_targets([picture], out, lambda _: ".psd", kept=kept)
    assert (task.target, task.note) == (out / "a.cutout.psd", "")


def test_an_earlier_name_is_told_as_the_folder_is_called_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    picture = FoundPicture(Path("shots/a.jpg"), PurePath("a.jpg"))
    home = tmp_path.resolve()
    kept = {home / "shots" / "a.jpg": home / "out" / "a.cutout.psd"}
    (task,) = name_targets([picture], Path("out"), lambda _: ".psd", kept=kept)
    assert task.target == Path("out/a.cutout.psd")


def test_an_earlier_name_of_several_pictures_is_told_as_the_folder_is_called_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    picture = FoundPicture(Path("shots/a.jpg"), PurePath("a.jpg"))
    home = tmp_path.resolve()
    kept = {home / "shots" / "a.jpg": home / "out" / "a.jpg.cutout.psd"}
    (task,) = name_targets([picture], Path("out"), lambda _: ".psd", kept=kept)
    assert task.target == Path("out/a.jpg.cutout.psd")


@given(st.lists(st.from_regex(r"[ab]{1,2}(\.2)?\.(jpg|JPG|png)", fullmatch=True), unique=True, max_size=12))
def test_no_two_results_are_one_file(names: list[str]) -> None:
    made = targets(*names)
    assert len({one.casefold() for one in made}) == len(names)
    assert made == targets(*names), "the same at every run"
