"""Reads furniture libraries of Sweet Home 3D (``*.sh3f``): 3D models with their creators and terms.

Such a library is a zip of Wavefront OBJ models beside a Java properties file that names each model,
its category and its creator, and the licence of all. Lengths are in no common unit, y is up.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import trimesh

Vertices = npt.NDArray[np.float32]

_PROPERTIES = "PluginFurnitureCatalog.properties"
# More faces than this keep the flat shading they come with: smoothing them takes seconds.
_SMOOTHED_FACES = 80_000
_TEXTURE_SIDE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of a library, not yet read. ``rotation`` is the 3x3 matrix that sets it upright."""

    library: str
    name: str
    title: str
    category: str
    creator: str
    licence: str
    path: Path
    rotation: Vertices


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The faces of one material, three vertices each, nothing shared.

    ``positions`` and ``normals`` (3n, 3), ``texture_places`` (3n, 2) with v up; colours 0..1 as shown on
    a screen; ``gloss`` is the exponent of Phong's model; ``texture`` (H, W, 4) RGBA, y down.
    """

    positions: Vertices
    normals: Vertices
    texture_places: Vertices
    color: tuple[float, float, float]
    specular: float
    gloss: float
    opacity: float
    texture: npt.NDArray[np.uint8] | None


def _read_properties(text: str) -> dict[str, str]:
    pairs = {}
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            pairs[key] = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), value)
    return pairs


def read_catalogue(library: Path, folder: Path) -> list[Model]:
    """Unpack a library into ``folder`` and list its models. Raises ``zipfile.BadZipFile``, ``KeyError``
    when the file is no furniture library."""
    with zipfile.ZipFile(library) as archive:
        pairs = _read_properties(archive.read(_PROPERTIES).decode("latin-1"))
        archive.extractall(folder)
    models = []
    for key, place in pairs.items():
        head, hash_sign, number = key.partition("#")
        if head != "model" or not hash_sign:
            continue
        path = folder / place.lstrip("/")
        rotation = np.array(pairs.get(f"modelRotation#{number}", "1 0 0 0 1 0 0 0 1").split(), np.float32)
        models.append(
            Model(
                library=library.stem,
                name=path.stem,
                title=pairs.get(f"name#{number}", path.stem),
                category=pairs.get(f"category#{number}", ""),
                creator=pairs.get(f"creator#{number}", "unknown"),
                licence=pairs.get("license", ""),
                path=path,
                rotation=rotation.reshape(3, 3),
            )
        )
    return models


def _read_texture(material: trimesh.visual.material.SimpleMaterial) -> npt.NDArray[np.uint8] | None:
    if material.image is None:
        return None
    picture = material.image.convert("RGBA")
    picture.thumbnail((_TEXTURE_SIDE, _TEXTURE_SIDE))
    pixels: npt.NDArray[np.uint8] = np.asarray(picture)
    # Some materials name a texture that is one empty pixel, or fully transparent by mistake.
    return pixels if min(pixels.shape[:2]) > 1 and pixels[..., 3].any() else None


def _find_normals(mesh: trimesh.Trimesh, faces: npt.NDArray[np.intp], *, given: bool) -> Vertices:
    """The file's normals, or smooth ones with creases where faces meet at more than 40 degrees."""
    if given:
        return np.asarray(mesh.vertex_normals, np.float32)[faces].reshape(-1, 3)
    flat: Vertices = np.repeat(np.asarray(mesh.face_normals, np.float32), 3, axis=0)
    if len(faces) > _SMOOTHED_FACES:
        return flat
    # Corners that lie in one place share the mean normal of the faces there that are nearly parallel.
    corners = np.round(np.asarray(mesh.vertices)[faces].reshape(-1, 3) / max(mesh.scale, 1e-9), 5)
    _, place = np.unique(corners, axis=0, return_inverse=True)
    area = np.repeat(np.asarray(mesh.area_faces, np.float32), 3)[:, None]
    sums = np.zeros((int(place.max()) + 1, 3), np.float32)
    np.add.at(sums, place, flat * area)
    mean = sums[place] / np.maximum(np.linalg.norm(sums[place], axis=1, keepdims=True), 1e-12)
    agrees = (mean * flat).sum(axis=1, keepdims=True) > np.cos(np.deg2rad(40))
    return np.where(agrees, mean, flat).astype(np.float32)


def read_parts(model: Model) -> list[Part]:
    """Read a model's faces by material, upright. Parts without area and wholly transparent ones are left out."""
    scene = trimesh.load_scene(model.path, process=False)
    given = b"\nvn " in model.path.read_bytes()
    parts = []
    for mesh in scene.geometry.values():
        faces = np.asarray(mesh.faces)
        if not len(faces) or not float(mesh.area) > 0:
            continue
        material = getattr(mesh.visual, "material", None)
        values = getattr(material, "kwargs", {})
        opacity = float(values.get("d", ["1"])[0])
        if opacity < 0.04:
            continue
        places = getattr(mesh.visual, "uv", None)
        texture = None if places is None or material is None else _read_texture(material)
        color = [float(v) for v in values.get("kd", (0.7, 0.7, 0.7))]
        parts.append(
            Part(
                positions=(np.asarray(mesh.vertices)[faces].reshape(-1, 3) @ model.rotation.T).astype(
                    np.float32
                ),
                normals=(_find_normals(mesh, faces, given=given) @ model.rotation.T).astype(np.float32),
                texture_places=(
                    np.zeros((len(faces) * 3, 2), np.float32)
                    if texture is None
                    else np.asarray(places, np.float32)[faces].reshape(-1, 2)
                ),
                color=(color[0], color[1], color[2]),
                specular=float(np.mean([float(v) for v in values.get("ks", (0.2, 0.2, 0.2))])),
                gloss=float(values.get("ns", 20.0)),
                opacity=opacity,
                texture=texture,
            )
        )
    return parts
