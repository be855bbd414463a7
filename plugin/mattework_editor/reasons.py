"""The core's reasons why a cut-out is doubtful, in the language of the window.

The core writes them in English, as a few fixed sentences of which some hold a number. A sentence that is not known here
is shown as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from PyQt6.QtCore import QCoreApplication

_EDGES = re.compile(r"edges are uncertain over (\d+) % of the outline")
_CANDIDATES = re.compile(r"(two|three|four|\d+) things could be the subject")
_BORDERS = re.compile(r"subject touches (three|four) borders")


def word_reasons(reasons: Iterable[str]) -> tuple[str, ...]:
    """The reasons of a score as the window says them."""
    plain, numbers = _list_sentences(), _list_numbers()
    return tuple(plain.get(one) or _word_counted(one, numbers) or one for one in reasons)


def _word_counted(reason: str, numbers: dict[str, str]) -> str | None:
    translate = QCoreApplication.translate
    if found := _EDGES.fullmatch(reason):
        return translate("Reasons", "edges are uncertain over {share} % of the outline").format(
            share=found[1]
        )
    if found := _CANDIDATES.fullmatch(reason):
        count = numbers.get(found[1], found[1])
        return translate("Reasons", "{count} things could be the subject").format(count=count)
    if found := _BORDERS.fullmatch(reason):
        return translate("Reasons", "subject touches {count} borders").format(count=numbers[found[1]])
    return None


def _list_numbers() -> dict[str, str]:
    translate = QCoreApplication.translate
    return {
        "two": translate("Reasons", "two"),
        "three": translate("Reasons", "three"),
        "four": translate("Reasons", "four"),
    }


def _list_sentences() -> dict[str, str]:
    """The sentences without a number, and how the window says them."""
    translate = QCoreApplication.translate
    return {
        "no clear subject found": translate("Reasons", "no clear subject found"),
        "seen a second time, the subject is not the same": translate(
            "Reasons", "seen a second time, the subject is not the same"
        ),
        "the inside of the subject is uncertain": translate(
            "Reasons", "the inside of the subject is uncertain"
        ),
        "the subject is very small": translate("Reasons", "the subject is very small"),
        "the subject fills the frame": translate("Reasons", "the subject fills the frame"),
        "two looks at the subject disagree": translate("Reasons", "two looks at the subject disagree"),
        "one click may mean the part or the whole; another one or a box says which": translate(
            "Reasons", "one click may mean the part or the whole; another one or a box says which"
        ),
        "seen at another size, the object looks different": translate(
            "Reasons", "seen at another size, the object looks different"
        ),
        "the inside of the object is uncertain": translate(
            "Reasons", "the inside of the object is uncertain"
        ),
        "two looks at the object disagree": translate("Reasons", "two looks at the object disagree"),
    }
