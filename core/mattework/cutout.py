"""The result: an alpha, the layered document it was put on, the recipe that made it, and a report of what ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from mattework.arrays import Bytes, Floats, Plane
from mattework.atomic import is_same_file
from mattework.document.layer_names import (
    BACKGROUND_LAYER,
    CLEAN_LAYER,
    PAINTED_LAYER,
    PHOTO_LAYER,
    SHADOW_LAYER,
)
from mattework.document.model import Depth, Document, Group, Layer, Mask, Node, depth_dtype, depth_white
from mattework.document.piecewise import Derived, read_whole
from mattework.errors import UsageError
from mattework.geometry import Rect
from mattework.layer_states import apply_layer_state
from mattework.own_layers import OwnLayers
from mattework.photo import Photo
from mattework.quality import DOUBTFUL
from mattework.recipe import LayerState, MattingChoice, Recipe, RecipeInputs

if TYPE_CHECKING:
    from mattework.arrays import Samples
    from mattework.progress import Progress


FLATTENED = "Its layers, their masks and the recipe have no place in a flat picture."
"""What is lost with a cut-out that a flat picture takes the place of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What ran, for people and for machines.

    `asked` is the network that was asked about what `model` was in doubt of, or that knew the whole of what was pointed at,
    None where none was; `matting` the one that
    solved the edge, None where none did.
    `confidence` is 0 to 1 with its `reasons`, None when no model looked for the subject. `band` is the share of the picture
    in which alpha was solved. `steps` are seconds by step.
    """

    model: str | None
    model_sha256: str | None
    device: str | None
    asked: str | None = None
    asked_sha256: str | None = None
    solver: str
    matting: MattingChoice | None = None
    confidence: float | None
    reasons: tuple[str, ...]
    band: float
    coverage: float
    seconds: float
    steps: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at the result."""
        return self.confidence is not None and self.confidence < DOUBTFUL

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `doubtful` is `is_doubtful`."""
        import msgspec

        plain: dict[str, Any] = msgspec.to_builtins(self)
        plain["doubtful"] = self.is_doubtful
        plain["steps"] = {name: round(seconds, 4) for name, seconds in self.steps.items()}
        plain["seconds"] = round(self.seconds, 4)
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """The file that a picture was read from, so that nothing takes its place that holds less.

    `losses` are what the cut-out lacks of it, in sentences; None where it is the photo itself.
    """

    path: Path
    losses: tuple[str, ...] | None = None

    def refuse_loss(self, target: str | PathLike[str] | BinaryIO, *more: str) -> None:
        """Refuse to write over the file where something in it would be gone, as would what is told in `more`.

        Raises:
            UsageError: says what.
        """
        if not isinstance(target, (str, PathLike)) or not is_same_file(Path(target), self.path):
            return
        if self.losses is None:
            raise UsageError(f"{target} is the picture that was read; it would be gone. Give another name.")
        if losses := (*more, *self.losses):
            raise UsageError(
                f"{target} is the file that was read, and something in it would be gone if it were replaced. "
                f"{' '.join(losses)} Give another name; this file then stays as it is."
            )


def name_file(source: object, losses: tuple[str, ...] | None = None) -> ReadFile | None:
    """The file of a source that is a path, an open file, a PIL image or a document; None where there is none."""
    name = source
    if not isinstance(source, (str, PathLike)):
        found = (getattr(source, attribute, None) for attribute in ("name", "filename", "read_from"))
        name = next((one for one in found if one), None)
    if not isinstance(name, (str, PathLike)) or not name:  # the number of a file, or none
        return None
    return ReadFile(path=Path(name).absolute(), losses=losses)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cutout:
    """A finished cut.

    `alpha_plane` (H, W) float32 of 0 to 1 is the opacity of the subject at full resolution, the source's own transparency
    multiplied in; `trimap_plane` (H, W) uint8 holds 0, 128 (the unknown band) and 255. `layered` is the document. They may
    be `Piecewise`, so that saving takes little more memory than the photo; `alpha`, `trimap` and `document` are the same in
    arrays, laid out when they are first asked for. `read_from` is the file of the picture, None where it was in memory.
    """

    alpha_plane: Plane[np.float32]
    trimap_plane: Plane[np.uint8]
    layered: Document
    recipe: Recipe
    inputs: RecipeInputs = field(default_factory=RecipeInputs)
    report: Report
    read_from: ReadFile | None = None

    @cached_property
    def alpha(self) -> Floats:
        """(H, W) float32, 0 to 1."""
        return read_whole(self.alpha_plane)

    @cached_property
    def trimap(self) -> Bytes:
        """(H, W) uint8 of 0, 128 and 255."""
        return read_whole(self.trimap_plane)

    @cached_property
    def document(self) -> Document:
        """The document with its layers; layers with the same mask share it."""
        return lay_out_document(self.layered)

    def save(
        self,
        target: str | PathLike[str] | BinaryIO,
        *,
        format: str | None = None,
        overwrite: bool = False,
        background: tuple[float, float, float] | None = None,
        quality: int | None = None,
        bits: int | None = None,
        progress: Progress | None = None,
    ) -> tuple[str, ...]:
        """Write the document; see `mattework.save_document`. Layered files carry the recipe, flat ones do not.

        The photo that was cut out is not written over, even with `overwrite`; nor is a cut-out that was made again, where
        something in it would be gone.

        Raises:
            UsageError: that file is the target, or as `mattework.save_document`.
        """
        from mattework.formats.files import LAYERED_FORMATS, choose_format, save_document
        from mattework.formats.xmp import put_recipe

        document = self.layered
        is_layered = choose_format(document, target, format) in LAYERED_FORMATS
        if overwrite and self.read_from is not None:
            self.read_from.refuse_loss(target, *(() if is_layered else (FLATTENED,)))
        if is_layered:
            packet = put_recipe(document.metadata.xmp, self.recipe, self.inputs)
            document = replace(document, metadata=replace(document.metadata, xmp=packet))
        elif bits in (16, 32) and bits > document.depth:
            document = self._deepen(cast("Depth", bits))
        document = replace(document, read_from=None)  # what may be written over was settled above
        return save_document(
            document,
            target,
            format=format,
            overwrite=overwrite,
            background=background,
            quality=quality,
            bits=bits,
            progress=progress,
        )

    def save_mask(
        self,
        target: str | PathLike[str] | BinaryIO,
        *,
        bits: int = 16,
        format: str | None = None,
        overwrite: bool = False,
    ) -> None:
        """Write the alpha alone as a gray picture, never over the file that was read; see `mattework.save_mask`."""
        from mattework.formats.files import save_mask

        if overwrite and self.read_from is not None:
            replace(self.read_from, losses=None).refuse_loss(target)
        save_mask(self.alpha, target, bits=bits, format=format, overwrite=overwrite)

    def save_recipe(self, target: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the recipe with what it rests on as an XMP sidecar: for pictures that cannot hold it, such as PNG.

        It is never written over the file that was read.
        """
        from mattework.formats.recipe_file import save_recipe

        if overwrite and self.read_from is not None:
            replace(self.read_from, losses=None).refuse_loss(target)
        save_recipe(self.recipe, self.inputs, target, overwrite=overwrite)

    def _deepen(self, depth: Depth) -> Document:
        """The document at a greater depth, its mask as fine as the alpha was solved, whatever the photo's."""
        from mattework.formats.straight import change_depth

        deep = replace(self.layered, depth=depth, layers=())

        def deepen(samples: Samples) -> Samples:
            return _derive(samples, lambda part: change_depth(part, depth, deep.mode), depth)

        pair = [one for one in self.layered.walk_layers() if one.name in (PHOTO_LAYER, CLEAN_LAYER)]
        # Clean colours may have been renamed or moved; the pair shares its mask.
        made = [one.mask.pixels for one in pair if one.mask is not None and one.mask.rect == deep.size.rect]

        def deepen_mask(node: Node) -> Mask | None:
            if node.mask is None:
                return None
            ours = isinstance(node, Layer) and node.alpha is None
            if ours and any(node.mask.pixels is pixels for pixels in made):
                return replace(node.mask, pixels=quantise_matte(self.alpha_plane, deep))
            return replace(node.mask, pixels=deepen(node.mask.pixels))

        def deepen_node(node: Node) -> Node:
            mask = deepen_mask(node)
            if isinstance(node, Group):
                return replace(node, mask=mask, children=tuple(deepen_node(child) for child in node.children))
            alpha = None if node.alpha is None else deepen(node.alpha)
            return replace(node, pixels=deepen(node.pixels), alpha=alpha, mask=mask)

        return replace(deep, layers=tuple(deepen_node(node) for node in self.layered.layers), composite=None)


