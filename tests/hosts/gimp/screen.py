"""A screen without a monitor: Xvfb, whose picture is read straight from its frame buffer, and xdotool to press keys."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mattework.arrays import Bytes
from readers.programs import ProgramMissing
from x_server import run_xvfb

WIDTH, HEIGHT = 1400, 900


@dataclass(frozen=True, slots=True)
class Screen:
    display: str
    buffer: Path

    def take_picture(self) -> Bytes:
        """What is on the screen, (H, W, 3) uint8. Xvfb keeps it as an XWD file (X11's xwd format, version 7)."""
        data = self.buffer.read_bytes()
        header = struct.unpack(">25I", data[:100])
        head, width, height, order, row_bytes, colours = (
            header[0], header[4], header[5], header[7], header[12], header[19],
        )  # fmt: skip
        start = head + colours * 12
        rows = np.frombuffer(data, np.uint8, row_bytes * height, start).reshape(height, row_bytes)
        pixels = rows[:, : width * 4].reshape(height, width, 4)
        return np.ascontiguousarray(pixels[..., 2::-1] if order == 0 else pixels[..., 1:])

    def call(self, *arguments: str) -> str:
        """xdotool's answer; empty when it found nothing."""
        environment = {**os.environ, "DISPLAY": self.display}
        done = subprocess.run(
            ["xdotool", *arguments], capture_output=True, text=True, env=environment, timeout=120, check=False
        )
        return done.stdout.strip()

    def find_window(self, title: str, seconds: float = 240) -> str:
        """The number of the visible window with that title.

        Raises:
            TimeoutError: it did not come up.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.call("search", "--onlyvisible", "--name", title).splitlines()
            if found:
                return found[-1]
            time.sleep(0.2)
        raise TimeoutError(f"no window {title!r} within {seconds:.0f} s")

    def click_in(self, window: str, left: int, top: int) -> None:
        """Click inside a window; negative numbers count from its right and lower side."""
        shape = dict(
            line.split("=") for line in self.call("getwindowgeometry", "--shell", window).splitlines()
        )
        x = int(shape["X"]) + (left if left >= 0 else int(shape["WIDTH"]) + left)
        y = int(shape["Y"]) + (top if top >= 0 else int(shape["HEIGHT"]) + top)
        self.call("mousemove", str(x), str(y), "click", "1")


@contextmanager
def open_screen(folder: Path) -> Iterator[Screen]:
    """A screen whose picture lies in the folder.

    Raises:
        ProgramMissing: Xvfb or xdotool is not installed.
    """
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            raise ProgramMissing(f"{program} is not installed (packages xvfb and xdotool)")
    with run_xvfb(WIDTH, HEIGHT, "-fbdir", str(folder)) as display:
        yield Screen(display, folder / "Xvfb_screen0")
