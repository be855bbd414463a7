"""A written stand-in for GIMP's Python interface, just enough to import the plug-in and to run what calls little of it.

It is for tests of logic (planning of strips, formats, gestures, notes, sentences); what GIMP really does is tested in GIMP
(tests/hosts/gimp). Buffers hold one byte string; a read or write that does not fit its rectangle fails loudly, where the
real one is silent.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntFlag
from typing import Any


class GLibError(Exception):
    pass


class RunMode(Enum):
    INTERACTIVE = 0
    NONINTERACTIVE = 1


class PDBStatusType(Enum):
    EXECUTION_ERROR = 0
    CALLING_ERROR = 1
    SUCCESS = 3
    CANCEL = 4


class ProcedureSensitivityMask(IntFlag):
    DRAWABLE = 1
    DRAWABLES = 4


class Precision(Enum):
    u8_non_linear = 150
    u16_linear = 200
    half_linear = 500
    float_non_linear = 650

    @property
    def value_nick(self) -> str:
        return self.name.replace("_", "-")


@dataclass
class Rectangle:
    x: int
    y: int
    width: int
    height: int

    @staticmethod
    def new(x: int, y: int, width: int, height: int) -> Rectangle:
        return Rectangle(x, y, width, height)


@dataclass
class Buffer:
    width: int
    height: int
    pixel_bytes: int
    format: str
    data: bytearray = field(init=False)
    reads: list[Rectangle] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data = bytearray(self.width * self.height * self.pixel_bytes)

    def get(self, area: Rectangle, scale: float, ask: str | None, policy: object) -> bytes:
        assert scale == 1.0
        assert ask in (None, self.format)
        self._check(area)
        self.reads.append(area)
        size = self.pixel_bytes
        return b"".join(
            self.data[(y * self.width + area.x) * size : (y * self.width + area.x + area.width) * size]
            for y in range(area.y, area.y + area.height)
        )

    def set(self, area: Rectangle, name: str, data: bytes) -> None:
        assert name == self.format, "naming another format converts"
        assert type(data) is bytes, "anything else is slow"
        self._check(area)
        size, row = self.pixel_bytes, area.width * self.pixel_bytes
        assert len(data) == area.height * row, "GEGL drops such a strip in silence"
        for number in range(area.height):
            at = ((area.y + number) * self.width + area.x) * size
            self.data[at : at + row] = data[number * row : (number + 1) * row]

    def flush(self) -> None:
        pass

    def _check(self, area: Rectangle) -> None:
        assert 0 <= area.x <= area.x + area.width <= self.width
        assert 0 <= area.y <= area.y + area.height <= self.height


@dataclass
class Parasite:
    name: str
    flags: int
    data: bytes

    @staticmethod
    def new(name: str, flags: int, data: bytes) -> Parasite:
        assert max(data, default=0) < 128, "GIMP's Python takes no byte above 127"
        return Parasite(name, flags, data)

    def get_data(self) -> list[int]:
        return list(self.data)


class Item:
    last_tattoo = 0
    image: Any = None

    def __init__(self, name: str, width: int, height: int, format: str = "R'G'B' u8", size: int = 3) -> None:
        Item.last_tattoo += 1
        self.name, self.tattoo, self.parent = name, Item.last_tattoo, None
        self.buffer, self.offsets = Buffer(width, height, size, format), (0, 0)
        self.parasites: dict[str, Parasite] = {}

    def get_id(self) -> int:
        return self.tattoo

    get_tattoo = get_id

    def get_name(self) -> str:
        return self.name

    def get_image(self) -> Any:
        return self.image

    def get_parent(self) -> Any:
        return self.parent

    def get_width(self) -> int:
        return self.buffer.width

    def get_height(self) -> int:
        return self.buffer.height

    def get_offsets(self) -> tuple[bool, int, int]:
        return (True, *self.offsets)

    def get_buffer(self) -> Buffer:
        return self.buffer

    def get_format(self) -> str:
        return self.buffer.format

    def has_alpha(self) -> bool:
        return "A" in self.buffer.format

    def get_parasite(self, name: str) -> Parasite | None:
        return self.parasites.get(name)

    def attach_parasite(self, parasite: Parasite) -> bool:
        self.parasites[parasite.name] = parasite
        return True

    def detach_parasite(self, name: str) -> bool:
        return self.parasites.pop(name, None) is not None


class Channel(Item):
    pass


class Layer(Item):
    floating = False

    @staticmethod
    def from_mask(mask: LayerMask) -> Layer:
        return mask.layer

    def is_floating_sel(self) -> bool:
        return self.floating


class LayerMask(Channel):
    layer: Layer


@dataclass
class Image:
    layers: list[Layer]

    def __post_init__(self) -> None:
        for one in self.layers:
            one.image = self

    def get_id(self) -> int:
        return id(self)

    def get_layers(self) -> list[Layer]:
        return self.layers

    def get_layer_by_tattoo(self, tattoo: int) -> Layer | None:
        return next((one for one in self.layers if one.tattoo == tattoo), None)


class Values:
    def __init__(self, status: PDBStatusType, error: Any) -> None:
        self.status, self.text = status, str(error)


class Procedure:
    def new_return_values(self, status: PDBStatusType, error: Any) -> Values:
        return Values(status, error)


def _new_error(quark: int, text: str, code: int) -> GLibError:
    return GLibError(text)


class _Anything(types.ModuleType):
    """A module with classes and functions for whatever is only named while the plug-in is imported."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[0].islower():
            return lambda *_: True
        return _make_class(name)


class _Member(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return f"{cls.__name__}.{name}"


def _make_class(name: str) -> type:
    return _Member(name, (), {"error_quark": staticmethod(lambda: 1)})


def install_fake(put: Callable[[dict[str, Any], str, Any], None]) -> types.ModuleType:
    """Put `gi` and what belongs to it into sys.modules; gives the module Gimp. `put` is monkeypatch.setitem."""
    gi, repository = _Anything("gi"), _Anything("gi.repository")
    parts = {
        name: _Anything(f"gi.repository.{name}")
        for name in ("Gimp", "Gegl", "Babl", "GLib", "GObject", "Gtk", "GdkPixbuf")
    }
    gimp = parts["Gimp"]
    ours = (
        RunMode,
        PDBStatusType,
        Precision,
        ProcedureSensitivityMask,
        Parasite,
        Channel,
        Layer,
        LayerMask,
        Image,
        Procedure,
    )
    for one in ours:
        setattr(gimp, one.__name__, one)
    vars(parts["GLib"])["Error"] = GLibError
    GLibError.new_literal = staticmethod(_new_error)  # type: ignore[attr-defined]
    vars(parts["Gegl"])["Rectangle"] = Rectangle
    vars(parts["Gegl"])["config"] = lambda: types.SimpleNamespace(set_property=lambda *_: None)
    vars(parts["Babl"])["get_name"] = str
    put(sys.modules, "gi", gi)
    put(sys.modules, "gi.repository", repository)
    for name, part in parts.items():
        setattr(repository, name, part)
        put(sys.modules, f"gi.repository.{name}", part)
    return gimp
