"""ModelSpec: everything that must be known to run a network, as data.

A record says which files a model has, how a photo becomes its input, how its output becomes a soft mask, what it is for
and who may use it. One runner (`mattework.models.runtime`) serves every record; there is no class per model.

The same record, as TOML or JSON beside an ONNX file in the model folder, adds a model of a user's own; see
`parse_spec`. The smallest useful one:

    id = "my-model"
    task = "subject"
    files = [{ name = "my-model.onnx" }]
    input = { size = { rule = "letterbox", width = 512, height = 512 }, scale = "unit" }
    output = { activation = "sigmoid" }
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

from mattework.errors import ModelError

Task: TypeAlias = Literal["subject", "matting", "prompt", "inpaint"]
FileRole: TypeAlias = Literal["model", "second", "encoder", "decoder"]
SizeRuleName: TypeAlias = Literal["stretch", "letterbox", "fit", "round", "short-side", "native"]
Activation: TypeAlias = Literal["none", "sigmoid", "softmax", "argmax", "labels"]
Commercial: TypeAlias = Literal["yes", "no", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model.

    `name` is what it is called in the model folder (rembg's folder uses the same names), `bytes` its exact size when
    known and `megabytes` a published round figure for people.
    `sha256` and `md5` are lower-case hex, None when nobody published one; `url` is where a download fetches it.
    """

    name: str
    role: FileRole = "model"
    bytes: int | None = None
    megabytes: float | None = None
    sha256: str | None = None
    md5: str | None = None
    url: str | None = None

    @property
    def is_pinned(self) -> bool:
        return self.sha256 is not None or self.md5 is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRule:
    """How the photo is laid on the network's canvas.

    - `stretch`: to `width` x `height`; the aspect ratio is not kept. Only for networks that were trained so.
    - `letterbox`: scaled to fit inside `width` x `height`, the rest is `pad`.
    - `fit`: scaled to the long side `side`, both sides padded to multiples of `multiple`.
    - `round`: scaled to the long side `side`, then each side to the nearest multiple of `multiple` by a slight stretch.
    - `short-side`: scaled to the short side `side` when the photo is larger or smaller than that on both sides, but not
      enlarged beyond four times that on the long one; both sides rounded down to `multiple` by a slight stretch (MODNet's
      rule).
    - `native`: not scaled, padded to `multiple`.

    `pad` is a sample value 0 to 255; `anchor` says where the photo lies on a padded canvas. `smallest` and `largest`
    bound the long side that a caller may ask of `fit` and `round`. `finer`: a second long side at which a subject model
    looks at the mirrored photo as well, to average both answers; where the photo lacks the pixels, the mirrored one is seen
    at the usual size, and a tiny photo at a smaller one. Nobody gets it who asks for a size.
    """

    rule: SizeRuleName
    width: int = 0
    height: int = 0
    side: int = 0
    multiple: int = 1
    anchor: Literal["centre", "top-left"] = "centre"
    pad: int = 0
    smallest: int = 0
    largest: int = 0
    finer: int = 0

    @property
    def is_free(self) -> bool:
        """Whether a caller may choose the long side."""
        return self.rule in ("fit", "round")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRule:
    """How samples become the input tensor: order of channels, `scale`, then (x - mean) / std.

    `scale`: `unit` x / 255; `signed` x / 127.5 - 1; `own-maximum` x / the picture's own maximum (rembg's habit);
    `none` 0 to 255. `mean` and `std` have three values or are empty. `name` is the tensor's name, or None for the first
    input. The element type is the one that the graph asks for; integer inputs are rounded. `companion`: a second picture
    that the network wants: a trimap (0, .5, 1) as fourth channel, or a mask as a tensor of its own. `evidence`: instead of
    a photo it gets what closed-form matting found and weighed, see `mattework.matting.evidence`.
    """

    size: SizeRule
    name: str | None = None
    layout: Literal["nchw", "nhwc", "hwc"] = "nchw"
    channels: Literal["rgb", "bgr"] = "rgb"
    scale: Literal["unit", "signed", "own-maximum", "none"] = "unit"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    companion: Literal["none", "trimap-channel", "mask-tensor", "evidence"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRule:
    """How the output tensor becomes a soft mask.

    `which` is an index (negative from the end) or a tensor's name. `layout` places the class axis: `nchw`, `nhwc`, or
    `nhw` when there is none. `activation`: `none` (already 0 to 1, or the record stretches it), `sigmoid` (of logit /
    temperature), `softmax` (over classes), `argmax` (over classes), `labels` (the graph did the argmax). `classes` are
    those that count as subject; for softmax their probabilities are summed. `stretch` `min-max` maps the prediction's
    own minimum and maximum to 0 and 1: only where the training left the scale open, since it turns an empty scene into
    noise.
    """

    which: int | str = 0
    layout: Literal["nchw", "nhwc", "nhw"] = "nchw"
    activation: Activation = "none"
    classes: tuple[int, ...] = (0,)
    temperature: float = 1.0
    stretch: Literal["none", "min-max"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRule:
    """Names of the tensors of an encoder and decoder pair that answers clicks, boxes and strokes.

    `embeddings` maps the decoder's input names to the encoder's output names. `masks` is the output with the answer, in
    logits. How the decoder is told is its `style`:

    - `points` (the Segment Anything family): coordinates in canvas pixels and labels: 1 foreground, 0 background, 2 and 3
      the corners of a box, -1 padding. `previous_mask` takes (1, 1, `mask_side`, `mask_side`) logits and `has_previous`
      one float; `canvas_size`, when the decoder has it, takes (height, width). `masks` are (1, n, h, w) and `scores`
      their predicted quality (1, n).
    - `maps`: a picture `maps` (1, 4, h, w) of 0 to 1 at the canvas' size divided by `stride`: marks of what belongs, marks
      of what does not, the inside of a box or lasso (all 0 when there is none), the previous soft mask (all 0 when there
      is none). Marks are drawn with a round pen of `radius` of its pixels. `masks` is (1, 1, h, w).

    `subject` is the id of a subject model that helps with a first click: see `mattework.segment.first_click`.
    """

    embeddings: dict[str, str]
    style: Literal["points", "maps"] = "points"
    masks: str = "masks"
    points: str = "point_coords"
    labels: str = "point_labels"
    previous_mask: str = "mask_input"
    has_previous: str = "has_mask_input"
    canvas_size: str | None = None
    mask_side: int = 256
    scores: str = "iou_predictions"
    maps: str = "prompts"
    stride: int = 2
    radius: int = 3
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Licences of the code, the weights and the training data, and what they mean for paid work.

    `why` is one sentence for people that explains `commercial`.
    """

    code: str = "not stated"
    weights: str = "not stated"
    data: str = "not stated"
    commercial: Commercial = "unclear"
    why: str = "The record does not say under which terms the weights may be used."


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A model as a record. `origin` is set by whoever loaded it: the catalogue, the package, or the user's folder.

    A subject model with a finer size may have a file of the role "second": a network of another training that sees what
    the first one sees at the finer size, and whose answer counts as much.
    `asks` is the id of a model of the task "prompt" that a subject model asks about what it is in doubt of: see
    `mattework.segment.doubt`.
    `card` names the text beside an embedded model that tells how it was made, measured, and where it fails.
    """

    id: str
    task: Task
    files: tuple[ModelFile, ...]
    input: InputRule
    output: OutputRule = field(default_factory=OutputRule)
    prompt: PromptRule | None = None
    asks: str | None = None
    card: str | None = None
    title: str = ""
    purpose: str = ""
    licence: Licence = field(default_factory=Licence)
    pages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    embedded: bool = False
    origin: Literal["catalogue", "package", "user"] = "catalogue"

    @property
    def display_name(self) -> str:
        return self.title or self.id

    @property
    def megabytes(self) -> float | None:
        """Size of all files, or None when one of them is not known."""
        sizes = [file.bytes / 1e6 if file.bytes is not None else file.megabytes for file in self.files]
        return sum(size for size in sizes if size is not None) if None not in sizes else None

    @property
    def solves_trimap(self) -> bool:
        """Whether it is a network for the solver "neural"."""
        return self.task == "matting" and self.input.companion in ("trimap-channel", "evidence")

    def file(self, role: FileRole = "model") -> ModelFile:
        """The file that plays `role`.

        Raises:
            ModelError: the model has no such file.
        """
        for file in self.files:
            if file.role == role:
                return file
        raise ModelError(
            f"Model {self.id} has no {role} file; it has {', '.join(f.role for f in self.files)}."
        )


_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]*\.onnx")
_HEX = {"sha256": 64, "md5": 32}


LARGEST_SIDE = 16384
"""Pixels of a network's input: a record with more is mistyped, and would ask for all of the memory."""


def check_spec(spec: ModelSpec) -> None:
    """Check what types alone cannot say.

    Raises:
        ModelError: names the record, the field and what it should be.
    """

    def refuse(reason: str) -> None:
        raise ModelError(f"The record of model {spec.id!r} cannot be used: {reason}.")

    if not _ID.fullmatch(spec.id):
        refuse("its id may hold only small letters, digits, dots, dashes and underscores")
    roles = [file.role for file in spec.files]
    wanted = ["decoder", "encoder"] if spec.prompt is not None else ["model"]
    if "second" in roles and spec.input.size.finer:
        wanted = [*wanted, "second"]
    if sorted(roles) != wanted:
        refuse(f"it needs the files {' and '.join(wanted)}, not {', '.join(roles) or 'none'}")
    if len({file.name.lower() for file in spec.files}) < len(spec.files):
        refuse("each of its files needs a name of its own")
    for file in spec.files:
        if not _FILE_NAME.fullmatch(file.name):
            refuse(f"{file.name!r} is not a plain name that ends in .onnx")
        for kind, length in _HEX.items():
            value = getattr(file, kind)
            if value is not None and not re.fullmatch(f"[0-9a-f]{{{length}}}", value):
                refuse(f"{kind} of {file.name} is not {length} small hex digits")
    size = spec.input.size
    if size.rule in ("stretch", "letterbox") and (size.width < 1 or size.height < 1):
        refuse(f"the size rule {size.rule!r} needs width and height")
    if size.rule in ("fit", "round", "short-side") and size.side < 1:
        refuse(f"the size rule {size.rule!r} needs a side")
    for name in ("width", "height", "side", "smallest", "largest", "finer", "multiple"):
        if not 0 <= getattr(size, name) <= LARGEST_SIDE:
            refuse(f"{name} must be within 0 and {LARGEST_SIDE}, not {getattr(size, name)}")
    if size.multiple < 1 or not 0 <= size.pad <= 255:
        refuse("multiple must be at least 1 and pad within 0 and 255")
    if (
        any(len(values) not in (0, 3) for values in (spec.input.mean, spec.input.std))
        or 0.0 in spec.input.std
    ):
        refuse("mean and std have three values each, and no std is 0")
    if not all(map(math.isfinite, (*spec.input.mean, *spec.input.std, spec.output.temperature))):
        refuse("mean, std and temperature must be finite numbers")
    if (spec.task == "prompt") != (spec.prompt is not None):
        refuse('the table [prompt] belongs to models of the task "prompt", and they need it')
    if spec.prompt is not None and (spec.prompt.stride < 1 or spec.prompt.radius < 0):
        refuse("the stride of prompt maps must be at least 1 and their radius at least 0")
    if spec.prompt is not None and not 1 <= spec.prompt.mask_side <= LARGEST_SIDE:
        refuse(f"mask_side must be within 1 and {LARGEST_SIDE}, not {spec.prompt.mask_side}")
    if spec.output.temperature <= 0 or not spec.output.classes or min(spec.output.classes) < 0:
        refuse("temperature must be above 0 and classes must name at least one, counted from 0")


_TABLES: dict[str, type] = {
    "files": ModelFile,
    "input": InputRule,
    "size": SizeRule,
    "output": OutputRule,
    "prompt": PromptRule,
    "licence": Licence,
}


SHOWN_FACTS = ("sha256", "state", "get", "found")


def _refuse_unknown_fields(raw: Any, kind: type, place: str) -> None:
    """A misspelt field must not be passed over: it would quietly run the network with another rule."""
    known = {field.name for field in fields(kind)}
    for key, value in raw.items() if isinstance(raw, dict) else ():
        if key not in known:
            raise ValueError(f"unknown field {key!r} in {place}; it knows {', '.join(sorted(known))}")
        if key in _TABLES:
            for part in value if isinstance(value, list) else [value]:
                _refuse_unknown_fields(part, _TABLES[key], key)


def convert_spec(raw: Any, *, source: str) -> ModelSpec:
    """A decoded TOML or JSON table as a checked record. `source` names where it came from in messages.

    What `mattework models show --json` tells of this machine beside the record (`SHOWN_FACTS`) is passed over, so that
    its answer can be the beginning of a record of one's own.

    Raises:
        ModelError: a field is missing, unknown or of the wrong kind.
    """
    import msgspec

    if isinstance(raw, dict):
        raw = {key: value for key, value in raw.items() if key not in SHOWN_FACTS}
    try:
        _refuse_unknown_fields(raw, ModelSpec, "the record")
        spec = msgspec.convert(raw, ModelSpec)
    except ValueError as error:
        raise ModelError(f"The model record {source} cannot be used: {error}.") from error
    check_spec(spec)
    return spec


def parse_spec(text: bytes, *, suffix: str, source: str) -> ModelSpec:
    """Read one record from TOML (`suffix` ".toml") or JSON (".json").

    `source` names the file in messages.

    Raises:
        ModelError: not TOML or JSON, a field is missing, unknown or of the wrong kind.
    """
    import msgspec

    try:
        raw = msgspec.toml.decode(text) if suffix == ".toml" else msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The model record {source} cannot be read: {error}.") from error
    return convert_spec(raw, source=source)
