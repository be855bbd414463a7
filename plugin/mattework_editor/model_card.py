"""What is told of a model: what it is for, what is here of it, what its terms allow, how quick it is."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from PyQt6.QtCore import QCoreApplication

from mattework import ModelSpec, ModelStore
from mattework_editor.model_speed import Speed
from mattework_editor.sentences import word_sentence
from mattework_editor.wording import write_number


def finds_subjects(spec: ModelSpec) -> bool:
    """Whether Select Subject can use it: it finds the subject by itself."""
    return spec.task == "subject" and spec.input.companion == "none"


def solves_edges(spec: ModelSpec) -> bool:
    """Whether it can solve the edge inside a trimap."""
    return spec.solves_trimap


def name_task(task: str) -> str:
    """What models of a task do, in words."""
    translate = QCoreApplication.translate
    return {
        "subject": translate("ModelCard", "Finds the subject"),
        "prompt": translate("ModelCard", "Selects what you point at"),
        "matting": translate("ModelCard", "Solves the edge"),
        "inpaint": translate("ModelCard", "Fills what was taken out"),
    }[task]


def name_state(spec: ModelSpec, store: ModelStore) -> str:
    """What is here of a model; empty for nothing."""
    translate = QCoreApplication.translate
    found = store.find_files(spec)
    if not found:
        return ""
    if len(found) < len(spec.files):
        return translate("ModelCard", "{0} of {1} files").format(len(found), len(spec.files))
    places = {
        "embedded": translate("ModelCard", "built in"),
        "user": translate("ModelCard", "installed"),
        "rembg": translate("ModelCard", "in rembg's folder"),
    }
    return places[found[0].place]


def name_terms(spec: ModelSpec) -> str:
    """Whether its terms allow paid work."""
    translate = QCoreApplication.translate
    return {
        "yes": translate("ModelCard", "yes"),
        "no": translate("ModelCard", "NO"),
        "unclear": translate("ModelCard", "unclear"),
    }[spec.licence.commercial]


def tell_speed(speed: Speed) -> str:
    told = QCoreApplication.translate(
        "ModelCard", "{0} s a picture on {1}, {2} times the built-in model's time"
    )
    return told.format(write_number(speed.seconds, 2), speed.device, write_number(speed.ratio, 1))


def describe_model(spec: ModelSpec, store: ModelStore, speed: Speed | None = None) -> str:
    """All that is known of a model, as HTML."""
    translate = QCoreApplication.translate
    licence, here = spec.licence, store.is_installed(spec)
    hosts = sorted({urlsplit(file.url).netloc for file in spec.files if file.url})
    facts = [
        (translate("ModelCard", "What it does"), name_task(spec.task)),
        (translate("ModelCard", "Paid work"), f"{name_terms(spec)}. {licence.why}"),
        (translate("ModelCard", "Licence of the weights"), licence.weights),
        (translate("ModelCard", "Licence of the code"), licence.code),
        (translate("ModelCard", "Learned from"), licence.data),
        (translate("ModelCard", "Comes from"), ", ".join(hosts) if hosts and not here else ""),
        (translate("ModelCard", "See"), ", ".join(spec.pages)),
    ]
    if speed is not None:
        facts.insert(1, (translate("ModelCard", "Speed here"), tell_speed(speed)))
    rows = "".join(f"<p><b>{escape(name)}</b><br>{escape(text)}</p>" for name, text in facts if text)
    missing = store.find_missing(spec)
    notes = list(spec.notes)
    if missing and not store.can_download(spec):
        notes.append(word_sentence(store.describe_missing(spec, missing)))
    ends = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"<h3>{escape(spec.display_name)}</h3><p>{escape(spec.purpose)}</p>{rows}{ends}"
