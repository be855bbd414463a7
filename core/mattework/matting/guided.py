"""Fast solvers: the guided filter for soft edges and the hard edge for graphics."""

from __future__ import annotations

import numpy as np

from mattework.arrays import Bools, Floats
from mattework.geometry import Rect
from mattework.matting.scene import Scene
from mattework.progress import Progress, report_progress


def estimate_field(scene: Scene) -> Floats:
    """A first guess of alpha, (h, w) float32: the soft mask in the band, or without one the ratio of the distances to
    the nearest known background and foreground. Known pixels keep their values."""
    guess = scene.soft_mask if scene.soft_mask is not None else interpolate_by_distance(scene)
    return np.asarray(np.where(scene.unknown, guess, scene.alpha), np.float32)


def interpolate_by_distance(scene: Scene) -> Floats:
    """d(background) / (d(background) + d(foreground)), (h, w) float32; 0.5 where neither is known."""
    import cv2

    distances = []
    for kind in (scene.alpha < 0.5, scene.alpha >= 0.5):
        there = kind & ~scene.unknown
        if there.any():
            distances.append(cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, 5))
        else:
            distances.append(np.full(there.shape, 1e6, np.float32))
    from_background, from_foreground = distances
    return np.asarray(from_background / np.maximum(from_background + from_foreground, 1e-6), np.float32)


def harden_edge(
    field: Floats,
    scene: Scene,
    unknown: Bools,
    into: Floats,
    *,
    tile: int = 512,
    progress: Progress | None = None,
) -> None:
    """Cut `field` at one half, with an edge one photo pixel wide, into the unknown pixels of `into`.

    The signed distance to the contour is taken to first order, `(field - 1/2) / |gradient|`, on the bilinearly enlarged
    field; so the edge has no stairs at any enlargement.
    """
    import cv2

    factor, frame = scene.factor, scene.frame
    reduced = Rect(0, 0, -(-frame.width // factor), -(-frame.height // factor))
    pieces = reduced.split_into_tiles(max(1, tile // factor))
    for done, piece in enumerate(pieces):
        report_progress(progress, "cutting the edge", done / len(pieces))
        full = Rect(piece.left * factor, piece.top * factor, piece.right * factor, piece.bottom * factor)
        full = full.move(frame.left, frame.top).intersect(frame)
        wanted = unknown[full.slices]
        if not wanted.any():
            continue
        around = piece.grow(3).intersect(Rect(0, 0, field.shape[1], field.shape[0]))
        large = cv2.resize(
            field[around.slices],
            (around.width * factor, around.height * factor),
            interpolation=cv2.INTER_LINEAR,
        )
        # the kink of bilinear interpolation is a scene pixel apart
        large = cv2.GaussianBlur(large, (0, 0), 0.5 * factor, borderType=cv2.BORDER_REPLICATE)
        across = cv2.Sobel(large, cv2.CV_32F, 1, 0, scale=0.125, borderType=cv2.BORDER_REPLICATE)
        down = cv2.Sobel(large, cv2.CV_32F, 0, 1, scale=0.125, borderType=cv2.BORDER_REPLICATE)
        distance = (large - 0.5) / np.maximum(np.hypot(across, down), 1e-6)
        top, left = (piece.top - around.top) * factor, (piece.left - around.left) * factor
        edge = np.clip(distance + 0.5, 0.0, 1.0)[top : top + full.height, left : left + full.width]
        into[full.slices][wanted] = edge[wanted]
