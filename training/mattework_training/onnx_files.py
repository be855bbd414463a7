"""Writes the network as ONNX: float32, half-precision weights, and 8-bit integers.

Opset 17 and plain operators (Conv, Clip, Relu, Add, Resize, Pad, GlobalAveragePool), which the CPU, DirectML and Core ML
back ends of onnxruntime all have.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mattework_training.network import SubjectNet

OPSET = 17
INPUT_NAME = "image"
OUTPUT_NAME = "alpha_logits"
Tensor4 = npt.NDArray[np.float32]


def write_float(network: SubjectNet, path: Path) -> None:
    """Float32 ONNX with free batch size, height and width (multiples of 32)."""
    network.eval()
    axes = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        # The exporter that is being replaced writes the graph that older onnxruntimes run best.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, 256, 320),),
            str(path),
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_axes={INPUT_NAME: axes, OUTPUT_NAME: axes},
            opset_version=OPSET,
            dynamo=False,
        )


def write_half_weights(source: Path, target: Path) -> None:
    """Copy an ONNX file with its weights stored in half precision and cast to float32 at load.

    Half the size at the same speed; computing itself in half precision is slower on CPUs.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(source)
    casts = []
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size <= 64:
            continue
        stored = numpy_helper.from_array(values.astype(np.float16), f"{tensor.name}_half")
        model.graph.initializer.remove(tensor)
        model.graph.initializer.append(stored)
        casts.append(helper.make_node("Cast", [stored.name], [tensor.name], to=TensorProto.FLOAT))
    for position, cast in enumerate(casts):
        model.graph.node.insert(position, cast)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def write_int8(source: Path, target: Path, pictures: list[npt.NDArray[np.uint8]]) -> None:
    """Quantise statically (QDQ, weights per channel) with the ranges seen on ``pictures``.

    ``pictures`` are RGB uint8 (H, W, 3). The last convolution stays in float32, so that logits are
    not rounded to 256 steps.
    """
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self._left: Iterator[Any] = iter(pictures)

        def get_next(self) -> dict[str, Tensor4] | None:
            picture = next(self._left, None)
            return None if picture is None else {INPUT_NAME: scale_picture(picture)}

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        nodes = onnx.load(prepared).graph.node
        last = [node.name for node in nodes if node.op_type == "Conv"][-1:]
        resizes = [node.name for node in nodes if node.op_type == "Resize"][-1:]
        quantize_static(
            prepared,
            target,
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=last + resizes,
        )


def scale_picture(picture: npt.NDArray[np.uint8]) -> Tensor4:
    """RGB uint8 (H, W, 3) as the network's input, (1, 3, H, W) float32 in -1..1."""
    scaled = picture.astype(np.float32) / np.float32(127.5) - np.float32(1)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])
