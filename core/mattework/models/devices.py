"""Devices that were proven by running: a tiny convolution goes through the device before anything is promised.

onnxruntime falls back to the CPU with no more than a line in its log when a driver is missing. Here a device counts only
when every node of the probe ran on it and the numbers are right.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from mattework.errors import DeviceUnavailable, UsageError

# x (1, 1, 4, 4) -> Conv with one 3 x 3 kernel of ones, no padding -> y (1, 1, 2, 2); IR 8, opset 17, written by
# tests/models/tiny_onnx.py. A convolution, because that is what pulls in the libraries that are usually missing (cuDNN).
_PROBE = base64.b64decode(
    "CAg6gwEKDwoBeAoBdxIBeSIEQ29udhIBZyozCAEIAQgDCAMQAUIBd0okAACAPwAAgD8AAIA/AACAPwAAgD8AAIA/AACAPwAAgD8A"
    "AIA/WhsKAXgSFgoUCAESEAoCCAEKAggBCgIIBAoCCARiGwoBeRIWChQIARIQCgIIAQoCCAEKAggCCgIIAkICEBE="
)
_QUIET = (
    4  # onnxruntime's log level "fatal": what went wrong is in the exceptions that we turn into sentences
)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a network runs. `name` is what the user types, `provider` onnxruntime's name for it, `label` for people.

    `note` is a sentence that says how it was chosen.
    """

    name: str
    provider: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Kind:
    providers: tuple[str, ...]
    label: str
    install: str


# In the order in which `auto` tries them.
_KINDS: dict[str, _Kind] = {
    "cuda": _Kind(
        ("CUDAExecutionProvider",),
        "NVIDIA CUDA",
        "install an NVIDIA driver, then replace onnxruntime by onnxruntime-gpu[cuda,cudnn]",
    ),
    "rocm": _Kind(
        ("MIGraphXExecutionProvider", "ROCMExecutionProvider"),
        "AMD ROCm",
        "install ROCm, then replace onnxruntime by AMD's onnxruntime-migraphx or onnxruntime-rocm",
    ),
    "dml": _Kind(
        ("DmlExecutionProvider",), "DirectML", "on Windows, replace onnxruntime by onnxruntime-directml"
    ),
    "coreml": _Kind(
        ("CoreMLExecutionProvider",), "Apple Core ML", "needs a Mac; onnxruntime brings it there"
    ),
    "openvino": _Kind(
        ("OpenVINOExecutionProvider",), "Intel OpenVINO", "replace onnxruntime by onnxruntime-openvino"
    ),
    "cpu": _Kind(("CPUExecutionProvider",), "CPU", "part of every onnxruntime"),
}
DEVICE_NAMES = ("auto", "cpu", "cuda", "rocm", "dml", "coreml", "openvino")


def load_onnxruntime() -> Any:
    """onnxruntime, silenced, with telemetry off. Imported at the first model, not before.

    Raises:
        DeviceUnavailable: onnxruntime is not installed or its library cannot be loaded.
    """
    # Its library begins to collect when it is loaded, unless it finds this; the call below would come too late.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise DeviceUnavailable(
            f"onnxruntime cannot be loaded ({error}). Install it with: python -m pip install onnxruntime"
        ) from error
    if not hasattr(onnxruntime, "InferenceSession"):
        raise DeviceUnavailable(
            "onnxruntime is damaged, which happens when two of its packages are installed over each other. "
            "Uninstall onnxruntime and every onnxruntime-*, then install one of them."
        )
    onnxruntime.set_default_logger_severity(_QUIET)
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def make_session_options(*, threads: int | None = None) -> Any:
    """Session options: no thread that spins while it waits, no arena that keeps its largest moment for ever."""
    options = load_onnxruntime().SessionOptions()
    options.log_severity_level = _QUIET
    options.intra_op_num_threads = threads or 0
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    return options


def resolve_device(name: str = "auto") -> Device:
    """The device of this name, proven by running; `auto` takes the first that works, the CPU last.

    Raises:
        UsageError: there is no such name.
        DeviceUnavailable: the device that was asked for does not work here; says which do and what to install.
    """
    if name not in DEVICE_NAMES:
        raise UsageError(f"There is no device {name!r}. Choose one of {', '.join(DEVICE_NAMES)}.")
    if name == "auto":
        return _choose_device()
    device, reason = _prove(name)
    if device is None:
        working = ", ".join(other.name for other in list_devices())
        raise DeviceUnavailable(
            f"The device {name} ({_KINDS[name].label}) does not work here: {reason}. "
            f"Working: {working or 'none'}. To get it: {_KINDS[name].install}."
        )
    return Device(device.name, device.provider, device.label, f"{device.label} was asked for.")


def list_devices() -> list[Device]:
    """Every device that works here, best first."""
    return [device for name in _KINDS if (device := _prove(name)[0]) is not None]


@cache
def _choose_device() -> Device:
    failed: list[str] = []
    for name, kind in _KINDS.items():
        device, reason = _prove(name)
        if device is not None:
            why = "it is the first that works" if name != "cpu" else "no graphics device is offered here"
            if failed:
                why = "; ".join(failed)
            return Device(name, device.provider, device.label, f"{device.label} was chosen: {why}.")
        if _offered(kind):
            failed.append(f"{kind.label} is installed but does not work ({reason})")
    raise DeviceUnavailable(
        f"No device works here, not even the CPU: {'; '.join(failed)}. Reinstall onnxruntime."
    )


def _offered(kind: _Kind) -> list[str]:
    available = load_onnxruntime().get_available_providers()
    return [provider for provider in kind.providers if provider in available]


@cache
def _prove(name: str) -> tuple[Device | None, str]:
    """The device if it computed the probe, else None and why not."""
    kind = _KINDS[name]
    offered = _offered(kind)
    if not offered:
        return None, "the installed onnxruntime was built without it"
    reason = ""
    for provider in offered:
        reason = _run_probe(provider)
        if not reason:
            return Device(name, provider, _name_hardware(provider, kind.label)), ""
    return None, reason


def _run_probe(provider: str) -> str:
    """Empty when the probe ran on the provider, all of it; else why not."""
    onnxruntime = load_onnxruntime()
    if provider == "CUDAExecutionProvider" and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # CUDA and cuDNN that came as wheels lie where the loader does not look
    options = make_session_options(threads=1)
    if provider != "CPUExecutionProvider":
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        session = onnxruntime.InferenceSession(_PROBE, options, providers=[provider])
        if session.get_providers()[0] != provider:
            return "its driver or libraries could not be loaded"
        x = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
        result = session.run(None, {"x": x})[0]
    except Exception as error:  # noqa: BLE001 - onnxruntime raises anything; each of them means "does not work"
        return _first_line(error)
    expected = np.array([[45, 54], [81, 90]], np.float32)
    if not np.allclose(result[0, 0], expected, rtol=1e-2):
        return "it computed a wrong result"
    return ""


def _name_hardware(provider: str, label: str) -> str:
    """The label with the hardware's own name behind it, where onnxruntime tells it."""
    if provider == "CPUExecutionProvider":
        return label
    for device in getattr(load_onnxruntime(), "get_ep_devices", list)():
        if device.ep_name == provider:
            name = device.device.metadata.get("Description", "")
            return f"{label} ({name})" if name else label
    return label


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
