"""Writes the network as ONNX: float32, half-precision weights, and 8-bit integers.

Opset 17 and plain operators (Conv, Clip, Relu, Add, Resize, Pad, GlobalAveragePool), which the CPU, DirectML and Core ML
back ends of onnxruntime all have.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mattework.atomic import write_atomically
from mattework_training.network import SubjectNet

OPSET = 17
INPUT_NAME = "image"
OUTPUT_NAME = "alpha_logits"
Tensor4 = npt.NDArray[np.float32]


def write_graph(
    network: nn.Module, path: Path, inputs: Mapping[str, torch.Tensor], outputs: Sequence[str]
) -> None:
    """Float32 ONNX of a network whose tensors all are (N, C, H, W), with free batch size, height and width.

    ``inputs`` are examples by name, in the order of the network's arguments.
    """
    network.eval()
    axes = {name: {0: "batch", 2: f"height_{name}", 3: f"width_{name}"} for name in (*inputs, *outputs)}
    with warnings.catch_warnings():
        # The exporter that is being replaced writes the graph that older onnxruntimes run best.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def write_float(network: SubjectNet, path: Path) -> None:
    """Float32 ONNX of the subject network; height and width are multiples of 32."""
    write_graph(network, path, {INPUT_NAME: torch.zeros(1, 3, 256, 320)}, [OUTPUT_NAME])


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


def write_int8(source: Path, target: Path, feeds: Sequence[Mapping[str, Tensor4]], *, last: int = 1) -> None:
    """Quantise statically (QDQ, weights per channel) with the ranges seen on ``feeds``, inputs by name.

    The ``last`` convolutions and the last resizing stay in float32, so that logits are not rounded to 256 steps.
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
            self._left = iter(feeds)

        def get_next(self) -> dict[str, Tensor4] | None:
            feed = next(self._left, None)
            return None if feed is None else dict(feed)

    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        nodes = onnx.load(prepared).graph.node
        convolutions = [node.name for node in nodes if node.op_type == "Conv"]
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
            nodes_to_exclude=convolutions[len(convolutions) - last :] + resizes,
        )


def scale_picture(picture: npt.NDArray[np.uint8]) -> Tensor4:
    """RGB uint8 (H, W, 3) as the network's input, (1, 3, H, W) float32 in -1..1."""
    scaled = picture.astype(np.float32) / np.float32(127.5) - np.float32(1)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def publish(files: Sequence[Path], record: dict[str, Any], out: Path) -> None:
    """Put finished files and their record, named by its ``id``, into a folder; all, or none where one cannot be written."""
    out.mkdir(parents=True, exist_ok=True)
    contents = {f"{record['id']}.json": (json.dumps(record, indent=2) + "\n").encode()}
    contents |= {path.name: path.read_bytes() for path in files}
    with ExitStack() as stack:  # names are taken when all are written, the record's last
        for name, content in contents.items():
            stack.enter_context(write_atomically(out / name, overwrite=True)).write(content)
