"""Selecting: the subject by the model, or by what a person points at; and the edge solved anew for all of the photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QObject

from mattework import Photo, Prompt
from mattework.arrays import Floats
from mattework_editor import files
from mattework_editor.engine import STRIP_ROWS, Found
from mattework_editor.history import Patch
from mattework_editor.pyramid import enlarge_rows, quantise, split_into_strips
from mattework_editor.session import (
    Begun,
    Choices,
    Planes,
    Session,
    compare_planes,
    make_base,
    replay_strokes,
)
from mattework_editor.tasks import Task
from mattework_editor.tiled_plane import TiledPlane

if TYPE_CHECKING:
    from mattework_editor.workbench import Workbench


class Selecting(QObject):
    """See the module."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench

    def find_subject(self) -> None:
        """Run the subject model; strokes stay and are solved again on its result. One step."""
        bench, session = self._bench, self._bench.session
        if session is None:
            return
        if bench.is_solving and not bench.is_busy:
            bench.wait_for_strokes(self.find_subject)
            return
        photo, own, colour, before = session.photo, session.choices, session.colour, session.planes

        def work(task: Task) -> tuple[Choices, Planes, Any, dict[str, Any]]:
            alpha, found, inputs, report = bench.engine.find_subject(photo, own.recipe, task.report)
            recipe = files.merge_found(own.recipe, found)
            choices = Choices(recipe, inputs, report.get("confidence"))
            base = make_base(choices, photo.size, colour)
            solved = Planes(base, base.copy(), alpha)
            planes = replay_strokes(solved, colour, choices, task.report, opacity=photo.alpha)
            return choices, planes, compare_planes(before, planes), report

        def done(result: tuple[Choices, Planes, Any, dict[str, Any]]) -> None:
            choices, planes, patches, report = result
            session.replace_planes(self.tr("Select Subject"), choices, planes, patches)
            bench.tell_report(report)
            bench.after_step(session.size.rect)

        bench.start_long(self.tr("Selecting the subject"), work, done)

    def prepare_objects(self) -> None:
        """Let the worker see the photo beside the window, before an object tool asks for anything."""
        bench, session = self._bench, self._bench.session
        if session is None:
            return
        photo = session.photo
        # What fails here fails at the first click again, and is told then.
        bench.tasks.start(
            lambda _: bench.engine.prepare_objects(photo), lambda _: None, lambda _: None, rank="quiet"
        )

    def select_object(self, name: str, prompt: Prompt) -> None:
        """Follow one more gesture of an object tool: its answer is seen at once, then the edge is solved. One step."""
        bench, session = self._bench, self._bench.session
        assert session is not None
        photo, before = session.photo, session.planes
        own, begun = session.choices, begin_from(session)
        prompts = (*own.recipe.subject.prompts, prompt)

        def work(task: Task) -> tuple[Choices, Planes, tuple[Patch, ...], Found]:
            task.report(self.tr("looking at what you point at"), 0.05)
            found = bench.engine.select_object(photo, prompts[begun.prompts :], begun.soft_mask, task.report)
            task.shown.emit(enlarge_mask(found.soft_mask, photo))
            choices = choose_found(own, begun, prompts, found)
            planes, choices = files.make_planes(photo, choices, bench.engine, None, task.report)
            return choices, planes, compare_planes(before, planes), found

        def show(coarse: TiledPlane[np.uint8]) -> None:
            bench.display.put(session.size.rect, coarse)

        def done(result: tuple[Choices, Planes, tuple[Patch, ...], Found]) -> None:
            choices, planes, patches, found = result
            session.replace_planes(name, choices, planes, patches)
            bench.tell_report({"confidence": found.confidence, "reasons": found.reasons})
            bench.after_step(session.size.rect)

        def leave() -> None:
            bench.stroke_settled.emit()
            bench.display.show(session.size.rect)

        bench.start_long(self.tr("Selecting the object"), work, done, show, ended=leave)

    def solve_again(self, name: str, choices: Choices) -> None:
        """Solve all of the edge for other choices. One step."""
        bench, session = self._bench, self._bench.session
        assert session is not None
        photo, before = session.photo, session.planes

        def work(task: Task) -> tuple[Choices, Planes, tuple[Patch, ...]]:
            planes, solved = files.make_planes(photo, choices, bench.engine, None, task.report)
            return solved, planes, compare_planes(before, planes)

        def done(result: tuple[Choices, Planes, tuple[Patch, ...]]) -> None:
            session.replace_planes(name, *result)
            bench.after_step(session.size.rect)

        bench.start_long(self.tr("Solving the edge"), work, done)


def begin_from(session: Session) -> Begun:
    """What the next prompt adds to: what prompts have built on so far, or else what is selected now."""
    choices = session.choices
    if choices.begun is not None:
        return choices.begun
    is_empty = session.soft_mask is None or not session.soft_mask.any()
    if session.soft_mask is None and session.has_subject:  # a trimap of the user's own, solved
        return Begun(session.planes.alpha.unpack(), len(choices.recipe.subject.prompts))
    return Begun(None if is_empty else session.soft_mask, len(choices.recipe.subject.prompts))


def choose_found(own: Choices, begun: Begun, prompts: tuple[Prompt, ...], found: Found) -> Choices:
    """The choices with the selected object as the subject; everything else stays the person's."""
    subject = replace(
        own.recipe.subject,
        origin="prompts",
        model=found.model,
        sha256=found.sha256,
        asked=found.asked,
        asked_sha256=found.asked_sha256,
        device=found.device,
        prompts=prompts,
    )
    recipe = own.recipe if own.recipe.solver != "auto" else own.recipe.choose_solver("auto")
    return Choices(replace(recipe, subject=subject), found.inputs, found.confidence, begun)


def enlarge_mask(soft_mask: Floats, photo: Photo) -> TiledPlane[np.uint8]:
    """A soft mask at the photo's size, as it is shown until the edge is solved. (H, W) uint8."""
    coarse = TiledPlane(photo.size, np.uint8)
    for strip in split_into_strips(photo.size.rect, STRIP_ROWS):
        rows, _ = strip.slices
        coarse[strip.slices] = quantise(enlarge_rows(soft_mask, photo.size, rows), photo.alpha, strip)
    return coarse
