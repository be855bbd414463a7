"""Another encoder under a trained decoder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install mattework[train]")
pytest.importorskip("onnx", reason="export needs onnx: pip install mattework[train]")

from torch import nn  # noqa: E402

from mattework_training.network import SubjectNet  # noqa: E402
from mattework_training.onnx_files import write_graph  # noqa: E402
from mattework_training.transplant import load_deeplab_encoder, replace_encoder  # noqa: E402

_ROOT = Path(__file__).resolve().parents[2]
_SHARED = Path(os.environ.get("MATTEWORK_SHARED", _ROOT.parent / "shared")) / "data" / "models"
_DEEPLAB = _SHARED / "deeplabv3_mnv2_pascal_coral" / "deeplabv3_mnv2_pascal_quant.deq.onnx"


@pytest.fixture(scope="module")
def pictures() -> list[Any]:
    generator = torch.Generator().manual_seed(5)
    return [torch.rand(1, 3, 64, 96, generator=generator) * 2 - 1 for _ in range(12)]


def make_network(seed: int) -> SubjectNet:
    torch.manual_seed(seed)
    network = SubjectNet()
    network.eval()
    return network


class Encoder(nn.Module):
    """All of an encoder, and a layer behind it that is none of the encoder's."""

    def __init__(self, network: SubjectNet) -> None:
        super().__init__()
        self.layers = nn.Sequential(*network.encoder)
        self.behind = nn.Conv2d(320, 21, 1)

    def forward(self, x: Any) -> Any:
        return self.behind(self.layers(x))


def write_encoder(network: SubjectNet, path: Path) -> Path:
    write_graph(Encoder(network), path, {"image": torch.zeros(1, 3, 64, 64)}, ["classes"])
    return path


def test_with_its_own_encoder_a_network_answers_as_before(tmp_path: Path, pictures: list[Any]) -> None:
    model = make_network(1)
    replaced, explained = replace_encoder(model, write_encoder(model, tmp_path / "own.onnx"), pictures)
    assert min(explained) > 0.999
    with torch.inference_mode():
        torch.testing.assert_close(replaced(pictures[0]), model(pictures[0]), atol=0.02, rtol=0.02)


def test_another_encoder_comes_whole_and_the_rest_of_the_decoder_stays(
    tmp_path: Path, pictures: list[Any]
) -> None:
    model, other = make_network(1), make_network(2)
    replaced, explained = replace_encoder(model, write_encoder(other, tmp_path / "other.onnx"), pictures)
    for mine, theirs in zip(replaced.encoder.parameters(), other.encoder.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
    assert torch.equal(replaced.head.weight, model.head.weight)
    assert not torch.equal(replaced.laterals[0][0].weight, model.laterals[0][0].weight)
    assert all(0 < share < 1 for share in explained)


def test_a_file_of_other_layers_is_refused(tmp_path: Path) -> None:
    network = make_network(1)
    network.encoder[0].conv = nn.Conv2d(3, 16, 3, 2)
    network.encoder[1].body[0].conv = nn.Conv2d(16, 32, 3, padding=1)
    path = write_encoder(network, tmp_path / "narrow.onnx")
    with pytest.raises(ValueError, match=r"narrow\.onnx: layer 0 has shape"):
        load_deeplab_encoder(SubjectNet(), path)


def test_a_dilated_layer_in_every_second_place_is_the_layer_at_half_the_size() -> None:
    """Why weights of a dilated encoder serve one that goes down to stride 32."""
    torch.manual_seed(3)
    fine = torch.randn(1, 4, 16, 24)
    dilated = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=4)
    plain = nn.Conv2d(4, 4, 3, padding=1, groups=4)
    plain.load_state_dict(dilated.state_dict())
    with torch.inference_mode():
        torch.testing.assert_close(dilated(fine)[..., ::2, ::2], plain(fine[..., ::2, ::2]))


@pytest.mark.skipif(not _DEEPLAB.is_file(), reason="the measuring data's DeepLabV3 file is not here")
def test_deeplab_fits_the_encoder() -> None:
    network = SubjectNet()
    before = [parameter.clone() for parameter in network.encoder.parameters()]
    load_deeplab_encoder(network, _DEEPLAB)
    assert all(
        not torch.equal(old, new) for old, new in zip(before, network.encoder.parameters(), strict=True)
    )
