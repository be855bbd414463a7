"""The procedures as records: names, menu places, arguments. GIMP asks for them; scripts call them by these names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gi.repository import Gegl, Gimp, GObject

from . import handover, objects, operations, shadows
from .solvers import NEURAL, SOLVERS

MENU_MASK = "<Image>/Layer/Mask"
MENU_SELECT = "<Image>/Select"
MENU_LAYER = "<Image>/Layer"

READ_WRITE = GObject.ParamFlags.READWRITE


class Choice(NamedTuple):
    """An argument with a few named values."""

    name: str
    label: str
    help: str
    values: tuple[tuple[str, str], ...]


class Number(NamedTuple):
    """An argument that is a number between two others."""

    name: str
    label: str
    help: str
    least: float
    most: float
    default: float


class Model(NamedTuple):
    """The argument that names a model; empty is the one that comes with Mattework."""

    name: str = "model"
    label: str = "_Model"
    help: str = "Identifier of the model that finds the subject, as `mattework models list` shows; empty for the default"


class Painting(NamedTuple):
    """An argument that takes a painted channel, or none."""

    name: str
    label: str
    help: str


class Outline(NamedTuple):
    """An argument that takes a path, or none."""

    name: str
    label: str
    help: str


class Switch(NamedTuple):
    """An argument that is yes or no."""

    name: str
    label: str
    help: str
    default: bool


class Text(NamedTuple):
    """A text that scripts give; dialogs do not show it."""

    name: str
    label: str
    help: str


class Colour(NamedTuple):
    """An argument that takes a colour; `default` as GEGL reads it."""

    name: str
    label: str
    help: str
    default: str


Argument = Choice | Number | Model | Painting | Outline | Switch | Text | Colour
Operation = Callable[[Gimp.Image, Any, dict[str, Any], Any], list[str]]


class Record(NamedTuple):
    """A procedure: what GIMP shows of it, what it takes, and the function that does it."""

    name: str
    label: str
    menus: tuple[str, ...]
    blurb: str
    help: str
    arguments: tuple[Argument, ...]
    run: Operation
    needs_engine: bool = True
    task: str = "subject"
    """What its model does: "subject" finds one by itself, "prompt" selects what is pointed at."""

    hint: str = ""
    """What the dialog says above its controls."""

    preview: str = ""
    """What the dialog shows: "cut", the layer in small; "edge", a part of it at full size."""

    check: Callable[[Gimp.Image, Any], None] | None = None
    """Refuses what cannot be done whatever the dialog says, before it is shown."""

    @property
    def title(self) -> str:
        """The label without its mnemonic and its dots."""
        return self.label.replace("_", "").rstrip("…")


SOLVER = Choice(
    "solver",
    "E_dge",
    "How the edge is solved",
    (*SOLVERS, (NEURAL, "Network (installed matting model)")),
)
NETWORK = Text(
    "matting-model",
    "Matting model",
    "Identifier of the installed matting model that solves the edge with the solver neural; empty for the first of them",
)

COLOURS = Number(
    "colours", "Cle_an colours", "Amount of clean edge colours in a layer of their own; 0 makes none", 0, 1, 1
)
EDGE = (
    Number("band", "_Band", "Scale of the zone in which the edge is solved", 0.1, 10, 1),
    Number("smooth", "Smoo_th", "Round the outline, in pixels", 0, 100, 0),
    Number("feather", "_Feather", "Soften the edge, in pixels", 0, 100, 0),
    Number("contrast", "Co_ntrast", "Harden the edge", 0, 1, 0),
    Number("shift", "Sh_ift", "Move the edge outwards (+) or inwards (-), in pixels", -100, 100, 0),
)
MASK_MODE = Choice(
    "mask-mode",
    "E_xisting mask",
    "What happens to a mask that a layer has already",
    (("replace", "Replace"), ("intersect", "Intersect"), ("add", "Add")),
)
BAND = Painting(
    "channel",
    "Cha_nnel",
    "Channel that is white where the edge is not known; the selection when none is given",
)
OPERATION = Choice(
    "operation",
    "Op_eration",
    "What happens to the selection that is there",
    (("replace", "Replace"), ("add", "Add"), ("subtract", "Subtract"), ("intersect", "Intersect")),
)

RECORDS = (
    Record(
        "mattework-remove-background",
        "Remove _Background…",
        (MENU_MASK, MENU_SELECT),
        "Find the subject and hide the rest with a layer mask",
        "Works on this computer only. The pixels stay; clean edge colours come as a layer above.",
        (Model(), SOLVER, NETWORK, COLOURS, MASK_MODE, *EDGE),
        operations.remove_background,
        preview="cut",
    ),
    Record(
        "mattework-adjust-edge",
        "_Adjust Edge of Cut-Out…",
        (MENU_MASK,),
        "Make the mask of Remove Background again with other edge settings",
        "Uses the recipe that the layer keeps, so it works after saving and opening too. No model looks for the "
        "subject again.",
        (SOLVER, NETWORK, COLOURS, *EDGE),
        operations.adjust_edge,
        preview="edge",
        check=operations.check_recipes,
    ),
    Record(
        "mattework-refine-edge",
        "Re_fine Edge from Selection…",
        (MENU_MASK, MENU_SELECT),
        "Solve the edge anew where the selection is, as in hair",
        "The layer's mask is what is known outside the selection. Without a mask the subject is looked for first.",
        (SOLVER, NETWORK, BAND),
        operations.refine_edge,
        check=operations.check_band,
    ),
    Record(
        "mattework-clean-colours",
        "Clean _Edge Colours…",
        (MENU_MASK,),
        "Take the old background out of the colours of the edge, in a layer above",
        "Uses the layer's mask or its transparency.",
        (Number("amount", "_Amount", "How much of the old background is taken out", 0, 1, 1),),
        operations.clean_colours,
        check=operations.check_edges,
    ),
    Record(
        "mattework-select-subject",
        "Select S_ubject…",
        (MENU_SELECT,),
        "Select the subject, as soft as its edge",
        "Works on this computer only. Transparent parts of the layer are not selected.",
        (Model(), SOLVER, NETWORK, OPERATION),
        operations.select_subject,
    ),
    Record(
        "mattework-select-object",
        "Select _Object…",
        (MENU_SELECT, MENU_MASK),
        "Select the object that a rectangle, a path or a painted channel points at",
        "Works on this computer only. The bounds of the selection are a box around the object; a closed path is a loose "
        "outline of it, the anchors of an open one lie on it; painted channels lie on it or beside it.",
        (
            Switch(
                "use-selection", "_Box around what is selected", "The object lies within its bounds", True
            ),
            Outline("path", "_Path", "Closed: a loose outline. Open: its anchors lie on the object"),
            Painting("channel", "Pai_nted on it", "Channel that is white somewhere on the object"),
            Painting(
                "not-channel", "Painted beside _it", "Channel that is white on what does not belong to it"
            ),
            Text("points", "Points", "Points on the object, in pixels of the image, as in 300,200 410,150"),
            Text("not-points", "Points beside it", "Points on what does not belong to the object"),
            Choice(
                "output",
                "Res_ult",
                "What becomes of the object",
                (("selection", "Selection"), ("mask", "Layer mask")),
            ),
            Choice(
                "operation",
                "Op_eration",
                "What happens to the selection or the layer mask that is there",
                (
                    ("replace", "Replace"),
                    ("add", "Add"),
                    ("subtract", "Subtract"),
                    ("intersect", "Intersect"),
                ),
            ),
            Model(help="Identifier of the model that answers to pointing; empty for the default"),
            SOLVER,
            NETWORK,
            COLOURS,
        ),
        objects.select_object,
        task="prompt",
        check=objects.check_pointing,
        hint="Point with GIMP's own tools first: select a rectangle around the object, draw a path over it, or paint over "
        "it in a channel.",
    ),
    Record(
        "mattework-open-editor",
        "Open in _Mattework…",
        (MENU_LAYER, MENU_MASK),
        "Work on the layer's mask in the Mattework editor, with brushes",
        "What you apply there comes back as mask and layers in one step; the recipe stays with the layer, so that you can "
        "open it again and go on.",
        (),
        handover.open_in_editor,
    ),
    Record(
        "mattework-shadow",
        "S_hadow…",
        (MENU_LAYER,),
        "Put the shadow of the cut-out into a layer under it",
        "A drop shadow is the outline moved; a contact shadow lies on the ground on which the subject stands.",
        (
            Choice(
                "kind",
                "_Kind",
                "Where the shadow falls",
                (("drop", "Drop shadow (on a wall)"), ("contact", "Contact shadow (on the ground)")),
            ),
            Number("opacity", "O_pacity", "How dark it is", 0, 1, 0.5),
            Colour("colour", "Colo_ur", "Colour of the shadow", "black"),
            Switch(
                "automatic", "Len_gths that suit the subject", "Leave the lengths below to Mattework", True
            ),
            Number(
                "dx",
                "To the r_ight",
                "Pixels; of a contact shadow, that of the highest point",
                -10000,
                10000,
                0,
            ),
            Number("dy", "_Down", "Pixels; of a contact shadow, that of the highest point", -10000, 10000, 0),
            Number(
                "blur",
                "_Blur",
                "Pixels from full to nothing, at the far end of a contact shadow",
                0,
                10000,
                20,
            ),
        ),
        shadows.add_shadow,
        check=shadows.check_outlines,
    ),
    Record(
        "mattework-background",
        "Bac_kground Colour…",
        (MENU_LAYER,),
        "Put a layer of one colour under the layer",
        "As large as the canvas, under the lowest of the selected layers and of their shadows.",
        (Colour("colour", "Colo_ur", "Colour of the background", "white"),),
        operations.add_background,
        needs_engine=False,
    ),
)
BY_NAME = {record.name: record for record in RECORDS}


def add_argument(procedure: Gimp.Procedure, argument: Argument) -> None:
    if isinstance(argument, Choice):
        choice = Gimp.Choice.new()
        for number, (name, label) in enumerate(argument.values):
            choice.add(name, number, label, "")
        default = argument.values[0][0]
        procedure.add_choice_argument(
            argument.name, argument.label, argument.help, choice, default, READ_WRITE
        )
    elif isinstance(argument, Number):
        procedure.add_double_argument(*argument, READ_WRITE)
    elif isinstance(argument, Model):
        procedure.add_string_argument(*argument, "", READ_WRITE)
    elif isinstance(argument, Painting):
        procedure.add_channel_argument(*argument, True, READ_WRITE)
    elif isinstance(argument, Outline):
        procedure.add_path_argument(*argument, True, READ_WRITE)
    elif isinstance(argument, Switch):
        procedure.add_boolean_argument(*argument, READ_WRITE)
    elif isinstance(argument, Text):
        procedure.add_string_argument(*argument, "", READ_WRITE)
    else:
        Gegl.init(None)  # colours cannot be made without
        colour = Gegl.Color.new(argument.default)
        procedure.add_color_argument(argument.name, argument.label, argument.help, False, colour, READ_WRITE)


def restore_colours(record: Record, config: Gimp.ProcedureConfig) -> None:
    """Give colours that nobody chose their defaults: from its second start on, GIMP has nothing, and no opacity, in their
    place, which no colour that is chosen here has."""
    for argument in record.arguments:
        if isinstance(argument, Colour):
            value = config.get_property(argument.name)
            if value is None or value.get_rgba().alpha == 0:
                config.set_property(argument.name, Gegl.Color.new(argument.default))


def read_arguments(record: Record, config: Gimp.ProcedureConfig) -> dict[str, Any]:
    return {argument.name: read_argument(argument, config) for argument in record.arguments}


def read_argument(argument: Argument, config: Gimp.ProcedureConfig) -> Any:
    value = config.get_property(argument.name)
    if value is None and isinstance(argument, (Model, Text)):
        return ""  # from its second start on, GIMP takes an empty default for none
    return value
