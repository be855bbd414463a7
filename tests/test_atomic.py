"""Files are whole or not there: whatever happens while they are written."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from mattework.atomic import TEMPORARY_SUFFIX, write_atomically
from mattework.errors import OutputExists, OutputNotWritable

CORE = Path(__file__).resolve().parents[1] / "core"


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(TEMPORARY_SUFFIX)]


def test_bytes_arrive_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = tmp_path / "Füße 足.png"
    with write_atomically(target, overwrite=False) as stream:
        stream.write(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


def test_an_existing_file_is_kept_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with pytest.raises(OutputExists, match=r"a\.png"), write_atomically(target, overwrite=False):
        pytest.fail("no work may start")
    assert target.read_bytes() == b"old"
    with write_atomically(target, overwrite=True) as stream:
        stream.write(b"new")
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_appears_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:

        def refuse(*_: object) -> None:
            raise PermissionError(1, "this disk knows no links")

        monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "a.png"
    with pytest.raises(OutputExists), write_atomically(target, overwrite=False) as stream:  # noqa: PT012
        stream.write(b"ours")
        target.write_bytes(b"theirs")
    assert target.read_bytes() == b"theirs"
    assert not leftovers(tmp_path)


def test_without_hard_links_the_file_still_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "this disk knows no links")

    monkeypatch.setattr(os, "link", refuse)
    with write_atomically(tmp_path / "a.png", overwrite=False) as stream:
        stream.write(b"whole")
    assert (tmp_path / "a.png").read_bytes() == b"whole"
    assert not leftovers(tmp_path)


def test_an_interrupt_on_a_disk_without_links_leaves_no_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "this disk knows no links")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt), write_atomically(tmp_path / "a.png", overwrite=False) as stream:
        stream.write(b"ours")
    assert not list(tmp_path.iterdir())


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), write_atomically(target, overwrite=True) as stream:  # noqa: PT012
        stream.write(b"half")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert not leftovers(tmp_path)


def test_permissions_of_an_overwritten_file_stay(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with write_atomically(target, overwrite=True) as stream:
        stream.write(b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_is_followed_and_not_replaced(tmp_path: Path) -> None:
    real = tmp_path / "real.png"
    real.write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(real)
    with write_atomically(link, overwrite=True) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_folders_and_missing_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="is a folder"), write_atomically(tmp_path, overwrite=True):
        pass
    absent = tmp_path / "no" / "a.png"
    with pytest.raises(OutputNotWritable, match="does not exist"), write_atomically(absent, overwrite=True):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("name", ["n" * 300 + ".png", "a\0b.png"])
def test_what_cannot_be_a_name_is_refused_before_any_work(name: str, tmp_path: Path) -> None:
    with (
        pytest.raises(OutputNotWritable, match=r"too long|cannot be the name"),
        write_atomically(tmp_path / name, overwrite=False),
    ):
        pytest.fail("no work may start")
    assert not list(tmp_path.iterdir())


def test_a_read_only_folder_is_refused() -> None:
    """Root may write everywhere, so a child that has become nobody tries."""
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o555)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                if os.geteuid() == 0:
                    os.setuid(65534)
                with write_atomically(folder / "a.png", overwrite=False):
                    code = 2
            except OutputNotWritable as error:
                code = 0 if "no permission" in str(error) else 3
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert list(folder.iterdir()) == []
    finally:
        folder.chmod(0o755)
        folder.rmdir()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full is a real device that fails every flush: the temporary name leads to it."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    real_open = open

    def open_full(path: object, mode: str = "r", **options: object) -> object:
        if str(path).endswith(TEMPORARY_SUFFIX):
            Path(str(path)).symlink_to("/dev/full")
            return real_open("/dev/full", "w+b", buffering=64)
        return real_open(path, mode)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", open_full)
    with (
        pytest.raises(OutputNotWritable, match="disk is full"),
        write_atomically(target, overwrite=True) as s,
    ):
        s.write(b"x" * 1000)
    monkeypatch.undo()
    assert target.read_bytes() == b"old"
    assert not leftovers(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("old", [b"old", None])
def test_a_kill_half_way_leaves_no_half_file(tmp_path: Path, old: bytes | None) -> None:
    target = tmp_path / "a.png"
    if old is not None:
        target.write_bytes(old)
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from mattework.atomic import write_atomically
        with write_atomically(Path({str(target)!r}), overwrite=True) as stream:
            stream.write(b"half" * 100_000)
            stream.flush()
            print("writing", flush=True)
            time.sleep(60)
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CORE)},
        text=True,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "writing"
        child.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert target.exists() == (old is not None)
    if old is not None:
        assert target.read_bytes() == old
    assert len(leftovers(tmp_path)) == 1
    with write_atomically(target, overwrite=True) as stream:
        stream.write(b"next")
    assert target.read_bytes() == b"next"
    assert not leftovers(tmp_path)


def test_what_somebody_is_still_writing_is_left_to_them(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    with write_atomically(target, overwrite=True) as slow:
        slow.write(b"slow")
        with write_atomically(target, overwrite=True) as quick:
            quick.write(b"quick")
        assert target.read_bytes() == b"quick"
    assert target.read_bytes() == b"slow"
    assert not leftovers(tmp_path)


@pytest.mark.parametrize(
    ("name", "other"), [("photo.cut.png", "photo.png"), ("x" * 60 + "1.png", "x" * 60 + "2.png")]
)
def test_files_whose_names_begin_alike_do_not_disturb_each_other(
    name: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link_late(temporary: Path, target: Path) -> None:
        monkeypatch.undo()
        with write_atomically(tmp_path / other, overwrite=False) as stream:
            stream.write(b"theirs")
        os.link(temporary, target)

    monkeypatch.setattr(os, "link", link_late)
    with write_atomically(tmp_path / name, overwrite=False) as stream:
        stream.write(b"ours")

    assert (tmp_path / name).read_bytes() == b"ours"
    assert (tmp_path / other).read_bytes() == b"theirs"


def test_a_pipe_or_device_is_never_replaced(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    link = tmp_path / "link.png"
    link.symlink_to(pipe)
    for target in (pipe, link):
        with (
            pytest.raises(OutputNotWritable, match="device or a pipe"),
            write_atomically(target, overwrite=True),
        ):
            pytest.fail("no work may start")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
