"""Documents: canvas, layers, masks, and putting them together. No file knowledge."""

from mattework.document.model import (
    BlendMode,
    ColorMode,
    Depth,
    Document,
    Group,
    Layer,
    Mask,
    Metadata,
    Node,
    array_depth,
    depth_dtype,
    depth_white,
)

__all__ = [
    "BlendMode",
    "ColorMode",
    "Depth",
    "Document",
    "Group",
    "Layer",
    "Mask",
    "Metadata",
    "Node",
    "array_depth",
    "depth_dtype",
    "depth_white",
]
