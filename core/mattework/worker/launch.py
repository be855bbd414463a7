"""Starting a worker from inside another program, whose environment must not leak into it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from .protocol import EngineError
from .rendezvous import log_path, make_runtime_folder

START_LIMIT = 180.0
"""Seconds in which a worker must be ready: a cold disk, a virus scanner and a busy machine are slow. One that ends is
noticed at once."""

# Programs with a bundle of their own point these at it; a foreign Python that sees them breaks. AppImages preload
# every library that they carry.
HOST_VARIABLES = (
    "BABL_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "DYLD_FRAMEWORK_PATH",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "GDK_PIXBUF_MODULEDIR",
    "GDK_PIXBUF_MODULE_FILE",
    "GEGL_PATH",
    "GIO_MODULE_DIR",
    "GI_TYPELIB_PATH",
    "GSETTINGS_SCHEMA_DIR",
    "GTK_PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "SSL_CERT_FILE",
    "VIRTUAL_ENV",
)


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what the host set for itself."""
    cleaned = dict(os.environ if environment is None else environment)
    for name in HOST_VARIABLES:
        cleaned.pop(name, None)
    cleaned["PYTHONUTF8"] = "1"
    return cleaned


def name_worker(command: Sequence[str]) -> str:
    """The name under which a worker of this command is found: another engine never answers for it."""
    # Names of files need not be text: what no encoding knows comes as lone surrogates.
    return hashlib.sha256("\0".join(command).encode(errors="surrogatepass")).hexdigest()[:12]


def start_worker(command: Sequence[str]) -> None:
    """Start `command worker` as a process of its own and wait until it listens (or finds that another one does).

    Raises:
        EngineError: it is not there, cannot start, or is not ready in time.
    """
    name = name_worker(command)
    program = command[0]
    if os.path.dirname(program) and not os.path.exists(program):
        raise EngineError(
            f"The Mattework engine is not there any more: {program} does not exist. "
            "Install Mattework again, then run: mattework gimp install",
            "missing",
        )
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["start_new_session"] = True
    runtime = make_runtime_folder()
    with open(os.open(log_path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as words:
        try:
            process = subprocess.Popen(
                [*command, "worker", "--name", name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=words,
                # Where we look for it: its temporary folder may be another than the host's.
                env={**clean_environment(), "MATTEWORK_RUNTIME": str(runtime)},
                cwd=runtime,
                close_fds=True,
                **options,
            )
        except OSError as error:
            raise EngineError(
                f"The Mattework engine cannot be started: {program}: {error.strerror or error}.",
                "missing",
                "Run: mattework gimp doctor",
            ) from error
    _wait_until_ready(process, name)


def last_words(name: str, lines: int = 3) -> str:
    """The end of what the worker wrote to its standard error, on one line; empty when it wrote nothing."""
    try:
        text = log_path(name).read_text(encoding="utf-8", errors="replace")
    except (OSError, EngineError):
        return ""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(said[-lines:])[-600:]


def _wait_until_ready(process: subprocess.Popen[bytes], name: str) -> None:
    assert process.stdout is not None
    is_late = threading.Event()

    def give_up() -> None:
        is_late.set()
        process.kill()

    timer = threading.Timer(START_LIMIT, give_up)
    timer.start()
    try:
        line = process.stdout.readline(4096)
    finally:
        timer.cancel()
    process.stdout.close()
    with contextlib.suppress(ValueError):
        if json.loads(line).get("event") == "ready":
            # It may outlive us; if it ends before, it must not stay as a zombie.
            threading.Thread(target=process.wait, daemon=True).start()
            return
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    process.kill()
    code = process.wait()
    words = last_words(name)
    what = (
        f"was not ready after {START_LIMIT:.0f} seconds and was stopped"
        if is_late.is_set()
        else "did not start"
    )
    raise EngineError(
        f"The Mattework engine {what} (exit code {code}). "
        + (f"It said: {words}" if words else "It said nothing."),
        "start",
        "Run: mattework gimp doctor",
    )
