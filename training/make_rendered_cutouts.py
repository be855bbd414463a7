"""Render cut-outs with true alpha from free 3D models:

``python training/make_rendered_cutouts.py --package FOLDER --out cutouts-rendered.tar``

FOLDER is Debian's package ``sweethome3d-furniture``, unpacked (``apt-get download sweethome3d-furniture``,
``dpkg -x`` its file), or any folder with ``*.sh3f`` libraries. The tar holds ``rgba/*.webp`` and
``credits.tsv``: who made each model, and under which terms. Needs ``pip install moderngl trimesh`` and Mesa
or another OpenGL through EGL.
"""

from __future__ import annotations

import argparse
import re
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.library import Image, decode_picture
from mattework_training.models3d import Model, Part, read_catalogue, read_parts
from mattework_training.packing import add_file, encode_picture, open_tar
from mattework_training.rendering import Renderer, draw_lights, draw_view
from mattework_training.sheets import write_sheet

LONG_SIDE = 320
# The licence of a library has to begin with one of these words.
FREE_TERMS = ("Public domain", "Creative Commons Attribution 3.0")
_NO_SUBJECTS = frozenset({"Doors and windows", "Staircases"})
# Grounds, flat things, and what is part of a wall.
_NO_SUBJECT_TITLES = re.compile(
    r"plug|socket|switch|parking|crossing|arrow|sidewalk|rail|swimming pool|carpet|rug\b|tatami|mat\b"
    r"|curtain|shower (door|stall)|chimney|fence|frame |^bill|elevator|blind$|contemporary living|column"
    r"|smoke detector|hanger|entry|intercom|sandpit|^hedge|high hedge|puzzle|emergency sign|fluorescent"
    r"|track lights|cooktop|induction|calendar",
    re.IGNORECASE,
)
# Looked at, and broken: faces missing, black, or not to be recognised.
_BROKEN = frozenset(
    {
        "BlendSwap-CC-0-couch2",
        "BlendSwap-CC-0-shower",
        "BlendSwap-CC-BY-couch3",
        "KatorLegaz-showerHeadAndFaucet",
    }
)


def is_subject(model: Model) -> bool:
    """May this model's terms and kind make it a subject?"""
    return (
        model.licence.startswith(FREE_TERMS)
        and model.category not in _NO_SUBJECTS
        and not _NO_SUBJECT_TITLES.search(model.title)
        and f"{model.library}-{model.name}" not in _BROKEN
    )


def repaint(parts: list[Part], rng: np.random.Generator) -> list[Part]:
    """White and grey materials without a texture get a colour of their own, as things in life have."""
    painted = []
    hue = rng.uniform(0, 180)
    for part in parts:
        plain = part.texture is None and min(part.color) > 0.45 and max(part.color) - min(part.color) < 0.12
        if plain and rng.random() < 0.8:
            spread = (hue + rng.normal(0, 20)) % 180
            tone = np.array([[[spread, rng.uniform(0, 190), rng.uniform(60, 245)]]]).astype(np.uint8)
            red, green, blue = (float(v) / 255 for v in cv2.cvtColor(tone, cv2.COLOR_HSV2RGB)[0, 0])
            part = replace(part, color=(red, green, blue))
        painted.append(part)
    return painted


def render_model(renderer: Renderer, model: Model, *, more: bool) -> Iterator[Image]:
    """Two or three views of a model, six with ``more``; the second and every later other one repainted."""
    parts = read_parts(model)
    rng = np.random.default_rng(zlib.crc32(f"{model.library}/{model.name}".encode()))
    if not parts:
        return
    size = np.ptp(np.concatenate([part.positions for part in parts]), axis=0)
    if np.sort(size)[1] < 0.02 * size.max() or not size.all():
        return
    for index in range(6 if more else int(rng.integers(2, 4))):
        view = draw_view(parts, rng)
        painted = repaint(parts, rng) if index % 2 else parts
        picture = renderer.render(painted, view, draw_lights(view, rng), LONG_SIDE)
        if min(picture.shape[:2]) > LONG_SIDE // 10 and (picture[..., 3] > 127).sum() > 1500:
            yield picture


def draw_sheet(path: Path, count: int = 24, side: int = 130) -> Image:
    """One view each of ``count`` models in the public domain, on a pale ground, from a finished tar."""
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        listed = files["credits.tsv"]
        assert listed is not None
        rows = [line.split("\t") for line in listed.read().decode().splitlines()[1:]]
        free = [row[0] for row in rows if row[4] == "Public domain"]
        chosen = [free[len(free) * place // count] for place in range(min(count, len(free)))]
        streams = [files[f"rgba/{name}@0.webp"] for name in chosen]
        pictures = [decode_picture(s.read(), cv2.IMREAD_UNCHANGED) for s in streams if s is not None]
    tiles = []
    for picture in pictures:
        tile = np.full((side, side, 3), (232, 230, 226), np.float32)
        scale = (side - 12) / max(picture.shape[:2])
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        alpha = picture[..., 3:].astype(np.float32) / 255
        small = cv2.resize(np.dstack([picture[..., :3] * alpha, alpha]), size, interpolation=cv2.INTER_AREA)
        top, left = (side - size[1]) // 2, (side - size[0]) // 2
        place = tile[top : top + size[1], left : left + size[0]]
        place[:] = place * (1 - small[..., 3:]) + small[..., :3]
        tiles.append(tile)
    tiles += [np.full_like(tiles[0], 232)] * (-len(tiles) % 8)
    rows_of_tiles = [np.hstack(tiles[start : start + 8]) for start in range(0, len(tiles), 8)]
    sheet: Image = np.vstack(rows_of_tiles).astype(np.uint8)
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--package", type=Path, required=True, help="folder that holds *.sh3f libraries")
    parser.add_argument("--out", type=Path, required=True, help="the tar to write")
    parser.add_argument(
        "--sheet", type=Path, help="a picture of some of the public domain models, to look at"
    )
    parser.add_argument("--every", type=int, default=1, help="render only every so many models")
    options = parser.parse_args()
    libraries = sorted(options.package.rglob("*.sh3f"))
    if not libraries:
        parser.error(f"No *.sh3f library in {options.package}. Unpack Debian's sweethome3d-furniture there.")
    renderer = Renderer()
    credits = ["picture\ttitle\tcreator\tlibrary\tlicence"]
    count = 0
    with tempfile.TemporaryDirectory() as scratch, open_tar(options.out) as archive:
        for library in libraries:
            models = [m for m in read_catalogue(library, Path(scratch) / library.stem) if is_subject(m)]
            for model in models[:: options.every]:
                more = model.category in {"Characters", "Vehicles"}
                name = f"{model.library}-{model.name}".lower()
                try:
                    pictures = list(render_model(renderer, model, more=more))
                except (ValueError, KeyError, IndexError, OSError) as error:
                    print(f"{name}: left out, it cannot be read ({error})", file=sys.stderr)
                    continue
                for index, picture in enumerate(pictures):
                    # What stands before the @ decides what is held out: never one view without the others.
                    add_file(archive, f"rgba/{name}@{index}.webp", encode_picture(picture, ".webp"))
                if pictures:
                    credits.append(
                        f"{name}\t{model.title}\t{model.creator}\t{model.library}\t{model.licence}"
                    )
                count += len(pictures)
            print(f"{library.stem}: {len(models)} models, {count} pictures so far", flush=True)
        add_file(archive, "credits.tsv", ("\n".join(credits) + "\n").encode())
    if options.sheet is not None:
        write_sheet(options.sheet, draw_sheet(options.out))


if __name__ == "__main__":
    main()
