"""The contact sheet of a batch: every result on several grounds, the least sure first, to print or to send round."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from mattework.atomic import write_atomically
from mattework.batch.entry import BatchEntry
from mattework.batch.look import Look, decode_look
from mattework.batch.summary import is_doubtful, name_apart, rank_entry, tell_confidence
from mattework.errors import UsageError

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font: TypeAlias = FreeTypeFont | ImageFont

SHEET_KINDS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".pdf": "PDF"}
GROUNDS = (("white", (255, 255, 255)), ("black", (0, 0, 0)), ("magenta", (255, 0, 255)))
"""What the cut-outs are laid on, beside the photo itself."""

_CELL = 210
_GAP = 8
_LABEL = 42
_MARGIN = 28
_COLUMNS = 2  # strips beside each other
_ROWS = 10
_PDF_SCALE = 72 / 150  # points a pixel, 150 pixels an inch
_PAPER, _INK, _SOFT, _BAD = (246, 246, 247), (28, 29, 32), (99, 101, 108), (192, 53, 43)
_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "PingFang.ttc",
)


def check_sheet_name(target: Path) -> None:
    """Refuse a name that tells no kind of file.

    Raises:
        UsageError: another suffix than jpg, png, webp or pdf.
    """
    if target.suffix.lower() not in SHEET_KINDS:
        raise UsageError(f"A contact sheet is a {', '.join(SHEET_KINDS)} file, and {target.name} is none.")


def write_contact_sheet(
    target: Path,
    entries: Sequence[BatchEntry],
    *,
    look_of: Callable[[BatchEntry], Look | None],
    overwrite: Callable[[Path], bool] | bool = False,
) -> tuple[Path, ...]:
    """Draw the finished pictures of `entries`: the photo, and the cut-out on white, black and magenta.

    A PDF has all pages in it; of the other kinds the pages after the first are files of their own, `sheet-2.jpg` and so on.
    A page is written before the next is drawn, so that thousands of pictures take no more memory than a few.

    `overwrite` says whether a file that exists is replaced, or of which one.

    Returns:
        The files that were written; none when nothing was finished.

    Raises:
        UsageError: the name tells no kind.
        OutputError: a file exists, or cannot be written.
    """
    check_sheet_name(target)
    may = overwrite if callable(overwrite) else lambda _: overwrite
    done = sorted((entry for entry in entries if entry.state == "done"), key=rank_entry)
    names = name_apart([entry.source for entry in done])
    each = _COLUMNS * _ROWS
    pages = (
        _draw_page(list(zip(done[at : at + each], names[at : at + each], strict=True)), look_of)
        for at in range(0, len(done), each)
    )
    kind = SHEET_KINDS[target.suffix.lower()]
    if kind == "PDF" and done:
        with write_atomically(target, overwrite=may(target)) as stream:
            _write_pdf(stream, pages)
        return (target,)
    paths = []
    for number, page in enumerate(pages, 1):
        path = name_page(target, number)
        _write(path, page, kind, may(path), quality=90)
        paths.append(path)
    return tuple(paths)


def name_page(target: Path, number: int) -> Path:
    """The file of a page of a sheet; the first, 1, is the sheet's own."""
    return target if number == 1 else target.with_name(f"{target.stem}-{number}{target.suffix}")


def find_old_pages(target: Path, written: Collection[Path]) -> list[Path]:
    """Pages of an earlier, longer sheet that lie behind those that were written."""
    if SHEET_KINDS.get(target.suffix.lower()) == "PDF":
        return []
    later = (name_page(target, number) for number in count(len(written) + 1))
    return list(takewhile(lambda page: page.is_file(), later))


