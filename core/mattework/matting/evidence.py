"""What a refiner is given about every pixel: photo, trimap, the solved alpha, and what the solver weighed to find it.

Closed-form matting errs most where its parts disagree: its windows alone, its links, and the nearest known colours. A
network that sees all of them corrects what is solved; see `network`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import Bools, Floats
from mattework.geometry import Rect
from mattework.matting.hints import Hints, solve_with_hints
from mattework.matting.scene import Scene
from mattework.progress import Progress

PLANES = 16
"""Photo (3), known foreground and background (2), the solver's alpha, known foreground colours carried into the band
(3), background colours likewise (3), where the pixel lies between the two, and the hints (3) of `solve_with_hints`."""
SOLVED_PLANE = 5
STEP = 4
"""Carried colours are smooth, so they are worked out at this fraction of the size."""
_STRIP = 64 * STEP
PLAIN = 0.01
"""Alpha from 0 or 1 within which a pixel is plainly background or foreground."""
_KNOWN = 0.99
"""Known alpha from which on a pixel of a reduced scene is foreground; below the rest to 1 it is background."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What there is to know of a scene's pixels; the planes themselves are made where they are wanted.

    `solved` (h, w) float32 alpha in 0..1 and `hints` (h, w, 3) are those of `solve_with_hints`; `subject` and `ground` the
    colours of both sides, of `spread_colours`.
    """

    scene: Scene
    solved: Floats
    hints: Hints
    subject: Floats
    ground: Floats

    def take_planes(self, where: Rect) -> Floats:
        """(16, h, w) float32 of a part of the scene, each plane about -1..1."""
        known, alpha = ~self.scene.unknown[where.slices], self.scene.alpha[where.slices]
        sides = known & (alpha > _KNOWN), known & (alpha < 1 - _KNOWN)
        subject, ground = (enlarge_colours(one, where) for one in (self.subject, self.ground))
        hints = self.hints[where.slices].astype(np.float32)
        return stack_evidence(
            self.scene.take_rgb(where), sides, self.solved[where.slices], hints, subject, ground
        )

    def find_doubtful(self) -> Bools:
        """Unknown pixels (h, w) that the solver did not find plainly one side's, with all that it weighed."""
        rows, columns = np.nonzero(self.scene.unknown)
        weighed = np.column_stack([self.solved[rows, columns], self.hints[rows, columns, :2]])
        plain = (weighed.max(axis=1) < PLAIN) | (weighed.min(axis=1) > 1 - PLAIN)
        doubtful = np.zeros(self.solved.shape, np.bool_)
        doubtful[rows[~plain], columns[~plain]] = True
        return doubtful


def gather_evidence(scene: Scene, progress: Progress | None = None) -> Evidence:
    """All about a scene; its solution with it, of `solve_with_hints`.

    Raises:
        Cancelled: raised by `progress`.
    """
    solved, hints = solve_with_hints(scene, progress)
    known = ~scene.unknown
    photo = scene.colour[:, :, :3] if scene.colour.shape[2] >= 3 else scene.colour[:, :, :1]
    subject = spread_colours(photo, known & (scene.alpha > _KNOWN))
    ground = spread_colours(photo, known & (scene.alpha < 1 - _KNOWN))
    return Evidence(scene, solved, hints, subject, ground)


def spread_colours(photo: Floats, known: Bools) -> Floats:
    """Colours of the known pixels carried over the whole frame, pushed up a pyramid and pulled down; in 0..1, one for each
    `STEP` x `STEP` pixels, see `enlarge_colours`.

    Their mean colour where they are far away; mid-grey where nothing is known.

    Args:
        photo: (h, w, 3) or (h, w, 1) float32 in 0..1.
        known: (h, w).
    """
    import cv2

    parts = [
        _reduce(np.dstack([photo[rows] * known[rows, :, None], known[rows].astype(np.float32)]), STEP)
        for rows in (slice(top, top + _STRIP) for top in range(0, photo.shape[0], _STRIP))
    ]
    levels = [np.concatenate(parts)]
    while min(levels[-1].shape[:2]) > 2:
        levels.append(_reduce(levels[-1], 2))
    last = levels[-1].sum(axis=(0, 1))
    mean = last[:-1] / last[-1] if last[-1] > 1e-6 else np.full(len(last) - 1, 0.5, np.float32)
    filled = np.broadcast_to(mean, (*levels[-1].shape[:2], len(mean))).astype(np.float32)
    for one in reversed(levels):
        size = (one.shape[1], one.shape[0])
        below = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR).reshape(*one.shape[:2], -1)
        cover = one[:, :, -1:]
        share = np.minimum(1, cover * 4)
        filled = np.asarray(below + share * (one[:, :, :-1] / np.maximum(cover, 1e-6) - below), np.float32)
    return filled if filled.shape[2] == 3 else np.repeat(filled, 3, axis=2)


def enlarge_colours(small: Floats, where: Rect) -> Floats:
    """A part of what `spread_colours` gave at the size of the photo, (h, w, 3), bilinear."""
    import cv2

    left, top = max(0, where.left // STEP - 1), max(0, where.top // STEP - 1)
    part = small[top : -(-where.bottom // STEP) + 1, left : -(-where.right // STEP) + 1]
    size = (part.shape[1] * STEP, part.shape[0] * STEP)
    large = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.float32)
    inner = where.move(-left * STEP, -top * STEP)
    return large[inner.slices]


def _reduce(values: Floats, factor: int) -> Floats:
    """Means of blocks; beyond the right and lower border there is nothing."""
    import cv2

    height, width = values.shape[:2]
    rows, columns = -(-height // factor), -(-width // factor)
    below, right = rows * factor - height, columns * factor - width
    padded = cv2.copyMakeBorder(values, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    return np.asarray(cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def stack_evidence(
    photo: Floats, sides: tuple[Bools, Bools], solved: Floats, hints: Floats, subject: Floats, ground: Floats
) -> Floats:
    """(16, h, w) float32, each plane about -1..1.

    Args:
        photo: (h, w, 3) in 0..1.
        sides: (h, w) each, known foreground and known background.
        solved: (h, w) alpha in 0..1.
        hints: (h, w, 3) of `solve_with_hints`.
        subject, ground: (h, w, 3) in 0..1, the colours of both sides from `spread_colours`.
    """
    apart = subject - ground
    along = ((photo - ground) * apart).sum(axis=2) / ((apart * apart).sum(axis=2) + np.float32(100 / 255**2))
    planes = np.empty((PLANES, *solved.shape), np.float32)
    planes[0:3] = (photo * 2 - 1).transpose(2, 0, 1)
    planes[3], planes[4] = sides
    planes[SOLVED_PLANE] = solved * 2 - 1
    planes[6:9] = (subject * 2 - 1).transpose(2, 0, 1)
    planes[9:12] = (ground * 2 - 1).transpose(2, 0, 1)
    planes[12] = np.clip(along, -0.5, 1.5) * 2 - 1
    planes[13:16] = (hints * 2 - 1).transpose(2, 0, 1)
    return planes
