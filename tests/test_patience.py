"""Our own waiting: busy programs are waited for, idle ones are not."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from patience import finish_program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a program does")


def start(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)


def test_a_program_that_works_is_waited_for_and_its_words_are_kept() -> None:
    code = "import time\nwhile time.process_time() < 3: pass\nprint('done')"

    assert finish_program(start(code), idle_limit=2.5).strip() == b"done"


def test_work_of_a_child_counts() -> None:
    code = (
        "import subprocess, sys\n"
        "busy = 'import time\\nwhile time.process_time() < 3: pass'\n"
        "subprocess.run([sys.executable, '-c', busy]); print('done')"
    )

    assert finish_program(start(code), idle_limit=2.5).strip() == b"done"


def test_a_program_that_does_nothing_is_stopped() -> None:
    began = time.monotonic()
    process = start("print('before', flush=True); import time; time.sleep(60)")

    with pytest.raises(RuntimeError, match=r"has done nothing for \d s: before"):
        finish_program(process, idle_limit=1.0)

    assert process.poll() is not None
    assert time.monotonic() - began < 50
