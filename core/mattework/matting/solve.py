"""Alpha in the unknown band: which solver, at which scale, and back to full resolution.

Every solver works the same way. The part of the photo that holds the band is reduced by the whole factor that bounds
the work (`Scene`), alpha is solved there, and it is carried to full resolution in tiles through the photo's own pixels.
Time and memory follow the band, not the picture.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mattework.arrays import Bools, Bytes, Floats, Plane, Samples, check_colour, check_soft_mask, split_rows
from mattework.errors import ModelFailed, OutOfMemory, UsageError
from mattework.geometry import Rect, Size
from mattework.matting.affinity import RING
from mattework.matting.carry import TILE, carry_alpha
from mattework.matting.clear import knows_background
from mattework.matting.frames import choose_factor, find_unknown, split_frame
from mattework.matting.guided import harden_edge
from mattework.matting.opacity import lift_alpha
from mattework.matting.scene import Landmarks, Scene, find_landmarks, take_scene
from mattework.matting.solvers import SolverRecord, choose_solver, open_solver
from mattework.matting.trimap import BACKGROUND, FOREGROUND, UNKNOWN, draw_transparent
from mattework.progress import Progress, report_progress, take_part
from mattework.recipe import MattingChoice, SolverName, Stroke

SURROUNDINGS = 64
"""Photo pixels around the band that a solver sees besides it."""
MOST_LANDMARKS = 4000
"""Known colours from all over the photo that a solver may turn to."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlphaSolution:
    """An alpha and how it came about.

    `alpha` is (H, W) float32, exactly 0 on background and 1 on foreground. `solver` is the one that ran, "none" when
    nothing was unknown; `matting` the network of the solver "neural". `notes` say in words for people what differed from
    the request.
    """

    alpha: Floats
    solver: str
    notes: tuple[str, ...]
    seconds: float
    matting: MattingChoice | None = None


def solve_alpha(
    colour: Samples,
    trimap: Bytes,
    *,
    soft_mask: Floats | None = None,
    strokes: Sequence[Stroke] = (),
    solver: SolverName = "auto",
    matting: MattingChoice | None = None,
    opacity: Samples | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    tile: int = TILE,
) -> AlphaSolution:
    """Solve alpha in the unknown band of a trimap.

    Args:
        colour: (H, W, C) or (H, W) photo, uint8, uint16 or float32 (0..1).
        trimap: (H, W) uint8 of 0, 128, 255.
        soft_mask: (h, w) float32 in 0..1 of the whole photo, any resolution: a first guess.
        strokes: those that are drawn in the trimap. Where the transparent ones lie, the closed form takes the thing for as
            clear as the background around it allows, also where no foreground is known.
        solver: a name in `SOLVERS`, "neural" for an installed matting model, or "auto": closed form, corrected by the
            built-in refiner.
        matting: which matting model; None for the first of `list_matting_models` that is installed. For "auto" the refiner
            that a recipe names.
        opacity: (H, W) of the photo, any depth, where it is partly transparent already: alpha is then what lies over it,
            and leaves the soft edges that it has as they are (see `lift_alpha`).
        device: where it runs, as for `cut_out`.
        progress: told from the start; may raise `Cancelled`.
        tile: side in photo pixels of the pieces in which alpha is carried to full size; not a quality setting.

    Raises:
        UsageError: the arrays do not fit each other, or the solver is not there.
        ModelError, RecipeError: the network of the solver "neural" is not there, is not the one asked for, or cannot run.
        Cancelled: raised by `progress`.
    """
    started = time.perf_counter()
    report_progress(progress, "solving alpha", 0.0)
    check_request(colour, trimap, soft_mask, opacity)
    if tile < 1:
        raise UsageError(f"A working tile of {tile} pixels is none.")
    _check_regions(trimap)
    choose_solver(solver, matting)
    name, ran = "none", None
    alpha = (trimap == FOREGROUND).astype(np.float32)
    notes: list[str] = []
    where = find_unknown(trimap)
    if where.is_empty:
        notes.append(
            "Nothing is unknown in the trimap, so no edge was solved."
            if (trimap == FOREGROUND).any()
            else "No subject was found: everything is background. Point at it, or give a mask or trimap of your own."
        )
    else:
        frame = where.grow(SURROUNDINGS).intersect(Size(trimap.shape[1], trimap.shape[0]).rect)
        clear = draw_transparent(strokes, frame)
        looks_through = clear is not None and bool((clear & (trimap[frame.slices] == UNKNOWN)).any())
        has_subject = looks_through or bool((trimap == FOREGROUND).any())
        opened = open_solver(solver, matting, device)
        if opened.record.needs_both_kinds and not (has_subject and bool((trimap == BACKGROUND).any())):
            opened = open_solver("guided")
            notes.append(explain_missing_kind(trimap, soft_mask is not None))
        unknown = trimap == UNKNOWN
        count = int(np.count_nonzero(unknown))

        def solve(record: SolverRecord) -> tuple[str, ...]:
            parts = split_frame(unknown, frame, margin=SURROUNDINGS, most_pixels=record.most_pixels)
            said: list[str] = []
            for number, part in enumerate(parts):
                said += solve_frame(
                    colour,
                    unknown,
                    alpha,
                    record,
                    part,
                    soft_mask,
                    find_landmarks(colour, trimap, (part.left, part.top), most=MOST_LANDMARKS),
                    tile,
                    take_part(progress, number / len(parts), (number + 1) / len(parts)),
                    clear=None if clear is None else clear[part.move(-frame.left, -frame.top).slices],
                    count=count,
                )
            return tuple(dict.fromkeys(said))

        try:
            more = solve(opened.record)
        except (ModelFailed, OutOfMemory) as error:
            opened = opened.go_alone(error)
            more = solve(opened.record)
        name, ran = opened.name, opened.matting
        notes += (*opened.notes, *more)
        lift_alpha(alpha, opacity, unknown)
    report_progress(progress, "solving alpha", 1.0)
    return AlphaSolution(
        alpha=alpha,
        solver=name,
        notes=tuple(notes),
        seconds=time.perf_counter() - started,
        matting=ran,
    )


