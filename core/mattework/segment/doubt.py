"""What the subject segmenter is in doubt of, and another network's opinion of it.

The network that answers prompts was trained on spoilt masks that one click mends. Shown the soft mask, with a mark at its
surest place, it says what belongs to the thing there; the mean of both is better than either where much is in doubt, and
is not worth its time elsewhere (`benchmarks/subject.py`).
"""

from __future__ import annotations

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.geometry import Size
from mattework.models.tensors import resize_smoothly
from mattework.prompt import Prompt

_LOW, _HIGH = 0.1, 0.9
"""Between these a soft mask is in doubt."""
_WIDE = 0.03
"""Of the long side: a band of doubt that is narrower is an edge."""
OPINION = 0.5
"""What the other network's answer weighs beside the mask that it was asked about."""
_MUCH = 0.01
"""Of what is found: less doubt than this is left to the edge solver."""


def is_in_doubt(soft_mask: Floats) -> bool:
    """Whether more than the edges of what a soft mask (h, w) shows is in doubt; False where it shows nothing."""
    import cv2

    found = int((soft_mask > 0.5).sum())
    if not found:
        return False
    open_question = ((soft_mask > _LOW) & (soft_mask < _HIGH)).astype(np.uint8)
    side = max(3, int(_WIDE * max(soft_mask.shape)) | 1)
    wide = cv2.morphologyEx(open_question, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return int(wide.sum()) > _MUCH * found


def ask_about(rgb: Bytes, soft_mask: Floats, model: str) -> Floats:
    """What a network that answers prompts says of a soft mask: (h, w) float32 of 0 to 1, in the soft mask's size.

    Args:
        rgb: (H, W, 3) uint8 photo.
        soft_mask: (h, w) of the whole photo, above 0.5 somewhere.
        model: its id in the catalogue; it runs on the CPU.

    Raises:
        ModelNotInstalled, ModelDamaged, ModelFailed, OutOfMemory.
    """
    from mattework.segment.prompt_model import open_companion
    from mattework.segment.prompted import ObjectSelector

    selector = ObjectSelector(rgb, open_companion(model), two_sizes=False)
    x, y = find_surest(soft_mask)
    scale = (rgb.shape[1] / soft_mask.shape[1], rgb.shape[0] / soft_mask.shape[0])
    mark = Prompt(kind="point", points=(((x + 0.5) * scale[0], (y + 0.5) * scale[1]),))
    answer = selector.select([mark], previous=np.ascontiguousarray(soft_mask, np.float32)).soft_mask
    return resize_smoothly(answer, Size(soft_mask.shape[1], soft_mask.shape[0])).clip(0.0, 1.0)


def find_surest(soft_mask: Floats) -> tuple[int, int]:
    """Column and row of the place that lies deepest in what a soft mask (h, w) is sure of."""
    import cv2

    sure = soft_mask > min(_HIGH, float(soft_mask.max()) - 1e-3)
    depth = cv2.distanceTransform(np.pad(sure.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(column), int(row)
