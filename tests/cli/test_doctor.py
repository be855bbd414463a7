"""`mattework doctor` and `mattework samples`: the first things that a new user runs, and what goes into a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mattework._version import __version__
from mattework.cli import doctor
from mattework.cli.doctor import Fact, hide_home
from mattework.cli.root import run_command_line
from samples import ASTRONAUT

Captured = pytest.CaptureFixture[str]


def test_a_sound_copy_is_called_well_and_nothing_private_is_told(capsys: Captured) -> None:
    assert run_command_line(["doctor", "--json"]) == 0
    out = capsys.readouterr().out
    told = json.loads(out)
    assert told["mattework"] == __version__
    assert told["is_well"]
    facts = {fact["name"]: fact["text"] for fact in told["facts"]}
    assert {"python", "system", "libraries", "devices", "model", "cut", "editor", "gimp"} <= set(facts)
    assert "CPU (--device cpu)" in facts["devices"]
    assert "a sample photo" in facts["cut"]
    assert str(Path.home()) not in out
    assert str(Path(doctor.__file__).parent) not in out


def test_what_breaks_is_told_with_the_rest(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> list[Fact]:
        raise OSError(f"{Path.home()}/models is gone")

    checks = {"program": doctor.CHECKS["program"], "models": break_down}
    monkeypatch.setattr(doctor, "CHECKS", checks)
    assert run_command_line(["doctor"]) == 5
    out = capsys.readouterr().out
    assert "! models      OSError: ~/models is gone" in out
    assert "1 of these need attention" in out
    assert __version__ in out


def test_half_a_model_is_told_with_a_way_that_leads_somewhere(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "sam2.1-tiny.encoder.onnx").write_bytes(b"\x08")
    monkeypatch.setattr(doctor, "CHECKS", {"models": doctor.CHECKS["models"]})
    assert run_command_line(["doctor"]) == 5
    out = capsys.readouterr().out
    assert "sam2.1-tiny: some of its files are missing" in out
    assert "mattework models show sam2.1-tiny" in out, "nothing of it can be downloaded"


def test_the_home_folder_is_hidden() -> None:
    assert hide_home(f"{Path.home()}/x and {Path.home()}/y") == "~/x and ~/y"


def test_samples_are_copied_and_nothing_is_replaced(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "new" / "samples"
    assert run_command_line(["samples", str(folder)]) == 0
    assert (folder / "astronaut.jpg").read_bytes() == ASTRONAUT.read_bytes()
    assert "public domain" in (folder / "README.md").read_text("utf-8")
    assert run_command_line(["samples", str(folder)]) == 4
    assert "--overwrite" in capsys.readouterr().err
    assert run_command_line(["samples", str(folder), "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o nosort"), ("zsh", "#compdef mattework"), ("fish", "complete ")]
)
def test_every_shell_gets_its_script(shell: str, word: str, capsys: Captured) -> None:
    assert run_command_line(["completion", shell]) == 0
    assert word in capsys.readouterr().out


def test_a_shell_completes_commands_and_options(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    from click.shell_completion import BashComplete

    from mattework.cli.root import root

    complete = BashComplete(root, {}, "mattework", "_MATTEWORK_COMPLETE")
    assert "doctor" in [item.value for item in complete.get_completions([], "do")]
    assert "--contact-sheet" in [item.value for item in complete.get_completions(["cut"], "--cont")]
