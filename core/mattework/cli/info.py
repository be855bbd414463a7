"""`mattework info`: what a file holds, as a tree for people or JSON for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.cli.options import FileName
from mattework.cli.report import print_json, tell_failure
from mattework.cli.targets import STREAM, read_source
from mattework.errors import MatteworkError, RecipeError

if TYPE_CHECKING:
    from mattework.document.model import Document, Mask, Node


@click.command()
@click.argument("sources", type=FileName(), metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file on standard output.")
def info(sources: tuple[str, ...], as_json: bool) -> int:
    """Show what a file holds: size, depth, layers, masks, profile, and the recipe with its model and device.

    Layers are told from top to bottom; + is shown, - is hidden. In the JSON they stand from bottom to top.
    """
    from mattework.photo import open_source

    first_failure = 0
    for source in sources:
        try:
            facts = {**_describe_container(source), **describe_document(open_source(read_source(source)))}
        except MatteworkError as error:
            if len(sources) == 1 and not as_json:
                raise
            first_failure = first_failure or error.exit_code
            tell_failure(source, error, as_json=as_json, name="file")
            continue
        if as_json:
            print_json({"file": source, **facts})
        else:
            click.echo("\n".join(_format_facts(Path(source).name, facts)))
    return first_failure


def _describe_container(source: str) -> dict[str, Any]:
    """The file's format, told from its content, and its size in bytes; neither for a pipe or what cannot be read."""
    from mattework.formats.sniff import HEAD_BYTES, name_container

    kind, size = None, None
    path = Path(source)
    if source != STREAM and path.is_file():
        with suppress(OSError), path.open("rb") as stream:
            kind, size = name_container(stream.read(HEAD_BYTES)), path.stat().st_size
    return {"format": kind, "bytes": size}


def describe_document(document: Document) -> dict[str, Any]:
    """Everything worth knowing about a document but its pixels, as plain values."""
    from mattework.formats.xmp import get_recipe

    metadata, notes = document.metadata, list(document.notes)
    try:
        found = get_recipe(metadata.xmp)
    except RecipeError as error:
        found = None
        notes.append(str(error))
    recipe: dict[str, Any] | None = None
    if found is not None:
        import msgspec

        recipe = msgspec.to_builtins(found[0])
        recipe["inputs"] = [name for name in ("soft_mask", "trimap") if getattr(found[1], name) is not None]
    return {
        "width": document.size.width,
        "height": document.size.height,
        "megapixels": round(document.size.megapixels, 2),
        "mode": document.mode.value,
        "depth": document.depth,
        "dpi": None if metadata.dpi is None else [round(value, 2) for value in metadata.dpi],
        "profile": name_profile(metadata.icc),
        "exif": metadata.exif is not None,
        "xmp": metadata.xmp is not None,
        "layers": [_describe_node(node) for node in document.layers],
        "recipe": recipe,
        "notes": notes,
    }


def name_profile(icc: bytes | None) -> str | None:
    """The name inside an ICC profile, "unreadable" for a corrupt one, None for none."""
    if icc is None:
        return None
    from io import BytesIO

    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(icc))).strip()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "unreadable"


def _describe_node(node: Node) -> dict[str, Any]:
    from mattework.document.model import Group

    shared: dict[str, Any] = {
        "name": node.name,
        "kind": "group" if isinstance(node, Group) else "layer",
        "visible": node.visible,
        "opacity": round(node.opacity, 4),
        "blend": node.blend.value,
        "clipped": node.clipped,
        "mask": _describe_mask(node.mask),
    }
    if isinstance(node, Group):
        return {**shared, "children": [_describe_node(child) for child in node.children]}
    rect = node.rect
    return {**shared, "rect": [rect.left, rect.top, rect.right, rect.bottom], "alpha": node.alpha is not None}


def _describe_mask(mask: Mask | None) -> dict[str, Any] | None:
    if mask is None:
        return None
    rect = mask.rect
    return {
        "rect": [rect.left, rect.top, rect.right, rect.bottom],
        "outside": mask.outside,
        "enabled": mask.enabled,
        "linked": mask.linked,
    }


