from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.cli.root import run_command_line
from mattework.errors import ModelDamaged, ModelNotInstalled, RecipeError, UnknownModel, UsageError
from mattework.formats.xmp import get_recipe
from mattework.geometry import Rect
from mattework.matting.network import OVERLAP, TILE
from mattework.matting.resolve import resolve_region
from mattework.matting.solve import solve_alpha
from mattework.matting.solvers import choose_solver
from mattework.photo import open_source
from mattework.pipeline import apply_recipe, cut_out
from mattework.recipe import MattingChoice, Recipe, parse_recipe
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


def write_constant(value: float) -> bytes:
    """A network of the same interface whose alpha is `value` everywhere."""
    nodes = [
        Node("Split", ["x", "parts"], ["r", "g", "b", "t"], {"axis": 1}),
        Node("Mul", ["t", "zero"], ["nothing"]),
        Node("Add", ["nothing", "value"], ["alpha"]),
    ]
    constants: dict[str, AnyArray] = {
        "parts": np.array([1, 1, 1, 1], np.int64),
        "zero": np.array([0], np.float32),
        "value": np.array([value], np.float32),
    }
    free = (1, 4, "height", "width")
    return write_model(nodes, [Tensor("x", free)], [Tensor("alpha", (1, 1, "height", "width"))], constants)


OWN_RECORD = (
    'id = "mine"\ntask = "matting"\ntitle = "My own"\nfiles = [{ name = "mine.onnx" }]\n'
    'input = { size = { rule = "native", multiple = 32, anchor = "top-left" }, companion = "trimap-channel" }\n'
)


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


