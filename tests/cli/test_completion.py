"""What a shell completes for people."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from mattework.cli.root import root


def complete(arguments: list[str], begun: str) -> list[tuple[str, str]]:
    found = ShellComplete(root, {}, "mattework", "_MATTEWORK_COMPLETE").get_completions(arguments, begun)
    return [(one.type, one.value) for one in found]


@pytest.mark.parametrize(
    "arguments",
    [
        ["cut"],
        ["cut", "a.jpg"],
        ["cut", "a.jpg", "-o"],
        ["cut", "a.jpg", "--background"],
        ["cut", "a.jpg", "--from-mask"],
        ["cut", "a.jpg", "--trimap"],
        ["cut", "a.jpg", "--save-mask"],
        ["cut", "a.jpg", "--save-recipe"],
        ["cut", "shots", "--report"],
        ["refine"],
        ["refine", "--recipe"],
        ["refine", "--background"],
        ["info"],
        ["render"],
        ["render", "--background"],
        ["edit"],
        ["edit", "--hand-back"],
        ["models", "import"],
    ],
)
def test_names_of_files_are_completed(arguments: list[str]) -> None:
    assert complete(arguments, "pho") == [("file", "pho")]


def test_commands_and_choices_are_completed() -> None:
    assert ("plain", "cut") in complete([], "c")
    assert complete(["cut", "--format"], "ps") == [("plain", "psd"), ("plain", "psb")]
