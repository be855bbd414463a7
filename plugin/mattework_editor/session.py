"""The session: one photo being cut out, what was decided about it, and how it came to that.

Three planes as large as the photo carry the work: `base`, the trimap without strokes; `trimap`, with strokes; `alpha`,
solved, before edge settings. Everything else that makes the result is in `Choices`: a recipe and the soft mask it rests
on. What is slow (drawing, solving, finding the subject) is done elsewhere on copies of these planes and brought in by
`begin_strokes`, `finish_strokes` and `replace_planes`; this class only keeps the state whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from mattework import (
    Cutout,
    Document,
    OwnLayers,
    Photo,
    Recipe,
    RecipeInputs,
    Rect,
    Size,
    Stroke,
    SubjectChoice,
    convert_for_matting,
    draw_strokes,
    find_made_layers,
    finish_cutout,
    lay_trimap,
    read_mask,
    read_trimap,
    resolve_region,
    save_mask,
    stroke_bounds,
    touch_region,
)
from mattework.arrays import Bytes, Floats, Samples
from mattework.progress import Progress, report_progress
from mattework_editor.history import TILE, History, Patch, Step, apply_patch, find_patches
from mattework_editor.pyramid import split_into_strips
from mattework_editor.tiled_plane import TiledPlane

JOIN = 8
"""Pixels around a stroke over which the core joins a new alpha to the old one."""
DRAWN = 500_000
"""Pixels that are drawn together."""


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """What the object tools began from: a soft mask (h, w), or None, and how many prompts had led to it."""

    soft_mask: Floats | None
    prompts: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided: the recipe, and the pictures that it rests on. `confidence` is the model's, 0 to 1."""

    recipe: Recipe
    inputs: RecipeInputs
    confidence: float | None = None
    begun: Begun | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """`base` and `trimap` (H, W) uint8 of 0, 128, 255; `alpha` (H, W) float32."""

    base: TiledPlane[np.uint8]
    trimap: TiledPlane[np.uint8]
    alpha: TiledPlane[np.float32]

    def items(self) -> Mapping[str, TiledPlane[Any]]:
        return {"base": self.base, "trimap": self.trimap, "alpha": self.alpha}

    def copy(self) -> Planes:
        """The same now, whatever becomes of these; tiles are shared."""
        return Planes(self.base.copy(), self.trimap.copy(), self.alpha.copy())


@dataclass(frozen=True, slots=True, eq=False)
class OpenStroke:
    """Strokes that are drawn but not solved yet: what was there before, and what is with them. Planes share their tiles."""

    name: str
    region: Rect
    zone: Rect
    before: Choices
    after: Choices
    old: Planes
    drawn: Planes


@dataclass(frozen=True, slots=True, eq=False)
class SolvedStroke:
    """An open stroke with the alpha that was solved under it, and what differs from before."""

    opened: OpenStroke
    planes: Planes
    patches: tuple[Patch, ...]


