"""Export a finished (or still running) run of the refiner to ``resources/models``.

Writes the network with weights of half precision and its record ``mattework-refiner.json``. It takes every size whose
sides are multiples of 16. Numbers in the record are what is left of the solver's error on held-out scenes of the training
kind; ``measure_refiner.py`` measures photographs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from export_subject import describe_file, open_session
from mattework.matting.evidence import PLANES
from mattework_training import onnx_files
from mattework_training.refine_network import RefineNet
from train_refiner import check

_REPOSITORY = Path(__file__).resolve().parent.parent
_CACHE = platformdirs.user_cache_path("mattework") / "training"
NAME = "mattework-refiner"
INPUT, OUTPUT = "evidence", "alpha"


def write_refiner(network: RefineNet, target: Path) -> None:
    """The network as ONNX: planes (N, 16, H, W) of ``mattework.matting.evidence`` to alpha (N, 1, H, W) in 0..1."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx_files.write_graph(network.eval(), plain, {INPUT: torch.zeros(1, PLANES, 64, 80)}, [OUTPUT])
        onnx_files.write_half_weights(plain, target)


def check_parity(network: RefineNet, file: Path) -> float:
    """Largest difference of alpha between torch and onnxruntime over three sizes."""
    session = open_session(file)
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for height, width in ((64, 64), (160, 112), (320, 336)):
        planes = torch.rand(1, PLANES, height, width, generator=generator) * 2 - 1
        with torch.inference_mode():
            expected: npt.NDArray[np.float32] = network(planes).numpy()
        worst = max(worst, float(np.abs(session.run(None, {INPUT: planes.numpy()})[0] - expected).max()))
    return worst


def export(options: argparse.Namespace) -> None:
    network = RefineNet()
    network.load_state_dict(torch.load(options.run / "averaged.pt", weights_only=True, map_location="cpu"))
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{NAME}.onnx"
        write_refiner(network, file)
        parity = check_parity(network, file)
        if parity > 0.01:  # weights of half precision
            raise SystemExit(f"torch and onnxruntime differ by {parity} of alpha; nothing was written")
        left = check(network, options.scenes, options.check_scenes)
        if not left:
            raise SystemExit(
                f"There are no held-out scenes in {options.scenes}; make some with training/make_refiner_scenes.py "
                "--part check. Nothing was written."
            )
        record = {
            "id": NAME,
            "task": "matting",
            "files": [describe_file(file)],
            "licence": {
                "code": "Apache-2.0",
                "weights": "Apache-2.0",
                "data": "mixed free terms, listed with attributions in mattework-refiner.md",
            },
            "measured": {"left_of_the_solvers_error": left, "parity_with_torch": parity},
        }
        onnx_files.publish([file], record, options.out)
    print(json.dumps(record["measured"], indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", type=Path, default=_CACHE / "refiner")
    parser.add_argument("--scenes", type=Path, default=_CACHE / "refiner-scenes")
    parser.add_argument("--check-scenes", type=int, default=320)
    parser.add_argument("--out", type=Path, default=_REPOSITORY / "resources" / "models")
    export(parser.parse_args())


if __name__ == "__main__":
    main()
