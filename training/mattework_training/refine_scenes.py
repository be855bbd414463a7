"""Scenes for the refiner: a composite of known alpha, a trimap as people and programs make them, and what our own
closed form finds in it. The refiner learns what is missing between the last and the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from mattework.geometry import Size
from mattework.matting.hints import solve_with_hints
from mattework.matting.scene import Scene, find_landmarks, take_scene
from mattework.matting.solve import MOST_LANDMARKS
from mattework.matting.trimap import BACKGROUND, FOREGROUND, UNKNOWN, make_trimap
from mattework_training.camera import change_light, motion_kernel
from mattework_training.fibres import (
    draw_blades,
    draw_fur,
    draw_hair,
    draw_lace,
    draw_veil,
    trace_outline,
)
from mattework_training.grounds import choose_ground, fill_frame
from mattework_training.library import Image, Library

Pixels = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

SIDE = 224
"""Scenes are squares of so many pixels."""
KINDS = {
    "photographed": 0.6,
    "edge": 0.2,
    "fur": 0.03,
    "hair": 0.05,
    "blades": 0.04,
    "lace": 0.06,
    "veil": 0.02,
}
CUTOUT_SHARES = {"tuxpaint": 0.4, "magento": 0.25, "saleor": 0.08, "grocery": 0.12, "fluent3d": 0.15}
_LEAST_UNKNOWN, _MOST_UNKNOWN = 700, 30_000


@dataclass(frozen=True, slots=True)
class RefineScene:
    """``photo`` (H, W, 3), ``trimap`` (H, W) 0/128/255, ``solved`` and ``truth`` (H, W) alpha 0..255, ``hints`` (H, W, 3)
    of ``mattework.matting.hints``, 0..255; all uint8."""

    kind: str
    photo: Bytes
    trimap: Bytes
    solved: Bytes
    hints: Bytes
    truth: Bytes


@dataclass(frozen=True, slots=True)
class Layer:
    """Straight colour (H, W, 3) 0..255, carried on beyond the alpha, and alpha (H, W) 0..1; float32."""

    color: Pixels
    alpha: Pixels


class SceneMaker:
    """Draws scenes. A seed and an index always give the same one."""

    def __init__(self, library: Library, seed: int) -> None:
        self._library = library
        self._seed = seed
        self._sources = [name for name in CUTOUT_SHARES if library.cutouts.get(name)]
        if not self._sources:
            raise ValueError("the refiner is trained on cut-outs with true alpha, and the library holds none")
        shares = np.array([CUTOUT_SHARES[name] for name in self._sources])
        self._shares = shares / shares.sum()
        self._edges = [_take_piece(rgba) for rgba in library.edges]
        self._kinds = {kind: share for kind, share in KINDS.items() if self._edges or kind != "photographed"}

    def make(self, index: int) -> tuple[RefineScene, RefineScene]:
        """A scene as it is solved at its own scale, and as it is where it was solved at half of it."""
        rng = np.random.default_rng((self._seed, index))
        shares = np.array(list(self._kinds.values()))
        while True:
            kind = str(rng.choice(list(self._kinds), p=shares / shares.sum()))
            drawn = self._try(kind, rng)
            if drawn is not None:
                return solve_scene(*drawn), solve_scene(*drawn, halved=True)

    def _try(self, kind: str, rng: np.random.Generator) -> tuple[str, Bytes, Bytes, Bytes] | None:
        """The kind, photo, trimap and true alpha, if they are of use."""
        layer = self._draw_layer(kind, rng)
        if layer is None:
            return None
        photo = self._compose(layer, rng)
        trimap = draw_trimap(layer.alpha, photo, rng)
        unknown = int((trimap == UNKNOWN).sum())
        both = bool((trimap == FOREGROUND).any() and (trimap == BACKGROUND).any())
        if not both or not _LEAST_UNKNOWN < unknown < _MOST_UNKNOWN:
            return None
        return kind, photo, trimap, np.rint(layer.alpha * 255).astype(np.uint8)

    def _draw_layer(self, kind: str, rng: np.random.Generator) -> Layer | None:
        if kind == "photographed":
            return _soften(self._place_piece(rng), rng)
        layer = self._place_cutout(rng)
        color, alpha = layer.color, layer.alpha
        if rng.random() < 0.35:  # any photograph's texture may be a subject's
            color = self._take_texture(rng)
        shape = alpha.shape
        height, width = shape[0], shape[1]
        if kind in ("fur", "hair", "blades"):
            outline = trace_outline(alpha)
            if outline is None:
                return None
            draw = {"fur": draw_fur, "hair": draw_hair, "blades": draw_blades}[kind]
            for _ in range(1 + (rng.random() < 0.35)):
                fibres = draw((height, width), outline, rng)
                if kind == "fur":  # what lies under fur is not solid up to the outline
                    inner = cv2.erode(alpha, np.ones((5, 5), np.uint8))
                    alpha = cv2.GaussianBlur(inner, (0, 0), rng.uniform(0.8, 3)).astype(np.float32)
                opacity = fibres.alpha * np.float32(rng.uniform(0.7, 1))
                color = color * np.where(fibres.alpha > 1e-3, fibres.shade, 1)[..., None]
                alpha = 1 - (1 - alpha) * (1 - opacity)
        elif kind in ("lace", "veil"):
            cover = draw_lace((height, width), rng) if kind == "lace" else draw_veil((height, width), rng)
            part = _draw_region((height, width), rng)
            inside = alpha * (1 - part * (1 - cover))
            alpha = inside if rng.random() < 0.5 else np.maximum(alpha, cover * part)
        layer = Layer(np.clip(color, 0, 255).astype(np.float32), np.clip(alpha, 0, 1).astype(np.float32))
        return _soften(layer, rng)

    def _place_cutout(self, rng: np.random.Generator) -> Layer:
        """A cut-out turned, scaled and moved so that a point of its outline lies near the middle."""
        source = self._library.cutouts[str(rng.choice(self._sources, p=self._shares))]
        rgba = source[rng.integers(len(source))]
        wanted = SIDE * rng.uniform(0.6, 2.2)
        scale = min(wanted / max(rgba.shape[:2]), 0.9)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        alpha = cv2.resize(rgba[..., 3], None, fx=scale, fy=scale, interpolation=method)
        color = cv2.resize(_carry_colors(rgba), None, fx=scale, fy=scale, interpolation=method)
        outline = trace_outline(np.pad(alpha.astype(np.float32) / 255, 4))
        middle = np.array([alpha.shape[1] / 2, alpha.shape[0] / 2])
        point = middle if outline is None else outline.points[rng.integers(len(outline.points))] - 4
        turn = rng.uniform(-40, 40) + rng.choice([0, 90, 180, 270])
        matrix = cv2.getRotationMatrix2D((float(point[0]), float(point[1])), float(turn), 1.0)
        matrix[:, 2] += SIDE / 2 + rng.uniform(-0.2, 0.2, 2) * SIDE - point
        size = (SIDE, SIDE)
        return Layer(
            cv2.warpAffine(color, matrix, size, borderMode=cv2.BORDER_REPLICATE).astype(np.float32),
            np.asarray(cv2.warpAffine(alpha, matrix, size) / 255.0, np.float32),
        )

    def _place_piece(self, rng: np.random.Generator) -> Layer:
        """A piece of photographed outline, turned, scaled and mirrored, a point of its soft edge in the middle."""
        piece = self._edges[rng.integers(len(self._edges))]
        color, alpha = piece.color, piece.alpha
        # As sharp as photographs are that people make smaller, or camera pictures at their own size.
        filling = SIDE / max(alpha.shape)
        scale = filling * math.exp(rng.uniform(0, math.log(min(2.1, 1 / filling))))
        if scale < 0.9:
            width = 0.45 / scale - 0.3
            color = cv2.GaussianBlur(color, (0, 0), width).astype(np.float32)
            alpha = cv2.GaussianBlur(alpha, (0, 0), width).astype(np.float32)
        rows, columns = np.nonzero((alpha > 0.2) & (alpha < 0.8))
        chosen = rng.integers(len(rows))
        # Halfway to the piece's own middle, so that little of the frame lies beyond its border.
        x, y = (columns[chosen] + alpha.shape[1] / 2) / 2, (rows[chosen] + alpha.shape[0] / 2) / 2
        turn = rng.uniform(-25, 25) + rng.choice([0, 90, 180, 270])
        matrix = cv2.getRotationMatrix2D((float(x), float(y)), float(turn), scale)
        matrix[0, 2] += SIDE / 2 - x
        matrix[1, 2] += SIDE / 2 - y
        if rng.random() < 0.5:
            matrix[0] *= -1
            matrix[0, 2] += SIDE

        def place(plane: Pixels) -> Pixels:
            placed = cv2.warpAffine(
                plane, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
            )
            return placed.astype(np.float32)

        color, alpha = np.clip(place(color), 0, 255), np.clip(place(alpha), 0, 1)
        if rng.random() < 0.15:  # any photograph's texture may be a subject's
            color = self._take_texture(rng)
        return Layer(color, alpha)

    def _take_texture(self, rng: np.random.Generator) -> Pixels:
        pictures = [photo.image for photo in self._library.people[:400]] or self._library.scenes
        if not pictures:
            return choose_ground(self._library, (SIDE, SIDE), rng)
        picture = pictures[rng.integers(len(pictures))]
        return fill_frame(picture, (SIDE, SIDE), rng, 0.3)

    def _compose(self, layer: Layer, rng: np.random.Generator) -> Bytes:
        library, shape = self._library, (SIDE, SIDE)
        if library.scenes and rng.random() < 0.4:
            scene = library.scenes[rng.integers(len(library.scenes))]
            ground = fill_frame(scene, shape, rng, 0.2)
        else:
            ground = choose_ground(library, shape, rng)
        if rng.random() < 0.25:
            ground = cv2.GaussianBlur(ground, (0, 0), rng.uniform(0.6, 6)).astype(np.float32)
        ground = change_light(ground, rng, 0.8)
        color = change_light(layer.color, rng, 0.8)
        weight = layer.alpha[..., None]
        if rng.random() < 0.3:  # subject and ground of like colour
            mean = (color * weight).sum(axis=(0, 1)) / max(float(weight.sum()), 1)
            toward = (ground.mean(axis=(0, 1)) - mean) * rng.uniform(0.3, 0.9)
            color = color + toward.astype(np.float32)
        mixed = np.clip(ground, 0, 255) * (1 - weight) + np.clip(color, 0, 255) * weight
        if rng.random() < 0.5:
            noise = np.asarray(rng.standard_normal(mixed.shape, np.float32) * rng.uniform(0.5, 4), np.float32)
            if rng.random() < 0.4:
                noise = cv2.GaussianBlur(noise, (0, 0), 0.7).astype(np.float32)
            mixed = mixed + noise
        photo: Bytes = np.rint(np.clip(mixed, 0, 255)).astype(np.uint8)
        if rng.random() < 0.25:
            _, blob = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 97))])
            photo = np.asarray(cv2.imdecode(blob, cv2.IMREAD_COLOR), np.uint8)
        return photo


def _take_piece(rgba: Image) -> Layer:
    """The colours as they were estimated where something of the subject is seen, carried on where nothing is."""
    alpha = rgba[..., 3].astype(np.float32) / np.float32(255)
    seen = np.clip((alpha - 0.1) / 0.2, 0, 1)[..., None]
    color = rgba[..., :3] * seen + _carry_colors(rgba) * (1 - seen)
    return Layer(color.astype(np.float32), alpha)


def _carry_colors(rgba: Image) -> Pixels:
    """The cut-out's colours, carried on from its opaque part over all of the picture (push and pull)."""
    weight = (rgba[..., 3:] > 242).astype(np.float32)
    if weight.sum() < 50:
        weight = (rgba[..., 3:] > 100).astype(np.float32)
    levels = [np.dstack([rgba[..., :3] * weight, weight]).astype(np.float32)]
    while min(levels[-1].shape[:2]) > 2:
        half = (-(-levels[-1].shape[1] // 2), -(-levels[-1].shape[0] // 2))
        levels.append(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA).astype(np.float32))
    filled = levels[-1][..., :3] / np.maximum(levels[-1][..., 3:], 1e-4)
    for level in reversed(levels[:-1]):
        below = cv2.resize(filled, (level.shape[1], level.shape[0]), interpolation=cv2.INTER_LINEAR)
        cover = level[..., 3:]
        filled = np.where(cover > 0.02, level[..., :3] / np.maximum(cover, 1e-4), below)
    return filled.astype(np.float32)


def _draw_region(shape: tuple[int, int], rng: np.random.Generator) -> Pixels:
    """A large part of the frame, (H, W) 0..1."""
    field = cv2.resize(
        rng.standard_normal((4, 4), np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC
    )
    steep = (field + rng.uniform(-0.2, 0.6)) * rng.uniform(4, 40)
    return np.asarray(np.clip(steep, 0, 1), np.float32)


def _soften(layer: Layer, rng: np.random.Generator) -> Layer:
    """Lens or motion blur of the whole layer, for one in three."""
    draw = rng.random()
    if draw > 0.33:
        return layer
    flat = np.dstack([layer.color * layer.alpha[..., None], layer.alpha])
    if draw < 0.07:
        kernel = motion_kernel(int(rng.integers(1, 8)) * 2 + 1, rng.uniform(0, np.pi))
        blurred = cv2.filter2D(flat, -1, kernel)
    elif draw < 0.25:
        blurred = cv2.GaussianBlur(flat, (0, 0), rng.uniform(0.4, 1.2))
    else:
        blurred = cv2.GaussianBlur(flat, (0, 0), rng.uniform(1.2, 5))
    alpha = blurred[..., 3]
    straight = blurred[..., :3] / np.maximum(alpha, 1e-3)[..., None]
    color = np.where(alpha[..., None] > 0.01, straight, layer.color)
    return Layer(color.astype(np.float32), alpha.astype(np.float32))


def draw_trimap(alpha: Pixels, photo: Bytes, rng: np.random.Generator) -> Bytes:
    """As a person draws it around the true alpha, or as ``make_trimap`` lays it around a coarse mask."""
    if rng.random() < 0.35:
        return _lay_around_coarse_mask(alpha, photo, rng)
    trimap = np.full(alpha.shape, UNKNOWN, np.uint8)
    for value, there in ((FOREGROUND, alpha > 0.985), (BACKGROUND, alpha < 0.015)):
        reach = math.exp(rng.uniform(0, math.log(26)))
        depth = cv2.distanceTransform(there.astype(np.uint8), cv2.DIST_L2, 5)
        trimap[depth > reach] = value
    for _ in range(int(rng.integers(0, 3))):  # broad strokes over what was hard to tell
        start, end = rng.integers(0, SIDE, (2, 2)).tolist()
        cv2.line(trimap, start, end, UNKNOWN, int(rng.integers(6, 40)))
    return trimap


def _lay_around_coarse_mask(alpha: Pixels, photo: Bytes, rng: np.random.Generator) -> Bytes:
    side = round(SIDE / rng.uniform(2, 8))
    coarse = cv2.resize(alpha, (side, side), interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), rng.uniform(0.3, 1.2))
    coarse = coarse + rng.normal(0, 0.03, coarse.shape)
    steep = rng.uniform(1, 4)
    soft = np.clip((coarse - rng.uniform(0.3, 0.55)) * steep + 0.5, 0, 1)
    return make_trimap(soft.astype(np.float32), Size(SIDE, SIDE), rgb=photo)


def solve_scene(kind: str, photo: Bytes, trimap: Bytes, truth: Bytes, *, halved: bool = False) -> RefineScene:
    """With what ``mattework.matting.hints`` finds, at the photo's own scale or at half of it."""
    most = int((trimap == UNKNOWN).sum()) - int(halved)
    found = solve_with_hints(open_scene(photo, trimap), most_solved=most)
    solved, hints = (np.rint(part.astype(np.float32) * 255).astype(np.uint8) for part in found)
    return RefineScene(kind, photo, trimap, solved, hints, truth)


def open_scene(photo: Bytes, trimap: Bytes) -> Scene:
    """All of a photo at its own size, as the solvers see it."""
    frame = Size(trimap.shape[1], trimap.shape[0]).rect
    alpha: Pixels = (trimap == FOREGROUND).astype(np.float32)
    scene = take_scene(photo, trimap == UNKNOWN, alpha, None, frame=frame, factor=1)
    return replace(scene, landmarks=find_landmarks(photo, trimap, (0, 0), most=MOST_LANDMARKS))
