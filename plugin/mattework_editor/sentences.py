"""What the core says, in the language of the window: reasons for doubt, notes, errors.

The core knows no languages; it writes English sentences, many with a name or a number inside. The tables in `reasons`,
`notes` and `failures` hold them with {placeholders}; a sentence that is in none of them is shown as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from PyQt6.QtCore import QCoreApplication

from mattework_editor.failures import FAILURES
from mattework_editor.notes import NOTES
from mattework_editor.reasons import REASONS

CONTEXT = "Sentences"
"""Where translations find them."""
SENTENCES = (*REASONS, *NOTES, *FAILURES)
WORDED = {"count", "kind", "mode", "used", "what"}
"""Placeholders for words; all others hold names and numbers, which are the same in every language."""
_EXACT_FIRST = sorted(SENTENCES, key=lambda template: -len(re.sub(r"\{\w+\}", "", template)))
"""Where two fit, the one that leaves less to its placeholders is meant."""
_END = re.compile(r"(?<=[.!?]) ")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def word_sentence(text: str) -> str:
    """A sentence of the core, or several in a row, as the window says them."""
    whole = _word(text)
    if whole is not None:
        return whole
    return " ".join(_word_in_row(_END.split(text)))


def word_sentences(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(word_sentence(one) for one in texts)


def _word_in_row(pieces: list[str]) -> Iterator[str]:
    """Sentences one after the other, as many together as one entry of the tables holds."""
    start = 0
    while start < len(pieces):
        for end in range(len(pieces), start, -1):
            known = _word(" ".join(pieces[start:end]))
            if known is not None or end == start + 1:
                yield pieces[start] if known is None else known
                start = end
                break


def _word(text: str) -> str | None:
    for template in _EXACT_FIRST:
        found = _compile(template).fullmatch(text)
        if found is not None:
            values = {
                name: _word_value(value) if name in WORDED else value
                for name, value in found.groupdict().items()
            }
            return QCoreApplication.translate(CONTEXT, template).format(**values)
    return None


def _word_value(value: str) -> str:
    """What stands in a placeholder may itself be words of the tables, or several with semicolons between them."""
    return "; ".join(_word(one) or one for one in value.split("; "))


@cache
def _compile(template: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(template)  # what is fixed and names of placeholders in turn
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)),
        re.DOTALL,
    )
