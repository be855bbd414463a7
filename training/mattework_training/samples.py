"""Makes training samples. The sample of a seed, an index and a shape is always the same.

Each sample is a photograph-like picture with the alpha of its subject. Kinds and their shares are
in ``RECIPE``; how often each set of cut-outs is drawn is in ``subjects.CUTOUT_SHARES``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mattework_training.camera import blur_and_record, change_key, change_light
from mattework_training.dressing import dress_part
from mattework_training.grounds import (
    Pixels,
    Shape,
    choose_busy_ground,
    choose_ground,
    draw_pattern,
    draw_studio,
)
from mattework_training.library import Image, Library, Photo
from mattework_training.placing import Placed, Pose, draw_pose, draw_small_pose, frame_photo, place_cutout
from mattework_training.portraits import crop_portrait, cut_from_photo, hide_face
from mattework_training.shadows import cast_shadow, contact_shadow, reflect_below
from mattework_training.subjects import Subjects, pick_photo
from mattework_training.surroundings import add_distractor, draw_front, draw_occluder, lay_behind, mix_in


@dataclass(frozen=True, slots=True)
class Sample:
    """``image`` (H, W, 3) RGB; ``alpha`` (H, W) 0..255, what the network should answer;
    ``known`` (H, W) 0 or 255, where that answer counts. All uint8."""

    kind: str
    image: Image
    alpha: Image
    known: Image


# Share of each kind of sample.
RECIPE = {
    "people": 0.12,
    "portrait": 0.08,
    "portrait on new ground": 0.08,
    "holding": 0.03,
    "pets": 0.21,
    "clothes": 0.03,
    "things": 0.06,
    "composite": 0.15,
    "close-up": 0.05,
    "bystanders": 0.05,
    "obstructed": 0.07,
    "small": 0.04,
    "empty": 0.03,
}

# Kinds of samples in which subject and ground may both be dark, both bright, or of one colour more often.
_KEYED = ("composite", "close-up", "obstructed", "small")


# How often a photograph of these kinds is seen so near that it has hardly any ground.
_NEAR = {"people": 0.08, "pets": 0.12, "things": 0.15}


def _to_bytes(alpha: Pixels) -> Image:
    result: Image = np.clip(alpha * 255 + 0.5, 0, 255).astype(np.uint8)
    return result


class SampleMaker:
    """Draws samples from a library."""

    def __init__(self, library: Library, seed: int, subjects: Subjects | None = None) -> None:
        self._library = library
        self._seed = seed
        self.subjects = subjects or Subjects(library)
        makers: dict[str, Callable[[Shape, np.random.Generator], Sample | None]] = {
            "people": self._make_people,
            "portrait": self._make_portrait,
            "portrait on new ground": self._make_portrait_on_new_ground,
            "holding": self._make_holding,
            "pets": self._make_pets,
            "clothes": self._make_clothes,
            "things": self._make_things,
            "composite": self._make_composite,
            "bystanders": self._make_bystanders,
            "obstructed": self._make_obstructed,
            "close-up": self._make_close_up,
            "small": self._make_small,
            "empty": self._make_empty,
        }
        self._makers = makers

    def make(self, index: int, shape: Shape) -> Sample:
        """Sample number ``index`` for a frame of ``(height, width)``."""
        rng = np.random.default_rng((self._seed, index))
        kind = str(rng.choice(list(RECIPE), p=list(RECIPE.values())))
        sample = self._makers[kind](shape, rng)
        # A kind whose set is absent, or whose draw was unusable, becomes a composite.
        return sample if sample is not None else self._make_composite(shape, rng)

    def make_kind(self, kind: str, index: int, shape: Shape) -> Sample | None:
        """As ``make``, but of one kind, for looking at and for tests."""
        return self._makers[kind](shape, np.random.default_rng((self._seed, index)))

    def _from_photo(self, kind: str, photo: Photo, shape: Shape, rng: np.random.Generator) -> Sample | None:
        if not (photo.mask > 127).any():
            return None  # nobody labelled what is there
        framed = frame_photo(photo, shape, rng, near=_NEAR.get(kind, 0.0))
        pixels = change_light(framed.image.astype(np.float32), rng)
        known = np.where(framed.ignored > 40, 0, 255).astype(np.uint8)
        return Sample(kind, blur_and_record(pixels, rng), framed.mask, known)

    def _make_people(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        photo = pick_photo(self._library.people, rng)
        if photo is None:
            return None
        if rng.random() < 0.15:
            photo = hide_face(photo, rng)
        return self._from_photo("people", photo, shape, rng)

    def _make_pets(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        photo = pick_photo(self._library.pets, rng)
        return None if photo is None else self._from_photo("pets", photo, shape, rng)

    def _make_clothes(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        photo = pick_photo(self._library.clothes, rng)
        return None if photo is None else self._from_photo("clothes", photo, shape, rng)

    def _make_things(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        photo = pick_photo(self._library.things, rng)
        return None if photo is None else self._from_photo("things", photo, shape, rng)

    def _draw_portrait(self, rng: np.random.Generator) -> Photo | None:
        photo = pick_photo(self._library.people, rng)
        if photo is None:
            return None
        if rng.random() < 0.35:
            photo = hide_face(photo, rng)
        return crop_portrait(photo, rng)

    def _make_portrait(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        portrait = self._draw_portrait(rng)
        if portrait is None:
            return None
        scale = 1.3 * max(shape) / max(portrait.mask.shape)
        size = (round(portrait.mask.shape[1] * scale), round(portrait.mask.shape[0] * scale))
        # Enlarged smoothly first: the hard steps of a small mask would be learnt as an edge.
        mask = cv2.resize(portrait.mask, size, interpolation=cv2.INTER_CUBIC)
        mask = cv2.GaussianBlur(mask, (0, 0), scale * 0.5)
        sharp = np.clip((mask.astype(np.float32) - 64) * 2, 0, 255).astype(np.uint8)
        image = cv2.resize(portrait.image, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        return self._from_photo("portrait", Photo(image, sharp), shape, rng)

    def _place_portrait(self, shape: Shape, rng: np.random.Generator) -> Placed | None:
        portrait = self._draw_portrait(rng)
        rgba = None if portrait is None else cut_from_photo(portrait, rng)
        if rgba is None:
            return None
        height, width = rgba.shape[:2]
        # The cut edge of the body has to lie on or below the frame's lower border.
        tall = rng.uniform(0.62, 1.15)
        wide = tall * shape[0] / height * width
        if wide > 1.25 * shape[1]:
            tall *= 1.25 * shape[1] / wide
        reference = min(shape) * 1.1
        pose = Pose(
            long_side=tall * shape[0] * max(1.0, width / height) / reference,
            center=(0.5 + rng.uniform(-0.12, 0.12), 1.0 - tall / 2 + rng.uniform(0.01, 0.12)),
            angle=0.0,
        )
        return place_cutout(rgba, shape, pose, rng)

    def _make_portrait_on_new_ground(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        placed = self._place_portrait(shape, rng)
        if placed is None:
            return None
        ground = choose_ground(self._library, shape, rng)
        return self.compose("portrait on new ground", ground, [placed], shape, rng)

    def _make_holding(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        """Somebody with a thing before the body, as if held: both are the subject."""
        person = self._place_portrait(shape, rng)
        if person is None:
            return None
        rows, columns = np.nonzero(person.alpha > 0.9)
        low = rows > np.quantile(rows, 0.5) if len(rows) else rows
        if not low.any():
            return None
        at = rng.choice(np.flatnonzero(low))
        pose = Pose(
            long_side=rng.uniform(0.2, 0.6),
            center=(columns[at] / shape[1], rows[at] / shape[0]),
            angle=rng.normal(0, 0.4),
        )
        thing = place_cutout(self.subjects.draw_thing(rng), shape, pose, rng)
        ground = choose_ground(self._library, shape, rng)
        return self.compose("holding", ground, [person, thing], shape, rng)

    def _make_composite(self, shape: Shape, rng: np.random.Generator) -> Sample:
        count = 1 if rng.random() < 0.86 else int(rng.integers(2, 4))
        ground = choose_ground(self._library, shape, rng)
        if rng.random() < 0.12:
            ground = add_distractor(self.subjects, ground, rng)
        placed = []
        for _ in range(count):
            for _ in range(4):
                pose = draw_pose(rng, crowded=count > 1)
                one = place_cutout(self.subjects.draw_cutout(rng), shape, pose, rng)
                if one.alpha.mean() > 0.004:
                    break
            placed.append(one)
        return self.compose("composite", ground, placed, shape, rng)

    def _make_close_up(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        """A plant, animal or thing so near that the lower border and often others cut it."""
        ground = choose_ground(self._library, shape, rng)
        for _ in range(4):
            rgba = self.subjects.draw_surrounding(rng, plants=1.0) if rng.random() < 0.5 else None
            pose = Pose(
                long_side=rng.uniform(0.9, 2.0),
                center=(0.5 + rng.uniform(-0.3, 0.3), rng.uniform(0.5, 1.0)),
                angle=rng.normal(0, 0.1),
            )
            rgba = self.subjects.draw_cutout(rng) if rgba is None else rgba
            placed = place_cutout(dress_part(rgba, rng) if rng.random() < 0.3 else rgba, shape, pose, rng)
            if 0.2 < placed.alpha.mean() < 0.96:
                return self.compose("close-up", ground, [placed], shape, rng)
        return None

    def _make_small(self, shape: Shape, rng: np.random.Generator) -> Sample | None:
        """One small, sharp subject in a busy scene; what is smaller, cut or blurred is background."""
        ground = choose_busy_ground(self._library, shape, rng)
        if ground is None:
            return None
        person = pick_photo(self._library.people, rng) if rng.random() < 0.5 else None
        rgba = None if person is None else cut_from_photo(person, rng)
        if rgba is None:
            rgba = self.subjects.draw_cutout(rng, is_small=True)
        pose = draw_small_pose(rgba, shape, rng)
        for _ in range(int(rng.integers(1, 3))):
            if rng.random() < 0.5:
                ground = add_distractor(self.subjects, ground, rng)
            else:
                center = (float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.2, 0.9)))
                farther = Pose(long_side=pose.long_side * rng.uniform(0.25, 0.55), center=center, angle=0.0)
                ground = lay_behind(self.subjects, ground, farther, rng)
        return self.compose("small", ground, [place_cutout(rgba, shape, pose, rng)], shape, rng)

    def _make_bystanders(self, shape: Shape, rng: np.random.Generator) -> Sample:
        """One subject before others of its kind, who stand in a row behind it, half its size, hardly less sharp."""
        ground = choose_busy_ground(self._library, shape, rng)
        if ground is None:
            ground = choose_ground(self._library, shape, rng)
        usual = draw_pose(rng, crowded=False)
        angle = usual.angle if rng.random() < 0.8 else rng.uniform(-np.pi, np.pi)
        pose = Pose(
            long_side=rng.uniform(0.5, 1.05),
            center=(0.5 + rng.uniform(-0.25, 0.25), rng.uniform(0.45, 0.62)),
            angle=float(angle),
        )
        height, size, blur = (
            pose.center[1] + rng.uniform(-0.2, 0.05),
            rng.uniform(0.3, 0.6),
            rng.uniform(0, 1.5),
        )
        for _ in range(int(rng.integers(2, 8))):
            center = (float(rng.uniform(0, 1)), float(height + rng.normal(0, 0.015)))
            behind = Pose(long_side=pose.long_side * size * rng.uniform(0.9, 1.1), center=center, angle=0.0)
            ground = mix_in(ground, self.subjects.draw_person(rng), behind, blur, rng)
        return self.compose(
            "bystanders", ground, [place_cutout(self.subjects.draw_person(rng), shape, pose, rng)], shape, rng
        )

    def _make_obstructed(self, shape: Shape, rng: np.random.Generator) -> Sample:
        """A person, animal or vehicle among plants, posts and furniture, and partly behind them."""
        ground = choose_busy_ground(self._library, shape, rng)
        if ground is None:
            ground = choose_ground(self._library, shape, rng)
        for _ in range(int(rng.integers(0, 4))):
            rgba = self.subjects.draw_surrounding(rng)
            if rgba is not None:
                center = (float(rng.uniform(0, 1)), float(rng.uniform(0.3, 1)))
                pose = Pose(long_side=rng.uniform(0.15, 0.7), center=center, angle=0.0)
                ground = mix_in(ground, rgba, pose, rng.uniform(0, 1.2), rng)
        pose = Pose(
            long_side=rng.uniform(0.25, 0.9),
            center=(0.5 + rng.uniform(-0.25, 0.25), 0.5 + rng.uniform(-0.15, 0.2)),
            angle=rng.normal(0, 0.1),
        )
        subject = place_cutout(self.subjects.draw_mover(rng), shape, pose, rng)
        visible = subject.alpha
        fronts = []
        for _ in range(int(rng.integers(0, 4))):
            front = draw_front(self.subjects, shape, rng)
            left = visible * (1 - front.alpha)
            if left.sum() > 0.6 * subject.alpha.sum():
                visible = left
                fronts.append(front)
        return self.compose("obstructed", ground, [subject], shape, rng, fronts)

    def _draw_key(self, kind: str, rng: np.random.Generator) -> int:
        """1: something white on something bright; -1: something black on something dark; mostly 0."""
        if kind not in _KEYED:
            return 0
        return int(rng.choice([-1, 0, 1], p=[0.07, 0.89, 0.04]))

    def compose(
        self,
        kind: str,
        ground: Pixels,
        subjects: list[Placed],
        shape: Shape,
        rng: np.random.Generator,
        fronts: Sequence[Placed] = (),
    ) -> Sample:
        """Compose subjects over a ground with their shadows, ``fronts`` over them, and take the photograph."""
        ground = change_light(ground, rng, 0.6)
        key = self._draw_key(kind, rng)
        if key:
            ground = change_key(np.clip(ground, 0, 255), key * rng.uniform(0.2, 0.8))
        alpha = np.zeros(shape, np.float32)
        for subject in subjects:
            color = change_light(subject.color, rng, 0.8)
            if key:
                color = change_key(np.clip(color, 0, 255), key * rng.uniform(0.4, 0.85))
            a = subject.alpha
            weight = max(float(a.sum()), 1.0)
            like, most = (0.2, 1.0) if kind in _KEYED else (0.14, 0.9)
            if rng.random() < like:
                # Low contrast: the subject's mean colour moves towards the ground around it.
                mean = (color * a[..., None]).sum(axis=(0, 1)) / weight
                around = (ground * a[..., None]).sum(axis=(0, 1)) / weight
                shift = (around - mean) * rng.uniform(0.4, most)
                color = color + shift.astype(np.float32)
            color = np.clip(color, 0, 255)
            # Shadows stay on the ground, never on an earlier subject.
            bare = ground
            if rng.random() < 0.4:
                bare = cast_shadow(bare, a, rng)
            if rng.random() < 0.35:
                bare = contact_shadow(bare, a, rng)
            if rng.random() < 0.07:
                bare = reflect_below(bare, color, a, rng)
            ground = np.where(alpha[..., None] > 0.02, ground, bare)
            visible = a[..., None]
            if kind == "composite" and rng.random() < 0.03:
                # Glass: the ground shows through, more in the middle than at the rim, and it is all subject.
                rim = a - cv2.erode(a, np.ones((5, 5), np.uint8))
                visible = np.clip(a * rng.uniform(0.3, 0.7) + rim * 0.3, 0, 1)[..., None]
            ground = ground * (1 - visible) + color * visible
            alpha = alpha + (1 - alpha) * a
        if kind == "composite" and rng.random() < 0.04:
            fronts = [draw_occluder(self.subjects, shape, rng)]
        for front in fronts:
            cover = front.alpha[..., None]
            ground = ground * (1 - cover) + front.color * cover
            alpha = alpha * (1 - front.alpha)
        if rng.random() < 0.15:
            ground = change_light(ground, rng, 0.5)
        image = blur_and_record(ground.astype(np.float32), rng)
        return Sample(kind, image, _to_bytes(alpha), np.full(shape, 255, np.uint8))

    def _make_empty(self, shape: Shape, rng: np.random.Generator) -> Sample:
        """Nothing is the subject: studios, patterns, floors, scenes."""
        kind = rng.random()
        if kind < 0.25:
            ground = draw_studio(shape, rng)
        elif kind < 0.5:
            ground = draw_pattern(shape, rng)
        else:
            ground = choose_ground(self._library, shape, rng)
        image = blur_and_record(change_light(ground, rng), rng)
        return Sample("empty", image, np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8))
