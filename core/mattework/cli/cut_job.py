"""One call of `mattework cut`: its options, checked as a whole, and the way of one picture with them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mattework.cli.display import show_progress
from mattework.cli.pointing import PointingOptions
from mattework.cli.report import tell_result
from mattework.cli.shadow_options import ShadowOptions
from mattework.cli.targets import STREAM, open_target, read_source, refuse_inputs, refuse_unwritable
from mattework.errors import UsageError

if TYPE_CHECKING:
    from mattework.cutout import Cutout
    from mattework.models.runtime import ModelSession
    from mattework.photo import Source
    from mattework.progress import Progress
    from mattework.prompt import Prompt
    from mattework.recipe import EdgeSettings, TrimapRules

_TIFF = (".tif", ".tiff")
_DEFAULTS = {
    "mask_bits": "16", "device": "auto", "existing_mask": "refuse", "solver": "auto", "band": 1.0, "colours": 1.0,
    "smooth": 0.0, "feather": 0.0, "contrast": 0.0, "shift": 0.0, "file_format": "psd",
}  # fmt: skip
"""What options are that were not given, where that is not nothing; given so they ask for nothing else."""
BACKGROUND_HASH = "background_sha256"
"""Journals of before know nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPaths:
    """What was asked for beside the results of a batch."""

    resume: bool = False
    journal: Path | None = None
    report: Path | None = None
    contact_sheet: Path | None = None

    @property
    def is_asked_for(self) -> bool:
        return self != BatchPaths()


