"""What a host's environment may not do to the engine."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mattework.gimp_setup.plugin_folder import gather_files
from mattework.worker.launch import HOST_VARIABLES, clean_environment, name_worker, start_worker
from mattework.worker.protocol import EngineError

CORE = Path(__file__).resolve().parents[2] / "core" / "mattework" / "worker"
CARRIED = ("protocol.py", "rendezvous.py", "launch.py", "client.py")


def test_the_hosts_own_paths_do_not_reach_the_engine() -> None:
    cleaned = clean_environment({**dict.fromkeys(HOST_VARIABLES, "x"), "HOME": "h", "TMPDIR": "t"})
    assert cleaned == {"HOME": "h", "TMPDIR": "t", "PYTHONUTF8": "1"}


def test_workers_of_different_engines_have_different_names() -> None:
    assert name_worker(("a", "b")) != name_worker(("a", "c"))
    assert name_worker(("a b",)) != name_worker(("a", "b"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_an_engine_in_a_folder_whose_name_is_no_text_is_started(places: Path) -> None:
    folder = places / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    program = folder / "mattework"
    program.write_text(f'#!{sys.executable}\nprint(\'{{"event": "ready"}}\', flush=True)\n', encoding="utf-8")
    program.chmod(0o755)
    command = (str(program),)
    start_worker(command)
    assert name_worker(command) != name_worker((str(places / "cafe" / "mattework"),))
    program.unlink()
    with pytest.raises(EngineError, match="is not there any more"):
        start_worker(command)


@pytest.mark.parametrize("module", CARRIED)
def test_what_hosts_carry_is_the_standard_library_only(tmp_path: Path, module: str) -> None:
    package = tmp_path / "carried"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in CARRIED:
        (package / name).write_bytes((CORE / name).read_bytes())
    code = f"import sys; import carried.{module[:-3]}; print([m for m in sys.modules if m.startswith('mattework')])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_what_hosts_carry_is_read_by_pythons_older_than_ours() -> None:
    for name, data in gather_files().items():
        ast.parse(data, name, feature_version=(3, 10))
