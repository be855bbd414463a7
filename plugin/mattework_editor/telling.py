"""What people are told of errors and of what the model says of itself."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QCoreApplication

from mattework.errors import Cancelled, MatteworkError
from mattework.worker.protocol import EngineError
from mattework_editor.sentences import word_sentence, word_sentences
from mattework_editor.wording import write_number


def is_cancelled(error: BaseException) -> bool:
    """Whether a person wanted the work to stop, here or in the engine: nothing has failed then."""
    return isinstance(error, Cancelled) or (isinstance(error, EngineError) and error.kind == "Cancelled")


def word_error(error: BaseException) -> str:
    """Any error as a person reads it: what happened, and what to do."""
    translate = QCoreApplication.translate
    if is_cancelled(error):
        return translate("Telling", "Cancelled.")
    if isinstance(error, MemoryError):
        return translate(
            "Telling", "There is not enough memory for this. Close other programs or use a smaller picture."
        )
    if isinstance(error, (MatteworkError, EngineError)):
        return word_sentence(str(error))
    if isinstance(error, OSError):
        return translate("Telling", "The system did not allow this: {why}").format(why=error)
    return translate(
        "Telling", "Mattework has a defect ({kind}: {text}). Save your work under another name."
    ).format(kind=type(error).__name__, text=error)


def word_report(report: dict[str, Any]) -> str:
    """How sure the model is, what is doubtful, and what was done otherwise than one might think."""
    confidence = report.get("confidence")
    sure = QCoreApplication.translate("Telling", "Confidence {0} %")
    told = [] if confidence is None else [sure.format(write_number(100 * confidence))]
    return " – ".join([*told, *word_sentences((*report.get("reasons", ()), *report.get("notes", ())))])
