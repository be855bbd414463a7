"""What people look at: small pictures, the page and the contact sheet."""

from __future__ import annotations

import os
import re
import weakref
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PdfParser

import mattework
from mattework.batch import sheet as sheet_module
from mattework.batch.entry import BatchEntry, stamp_target, start_entry
from mattework.batch.look import Look, decode_look, draw_look, find_hardest_edge, read_look
from mattework.batch.page import read_looks, write_report
from mattework.batch.sheet import find_old_pages, write_contact_sheet
from mattework.errors import OutputExists, UsageError
from samples import draw_disc


@pytest.fixture(scope="module")
def cutout() -> mattework.Cutout:
    picture, truth = draw_disc(900, 700)
    return mattework.cut_out(picture, from_mask=truth, solver="guided")


@pytest.fixture(scope="module")
def look(cutout: mattework.Cutout) -> Look:
    return draw_look(mattework.open_document(_png()), cutout)


def _png() -> bytes:
    from io import BytesIO

    out = BytesIO()
    Image.fromarray(draw_disc(900, 700)[0]).save(out, "PNG")
    return out.getvalue()


def make_entry(name: str, confidence: float | None, **more: object) -> BatchEntry:
    entry = start_entry(Path("/shots") / name, Path("/out") / f"{name}.psd")
    known = {"state": "done", "confidence": confidence, "solver": "guided", "size": (900, 700), "depth": 8}
    return replace(entry, **{**known, **more})  # type: ignore[arg-type]


def test_a_small_picture_shows_the_subject_and_nothing_of_the_ground(look: Look) -> None:
    before, after = decode_look(look.before), decode_look(look.after)
    assert before.size == after.size == (320, 249)
    pixels = np.asarray(after)
    assert pixels[124, 160, 3] == 255
    assert pixels[3, 3, 3] == 0
    assert abs(pixels[124, 160, :3].astype(int) - (200, 70, 60)).max() < 30
    blue = np.asarray(before)[3, 3]
    assert blue[2] > blue[0]


def test_the_edge_is_shown_at_full_size_where_it_is_hardest() -> None:
    alpha = np.zeros((600, 800), np.float32)
    alpha[:, 400:] = 1.0
    alpha[500:560, 100:160] = 0.5
    rect = find_hardest_edge(alpha, 100)
    assert rect is not None
    assert (rect.width, rect.height) == (100, 100)
    assert rect.intersect(mattework.Rect(100, 500, 160, 560)).area == 3600
    assert find_hardest_edge(np.ones((40, 30), np.float32)) is None


