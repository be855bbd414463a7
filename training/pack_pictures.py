"""Pack a folder of pictures as a training set: photographs with masks or trimaps, grounds, or cut-outs.

``python training/pack_pictures.py --photos FOLDER --masks FOLDER --out people-ccp.tar``
``python training/pack_pictures.py --photos FOLDER --trimaps FOLDER --values 2 3 1 --out pets128.tar``
``python training/pack_pictures.py --photos FOLDER --out backgrounds-wallpapers.tar``
``python training/pack_pictures.py --cutouts FOLDER --names training/sets/cutouts-tuxpaint.txt --out cutouts-tuxpaint.tar``

Folders are read with what lies under them. A picture's name is its path there without the suffix, ``/`` written as ``__``;
a photograph and its mask have the same name. ``--values`` says what background, unknown band and subject are written as in
the trimaps. Cut-outs keep their own alpha (straight), and are cropped to it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.library import Image, decode_picture
from mattework_training.packing import add_file, encode_picture, open_tar

_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"}
# Fainter alpha than this is no part of a cut-out's bounds.
_FAINT = 8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--photos", type=Path, help="a folder of photographs")
    what.add_argument("--cutouts", type=Path, help="a folder of pictures with an alpha channel")
    truth = parser.add_mutually_exclusive_group()
    truth.add_argument("--masks", type=Path, help="a folder of the photographs' masks, 0 to 255 (subject)")
    truth.add_argument("--trimaps", type=Path, help="a folder of the photographs' trimaps")
    parser.add_argument(
        "--values",
        type=int,
        nargs=3,
        default=(0, 128, 255),
        metavar=("BACKGROUND", "UNKNOWN", "SUBJECT"),
        help="how the trimaps say it (0 128 255)",
    )
    parser.add_argument("--names", type=Path, help="a text file: only pictures of these names, one in a line")
    parser.add_argument("--long-side", type=int, default=640, help="larger pictures are reduced (640)")
    parser.add_argument("--at-least", type=int, default=120, help="smaller cut-outs are left out (120)")
    parser.add_argument("--out", type=Path, required=True, help="the tar to write")
    options = parser.parse_args()
    if options.cutouts and (options.masks or options.trimaps):
        parser.error("cut-outs have their own alpha: --masks and --trimaps go with --photos")
    try:
        packed, left = pack(options)
    except (ValueError, FileNotFoundError) as problem:
        raise SystemExit(str(problem)) from None
    print(f"{packed} pictures in {options.out}")
    for reason, names in left.items():
        print(f"left out, {reason}: {len(names)} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})")


def pack(options: argparse.Namespace) -> tuple[int, dict[str, list[str]]]:
    """Write the set that ``options`` ask for: how many pictures it holds, and the names of those left out, by why.

    Raises ``FileNotFoundError`` where a folder has no pictures or none of the names that are asked for, and
    ``ValueError`` for a picture that cannot be read or a mask of another size than its photograph. No tar is left then.
    """
    places = find_pictures(options.cutouts or options.photos)
    left: dict[str, list[str]] = {}
    if options.names:
        wanted = set(options.names.read_text(encoding="utf-8").split("\n")) - {""}
        left["not there"] = sorted(wanted - places.keys())
        places = {name: place for name, place in places.items() if name in wanted}
        if not places:
            raise FileNotFoundError(f"None of the names in {options.names} is among the pictures.")
    packed = 0
    truths = find_truths(options)
    with open_tar(options.out) as archive:
        for name, place in track(places.items(), "packing"):
            picture = read_picture(place)
            if options.cutouts:
                files = {f"rgba/{name}.webp": fit_cutout(picture, options.long_side)}
                fault = "too small" if max(files[f"rgba/{name}.webp"].shape[:2]) < options.at_least else None
            else:
                files = {f"images/{name}.webp": reduce_picture(picture[..., :3], options.long_side)}
                fault = "without a mask" if truths is not None and name not in truths else None
            if fault:
                left.setdefault(fault, []).append(name)
                continue
            if truths is not None:
                kind = "masks" if options.masks else "trimaps"
                files[f"{kind}/{name}.png"] = read_truth(truths[name], picture.shape[:2], options)
            for file, content in files.items():
                add_file(archive, file, encode_picture(content, Path(file).suffix))
            packed += 1
    return packed, {reason: names for reason, names in left.items() if names}


def find_truths(options: argparse.Namespace) -> dict[str, Path] | None:
    folder = options.masks or options.trimaps
    return find_pictures(folder) if folder else None


def read_truth(path: Path, size: tuple[int, int], options: argparse.Namespace) -> Image:
    """A mask (0..255, soft where it is) or trimap (0, 128, 255), reduced. Raises ``ValueError`` for one of another size."""
    truth = read_picture(path)[..., 0]
    if truth.shape != size:
        raise ValueError(f"{path} is of another size than its photograph: {truth.shape}, {size}.")
    if options.masks:
        return reduce_picture(truth, options.long_side)
    return reduce_trimap(read_trimap(truth, options.values), options.long_side)


def find_pictures(folder: Path) -> dict[str, Path]:
    """The pictures under a folder by name, sorted.

    Raises ``FileNotFoundError`` where there are none, ``ValueError`` where two have one name.
    """
    places: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            name = path.relative_to(folder).with_suffix("").as_posix().replace("/", "__")
            if name in places:
                raise ValueError(f"{places[name]} and {path} have one name; a set can hold only one of them.")
            places[name] = path
    if not places:
        raise FileNotFoundError(f"No pictures in {folder}.")
    return places


def read_picture(path: Path) -> Image:
    """A picture file as RGBA, (H, W, 4) uint8, opaque where it has no alpha. Raises ``ValueError`` for no picture."""
    try:
        picture = decode_picture(path.read_bytes(), cv2.IMREAD_UNCHANGED)
    except ValueError as problem:
        raise ValueError(f"{path} cannot be read: {problem}.") from None
    if picture.ndim == 2:
        picture = np.dstack([picture] * 3)
    if picture.shape[2] == 3:
        picture = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    return picture


def fit_cutout(picture: Image, long_side: int) -> Image:
    """An RGBA picture cropped to where it shows something and reduced; of no size where it shows nothing."""
    rows, columns = np.nonzero(picture[..., 3] > _FAINT)
    if not rows.size:
        return picture[:0, :0]
    picture = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    if max(picture.shape[:2]) <= long_side:
        return picture
    # Colours count by their alpha: what a transparent pixel hides must not come into the outline.
    weight = picture[..., 3:].astype(np.float32)
    mixed = reduce_picture(np.dstack([picture[..., :3] * weight, weight]), long_side)
    colours = mixed[..., :3] / np.maximum(mixed[..., 3:], 1e-3)
    return np.clip(np.dstack([colours, mixed[..., 3]]) + 0.5, 0, 255).astype(np.uint8)


def read_trimap(written: Image, values: tuple[int, int, int]) -> Image:
    """A trimap as 0, 128 and 255, written with other values (background, unknown band, subject).

    Raises ``ValueError`` where it holds anything else.
    """
    others = sorted(set(np.unique(written).tolist()) - set(values))
    if others:
        given = " ".join(map(str, values))
        raise ValueError(f"A trimap holds {others[0]}, which is none of --values {given}.")
    table = np.zeros(256, np.uint8)
    table[list(values)] = (0, 128, 255)
    return table[written]


def reduce_trimap(trimap: Image, long_side: int) -> Image:
    """A trimap at most so large: unknown is what holds any of the unknown band, or parts of subject and background."""
    mean = reduce_picture(np.where(trimap == 255, 255, 0).astype(np.float32), long_side)
    unknown = reduce_picture((trimap == 128).astype(np.float32), long_side)
    decided = np.where(mean >= 254.5, 255, np.where(mean < 0.5, 0, 128))
    return np.where(unknown > 0, 128, decided).astype(np.uint8)


def reduce_picture(picture: np.ndarray, long_side: int) -> np.ndarray:
    """A picture whose longer side is at most so long, by the mean of what falls on each pixel."""
    scale = long_side / max(picture.shape[:2])
    if scale >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    main()
