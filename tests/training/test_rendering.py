"""Rendered cut-outs: the right outline, the right colour, and no model whose terms are not free."""

from __future__ import annotations

import math
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("trimesh", reason="rendering needs trimesh (pip install mattework[render])")
pytest.importorskip("moderngl", reason="rendering needs moderngl (pip install mattework[render])")

from make_rendered_cutouts import is_subject, render_model, repaint
from mattework_training.models3d import Model, Part, read_catalogue, read_parts
from mattework_training.rendering import Lights, Renderer, View, draw_lights, draw_view

_CATALOGUE = r"""# PluginFurnitureCatalog.properties
license=Creative Commons Attribution 3.0 license
name#1=Caf\u00e9 box
category#1=Kitchen
model#1=/tiny/box/box.obj
creator#1=Nobody
name#2=Door
category#2=Doors and windows
model#2=/tiny/box/box.obj
modelRotation#2=1 0 0 0 0 1 0 -1 0
"""
_MATERIALS = """newmtl paint
Kd 0.9 0.1 0.1
Ks 0.1 0.1 0.1
Ns 20
map_Kd paint.png
newmtl glass
Kd 0.6 0.7 0.8
d 0.3
newmtl nothing
Kd 1 1 1
d 0
"""


def _write_box() -> str:
    """A painted box of 2 x 4 x 1 with a pane of glass on top, and a large plane that is not to be seen."""
    corners = [(x, y, z) for x in (0, 2) for y in (0, 4) for z in (0, 1)]
    pane = [(0, 4, 0.5), (2, 4, 0.5), (2, 5, 0.5), (0, 5, 0.5)]
    far = [(-50, 0, 0), (50, 0, 0), (50, 50, 0)]
    lines = ["mtllib box.mtl"]
    lines += [f"v {x} {y} {z}" for x, y, z in [*corners, *pane, *far]]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "usemtl paint"]
    for a, b, c, d in (
        (1, 2, 4, 3),
        (5, 6, 8, 7),
        (1, 2, 6, 5),
        (3, 4, 8, 7),
        (1, 3, 7, 5),
        (2, 4, 8, 6),
    ):
        lines += [f"f {a}/1 {b}/2 {c}/3", f"f {a}/1 {c}/2 {d}/3"]
    lines += ["usemtl glass", "f 9/1 10/2 11/3", "f 9/1 11/2 12/3", "usemtl nothing", "f 13/1 14/2 15/3"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Model]:
    folder = tmp_path_factory.mktemp("library")
    done, texture = cv2.imencode(".png", np.full((4, 4, 3), (128, 255, 255), np.uint8))
    assert done
    with zipfile.ZipFile(folder / "tiny.sh3f", "w") as archive:
        archive.writestr("PluginFurnitureCatalog.properties", _CATALOGUE)
        archive.writestr("tiny/box/box.obj", _write_box())
        archive.writestr("tiny/box/box.mtl", _MATERIALS)
        archive.writestr("tiny/box/paint.png", texture.tobytes())
    return read_catalogue(folder / "tiny.sh3f", folder / "unpacked")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    try:
        return Renderer()
    except Exception as error:  # noqa: BLE001  what moderngl raises has no narrower type
        pytest.skip(f"there is no OpenGL 3.3 through EGL here ({error})")


