"""The plug-in's own modules, imported over a stand-in for GIMP's interface."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import mattework.worker
from gimp_plugin.fake_gimp import install_fake

PLUGIN = Path(__file__).resolve().parents[2] / "gimp" / "mattework"
PARTS = ("client", "launch", "protocol", "rendezvous")

Importer = Callable[[str], ModuleType]


def load_plugin(patch: pytest.MonkeyPatch) -> Importer:
    """Gives modules of the plug-in by name, for as long as the patch lasts; "Gimp" is the stand-in."""
    _forget()
    gimp = install_fake(patch.setitem)
    patch.setitem(sys.modules, "mattework_worker", mattework.worker)
    for part in PARTS:
        patch.setitem(sys.modules, f"mattework_worker.{part}", import_module(f"mattework.worker.{part}"))
    patch.syspath_prepend(str(PLUGIN))
    return lambda name: gimp if name == "Gimp" else import_module(f"mattework_plugin.{name}")


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Importer]:
    yield load_plugin(monkeypatch)
    _forget()


def _forget() -> None:
    for name in [one for one in sys.modules if one.partition(".")[0] == "mattework_plugin"]:
        del sys.modules[name]
