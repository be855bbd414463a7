"""What goes over the wire: JSON lines, the handshake that comes before anything else, and the requests.

Pixels never go over the wire. They lie in raw files in a folder that the worker makes, owns and deletes: rows from top
to bottom without padding, samples in the machine's byte order, interleaved colour channels with straight alpha last.

A connection begins with a proof on both sides that the other knows the secret (HMAC-SHA-256 over a fresh challenge, see
`prove_secret`), so nobody who can merely reach the socket gets further than one line:

    <- {"event": "hello", "protocol": 3, "program": "...", "challenge": "..."}
    -> {"event": "hello", "protocol": 3, "proof": "...", "challenge": "..."}        the proof of "client"
    <- {"event": "welcome", "program": "...", "proof": "..."}                       the proof of "worker"; or
    <- {"event": "retired"}                         it is about to end: start another

or, in the place of the first line, with an answer to who comes while as many as it takes are connected:

    <- {"event": "busy", "protocol": 3, "clients": 16}

Then come requests, one at a time:

    -> {"op": "open", "id": 6, "params": {"model": null, "warm": true}}      loads the model already, if it is warm
    <- {"event": "result", "id": 6, "value": {"folder": "..."}}             for the raw files of this connection
    -> {"op": "cut", "id": 7, "params": {...}}      a dataclass below; {} for "about" and "stop"
    <- {"event": "progress", "id": 7, "text": "solving the edge", "fraction": 0.4}
    <- {"event": "alive"}                           every two seconds while it works
    <- {"event": "result", "id": 7, "value": {...}} or {"event": "error", "id": 7, "kind": "...", "message": "..."}
    -> {"op": "cancel", "id": 7}                    at any time; closing the connection does the same

A line longer than `MAX_LINE` is answered by an error of kind "size", as is a request whose answer would be longer, and
one that is no JSON object by an error of kind "UsageError" whose id is null; the connection goes on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import selectors
import socket
from dataclasses import dataclass
from typing import Any, Literal

PROTOCOL = 3
"""Goes up when a client of before cannot talk to a worker of after, or the other way round."""

MAX_LINE = 64 << 20
MAX_GREETING = 1 << 10
"""A line may have so many bytes, for a recipe holds every point of its strokes; before the handshake is done, only this."""

ALIVE_EVERY = 2.0
"""Seconds between two signs of life from a busy worker."""

_NUMBER = re.compile(rb'\{"op":"\w+","id":(\d{1,9}),')
"""How a request of `WorkerClient` begins."""

LOST_PAINTING = (
    "The mask was changed after it was cut; that work is not in the new edge. Undo brings it back."
)
"""Told by the engine, and by a host that knows more of its mask."""
SAMPLE_BYTES = {"u8": 1, "u16": 2, "u32": 4, "half": 2, "float": 4, "double": 8}


class EngineError(Exception):
    """What a user is told: what happened, and what to do. `kind` is one short word for programs.

    `advice` is what to do where GIMP is the host; another host says its own after `message`.
    """

    def __init__(self, message: str, kind: str = "engine", advice: str = "") -> None:
        super().__init__(f"{message} {advice}".rstrip())
        self.message = message
        self.kind = kind
        self.advice = advice


@dataclass(frozen=True)
class Picture:
    """A raw picture. `channels` counts alpha; `linear` says that samples are linear light, else sRGB-encoded (or in the
    encoding of the profile whose bytes are in the file `icc`)."""

    file: str
    width: int
    height: int
    channels: int
    has_alpha: bool
    sample: str
    linear: bool = False
    icc: str | None = None


@dataclass(frozen=True)
class EdgeOptions:
    """How the edge is solved and treated; see `TrimapRules` and `EdgeSettings` of the recipe.

    `matting_model` is the id of the one that the solver "neural" shall be; None for a recipe's own, or the first installed.
    """

    solver: str = "auto"
    band: float = 1.0
    smooth: float = 0.0
    feather: float = 0.0
    contrast: float = 0.0
    shift: float = 0.0
    matting_model: str | None = None


@dataclass(frozen=True)
class Gesture:
    """A prompt in pixels of the picture: what a person points at; see `mattework.Prompt`."""

    kind: Literal["point", "box", "lasso", "scribble"]
    points: tuple[tuple[float, float], ...]
    adds: bool = True


@dataclass(frozen=True)
class CutRequest:
    """Find the subject: its mask in `sample` goes to mask.raw, clean colours like the picture to colours.raw.

    With `prompts`, what they mean is cut out instead, by a `model` that answers prompts; `start` is then the file of a
    mask in `sample` to begin from, where there is one.
    `combine` is replace, intersect (the lesser of both), add (the greater) or subtract (the mask less what was found), with
    the mask in the file `existing`.
    `with_transparency` multiplies the picture's own alpha into the mask, for those who want it as a selection.
    """

    picture: Picture
    sample: str
    model: str | None = None
    edge: EdgeOptions = EdgeOptions()
    colours: float = 1.0
    combine: str = "replace"
    existing: str | None = None
    with_transparency: bool = False
    prompts: tuple[Gesture, ...] = ()
    start: str | None = None


@dataclass(frozen=True)
class SelectRequest:
    """Select what the prompts mean, without solving its edge; quick, since the picture stays encoded between requests.

    Give all gestures so far each time; without any, the photo is seen ahead, and the first is answered sooner. The soft
    mask goes to selection.raw in `sample`, at `width` x `height` where both are given, else at its own resolution. `start`
    is the file of a mask of the picture's size to begin from, in `start_sample`. The value holds `mask`, `width`, `height`,
    `box` (left, top, right, bottom in the picture, or null), `confidence`, `reasons` and `looks`, the `model`, its
    `sha256` and the `device` that ran, and the model that was `asked` beside it, or null, with its `asked_sha256`.
    """

    picture: Picture
    prompts: tuple[Gesture, ...] = ()
    model: str | None = None
    width: int = 0
    height: int = 0
    start: str | None = None
    start_sample: str = "u8"
    sample: str = "u8"


@dataclass(frozen=True)
class RefineRequest:
    """Solve the edge anew where the file `band` (one `band_sample` a pixel) is above zero, as far as it says so.

    The mask in `existing` is what is known elsewhere; without one the subject is looked for first.
    """

    picture: Picture
    sample: str
    band: str
    band_sample: str
    existing: str | None = None
    model: str | None = None
    solver: str = "auto"
    matting_model: str | None = None


@dataclass(frozen=True)
class ColoursRequest:
    """Clean the colours under the mask in the file `mask`, into colours.raw."""

    picture: Picture
    sample: str
    mask: str
    amount: float = 1.0


@dataclass(frozen=True)
class ShadowRequest:
    """Draw the shadow that the alpha in the file `mask` throws; it is as large as the canvas that the shadow may fill.

    `kind`, lengths and colour are those of the recipe's `Shadow`; None for what suits the subject. The result is the
    shadow's opacity in `sample`, in shadow.raw, for the rectangle `rect` (left, top, width, height) of the canvas, to be
    laid down in `colour` at `opacity` under the subject, and the lengths that were chosen in `shadow`. `rect` is None when
    there is no shadow to be seen.
    """

    width: int
    height: int
    mask: str
    sample: str
    kind: str = "drop"
    dx: float | None = None
    dy: float | None = None
    blur: float | None = None
    opacity: float = 0.5
    colour: str = "#000000"


@dataclass(frozen=True)
class AdjustRequest:
    """Make the mask of a recipe again with other edge settings, from the soft mask (PNG) in the file `soft_mask`.

    `existing` is the file of the mask that the layer has: a note says when it is not the one that the recipe made.
    `part` is (left, top, width of the layer, height of the layer) where `picture` is only a part of the layer: the mask is
    then of that part alone, and the recipe in the result too.
    """

    picture: Picture
    sample: str
    recipe: str
    soft_mask: str
    edge: EdgeOptions = EdgeOptions()
    colours: float = 1.0
    existing: str | None = None
    part: tuple[int, int, int, int] | None = None


def make_challenge() -> str:
    return secrets.token_hex(16)


def prove_secret(secret: str, role: str, challenge: str) -> str:
    """The answer to a challenge, for `role` "client" or "worker": only who knows the secret can give it."""
    return hmac.new(
        bytes.fromhex(secret), f"mattework {role} {challenge}".encode(), hashlib.sha256
    ).hexdigest()


def is_proof(secret: str, role: str, challenge: str, proof: object) -> bool:
    return isinstance(proof, str) and hmac.compare_digest(
        prove_secret(secret, role, challenge).encode(), proof.encode()
    )


def explain_versions(worker: object, client: int = PROTOCOL) -> str:
    """What a user does when the two sides do not speak the same protocol."""
    if isinstance(worker, int) and worker < client:
        return (
            f"The Mattework engine is older than this plug-in (protocol {worker}, the plug-in speaks {client}). "
            "Update Mattework, then run: mattework gimp install"
        )
    return (
        f"The Mattework engine is newer than this plug-in (protocol {worker}, the plug-in speaks {client}). "
        "Run: mattework gimp install, and start GIMP again."
    )


def explain_crowd(clients: object) -> str:
    """What a user does when the worker has as many connections as it takes."""
    return (
        f"The Mattework engine is busy: {clients} windows or programs use it already, as many as it takes. "
        "Finish or close some of them, then try again."
    )


class LineTooLong(ValueError):
    """A line over the limit. `number` is the id in it, None where its beginning does not tell."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__("the line is too long")
        self.number = number


