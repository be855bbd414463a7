"""Files that others made, opened, saved again and given a mask: how many come through unchanged.

    PYTHONPATH=core:tests python -m benchmarks.corpus [FOLDER]

For every PSD, PSB and TIFF below FOLDER (default: the measuring data's collection):

opened      read as a document; the others are listed with the reason.
in place    every layer record cut apart and put together by the in-place editor with nothing edited: the same bytes.
re-saved    opened, saved in its own container, opened again: the same layers and groups (name, place, blend mode,
            opacity, switches), pixels, transparency, what the masks hide of their layers, profile, resolution, camera
            data and XMP. What the document model has no place for is told in notes when a file is opened; such files
            are counted beside ("told").
one mask    a mask put on one layer in place, and the file compared item by item as psd-tools sees it: only the mask's
            rectangle and its channel changed (and, where the report says so, the merged picture).

Files in folders named `made-here` are left out: there lie the hostile ones of our own.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

import numpy as np
from PIL import Image

from formats.fingerprints import changed_keys
from mattework.arrays import AnyArray
from mattework.document.model import (
    Document,
    Group,
    Mask,
    Metadata,
    Node,
    array_depth,
    depth_dtype,
    depth_white,
)
from mattework.errors import MatteworkError
from mattework.formats.files import open_document, save_document
from mattework.formats.limits import Limits
from mattework.formats.psd_edit import EditReport, NewMask, add_mask_in_place
from mattework.formats.psd_encode import fit_mask
from mattework.formats.psd_features import has_vector_mask
from mattework.formats.psd_layout import PsdLayout, scan_psd
from mattework.formats.psd_panel import list_rows
from mattework.formats.psd_splice import Splice, cut_record
from mattework.formats.source_data import find_source_data
from mattework.geometry import Rect

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MATTEWORK_SHARED", ROOT.parent / "shared"))
SUFFIXES = (".psd", ".psb", ".tif", ".tiff")
_MERGED = {"merged", "resource 1036", "header", "count", "block b'Mt16'", "block b'Mt32'"}


@dataclass(slots=True)
class Tally:
    """What became of the files of one kind, and, in words, of those that did not come through."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def note(self, what: str, path: Path, failure: str | None) -> None:
        self.counts[what] += 1
        if failure is None:
            self.counts[f"{what}: good"] += 1
        else:
            self.failures.append(f"{what:9} {path.name}: {failure}")

    def rate(self, what: str) -> str:
        good, all_of_them = self.counts[f"{what}: good"], self.counts[what]
        return f"{good} of {all_of_them} ({good / all_of_them:.1%})" if all_of_them else "-"


# --- the same document? ----------------------------------------------------------------------------------------------


def find_difference(one: Document, two: Document, *, flat: bool) -> str | None:
    """The first thing in which two documents differ; colours that nobody can see may do so where they were `flat`."""
    for key in ("size", "mode", "depth"):
        if getattr(one, key) != getattr(two, key):
            return f"{key} {getattr(one, key)} became {getattr(two, key)}"
    for level_and_node, other in zip_longest(one.walk(), two.walk()):
        if level_and_node is None or other is None or level_and_node[0] != other[0]:
            return "another tree of layers"
        difference = _compare_nodes(level_and_node[1], other[1], one.size.rect, flat)
        if difference:
            return f"layer “{level_and_node[1].name}”: {difference}"
    return _compare_metadata(one.metadata, two.metadata)


def _compare_nodes(one: Node, two: Node, canvas: Rect, flat: bool) -> str | None:
    for key in ("name", "blend", "visible", "clipped", "rect", "open"):
        if getattr(one, key, None) != getattr(two, key, None):
            return f"{key} {getattr(one, key, None)!r} became {getattr(two, key, None)!r}"
    if abs(one.opacity - two.opacity) > 0.5 / 255 + 1e-9:  # files hold it in 255 steps
        return f"opacity {one.opacity:.4f} became {two.opacity:.4f}"
    rect = canvas if isinstance(one, Group) else one.rect
    if not _is_same_mask(one.mask, two.mask, rect):
        return "mask"
    if isinstance(one, Group) or isinstance(two, Group):
        return None if type(one) is type(two) else "a group became a layer, or the other way"
    opaque = np.broadcast_to(depth_white(array_depth(one.pixels)), rect.size.shape)
    alpha = opaque if one.alpha is None else one.alpha
    if not np.array_equal(alpha, opaque if two.alpha is None else two.alpha):
        return "transparency"
    off = (one.pixels != two.pixels).any(axis=-1)
    return "pixels" if bool((off & (alpha > 0) if flat else off).any()) else None


def _is_same_mask(one: Mask | None, two: Mask | None, rect: Rect) -> bool:
    """Whether both hide the same of what there is in `rect`: our masks are as large as their layers, for all readers."""
    if one is None or two is None:
        return one is two
    if (one.enabled, one.linked) != (two.enabled, two.linked):
        return False
    depth = array_depth(one.pixels)
    return np.array_equal(fit_mask(one, rect, depth).pixels, fit_mask(two, rect, depth).pixels)


