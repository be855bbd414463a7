"""The rivals of `benchmarks/subject.py`. Every network runs through Mattework's own runner, each by its record."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import cv2
import numpy as np
import numpy.typing as npt

from mattework.models.catalogue import find_spec
from mattework.models.folders import embedded_folder
from mattework.models.runtime import ModelSession, open_session, predict_mask
from mattework.models.spec import FileRole, InputRule, ModelFile, ModelSpec, OutputRule, SizeRule
from mattework.models.store import ModelFolder, ModelStore
from mattework.segment.subject import find_subject

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Method = Callable[[Image], Mask]
"""RGB uint8 (H, W, 3) to a soft mask (H, W) float32 in 0..1."""

# General model; the graph applies the sigmoid itself.
SELFIE = ModelSpec(
    id="mediapipe-selfie",
    task="subject",
    files=(ModelFile(name="selfie_segmentation.onnx"),),
    input=InputRule(size=SizeRule(rule="stretch", width=256, height=256), layout="nhwc", scale="unit"),
    output=OutputRule(layout="nhwc"),
)
# 21 classes of PASCAL VOC; all but the background count as subject.
DEEPLAB = ModelSpec(
    id="deeplabv3-mobilenetv2",
    task="subject",
    files=(ModelFile(name="deeplabv3_mnv2_pascal_quant.deq.onnx"),),
    input=InputRule(size=SizeRule(rule="stretch", width=513, height=513), layout="nhwc", scale="none"),
    output=OutputRule(layout="nhw", activation="labels", classes=tuple(range(1, 21))),
)


def _enlarge(mask: Mask, image: Image) -> Mask:
    """A soft mask at the picture's size, bilinear, for every network alike."""
    height, width = image.shape[:2]
    if mask.shape == (height, width):
        return mask
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR).clip(0, 1).astype(np.float32)


def cut_with_grabcut(image: Image) -> Mask:
    """GrabCut (Rother et al., 2004) from a centred rectangle with 5 % margins, at 320 pixels, 5 rounds."""
    height, width = image.shape[:2]
    scale = min(1.0, 320 / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    margin_x, margin_y = max(1, size[0] // 20), max(1, size[1] // 20)
    labels = np.zeros((size[1], size[0]), np.uint8)
    box = (margin_x, margin_y, size[0] - 2 * margin_x, size[1] - 2 * margin_y)
    cv2.setRNGSeed(1)
    cv2.grabCut(small, labels, box, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_RECT)
    found = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.float32)
    return _enlarge(found, image)


def _find(session: ModelSession, side: int | None, *, zoom: bool, ask: bool = True) -> Method:
    def method(image: Image) -> Mask:
        result = find_subject(image, session, zoom=zoom, long_side=side, ask=ask)
        return _enlarge(result.soft_mask, image)

    return method


def _predict(session: ModelSession) -> Method:
    return lambda image: _enlarge(predict_mask(session, image), image)


def open_pair(first: Path, second: Path | None = None) -> Method:
    """Other files in the place of the two that ship, seen as they are, without asking the network that answers prompts."""
    # A store finds files by name: under names of their own neither is taken for the other, wherever they lie.
    folder = Path(mkdtemp(prefix="mattework-pair-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    roles: dict[FileRole, Path | None] = {"model": first, "second": second}
    files: list[tuple[Path, FileRole]] = []
    for role, path in roles.items():
        if path is not None:
            files.append((Path(shutil.copyfile(path, folder / f"{role}.onnx")), role))
    spec = replace(
        find_spec("mattework-subject"),
        files=tuple(ModelFile(name=path.name, role=role) for path, role in files),
        embedded=False,
    )
    store = ModelStore([ModelFolder(folder, "embedded")])
    return _find(open_session(spec, store, device="cpu", threads=2), None, zoom=True, ask=False)


def open_methods(peers: Path) -> dict[str, Method]:
    """The methods by name. `peers` is the folder of peers' models."""
    store = ModelStore([ModelFolder(embedded_folder(), "embedded")])
    small = find_spec("mattework-subject")
    methods: dict[str, Method] = {}
    session = open_session(small, store, device="cpu", threads=2)
    methods["ours"] = _find(session, None, zoom=True)
    methods["ours, not asking"] = _find(session, None, zoom=True, ask=False)
    methods["ours 320"] = _find(session, 320, zoom=False)
    methods["ours 512"] = _find(session, 512, zoom=False)
    for spec in (SELFIE, DEEPLAB):
        folders = [path.parent for path in peers.rglob(spec.files[0].name)]
        if folders:
            peer_store = ModelStore([ModelFolder(folders[0], "embedded")])
            methods[spec.id] = _predict(open_session(spec, peer_store, device="cpu", threads=2))
    methods["grabcut"] = cut_with_grabcut
    return methods
