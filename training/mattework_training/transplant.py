"""Another encoder under a trained decoder: MobileNetV2 weights out of DeepLabV3, and laterals that fit them.

DeepLabV3 (Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017) runs the last blocks of
MobileNetV2 at stride 16 and dilates them. A block dilated by two and looked at in every second place is the block
itself at stride 32, so its weights serve an encoder without dilation as they are.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from mattework_training.network import TAPS, SubjectNet, fill_encoder, list_convolutions

# Of the squares' mean; the least squares below would otherwise lean on channels that are nearly the same.
_RIDGE = 1e-3


def load_deeplab_encoder(network: SubjectNet, path: Path) -> None:
    """Copy the encoder of a DeepLabV3 MobileNetV2 ONNX file with folded batch norms into the network.

    Raises ``ValueError`` when a shape does not fit, ``OSError`` when the file cannot be read.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    pairs = [
        (torch.from_numpy(stored[node.input[1]].copy()), torch.from_numpy(stored[node.input[2]].copy()))
        for node in convolutions[: len(list_convolutions(network))]
    ]
    fill_encoder(network, pairs, path)


@torch.no_grad()
def replace_encoder(
    model: SubjectNet, path: Path, pictures: Sequence[Tensor]
) -> tuple[SubjectNet, list[float]]:
    """A network with the encoder of a DeepLabV3 file and the decoder of ``model``.

    Its laterals answer on ``pictures`` as those of ``model`` do, in the least squares: without them the decoder would
    begin anew. ``pictures`` are inputs of the network, (N, 3, H, W) in -1..1, a hundred or more. Also returns, for
    each of the five laterals, the share of the variance that the new one explains. Raises as
    ``load_deeplab_encoder``.
    """
    network = copy.deepcopy(model)
    load_deeplab_encoder(network, path)
    network.eval()
    model.eval()
    explained = []
    seen: list[list[tuple[Tensor, Tensor]]] = [[] for _ in TAPS]
    for picture in pictures:
        for level, (new, old) in enumerate(zip(network.taps(picture), model.taps(picture), strict=True)):
            target = model.laterals[level][0](old)
            seen[level].append((_sample_places(new, 400), _sample_places(target, 400)))
    for level, pairs in enumerate(seen):
        x = torch.cat([new for new, _ in pairs]).double()
        y = torch.cat([target for _, target in pairs]).double()
        x_mean, y_mean = x.mean(0), y.mean(0)
        x, y = x - x_mean, y - y_mean
        square = x.T @ x
        square.diagonal().add_(_RIDGE * square.diagonal().mean())
        solution = torch.linalg.solve(square, x.T @ y)
        explained.append(float(1 - (y - x @ solution).square().sum() / y.square().sum()))
        conv, norm = network.laterals[level][0], network.laterals[level][1]
        conv.weight.copy_(solution.T[..., None, None])
        # What the new features add in the mean goes into the norm's mean, the convolution has no bias.
        norm.running_mean.sub_((y_mean - x_mean @ solution).float())
    return network, explained


def _sample_places(features: Tensor, count: int) -> Tensor:
    """At most ``count`` evenly spread places of (N, C, H, W) as rows of C."""
    rows = features.permute(0, 2, 3, 1).flatten(0, 2)
    return rows[:: max(1, len(rows) // count)]
