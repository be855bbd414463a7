"""Starting Mattework stays cheap: the heavy libraries come when they are needed, not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "PIL",
    "cv2",
    "httpx",
    "imagecodecs",
    "numpy",
    "onnxruntime",
    "psd_tools",
    "PyQt6",
    "rich",
    "scipy",
    "tifffile",
)


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint('LOADED', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    names = done.stdout.rsplit("LOADED", 1)[1].split()
    return {name.split(".")[0] for name in names}


def test_importing_mattework_loads_nothing_heavy() -> None:
    assert loaded_after("import mattework").isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["cut", "--help"], ["render", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"from mattework.cli.root import run_command_line\nrun_command_line({arguments!r})"
    assert loaded_after(code).isdisjoint(HEAVY)


def test_every_public_name_can_be_reached() -> None:
    code = "import mattework\nfor name in mattework.__all__: getattr(mattework, name)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error() -> None:
    import mattework

    with pytest.raises(AttributeError, match="no_such_name"):
        mattework.no_such_name  # noqa: B018
