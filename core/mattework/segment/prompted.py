"""Selects the object that a person points at: points, scribbles, boxes and lassos, one after the other.

The first gesture is answered at two input sizes, and the surer answer is taken: one click may mean the part or the whole,
and a network is less sure of what it sees at the wrong size (measured by `benchmarks/quality.py --prompts`). A first mark
on the subject of the photo may mean all of it: see `first_click`.
Every gesture builds on the answer before it, as in Sofiiuk et al., "Reviving Iterative Training with Mask Guidance for
Interactive Segmentation" (ICIP 2022): the network is shown all marks and its own last mask. The answer depends on the
photo and the gestures alone, so a recipe gives the same mask again, and taking the last gesture back costs nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mattework.arrays import Bytes, Floats
from mattework.errors import UsageError
from mattework.geometry import Size
from mattework.models.runtime import ModelSession
from mattework.models.tensors import resize_smoothly
from mattework.progress import Progress, report_progress
from mattework.prompt import Prompt
from mattework.quality import expect_overlap
from mattework.segment.first_click import HALF_SIZE, is_settled, take_whole, tell_whole
from mattework.segment.gestures import check_prompts, scale_prompt
from mattework.segment.look import ask_look, lies_well_within, newly_touches
from mattework.segment.pieces import find_piece
from mattework.segment.prompt_model import see_subject
from mattework.segment.regions import clear_beyond, heed_order, take_away
from mattework.segment.second_look import (
    compare_masks,
    find_box,
    fit_masks,
    join_masks,
)
from mattework.segment.selection import Known, Selection
from mattework.segment.selection_score import score_selection
from mattework.segment.speck import (
    frame_region,
    gives_way,
    is_apart,
    is_speck,
    list_views,
    shows_more,
    stands_alone,
)
from mattework.segment.tones import spread_tones
from mattework.segment.views import LEAST_CROP, Views

_OTHER_SIZE = 5 / 7  # of the input size: where the same is asked again
ENCODED = 0.5  # of the step "subject": the photo is seen, and the gestures are still to be followed


class ObjectSelector:
    """A photo that a network has seen once, and its answers to prompts. Not to be shared by threads."""

    def __init__(
        self,
        rgb: Bytes,
        session: ModelSession,
        *,
        size: Size | None = None,
        long_side: int | None = None,
        zoom: bool = True,
        two_sizes: bool = True,
    ) -> None:
        """See `opening.open_selector`, which opens the model too.

        `two_sizes` allows a second input size, where the model has one.
        """
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
            raise UsageError(
                f"A selector wants a picture of (H, W, 3) bytes, not {rgb.shape} of {rgb.dtype}."
            )
        self._rgb = spread_tones(np.ascontiguousarray(rgb))
        self._size = Size(rgb.shape[1], rgb.shape[0])
        self._photo = size or self._size
        self._session = session
        self._chain: list[tuple[Prompt, Known]] = []
        self._start: tuple[bytes, Known] = (b"", Known())
        self._views = Views(self._rgb, session, long_side=long_side, zooms=zoom)
        self._two_sizes = two_sizes and session.spec.input.size.is_free and self._views.is_light
        self._others: dict[float, ObjectSelector] = {}
        self._subject: Floats | None = None

    @property
    def size(self) -> Size:
        """Of the photo whose pixels the prompts are given in."""
        return self._photo

    @property
    def session(self) -> ModelSession:
        return self._session

    def select(
        self,
        prompts: Sequence[Prompt],
        previous: Floats | None = None,
        *,
        progress: Progress | None = None,
    ) -> Selection:
        """The object that the prompts mean.

        Gestures are followed in order. Give the longer list after each new gesture, and a shorter one to take gestures
        back: only what is new costs time. A box or lasso selects the object in it; one more selects another object too;
        one that does not add takes the object in it away.

        Args:
            prompts: all gestures so far, in pixels of the photo (`size`).
            previous: soft mask (h, w) float32 of 0 to 1 of the whole photo, at any resolution, to begin from.
            progress: called with the step "subject" before each gesture that is new.

        Raises:
            UsageError: a prompt has too few or too many points or lies outside the photo; `previous` is no mask.
            ModelFailed, OutOfMemory: see `ModelSession.run`.
            Cancelled: `progress` wanted it; what was followed so far stays known.
        """
        gestures = [scale_prompt(one, self._photo, self._size) for one in check_prompts(prompts, self._photo)]
        state = self._follow_all(gestures, previous, progress)
        mask = None if state.frame is None else self._views.blend(state)
        if mask is not None and is_speck(mask):
            # It was seen from near; the whole frame at a smaller size shows nothing of it.
            state = replace(state, sizes=None)
        elif self._two_sizes and mask is not None and state.sizes is None:
            other = self._ask_at(
                _OTHER_SIZE, gestures, previous, lambda step, _: report_progress(progress, step, 1.0)
            )
            state = replace(state, sizes=compare_masks(self._views.paste(state), other))
        return self._hand_out(state, mask, gestures)

    def prepare(self) -> None:
        """See the photo in all the ways that a first gesture may ask for, so that it need not wait for them."""
        if not self._two_sizes:
            return
        self._see_at(_OTHER_SIZE)
        rule = self._session.spec.prompt
        if rule is not None and rule.subject is not None:
            self._see_at(HALF_SIZE)
            self._see_subject(rule.subject)

    def _see_at(self, share: float) -> ObjectSelector:
        """The frame as seen at this share of the input size."""
        other = self._others.get(share)
        if other is None:
            side = round(share * self._views.long_side)
            other = ObjectSelector(self._rgb, self._session, long_side=side, zoom=False, two_sizes=False)
            self._others[share] = other
        return other

    def _see_subject(self, model: str) -> Floats:
        if self._subject is None:
            self._subject = see_subject(self._rgb, model, zoom=self._views.zooms)
        return self._subject

    def _follow_all(
        self, gestures: Sequence[Prompt], previous: Floats | None, progress: Progress | None
    ) -> Known:
        """What is known after gestures in pixels of the frame; only those that are new are followed."""
        self._begin(previous)
        known = 0
        while known < min(len(gestures), len(self._chain)) and self._chain[known][0] == gestures[known]:
            known += 1
        del self._chain[known:]
        state = self._chain[-1][1] if self._chain else self._start[1]
        for count in range(known + 1, len(gestures) + 1):
            report_progress(progress, "subject", ENCODED + (1 - ENCODED) * (count - 1) / len(gestures))
            before, state = state, self._follow(state, gestures[:count])
            state = replace(state, asked=state.asked or before.asked)
            self._chain.append((gestures[count - 1], state))
        return state

    def _ask_at(
        self,
        share: float,
        gestures: Sequence[Prompt],
        previous: Floats | None = None,
        progress: Progress | None = None,
    ) -> Floats:
        """What the frame at this share of the input size gives for the same gestures."""
        other = self._see_at(share)
        state = other._follow_all(gestures, previous, progress)
        return other._views.nothing() if state.frame is None else state.frame

    def _choose_size(self, state: Known, gestures: Sequence[Prompt]) -> Known:
        """The surer of two answers to a first gesture: the one given, and that at a smaller input size."""
        assert state.frame is not None
        if not self._two_sizes:
            return state
        other = self._ask_at(_OTHER_SIZE, gestures)
        sizes = compare_masks(state.frame, other)
        if expect_overlap(other) <= expect_overlap(state.frame):
            return replace(state, sizes=sizes)
        size = Size(state.frame.shape[1], state.frame.shape[0])
        return replace(state, frame=resize_smoothly(other, size).clip(0.0, 1.0), sizes=sizes)

    def _begin(self, previous: Floats | None) -> None:
        """Forget earlier answers when the mask to begin from is another one."""
        if previous is not None and (
            previous.ndim != 2 or not previous.size or not np.isfinite(previous).all()
        ):
            raise UsageError(
                f"A mask to begin from is (h, w) numbers of 0 to 1, not {previous.shape} or with holes of no number."
            )
        digest = b""
        if previous is not None:
            digest = hashlib.sha256(
                f"{previous.shape} {previous.dtype}".encode() + previous.tobytes()
            ).digest()
        if digest == self._start[0]:
            return
        self._chain.clear()
        self._start = (digest, Known() if previous is None else self._views.lay_down(previous))

    def _follow(self, state: Known, gestures: Sequence[Prompt]) -> Known:
        if gestures[-1].kind in ("box", "lasso"):
            return self._follow_region(state, gestures)
        found = self._follow_mark(state, gestures)
        if state.frame is None or not gestures[-1].adds:
            return found
        known, mark = self._views.blend(state), gestures[-1]
        if is_apart(known, mark, self._size):
            lone = self._follow_mark(Known(), (mark,))
            alone = self._views.blend(lone)
            if stands_alone(alone, self._views.blend(found)):
                return replace(
                    self._views.lay_down(join_masks(known, alone)), notes=lone.notes, asked=lone.asked
                )
        return self._add_thing(known, found, mark) or found

    def _add_thing(self, known: Floats, found: Known, mark: Prompt) -> Known | None:
        """What was known and, seen from near, the thing beside it that a further mark brought in; None where none did."""
        thing = find_piece(self._views.blend(found), mark, self._size)
        if thing is None or bool((np.minimum(*fit_masks(known, thing)) > 0.5).any()):
            return None
        near = self._views.sharpen(self._views.lay_down(thing), mark)
        return replace(self._views.lay_down(join_masks(known, self._views.blend(near))), notes=found.notes)

    def _follow_mark(self, state: Known, gestures: Sequence[Prompt]) -> Known:
        marks = heed_order(gestures)
        if state.frame is None and not any(mark.adds for mark in marks):
            return state
        if state.crop is not None and lies_well_within(marks[-1], state.crop, self._size):
            assert state.part is not None
            look = self._views.look_at(state.crop)
            part, notes = ask_look(look, marks, state.region, state.part)
            if not newly_touches(state.part, part, state.crop, self._size):
                # What was compared for the answer before says nothing of this one.
                mended = replace(state, part=part, notes=notes, sizes=None, agreement=None)
                return self._views.look_closer(mended, marks)
        before = None if state.frame is None else self._views.paste(state)
        frame, notes = ask_look(self._views.frame, marks, state.region, before)
        found = Known(frame=frame, region=state.region, notes=notes)
        if state.frame is not None:
            return self._views.look_closer(found, marks)
        chosen = self._views.look_closer(self._choose_size(found, gestures), marks)
        if len(gestures) > 1:
            return chosen
        whole = self._find_whole(frame, chosen, gestures[-1])
        if whole is not None and is_settled(self._views.paste(whole), whole.sizes):
            return whole
        chosen = whole or chosen
        return self._look_nearer(chosen, gestures[-1]) or chosen

    def _look_nearer(self, chosen: Known, mark: Prompt) -> Known | None:
        """What ever smaller views around a first mark show, where that stands for the answer; see `speck`."""
        answer = self._views.blend(chosen)
        # Several looks in a row would keep a person waiting; a view of so little shows enough at the smaller size.
        small = self._see_at(_OTHER_SIZE)._views if self._two_sizes else self._views
        for view in list_views(mark, self._size, LEAST_CROP) if self._views.zooms else ():
            part, notes = ask_look(small.look_at(view), (mark,), None, None)
            if gives_way(answer, part, view.area / self._size.area):
                seen = Known(frame=self._views.nothing(), crop=view, part=part, notes=notes)
                seen = replace(seen, frame=self._views.paste(seen))
                return self._views.look_closer(seen, (mark,), by=small)
            if shows_more(part):
                return None
        return None

    def _find_whole(self, first: Floats, chosen: Known, mark: Prompt) -> Known | None:
        """The subject under a first mark, where it stands for the answer; see `first_click`."""
        rule = self._session.spec.prompt
        if rule is None or rule.subject is None or not self._two_sizes:
            return None
        whole = take_whole(
            self._see_subject(rule.subject),
            mark,
            self._size,
            chosen=self._views.blend(chosen),
            first=first,
            smaller=self._ask_at(_OTHER_SIZE, (mark,)),
            ask_half=lambda: self._ask_at(HALF_SIZE, (mark,)),
        )
        if whole is None:
            return None
        piece, support = whole
        notes = tell_whole(rule.subject, support)
        laid = replace(self._views.lay_down(piece), sizes=support, notes=notes, asked=rule.subject)
        return self._views.sharpen(laid, mark)

    def _follow_region(self, state: Known, gestures: Sequence[Prompt]) -> Known:
        """A region means the object in it; beside what is selected already, that is added or taken away."""
        region = gestures[-1]
        if state.frame is None and not region.adds:
            return state
        frame, notes = ask_look(self._views.frame, (), region, None)
        inside = replace(region, adds=True)
        found = self._confine(Known(frame=frame, region=inside, notes=notes), region)
        if state.frame is None:
            found = self._confine(self._choose_size(found, gestures), region)
        if found.frame is not None and not (found.frame > 0.5).any():
            found = self._look_into(region, found)
        found = self._confine(self._views.look_closer(found, ()), region)
        if state.frame is None:
            return found
        known, thing = self._views.blend(state), self._views.blend(found)
        if region.adds:
            return self._views.lay_down(join_masks(known, thing))
        return self._take_away(*fit_masks(known, thing), region)

    def _look_into(self, region: Prompt, found: Known) -> Known:
        """What a region holds that is too small for the frame to show."""
        view = frame_region(region, self._size, LEAST_CROP) if self._views.zooms else None
        if view is None:
            return found
        part, notes = ask_look(self._views.look_at(view), (), region, None)
        return replace(found, crop=view, part=part, notes=notes)

    def _confine(self, state: Known, region: Prompt) -> Known:
        """Nothing of the object that a region means lies far from the region."""
        assert state.frame is not None
        frame = clear_beyond(state.frame, self._size.rect, region)
        if state.crop is None or state.part is None:
            return replace(state, frame=frame)
        return replace(state, frame=frame, part=clear_beyond(state.part, state.crop, region))

    def _take_away(self, known: Floats, thing: Floats, region: Prompt) -> Known:
        left, is_found = take_away(known, thing, scale_prompt(region, self._size, Size(*known.shape[::-1])))
        if is_found:
            return self._views.lay_down(left)
        note = "no separate thing was found in what is to be taken away; all of it was taken"
        return replace(self._views.lay_down(left), notes=(note,))

    def _hand_out(self, state: Known, mask: Floats | None, gestures: Sequence[Prompt]) -> Selection:
        looks = 1 if state.crop is None else 2
        box = None if mask is None else find_box(mask, self._photo, least_share=0.0)
        if mask is None or box is None:
            reason = "nothing was found there" if mask is not None else "nothing was pointed at yet"
            return Selection(
                soft_mask=self._views.nothing(),
                box=None,
                confidence=0.0,
                reasons=(reason, *state.notes),
                looks=looks,
            )
        confidence, reasons = score_selection(mask, gestures, sizes=state.sizes, looks=state.agreement)
        return Selection(
            soft_mask=mask,
            box=box,
            confidence=confidence,
            reasons=(*state.notes, *reasons),
            looks=looks,
            asked=state.asked,
        )
