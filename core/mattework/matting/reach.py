"""How far from its outline a soft mask may err, place by place: half the width of the unknown band there.

Three signs tell, each measured beside the outline on a small copy of the photo:

* *softness*, how wide the zone is in which the mask itself is undecided;
* *rim*, how strong the photo's gradients are: at a crisp edge a segmenter's outline is right, and strands, fur and what
  is out of focus are not crisp;
* *contrast*, how far apart the colours of both sides are beside how much they vary: where colours tell, the solver finds
  strands far from the outline, and where they do not, a wide band lets it take what is not the subject's.

The reach is a product of powers of the three, fitted to the error of solved alpha (`benchmarks/README.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mattework.arrays import AnyArray, Bools, Floats, Samples
from mattework.geometry import Size

USUAL_REACH = 2.5
"""Half the width of the band, in pixels of the soft mask, where there is no photo to measure anything on."""
LEAST_REACH, MOST_REACH = 0.8, 20.0
MOST_SHARE = 0.045
"""Of the photo's long side; for masks of few pixels."""
FITTED_REACH = 1.7
"""At the usual signs."""
USUAL_SOFTNESS, USUAL_RIM, USUAL_CONTRAST = 1.7, 0.12, 2.3
"""The medians of what was fitted to."""
SOFTNESSES, RIMS, CONTRASTS = (0.9, 7.0), (0.02, 0.4), (0.3, 14.0)
"""The range of what was fitted to, but for one in fifty on either side: what lies beyond counts as these."""
SOFTNESS_POWER, RIM_POWER, CONTRAST_POWER = 1.4, -1.05, 0.8

DRAWN = 0.95
"""A mask of less softness, in the median, is of two values, drawn or cut at a threshold: it does not say how sure it is."""
SEEN_SIDES = 256, 512
"""The long side of the small copy is the soft mask's, within these."""
SURE_BACKGROUND, SURE_FOREGROUND = 0.1, 0.9
"""Between these a soft mask is undecided."""
AWAY = 4.0
"""What is farther from the outline, in pixels of the soft mask, shows the colours of its side."""
SEEN_SHARE = 1e-4
"""Of a place's surroundings: less of a side than this tells nothing of its colours."""


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """What the outline's surroundings tell, (n,) float32 for each outline pixel.

    `softness` is in pixels of the soft mask, `rim` a gradient of the square root of light from 0 to 1, `contrast` a ratio.
    """

    softness: Floats
    rim: Floats
    contrast: Floats


def measure_reach(soft_mask: Floats, rgb: Samples, size: Size, whole: Size) -> Floats:
    """Half the width of the band at the outline's nearest place.

    Args:
        soft_mask: (h, w) float32 in 0..1.
        rgb: (H, W) or (H, W, C) photo, any depth, the same part of it.
        size: that part's.
        whole: the whole photo's.

    Returns:
        (h, w) float32 in pixels of the soft mask, of a small copy's size with the photo's aspect ratio.
    """
    side = max(soft_mask.shape)
    share = size.long_side / whole.long_side
    whole_side = min(whole.long_side, int(np.clip(round(side / share), *SEEN_SIDES)))
    small = size.scale_to_long_side(max(1, round(whole_side * share)))
    soft = resize(np.ascontiguousarray(soft_mask, np.float32), small)
    outline = find_outline(soft)
    if not outline.any():
        return np.full(small.shape, USUAL_REACH, np.float32)
    pixel = max(1.0, small.long_side / side)
    signs = measure_signs(soft, see_light(rgb, small), outline, pixel)
    softness = signs.softness.clip(*SOFTNESSES)
    if np.median(signs.softness) < DRAWN:
        softness = np.full_like(softness, USUAL_SOFTNESS)
    reach = np.asarray(
        FITTED_REACH
        * (softness / USUAL_SOFTNESS) ** SOFTNESS_POWER
        * (signs.rim.clip(*RIMS) / USUAL_RIM) ** RIM_POWER
        * (signs.contrast.clip(*CONTRASTS) / USUAL_CONTRAST) ** CONTRAST_POWER,
        np.float32,
    )
    most = max(USUAL_REACH, min(MOST_REACH, MOST_SHARE * side / share))
    return _carry_from(outline, reach.clip(LEAST_REACH, most), 2.0 * pixel)


def see_light(rgb: Samples, small: Size) -> Floats:
    """The square root of the photo's light, (h, w, c) in 0..1: dark hair on a dark ground counts too."""
    light = code_light(resize(np.ascontiguousarray(rgb), small))
    return light.reshape(*small.shape, -1)