def test_without_a_model_it_is_said_where_one_comes_from(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a package from which the built-in models were taken."""
    monkeypatch.setattr("mattework.models.store.embedded_folder", lambda: models)
    with pytest.raises(ModelNotInstalled, match=r"models import FILE --as vitmatte-small.*closed-form"):
        choose_solver("neural")


def test_a_changed_model_file_is_refused(models: Path) -> None:
    file = models / "vitmatte-small.onnx"
    file.write_bytes(write_local_mean())
    colour, trimap, _ = draw_scene(120, 120)
    solve_alpha(colour, trimap, solver="neural")
    file.write_bytes(write_local_mean() + b"\x12\x00")
    with pytest.raises(ModelDamaged, match="changed since it was first seen"):
        solve_alpha(colour, trimap, solver="neural")


def test_a_cut_says_which_network_solved_its_edge(models: Path) -> None:
    (models / "vitmatte-small.onnx").write_bytes(write_local_mean())
    colour, trimap, _ = draw_scene(120, 120)
    cutout = cut_out(colour, trimap=trimap, solver="neural", colours=0.0)
    assert cutout.report.solver == "neural"
    assert cutout.recipe.solver_used == "neural"
    assert any("ViTMatte small" in note and " on " in note for note in cutout.report.notes)
    matting = cutout.recipe.matting
    assert matting is not None
    assert matting.model == "vitmatte-small"
    assert len(matting.sha256 or "") == 64
    assert cutout.report.to_dict()["matting"]["sha256"] == matting.sha256


def install_two(models: Path) -> tuple[Bytes, Bytes]:
    """The user's own network, which comes first, answers 0.25; a catalogue's answers 0.75. Gives a photo and trimap."""
    (models / "mine.onnx").write_bytes(write_constant(0.25))
    (models / "mine.toml").write_text(OWN_RECORD)
    (models / "vitmatte-small.onnx").write_bytes(write_constant(0.75))
    colour, trimap, _ = draw_scene(80, 120)
    return colour, trimap


def test_the_network_that_was_asked_for_solves_the_edge(models: Path) -> None:
    colour, trimap = install_two(models)
    band = trimap == 128
    for name, value in ((None, 0.25), ("mine", 0.25), ("vitmatte-small", 0.75)):
        wanted = None if name is None else MattingChoice(model=name)
        solution = solve_alpha(colour, trimap, solver="neural", matting=wanted)
        np.testing.assert_allclose(solution.alpha[band], value, atol=1e-3)
        assert solution.matting is not None
        assert solution.matting.model == name or name is None
    _, patch = resolve_region(
        colour,
        trimap,
        solution.alpha,
        Rect(40, 30, 60, 50),
        solver="neural",
        matting=MattingChoice(model="vitmatte-small"),
    )
    np.testing.assert_allclose(patch, 0.75, atol=1e-3)


def test_a_network_that_is_none_is_refused_in_words(models: Path) -> None:
    colour, trimap = install_two(models)
    with pytest.raises(UnknownModel, match="vitmatte-small"):
        cut_out(colour, trimap=trimap, matting_model="vitmatte-smal")
    with pytest.raises(UsageError, match=r"mattework-subject is no model that solves a trimap.*mine"):
        cut_out(colour, trimap=trimap, matting_model="mattework-subject")
    with pytest.raises(ModelNotInstalled, match="models import FILE --as vitmatte-base"):
        cut_out(colour, trimap=trimap, matting_model="vitmatte-base")
    with pytest.raises(UsageError, match="goes with the solver"):
        cut_out(colour, trimap=trimap, matting_model="mine", solver="guided")


def test_a_recipe_is_solved_by_its_own_network_or_not_at_all(models: Path) -> None:
    colour, trimap = install_two(models)
    cutout = cut_out(colour, trimap=trimap, matting_model="vitmatte-small", colours=0.0)
    assert cutout.recipe.solver == "neural"
    recipe = parse_recipe(cutout.recipe.to_json())
    again = apply_recipe(colour, recipe=recipe, inputs=cutout.inputs)
    np.testing.assert_array_equal(again.alpha, cutout.alpha)
    assert again.recipe.matting == recipe.matting

    (models / "vitmatte-small.onnx").rename(models / "aside")
    with pytest.raises(ModelNotInstalled, match=r"network vitmatte-small \(sha256 \w{12}\).*models import"):
        apply_recipe(colour, recipe=recipe, inputs=cutout.inputs)
    assert (
        apply_recipe(
            colour, recipe=replace(recipe, solver="closed-form"), inputs=cutout.inputs
        ).recipe.matting
        is None
    )

    assert recipe.matting is not None
    other = replace(recipe, matting=replace(recipe.matting, model="mine"))
    with pytest.raises(RecipeError, match=r"another one \(\w{12}\).*--matting-model mine"):
        apply_recipe(colour, recipe=other, inputs=cutout.inputs)
    foreign = replace(recipe, matting=replace(recipe.matting, model="hers"))
    with pytest.raises(UnknownModel, match=r"network hers.*its record into"):
        apply_recipe(colour, recipe=foreign, inputs=cutout.inputs)


def test_a_recipe_that_names_no_network_says_which_one_was_taken(models: Path) -> None:
    colour, trimap = install_two(models)
    cutout = cut_out(colour, trimap=trimap, solver="neural", colours=0.0)
    old = json.loads(cutout.recipe.to_json())
    old["version"] = 1
    del old["matting"]
    recipe: Recipe = parse_recipe(json.dumps(old))
    again = apply_recipe(colour, recipe=recipe, inputs=cutout.inputs)
    assert any("does not say which network" in note for note in again.report.notes)
    assert any("My own" in note for note in again.report.notes)
    assert again.recipe.matting == cutout.recipe.matting


def test_the_command_line_chooses_and_changes_the_network(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    colour, trimap = install_two(models)
    photo, drawn = tmp_path / "photo.png", tmp_path / "trimap.png"
    Image.fromarray(colour).save(photo)
    Image.fromarray(trimap).save(drawn)
    first, second = tmp_path / "first.psd", tmp_path / "second.psd"

    def run(*arguments: object) -> int:
        return run_command_line([str(one) for one in arguments])

    assert run("cut", photo, "--trimap", drawn, "--matting-model", "vitmatte-small", "--device", "cpu",
               "--json", "-o", first) == 0  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert told["solver"] == "neural"
    assert told["matting"]["model"] == "vitmatte-small"
    assert run("info", first) == 0
    assert f"neural by vitmatte-small ({told['matting']['sha256'][:12]})" in capsys.readouterr().out
    assert run("refine", first, "--matting-model", "mine", "-o", second) == 0
    assert "edge neural (mine)" in capsys.readouterr().err
    found = get_recipe(open_source(second).metadata.xmp)
    assert found is not None
    assert found[0].matting is not None
    assert found[0].matting.model == "mine"
    assert run("refine", first, "--matting-model", "mine", "--edge", "hard") == 2
    assert (
        run("cut", photo, "--trimap", drawn, "--matting-model", "mine", "--edge", "hard", "-o", second) == 2
    )


def test_a_worker_adjusts_with_the_network_of_the_recipe(models: Path, tmp_path: Path) -> None:
    """Another edge setting keeps the network; a host may name another."""
    from mattework.formats.files import save_mask
    from mattework.worker.jobs import Jobs, describe_engine

    colour, trimap = install_two(models)
    about = describe_engine()
    assert [one["id"] for one in about["matting_models"]] == ["mine", "vitmatte-small"]
    assert [one["id"] for one in about["built_in_matting_models"]] == ["mattework-refiner"]
    soft = (trimap / np.float32(255)).astype(np.float32)
    cutout = cut_out(colour, from_mask=soft, matting_model="vitmatte-small", colours=0.0)
    colour.tofile(tmp_path / "photo.raw")
    save_mask(soft, tmp_path / "soft.png", bits=16)
    height, width = trimap.shape
    params = {
        "picture": {
            "file": "photo.raw", "width": width, "height": height, "channels": 3, "has_alpha": False, "sample": "u8",
        },
        "sample": "float",
        "recipe": cutout.recipe.to_json(),
        "soft_mask": "soft.png",
        "colours": 0.0,
    }  # fmt: skip
    for name, expected in ((None, "vitmatte-small"), ("mine", "mine")):
        edge = {"solver": "neural", "matting_model": name}
        value = Jobs().run("adjust", {**params, "edge": edge}, tmp_path, lambda *_: None)
        assert value["report"]["matting"]["model"] == expected
