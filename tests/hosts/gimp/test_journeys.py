"""Every procedure in the real GIMP 3, over every kind of image."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from psd_tools import PSDImage

from hosts.gimp.conftest import GIMP_30, GIMP_32, both_versions
from hosts.gimp.host import GimpHost
from mattework import Layer, cut_out
from mattework.arrays import AnyArray, Samples
from mattework.worker.rasters import DTYPES, unit_values
from samples import draw_disc

MAIN = (
    "registered surroundings existing_masks groups_and_text subject_selection refining colours_and_background "
    "painted_colours clean_colours_chosen duplicated saved_and_opened_again script_fu"
)
JOURNEYS = {
    GIMP_30: f"{MAIN} kinds profiled several_layers locks looks_of_layers several_subjects refusals broken_engines "
    "plugin_killed",
    GIMP_32: MAIN,
}
WIDTH, HEIGHT = 96, 80
KINDS = [
    "rgb-U8_NON_LINEAR", "rgb-U8_NON_LINEAR-alpha", "rgb-U16_NON_LINEAR", "rgb-U16_NON_LINEAR-alpha",
    "rgb-FLOAT_NON_LINEAR", "rgb-FLOAT_NON_LINEAR-alpha", "rgb-U8_LINEAR-alpha", "rgb-U16_LINEAR-alpha",
    "rgb-FLOAT_LINEAR-alpha", "rgb-U8_PERCEPTUAL-alpha", "rgb-U32_NON_LINEAR", "rgb-HALF_LINEAR",
    "rgb-DOUBLE_NON_LINEAR", "gray-U8_NON_LINEAR", "gray-U16_NON_LINEAR-alpha", "gray-FLOAT_LINEAR",
    "indexed-U8_NON_LINEAR",
]  # fmt: skip
PLAIN = ("rgb-U8_NON_LINEAR", "rgb-U16_NON_LINEAR", "rgb-FLOAT_NON_LINEAR")


def look_at(seen: dict[str, Any], journey: str) -> dict[str, Any]:
    entry: dict[str, Any] = seen[journey]
    assert "failed" not in entry, entry["failed"]
    return entry


def succeed(entry: dict[str, Any]) -> None:
    assert entry["status"] == "success", entry["error"]


def read_mask(host: GimpHost, name: str, sample: str = "u8") -> AnyArray:
    return np.fromfile(host.work / "out" / name, DTYPES[sample]).reshape(HEIGHT, WIDTH)


@cache
def cut_in_core(dtype: str) -> tuple[Samples, Samples]:
    """Mask and clean colours that the core makes of the same disc, without GIMP."""
    rgb, _ = draw_disc()
    if dtype == "float32":
        picture: AnyArray = rgb.astype(np.float32) / np.float32(255)
    else:
        picture = rgb.astype(dtype) * np.array({"uint8": 1, "uint16": 257}[dtype], dtype)
    layers = [one for one in cut_out(picture, solver="guided").document.layers if isinstance(one, Layer)]
    assert layers[-1].mask is not None
    return layers[-1].mask.pixels, layers[-1].pixels


@both_versions
def test_every_procedure_is_in_its_menu(seen: dict[str, Any]) -> None:
    assert look_at(seen, "registered") == {
        "remove-background": "Remove _Background…",
        "adjust-edge": "_Adjust Edge of Cut-Out…",
        "refine-edge": "Re_fine Edge from Selection…",
        "clean-colours": "Clean _Edge Colours…",
        "select-subject": "Select S_ubject…",
        "select-object": "Select _Object…",
        "open-editor": "Open in _Mattework…",
        "shadow": "S_hadow…",
        "background": "Bac_kground Colour…",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_image_gets_its_mask_and_keeps_its_pixels(
    host: GimpHost, seen: dict[str, Any], kind: str
) -> None:
    entry = look_at(seen, "kinds")[kind]
    succeed(entry)
    assert entry["pixels_untouched"]
    sample = entry["mask_format"].rpartition(" ")[2]
    mask = read_mask(host, entry["mask"], sample)
    _, truth = draw_disc()
    # Gray and indexed lose some of the contrast between subject and ground.
    assert np.abs(unit_values(mask) - truth).mean() < (0.02 if kind.startswith("rgb") else 0.05)
    assert len(entry["layers"]) == (1 if kind.startswith("indexed") else 2)


@pytest.mark.parametrize("kind", PLAIN)
def test_masks_and_colours_are_the_cores_byte_for_byte(
    host: GimpHost, seen: dict[str, Any], kind: str
) -> None:
    entry = look_at(seen, "kinds")[kind]
    sample = entry["mask_format"].rpartition(" ")[2]
    mask, colours = cut_in_core({"u8": "uint8", "u16": "uint16", "float": "float32"}[sample])
    assert read_mask(host, entry["mask"], sample).tobytes() == mask.tobytes()
    made = np.fromfile(host.work / "out" / entry["colours"], np.float32).reshape(HEIGHT, WIDTH, 3)
    assert np.abs(made - unit_values(colours)).max() < 1e-6


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith(("rgb", "gray"))])
def test_clean_colours_differ_only_at_the_edge(host: GimpHost, seen: dict[str, Any], kind: str) -> None:
    entry = look_at(seen, "kinds")[kind]
    assert entry["colours_format"] == entry["format"]
    assert entry["same_mask"]
    made = np.fromfile(host.work / "out" / entry["colours"], np.float32).reshape(HEIGHT, WIDTH, 3)
    photo = np.fromfile(host.work / "out" / entry["perceptual"], np.float32).reshape(HEIGHT, WIDTH, 3)
    mask = unit_values(read_mask(host, entry["mask"], entry["mask_format"].rpartition(" ")[2]))
    # An 8-bit mask says 255 where the alpha behind it is a little less.
    assert np.abs(made[mask == 1] - photo[mask == 1]).max() <= 0.01
    assert np.abs(made - photo).max() > 0.02


def test_samples_in_a_wide_profile_are_not_converted(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "profiled")
    succeed(entry)
    assert entry["untouched"]
    assert entry["same_format"]
    assert entry["inside"] > 1000
    assert entry["inside_equal"]


@both_versions
def test_offset_selection_and_other_layers_are_left_alone(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "surroundings")
    succeed(entry)
    assert read_mask(host, entry["mask"]).tobytes() == cut_in_core("uint8")[0].tobytes()
    assert entry["mask_place"] == entry["clean_place"] == [-30, 20]
    assert entry["selected"] == ["Other"]
    assert entry["selection_kept"]
    assert [one["name"] for one in entry["layers"]] == ["Other", "Disc (clean colours)", "Disc"]
    assert [one["visible"] for one in entry["layers"]] == [True, True, False]


@both_versions
@pytest.mark.parametrize("mode", ["replace", "intersect", "add"])
def test_a_mask_that_is_there_is_replaced_or_combined(
    host: GimpHost, seen: dict[str, Any], mode: str
) -> None:
    entry = look_at(seen, "existing_masks")[mode]
    succeed(entry)
    mask = cut_in_core("uint8")[0]
    half = np.zeros_like(mask)
    half[:, : WIDTH // 2] = 255
    wanted = {"replace": mask, "intersect": np.minimum(mask, half), "add": np.maximum(mask, half)}[mode]
    assert read_mask(host, entry["mask"]).tobytes() == wanted.tobytes()
    assert entry["still_editing"], "who was painting on the mask still is"
    assert entry["layers"] == 1


@both_versions
def test_groups_and_text_get_masks_and_stay_what_they_are(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "groups_and_text")
    for name in ("group", "text", "inner"):
        succeed(entry[name])
    assert entry["group"]["children"] == 1
    _, truth = draw_disc()
    assert np.abs(read_mask(host, entry["group"]["mask"]) / 255 - truth).mean() < 0.02
    assert entry["text"]["still_text"]
    assert entry["text"]["mask"]
    assert len(entry["inner"]["children"]) == 2, "clean colours stay inside the group"
    if host.program == GIMP_32:
        succeed(entry["link"])
        succeed(entry["link_shadow"])
        assert entry["link"]["still_link"]
        assert read_mask(host, entry["link"]["mask"]).tobytes() == cut_in_core("uint8")[0].tobytes()


def test_several_layers_at_once_and_a_second_time(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "several_layers")
    succeed(entry)
    succeed(entry["again"])
    assert len(entry["layers"]) == 4
    assert all(one["mask"] for one in entry["layers"])
    assert len(entry["layers_again"]) == 4, "clean colours of before are replaced, not piled up"
    assert entry["selected"] == 2
    succeed(entry["bare"])
    assert len(entry["layers_bare"]) == 2, "without clean colours those of before are gone"
    assert all(one["visible"] and one["mask"] for one in entry["layers_bare"])


def test_locked_groups_and_layers_get_what_others_get(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "locks")
    for step in ("cut", "again", "background", "shadow"):
        succeed(entry[step])
    assert entry["laid_out"] == [
        ["Disc (clean colours)", [40, 30], True, True, None],
        ["Disc", [40, 30], False, True, None],
    ]
    assert entry["still_locked"]
    assert entry["laid_out_again"] == [["Disc", [40, 30], True, True, None]]
    assert entry["white"]
    ((name, (left, top), *_),) = entry["shadow_at"]
    assert name == "Disc (shadow)"
    assert left > 40
    assert top > 30


def test_clean_colours_look_as_their_layer_and_a_background_lies_under_all(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "looks_of_layers")
    succeed(entry["cut"])
    assert all(entry["alike"])
    succeed(entry["background"])
    assert entry["under_the_lower"] == [2, ["Disc #1", "Background"]]


def test_several_subjects_are_intersected_with_the_selection_together(
    host: GimpHost, seen: dict[str, Any]
) -> None:
    entry = look_at(seen, "several_subjects")
    succeed(entry["all"])
    succeed(entry["intersect"])
    shape = HEIGHT, 2 * WIDTH
    wanted = np.fromfile(host.work / "out" / entry["selection"], np.uint8).reshape(shape)
    assert wanted[:, :WIDTH].any()
    assert wanted[:, WIDTH:].any()
    wanted[HEIGHT // 2 :] = 0
    intersected = np.fromfile(host.work / "out" / entry["intersected"], np.uint8).reshape(shape)
    assert intersected.tobytes() == wanted.tobytes()
    assert entry["channels"] == 0


@both_versions
def test_the_subject_becomes_a_soft_selection(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "subject_selection")
    succeed(entry)
    selection = np.fromfile(host.work / "out" / entry["selection"], np.uint8).reshape(70, 100)
    wanted = np.zeros_like(selection)
    mask = cut_in_core("uint8")[0]
    wanted[:, 10:] = mask[8:78, :90]
    assert selection.tobytes() == wanted.tobytes()
    assert entry["channels"] == 0
    assert entry["selected"] == ["Disc"]
    assert not entry["mask"]
    succeed(entry["intersect"])
    wanted[:, 58:] = 0
    assert np.fromfile(host.work / "out" / entry["intersected"], np.uint8).tobytes() == wanted.tobytes()


@both_versions
def test_the_edge_is_refined_where_the_selection_is_and_nowhere_else(
    host: GimpHost, seen: dict[str, Any]
) -> None:
    entry = look_at(seen, "refining")
    assert entry["nothing_selected"]["status"] == "calling-error"
    assert "Select the hair" in entry["nothing_selected"]["error"]
    hard = np.fromfile(host.work / "hard.raw", np.uint8).reshape(HEIGHT, WIDTH)
    band = np.fromfile(host.work / "band.raw", np.uint8).reshape(HEIGHT, WIDTH)
    _, truth = draw_disc()
    for way in ("channel", "selection"):
        succeed(entry[way])
        mask = read_mask(host, entry[f"from_{way}"])
        assert (mask[band == 0] == hard[band == 0]).all()
        inside = band > 0
        error = np.abs(mask[inside] / 255 - truth[inside]).mean()
        assert error < 0.5 * np.abs(hard[inside] / 255 - truth[inside]).mean()
    succeed(entry["without_mask"])
    assert np.abs(read_mask(host, entry["from_nothing"]) / 255 - truth).mean() < 0.02


@both_versions
def test_colours_are_cleaned_under_a_mask_of_the_users_own(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "colours_and_background")
    assert "neither a mask nor transparency" in entry["no_mask"]["error"]
    succeed(entry["clean"])
    colours = np.fromfile(host.work / "out" / entry["colours"], np.uint8).reshape(HEIGHT, WIDTH, 3)
    rgb, alpha = draw_disc()
    edge = (alpha > 0.1) & (alpha < 0.9)
    subject = np.array([200, 70, 60])
    assert np.abs(colours[edge] - subject).mean() < 0.5 * np.abs(rgb[edge] - subject).mean()
    succeed(entry["background"])
    names = [one["name"] for one in entry["layers_with_background"]]
    assert names == ["Disc (clean colours)", "Disc", "Background"]
    assert entry["corner"] == [255, 255, 255]
    succeed(entry["default"])
    assert entry["default"]["colour"] == [255, 255, 255], "also where GIMP has forgotten the default"


@both_versions
def test_clean_colours_that_were_painted_on_are_kept_hidden(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "painted_colours")
    for step in ("plain", "painted", "after", "none"):
        succeed(entry[step])
    layers = {
        step: [(one["name"], one["visible"]) for one in entry[f"{step}_layers"]]
        for step in ("plain", "painted", "after", "none")
    }
    assert layers["plain"] == [("Disc (clean colours)", True), ("Disc", False)]
    painted = ("Disc (clean colours, painted)", False)
    assert layers["painted"] == [painted, ("Disc (clean colours)", True), ("Disc", False)]
    assert layers["after"] == layers["painted"], "what was not painted on is replaced"
    assert entry["kept"]
    assert layers["none"] == [painted, ("Disc", True)]


@both_versions
@pytest.mark.parametrize(
    "procedure", ["remove-background", "adjust-edge", "refine-edge", "clean-colours", "shadow"]
)
def test_clean_colours_stand_for_the_layer_they_were_made_for(seen: dict[str, Any], procedure: str) -> None:
    entry = look_at(seen, "clean_colours_chosen")
    original, clean, both = entry[procedure]
    for side in (original, clean, both):
        succeed(side["done"])
    assert clean == both == original
    cut_out = [one["name"] for one in original["layers"] if "shadow" not in one["name"]]
    assert cut_out == ["Disc (clean colours)", "Disc"]
    assert original["masks"][0] == original["masks"][1]


@both_versions
def test_what_was_painted_on_the_mask_of_clean_colours_is_refined_too(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "clean_colours_chosen")
    succeed(entry["painted"])
    assert entry["painted_upper"] == [True, True]


@both_versions
def test_what_was_made_for_a_layer_is_known_in_a_duplicated_image(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "duplicated")
    for step in ("adjusted", "cut", "shadow", "twice"):
        succeed(entry[step])
    names = ["Disc (clean colours)", "Disc", "Disc (shadow)", "Below"]
    assert [one["name"] for one in entry["layers"]] == names
    assert entry["after_adjusting"] == entry["layers"]
    assert entry["after_cutting"] == entry["layers"]
    assert entry["after_twice"] == entry["layers"]


@both_versions
def test_a_duplicated_layer_gets_clean_colours_of_its_own(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "duplicated")
    for step in (entry["second"], *entry["both"]):
        succeed(step)
    names = ["Disc (clean colours)", "Second (clean colours)", "Second", "Disc", "Disc (shadow)", "Below"]
    assert [one["name"] for one in entry["after_second"]] == names
    assert sorted(one["name"] for one in entry["after_both"]) == sorted(names)


@both_versions
def test_files_keep_the_mask_and_the_recipe(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "saved_and_opened_again")
    succeed(entry)
    assert entry["xcf"]["mask_same"]
    assert entry["psd"]["mask_same"]
    mask = read_mask(host, entry["mask"], "u16")
    succeed(entry["adjusted"])
    tighter = read_mask(host, entry["adjusted_mask"], "u16")
    assert (tighter <= mask).all()
    assert (tighter < mask).any(), "the edge was moved inwards, from the recipe in the XCF alone"
    assert len(entry["adjusted_layers"]) == 2
    assert "keeps no recipe" in entry["no_recipe"]["error"]


@both_versions
def test_another_program_reads_the_same_mask_from_gimps_psd(host: GimpHost, seen: dict[str, Any]) -> None:
    entry = look_at(seen, "saved_and_opened_again")
    psd = PSDImage.open(host.work / "out" / "saved.psd")
    bottom = psd[0]
    assert bottom.name == "Disc"
    assert bottom.mask is not None
    image = bottom.mask.topil()
    assert image is not None
    wanted = read_mask(host, entry["mask"], "u16")
    assert np.abs(np.asarray(image).astype(int) - (wanted >> 8)).max() <= 1


@both_versions
def test_script_fu_calls_it_too(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "script_fu")
    succeed(entry)
    assert [one["mask"] for one in entry["layers"]] == [True, True]


def test_refusals_are_sentences_and_change_nothing(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "refusals")
    assert entry["channel"]["status"] == "calling-error"
    assert "Select a layer first" in entry["channel"]["error"]
    assert "no-such-model" in entry["unknown_model"]["error"]
    assert "No subject was found in the layer 'Disc'. Nothing was changed." in entry["no_subject"]["error"]
    assert entry["layers"] == [{"name": "Disc", "visible": True, "mask": False}]


FAILURES = {
    "missing": (
        "execution-error",
        "does not exist. Install Mattework again, then run: mattework gimp install",
    ),
    "unknown": ("execution-error", "The Mattework engine is not installed"),
    "broken": ("execution-error", "did not start"),
    "newer": ("execution-error", "The Mattework engine is newer than this plug-in"),
    "worker_killed": ("execution-error", "ended while it worked"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_broken_engine_is_one_sentence_in_gimp(seen: dict[str, Any], failure: str) -> None:
    entry = look_at(seen, "broken_engines")[failure]
    status, text = FAILURES[failure]
    assert entry["status"] == status
    assert text in entry["error"]
    assert entry["layers"] == [{"name": "Disc", "visible": True, "mask": False}]


def test_killing_the_plugin_cancels_the_work_and_leaves_no_files(seen: dict[str, Any]) -> None:
    entry = look_at(seen, "plugin_killed")
    assert entry["status"] != "success"
    assert entry["killed"]
    assert entry["files_before"] > 0
    assert entry["files_after"] == 0
    assert entry["layers"] == [{"name": "Disc", "visible": True, "mask": False}]
    succeed(entry["next_call"])


@both_versions
def test_no_temporary_file_is_left_behind(host: GimpHost, seen: dict[str, Any]) -> None:
    assert list((host.work / "tmp").rglob("*.raw")) == []


@both_versions
def test_the_plugin_folder_holds_what_the_installer_put_there(host: GimpHost, seen: dict[str, Any]) -> None:
    strange = [path for path in _list_files(host.plugin) if path.suffix not in (".py", ".pyc", ".json")]
    assert strange == []


def _list_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
