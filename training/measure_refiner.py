"""Closed form alone and with a trained refiner, on photographs with a measured alpha.

    python training/measure_refiner.py

The pictures are those of ``benchmarks/matting.py quality``. SAD and gradient error in thousands, over the unknown region.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import platformdirs
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework.arrays import Bytes, Floats
from mattework.geometry import Rect
from mattework.matting.evidence import gather_evidence
from mattework.metrics import measure_gradient_error, measure_sad
from mattework_training.library import decode_picture, find_data
from mattework_training.refine_network import MULTIPLE, RefineNet
from mattework_training.refine_scenes import open_scene


def refine_photo(network: RefineNet, photo: Bytes, trimap: Bytes) -> tuple[Floats, Floats]:
    """The solved and the refined alpha of a whole photo (H, W); known pixels stay as they are."""
    evidence = gather_evidence(open_scene(photo, trimap))
    solved = evidence.solved
    planes = evidence.take_planes(Rect(0, 0, photo.shape[1], photo.shape[0]))
    height, width = trimap.shape
    planes = np.pad(planes, ((0, 0), (0, -height % MULTIPLE), (0, -width % MULTIPLE)), mode="edge")
    with torch.inference_mode():
        alpha = network(torch.from_numpy(planes[None]))[0, 0].numpy()
    return solved, np.where(trimap == 128, alpha[:height, :width], solved).astype(np.float32)


def read_picture(path: Path, flags: int) -> Bytes:
    return decode_picture(path.read_bytes(), flags)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    run = platformdirs.user_cache_path("mattework") / "training" / "refiner"
    parser.add_argument("--run", type=Path, default=run)
    parser.add_argument("--data", help="folder of training tars, beside which the measuring data lies")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    network = RefineNet()
    network.load_state_dict(torch.load(options.run / "averaged.pt", weights_only=True, map_location="cpu"))
    network.eval()
    folder = find_data(options.data)[0].parent / "bench" / "alphamatting"
    rows = []
    print("| picture | trimap | SAD | refined | gradient | refined |\n|---|---|---|---|---|---|")
    for name in sorted(path.stem for path in (folder / "images").glob("*.png")):
        for number in (1, 2):
            photo = read_picture(folder / "images" / f"{name}.png", cv2.IMREAD_COLOR)
            truth = read_picture(folder / "alphas" / f"{name}.png", cv2.IMREAD_GRAYSCALE) / np.float32(255)
            trimap = read_picture(folder / f"trimaps{number}" / f"{name}.png", cv2.IMREAD_GRAYSCALE)
            trimap[(trimap > 0) & (trimap < 255)] = 128
            both = refine_photo(network, photo, trimap)
            row = [
                measure(alpha, truth, trimap == 128)
                for measure in (measure_sad, measure_gradient_error)
                for alpha in both
            ]
            rows.append(row)
            print(f"| {name} | {number} | " + " | ".join(f"{value:.2f}" for value in row) + " |", flush=True)
    print("| mean | both | " + " | ".join(f"{value:.3f}" for value in np.mean(rows, axis=0)) + " |")


if __name__ == "__main__":
    main()
