from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mattework.errors import DeviceUnavailable, UsageError
from mattework.models import devices
from mattework.models.devices import DEVICE_NAMES, list_devices, load_onnxruntime, resolve_device
from models.tiny_onnx import Node, Tensor, write_model


def test_the_cpu_is_proven_and_named() -> None:
    device = resolve_device("cpu")

    assert (device.name, device.provider, device.label) == ("cpu", "CPUExecutionProvider", "CPU")
    assert "asked for" in device.note


def test_auto_says_what_it_took_and_why() -> None:
    device = resolve_device("auto")

    assert device.label in device.note
    assert "was chosen" in device.note
    assert device.provider in load_onnxruntime().get_available_providers()


def test_every_named_device_works_or_fails_with_help() -> None:
    working = {device.name for device in list_devices()}
    assert "cpu" in working
    for name in set(DEVICE_NAMES) - working - {"auto"}:
        with pytest.raises(DeviceUnavailable, match=rf"device {name} .*Working: .*cpu.*To get it:"):
            resolve_device(name)


def test_a_name_that_is_no_device() -> None:
    with pytest.raises(UsageError, match="Choose one of auto, cpu"):
        resolve_device("gpu")


def test_the_probe_is_the_graph_that_the_comment_says() -> None:
    kernel = np.ones((1, 1, 3, 3), np.float32)
    expected = write_model(
        [Node("Conv", ["x", "w"], ["y"])],
        [Tensor("x", (1, 1, 4, 4))],
        [Tensor("y", (1, 1, 2, 2))],
        {"w": kernel},
    )

    assert expected == devices._PROBE


def test_a_provider_that_cannot_compute_is_not_promised() -> None:
    """Azure's is listed by onnxruntime and cannot compute a convolution here. As with a missing driver, it must not
    count, although onnxruntime itself would quietly have taken the CPU."""
    if "AzureExecutionProvider" not in load_onnxruntime().get_available_providers():
        pytest.skip("this onnxruntime has no provider that is sure to fail")

    assert devices._run_probe("AzureExecutionProvider") != ""


def test_nothing_of_onnxruntime_reaches_the_terminal() -> None:
    """The failing probe of a device prints nothing: what went wrong is in the exception."""
    code = "from mattework.models.devices import _run_probe, list_devices, load_onnxruntime\n"
    code += "[_run_probe(name) for name in load_onnxruntime().get_available_providers()]; list_devices()"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (finished.stdout, finished.stderr) == ("", "")
