"""Cold start: one 2-megapixel photo, from typing the command to the finished file, beside rembg on the same network.

    python -m venv rembg-env && rembg-env/bin/pip install "rembg[cpu,cli]"
    .venv/bin/python benchmarks/cold_start.py --rembg rembg-env/bin/rembg

Both programs run the very same ONNX file (ours, at rembg's fixed 320 x 320) and start a new process for each picture.
They take turns, so that a busy machine slows both; the ratio of the medians is the result. Rembg writes a PNG with a mask
of 320 pixels stretched to the photo; Mattework solves the edge at full resolution and writes the same kind of PNG, and
in a second row its default layered PSD.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PHOTO = ROOT / "resources" / "samples" / "astronaut.jpg"


def time_command(command: list[str], target: Path, environment: dict[str, str]) -> float:
    target.unlink(missing_ok=True)
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    seconds = time.perf_counter() - started
    if not target.stat().st_size:
        raise RuntimeError(f"{command[0]} wrote nothing")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rembg", help="path of rembg's command; left out when not given")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photo", type=Path, default=PHOTO)
    parser.add_argument(
        "--model", type=Path, default=ROOT / "resources" / "models" / "mattework-subject.onnx"
    )
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        photo = work / "photo.jpg"
        image = Image.open(arguments.photo).convert("RGB")
        factor = (2e6 / (image.width * image.height)) ** 0.5
        image.resize(
            (round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS
        ).save(photo, quality=95)
        ours = str(Path(sys.executable).with_name("mattework"))
        png, psd, theirs = work / "ours.png", work / "ours.psd", work / "theirs.png"
        commands = {
            "mattework, PNG": ([ours, "cut", str(photo), "-o", str(png), "--overwrite"], png),
            "mattework, layered PSD": ([ours, "cut", str(photo), "-o", str(psd), "--overwrite"], psd),
        }
        environment = dict(os.environ)
        if arguments.rembg:
            home = work / "models"
            home.mkdir()
            model = home / "custom.onnx"
            model.write_bytes(arguments.model.read_bytes())
            environment["U2NET_HOME"] = str(home)
            options = json.dumps({"model_path": str(model)})
            command = [arguments.rembg, "i", "-m", "u2net_custom", "-x", options, str(photo), str(theirs)]
            commands["rembg, PNG"] = (command, theirs)
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(arguments.rounds + 1):
            for name, (command, target) in commands.items():
                seconds[name].append(time_command(command, target, environment))
        medians = {name: statistics.median(values[1:]) for name, values in seconds.items()}
        slowest = medians.get("rembg, PNG")
        for name, median in medians.items():
            ratio = "" if slowest is None else f"   x {median / slowest:.2f} of rembg"
            print(f"{name:<24} {median:6.2f} s{ratio}")


if __name__ == "__main__":
    main()
