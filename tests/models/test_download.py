from __future__ import annotations

import errno
import hashlib
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from mattework.errors import Cancelled, ConsentNeeded, DownloadFailed, ModelDamaged, UsageError
from mattework.models.consent import give_consent
from mattework.models.download import install_model
from mattework.models.spec import InputRule, Licence, ModelFile, ModelSpec, SizeRule
from mattework.models.store import ModelStore
from models.file_server import FileServer, serve_files

CONTENT = np.random.default_rng(3).bytes(3_000_000)
NAME = "big.onnx"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve_files({NAME: CONTENT}) as running:
        yield running


def make_spec(address: str | None, content: bytes = CONTENT, **licence: str) -> ModelSpec:
    file = ModelFile(
        name=NAME,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        url=None if address is None else f"{address}/{NAME}",
    )
    return ModelSpec(
        id="big",
        task="subject",
        files=(file,),
        input=InputRule(size=SizeRule(rule="stretch", width=8, height=8)),
        licence=Licence(**licence),  # type: ignore[arg-type]
    )


def test_a_file_arrives_whole_and_under_its_name(store: ModelStore, server: FileServer) -> None:
    seen: list[float] = []
    spec = make_spec(server.address)

    paths = install_model(store, spec, progress=lambda step, fraction: seen.append(fraction))

    assert [path.name for path in paths] == [NAME]
    assert paths[0].read_bytes() == CONTENT
    assert sorted(path.name for path in store.home.iterdir()) == [NAME]
    assert max(seen) == 1.0
    assert store.require(spec)["model"].trust == "record"
    assert install_model(store, spec) == []  # nothing is fetched twice
    assert len(server.requests) == 1


def test_a_broken_line_goes_on_where_it_broke(store: ModelStore, server: FileServer) -> None:
    server.cut_after, server.cuts = 1_000_000, 2

    install_model(store, make_spec(server.address))

    assert (store.home / NAME).read_bytes() == CONTENT
    starts = [int(asked.removeprefix("bytes=").rstrip("-") or 0) for _, asked in server.requests]
    assert starts[0] == 0
    assert 0 < starts[1] < starts[2] <= 2_000_000


def test_a_cancelled_download_goes_on_next_time(store: ModelStore, server: FileServer) -> None:
    def stop(step: str, fraction: float) -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        install_model(store, make_spec(server.address), progress=stop)
    assert not (store.home / NAME).exists()
    kept = (store.home / f"{NAME}.part").stat().st_size
    assert kept > 0

    install_model(store, make_spec(server.address))

    assert (store.home / NAME).read_bytes() == CONTENT
    assert server.requests[-1] == (f"/{NAME}", f"bytes={kept}-")


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_two_at_once_do_not_spoil_each_other(store: ModelStore, server: FileServer) -> None:
    refused: list[DownloadFailed] = []

    def start_another(step: str, fraction: float) -> None:
        if step == "download" and not refused:
            with pytest.raises(DownloadFailed, match="Another Mattework is fetching") as caught:
                install_model(store, make_spec(server.address))
            refused.append(caught.value)

    install_model(store, make_spec(server.address), progress=start_another)

    assert refused
    assert (store.home / NAME).read_bytes() == CONTENT


def test_another_may_be_first_to_name_the_file(store: ModelStore, server: FileServer) -> None:
    others: list[object] = []

    def start_another(step: str, fraction: float) -> None:
        if step == "verify" and not others:
            others.append(None)
            others.extend(install_model(store, make_spec(server.address)))

    paths = install_model(store, make_spec(server.address), progress=start_another)

    assert others[1:] == paths == [store.home / NAME]
    assert paths[0].read_bytes() == CONTENT
    assert sorted(path.name for path in store.home.iterdir()) == [NAME]


def test_another_version_on_the_server_starts_again(store: ModelStore, server: FileServer) -> None:
    store.home.mkdir()
    (store.home / f"{NAME}.part").write_bytes(b"\0" * 500_000)
    (store.home / f"{NAME}.part.version").write_text('"older"')

    install_model(store, make_spec(server.address))

    assert (store.home / NAME).read_bytes() == CONTENT


def test_servers_without_ranges_or_versions_work_too(store: ModelStore, server: FileServer) -> None:
    server.etag, server.ranges = "", False
    server.cut_after, server.cuts = 1_000_000, 1

    install_model(store, make_spec(server.address))

    assert (store.home / NAME).read_bytes() == CONTENT


def test_a_whole_part_only_needs_its_hash(store: ModelStore, server: FileServer) -> None:
    store.home.mkdir()
    (store.home / f"{NAME}.part").write_bytes(CONTENT)
    (store.home / f"{NAME}.part.version").write_text('"one"')

    install_model(store, make_spec(server.address))

    assert (store.home / NAME).read_bytes() == CONTENT


def test_a_wrong_file_is_refused_and_deleted(store: ModelStore, server: FileServer) -> None:
    server.files[NAME] = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])

    with pytest.raises(DownloadFailed, match=r"hash differs. It was deleted"):
        install_model(store, make_spec(server.address))

    assert list(store.home.iterdir()) == []


