"""A model in words and figures: what it is for, whether it is here, how to get it, who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mattework.models.spec import ModelSpec
    from mattework.models.store import ModelStore

TASKS = {
    "subject": "finds the subject",
    "matting": "solves the edge",
    "prompt": "answers clicks",
    "inpaint": "fills",
}


def describe_state(spec: ModelSpec, store: ModelStore) -> str:
    """Where its files are, in a word or three."""
    from mattework.models.store import PLACE_NAMES

    found = store.find_files(spec)
    if not found:
        return "not installed"
    if len(found) < len(spec.files):
        return f"{len(found)} of {len(spec.files)} files"
    return PLACE_NAMES[found[0].place]


def name_way(spec: ModelSpec, store: ModelStore) -> Literal["install", "import"] | None:
    """The command that gets what is missing of a model; None when nothing is, or no command does."""
    if spec.embedded or store.is_installed(spec):
        return None
    return "install" if store.can_download(spec) else "import"


def summarise_model(spec: ModelSpec, store: ModelStore) -> dict[str, Any]:
    """A row of `models list` as plain values."""
    return {
        "id": spec.id,
        "title": spec.display_name,
        "task": spec.task,
        "purpose": spec.purpose,
        "state": describe_state(spec, store),
        "get": name_way(spec, store),
        "megabytes": measure_size(spec, store),
        "commercial": spec.licence.commercial,
        "origin": spec.origin,
    }


def measure_size(spec: ModelSpec, store: ModelStore) -> float | None:
    """Megabytes on this disk when it is here, else what the record says."""
    found = store.find_files(spec)
    if len(found) == len(spec.files):
        return sum(one.path.stat().st_size for one in found) / 1e6
    return spec.megabytes


def find_whole_hash(spec: ModelSpec, store: ModelStore) -> str | None:
    """The hash of all files together, as reports and recipes have it; None where one is neither published nor here."""
    from mattework.models.hashes import join_hashes, recall_hashes

    here = {one.file.role: one.path for one in store.find_files(spec)}
    by_role = {}
    for file in spec.files:
        if file.sha256 is None and file.role not in here:
            return None
        by_role[file.role] = file.sha256 or recall_hashes(here[file.role]).sha256
    return join_hashes(by_role)


def describe_model(spec: ModelSpec, store: ModelStore) -> list[str]:
    """The lines of `models show`."""
    size, licence = measure_size(spec, store), spec.licence
    lines = [f"{spec.display_name} ({spec.id})", f"  {spec.purpose}" if spec.purpose else ""]
    facts = {
        "task": TASKS[spec.task],
        "here": describe_state(spec, store),
        "size": "not known" if size is None else f"{size:.1f} MB",
        "paid work": f"{licence.commercial}. {licence.why}",
        "code": licence.code,
        "weights": licence.weights,
        "learned from": licence.data,
    }
    lines += [f"  {name:<14}{value}" for name, value in facts.items()]
    if missing := store.find_missing(spec):
        lines.append(f"  {'to get':<14}{store.describe_missing(spec, missing)}")
    for file in spec.files:
        pinned = (file.sha256 and f"sha256 {file.sha256}") or (file.md5 and f"md5 {file.md5}")
        lines.append(f"  {file.role:<14}{file.name}, {pinned or 'no published hash'}")
    together = find_whole_hash(spec, store) if len(spec.files) > 1 else None
    if together is not None:
        lines.append(f"  {'all files':<14}sha256 {together}, as reports and recipes have it")
    lines += [f"  {'see':<14}{page}" for page in spec.pages]
    lines += [f"  {'note':<14}{note}" for note in spec.notes]
    return [line for line in lines if line]
