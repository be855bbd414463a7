from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from mattework.errors import OutOfMemory, OutputNotWritable, UsageError
from mattework.formats.limits import Limits
from mattework.formats.masks import read_mask
from mattework.formats.streams import open_source, write_target


def write_twice(stream: BinaryIO) -> tuple[str, ...]:
    """As writers do: they go back and change the header."""
    stream.write(b"head body")
    stream.seek(0)
    stream.write(b"HEAD")
    stream.seek(0, 2)
    return ("a note",)


def test_a_stream_that_cannot_seek_takes_a_whole_file() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, offset: int, whence: int = 0) -> int:
            raise OSError("a pipe cannot seek")

    pipe = Pipe()
    assert write_target(pipe, write_twice, overwrite=False) == ("a note",)
    assert pipe.getvalue() == b"HEAD body"


def test_a_path_takes_the_same_bytes(tmp_path: Path) -> None:
    assert write_target(str(tmp_path / "a"), write_twice, overwrite=False) == ("a note",)
    assert (tmp_path / "a").read_bytes() == b"HEAD body"


def test_running_out_of_memory_leaves_nothing(tmp_path: Path) -> None:
    def fail(stream: BinaryIO) -> tuple[str, ...]:
        stream.write(b"half")
        raise MemoryError

    for target in (tmp_path / "a", BytesIO()):
        with pytest.raises(OutOfMemory, match="memory"):
            write_target(target, fail, overwrite=True)
    assert list(tmp_path.iterdir()) == []


def test_sources_have_names_for_messages(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"x")
    limits = Limits()
    with open_source(path, limits, None) as (_, name):
        assert name == str(path)
    with open(path, "rb") as stream, open_source(stream, limits, None) as (_, name):
        assert name == str(path)
    with open_source(b"x", limits, "upload.png") as (_, name):
        assert name == "upload.png"
    with open_source(b"x", limits, None) as (_, name):
        assert name == "The picture"


@pytest.mark.parametrize("when", ["write", "flush"])
def test_a_stream_on_a_full_disk_is_told_in_words(when: str) -> None:
    class Full(BytesIO):
        def write(self, data: object) -> int:
            if when == "write":
                raise OSError(28, "No space left on device")
            return 0

        def flush(self) -> None:
            if when == "flush":
                raise OSError(28, "No space left on device")

    with pytest.raises(OutputNotWritable, match="No space left"):
        write_target(Full(), write_twice, overwrite=False)


def test_a_disk_without_room_to_prepare_a_stream_is_named() -> None:
    def write(_: BinaryIO) -> tuple[str, ...]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputNotWritable, match=r"The disk is full: .* has no room") as caught:
        write_target(BytesIO(), write, overwrite=False)
    assert "stream" not in str(caught.value)


def test_a_reader_that_has_gone_is_no_failure_of_ours() -> None:
    class Gone(BytesIO):
        def write(self, data: object) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        write_target(Gone(), write_twice, overwrite=False)


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    Image.new("L", (4, 4)).save(path)
    with Image.open(path) as image, pytest.raises(UsageError, match=r"numpy\.asarray"):
        read_mask(image)  # type: ignore[arg-type]
    with path.open(encoding="latin-1") as text, pytest.raises(UsageError, match='"rb"'):
        read_mask(text)  # type: ignore[arg-type]
