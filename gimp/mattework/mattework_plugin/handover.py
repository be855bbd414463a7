"""Open in Mattework: the layer goes to the editor, a program of its own, and comes back as mask and layers.

The files lie in a folder that the engine owns for as long as this plug-in is connected, so nothing stays behind however
the two end. What they hold is described in `mattework.worker.handback`.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gi.repository import Gimp
from mattework_worker.client import WorkerClient
from mattework_worker.launch import clean_environment
from mattework_worker.protocol import EngineError

from .engine import find_command
from .layers import (
    MADE_CRC,
    RECIPE,
    SOFT_MASK,
    TRIMAP,
    Place,
    can_hold_colours,
    choose_originals,
    drop_colours,
    drop_made,
    find_known,
    find_place,
    find_seen,
    keep_recipe,
    one_undo_step,
    put_colours,
    put_mask,
)
from .made import LAYER_OF, ROLES, link_layer, read_note, write_note
from .pixels import mask_sample, read_format, receive_plane, send_picture
from .results import NO_COLOURS, send_mask

LOOK_EVERY = 0.2
"""Seconds between two looks at whether the editor has ended."""

GONE = "The layer was deleted or resized while it was open in Mattework. Nothing was changed."


def open_in_editor(
    image: Gimp.Image, drawables: Sequence[Gimp.Drawable], options: dict[str, Any], client: WorkerClient
) -> list[str]:
    """Mask, clean colours, background and shadow of one layer as they leave the editor; gives notes for the user."""
    del options
    layers = choose_originals(image, drawables)
    if len(layers) != 1:
        raise EngineError("Select the one layer that is to be opened in Mattework.", "usage")
    layer = layers[0]
    place, folder = find_place(layer), client.open_folder(warm=False)
    notes: list[str] = []
    _write_request(image, layer, folder, notes)
    Gimp.progress_set_text(
        f"{layer.get_name()} is open in Mattework. GIMP goes on when you apply or cancel there."
    )
    result = _await_result(folder)
    if not image.is_valid() or not layer.is_valid() or find_place(layer)[2:] != place[2:]:
        raise EngineError(GONE, "host")
    return notes + _put_result(image, layer, folder, result)


def _write_request(image: Gimp.Image, layer: Gimp.Layer, folder: Path, notes: list[str]) -> None:
    picture = send_picture(image, layer, folder, 0)
    request: dict[str, Any] = {
        "version": 1,
        "host": "GIMP",
        "title": layer.get_name(),
        "picture": vars(picture),
        "mask_sample": mask_sample(image),
    }
    if layer.get_mask() is not None:
        request["mask"] = send_mask(image, find_known(image, layer, notes), folder, 0)
    recipe = read_note(layer, RECIPE)
    known = {name: read_note(layer, note) for name, note in (("soft_mask", SOFT_MASK), ("trimap", TRIMAP))}
    if recipe is not None and any(known.values()):
        request["recipe"] = json.loads(recipe)
        for name, data in known.items():
            if data is not None:
                request[name] = f"known-{name}.png"
                (folder / request[name]).write_bytes(base64.b64decode(data))
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")


def _await_result(folder: Path) -> dict[str, Any]:
    """Run the editor until it ends; gives what it wrote.

    Raises:
        EngineError: it could not start, or nothing was applied (kind "Cancelled").
    """
    command = [*find_command(), "edit", "--hand-back", str(folder), str(folder / "request.json")]
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW
    else:
        options["start_new_session"] = True
    words = folder / "editor.log"
    with words.open("wb") as stream:
        try:
            editor = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=clean_environment(),
                **options,
            )
        except OSError as error:
            raise EngineError(
                f"The Mattework editor cannot be started: {command[0]}: {error.strerror or error}. "
                "Run: mattework gimp doctor",
                "missing",
            ) from error
    answer = folder / "result.json"
    # It is written last and in one step: what the editor does after it is none of our business.
    while editor.poll() is None and not answer.exists():
        Gimp.progress_pulse()
        time.sleep(LOOK_EVERY)
    try:
        result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        if editor.returncode is not None and editor.returncode > 0:
            raise EngineError(explain_editor(words, editor.returncode), "editor") from None
        result = {}
    if result.get("status") != "applied":
        if result.get("message"):
            raise EngineError(str(result["message"]), "editor")
        raise EngineError("Cancelled.", "Cancelled")
    return result


def explain_editor(words: Path, code: int) -> str:
    """Why the editor did not open, in its own words."""
    try:
        said = [line.strip() for line in words.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        said = []
    own = [line.removeprefix("mattework: ") for line in said if line.startswith("mattework: ")]
    if own:
        return own[-1]
    return (
        f"The Mattework editor ended with exit code {code}. "
        + (f"It said: {' | '.join(said[-3:])[-600:]} " if said else "")
        + "Nothing was changed. Run: mattework gimp doctor"
    )


def _put_result(image: Gimp.Image, layer: Gimp.Layer, folder: Path, result: dict[str, Any]) -> list[str]:
    notes = [str(note) for note in result["notes"]]
    colours, mask = result["colours"], folder / result["mask"]["file"]
    has_room = can_hold_colours(image)
    if not has_room and (colours or result["layers"]):
        notes.append(NO_COLOURS)
    with one_undo_step(image):
        put_mask(image, layer, mask)
        soft_mask, trimap = (
            folder / result[name] if result[name] else None for name in ("soft_mask", "trimap")
        )
        keep_recipe(layer, json.dumps(result["recipe"]), soft_mask, trimap)
        if colours and has_room:
            amount = float(result["recipe"]["colours"])
            notes += put_colours(image, layer, folder / colours["file"], mask, amount)
        else:
            notes += drop_colours(image, layer)
        for role in ROLES:
            notes += drop_made(image, layer, LAYER_OF.format(role))
        if has_room:
            for made in result["layers"]:
                _put_layer_under(image, layer, folder, made)
    return notes


def _put_layer_under(image: Gimp.Image, layer: Gimp.Layer, folder: Path, made: dict[str, Any]) -> None:
    kind = Gimp.ImageType.GRAYA_IMAGE if made["channels"] == 2 else Gimp.ImageType.RGBA_IMAGE
    mode = Gimp.LayerMode.MULTIPLY if made["blend"] == "multiply" else Gimp.LayerMode.NORMAL
    under = Gimp.Layer.new(
        image, made["name"], made["width"], made["height"], kind, 100.0 * made["opacity"], mode
    )
    pixels = read_format(under)
    if (pixels.channels, pixels.sample, pixels.linear) != (made["channels"], made["sample"], made["linear"]):
        raise EngineError(
            f"The image cannot hold the layer {made['name']!r} as Mattework made it. Nothing was changed.",
            "host",
        )
    crc = receive_plane(under, folder / made["file"], pixels.pixel_bytes)
    place: Place = find_place(find_seen(image, layer))
    under.set_offsets(place.left + made["left"], place.top + made["top"])
    image.insert_layer(under, layer.get_parent(), image.get_item_position(layer) + 1)
    under.set_visible(bool(made["visible"]))
    link_layer(image, under, layer, LAYER_OF.format(made["role"]))
    write_note(under, MADE_CRC, str(crc))
