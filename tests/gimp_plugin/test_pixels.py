"""Planning of the pixel transfer, formats, notes and sentences, over the stand-in for GIMP."""

from __future__ import annotations

import json
import os
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from gimp_plugin.conftest import Importer
from mattework.worker.protocol import EngineError


@pytest.mark.parametrize(
    ("name", "ask", "channels", "sample", "linear", "own_curve"),
    [
        ("R'G'B' u8", None, 3, "u8", False, True),
        ("R'G'B'A u16-space-Adobe", None, 4, "u16", False, True),
        ("RGBA float", None, 4, "float", True, False),
        ("Y' u8", None, 1, "u8", False, True),
        ("YA half", None, 2, "half", True, False),
        ("R~G~B~A u8", None, 4, "u8", False, False),
        (")gimp-indexed-format-8-0x55", "R'G'B' u8", 3, "u8", False, False),
    ],
)
def test_formats_are_read_from_their_names(
    plugin: Importer, name: str, ask: str | None, channels: int, sample: str, linear: bool, own_curve: bool
) -> None:
    layer = plugin("Gimp").Layer("L", 2, 2, name, 4)
    layer.has_alpha = lambda: False
    found = plugin("pixels").read_format(layer)
    assert (found.ask, found.channels, found.sample) == (ask, channels, sample)
    assert (found.linear, found.own_curve) == (linear, own_curve)


