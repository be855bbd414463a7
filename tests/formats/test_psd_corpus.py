"""Files of many programs, none of them ours: each opens or is refused for a stated reason, and looks as its maker meant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from mattework.arrays import AnyArray, Floats
from mattework.document.composite import flatten_document, is_exact_for
from mattework.document.model import ColorMode, Document, depth_white
from mattework.errors import MatteworkError
from mattework.formats.limits import Limits
from mattework.formats.psd import read_psd
from mattework.formats.psd_features import find_adjustment, find_features, find_fill
from mattework.formats.psd_layout import scan_psd

LIMITS = Limits(max_pixels=1_000_000_000, max_bytes=4 << 30)
SECONDS = 10

# Merged pictures that were not made from the layers beside them, so that they say nothing about a compositor.
OTHER_PICTURES = ("expected.psd", "psapi.psd", "fm8.psd", "fm16.psd", "fm32.psd")
# Fuzzed and deliberately broken files among the corpora; all others are honest.
BROKEN = (
    "oob-write",
    "timeout-",
    "combined_larger",
    "bad_",
    "bomb",
    "empty",
    "giant",
    "hdr_only",
    "layer_giant",
)
BROKEN_HERE = (*BROKEN, "layer_trunc", "text.psd", "trunc", "zero_dims", "zeros")


@pytest.fixture(scope="module")
def corpus(shared_data: Path) -> list[Path]:
    files = sorted((shared_data / "psd-corpus").rglob("*.ps[db]"))
    if not files:
        pytest.skip("needs the collection of Photoshop files")
    return files


def _sample(files: list[Path]) -> Iterator[Path]:
    """Every seventh file: the same ones each time, from all parts of the collection."""
    return iter(files[::7])


def _open(path: Path) -> Document | MatteworkError:
    started = time.monotonic()
    try:
        return read_psd(path.read_bytes(), limits=LIMITS, name=path.name)
    except MatteworkError as error:
        return error
    finally:
        assert time.monotonic() - started < SECONDS, path.name


def _check_opening(files: Iterator[Path]) -> None:
    for path in files:
        result = _open(path)
        broken = any(word in path.name for word in BROKEN_HERE)
        if isinstance(result, MatteworkError):
            assert broken, f"{path.name}: {result}"
            assert path.name in str(result)
        elif "trunc" in path.name:
            assert any("merged picture" in note for note in result.notes), path.name


def test_a_sample_opens_or_is_refused_for_a_reason(corpus: list[Path]) -> None:
    _check_opening(_sample(corpus))


@pytest.mark.slow
def test_everything_opens_or_is_refused_for_a_reason(corpus: list[Path]) -> None:
    _check_opening(iter(corpus))


def _check_cuts(files: Iterator[Path]) -> None:
    for path in files:
        if any(word in path.name for word in BROKEN_HERE):
            continue
        data = path.read_bytes()
        if len(data) > 2_000_000:
            continue
        for part in (0.5, 0.9, 0.99):
            whole = read_psd(data, limits=LIMITS, name=path.name)
            try:
                cut = read_psd(data[: int(len(data) * part)], limits=LIMITS, name=path.name)
            except MatteworkError:
                continue
            told = [note for note in cut.notes if note not in whole.notes]
            # Where the file says that it has no merged picture, nothing of it can be missed.
            assert told or whole.composite is None, f"{path.name} cut at {part}"


def test_cut_files_of_a_sample_are_noticed(corpus: list[Path]) -> None:
    _check_cuts(iter(corpus[::23]))


@pytest.mark.slow
def test_cut_files_are_noticed(corpus: list[Path]) -> None:
    _check_cuts(iter(corpus[::2]))


@cache
def _is_plain(path: Path) -> bool:
    """Whether everything in the file is of kinds that the document model holds."""
    with path.open("rb") as stream:
        layout = scan_psd(stream, limits=LIMITS, name=path.name)
    for spot in layout.layers:
        without_pixels = spot.rect.is_empty and (find_adjustment(spot.record) or find_fill(spot.record))
        if without_pixels or any(feature.alters_look for feature in find_features(spot.record)):
            return False
    return bool(layout.layers)


def _on_white(color: AnyArray, alpha: AnyArray | None, document: Document) -> Floats:
    """Colours as they look on paper, in levels of 8 bits."""
    white = depth_white(document.depth)
    shown = color.astype(np.float64) / white
    if alpha is not None:
        share = (alpha.astype(np.float64) / white)[..., None]
        paper = 0.0 if document.mode is ColorMode.CMYK else 1.0
        shown = shown * share + paper * (1 - share)
    return np.asarray(shown * 255, np.float32)


@pytest.mark.slow
def test_our_picture_is_the_makers_picture(corpus: list[Path]) -> None:
    compared = 0
    for path in corpus:
        if path.name in OTHER_PICTURES or any(word in path.name for word in BROKEN_HERE):
            continue
        document = read_psd(path.read_bytes(), limits=LIMITS, name=path.name)
        stored = document.composite
        if stored is None or not _is_plain(path) or not is_exact_for(document)[0]:
            continue
        channels = document.mode.channels
        theirs = _on_white(
            stored[..., :channels], stored[..., -1] if stored.shape[2] > channels else None, document
        )
        ours = _on_white(*flatten_document(document), document)
        off = np.abs(ours - theirs) > 1.01
        assert off.mean() < 1e-3, f"{path}: {off.mean():.4f} of the samples differ"
        compared += 1
    assert compared >= 60


def test_a_file_object_is_as_good_as_bytes(corpus: list[Path]) -> None:
    path = next(path for path in corpus if path.name == "layer_mask_data.psd")
    with path.open("rb") as stream:
        from_stream = read_psd(stream, limits=LIMITS, name=path.name)
    from_bytes = read_psd(path.read_bytes(), limits=LIMITS, name=path.name)
    from_memory = read_psd(BytesIO(path.read_bytes()), limits=LIMITS, name=path.name)
    assert from_stream.notes == from_bytes.notes == from_memory.notes
    for one, two in zip(from_stream.walk_layers(), from_bytes.walk_layers(), strict=True):
        assert np.array_equal(one.pixels, two.pixels)
