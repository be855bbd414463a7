"""Opens the model that answers prompts: the embedded one, or another of the catalogue; and the one that helps it."""

from __future__ import annotations

from functools import lru_cache

from mattework.arrays import Bytes, Floats
from mattework.errors import UsageError
from mattework.models.runtime import ModelSession

DEFAULT_PROMPT_MODEL = "mattework-prompt"

WHICH_TAKE_PROMPTS = "`mattework models list --task prompt` shows those that do."


def open_prompt_model(model: str | None = None, device: str = "auto") -> ModelSession:
    """Open a model that answers prompts.

    Raises:
        UsageError: the model does another kind of work.
        UnknownModel, ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, DeviceUnavailable, OutOfMemory.
    """
    from mattework.models.catalogue import find_spec
    from mattework.models.runtime import open_session
    from mattework.models.store import open_store

    spec = find_spec(DEFAULT_PROMPT_MODEL if model is None else model)
    if spec.task != "prompt":
        raise UsageError(f"{spec.display_name} takes no prompts: {spec.purpose} {WHICH_TAKE_PROMPTS}")
    return open_session(spec, open_store(), device=device)


def see_subject(rgb: Bytes, model: str, *, zoom: bool) -> Floats:
    """The subject that a model finds beside the one that answers prompts; see `find_subject` and `SubjectResult.soft_mask`.

    Raises:
        ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, OutOfMemory.
    """
    from mattework.segment.subject import find_subject

    return find_subject(rgb, open_companion(model), zoom=zoom, ask=False).soft_mask


@lru_cache(maxsize=2)
def open_companion(model: str) -> ModelSession:
    """Open a model that helps another one, of whatever task; it stays open for the next photo.

    It runs on the CPU wherever the other runs: it is small, and a device that takes the one may not take the other.

    Raises:
        ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, OutOfMemory.
    """
    from mattework.models.catalogue import find_spec
    from mattework.models.runtime import open_session
    from mattework.models.store import open_store

    return open_session(find_spec(model), open_store(), device="cpu")
