"""A recipe from a file: out of a PSD or TIFF that carries one, or out of an XMP sidecar beside a picture that cannot.

Source: XMP Specification Part 3 (ISO 16684-3), sidecar files.
"""

from __future__ import annotations

import os
from os import PathLike
from typing import BinaryIO

from mattework.errors import RecipeError
from mattework.formats.limits import Limits
from mattework.formats.sniff import HEAD_BYTES, Kind, sniff_kind
from mattework.formats.streams import open_source, write_target
from mattework.formats.xmp import MAX_PACKET, NAMESPACE, get_recipe, put_recipe
from mattework.recipe import Recipe, RecipeInputs


def save_recipe(
    recipe: Recipe, inputs: RecipeInputs, target: str | PathLike[str], *, overwrite: bool = False
) -> None:
    """Write a recipe and the pictures that it rests on; `.xmp` is the usual ending of such a file.

    Raises:
        OutputError: as `save_document`.
    """

    def write(stream: BinaryIO) -> tuple[str, ...]:
        stream.write(put_recipe(None, recipe, inputs))
        return ()

    write_target(target, write, overwrite=overwrite)


def read_recipe(source: str | PathLike[str]) -> tuple[Recipe, RecipeInputs]:
    """The recipe in a file, and the pictures that it rests on.

    Args:
        source: path of a PSD, PSB or TIFF that Mattework wrote, or of the XMP file that `Cutout.save_recipe` wrote beside
            another picture. No pixels are decoded.

    Raises:
        FileNotReadable: there is no such file, or it cannot be read.
        RecipeError: it holds no recipe, or one that is damaged or of a newer version.
        UnsupportedFile, DamagedFile, FileTooLarge: a PSD or TIFF that is not sound.
    """
    with open_source(source, Limits(), None) as (stream, name):
        return find_recipe(stream, name)


def find_recipe(stream: BinaryIO, name: str) -> tuple[Recipe, RecipeInputs]:
    """What `read_recipe` gives, of a seekable stream; `name` is what messages call it.

    Raises:
        RecipeError, UnsupportedFile, DamagedFile, FileTooLarge: as `read_recipe`.
    """
    packet = _read_packet(stream, name)
    found = get_recipe(packet)
    if found is not None:
        return found
    if packet is not None and NAMESPACE.encode() in packet and b":Recipe>" in packet:
        raise RecipeError(
            f"The recipe in {name} is damaged: its XMP data are cut off or changed. Take another copy of the file, or cut "
            "the photo out again."
        )
    raise RecipeError(
        f"{name} holds no recipe of Mattework. Name the file that --save-recipe wrote, or a PSD or TIFF that was cut."
    )


def _read_packet(stream: BinaryIO, name: str) -> bytes | None:
    """The XMP data of a Photoshop document or TIFF; of any other file all that it holds."""
    stream.seek(0)
    kind = sniff_kind(stream.read(HEAD_BYTES))
    if kind is Kind.PSD:
        from mattework.formats.psd_layout import scan_psd
        from mattework.formats.psd_resources import read_raw_metadata, read_resources

        layout = scan_psd(stream, limits=Limits(), name=name)
        return read_raw_metadata(read_resources(layout.resources.read(stream))[0]).xmp
    if kind is Kind.TIFF:
        from mattework.formats.tiff import describe_page

        return describe_page(stream, limits=Limits(), name=name).metadata.xmp
    if stream.seek(0, os.SEEK_END) > MAX_PACKET:
        raise RecipeError(f"{name} is too large for a recipe. Name the file that --save-recipe wrote.")
    stream.seek(0)
    return stream.read()
