"""Object selection for hosts: the photo stays encoded between requests, so that a click is answered at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mattework.worker.protocol import Gesture, Picture, SelectRequest

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession
    from mattework.progress import Progress
    from mattework.prompt import Prompt
    from mattework.segment.prompted import ObjectSelector

SELECTION_FILE = "selection.raw"

_MOST_KEPT = 2
_Key = tuple[Path, int, int, int, Picture, str, str]


@dataclass(slots=True)
class WarmSelectors:
    """The photos that were selected from last, encoded. A picture file that was written anew counts as another photo."""

    _kept: dict[_Key, ObjectSelector] = field(default_factory=dict)

    def open(
        self, picture: Picture, folder: Path | None, session: ModelSession, progress: Progress
    ) -> ObjectSelector:
        from mattework.finding import PREVIEW_SIDE
        from mattework.photo import make_network_view, take_photo
        from mattework.segment.opening import open_selector
        from mattework.worker.rasters import locate_file, read_document

        path = locate_file(folder, picture.file)
        state = path.stat() if path.is_file() else None
        key: _Key | None = None
        if state is not None:
            file = (path, state.st_ino, state.st_mtime_ns, state.st_size)
            key = (*file, picture, session.sha256, session.device.label)
        selector = None if key is None else self._kept.pop(key, None)
        if selector is None:
            progress("open", 0.0)
            document, _ = read_document(picture, folder)
            photo = take_photo(document)
            preview = make_network_view(photo, PREVIEW_SIDE)
            selector = open_selector(preview, size=photo.size, session=session, progress=progress)
        if key is not None:
            self._kept[key] = selector
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return selector


def select_object(
    selectors: WarmSelectors,
    session: ModelSession,
    request: SelectRequest,
    folder: Path | None,
    progress: Progress,
) -> dict[str, Any]:
    """The soft mask of what the prompts mean, in a file, and what is to be said of it.

    Raises:
        UsageError: unknown samples, or an impossible size.
    """
    from mattework.errors import UsageError
    from mattework.finding import hash_asked
    from mattework.models.tensors import resize_smoothly
    from mattework.worker.rasters import (
        DTYPES,
        locate_file,
        quantise,
        read_plane,
        take_size,
        unit_values,
        write_plane,
    )

    if request.sample not in DTYPES:
        raise UsageError(f"Samples of the kind {request.sample!r} are not known.")
    wanted = take_size(request.width, request.height) if request.width and request.height else None
    selector = selectors.open(request.picture, folder, session, progress)
    if not request.prompts:
        selector.prepare()
    start = None
    if request.start is not None:
        start = unit_values(
            read_plane(locate_file(folder, request.start), request.start_sample, selector.size)
        )
    found = selector.select(convert_gestures(request.prompts), previous=start, progress=progress)
    mask = found.soft_mask
    if wanted is not None:
        mask = resize_smoothly(mask, wanted)
    write_plane(quantise(mask, DTYPES[request.sample]), locate_file(folder, SELECTION_FILE))
    box = found.box
    return {
        "mask": SELECTION_FILE,
        "width": mask.shape[1],
        "height": mask.shape[0],
        "box": None if box is None else [box.left, box.top, box.right, box.bottom],
        "confidence": found.confidence,
        "reasons": list(found.reasons),
        "looks": found.looks,
        "model": session.spec.id,
        "sha256": session.sha256,
        "device": session.device.label,
        "asked": found.asked,
        "asked_sha256": hash_asked(found.asked),
    }


def convert_gestures(gestures: Sequence[Gesture]) -> tuple[Prompt, ...]:
    from mattework.prompt import Prompt

    return tuple(Prompt(kind=one.kind, points=one.points, adds=one.adds) for one in gestures)
