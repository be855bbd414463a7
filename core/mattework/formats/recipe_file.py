"""A recipe in a file of its own, beside a picture that cannot hold one: an XMP sidecar with what PSD and TIFF carry inside.

Source: XMP Specification Part 3 (ISO 16684-3), sidecar files.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import BinaryIO

from mattework.errors import FileNotReadable, RecipeError
from mattework.formats.streams import write_target
from mattework.formats.xmp import MAX_PACKET, get_recipe, put_recipe
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
    """Read what `save_recipe` wrote.

    Raises:
        FileNotReadable: there is no such file, or it cannot be read.
        RecipeError: it holds no recipe, or one that cannot be read.
    """
    path = Path(source)
    try:
        if path.stat().st_size > MAX_PACKET:
            raise RecipeError(f"{path} is too large for a recipe. Name the file that --save-recipe wrote.")
        packet = path.read_bytes()
    except OSError as error:
        raise FileNotReadable(
            f"The recipe {path} cannot be read: {error.strerror or error}. Check its name and folder."
        ) from error
    found = get_recipe(packet)
    if found is None:
        raise RecipeError(f"{path} holds no recipe of Mattework. Name the file that --save-recipe wrote.")
    return found
