from enum import Enum

from gi.repository import GLib

class Colorspace(Enum):
    RGB = 0

class InterpType(Enum):
    NEAREST = 0
    BILINEAR = 2

class Pixbuf:
    @staticmethod
    def new_from_bytes(
        data: GLib.Bytes,
        colorspace: Colorspace,
        has_alpha: bool,
        bits: int,
        width: int,
        height: int,
        row_bytes: int,
    ) -> Pixbuf: ...
    def scale_simple(self, width: int, height: int, how: InterpType) -> Pixbuf: ...
    def composite_color_simple(
        self, width: int, height: int, how: InterpType, alpha: int, check: int, color1: int, color2: int
    ) -> Pixbuf: ...
