"""Undo and redo: small steps at once, large ones beside the window, and none that is asked for meanwhile is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from mattework_editor.history import History
from mattework_editor.session import Choices, find_changed

if TYPE_CHECKING:
    from mattework_editor.workbench import Workbench

QUICK_STEP = 6_000_000
"""Pixels that undo and redo go through in the window's own thread; steps that touch more are done beside it."""


class Stepping(QObject):
    """Takes the steps of the workbench's session back and brings them back."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._heading: int | None = None

    @property
    def can_undo(self) -> bool:
        if self._heading is not None:
            return self._heading > 0
        return self._bench.is_solving or (self._bench.can_edit and self._history.last is not None)

    @property
    def can_redo(self) -> bool:
        if self._heading is not None:
            return self._heading < len(self._history.steps)
        return self._bench.can_edit and self._history.next is not None

    @property
    def _history(self) -> History[Choices]:
        return self._bench.session.history if self._bench.session is not None else History()

    def undo(self) -> None:
        self._bench.settling.emit()
        if self._bench.drop_choice():
            return
        if self._bench.strokes.drop_newest():
            self._bench.drafting.note_step()  # it may have been written meanwhile
        else:
            self._go_by(-1)

    def redo(self) -> None:
        self._bench.settling.emit()
        self._go_by(1)

    def _go_by(self, count: int) -> None:
        self.go_to_step((self._history.position if self._heading is None else self._heading) + count)

    def go_to_step(self, position: int) -> None:
        """Undo or redo until so many steps are done. Asked again while a slow step runs, it goes on from that one."""
        position = max(0, min(position, len(self._history.steps)))
        if self._heading is not None:
            self._heading = position
            self._bench.changed.emit()
            return
        if not self._bench.can_edit or self._bench.is_solving:
            return
        while self._history.position != position and not self._bench.is_busy:
            self._step(back=self._history.position > position, heading=position)

    def _step(self, *, back: bool, heading: int) -> None:
        """One step to where `heading` leads. A slow one runs beside the window, and goes on from there at its end."""
        session = self._bench.session
        assert session is not None
        step = session.history.last if back else session.history.next
        assert step is not None
        where = find_changed(step, session.size)
        move = session.undo if back else session.redo
        if step.work <= QUICK_STEP:
            move()
            self._bench.after_step(where)
            return
        headed: list[int | None] = []

        def ended() -> None:
            headed.append(self._heading)
            self._heading = None

        def done(_: object) -> None:
            self._bench.after_step(where)
            if headed[0] is not None:
                self.go_to_step(headed[0])

        self._heading = heading
        title = self.tr("Taking back {step}") if back else self.tr("Bringing back {step}")
        self._bench.start_long(
            title.format(step=step.name), lambda _: move(), done, can_cancel=False, ended=ended
        )
