"""Where a model's files can be fetched from: their own addresses, or a mirror that holds them under their names."""

from __future__ import annotations

import os
import re

from mattework.errors import UsageError
from mattework.models.spec import ModelFile

_VARIABLE = "MATTEWORK_MODEL_MIRROR"


def find_mirror(mirror: str | None = None) -> str | None:
    """The base address of the mirror that was named, else of the one that the environment names; None for none.

    Raises:
        UsageError: it is no http or https address.
    """
    mirror = mirror or os.environ.get(_VARIABLE) or None
    if mirror is not None and not re.match(r"https?://[^/]", mirror):
        raise UsageError(f"A mirror is an http or https address, not {mirror!r}.")
    return mirror


def has_download(file: ModelFile) -> bool:
    """Whether the file can be fetched and checked, as far as is known: it has an address, or there is a mirror, and a hash.

    A mirror whose address is none counts: fetching from it says what is wrong.
    """
    return file.is_pinned and (file.url is not None or bool(os.environ.get(_VARIABLE)))


def name_address(file: ModelFile, mirror: str | None) -> str:
    return f"{mirror.rstrip('/')}/{file.name}" if mirror is not None else str(file.url)
