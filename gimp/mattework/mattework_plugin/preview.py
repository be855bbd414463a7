"""The preview in a dialog: the layer in small, cut with the settings that are chosen, made anew when they change.

GIMP is asked in the main thread only; the engine is called in another, over a connection of its own, so that the dialog
never waits. A picture that comes too late is dropped, and closing the connection ends the work for it.
"""

from __future__ import annotations

import threading
from dataclasses import replace
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


def shrink_layer(layer: Gimp.Layer) -> Thumbnail:
    scale = min(1.0, SEEN_SIDE / max(layer.get_width(), layer.get_height()))
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


class Preview:
    """`widget` goes into the dialog; `close` when the dialog has ended."""

    def __init__(self, layer: Gimp.Layer, config: Gimp.ProcedureConfig, names: list[str]) -> None:
        self._config, self._names = config, names
        self._thumbnail = shrink_layer(layer)
        self._turn, self._timer = 0, 0
        self._client: WorkerClient | None = None
        self._switch = Gtk.CheckButton(label="Previe_w", use_underline=True, active=True)
        self._picture, self._words = Gtk.Image(), Gtk.Label(xalign=0.5, max_width_chars=40, wrap=True)
        self._picture.set_size_request(*self._shown_size())
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for one in (self._picture, self._words, self._switch):
            self.widget.pack_start(one, False, False, 0)
        self.widget.show_all()
        self._switch.connect("toggled", lambda _: self._change())
        config.connect("notify", lambda *_: self._change())
        self._show(self._thumbnail.rgba, "")
        self._change()

    def _shown_size(self) -> tuple[int, int]:
        width, height = self._thumbnail.width, self._thumbnail.height
        scale = min(1.0, SIDE / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def close(self) -> None:
        self._turn += 1
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0
        if self._client is not None:
            self._client.close()

    def _change(self) -> None:
        self.close()
        if self._switch.get_active():
            self._timer = GLib.timeout_add(WAIT, self._begin)
        else:
            self._show(self._thumbnail.rgba, "")

    def _begin(self) -> bool:
        self._timer = 0
        options = {name: self._config.get_property(name) for name in self._names}
        self._words.set_text("Looking for the subject …")
        threading.Thread(target=self._work, args=(self._turn, options), daemon=True).start()
        return False

    def _work(self, turn: int, options: dict[str, Any]) -> None:
        """Beside the dialog: nothing of GIMP or its windows is called here."""
        thumbnail = self._thumbnail
        try:
            with connect_worker(find_command()) as client:
                if turn != self._turn:  # while the engine started: another one works, or the dialog has ended
                    return
                self._client = client
                folder = client.open_folder(warm=False)
                (folder / "preview.raw").write_bytes(thumbnail.rgba)
                value = client.call("cut", plan_request(thumbnail, options))
                alpha = (folder / value["mask"]).read_bytes()
            text = "" if any(alpha) else "No subject was found."
            answer = apply_alpha(thumbnail.rgba, alpha), text
        except (EngineError, OSError) as error:
            answer = thumbnail.rgba, str(error)
        GLib.idle_add(self._take, turn, *answer)

    def _take(self, turn: int, rgba: bytes, text: str) -> bool:
        if turn == self._turn:
            self._show(rgba, text)
        return False

    def _show(self, rgba: bytes, text: str) -> None:
        width, height = self._thumbnail.width, self._thumbnail.height
        pixels = GdkPixbuf.Pixbuf.new_from_bytes(
            GLib.Bytes.new(rgba), GdkPixbuf.Colorspace.RGB, True, 8, width, height, width * 4
        )
        size = self._shown_size()
        small = pixels.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)
        checked = small.composite_color_simple(*size, GdkPixbuf.InterpType.NEAREST, 255, *CHECKS)
        self._picture.set_from_pixbuf(checked)
        self._words.set_text(text)
