# type: ignore
# Journeys inside GIMP: engines that are missing or die, and a plug-in that is killed.
import json
import os
import signal
import threading
import time

from gi.repository import Gimp
from inside import WORK, call, cut, describe, journey, make_image, write


def engine_file():
    return os.path.join(os.environ["GIMP3_DIRECTORY"], "plug-ins", "mattework", "engine.json")


def raw_files():
    return [one for _, _, names in os.walk(os.environ["TMPDIR"]) for one in names if one.endswith(".raw")]


def slow_arguments(image, layer):
    """A whole picture of noise to be solved in closed form: seconds of work."""
    side = 700
    noise = Gimp.Layer.new(image, "Noise", side, side, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    write(noise, os.urandom(side * side * 3))
    image.resize(side, side, 0, 0)
    image.insert_layer(noise, None, 0)
    mask = noise.create_mask(Gimp.AddMaskType.WHITE)
    write(mask, b"\xff" * (side * 20) + bytes(side * (side - 20)))
    noise.add_mask(mask)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 20, side, side - 40)
    return noise


def run_slowly(image, layer, strike):
    """Start a long job, call `strike` while the engine has its files, and see how the call ends."""
    noise = slow_arguments(image, layer)
    struck = []

    def wait():
        for _ in range(600):
            if len(raw_files()) >= 3:
                time.sleep(0.7)
                struck.append(len(raw_files()))
                strike()
                return
            time.sleep(0.05)

    thread = threading.Thread(target=wait)
    thread.start()
    entry = call("mattework-refine-edge", image, [noise], solver="closed-form")
    thread.join()
    image.remove_layer(noise)
    entry["files_before"] = struck[0] if struck else 0
    return entry


def kill_engine():
    for name in os.listdir(os.environ["MATTEWORK_RUNTIME"]):
        if name.endswith(".json"):
            with open(os.path.join(os.environ["MATTEWORK_RUNTIME"], name)) as stream:
                os.kill(json.load(stream)["pid"], signal.SIGKILL)


@journey
def broken_engines():
    """Engines that are missing, of another version, or die: the record beside the plug-in names them."""
    with open(engine_file()) as stream:
        right = json.load(stream)
    newer = os.path.join(WORK, "newer.py")
    with open(newer, "w") as stream:
        stream.write(NEWER_ENGINE)
    commands = {
        "missing": ["/nowhere/python", "-m", "mattework"],
        "broken": ["/bin/sh", "-c", "exit 3"],
        "newer": ["/usr/bin/python3", newer],
    }
    entry = {}
    image, layer = make_image()
    for name, command in commands.items():
        with open(engine_file(), "w") as stream:
            json.dump({**right, "command": command}, stream)
        entry[name] = {**cut(image, [layer]), "layers": describe(image)}
    os.rename(engine_file(), engine_file() + ".aside")
    entry["unknown"] = {**cut(image, [layer]), "layers": describe(image)}
    os.rename(engine_file() + ".aside", engine_file())
    with open(engine_file(), "w") as stream:
        json.dump(right, stream)
    entry["worker_killed"] = {**run_slowly(image, layer, kill_engine), "layers": describe(image)}
    image.delete()
    return entry


NEWER_ENGINE = """
import json, os, socket, sys
name, run = sys.argv[sys.argv.index("--name") + 1], os.environ["MATTEWORK_RUNTIME"]
path = os.path.join(run, "newer.sock")
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(1)
record = {"protocol": 99, "program": "9", "pid": os.getpid(), "address": ["unix", path], "secret": "00"}
with open(os.path.join(run, "worker-" + name + ".json"), "w") as stream:
    json.dump(record, stream)
print(json.dumps({"event": "ready"}), flush=True)
client, _ = listener.accept()
client.sendall(json.dumps({"event": "hello", "protocol": 99}).encode() + b"\\n")
client.recv(1)
os.unlink(os.path.join(run, "worker-" + name + ".json"))
"""


@journey
def plugin_killed():
    """What GIMP's Cancel does: the plug-in is killed while the engine works for it."""
    image, layer = make_image()
    killed = []

    def strike():
        ours = os.path.join(os.environ["GIMP3_DIRECTORY"], "plug-ins", "mattework", "mattework.py").encode()
        for number in os.listdir("/proc"):
            if number.isdigit():
                try:
                    with open("/proc/" + number + "/cmdline", "rb") as stream:
                        words = stream.read().split(b"\0")
                except OSError:
                    continue
                if ours in words and b"-run" in words:
                    os.kill(int(number), signal.SIGKILL)
                    killed.append(int(number))

    entry = run_slowly(image, layer, strike)
    entry["killed"] = killed
    for _ in range(100):
        if not raw_files():
            break
        time.sleep(0.1)
    entry["files_after"] = len(raw_files())
    entry["layers"] = describe(image)
    entry["next_call"] = cut(image, [layer])
    image.delete()
    return entry
