"""Where the other programs are, and running them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class ProgramMissing(Exception):
    """A program is not on this machine; the text says why and what to do."""


def programs_folder() -> Path:
    """Where `installer/test-hosts.sh` puts things."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "mattework" / "test-hosts"


def locate_program(name: str) -> Path:
    """The path that the set-up script found or made for `name`.

    Raises:
        ProgramMissing: it could not be installed, or the script was not run.
    """
    folder = programs_folder()
    found = folder / f"{name}.path"
    if found.is_file():
        path = Path(found.read_text(encoding="utf-8").strip())
        if path.exists():
            return path
    missing = folder / f"{name}.missing"
    if missing.is_file():
        raise ProgramMissing(f"{name}: {missing.read_text(encoding='utf-8').strip()}")
    raise ProgramMissing(f"{name}: run installer/test-hosts.sh first")


def run_program(command: list[str], timeout: float, environment: Mapping[str, str] | None = None) -> str:
    """Run a program without input and return what it printed. `environment` is added to our own.

    Raises:
        RuntimeError: it failed or took too long; the text ends with its last lines.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"{command[0]} took longer than {timeout:.0f} s") from error
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        last = (done.stderr.decode("utf-8", "replace") + text).strip().splitlines()[-8:]
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: " + " | ".join(last))
    return text
