"""What is handed back to a host is whole, or is not there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from mattework.cutout import Cutout
from mattework.errors import OutputNotWritable
from mattework.formats.files import save_mask
from mattework.pipeline import cut_out
from mattework.worker.handback import RESULT, Request, read_request, write_applied
from samples import draw_disc

WIDTH, HEIGHT = 48, 40


def prepare(folder: Path) -> tuple[Request, Cutout]:
    _, alpha = draw_disc(WIDTH, HEIGHT)
    picture = folder.parent / "photo.png"
    with picture.open("wb") as stream:
        save_mask(alpha, stream, bits=8, format="png")
    request = read_request(picture, folder)
    return request, cut_out(request.document, from_mask=alpha, solver="hard", colours=0.0)


def test_only_the_result_waits_for_the_disk_and_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "back"
    folder.mkdir()
    request, cutout = prepare(folder)
    there_at_sync: list[set[str]] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        there_at_sync.append({path.name for path in folder.iterdir() if not path.name.startswith(".")})
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    write_applied(request, cutout, np.ones((HEIGHT, WIDTH), np.float32))
    result = json.loads((folder / RESULT).read_bytes())
    assert result["status"] == "applied"
    planes = {"mask.raw", "soft-mask.png"}
    assert there_at_sync[0] == planes
    assert all(RESULT in there for there in there_at_sync[1:]), (
        "the result's folder, where folders can be synced"
    )
    assert (folder / "mask.raw").stat().st_size == WIDTH * HEIGHT * 2


def test_a_hand_back_that_fails_leaves_no_result_of_before(tmp_path: Path) -> None:
    folder = tmp_path / "back"
    folder.mkdir()
    request, cutout = prepare(folder)
    matte = np.ones((HEIGHT, WIDTH), np.float32)
    write_applied(request, cutout, matte)
    (folder / "soft-mask.png").unlink()
    (folder / "soft-mask.png").mkdir()
    with pytest.raises(OutputNotWritable, match="is a folder"):
        write_applied(request, cutout, matte)
    assert not (folder / RESULT).exists()
