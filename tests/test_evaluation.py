"""Folders in, a table out: pairing by name, measures, means, and bad files that stop nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mattework.arrays import AnyArray, Floats
from mattework.errors import DeviceUnavailable, FileNotReadable, UsageError
from mattework.evaluation import Prediction, evaluate_folder, measure_alpha
from mattework.formats.masks import read_mask


def save(path: Path, values: AnyArray) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.rint(values * 255).astype(np.uint8)).save(path)


def truth(size: int = 16) -> Floats:
    alpha = np.zeros((size, size), np.float32)
    alpha[:, size // 2 :] = 1
    return alpha


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Three pictures whose photographs are their own predictions: right, a quarter off, all wrong."""
    images, alphas, trimaps = (tmp_path / name for name in ("images", "alphas", "trimaps"))
    predictions = {"a": truth(), "b": np.where(truth() > 0, 1, 0.2).astype(np.float32), "c": 1 - truth()}
    for name, prediction in predictions.items():
        save(images / f"{name}.png", prediction)
        save(alphas / f"{name}.bmp", truth())
        trimap = truth()
        trimap[:, 6:10] = 0.5
        save(trimaps / f"{name}.png", trimap)
    return images, alphas, trimaps


def read_as_prediction(image: Path, trimap: Path | None) -> Prediction:
    return Prediction(alpha=read_mask(image), ran="read", notes=(f"{image.stem} was read.",))