@dataclass(slots=True, kw_only=True)
class CutJob:
    """One call of the command: its options, and the model that stays open over all pictures."""

    many: bool
    as_json: bool
    quiet: bool
    verbose: bool
    output: str | None
    file_format: str | None
    overwrite: bool
    quality: int | None
    bits: str | None
    save_mask: str | None
    mask_bits: str
    save_recipe: str | None
    background: str | None
    shadow: ShadowOptions
    model: str | None
    device: str
    zoom: bool
    input_side: int | None
    from_mask: str | None
    trimap: str | None
    pointing: PointingOptions
    layer: str | None
    existing_mask: Any
    keep_recipe: bool
    solver: Any
    matting_model: str | None = None
    band: float | None
    smooth: float | None
    feather: float | None
    contrast: float | None
    shift: float | None
    colours: float | None
    key: str | None
    session: ModelSession | None = None

    def name_format(self, source: str) -> str | None:
        """The format that a result without a name of its own is called by; an edited PSB or TIFF stays one."""
        if self.layer is not None:
            return {".psb": "psb", ".tif": "tiff", ".tiff": "tiff"}.get(Path(source).suffix.lower(), "psd")
        return self.file_format

    @property
    def is_pointed_at(self) -> bool:
        """Whether points, boxes, lassos or scribbles say what is to be cut out."""
        return self.pointing.is_given

    def check(self, targets: list[Path | None]) -> None:
        self._check_pointers()
        if self.many and (self.from_mask or self.trimap or self.save_mask or self.save_recipe):
            raise UsageError(
                "--from-mask, --trimap, --save-mask and --save-recipe go with one picture at a time."
            )
        if self.mask_bits != _DEFAULTS["mask_bits"] and not self.save_mask:
            raise UsageError("--mask-bits goes with --save-mask.")
        if self.layer is None and (self.existing_mask != "refuse" or self.keep_recipe):
            raise UsageError("--existing-mask and --keep-recipe go with --layer.")
        if self.layer is not None and (
            self.background
            or self.shadow.is_given
            or self.key
            or self.colours is not None
            or self.file_format
            or self.bits
            or self.quality
        ):
            raise UsageError(
                "--layer changes only that layer's mask: --background, --shadow, --key, --colours, --format, --bits and "
                "--quality do not go with it."
            )
        if self.as_json and None in targets:
            raise UsageError("Standard output cannot take both the picture and the JSON. Give -o a file.")
        if None in targets and self.file_format is None:
            self.file_format = "psd"
        self._check_models()
        self.shadow.apply(None)
        self._check_names(targets)

    def _check_models(self) -> None:
        """Refuse models that nothing would run on, and a matting model that is not there."""
        is_found = not ((self.from_mask and not self.is_pointed_at) or self.trimap)
        has_network = self.solver == "neural" or self.matting_model is not None
        if not is_found and (self.model is not None or self.input_side or not self.zoom):
            raise UsageError(
                "No model looks for the subject with --from-mask or --trimap: --model, --input-side and --no-zoom do not "
                "go with them."
            )
        may_refine = has_network or self.solver in (None, "auto")
        if not is_found and not may_refine and self.device != "auto":
            raise UsageError(
                f"No model runs with --from-mask or --trimap and --edge {self.solver}: --device does not go with them."
            )
        if self.matting_model is not None and self.solver not in (None, "auto", "neural"):
            raise UsageError(f"--matting-model goes with --edge neural, not with --edge {self.solver}.")
        if has_network:
            from mattework.matting.network import find_matting_model
            from mattework.recipe import MattingChoice

            find_matting_model(MattingChoice(model=self.matting_model) if self.matting_model else None)

    def _check_pointers(self) -> None:
        if not self.is_pointed_at:
            return
        if self.trimap:
            raise UsageError(
                "A trimap is the last word: points, boxes, lassos and scribbles do not go with --trimap."
            )
        if not (self.pointing.adds or self.from_mask):
            raise UsageError(
                "All that was said is what does not belong. Give --point, --box, --lasso or --scribble too."
            )
        if self.layer is not None and self.pointing.has_shares:
            raise UsageError(
                "With --layer, give points, boxes, lassos and scribbles in pixels of the document, not in per cent."
            )

    def _check_names(self, targets: list[Path | None]) -> None:
        """What the names and formats alone tell to be wrong, before anything is read."""
        from mattework.formats.files import check_format
        from mattework.formats.masks import check_mask_name
        from mattework.in_place import check_document_name

        for target in targets:
            if target is None:
                continue
            if self.layer is not None:
                check_document_name(target)
            bits = int(self.bits) if self.bits else None
            check_format(target, self.file_format, layered=True, quality=self.quality, bits=bits)
        places = {os.path.realpath(one) for one in targets if one is not None}
        if self.save_recipe == STREAM:
            raise UsageError("The recipe needs a file of its own: --save-recipe photo.xmp.")
        mask = None if self.save_mask is None else os.path.realpath(self.save_mask)
        if self.save_recipe is not None and os.path.realpath(self.save_recipe) in {*places, mask}:
            raise UsageError(f"{self.save_recipe} cannot take the recipe and something else. Name two files.")
        if self.save_mask is None:
            return
        if self.save_mask == STREAM:
            raise UsageError("The mask needs a file of its own: --save-mask alpha.png.")
        check_mask_name(self.save_mask)
        if mask in places:
            raise UsageError(f"{self.save_mask} cannot take both the picture and its mask. Name two files.")

    def cut_one(self, source: str, target: Path | None, title: str) -> None:
        """The whole way of a single picture, told to the user."""
        self.check_paths(source, target, overwrite=self.overwrite)
        with show_progress(title, quiet=self.quiet or self.as_json) as progress:
            if self.layer is not None:
                cutout, notes = self.cut_layer(source, target, progress, overwrite=self.overwrite)
            else:
                cutout = self.solve(read_source(source), progress)
                notes = self.save(cutout, target, progress, overwrite=self.overwrite)
        self.tell(source, target, cutout, notes)

    def check_paths(self, source: str, target: Path | None, *, overwrite: bool) -> None:
        """Refuse, before any work, what cannot be written or would replace what is read."""
        if self.layer is not None and target is not None and source != STREAM:
            is_tiff = [Path(one).suffix.lower() in _TIFF for one in (source, target)]
            if is_tiff[0] != is_tiff[1]:
                raise UsageError(
                    f"With --layer the document stays what it is: {source} cannot become {target}. End both names alike."
                )
        mask = Path(self.save_mask) if self.save_mask else None
        recipe = Path(self.save_recipe) if self.save_recipe else None
        prompts = self.pointing.path
        beside = (
            self.from_mask,
            self.trimap,
            self.background,
            None if prompts is None else str(prompts),
        )
        # A mask put on one layer changes nothing else in the document, which may then be written over itself.
        refuse_inputs(target, beside if self.layer is not None else (source, *beside))
        refuse_inputs(mask, (source, *beside))
        refuse_inputs(recipe, (source, *beside))
        for one in (target, mask, recipe):
            if one is not None:
                refuse_unwritable(one, overwrite=overwrite)

    def solve(self, source: Source, progress: Progress | None) -> Cutout:
        """The cut-out of a picture that was read or is to be read."""
        from mattework.pipeline import cut_out

        prompts: tuple[Prompt, ...] = ()
        if self.is_pointed_at:
            from mattework.photo import open_source

            source = open_source(source)
            prompts = self.pointing.place(source.size)
        began = time.perf_counter()
        opens = self.session is None
        choices = self._choices()
        opening = time.perf_counter() - began if opens and self.session is not None else 0.0
        cutout = cut_out(
            source,
            prompts=prompts,
            colours=1.0 if self.colours is None else self.colours,
            key=None if self.key == "none" else self.key,
            background=self.background,
            shadow=self.shadow.apply(None),
            progress=progress,
            **choices,
        )
        report = cutout.report
        steps = (
            {**report.steps, "model": report.steps.get("model", 0.0) + opening} if opening else report.steps
        )
        return replace(cutout, report=replace(report, steps=steps, seconds=report.seconds + opening))

    def save(
        self, cutout: Cutout, target: Path | None, progress: Progress | None, *, overwrite: bool
    ) -> tuple[str, ...]:
        """Write the result, and its alpha and recipe where those were asked for. Gives the notes of writing."""
        # The largest first: on a full disk nothing is left of a picture whose result found no room.
        notes = cutout.save(
            open_target(target),
            format=self.file_format,
            overwrite=overwrite,
            quality=self.quality,
            bits=int(self.bits) if self.bits else None,
            progress=progress,
        )
        self._save_beside(cutout, overwrite=overwrite)
        return notes

    def _save_beside(self, cutout: Cutout, *, overwrite: bool) -> None:
        if self.save_mask:
            cutout.save_mask(self.save_mask, bits=int(self.mask_bits), overwrite=overwrite)
        if self.save_recipe:
            cutout.save_recipe(self.save_recipe, overwrite=overwrite)

    def cut_layer(
        self, source: str, target: Path | None, progress: Progress | None, *, overwrite: bool
    ) -> tuple[Cutout, tuple[str, ...]]:
        """Cut one layer of a document and write the document with that mask."""
        from mattework.in_place import cut_layer

        assert self.layer is not None
        layer_prompts, prompts = self.pointing.split()
        done = cut_layer(
            read_source(source),
            int(self.layer) if self.layer.isdecimal() else self.layer,
            open_target(target),
            existing=self.existing_mask,
            keep_recipe=self.keep_recipe,
            overwrite=overwrite,
            progress=progress,
            prompts=prompts,
            layer_prompts=layer_prompts,
            **self._choices(),
        )
        self._save_beside(done.cutout, overwrite=overwrite)
        changed = ", ".join(done.edit.changed) or "nothing"
        return done.cutout, (f"Layer “{done.edit.layer}”: changed {changed}.", *done.edit.reasons)

    def describe_settings(self) -> dict[str, Any]:
        """The options that decide what a result looks like, as plain values; those that were not given are left out. A
        picture as background has its hash beside its name, `BACKGROUND_HASH`."""
        from mattework.batch.lines import decode_line, encode_line

        talk = {"many", "as_json", "quiet", "verbose", "output", "overwrite", "session"}
        given = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in talk}
        # By way of JSON, so that they can be compared with what a journal says.
        plain: dict[str, Any] = decode_line(encode_line(given, other=str))
        return drop_defaults({**plain, BACKGROUND_HASH: self._hash_background()})

    def _hash_background(self) -> str | None:
        """SHA-256 of the picture that goes behind; None for another background, and for a file that cannot be read, which
        is told when it is."""
        from mattework.background import parse_background

        path = None if self.background is None else parse_background(self.background)
        if not isinstance(path, Path):
            return None
        try:
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return None

    def open_session(self) -> ModelSession | None:
        """The model, opened once; None where the user's own mask or trimap stands for it."""
        if (self.from_mask and not self.is_pointed_at) or self.trimap:
            return None
        if self.session is None:
            from mattework.finding import open_model

            task: Literal["prompt", "subject"] = "prompt" if self.is_pointed_at else "subject"
            self.session = open_model(self.model, self.device, task=task)
        return self.session

    def _choices(self) -> dict[str, Any]:
        """What a cut takes of the options, be it of a picture or of one layer."""
        return {
            "session": self.open_session(),
            "from_mask": self.from_mask,
            "trimap": self.trimap,
            "rules": self._rules(),
            "solver": self.solver or "auto",
            "matting_model": self.matting_model,
            "device": self.device,
            "edge": self._edge(),
            "zoom": self.zoom,
            "input_side": self.input_side or 0,
        }

    def _rules(self) -> TrimapRules:
        from mattework.recipe import TrimapRules

        own_mask = bool(self.from_mask) and not self.is_pointed_at
        return TrimapRules(band=self.band or 1.0, doubt=0.0 if own_mask else TrimapRules().doubt)

    def _edge(self) -> EdgeSettings:
        from mattework.recipe import EdgeSettings

        return EdgeSettings(
            smooth=self.smooth or 0.0,
            feather=self.feather or 0.0,
            contrast=self.contrast or 0.0,
            shift=self.shift or 0.0,
        )

    def tell(self, source: str, target: Path | None, cutout: Cutout, notes: tuple[str, ...]) -> None:
        tell_result(
            source, target, cutout, notes, as_json=self.as_json, quiet=self.quiet, verbose=self.verbose
        )


def drop_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of `CutJob.describe_settings`, or of a journal, without what was not given."""
    plain = {name: drop_defaults(one) if isinstance(one, dict) else one for name, one in settings.items()}
    # By kind, not by value: zero is a setting, though it equals False.
    return {
        name: one
        for name, one in plain.items()
        if not (one is None or one is False or one in ([], {})) and one != _DEFAULTS.get(name)
    }
