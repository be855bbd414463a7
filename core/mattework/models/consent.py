"""Terms that a user accepted, asked once. Only weights that forbid commercial use are asked about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mattework.errors import ModelError, OutputError
from mattework.models.folders import config_folder
from mattework.models.spec import ModelSpec
from mattework.models.state import change_state, read_state


def needs_consent(spec: ModelSpec) -> bool:
    """Whether the terms of the weights must be accepted before they are used."""
    return spec.licence.commercial == "no" and not spec.embedded


def has_consent(spec: ModelSpec) -> bool:
    """Whether nothing needs to be asked: no consent needed, or given for exactly these terms."""
    if not needs_consent(spec):
        return True
    given = read_state(_consent_path()).get(spec.id)
    return isinstance(given, dict) and given.get("terms") == spec.licence.weights


def give_consent(spec: ModelSpec) -> None:
    """Write down that the user accepted the terms of these weights.

    Raises:
        ModelError: the configuration folder cannot be written to.
    """
    entry = {"terms": spec.licence.weights, "accepted": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        change_state(_consent_path(), lambda given: given | {spec.id: entry})
    except OutputError as error:
        raise ModelError(f"Your consent cannot be kept: {error}") from error


def _consent_path() -> Path:
    return config_folder() / "accepted-licences.json"
