"""The refiner's training: scenes of known alpha, evidence that is aligned, and a network that begins as the identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")

from export_refiner import write_refiner  # noqa: E402
from mattework.matting.evidence import PLANES, SOLVED_PLANE  # noqa: E402
from mattework_training.fibres import (  # noqa: E402
    Fibres,
    Outline,
    Pixels,
    Shape,
    draw_blades,
    draw_fur,
    draw_hair,
    draw_lace,
    draw_veil,
    trace_outline,
)
from mattework_training.library import Library  # noqa: E402
from mattework_training.published import read_published, read_refiner  # noqa: E402
from mattework_training.refine_batches import RefineBatches, evidence_of, prepare  # noqa: E402
from mattework_training.refine_network import RefineNet, measure_refine_loss  # noqa: E402
from mattework_training.refine_scenes import SIDE, RefineScene, SceneMaker, draw_trimap  # noqa: E402
from mattework_training.refine_shards import make_shard, read_scenes, write_scenes  # noqa: E402
from mattework_training.refine_trainer import RefineTrainer  # noqa: E402

Drawer = Callable[[Shape, Outline, np.random.Generator], Fibres]


def draw_disc(side: int = 120) -> Pixels:
    y, x = np.mgrid[:side, :side]
    inside = side * 0.3 - np.hypot(x - side / 2, y - side / 2) + 0.5
    return np.asarray(np.clip(inside, 0, 1), np.float32)


@pytest.fixture(scope="module")
def scenes(library: Library) -> list[RefineScene]:
    maker = SceneMaker(library, 3)
    return [scene for index in range(2) for scene in maker.make(index)]


def test_the_outline_points_out_of_the_body() -> None:
    outline = trace_outline(draw_disc())
    assert outline is not None
    from_middle = outline.points - 60
    assert ((from_middle * outline.outward).sum(axis=1) > 0).all()
    np.testing.assert_allclose(np.hypot(*from_middle.T), 36, atol=1.5)


@pytest.mark.parametrize("draw", [draw_fur, draw_hair, draw_blades])
def test_fibres_leave_the_body_and_are_soft(draw: Drawer) -> None:
    disc = draw_disc()
    outline = trace_outline(disc)
    assert outline is not None
    for seed in range(4):
        fibres = draw((120, 120), outline, np.random.default_rng(seed))
        beyond = fibres.alpha[disc == 0]
        assert fibres.alpha.min() >= 0
        assert fibres.alpha.max() <= 1
        assert (beyond > 0.05).sum() > 30
        assert ((beyond > 0.05) & (beyond < 0.95)).sum() > 20
        assert np.isfinite(fibres.shade).all()


def test_lace_has_holes_and_veils_have_none() -> None:
    for seed in range(4):
        lace = draw_lace((96, 96), np.random.default_rng(seed))
        assert lace.shape == (96, 96)
        assert (lace < 0.02).mean() > 0.1
        assert (lace > 0.4).mean() > 0.02
        veil = draw_veil((96, 96), np.random.default_rng(seed))
        assert veil.min() >= 0.02
        assert veil.max() <= 1


def test_scenes_are_repeatable(library: Library, scenes: list[RefineScene]) -> None:
    again = SceneMaker(library, 3).make(1)
    for name in ("photo", "trimap", "truth"):
        for one, scene in zip(again, scenes[2:], strict=True):
            np.testing.assert_array_equal(getattr(one, name), getattr(scene, name))
    other, _ = SceneMaker(library, 4).make(1)
    assert not np.array_equal(other.photo, scenes[2].photo)


def test_every_scene_comes_as_solved_at_its_own_scale_and_at_half(scenes: list[RefineScene]) -> None:
    for whole, halved in zip(scenes[::2], scenes[1::2], strict=True):
        for name in ("kind", "photo", "trimap", "truth"):
            np.testing.assert_array_equal(getattr(whole, name), getattr(halved, name))
        assert (whole.solved != halved.solved).any()
        assert (whole.hints != halved.hints).any()


def test_solved_alpha_is_exact_where_known_and_near_the_truth(scenes: list[RefineScene]) -> None:
    for scene in scenes:
        assert scene.photo.shape == (SIDE, SIDE, 3)
        assert (scene.solved[scene.trimap == 255] == 255).all()
        assert (scene.solved[scene.trimap == 0] == 0).all()
        unknown = scene.trimap == 128
        error = np.abs(scene.solved.astype(float) - scene.truth)[unknown].mean()
        flat = np.abs(127.5 - scene.truth.astype(float))[unknown].mean()
        assert error < flat


def test_a_persons_trimap_claims_nothing_that_is_not_so() -> None:
    alpha = draw_disc(SIDE)
    photo = np.zeros((SIDE, SIDE, 3), np.uint8)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        if np.random.default_rng(seed).random() < 0.35:  # laid around a coarse mask, which may err
            continue
        trimap = draw_trimap(alpha, photo, rng)
        assert (alpha[trimap == 255] > 0.98).all()
        assert (alpha[trimap == 0] < 0.02).all()


def test_a_new_network_changes_nothing(scenes: list[RefineScene]) -> None:
    network = RefineNet().eval()
    planes = evidence_of(prepare(scenes[0]))
    with torch.inference_mode():
        alpha = network(torch.from_numpy(planes[None]))[0, 0].numpy()
    np.testing.assert_allclose(alpha * 255, scenes[0].solved, atol=1e-3)


def test_only_the_band_is_learnt() -> None:
    truth, unknown = torch.zeros(1, 1, 32, 32), torch.zeros(1, 1, 32, 32)
    unknown[..., 8:24] = 1
    wrong_outside = torch.where(unknown > 0, truth, truth + 0.7)
    solved = truth + 0.05
    assert float(measure_refine_loss(wrong_outside, truth, unknown, solved)) < 2e-3
    assert float(measure_refine_loss(truth + 0.7, truth, unknown, solved)) > 0.6


def test_what_was_solved_well_counts_as_much_as_what_was_not() -> None:
    truth, unknown = torch.zeros(1, 1, 32, 32), torch.ones(1, 1, 32, 32)
    well, badly = (measure_refine_loss(truth + 1.1 * e, truth, unknown, truth + e) for e in (0.06, 0.3))
    assert float(badly) < 2 * float(well)  # five times the error


def test_shards_keep_scenes_and_are_not_made_twice(tmp_path: Path, scenes: list[RefineScene]) -> None:
    target = tmp_path / "train-0000.npz"
    write_scenes(target, scenes)
    for kept, scene in zip(read_scenes(target), scenes, strict=True):
        assert kept.kind == scene.kind
        np.testing.assert_array_equal(kept.truth, scene.truth)
    before = target.read_bytes()
    make_shard(None, tmp_path, "train", 0)  # type: ignore[arg-type]
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["train-0000.npz"]


def test_training_brings_the_loss_down(tmp_path: Path, scenes: list[RefineScene]) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    write_scenes(tmp_path / "train-0000.npz", scenes)
    batches = RefineBatches(tmp_path, 0, side=48, batch=3)
    assert len(batches) == len(scenes)
    planes, truth, unknown = batch = batches.next_batch()
    assert planes.shape == (3, PLANES, 48, 48)
    assert truth.shape == unknown.shape == (3, 1, 48, 48)
    assert torch.equal(planes[:, 3] + planes[:, 4] == 0, unknown[:, 0] == 1)  # cut out of the same place
    trainer = RefineTrainer(torch.device("cpu"))
    trainer.train_layers_from(0)
    losses = [trainer.step(batch, 1.0, number) for number in range(20)]
    assert losses[-1] < 0.8 * losses[0]


def test_the_published_refiner_can_be_trained_on(tmp_path: Path, scenes: list[RefineScene]) -> None:
    torch.manual_seed(3)
    made = RefineNet()
    torch.nn.init.normal_(made.last.weight, std=0.5)
    planes = [torch.from_numpy(evidence_of(prepare(scene))[None]) for scene in scenes]
    made.train()
    for one in planes:  # batch norms with statistics of their own
        made(one)
    write_refiner(made.eval(), tmp_path / "refiner.onnx")
    read = read_refiner(tmp_path / "refiner.onnx", planes)
    stacked = torch.cat(planes)
    with torch.inference_mode():
        wanted = made(stacked)
        published = read.eval()(stacked)
        trained = read.train()(stacked).clamp(0, 1)
    solved = (stacked[:, SOLVED_PLANE : SOLVED_PLANE + 1] + 1) / 2
    changed = float((wanted - solved).abs().mean())
    assert changed > 0.05
    assert float((published - wanted).abs().max()) < 0.02  # weights of half precision
    assert float((trained - published).abs().mean()) < 0.2 * changed
    with pytest.raises(ValueError, match="none of this network's"):
        read_published(tmp_path / "refiner.onnx", ())
