"""ag-psd: the JavaScript reader that web editors use."""

from __future__ import annotations

import json
from pathlib import Path

from readers.programs import locate_program, run_program
from readers.reading import Reading, Unreadable, load_dump

SCRIPT = Path(__file__).with_name("ag_psd_dump.cjs")


def read_files(paths: list[Path], work: Path) -> list[Reading | Unreadable]:
    """Open every file in one run of node. `work` is an empty folder.

    Raises:
        ProgramMissing: no ag-psd here.
        RuntimeError: node itself failed.
    """
    module = locate_program("ag-psd") / "node_modules" / "ag-psd"
    listing = work / "files.json"
    listing.write_text(json.dumps([str(path.resolve()) for path in paths]), encoding="utf-8")
    run_program(["node", str(SCRIPT), str(module), str(listing), str(work)], timeout=120)
    return [load_dump(work, index) for index in range(len(paths))]


def program_version() -> str:
    package = locate_program("ag-psd") / "node_modules" / "ag-psd" / "package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])
