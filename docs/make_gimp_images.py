"""Makes the pictures of docs/gimp.md: the real GIMP with the real plug-in, on a screen without a monitor.

    .venv/bin/python docs/make_gimp_images.py

Needs what installer/test-hosts.sh sets up. Nothing is retouched; the windows are only moved side by side.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from hosts.gimp.conftest import stop_engines  # noqa: E402
from hosts.gimp.host import make_host  # noqa: E402
from hosts.gimp.screen import HEIGHT, WIDTH, Screen, open_screen  # noqa: E402
from hosts.gimp.test_windows import open_windows, wait_for  # noqa: E402

PHOTO = ROOT / "resources" / "samples" / "astronaut.jpg"
IMAGES = ROOT / "docs" / "images"


def save_picture(screen: Screen, name: str) -> None:
    """The screen as a small PNG: at most 256 colours are enough for windows."""
    picture = Image.fromarray(screen.take_picture()).convert("P", palette=Image.Palette.ADAPTIVE, colors=256)
    picture.save(IMAGES / name, optimize=True)
    print(IMAGES / name)


def arrange_windows(screen: Screen) -> str:
    """GIMP over the whole screen, the dialog beside the photograph; gives the dialog's number."""
    main, dialog = screen.find_window("GIMP$"), screen.find_window("Remove Background")
    screen.call("windowmove", main, "0", "0")
    screen.call("windowsize", "--sync", main, str(WIDTH), str(HEIGHT))
    screen.call("windowmove", dialog, "190", "60")
    time.sleep(12)  # the preview, on a machine that has much to do
    return dialog


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="mwgimp") as folder:
        work = Path(folder)
        host = make_host(work)
        shutil.copy(ROOT / "tests" / "hosts" / "gimp" / "windows.py", work)
        shutil.copy(PHOTO, work / "astronaut.jpg")
        (work / "frame").mkdir()
        settings = {"MATTEWORK_TEST_PICTURE": str(work / "astronaut.jpg"), "MATTEWORK_TEST_SOLVER": "auto"}
        with open_screen(work / "frame") as screen, open_windows(host, screen, settings) as signals:
            wait_for(signals / "shown")
            dialog = arrange_windows(screen)
            save_picture(screen, "gimp-dialog.png")
            screen.click_in(dialog, -68, -42)
            wait_for(signals / "done", 300)
            time.sleep(2)
            save_picture(screen, "gimp-result.png")
        stop_engines(work)


if __name__ == "__main__":
    main()
