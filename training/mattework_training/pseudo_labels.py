"""A trimap for a photograph without one, where the embedded model and GrabCut agree on its subject."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mattework.models.catalogue import find_spec
from mattework.models.folders import embedded_folder
from mattework.models.runtime import ModelSession, open_session
from mattework.models.store import ModelFolder, ModelStore
from mattework.segment.subject import find_subject
from mattework_training.library import Image

Flags = npt.NDArray[np.bool_]

LOOKS_AGREE = 0.93
"""The least IoU of any look with what most of them say."""
GRABCUT_AGREES = 0.92
_AREA = (0.05, 0.75)
_MOST_BORDER = 0.3
_LARGEST_PART = 0.93
_SIDES = (320, 448)


def open_model() -> ModelSession:
    """The embedded subject segmenter, on the CPU."""
    store = ModelStore([ModelFolder(embedded_folder(), "embedded")])
    return open_session(find_spec("mattework-subject"), store, device="cpu")


def measure_iou(first: Flags, second: Flags) -> float:
    union = int((first | second).sum())
    return float((first & second).sum() / union) if union else 1.0


def touch_border(mask: Flags) -> float:
    """The share of the frame's border that ``mask`` covers."""
    border = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]])
    return float(border.mean())


def _look(image: Image, session: ModelSession, side: int, *, mirrored: bool) -> npt.NDArray[np.float32]:
    shown = np.ascontiguousarray(image[:, ::-1]) if mirrored else image
    mask = find_subject(shown, session, long_side=side).soft_mask
    if mirrored:
        mask = np.ascontiguousarray(mask[:, ::-1])
    size = (image.shape[1], image.shape[0])
    return cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)


def run_grabcut(image: Image, mask: Flags) -> Flags:
    """GrabCut from a wide band around the mask's outline: it knows the depths and the far ground only."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    long_side = max(mask.shape)
    labels = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[inside > 0.5 * inside.max()] = cv2.GC_FGD
    labels[outside > 0.15 * long_side] = cv2.GC_BGD
    if not (labels == cv2.GC_PR_BGD).any() and not (labels == cv2.GC_BGD).any():
        return mask
    cv2.setRNGSeed(0)
    cv2.grabCut(image, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    found: Flags = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return found


def label_photo(image: Image, session: ModelSession) -> Image | None:
    """A trimap of 0, 128 (unknown) and 255 for a photograph (H, W, 3), or ``None`` where it is in doubt."""
    looks: list[npt.NDArray[np.float32]] = []
    for side in _SIDES:
        for mirrored in (False, True):
            looks.append(_look(image, session, side, mirrored=mirrored))
            # Most photographs that fail do so at once.
            if measure_iou(looks[-1] > 0.5, looks[0] > 0.5) < LOOKS_AGREE:
                return None
    mean = np.mean(looks, axis=0)
    mask = mean > 0.5
    if not _AREA[0] < mask.mean() < _AREA[1] or touch_border(mask) > _MOST_BORDER:
        return None
    if min(measure_iou(look > 0.5, mask) for look in looks) < LOOKS_AGREE:
        return None
    _, _, parts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if parts[1:, cv2.CC_STAT_AREA].max() < _LARGEST_PART * mask.sum():
        return None
    cut = run_grabcut(image, mask)
    if measure_iou(cut, mask) < GRABCUT_AGREES:
        return None
    doubtful = (mean > 0.2) & (mean < 0.8) | (cut != mask)
    for look in looks:
        doubtful |= (look > 0.5) != mask
    trimap: Image = np.where(doubtful, 128, np.where(mask, 255, 0)).astype(np.uint8)
    return trimap