def test_large_layers_are_sent_in_strips_and_come_back_the_same(
    plugin: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels, layer = plugin("pixels"), plugin("Gimp").Layer("L", 7, 50)
    monkeypatch.setattr(pixels, "STRIP_BYTES", 64)
    layer.buffer.data[:] = os.urandom(len(layer.buffer.data))
    pixels.send_plane(layer, tmp_path / "a.raw", None, 3)
    assert (tmp_path / "a.raw").read_bytes() == layer.buffer.data
    assert max(one.height for one in layer.buffer.reads) == 3
    other = plugin("Gimp").Layer("M", 7, 50)
    pixels.receive_plane(other, tmp_path / "a.raw", 3)
    assert other.buffer.data == layer.buffer.data
    with pytest.raises(EngineError, match="1050 bytes where 1400"):
        pixels.receive_plane(other, tmp_path / "a.raw", 4)


@pytest.mark.parametrize("place", [(-3, -2, 8, 6), (4, 3, 9, 9), (1, 1, 3, 2), (-2, -2, 20, 20)])
def test_windows_of_the_canvas_are_black_beyond_it(
    plugin: Importer, tmp_path: Path, place: tuple[int, int, int, int]
) -> None:
    pixels, canvas = plugin("pixels"), plugin("Gimp").Channel("C", 10, 8, "Y u8", 1)
    canvas.buffer.data[:] = bytes(range(1, 81))
    left, top, width, height = place
    assert pixels.send_window(canvas, tmp_path / "w.raw", *place, 1)
    window = (tmp_path / "w.raw").read_bytes()
    for y in range(height):
        for x in range(width):
            inside = 0 <= x + left < 10 and 0 <= y + top < 8
            assert window[y * width + x] == (1 + x + left + 10 * (y + top) if inside else 0)
    again = plugin("Gimp").Channel("D", 10, 8, "Y u8", 1)
    pixels.receive_window(again, tmp_path / "w.raw", *place, 1)
    kept = [value for value in again.buffer.data if value]
    assert kept == [value for value in window if value]
    assert not pixels.send_window(canvas, tmp_path / "w.raw", 10, 0, 5, 5, 1)


def test_recipes_are_notes_on_the_layer_that_any_letter_survives(plugin: Importer, tmp_path: Path) -> None:
    layers, layer = plugin("layers"), plugin("Gimp").Layer("L", 2, 2)
    (tmp_path / "soft.png").write_bytes(bytes(range(256)))
    layers.keep_recipe(layer, json.dumps({"background": "é"}, ensure_ascii=False), tmp_path / "soft.png")
    assert json.loads(layers.read_note(layer, layers.RECIPE)) == {"background": "é"}
    assert layers.read_note(layer, layers.SOFT_MASK).isascii()
    layers.keep_recipe(layer, "{}", None, tmp_path / "soft.png")
    assert sorted(layer.parasites) == [layers.RECIPE, layers.RECIPE_CRC, layers.TRIMAP], (
        "what the new recipe does not rest on goes"
    )


def test_clean_colours_stand_for_the_layer_they_were_made_for(plugin: Importer) -> None:
    gimp, layers = plugin("Gimp"), plugin("layers")
    photo, clean, other = (gimp.Layer(name, 2, 2) for name in "abc")
    clean.attach_parasite(gimp.Parasite.new(layers.COLOURS_OF, 3, str(photo.get_tattoo()).encode()))
    image = gimp.Image([clean, photo, other])
    assert layers.find_original(image, clean) is photo
    assert layers.find_original(image, other) is other
    assert layers.find_colours(image, photo) is clean
    assert layers.find_original(gimp.Image([clean]), clean) is clean, "the photo was deleted"


def test_masks_stand_for_their_layers_once_and_channels_are_refused(plugin: Importer) -> None:
    gimp, layers = plugin("Gimp"), plugin("layers")
    layer, mask, channel = gimp.Layer("L", 2, 2), gimp.LayerMask("m", 2, 2), gimp.Channel("c", 2, 2)
    image, mask.layer = gimp.Image([layer]), layer
    mask.image = channel.image = image
    assert layers.choose_layers(image, [layer, mask]) == [layer]
    foreign = gimp.Image([gimp.Layer("F", 2, 2)]).layers
    for wrong, text in (
        ([channel], "cannot have a layer mask"),
        ([], "Select a layer first"),
        ([layer, *foreign], "'F' is of another image"),
    ):
        with pytest.raises(EngineError, match=text):
            layers.choose_layers(image, wrong)
    layer.floating = True
    with pytest.raises(EngineError, match="floating selection"):
        layers.choose_layers(image, [layer])


def test_a_copy_of_what_was_made_is_a_layer_of_its_own(plugin: Importer) -> None:
    """A layer that was duplicated has another tattoo than its parasite says; in a duplicated image all have."""
    gimp, made = plugin("Gimp"), plugin("made")
    photo, clean, copy = (gimp.Layer(name, 2, 2) for name in "abc")
    image = gimp.Image([copy, clean, photo])
    made.link_layer(image, clean, photo, made.COLOURS_OF)
    copy.parasites = dict(clean.parasites)
    assert made.find_made(image, photo, made.COLOURS_OF) is clean
    assert made.find_original(image, clean) is photo
    assert made.find_original(image, copy) is copy
    image.layers.remove(clean)
    assert made.find_made(image, photo, made.COLOURS_OF) is copy, "it is in the place of the first now"
    other, another = gimp.Layer("other", 2, 2), gimp.Layer("another", 2, 2)
    other.parasites, another.parasites = dict(photo.parasites), dict(clean.parasites)
    renumbered = gimp.Image([another, other])
    assert made.find_made(renumbered, other, made.COLOURS_OF) is another
    assert made.find_original(renumbered, another) is other


def run(plugin: Importer, error: Exception, mode: str = "NONINTERACTIVE") -> Any:
    """What the user gets when an operation fails so."""
    module, gimp = plugin("plugin"), plugin("Gimp")

    def fail(*_: Any) -> list[str]:
        raise error

    record = plugin("procedures").Record("p", "_P…", (), "", "", (), fail, needs_engine=False)
    layer = gimp.Layer("L", 2, 2)
    return module.run(
        gimp.Procedure(), getattr(gimp.RunMode, mode), gimp.Image([layer]), [layer], None, record
    )


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (EngineError("Wrong.", "usage"), "CALLING_ERROR", "Wrong."),
        (EngineError("It died.", "died"), "EXECUTION_ERROR", "It died."),
        (EngineError("", "Cancelled"), "CANCEL", ""),
        (OSError(ENOSPC, "No space left"), "EXECUTION_ERROR", "The disk is full"),
        (PermissionError(13, "Permission denied", "/tmp/x"), "EXECUTION_ERROR", "/tmp/x Permission denied"),
        (KeyError("oops"), "EXECUTION_ERROR", "has a defect (KeyError: 'oops')"),
    ],
)
def test_whatever_fails_is_one_sentence(plugin: Importer, error: Exception, status: str, text: str) -> None:
    values = run(plugin, error)
    assert values.status.name == status
    assert text in values.text


