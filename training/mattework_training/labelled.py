"""The photographs of the free program GCompris that are labelled here: where they lie among its resources."""

from __future__ import annotations

from pathlib import Path

import cv2

from mattework_training.library import Image, decode_picture

LABELS = Path(__file__).resolve().parents[1] / "labels"
# By the first word of a label's name.
_PLACES = {
    "erase": "erase/resource",
    "farm": "explore_farm_animals/resource/animals",
    "world": "explore_world_animals/resource/animals",
    "music": "explore_world_music/resource/music",
    "tools": "categorization/resource/images/tools",
    "fishes": "categorization/resource/images/fishes",
    "others": "categorization/resource/images/others",
    "renewable": "categorization/resource/images/renewable",
}


def open_package(package: Path) -> None:
    """Let Qt read the resources of the unpacked package ``gcompris-qt-data``. Ends the program where it cannot."""
    from PyQt6.QtCore import QResource

    files = sorted(package.rglob("*.rcc"))
    if not files:
        raise SystemExit(
            f"No resource files (*.rcc) in {package}. Name the unpacked package gcompris-qt-data."
        )
    for file in files:
        if not QResource.registerResource(str(file)):
            raise SystemExit(f"{file} is no resource file that Qt can read. Unpack the package anew.")


def read_photo(name: str) -> Image:
    """The photograph (H, W, 3) of a label's name, after ``open_package``. Ends the program where there is none."""
    from PyQt6.QtCore import QFile, QIODevice

    place, _, stem = name.partition("-")
    file = QFile(f":/gcompris/src/activities/{_PLACES[place]}/{stem}.webp")
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise SystemExit(
            f"The package holds no photograph for the label {name}. The labels were made with GCompris 3.1."
        )
    return decode_picture(bytes(file.readAll().data()), cv2.IMREAD_COLOR)
