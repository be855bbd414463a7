"""The layers panel of a Photoshop document: every layer and group of every kind, and choosing one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psd_tools.constants import SectionDivider

from mattework.errors import UsageError
from mattework.formats.psd_layout import PsdLayout, find_divider, layer_name


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One row. `number` counts from the top, 1 first; `path` joins the names of its groups and its own with "/".

    `index` is its place in the layout; `visible` counts the groups around it, too.
    """

    number: int
    path: str
    name: str
    is_group: bool
    visible: bool
    index: int


def list_rows(layout: PsdLayout) -> tuple[PanelRow, ...]:
    """All rows, top to bottom."""
    rows: list[PanelRow] = []
    groups: list[PanelRow] = []
    for index in range(len(layout.layers) - 1, -1, -1):
        record = layout.layers[index].record
        divider = find_divider(record)
        kind = None if divider is None else divider.kind
        if kind == SectionDivider.BOUNDING_SECTION_DIVIDER:
            if groups:
                groups.pop()
            continue
        name = layer_name(record)
        is_group = kind in (SectionDivider.OPEN_FOLDER, SectionDivider.CLOSED_FOLDER)
        path = f"{groups[-1].path}/{name}" if groups else name
        visible = record.flags.visible and (groups[-1].visible if groups else True)
        row = PanelRow(len(rows) + 1, path, name, is_group, visible, index)
        rows.append(row)
        if is_group:
            groups.append(row)
    return tuple(rows)


def choose_row(rows: Sequence[PanelRow], wanted: str | int, *, name: str) -> PanelRow:
    """The row with this number, path or name (then, if need be, the name in whatever case). `name` is the file's.

    Raises:
        UsageError: none, or more than one; the message lists what there is.
    """
    if isinstance(wanted, int):
        found = [row for row in rows if row.number == wanted]
    else:
        found = [row for row in rows if row.path == wanted]
        found = found or [row for row in rows if row.name == wanted]
        found = found or [row for row in rows if row.name.casefold() == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{row.number} “{row.path}”" for row in (found or rows)[:20])
    if found:
        raise UsageError(
            f"{name} has {len(found)} layers called “{wanted}”. Choose one by its number: {listed}."
        )
    raise UsageError(f"{name} has no layer “{wanted}”. It has: {listed or 'no layers at all'}.")