def test_a_person_is_told_of_the_menu_entry_and_not_of_the_procedure(plugin: Importer) -> None:
    """GIMP puts "Calling error for procedure 'mattework-…'" before what a caller did wrong."""
    values = run(plugin, EngineError("Wrong.", "usage"), "INTERACTIVE")
    assert (values.status.name, values.text) == ("EXECUTION_ERROR", "Wrong.")


def test_an_engine_that_nobody_recorded_is_looked_for_and_then_asked_for(
    plugin: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = plugin("engine")
    monkeypatch.setattr(engine, "ENGINE_FILE", tmp_path / "engine.json")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(EngineError, match="mattework gimp install"):
        engine.find_command()
    program = tmp_path / "mattework"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert engine.find_command() == (str(program),)
    (tmp_path / "engine.json").write_text('{"command": ["python", "-P"]}')
    assert engine.find_command() == ("python", "-P")
    (tmp_path / "engine.json").write_text('{"command": "rm"}')
    assert engine.find_command() == (str(program),)


def test_the_default_model_comes_first(plugin: Importer) -> None:
    about = {
        "models": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
        "default_model": "b",
        "prompt_models": [],
        "default_prompt_model": "c",
    }
    assert plugin("engine").list_models(about, "subject") == [("b", "B"), ("a", "A")]
    assert plugin("engine").list_models(about, "prompt") == []


def test_an_editor_that_did_not_open_is_quoted(plugin: Importer, tmp_path: Path) -> None:
    explain, words = plugin("handover").explain_editor, tmp_path / "editor.log"
    words.write_text("warning: x\nmattework: The editor is not installed here. Install it.\n")
    assert explain(words, 2) == "The editor is not installed here. Install it."
    words.write_text("Segmentation fault\n")
    assert "exit code 139" in explain(words, 139)
    assert "Segmentation fault" in explain(words, 139)


def test_the_preview_is_the_same_cut_in_small(plugin: Importer) -> None:
    preview = plugin("preview")
    thumbnail = preview.Thumbnail(2, 1, 0.1, bytes(range(8)))
    options = {
        "model": "", "solver": "auto", "matting-model": None,
        "band": 2.0, "smooth": 5.0, "feather": 20.0, "contrast": 0.3, "shift": -10.0,
    }  # fmt: skip
    request = preview.plan_request(thumbnail, options)
    edge = request.edge
    assert (edge.smooth, edge.feather, edge.shift) == (0.5, 2.0, -1.0)
    assert (edge.band, edge.contrast, request.model, request.colours) == (2.0, 0.3, None, 0.0)
    assert preview.apply_alpha(thumbnail.rgba, b"\x80\x00") == bytes((0, 1, 2, 0x80, 4, 5, 6, 0))


def test_arguments_that_gimp_gives_as_none_are_empty_texts(plugin: Importer) -> None:
    procedures = plugin("procedures")
    record = procedures.BY_NAME["mattework-select-object"]

    class Config:
        def get_property(self, name: str) -> None:
            return None

    values = procedures.read_arguments(record, Config())
    assert (values["points"], values["not-points"], values["model"]) == ("", "", "")
    assert values["path"] is None
