"""The catalogue: every record that ships with Mattework, and those that users laid beside their own models."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mattework.errors import ModelError, UnknownModel
from mattework.models.folders import embedded_folder, user_folder
from mattework.models.spec import ModelFile, ModelSpec, convert_spec, parse_spec

RECORD_SUFFIXES = (".toml", ".json")
_MOST_BYTES_OF_A_RECORD = 1_000_000


@dataclass(frozen=True, slots=True)
class _Written:
    """What is read of the files that training writes beside the built-in models."""

    files: tuple[ModelFile, ...]


@cache
def load_catalogue() -> Mapping[str, ModelSpec]:
    """All records that ship with Mattework, by id, in the catalogue's order."""
    import msgspec

    raw: dict[str, dict[str, Any]] = {}
    for name in ("subject.toml", "others.toml"):
        text = (Path(__file__).parent / "records" / name).read_bytes()
        for entry in msgspec.toml.decode(text)["model"]:
            base = raw[entry.pop("like")] if "like" in entry else {}
            raw[entry["id"]] = _merge(base, entry)
    specs = {id_: convert_spec(entry, source=id_) for id_, entry in raw.items()}
    return MappingProxyType(
        {id_: _pin_embedded(spec) if spec.embedded else spec for id_, spec in specs.items()}
    )


def load_user_records(folder: Path | None = None) -> tuple[dict[str, ModelSpec], list[str]]:
    """Records that lie as TOML or JSON beside ONNX files in the user's model folder.

    Returns the sound ones by id, and a sentence for each that cannot be used. A record may not take the id or file name
    of one in the catalogue.
    """
    folder = user_folder() if folder is None else folder
    specs: dict[str, ModelSpec] = {}
    problems = []
    paths = sorted(folder.glob("*")) if os.path.isdir(folder) else []
    for path in paths:
        if path.suffix.lower() not in RECORD_SUFFIXES or not os.path.exists(path.with_suffix(".onnx")):
            continue
        try:
            spec = read_record(path)
            if spec.id in specs:
                raise ModelError(f"Two records in {folder} have the id {spec.id!r}. Rename one of them.")
        except ModelError as error:
            problems.append(str(error))
            continue
        specs[spec.id] = spec
    return specs, problems


def read_record(path: Path) -> ModelSpec:
    """Read a user's own record.

    Raises:
        ModelError: it cannot be read, is no record, or takes the id or a file name of the catalogue.
    """
    try:
        if path.stat().st_size > _MOST_BYTES_OF_A_RECORD:
            raise ModelError(f"{path} is too large for a model record.")
        text = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model record {path} cannot be read: {error.strerror or error}.") from error
    spec = parse_spec(text, suffix=path.suffix.lower(), source=str(path))
    if spec.id in load_catalogue():
        raise ModelError(
            f"The record {path} takes the id {spec.id!r}, which is the catalogue's. Choose another."
        )
    taken = {file.name for known in load_catalogue().values() for file in known.files}
    for file in spec.files:
        if file.name in taken:
            raise ModelError(
                f"The record {path} takes the file name {file.name}, which is the catalogue's. Choose another."
            )
    return replace(spec, origin="user", embedded=False)


def find_spec(model: str) -> ModelSpec:
    """The record of this id, from the catalogue or the user's folder.

    Raises:
        UnknownModel: there is none; the message names near ones.
        ModelError: the user's record of that id cannot be used.
    """
    if (known := load_catalogue().get(model)) is not None:
        return known
    own, problems = load_user_records()
    if model in own:
        return own[model]
    names = [*load_catalogue(), *own]
    near = difflib.get_close_matches(model, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`mattework models list` shows all."
    trouble = f" A record in your model folder cannot be used: {problems[0]}" if problems else ""
    raise UnknownModel(f"There is no model {model!r}. {hint}{trouble}")


@cache
def _read_training_hashes() -> Mapping[str, ModelFile]:
    """Built-in model files by name, as training wrote them down beside the models (`mattework-subject.json` and others)."""
    import msgspec

    known: dict[str, ModelFile] = {}
    for path in sorted(embedded_folder().glob("mattework-*.json")):
        # A record that cannot be read pins nothing; the store tells what is wrong when the model is asked for.
        with contextlib.suppress(OSError, msgspec.DecodeError):
            known |= {file.name: file for file in msgspec.json.decode(path.read_bytes(), type=_Written).files}
    return known


def _pin_embedded(spec: ModelSpec) -> ModelSpec:
    """The record of a built-in model with the hashes of the files that its training made."""
    known = _read_training_hashes()
    files = tuple(
        replace(file, sha256=known[file.name].sha256, bytes=known[file.name].bytes)
        if file.name in known
        else file
        for file in spec.files
    )
    return replace(spec, files=files, origin="package")


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it; tables are merged, everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
