"""The core's sentences in the window: every note of the core is known, and none that the core has given up is kept."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", reason="needs PyQt6 and its system libraries", exc_type=ImportError)

import mattework
from mattework import Prompt, Size, cut_out, list_losses, open_document, solve_alpha, take_photo
from mattework.arrays import Floats
from mattework.errors import MatteworkError
from mattework.given import tell_about_scaling
from mattework.quality import score_mask
from mattework.segment.selection_score import score_selection
from mattework_editor.failures import FAILURES
from mattework_editor.notes import NOTES
from mattework_editor.sentences import SENTENCES, word_sentence, word_sentences
from mattework_editor.translations import install_language
from samples import draw_disc

CORE = Path(mattework.__file__).parent
EDITOR = CORE.parents[1] / "plugin" / "mattework_editor"
FOR_OTHERS = ("batch", "cli", "gimp_setup", "worker")
"""Packages whose notes the editor never sees: those of batches, and of requests that GIMP alone makes."""


@pytest.fixture
def german(application: object) -> Iterator[None]:
    install_language("de")
    yield
    install_language("en")


def read_text(node: ast.AST) -> str | None:
    """A literal text with {} for what is put into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return None


def list_texts(node: ast.AST) -> Iterator[str]:
    text = read_text(node)
    if text is not None:
        yield text
        return
    for child in ast.iter_child_nodes(node):
        yield from list_texts(child)


