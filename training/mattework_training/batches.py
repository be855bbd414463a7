"""Batches of samples, made in a process of their own while the network trains.

All samples of a batch share one frame shape. Early in training frames have about 256 x 256 pixels;
later their size varies from 256 to 512, so that the network serves several input sizes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from multiprocessing.sharedctypes import Synchronized
from typing import Generic, Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from mattework_training.library import Data, Part, load_library
from mattework_training.network import STRIDE
from mattework_training.samples import Sample, SampleMaker

B_co = TypeVar("B_co", covariant=True)

PIXELS_PER_BATCH = 16 * 256 * 256
SINGLE_SIZE_UNTIL = 0.4
LATE_SIDES = (256, 288, 320, 320, 352, 384, 448, 512)
_ASPECTS = (1.0, 1.0, 3 / 4, 4 / 3, 2 / 3, 3 / 2)

Batch = tuple[Tensor, Tensor, Tensor]
"""Images (N, H, W, 3) uint8, alphas (N, H/2, W/2) uint8, weights (N, H/2, W/2) float16."""


def draw_shape(
    rng: np.random.Generator,
    progress: float,
    single_size_until: float = SINGLE_SIZE_UNTIL,
    sides: Sequence[int] = LATE_SIDES,
) -> tuple[int, int]:
    """Height and width of the next batch's frames, multiples of 32; ``sides`` of as many pixels' squares are drawn from."""
    side = 256 if progress < single_size_until else int(rng.choice(np.asarray(sides)))
    stretch = float(rng.choice(_ASPECTS)) ** 0.5
    height = max(1, round(side / stretch / STRIDE)) * STRIDE
    width = max(1, round(side * stretch / STRIDE)) * STRIDE
    return height, width


def weigh_edges(alpha: npt.NDArray[np.uint8], known: npt.NDArray[np.uint8]) -> npt.NDArray[np.float16]:
    """0 where unknown, 1 on flat areas, up to 5 where a 9x9 mean differs from alpha itself."""
    around = cv2.blur(alpha, (9, 9)).astype(np.float32)
    weight = (1 + 4 * np.abs(around - alpha) / 255) * (known > 215)
    compact: npt.NDArray[np.float16] = weight.astype(np.float16)
    return compact


def stack_samples(samples: list[Sample]) -> Batch:
    """Samples of one shape as a batch with targets at half size."""
    height, width = samples[0].alpha.shape
    half = (width // 2, height // 2)
    alphas, weights = [], []
    for sample in samples:
        alpha = cv2.resize(sample.alpha, half, interpolation=cv2.INTER_AREA).astype(np.uint8)
        known = cv2.resize(sample.known, half, interpolation=cv2.INTER_AREA).astype(np.uint8)
        alphas.append(alpha)
        weights.append(weigh_edges(alpha, known))
    return (
        torch.from_numpy(np.stack([s.image for s in samples])),
        torch.from_numpy(np.stack(alphas)),
        torch.from_numpy(np.stack(weights)),
    )


class BatchSource(Protocol[B_co]):
    """Makes the batches of one network. One is opened in each sample maker's process."""

    def open(self, data: Data, seed: int) -> None:
        """Read the library."""

    def plan(self, rng: np.random.Generator, progress: float, partners: int) -> tuple[tuple[int, int], int]:
        """Frame shape and number of samples of one partner's next batch."""

    def make(self, indices: Sequence[int], shape: tuple[int, int]) -> B_co: ...


class SubjectSource:
    """Batches for the subject network, of one size until ``single_size_until`` of the run has passed, then of ``sides``."""

    def __init__(
        self, single_size_until: float = SINGLE_SIZE_UNTIL, sides: Sequence[int] = LATE_SIDES
    ) -> None:
        self._single_size_until = single_size_until
        self._sides = tuple(sides)

    def open(self, data: Data, seed: int) -> None:
        self._maker = SampleMaker(load_library(data, "train"), seed)

    def plan(self, rng: np.random.Generator, progress: float, partners: int) -> tuple[tuple[int, int], int]:
        height, width = draw_shape(rng, progress, self._single_size_until, self._sides)
        return (height, width), max(4, round(PIXELS_PER_BATCH / (height * width) / partners))

    def make(self, indices: Sequence[int], shape: tuple[int, int]) -> Batch:
        return stack_samples([self._maker.make(i, shape) for i in indices])


class _Stream(IterableDataset[B_co]):
    def __init__(
        self,
        source: BatchSource[B_co],
        data: Data,
        seed: int,
        first_index: int,
        progress: Synchronized[float],
        partner: tuple[int, int],
    ) -> None:
        self._source = source
        self._data = data
        self._seed = seed
        self._first_index = first_index
        self._progress = progress
        self._rank, self._partners = partner

    def __iter__(self) -> Iterator[B_co]:
        cv2.setNumThreads(1)
        self._source.open(self._data, self._seed)
        worker = torch.utils.data.get_worker_info()
        if worker is not None:  # or it would hold for the training too
            torch.set_num_threads(1)
        makers = 1 if worker is None else worker.num_workers
        maker_id = 0 if worker is None else worker.id
        lane, lanes = self._rank * makers + maker_id, makers * self._partners
        # Partners draw the same shapes, so that none waits for one with larger frames.
        rng = np.random.default_rng((self._seed, self._first_index, maker_id))
        index = self._first_index + lane
        while True:
            shape, count = self._source.plan(rng, self._progress.value, self._partners)
            yield self._source.make(range(index, index + count * lanes, lanes), shape)
            index += count * lanes


class BatchStream(Generic[B_co]):
    """An endless stream of training batches. Set ``progress`` (0..1) as training advances."""

    def __init__(
        self,
        source: BatchSource[B_co],
        data: Data,
        seed: int,
        first_index: int,
        workers: int,
        partner: tuple[int, int] = (0, 1),
    ) -> None:
        """``partner`` is this process's rank and the number of processes that share a batch."""
        self._progress: Synchronized[float] = multiprocessing.Value("d", 0.0)
        stream = _Stream(source, data, seed, first_index, self._progress, partner)
        self._loader = iter(
            DataLoader(
                stream,
                batch_size=None,
                num_workers=workers,
                prefetch_factor=4 if workers else None,
            )
        )

    def close(self) -> None:
        """End the sample makers, which would otherwise wait forever."""
        self._loader = iter(())

    def set_progress(self, progress: float) -> None:
        self._progress.value = progress

    def next_batch(self) -> B_co:
        batch: B_co = next(self._loader)
        return batch


def make_check_batches(
    data: Data, seed: int, count: int, side: int, part: Part = "check", limit: int | None = None
) -> list[list[Sample]]:
    """Always the same samples, square, in lists of at most eight; by default held-out ones.

    ``limit`` reads only that many pictures of each set.
    """
    maker = SampleMaker(load_library(data, part, limit=limit), seed)
    samples = [maker.make(i, (side, side)) for i in range(count)]
    return [samples[i : i + 8] for i in range(0, count, 8)]
