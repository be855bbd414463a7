"""Hostile files made by code, and a child process that opens them under limits.

    python tests/hostile.py FOLDER     opens every file of a folder and prints what happened to each, as JSON lines

Sound seeds of every format are cut, flipped, and made to lie; nothing here comes from anybody's collection.
"""

from __future__ import annotations

import json
import signal
import struct
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np

SECONDS_ALLOWED = 10
MEMORY_ALLOWED = 3 << 30
CUTS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995)


def make_seeds() -> dict[str, bytes]:
    """Small sound files of every format that we read, by name."""
    from PIL import Image

    from mattework.document.model import BlendMode, ColorMode, Depth, Document, Group, Layer, Mask
    from mattework.formats.files import save_document
    from mattework.geometry import Rect, Size

    random = np.random.default_rng(7)
    y, x = np.mgrid[0:48, 0:64]
    smooth = np.stack([x * 4, y * 5, (x + y) * 2], axis=2).astype(np.uint8)
    picture = (smooth // 2 + random.integers(0, 100, smooth.shape, np.uint8)).astype(np.uint8)
    image = Image.fromarray(picture)
    seeds: dict[str, bytes] = {}

    def keep(name: str, made: Image.Image, kind: str, **options: object) -> None:
        stream = BytesIO()
        made.save(stream, kind, **options)
        seeds[name] = stream.getvalue()

    keep("rgb.jpg", image, "JPEG")
    keep("progressive.jpg", image, "JPEG", progressive=True)
    keep("cmyk.jpg", image.convert("CMYK"), "JPEG")
    keep("rgb.png", image, "PNG")
    keep("palette.png", image.quantize(16), "PNG")
    keep("alpha.png", image.convert("RGBA"), "PNG")
    keep("gray.png", image.convert("L"), "PNG")
    keep("frames.png", image, "PNG", save_all=True, append_images=[image.rotate(90)])
    keep("rgb.webp", image, "WEBP")
    keep("lossless.webp", image, "WEBP", lossless=True)
    keep("rgb.avif", image, "AVIF")
    keep("rgb.bmp", image, "BMP")
    keep("rgb.gif", image, "GIF")
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        keep(f"{compression}.tif", image, "TIFF", compression=compression)
    size = Size(64, 48)
    depths: tuple[Depth, ...] = (8, 16, 32)
    for depth in depths:
        samples = {8: picture, 16: picture.astype(np.uint16) * 257, 32: picture.astype(np.float32) / 255}[
            depth
        ]
        small = np.ascontiguousarray(samples[:20, :30])
        mask = Mask(size.rect, np.ascontiguousarray(samples[..., 0]))
        group = Group("g", (Layer("in", Rect(5, 6, 35, 26), small, blend=BlendMode.MULTIPLY),))
        document = Document(size, ColorMode.RGB, depth, (Layer("p", size.rect, samples, mask=mask), group))
        for kind, suffix in (("psd", "psd"), ("psb", "psb"), ("layered-tiff", "tif"), ("tiff", "flat.tif")):
            stream = BytesIO()
            save_document(document, stream, format=kind)
            seeds[f"layers{depth}.{suffix}"] = stream.getvalue()
    stream = BytesIO()
    deep = Layer("p", size.rect, picture.astype(np.uint16) * 257)
    save_document(Document(size, ColorMode.RGB, 16, (deep,)), stream, format="png")
    seeds["deep.png"] = stream.getvalue()
    return seeds


def make_hostile_files() -> Iterator[tuple[str, bytes]]:
    """Several hundred damaged and lying files. Those named `cut-…` lack their end."""
    seeds = make_seeds()
    random = np.random.default_rng(11)
    for name, data in seeds.items():
        for share in CUTS:
            yield f"cut-{share:g}-{name}", data[: int(len(data) * share)]
        yield f"cut-last-{name}", data[:-1]
        for number in range(6):
            broken = bytearray(data)
            reach = len(data) if number % 2 else min(len(data), 200)
            for place in random.integers(0, reach, 4):
                broken[place] = random.integers(0, 256)
            yield f"flip-{number}-{name}", bytes(broken)
        half = len(data) // 2
        yield f"zeros-{name}", data[:half] + bytes(len(data) - half)
        yield f"twice-{name}", data + data
    yield "empty.jpg", b""
    yield "nulls.psd", bytes(4096)
    yield "words.png", b"this is no picture at all\n" * 40
    yield "wrong-name.jpg", seeds["rgb.png"]
    yield "page.tif", b"<!DOCTYPE html><html></html>"
    yield from _make_bombs()


def _make_bombs() -> Iterator[tuple[str, bytes]]:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    for side in (60_000, 2_000_000_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        body = zlib.compress(bytes(1_000_000), 9)
        yield (
            f"bomb-{side}.png",
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""),
        )
    text = zlib.compress(bytes(300_000_000), 9)
    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(20))
    starts = {b"zTXt": b"a\0\0", b"iCCP": b"a\0\0", b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0"}
    for kind, start in starts.items():
        body = start + text
        yield (
            f"bomb-{kind.decode()}.png",
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(kind, body)
            + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""),
        )
    for version, side in ((1, 30_000), (2, 300_000)):
        head = b"8BPS" + struct.pack(">H6xHIIHH", version, 3, side, side, 8, 3)
        empty = bytes(4) + bytes(4) + bytes(4 if version == 1 else 8)
        for compression in range(4):
            yield (
                f"bomb-{version}-{compression}.psd",
                head + empty + struct.pack(">H", compression) + bytes(60_000),
            )
    packed = zlib.compress(bytes(40_000_000), 9)
    entries = [(256, 4, 20_000), (257, 4, 20_000), (258, 3, 8), (259, 3, 8), (262, 3, 1), (277, 3, 1)]
    entries += [(278, 4, 20_000), (273, 4, 8), (279, 4, len(packed))]
    directory = struct.pack("<H", len(entries))
    for tag, field_type, value in sorted(entries):
        directory += struct.pack("<HHII", tag, field_type, 1, value)
    yield "bomb.tif", b"II*\0" + struct.pack("<I", 8 + len(packed)) + packed + directory + bytes(4)
    loop = struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 5) + struct.pack("<I", 8)
    yield "loop.tif", b"II*\0" + struct.pack("<I", 8) + loop


def open_all(folder: Path) -> None:
    """Open every file of a folder under limits of time and memory and print what happened, one JSON line a file."""
    import resource

    from mattework.errors import MatteworkError
    from mattework.formats.files import open_document
    from mattework.formats.limits import Limits

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_ALLOWED, MEMORY_ALLOWED))

    def give_up(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    limits = Limits(max_pixels=200_000_000, max_bytes=1 << 30)
    for path in sorted(folder.iterdir()):
        print(json.dumps({"begin": path.name}), flush=True)
        signal.alarm(SECONDS_ALLOWED)
        result: dict[str, object]
        try:
            document = open_document(path, limits=limits)
            pixels = [layer.pixels for layer in document.walk_layers()]
            total = sum(float(np.nan_to_num(one.astype(np.float64)).sum()) for one in pixels)
            result = {"opened": True, "sum": total, "notes": list(document.notes)}
        except MatteworkError as error:
            result = {"opened": False, "kind": type(error).__name__, "message": str(error)}
        except BaseException as error:  # noqa: BLE001 - any other error is what we look for
            result = {"opened": False, "crash": f"{type(error).__name__}: {error}"}
        finally:
            signal.alarm(0)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"name": path.name, "peak": peak, **result}), flush=True)


if __name__ == "__main__":
    open_all(Path(sys.argv[1]))