def list_notes(tree: ast.AST) -> Iterator[str]:
    """The texts that a module puts among notes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            among = node.func.attr in ("append", "extend") and "notes" in ast.unparse(node.func.value)
            parts: list[ast.AST] = [*node.args] if among or node.func.attr == "with_notes" else []
        elif isinstance(node, ast.Assign):
            parts = [node.value] if re.search(r"\bnotes?\b", ast.unparse(node.targets[0])) else []
        elif isinstance(node, ast.AugAssign):
            parts = [node.value] if "notes" in ast.unparse(node.target) else []
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("tell_about"):
            parts = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
        else:
            continue
        yield from (text for part in parts for text in list_texts(part) if " " in text)


def plain(template: str) -> str:
    return re.sub(r"\{\w+\}", "{}", template)


def test_every_note_of_the_core_is_known() -> None:
    known = {plain(one) for one in SENTENCES}
    said = [
        (place, text)
        for place in (path.relative_to(CORE) for path in CORE.rglob("*.py"))
        if place.parts[0] not in FOR_OTHERS and place.name != "evaluation.py"
        for text in list_notes(ast.parse((CORE / place).read_text(encoding="utf-8")))
    ]
    assert len(said) > 30
    unknown = [one for one in said if one[1] not in known and one[1].removesuffix(".") not in PARTS]
    assert unknown == []


PARTS = {
    "The mask of {} x {} pixels was scaled to the photo's {}",
    "{}, which has other proportions: see that it is this photo's mask",
}
"""Notes that are put together of two: see `test_notes_and_errors_speak_german`."""


def test_no_sentence_is_kept_that_nobody_says() -> None:
    paths = [*CORE.rglob("*.py"), EDITOR / "engine.py", EDITOR / "files.py"]
    said = "\n".join(
        text for path in paths for text in list_texts(ast.parse(path.read_text(encoding="utf-8")))
    )
    for template in SENTENCES:
        if template == "foreground and no background":  # put together of two words
            continue
        for piece in re.split(
            r"\{\}|(?<=[.;:]) ", plain(template)
        ):  # the core puts some together of several texts
            assert piece.strip() in said, template


def list_masks() -> list[Floats]:
    """Soft masks that are doubtful in every way that the core tells of."""
    masks = []
    for boxes in (1, 2, 3, 4, 5):
        mask = np.zeros((200, 200), np.float32)
        for number in range(boxes):
            mask[60:120, 5 + 38 * number : 35 + 38 * number] = 0.9
        masks.append(mask)
    soft = np.zeros((200, 200), np.float32)
    soft[40:160, 40:160] = 0.4
    soft[60:140, 60:140] = 0.6
    small = np.zeros((200, 200), np.float32)
    small[100:106, 100:106] = 1
    three = np.zeros((200, 200), np.float32)
    three[50:, :] = 1
    hazy = np.full((200, 200), 0.4, np.float32)
    hazy[80:120, 80:120] = 1
    return [
        *masks,
        soft,
        small,
        three,
        hazy,
        np.ones((200, 200), np.float32),
        np.zeros((200, 200), np.float32),
    ]


def list_reasons() -> set[str]:
    point = Prompt(kind="point", points=((100.0, 100.0),))
    reasons: set[str] = set()
    for mask in list_masks():
        reasons |= {*score_mask(mask)[1], *score_mask(mask, agreement=0.5, sizes=0.5)[1]}
        if mask.any():
            for gestures in ([point], [point, point]):
                reasons |= {*score_selection(mask, gestures)[1]}
                reasons |= {*score_selection(mask, gestures, sizes=0.5, looks=0.5)[1]}
    return reasons


def test_the_reasons_of_the_confidence_are_told_in_the_language_of_the_window(application: object) -> None:
    reasons = sorted(list_reasons())
    assert (
        len({re.sub(r"\d+ %|two things|three things|four things|5 things", "N", one) for one in reasons})
        == 17
    )
    assert list(word_sentences(reasons)) == reasons
    install_language("de")
    try:
        german = word_sentences(reasons)
        assert not set(german) & set(reasons)
        assert word_sentences(["edges are uncertain over 37 % of the outline"]) == (
            "Kanten sind auf 37 % des Umrisses unsicher",
        )
        assert word_sentences(["three things could be the subject", "subject touches three borders"]) == (
            "drei Dinge könnten das Motiv sein",
            "Motiv berührt drei Ränder",
        )
        assert word_sentences(["of a newer core"]) == ("of a newer core",)
    finally:
        install_language("en")


def test_notes_and_errors_speak_german(german: None, tmp_path: Path) -> None:
    picture, truth = draw_disc(60, 50)
    said = [
        *cut_out(picture, from_mask=np.zeros((50, 60), np.float32)).report.notes,
        *cut_out(picture, from_mask=truth[:, ::2]).report.notes,
        *solve_alpha(picture, np.full((50, 60), 128, np.uint8), solver="closed-form").notes,
        *tell_about_scaling(truth, Size(61, 50)),
    ]
    cut_out(picture, from_mask=truth, solver="hard").save(tmp_path / "own.psd")
    (tmp_path / "own.jpg").write_bytes((tmp_path / "own.psd").read_bytes())
    said += open_document(tmp_path / "own.jpg").notes
    said += cut_out(tmp_path / "own.psd", from_mask=truth).report.notes
    said += cut_out(picture, from_mask=truth).save(tmp_path / "flat.jpg")
    assert len(said) >= 7
    for path, content in (
        ("gone.png", None),
        ("empty.png", b""),
        ("cut.png", b"\x89PNG\r\n\x1a\n"),
        ("raw", b"PK\3\4"),
    ):
        if content is not None:
            (tmp_path / path).write_bytes(content)
        with pytest.raises(MatteworkError) as caught:
            open_document(tmp_path / path)
        said.append(str(caught.value))
    with pytest.raises(MatteworkError) as caught:
        cut_out(picture, from_mask=truth).save(tmp_path / "no" / "such.psd")
    said.append(str(caught.value))
    for sentence in said:
        assert word_sentence(sentence) != sentence, sentence
        assert not re.search(r"\b(the|were|and|it)\b ", word_sentence(sentence)), sentence


def test_sentences_in_a_row_are_worded_one_by_one(german: None) -> None:
    row = "The EXIF data are damaged and were left out. Nobody knows this. The XMP data are damaged and were left out."
    assert word_sentence(row) == (
        "Die EXIF-Daten sind beschädigt und wurden weggelassen. Nobody knows this. "
        "Die XMP-Daten sind beschädigt und wurden weggelassen."
    )


def test_what_stands_inside_is_worded_where_it_is_known(german: None) -> None:
    assert word_sentence("Layer “Sky”: text was kept as pixels; knockout is not applied.") == (
        "Ebene „Sky“: Text blieb als Pixel erhalten; die Aussparung wird nicht angewandt."
    )
    assert word_sentence(
        "Layer “levels 2”: an adjustment (levels) was left out; the colours under it are unadjusted."
    ) == (
        "Ebene „levels 2“: eine Einstellung (Tonwertkorrektur) wurde weggelassen; die Farben darunter sind ohne sie."
    )


@pytest.mark.parametrize(("name", "named"), [("soft mask", "weiche Maske"), ("trimap", "Trimap")])
def test_the_damaged_picture_of_a_recipe_is_named_in_german(german: None, name: str, named: str) -> None:
    told = word_sentence(
        f"The {name} stored with the recipe is damaged, so it cannot be re-applied. Cut the photo out again."
    )
    assert told.startswith(f"Das im Rezept gespeicherte Bild ({named}) ist beschädigt")


def test_names_stay_as_they_are(german: None) -> None:
    told = word_sentence("The mask of layer “background” was trimmed to the layer's own rectangle.")
    assert told == "Die Maske der Ebene „background“ wurde auf das Rechteck der Ebene beschnitten."
    told = word_sentence(
        "The Mattework engine was not ready after 60 seconds and was stopped (exit code 1). It said: did not start"
    )
    assert told == (
        "Die Mattework-Engine war nach 60 Sekunden nicht bereit und wurde angehalten (Rückgabewert 1). "
        "Sie sagte: did not start"
    )


@pytest.mark.parametrize("template", [one for one in (*NOTES, *FAILURES) if "{" in one])
def test_english_stays_as_it_came(application: object, template: str) -> None:
    text = re.sub(r"\{(\w+)\}", r"<\1. a b>", template)
    assert word_sentence(text) == text


def test_what_would_be_lost_with_a_file_speaks_german(german: None, tmp_path: Path) -> None:
    picture, truth = draw_disc(60, 50)
    cut = cut_out(picture, from_mask=truth, solver="hard")
    cut.save(tmp_path / "own.psd")
    document = open_document(tmp_path / "own.psd")
    photo = take_photo(document)
    lost = (
        *list_losses(replace(document, layers=document.layers[1:]), photo, cut.recipe),
        *list_losses(document, photo, replace(cut.recipe, mask_sha256="0" * 64)),
    )
    assert len(lost) == 3
    for sentence in lost:
        assert word_sentence(sentence) != sentence, sentence