def lay_out_document(document: Document) -> Document:
    """The same document with arrays in the place of what is `Piecewise`; what several layers share they share again."""
    known: dict[int, Samples] = {}

    def lay_out(samples: Samples) -> Samples:
        return known.setdefault(id(samples), cast("Samples", read_whole(samples)))

    def visit(node: Node) -> Node:
        mask = None if node.mask is None else replace(node.mask, pixels=lay_out(node.mask.pixels))
        if isinstance(node, Group):
            return replace(node, mask=mask, children=tuple(visit(child) for child in node.children))
        alpha = None if node.alpha is None else lay_out(node.alpha)
        return replace(node, pixels=lay_out(node.pixels), alpha=alpha, mask=mask)

    return replace(document, layers=tuple(visit(node) for node in document.layers))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeLayers:
    """What was made to go with a matte: clean colours (H, W, channels), the layers behind; None for what was not."""

    clean: Samples | None = None
    background: Layer | None = None
    shadow: Layer | None = None


def put_matte_on_document(
    document: Document,
    photo: Photo,
    matte: Plane[np.float32],
    made: MadeLayers,
    *,
    found: OwnLayers | None = None,
    keeps_background: bool = False,
    states: tuple[LayerState, ...] = (),
) -> Document:
    """The layered cut-out: background, shadow, the photo with its mask, and the clean colours with the same mask on top.

    The photo's layer is hidden when clean colours stand above it: two layers with one mask would add up at the edge.
    Masks fill their layer's rectangle and hide what is outside, which is what every reader accepts.

    Where `photo` is one layer of the document (and not what all of them make together), the pair takes that layer's place,
    and every other layer stays where it is. What an earlier recipe had made goes, and its like takes its place: the clean
    colours and the shadow that were `found`, and the background unless it is kept. Clean colours that were painted on stay,
    hidden. `states` are laid on what is made or kept.
    """
    found = found or OwnLayers()
    rect = document.size.rect
    mask = Mask(rect, quantise_matte(matte, document))
    whole = Layer(PHOTO_LAYER, rect, photo.colour, photo.alpha, mask, visible=made.clean is None)
    pair = [whole] if made.clean is None else [whole, Layer(CLEAN_LAYER, rect, made.clean, photo.alpha, mask)]
    pair = [apply_layer_state(layer, states) for layer in pair]
    above = [] if found.clean is None else pair[1:]
    pair = pair[: len(pair) - len(above)]
    behind = [apply_layer_state(one, states) for one in (made.shadow, made.background) if one is not None]
    waiting = {layer.name: layer for layer in behind}

    def put(nodes: Sequence[Node]) -> Iterator[Node]:
        """The nodes with what was made in its place, bottom to top."""
        for node in nodes:
            if isinstance(node, Group):
                yield replace(node, children=tuple(put(node.children)))
            elif node.pixels is photo.colour:
                if SHADOW_LAYER in waiting:
                    yield waiting.pop(SHADOW_LAYER)
                yield from pair
            elif node is found.clean:
                if found.is_painted:
                    yield replace(node, name=PAINTED_LAYER, visible=False)
                yield from (_put_in_place(layer, node) for layer in above)
            elif node is found.background and keeps_background:
                ours = apply_layer_state(replace(node, name=BACKGROUND_LAYER), states)
                yield replace(ours, name=node.name)
            elif node is found.background or node is found.shadow:
                if not found.goes(node):
                    yield node
                fresh = waiting.pop(BACKGROUND_LAYER if node is found.background else SHADOW_LAYER, None)
                if fresh is not None:
                    mask = node.mask if found.goes(node) else None  # ours have none: somebody painted it
                    yield replace(fresh, name=node.name, mask=mask)
            else:
                yield node

    is_layer = any(layer.pixels is photo.colour for layer in document.walk_layers())
    layers = list(put(document.layers if is_layer else (whole,)))
    if BACKGROUND_LAYER in waiting:  # at the bottom, but not hidden by one that stays there
        others = (at for at, node in enumerate(layers) if not is_whole_layer(node, BACKGROUND_LAYER, rect))
        layers.insert(next(others, len(layers)), waiting.pop(BACKGROUND_LAYER))
    return replace(document, layers=tuple(layers), composite=None)


