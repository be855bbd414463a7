"""Layered files, measured: seconds, memory and bytes of our PSD and layered TIFF beside psd-tools and PhotoshopAPI.

    installer/test-hosts.sh
    python benchmarks/formats.py [--large] [--depths 8 16] [--rounds 3] [--json FILE]

The document has three layers: a background, a photograph with a mask, clean colours with the same mask; RGB, 24 megapixels
(`--large`: 100), grain as cameras make it. Every measurement runs in a process of its own, and the methods take turns, so
that other work on the machine meets them alike. All readers open the PSD that we wrote and must return every layer and
mask; one row of the mask is compared with what went in.

Memory is the most that the process held beyond what it held at the start: libraries and, when writing, the document's own
arrays. When reading, the decoded layers are part of it. It is known on Linux only.

Methods: `psd` and `tiff` (ours), `psd-tools` (its public layer API; its 16-bit masks lose values), `photoshopapi` (in the
folder that `installer/test-hosts.sh` fills; left out with a message where it is missing; its merged picture is black).
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
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.formats_methods import Array, prepare_work

ROOT = Path(__file__).resolve().parents[1]
METHODS = ("psd", "tiff", "psd-tools", "photoshopapi")
YARDSTICKS = ("psd-tools", "photoshopapi")
OPERATIONS = ("write", "read")
SIZES = {False: (4000, 6000), True: (8160, 12240)}
_BAND = 256


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement. `extra_bytes` is 0 where it cannot be known; `file_bytes` belong to the file written or read."""

    depth: int
    operation: str
    method: str
    seconds: float
    processor_seconds: float
    extra_bytes: int
    file_bytes: int


# The document -------------------------------------------------------------------------------------------------------


def make_arrays(folder: Path, shape: tuple[int, int], depth: int) -> int:
    """Put the document's arrays into `folder` as .npy files; returns their bytes."""
    import cv2

    rng = np.random.default_rng(5)
    mask = _draw_mask(shape, depth)
    background = _draw_photograph(rng, shape, depth)
    photo = _draw_photograph(rng, shape, depth)
    clean = cv2.blur(photo, (41, 41))
    inside = mask > np.iinfo(mask.dtype).max // 2
    clean[inside] = photo[inside]
    arrays = {"background": background, "photo": photo, "clean": clean, "mask": mask}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return sum(array.nbytes for array in arrays.values())


def _draw_photograph(rng: np.random.Generator, shape: tuple[int, int], depth: int) -> Array:
    """Broad patches, some detail and grain that grows with the light, (H, W, 3) in samples of the depth."""
    import cv2

    height, width = shape
    full = (1 << depth) - 1
    out = np.empty((height, width, 3), np.dtype(f"u{depth // 8}"))
    patches = [
        (rng.random((cells, cells, 3), np.float32), weight) for cells, weight in ((7, 0.7), (160, 0.3))
    ]
    large = [(cv2.resize(one, (width, 3 * len(one)), interpolation=cv2.INTER_CUBIC), w) for one, w in patches]
    for top in range(0, height, _BAND):
        rows = min(_BAND, height - top)
        light = np.zeros((rows, width, 3), np.float32)
        for one, weight in large:
            at = (np.arange(top, top + rows) * (len(one) - 1) / height)[:, None, None].astype(np.float32)
            low = at.astype(np.int64)[:, 0, 0]
            light += weight * (one[low] + (one[low + 1] - one[low]) * (at - np.floor(at)))
        light = np.clip(light, 0.02, 0.98)
        light += rng.standard_normal(light.shape, np.float32) * np.sqrt(light) * np.float32(0.012)
        out[top : top + rows] = np.clip(light, 0, 1) * full + 0.5
    return out


def _draw_mask(shape: tuple[int, int], depth: int) -> Array:
    """A lobed shape with a soft edge some 40 pixels wide."""
    height, width = shape
    out = np.empty(shape, np.dtype(f"u{depth // 8}"))
    x = np.arange(width, dtype=np.float32)[None] - width / 2
    for top in range(0, height, _BAND):
        y = np.arange(top, min(top + _BAND, height), dtype=np.float32)[:, None] - height / 2
        radius = height * (0.34 + 0.04 * np.sin(9 * np.arctan2(y, x)))
        out[top : top + len(y)] = np.clip((radius - np.hypot(y, x)) / 40 + 0.5, 0, 1) * ((1 << depth) - 1)
    return out


# One measurement, in a process of its own ------------------------------------------------------------------------------


def measure(operation: str, method: str, folder: Path, path: Path, depth: int) -> Run:
    work = prepare_work(operation, method, folder, path, depth)
    before = _restart_peak()
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    extra = max(0, _read_memory("VmHWM") - before)
    if operation == "read":
        _check_layers(result, folder)
    return Run(depth, operation, method, wall, processor, extra, path.stat().st_size)


