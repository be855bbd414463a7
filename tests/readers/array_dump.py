"""For dumping scripts that run in an environment of their own, with numpy: a JSON and raw arrays a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


class Dump:
    """The arrays of one file."""

    def __init__(self, folder: Path, index: int) -> None:
        self.folder, self.index, self.count = folder, index, 0

    def keep(self, content: bytes) -> str:
        name = f"{self.index}-{self.count}.raw"
        self.count += 1
        (self.folder / name).write_bytes(content)
        return name

    def array(self, planes: list[Any]) -> dict[str, Any]:
        """Planes (h, w) of one layer as one (h, w, channels) file."""
        array = np.stack([np.asarray(plane) for plane in planes], axis=-1)
        array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        return {"file": self.keep(array.tobytes()), "dtype": array.dtype.str, "shape": list(array.shape)}


def dump_files(read: Callable[[str, Dump], dict[str, Any]]) -> None:
    """Run `read` on every path of the list named by the first argument, into the folder named by the second."""
    listing, folder = sys.argv[1], Path(sys.argv[2])
    for index, path in enumerate(json.loads(Path(listing).read_text(encoding="utf-8"))):
        try:
            seen = read(path, Dump(folder, index))
        except Exception as error:  # noqa: BLE001 - whatever another program's library raises is its answer
            seen = {"unreadable": str(error) or type(error).__name__}
        (folder / f"{index}.json").write_text(json.dumps(seen), encoding="utf-8")
