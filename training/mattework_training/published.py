"""Trainable weights out of a published ONNX file, for going on without the run folder that made it.

The decoder's batch norms are folded into its convolutions there. Each gets new statistics from pictures, and the
scale and shift that make it the identity under them; the network answers as the file does and can be trained on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mattework_training.network import SubjectNet
from mattework_training.refine_network import RefineNet


def read_published(path: Path, pictures: Sequence[Tensor]) -> SubjectNet:
    """The subject network with the weights of ``mattework-subject.onnx`` (float32, half precision or 8-bit integers).

    ``pictures`` are inputs of the network, (N, 3, H, W) in -1..1, a hundred pictures or more: they give the batch norms
    their statistics. Without any the norms only add their biases, which answers alike and is no start for training. The
    auxiliary answers are not in the file and begin at zero. Raises ``ValueError`` when the file is not of this network.
    """
    network = SubjectNet()
    with torch.no_grad():
        for auxiliary in (network.head_quarter, network.head_sixteenth):
            auxiliary.weight.zero_()
            assert auxiliary.bias is not None
            auxiliary.bias.zero_()
    _take_weights(network, path, pictures, absent={"head_quarter", "head_sixteenth"})
    return network


def read_refiner(path: Path, evidence: Sequence[Tensor]) -> RefineNet:
    """The refiner with the weights of ``mattework-refiner.onnx``, as ``read_published`` reads the subject network's.

    ``evidence`` are inputs of the network, (N, 16, H, W). Raises ``ValueError`` when the file is not of this network.
    """
    network = RefineNet()
    _take_weights(network, path, evidence)
    return network


def _take_weights(
    network: nn.Module, path: Path, inputs: Sequence[Tensor], absent: Collection[str] = ()
) -> None:
    """The file's convolutions for those of ``network``, all but the ``absent`` ones, and norms that change nothing."""
    modules = dict(network.named_modules())
    norms: list[nn.BatchNorm2d] = []
    wanted = {name for name, module in modules.items() if isinstance(module, nn.Conv2d)}
    with torch.no_grad():
        for name, weight, bias in _read_convolutions(path):
            conv = modules.get(name)
            if name not in wanted or not isinstance(conv, nn.Conv2d) or conv.weight.shape != weight.shape:
                raise ValueError(
                    f"{path}: its layer {name} of shape {weight.shape} is none of this network's."
                )
            wanted.remove(name)
            conv.weight.copy_(torch.from_numpy(weight))
            if conv.bias is not None:
                conv.bias.copy_(torch.from_numpy(bias))
                continue
            outer, _, place = name.rpartition(".")
            norm = modules[f"{outer}.{int(place) + 1}"]
            assert isinstance(norm, nn.BatchNorm2d)
            norm.bias.copy_(torch.from_numpy(bias))
            norms.append(norm)
    missing = wanted.difference(absent)
    if missing:
        raise ValueError(f"{path}: the network's layers {', '.join(sorted(missing))} are not in it.")
    for norm in norms:
        norm.running_var.fill_(1 - norm.eps)  # and a mean of 0: the identity but for the bias
    if inputs:
        _give_statistics(network, norms, inputs)


def _give_statistics(network: nn.Module, norms: list[nn.BatchNorm2d], inputs: Sequence[Tensor]) -> None:
    """Measure what enters each norm while it only adds its bias, and make that addition its normalisation."""
    sums: dict[nn.Module, Tensor] = {}

    def measure(norm: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        values = arguments[0].double()
        stacked = torch.stack([values.mean((0, 2, 3)), values.square().mean((0, 2, 3))])
        sums[norm] = sums.get(norm, torch.zeros_like(stacked)) + stacked

    network.eval()
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    with torch.inference_mode():
        for one in inputs:
            network(one)
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        for norm in norms:
            mean, square = sums[norm] / len(inputs)
            spread = (square - mean.square()).clamp_min(1e-6)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(spread)
            norm.weight.copy_((spread + norm.eps).sqrt())
            norm.bias.add_(mean.float())


def _read_convolutions(path: Path) -> list[tuple[str, npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Module name, weight and bias of every convolution of an ONNX file that ``write_float`` made."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in stored:
            stored[node.output[0]] = stored[node.input[0]]
        elif node.op_type == "DequantizeLinear" and node.input[0] in stored:
            stored[node.output[0]] = _dequantise(*(stored[name] for name in node.input))
    found = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        weight, bias = (stored[name].astype(np.float32) for name in node.input[1:3])
        # A weight that was not folded keeps its module's name, a folded one has only its node's.
        named = node.input[1].removesuffix("_DequantizeLinear_Output")
        module = named.removesuffix(".weight") if named.endswith(".weight") else node.name.split("/")[-2]
        found.append((module, weight, bias))
    return found


def _dequantise(
    values: npt.NDArray[np.generic], scale: npt.NDArray[np.float32], zero: npt.NDArray[np.generic]
) -> npt.NDArray[np.float32]:
    """Real numbers of quantised weights; a scale of several is one for each output channel, the first axis."""
    along = (-1,) + (1,) * (values.ndim - 1) if scale.ndim else ()
    centred = values.astype(np.float32) - zero.astype(np.float32).reshape(along)
    return np.asarray(centred * scale.reshape(along), np.float32)