def _restart_peak() -> int:
    """Forget the highest memory so far; returns what is held now."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _read_memory("VmRSS")


def _read_memory(field: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def _check_layers(found: Any, folder: Path) -> None:
    mask = np.load(folder / "mask.npy", mmap_mode="r")
    middle = len(mask) // 2
    wanted = mask[middle] / np.iinfo(mask.dtype).max
    if [one[1] is not None for one in found] != [False, True, True]:
        raise SystemExit("The reader did not find three layers, two of them with a mask.")
    for _, seen in found[1:]:
        plane = np.asarray(seen).reshape(mask.shape)[middle]
        values = plane if plane.dtype.kind == "f" else plane / np.iinfo(plane.dtype).max
        if not np.allclose(values, wanted, atol=1e-4):
            raise SystemExit("The reader found another mask than was written.")


# All of them ---------------------------------------------------------------------------------------------------------


def measure_all(options: argparse.Namespace, interpreters: dict[str, str]) -> Iterator[Run]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "core")}
    for depth in options.depths:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            folder = Path(name)
            taken = make_arrays(folder, SIZES[options.large], depth)
            print(f"{depth} bit: the document's arrays take {taken / 1e6:.0f} MB", flush=True)
            broken: set[tuple[str, str]] = set()
            for _ in range(options.rounds):
                for operation in OPERATIONS:
                    for method, interpreter in interpreters.items():
                        if (operation, method) in broken:
                            continue
                        output = folder / (f"{method}.psd" if method != "tiff" else "tiff.tif")
                        if operation == "read" and method not in ("psd", "tiff"):
                            output = folder / "psd.psd"
                        child = [
                            interpreter,
                            __file__,
                            "--child",
                            operation,
                            method,
                            name,
                            str(output),
                            str(depth),
                        ]
                        done = subprocess.run(child, env=environment, capture_output=True, text=True)
                        if done.returncode:
                            broken.add((operation, method))
                            print(
                                f"{method} cannot {operation} this: {done.stderr.strip().splitlines()[-1:]}"
                            )
                            continue
                        yield Run(**json.loads(done.stdout.splitlines()[-1]))
                for method in YARDSTICKS:  # nobody reads these
                    (folder / f"{method}.psd").unlink(missing_ok=True)


def summarise(runs: list[Run]) -> list[Run]:
    """Medians over the rounds, in the order of the first ones."""
    groups: dict[tuple[int, str, str], list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.depth, run.operation, run.method].append(run)
    return [
        Run(
            *key,
            seconds=statistics.median(run.seconds for run in group),
            processor_seconds=statistics.median(run.processor_seconds for run in group),
            extra_bytes=int(statistics.median(run.extra_bytes for run in group)),
            file_bytes=group[0].file_bytes,
        )
        for key, group in groups.items()
    ]


def print_table(medians: list[Run]) -> None:
    """Every method's medians, and its seconds and memory as parts of each yardstick's."""
    found = {(run.depth, run.operation, run.method): run for run in medians}
    print("\n| bits | | method | seconds | CPU s | peak MB | file MB | of psd-tools | of PhotoshopAPI |")
    print("|---|---|---|---|---|---|---|---|---|")
    for run in medians:
        cells = [
            str(run.depth),
            run.operation,
            run.method,
            f"{run.seconds:.1f}",
            f"{run.processor_seconds:.1f}",
            f"{run.extra_bytes / 1e6:.0f}",
            f"{run.file_bytes / 1e6:.0f}",
        ]
        for yardstick in YARDSTICKS:
            other = found.get((run.depth, run.operation, yardstick))
            cells.append("" if other is None or run.method in YARDSTICKS else _compare(run, other))
        print("| " + " | ".join(cells) + " |")


def _compare(run: Run, other: Run) -> str:
    memory = f"{run.extra_bytes / other.extra_bytes:.2f}" if other.extra_bytes else "-"
    return f"time {run.seconds / other.seconds:.2f}, memory {memory}"


def find_interpreters(methods: list[str]) -> dict[str, str]:
    """The Python that runs each method; a method without one is left out and told."""
    found = {}
    for method in methods:
        interpreter = Path(sys.executable)
        if method == "photoshopapi":
            script = ROOT / "installer" / "test-hosts.sh"
            where = subprocess.run(["sh", str(script), "--where"], capture_output=True, text=True, check=True)
            interpreter = Path(where.stdout.strip()) / "python" / "bin" / "python"
            probe = [str(interpreter), "-c", "import photoshopapi"]
            if not interpreter.exists() or subprocess.run(probe, capture_output=True).returncode:
                print("PhotoshopAPI is not here and is left out; installer/test-hosts.sh installs it.")
                continue
        found[method] = str(interpreter)
    return found


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        operation, method, folder, path, depth = sys.argv[2:]
        print(json.dumps(asdict(measure(operation, method, Path(folder), Path(path), int(depth)))))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true", help="100 megapixels instead of 24")
    parser.add_argument("--depths", type=int, nargs="+", choices=(8, 16), default=[8, 16])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="where the files are written (default: the temporary folder)"
    )
    parser.add_argument("--json", type=Path, help="file for every single measurement")
    options = parser.parse_args()
    if "psd" not in options.methods:
        parser.error("the PSD that the others read is written by the method psd: name it, too")

    runs = []
    for run in measure_all(options, find_interpreters(options.methods)):
        runs.append(run)
        print(
            f"{run.depth:3} {run.operation:6} {run.method:13} {run.seconds:7.2f} s {run.processor_seconds:7.2f} CPU s "
            f"{run.extra_bytes / 1e6:7.0f} MB {run.file_bytes / 1e6:7.0f} MB",
            flush=True,
        )
        if options.json:
            options.json.write_text(json.dumps([asdict(one) for one in runs], indent=1) + "\n")
    print_table(summarise(runs))


if __name__ == "__main__":
    main()
