"""The solvers: their records, which one a name means, and making it ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mattework.arrays import Floats
from mattework.errors import (
    MatteworkError,
    ModelDamaged,
    ModelFailed,
    ModelNotInstalled,
    OutOfMemory,
    UsageError,
)
from mattework.matting.affinity import RING
from mattework.matting.closed_form import solve_closed_form
from mattework.matting.guided import estimate_field
from mattework.matting.network import find_matting_model, open_matting_model, solve_with_network
from mattework.matting.scene import Scene
from mattework.progress import Progress, report_progress
from mattework.recipe import MattingChoice

if TYPE_CHECKING:
    from mattework.models.runtime import ModelSession


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


def choose_solver(solver: str, matting: MattingChoice | None = None) -> None:
    """Make sure that a solver is there.

    Raises:
        UsageError: there is no such solver, or the model that was asked for solves no trimap.
        ModelError: the matting model that was asked for is not there, or none is.
    """
    if solver == "auto" or solver in SOLVERS:
        return
    names = ", ".join(("auto", "neural", *SOLVERS))
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
