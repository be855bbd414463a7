"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from samples import save_disc


@pytest.fixture
def disc(tmp_path: Path) -> tuple[Path, Path]:
    """A picture and a soft mask for it: cuts that need no model."""
    return save_disc(tmp_path)
