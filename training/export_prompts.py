"""Export a finished (or still running) run of the prompt network to ``resources/models``.

Writes the encoder in int8, the decoder with weights of half precision, and their record ``mattework-prompt.json``. Both
take every size whose sides are multiples of 32. Numbers in the record are from held-out samples of the training kind;
``benchmarks/prompts.py`` measures photographs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from export_subject import describe_file, open_session
from mattework_training import onnx_files
from mattework_training.gestures import PREVIOUS, click_inside, click_worst_error
from mattework_training.library import find_data, load_library
from mattework_training.prompt_network import PROMPT_CHANNELS, WIDTHS, PromptNet
from mattework_training.prompt_samples import PromptSample, PromptSampleMaker
from mattework_training.prompt_trainer import make_prompt_checks
from mattework_training.run_folder import RunFolder
from mattework_training.soup import read_mean

_REPOSITORY = Path(__file__).resolve().parent.parent
_NAME = "mattework-prompt"
FEATURES = ("f2", "f4", "f8", "f16", "f32")
_CLICKS = 3


def write_pair(network: PromptNet, encoder: Path, decoder: Path) -> None:
    """Both halves as float32 ONNX files."""
    height, width = 128, 160
    onnx_files.write_graph(
        network.encode, encoder, {onnx_files.INPUT_NAME: torch.zeros(1, 3, 2 * height, 2 * width)}, FEATURES
    )
    examples = {
        name: torch.zeros(1, channels, height >> level, width >> level)
        for level, (name, channels) in enumerate(zip(FEATURES, WIDTHS, strict=True))
    }
    prompts = torch.zeros(1, PROMPT_CHANNELS, height, width)
    onnx_files.write_graph(network.decode, decoder, {**examples, "prompts": prompts}, ["logits"])


def encode(session: Any, image: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
    feed = {onnx_files.INPUT_NAME: onnx_files.scale_picture(image)}
    return dict(zip(FEATURES, session.run(list(FEATURES), feed), strict=True))


def check_parity(network: PromptNet, encoder: Path, decoder: Path) -> float:
    """Largest difference of logits between torch and onnxruntime over three sizes."""
    first, second = open_session(encoder), open_session(decoder)
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for height, width in ((256, 256), (320, 224), (384, 448)):
        image = torch.rand(1, 3, height, width, generator=generator) * 2 - 1
        prompts = (torch.rand(1, 4, height // 2, width // 2, generator=generator) > 0.99).float()
        with torch.inference_mode():
            expected = network.decode(*network.encode(image), prompts).numpy()
        features = dict(
            zip(FEATURES, first.run(list(FEATURES), {onnx_files.INPUT_NAME: image.numpy()}), strict=True)
        )
        got = second.run(None, {**features, "prompts": prompts.numpy()})[0]
        worst = max(worst, float(np.abs(got - expected).max()))
    return worst


def measure_clicks(encoder: Any, decoder: Any, samples: list[PromptSample]) -> dict[str, float]:
    """Mean IoU after one click and after three, each at the deepest point of the worst error."""
    ious: dict[str, list[float]] = {"1 click": [], f"{_CLICKS} clicks": []}
    for sample in samples:
        features = encode(encoder, sample.image)
        known = sample.known[::2, ::2] > 215
        for target in sample.alphas:
            wanted = target.reshape(target.shape[0] // 2, 2, -1, 2).mean((1, 3), dtype=np.float32) / 255
            maps = np.zeros((PROMPT_CHANNELS, *wanted.shape), np.float32)
            click_inside(maps, wanted, None)
            for clicks in range(1, _CLICKS + 1):
                logits = decoder.run(None, {**features, "prompts": maps[None]})[0][0, 0]
                found, meant = (logits > 0) & known, (wanted > 0.5) & known
                if clicks in (1, _CLICKS):
                    name = "1 click" if clicks == 1 else f"{_CLICKS} clicks"
                    ious[name].append(float((found & meant).sum() / max(1, (found | meant).sum())))
                answer = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
                click_worst_error(maps, answer, wanted, known, None)
                maps[PREVIOUS] = answer
    return {name: round(float(np.mean(values)), 4) for name, values in ious.items()}


def export(options: argparse.Namespace) -> None:
    network = PromptNet()
    if options.mean_since is None:
        network.load_state_dict(
            torch.load(options.run / "averaged.pt", weights_only=True, map_location="cpu")
        )
    else:
        network.load_state_dict(read_mean(RunFolder(options.run).list_kept(options.mean_since), 0.0, network))
    network.eval()
    data = find_data(options.data)
    samples = [s for batch in make_prompt_checks(data, 7, options.samples, 320) for s in batch]
    maker = PromptSampleMaker(load_library(data, "train", limit=100), 8)
    calibrating = [
        {onnx_files.INPUT_NAME: onnx_files.scale_picture(maker.make(i, (320, 320)).image)} for i in range(120)
    ]
    with tempfile.TemporaryDirectory() as folder:
        plain_encoder, plain_decoder = Path(folder) / "encoder.onnx", Path(folder) / "decoder.onnx"
        write_pair(network, plain_encoder, plain_decoder)
        parity = check_parity(network, plain_encoder, plain_decoder)
        if parity > 1e-3:
            raise SystemExit(f"torch and onnxruntime differ by {parity} in a logit; nothing was written")
        encoder = Path(folder) / f"{_NAME}-encoder.int8.onnx"
        decoder = Path(folder) / f"{_NAME}-decoder.onnx"
        # The laterals' outputs are what leaves the encoder; they stay as they are.
        onnx_files.write_int8(plain_encoder, encoder, calibrating, last=len(FEATURES))
        onnx_files.write_half_weights(plain_decoder, decoder)
        measured = {
            "held_out_iou": {
                "float32": measure_clicks(open_session(plain_encoder), open_session(plain_decoder), samples),
                "as shipped": measure_clicks(open_session(encoder), open_session(decoder), samples),
            },
            "parity_with_torch": parity,
        }
        record = {
            "id": _NAME,
            "task": "prompt",
            "files": [describe_file(encoder), describe_file(decoder)],
            "licence": {
                "code": "Apache-2.0",
                "weights": "Apache-2.0",
                "data": "mixed free terms, listed with attributions in mattework-subject.md",
            },
            "measured": measured,
        }
        onnx_files.publish((encoder, decoder), record, options.out)
    print(json.dumps(measured, indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument(
        "--run", type=Path, default=platformdirs.user_cache_path("mattework") / "training" / "prompts"
    )
    parser.add_argument(
        "--mean-since",
        type=float,
        metavar="MINUTE",
        help="instead of the last weights export the mean of all checkpoints from this minute on",
    )
    parser.add_argument("--out", type=Path, default=_REPOSITORY / "resources" / "models")
    parser.add_argument("--samples", type=int, default=100, help="held-out samples that the record measures")
    export(parser.parse_args())


if __name__ == "__main__":
    main()
