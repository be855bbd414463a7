"""The edge, measured: error, time and memory of alpha in the unknown band, beside PyMatting.

    python benchmarks/matting.py quality [--methods auto pymatting-cf ...] [--pictures GT01 ...] [--json FILE]
    python benchmarks/matting.py scaling [--megapixels 1.5 6 24 50] [--peers-up-to 1.5] [--pictures GT05 ...] [--json FILE]
    python benchmarks/matting.py latency [--json FILE]
    python benchmarks/matting.py trimap-free [--pictures GT01 ...] [--json FILE]

`quality` runs the pictures of alphamatting.com that have a measured alpha (`data/bench/alphamatting` of the measuring
data, never trained on) with both trimaps. SAD in thousands of pixels, MSE x 1000 and gradient error in thousands, all
over the unknown region. `scaling` enlarges a picture and its trimap, and repeats one size with wider and wider bands.
`latency` re-solves a region under a stroke of 256 pixels on 24 megapixels. `trimap-free` lays our own band, around the
true alpha seen at 320 pixels and around what the embedded segmenter finds, and gives SAD over the whole picture.

`auto` is closed-form matting at half the scale and what the built-in refiner makes of it, `closed-form` the former alone.
Each method runs in a process of its own,
after one small picture (PyMatting compiles for one to two minutes when it is first imported; that is not counted). Memory
is the peak of that process above what it held with picture and trimap loaded. Peers need `pip install pymatting`.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from mattework.arrays import Bytes, Floats

Method: TypeAlias = Callable[[Bytes, Bytes], Floats]
Row: TypeAlias = dict[str, Any]

OURS = ("auto", "closed-form", "guided", "hard")
PEERS = ("pymatting-cf", "pymatting-knn")
SCALED_PICTURE = "GT05"


def solve_with_mattework(solver: Any) -> Method:
    from mattework.matting.solve import solve_alpha

    return lambda photo, trimap: solve_alpha(photo, trimap, solver=solver).alpha


def solve_with_pymatting(name: str) -> Method:
    import pymatting

    estimate = pymatting.estimate_alpha_cf if name == "pymatting-cf" else pymatting.estimate_alpha_knn
    return lambda photo, trimap: estimate(photo / 255.0, trimap / 255.0)


def find_method(name: str) -> Method:
    return solve_with_pymatting(name) if name in PEERS else solve_with_mattework(name)


# One process ---------------------------------------------------------------------------------------------------------


def find_pictures() -> Path:
    shared = Path(os.environ.get("MATTEWORK_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    folder = shared / "data" / "bench" / "alphamatting"
    if not folder.is_dir():
        raise SystemExit(f"The measuring data is not at {folder}; set MATTEWORK_SHARED to its folder.")
    return folder


def read_gray(path: Path) -> Bytes:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise SystemExit(f"{path} cannot be read.")
    return np.asarray(picture, np.uint8)


def load_picture(folder: Path, name: str, trimap: int) -> tuple[Bytes, Bytes, Floats]:
    """Photo (H, W, 3), trimap and true alpha."""
    photo = cv2.imread(str(folder / "images" / f"{name}.png"), cv2.IMREAD_COLOR)
    assert photo is not None
    alpha = read_gray(folder / "alphas" / f"{name}.png") / np.float32(255)
    regions = read_gray(folder / f"trimaps{trimap}" / f"{name}.png")
    regions[(regions > 0) & (regions < 255)] = 128
    return np.ascontiguousarray(photo[:, :, ::-1]).astype(np.uint8), regions, np.asarray(alpha, np.float32)


def enlarge(photo: Bytes, trimap: Bytes, megapixels: float, widen: float) -> tuple[Bytes, Bytes]:
    """The picture at so many megapixels; the band grown on both sides by `widen` of the long side."""
    factor = (megapixels * 1e6 / trimap.size) ** 0.5
    size = (round(trimap.shape[1] * factor), round(trimap.shape[0] * factor))
    large = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    regions = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    if widen > 0:
        reach = round(widen * max(size))
        distance = cv2.distanceTransform((regions != 128).astype(np.uint8), cv2.DIST_L2, 5)
        regions[distance <= reach] = 128
    return large, regions


def read_memory(field: str) -> int:
    """A field of /proc/self/status in bytes: VmRSS (now) or VmHWM (highest so far)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise SystemExit("This benchmark reads memory from /proc, so it runs on Linux.")


def measure(method: Method, photo: Bytes, trimap: Bytes) -> tuple[Floats, Row]:
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark starts again from here
    before = read_memory("VmRSS")
    cpu, clock = time.process_time(), time.perf_counter()
    alpha = method(photo, trimap)
    return np.asarray(alpha, np.float32), {
        "seconds": time.perf_counter() - clock,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": (read_memory("VmHWM") - before) / 1e6,
        "band": float((trimap == 128).mean()),
        "megapixels": trimap.size / 1e6,
    }


