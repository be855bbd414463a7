"""The words of the window in other languages: one `mattework_LANGUAGE.ts` each, read as they are.

`python -m mattework_editor.translations.gather` brings the files up to date with the source: new sentences are added
without a translation, those that are gone are taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

from PyQt6.QtCore import QLibraryInfo, QLocale, QObject, QSettings, QTranslator
from PyQt6.QtWidgets import QApplication

FOLDER = Path(__file__).resolve().parent
LANGUAGES = {"system": "Language of the System", "en": "English", "de": "Deutsch"}
"""What can be chosen, and its name; the names of languages are each in their own."""

_INSTALLED: list[QTranslator] = []


class Catalogue(QTranslator):
    """Sentences by context and source; a sentence of another context is taken where its own has none.

    Qt's own classes are left to Qt's own words: the key Shift is not the edge setting of that name.
    """

    def __init__(self, words: Mapping[tuple[str, str], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = dict(words)
        self._anywhere = {source: text for (_, source), text in words.items()}

    def translate(
        self,
        context: str | None,
        source: str | None,
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        """The translation; None where there is none, which lets Qt ask further. (Empty words would be shown.)"""
        text = self._words.get((context or "", source or ""))
        if text is None and not (context or "").startswith("Q"):
            text = self._anywhere.get(source or "")
        return cast("str", text)

    def isEmpty(self) -> bool:
        return not self._words


def read_words(path: Path) -> dict[tuple[str, str], str]:
    """The finished sentences of a .ts file, by context and source."""
    words = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.get("type") is None and translation.text:
                words[name, message.findtext("source", "")] = translation.text
    return words


def read_language(settings: QSettings) -> str:
    stored = str(settings.value("language", "system"))
    return stored if stored in LANGUAGES else "system"


def install_language(language: str) -> None:
    """Let the application speak a language from now on; windows that are there already keep theirs.

    "system" takes the first of the system's languages that there is, else English. Numbers are written as the language
    does.
    """
    while _INSTALLED:
        QApplication.removeTranslator(_INSTALLED.pop())
    QLocale.setDefault(QLocale.system() if language == "system" else QLocale(language))
    if language == "system":
        known = [one.partition("-")[0] for one in QLocale.system().uiLanguages()]
        language = next((one for one in known if one == "en" or _file(one).is_file()), "en")
    if language == "en":
        return
    qt = QTranslator()
    if qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        _INSTALLED.append(qt)
    _INSTALLED.append(Catalogue(read_words(_file(language))))
    for translator in _INSTALLED:
        QApplication.installTranslator(translator)


def _file(language: str) -> Path:
    return FOLDER / f"mattework_{language}.ts"