def _compare_metadata(one: Metadata, two: Metadata) -> str | None:
    for key in ("icc", "xmp"):
        if getattr(one, key) != getattr(two, key):
            return f"{key} data"
    if _list_exif(one.exif) != _list_exif(two.exif):
        return "exif data"
    if (one.dpi is None) != (two.dpi is None) or not np.allclose(one.dpi or 0, two.dpi or 0, atol=0.01):
        return f"resolution {one.dpi} became {two.dpi}"
    return None


def _list_exif(data: bytes | None) -> dict[int, object]:
    """Tags and values, whichever byte order they are stored in: a TIFF's is that of the file."""
    tags = Image.Exif()
    tags.load(b"Exif\0\0" + (data or b""))
    return dict(tags) | dict(tags.get_ifd(0x8769))


# --- the three questions ---------------------------------------------------------------------------------------------


def save_again(data: bytes, path: Path, document: Document) -> str | None:
    """What differs after opening and saving; None when nothing does."""
    if data[:4] == b"8BPS":
        container = "psb" if data[5] == 2 else "psd"
    else:
        layered = find_source_data(BytesIO(data), name=path.name)
        container = "tiff" if layered is None or layered.info is None else "layered-tiff"
    saved = BytesIO()
    try:
        save_document(document, saved, format=container)
        again = open_document(saved.getvalue(), name=path.name)
    except MatteworkError as error:
        return str(error)
    return find_difference(document, again, flat=container == "tiff")


def write_unedited(data: bytes, layout: PsdLayout) -> str | None:
    """Whether the in-place editor gives the same bytes when it takes every record apart and changes none."""
    splice, target = Splice(layout.order), BytesIO()
    for spot in layout.layers:
        record = cut_record(spot.span.read(BytesIO(data)), layout.version, layout.order)
        splice.replace(spot.span, record.write())
    splice.write(BytesIO(data), target)
    return None if target.getvalue() == data else "other bytes"


def choose_layer(layout: PsdLayout) -> tuple[int, int] | None:
    """Number from the top and place in the file of a layer that can take a mask and has none.

    A locked Background is no such layer: it would be unlocked, too.
    """
    for row in list_rows(layout):
        spot = layout.layers[row.index]
        taken = row.is_group or spot.rect.is_empty or spot.record.mask_data is not None
        locked = row.index == 0 and spot.find_channel(-1) is None
        if not (taken or locked or has_vector_mask(spot.record)):
            return row.number, row.index
    return None


def add_one_mask(data: bytes, path: Path, layout: PsdLayout, number: int, index: int) -> str | None:
    """Which items changed that should not have, or did not and should."""
    rect = layout.layers[index].rect
    dtype = depth_dtype(8 if layout.depth == 8 else 16 if layout.depth == 16 else 32)
    top = 1 if dtype.kind == "f" else np.iinfo(dtype.str).max
    ramp: AnyArray = np.linspace(0, top, rect.area).reshape(rect.size.shape).astype(dtype)
    target = BytesIO()
    try:
        report: EditReport = add_mask_in_place(
            BytesIO(data),
            target,
            NewMask(layer=number, mask=Mask(rect, ramp)),
            limits=Limits(),
            name=path.name,
        )
    except MatteworkError as error:
        return str(error)
    own = {f"layer {index} mask", f"layer {index} channel -2"}
    changed = changed_keys(data, target.getvalue())
    allowed = own | _MERGED if report.composite_made else own
    wrong = sorted(changed - allowed) + [f"not {key}" for key in sorted(own - changed)]
    return ", ".join(wrong) or None


def try_file(path: Path, tally: Tally) -> None:
    data = path.read_bytes()
    try:
        document = open_document(data, name=path.name)
    except MatteworkError as error:
        tally.note("opened", path, str(error))
        return
    tally.note("opened", path, None)
    failure = save_again(data, path, document)
    tally.note("re-saved", path, failure)
    tally.counts["told"] += bool(document.notes)
    if data[:4] != b"8BPS":
        return
    layout = scan_psd(BytesIO(data), limits=Limits(), name=path.name)
    tally.note("in place", path, write_unedited(data, layout))
    chosen = choose_layer(layout) if layout.layers and layout.depth > 1 else None
    if chosen is not None:
        tally.note("one mask", path, add_one_mask(data, path, layout, *chosen))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED / "data" / "psd-corpus")
    options = parser.parse_args()
    found = (path for path in options.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    paths = sorted(path for path in found if "made-here" not in path.parts)
    if not paths:
        raise SystemExit(f"There is no PSD, PSB or TIFF below {options.folder}.")
    tallies: dict[str, Tally] = {}
    for path in paths:
        kind = path.suffix.lower()[1:4]
        try_file(path, tallies.setdefault(kind, Tally()))
    print(
        "| files | number | opened | in place, the same bytes | re-saved the same | told of parts left out | one mask |"
    )
    print("|---|---|---|---|---|---|---|")
    for kind, tally in tallies.items():
        rates = [tally.rate(what) for what in ("opened", "in place", "re-saved")]
        cells = [kind, str(tally.counts["opened"]), *rates, str(tally.counts["told"]), tally.rate("one mask")]
        print(f"| {' | '.join(cells)} |")
    for tally in tallies.values():
        print(*tally.failures, sep="\n")


if __name__ == "__main__":
    main()