def explain_length() -> str:
    """What a user does when a request, or its answer, is longer than a line may be."""
    return (
        f"The request is too long for the Mattework engine: with its answer, it may have {MAX_LINE >> 20} MiB. "
        "Leave out some of the strokes or points that were drawn, or begin with new ones."
    )


class LineChannel:
    """JSON objects over a connected socket, a line each. Not shared between threads but for sending under a lock."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._pending = bytearray()
        self._searched = 0
        self._skips = False

    def send(self, message: dict[str, Any]) -> None:
        """Send an object.

        Raises:
            LineTooLong: longer than `MAX_LINE`; nothing is sent, and something else can be.
        """
        line = json.dumps(message, separators=(",", ":")).encode()
        if len(line) > MAX_LINE:
            raise LineTooLong
        self.connection.sendall(line + b"\n")

    def receive(self, limit: int = MAX_LINE, wait: float | None = None) -> dict[str, Any] | None:
        """The next object, or None when the other side has closed.

        Args:
            limit: bytes that its line may have.
            wait: seconds without a byte after which to give up; None for the socket's time-out, which bounds sending too.

        Raises:
            TimeoutError: nothing came for so long; what came so far is kept.
            LineTooLong: at once, wherever that line ends; the next call drops what is left of it.
            ValueError: no JSON object.
        """
        while True:
            if self._skips:
                self._skip()
            end = -1 if self._skips else self._pending.find(b"\n", self._searched, limit + 1)
            if end >= 0:
                line = bytes(self._pending[:end])
                del self._pending[: end + 1]
                self._searched = 0
                try:
                    message = json.loads(line)
                except RecursionError as error:
                    raise ValueError("nested too deeply") from error
                if not isinstance(message, dict):
                    raise ValueError("not a JSON object")
                return message
            if len(self._pending) > limit:
                found = _NUMBER.match(self._pending)
                self._skips, self._searched = True, 0
                raise LineTooLong(int(found[1]) if found else None)
            self._searched = len(self._pending)
            if wait is not None and not self._is_ready(selectors.EVENT_READ, wait):
                raise TimeoutError("nothing came")
            data = self.connection.recv(min(limit + 1, 1 << 16))
            if not data:
                return None
            self._pending += data

    def _skip(self) -> None:
        """Drop what came of a line that was too long."""
        end = self._pending.find(b"\n")
        self._skips = end < 0
        del self._pending[: len(self._pending) if end < 0 else end + 1]

    def has_room(self) -> bool:
        """Whether a short line can be sent now without waiting for the other side to read."""
        return self._is_ready(selectors.EVENT_WRITE, 0.0)

    def _is_ready(self, event: int, wait: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, event)
            return bool(selector.select(wait))

    def close(self) -> None:
        self.connection.close()
