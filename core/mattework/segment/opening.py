"""Opens a photo for prompts: a network, asked for by name or not, sees it once."""

from __future__ import annotations

from mattework.arrays import Bytes
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.models.runtime import ModelSession
from mattework.progress import Progress, report_progress
from mattework.segment.prompt_model import WHICH_TAKE_PROMPTS, open_prompt_model
from mattework.segment.prompted import ENCODED, ObjectSelector


def open_selector(
    rgb: Bytes,
    *,
    size: Size | None = None,
    model: str | None = None,
    device: str = "auto",
    session: ModelSession | None = None,
    long_side: int | None = None,
    zoom: bool = True,
    progress: Progress | None = None,
) -> ObjectSelector:
    """Let a network see a photo once, so that it can answer prompts on it at once.

    Args:
        rgb: (H, W, 3) uint8, RGB: the photo, or a preview of it of about 2000 pixels on the long side.
        size: of the photo whose pixels prompts are given in, where `rgb` is a preview; its own size by default.
        model: identifier of a model of the task "prompt"; the embedded one when not given.
        device: as for `cut_out`.
        session: a model opened by `open_model(task="prompt")`, instead of `model` and `device`.
        long_side: long side that a model with a free input size is shown; None for the record's own.
        zoom: look a second time at an object that is small in the frame. Models that see 1024 pixels or more do not.
        progress: called with the steps "model" and "subject".

    Raises:
        UsageError: no RGB picture of bytes, or a model of another task.
        UnknownModel, ModelNotInstalled, ConsentNeeded, ModelDamaged, ModelFailed, DeviceUnavailable, OutOfMemory.
    """
    report_progress(progress, "model", 0.0)
    if session is None:
        session = open_prompt_model(model, device)
    elif session.spec.task != "prompt":
        raise UsageError(f"{session.spec.display_name} takes no prompts. {WHICH_TAKE_PROMPTS}")
    report_progress(progress, "subject", 0.0)
    selector = ObjectSelector(rgb, session, size=size, long_side=long_side, zoom=zoom)
    report_progress(progress, "subject", ENCODED)
    return selector
