"""Layers that Mattework has no place for, put into files by psd-tools."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from psd_tools.psd import PSD
from psd_tools.psd.layer_and_mask import ChannelData, ChannelDataList
from psd_tools.psd.tagged_blocks import TaggedBlock, TaggedBlocks


def add_special_layer(path: Path, name: str, key: bytes) -> None:
    """Add a layer without pixels that has one block of Photoshop's, as of an adjustment."""
    with path.open("rb") as stream:
        psd = PSD.read(stream)
    info = psd.layer_and_mask_information.layer_info
    assert info is not None
    record = copy.deepcopy(info.layer_records[-1])
    record.top = record.left = record.bottom = record.right = 0
    record.name, record.mask_data = name, None
    record.channel_info = [one for one in record.channel_info if one.id in (0, 1, 2)]
    for channel in record.channel_info:
        channel.length = 2
    record.tagged_blocks = TaggedBlocks()
    record.tagged_blocks[key] = TaggedBlock(key=key, data=b"")
    info.layer_records.append(record)
    planes: list[Any] = [ChannelData(0, b"") for _ in record.channel_info]
    info.channel_image_data.append(ChannelDataList(planes))
    info.layer_count += -1 if info.layer_count < 0 else 1  # negative: the merged picture is transparent
    with path.open("wb") as stream:
        psd.write(stream)
