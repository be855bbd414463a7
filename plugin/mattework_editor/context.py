"""What other layers of the file show around the cut-out: those under it and those over it, at a size for the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from mattework import (
    CLEAN_LAYER,
    BlendMode,
    Document,
    Group,
    Layer,
    OwnLayers,
    Photo,
    Rect,
    convert_to_srgb8,
    depth_white,
    find_made_layers,
    flatten_document,
)
from mattework.arrays import Bytes, Floats
from mattework.progress import Progress, report_progress
from mattework_editor.exporting import crop_layers

SIDE = 2048
"""Long side at which they are drawn."""
STRIP = 4_000_000
"""Pixels of the file that are put together at a time."""

Node: TypeAlias = "Layer | Group"


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Layers that are not ours, from the bottom. `unseen` are those over the cut-out that cannot be drawn alone: they mix
    with what is under them, or are clipped to the cut-out itself."""

    under: tuple[Node, ...] = ()
    over: tuple[Node, ...] = ()
    unseen: tuple[Node, ...] = ()

    @property
    def is_seen(self) -> bool:
        return any(_is_shown(node) for node in (*self.under, *self.over))


@dataclass(frozen=True, slots=True, eq=False)
class ContextPart:
    """`under` and `over` (h, w, 4) uint8: sRGB multiplied by opacity, and opacity; None where there is nothing to see."""

    under: Bytes | None = None
    over: Bytes | None = None


def is_ours(node: Node, photo: Photo, own: OwnLayers) -> bool:
    """Whether it is the photo itself, or one of its cut-out's `own` layers, which are made again when it is saved."""
    if not isinstance(node, Layer):
        return False
    if node.pixels is photo.colour or any(node is one for one in (own.background, own.shadow, own.clean)):
        return True
    return node.name == CLEAN_LAYER and not any(node is one for one in own.like_clean)


def split_document(document: Document, photo: Photo, own: OwnLayers | None = None) -> Context:
    """The layers around the photo's; none where the photo is no layer, but what all layers make together.

    `own` are the cut-out's own layers where they are known already.
    """
    return _split(document.layers, photo, own or find_made_layers(document, photo)) or Context()


def draw_context(document: Document, context: Context, progress: Progress | None = None) -> ContextPart:
    """Put together what is seen of the context.

    Raises:
        Cancelled: `progress` wanted to stop.
    """
    return ContextPart(_draw(document, context.under, progress), _draw(document, context.over, progress))


def _split(nodes: tuple[Node, ...], photo: Photo, own: OwnLayers) -> Context | None:
    for at, node in enumerate(nodes):
        inner = _split(node.children, photo, own) if isinstance(node, Group) else None
        if inner is None and not (isinstance(node, Layer) and node.pixels is photo.colour):
            continue
        under = tuple(one for one in nodes[:at] if not is_ours(one, photo, own))
        over, unseen = _leave_out_mixed(nodes[at + 1 :], photo, own)
        if isinstance(node, Group) and inner is not None:
            unseen = (*inner.unseen, *unseen)
            under = (*under, replace(node, children=inner.under)) if inner.under else under
            over = (replace(node, children=inner.over), *over) if inner.over else over
        return Context(under, over, unseen)
    return None


def _leave_out_mixed(
    nodes: tuple[Node, ...], photo: Photo, own: OwnLayers
) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Nodes over the cut-out that can be drawn without what is under them, and those that cannot."""
    kept: list[Node] = []
    left: list[Node] = []
    has_base = False
    for node in nodes:
        if is_ours(node, photo, own):
            has_base = False
        elif node.clipped:
            (kept if has_base else left).append(node)
        elif isinstance(node, Group) and node.blend is BlendMode.PASS_THROUGH:
            inside, outside = _leave_out_mixed(node.children, photo, own)
            left.extend(outside)
            has_base = bool(inside)
            if inside:
                kept.append(replace(node, children=inside))
        else:
            has_base = node.blend is BlendMode.NORMAL
            (kept if has_base else left).append(node)
    return tuple(kept), tuple(left)


def _draw(document: Document, nodes: tuple[Node, ...], progress: Progress | None) -> Bytes | None:
    import cv2

    shown = tuple(node for node in nodes if _is_shown(node))
    if not shown:
        return None
    size = document.size
    side = -(-size.long_side // SIDE)
    whole = replace(document, layers=shown, composite=None)
    seen = np.zeros((-(-size.height // side), -(-size.width // side), 4), np.uint8)
    rows = side * max(1, STRIP // (size.width * side))
    for top in range(0, size.height, rows):
        report_progress(progress, "read layers", top / size.height)
        strip = Rect(0, top, size.width, min(top + rows, size.height))
        part = _flatten(crop_layers(whole, strip))
        below, right = -strip.height % side, -strip.width % side
        if below or right:
            part = np.asarray(cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_REPLICATE), np.float32)
        small = cv2.resize(part, (part.shape[1] // side, part.shape[0] // side), interpolation=cv2.INTER_AREA)
        seen[top // side : top // side + small.shape[0]] = np.rint(small)
    return seen


def _flatten(document: Document) -> Floats:
    """(h, w, 4) float32 of 0 to 255: sRGB multiplied by opacity, and opacity."""
    colour, alpha = flatten_document(document)
    part = np.full((*document.size.shape, 4), 255, np.float32)
    part[..., :3] = convert_to_srgb8(colour, document.mode, document.metadata.icc)
    if alpha is not None:
        opacity = alpha.astype(np.float32) / np.float32(depth_white(document.depth))
        part *= opacity[..., None]
    return part


def _is_shown(node: Node) -> bool:
    return node.visible and node.opacity > 0
