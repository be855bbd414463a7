"""Folders of pictures become training sets."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest

import pack_pictures
from mattework.arrays import Bytes
from mattework_training.library import decode_picture, load_library
from training.tiny_sets import draw_cutout, draw_pet


def pack(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["pack_pictures.py", *map(str, words)])
    pack_pictures.main()


def write(path: Path, picture: Bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    order = {2: None, 3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    code = order[picture.shape[2] if picture.ndim == 3 else 2]
    assert cv2.imwrite(str(path), picture if code is None else cv2.cvtColor(picture, code))


def read(tar: Path) -> dict[str, Bytes]:
    with tarfile.open(tar) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {
            name: decode_picture(file.read(), cv2.IMREAD_UNCHANGED)
            for name, file in files.items()
            if file is not None
        }


def test_photographs_with_trimaps_are_what_training_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = {}
    for index in range(40):
        photo, trimap = draw_pet(index)
        write(tmp_path / "photos" / "cats" / f"{index}.png", photo)
        coded = np.select([trimap == 255, trimap == 0], [1, 2], 3).astype(np.uint8)
        write(tmp_path / "trimaps" / "cats" / f"{index}.png", coded)
        drawn[f"cats__{index}"] = trimap
    made = tmp_path / "made" / "pets128.tar"
    given = ("--photos", tmp_path / "photos", "--trimaps", tmp_path / "trimaps", "--values", "2", "3", "1")
    pack(monkeypatch, *given, "--out", made)
    files = read(made)
    assert len(files) == 80
    assert all((files[f"trimaps/{name}.png"] == trimap).all() for name, trimap in drawn.items())
    pets = load_library(made.parent, "train").pets + load_library(made.parent, "check").pets
    assert len(pets) == 40


def test_large_photographs_are_reduced_with_their_masks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = np.full((900, 1500, 3), 200, np.uint8)
    mask = np.zeros((900, 1500), np.uint8)
    mask[300:600, 500:1000] = 255
    write(tmp_path / "photos" / "one.jpg", photo)
    write(tmp_path / "photos" / "two.jpg", photo)
    write(tmp_path / "masks" / "one.png", mask)
    out = tmp_path / "people-ccp.tar"
    pack(monkeypatch, "--photos", tmp_path / "photos", "--masks", tmp_path / "masks", "--out", out)
    files = read(out)
    assert set(files) == {"images/one.webp", "masks/one.png"}
    assert files["images/one.webp"].shape == (384, 640, 3)
    assert files["masks/one.png"].shape == (384, 640)
    assert files["masks/one.png"][130:250, 220:420].min() == 255
    assert (files["masks/one.png"] > 0).mean() == pytest.approx(1 / 9, abs=0.002)


def test_cutouts_are_cropped_and_keep_what_their_outline_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cutout = np.zeros((1400, 2000, 4), np.uint8)
    cutout[..., :3] = (0, 255, 0)  # hidden: must not come into the outline
    cv2.circle(cutout, (1000, 700), 500, (200, 30, 40, 255), -1)
    write(tmp_path / "all" / "disc.png", cutout)
    write(tmp_path / "all" / "dot.png", draw_cutout(1)[:40, :40])
    write(tmp_path / "all" / "other.png", cutout)
    (tmp_path / "names.txt").write_text("disc\ndot\nabsent\n", encoding="utf-8")
    given = ("--cutouts", tmp_path / "all", "--names", tmp_path / "names.txt")
    out = tmp_path / "cutouts-tuxpaint.tar"
    pack(monkeypatch, *given, "--out", out)
    files = read(out)
    assert set(files) == {"rgba/disc.webp"}
    disc = files["rgba/disc.webp"]
    assert disc.shape == (640, 640, 4)
    seen = disc[..., 3] > 30
    assert disc[seen][:, 1].max() < 60
    told = capsys.readouterr().out
    assert "too small: 1 (dot)" in told
    assert "not there: 1 (absent)" in told


@pytest.mark.parametrize("fault", ["size", "value", "empty", "no picture"])
def test_what_does_not_fit_is_named_and_leaves_no_tar(tmp_path: Path, fault: str) -> None:
    photo, trimap = draw_pet(3)
    write(tmp_path / "photos" / "a.png", photo)
    write(tmp_path / "trimaps" / "a.png", trimap[:-1] if fault == "size" else trimap)
    (tmp_path / "void").mkdir()
    if fault == "no picture":
        (tmp_path / "photos" / "a.png").write_text("not one")
    command = [sys.executable, pack_pictures.__file__, "--out", str(tmp_path / "out.tar")]
    command += ["--photos", str(tmp_path / ("void" if fault == "empty" else "photos"))]
    command += ["--trimaps", str(tmp_path / "trimaps")]
    command += ["--values", "0", "1", "255"] if fault == "value" else []
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    expected = {
        "size": "another size",
        "value": "holds 128",
        "empty": "No pictures",
        "no picture": "cannot be read",
    }
    assert ran.returncode == 1
    assert expected[fault] in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.glob("out.tar*"))
