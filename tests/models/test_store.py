from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mattework.atomic import TEMPORARY_SUFFIX, write_atomically
from mattework.errors import Cancelled, ConsentNeeded, ModelDamaged, ModelError, ModelNotInstalled
from mattework.models import hashes
from mattework.models.catalogue import find_spec, load_user_records
from mattework.models.consent import give_consent, has_consent
from mattework.models.spec import InputRule, Licence, ModelFile, ModelSpec, SizeRule
from mattework.models.store import ModelFolder, ModelStore, open_store

CONTENT = b"\x08" + b"the weights of a network" * 1000
RECORD = """
id = "mine"
task = "subject"
files = [{ name = "mine.onnx" }]
input = { size = { rule = "letterbox", width = 64, height = 64 } }
"""


def make_spec(**file: object) -> ModelSpec:
    return ModelSpec(
        id="one",
        task="subject",
        files=(ModelFile(name="one.onnx", **file),),  # type: ignore[arg-type]
        input=InputRule(size=SizeRule(rule="stretch", width=8, height=8)),
    )


PINNED = make_spec(sha256=hashlib.sha256(CONTENT).hexdigest(), bytes=len(CONTENT))
UNPINNED = make_spec()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "downloads" / "some name.onnx"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return path


def test_folders_are_searched_in_order(home: Path, tmp_path: Path) -> None:
    rembg = tmp_path / "u2net"
    rembg.mkdir()
    (rembg / "u2netp.onnx").write_bytes(b"theirs")
    store = open_store()

    assert [folder.place for folder in store.folders] == ["embedded", "user", "rembg"]
    found = store.find_file(find_spec("u2netp").files[0])
    assert found is not None
    assert (found.place, found.path) == ("rembg", rembg / "u2netp.onnx")

    home.mkdir()
    (home / "u2netp.onnx").write_bytes(b"ours")
    again = store.find_file(find_spec("u2netp").files[0])
    assert again is not None
    assert again.place == "user"