@dataclass(slots=True, eq=False)
class Session:
    """See the module. `path` is the file that the photo came from, None for one without (a dropped image); `own` are the
    layers in it that an earlier cut had made. `is_painted`: the alpha goes on from a mask that was changed by hand."""

    document: Document
    photo: Photo
    choices: Choices
    planes: Planes
    path: Path | None = None
    is_painted: bool = False
    own: OwnLayers = field(init=False)
    colour: Samples = field(init=False)
    soft_mask: Floats | None = field(init=False)
    history: History[Choices] = field(default_factory=History)

    def __post_init__(self) -> None:
        self.own = find_made_layers(self.document, self.photo)
        self.colour = convert_for_matting(self.photo)
        self.soft_mask = read_soft_mask(self.choices.inputs)

    @property
    def size(self) -> Size:
        return self.photo.size

    @property
    def recipe(self) -> Recipe:
        return self.choices.recipe

    def finish(self, progress: Progress | None = None) -> Cutout:
        """The cut-out as it stands, with its layers and what the file is to carry; see `mattework.finish_cutout`."""
        return finish_cutout(
            self.document,
            self.photo,
            self.planes.alpha,
            self.planes.trimap,
            recipe=self.recipe,
            inputs=self.choices.inputs,
            progress=progress,
        )

    @property
    def has_subject(self) -> bool:
        """Whether there is anything to see in the cut-out."""
        return bool(self.recipe.strokes) or self.soft_mask is None or bool(self.soft_mask.any())

    # Strokes ---------------------------------------------------------------------------------------------------------

    def draw(self, name: str, strokes: Sequence[Stroke]) -> OpenStroke | None:
        """Draw strokes into a trimap and what they say for certain into an alpha. None when they miss the photo.

        The session stays as it is, so that this can be done beside the window; `begin_strokes` brings it in.
        """
        region = join_bounds(strokes).intersect(self.size.rect)
        if region.is_empty:
            return None
        zone = region.grow(JOIN).intersect(self.size.rect)
        old, drawn = self.planes.copy(), self.planes.copy()
        for strip in _split(region):
            before = old.trimap[strip.slices]
            trimap = draw_onto(before, old.base[strip.slices], strokes, strip)
            changed = trimap != before
            drawn.trimap[strip.slices] = trimap
            alpha = old.alpha[strip.slices]
            alpha[changed & (trimap == 255)] = 1.0
            alpha[changed & (trimap == 0)] = 0.0
            drawn.alpha[strip.slices] = alpha
        recipe = replace(self.recipe, strokes=(*self.recipe.strokes, *strokes))
        after = replace(self.choices, recipe=recipe)
        return OpenStroke(name, region, zone, self.choices, after, old, drawn)

    def begin_strokes(self, opened: OpenStroke) -> None:
        """Bring in drawn strokes. The step is open until `finish_strokes` or `drop_strokes`."""
        self.planes, self.choices = opened.drawn, opened.after

    def finish_strokes(self, solved: SolvedStroke) -> None:
        """Bring in what was solved, and make it one step of the history."""
        opened = solved.opened
        self.planes, self.choices = solved.planes, opened.after
        self.history.push(
            Step(name=opened.name, before=opened.before, after=opened.after, patches=solved.patches)
        )

    def drop_strokes(self, opened: OpenStroke) -> None:
        """Take an open step back as if it had never been."""
        self.planes, self.choices = opened.old, opened.before

    def touch(self, name: str, strokes: Sequence[Stroke]) -> Rect:
        """Blend touches onto the alpha, as one step; gives what looks different then, empty when they miss the photo."""
        where = join_bounds(strokes).intersect(self.size.rect)
        if not where.is_empty:
            self.choose(name, replace(self.recipe, strokes=(*self.recipe.strokes, *strokes)))
        return where

    def read_touched(self, where: Rect) -> Floats:
        """The alpha with its touches over a rectangle of the photo, before edge settings. (h, w) float32."""
        return touch_region(self.planes.alpha, self.recipe.strokes, where)

    # Choices ---------------------------------------------------------------------------------------------------------

    def choose(self, name: str, recipe: Recipe) -> bool:
        """Change choices that leave the planes alone (edge settings, colours, background). False when nothing changes."""
        if recipe == self.recipe:
            return False
        after = replace(self.choices, recipe=recipe)
        self.history.push(Step(name=name, before=self.choices, after=after))
        self.choices = after
        return True

    def replace_planes(self, name: str, choices: Choices, planes: Planes, patches: tuple[Patch, ...]) -> None:
        """Bring in planes that were made anew as one step; `patches` come from `compare_planes`."""
        self.history.push(Step(name=name, before=self.choices, after=choices, patches=patches))
        self.planes = planes
        self._take_choices(choices)

    def _take_choices(self, choices: Choices) -> None:
        if choices.inputs is not self.choices.inputs:
            self.soft_mask = read_soft_mask(choices.inputs)
        self.choices = choices

    # History ---------------------------------------------------------------------------------------------------------

    def undo(self) -> Step[Choices] | None:
        """Take the last step back; gives it, or None when there is none."""
        step = self.history.step_back()
        if step is not None:
            self._apply(step, step.before)
        return step

    def redo(self) -> Step[Choices] | None:
        step = self.history.step_forward()
        if step is not None:
            self._apply(step, step.after)
        return step

    def _apply(self, step: Step[Choices], choices: Choices) -> None:
        planes = self.planes.items()
        for patch in step.patches:
            apply_patch(patch, planes[patch.plane])
        self._take_choices(choices)


def settle_stroke(opened: OpenStroke, zone: Rect, values: Floats) -> SolvedStroke:
    """Lay the alpha (h, w) that was solved for a zone under an open stroke, and tell what it changes."""
    planes = opened.drawn.copy()
    planes.alpha[zone.slices] = values
    patches = (
        *_compare("trimap", opened.old.trimap, planes.trimap, opened.region),
        *_compare("alpha", opened.old.alpha, planes.alpha, opened.zone),
    )
    return SolvedStroke(opened, planes, patches)


def start_session(document: Document, photo: Photo, path: Path | None = None) -> Session:
    """A session in which nothing is chosen yet: all background."""
    recipe = Recipe(subject=SubjectChoice(origin="mask")).go_on_in_turn()
    size = photo.size
    planes = Planes(TiledPlane(size, np.uint8), TiledPlane(size, np.uint8), TiledPlane(size, np.float32))
    return Session(document, photo, Choices(recipe, RecipeInputs(soft_mask=_empty_mask())), planes, path)


def read_soft_mask(inputs: RecipeInputs) -> Floats | None:
    return None if inputs.soft_mask is None else read_mask(inputs.soft_mask, None)


