"""The preview of Adjust Edge: a part of the layer, every pixel of it, with the edge that the settings make.

Settings are lengths in pixels of the layer, and of a large one nothing would be seen in small. A picture of the whole
beside it says which part it is; a click there looks at another.
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

from gi.repository import GdkPixbuf, Gegl, Gimp, Gtk
from mattework_worker.client import WorkerClient
from mattework_worker.protocol import AdjustRequest, Picture

from .preview import CHECKS, SIDE, Preview, apply_alpha, load_pixels, shrink_layer
from .results import edge_options

AROUND = 320
"""Pixels around what is shown that are solved with it: the edge is told from its surroundings."""

MAP_SIDE = 160
MARK = b"\xff\x30\x30\xff"


class Part(NamedTuple):
    """A rectangle of a layer."""

    left: int
    top: int
    width: int
    height: int

    def grow(self, margin: int, width: int, height: int) -> Part:
        """With what is around it, as far as the layer goes."""
        left, top = max(0, self.left - margin), max(0, self.top - margin)
        right = min(width, self.left + self.width + margin)
        bottom = min(height, self.top + self.height + margin)
        return Part(left, top, right - left, bottom - top)


def place_part(x: float, y: float, width: int, height: int, side: int = SIDE) -> Part:
    """The part of a layer of that size around a point, moved to lie inside it."""
    wide, high = min(side, width), min(side, height)
    left = min(max(0, round(x - wide / 2)), width - wide)
    top = min(max(0, round(y - high / 2)), height - high)
    return Part(left, top, wide, high)


def find_edge(mask: bytes, width: int, height: int, cells: int) -> tuple[int, int]:
    """The middle of the square of `cells` in which most of a small mask (a byte a pixel) is neither shown nor hidden."""
    best, found = 0, (width // 2, height // 2)
    step = max(1, cells // 2)
    for top in range(0, max(1, height - cells + 1), step):
        for left in range(0, max(1, width - cells + 1), step):
            rows = range(top, min(height, top + cells))
            count = sum(
                25 < value < 230
                for row in rows
                for value in mask[row * width + left :][: min(cells, width - left)]
            )
            if count > best:
                best, found = count, (left + cells // 2, top + cells // 2)
    return found


def crop_plane(plane: bytes, width: int, pixel_bytes: int, part: Part) -> bytes:
    """A rectangle of a plane of rows of `width` pixels."""
    return b"".join(
        plane[(row * width + part.left) * pixel_bytes :][: part.width * pixel_bytes]
        for row in range(part.top, part.top + part.height)
    )


def hide(rgba: bytes, mask: bytes) -> bytes:
    """A picture under a mask: what is transparent stays so."""
    own = rgba[3::4]
    return apply_alpha(
        rgba, mask if min(own) == 255 else bytes(a * m // 255 for a, m in zip(own, mask, strict=True))
    )


def draw_frame(rgba: bytes, width: int, height: int, part: Part) -> bytes:
    """A picture with the outline of a rectangle of it."""
    drawn = bytearray(rgba)
    right, bottom = min(width, part.left + part.width) - 1, min(height, part.top + part.height) - 1
    for x in range(part.left, right + 1):
        for y in (part.top, bottom):
            drawn[(y * width + x) * 4 : (y * width + x) * 4 + 4] = MARK
    for y in range(part.top, bottom + 1):
        for x in (part.left, right):
            drawn[(y * width + x) * 4 : (y * width + x) * 4 + 4] = MARK
    return bytes(drawn)


class Prepared(NamedTuple):
    """A part of the layer with its surroundings, 8-bit RGBA, and what to ask of it."""

    rgba: bytes
    request: AdjustRequest
    inside: Part


class EdgePreview(Preview):
    """A part of the layer at full size; which one, a click in the small picture says."""

    waiting = "Making the edge …"

    def __init__(
        self,
        layer: Gimp.Layer,
        config: Gimp.ProcedureConfig,
        names: list[str],
        recipe: bytes,
        soft_mask: bytes,
    ) -> None:
        self._layer, self._recipe, self._soft_mask = layer, recipe, soft_mask
        self._whole = layer.get_width(), layer.get_height()
        self._map = shrink_layer(layer, MAP_SIDE)
        mask = self._read_mask(Part(0, 0, self._map.width, self._map.height), self._map.scale)
        cells = max(1, round(SIDE * self._map.scale))
        x, y = find_edge(mask, self._map.width, self._map.height, cells)
        self._part = place_part(x / self._map.scale, y / self._map.scale, *self._whole)
        super().__init__(config, names, (self._part.width, self._part.height))
        self._overview = Gtk.Image()
        box = Gtk.EventBox()
        box.add(self._overview)
        box.set_tooltip_text("Click to look at another part")
        box.set_halign(Gtk.Align.CENTER)
        box.connect("button-press-event", self._look_at)
        self.widget.pack_start(box, False, False, 0)
        self.widget.reorder_child(box, 0)
        # Shown where the whole layer is not: a small one has no other parts.
        box.set_no_show_all(self._part.width == self._whole[0] and self._part.height == self._whole[1])
        self._draw_map()
        self.begin()

    def _look_at(self, _box: Any, event: Any) -> bool:
        self._part = place_part(event.x / self._map.scale, event.y / self._map.scale, *self._whole)
        self._draw_map()
        self.show_before()
        self.change()
        return True

    def _draw_map(self) -> None:
        small = self._map
        place = Part(*(int(side * small.scale) for side in self._part))
        framed = draw_frame(small.rgba, small.width, small.height, place)
        pixels = load_pixels(framed, small.width, small.height)
        size = small.width, small.height
        self._overview.set_from_pixbuf(
            pixels.composite_color_simple(*size, GdkPixbuf.InterpType.NEAREST, 255, *CHECKS)
        )

    def _read_mask(self, part: Part, scale: float) -> bytes:
        """The layer's mask; white where it has none."""
        mask = self._layer.get_mask()
        if mask is None:
            return b"\xff" * (part.width * part.height)
        area = Gegl.Rectangle.new(*part)
        return bytes(mask.get_buffer().get(area, scale, "Y u8", Gegl.AbyssPolicy.NONE))

    def _read_colours(self, part: Part) -> bytes:
        area = Gegl.Rectangle.new(*part)
        return bytes(self._layer.get_buffer().get(area, 1.0, "R'G'B'A u8", Gegl.AbyssPolicy.NONE))

    def show_before(self) -> None:
        mask = self._read_mask(self._part, 1.0)
        self.show(hide(self._read_colours(self._part), mask), "")

    def prepare(self, options: dict[str, Any]) -> Prepared:
        seen = self._part.grow(AROUND, *self._whole)
        picture = Picture("preview.raw", seen.width, seen.height, 4, True, "u8")
        request = AdjustRequest(
            picture,
            "u8",
            self._recipe.decode(),
            "preview-soft.png",
            edge=edge_options(options),
            colours=options["colours"],
            part=(seen.left, seen.top, *self._whole),
        )
        shown = self._part
        inside = Part(shown.left - seen.left, shown.top - seen.top, shown.width, shown.height)
        return Prepared(self._read_colours(seen), request, inside)

    def make(self, client: WorkerClient, prepared: Prepared) -> tuple[bytes, str]:
        request, inside = prepared.request, prepared.inside
        folder = client.open_folder(warm=False)
        (folder / request.picture.file).write_bytes(prepared.rgba)
        (folder / request.soft_mask).write_bytes(base64.b64decode(self._soft_mask))
        value = client.call("adjust", request)
        width = request.picture.width
        colours = (folder / value["colours"]).read_bytes() if "colours" in value else prepared.rgba
        mask = (folder / value["mask"]).read_bytes()
        return hide(crop_plane(colours, width, 4, inside), crop_plane(mask, width, 1, inside)), ""
