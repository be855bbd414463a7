from __future__ import annotations

import os
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from formats.pictures import draw_smooth, make_document, only_layer, save_to_bytes
from mattework.document.model import ColorMode, Document, Group, Layer, Mask
from mattework.errors import (
    Cancelled,
    DamagedFile,
    FileNotReadable,
    FileTooLarge,
    OutputExists,
    UsageError,
)
from mattework.formats.files import choose_format, open_document, save_document
from mattework.formats.limits import Limits
from mattework.geometry import Size


def test_paths_streams_and_bytes_give_the_same_picture(tmp_path: Path) -> None:
    document = make_document(alpha=True)
    path = tmp_path / "ü 足.png"
    assert save_document(document, path) == ()
    data = path.read_bytes()
    for source in (path, str(path), data, BytesIO(data)):
        np.testing.assert_array_equal(
            only_layer(open_document(source)).alpha, only_layer(document).alpha, err_msg=str(type(source))
        )
    with open(path, "rb") as stream:
        stream.seek(7)
        assert open_document(stream).size == document.size


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_read_up_to_the_limit(tmp_path: Path) -> None:
    data, _ = save_to_bytes(make_document(size=Size(300, 200)), "png")
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)

    def feed() -> None:
        with open(pipe, "wb") as stream:
            stream.write(data)

    feeder = threading.Thread(target=feed)
    feeder.start()
    assert open_document(pipe).size == Size(300, 200)
    feeder.join()

    class Endless(BytesIO):
        def seekable(self) -> bool:
            return False

        def read(self, size: int | None = -1) -> bytes:
            return bytes(size or 0)

    with pytest.raises(FileTooLarge, match="delivers more"):
        open_document(Endless(), limits=Limits(max_bytes=10_000_000))


def test_a_photo_is_one_layer_over_the_whole_canvas() -> None:
    stream = BytesIO()
    Image.fromarray(draw_smooth(Size(30, 20))).save(stream, "JPEG")
    document = open_document(stream.getvalue())
    layer = only_layer(document)
    assert (layer.name, layer.rect, layer.alpha) == ("Photo", document.size.rect, None)
    assert layer.pixels.flags.c_contiguous


def test_a_wrong_suffix_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(save_to_bytes(make_document(), "png")[0])
    assert any("really a PNG" in note for note in open_document(path).notes)
    assert open_document(path.read_bytes(), name="photo.png").notes == ()


def test_what_cannot_be_read_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(FileNotReadable, match="does not exist"):
        open_document(tmp_path / "none.jpg")
    with pytest.raises(FileNotReadable, match="folder"):
        open_document(tmp_path)
    with pytest.raises(FileNotReadable, match="device"):
        open_document(os.devnull)
    with pytest.raises(FileNotReadable):
        open_document("a\0b")
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(DamagedFile, match=r"empty\.jpg is empty"):
        open_document(tmp_path / "empty.jpg")


def test_formats_by_name() -> None:
    flat, cut = make_document(), make_document()
    masked = only_layer(cut)
    mask = Mask(masked.rect, np.zeros(masked.rect.size.shape, np.uint8))
    cut = Document(cut.size, cut.mode, cut.depth, (Layer("a", masked.rect, masked.pixels, mask=mask),))
    nested = Document(flat.size, flat.mode, flat.depth, (Group("g", flat.layers),))
    assert choose_format(flat, "a.TIF") == "tiff"
    assert choose_format(cut, "a.tif") == "layered-tiff"
    assert choose_format(nested, "a.tiff") == "layered-tiff"
    assert choose_format(cut, "a.tif", "tiff") == "tiff"
    assert choose_format(cut, Path("a.b.jpg")) == "jpeg"
    assert choose_format(cut, BytesIO(), "JPG") == "jpeg"
    assert choose_format(cut, "x.png", "psb") == "psb"
    for target, format in (("a.gif", None), ("a", None), (BytesIO(), None), ("a.png", "bmp")):
        with pytest.raises(UsageError):
            choose_format(flat, target, format)


@pytest.mark.parametrize(
    ("name", "format", "words"),
    [("a.jpg", "png", "PNG"), ("a.psd", "psb", "PSB"), ("a.png", "layered-tiff", "TIFF with layers")],
)
def test_a_name_that_promises_something_else_is_told(
    tmp_path: Path, name: str, format: str, words: str
) -> None:
    (note,) = save_document(make_document(), tmp_path / name, format=format)
    assert f"holds {words}, as asked" in note
    assert name in note
    assert save_document(make_document(), tmp_path / "a.tif", format="layered-tiff") == ()


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")

    def progress(step: str, fraction: float) -> None:
        pytest.fail("no work before the check")

    with pytest.raises(OutputExists):
        save_document(make_document(), path, progress=progress)
    assert path.read_bytes() == b"mine"
    save_document(make_document(), path, overwrite=True)
    assert open_document(path).size == Size(29, 17)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_cancelling_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    def stop(step: str, fraction: float) -> None:
        if step == "write":
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        save_document(make_document(), tmp_path / f"a{suffix}", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("format", "bits", "refused"),
    [
        ("png", 8, None),
        ("png", 16, None),
        ("png", 32, "PNG has 8 or 16 bits"),
        ("tiff", 32, None),
        ("webp", 16, "WebP has 8 bits"),
        ("avif", 16, "AVIF has 8 bits"),
        ("psd", 16, "PSD keeps the depth"),
    ],
)
def test_bits_are_chosen_or_refused(format: str, bits: int, refused: str | None) -> None:
    document = make_document(depth=16)
    if refused is None:
        assert open_document(save_to_bytes(document, format, bits=bits)[0]).depth == bits
    else:
        with pytest.raises(UsageError, match=refused):
            save_to_bytes(document, format, bits=bits)


def test_sizes_at_the_edge(tmp_path: Path) -> None:
    for size in (Size(1, 1), Size(1, 30_000), Size(30_000, 1)):
        for suffix in (".png", ".tif", ".jpg"):
            path = tmp_path / f"{size.width}-{size.height}{suffix}"
            save_document(make_document(size=size, mode=ColorMode.GRAY), path)
            assert open_document(path).size == size
