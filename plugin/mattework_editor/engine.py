"""The engine: the worker process in which models run, as the editor calls it.

The photo is written to the worker's folder once. A call blocks; it is made from a thread beside the window. Cancelling
a call drops the connection, which ends what the worker does for us; the next call opens another. Closing is for good.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np

from mattework import (
    ColorMode,
    Photo,
    Prompt,
    Recipe,
    RecipeInputs,
    Size,
    array_depth,
    depth_white,
    parse_recipe,
    save_mask,
)
from mattework.arrays import Floats, Samples
from mattework.errors import Cancelled
from mattework.worker.client import WorkerClient, connect_worker
from mattework.worker.protocol import (
    AdjustRequest,
    CutRequest,
    EdgeOptions,
    EngineError,
    Gesture,
    Picture,
    SelectRequest,
)
from mattework_editor.pyramid import enlarge_rows, split_into_strips
from mattework_editor.tiled_plane import SIDE, TiledPlane

COMMAND = (sys.executable, "-P", "-m", "mattework")
ADVICE = "To see why, run `mattework worker` in a terminal; if it does not start, install Mattework again."
SAMPLES = {"uint8": "u8", "uint16": "u16", "float32": "float"}
STRIP_ROWS = 4 * SIDE
"""Rows of an alpha that are read together, whole tiles of them."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What the object tools pointed at: `soft_mask` (h, w) float32 of the whole photo, the same as a recipe's input, how
    sure the model is (0 to 1) and what is doubtful; what ran, and where; the model that was asked beside it."""

    soft_mask: Floats
    inputs: RecipeInputs
    confidence: float
    reasons: tuple[str, ...]
    model: str
    sha256: str | None
    device: str
    asked: str | None
    asked_sha256: str | None


class Engine:
    """A connection to the worker with one photo in it. Safe to call from several threads; calls wait for each other.

    `subject_model` finds subjects, `prompt_model` answers prompts; None takes the built-in one.
    """

    def __init__(
        self,
        command: tuple[str, ...] = COMMAND,
        subject_model: str | None = None,
        prompt_model: str | None = None,
    ) -> None:
        self.subject_model, self.prompt_model = subject_model, prompt_model
        self._command = command
        self._client: WorkerClient | None = None
        self._is_closed = False
        self._changing = threading.Lock()
        self._picture: tuple[Photo, Picture] | None = None
        self._prepared: tuple[Picture, str | None] | None = None
        self._calling = threading.Lock()

    def find_subject(
        self, photo: Photo, recipe: Recipe, progress: Progress | None = None
    ) -> tuple[TiledPlane[np.float32], Recipe, RecipeInputs, dict[str, Any]]:
        """Run the subject model and solve the edge.

        Returns:
            The solved alpha (H, W), the recipe and its inputs as the core made them (without strokes), and the
            report of what ran.

        Raises:
            EngineError: the worker refused, failed or died.
            Cancelled: `progress` wanted to stop.
        """
        edge = _edge_options(recipe)

        def ask(client: WorkerClient, _: Path, picture: Picture) -> dict[str, Any]:
            request = CutRequest(picture, "float", self.subject_model, edge, colours=0.0)
            return client.call("cut", request, progress)

        with self._calling:
            value, folder = self._ask(photo, ask)
            inputs = RecipeInputs(soft_mask=(folder / value["soft_mask"]).read_bytes())
            return (
                _read_alpha(folder, value, photo.size),
                parse_recipe(value["recipe"]),
                inputs,
                value["report"],
            )

    def select_object(
        self,
        photo: Photo,
        prompts: Sequence[Prompt],
        start: Floats | None = None,
        progress: Progress | None = None,
    ) -> Found:
        """What the prompts mean; the worker keeps the photo encoded, so that only the first takes long.

        Args:
            prompts: all gestures since `start`, in their order.
            start: soft mask (h, w) float32 of the whole photo to begin from.

        Raises:
            EngineError, Cancelled: as above.
        """
        gestures = tuple(Gesture(one.kind, one.points, one.adds) for one in prompts)

        def ask(client: WorkerClient, folder: Path, picture: Picture) -> dict[str, Any]:
            name = None
            if start is not None:
                name = "start.raw"
                with (folder / name).open("wb") as stream:
                    for strip in split_into_strips(photo.size.rect, STRIP_ROWS):
                        large = enlarge_rows(start, photo.size, strip.slices[0])
                        np.rint(large * np.float32(65535)).astype(np.uint16).tofile(stream)
            request = SelectRequest(
                picture, gestures, self.prompt_model, start=name, start_sample="u16", sample="u16"
            )
            return client.call("select", request, progress)

        with self._calling:
            value, folder = self._ask(photo, ask)
            shape = int(value["height"]), int(value["width"])
            coded = np.fromfile(folder / str(value["mask"]), np.uint16).reshape(shape)
        soft_mask = coded.astype(np.float32) / np.float32(65535)
        png = BytesIO()
        save_mask(soft_mask, png, bits=16, format="png")
        return Found(
            soft_mask=soft_mask,
            inputs=RecipeInputs(soft_mask=png.getvalue()),
            confidence=float(value["confidence"]),
            reasons=tuple(value["reasons"]),
            model=str(value["model"]),
            sha256=value["sha256"],
            asked=value["asked"],
            asked_sha256=value["asked_sha256"],
            device=str(value["device"]),
        )

    def solve_base(
        self, photo: Photo, recipe: Recipe, inputs: RecipeInputs, progress: Progress | None = None
    ) -> tuple[TiledPlane[np.float32], Recipe]:
        """The alpha (H, W) of a recipe without edge settings and the strokes that were solved in turn, and the recipe with
        what has solved it.

        Raises:
            EngineError, Cancelled: as above.
        """
        soft_mask = inputs.soft_mask
        assert soft_mask is not None
        first = tuple(stroke for stroke in recipe.drawn_first if not stroke.is_touch)
        plain = replace(
            recipe, strokes=first, strokes_in_turn=False, strokes_together=0, background=None, key=None
        )
        edge = _edge_options(recipe)

        def ask(client: WorkerClient, folder: Path, picture: Picture) -> dict[str, Any]:
            (folder / "given-mask.png").write_bytes(soft_mask)
            request = AdjustRequest(
                picture, "float", plain.to_json(), "given-mask.png", edge=edge, colours=0.0
            )
            return client.call("adjust", request, progress)

        with self._calling:
            value, folder = self._ask(photo, ask)
            made = parse_recipe(value["recipe"])
            solved = replace(recipe, solver_used=made.solver_used, matting=made.matting)
            return _read_alpha(folder, value, photo.size), solved

    def warm_up(self, photo: Photo) -> None:
        """Start the worker, load its model and hand the photo over, so that the first click is quick.

        Raises:
            EngineError: the engine is missing or does not start.
        """
        with self._calling:
            self._ask(photo, lambda *_: {})

    def prepare_objects(self, photo: Photo) -> None:
        """Let the worker see the photo as the first gesture of an object tool asks for it; once a photo and model.

        Raises:
            EngineError, Cancelled: as above.
        """

        def ask(client: WorkerClient, _: Path, picture: Picture) -> dict[str, Any]:
            if self._prepared != (picture, self.prompt_model):
                client.call("select", SelectRequest(picture, (), self.prompt_model))
                self._prepared = picture, self.prompt_model
            return {}

        with self._calling:
            self._ask(photo, ask)

    def close(self) -> None:
        """End what the worker does for us, for good: a connection that is just being made is closed as well.

        Calls that wait or come later raise `Cancelled`.
        """
        with self._changing:
            self._is_closed = True
        self._drop()

    def _drop(self) -> None:
        with self._changing:
            client, self._client, self._picture = self._client, None, None
            self._prepared = None
        if client is not None:
            client.close()

    def _connect(self) -> WorkerClient:
        client = self._client
        if not self._is_closed:
            client = client or connect_worker(self._command)
            with self._changing:
                if not self._is_closed:
                    self._client = client
                    return client
        if client is not None:
            client.close()
        raise Cancelled("The engine was closed.")

    def _ask(
        self, photo: Photo, ask: Callable[[WorkerClient, Path, Picture], dict[str, Any]]
    ) -> tuple[dict[str, Any], Path]:
        try:
            client = self._connect()
            folder = client.open_folder()
            if self._picture is None or self._picture[0] is not photo:
                self._prepared = None
                self._picture = photo, _send_picture(photo, folder)
            return ask(client, folder, self._picture[1]), folder
        except EngineError as error:
            self._drop()
            raise EngineError(
                f"{error.message} {ADVICE}" if error.advice else error.message, error.kind
            ) from error
        except Exception:
            # The worker may still be busy for us, or gone; a fresh connection is right in both cases.
            self._drop()
            raise


def _send_picture(photo: Photo, folder: Path) -> Picture:
    """The photo in the raw files of the protocol: gray or RGB, other modes as 8-bit sRGB; with its own opacity."""
    from mattework import convert_for_matting

    colour = convert_for_matting(photo)
    colour = colour.reshape(*photo.size.shape, -1)
    if photo.alpha is not None:
        colour = np.concatenate([colour, _fit_depth(photo.alpha, colour)[..., None]], axis=2)
    icc = None
    if photo.icc is not None and photo.mode in (ColorMode.GRAY, ColorMode.RGB):
        (folder / "profile.icc").write_bytes(photo.icc)
        icc = "profile.icc"
    colour.tofile(folder / "photo.raw")
    sample = SAMPLES[colour.dtype.name]
    size: Size = photo.size
    return Picture(
        "photo.raw", size.width, size.height, colour.shape[2], photo.alpha is not None, sample, icc=icc
    )


def _fit_depth(alpha: Samples, like: Samples) -> Samples:
    """The alpha in the depth of other samples."""
    if alpha.dtype == like.dtype:
        return alpha
    white = depth_white(array_depth(like))
    share = alpha.astype(np.float32) * np.float32(white / depth_white(array_depth(alpha)))
    return cast("Samples", share if like.dtype == np.float32 else np.rint(share).astype(like.dtype))


def _edge_options(recipe: Recipe) -> EdgeOptions:
    """How a recipe's edge is solved, without the settings that the editor lays on it itself."""
    network = recipe.matting if recipe.solver == "neural" else None
    return EdgeOptions(
        solver=recipe.solver,
        band=recipe.trimap.band,
        matting_model=None if network is None else network.model,
    )


def _read_alpha(folder: Path, value: dict[str, Any], size: Size) -> TiledPlane[np.float32]:
    alpha = TiledPlane(size, np.float32)
    with (folder / str(value["mask"])).open("rb") as stream:
        for strip in split_into_strips(size.rect, STRIP_ROWS):
            alpha[strip.slices] = np.fromfile(stream, np.float32, strip.area).reshape(strip.size.shape)
    return alpha
