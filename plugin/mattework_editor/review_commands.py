"""Commands for looking through many photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFileDialog

from mattework_editor.command import Command
from mattework_editor.review_dock import find_review, start_review

if TYPE_CHECKING:
    from mattework_editor.window import EditorWindow


def _ask_folder(window: EditorWindow) -> None:
    named = QFileDialog.getExistingDirectory(window, window.tr("Review a folder of photos"))
    if named:
        start_review(window, [Path(named)])


def _has_review(window: EditorWindow) -> bool:
    return find_review(window) is not None


def _can_decide(window: EditorWindow) -> bool:
    return _has_review(window) and window.workbench.can_edit


def _can_skip(window: EditorWindow) -> bool:
    review = find_review(window)
    return review is not None and review.can_skip


def _step(window: EditorWindow, by: int) -> None:
    review = find_review(window)
    if review is not None:
        review.step(by)


def _approve(window: EditorWindow) -> None:
    review = find_review(window)
    if review is not None:
        review.approve()


def _skip(window: EditorWindow) -> None:
    review = find_review(window)
    if review is not None:
        review.skip()


def _toggle_doubtful(window: EditorWindow) -> None:
    review = find_review(window)
    if review is not None:
        review.doubtful.toggle()


REVIEW_COMMANDS: tuple[Command, ...] = (
    Command(
        id="review.open",
        text="Review a &Folder…",
        menu="review",
        keys="Ctrl+Shift+O",
        tip="Cut all photos of a folder and look them through, least sure first",
        run=_ask_folder,
    ),
    Command(
        id="review.next",
        text="&Next Photo",
        menu="review",
        part=1,
        keys="PgDown",
        tip="Look at the next photo of the strip",
        enabled=_has_review,
        run=lambda window: _step(window, 1),
    ),
    Command(
        id="review.previous",
        text="&Previous Photo",
        menu="review",
        part=1,
        keys="PgUp",
        tip="Look at the photo before",
        enabled=_has_review,
        run=lambda window: _step(window, -1),
    ),
    Command(
        id="review.approve",
        text="&Approve",
        menu="review",
        part=2,
        keys="Ctrl+Return",
        tip="Save the layered file and go on to the next photo",
        enabled=_can_decide,
        run=_approve,
    ),
    Command(
        id="review.skip",
        text="&Skip",
        menu="review",
        part=2,
        keys="Ctrl+Backspace",
        tip="Save nothing and go on to the next photo",
        enabled=_can_skip,
        run=_skip,
    ),
    Command(
        id="review.doubtful",
        text="Only Photos that Need a &Look",
        menu="review",
        part=3,
        tip="Show only photos where the model is not sure, or that failed",
        enabled=_has_review,
        run=_toggle_doubtful,
    ),
)
