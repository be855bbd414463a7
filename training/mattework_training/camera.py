"""What light, lens, sensor and file format do to a photograph.

Every function takes float32 (H, W, 3) RGB in 0..255 and a random generator, and returns the same
kind unless it says otherwise.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def change_light(pixels: Pixels, rng: np.random.Generator, strength: float = 1.0) -> Pixels:
    """White balance, exposure, contrast, gamma and saturation, each at random."""
    if rng.random() < 0.8:
        balance = rng.uniform(1 - 0.12 * strength, 1 + 0.12 * strength, 3)
        exposure = rng.uniform(1 - 0.3 * strength, 1 + 0.3 * strength)
        pixels = pixels * (balance * exposure).astype(np.float32)
        pivot = np.float32(rng.uniform(90, 150))
        contrast = np.float32(rng.uniform(1 - 0.3 * strength, 1 + 0.3 * strength))
        pixels = (pixels - pivot) * contrast + pivot
    if rng.random() < 0.15:
        gamma = rng.uniform(0.7, 1.5)
        pixels = 255 * np.power(np.clip(pixels, 0, 255) / np.float32(255), np.float32(gamma))
    if rng.random() < 0.22:
        grey = (pixels @ _LUMA)[..., None]
        # One in three of these has no colour at all, as a black and white photograph.
        amount = np.float32(0.0 if rng.random() < 0.33 else rng.uniform(0.2, 1.4))
        pixels = grey * (1 - amount) + pixels * amount
    return pixels.astype(np.float32, copy=False)


def change_key(pixels: Pixels, share: float) -> Pixels:
    """Towards black (``share`` below 0) or white (above 0) by that share; colours and texture stay, in less contrast."""
    near = pixels * np.float32(1 - abs(share))
    return np.asarray(near + np.float32(255 * max(0.0, share)), np.float32)


def motion_kernel(length: int, angle: float) -> Pixels:
    """Normalised line kernel of ``length`` pixels (odd) at ``angle`` radians."""
    kernel = np.zeros((length, length), np.float32)
    half = (length - 1) / 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * half
    start, end = half - reach, half + reach
    cv2.line(
        kernel,
        (round(float(start[0])), round(float(start[1]))),
        (round(float(end[0])), round(float(end[1]))),
        1.0,
        1,
    )
    normalised: Pixels = (kernel / kernel.sum()).astype(np.float32)
    return normalised


def blur_and_record(pixels: Pixels, rng: np.random.Generator) -> Bytes:
    """Lens blur, rare motion blur, lost resolution, noise and JPEG. Returns uint8."""
    height, width = pixels.shape[:2]
    if rng.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.5)).astype(np.float32)
    elif rng.random() < 0.05:
        kernel = motion_kernel(int(rng.integers(1, 4)) * 2 + 1, rng.uniform(0, np.pi))
        pixels = cv2.filter2D(pixels, -1, kernel).astype(np.float32)
    if rng.random() < 0.15:
        share = rng.uniform(0.35, 0.8)
        small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    if rng.random() < 0.22:
        noise = rng.standard_normal(pixels.shape, np.float32)
        if rng.random() < 0.3:
            noise = cv2.GaussianBlur(noise, (0, 0), 0.8).astype(np.float32)
        pixels = pixels + noise * np.float32(rng.uniform(2, 12))
    result = np.clip(pixels, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = int(rng.integers(30, 93))
        _, blob = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, quality])
        # Encoded and decoded as if RGB were BGR: the same loss, and no swap needed.
        result = np.asarray(cv2.imdecode(blob, cv2.IMREAD_COLOR), np.uint8)
    return result