def run_jobs(name: str, jobs: list[Row]) -> list[Row]:
    """In the process of one method: measure every job."""
    from mattework.metrics import measure_gradient_error, measure_mse, measure_sad

    folder = find_pictures()
    method = find_method(name)
    photo, trimap, _ = load_picture(folder, SCALED_PICTURE, 1)
    method(*enlarge(photo, trimap, 0.02, 0))
    rows = []
    for job in jobs:
        photo, trimap, truth = load_picture(folder, job["picture"], job["trimap"])
        if "megapixels" in job:
            photo, trimap = enlarge(photo, trimap, job["megapixels"], job["widen"])
        alpha, row = measure(method, photo, trimap)
        row |= {"method": name, "picture": job["picture"], "trimap": job["trimap"]}
        if "megapixels" not in job:
            band = trimap == 128
            row["sad"] = measure_sad(alpha, truth, band)
            row["mse"] = measure_mse(alpha, truth, band) * 1000
            row["gradient"] = measure_gradient_error(alpha, truth, band)
        rows.append(row)
        print(f"{name} {job}", file=sys.stderr, flush=True)
    return rows


def measure_latency() -> list[Row]:
    """Median seconds of 15 re-solves on 24 megapixels: strokes of 256 pixels, and the last of a hundred in one place."""
    from mattework.matting.brush import stroke_bounds
    from mattework.matting.resolve import resolve_region
    from mattework.matting.solve import solve_alpha
    from mattework.matting.trimap import draw_strokes
    from mattework.recipe import Stroke

    photo, trimap = enlarge(*load_picture(find_pictures(), SCALED_PICTURE, 1)[:2], 24, 0)
    alpha = solve_alpha(photo, trimap).alpha
    down, across = np.nonzero(trimap == 128)
    middle = len(down) // 3
    x, y = float(across[middle]), float(down[middle])
    line = ((x - 108, y), (x + 108, y))
    rng = np.random.default_rng(0)
    walks = [np.cumsum(rng.normal(0, 3, (80, 2)), axis=0) + np.array([x, y]) for _ in range(100)]
    rows = []
    for label, strokes in {
        "unknown line, 256 x 40": [Stroke(kind="unknown", radius=20, points=line)],
        "unknown disc, 256 x 256": [Stroke(kind="unknown", radius=128, points=((x, y),))],
        "foreground line, 256 x 40": [Stroke(kind="foreground", radius=20, points=line)],
        "transparent, the last of 100 in one place": [
            Stroke(kind="transparent", radius=20, points=tuple((px, py) for px, py in walk.tolist()))
            for walk in walks
        ],
    }.items():
        drawn, region = draw_strokes(trimap, strokes), stroke_bounds(strokes[-1])
        for solver in ("auto", "closed-form"):
            seconds, cpu = [], []
            for _ in range(15):
                clock, processor = time.perf_counter(), time.process_time()
                resolve_region(photo, drawn, alpha, region, strokes=strokes, solver=solver)
                seconds.append(time.perf_counter() - clock)
                cpu.append(time.process_time() - processor)
            rows.append(
                {
                    "stroke": label,
                    "solver": solver,
                    "unknown": int((drawn[region.slices] == 128).sum()),
                    "median_ms": statistics.median(seconds) * 1000,
                    "best_ms": min(seconds) * 1000,
                    "cpu_ms": statistics.median(cpu) * 1000,
                }
            )
    return rows


def measure_trimap_free(pictures: list[str]) -> list[Row]:
    """SAD over the whole picture with the given trimap 1 and with bands of our own; "lost" is what lies outside a band."""
    from mattework.finding import open_model
    from mattework.geometry import Size
    from mattework.matting.solve import solve_alpha
    from mattework.matting.trimap import make_trimap
    from mattework.metrics import measure_sad
    from mattework.segment.subject import find_subject

    segmenter = open_model()
    rows = []
    for name in pictures:
        photo, trimap, truth = load_picture(find_pictures(), name, 1)
        size = Size(truth.shape[1], truth.shape[0])
        small = size.scale_to_long_side(320)
        seen = cv2.resize(truth, (small.width, small.height), interpolation=cv2.INTER_AREA)
        masks = {
            "true mask": np.asarray(cv2.GaussianBlur(seen, (0, 0), 0.7), np.float32),
            "found mask": find_subject(photo, segmenter).soft_mask,
        }
        row: Row = {"picture": name, "given": measure_sad(solve_alpha(photo, trimap).alpha, truth)}
        for label, mask in masks.items():
            band = make_trimap(mask, size, rgb=photo)
            alpha = solve_alpha(photo, band, soft_mask=mask).alpha
            row[label] = measure_sad(alpha, truth)
            row[f"{label}, lost"] = measure_sad(alpha, truth, band != 128)
        rows.append(row)
    return rows


# All of them ---------------------------------------------------------------------------------------------------------


