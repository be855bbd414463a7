"""JSON with one value a line, as journals and pipes take it: UTF-8, and names of files whatever bytes they are made of.

A name that is no UTF-8 (as in folders that came from older systems) reaches Python with lone surrogates in place of the
bytes that do not fit (PEP 383). JSON can say them as escapes, which strict encoders and decoders refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def encode_line(value: Any, other: Callable[[Any], Any] | None = None) -> bytes:
    """The value (plain ones, dataclasses) as one line of JSON, without the line's end; `other` makes plain what is not."""
    import msgspec

    try:
        return msgspec.json.encode(value, enc_hook=other)
    except UnicodeEncodeError:
        import json

        return json.dumps(msgspec.to_builtins(value, enc_hook=other), separators=(",", ":")).encode("ascii")


def decode_line(line: bytes) -> Any:
    """The value of a line.

    Raises:
        ValueError: it is no JSON.
    """
    import msgspec

    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError):
        import json

        return json.loads(line)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