def _format_facts(name: str, facts: dict[str, Any]) -> list[str]:
    container = "" if facts["format"] is None else f", {facts['format']} of {facts['bytes'] / 1e6:.3g} MB"
    lines = [
        f"{name}: {facts['width']} x {facts['height']} ({facts['megapixels']} MP), {facts['mode']}, {facts['depth']} bit"
        + container
    ]
    if facts["dpi"]:
        lines.append(f"  resolution  {facts['dpi'][0]:g} x {facts['dpi'][1]:g} dpi")
    lines.append(f"  profile     {facts['profile'] or 'none'}")
    lines.append(f"  metadata    {', '.join(key.upper() for key in ('exif', 'xmp') if facts[key]) or 'none'}")
    lines.append("  layers, top to bottom")
    for node in reversed(facts["layers"]):
        lines.extend(_format_node(node, 2))
    recipe = facts["recipe"]
    if recipe:
        subject, edge = recipe["subject"], recipe["edge"]
        origin = {"mask": "a soft mask of your own", "trimap": "a trimap of your own"}.get(subject["origin"])
        lines.append(f"  recipe      version {recipe['version']}, made by {recipe['program']}")
        lines.append(f"    subject   {origin or _name_networks(subject)} {_on_device(subject)}".rstrip())
        lines.append(
            f"    edge      {recipe['solver_used'] or recipe['solver']}"
            f"{_name_network(recipe['matting'] if recipe['solver_used'] in (None, 'neural') else None)}, "
            f"band x {recipe['trimap']['band']:g}"
        )
        changed = ", ".join(f"{key} {value:g}" for key, value in edge.items() if value)
        lines.append(f"    settings  {changed or 'as solved'}; clean colours {recipe['colours']:g}")
        lines.extend(_format_choices(recipe))
    lines.extend(f"  note: {note}" for note in facts["notes"])
    return lines


def _format_choices(recipe: dict[str, Any]) -> list[str]:
    """What a person added to the automatic way; nothing of it, no lines."""
    choices = {
        "prompts": _count(one["kind"] for one in recipe["subject"]["prompts"]),
        "strokes": _count(one["kind"] for one in recipe["strokes"]),
        "screen": recipe["key"],
        "of layer": recipe["layer"],
        "backdrop": recipe["background"],
        "shadow": recipe["shadow"] and recipe["shadow"]["kind"],
    }
    return [f"    {name:<9} {said}" for name, said in choices.items() if said]


def _count(kinds: Iterable[str]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in Counter(kinds).items())


def _name_network(matting: dict[str, Any] | None) -> str:
    if matting is None:
        return ""
    sha256 = matting["sha256"]
    return f" by {matting['model']}" + (f" ({sha256[:12]})" if sha256 else "")


def _name_networks(subject: dict[str, Any]) -> str | None:
    from mattework.recipe import name_networks

    return name_networks(subject["model"], subject["asked"], subject["device"])


def _on_device(subject: dict[str, Any]) -> str:
    return f"on {subject['device']}" if subject.get("device") else ""


def _format_node(node: dict[str, Any], level: int) -> list[str]:
    marks = [node["blend"]] if node["blend"] not in ("normal", "pass through") else []
    marks += [f"opacity {node['opacity']:.0%}"] if node["opacity"] != 1 else []
    marks += ["clipped"] if node["clipped"] else []
    if node["mask"]:
        marks.append("mask" if node["mask"]["enabled"] else "mask, disabled")
    marks += ["transparency"] if node.get("alpha") else []
    eye = "+" if node["visible"] else "-"
    folder = "/" if node["kind"] == "group" else ""
    line = f"{'  ' * level}{eye} {node['name']}{folder}{'  [' + ', '.join(marks) + ']' if marks else ''}"
    lines = [line]
    for child in reversed(node.get("children", [])):
        lines.extend(_format_node(child, level + 1))
    return lines
