"""Grounds for subjects to stand on: drawn studios, cloth, floors, and photographs without a subject.

All functions return float32 (H, W, 3) RGB in 0..255 for a frame of ``(height, width)``.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mattework_training.library import Image, Library, Photo

Pixels = npt.NDArray[np.float32]
Shape = tuple[int, int]
_STUDIO_GREYS = (255, 255, 252, 248, 240, 230, 215, 190, 128, 60, 25, 0)


def _smooth_noise(shape: Shape, cells: int, channels: int, rng: np.random.Generator) -> Pixels:
    """Cubic-interpolated normal noise with about ``cells`` cells across, (H, W, channels)."""
    coarse = rng.standard_normal((cells, cells, channels), np.float32)
    fine = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32).reshape(shape[0], shape[1], channels)


def _grid(shape: Shape) -> tuple[Pixels, Pixels]:
    """y and x, each 0..1 over the frame, (H, 1) and (1, W)."""
    y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(0, 1, shape[1], dtype=np.float32)[None, :]
    return y, x


def _draw_light(shape: Shape, rng: np.random.Generator) -> Pixels:
    """One scalar field of light, about -0.5..0.5: ramp, spot, or a horizon."""
    y, x = _grid(shape)
    kind = rng.random()
    if kind < 0.35:
        angle = rng.uniform(0, 2 * np.pi)
        field = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
    elif kind < 0.7:
        field = 0.35 - np.hypot(x - rng.uniform(0.2, 0.8), y - rng.uniform(0.1, 0.8))
    else:
        steepness = rng.choice([8.0, 30.0, 140.0])
        tilt = rng.uniform(-0.06, 0.06)
        edge = y - rng.uniform(0.4, 0.92) + tilt * (x - 0.5)
        field = 1 / (1 + np.exp(np.clip(-edge * steepness, -30, 30))) - 0.5
    return np.broadcast_to(field, shape).astype(np.float32)


def _draw_folds(shape: Shape, rng: np.random.Generator) -> Pixels:
    """Shading of hanging or crumpled cloth, about -1..1, (H, W)."""
    y, x = _grid(shape)
    bend = _smooth_noise(shape, 4, 1, rng)[..., 0]
    angle = rng.uniform(-0.5, 0.5) if rng.random() < 0.7 else rng.uniform(0, np.pi)
    across = np.cos(angle) * x + np.sin(angle) * y
    frequency = rng.uniform(2, 9)
    folds = np.sin(2 * np.pi * frequency * across + bend * rng.uniform(0.5, 2.5))
    crumple = _smooth_noise(shape, int(rng.integers(6, 18)), 1, rng)[..., 0]
    shading: Pixels = (0.7 * folds + 0.5 * crumple).astype(np.float32)
    return shading


def draw_studio(shape: Shape, rng: np.random.Generator) -> Pixels:
    """White, grey or coloured paper, gradients, a horizon, cloth, or a mottled wall."""
    if rng.random() < 0.58:
        base = np.full(3, rng.choice(_STUDIO_GREYS), np.float32)
        base += rng.uniform(-6, 6, 3).astype(np.float32)
    else:
        base = rng.uniform(0, 255, 3).astype(np.float32)
    ground = np.broadcast_to(base, (*shape, 3)).astype(np.float32)
    if rng.random() < 0.6:
        tint = np.ones(3) if rng.random() < 0.7 else rng.uniform(0.5, 1.3, 3)
        light = _draw_light(shape, rng)[..., None]
        ground = ground + light * (rng.uniform(-120, 120) * tint).astype(np.float32)
    kind = rng.random()
    if kind < 0.14:
        ground = ground + _draw_folds(shape, rng)[..., None] * np.float32(rng.uniform(8, 45))
    elif kind < 0.36:
        cells = int(rng.choice([4, 8, 16, 32, 64]))
        channels = 3 if rng.random() < 0.4 else 1
        noise = _smooth_noise(shape, cells, channels, rng)
        ground = ground + noise * np.float32(rng.uniform(3, 30))
    return np.clip(ground, 0, 255).astype(np.float32)


def draw_pattern(shape: Shape, rng: np.random.Generator) -> Pixels:
    """Tiles, planks, stripes, dots, a rough texture or clouds: regular, and with nothing on it."""
    y, x = _grid(shape)
    angle = rng.choice([0.0, np.pi / 4, rng.uniform(0, np.pi)])
    u = np.cos(angle) * x + np.sin(angle) * y
    v = -np.sin(angle) * x + np.cos(angle) * y
    count = rng.uniform(3, 22)
    kind = rng.random()
    if kind < 0.25:
        field = np.sign(np.sin(2 * np.pi * count * u))
    elif kind < 0.4:
        radius = rng.uniform(0.15, 0.42)
        field = np.where(np.hypot((u * count) % 1 - 0.5, (v * count) % 1 - 0.5) < radius, 1.0, -0.6)
    elif kind < 0.65:
        line = rng.uniform(0.04, 0.15)
        ratio = rng.uniform(0.3, 1.0)
        field = np.where(((u * count) % 1 < line) | ((v * count * ratio) % 1 < line), -1.0, 0.6)
    elif kind < 0.8:
        field = sum(_smooth_noise(shape, cells, 1, rng)[..., 0] * 0.5 for cells in (6, 20, 70))
    else:
        field = _draw_clouds(shape, rng)
    base = rng.uniform(20, 235, 3).astype(np.float32)
    swing = (rng.uniform(8, 90) * rng.uniform(0.7, 1.2, 3)).astype(np.float32)
    ground = base + np.broadcast_to(field, shape)[..., None].astype(np.float32) * swing
    ground = ground + _smooth_noise(shape, 24, 1, rng) * np.float32(rng.uniform(0, 8))
    clipped: Pixels = np.clip(ground, 0, 255).astype(np.float32)
    return clipped


def _draw_clouds(shape: Shape, rng: np.random.Generator) -> Pixels:
    """Noise of all sizes, -1 to 1 for the most part: clouds, marble, film grain."""
    roughness = rng.uniform(0.3, 1.2)
    sizes = [cells for cells in (2, 4, 8, 16, 32, 64, 128) if cells < min(shape)]
    total = np.zeros(shape, np.float32)
    for cells in sizes:
        total += _smooth_noise(shape, cells, 1, rng)[..., 0] * np.float32(cells**-roughness)
    deviation = max(1e-6, float(total.std()))
    return np.asarray(np.clip((total - total.mean()) / (2 * deviation), -1.5, 1.5), np.float32)


def fill_frame(picture: Image, shape: Shape, rng: np.random.Generator, least: float = 0.5) -> Pixels:
    """A random part of ``picture`` with the frame's shape, at least ``least`` of what fits."""
    height, width = picture.shape[:2]
    fit = min(height / shape[0], width / shape[1]) * rng.uniform(least, 1)
    part_height = max(2, min(height, round(shape[0] * fit)))
    part_width = max(2, min(width, round(shape[1] * fit)))
    top = int(rng.integers(0, height - part_height + 1))
    left = int(rng.integers(0, width - part_width + 1))
    part = picture[top : top + part_height, left : left + part_width]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    method = cv2.INTER_AREA if fit > 1 else cv2.INTER_LINEAR
    return cv2.resize(part, (shape[1], shape[0]), interpolation=method).astype(np.float32)


