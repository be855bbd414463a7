"""Makes the pictures of docs/gimp.md: the real GIMP with the real plug-in, on a screen without a monitor.

    .venv/bin/python docs/make_gimp_images.py [dialog] [edge] [object] [editor]

Needs what installer/test-hosts.sh sets up. Nothing is retouched; the windows are only moved side by side.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from hosts.gimp.conftest import stop_engines  # noqa: E402
from hosts.gimp.host import GimpHost, make_host  # noqa: E402
from hosts.gimp.screen import HEIGHT, WIDTH, Screen, open_screen  # noqa: E402
from hosts.gimp.test_windows import open_windows, wait_for  # noqa: E402

SAMPLES = ROOT / "resources" / "samples"
IMAGES = ROOT / "docs" / "images"


def save_picture(screen: Screen, name: str) -> None:
    """The screen as a small PNG: at most 256 colours are enough for windows."""
    picture = Image.fromarray(screen.take_picture()).convert("P", palette=Image.Palette.ADAPTIVE, colors=256)
    picture.save(IMAGES / name, optimize=True)
    print(IMAGES / name)


def arrange_windows(screen: Screen, title: str, left: int, top: int) -> str:
    """GIMP over the whole screen, another window beside the photograph; gives the number of that one."""
    main, other = screen.find_window("GIMP$"), screen.find_window(title)
    screen.call("windowmove", main, "0", "0")
    screen.call("windowsize", "--sync", main, str(WIDTH), str(HEIGHT))
    screen.call("windowmove", other, str(left), str(top))
    time.sleep(12)  # the preview, or a picture in the editor, on a machine that has much to do
    return other


@contextmanager
def show_gimp(host: GimpHost, screen: Screen, photo: str, **settings: str) -> Iterator[Path]:
    """GIMP with a photograph, in which a procedure was called; gives the folder of signals."""
    shutil.copy(SAMPLES / photo, host.work / photo)
    variables = {f"MATTEWORK_TEST_{name}": value for name, value in settings.items()}
    with open_windows(
        host, screen, {"MATTEWORK_TEST_PICTURE": str(host.work / photo), **variables}
    ) as signals:
        wait_for(signals / "shown")
        yield signals


def draw_remove_background(host: GimpHost, screen: Screen) -> None:
    with show_gimp(host, screen, "astronaut.jpg", SETTINGS="{}") as signals:
        dialog = arrange_windows(screen, "Remove Background", 190, 60)
        save_picture(screen, "gimp-dialog.png")
        screen.click_in(dialog, -68, -42)
        wait_for(signals / "done", 300)
        time.sleep(2)
        save_picture(screen, "gimp-result.png")


def draw_adjust_edge(host: GimpHost, screen: Screen) -> None:
    choices = {"FIRST": "mattework-remove-background", "PROCEDURE": "mattework-adjust-edge", "SETTINGS": "{}"}
    with show_gimp(host, screen, "astronaut.jpg", **choices):
        arrange_windows(screen, "Adjust Edge", 190, 60)
        save_picture(screen, "gimp-edge.png")


def draw_select_object(host: GimpHost, screen: Screen) -> None:
    choices = {
        "PROCEDURE": "mattework-select-object",
        "BOX": "130 20 290 290",
        "SETTINGS": '{"output": "mask"}',
    }
    with show_gimp(host, screen, "coffee.jpg", **choices) as signals:
        dialog = arrange_windows(screen, "Select Object", 900, 320)
        save_picture(screen, "gimp-object.png")
        screen.click_in(dialog, -68, -42)
        wait_for(signals / "done", 300)
        time.sleep(2)
        save_picture(screen, "gimp-object-result.png")


def draw_open_editor(host: GimpHost, screen: Screen) -> None:
    with show_gimp(
        host, screen, "astronaut.jpg", PROCEDURE="mattework-open-editor", SETTINGS="{}"
    ) as signals:
        editor = arrange_windows(screen, "Mattework", 260, 90)
        screen.call("windowsize", "--sync", editor, "1000", "700")
        time.sleep(4)
        save_picture(screen, "gimp-editor.png")
        (signals / "end").touch()


PICTURES = {
    "dialog": draw_remove_background,
    "edge": draw_adjust_edge,
    "object": draw_select_object,
    "editor": draw_open_editor,
}


def main(wanted: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="mwgimp") as folder:
        work = Path(folder)
        host = make_host(work)
        shutil.copy(ROOT / "tests" / "hosts" / "gimp" / "windows.py", work)
        (work / "frame").mkdir()
        for name in wanted or PICTURES:
            with open_screen(work / "frame") as screen:
                PICTURES[name](host, screen)
        stop_engines(work)


if __name__ == "__main__":
    main(sys.argv[1:])
