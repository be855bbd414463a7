"""Local re-solve: alpha again under a changed stroke, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from mattework.arrays import Bools, Bytes, Floats, Plane, Samples, check_alpha, split_rows
from mattework.errors import ModelFailed, OutOfMemory, UsageError
from mattework.geometry import Rect, Size
from mattework.matting.brush import stroke_bounds
from mattework.matting.opacity import find_opacity_context, lift_alpha, press_alpha
from mattework.matting.scene import Landmarks, enlarge_soft_mask, find_landmarks
from mattework.matting.solve import MOST_LANDMARKS, check_request, explain_missing_kind, solve_frame
from mattework.matting.solvers import OpenSolver, SolverRecord, choose_solver, open_solver
from mattework.matting.trimap import BACKGROUND, FOREGROUND, UNKNOWN, draw_strokes, draw_transparent
from mattework.progress import Progress, report_progress
from mattework.recipe import MattingChoice, SolverName, Stroke

BLEND = 8
"""Photo pixels around the region over which the new alpha passes into the old one."""
CONTEXT = 24
"""Photo pixels around the blend zone whose colours and alpha the solver sees but does not change."""
MOST_UNKNOWN = 8_000
"""Unknown pixels that keep a re-solve within 150 ms; larger regions are solved at a reduced scale."""


def resolve_region(
    colour: Samples,
    trimap: Plane[np.uint8],
    alpha: Plane[np.float32],
    region: Rect,
    *,
    soft_mask: Floats | None = None,
    strokes: Sequence[Stroke] = (),
    solver: SolverName = "auto",
    matting: MattingChoice | None = None,
    opacity: Samples | None = None,
    device: str = "auto",
    thorough: bool = False,
    tell: Callable[[str], None] | None = None,
    ran: Callable[[OpenSolver], None] | None = None,
) -> tuple[Rect, Floats]:
    """Solve alpha again where the trimap changed.

    The unknown pixels of `region` and of a blend zone of `BLEND` pixels around it are solved with the alpha further out
    as a boundary condition, so the result joins on without a seam; over the blend zone it passes into what was there.
    Nothing is changed outside the returned rectangle. About 150 ms at most for a region of 256 x 256 pixels on two
    cores, however large the photo is.

    Args:
        colour: (H, W, C) or (H, W) photo, any depth.
        trimap: (H, W) uint8 of 0, 128, 255, with the new strokes drawn.
        alpha: (H, W) float32, the alpha before; not changed.
        region: what the strokes touched, in photo pixels (see `brush.stroke_bounds`).
        soft_mask: (h, w) float32 of the whole photo: a first guess, as in `solve_alpha`.
        strokes, solver, matting, opacity, device: as in `solve_alpha`; where nothing of the whole trimap is foreground, or
            nothing background, closed form gives way to the guided filter here as it does there.
        thorough: take as many unknown pixels at full scale as `solve_alpha` does. Large strokes need a second then, and
            come out as well as in a solve of the whole photo.
        tell: told, in words for people, what differed from the request, as the notes of `solve_alpha` say it.
        ran: given the solver that solved it, where anything was unknown.

    Returns:
        The rectangle to replace in the alpha, and its new values (h, w) float32. The rectangle is empty when the region
        lies outside the photo.

    Raises:
        UsageError: the arrays do not fit each other or are not what they should be, or the solver is not there.
        ModelError, RecipeError: as in `solve_alpha`.
    """
    check_request(colour, trimap, soft_mask, opacity)
    if alpha.shape != trimap.shape:
        raise UsageError(f"Alpha {alpha.shape} and trimap {trimap.shape} must be equally large.")
    choose_solver(solver, matting)
    frame = Size(trimap.shape[1], trimap.shape[0]).rect
    region = region.intersect(frame)
    if region.is_empty:
        return region, np.zeros((0, 0), np.float32)
    zone = region.grow(BLEND).intersect(frame)
    seen = zone.grow(CONTEXT).intersect(frame)
    here = zone.move(-seen.left, -seen.top)
    patch = alpha[seen.slices].copy()
    check_alpha(patch)
    inner = trimap[zone.slices]
    solved = patch[here.slices]
    solved[inner == FOREGROUND] = 1.0
    solved[inner == BACKGROUND] = 0.0
    unknown = np.zeros(patch.shape, bool)
    unknown[here.slices] = inner == UNKNOWN
    if unknown.any():
        landmarks = find_landmarks(colour, trimap, (seen.left, seen.top), most=MOST_LANDMARKS)
        clear = draw_transparent(strokes, seen)
        opened = open_solver(solver, matting, device)
        notes: tuple[str, ...] = ()
        looks_through = clear is not None and bool((clear & unknown).any())
        if opened.record.needs_both_kinds and not _has_both_kinds(trimap, landmarks, looks_through):
            opened = open_solver("guided")
            notes = (explain_missing_kind(trimap, soft_mask is not None),)
        if opacity is not None:
            _heed_opacity(press_alpha, patch, trimap[seen.slices] == UNKNOWN, seen, alpha, opacity)

        def solve(record: SolverRecord) -> tuple[str, ...]:
            most = record.most_unknown if thorough else min(record.most_unknown, MOST_UNKNOWN)
            return solve_frame(
                colour[seen.slices],
                unknown,
                patch,
                replace(record, most_unknown=most),
                seen.size.rect,
                None if soft_mask is None else enlarge_soft_mask(soft_mask, trimap.shape, seen),
                landmarks,
                photo_side=frame.size.long_side,
                clear=clear,
            )

        try:
            notes += solve(opened.record)
        except (ModelFailed, OutOfMemory) as error:
            opened = opened.go_alone(error)
            notes += solve(opened.record)
        if solver == "auto" and opened.name == "closed-form":
            notes = (*opened.notes, *notes)
        if tell is not None:
            for note in notes:
                tell(note)
        if ran is not None:
            ran(opened)
        if opacity is not None:
            _heed_opacity(lift_alpha, patch, unknown, seen, alpha, opacity)
    _blend(solved, alpha, zone, region)
    return zone, solved


def resolve_strokes(
    colour: Samples,
    trimap: Bytes,
    alpha: Floats,
    strokes: Sequence[Stroke],
    *,
    already: int = 0,
    soft_mask: Floats | None = None,
    solver: SolverName = "auto",
    matting: MattingChoice | None = None,
    opacity: Samples | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
    ran: Callable[[OpenSolver], None] | None = None,
) -> tuple[Bytes, Floats]:
    """Draw strokes into a trimap one after the other, and solve alpha again under each: what painting them has made.

    Args:
        colour: (H, W, C) or (H, W) photo, any depth.
        trimap: (H, W) uint8 of 0, 128, 255, without any strokes; not changed.
        alpha: (H, W) float32 that was solved in it, with the first `already` strokes drawn; not changed.
        strokes: all strokes in their order; touches among them are left for `touch_alpha`.
        soft_mask, solver, matting, opacity, device: as in `solve_alpha`.
        progress: told of every stroke; may raise `Cancelled`.
        tell, ran: as in `resolve_region`.

    Returns:
        The trimap with the strokes, and the alpha, both (H, W).

    Raises:
        UsageError, ModelError, RecipeError: as `resolve_region`.
    """
    check_request(colour, trimap, soft_mask, opacity)
    drawn, solved = draw_strokes(trimap, strokes[:already]), alpha.copy()
    frame = Size(trimap.shape[1], trimap.shape[0]).rect
    for number, stroke in enumerate(strokes[already:], already + 1):
        report_progress(progress, "solving strokes", (number - 1) / len(strokes))
        region = stroke_bounds(stroke).intersect(frame)
        if stroke.is_touch or region.is_empty:
            continue
        so_far = strokes[:number]
        drawn[region.slices] = draw_strokes(trimap[region.slices], so_far, (region.left, region.top))
        zone, values = resolve_region(
            colour,
            drawn,
            solved,
            region,
            soft_mask=soft_mask,
            strokes=so_far,
            solver=solver,
            matting=matting,
            opacity=opacity,
            device=device,
            thorough=True,
            tell=tell,
            ran=ran,
        )
        solved[zone.slices] = values
    return drawn, solved


def _has_both_kinds(trimap: Plane[np.uint8], landmarks: Landmarks, looks_through: bool) -> bool:
    """Whether `solve_alpha` would take closed form: some background is known somewhere, and some foreground."""
    for kind, value, is_needed in ((FOREGROUND, 1.0, not looks_through), (BACKGROUND, 0.0, True)):
        # Few photos have none among the landmarks, and only those are searched.
        if not is_needed or (landmarks.alpha == value).any():
            continue
        if not any((trimap[rows, :] == kind).any() for rows in split_rows(trimap)):
            return False
    return True


def _heed_opacity(
    change: Callable[..., None],
    patch: Floats,
    where: Bools,
    seen: Rect,
    alpha: Plane[np.float32],
    opacity: Samples,
) -> None:
    """Press or lift the alpha of `seen` in place, heeding as much of the photo around it as a solve of the whole does."""
    frame = Size(alpha.shape[1], alpha.shape[0]).rect
    around = find_opacity_context(seen, frame)
    inner = seen.move(-around.left, -around.top).slices
    matte, there = np.array(alpha[around.slices], np.float32), np.zeros(around.size.shape, bool)
    matte[inner], there[inner] = patch, where
    change(matte, opacity[around.slices], there, photo_side=frame.size.long_side)
    patch[:] = matte[inner]


def _blend(solved: Floats, alpha: Plane[np.float32], zone: Rect, region: Rect) -> None:
    """Let what is solved over `zone` (h, w) pass into the alpha before, in place: from the region to just outside."""
    down = _share_along(zone.top, zone.bottom, region.top, region.bottom)
    across = _share_along(zone.left, zone.right, region.left, region.right)
    for rows in split_rows(solved):
        before = alpha[zone.top + rows.start : zone.top + rows.stop, zone.left : zone.right]
        part = solved[rows]
        part -= before
        part *= np.minimum(down[rows, None], across)
        part += before


def _share_along(begin: int, end: int, first: int, beyond: int) -> Floats:
    """Along one axis: 1 in the region, falling to 0 just outside the zone."""
    places = np.arange(begin, end)
    distance = np.maximum(first - places, places - (beyond - 1))
    return np.asarray(np.clip(1.0 - distance / (BLEND + 1), 0.0, 1.0), np.float32)