def find_subject_free_part(photo: Photo, rng: np.random.Generator) -> Image | None:
    """The largest of a few random rectangles of the photograph that hold no subject."""
    height, width = photo.mask.shape
    table = cv2.integral((photo.mask > 20).astype(np.uint8))
    best: tuple[int, Image] | None = None
    for _ in range(8):
        part_width = max(8, int(width * rng.uniform(0.2, 0.9)))
        part_height = min(height, max(8, int(part_width * rng.uniform(0.7, 2))))
        left = int(rng.integers(0, width - part_width + 1))
        top = int(rng.integers(0, height - part_height + 1))
        bottom, right = top + part_height, left + part_width
        covered = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
        area = part_width * part_height
        if covered <= 0.002 * area and (best is None or area > best[0]):
            best = (area, photo.image[top:bottom, left:right])
    return None if best is None else best[1]


def _take_floor(picture: Image, rng: np.random.Generator) -> Image:
    """A corner or border of a photograph whose middle holds something, mirrored to be larger."""
    height, width = picture.shape[:2]
    share = rng.uniform(0.12, 0.22)
    if rng.random() < 0.5:
        strip = picture[: max(8, int(height * share))]
    else:
        strip = picture[:, : max(8, int(width * share))]
    rows, columns = strip.shape[:2]
    half = max(rows, columns)
    part = strip[:half, :half]
    tall = np.concatenate([part, part[::-1]], 0) if rows < half else part
    wide = np.concatenate([tall, tall[:, ::-1]], 1) if columns < half else tall
    while min(wide.shape[:2]) < 0.45 * max(wide.shape[:2]):
        axis = 0 if wide.shape[0] < wide.shape[1] else 1
        wide = np.concatenate([wide, np.flip(wide, axis)], axis)
    return np.ascontiguousarray(wide)


def choose_busy_ground(library: Library, shape: Shape, rng: np.random.Generator) -> Pixels | None:
    """A photographed street, room or landscape, seen whole and seldom blurred; ``None`` without any."""
    sources = [pictures for pictures in (library.emptied, library.scenes) if pictures]
    if not sources:
        return None
    pictures = sources[0 if rng.random() < 0.65 else -1]
    ground = fill_frame(pictures[rng.integers(len(pictures))], shape, rng, 0.7)
    if rng.random() < 0.3:
        sigma = max(shape) / 256 * rng.uniform(0.5, 1.8)
        ground = cv2.GaussianBlur(ground, (0, 0), sigma).astype(np.float32)
    return ground


def choose_ground(library: Library, shape: Shape, rng: np.random.Generator) -> Pixels:
    """A ground of any kind. Photographed ones are often blurred, as behind a near subject."""
    kind = rng.random()
    picture: Image | None = None
    least = 0.5
    if kind < 0.34:
        return draw_studio(shape, rng)
    if kind < 0.39:
        return draw_pattern(shape, rng)
    if kind < 0.60 and library.people:
        for _ in range(5):
            photo = library.people[rng.integers(len(library.people))]
            picture = find_subject_free_part(photo, rng)
            if picture is not None:
                break
        least = 0.6
    elif kind < 0.80 and library.emptied:
        picture = library.emptied[rng.integers(len(library.emptied))]
        least = 0.55
    elif kind < 0.92 and library.scenes:
        picture = library.scenes[rng.integers(len(library.scenes))]
        least = 0.3
    elif library.floors:
        picture = _take_floor(library.floors[rng.integers(len(library.floors))], rng)
        least = 0.6
    if picture is None or min(picture.shape[:2]) < 8:
        return draw_studio(shape, rng)
    ground = fill_frame(picture, shape, rng, least)
    if rng.random() < 0.35:
        sigma = max(shape) / 256 * rng.choice([1.0, 2.0, 4.0, 8.0]) * rng.uniform(0.6, 1.3)
        ground = cv2.GaussianBlur(ground, (0, 0), sigma).astype(np.float32)
    return ground