def start_worker(name: str, jobs: list[Row]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "rows.json"  # peers print to the standard output
        command = [sys.executable, __file__, "worker", name, json.dumps(jobs), str(result)]
        status = subprocess.run(command, stdout=sys.stderr, check=False).returncode
        if status:
            print(f"{name} did not run (exit status {status}); it is left out.", file=sys.stderr)
            return []
        rows: list[Row] = json.loads(result.read_text())
        return rows


def print_table(header: list[str], rows: list[list[str]]) -> None:
    print("| " + " | ".join(header) + " |\n" + "|---" * len(header) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def compare_quality(methods: list[str], pictures: list[str]) -> list[Row]:
    jobs = [{"picture": one, "trimap": trimap} for one in pictures for trimap in (1, 2)]
    rows = [row for name in methods for row in start_worker(name, jobs)]
    names = [name for name in methods if any(row["method"] == name for row in rows)]
    table: list[list[str]] = []
    for job in jobs:
        cells = [str(job["picture"]), str(job["trimap"])]
        for name in names:
            same = [row for row in rows if row["method"] == name and job.items() <= row.items()]
            cells.append("{sad:.2f} / {mse:.1f} / {gradient:.2f}".format(**same[0]))
        table.append(cells)
    print_table(["picture", "trimap", *(f"{name} (SAD / MSE / grad)" for name in names)], table)
    print()
    means: list[list[str]] = []
    for name in names:
        own = [row for row in rows if row["method"] == name]
        cells = [name]
        for key, form in (("sad", "{:.2f}"), ("mse", "{:.1f}"), ("gradient", "{:.3f}")):
            parts = [[row[key] for row in own if row["trimap"] in kind] for kind in ((1,), (2,), (1, 2))]
            cells.append(" / ".join(form.format(statistics.mean(part)) for part in parts))
        cells += [
            f"{statistics.mean(row['cpu_seconds'] for row in own):.2f}",
            f"{max(row['peak_mb'] for row in own):.0f}",
        ]
        means.append(cells)
    print_table(
        ["mean: trimap 1 / 2 / both", "SAD", "MSE x 1000", "gradient", "CPU s a picture", "peak MB"], means
    )
    return rows


def compare_scaling(
    methods: list[str], pictures: list[str], sizes: list[float], peers_up_to: float
) -> list[Row]:
    rows = []
    steps = [(size, 0.0) for size in sizes]
    if len(sizes) > 1:
        steps += [(sizes[-2], widen) for widen in (0.005, 0.01, 0.02)]
    for picture in pictures:
        for megapixels, widen in steps:
            for name in methods:
                if name in PEERS and (megapixels > peers_up_to or widen):
                    continue
                job = {"picture": picture, "trimap": 1, "megapixels": megapixels, "widen": widen}
                rows += start_worker(name, [job])
    print_table(
        ["picture", "method", "megapixels", "band", "seconds", "CPU s", "peak MB"],
        [
            [
                row["picture"],
                row["method"],
                f"{row['megapixels']:.1f}",
                f"{row['band'] * 100:.1f} %",
                f"{row['seconds']:.2f}",
                f"{row['cpu_seconds']:.2f}",
                f"{row['peak_mb']:.0f}",
            ]
            for row in rows
        ],
    )
    return rows


def main() -> None:
    if sys.argv[1:2] == ["worker"]:
        name, jobs, result = sys.argv[2:5]
        Path(result).write_text(json.dumps(run_jobs(name, json.loads(jobs))))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=["quality", "scaling", "latency", "trimap-free"])
    parser.add_argument("--methods", nargs="+", default=[*OURS, *PEERS], choices=[*OURS, *PEERS])
    parser.add_argument(
        "--pictures", nargs="+", help="names without suffix; all when not given, for scaling one"
    )
    parser.add_argument("--megapixels", nargs="+", type=float, default=[1.5, 6, 24, 50])
    parser.add_argument("--peers-up-to", type=float, default=1.5, help="largest size that peers are given")
    parser.add_argument("--json", type=Path, help="also write every row here")
    arguments = parser.parse_args()
    everything = sorted(path.stem for path in (find_pictures() / "images").glob("*.png"))
    if arguments.part == "quality":
        rows = compare_quality(arguments.methods, arguments.pictures or everything)
    elif arguments.part == "trimap-free":
        rows = measure_trimap_free(arguments.pictures or everything)
        keys = [key for key in rows[0] if key != "picture"]
        table = [[row["picture"], *(f"{row[key]:.2f}" for key in keys)] for row in rows]
        for label, middle in (("mean", statistics.mean), ("median", statistics.median)):
            table.append([label, *(f"{middle([row[key] for row in rows]):.2f}" for key in keys)])
        print_table(["picture", *keys], table)
    elif arguments.part == "scaling":
        rows = compare_scaling(
            arguments.methods,
            arguments.pictures or [SCALED_PICTURE],
            arguments.megapixels,
            arguments.peers_up_to,
        )
    else:
        rows = measure_latency()
        print_table(
            ["stroke", "solver", "unknown pixels", "median ms", "best ms", "CPU ms"],
            [
                [row["stroke"], row["solver"], str(row["unknown"])]
                + [f"{row[key]:.0f}" for key in ("median_ms", "best_ms", "cpu_ms")]
                for row in rows
            ],
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
