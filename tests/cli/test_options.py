from __future__ import annotations

from typing import get_args

from mattework.cli import options
from mattework.formats.files import FORMATS
from mattework.models.devices import DEVICE_NAMES
from mattework.recipe import SolverName


def test_the_command_offers_what_the_library_can() -> None:
    """The command keeps its own lists, so that `--help` need not wait for the library to load."""
    assert options.FORMATS == FORMATS
    assert options.DEVICES == DEVICE_NAMES
    assert set(options.SOLVERS) == set(get_args(SolverName))
