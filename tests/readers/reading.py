"""What a reader saw in a file: the same record from every program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mattework.arrays import AnyArray
from mattework.geometry import Rect, Size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenMask:
    """A layer mask as the reader shows it, full range = shown."""

    rect: Rect
    pixels: AnyArray
    enabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenLayer:
    """A layer or a group as the reader shows it. None means that the reader does not tell.

    `pixels` (h, w, channels) without alpha; `alpha` (h, w). `level` is the depth of nesting.
    """

    name: str
    level: int = 0
    group: bool = False
    rect: Rect | None = None
    visible: bool | None = None
    opacity: float | None = None
    blend: str | None = None
    pixels: AnyArray | None = None
    alpha: AnyArray | None = None
    mask: SeenMask | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What a reader saw. Layers and groups bottom to top, a group before its children.

    `merged` is the merged picture stored in the file as the reader shows it, `rendered` what the reader itself made of the
    layers; both (H, W, channels) with alpha last when there is any. `xmp` is the whole
    packet, `recipe` our property alone. `alpha_holds` names what the reader has multiplied into
    the alpha of each layer ("mask", "opacity") because it knows no other place for it.
    """

    size: Size
    depth: int | None = None
    layers: tuple[SeenLayer, ...] = ()
    shows_layers: bool = True
    shows_groups: bool = True
    merged: AnyArray | None = None
    merged_matted: bool = False
    rendered: AnyArray | None = None
    alpha_holds: frozenset[str] = frozenset()
    icc: bytes | None = None
    dpi: float | None = None
    xmp: bytes | None = None
    recipe: str | None = None
    exif: dict[str, str] | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reader cannot open the file; `reason` in its own words."""

    reason: str


def load_dump(folder: Path, index: int) -> Reading | Unreadable:
    """The reading that a dumping script left as `INDEX.json` with raw arrays beside it."""
    path = folder / f"{index}.json"
    if not path.is_file():
        return Unreadable("the program stopped before this file")
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "unreadable" in data:
        return Unreadable(str(data["unreadable"]))
    width, height = data["size"]
    merged, rendered = (_load_array(folder, data.get(key)) for key in ("merged", "rendered"))
    icc = data.get("icc")
    return Reading(
        size=Size(width, height),
        depth=data.get("depth"),
        layers=tuple(_load_layer(folder, layer) for layer in data["layers"]),
        shows_groups=data.get("shows_groups", True),
        merged=merged,
        merged_matted=data.get("merged_matted", False),
        rendered=rendered,
        icc=(folder / icc).read_bytes() if icc else None,
        dpi=data.get("dpi"),
        xmp=data["xmp"].encode() if data.get("xmp") else None,
        recipe=data.get("recipe"),
        exif=data.get("exif"),
        remarks=tuple(data.get("remarks", ())),
    )


def _load_layer(folder: Path, data: dict[str, Any]) -> SeenLayer:
    pixels = _load_array(folder, data.get("pixels"))
    alpha = None
    if pixels is not None and data.get("alpha"):
        pixels, alpha = pixels[:, :, :-1], pixels[:, :, -1]
    mask = data.get("mask")
    return SeenLayer(
        name=data["name"],
        level=data.get("level", 0),
        group=data.get("group", False),
        rect=Rect(*data["rect"]) if data.get("rect") else None,
        visible=data.get("visible"),
        opacity=data.get("opacity"),
        blend=data.get("blend"),
        pixels=pixels,
        alpha=alpha,
        mask=_load_mask(folder, mask) if mask else None,
    )


def _load_mask(folder: Path, data: dict[str, Any]) -> SeenMask:
    pixels = _load_array(folder, data["pixels"])
    assert pixels is not None
    return SeenMask(rect=Rect(*data["rect"]), pixels=pixels[:, :, 0].copy(), enabled=data.get("enabled"))


def _load_array(folder: Path, data: dict[str, Any] | None) -> AnyArray | None:
    """A raw file described by {"file", "dtype", "shape"}; native byte order comes back."""
    if data is None:
        return None
    stored = np.dtype(data["dtype"])
    array = np.fromfile(folder / data["file"], stored).reshape(data["shape"])
    return array.astype(stored.newbyteorder("="))