def test_a_result_looks_the_same_from_its_file(cutout: mattework.Cutout, look: Look, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(_png())
    cutout.save(tmp_path / "photo.psd")
    again = read_look(tmp_path / "photo.png", tmp_path / "photo.psd")
    ours, theirs = (np.asarray(decode_look(one.after)).astype(int) for one in (look, again))
    assert np.abs(ours - theirs)[ours[..., 3] > 128].mean() < 3
    assert np.abs(ours[..., 3] - theirs[..., 3]).max() < 24


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.cards: list[dict[str, str | None]] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "article":
            self.cards.append(given)
        if tag in ("script", "link", "img", "iframe"):
            self.outside.extend(str(given[key]) for key in ("src", "href") if key in given)


def test_the_page_holds_everything_and_asks_nobody(look: Look, tmp_path: Path) -> None:
    entries = [
        make_entry("sure.jpg", 0.95),
        make_entry("<b>&\"'.jpg", 0.3, reasons=("two candidates",)),
        make_entry("broken.jpg", None, state="failed", error="It is <damaged>."),
    ]
    write_report(tmp_path / "report.html", entries, title="Shots <1>", look_of=lambda _: look)
    text = (tmp_path / "report.html").read_text("utf-8")
    reader = _Reader()
    reader.feed(text)
    assert [card["data-name"] for card in reader.cards] == ["broken.jpg", "<b>&\"'.jpg", "sure.jpg"], (
        "worst first"
    )
    assert [card["data-kind"] for card in reader.cards] == ["failed", "doubt", "fine"]
    assert reader.outside == []
    assert not re.search(r"https?://|@import|url\((?!data:)", text)
    for words in (
        "two candidates",
        "It is &lt;damaged&gt;.",
        "Shots &lt;1&gt;",
        "2 of 3 pictures",
        "1 failed",
    ):
        assert words in text
    assert "<b>&" not in text
    with pytest.raises(OutputExists):
        write_report(tmp_path / "report.html", entries, title="", look_of=lambda _: look)


def test_the_next_page_takes_what_the_last_one_showed(look: Look, tmp_path: Path) -> None:
    page, flat = tmp_path / "report.html", replace(look, edge=None)
    names = ("one.png", "t'wo & <three>.png", "painted.png", "anew.png", "unseen.png")
    for name in names:
        (tmp_path / name).write_bytes(b"a result")
        os.utime(tmp_path / name, (1e9, 1e9))
    entries = [stamp_target(make_entry(name, 0.9, target=tmp_path / name)) for name in names]
    shown = dict(zip(names, (look, flat, look, look, None), strict=True))
    write_report(page, entries, title="", look_of=lambda one: shown[one.source.name])
    assert read_looks(page, entries) == {
        one.source: found for one in entries if (found := shown[one.source.name])
    }

    (tmp_path / "painted.png").write_bytes(b"painted on")
    os.utime(tmp_path / "anew.png", (4e9, 4e9))  # by a run without a report
    entries = [*entries[:3], stamp_target(entries[3]), entries[4]]
    assert read_looks(page, entries) == {entries[0].source: look, entries[1].source: flat}
    page.write_bytes(page.read_bytes().replace(b"base64,", b"base64,=", 1))
    assert list(read_looks(page, entries)) == [entries[1].source], "a page that somebody edited"
    assert read_looks(tmp_path / "missing.html", entries) == {}


def test_the_sheet_shows_every_result_on_its_grounds(look: Look, tmp_path: Path) -> None:
    entries = [make_entry(f"{number:03}.jpg", number / 30) for number in range(25)]
    paths = write_contact_sheet(tmp_path / "sheet.png", entries, look_of=lambda _: look)
    assert [path.name for path in paths] == ["sheet.png", "sheet-2.png"]
    first, second = (np.asarray(decode_look(path.read_bytes())) for path in paths)
    assert first.shape[0] > second.shape[0]
    for ground in ((255, 255, 255), (0, 0, 0), (255, 0, 255)):
        assert (first == ground).all(-1).mean() > 0.05


def test_pages_of_a_longer_sheet_of_before_are_found(look: Look, tmp_path: Path) -> None:
    entries = [make_entry(f"{number:03}.jpg", 0.5) for number in range(25)]
    first, second = write_contact_sheet(tmp_path / "sheet.jpg", entries, look_of=lambda _: look)
    assert find_old_pages(first, (first, second)) == []
    written = write_contact_sheet(first, entries[:20], look_of=lambda _: look, overwrite=True)
    assert find_old_pages(first, written) == [second]


def test_a_pdf_holds_all_pages(look: Look, tmp_path: Path) -> None:
    entries = [make_entry(f"имя 名前 {number}.jpg", 0.5) for number in range(41)]
    assert write_contact_sheet(tmp_path / "sheet.pdf", entries, look_of=lambda _: None) == (
        tmp_path / "sheet.pdf",
    )
    assert (tmp_path / "sheet.pdf").read_bytes().count(b"/Type /Page\n") == 3


def test_every_page_of_a_pdf_is_found_and_is_a_picture(look: Look, tmp_path: Path) -> None:
    entries = [make_entry(f"{number}.jpg", 0.5) for number in range(21)]
    (path,) = write_contact_sheet(tmp_path / "sheet.pdf", entries, look_of=lambda _: look)
    data, shapes = path.read_bytes(), []
    with PdfParser.PdfParser(str(path)) as pdf:
        for page in pdf.pages:
            info = pdf.read_indirect(page)
            picture = pdf.read_indirect(info[b"Resources"][b"XObject"][b"sheet"]).dictionary
            shapes.append((picture[b"Width"], picture[b"Height"]))
            assert info[b"MediaBox"][2] == pytest.approx(picture[b"Width"] * 72 / 150, abs=0.01)
    drawn = [
        decode_look(one).size for one in re.findall(rb"stream\n(\xff\xd8.*?\xff\xd9)\nendstream", data, re.S)
    ]
    assert drawn == shapes
    assert len(set(shapes)) == 2


@pytest.mark.parametrize("name", ["sheet.pdf", "sheet.png"])
def test_pages_are_not_held_while_the_next_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pages: list[weakref.ref[Image.Image]] = []
    held: list[int] = []

    def draw(*_: object) -> Image.Image:
        held.append(sum(page() is not None for page in pages))
        page = Image.new("RGB", (30, 20))
        pages.append(weakref.ref(page))
        return page

    monkeypatch.setattr(sheet_module, "_draw_page", draw)
    entries = [make_entry(f"{number}.jpg", 0.5) for number in range(200)]
    write_contact_sheet(tmp_path / name, entries, look_of=lambda _: None)
    assert len(held) == 10
    assert max(held) <= 1


def test_a_name_of_two_lines_is_written_in_one(look: Look, tmp_path: Path) -> None:
    entry = make_entry("two\nlines.jpg", 0.9)
    (sheet,) = write_contact_sheet(tmp_path / "sheet.png", [entry], look_of=lambda _: look)
    with Image.open(sheet) as page:
        assert page.width > 300


def test_a_sheet_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="contact sheet"):
        write_contact_sheet(tmp_path / "sheet.gif", [], look_of=lambda _: None)