def _even_light() -> Lights:
    def three(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return np.array(values, np.float32)

    return Lights(
        key=three(0, math.sqrt(0.5), math.sqrt(0.5)),
        fill=three(0, 0, 1),
        key_color=three(1, 1, 1),
        fill_color=three(0.3, 0.3, 0.3),
        sky=three(0.5, 0.5, 0.5),
        earth=three(0.5, 0.5, 0.5),
        exposure=1.0,
        grain=0.0,
    )


def test_a_catalogue_names_models_creators_and_terms(models: list[Model]) -> None:
    box, door = models
    assert (box.title, box.creator, box.category) == ("Café box", "Nobody", "Kitchen")
    assert box.licence == "Creative Commons Attribution 3.0 license"
    assert is_subject(box)
    assert not is_subject(door)


def test_models_without_free_terms_are_left_out(models: list[Model]) -> None:
    box = models[0]
    for licence in ("", "Creative Commons Attribution-NonCommercial 3.0", "All rights reserved"):
        closed = Model(
            library=box.library,
            name=box.name,
            title=box.title,
            category=box.category,
            creator=box.creator,
            licence=licence,
            path=box.path,
            rotation=box.rotation,
        )
        assert not is_subject(closed)


def test_parts_have_their_materials_and_invisible_ones_are_gone(models: list[Model]) -> None:
    paint, glass = sorted(read_parts(models[0]), key=lambda part: -part.opacity)
    assert paint.color == pytest.approx((0.9, 0.1, 0.1))
    assert paint.texture is not None
    assert paint.positions.shape == (36, 3)
    assert glass.opacity == pytest.approx(0.3)
    assert np.allclose(np.linalg.norm(paint.normals, axis=1), 1, atol=1e-4)
    upright = np.concatenate([part.positions for part in read_parts(models[1])])
    assert np.ptp(upright, axis=0) == pytest.approx([2, 1, 5])


def test_a_box_from_the_front_fills_its_picture_and_is_opaque(
    models: list[Model], renderer: Renderer
) -> None:
    straight = View(azimuth=0.0, elevation=0.0, roll=0.0, field=0.3)
    picture = renderer.render(read_parts(models[0]), straight, _even_light(), 200)
    height, width = picture.shape[:2]
    assert height == 200
    assert width / height == pytest.approx(2 / 5, abs=0.03)
    alpha = picture[..., 3]
    rows, columns = np.nonzero(alpha > 127)
    assert rows.min() <= 4
    assert rows.max() >= height - 5
    assert columns.max() - columns.min() >= width - 8
    assert (alpha[6:-6, 6:-6] == 255).all()  # the pane of glass as well
    red, green, blue = picture[120, width // 2, :3].astype(int)
    assert red > 3 * green
    assert red > 3 * blue
    pane = picture[20, width // 2, :3].astype(int)
    assert pane[2] >= pane[0]


def test_slanted_edges_are_smooth_and_colour_is_straight(models: list[Model], renderer: Renderer) -> None:
    tilted = View(azimuth=0.5, elevation=0.3, roll=0.2, field=0.5)
    picture = renderer.render(read_parts(models[0])[:1], tilted, _even_light(), 200)
    alpha = picture[..., 3]
    edge = (alpha > 0) & (alpha < 255)
    assert len(np.unique(alpha[edge])) >= 10
    # Colour that is premultiplied by mistake would go dark where alpha is small.
    faint, solid = picture[(alpha > 20) & (alpha < 120)], picture[alpha == 255]
    assert faint[:, 0].mean() > 0.6 * solid[:, 0].mean()


def test_a_model_gives_the_same_views_again(models: list[Model], renderer: Renderer) -> None:
    first = list(render_model(renderer, models[0], more=False))
    again = list(render_model(renderer, models[0], more=False))
    assert 2 <= len(first) <= 3
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert all(max(picture.shape[:2]) == 320 for picture in first)
    assert not np.array_equal(first[0], first[1])


def test_pictures_give_back_their_memory(models: list[Model], renderer: Renderer) -> None:
    resident = Path("/proc/self/statm")
    if not resident.exists():
        pytest.skip("memory is read from /proc, which only Linux has")

    def measure_megabytes() -> float:
        return int(resident.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    parts = read_parts(models[0])
    view = View(azimuth=0.4, elevation=0.2, roll=0.0, field=0.5)
    renderer.render(parts, view, _even_light(), 480)
    before = measure_megabytes()
    for _ in range(8):
        renderer.render(parts, view, _even_light(), 480)
    # What one picture is drawn into takes about 30 MB.
    assert measure_megabytes() - before < 60


def test_nothing_to_draw_is_an_error(renderer: Renderer) -> None:
    with pytest.raises(ValueError, match="no faces"):
        renderer.render([], View(azimuth=0, elevation=0, roll=0, field=0.5), _even_light(), 64)


def test_only_plain_white_materials_are_repainted(models: list[Model]) -> None:
    paint = next(part for part in read_parts(models[0]) if part.texture is not None)
    white = Part(
        positions=paint.positions,
        normals=paint.normals,
        texture_places=paint.texture_places,
        color=(0.8, 0.8, 0.8),
        specular=0.1,
        gloss=10.0,
        opacity=1.0,
        texture=None,
    )
    colors = set()
    for seed in range(10):
        kept, changed = repaint([paint, white], np.random.default_rng(seed))
        assert kept.color == paint.color
        colors.add(changed.color)
    assert len(colors) > 5


def test_views_are_seldom_from_below_and_never_along_a_flat_thing(models: list[Model]) -> None:
    parts = read_parts(models[0])
    for seed in range(50):
        rng = np.random.default_rng(seed)
        view = draw_view(parts, rng)
        assert math.radians(-2) <= view.elevation <= math.radians(35)
        lights = draw_lights(view, rng)
        assert np.linalg.norm(lights.key) == pytest.approx(1, abs=1e-5)
        assert lights.key[1] > 0.3  # from above
