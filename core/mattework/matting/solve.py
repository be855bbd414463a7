"""Alpha in the unknown band: which solver, at which scale, and back to full resolution.

Every solver works the same way. The part of the photo that holds the band is reduced by the whole factor that bounds
the work (`Scene`), alpha is solved there, and it is carried to full resolution in tiles through the photo's own pixels.
Time and memory follow the band, not the picture.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mattework.arrays import Bools, Bytes, Floats, Plane, Samples, check_colour, check_soft_mask
from mattework.errors import (
    MatteworkError,
    ModelDamaged,
    ModelFailed,
    ModelNotInstalled,
    OutOfMemory,
    UsageError,
)
from mattework.geometry import Rect, Size
from mattework.matting.affinity import RING
from mattework.matting.carry import TILE, carry_alpha
from mattework.matting.clear import knows_background
from mattework.matting.closed_form import solve_closed_form
from mattework.matting.guided import estimate_field, harden_edge
from mattework.matting.network import find_matting_model, open_matting_model, solve_with_network
from mattework.matting.opacity import lift_alpha
from mattework.matting.scene import (
    Landmarks,
    Scene,
    choose_factor,
    find_landmarks,
    find_unknown,
    take_scene,
)
from mattework.matting.trimap import BACKGROUND, FOREGROUND, UNKNOWN, draw_transparent
from mattework.progress import Progress, report_progress
from mattework.recipe import MattingChoice, SolverName, Stroke

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverRecord:
    """One way to alpha: how it solves a scene, the largest scene it takes, and how its result reaches full size.

    `radius` and `epsilon` belong to the local linear carry; a radius of 0 means a hard cut instead. An `exact` solver's
    result needs no carry where the scene was not reduced. `reach` is how far from the band it looks, in scene pixels, the
    carry with it; None for everywhere. `network` is the one that solves, where one does. `sees_through` says that it heeds
    the scene's `clear`, `needs_both_kinds` that some foreground and some background must be known.
    """

    solve: Callable[[Scene, Progress | None], Floats]
    most_unknown: int
    most_pixels: int
    radius: int
    epsilon: float
    exact: bool = False
    reach: int | None = None
    network: ModelSession | None = None
    sees_through: bool = False
    needs_both_kinds: bool = False


def _solve_guided(scene: Scene, progress: Progress | None) -> Floats:
    report_progress(progress, "solving alpha", 0.0)
    return estimate_field(scene)


SOLVERS: dict[str, SolverRecord] = {
    "closed-form": SolverRecord(
        solve=solve_closed_form,
        most_unknown=60_000,
        most_pixels=6_500_000,
        radius=1,
        epsilon=1e-5,
        exact=True,
        reach=4 * RING,  # the scene is halved on the way, and a pixel there is two, four ... here
        sees_through=True,
        needs_both_kinds=True,
    ),
    "guided": SolverRecord(
        solve=_solve_guided, most_unknown=1 << 60, most_pixels=1_600_000, radius=8, epsilon=1e-4, reach=20
    ),
    "hard": SolverRecord(
        solve=_solve_guided, most_unknown=1 << 60, most_pixels=1_600_000, radius=0, epsilon=0.0, reach=4
    ),
}
"""The solvers by name. "neural", an installed network, has its record made when it is asked for."""
NEURAL_MOST_PIXELS = 12_000_000
"""Pixels of the scene that a network is shown at full size; a scene takes 20 bytes for each."""
REFINER_MOST_UNKNOWN = 240_000
"""Unknown pixels of a scene that a refiner corrects: four times as many as the closed form solves at once, which finds
alpha at half that scale (`hints`). What a refiner gains is lost at half the scale."""
REFINER_REACH = 128
"""How far from the band a refiner sees the photo, in scene pixels."""

REFINER = "mattework-refiner"
"""The network that "auto" has the closed form's alpha corrected by."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenSolver:
    """A solver made ready: its name in `SOLVERS` or "neural", and what people should know of how it was chosen."""

    name: str
    record: SolverRecord
    notes: tuple[str, ...] = ()
    may_go_alone: bool = False
    """Whether closed form alone will do where the network fails."""

    def go_alone(self, error: MatteworkError) -> OpenSolver:
        """Closed form alone, and why.

        Raises:
            MatteworkError: the same, where it will not do.
        """
        if not self.may_go_alone:
            raise error
        return _take_closed_form(error)

    @property
    def matting(self) -> MattingChoice | None:
        """Its network, for the recipe."""
        session = self.record.network
        if session is None:
            return None
        return MattingChoice(model=session.spec.id, sha256=session.sha256, device=session.device.label)


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
        has_subject = clear is not None or bool((trimap == FOREGROUND).any())
        opened = open_solver(solver, matting, device)
        if opened.record.needs_both_kinds and not (has_subject and bool((trimap == BACKGROUND).any())):
            opened = open_solver("guided")
            notes.append(explain_missing_kind(trimap, soft_mask is not None))
        landmarks = find_landmarks(colour, trimap, (frame.left, frame.top), most=MOST_LANDMARKS)
        unknown = trimap == UNKNOWN

        def solve(record: SolverRecord) -> tuple[str, ...]:
            return solve_frame(
                colour, unknown, alpha, record, frame, soft_mask, landmarks, tile, progress, clear=clear
            )

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
) -> tuple[str, ...]:
    """Solve the unknown pixels of `frame` and write them into `alpha` (H, W), whose other values are the boundary.

    The arrays may be a part of a photo whose long side is `photo_side`. `clear` is what is seen through, as in `Scene` but
    (H, W) of the frame in photo pixels. Returns what people should know of it.
    """
    factor = choose_factor(
        int(np.count_nonzero(unknown[frame.slices])),
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


def choose_solver(solver: str, matting: MattingChoice | None = None) -> None:
    """Make sure that a solver is there.

    Raises:
        UsageError: there is no such solver, or the model that was asked for solves no trimap.
        ModelError: the matting model that was asked for is not there, or none is.
    """
    if solver == "auto" or solver in SOLVERS:
        return
    names = ", ".join(("auto", *SOLVERS))
    if solver != "neural":
        raise UsageError(f'There is no solver "{solver}". Solvers that are there: {names}.')
    try:
        find_matting_model(matting)
    except UsageError as error:
        raise UsageError(f"{error} Solvers that are there: {names}.") from error
    except ModelNotInstalled as error:
        if matting is not None:
            raise
        raise ModelNotInstalled(f"{error} Solvers that are there: {names}.") from error


def open_solver(solver: str, matting: MattingChoice | None = None, device: str = "auto") -> OpenSolver:
    """A solver that `choose_solver` found to be there.

    "auto" takes another version of the refiner than `matting` names, or closed form alone where the refiner cannot be
    opened, and says so.

    Raises:
        UsageError, ModelError, RecipeError: the network of the solver "neural" cannot be opened or is not `matting`.
        DeviceUnavailable: there is no such device.
    """
    if solver in SOLVERS:
        return OpenSolver(name=solver, record=SOLVERS[solver])
    if solver == "neural":
        session = open_matting_model(matting, device)
        ran = f"The edge was solved by {session.spec.display_name} ({session.sha256[:12]}) on {session.device.label}."
        return OpenSolver(name="neural", record=_take_record(session), notes=(ran, *session.notes))
    try:
        session = open_matting_model(MattingChoice(model=REFINER), device)
    except (ModelNotInstalled, ModelDamaged, ModelFailed, OutOfMemory) as error:
        return _take_closed_form(error)
    notes = session.notes
    if matting is not None and matting.model == REFINER and matting.sha256 not in (None, session.sha256):
        other = (
            f"The edge of this recipe was refined by another version of {session.spec.display_name} "
            f"({(matting.sha256 or '')[:12]}); the one that is here ({session.sha256[:12]}) solved it anew."
        )
        notes = (other, *notes)
    return OpenSolver(name="neural", record=_take_record(session), notes=notes, may_go_alone=True)


def _take_closed_form(error: MatteworkError) -> OpenSolver:
    alone = f"{error} The edge was solved by closed form alone."
    return OpenSolver(name="closed-form", record=SOLVERS["closed-form"], notes=(alone,))


def _take_record(session: ModelSession) -> SolverRecord:
    solve = partial(_solve_neural, session=session)
    if session.spec.input.companion == "evidence":  # it corrects the closed form
        return replace(
            SOLVERS["closed-form"],
            solve=solve,
            most_unknown=REFINER_MOST_UNKNOWN,
            reach=REFINER_REACH,
            network=session,
        )
    return SolverRecord(
        solve=solve,
        most_unknown=1 << 60,
        most_pixels=NEURAL_MOST_PIXELS,
        radius=1,
        epsilon=1e-5,
        exact=True,
        network=session,
    )


def _solve_neural(scene: Scene, progress: Progress | None, *, session: ModelSession) -> Floats:
    return solve_with_network(scene, session, progress)


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


def explain_missing_kind(trimap: Bytes, has_soft_mask: bool) -> str:
    missing = [
        word
        for word, kind in (("foreground", FOREGROUND), ("background", BACKGROUND))
        if not (trimap == kind).any()
    ]
    used = "the soft mask, sharpened by the guided filter," if has_soft_mask else "a plain interpolation"
    return (
        f"The trimap marks no {' and no '.join(missing)}, so closed-form matting has nothing to go by; {used} was used."
        " Mark some of it with a stroke for a better edge."
    )
