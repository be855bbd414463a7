"""Samples for the prompt network: a picture with several things in it, each of which may be meant.

Things are cut-outs of a crowded composite, the subject of a photograph, or a part: a patch of one colour, such as a
sleeve, a lawn or a wall. Parts teach that a click may mean something that is no subject at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mattework_training.camera import blur_and_record, change_light
from mattework_training.grounds import Pixels, Shape, choose_ground
from mattework_training.library import Image, Library
from mattework_training.placing import Placed, Pose, frame_photo, place_cutout
from mattework_training.samples import SampleMaker
from mattework_training.shadows import cast_shadow, contact_shadow
from mattework_training.subjects import Subjects

TARGETS = 2
"""Things that may be meant, per picture."""

RECIPE = {"crowd": 0.5, "people": 0.16, "portrait": 0.04, "pets": 0.18, "clothes": 0.06, "single": 0.06}
_PARTS = 0.3  # of second targets in photographs; the others repeat the subject with other prompts
_CROWD_PARTS = 0.05  # of targets in crowds
_LEAST_VISIBLE = 0.004  # of the frame
_PART_TRIES = 5


@dataclass(frozen=True, slots=True)
class PromptSample:
    """``image`` (H, W, 3) RGB; ``alphas`` (2, H, W) 0..255, one per thing that may be meant; ``known`` (H, W) 0 or 255,
    where they count. All uint8. ``kinds`` says what each thing is."""

    kinds: tuple[str, ...]
    image: Image
    alphas: Image
    known: Image


def find_part(image: Image, rng: np.random.Generator, within: Image | None = None) -> Image | None:
    """A connected patch of nearly one colour, 0..255, smooth at its edge; None when none was found in a few tries."""
    height, width = image.shape[:2]
    size = (max(8, width // 2), max(8, height // 2))
    small = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)
    small = cv2.medianBlur(small, 5)
    inside = None if within is None else cv2.resize(within, size, interpolation=cv2.INTER_AREA) > 200
    for _ in range(_PART_TRIES):
        if inside is not None and inside.any():
            rows, columns = np.nonzero(inside)
            pick = rng.integers(len(rows))
            seed = (int(columns[pick]), int(rows[pick]))
        else:
            seed = (int(rng.integers(size[0])), int(rng.integers(size[1])))
        light, hue = float(rng.uniform(12, 45)), float(rng.uniform(5, 16))
        reach = (light, hue, hue)
        filled = np.zeros((size[1] + 2, size[0] + 2), np.uint8)
        flags = 4 | (255 << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
        cv2.floodFill(small, filled, seed, 0, reach, reach, flags)
        part = filled[1:-1, 1:-1]
        if inside is not None:
            part = np.where(inside, part, 0).astype(np.uint8)
        part = cv2.morphologyEx(part, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        part = cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        _, labels, statistics, _ = cv2.connectedComponentsWithStats(part, connectivity=4)
        label = int(labels[seed[1], seed[0]])
        area = int(statistics[label, cv2.CC_STAT_AREA])
        if label == 0 or not 0.006 < area / part.size < 0.5:
            continue
        box = statistics[label, cv2.CC_STAT_WIDTH] * statistics[label, cv2.CC_STAT_HEIGHT]
        if area / box < 0.3:
            continue
        mask = (labels == label).astype(np.float32) * 255
        soft = cv2.GaussianBlur(mask, (0, 0), 0.8)
        return np.asarray(cv2.resize(soft, (width, height)), np.uint8)
    return None


class PromptSampleMaker:
    """Draws samples from a library; the sample of a seed, an index and a shape is always the same."""

    def __init__(self, library: Library, seed: int, subjects: Subjects | None = None) -> None:
        self._library = library
        self._seed = seed
        self._samples = SampleMaker(library, seed, subjects)

    def make(self, index: int, shape: Shape) -> PromptSample:
        """Sample number ``index`` for a frame of ``(height, width)``."""
        rng = np.random.default_rng((self._seed, index))
        shares = np.array(list(RECIPE.values()))
        kind = str(rng.choice(list(RECIPE), p=shares / shares.sum()))
        return self._make_crowd(shape, rng) if kind == "crowd" else self._make_photo(kind, shape, rng)

    def _make_photo(self, kind: str, shape: Shape, rng: np.random.Generator) -> PromptSample:
        photos = {
            "people": self._library.people,
            "pets": self._library.pets,
            "clothes": self._library.clothes,
        }
        if photos.get(kind):
            photo = photos[kind][rng.integers(len(photos[kind]))]
            framed = frame_photo(photo, shape, rng)
            image = blur_and_record(change_light(framed.image.astype(np.float32), rng), rng)
            mask, known = framed.mask, np.where(framed.ignored > 40, 0, 255).astype(np.uint8)
        else:
            maker = "portrait" if kind == "portrait" and self._library.people else "composite"
            sample = self._samples.make_kind(maker, int(rng.integers(1 << 40)), shape)
            assert sample is not None
            image, mask, known = sample.image, sample.alpha, sample.known
            kind = sample.kind
        if (mask > 127).mean() < _LEAST_VISIBLE:
            return self._make_crowd(shape, rng)
        kinds, alphas = [kind], [mask]
        part = None
        if rng.random() < _PARTS:
            part = find_part(image, rng, mask if rng.random() < 0.5 else None)
        alphas.append(mask if part is None else part)
        kinds.append(kind if part is None else "part")
        return PromptSample(tuple(kinds), image, np.stack(alphas), known)

    def _place_some(self, shape: Shape, rng: np.random.Generator) -> Placed:
        size = rng.random()
        if size < 0.2:
            long_side = rng.uniform(0.12, 0.3)
        elif size < 0.65:
            long_side = rng.uniform(0.3, 0.75)
        else:  # a close-up, cut off by the frame: not all that reaches its border is ground
            long_side = rng.uniform(0.75, 1.5)
        center = (rng.uniform(0.08, 0.92), rng.uniform(0.1, 0.9))
        angle = float(np.deg2rad(rng.uniform(-25, 25))) if rng.random() < 0.5 else 0.0
        pose = Pose(long_side=long_side, center=center, angle=angle)
        return place_cutout(self._samples.subjects.draw_cutout(rng), shape, pose, rng)

    def _make_crowd(self, shape: Shape, rng: np.random.Generator) -> PromptSample:
        ground = change_light(choose_ground(self._library, shape, rng), rng, 0.6)
        # The same cut-out twice, now and then: likeness alone must not decide.
        things = [self._place_some(shape, rng) for _ in range(int(rng.integers(2, 6)))]
        if rng.random() < 0.15:
            twin = things[0]
            shift = (int(rng.integers(shape[0])), int(rng.integers(shape[1])))
            things.append(
                Placed(np.roll(twin.color, shift, axis=(0, 1)), np.roll(twin.alpha, shift, axis=(0, 1)))
            )
        visible: list[Pixels] = []
        for thing in things:
            color = np.clip(change_light(thing.color, rng, 0.8), 0, 255)
            if rng.random() < 0.3:
                ground = cast_shadow(ground, thing.alpha, rng)
            if rng.random() < 0.3:
                ground = contact_shadow(ground, thing.alpha, rng)
            cover = thing.alpha[..., None]
            ground = ground * (1 - cover) + color * cover
            visible = [(one * (1 - thing.alpha)).astype(np.float32) for one in visible] + [thing.alpha]
        image = blur_and_record(ground.astype(np.float32), rng)
        shown = [one for one in visible if float(one.mean()) > _LEAST_VISIBLE]
        kinds, alphas = [], []
        order = rng.permutation(len(shown))
        for number in range(TARGETS):
            draw = rng.random()
            part = None
            if not shown or draw < _CROWD_PARTS:
                part = find_part(image, rng)
            if part is not None:
                kinds.append("part")
                alphas.append(part)
                continue
            if not shown:
                return self.make(int(rng.integers(1 << 40)), shape)
            target = shown[order[number % len(shown)]]
            kind = "thing"
            if draw > 0.9 and len(shown) > 2:
                target = np.maximum(target, shown[order[(number + 1) % len(shown)]])
                kind = "two things"
            kinds.append(kind)
            alphas.append(np.clip(target * 255 + 0.5, 0, 255).astype(np.uint8))
        return PromptSample(tuple(kinds), image, np.stack(alphas), np.full(shape, 255, np.uint8))
