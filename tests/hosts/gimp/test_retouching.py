"""What a retoucher does in GIMP to a cut-out that is seen, and that it is gone on with."""

from __future__ import annotations

from typing import Any

from hosts.gimp.conftest import GIMP_30, GIMP_32, both_versions
from hosts.gimp.test_journeys import look_at, succeed

JOURNEYS = {
    GIMP_30: "work_on_what_is_seen painted_masks_of_every_precision",
    GIMP_32: "work_on_what_is_seen",
}


@both_versions
def test_what_was_painted_on_either_mask_is_gone_on_with(seen: dict[str, Any]) -> None:
    """The mask that a person sees is that of the clean colours; that of the hidden photo is theirs as well."""
    entry = look_at(seen, "work_on_what_is_seen")
    for name in ("remove-background", "clean-colours", "refine-edge"):
        for side in (0, 1):
            succeed(entry[f"{name} {side}"]["done"])
            assert entry[f"{name} {side}"]["upper"] == [0, 0], (name, side)
    succeed(entry["shadow"])
    assert entry["shadow"]["top"] > 20, "what was painted away throws no shadow"
    succeed(entry["again"])
    assert [(name, visible) for name, visible, _, _ in entry["shadows"]][2:] == [
        ("Disc (shadow)", True),
        ("Disc (shadow, painted)", False),
    ]


@both_versions
def test_a_cut_out_that_was_moved_and_dressed_stays_so(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "work_on_what_is_seen")
    for step in entry["moved"]:
        succeed(step)
    assert entry["refined"] > 0, "the selection is where the cut-out is seen"
    assert entry["looks"] == [["Anna", True, [50, 40], 40], ["Disc", False, [0, 0], 100]]
    assert entry["filters"] == ["Mine"]
    assert entry["is_multiplied"]
    assert entry["selected"] == ["Anna"]
    left, top = entry["shadow_place"]
    assert left > 50
    assert top > 40
    assert entry["behind"] == ["Anna", "Disc", "Disc (shadow)", "Background"]
    assert entry["without_colours"][0] == ["Disc", True, [50, 40], 40]


@both_versions
def test_copies_groups_and_hidden_layers_are_the_persons(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "work_on_what_is_seen")
    first, second, without, again = entry["grouped"]
    for step in (first, without, again):
        succeed(step)
    assert "keeps no recipe" in second["error"]
    assert [name for name, *_ in entry["around"]] == ["Group", "Second person", "Disc"]
    assert entry["in_group"] == ["Disc (clean colours)"]
    assert entry["second"] == [0, True]
    assert entry["second_later"] == [0, True, "Second person", [30, 20]]
    assert [name for name, *_ in entry["around_later"]] == [
        "Group",
        "Second person",
        "Disc (clean colours)",
        "Disc",
    ]
    assert [visible for _, visible, _, _ in entry["hidden"]] == [False, False]
    assert 0.1 < entry["amount"]["cleaned"] / entry["full"]["cleaned"] < 0.3


@both_versions
def test_an_edge_is_not_made_again_for_another_picture(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "work_on_what_is_seen")
    assert "other proportions" in entry["cropped"]["error"]


def test_painting_that_is_lost_is_told_at_every_precision(seen: dict[str, Any]) -> None:
    for precision, steps in look_at(seen, "painted_masks_of_every_precision").items():
        for step in steps:
            succeed(step)
        for state, told in (("plain", 0), ("painted", 1)):
            printed = seen["printed"].partition(f"TOLD {precision} {state}")[2].partition("TOLD ")[0]
            assert printed.count("The mask was changed after it was cut") == told, (precision, state)