def test_a_file_of_another_size_is_not_even_fetched(store: ModelStore, server: FileServer) -> None:
    server.files[NAME] = CONTENT + b"more"

    with pytest.raises(DownloadFailed, match="offers 3000004 bytes"):
        install_model(store, make_spec(server.address))


def test_a_missing_file_is_told_with_its_status(store: ModelStore, server: FileServer) -> None:
    server.files.clear()

    with pytest.raises(DownloadFailed, match="answered 404") as caught:
        install_model(store, make_spec(server.address))

    assert f"put it into {store.home} as {NAME}" in str(caught.value)


def test_without_a_network_the_message_says_what_to_put_where(store: ModelStore) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"

        with pytest.raises(DownloadFailed) as caught:
            install_model(store, make_spec(address))

    assert f"fetch {address}/{NAME}" in str(caught.value)
    assert f"put it into {store.home} as {NAME}" in str(caught.value)


def test_a_mirror_is_used_and_still_checked(
    store: ModelStore, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATTEWORK_MODEL_MIRROR", f"{server.address}/")
    spec = make_spec("http://nowhere.invalid")

    install_model(store, spec)

    assert (store.home / NAME).read_bytes() == CONTENT
    with pytest.raises(UsageError, match="http or https"):
        install_model(
            store, replace(spec, files=(replace(spec.files[0], name="b.onnx"),)), mirror="ftp://x/y"
        )


def test_what_only_a_mirror_holds_can_be_downloaded_where_one_is_set(
    store: ModelStore, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make_spec("http://nowhere.invalid")
    spec = replace(spec, files=(replace(spec.files[0], url=None),))
    assert not store.can_download(spec)
    monkeypatch.setenv("MATTEWORK_MODEL_MIRROR", server.address)

    assert store.can_download(spec)
    assert f"mattework models install {spec.id}" in store.describe_missing(spec, spec.files)
    unpinned = replace(spec, files=(replace(spec.files[0], sha256=None),))
    assert not store.can_download(unpinned)
    install_model(store, spec)
    assert (store.home / NAME).read_bytes() == CONTENT
    assert not store.can_download(spec)


def test_no_hash_no_download(store: ModelStore, server: FileServer) -> None:
    spec = make_spec(server.address)
    unpinned = replace(spec, files=(replace(spec.files[0], sha256=None),))

    with pytest.raises(DownloadFailed, match="no download that could be checked"):
        install_model(store, unpinned)

    assert server.requests == []


def test_terms_are_accepted_before_anything_is_fetched(store: ModelStore, server: FileServer) -> None:
    spec = make_spec(server.address, commercial="no", weights="CC BY-NC 4.0", why="Not for paid work.")

    with pytest.raises(ConsentNeeded, match="Not for paid work"):
        install_model(store, spec)
    assert server.requests == []

    give_consent(spec)
    assert install_model(store, spec)


def test_a_full_disk_is_noticed_beforehand(
    store: ModelStore, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=1000))

    with pytest.raises(DownloadFailed, match="Make room first"):
        install_model(store, make_spec(server.address))


def test_a_server_that_never_ends_does_not_fill_the_disk(
    store: ModelStore, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    usage = shutil.disk_usage(".")
    left = iter([1 << 40] * 5)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=next(left, 1000)))
    server.rounds = 30
    (file,) = make_spec(server.address).files
    spec = replace(make_spec(server.address), files=(replace(file, bytes=None),))

    with pytest.raises(DownloadFailed, match="Make room first"):
        install_model(store, spec)
    assert (store.home / f"{NAME}.part").stat().st_size == 0


def test_a_disk_that_fills_up_is_not_taken_for_a_foreign_folder(
    store: ModelStore, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(DownloadFailed, match=r"No space left on device\. Make room"):
        install_model(store, make_spec(server.address))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTP_PROXY", "ftp://127.0.0.1:9"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
    ],
)
def test_what_the_machine_is_set_to_is_told_where_it_cannot_be_used(
    store: ModelStore, server: FileServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(DownloadFailed, match=r"cannot be used as this machine is set up .* ALL_PROXY"):
        install_model(store, make_spec(server.address))
    assert server.requests == []


def test_a_damaged_file_is_not_taken_for_an_installed_model(store: ModelStore, server: FileServer) -> None:
    store.home.mkdir(parents=True, exist_ok=True)
    (store.home / NAME).write_bytes(CONTENT[:1000])
    with pytest.raises(ModelDamaged, match="Delete that file and get it again: mattework models install"):
        install_model(store, make_spec(server.address))
    (store.home / NAME).unlink()
    install_model(store, make_spec(server.address))
    assert install_model(store, make_spec(server.address)) == []


def test_going_on_is_promised_only_where_the_server_lets_us(store: ModelStore, server: FileServer) -> None:
    server.cut_after, server.cuts = 300_000, 99
    with pytest.raises(DownloadFailed, match="goes on from there"):
        install_model(store, make_spec(server.address))
    server.etag, server.ranges, server.cuts = "", False, 99
    (store.home / f"{NAME}.part").unlink()
    (store.home / f"{NAME}.part.version").unlink(missing_ok=True)
    with pytest.raises(DownloadFailed) as caught:
        install_model(store, make_spec(server.address))
    assert "goes on from there" not in str(caught.value)
