"""The layers panel: the layers that will be written, shown or hidden, more or less opaque, with their masks on or off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mattework import (
    ColorMode,
    Document,
    Group,
    Layer,
    OwnLayers,
    Photo,
    Recipe,
    find_made_layers,
)
from mattework_editor.compose import Look, Sources
from mattework_editor.context import is_ours, split_document
from mattework_editor.icons import draw_eye
from mattework_editor.layer_look import LayerRow, change_layer, list_layers
from mattework_editor.panels.number_box import NumberBox
from mattework_editor.panels.setting import REST
from mattework_editor.panels.thumbnails import SIDE, draw_layer, draw_thumbnails, make_thumbnail

FOLDER = 16
"""Side of the sign of a group."""
INDENT = 18
"""Pixels by which what is in a group stands to the right of the group."""


@dataclass(frozen=True, slots=True)
class OtherLayer:
    """A layer or group of the document that is kept as it is. `is_drawn`: it is seen on the background."""

    node: Layer | Group
    level: int
    is_drawn: bool


class LayersPanel(QScrollArea):
    """Shows a recipe's layers and the document's others; `recipe_chosen` (name of the step, recipe) asks for a change,
    `mask_wanted` for a look at the mask."""

    recipe_chosen = pyqtSignal(str, object)
    mask_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the rows take the keys
        self.setAccessibleName(self.tr("Layers"))
        self._recipe = Recipe()
        self._others: tuple[OtherLayer, ...] = ()
        self._colours: tuple[ColorMode, bytes | None] = (ColorMode.RGB, None)
        self.rows: dict[str, LayerWidget] = {}
        self._inside = QWidget()
        self._layout = QVBoxLayout(self._inside)
        self._layout.setContentsMargins(4, 4, 4, 4)
        self._layout.setSpacing(2)
        self.setWidget(self._inside)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(2 * (SIDE + 8))

    def show_recipe(
        self, recipe: Recipe, others: tuple[OtherLayer, ...] = (), photo: Photo | None = None
    ) -> None:
        """Show the layers of a recipe, and those that the document has besides, from the top, in the photo's colours."""
        self._recipe = recipe
        if photo is not None:
            self._colours = photo.mode, photo.icc
        rows = list_layers(recipe)
        if [row.name for row in rows] != list(self.rows) or others != self._others:
            self._rebuild(rows, others)
        for row in rows:
            self.rows[row.name].show_row(row)

    def clear(self) -> None:
        """Show no layers: nothing is open."""
        self._rebuild([], ())

    def show_thumbnails(self, sources: Sources | None, look: Look) -> None:
        """Draw what the layers hold, small."""
        if sources is None:
            return
        ratio = self.devicePixelRatioF()
        pictures = draw_thumbnails(sources, look, ratio)
        mask = make_thumbnail(sources.matte.read(-1), ratio)
        for name, widget in self.rows.items():
            widget.show_thumbnail(pictures.get(name), mask)

    def _rebuild(self, rows: list[LayerRow], others: tuple[OtherLayer, ...]) -> None:
        while self._layout.count():
            item = self._layout.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._others = others
        self.rows = {row.name: LayerWidget(row) for row in rows}
        for widget in self.rows.values():
            widget.changed.connect(self._change)
            widget.mask_wanted.connect(self.mask_wanted)
            self._layout.addWidget(widget)
        if others:
            title = QLabel(self.tr("Other layers of the file, kept as they are"))
            title.setWordWrap(True)
            self._layout.addWidget(title)
        for other in others:
            self._layout.addWidget(self._show_other(other))
        self._layout.addStretch(1)
        self._order_keys()

    def _order_keys(self) -> None:
        """Tab goes from row to row: it would go to new rows after everything else."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # or Qt would not let it be the place to begin from
        before: QWidget = self
        for row in self.rows.values():
            for control in (row.eye, row.mask_button, row.opacity):
                if control is not None:
                    QWidget.setTabOrder(before, control)
                    before = control
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _show_other(self, other: OtherLayer) -> QWidget:
        node, row = other.node, QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(4 + INDENT * other.level, 0, 0, 0)
        picture = QLabel()
        if isinstance(node, Layer):
            picture.setFixedSize(SIDE + 2, SIDE + 2)
            picture.setPixmap(draw_layer(node, *self._colours, self.devicePixelRatioF()))
        else:
            style = self.style()
            assert style is not None
            picture.setPixmap(style.standardIcon(QStyle.StandardPixmap.SP_DirIcon).pixmap(FOLDER, FOLDER))
        state = (
            self.tr(" (hidden)")
            if not node.visible
            else ""
            if other.is_drawn
            else self.tr(" (not drawn here)")
        )
        label = QLabel(f"{node.name}{state}  {100 * node.opacity:.0f}" + self.tr(" %"))
        layout.addWidget(picture)
        layout.addWidget(label, 1)
        tip = self.tr("This layer of the file is not changed here.")
        if other.is_drawn:
            tip += " " + self.tr("It is seen in the view On Background.")
        else:
            tip += " " + self.tr(
                "It is in the saved file, but not drawn here: it mixes with what is under it."
            )
        row.setToolTip(tip)
        return row

    def _change(self, name: str, changes: dict[str, bool | float]) -> None:
        step = {
            "visible": self.tr("Show {layer}") if changes.get("visible") else self.tr("Hide {layer}"),
            "opacity": self.tr("Opacity of {layer}"),
            "masked": self.tr("Mask of {layer} On")
            if changes.get("masked")
            else self.tr("Mask of {layer} Off"),
        }[next(iter(changes))]
        recipe = change_layer(self._recipe, name, **changes)  # type: ignore[arg-type]
        self.recipe_chosen.emit(step.format(layer=name), recipe)


class LayerWidget(QWidget):
    """One layer: eye, thumbnail, mask, name, opacity. `changed` brings the layer's name and what is to be different."""

    changed = pyqtSignal(str, dict)
    mask_wanted = pyqtSignal()

    def __init__(self, row: LayerRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = row.name
        self.eye = QToolButton()
        self.eye.setCheckable(True)
        self.eye.setAutoRaise(True)
        self.eye.setAccessibleName(self.tr("Show {layer}").format(layer=row.name))
        self.eye.setToolTip(self.tr("Show or hide this layer, here and in the saved file"))
        self.picture = QLabel()
        self.picture.setFixedSize(SIDE + 2, SIDE + 2)
        self.mask_button: MaskButton | None = None if row.masked is None else MaskButton(row.name)
        self.opacity = NumberBox(decimals=0)
        self.opacity.setRange(0, 100)
        self.opacity.setSuffix(self.tr(" %"))
        self.opacity.setKeyboardTracking(False)
        self.opacity.setAccessibleName(self.tr("Opacity of {layer}").format(layer=row.name))
        self.opacity.setToolTip(self.tr("How opaque this layer is, here and in the saved file"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.eye)
        layout.addWidget(self.picture)
        if self.mask_button is not None:
            layout.addWidget(self.mask_button)
            self.mask_button.toggle_wanted.connect(self._toggle_mask)
            self.mask_button.look_wanted.connect(self.mask_wanted)
        else:  # its place stays free, so that names stand below each other
            free = QWidget()
            free.setFixedSize(SIDE + 4, SIDE + 4)
            layout.addWidget(free)
        self.title = QLabel(row.name)
        self.title.setMinimumWidth(40)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout.addWidget(self.title, 1)
        layout.addWidget(self.opacity)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._settle)
        self._chosen = row.opacity
        self.eye.clicked.connect(lambda shown: self.changed.emit(self.name, {"visible": shown}))
        self.opacity.valueChanged.connect(lambda _: self._rest.start())
        self.show_row(row)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.PaletteChange:
            self._draw_eye()

    def _draw_eye(self) -> None:
        self.eye.setIcon(draw_eye(self.eye.isChecked(), self.palette().windowText().color()))

    def show_row(self, row: LayerRow) -> None:
        self.title.setText(row.name + (self.tr(" (drawn plainly)") if row.mixes else ""))
        tip = self.tr("In the saved file it mixes with what is under it; here it is drawn as if it did not.")
        self.title.setToolTip(f"{row.name}\n{tip}" if row.mixes else row.name)
        self.eye.setChecked(row.visible)
        self._draw_eye()
        self._chosen = row.opacity
        if not self._rest.isActive():
            self.opacity.blockSignals(True)
            self.opacity.setValue(round(100 * row.opacity))
            self.opacity.blockSignals(False)
        if self.mask_button is not None and row.masked is not None:
            self.mask_button.show_state(row.masked)

    def show_thumbnail(self, picture: QPixmap | None, mask: QPixmap) -> None:
        self.picture.setPixmap(picture or QPixmap())
        if self.mask_button is not None:
            self.mask_button.show_thumbnail(mask)

    def _toggle_mask(self) -> None:
        assert self.mask_button is not None
        self.changed.emit(self.name, {"masked": not self.mask_button.is_on})

    def _settle(self) -> None:
        value = self.opacity.value() / 100
        if abs(value - self._chosen) > 0.004:
            self._chosen = value
            self.changed.emit(self.name, {"opacity": value})


class MaskButton(QToolButton):
    """A mask's thumbnail. Shift and a click, or the space bar, switch the mask on or off; Alt and a click look at it."""

    toggle_wanted = pyqtSignal()
    look_wanted = pyqtSignal()

    def __init__(self, layer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_on = True
        self._thumbnail = QPixmap()
        self.setAutoRaise(True)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setFixedSize(SIDE + 4, SIDE + 4)
        self.setAccessibleName(self.tr("Mask of {layer}").format(layer=layer))
        self.setToolTip(
            self.tr("The layer mask. Shift and a click switch it off and on, Alt and a click look at it.")
        )

    def show_state(self, is_on: bool) -> None:
        self.is_on = is_on
        self._draw()

    def show_thumbnail(self, thumbnail: QPixmap) -> None:
        self._thumbnail = thumbnail
        self._draw()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        super().mouseReleaseEvent(event)
        if not self.rect().contains(event.position().toPoint()):
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.toggle_wanted.emit()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.look_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Space:
            self.toggle_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _draw(self) -> None:
        picture = self._thumbnail.copy()
        if not self.is_on and not picture.isNull():
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(220, 40, 40), 3))
            painter.drawLine(4, 4, SIDE - 4, SIDE - 4)
            painter.drawLine(4, SIDE - 4, SIDE - 4, 4)
            painter.end()
        self.setIcon(QIcon(picture))


def list_others(document: Document, photo: Photo, own: OwnLayers | None = None) -> tuple[OtherLayer, ...]:
    """The document's layers that are none of ours, from the top. A document that is only the photo has none."""
    if not any(layer.pixels is photo.colour for layer in document.walk_layers()):
        return ()
    own = own or find_made_layers(document, photo)
    unseen = split_document(document, photo, own).unseen

    def visit(nodes: tuple[Layer | Group, ...], level: int, is_drawn: bool) -> Iterator[OtherLayer]:
        for node in reversed(nodes):
            if is_ours(node, photo, own):
                continue
            drawn = is_drawn and not any(node is one for one in unseen)
            yield OtherLayer(node, level, drawn)
            if isinstance(node, Group):
                yield from visit(node.children, level + 1, drawn)

    return tuple(visit(document.layers, 0, True))
