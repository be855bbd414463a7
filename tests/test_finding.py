"""A thing that was pointed at, cut out: the whole way, from a photograph to a file that can be opened again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mattework
from mattework.arrays import Bytes
from mattework.errors import UsageError
from mattework.models.runtime import ModelSession
from mattework.prompt import Prompt
from mattework.recipe import EdgeSettings
from segment.prompted_networks import open_maps_network

RED = Prompt(kind="point", points=((60.0, 80.0),))
GREEN = Prompt(kind="point", points=((180.0, 80.0),))


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSession:
    """The tiny network that answers clicks, as a model of the user's."""
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
    return open_maps_network(tmp_path / "models")


def paint_squares() -> Bytes:
    """A red square on the left, a green one on the right, 240 x 160."""
    scene = np.full((160, 240, 3), 90, np.uint8)
    scene[40:120, 20:100] = (230, 30, 30)
    scene[40:120, 140:220] = (30, 200, 40)
    return scene


def test_a_pointed_at_thing_is_cut_and_can_be_cut_again_without_the_model(
    session: ModelSession, tmp_path: Path
) -> None:
    prompts = (RED, GREEN, replace(GREEN, adds=False))

    cutout = mattework.cut_out(paint_squares(), prompts=prompts, session=session)
    cutout.save(tmp_path / "cut.psd")
    (tmp_path / "models/maps-e.onnx").unlink()
    again = mattework.apply_recipe(tmp_path / "cut.psd")

    assert cutout.alpha[80, 60] == 1.0
    assert cutout.alpha[80, 180] == 0.0
    subject = again.recipe.subject
    assert (subject.origin, subject.model, subject.sha256) == ("prompts", "maps", session.sha256)
    assert subject.prompts == prompts
    assert np.abs(again.alpha - cutout.alpha).max() < 0.01
    softer = mattework.apply_recipe(
        tmp_path / "cut.psd", recipe=replace(again.recipe, edge=EdgeSettings(feather=4.0))
    )
    assert (np.abs(softer.alpha - again.alpha) > 0.05).any()


def test_the_report_says_what_ran_and_how_sure_it_is(session: ModelSession) -> None:
    report = mattework.cut_out(paint_squares(), prompts=[RED], session=session).report

    assert report.model == "maps"
    assert report.confidence is not None
    assert report.confidence > 0.7


@pytest.mark.parametrize(
    ("prompts", "asked", "shown"),
    [((), 4096, 1024), ((), 32, 160), ((), 640, 640), ((RED,), 4096, 640), ((RED,), 32, 256)],
)
def test_a_size_that_the_model_does_not_take_is_told_and_the_one_it_saw_is_kept(
    prompts: tuple[Prompt, ...], asked: int, shown: int, tmp_path: Path
) -> None:
    cutout = mattework.cut_out(paint_squares(), prompts=prompts, solver="hard", input_side=asked)
    told = [note for note in cutout.report.notes if "long side" in note]
    name = "Mattework object selection" if prompts else "Mattework subject"
    expected = f"{name} does not take a long side of {asked} pixels; it was shown {shown}."
    assert told == ([] if asked == shown else [expected])
    assert cutout.recipe.subject.input_side == shown
    cutout.save(tmp_path / "cut.psd")
    again = mattework.apply_recipe(tmp_path / "cut.psd")
    assert again.recipe.subject.input_side == shown
    assert np.abs(again.alpha - cutout.alpha).max() < 0.01
    same = mattework.cut_out(paint_squares(), prompts=prompts, solver="hard", input_side=shown)
    assert not [note for note in same.report.notes if "long side" in note]
    assert np.array_equal(same.alpha, cutout.alpha)


def test_points_count_on_the_upright_photo(session: ModelSession, tmp_path: Path) -> None:
    """A camera held upright writes the photo lying, with a note which way is up."""
    lying = Image.fromarray(np.rot90(paint_squares()).copy())
    exif = lying.getexif()
    exif[274] = 6
    lying.save(tmp_path / "photo.jpg", quality=97, exif=exif)

    cutout = mattework.cut_out(tmp_path / "photo.jpg", prompts=[RED], session=session)

    assert cutout.alpha.shape == (160, 240)
    assert cutout.alpha[80, 60] == 1.0
    assert cutout.alpha[80, 180] == 0.0


