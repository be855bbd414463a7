from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from mattework.errors import ModelError, UnknownModel
from mattework.models.catalogue import find_spec, load_catalogue, load_user_records
from mattework.models.folders import embedded_folder
from mattework.models.spec import SizeRuleName, check_spec, parse_spec

RECORD = """
id = "mine"
task = "subject"
files = [{ name = "mine.onnx" }]
input = { size = { rule = "letterbox", width = 64, height = 64 } }
"""


def write_record(folder: Path, text: str, name: str = "mine") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    (folder / f"{name}.onnx").write_bytes(b"")


def test_the_catalogue_holds_what_people_ask_for() -> None:
    families = """
        mattework-subject u2net u2netp u2net-human-seg u2net-cloth-seg silueta isnet-general-use isnet-anime
        birefnet-general birefnet-general-lite birefnet-portrait birefnet-dis birefnet-hrsod birefnet-cod
        birefnet-massive birefnet-dynamic birefnet-hr birefnet-hr-matting birefnet-lite-2k bria-rmbg rmbg-1.4
        ben2-base modnet-photographic vitmatte-small vitmatte-base mobile-sam sam-vit-b sam2.1-tiny sam2.1-small
        sam2.1-base-plus lama mediapipe-selfie deeplabv3-pascal
    """

    assert set(families.split()) <= set(load_catalogue())


@pytest.mark.parametrize("model", load_catalogue())
def test_every_record_is_complete(model: str) -> None:
    spec = load_catalogue()[model]

    check_spec(spec)
    assert spec.id == model
    assert spec.title
    assert spec.purpose.endswith(".")
    assert spec.licence.why.endswith(".")
    assert all(page.startswith("https://") for page in spec.pages)
    assert spec.pages
    for file in spec.files:
        assert file.url is None or file.url.startswith("https://")
    if not (spec.embedded or all(file.is_pinned for file in spec.files)):
        assert spec.notes, "a file without a published hash is told to people"


def test_file_names_are_unique() -> None:
    names = [file.name.lower() for spec in load_catalogue().values() for file in spec.files]

    assert len(names) == len(set(names))


def test_only_our_own_model_is_built_in_and_free_of_questions() -> None:
    built_in = [spec for spec in load_catalogue().values() if spec.embedded]

    assert [spec.id for spec in built_in] == [
        "mattework-subject",
        "mattework-subject-float",
        "mattework-prompt",
        "mattework-refiner",
    ]
    assert {spec.licence.commercial for spec in built_in} == {"yes"}


@pytest.mark.parametrize("model", [spec.id for spec in load_catalogue().values() if spec.embedded])
def test_built_in_models_are_held_to_the_hashes_of_their_training(model: str) -> None:
    spec = load_catalogue()[model]
    if not all((embedded_folder() / file.name).is_file() for file in spec.files):
        pytest.skip(f"{model} is not in this checkout")

    assert spec.origin == "package"
    assert all(file.sha256 and file.bytes for file in spec.files)


def test_a_record_for_prompts_needs_its_table() -> None:
    with pytest.raises(ModelError, match="prompt"):
        parse_spec(RECORD.replace('"subject"', '"prompt"').encode(), suffix=".toml", source="mine")


@pytest.mark.parametrize(
    ("files", "mask_side", "message"),
    [
        (("mine.onnx", "mine.onnx"), 256, "a name of its own"),
        (("encoder.onnx", "decoder.onnx"), 0, "mask_side must be within 1 and 16384"),
    ],
)
def test_a_pair_that_cannot_work_is_refused(files: tuple[str, str], mask_side: int, message: str) -> None:
    record = f"""
id = "pair"
task = "prompt"
files = [{{ name = "{files[0]}", role = "encoder" }}, {{ name = "{files[1]}", role = "decoder" }}]
input = {{ size = {{ rule = "stretch", width = 64, height = 64 }} }}
prompt = {{ embeddings = {{ a = "b" }}, mask_side = {mask_side} }}
"""
    with pytest.raises(ModelError, match=message):
        parse_spec(record.encode(), suffix=".toml", source="a pair")