def _put_in_place(layer: Layer, old: Layer) -> Layer:
    """A layer in the place of its like, under the name and where a person has put it."""
    mask = None if layer.mask is None else replace(layer.mask, rect=old.rect)
    return replace(layer, name=old.name, rect=old.rect, mask=mask)


def is_whole_layer(node: Node, name: str, rect: Rect) -> bool:
    """Whether this is a layer of pixels of that name that fills the canvas `rect`."""
    return isinstance(node, Layer) and node.name == name and node.rect == rect


def quantise_matte(matte: Plane[np.float32], document: Document) -> Samples:
    """A matte of 0 to 1 as mask samples in the document's depth, rounded to nearest; `Piecewise`.

    What lies beyond by the rounding that `check_alpha` allows is taken to the end: integers would begin anew there.
    """
    depth = document.depth

    def quantise(part: Samples) -> Samples:
        scaled: Floats = np.clip(part, 0, 1, dtype=np.float32)
        if depth == 32:
            return scaled
        scaled *= np.float32(depth_white(depth))
        return cast("Samples", np.rint(scaled, out=scaled).astype(depth_dtype(depth)))

    return _derive(cast("Samples", matte), quantise, depth)


def _derive(samples: Samples, make: Callable[[Samples], Samples], depth: Depth) -> Samples:
    """Samples of a depth that follow from others, worked out where they are read: documents take them for arrays."""

    def read(where: tuple[slice, slice]) -> Samples:
        return make(samples[where])

    return cast("Samples", Derived[Any](samples.shape, depth_dtype(depth), read))