def solve_frame(
    colour: Samples,
    unknown: Bools,
    alpha: Floats,
    record: SolverRecord,
    frame: Rect,
    soft_mask: Plane[np.float32] | None = None,
    landmarks: Landmarks | None = None,
    tile: int = TILE,
    progress: Progress | None = None,
    *,
    photo_side: int | None = None,
    clear: Bools | None = None,
    count: int | None = None,
) -> tuple[str, ...]:
    """Solve the unknown pixels of `frame` and write them into `alpha` (H, W), whose other values are the boundary.

    The arrays may be a part of a photo whose long side is `photo_side`. `clear` is what is seen through, as in `Scene` but
    (H, W) of the frame in photo pixels. `count` is how many pixels are unknown in all where the frame is one of several,
    which share what a solver can afford. Returns what people should know of it.
    """
    factor = choose_factor(
        int(np.count_nonzero(unknown[frame.slices])) if count is None else count,
        frame.area,
        most_unknown=record.most_unknown,
        most_pixels=record.most_pixels,
    )
    scene = take_scene(
        colour, unknown, alpha, soft_mask, frame=frame, factor=factor, reach=record.reach, clear=clear
    )
    scene = replace(scene, landmarks=landmarks, photo_side=photo_side or scene.photo_side)
    notes = _tell_about_clear(scene, record)
    small = record.solve(scene, progress)
    if record.radius == 0:
        harden_edge(small, scene, unknown, alpha, tile=tile, progress=progress)
    elif factor == 1 and record.exact:
        wanted = unknown[frame.slices]
        alpha[frame.slices][wanted] = small[: frame.height, : frame.width][wanted]
    else:
        carry_alpha(
            small,
            scene,
            colour,
            unknown,
            alpha,
            radius=record.radius,
            epsilon=record.epsilon,
            tile=tile,
            progress=progress,
        )
    return notes


def _tell_about_clear(scene: Scene, record: SolverRecord) -> tuple[str, ...]:
    """Why what is painted as transparent is solved like any unknown edge, where it is."""
    if scene.clear is None or not (scene.clear & scene.unknown).any():
        return ()
    if not record.sees_through:
        return (
            "Only closed-form matting looks through what was painted as transparent; here it was solved as any "
            "unknown edge.",
        )
    if not knows_background(scene, RING):
        return (
            "No background is known near what was painted as transparent, so it was solved as any unknown edge. Mark "
            "some of the background beside it with a stroke.",
        )
    return ()


def check_request(
    colour: Samples, trimap: Plane[np.uint8], soft_mask: Floats | None, opacity: Samples | None
) -> None:
    """Refuse arrays that do not fit each other or are not what they should be.

    Raises:
        UsageError: says what is wrong.
    """
    if len(trimap.shape) != 2 or colour.shape[:2] != trimap.shape or colour.ndim not in (2, 3):
        raise UsageError(
            f"The trimap must be as large as the photo: photo {colour.shape[:2]}, trimap {trimap.shape} (rows, columns)."
        )
    check_colour(colour)
    if trimap.dtype != np.uint8:
        raise UsageError(f"A trimap holds the bytes 0, 128 and 255, not {trimap.dtype}.")
    if opacity is not None:
        if opacity.shape != trimap.shape:
            raise UsageError(
                f"The opacity must be as large as the photo, {trimap.shape}, not {opacity.shape}."
            )
        check_colour(opacity)
    if soft_mask is not None:
        check_soft_mask(soft_mask)


def _check_regions(trimap: Bytes) -> None:
    known = sum(int(np.count_nonzero(trimap == kind)) for kind in (BACKGROUND, UNKNOWN, FOREGROUND))
    if known != trimap.size:
        raise UsageError(
            f"A trimap holds 0 (background), 128 (unknown) and 255 (foreground); {trimap.size - known} pixels of this "
            "one are something else."
        )


def explain_missing_kind(trimap: Plane[np.uint8], has_soft_mask: bool) -> str:
    missing = [
        word
        for word, kind in (("foreground", FOREGROUND), ("background", BACKGROUND))
        if not any((trimap[rows, :] == kind).any() for rows in split_rows(trimap))
    ]
    used = "the soft mask, sharpened by the guided filter," if has_soft_mask else "a plain interpolation"
    return (
        f"The trimap marks no {' and no '.join(missing)}, so closed-form matting has nothing to go by; {used} was used."
        " Mark some of it with a stroke for a better edge."
    )
