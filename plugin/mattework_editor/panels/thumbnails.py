"""Small pictures of layers, for a list of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter, QPixmap

from mattework import (
    BACKGROUND_LAYER,
    CLEAN_LAYER,
    PHOTO_LAYER,
    SHADOW_LAYER,
    ColorMode,
    Layer,
    Size,
    array_depth,
    convert_to_srgb8,
    depth_white,
)
from mattework.arrays import Bytes, Samples
from mattework_editor.compose import Look, Sources, draw_checkerboard

SIDE = 32
"""Long side of a thumbnail."""


def draw_layer(layer: Layer, mode: ColorMode, icc: bytes | None, ratio: float) -> QPixmap:
    """A small picture of a layer's pixels, on a checkerboard where they are transparent."""
    step = max(1, max(layer.pixels.shape[:2]) // (8 * SIDE))
    pixels = cast("Samples", np.ascontiguousarray(layer.pixels[::step, ::step]))
    if not pixels.size:
        return QPixmap()
    rgb = convert_to_srgb8(pixels, mode, icc)
    if layer.alpha is not None:
        white = depth_white(array_depth(layer.alpha))
        opacity = layer.alpha[::step, ::step].astype(np.float32)[..., None] / np.float32(white)
        board = draw_checkerboard(0, 0, Size(rgb.shape[1], rgb.shape[0]))
        rgb = (rgb * opacity + board * (1 - opacity)).astype(np.uint8)
    return make_thumbnail(rgb, ratio)


def draw_thumbnails(sources: Sources, look: Look, ratio: float) -> Mapping[str, QPixmap]:
    """A small picture of each layer that there is."""
    photo = make_thumbnail(sources.colour.read(-1), ratio)
    pictures = {PHOTO_LAYER: photo, CLEAN_LAYER: photo}
    if look.backdrop is not None:
        pictures[BACKGROUND_LAYER] = make_thumbnail(look.backdrop, ratio)
    shadow = sources.shadow
    if shadow is not None:
        size = sources.size
        plane = np.zeros(
            (round(size.height * shadow.share) + 2, round(size.width * shadow.share) + 2), np.uint8
        )
        x, y = shadow.origin
        part = shadow.plane[: plane.shape[0] - y, : plane.shape[1] - x]
        plane[y : y + part.shape[0], x : x + part.shape[1]] = part
        step = max(1, max(plane.shape) // (8 * SIDE))
        plane = plane[::step, ::step]
        board = draw_checkerboard(0, 0, type(size)(plane.shape[1], plane.shape[0]))
        weight = plane[..., None].astype(np.float32) / np.float32(255)
        dark = board * (1 - weight) + np.array(shadow.colour, np.float32) * weight
        pictures[SHADOW_LAYER] = make_thumbnail(dark.astype(np.uint8), ratio)
    return pictures


def make_thumbnail(plane: Bytes, ratio: float) -> QPixmap:
    """(h, w) or (h, w, 3) as a small picture in the middle of a square, for a screen of `ratio` pixels a point."""
    side = round(SIDE * ratio)
    rgb = np.ascontiguousarray(plane if plane.ndim == 3 else np.repeat(plane[..., None], 3, axis=2))
    height, width = rgb.shape[:2]
    image = QImage(rgb.tobytes(), int(width), int(height), int(width) * 3, QImage.Format.Format_RGB888)
    aspect, mode = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    small = QPixmap.fromImage(image.copy()).scaled(side, side, aspect, mode)
    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawPixmap((side - small.width()) // 2, (side - small.height()) // 2, small)
    painter.end()
    square.setDevicePixelRatio(ratio)
    return square
