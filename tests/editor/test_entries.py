"""Finding things by their letters: what fits, and in which order."""

from __future__ import annotations

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from mattework_editor.entries import Entry, match_letters, rank_entries


def test_letters_match_in_order_and_beginnings_of_words_win() -> None:
    assert match_letters("ss", "Smaller Brush") is not None
    assert match_letters("xyz", "Smaller Brush") is None
    assert match_letters("hb", "Brush") is None
    best = match_letters("selsub", "Select Subject")
    worse = match_letters("selsub", "Show all strokes, else submit")
    assert best is not None
    assert worse is not None
    assert best > worse


def make_entry(words: str, where: str = "", tip: str = "", keys: str = "", *, enabled: bool = True) -> Entry:
    return Entry(words, where, tip, lambda: enabled, lambda: None, keys)


def test_names_come_before_places_and_explanations() -> None:
    name = make_entry("Feather", "Edge")
    place = make_entry("Reset", "Feather")
    told = make_entry("Softness", "Shadow", "As feather does with an edge.")
    scattered = make_entry("Find Each Letter That Has Ended There", "Help")
    strange = make_entry("Mask", "View")
    assert rank_entries([scattered, told, place, strange, name], "feather") == [name, place, told, scattered]


def test_keys_come_first_and_what_can_be_done_before_what_cannot() -> None:
    keys, name = make_entry("Fit", keys="Ctrl+0"), make_entry("Ctrl+0 and more")
    assert rank_entries([name, keys], "ctrl + 0") == [keys, name]
    cannot, can = make_entry("Redo", enabled=False), make_entry("Redo")
    assert rank_entries([cannot, can], "redo") == [can, cannot]