def list_pages(target: Path, pictures: int) -> list[Path]:
    """The files that a sheet of so many pictures has at most."""
    count = 1 if SHEET_KINDS.get(target.suffix.lower()) == "PDF" else -(-pictures // (_COLUMNS * _ROWS))
    return [name_page(target, number) for number in range(1, max(1, count) + 1)]


def _write(target: Path, page: Image, kind: str, overwrite: bool, **options: object) -> None:
    with write_atomically(target, overwrite=overwrite) as stream:
        stream.write(_encode(page, kind, **options))


def _encode(page: Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    page.save(out, kind, **options)
    return out.getvalue()


def _write_pdf(stream: BinaryIO, pages: Iterable[Image]) -> None:
    """Each page is one JPEG. Pillow's own PDF needs all pages at once, which of thousands of pictures are gigabytes."""
    places: dict[int, int] = {}

    def write_object(number: int, entries: str, data: bytes | None = None) -> None:
        places[number] = stream.tell()
        length = "" if data is None else f"\n/Length {len(data)}"
        body = b"" if data is None else b"\nstream\n" + data + b"\nendstream"
        stream.write(f"{number} 0 obj\n<<\n{entries}{length}\n>>".encode("ascii") + body + b"\nendobj\n")

    stream.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    catalog, tree, first = 1, 2, 3
    kids: list[int] = []
    for page in pages:
        kids.append(first + 3 * len(kids))
        number = kids[-1]
        width, height = (side * _PDF_SCALE for side in page.size)
        write_object(
            number,
            f"/Type /Page\n/Parent {tree} 0 R\n/MediaBox [0 0 {width:.2f} {height:.2f}]\n"
            f"/Resources << /XObject << /sheet {number + 1} 0 R >> >>\n/Contents {number + 2} 0 R",
        )
        write_object(
            number + 1,
            f"/Type /XObject\n/Subtype /Image\n/Width {page.width}\n/Height {page.height}\n"
            "/ColorSpace /DeviceRGB\n/BitsPerComponent 8\n/Filter /DCTDecode",
            _encode(page, "JPEG"),
        )
        write_object(number + 2, "", f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /sheet Do Q".encode("ascii"))
    listed = " ".join(f"{number} 0 R" for number in kids)
    write_object(tree, f"/Type /Pages\n/Count {len(kids)}\n/Kids [{listed}]")
    write_object(catalog, f"/Type /Catalog\n/Pages {tree} 0 R")
    begin, count = stream.tell(), len(places) + 1
    table = "".join(f"{places[number]:010d} 00000 n \n" for number in range(1, count))
    stream.write(f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode("ascii"))
    stream.write(
        f"trailer\n<< /Size {count} /Root {catalog} 0 R >>\nstartxref\n{begin}\n%%EOF\n".encode("ascii")
    )


def _draw_page(rows: Sequence[tuple[BatchEntry, str]], look_of: Callable[[BatchEntry], Look | None]) -> Image:
    from PIL import Image, ImageDraw

    strip = (1 + len(GROUNDS)) * _CELL + len(GROUNDS) * 2
    lines = -(-len(rows) // _COLUMNS)
    columns = min(_COLUMNS, len(rows))
    width = 2 * _MARGIN + columns * strip + (columns - 1) * 3 * _GAP
    height = 2 * _MARGIN + lines * (_CELL + _LABEL) + (lines - 1) * _GAP
    page = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(page)
    for index, (entry, name) in enumerate(rows):
        x = _MARGIN + index % _COLUMNS * (strip + 3 * _GAP)
        y = _MARGIN + index // _COLUMNS * (_CELL + _LABEL + _GAP)
        look = look_of(entry)
        if look is not None:
            _lay(page, decode_look(look.before), (225, 226, 229), x, y)
            after = decode_look(look.after)
            for number, (_, ground) in enumerate(GROUNDS, 1):
                _lay(page, after, ground, x + number * (_CELL + 2), y)
        sure, ink = tell_confidence(entry), _BAD if is_doubtful(entry) else _INK
        room = strip - draw.textlength(sure, _find_font(sure, 16)) - 2 * _GAP
        _write_line(draw, name, x, y + _CELL + 3, 15, _INK, room)
        draw.text((x + strip, y + _CELL + 3), sure, ink, _find_font(sure, 16), anchor="ra")
        _write_line(draw, "; ".join(entry.reasons), x, y + _CELL + 22, 13, _SOFT, strip)
    return page


def _lay(page: Image, picture: Image, ground: tuple[int, int, int], x: int, y: int) -> None:
    from PIL import Image

    cell = Image.new("RGB", (_CELL, _CELL), ground)
    fitted = picture.copy()
    fitted.thumbnail((_CELL, _CELL), Image.Resampling.LANCZOS)
    place = ((_CELL - fitted.width) // 2, (_CELL - fitted.height) // 2)
    cell.paste(fitted, place, fitted if fitted.mode == "RGBA" else None)
    page.paste(cell, (x, y))


def _write_line(
    draw: ImageDraw, text: str, x: int, y: int, size: int, ink: tuple[int, int, int], room: float
) -> None:
    """One line, shortened in its middle to the room that there is: names differ at their ends."""
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    font, shown = _find_font(text, size), text
    keep = len(text)
    while keep > 8 and draw.textlength(shown, font) > room:
        keep -= 2
        shown = f"{text[: keep // 2]}…{text[len(text) - keep // 2 :]}"
    draw.text((x, y), shown, ink, font)


def _find_font(text: str, size: int) -> Font:
    """The first font of this machine that has all letters of the text; Pillow's own when none has."""
    for name in _FONTS:
        font = _open_font(name, size)
        if font is not None and _has_letters(font, text):
            return font
    return _open_own_font(size)


@lru_cache(maxsize=32)
def _open_font(name: str, size: int) -> FreeTypeFont | None:
    from PIL import ImageFont

    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@lru_cache(maxsize=8)
def _open_own_font(size: int) -> Font:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _has_letters(font: FreeTypeFont, text: str) -> bool:
    """Whether none of the letters is drawn as the box that stands for missing ones."""
    box = bytes(font.getmask("\U0010ffff"))
    return all(bytes(font.getmask(letter)) != box for letter in set(text) if not letter.isspace())
