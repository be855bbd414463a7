"""`mattework render`: composite a layered file again, from its layers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.cli.display import say, show_progress
from mattework.cli.options import FileName, add_output_options
from mattework.cli.targets import (
    choose_target,
    make_folder,
    open_target,
    read_source,
    refuse_inputs,
    refuse_unwritable,
)
from mattework.errors import UsageError

if TYPE_CHECKING:
    from mattework.document.model import Node
    from mattework.geometry import Rect


@click.command()
@click.argument("source", type=FileName(), metavar="FILE")
@add_output_options
@click.option(
    "--background",
    type=FileName(),
    metavar="COLOUR|A..B|PICTURE",
    help="Lay the picture on a colour, a gradient (white..#ccc) or another picture.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def render(source: str, quiet: bool, **options: Any) -> int:
    """Composite a layered file into a flat picture.

    The layers are put together by Mattework, whatever preview the file carries. Without -o, design.psd becomes
    design.render.png beside it.
    """
    from mattework.background import Blur, make_background, parse_background
    from mattework.document.composite import flatten_document, is_exact_for
    from mattework.document.model import Document, Layer
    from mattework.formats.files import check_format, save_document
    from mattework.formats.xmp import drop_recipe
    from mattework.photo import open_source

    target = choose_target(source, options["output"], options["file_format"] or "png", tag="render")
    bits = int(options["bits"]) if options["bits"] else None
    make_folder(options["output"])
    if target is not None:
        check_format(target, options["file_format"], layered=False, quality=options["quality"], bits=bits)
        refuse_inputs(target, (source, options["background"]))
        refuse_unwritable(target, overwrite=options["overwrite"])
    if options["background"] and isinstance(parse_background(options["background"]), Blur):
        raise UsageError(
            "A rendered picture has no photo of its own to blur. To lay the blurred photo behind a cut-out: "
            f"mattework refine {source} --background {options['background']}"
        )
    with show_progress(Path(source).name, quiet=quiet) as progress:
        document = open_source(read_source(source))
        _, reasons = is_exact_for(document)
        behind_notes: tuple[str, ...] = ()
        if options["background"]:
            behind, behind_notes = make_background(options["background"], document)
            if any(_hides_all_below(node, document.size.rect) for node in document.layers):
                behind_notes += (
                    "The picture is opaque: the background is not seen. Hide the layer that covers it first.",
                )
            document = replace(document, layers=(behind, *document.layers))
        colour, alpha = flatten_document(document, progress=progress)
        flat = Document(
            document.size,
            document.mode,
            document.depth,
            (Layer("Picture", document.size.rect, colour, alpha),),
            # What the layers make has no edge of its own to be made again.
            replace(document.metadata, xmp=drop_recipe(document.metadata.xmp)),
        )
        notes = save_document(
            flat,
            open_target(target),
            format=options["file_format"] or ("png" if target is None else None),
            overwrite=options["overwrite"],
            quality=options["quality"],
            bits=bits,
            progress=progress,
        )
    for note in (*document.notes, *reasons, *behind_notes, *notes):
        say(f"note: {note}", quiet=quiet)
    say("standard output" if target is None else str(target), quiet=quiet)
    return 0


def _hides_all_below(node: Node, rect: Rect) -> bool:
    from mattework.document.model import BlendMode, Layer

    return (
        isinstance(node, Layer)
        and (node.visible, node.opacity, node.blend, node.clipped) == (True, 1.0, BlendMode.NORMAL, False)
        and node.rect == rect
        and node.mask is None
        and node.alpha is None
    )