def code_light(samples: AnyArray) -> Floats:
    """The square root of samples of any depth, 0..1; what is not a number is black."""
    white = np.float32({"uint8": 255.0, "uint16": 65535.0}.get(samples.dtype.name, 1.0))
    light = np.clip(np.nan_to_num(samples.astype(np.float32) / white), 0.0, 1.0)
    return np.asarray(np.sqrt(light), np.float32)


def _carry_from(outline: Bools, values: Floats, blur: float) -> Floats:
    """Each place's value is that of the nearest pixel of the outline, blurred over the borders between them."""
    import cv2

    _, labels = cv2.distanceTransformWithLabels(
        (~outline).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros(int(labels.max()) + 1, np.float32)
    by_label[labels[outline]] = values
    return np.asarray(cv2.GaussianBlur(by_label[labels], (0, 0), blur), np.float32)


def find_outline(soft: Floats) -> Bools:
    """The pixels of a soft mask (h, w) just outside of where it is one half."""
    import cv2

    inside = (soft >= 0.5).astype(np.uint8)
    return np.asarray((cv2.dilate(inside, np.ones((3, 3), np.uint8)) > 0) & (inside == 0))


def measure_signs(soft: Floats, seen: Floats, outline: Bools, pixel: float) -> Signs:
    """Measure the three signs.

    Args:
        soft: (h, w) float32 in 0..1.
        seen: (h, w, c) float32, the square root of the photo's light, 0..1.
        outline: (h, w), as `find_outline` gives it.
        pixel: side of one pixel of the soft mask, in pixels of these arrays.
    """
    import cv2

    inside = soft >= 0.5
    outer = distance_to(inside)
    inner = distance_to(~inside)

    def spread(values: AnyArray, sigma: float) -> Floats:
        return np.asarray(
            cv2.GaussianBlur(values.astype(np.float32), (0, 0), sigma * pixel)[outline], np.float32
        )

    undecided = (soft > SURE_BACKGROUND) & (soft < SURE_FOREGROUND)
    softness = spread(undecided, 6.0) / np.maximum(spread(outline, 6.0), np.float32(1e-4)) / np.float32(pixel)

    gray = seen.mean(axis=2)
    across, down = (cv2.Sobel(gray, cv2.CV_32F, *way, scale=0.25) for way in ((1, 0), (0, 1)))
    near = (outer <= AWAY * pixel) & (inner <= AWAY * pixel)
    energy = np.where(near, across * across + down * down, 0.0)
    rim = np.sqrt(spread(energy, 3.0) / np.maximum(spread(near, 3.0), 1e-4))

    apart = np.zeros_like(rim)
    varied = np.full_like(rim, 1e-4)
    sides = [
        (outer > AWAY * pixel) & (soft < SURE_BACKGROUND),
        (inner > AWAY * pixel) & (soft > SURE_FOREGROUND),
    ]
    weights = [spread(side, 9.0) for side in sides]
    are_seen = np.minimum(*weights) > SEEN_SHARE
    weights = [np.maximum(weight, SEEN_SHARE) for weight in weights]
    for channel in range(seen.shape[2]):
        plane = seen[..., channel]
        means = []
        for side, weight in zip(sides, weights, strict=True):
            mean = spread(plane * side, 9.0) / weight
            varied += np.maximum(spread(plane * plane * side, 9.0) / weight - mean * mean, 0.0)
            means.append(mean)
        apart += (means[0] - means[1]) ** 2
    contrast = np.where(are_seen, np.sqrt(apart / varied), USUAL_CONTRAST)
    return Signs(*(np.asarray(sign, np.float32) for sign in (softness, rim, contrast)))


def distance_to(there: Bools) -> Floats:
    """Distance of every pixel to the nearest true one, in pixels; very far when there is none."""
    import cv2

    if not there.any():
        return np.full(there.shape, 1e6, np.float32)
    return np.asarray(
        cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5), np.float32
    )


def resize(picture: AnyArray, size: Size) -> AnyArray:
    """Area average when shrinking, bilinear when enlarging; borders are kept.

    What shrinks a lot shrinks by a whole number first where that leaves nothing over: OpenCV is several times as fast then.
    """
    import cv2

    height, width = picture.shape[:2]
    if (width, height) == (size.width, size.height):
        return picture
    if size.width > width or size.height > height:
        return cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    most = min(width // max(1, size.width), height // max(1, size.height))
    step = max((step for step in range(1, most + 1) if width % step == height % step == 0), default=1)
    if step > 1:
        picture = cv2.resize(picture, (width // step, height // step), interpolation=cv2.INTER_AREA)
    return cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_AREA)
