"""What a cut-out shows, by its file's name: a person, animal or vehicle; a plant; furniture and the like.

Photographed animals are a rank of their own, so that the many rendered ones do not hide them."""

from __future__ import annotations

import re
from typing import Literal

Rank = Literal["animal", "mover", "plant", "prop", "other"]

_PLANTS = re.compile(
    r"plant|cactus|orchid|spatifilum|bamboo|tulip|lily|yucca|arbolito|acacia|pine|bonsai"
    r"|bush|ficus|tree|beech|cypress|maple|palm|poplar|blossom|maceta|flowerbox|olive"
)
_MOVERS = re.compile(
    r"^animals__|vehicles__|^reallusion|female-01|male-01|mannequin|horse|deer|bulldog|siamesecat|-cat@|-dog@|rabbit"
    r"|caballito|motorbike|scooter|truck|bus@|sedan|beetle|focus|chevrolet|peugeot|renault|leon@|smart-car|suv|van@"
    r"|yamaha|forklift|peterbilt|-bike|bicycle|rowboat|tricycle|biplane"
)
_ANIMALS = re.compile(r"^(erase|farm|world|fishes)-")
_NO_MOVERS = re.compile(r"clothes-horse|indoor-bike|toys__")


def tell_rank(source: str, stem: str) -> Rank:
    """What a cut-out of the set ``source`` is among others: a photographed ``animal``, another person, animal or
    vehicle (a ``mover``), a plant, a ``prop`` such as furniture, or something whose name says nothing."""
    if source == "things":
        return "animal" if _ANIMALS.search(stem) else "other"
    name = stem if "@" in stem else f"{stem}@"
    if source not in ("tuxpaint", "rendered"):
        return "other"
    if _MOVERS.search(name) and not _NO_MOVERS.search(name):
        return "mover"
    if _PLANTS.search(name):
        return "plant"
    return "prop" if source == "rendered" else "other"
