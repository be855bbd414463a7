"""What people are told of errors and of a model's doubts."""

from __future__ import annotations

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from mattework.errors import Cancelled, OutputNotWritable
from mattework.worker.protocol import EngineError
from mattework_editor.telling import is_cancelled, word_error, word_report
from mattework_editor.translations import install_language


def test_every_kind_of_error_is_told_in_words(application: object) -> None:
    assert is_cancelled(Cancelled("Cancelled."))
    assert is_cancelled(EngineError("Cancelled.", "Cancelled"))
    assert not is_cancelled(EngineError("It did not start.", "start"))
    assert word_error(Cancelled("The engine was closed.")) == "Cancelled."
    assert "not enough memory" in word_error(MemoryError())
    assert word_error(OutputNotWritable("own words")) == "own words"
    assert "disk on fire" in word_error(OSError("disk on fire"))
    assert "defect (KeyError: 'x')" in word_error(KeyError("x"))


def test_a_report_is_told_in_the_language_of_the_window(application: object) -> None:
    report = {
        "confidence": 0.4,
        "reasons": ("three things could be the subject",),
        "notes": ["The EXIF data are damaged and were left out."],
    }
    english = (
        "Confidence 40 % – three things could be the subject – The EXIF data are damaged and were left out."
    )
    assert word_report(report) == english
    assert word_report({"confidence": None}) == ""
    install_language("de")
    try:
        assert word_report(report) == (
            "Sicherheit 40 % – drei Dinge könnten das Motiv sein – "
            "Die EXIF-Daten sind beschädigt und wurden weggelassen."
        )
    finally:
        install_language("en")
