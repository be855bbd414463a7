"""Draws the program's icon in every size from resources/icons/mattework-editor.svg: PNG for freedesktop.org, ICO, ICNS.

python installer/make_icons.py
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "icons"
SOURCE = FOLDER / "mattework-editor.svg"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def draw_icon(side: int) -> Image.Image:
    """The icon as RGBA of `side` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtCore import QBuffer, QIODevice
    from PyQt6.QtGui import QImage, QPainter
    from PyQt6.QtSvg import QSvgRenderer

    # Drawn four times as large and shrunk: small sizes keep their hairs.
    image = QImage(4 * side, 4 * side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    with Image.open(BytesIO(bytes(buffer.data().data()))) as large:
        return large.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    icons = {side: draw_icon(side) for side in SIZES}
    for side, icon in icons.items():
        icon.save(FOLDER / f"mattework-editor-{side}.png", optimize=True)
    others = [icons[side] for side in SIZES if side < 256]
    icons[256].save(
        FOLDER / "mattework-editor.ico",
        append_images=others,
        sizes=[(one, one) for one in SIZES if one <= 256],
    )
    icons[512].save(
        FOLDER / "mattework-editor.icns", append_images=[icons[one] for one in (16, 32, 64, 128, 256)]
    )


if __name__ == "__main__":
    main()