def test_rembgs_other_folders_are_found(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xdg" / ".u2net").mkdir(parents=True)
    (tmp_path / "home" / ".u2net").mkdir(parents=True)

    paths = [folder.path for folder in open_store().folders if folder.place == "rembg"]

    assert paths == [tmp_path / "xdg" / ".u2net", tmp_path / "home" / ".u2net"]


def test_a_folder_that_may_not_be_looked_into_holds_no_models(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs this may look into everything; a name that is too long fails in the same place.
    closed = tmp_path / ("x" * 300)
    for name in ("U2NET_HOME", "XDG_DATA_HOME", "MATTEWORK_MODELS"):
        monkeypatch.setenv(name, str(closed))
    kept = tmp_path / "cache" / "model-hashes.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(f'{{"{closed}/x.onnx": {{"stamp": [1, 2], "sha256": "a", "md5": "b"}}}}')
    store = open_store()
    assert closed not in [folder.path for folder in store.folders if folder.place == "rembg"]
    assert store.require(find_spec("mattework-subject"))["model"].found.place == "embedded"
    assert load_user_records(closed) == ({}, [])


def test_an_import_is_copied_under_the_records_name(store: ModelStore, file: Path) -> None:
    known = store.recognise_file(file, spec=PINNED)
    assert not store.home.exists()
    verified = store.import_file(known)

    assert verified.found.path == store.home / "one.onnx"
    assert verified.found.path.read_bytes() == CONTENT
    assert verified.trust == "record"
    assert file.read_bytes() == CONTENT
    assert store.require(PINNED)["model"].sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_an_import_can_be_a_hard_link(store: ModelStore, file: Path) -> None:
    verified = store.import_file(store.recognise_file(file, spec=PINNED), link=True)

    assert verified.found.path.samefile(file)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_hard_link_of_a_link_is_one_of_the_file(store: ModelStore, file: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    link = tmp_path / "linked" / "mine.onnx"
    link.symlink_to(os.path.relpath(file, link.parent))

    verified = store.import_file(store.recognise_file(link, spec=PINNED), link=True)

    assert not verified.found.path.is_symlink()
    assert verified.found.path.samefile(file)
    assert store.is_installed(PINNED)


def test_a_file_that_is_still_being_written_is_not_imported(store: ModelStore, file: Path) -> None:
    known = store.recognise_file(file, spec=UNPINNED)
    with file.open("ab") as stream:
        stream.write(b"the rest")

    with pytest.raises(ModelError, match=r"some name\.onnx is being changed"):
        store.import_file(known)

    assert list(store.home.iterdir()) == []


def test_a_cancelled_import_leaves_what_was_there(store: ModelStore, file: Path) -> None:
    store.import_file(store.recognise_file(file, spec=UNPINNED))
    file.write_bytes(CONTENT * 2)

    def cancel(step: str, _: float) -> None:
        if step == "copy":
            raise Cancelled

    with pytest.raises(Cancelled):
        store.import_file(store.recognise_file(file, spec=UNPINNED), progress=cancel)

    assert [path.name for path in store.home.iterdir()] == ["one.onnx"]
    assert store.require(UNPINNED)["model"].sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_what_a_killed_import_left_goes_with_the_model(store: ModelStore, file: Path) -> None:
    target = store.import_file(store.recognise_file(file, spec=PINNED)).found.path
    with write_atomically(target, overwrite=True):
        (half,) = (path for path in store.home.iterdir() if path.name.endswith(TEMPORARY_SUFFIX))
        left = half.with_name(half.name.replace(TEMPORARY_SUFFIX, f"0{TEMPORARY_SUFFIX}"))
        left.write_bytes(b"half a network")

    store.remove(PINNED)

    assert list(store.home.iterdir()) == []


def test_importing_what_is_there_already_keeps_it(store: ModelStore, file: Path) -> None:
    verified = store.import_file(store.recognise_file(file, spec=PINNED))

    again = store.import_file(store.recognise_file(verified.found.path, spec=PINNED))

    assert again.found.path.read_bytes() == CONTENT


def test_another_file_is_refused_and_nothing_changes(store: ModelStore, file: Path) -> None:
    file.write_bytes(CONTENT + b"!")

    with pytest.raises(ModelDamaged, match="hash differs"):
        store.import_file(store.recognise_file(file, spec=PINNED))

    assert not store.is_installed(PINNED)


def test_a_known_hash_needs_no_name(store: ModelStore, shared_data: Path) -> None:
    known = store.recognise_file(shared_data / "models/selfie_segmentation/selfie_segmentation.onnx")
    verified = store.import_file(known)

    assert known.spec.id == "mediapipe-selfie"
    assert verified.trust == "record"


def test_an_unknown_file_says_what_can_be_done(store: ModelStore, file: Path) -> None:
    with pytest.raises(ModelError, match=r"hash of no model that we know.*--as ID.*some name\.toml"):
        store.import_file(store.recognise_file(file))


def test_a_record_beside_the_file_makes_a_model_of_ones_own(store: ModelStore, file: Path) -> None:
    file.with_suffix(".toml").write_text(RECORD)

    known = store.recognise_file(file)
    verified = store.import_file(known)

    spec = known.spec
    assert (spec.id, spec.origin) == ("mine", "user")
    assert verified.trust == "import"
    assert sorted(path.name for path in store.home.glob("mine.*")) == ["mine.onnx", "mine.toml"]
    assert find_spec("mine") == spec
    assert {path.name for path in store.remove(spec)} == {"mine.onnx", "mine.toml"}


def test_a_changed_record_takes_the_place_of_the_one_before(store: ModelStore, file: Path) -> None:
    pinned = RECORD.replace('"mine.onnx"', f'"mine.onnx", sha256 = "{PINNED.files[0].sha256}"')
    for width in (64, 96):
        file.with_suffix(".toml").write_text(pinned.replace("width = 64", f"width = {width}"))
        store.import_file(store.recognise_file(file))
        assert find_spec("mine").input.size.width == width
    file.with_suffix(".toml").unlink()
    record = {"id": "mine", "task": "subject", "files": [{"name": "mine.onnx"}]}
    shape = {"rule": "letterbox", "width": 128, "height": 64}
    file.with_suffix(".json").write_text(json.dumps({**record, "input": {"size": shape}}))
    store.import_file(store.recognise_file(file))
    assert find_spec("mine").input.size.width == 128


@pytest.mark.parametrize("saved", [b"<!DOCTYPE html>", b"version https://git-lfs.github.com/spec/v1", b""])
def test_a_web_page_or_a_pointer_is_not_taken_for_a_network(
    store: ModelStore, file: Path, saved: bytes
) -> None:
    file.write_bytes(saved)
    with pytest.raises(ModelError, match="is no ONNX file"):
        store.import_file(store.recognise_file(file, spec=UNPINNED))
    assert not (store.home / "one.onnx").exists()


def test_the_first_sight_of_an_unpublished_hash_is_held_to(store: ModelStore, file: Path) -> None:
    verified = store.import_file(store.recognise_file(file, spec=UNPINNED))
    assert verified.trust == "import"
    assert store.require(UNPINNED)["model"].trust == "import"

    (store.home / "one.onnx").write_bytes(CONTENT + b"!")
    with pytest.raises(ModelDamaged, match="has changed since it was first seen"):
        store.require(UNPINNED)

    file.write_bytes(CONTENT + b"!")
    store.import_file(store.recognise_file(file, spec=UNPINNED))
    assert store.require(UNPINNED)["model"].sha256 == hashlib.sha256(CONTENT + b"!").hexdigest()


def test_a_file_put_in_place_by_hand_is_taken_as_first_seen(store: ModelStore) -> None:
    store.home.mkdir()
    (store.home / "one.onnx").write_bytes(CONTENT)
    store.require(UNPINNED)

    (store.home / "one.onnx").write_bytes(b"swapped")

    with pytest.raises(ModelDamaged):
        store.require(UNPINNED)


def test_damage_is_told_with_a_way_out(store: ModelStore, file: Path) -> None:
    store.import_file(store.recognise_file(file, spec=PINNED))
    damaged = bytearray(CONTENT)
    damaged[77] ^= 1
    (store.home / "one.onnx").write_bytes(damaged)

    with pytest.raises(ModelDamaged, match=r"Delete that file .* mattework models import FILE --as one"):
        store.require(PINNED)

    (store.home / "one.onnx").write_bytes(CONTENT[:-1])
    with pytest.raises(ModelDamaged, match=f"has {len(CONTENT) - 1} bytes"):
        store.require(PINNED)


def test_hashes_are_read_again_only_when_the_file_changed(
    store: ModelStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_file(store.recognise_file(file, spec=PINNED))
    read: list[Path] = []
    real = hashes.hash_file

    def count(path: Path, **options: object) -> hashes.FileHashes:
        read.append(path)
        return real(path)

    monkeypatch.setattr(hashes, "hash_file", count)
    monkeypatch.setattr("mattework.models.store.hash_file", count)

    store.require(PINNED)
    store.require(PINNED)
    assert read == []

    found = store.find_files(PINNED)[0]
    os.utime(found.path, ns=(1, 1))
    store.require(PINNED)
    assert len(read) == 1

    store.verify_file(PINNED, found, rehash=True)
    assert len(read) == 2


def test_a_careful_forger_is_caught_by_verify(store: ModelStore, file: Path) -> None:
    """Same size, same time of change: neither `verify` is fooled nor, as the file system counts too, the cache."""
    store.import_file(store.recognise_file(file, spec=PINNED))
    found = store.find_files(PINNED)[0]
    times = found.path.stat().st_atime_ns, found.path.stat().st_mtime_ns
    found.path.write_bytes(CONTENT[::-1])
    os.utime(found.path, ns=times)

    if sys.platform != "win32":
        with pytest.raises(ModelDamaged):
            store.require(PINNED)
    with pytest.raises(ModelDamaged):
        store.verify_file(PINNED, found, rehash=True)


def test_a_newer_model_of_the_same_size_and_time_is_sound(
    store: ModelStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Packages that can be built again byte by byte give all their files one time."""
    store.import_file(store.recognise_file(file, spec=PINNED))
    path = store.find_files(PINNED)[0].path
    stamp = hashes.stamp_file(path)
    monkeypatch.setattr(hashes, "stamp_file", lambda _: stamp)
    store.require(PINNED)
    path.write_bytes(CONTENT[::-1])
    newer = make_spec(sha256=hashlib.sha256(CONTENT[::-1]).hexdigest(), bytes=len(CONTENT))
    assert store.require(newer)["model"].sha256 == newer.files[0].sha256


def test_an_md5_alone_is_good_enough_but_a_sha256_decides() -> None:
    both = hashes.FileHashes(sha256="a" * 64, md5="b" * 32)

    assert both.match(sha256=None, md5="b" * 32)
    assert not both.match(sha256="c" * 64, md5="b" * 32)
    assert not both.match(sha256=None, md5=None)


def test_a_damaged_cache_costs_time_only(store: ModelStore, file: Path, tmp_path: Path) -> None:
    store.import_file(store.recognise_file(file, spec=PINNED))
    (tmp_path / "cache" / "model-hashes.json").write_text("{ not json")

    assert store.require(PINNED)["model"].trust == "record"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
def test_a_folder_whose_name_is_no_text_costs_time_only(home: Path, file: Path) -> None:
    store = ModelStore([ModelFolder(home.with_name("mod\udce9les"), "user")])
    store.import_file(store.recognise_file(file, spec=PINNED))

    assert store.require(PINNED)["model"].trust == "record"


def test_where_the_first_hash_is_kept_is_named_when_it_cannot_be(
    store: ModelStore, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("a file in the way")

    with pytest.raises(ModelError, match=r"hashes-at-import\.json cannot be written"):
        store.import_file(store.recognise_file(file, spec=UNPINNED))


def test_terms_are_asked_for_once(store: ModelStore, file: Path) -> None:
    licence = Licence(commercial="no", weights="CC BY-NC 4.0", why="Not for paid work.")
    spec = replace(PINNED, licence=licence)
    store.import_file(store.recognise_file(file, spec=spec))

    with pytest.raises(ConsentNeeded, match=r"Not for paid work.*--accept-licence"):
        store.require(spec)

    give_consent(spec)
    assert store.require(spec)
    assert not has_consent(replace(spec, licence=replace(licence, weights="stricter terms")))
    assert has_consent(replace(spec, licence=licence, embedded=True))


def test_pairs_need_both_files(store: ModelStore, file: Path) -> None:
    spec = find_spec("sam2.1-tiny")
    with pytest.raises(ModelError, match="say with --role"):
        store.import_file(store.recognise_file(file, spec=spec))

    store.import_file(store.recognise_file(file, spec=spec, role="encoder"))
    assert not store.is_installed(spec)
    with pytest.raises(ModelNotInstalled, match=r"sam2\.1-tiny\.decoder\.onnx"):
        store.require(spec)

    store.import_file(store.recognise_file(file, spec=spec, role="decoder"))
    assert set(store.require(spec)) == {"encoder", "decoder"}


def test_only_the_users_folder_is_emptied(home: Path, tmp_path: Path) -> None:
    rembg = tmp_path / "u2net"
    rembg.mkdir()
    (rembg / "u2netp.onnx").write_bytes(b"theirs")
    store = ModelStore([ModelFolder(home, "user"), ModelFolder(rembg, "rembg")])

    with pytest.raises(ModelError, match=r"is in rembg's folder and is left alone"):
        store.remove(find_spec("u2netp"))

    assert (rembg / "u2netp.onnx").exists()


def test_a_folder_that_cannot_be_written_is_told(file: Path, tmp_path: Path) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_text("a file where the folder should be")
    store = ModelStore([ModelFolder(blocker / "models", "user")])

    with pytest.raises(ModelError, match="cannot be put into"):
        store.import_file(store.recognise_file(file, spec=PINNED))


def test_the_second_network_of_a_model_never_takes_the_place_of_the_first(
    store: ModelStore, file: Path, tmp_path: Path
) -> None:
    """The word "model" is in both names."""
    first, second = ModelFile(name="my-model.onnx"), ModelFile(name="my-model-second.onnx", role="second")
    pair = replace(UNPINNED, id="my-model", files=(first, second))
    for one in (first, second):
        (tmp_path / one.name).write_bytes(file.read_bytes() + one.role.encode())
        known = store.recognise_file(tmp_path / one.name, spec=pair)
        assert store.import_file(known).found.file == one
    assert (store.home / first.name).read_bytes().endswith(b"model")
