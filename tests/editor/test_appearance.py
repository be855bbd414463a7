"""What the dark and the light look must let everybody see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

from PyQt6.QtGui import QColor, QIcon, QImage
from PyQt6.QtWidgets import QApplication, QCheckBox, QRadioButton, QVBoxLayout, QWidget

from editor.driving import wait_until
from mattework_editor.appearance import Appearance, show_appearance
from mattework_editor.panels.layers import LayerWidget

if TYPE_CHECKING:
    from editor.driving import Driver


@pytest.fixture
def looks(application: object) -> Iterator[None]:
    yield
    show_appearance("system")


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in colour.getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def strongest_contrast(image: QImage) -> float:
    """The largest contrast to the corner's colour."""
    ground = luminance(image.pixelColor(0, 0))
    found = [luminance(image.pixelColor(x, y)) for x in range(image.width()) for y in range(image.height())]
    return max((max(one, ground) + 0.05) / (min(one, ground) + 0.05) for one in found)


@pytest.mark.parametrize("appearance", ["dark", "light"])
@pytest.mark.parametrize("kind", [QRadioButton, QCheckBox])
def test_an_empty_mark_can_be_seen(
    looks: None, appearance: Appearance, kind: type[QRadioButton] | type[QCheckBox]
) -> None:
    show_appearance(appearance)
    window = QWidget()
    box = kind()
    QVBoxLayout(window).addWidget(box)
    window.resize(60, 40)
    picture = window.grab().toImage()
    assert strongest_contrast(picture) >= 3.0, "WCAG 1.4.11: 3 to 1 for marks"


def test_the_signs_on_buttons_follow_the_look(looks: None, driver: Driver, disc_file: Path) -> None:
    driver.open(disc_file)
    handle = driver.window.toolbar.drag_handle
    eye = driver.window.findChildren(LayerWidget)[0].eye
    shades = {}
    for appearance in ("dark", "light"):
        show_appearance(appearance)
        QApplication.processEvents()
        shades[appearance] = [mean_shade(one.icon()) for one in (handle, eye)]
    assert min(shades["dark"]) > 150
    assert max(shades["light"]) < 80
    wait_until(lambda: driver.bench.engine._client is not None)  # it is closed with the window


def mean_shade(icon: QIcon) -> float:
    """Mean gray of what is opaque in an icon, 0 to 255."""
    image = icon.pixmap(48, 48).toImage()
    colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    opaque = [one.lightness() for one in colours if one.alpha() > 200]
    return sum(opaque) / len(opaque)
