"""Draws one thing out of a library: any subject, a person, something that moves by itself, or what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from mattework_training.dressing import dress_part
from mattework_training.foliage import NUMBER as PLANTS
from mattework_training.foliage import draw_plant
from mattework_training.library import Image, Library, Photo
from mattework_training.openwork import NUMBER as OPENWORKS
from mattework_training.openwork import draw_openwork
from mattework_training.portraits import cut_from_photo
from mattework_training.strands import grow_strands

# Share of each source among the subjects of composites.
CUTOUT_SHARES = {
    "tuxpaint": 0.12,
    "fluent3d": 0.04,
    "rendered": 0.10,
    "things": 0.12,
    "plants": 0.04,
    "foliage": 0.08,
    "openwork": 0.07,
    "magento": 0.06,
    "saleor": 0.05,
    "grocery": 0.07,
    "people": 0.10,
    "pets": 0.10,
    "clothes": 0.05,
}

# Sources that are drawn: the drawing, and how many there are.
_DRAWN: dict[str, tuple[Callable[[int], Image], int]] = {
    "foliage": (draw_plant, PLANTS),
    "openwork": (draw_openwork, OPENWORKS),
}
# Share of the cut-outs of which a part has another colour and stuff.
DRESSED_SHARE = 0.12
# Share of the plants that are drawn and not rendered or photographed.
_DRAWN_PLANTS = 0.5


def pick_photo(photos: list[Photo], rng: np.random.Generator) -> Photo | None:
    """One of them, or ``None`` when there are none."""
    return photos[rng.integers(len(photos))] if photos else None


class Subjects:
    """Cut-outs of a library, uint8 RGBA with straight alpha.

    ``shares`` and ``dressed`` are for what is drawn to measure with, which must not change with the training samples.
    """

    def __init__(
        self, library: Library, shares: Mapping[str, float] = CUTOUT_SHARES, dressed: float = DRESSED_SHARE
    ) -> None:
        self._library = library
        self._dressed = dressed
        self._photos = {"people": library.people, "pets": library.pets, "clothes": library.clothes}
        self._cutouts = {**library.cutouts, "plants": library.ranked.get("plant", [])}
        # What the library lacks leaves its share to the rest.
        self._shares = {
            source: share
            for source, share in shares.items()
            if self._photos.get(source) or self._cutouts.get(source)
        }
        if self._shares:  # what is drawn is no library alone
            self._shares |= {source: shares[source] for source in _DRAWN if source in shares}

    def _draw_one(self, rng: np.random.Generator, is_small: bool) -> Image | None:
        """One subject as RGBA. ``None`` when what was drawn is unusable, or there is nothing."""
        if not self._shares:
            return None
        shares = np.array(list(self._shares.values()))
        source = str(rng.choice(list(self._shares), p=shares / shares.sum()))
        drawn = _DRAWN.get(source)
        if drawn is not None:
            draw, number = drawn
            return None if is_small else draw(int(rng.integers(number)))
        photo = pick_photo(self._photos.get(source, []), rng)
        if photo is not None:
            return cut_from_photo(photo, rng)
        cutouts = self._cutouts[source]
        return cutouts[rng.integers(len(cutouts))]

    def draw_cutout(self, rng: np.random.Generator, *, is_small: bool = False) -> Image:
        """Any subject; nothing drawn if it will be small, since that falls into pieces."""
        for _ in range(20):
            rgba = self._draw_one(rng, is_small)
            if rgba is not None:
                if self._dressed and rng.random() < self._dressed:
                    rgba = dress_part(rgba, rng)
                return grow_strands(rgba, rng) if rng.random() < 0.07 else rgba
        raise ValueError("the library holds no cut-outs and no photographs with masks")

    def draw_person(self, rng: np.random.Generator) -> Image:
        """Mostly a person, else anything."""
        photo = pick_photo(self._library.people, rng) if rng.random() < 0.75 else None
        rgba = None if photo is None else cut_from_photo(photo, rng)
        return self.draw_cutout(rng) if rgba is None else rgba

    def draw_thing(self, rng: np.random.Generator) -> Image:
        """Something that a hand could hold: a product, else anything."""
        cutouts = self._library.cutouts.get(str(rng.choice(["magento", "saleor", "grocery"])))
        return cutouts[rng.integers(len(cutouts))] if cutouts else self.draw_cutout(rng)

    def draw_mover(self, rng: np.random.Generator) -> Image:
        """A person, an animal or a vehicle, where the library has any."""
        source = rng.random()
        photos = self._library.people if source < 0.35 else self._library.pets if source < 0.5 else []
        photo = pick_photo(photos, rng)
        rgba = None if photo is None else cut_from_photo(photo, rng)
        movers = self._library.ranked.get("animal" if 0.5 <= source < 0.65 else "mover")
        movers = movers or self._library.ranked.get("mover")
        if rgba is not None:
            return rgba
        return movers[rng.integers(len(movers))] if movers else self.draw_cutout(rng)

    def draw_surrounding(self, rng: np.random.Generator, *, plants: float = 0.7) -> Image | None:
        """A plant, with this probability, or furniture."""
        is_plant = rng.random() < plants
        if is_plant and "foliage" in self._shares and rng.random() < _DRAWN_PLANTS:
            return draw_plant(int(rng.integers(PLANTS)))
        things = self._library.ranked.get("plant" if is_plant else "prop")
        return things[rng.integers(len(things))] if things else None
