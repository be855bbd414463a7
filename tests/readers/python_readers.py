"""PhotoshopAPI and psdtags: Python packages that live in an environment of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from readers.programs import locate_program, run_program
from readers.reading import Reading, Unreadable, load_dump


@dataclass(frozen=True, slots=True)
class PythonReader:
    """A package that the module `script` reads with in the readers' environment; `program` as the set-up script says."""

    program: str
    package: str
    script: str

    def read_files(self, paths: list[Path], work: Path) -> list[Reading | Unreadable]:
        """Open every file, in one run when none crashes it. `work` is an empty folder.

        Raises:
            ProgramMissing: the package is not here.
        """
        python = locate_program(self.program) / "bin" / "python"
        environment = {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
        readings: list[Reading | Unreadable] = []
        while len(readings) < len(paths):
            start = len(readings)
            folder = work / str(start)
            folder.mkdir()
            listing = folder / "files.json"
            listing.write_text(json.dumps([str(path.resolve()) for path in paths[start:]]), encoding="utf-8")
            try:
                run_program([str(python), "-m", self.script, str(listing), str(folder)], 120, environment)
            except RuntimeError as crash:  # some end the whole process: go on after the file that did it
                done = len(list(folder.glob("[0-9]*.json")))
                readings += [load_dump(folder, index) for index in range(done)]
                readings.append(Unreadable(f"the program crashed ({crash})"))
            else:
                readings += [load_dump(folder, index) for index in range(len(paths) - start)]
        return readings

    def program_version(self) -> str:
        python = locate_program(self.program) / "bin" / "python"
        code = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        return run_program([str(python), "-c", code], timeout=60).strip()


PHOTOSHOPAPI = PythonReader("photoshopapi", "PhotoshopAPI", "readers.photoshopapi_dump")
PSDTAGS = PythonReader("psdtags", "psdtags", "readers.psdtags_dump")
