"""What GIMP and the plug-in cost on top of the engine: seconds and the plug-in's memory, at several sizes.

    .venv/bin/python benchmarks/gimp_overhead.py [MEGAPIXELS ...]

Runs Remove Background (guided edge, clean colours) in the GIMP that installer/test-hosts.sh set up, on a disc,
twice each, the second time with a warm engine, and takes what the engine says it needed itself from the total.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from hosts.gimp.conftest import stop_engines  # noqa: E402
from hosts.gimp.host import make_host  # noqa: E402

SCRIPT = """
import json, os, threading, time
from gi.repository import Gegl, Gimp

work = os.environ["MATTEWORK_TEST_WORK"]
results = []


def watch_plugin(peak, done):
    ours = os.path.join(os.environ["GIMP3_DIRECTORY"], "plug-ins", "mattework", "mattework.py").encode()
    while not done.is_set():
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/" + number + "/cmdline", "rb") as stream:
                    if ours not in stream.read():
                        continue
                with open("/proc/" + number + "/status") as stream:
                    for line in stream:
                        if line.startswith("VmHWM"):
                            peak[0] = max(peak[0], int(line.split()[1]) / 1024)
            except OSError:
                continue
        time.sleep(0.02)


for megapixels in json.loads(os.environ["MATTEWORK_BENCH_SIZES"]):
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    image = Gimp.Image.new(width, height, Gimp.ImageBaseType.RGB)
    layer = Gimp.Layer.new(image, "Photo", width, height, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    with open(os.path.join(work, "row.json")) as stream:
        pattern = json.load(stream)
    dark, bright = bytes(pattern["dark"]) * width, bytes(pattern["bright"]) * width
    buffer, radius = layer.get_buffer(), height * 0.35
    for top in range(0, height, 64):
        rows = []
        for y in range(top, min(height, top + 64)):
            half = int(max(0.0, radius**2 - (y - height / 2) ** 2) ** 0.5)
            left, right = width // 2 - half, width // 2 + half
            rows.append(dark[: 3 * left] + bright[3 * left : 3 * right] + dark[3 * right :])
        data = b"".join(rows)
        buffer.set(Gegl.Rectangle.new(0, top, width, len(rows)), "R'G'B' u8", data)
    buffer.flush()
    for turn in ("cold", "warm"):
        procedure = Gimp.get_pdb().lookup_procedure("mattework-remove-background")
        config = procedure.create_config()
        config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
        config.set_property("image", image)
        config.set_core_object_array("drawables", [layer])
        config.set_property("solver", "guided")
        peak, done = [0.0], threading.Event()
        thread = threading.Thread(target=watch_plugin, args=(peak, done))
        thread.start()
        started = time.perf_counter()
        result = procedure.run(config)
        total = time.perf_counter() - started
        done.set()
        thread.join()
        with open(os.path.join(os.environ["MATTEWORK_RUNTIME"], "seconds.json")) as stream:
            engine = json.load(stream)
        results.append([megapixels, turn, result.index(0).value_nick, total, engine, peak[0]])
    image.delete()
with open(os.path.join(work, "out", "results.json"), "w") as stream:
    json.dump(results, stream)
"""


def main() -> None:
    sizes = [float(one) for one in sys.argv[1:]] or [1.0, 24.0]
    with tempfile.TemporaryDirectory(prefix="mwgimp") as folder:
        work = Path(folder)
        host = make_host(work)
        _record_engine_seconds(host.plugin)
        (work / "script.py").write_text(SCRIPT, encoding="utf-8")
        (work / "row.json").write_text(
            json.dumps({"dark": [40, 70, 90], "bright": [220, 160, 120]}), encoding="utf-8"
        )
        settings = {"MATTEWORK_TEST_WORK": folder, "MATTEWORK_BENCH_SIZES": json.dumps(sizes)}
        host.run(work / "script.py", settings)
        print("   MP  engine   total   engine itself   on top   plug-in's memory")
        for size, turn, status, total, engine, memory in json.loads(
            (work / "out" / "results.json").read_text()
        ):
            times = f"{total:6.2f} s  {engine:6.2f} s  {total - engine:12.2f} s"
            print(f"{size:5.0f}  {turn:6}  {times}  {memory:8.0f} MB  {status}")
        stop_engines(work)


def _record_engine_seconds(plugin: Path) -> None:
    """Let the installed copy of the plug-in note what the engine reports."""
    path = plugin / "mattework_plugin" / "results.py"
    text = path.read_text(encoding="utf-8")
    marker = '    report = value.get("report", {})\n'
    assert marker in text
    note = (
        "    import os\n"
        '    with open(os.path.join(os.environ["MATTEWORK_RUNTIME"], "seconds.json"), "w") as stream:\n'
        '        json.dump(report["seconds"], stream)\n'
    )
    path.write_text(text.replace(marker, marker + note), encoding="utf-8")


if __name__ == "__main__":
    main()
