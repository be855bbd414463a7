"""Measure a way of cutting out on pictures whose alphas are known: pairs of files in folders, one row of measures each."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeAlias

import numpy as np

from mattework import metrics
from mattework.arrays import Bools, Bytes, Floats
from mattework.errors import InputError, ModelFailed, OutOfMemory, UsageError
from mattework.formats.masks import read_mask, read_trimap, refuse_labels
from mattework.formats.sniff import SUFFIXES
from mattework.geometry import Size
from mattework.progress import Progress, report_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """An `alpha` (H, W), float32 0..1; in words what made it, and what people should know of it."""

    alpha: Floats
    ran: str = ""
    notes: tuple[str, ...] = ()


Predict: TypeAlias = Callable[[Path, Path | None], Prediction]
"""From a picture and its trimap (or None) to an alpha of the picture's size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The measures of one alpha, or their means. The first five are errors, the others agree best at 1.

    `sad`, `gradient` and `connectivity` are in thousands; with a trimap, the first five look at its unknown band only.
    `f` is the best F-measure over all thresholds. See `mattework.metrics`.
    """

    sad: float
    mse: float
    mad: float
    gradient: float
    connectivity: float
    iou: float
    f: float
    boundary_f: float
    s_measure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One picture. Either `scores` or `error` is there; `seconds`, `ran` and `notes` are those of the prediction."""

    name: str
    scores: Scores | None = None
    error: str | None = None
    seconds: float = 0.0
    ran: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A table. `means` is None when nothing could be measured; `unmatched` says in sentences which files were left out."""

    rows: tuple[Row, ...]
    means: Scores | None
    unmatched: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.error is not None)


def evaluate_folder(
    images: Path,
    alphas: Path,
    *,
    predict: Predict,
    trimaps: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Predict an alpha for every picture that has a known one, and measure it.

    Files belong together when their names without suffix are the same, however their accents are written. A file that
    cannot be read, an alpha of another size, or a trimap without unknown becomes a row with an error; the others go on.
    A missing model or device ends the work.

    Args:
        images: folder of photographs.
        alphas: folder of true alphas: gray pictures, or pictures with transparency.
        predict: makes the alpha.
        trimaps: folder of trimaps, handed to `predict`; matte errors are then measured in the unknown band only, and a
            picture without a trimap is left out.
        progress: told about every picture.

    Raises:
        UsageError: a folder is missing, or no picture has an alpha.
        ModelError, DeviceUnavailable, Cancelled: from `predict`.
    """
    pairs, unmatched = _pair_files(images, alphas, trimaps)
    rows = []
    for index, (image, alpha, trimap) in enumerate(pairs):
        report_progress(progress, image.stem, index / len(pairs))
        rows.append(_evaluate_pair(image, alpha, trimap, predict))
    report_progress(progress, "done", 1.0)
    measured = [row.scores for row in rows if row.scores is not None]
    return Evaluation(rows=tuple(rows), means=_average(measured), unmatched=unmatched)


def measure_alpha(prediction: Floats, truth: Floats, band: Bools | None = None) -> Scores:
    """Every measure of one prediction (H, W) against its truth; `band` limits the five matte errors.

    Raises:
        ValueError: the shapes differ.
    """
    return Scores(
        sad=metrics.measure_sad(prediction, truth, band),
        mse=metrics.measure_mse(prediction, truth, band),
        mad=metrics.measure_mad(prediction, truth, band),
        gradient=metrics.measure_gradient_error(prediction, truth, band),
        connectivity=metrics.measure_connectivity_error(prediction, truth, band),
        iou=metrics.measure_iou(prediction, truth),
        f=metrics.measure_f(prediction, truth).value,
        boundary_f=metrics.measure_boundary_f(prediction, truth),
        s_measure=metrics.measure_s(prediction, truth),
    )


def _evaluate_pair(image: Path, alpha: Path, trimap: Path | None, predict: Predict) -> Row:
    try:
        truth = read_mask(alpha, word="known alpha", take_colours=False)
        refuse_labels(float(truth.max()), "known alpha")
        size = Size(truth.shape[1], truth.shape[0])
        guide = None if trimap is None else read_trimap(trimap)
        if trimap is not None and guide is not None and guide.shape != truth.shape:
            found = Size(guide.shape[1], guide.shape[0])
            raise UsageError(
                f"The trimap {trimap.name} has {found} pixels and the known alpha {alpha.name} {size}."
            )
        band = None if guide is None else _find_unknown(guide)
        if trimap is not None and band is not None and not band.any():
            raise UsageError(
                f"The trimap {trimap.name} has no gray, in which errors would count. Give one with an unknown band."
            )
        start = time.perf_counter()
        prediction = predict(image, trimap)
        seconds = time.perf_counter() - start
        found_alpha = prediction.alpha
        if found_alpha.shape != truth.shape:
            found = Size(found_alpha.shape[1], found_alpha.shape[0])
            raise UsageError(f"The photo has {found} pixels and its known alpha {alpha.name} {size}.")
        return Row(
            name=image.stem,
            scores=measure_alpha(found_alpha, truth, band),
            seconds=seconds,
            ran=prediction.ran,
            notes=prediction.notes,
        )
    except (InputError, UsageError, ModelFailed, OutOfMemory) as error:
        return Row(name=image.stem, error=str(error))


def _find_unknown(trimap: Bytes) -> Bools:
    return np.asarray((trimap > 0) & (trimap < 255), np.bool_)


def _average(scores: list[Scores]) -> Scores | None:
    if not scores:
        return None
    names = [field.name for field in fields(Scores)]
    return Scores(**{name: float(np.mean([getattr(one, name) for one in scores])) for name in names})


def _pair_files(
    images: Path, alphas: Path, trimaps: Path | None
) -> tuple[list[tuple[Path, Path, Path | None]], tuple[str, ...]]:
    """Triples that belong together, by name, and sentences about the rest."""
    notes: list[str] = []
    photos, truths = _list_pictures(images, notes), _list_pictures(alphas, notes)
    guides = _list_pictures(trimaps, notes) if trimaps is not None else None
    notes += [f"{photos[stem].name} has no known alpha in {alphas}." for stem in photos if stem not in truths]
    notes += [
        f"The alpha {truths[stem].name} has no picture in {images}." for stem in truths if stem not in photos
    ]
    pairs: list[tuple[Path, Path, Path | None]] = []
    for stem in sorted(photos.keys() & truths.keys()):
        if guides is None:
            pairs.append((photos[stem], truths[stem], None))
        elif stem in guides:
            pairs.append((photos[stem], truths[stem], guides[stem]))
        else:
            notes.append(f"{photos[stem].name} has no trimap in {trimaps}.")
    if not pairs:
        raise UsageError(
            f"No picture in {images} has an alpha of the same name in {alphas}"
            + (f" and a trimap in {trimaps}" if trimaps is not None else "")
            + ". Names must be equal but for the suffix."
        )
    return pairs, tuple(notes)


def _list_pictures(folder: Path, notes: list[str]) -> dict[str, Path]:
    """Picture files by name without suffix, in order. Of two with one name the first counts."""
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith(".") or not path.is_file():
            continue
        # An "é" may be one letter or an "e" and its accent; archives and file systems change one into the other.
        name = unicodedata.normalize("NFC", path.stem)
        if name in found:
            notes.append(f"{path.name} is left out: {found[name].name} has the same name.")
        else:
            found[name] = path
    return found
