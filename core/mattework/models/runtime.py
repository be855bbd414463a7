"""Runs networks: a session that is opened once and kept warm, and a soft mask from a photo by any record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.errors import (
    DeviceUnavailable,
    MatteworkError,
    ModelDamaged,
    ModelError,
    ModelFailed,
    OutOfMemory,
    UsageError,
)
from mattework.geometry import Size
from mattework.models.devices import Device, load_onnxruntime, make_session_options, resolve_device
from mattework.models.first_sights import forget_first_sights
from mattework.models.hashes import join_hashes
from mattework.models.placement import place_photo
from mattework.models.spec import FileRole, ModelSpec
from mattework.models.store import ModelStore
from mattework.models.tensors import make_inputs, read_mask, restore_mask
from mattework.progress import Progress

_ELEMENT_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}
_MEMORY_SIGNS = (
    "bad_alloc",
    "failed to allocate",
    "out of memory",
    "bad allocation",
    "alloc_failed",  # cuBLAS and cuDNN
    "8007000e",  # DirectML
)


@dataclass(frozen=True, slots=True)
class _Graph:
    """One open file of a model: its inputs with element types, its output names."""

    session: Any
    inputs: Mapping[str, str]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A device and what is open on it. `notes` tell which other one could not take the model."""

    device: Device
    graphs: Mapping[FileRole, _Graph]
    notes: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class ModelSession:
    """An open model. `sha256` is that of its file, or of all (see `join_hashes`).

    Where the device was left to us, a run that fails on a graphics device is done again on the CPU, which then stays the
    model's place. May be shared by threads: on the CPU runs go side by side, elsewhere one waits for the other.
    """

    spec: ModelSpec
    sha256: str
    _place: _Place
    _go_to_cpu: Callable[[Device, MatteworkError], _Place] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def device(self) -> Device:
        """Where it runs; after a run, where it ran."""
        return self._place.device

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know of where it runs, in sentences."""
        return self._place.notes

    @property
    def roles(self) -> frozenset[FileRole]:
        """What its files are there for."""
        return frozenset(self._place.graphs)

    def input_types(self, role: FileRole = "model") -> Mapping[str, str]:
        """The graph's input names and element types ("float32" …), in the graph's order."""
        return self._graph(role).inputs

    def output_names(self, role: FileRole = "model") -> tuple[str, ...]:
        """The graph's output names, in the graph's order."""
        return self._graph(role).outputs

    def run(self, inputs: Mapping[str, AnyArray], role: FileRole = "model") -> list[AnyArray]:
        """Feed tensors by name; gives every output, in the graph's order.

        Raises:
            ModelFailed: a tensor is missing or of the wrong shape, or the network cannot be computed.
            OutOfMemory: the machine or the device has not enough memory for it.
        """
        self._graph(role)
        place = self._place  # taken once: another thread may go to the CPU meanwhile
        try:
            return self._run_at(place, inputs, role)
        except (ModelFailed, OutOfMemory) as error:
            if self._go_to_cpu is None or place.device.name == "cpu" or _is_of_inputs(error):
                raise
            with self._lock:
                if self._place is place:
                    self._place = self._go_to_cpu(place.device, error)
        return self._run_at(self._place, inputs, role)

    def _run_at(self, place: _Place, inputs: Mapping[str, AnyArray], role: FileRole) -> list[AnyArray]:
        guard = nullcontext() if place.device.name == "cpu" else self._lock
        try:
            with guard:
                outputs: list[AnyArray] = place.graphs[role].session.run(None, dict(inputs))
        except Exception as error:
            raise _explain(error, self.spec, place.device) from error
        return outputs

    def _graph(self, role: FileRole) -> _Graph:
        graphs = self._place.graphs
        if role not in graphs:
            raise ModelError(f"Model {self.spec.id} has no {role}; it has {', '.join(graphs)}.")
        return graphs[role]


def open_session(
    spec: ModelSpec,
    store: ModelStore,
    *,
    device: str = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> ModelSession:
    """Open a model: find and verify its files, prove the device, load the networks.

    With `auto`, a network that the graphics device cannot take, or cannot run for want of memory or otherwise, runs on the
    CPU, and the session's notes say so. `threads` bounds the CPU threads; None leaves one to each core.

    Raises:
        ModelNotInstalled, ConsentNeeded, ModelDamaged: see `ModelStore.require`.
        DeviceUnavailable: a device was named and does not work here.
        ModelFailed: the file is sound but the network cannot be built.
        OutOfMemory: not enough memory to load it.
    """
    files = store.require(spec, progress=progress)
    chosen = resolve_device(device)
    paths = {role: file.found.path for role, file in files.items()}

    def go_to_cpu(failed: Device, error: MatteworkError) -> _Place:
        cpu = resolve_device("cpu")
        note = f"{spec.display_name} does not run on {failed.label} here ({_shorten(error)}), so it ran on the CPU."
        return _Place(replace(cpu, note=note), _load_graphs(spec, paths, cpu, threads), (note,))

    may_go = device == "auto" and chosen.name != "cpu"
    try:
        place = _Place(chosen, _load_graphs(spec, paths, chosen, threads))
    except (ModelFailed, DeviceUnavailable, OutOfMemory) as error:
        if not may_go:
            raise
        place = go_to_cpu(chosen, error)
    sha256 = join_hashes({one.role: files[one.role].sha256 for one in spec.files})
    return ModelSession(spec, sha256, place, go_to_cpu if may_go else None)


def predict_mask(
    session: ModelSession,
    rgb: Bytes,
    *,
    long_side: int | None = None,
    companion: Floats | None = None,
    role: FileRole = "model",
) -> Floats:
    """The soft mask of a photo.

    Args:
        session: an open model whose output is a mask.
        rgb: (H, W, 3) uint8, RGB, any size.
        long_side: long side that a model with a free input size is shown; None for the record's own.
        companion: (H, W) float32, the trimap or mask that some models want beside the photo.
        role: which of its files answers.

    Returns:
        (h, w) float32 of 0 to 1 at the network's resolution and the photo's aspect ratio, not larger than the photo.

    Raises:
        UsageError: no RGB picture of bytes, or a long side that this model cannot take.
        ModelFailed, OutOfMemory: see `ModelSession.run`.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != "uint8":
        raise UsageError(f"A model wants a picture of (H, W, 3) bytes, not {rgb.shape} of {rgb.dtype}.")
    rule = session.spec.input
    placement = place_photo(rule.size, Size(rgb.shape[1], rgb.shape[0]), long_side=long_side)
    inputs = make_inputs(rule, rgb, placement, names=session.input_types(role), companion=companion)
    outputs = dict(zip(session.output_names(role), session.run(inputs, role), strict=True))
    return restore_mask(read_mask(session.spec.output, outputs), placement)


