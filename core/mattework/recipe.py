"""The recipe: every choice that made an alpha, enough to make it again.

A recipe is plain JSON with a version. It travels in the XMP of PSD and TIFF files, so that a file that was handed over
can be opened again and its edge refined. Pictures that the choices rest on (a soft mask, a trimap that the user brought)
travel beside it as `RecipeInputs`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, cast

from mattework.errors import RecipeError
from mattework.prompt import Prompt, tell_wrong_count

RECIPE_VERSION = 2
"""2 names the network that solved the edge; a program that knows only 1 would take whichever is installed."""
LONGEST_EDGE_SETTING = 500.0
"""Pixels that smooth, feather and shift may reach; their cost grows with it."""
WIDEST_BAND = 10.0
MOST_DOUBT = 1000.0
LARGEST_RADIUS = 10_000.0

Origin: TypeAlias = Literal["model", "prompts", "mask", "trimap"]
StrokeKind: TypeAlias = Literal[
    "foreground", "background", "unknown", "transparent", "restored", "bridged", "cleaned"
]
StrokeShape: TypeAlias = Literal["brush", "area", "gradient"]
SolverName: TypeAlias = Literal["auto", "neural", "closed-form", "guided", "hard"]
ShadowKind: TypeAlias = Literal["drop", "contact"]
LayerBlend: TypeAlias = Literal[
    "normal", "dissolve", "darken", "multiply", "color burn", "linear burn", "darker color", "lighten", "screen",
    "color dodge", "linear dodge", "lighter color", "overlay", "soft light", "hard light", "vivid light", "linear light",
    "pin light", "hard mix", "difference", "exclusion", "subtract", "divide", "hue", "saturation", "color", "luminosity",
]  # fmt: skip
"""The words of `mattework.document.model.BlendMode` for layers: documents stand above recipes."""


def name_networks(model: str | None, asked: str | None, device: str | None) -> str | None:
    """The networks that found a subject, for people; the one that was asked runs on the CPU wherever the other does."""
    if asked is None:
        return model
    return f"{model} + {asked}" + ("" if device == "CPU" else " (CPU)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectChoice:
    """How the subject was found.

    `origin`: a model's own prediction, a model's answer to `prompts`, a soft mask or a trimap of the user's. `model` and
    `sha256` name the network and its file, or its files, as `mattework models show` tells it of all; `device` is where it
    ran; `input_side` is the long side it saw, 0 for the record's own; `zoom` allows a second look at a small subject.
    `asked` is the other network that had a say, None where none had: it was asked about what was in doubt, or knew the
    whole of what was pointed at; `asked_sha256` is its hash.
    """

    origin: Origin = "model"
    model: str | None = None
    sha256: str | None = None
    device: str | None = None
    asked: str | None = None
    asked_sha256: str | None = None
    input_side: int = 0
    zoom: bool = True
    prompts: tuple[Prompt, ...] = ()

    @property
    def ran(self) -> str | None:
        """The networks that ran, for people."""
        return name_networks(self.model, self.asked, self.device)


@dataclass(frozen=True, slots=True, kw_only=True)
class MattingChoice:
    """The network that solves an edge: its id in the catalogue, the hash of its file, and the device that ran it.

    Where the hash is known, that very file solves the edge again, or nothing does; only "auto" takes another version, and
    says so. None leaves it to what is installed.
    """

    model: str
    sha256: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimapRules:
    """How the unknown band is laid around a soft mask.

    `band` scales its width (1 is the measured default); `certain_background` and `certain_foreground` are the soft-mask
    values below and above which a pixel counts as decided.
    `doubt`: undecided zones farther from the outline than this many half widths of the band are doubts about the subject
    and not soft edges, and the mask decides there; 0 leaves them all to the solver, which is right for masks that mean
    transparency. Measured by `benchmarks/automatic.py`.
    """

    band: float = 1.0
    certain_background: float = 0.12
    certain_foreground: float = 0.88
    doubt: float = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One gesture of a painting tool in image pixels.

    `kind` is what lies under it then; "restored" takes back what earlier strokes drew there (the edge is solved again),
    "bridged" closes small holes and gaps, "cleaned" removes specks.
    `shape`: a round brush of `radius` dragged along `points` (x, y); the area inside the outline `points`, whose border
    is `radius` pixels soft to each side; or a gradient, in full force before the first of two points and gone beyond the
    second. `hardness` is the share of the radius over which a brush has full force, `opacity` that force, both 0 to 1.
    `pressures`, one for each point, scale the brush's size or its opacity, as `pressed` says; a hard brush whose size they
    scale still tells what is certain.
    """

    kind: StrokeKind
    radius: float
    points: tuple[tuple[float, float], ...]
    hardness: float = 1.0
    opacity: float = 1.0
    shape: StrokeShape = "brush"
    pressures: tuple[float, ...] = ()
    pressed: Literal["size", "opacity"] = "size"

    @property
    def is_touch(self) -> bool:
        """Whether it is blended onto the solved alpha (see `mattework.touch`) and not drawn into the trimap."""
        if self.shape != "brush" or self.kind in ("bridged", "cleaned"):
            return True
        partial = self.hardness < 1 or self.opacity < 1 or bool(self.pressures and self.pressed == "opacity")
        return partial and self.kind in ("foreground", "background")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """Parametric edge settings, applied to the stored alpha. Lengths in pixels of the full image.

    `smooth` rounds the outline, `feather` softens it, `contrast` (0 to 1) hardens it, `shift` moves it outwards
    (positive) or inwards. All zero leaves the alpha as it is.
    """

    smooth: float = 0.0
    feather: float = 0.0
    contrast: float = 0.0
    shift: float = 0.0

    @property
    def is_neutral(self) -> bool:
        return not (self.smooth or self.feather or self.contrast or self.shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A shadow under the cut-out, made from its final alpha as a layer of its own. Lengths in pixels of the full image.

    `kind` "drop" is the outline itself, moved by (`dx`, `dy`), as on a wall behind the subject. "contact" lies on the
    ground that the subject stands on: it begins at the foot, where it is sharp and dark, and gets softer with distance;
    the subject's highest point throws its shadow (`dx`, `dy`) away from the foot below it. `blur` is over how many pixels
    the edge of a drop shadow goes from full to nothing, and that of a contact shadow at its far end. None stands for what
    suits the size of the subject (`mattework.settle_shadow`). `opacity` is 0 to 1, `colour` as in "#000000".
    """

    kind: ShadowKind = "drop"
    dx: float | None = None
    dy: float | None = None
    blur: float | None = None
    opacity: float = 0.5
    colour: str = "#000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerState:
    """What a person changed about one of the layers that the recipe makes, by the layer's name.

    None leaves what the layer is by itself. `masked` False switches its layer mask off. A shadow's opacity is the
    `Shadow`'s own. `blend` is the mode that it blends by, `clipped` True clips it to the layer below.
    """

    name: str
    visible: bool | None = None
    opacity: float | None = None
    masked: bool | None = None
    blend: LayerBlend | None = None
    clipped: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Every choice that made an alpha.

    `program` is the version that made it. `solver` is what was asked for, `solver_used` what ran, `matting` the
    network where that is "neural". `colours` is the amount of clean colours, 0 (the photo's own) to 1. `key` is the
    colour of a screen whose spill is removed from the clean colours. `background` is a colour, a gradient, a blur or a
    picture's path, in the words of `mattework.parse_background`; `shadow` lies between it and the subject; `layers` are
    changes to layers that were made. `layer` is the path ("Group/Photo") of the one layer of somebody's document that was
    cut where it is (`mattework.cut_layer`); points then count from that layer's corner. `strokes_in_turn` says that the
    alpha was solved again under each stroke, one after the other, as an editor does, but for the first `strokes_together`
    of them, which were drawn before there was an alpha.
    `source_sha256` identifies the photo's samples, and `source_size` is its width and height, None in older recipes:
    strokes and prompts count in its pixels. `mask_sha256` and `clean_crc32` those of the layer mask and the clean
    colours that were made, so that later painting on them is noticed. By `background_crc32` and `shadow_crc32` the layers
    behind are known again whatever they are called by then.
    """

    version: int = RECIPE_VERSION
    program: str = ""
    source_sha256: str | None = None
    source_size: tuple[int, int] | None = None
    subject: SubjectChoice = field(default_factory=SubjectChoice)
    trimap: TrimapRules = field(default_factory=TrimapRules)
    strokes: tuple[Stroke, ...] = ()
    strokes_in_turn: bool = False
    strokes_together: int = 0
    solver: SolverName = "auto"
    solver_used: str | None = None
    matting: MattingChoice | None = None
    edge: EdgeSettings = field(default_factory=EdgeSettings)
    colours: float = 1.0
    key: str | None = None
    background: str | None = None
    shadow: Shadow | None = None
    layers: tuple[LayerState, ...] = ()
    layer: str | None = None
    mask_sha256: str | None = None
    clean_crc32: int | None = None
    background_crc32: int | None = None
    shadow_crc32: int | None = None

    @property
    def wanted_solver(self) -> SolverName:
        """The solver that makes the recipe's alpha again: where `auto` once took closed form alone, that."""
        return "closed-form" if self.solver == "auto" and self.solver_used == "closed-form" else self.solver

    def choose_solver(self, solver: SolverName, matting: MattingChoice | None = None) -> Recipe:
        """The same recipe for an edge that is solved anew, by whatever "auto" now takes."""
        return replace(self, solver=solver, solver_used=None, matting=matting)

    @property
    def drawn_first(self) -> tuple[Stroke, ...]:
        """The strokes that are in the trimap when alpha is solved for the first time."""
        return self.strokes[: self.strokes_together] if self.strokes_in_turn else self.strokes

    def go_on_in_turn(self) -> Recipe:
        """The same recipe for somebody who paints on: strokes that are added to it are solved in turn."""
        return replace(self, strokes_in_turn=True, strokes_together=len(self.drawn_first))

    def to_json(self) -> str:
        """Compact JSON text with sorted, stable keys."""
        import msgspec

        return msgspec.json.encode(self, order="deterministic").decode()


def parse_recipe(text: str | bytes) -> Recipe:
    """Read a recipe of this or an older version.

    Fields that an older version did not know take their defaults, or the value that it went by where that was another.

    Raises:
        RecipeError: not JSON, wrong types, values out of range, a field that is not known, or made by a newer
            version of Mattework. Nothing is dropped in silence.
    """
    import msgspec

    try:
        raw: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise RecipeError(f"The recipe is not valid JSON ({error}). It cannot be re-applied.") from error
    version = raw.get("version") if isinstance(raw, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RecipeError("The recipe has no version number, so it was not made by Mattework.")
    if version > RECIPE_VERSION:
        raise RecipeError(
            f"The recipe has version {version}; this Mattework reads up to {RECIPE_VERSION}. Install a newer Mattework."
        )
    upgraded = {**cast("dict[str, Any]", raw), "version": RECIPE_VERSION}
    rules = upgraded.get("trimap")
    if isinstance(rules, dict) and rules and "doubt" not in rules:  # every doubt was left to the solver then
        upgraded["trimap"] = {**rules, "doubt": 0.0}
    try:
        recipe = msgspec.convert(upgraded, Recipe)
    except (msgspec.ValidationError, UnicodeError, RecursionError) as error:
        raise RecipeError(f"The recipe cannot be read: {error}.") from error
    unknown = find_unknown_field(upgraded, msgspec.to_builtins(recipe))
    if unknown is not None:
        raise RecipeError(
            f'This Mattework does not know the recipe\'s setting "{unknown}". It is misspelt, or of a newer Mattework: '
            "correct it, or install a newer one."
        )
    bad = find_bad_setting(recipe)
    if bad is not None:
        raise RecipeError(f"The recipe cannot be re-applied: {bad}")
    return recipe


def find_unknown_field(given: Any, known: Any) -> str | None:
    """The first name in decoded JSON that is not in what was read of it, as `edge.feather`; None when all are."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            if name not in known:
                return str(name)[:60]
            inner = find_unknown_field(value, known[name])
            if inner is not None:
                return f"{name}.{inner}"
    elif isinstance(given, list) and isinstance(known, (list, tuple)):
        for one, read in zip(given, known, strict=True):
            inner = find_unknown_field(one, read)
            if inner is not None:
                return inner
    return None


def find_bad_setting(recipe: Recipe) -> str | None:
    """A sentence about the first value that is out of its range or no number; None when all are sound."""
    edge, rules = recipe.edge, recipe.trimap
    bounds = (
        ("smooth", edge.smooth, 0.0, LONGEST_EDGE_SETTING),
        ("feather", edge.feather, 0.0, LONGEST_EDGE_SETTING),
        ("shift", edge.shift, -LONGEST_EDGE_SETTING, LONGEST_EDGE_SETTING),
        ("contrast", edge.contrast, 0.0, 1.0),
        ("clean colours", recipe.colours, 0.0, 1.0),
        ("band", rules.band, 0.0, WIDEST_BAND),
        ("doubt", rules.doubt, 0.0, MOST_DOUBT),
        ("certain background", rules.certain_background, 0.0, 1.0),
        ("certain foreground", rules.certain_foreground, rules.certain_background, 1.0),
        *(("a stroke's radius", stroke.radius, 0.0, LARGEST_RADIUS) for stroke in recipe.strokes),
        *(("a stroke's hardness", stroke.hardness, 0.0, 1.0) for stroke in recipe.strokes),
        *(("a stroke's opacity", stroke.opacity, 0.0, 1.0) for stroke in recipe.strokes),
        *(("a pen's pressure", one, 0.0, 1.0) for stroke in recipe.strokes for one in stroke.pressures),
        *_shadow_bounds(recipe.shadow),
        *(("a layer's opacity", one.opacity, 0.0, 1.0) for one in recipe.layers if one.opacity is not None),
        ("the number of strokes drawn together", recipe.strokes_together, 0, len(recipe.strokes)),
    )
    for name, value, low, high in bounds:
        if not low <= value <= high:
            return f"{name} runs from {low:g} to {high:g}, not {value:g}."
    if rules.certain_background == rules.certain_foreground:
        return f"certain background must lie under certain foreground, and both are {rules.certain_foreground:g}."
    if not all(math.isfinite(number) for one in recipe.strokes for point in one.points for number in point):
        return "a point of a stroke is no number."
    for stroke in recipe.strokes:
        if stroke.pressures and len(stroke.pressures) != len(stroke.points):
            return "a stroke has not one pressure for each point."
        if stroke.shape == "gradient" and len(stroke.points) != 2:
            return f"a gradient runs between 2 points, not {len(stroke.points)}."
    for prompt in recipe.subject.prompts:
        if (wrong := tell_wrong_count(prompt)) is not None:
            return f"a {wrong}."
        if not all(math.isfinite(number) for point in prompt.points for number in point):
            return f"a point of a {prompt.kind} is no number."
    if recipe.background is not None and not _is_text(recipe.background):
        return f"the background's name {recipe.background!r} is no UTF-8 text. Rename the file."
    return None


def _is_text(path: str) -> bool:
    """Whether a path can be kept in JSON; names of files on Linux can be any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shadow_bounds(shadow: Shadow | None) -> tuple[tuple[str, float, float, float], ...]:
    if shadow is None:
        return ()
    lengths = (
        ("the shadow's offset", shadow.dx, -LARGEST_RADIUS),
        ("the shadow's offset", shadow.dy, -LARGEST_RADIUS),
        ("the shadow's blur", shadow.blur, 0.0),
    )
    given = ((name, value, low, LARGEST_RADIUS) for name, value, low in lengths if value is not None)
    return (*given, ("the shadow's opacity", shadow.opacity, 0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeInputs:
    """Pictures that a recipe rests on, as PNG files in memory.

    `soft_mask`: the segmenter's probability, or the user's own mask, 16-bit gray at any resolution; `trimap`: one that
    the user brought, 8-bit gray of 0, 128 and 255 at full resolution.
    """

    soft_mask: bytes | None = None
    trimap: bytes | None = None
