from enum import Enum

def init(arguments: list[str] | None) -> None: ...

class AbyssPolicy(Enum):
    NONE = 0

class Rectangle:
    @staticmethod
    def new(x: int, y: int, width: int, height: int) -> Rectangle: ...

class Color:
    @staticmethod
    def new(text: str) -> Color: ...

class Buffer:
    def get(self, rect: Rectangle, scale: float, format_name: str | None, mode: AbyssPolicy) -> bytes: ...
    # Only bytes are written fast, so nothing else is allowed here.
    def set(self, rect: Rectangle, format_name: str, data: bytes) -> None: ...
    def flush(self) -> None: ...
