"""Starting Mattework stays cheap: the heavy libraries come when they are needed, not before."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

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


def test_type_checkers_see_what_is_loaded() -> None:
    """The lists of names in `mattework/__init__.py` say the same: for type checkers, for loading, and for `*`."""
    import mattework

    assert mattework.__file__ is not None
    tree = ast.parse(Path(mattework.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        (one.module, name.name) for one in block.body if isinstance(one, ast.ImportFrom) for name in one.names
    }
    homes: dict[str, tuple[str, ...]] = vars(mattework)["_HOMES"]
    assert seen == {(module, name) for module, names in homes.items() for name in names}
    assert {name for _, name in seen} | {"__version__"} == set(mattework.__all__)


def test_every_public_class_and_function_says_what_it_is() -> None:
    import mattework

    for name in mattework.__all__:
        one = getattr(mattework, name)
        if inspect.isclass(one) or inspect.isfunction(one):
            said = one.__doc__ or ""
            assert said.strip(), name
            assert not said.startswith(f"{name}("), f"{name}: only what a dataclass says by itself"


def test_an_unknown_name_is_an_attribute_error() -> None:
    import mattework

    with pytest.raises(AttributeError, match="no_such_name"):
        mattework.no_such_name  # noqa: B018
