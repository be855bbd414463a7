"""Tiny networks that answer prompts, written by hand with the interfaces that `PromptRule` describes.

Both find what has the colour of the clicked places. They are real: run by onnxruntime, from files, through the store.
With them come the scenes that they are shown, gestures on these, and the measure of what they answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from mattework.arrays import AnyArray, Bytes, Floats
from mattework.geometry import Size
from mattework.models.runtime import ModelSession, open_session
from mattework.models.spec import InputRule, ModelFile, ModelSpec, OutputRule, PromptRule, SizeRule
from mattework.models.store import ModelFolder, ModelStore
from mattework.prompt import Prompt, PromptKind
from mattework.segment.selection import Selection
from models.tiny_onnx import Node, Tensor, write_model

STRIDES = (2, 4, 8, 16, 32)
GROUND, RED, GREEN, BLUE = (90, 90, 90), (230, 30, 30), (30, 200, 40), (40, 60, 230)


def open_maps_network(folder: Path, *, side: int = 96, deaf: bool = False) -> ModelSession:
    """Mattework's interface: likeness of colour to what is marked, inside the region, minus likeness to the negative.

    A deaf one finds red things whatever is marked.
    """
    pool = [
        Node(
            "AveragePool",
            ["image" if s == 2 else f"f{s // 2}"],
            [f"f{s}"],
            {"kernel_shape": (2, 2), "strides": (2, 2)},
        )
        for s in STRIDES
    ]
    encoder = write_model(
        pool,
        [Tensor("image", (1, 3, "h", "w"))],
        [Tensor(f"f{s}", (1, 3, f"h{s}", f"w{s}")) for s in STRIDES],
    )
    constants: dict[str, AnyArray] = {
        "axis": np.array([1], np.int64),
        "all": np.array([1, 2, 3], np.int64),
        "ends": np.array([2, 3], np.int64),
        "tiny": np.array([1e-4], np.float32),
        "sharp": np.array([40.0], np.float32),
        "bar": np.array([6.0], np.float32),
        "step": np.array([30.0], np.float32),
        "one": np.array([1.0], np.float32),
        "many": np.array([1e4], np.float32),
        **{f"i{n}": np.array([n], np.int64) for n in range(4)},
    }
    nodes = [Node("Gather", ["prompts", f"i{n}"], [f"m{n}"], {"axis": 1}) for n in range(4)]
    if deaf:
        nodes += [
            Node("Gather", ["f2", "i0"], ["red"], {"axis": 1}),
            Node("Mul", ["red", "step"], ["logits"]),
        ]
    else:
        for n in (0, 1):
            nodes += [
                # The mean colour under the marks, and the squared distance to it.
                Node("Mul", ["f2", f"m{n}"], [f"under{n}"]),
                Node("ReduceSum", [f"under{n}", "ends"], [f"sum{n}"], {"keepdims": 1}),
                Node("ReduceSum", [f"m{n}", "all"], [f"count{n}"], {"keepdims": 1}),
                Node("Add", [f"count{n}", "tiny"], [f"safe{n}"]),
                Node("Div", [f"sum{n}", f"safe{n}"], [f"mean{n}"]),
                Node("Sub", ["f2", f"mean{n}"], [f"off{n}"]),
                Node("Mul", [f"off{n}", f"off{n}"], [f"square{n}"]),
                Node("ReduceSum", [f"square{n}", "axis"], [f"far{n}"], {"keepdims": 1}),
                Node("Mul", [f"far{n}", "sharp"], [f"steep{n}"]),
                Node("Mul", [f"count{n}", "many"], [f"much{n}"]),
                Node("Min", [f"much{n}", "one"], [f"is{n}"]),
                Node("Sub", ["bar", f"steep{n}"], [f"like{n}"]),
                Node("Mul", [f"like{n}", f"is{n}"], [f"vote{n}"]),
            ]
        nodes += [
            Node("Relu", ["vote1"], ["against"]),
            Node("Sub", ["vote0", "against"], ["clicks"]),
            # With a region and no click: everything in the region that is red.
            Node("Gather", ["f2", "i0"], ["red"], {"axis": 1}),
            Node("ReduceMax", ["m2"], ["drawn"], {"axes": (1, 2, 3), "keepdims": 1}),
            Node("Sub", ["one", "is0"], ["unclicked"]),
            Node("Mul", ["red", "step"], ["redness"]),
            Node("Mul", ["redness", "unclicked"], ["guess"]),
            Node("Add", ["clicks", "guess"], ["both"]),
            Node("Sub", ["drawn", "m2"], ["outside"]),
            Node("Mul", ["outside", "many"], ["ban"]),
            Node("Sub", ["both", "ban"], ["inside"]),
            # The last mask speaks where nothing else does, a little.
            Node("Add", ["inside", "m3"], ["logits"]),
        ]
    decoder = write_model(
        nodes,
        [
            *(Tensor(f"f{s}", (1, 3, f"h{s}", f"w{s}")) for s in STRIDES),
            Tensor("prompts", (1, 4, "h2", "w2")),
        ],
        [Tensor("logits", (1, 1, "h2", "w2"))],
        constants,
    )
    spec = ModelSpec(
        id="maps",
        task="prompt",
        files=(ModelFile(name="maps-e.onnx", role="encoder"), ModelFile(name="maps-d.onnx", role="decoder")),
        input=InputRule(
            name="image",
            scale="signed",
            size=SizeRule(rule="fit", side=side, multiple=32, pad=127, smallest=32, largest=512),
        ),
        output=OutputRule(which="logits", activation="sigmoid"),
        prompt=PromptRule(
            style="maps", embeddings={f"f{s}": f"f{s}" for s in STRIDES}, masks="logits", radius=1
        ),
    )
    return _open(folder, spec, encoder, decoder)


def open_points_network(folder: Path, *, side: int = 128) -> ModelSession:
    """The Segment Anything interface on a square canvas: three masks, of which the second is said to be the best.

    It answers with the pixels of the colour under the first point, wherever they are; the other two masks are nothing
    and everything. With a previous mask, everything that was in it stays in.
    """
    encoder = write_model(
        [
            Node("Transpose", ["image"], ["tall"], {"perm": (0, 2, 3, 1)}),
            Node("Identity", ["tall"], ["image_embeddings"]),
        ],
        [Tensor("image", (1, 3, side, side))],
        [Tensor("image_embeddings", (1, side, side, 3))],
    )
    nodes = [
        # Look the colour up at the first point (x, y), which becomes (y, x).
        Node("Gather", ["point_coords", "zero"], ["first"], {"axis": 1}),
        Node("Gather", ["first", "swap"], ["yx"], {"axis": 2}),
        Node("Cast", ["yx"], ["index"], {"to": 7}),
        Node("Squeeze", ["index", "front"], ["pair"]),
        Node("Squeeze", ["image_embeddings", "front"], ["plane"]),
        Node("GatherND", ["plane", "pair"], ["colour"]),
        Node("Sub", ["plane", "colour"], ["off"]),
        Node("Mul", ["off", "off"], ["square"]),
        Node("ReduceSum", ["square", "last"], ["far"], {"keepdims": 0}),
        Node("Mul", ["far", "sharp"], ["steep"]),
        Node("Sub", ["bar", "steep"], ["answer"]),
        Node("Unsqueeze", ["answer", "fronts"], ["answer4"]),
        Node("Mul", ["mask_input", "has_mask_input"], ["kept"]),
        Node("Relu", ["kept"], ["kept_in"]),
        Node("Mul", ["kept_in", "ten"], ["kept_loud"]),
        Node("Add", ["answer4", "kept_loud"], ["good"]),
        Node("Mul", ["answer4", "nil"], ["none"]),
        Node("Sub", ["none", "ten"], ["nothing"]),
        Node("Add", ["none", "ten"], ["everything"]),
        Node("Concat", ["nothing", "good", "everything"], ["masks"], {"axis": 1}),
        Node("Identity", ["quality"], ["iou_predictions"]),
    ]
    constants: dict[str, AnyArray] = {
        "zero": np.array([0], np.int64),
        "swap": np.array([1, 0], np.int64),
        "front": np.array([0], np.int64),
        "last": np.array([2], np.int64),
        "fronts": np.array([0, 1], np.int64),
        "sharp": np.array([40.0], np.float32),
        "bar": np.array([6.0], np.float32),
        "ten": np.array([10.0], np.float32),
        "nil": np.array([0.0], np.float32),
        "quality": np.array([[0.2, 0.9, 0.4]], np.float32),
    }
    decoder = write_model(
        nodes,
        [
            Tensor("image_embeddings", (1, side, side, 3)),
            Tensor("point_coords", (1, "n", 2)),
            Tensor("point_labels", (1, "n")),
            Tensor("mask_input", (1, 1, side, side)),
            Tensor("has_mask_input", (1,)),
        ],
        [Tensor("masks", (1, 3, side, side)), Tensor("iou_predictions", (1, 3))],
        constants,
    )
    spec = ModelSpec(
        id="points",
        task="prompt",
        files=(ModelFile(name="pts-e.onnx", role="encoder"), ModelFile(name="pts-d.onnx", role="decoder")),
        input=InputRule(
            name="image",
            size=SizeRule(rule="letterbox", width=side, height=side, anchor="top-left"),
        ),
        output=OutputRule(which="masks", activation="sigmoid"),
        prompt=PromptRule(embeddings={"image_embeddings": "image_embeddings"}, mask_side=side),
    )
    return _open(folder, spec, encoder, decoder)


def _open(folder: Path, spec: ModelSpec, encoder: bytes, decoder: bytes) -> ModelSession:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / spec.file("encoder").name).write_bytes(encoder)
    (folder / spec.file("decoder").name).write_bytes(decoder)
    # The record beside its file makes it a model that a user added.
    (folder / spec.file("encoder").name).with_suffix(".json").write_bytes(msgspec.json.encode(spec))
    return open_session(spec, ModelStore([ModelFolder(folder, "user")]), device="cpu")


def use_own_folders(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATTEWORK_CACHE", str(root / "cache"))
    monkeypatch.setenv("MATTEWORK_CONFIG", str(root / "config"))


def paint_scene(
    *discs: tuple[int, int, int, tuple[int, int, int]], width: int = 600, height: int = 400
) -> Bytes:
    """Discs (x, y, radius, colour) on gray, (H, W, 3) uint8."""
    scene = np.full((height, width, 3), GROUND, np.uint8)
    for x, y, radius, colour in discs:
        cv2.circle(scene, (x, y), radius, colour, -1)
    return scene


def point(x: float, y: float, *, adds: bool = True) -> Prompt:
    return Prompt(kind="point", points=((x, y),), adds=adds)


def gesture(kind: PromptKind, *points: tuple[float, float], adds: bool = True) -> Prompt:
    return Prompt(kind=kind, points=points, adds=adds)


def enlarge(soft_mask: Floats, size: Size) -> Floats:
    return np.asarray(
        cv2.resize(soft_mask, (size.width, size.height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def measure_iou(selection: Selection, scene: Bytes, colours: Sequence[tuple[int, int, int]]) -> float:
    truth = np.any([np.all(scene == colour, axis=2) for colour in colours], axis=0)
    found = enlarge(selection.soft_mask, Size(scene.shape[1], scene.shape[0])) > 0.5
    return float((found & truth).sum() / (found | truth).sum())
