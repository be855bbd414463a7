from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.errors import ModelDamaged, UsageError
from mattework.geometry import Rect
from mattework.matting.network import OVERLAP, TILE
from mattework.matting.resolve import resolve_region
from mattework.matting.solve import choose_solver, solve_alpha
from models.tiny_onnx import Node, Tensor, write_model

REACH = 15


def write_local_mean() -> bytes:
    """A network of ViTMatte's interface: four channels in, alpha out. Its alpha is the mean of green over 31 pixels, where
    green is normalised by mean and std of 0.5, plus a hundredth of the trimap."""
    nodes = [
        Node("Split", ["x", "parts"], ["r", "g", "b", "t"], {"axis": 1}),
        Node(
            "AveragePool",
            ["g"],
            ["m"],
            {"kernel_shape": [31, 31], "pads": [REACH] * 4, "count_include_pad": 0},
        ),
        Node("Mul", ["m", "half"], ["h"]),
        Node("Add", ["h", "half"], ["unit"]),
        Node("Mul", ["t", "hundredth"], ["s"]),
        Node("Add", ["unit", "s"], ["alpha"]),
    ]
    constants: dict[str, AnyArray] = {
        "parts": np.array([1, 1, 1, 1], np.int64),
        "half": np.array([0.5], np.float32),
        "hundredth": np.array([0.01], np.float32),
    }
    free = (1, 4, "height", "width")
    return write_model(nodes, [Tensor("x", free)], [Tensor("alpha", (1, 1, "height", "width"))], constants)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model folder of the user's."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("MATTEWORK_MODELS", str(folder))
    monkeypatch.setenv("MATTEWORK_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MATTEWORK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "u2net"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return folder


def draw_scene(height: int, width: int) -> tuple[Bytes, Bytes, Floats]:
    """Smooth colours, a band across the middle, and the alpha of `write_local_mean` before its edges are met."""
    import cv2

    coarse = np.random.default_rng(4).integers(60, 200, (height // 40, width // 40, 3)).astype(np.uint8)
    colour = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    trimap = np.full((height, width), 128, np.uint8)
    trimap[: height // 4], trimap[-height // 4 :] = 255, 0
    kernel = (2 * REACH + 1, 2 * REACH + 1)
    mean = cv2.blur(colour[:, :, 1].astype(np.float32) / 255, kernel)
    return colour, trimap, np.asarray(mean + 0.005, np.float32)


def test_a_catalogue_model_solves_the_band_and_is_named(models: Path) -> None:
    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    colour, trimap, expected = draw_scene(160, 200)
    solution = solve_alpha(colour, trimap, solver="neural")
    assert solution.solver == "neural"
    assert any("ViTMatte small" in note for note in solution.notes)
    assert (solution.alpha[trimap == 255] == 1).all()
    assert (solution.alpha[trimap == 0] == 0).all()
    inner = slice(45, 115), slice(REACH, 200 - REACH)
    np.testing.assert_allclose(solution.alpha[inner], expected[inner], atol=2e-3)


def test_seams_between_tiles_do_not_show(models: Path) -> None:
    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    side = 2 * TILE - 2 * OVERLAP + 40
    colour, trimap, expected = draw_scene(200, side)
    alpha = solve_alpha(colour, trimap, solver="neural").alpha
    inner = slice(60, 140), slice(REACH, side - REACH)
    np.testing.assert_allclose(alpha[inner], expected[inner], atol=2e-3)


def test_a_fixed_input_size_is_met_by_tiles_of_that_size(models: Path) -> None:
    """A network that sees 256 x 256 pixels only is not shown a photo squeezed to that."""
    (models / "mine.onnx").write_bytes(write_local_mean())
    (models / "mine.toml").write_text(
        'id = "mine"\ntask = "matting"\ntitle = "My own"\nfiles = [{ name = "mine.onnx" }]\n'
        'input = { size = { rule = "letterbox", width = 256, height = 256, anchor = "top-left" }, '
        'mean = [0.5, 0.5, 0.5], std = [0.5, 0.5, 0.5], companion = "trimap-channel" }\n'
    )
    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    colour, trimap, expected = draw_scene(600, 700)
    solution = solve_alpha(colour, trimap, solver="neural")
    assert any("My own" in note for note in solution.notes)  # before the catalogue's
    inner = slice(165, 435), slice(REACH, 700 - REACH)
    np.testing.assert_allclose(solution.alpha[inner], expected[inner], atol=5e-3)


def test_a_region_is_solved_again_by_the_network(models: Path) -> None:
    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    colour, trimap, _ = draw_scene(160, 200)
    alpha = solve_alpha(colour, trimap, solver="neural").alpha
    drawn = trimap.copy()
    drawn[70:90, 80:100] = 255
    where, patch = resolve_region(colour, drawn, alpha, Rect(80, 70, 100, 90), solver="neural")
    assert (patch[drawn[where.slices] == 255] == 1).all()
    around = drawn[where.slices] == 128
    assert np.abs(patch - alpha[where.slices])[around].max() < 0.2


def test_gray_and_deep_photos_reach_the_network(models: Path) -> None:
    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    colour, trimap, _ = draw_scene(120, 120)
    gray = colour[:, :, 1].copy()
    alike = solve_alpha(gray, trimap, solver="neural").alpha
    deep = solve_alpha(colour.astype(np.uint16) * 257, trimap, solver="neural").alpha
    np.testing.assert_allclose(deep, alike, atol=1e-6)


def test_without_a_model_it_is_said_where_one_comes_from(models: Path) -> None:
    with pytest.raises(UsageError, match=r"models import FILE --as vitmatte-small.*closed-form"):
        choose_solver("neural")


def test_a_changed_model_file_is_refused(models: Path) -> None:
    file = models / "vitmatte-small.onnx"
    file.write_bytes(write_local_mean())
    colour, trimap, _ = draw_scene(120, 120)
    solve_alpha(colour, trimap, solver="neural")
    file.write_bytes(write_local_mean() + b"\x12\x00")
    with pytest.raises(ModelDamaged, match="changed since it was imported"):
        solve_alpha(colour, trimap, solver="neural")


def test_a_cut_says_which_network_solved_its_edge(models: Path) -> None:
    from mattework import cut_out

    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    colour, trimap, _ = draw_scene(120, 120)
    cutout = cut_out(colour, trimap=trimap, solver="neural", colours=0.0)
    assert cutout.report.solver == "neural"
    assert cutout.recipe.solver_used == "neural"
    assert any("ViTMatte small" in note and " on " in note for note in cutout.report.notes)
