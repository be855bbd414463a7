from __future__ import annotations

from typing import get_args

import pytest

from mattework.cli import options
from mattework.cli.root import run_command_line
from mattework.formats.files import FORMATS
from mattework.models.devices import DEVICE_NAMES
from mattework.recipe import SolverName


def test_the_command_offers_what_the_library_can() -> None:
    """The command keeps its own lists, so that `--help` need not wait for the library to load."""
    assert options.FORMATS == FORMATS
    assert options.DEVICES == DEVICE_NAMES
    assert set(options.SOLVERS) == set(get_args(SolverName))


@pytest.mark.parametrize("command", ["cut", "refine"])
def test_the_help_tells_how_an_edge_is_solved_by_default(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line([command, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "by default a new cut takes auto: closed form, corrected by the built-in refiner." in told
    assert "alone it means --edge neural." in told
