"""One setting: a name, a slider and a number. Tells every move, and when it has come to rest."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from mattework_editor.panels.number_box import NumberBox

REST = 350
"""Milliseconds without a move by key or wheel after which a setting counts as chosen."""


class Setting(QWidget):
    """`moved` comes with every change, `settled` once at the end of each."""

    moved = pyqtSignal(float)
    settled = pyqtSignal(float)

    def __init__(
        self,
        title: str,
        tip: str,
        low: float,
        high: float,
        *,
        step: float = 0.1,
        suffix: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._step = step
        self._chosen = self._shown = 0.0
        digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(round(low / step), round(high / step))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.box = NumberBox()
        self.box.setDecimals(digits)
        self.box.setRange(low, high)
        self.box.setSingleStep(step)
        self.box.setSuffix(suffix)
        self.box.setKeyboardTracking(False)
        label = QLabel(title)
        label.setBuddy(self.box)
        for widget in (self.slider, self.box):
            widget.setAccessibleName(title)
            widget.setToolTip(tip)
        self.setToolTip(tip)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setVerticalSpacing(0)
        layout.addWidget(label, 0, 0)
        layout.addWidget(self.box, 0, 1)
        layout.addWidget(self.slider, 1, 0, 1, 2)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self.settle)
        self.slider.valueChanged.connect(lambda value: self._change(value * self._step, self.box))
        self.slider.sliderReleased.connect(self.settle)
        self.box.valueChanged.connect(lambda value: self._change(value, self.slider))

    def value(self) -> float:
        """What it says; what was chosen elsewhere as finely as it was, although fewer digits of it are seen."""
        seen = self.box.value()
        return self._chosen if seen == self._shown else seen

    @property
    def _is_moving(self) -> bool:
        return self._rest.isActive() or self.slider.isSliderDown()

    def set_range(self, low: float, high: float) -> None:
        """Other ends, without a signal."""
        for widget in (self.slider, self.box):
            widget.blockSignals(True)
        self.slider.setRange(round(low / self._step), round(high / self._step))
        self.box.setRange(low, high)
        for widget in (self.slider, self.box):
            widget.blockSignals(False)

    def show_value(self, value: float) -> None:
        """Show a value that was chosen elsewhere, without a signal. The one that was there stays as far as it is moved."""
        if value == self._chosen and self._is_moving:
            return
        self._chosen = value
        self._rest.stop()
        self._put(value)
        self._shown = self.box.value()

    def _put(self, value: float) -> None:
        for widget in (self.slider, self.box):
            widget.blockSignals(True)
        self.slider.setValue(round(value / self._step))
        self.box.setValue(value)
        for widget in (self.slider, self.box):
            widget.blockSignals(False)

    def _change(self, value: float, other: QWidget) -> None:
        other.blockSignals(True)
        if other is self.box:
            self.box.setValue(value)
        else:
            self.slider.setValue(round(value / self._step))
        other.blockSignals(False)
        self.moved.emit(self.value())
        if not self.slider.isSliderDown():
            self._rest.start()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.EnabledChange and not self.isEnabled():
            self.settle()  # what begins now would take it back

    def settle(self) -> None:
        """What it says is chosen now, if it was not yet."""
        self._rest.stop()
        if self.value() != self._chosen:
            self._chosen = self._shown = self.box.value()
            self.settled.emit(self._chosen)
