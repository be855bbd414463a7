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
from torch import Tensor, nn

from mattework_training.network import TAPS, SubjectNet, fill_encoder, list_convolutions, tap_encoder
from mattework_training.prompt_network import PromptNet

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


def replace_encoder(
    model: SubjectNet, path: Path, pictures: Sequence[Tensor]
) -> tuple[SubjectNet, list[float]]:
    """A network with the encoder of a DeepLabV3 file and the decoder of ``model``, its laterals fitted.

    Returns and raises as ``fit_laterals`` and ``load_deeplab_encoder``.
    """
    network = copy.deepcopy(model)
    load_deeplab_encoder(network, path)
    old, new = (model.encoder, model.laterals), (network.encoder, network.laterals)
    return network, fit_laterals(old, new, pictures)


def replace_prompt_encoder(
    model: PromptNet, source: SubjectNet, pictures: Sequence[Tensor]
) -> tuple[PromptNet, list[float]]:
    """A prompt network with the encoder of ``source`` and the decoder of ``model``, its laterals fitted.

    Returns as ``fit_laterals``.
    """
    network = copy.deepcopy(model)
    network.encode.encoder.load_state_dict(source.encoder.state_dict())
    old = model.encode.encoder, model.encode.laterals
    return network, fit_laterals(old, (network.encode.encoder, network.encode.laterals), pictures)


@torch.no_grad()
def fit_laterals(
    old: tuple[nn.ModuleList, nn.ModuleList],
    new: tuple[nn.ModuleList, nn.ModuleList],
    pictures: Sequence[Tensor],
) -> list[float]:
    """Make the laterals of ``new`` answer on its encoder as those of ``old`` do on theirs, in the least squares.

    Without that the decoder behind them would begin anew. Both are an encoder and its laterals; ``pictures`` are inputs
    of the network, (N, 3, H, W) in -1..1, a hundred or more. Returns, for each of the five laterals, the share of the
    variance that the new one explains.
    """
    for part in (*old, *new):
        part.eval()
    explained = []
    seen: list[list[tuple[Tensor, Tensor]]] = [[] for _ in TAPS]
    for picture in pictures:
        pairs = zip(tap_encoder(new[0], picture), tap_encoder(old[0], picture), strict=True)
        for level, (mine, theirs) in enumerate(pairs):
            target = old[1][level][0](theirs)
            seen[level].append((_sample_places(mine, 400), _sample_places(target, 400)))
    for level, places in enumerate(seen):
        x = torch.cat([mine for mine, _ in places]).double()
        y = torch.cat([target for _, target in places]).double()
        x_mean, y_mean = x.mean(0), y.mean(0)
        x, y = x - x_mean, y - y_mean
        square = x.T @ x
        square.diagonal().add_(_RIDGE * square.diagonal().mean())
        solution = torch.linalg.solve(square, x.T @ y)
        explained.append(float(1 - (y - x @ solution).square().sum() / y.square().sum()))
        conv, norm = new[1][level][0], new[1][level][1]
        conv.weight.copy_(solution.T[..., None, None])
        # What the new features add in the mean goes into the norm's mean, the convolution has no bias.
        norm.running_mean.sub_((y_mean - x_mean @ solution).float())
    return explained


def _sample_places(features: Tensor, count: int) -> Tensor:
    """At most ``count`` evenly spread places of (N, C, H, W) as rows of C."""
    rows = features.permute(0, 2, 3, 1).flatten(0, 2)
    return rows[:: max(1, len(rows) // count)]
