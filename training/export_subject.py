"""Export a finished (or still running) training run to ``resources/models``.

Writes the int8 and the half-weight ONNX files and their record ``mattework-subject.json``; with ``--second`` the int8 file
of the model's second network and its own. The network takes every size whose sides are multiples of 32.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import platformdirs
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training import onnx_files
from mattework_training.batches import make_check_batches
from mattework_training.calibration import (
    Answers,
    join_answers,
    measure_calibration_error,
)
from mattework_training.library import find_data
from mattework_training.network import SubjectNet
from mattework_training.published import read_published
from mattework_training.run_folder import RunFolder
from mattework_training.samples import Sample
from mattework_training.soup import fold_norms, mix_weights, read_mean

_REPOSITORY = Path(__file__).resolve().parent.parent
_NAME = "mattework-subject"


def open_session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def answer_samples(session: Any, samples: list[Sample]) -> list[Answers]:
    """Logits and truths of every ninth labelled pixel of each sample."""
    answers = []
    for sample in samples:
        logits = session.run(None, {onnx_files.INPUT_NAME: onnx_files.scale_picture(sample.image)})[0]
        known = sample.known[::3, ::3] > 215
        alpha = sample.alpha[::3, ::3].astype(np.float32) / np.float32(255)
        answers.append(Answers(logits[0, 0, ::3, ::3][known], alpha[known]))
    return answers


def measure_iou(answers: list[Answers]) -> float:
    """Mean intersection over union at probability 0.5, over samples that have a subject."""
    ious = []
    for one in answers:
        found, wanted = one.logits > 0, one.alphas > 0.5
        if wanted.sum() >= 5:
            ious.append((found & wanted).sum() / (found | wanted).sum())
    return float(np.mean(ious))


def check_parity(network: SubjectNet, path: Path) -> float:
    """Largest difference of logits between torch and onnxruntime over three sizes."""
    session = open_session(path)
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for size in ((256, 256), (320, 224), (384, 448)):
        inputs = torch.rand(1, 3, *size, generator=generator) * 2 - 1
        with torch.inference_mode():
            expected = network(inputs).numpy()
        got = session.run(None, {onnx_files.INPUT_NAME: inputs.numpy()})[0]
        worst = max(worst, float(np.abs(got - expected).max()))
    return worst


def describe_file(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"name": path.name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def read_network(options: argparse.Namespace) -> SubjectNet:
    """The network that the options ask for, with its norms folded where it is a mean."""
    network = SubjectNet()
    if options.mean_since is None:
        network.load_state_dict(
            torch.load(options.run / "averaged.pt", weights_only=True, map_location="cpu")
        )
    else:
        kept = RunFolder(options.run).list_kept(options.mean_since)
        network.load_state_dict(read_mean(kept, options.last_share, network))
    if options.blend is not None:
        states = [fold_norms(read_published(options.blend, ())), fold_norms(network)]
        network.load_state_dict(mix_weights(states, [options.blend_share, 1 - options.blend_share]))
    network.eval()
    return network


def export(options: argparse.Namespace) -> None:
    network = read_network(options)
    data = find_data(options.data)
    samples = [s for batch in make_check_batches(data, 7, 160, 320) for s in batch]
    calibrating = [
        {onnx_files.INPUT_NAME: onnx_files.scale_picture(s.image)}
        for b in make_check_batches(data, 8, 120, 320, "train", limit=100)
        for s in b
    ]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx_files.write_float(network, plain)
        answers = answer_samples(open_session(plain), samples)
        parity = check_parity(network, plain)
        if parity > 1e-4:
            raise SystemExit(f"torch and onnxruntime differ by {parity} in a logit; nothing was written")
        name = f"{_NAME}-second" if options.second else _NAME
        half, small = Path(folder) / f"{name}.onnx", Path(folder) / f"{name}.int8.onnx"
        onnx_files.write_half_weights(plain, half)
        onnx_files.write_int8(plain, small, calibrating)
        ious = {
            "float32": measure_iou(answers),
            "half weights": measure_iou(answer_samples(open_session(half), samples)),
            "int8": measure_iou(answer_samples(open_session(small), samples)),
        }
        published = (small,) if options.second else (small, half)
        record = make_record(name, [describe_file(path) for path in published])
        record["measured"] = {
            "held_out_iou": {name: round(value, 4) for name, value in ious.items()},
            "held_out_calibration_error": round(measure_calibration_error(join_answers(answers)), 4),
            "parity_with_torch": parity,
        }
        onnx_files.publish(published, record, options.out)
    print(json.dumps(record["measured"], indent=2))


def make_record(name: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    """What a program must know to run the files."""
    return {
        "id": name,
        "task": "subject",
        "files": files,
        "input": {
            "name": onnx_files.INPUT_NAME,
            "layout": "nchw",
            "channels": "rgb",
            "scale": "x / 127.5 - 1",
            "size": {
                "rule": "fit",
                "side": 320,
                "fine_side": 448,
                "multiple": 32,
                "anchor": "centre",
                "pad": 127,
            },
        },
        "output": {
            "name": onnx_files.OUTPUT_NAME,
            "activation": "sigmoid",
            "temperature": 1.0,
            "meaning": "logit that a pixel belongs to the subject, soft at edges",
        },
        "licence": {
            "code": "Apache-2.0",
            "weights": "Apache-2.0",
            "data": "mixed free terms, listed with attributions in mattework-subject.md",
        },
    }


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument(
        "--run", type=Path, default=platformdirs.user_cache_path("mattework") / "training" / "subject"
    )
    parser.add_argument(
        "--mean-since",
        type=float,
        metavar="MINUTE",
        help="instead of the last weights export their mean with those of all checkpoints from this minute on",
    )
    parser.add_argument(
        "--last-share", type=float, default=0.5, help="of the last weights in that mean, 0 to 1"
    )
    parser.add_argument(
        "--blend",
        type=Path,
        metavar="FILE",
        help="average the weights with those of this mattework-subject.onnx, such as the one that the run went on from",
    )
    parser.add_argument("--blend-share", type=float, default=0.5, help="of that file in the mean, 0 to 1")
    parser.add_argument("--second", action="store_true", help="export as the model's second network")
    parser.add_argument("--out", type=Path, default=_REPOSITORY / "resources" / "models")
    return parser.parse_args()


if __name__ == "__main__":
    export(_parse())