def test_the_photo_may_be_larger_than_what_the_network_is_shown(session: ModelSession) -> None:
    large = (
        np.ascontiguousarray(paint_squares().repeat(12, axis=0).repeat(12, axis=1)).astype(np.uint16) * 257
    )
    far = Prompt(kind="point", points=((180.0 * 12, 80.0 * 12),))

    cutout = mattework.cut_out(large, prompts=[far], session=session, solver="hard", colours=0.0)

    assert cutout.alpha.shape == (1920, 2880)
    assert cutout.alpha[960, 2160] == 1.0
    assert cutout.alpha[960, 720] == 0.0


def test_prompts_correct_a_mask_of_the_users(session: ModelSession) -> None:
    mask = np.zeros((160, 240), np.float32)
    mask[40:120, 20:220] = 1.0
    prompts = (RED, replace(GREEN, adds=False))

    cutout = mattework.cut_out(paint_squares(), from_mask=mask, prompts=prompts, session=session)

    assert cutout.recipe.subject.origin == "prompts"
    assert cutout.alpha[80, 60] == 1.0
    assert cutout.alpha[80, 180] == 0.0


def test_numbers_out_of_arrays_are_kept_as_plain_ones(session: ModelSession, tmp_path: Path) -> None:
    at = np.array([[60, 80]])
    given = [
        Prompt(kind="point", points=at, adds=np.bool_(True)),  # type: ignore[arg-type]
        Prompt(kind="point", points=((np.float32(180), np.int64(80)),), adds=False),  # type: ignore[arg-type]
    ]
    mattework.cut_out(paint_squares(), prompts=given, session=session).save(tmp_path / "cut.psd")
    assert mattework.apply_recipe(tmp_path / "cut.psd").recipe.subject.prompts == (
        RED,
        replace(GREEN, adds=False),
    )


@pytest.mark.parametrize("points", [((10**400, 1),), ((1, 2, 3),), (("a", "b"),), 7])
def test_points_that_are_none_are_refused(session: ModelSession, points: object) -> None:
    with pytest.raises(UsageError, match="no pair of numbers"):
        mattework.cut_out(paint_squares(), prompts=[replace(RED, points=points)], session=session)  # type: ignore[arg-type]


def test_what_cannot_be_meant_is_refused(session: ModelSession) -> None:
    scene = paint_squares()
    with pytest.raises(UsageError, match="Nothing says what is to be cut out"):
        mattework.cut_out(scene, prompts=[replace(RED, adds=False)], session=session)
    with pytest.raises(UsageError, match="outside the photo, which is 240 x 160"):
        mattework.cut_out(scene, prompts=[replace(RED, points=((240.5, 3.0),))], session=session)
    with pytest.raises(UsageError, match="last word"):
        mattework.cut_out(scene, prompts=[RED], trimap=np.zeros((160, 240), np.uint8))
    with pytest.raises(UsageError, match="takes no prompts"):
        mattework.cut_out(scene, prompts=[RED], session=mattework.open_model(device="cpu"))
    with pytest.raises(UsageError, match="selects what you point at"):
        mattework.open_model("maps")
    with pytest.raises(UsageError, match="takes no prompts"):
        mattework.open_model("mattework-subject", task="prompt")


def test_a_prompt_model_without_prompts_is_told_what_it_lacks(session: ModelSession) -> None:
    with pytest.raises(UsageError, match="selects what you point at"):
        mattework.cut_out(paint_squares(), session=session)


def test_a_model_is_opened_for_no_other_task_than_those_that_are_named() -> None:
    with pytest.raises(UsageError, match="'matting'"):
        mattework.open_model(task="matting")  # type: ignore[arg-type]