def _load_graphs(
    spec: ModelSpec, paths: Mapping[FileRole, Path], device: Device, threads: int | None
) -> dict[FileRole, _Graph]:
    onnxruntime = load_onnxruntime()
    providers = [device.provider] if device.name == "cpu" else [device.provider, "CPUExecutionProvider"]
    graphs: dict[FileRole, _Graph] = {}
    for role, path in paths.items():
        options = make_session_options(threads=threads)
        if device.name == "dml":
            options.enable_mem_pattern = False  # DirectML asks for it
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:
            told = _explain(error, spec, device, path)
            if isinstance(told, ModelDamaged):  # what cannot be read is not what to hold the next file to
                forget_first_sights({path.name})
            raise told from error
        session.disable_fallback()
        if session.get_providers()[0] != device.provider:
            raise DeviceUnavailable(f"{device.label} refused the model {spec.id}. Use --device cpu.")
        inputs = {one.name: _ELEMENT_TYPES.get(one.type, "") for one in session.get_inputs()}
        if "" in inputs.values():
            odd = " and ".join(one.type for one in session.get_inputs() if one.type not in _ELEMENT_TYPES)
            raise ModelFailed(
                f"The network in {path} wants inputs of {odd}, which Mattework cannot give. Export it with float inputs."
            )
        graphs[role] = _Graph(session, inputs, tuple(one.name for one in session.get_outputs()))
    return graphs


def _is_of_inputs(error: MatteworkError) -> bool:
    """Whether a run failed for what was put in, which no other device would take either."""
    return type(error.__cause__).__name__ in ("InvalidArgument", "ValueError", "TypeError", "KeyError")


def _shorten(error: MatteworkError) -> str:
    """Why a device could not take a model, in a few words."""
    if isinstance(error, OutOfMemory):
        return "its memory is too small"
    if error.__cause__ is None:
        return "it refuses the model"
    return " ".join(str(error.__cause__).split())[:200]


def _explain(
    error: BaseException, spec: ModelSpec, device: Device, path: Path | None = None
) -> MatteworkError:
    """One of our errors for whatever onnxruntime raised; `path` when it happened while loading."""
    text = " ".join(str(error).split())
    kind = type(error).__name__
    lowered = text.lower()
    if isinstance(error, MemoryError) or any(sign in lowered for sign in _MEMORY_SIGNS):
        return OutOfMemory(
            f"There is not enough memory to run {spec.display_name} on {device.label}. Close other programs, "
            "use a smaller input size, a lighter model or --device cpu."
        )
    short = text if len(text) <= 300 else f"{text[:300]}…"
    if path is not None and kind in ("InvalidProtobuf", "NoModel", "ModelLoadFailed"):
        return ModelDamaged(f"{path} is not a sound ONNX file ({short}). Remove it and get it again.")
    if path is not None:
        return ModelFailed(
            f"The network in {path} cannot be built on {device.label}: {short}. "
            "It may need a newer onnxruntime, or another device."
        )
    return ModelFailed(
        f"{spec.display_name} failed on {device.label}: {short}. Try --device cpu or another model."
    )
