"""The status bar: what happens, how far it is, how to stop it; what ran; the scale."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QProgressBar, QPushButton, QSizePolicy, QStatusBar, QWidget

from mattework import Recipe
from mattework_editor.wording import name_solver, write_scale

MARGIN = 6
"""Pixels between the window's edge and the message."""


class Message(QLabel):
    """One line of text; what has no room ends in an ellipsis."""

    def paintEvent(self, event: QPaintEvent | None) -> None:
        style, rect = self.style(), self.contentsRect()
        assert style is not None
        seen = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width())
        where, enabled = int(self.alignment()), self.isEnabled()
        style.drawItemText(QPainter(self), rect, where, self.palette(), enabled, seen, self.foregroundRole())


class StatusBar(QStatusBar):
    """`cancel_button` is seen while long work runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = Message()
        self.message.setAccessibleName(self.tr("Message"))
        self.message.setContentsMargins(MARGIN, 0, 0, 0)
        # A long message must not widen the window.
        self.message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(260)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Stop this; what was there before stays (Ctrl+.)"))
        self.ran, self.scale = QLabel(), QLabel()
        self.ran.setAccessibleName(self.tr("Model, device and solver"))
        self.ran.setToolTip(self.tr("What found the subject, where it ran then, and what solved its edge"))
        self.scale.setAccessibleName(self.tr("Scale"))
        self.addWidget(self.message, 1)
        for widget in (self.progress, self.cancel_button, self.ran, self.scale):
            self.addPermanentWidget(widget)

    def tell(self, text: str) -> None:
        self.message.setText(text)
        self.message.setToolTip(text)

    def show_work(self, title: str) -> None:
        """Long work begins; it has ended when `title` is empty."""
        self.progress.setVisible(bool(title))
        self.cancel_button.setVisible(bool(title))
        self.progress.setValue(0)
        self.progress.setFormat(title)
        self.tell(f"{title}…" if title else "")

    def show_progress(self, step: str, fraction: float) -> None:
        self.progress.setFormat(self._name_step(step))
        self.progress.setValue(round(1000 * fraction))

    def _name_step(self, step: str) -> str:
        """What people read of a step of the pipeline, which knows no languages."""
        names = {
            "waiting for another picture": self.tr("Waiting for another picture"),
            "reading the picture": self.tr("Reading the picture"),
            "open": self.tr("Reading the picture"),
            "loading the model": self.tr("Loading the model"),
            "model": self.tr("Loading the model"),
            "finding the subject": self.tr("Finding the subject"),
            "subject": self.tr("Finding the subject"),
            "laying the unknown band": self.tr("Laying the unknown band"),
            "trimap": self.tr("Laying the unknown band"),
            "solving the edge": self.tr("Solving the edge"),
            "edge": self.tr("Solving the edge"),
            "solving alpha": self.tr("Solving the edge"),
            "solving strokes": self.tr("Solving your strokes"),
            "touches": self.tr("Laying on the brush strokes"),
            "laying on the brush strokes": self.tr("Laying on the brush strokes"),
            "edge settings": self.tr("Setting the edge"),
            "cutting the edge": self.tr("Cutting the edge"),
            "carrying alpha to full size": self.tr("Carrying the edge to full size"),
            "colours": self.tr("Cleaning the colours"),
            "cleaning the colours": self.tr("Cleaning the colours"),
            "composite": self.tr("Putting the layers together"),
            "layers": self.tr("Putting the layers together"),
            "pack layers": self.tr("Packing the layers"),
            "read layers": self.tr("Reading the layers"),
            "writing the mask": self.tr("Writing the mask"),
            "write": self.tr("Writing"),
            "download": self.tr("Fetching"),
            "copy": self.tr("Copying"),
            "verify": self.tr("Checking the files"),
            "done": self.tr("Done"),
        }
        return names.get(step.lower(), step[:1].upper() + step[1:])

    def show_made(self, recipe: Recipe | None) -> None:
        """What made the alpha that is seen: the model and where it ran, or whose mask it is, and what solved the edge."""
        self.ran.setText(
            "" if recipe is None else ", ".join((self._name_subject(recipe), *self._name_solver(recipe)))
        )

    def _name_subject(self, recipe: Recipe) -> str:
        subject = recipe.subject
        if subject.model is not None:
            where = self.tr("{model} on {device}").format(model=subject.ran, device=subject.device)
            return where if subject.device else subject.model
        if subject.origin == "trimap":
            return self.tr("your trimap")
        return self.tr("painted by hand") if recipe.solver_used is None else self.tr("your mask")

    def _name_solver(self, recipe: Recipe) -> list[str]:
        if recipe.solver_used is None:
            return []
        network = recipe.matting if recipe.solver_used == "neural" else None
        told = [self.tr("edge: {solver}").format(solver=name_solver(recipe.solver_used))]
        if network is not None:
            place = self.tr("{model} on {device}").format(model=network.model, device=network.device)
            told.append(place if network.device else network.model)
        return told

    def show_scale(self, scale: float) -> None:
        self.scale.setText(self.tr("{0} %").format(write_scale(scale)))
