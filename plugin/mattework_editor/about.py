"""About: the version, the licence, and the card of the model that comes with the program."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from PyQt6.QtCore import PYQT_VERSION_STR, QT_VERSION_STR
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from mattework import ModelStore, __version__, open_store


class About(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Mattework"))
        words = QLabel(
            self.tr(
                "<h2>Mattework {version}</h2><p>Cuts subjects out of photographs: on this computer, exact to the hair, "
                "into layered files that stay editable. Your pictures never leave it; the only network traffic is "
                "the download of a model, when you ask for one.</p><p>Qt {qt}, PyQt {pyqt}</p>"
            ).format(version=__version__, qt=QT_VERSION_STR, pyqt=PYQT_VERSION_STR)
        )
        words.setWordWrap(True)
        words.setAccessibleName(self.tr("About Mattework"))
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Texts"))
        for title, text in (
            (self.tr("Model"), read_model_card(open_store())),
            (self.tr("Licence"), read_licence()),
        ):
            page = QTextBrowser()
            page.setAccessibleName(title)
            page.setOpenLinks(False)  # nothing here reaches for the network
            page.setMarkdown(text)
            self.tabs.addTab(page, title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (words, self.tabs, buttons):
            layout.addWidget(widget)
        self.resize(680, 560)


def read_model_card(store: ModelStore) -> str:
    """The card that lies beside the model that comes with the program, as Markdown."""
    for folder in store.folders:
        if folder.place == "embedded":
            cards = sorted(folder.path.glob("*.md"))
            return "\n\n---\n\n".join(card.read_text(encoding="utf-8") for card in cards)
    return ""


def read_licence() -> str:
    """The licence of the program: of the installed package, or of the checkout."""
    for folder in Path(__file__).resolve().parents[1:4]:
        if (folder / "LICENSE").is_file():
            return "```\n" + (folder / "LICENSE").read_text(encoding="utf-8") + "\n```"
    try:
        return str(metadata("mattework").json.get("license_expression", ""))
    except PackageNotFoundError:
        return ""
