"""What a Photoshop file holds, item by item, as psd-tools sees it: two files are compared without our own reader."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

from psd_tools.psd import PSD

Fingerprint = dict[str, object]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _bytes_of(element: Any, **options: Any) -> bytes:
    stream = BytesIO()
    element.write(stream, **options)
    return stream.getvalue()


def take_fingerprint(data: bytes) -> Fingerprint:
    """Every header, resource, block, record and channel of the file by what psd-tools makes of it."""
    psd = PSD.read(BytesIO(data))
    version = psd.header.version
    prints: Fingerprint = {
        "header": _hash(_bytes_of(psd.header)),
        "colours": _hash(_bytes_of(psd.color_mode_data)),
        "merged": _hash(psd.image_data.data),
    }
    for number, resource in psd.image_resources.items():
        prints[f"resource {int(number)}"] = _hash(_bytes_of(resource))
    section = psd.layer_and_mask_information
    info = psd._get_layer_info()
    prints["count"] = None if info is None else info.layer_count
    if section.global_layer_mask_info is not None:
        prints["mask display"] = _hash(_bytes_of(section.global_layer_mask_info))
    for key, block in (section.tagged_blocks or {}).items():
        name = getattr(key, "value", key)
        if name not in (b"Lr16", b"Lr32", b"Layr"):
            prints[f"block {name!r}"] = _hash(_bytes_of(block, version=version, padding=4))
    for index, (record, channels) in enumerate(psd._iter_layers()):
        prefix = f"layer {index}"
        prints[f"{prefix} place"] = (record.top, record.left, record.bottom, record.right)
        prints[f"{prefix} blending"] = (record.blend_mode, record.opacity, int(record.clipping))
        prints[f"{prefix} flags"] = _hash(_bytes_of(record.flags))
        prints[f"{prefix} ranges"] = _hash(_bytes_of(record.blending_ranges))
        prints[f"{prefix} name"] = record.name
        prints[f"{prefix} mask"] = None if record.mask_data is None else _hash(_bytes_of(record.mask_data))
        for key, block in record.tagged_blocks.items():
            prints[f"{prefix} block {getattr(key, 'value', key)!r}"] = _hash(
                _bytes_of(block, version=version)
            )
        for channel, plane in zip(record.channel_info, channels, strict=True):
            prints[f"{prefix} channel {int(channel.id)}"] = (plane.compression, _hash(plane.data))
    return prints


def changed_keys(before: bytes, after: bytes) -> set[str]:
    one, two = take_fingerprint(before), take_fingerprint(after)
    return {key for key in one.keys() | two.keys() if one.get(key, "none") != two.get(key, "none")}
