"""A cut-out that GIMP opened and exported again comes back whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import mattework
from readers import gimp
from readers.programs import ProgramMissing


@pytest.mark.parametrize("name", ["cutout-rgb8", "cutout-rgb16"])
def test_layers_and_masks_come_back_from_gimp(
    name: str, sample_files: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copyfile(sample_files[name], tmp_path / "in.psd")
    script = Path(gimp.__file__).with_name("gimp_save.py")
    try:
        gimp.run_batch(script, tmp_path, {"MATTEWORK_FOLDER": str(tmp_path.resolve())})
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    ours = mattework.open_document(tmp_path / "in.psd")
    theirs = mattework.open_document(tmp_path / "out.psd")
    assert theirs.depth == ours.depth
    for before, after in zip(ours.walk_layers(), theirs.walk_layers(), strict=True):
        assert (after.name, after.rect, after.visible) == (before.name, before.rect, before.visible)
        assert np.array_equal(after.pixels, before.pixels)
        assert (after.mask is None) == (before.mask is None)
        if before.mask is not None and after.mask is not None:
            assert np.array_equal(after.mask.pixels, before.mask.pixels)
