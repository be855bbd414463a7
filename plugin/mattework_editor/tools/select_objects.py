"""What the object tools share: a gesture becomes a prompt, and the answer is the subject."""

from __future__ import annotations

from typing import ClassVar

from mattework import Prompt
from mattework.prompt import FEWEST_POINTS, PromptKind
from mattework_editor.gesture import Gesture
from mattework_editor.tools.base import Tool
from mattework_editor.workbench import Workbench


class ObjectTool(Tool):
    """`prompt` is the kind of its gestures; Alt, or X before it, takes away."""

    prompt: ClassVar[PromptKind]
    colour = (70, 160, 255)
    takes_away = True

    def prepare(self, bench: Workbench) -> None:
        bench.selecting.prepare_objects()

    def make_prompt(self, gesture: Gesture) -> Prompt | None:
        """None for a gesture that is too small to mean anything."""
        points = gesture.points
        if len(points) < FEWEST_POINTS[self.prompt]:
            return None
        return Prompt(kind=self.prompt, points=points, adds=not gesture.inverted)

    def apply(self, gesture: Gesture, bench: Workbench) -> bool:
        prompt = self.make_prompt(gesture)
        if prompt is None or bench.session is None:
            return False
        size = bench.session.size
        xs, ys = zip(*prompt.points, strict=True)
        if max(xs) < 0 or max(ys) < 0 or min(xs) > size.width or min(ys) > size.height:
            return False  # beside the photo there is nothing to point at
        bench.select_object(self.name_step(gesture), prompt)
        return True