def test_rows_and_means(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, _ = folders
    evaluation = evaluate_folder(images, alphas, predict=read_as_prediction)
    scores = {row.name: row.scores for row in evaluation.rows}
    assert list(scores) == ["a", "b", "c"]
    assert scores["a"] is not None
    assert scores["b"] is not None
    assert scores["c"] is not None
    assert [(row.ran, row.notes) for row in evaluation.rows] == [
        ("read", (f"{name} was read.",)) for name in "abc"
    ]
    assert scores["a"].sad == 0
    assert scores["a"].iou == scores["a"].boundary_f == 1
    assert scores["b"].sad == pytest.approx(128 * 0.2 / 1000)  # half of 256 pixels are 0.2 off
    assert scores["b"].mse == pytest.approx(0.5 * 0.04)
    assert scores["c"].mad == 1
    assert scores["c"].iou == 0
    assert evaluation.means is not None
    assert evaluation.means.mad == pytest.approx((0 + 0.1 + 1) / 3)
    assert evaluation.unmatched == ()


def test_trimaps_limit_matte_errors_to_their_band_and_reach_the_predictor(
    folders: tuple[Path, Path, Path],
) -> None:
    images, alphas, trimaps = folders
    seen: list[Path | None] = []

    def predict(image: Path, trimap: Path | None) -> Prediction:
        seen.append(trimap)
        return Prediction(alpha=read_mask(image))

    evaluation = evaluate_folder(images, alphas, trimaps=trimaps, predict=predict)
    assert seen == [trimaps / f"{name}.png" for name in "abc"]
    scores = evaluation.rows[1].scores
    assert scores is not None
    assert scores.sad == pytest.approx(2 * 16 * 0.2 / 1000)  # two of the band's four columns are wrong
    assert scores.mad == pytest.approx(0.1)


def test_files_without_a_partner_are_named(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, trimaps = folders
    save(images / "alone.png", truth())
    save(alphas / "widow.png", truth())
    (trimaps / "c.png").unlink()
    (images / "README.md").write_text("no picture")
    save(images / "a.bmp", truth())
    evaluation = evaluate_folder(images, alphas, trimaps=trimaps, predict=read_as_prediction)
    assert [row.name for row in evaluation.rows] == ["a", "b"]
    told = " ".join(evaluation.unmatched)
    for name in ("alone.png", "widow.png", "c.png", "a.png"):
        assert name in told
    assert "README" not in told


def test_accents_written_in_two_ways_are_one_name(tmp_path: Path) -> None:
    save(tmp_path / "images" / "Ame\u0301lie.png", truth())
    save(tmp_path / "alphas" / "Am\u00e9lie.png", truth())
    evaluation = evaluate_folder(tmp_path / "images", tmp_path / "alphas", predict=read_as_prediction)
    assert len(evaluation.rows) == 1
    assert evaluation.unmatched == ()


def test_a_bad_file_does_not_stop_the_rest(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, _ = folders
    (alphas / "a.bmp").write_bytes(b"BM and nothing else")
    save(images / "b.png", np.zeros((5, 7), np.float32))
    evaluation = evaluate_folder(images, alphas, predict=read_as_prediction)
    assert [row.name for row in evaluation.failed] == ["a", "b"]
    assert "a.bmp" in str(evaluation.rows[0].error)
    assert "7 x 5" in str(evaluation.rows[1].error)
    assert evaluation.means == evaluation.rows[2].scores


def test_a_trimap_of_another_size_is_not_blamed_on_the_photo(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, trimaps = folders
    save(trimaps / "b.png", np.full((5, 7), 0.5, np.float32))
    evaluation = evaluate_folder(images, alphas, trimaps=trimaps, predict=read_as_prediction)
    (failed,) = evaluation.failed
    assert failed.error == "The trimap b.png has 7 x 5 pixels and the known alpha b.bmp 16 x 16."


def test_a_trimap_without_gray_is_no_perfect_score(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, trimaps = folders
    save(trimaps / "c.png", truth())
    evaluation = evaluate_folder(images, alphas, trimaps=trimaps, predict=read_as_prediction)
    assert [row.name for row in evaluation.failed] == ["c"]
    assert "c.png has no gray" in str(evaluation.rows[2].error)


def test_nothing_measured_has_no_means(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, _ = folders

    def refuse(image: Path, trimap: Path | None) -> Prediction:
        raise FileNotReadable(f"{image.name} cannot be read.")

    evaluation = evaluate_folder(images, alphas, predict=refuse)
    assert evaluation.means is None
    assert len(evaluation.failed) == 3


def test_a_missing_device_ends_the_work(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, _ = folders

    def refuse(image: Path, trimap: Path | None) -> Prediction:
        raise DeviceUnavailable("There is no such device.")

    with pytest.raises(DeviceUnavailable):
        evaluate_folder(images, alphas, predict=refuse)


def test_folders_that_share_no_name_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.png", truth())
    save(tmp_path / "alphas" / "b.png", truth())
    with pytest.raises(UsageError, match="same name"):
        evaluate_folder(tmp_path / "images", tmp_path / "alphas", predict=read_as_prediction)
    with pytest.raises(UsageError, match="no folder"):
        evaluate_folder(tmp_path / "none", tmp_path / "alphas", predict=read_as_prediction)


def test_measure_alpha_of_the_truth_is_perfect() -> None:
    scores = measure_alpha(truth(), truth())
    assert scores.sad == scores.mse == scores.mad == scores.gradient == scores.connectivity == 0
    assert scores.iou == scores.f == scores.boundary_f == 1
    assert scores.s_measure == pytest.approx(1)


@pytest.mark.parametrize("kind", ["labels", "palette"])
def test_labels_and_colours_are_no_known_alpha(folders: tuple[Path, Path, Path], kind: str) -> None:
    images, alphas, _ = folders
    labels = truth().astype(np.uint8)
    picture = Image.fromarray(labels)
    if kind == "palette":
        picture = Image.fromarray(labels, "P")
        picture.putpalette([0, 0, 0, 128, 0, 0])
    (alphas / "a.bmp").unlink()
    picture.save(alphas / "a.png")
    evaluation = evaluate_folder(images, alphas, predict=read_as_prediction)
    row = next(row for row in evaluation.rows if row.name == "a")
    assert row.scores is None
    assert row.error is not None
    assert ("has colours" if kind == "palette" else "labels") in row.error
    assert sum(row.error is not None for row in evaluation.rows) == 1


def test_the_alpha_of_a_colour_cutout_is_a_known_alpha(folders: tuple[Path, Path, Path]) -> None:
    images, alphas, _ = folders
    cutout = np.random.default_rng(0).integers(0, 256, (16, 16, 4), dtype=np.uint8)
    cutout[..., 3] = np.rint(truth() * 255)
    (alphas / "a.bmp").unlink()
    Image.fromarray(cutout).save(alphas / "a.png")
    evaluation = evaluate_folder(images, alphas, predict=read_as_prediction)
    row = next(row for row in evaluation.rows if row.name == "a")
    assert row.error is None
    assert row.scores is not None
    assert row.scores.sad == 0