def test_records_that_are_like_others_replace_only_what_they_name() -> None:
    parent, child = find_spec("u2net"), find_spec("u2net-cloth-seg")

    assert child.input.mean == parent.input.mean
    assert child.licence.why == parent.licence.why
    assert child.input.size.width == 768
    assert child.output.activation == "argmax"


def test_hashes_of_known_files() -> None:
    assert find_spec("u2netp").files[0].md5 == "8e83ca70e441ab06c318d82300c84806"
    assert find_spec("isnet-general-use").files[0].md5 == "fc16ebd8b0c10d971d3513d564d01e29"


def test_unknown_models_get_a_hint(home: Path) -> None:
    with pytest.raises(UnknownModel, match=r"no model 'birefnet-genral'. Did you mean birefnet-general"):
        find_spec("birefnet-genral")
    with pytest.raises(UnknownModel, match="models list"):
        find_spec("zzz")


def test_users_records_are_found(home: Path) -> None:
    write_record(home, RECORD)

    assert find_spec("mine").origin == "user"
    assert find_spec("mine").licence.commercial == "unclear"


def test_a_record_without_its_network_is_not_listed(home: Path) -> None:
    home.mkdir()
    (home / "mine.toml").write_text(RECORD)

    assert load_user_records(home) == ({}, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("mine", "u2net"), "is the catalogue's|takes the id 'u2net'"),
        (("mine.onnx", "u2net.onnx"), "takes the file name"),
        (("letterbox", "mailbox"), "Invalid enum value"),
        (("height", "heigth"), "unknown field 'heigth' in size"),
        (("width = 64, ", ""), "needs width and height"),
        (("width = 64", "width = 64000"), "width must be within 0 and 16384"),
        (('task = "subject"', 'task = "subject"\noutput = { classes = [-7] }'), "counted from 0"),
        (("mine.onnx", "../../mine.onnx"), "not a plain name"),
        (('id = "mine"', ""), "missing required field `id`"),
        (("[{ name", "[{ md5 = 'XYZ', name"), "small hex digits"),
        (("task =", "task = ="), "cannot be read"),
        (('task = "subject"', 'task = "subject"\noutput = { temperature = nan }'), "must be finite"),
        (("size = {", "std = [1.0, nan, 1.0], size = {"), "must be finite"),
        (("task =", f"a = {'[' * 50_000}\ntask ="), "cannot be read"),
    ],
)
def test_records_that_cannot_be_used_say_why(home: Path, change: tuple[str, str], message: str) -> None:
    write_record(home, RECORD.replace(*change))

    specs, problems = load_user_records(home)

    assert specs == {}
    with pytest.raises(ModelError, match=message):
        raise ModelError(problems[0])
    with pytest.raises(UnknownModel, match="cannot be used"):
        find_spec("something-else")


def test_two_records_with_one_id_are_told(home: Path) -> None:
    write_record(home, RECORD)
    write_record(home, RECORD, "second")

    specs, problems = load_user_records(home)

    assert list(specs) == ["mine"]
    assert "Two records" in problems[0]


def test_the_guides_record_is_sound() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    record = guide.split("```toml\n")[1].split("```")[0]

    spec = parse_spec(record.encode(), suffix=".toml", source="the guide")

    assert spec.id == "my-model"
    for rule in get_args(SizeRuleName):
        assert f"| `{rule}` |" in guide


def test_json_records_read_the_same() -> None:
    json = (
        '{"id": "mine", "task": "subject", "files": [{"name": "mine.onnx"}], '
        '"input": {"size": {"rule": "letterbox", "width": 64, "height": 64}}}'
    )

    from_json = parse_spec(json.encode(), suffix=".json", source="a")
    assert from_json == parse_spec(RECORD.encode(), suffix=".toml", source="b")


@pytest.mark.parametrize("text", [b"", b"[]", b"3", b"\xff\xfe", b"{"])
def test_rubbish_is_no_record(text: bytes) -> None:
    for suffix in (".toml", ".json"):
        with pytest.raises(ModelError):
            parse_spec(text, suffix=suffix, source="rubbish")
