"""Previews in dialogs: a layer, cut with the settings that are chosen, made anew when they change.

GIMP is asked in the main thread only; the engine is called in another, over a connection of its own, so that the dialog
never waits. A picture that comes too late is dropped, and closing the connection ends the work for it.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from gi.repository import GdkPixbuf, Gegl, Gimp, GLib, Gtk
from mattework_worker.client import WorkerClient, connect_worker
from mattework_worker.protocol import CutRequest, EngineError, Picture

from .engine import find_command
from .solvers import plain_edge

SIDE = 320
SEEN_SIDE = 640
"""Long side of what the engine cuts: in 320 pixels it finds another subject than in the photograph."""

WAIT = 350
"""Milliseconds without a change before the preview is made anew."""

CHECKS = (8, 0x999999, 0x666666)


class Thumbnail(NamedTuple):
    """A layer in small: 8-bit RGBA in sRGB; `scale` is its size relative to the layer."""

    width: int
    height: int
    scale: float
    rgba: bytes


def shrink_layer(layer: Gimp.Layer, side: int = SEEN_SIDE) -> Thumbnail:
    scale = min(1.0, side / max(layer.get_width(), layer.get_height()))
    width, height = (max(1, round(side * scale)) for side in (layer.get_width(), layer.get_height()))
    area = Gegl.Rectangle.new(0, 0, width, height)
    rgba = bytes(layer.get_buffer().get(area, scale, "R'G'B'A u8", Gegl.AbyssPolicy.NONE))
    return Thumbnail(width, height, scale, rgba)


def plan_request(thumbnail: Thumbnail, options: dict[str, Any]) -> CutRequest:
    """The cut of the whole layer in small: lengths shrink with it."""
    small = {name: options[name] * thumbnail.scale for name in ("smooth", "feather", "shift")}
    edge = replace(plain_edge(options), band=options["band"], contrast=options["contrast"], **small)
    picture = Picture("preview.raw", thumbnail.width, thumbnail.height, 4, True, "u8")
    model = options["model"] or None
    return CutRequest(picture, "u8", model=model, edge=edge, colours=0.0, with_transparency=True)


def apply_alpha(rgba: bytes, alpha: bytes) -> bytes:
    cut = bytearray(rgba)
    cut[3::4] = alpha
    return bytes(cut)


def load_pixels(rgba: bytes, width: int, height: int) -> Any:
    return GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(rgba), GdkPixbuf.Colorspace.RGB, True, 8, width, height, width * 4
    )


class Preview(ABC):
    """`widget` goes into the dialog; `close` when the dialog has ended. What is shown is for those who inherit to say."""

    waiting = ""
    """What is said while the engine works."""

    def __init__(self, config: Gimp.ProcedureConfig, names: list[str], size: tuple[int, int]) -> None:
        self._config, self._names, self._size = config, names, size
        self._turn, self._timer = 0, 0
        self._client: WorkerClient | None = None
        self._switch = Gtk.CheckButton(label="Previe_w", use_underline=True, active=True)
        self._picture, self._words = Gtk.Image(), Gtk.Label(xalign=0.5, max_width_chars=40, wrap=True)
        self._picture.set_size_request(*self._fit(*size))
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for one in (self._picture, self._words, self._switch):
            self.widget.pack_start(one, False, False, 0)

    @abstractmethod
    def show_before(self) -> None:
        """Show what there is without the engine's answer. GIMP may be asked."""

    @abstractmethod
    def prepare(self, options: dict[str, Any]) -> Any:
        """What `make` needs of GIMP."""

    @abstractmethod
    def make(self, client: WorkerClient, prepared: Any) -> tuple[bytes, str]:
        """The picture as 8-bit RGBA, and a word about it. Nothing of GIMP or its windows may be called here.

        Raises:
            EngineError: the engine refused, or has ended.
            OSError: a file could not be written or read.
        """

    def begin(self) -> None:
        """Once all is there: show, and follow the settings."""
        self.widget.show_all()
        self._switch.connect("toggled", lambda _: self.change())
        self._config.connect("notify", lambda *_: self.change())
        self.show_before()
        self.change()

    def close(self) -> None:
        self._turn += 1
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0
        if self._client is not None:
            self._client.close()

    def change(self) -> None:
        self.close()
        if self._switch.get_active():
            self._timer = GLib.timeout_add(WAIT, self._start)
        else:
            self.show_before()

    def _start(self) -> bool:
        self._timer = 0
        options = {name: self._config.get_property(name) for name in self._names}
        self._words.set_text(self.waiting)
        prepared = self.prepare(options)
        threading.Thread(target=self._work, args=(self._turn, prepared), daemon=True).start()
        return False

    def _work(self, turn: int, prepared: Any) -> None:
        """Beside the dialog."""
        answer: tuple[bytes | None, str]
        try:
            with connect_worker(find_command()) as client:
                if turn != self._turn:  # while the engine started: another one works, or the dialog has ended
                    return
                self._client = client
                answer = self.make(client, prepared)
        except (EngineError, OSError) as error:
            answer = None, str(error)
        GLib.idle_add(self._take, turn, *answer)

    def _take(self, turn: int, rgba: bytes | None, text: str) -> bool:
        if turn == self._turn:
            if rgba is None:
                self.show_before()
                self._words.set_text(text)
            else:
                self.show(rgba, text)
        return False

    def _fit(self, width: int, height: int) -> tuple[int, int]:
        scale = min(1.0, SIDE / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def show(self, rgba: bytes, text: str) -> None:
        size = self._fit(*self._size)
        small = load_pixels(rgba, *self._size).scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)
        checked = small.composite_color_simple(*size, GdkPixbuf.InterpType.NEAREST, 255, *CHECKS)
        self._picture.set_from_pixbuf(checked)
        self._words.set_text(text)


class CutPreview(Preview):
    """The layer in small, and what would be cut out of it."""

    waiting = "Looking for the subject …"

    def __init__(self, layer: Gimp.Layer, config: Gimp.ProcedureConfig, names: list[str]) -> None:
        self._thumbnail = shrink_layer(layer)
        super().__init__(config, names, (self._thumbnail.width, self._thumbnail.height))
        self.begin()

    def show_before(self) -> None:
        self.show(self._thumbnail.rgba, "")

    def prepare(self, options: dict[str, Any]) -> CutRequest:
        return plan_request(self._thumbnail, options)

    def make(self, client: WorkerClient, prepared: CutRequest) -> tuple[bytes, str]:
        folder: Path = client.open_folder(warm=False)
        (folder / prepared.picture.file).write_bytes(self._thumbnail.rgba)
        alpha = (folder / client.call("cut", prepared)["mask"]).read_bytes()
        return apply_alpha(self._thumbnail.rgba, alpha), "" if any(alpha) else "No subject was found."
