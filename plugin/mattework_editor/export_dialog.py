"""The export dialog: format, crop, size, what comes along."""

from __future__ import annotations

from PyQt6.QtCore import QSettings
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QWidget,
)

from mattework_editor.exporting import Export, Kind
from mattework_editor.panels.number_box import NumberBox

KINDS: tuple[Kind, ...] = ("png", "webp", "tiff", "psd")
LARGEST = 30_000


class ExportDialog(QDialog):
    """Asks how the cut-out is handed out; the answer is remembered."""

    def __init__(
        self, settings: QSettings, *, has_background: bool, has_shadow: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._settings = settings
        self.kind = QComboBox()
        self.kind.setToolTip(
            self.tr("PNG, WebP and TIFF hold the flat cut-out, Photoshop all of every layer.")
        )
        for kind, title in zip(
            KINDS,
            (
                self.tr("PNG"),
                self.tr("WebP"),
                self.tr("TIFF, one layer"),
                self.tr("Photoshop, with layers"),
            ),
            strict=True,
        ):
            self.kind.addItem(title, kind)
        self.crop = QCheckBox(self.tr("&Crop to the subject"))
        self.crop.setToolTip(self.tr("Leave no more than the subject and its shadow."))
        self.margin = NumberBox(decimals=0)
        self.margin.setRange(0, 2000)
        self.margin.setSuffix(self.tr(" px"))
        self.margin.setToolTip(self.tr("Room that is left around the subject."))
        self.length = NumberBox(decimals=0)
        self.length.setRange(0, LARGEST)
        self.length.setSuffix(self.tr(" px"))
        self.length.setSpecialValueText(self.tr("As it is"))
        self.length.setToolTip(self.tr("The longer side of the picture. A file with layers keeps its size."))
        self.background = QCheckBox(self.tr("With the &background"))
        self.background.setToolTip(self.tr("Off: what is around the subject is transparent."))
        self.shadow = QCheckBox(self.tr("With the &shadow"))
        self.shadow.setToolTip(self.tr("Off: the shadow is left out."))
        self.quality = NumberBox(decimals=0)
        self.quality.setRange(1, 100)
        self.quality.setToolTip(self.tr("100 loses nothing. For WebP."))
        self.bits = QComboBox()
        self.bits.setToolTip(self.tr("How finely colours and transparency are kept. For PNG and TIFF."))
        for title, bits in (
            (self.tr("As the photo"), None),
            (self.tr("8 bits"), 8),
            (self.tr("16 bits"), 16),
        ):
            self.bits.addItem(title, bits)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        for title, widget in (
            (self.tr("&Format"), self.kind),
            ("", self.crop),
            (self.tr("&Margin"), self.margin),
            (self.tr("&Long side"), self.length),
            ("", self.background),
            ("", self.shadow),
            (self.tr("&Quality"), self.quality),
            (self.tr("&Depth"), self.bits),
            ("", buttons),
        ):
            form.addRow(title, widget)
            if title:
                widget.setAccessibleName(title.replace("&", ""))
        self._restore()
        self.background.setEnabled(has_background)
        self.background.setChecked(has_background and self.background.isChecked())
        self.shadow.setEnabled(has_shadow)
        self.shadow.setChecked(not has_shadow or self.shadow.isChecked())
        self.kind.currentIndexChanged.connect(lambda _: self._follow())
        self.crop.toggled.connect(lambda _: self._follow())
        self._follow()

    def export(self) -> Export:
        """What the dialog says."""
        return Export(
            kind=self.kind.currentData(),
            crop=self.crop.isChecked(),
            margin=round(self.margin.value()),
            long_side=0 if self.kind.currentData() == "psd" else round(self.length.value()),
            background=self.background.isChecked(),
            shadow=self.shadow.isChecked(),
            quality=round(self.quality.value()),
            bits=self.bits.currentData(),
        )

    def accept(self) -> None:
        export, store = self.export(), self._settings.setValue
        store("export/kind", export.kind)
        store("export/crop", int(export.crop))
        store("export/margin", export.margin)
        store("export/long_side", round(self.length.value()))
        store("export/quality", export.quality)
        store("export/bits", self.bits.currentData() or 0)
        if self.background.isEnabled():
            store("export/background", int(export.background))
        if self.shadow.isEnabled():
            store("export/shadow", int(export.shadow))
        super().accept()

    def _follow(self) -> None:
        """Only what the format can do."""
        kind = self.kind.currentData()
        self.length.setEnabled(kind != "psd")
        self.quality.setEnabled(kind == "webp")
        self.bits.setEnabled(kind in ("png", "tiff"))
        self.margin.setEnabled(self.crop.isChecked())

    def _restore(self) -> None:
        plain = Export()

        def number(name: str, default: int) -> int:
            try:
                return int(str(self._settings.value(f"export/{name}", default)))
            except ValueError:
                return default

        kind = str(self._settings.value("export/kind", plain.kind))
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind)))
        self.crop.setChecked(bool(number("crop", int(plain.crop))))
        self.margin.setValue(number("margin", plain.margin))
        self.length.setValue(number("long_side", plain.long_side))
        self.background.setChecked(bool(number("background", 1)))
        self.shadow.setChecked(bool(number("shadow", int(plain.shadow))))
        self.quality.setValue(number("quality", plain.quality))
        self.bits.setCurrentIndex(max(0, self.bits.findData(number("bits", 0))))
