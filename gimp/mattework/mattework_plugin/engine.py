"""Which engine to start, and calling it with GIMP's progress bar."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gi.repository import Gimp
from mattework_worker.client import WorkerClient, connect_worker
from mattework_worker.protocol import EngineError

ENGINE_FILE = Path(__file__).resolve().parent.parent / "engine.json"
"""Written by `mattework gimp install`: {"command": [...], "program": "0.1.0", "protocol": 1}."""

NO_ENGINE = (
    "The Mattework engine is not installed, or this plug-in does not know where. Install it as its "
    "README says (pipx or uv tool), then run: mattework gimp install"
)


def find_command() -> tuple[str, ...]:
    """What starts the engine: the recorded command, else a `mattework` program where installers put one.

    Raises:
        EngineError: there is none.
    """
    try:
        command = json.loads(ENGINE_FILE.read_text(encoding="utf-8"))["command"]
        if isinstance(command, list) and command and all(isinstance(part, str) for part in command):
            return tuple(command)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # installed by hand, or damaged: a program of that name is as good
    places = [os.environ.get("PATH", ""), str(Path.home() / ".local" / "bin")]
    program = shutil.which("mattework", path=os.pathsep.join(places))
    if program is None:
        raise EngineError(NO_ENGINE, "missing")
    return (program,)


def open_engine() -> WorkerClient:
    """A connection to the engine, which is started when it does not run."""
    Gimp.progress_init("Starting the Mattework engine")
    try:
        return connect_worker(find_command())
    finally:
        Gimp.progress_end()


def show_progress(part: int, parts: int) -> Callable[[str, float], None]:
    """Progress of one of several layers on GIMP's bar."""

    def advance(text: str, fraction: float) -> None:
        Gimp.progress_set_text(text[:1].upper() + text[1:])
        Gimp.progress_update((part + fraction) / parts)

    return advance


def list_models(about: dict[str, Any], task: str) -> list[tuple[str, str]]:
    """Identifier and name of every installed model for a task ("subject", "prompt", "matting" or "built_in_matting"), the
    default one first."""
    prefix = "" if task == "subject" else f"{task}_"
    models = [(str(one["id"]), str(one["name"])) for one in about.get(f"{prefix}models", [])]
    return sorted(models, key=lambda one: one[0] != about.get(f"default_{prefix}model"))
