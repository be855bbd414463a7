"""What people see while work goes on."""

from __future__ import annotations

import io
import sys

import pytest

from mattework.cli.display import show_batch, show_progress


class Terminal(io.StringIO):
    """Standard error as it is where somebody looks at it."""

    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Called in the test itself: pytest puts its own standard error in place before it."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return shown


def test_a_bar_shows_the_name_and_the_step_whatever_brackets_the_name_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = open_terminal(monkeypatch)
    with show_progress("shot[red].jpg", quiet=False) as progress:
        assert progress is not None
        progress("edge", 0.5)
    assert "shot[red].jpg" in terminal.getvalue()
    assert "solving the edge" in terminal.getvalue()


def test_a_batch_shows_how_many_which_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with show_batch(3, quiet=False) as bar:
        assert bar is not None
        bar.skip()
        bar.begin("shot[/].jpg")("subject", 0.5)
        bar.finish()
        bar.begin("last.jpg")("save", 0.9)
    shown = terminal.getvalue()
    assert "2/3" in shown
    assert "left" in shown
    assert "last.jpg: saving" in shown


def test_a_pipe_and_the_quiet_see_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    with show_progress("a.jpg", quiet=True) as progress, show_batch(2, quiet=True) as bar:
        assert progress is None
        assert bar is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with show_progress("a.jpg", quiet=False) as progress:
        assert progress is None
    assert terminal.getvalue() == ""