def join_bounds(strokes: Sequence[Stroke]) -> Rect:
    """The smallest rectangle that holds all strokes, in photo pixels."""
    bounds = Rect(0, 0, 0, 0)
    for stroke in strokes:
        bounds = bounds.unite(stroke_bounds(stroke))
    return bounds


def find_changed(step: Step[Choices], size: Size) -> Rect:
    """What looks different after a step: its tiles, what its strokes touch, or everything for edge settings."""
    before, after = step.before.recipe, step.after.recipe
    if before.edge != after.edge:
        return size.rect
    pairs = zip(before.strokes, after.strokes, strict=False)
    same = next(
        (index for index, (one, other) in enumerate(pairs) if one != other),
        min(len(before.strokes), len(after.strokes)),
    )
    return step.rect.unite(join_bounds((*before.strokes[same:], *after.strokes[same:]))).intersect(size.rect)


def draw_onto(trimap: Bytes, base: Bytes, strokes: Sequence[Stroke], where: Rect) -> Bytes:
    """A copy of a part of the trimap with more strokes; `base` is the same part without any."""
    offset = (where.left, where.top)
    for stroke in strokes:
        if stroke.is_touch:
            continue
        if stroke.kind == "restored":
            brush = draw_strokes(np.zeros_like(trimap), [replace(stroke, kind="foreground")], offset) == 255
            trimap = np.where(brush, base, trimap)
        else:
            trimap = draw_strokes(trimap, [stroke], offset)
    return trimap


def make_base(choices: Choices, size: Size, colour: Samples) -> TiledPlane[np.uint8]:
    """The trimap without strokes, from the soft mask or the user's own trimap. (H, W) uint8 of 0, 128, 255."""
    if choices.inputs.trimap is not None:
        return TiledPlane.pack(read_trimap(choices.inputs.trimap, size))
    soft_mask = read_soft_mask(choices.inputs)
    assert soft_mask is not None
    base = TiledPlane(size, np.uint8)
    lay_trimap(base, soft_mask, rgb=colour, rules=choices.recipe.trimap)
    return base


def draw_all(base: TiledPlane[np.uint8], strokes: Sequence[Stroke]) -> TiledPlane[np.uint8]:
    """The trimap with its strokes."""
    trimap = base.copy()
    for strip in _split(Rect(0, 0, base.shape[1], base.shape[0])):
        part = base[strip.slices]
        trimap[strip.slices] = draw_onto(part, part, strokes, strip)
    return trimap


def replay_strokes(
    planes: Planes,
    colour: Samples,
    choices: Choices,
    progress: Progress | None = None,
    *,
    opacity: Samples | None = None,
) -> Planes:
    """Draw and solve the strokes of the recipe one after the other, as they were when they were painted.

    Those that the recipe has drawn first are in the planes already. It is done in the planes that are given: their trimap
    and alpha change. `opacity` is the photo's own.

    Raises:
        Cancelled: `progress` wanted to stop.
    """
    recipe, soft_mask = choices.recipe, read_soft_mask(choices.inputs)
    trimap, alpha = planes.trimap, planes.alpha
    frame = Rect(0, 0, trimap.shape[1], trimap.shape[0])
    there = len(recipe.drawn_first)
    for number, stroke in enumerate(recipe.strokes[there:], there):
        report_progress(progress, "solving strokes", number / len(recipe.strokes))
        region = stroke_bounds(stroke).intersect(frame)
        if region.is_empty or stroke.is_touch:
            continue
        for strip in _split(region):
            where = strip.slices
            trimap[where] = draw_onto(trimap[where], planes.base[where], [stroke], strip)
        zone, values = resolve_region(
            colour,
            trimap,
            alpha,
            region,
            soft_mask=soft_mask,
            strokes=recipe.strokes[: number + 1],
            solver=recipe.wanted_solver,
            matting=recipe.matting,
            opacity=opacity,
            thorough=True,
        )
        alpha[zone.slices] = values
    return planes


def compare_planes(before: Planes, after: Planes) -> tuple[Patch, ...]:
    """Patches for everything in which two sets of planes differ. Slow for large photos; call it beside the window."""
    frame = Rect(0, 0, before.alpha.shape[1], before.alpha.shape[0])
    pairs = zip(before.items().items(), after.items().values(), strict=True)
    return tuple(patch for (name, old), new in pairs for patch in _compare(name, old, new, frame))


def _compare(name: str, old: TiledPlane[Any], new: TiledPlane[Any], where: Rect) -> Iterator[Patch]:
    for tile in where.split_into_tiles(TILE):
        yield from find_patches(name, old[tile.slices], new[tile.slices], tile)


def _split(region: Rect) -> list[Rect]:
    return split_into_strips(region, DRAWN // max(1, region.width))


def _empty_mask() -> bytes:
    png = BytesIO()
    save_mask(np.zeros((8, 8), np.float32), png, bits=8, format="png")
    return png.getvalue()
