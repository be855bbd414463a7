from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import numpy as np
import pytest
from PIL import Image

from mattework.cli.models import import_model
from mattework.cli.root import run_command_line
from mattework.models.catalogue import load_catalogue
from mattework.models.spec import FileRole
from mattework.models.store import open_store
from models.file_server import FileServer, serve_files
from models.tiny_onnx import Node, Tensor, write_model

RECORD = """
id = "mine"
task = "subject"
purpose = "What is red."
files = [{{ name = "mine.onnx", sha256 = "{sha256}", url = "{url}/mine.onnx" }}]
input = {{ size = {{ rule = "stretch", width = 32, height = 32 }} }}

[licence]
commercial = "no"
weights = "CC BY-NC 4.0"
why = "The weights are not for paid work."
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("models", "config", "cache"):
        monkeypatch.setenv(f"MATTEWORK_{name.upper()}", str(tmp_path / name))
    for name in ("U2NET_HOME", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("MATTEWORK_MODEL_MIRROR", raising=False)
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture
def network() -> bytes:
    nodes = [Node("Gather", ["x", "i"], ["y"], {"axis": 1})]
    index = np.array([0], np.int64)
    return write_model(nodes, [Tensor("x", (1, 3, 32, 32))], [Tensor("y", (1, 1, 32, 32))], {"i": index})


@pytest.fixture
def server(network: bytes) -> Iterator[FileServer]:
    with serve_files({"mine.onnx": network, "u2netp.onnx": b"not the network"}) as running:
        yield running


def put_model(folder: Path, network: bytes, server: FileServer) -> Path:
    """A network with its record, where a user may keep it."""
    folder.mkdir(parents=True, exist_ok=True)
    record = RECORD.format(sha256=hashlib.sha256(network).hexdigest(), url=server.address)
    (folder / "mine.toml").write_text(record)
    (folder / "mine.onnx").write_bytes(network)
    return folder / "mine.onnx"


def run(*arguments: str) -> int:
    return run_command_line(["models", *arguments])


def test_list_is_plain_in_a_pipe(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(load_catalogue())
    rows = {line.split("\t")[0]: line.split("\t") for line in lines}
    assert rows["bria-rmbg"][1:3] == ["subject", "not installed"]
    assert rows["bria-rmbg"][4] == "no"


def test_the_list_says_how_a_model_is_got(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ways = {"mattework-subject": None, "u2netp": "install", "modnet-photographic": "import"}
    assert run("list", "--json") == 0
    rows = {row["id"]: row["get"] for row in json.loads(capsys.readouterr().out)}
    assert {name: rows[name] for name in ways} == ways

    assert run("list") == 0
    cells = {line.split("\t")[0]: line.split("\t")[6] for line in capsys.readouterr().out.splitlines()}
    assert {name: cells[name] or None for name in ways} == ways

    assert run("show", "u2netp") == 0
    assert "mattework models install u2netp" in capsys.readouterr().out
    assert run("show", "modnet-photographic", "--json") == 0
    assert json.loads(capsys.readouterr().out)["get"] == "import"


def test_list_for_machines_and_by_task(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json", "--task", "prompt") == 0

    rows = json.loads(capsys.readouterr().out)
    assert {row["task"] for row in rows} == {"prompt"}
    assert "mobile-sam" in {row["id"] for row in rows}


def test_show_tells_terms_in_plain_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "bria-rmbg") == 0
    text = capsys.readouterr().out
    assert "no. The weights are under CC BY-NC 4.0: paid work needs an agreement" in text
    assert "sha256 5b486f08" in text

    assert run("show", "bria-rmbg", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["input"]["size"] == {**record["input"]["size"], "rule": "stretch", "width": 1024}
    assert record["state"] == "not installed"


def test_show_tells_the_hash_of_several_files_as_reports_have_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (40, 40), (200, 30, 30)).save(tmp_path / "red.png")
    cut = ["cut", str(tmp_path / "red.png"), "-o", str(tmp_path / "cut.png"), "--json"]
    assert run_command_line(cut) == 0
    told = json.loads(capsys.readouterr().out)
    report = told[0] if isinstance(told, list) else told

    assert run("show", "mattework-subject") == 0
    assert f"all files     sha256 {report['model_sha256']}, as reports" in capsys.readouterr().out


def test_show_is_short_unless_all_is_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "mattework-subject") == 0
    short = capsys.readouterr().out
    assert len(short.splitlines()) < 20
    assert "mattework models show mattework-subject --full" in short
    assert run("show", "mattework-subject", "--full") == 0
    assert len(capsys.readouterr().out.splitlines()) > 40


def test_unknown_models_end_with_the_code_of_models(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "u2netq") == 5
    assert "Did you mean u2net" in capsys.readouterr().err


def test_a_model_whose_terms_are_declined_is_not_used(
    home: Path,
    network: bytes,
    server: FileServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = put_model(tmp_path / "elsewhere", network, server)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)

    assert run("import", str(path)) == 5
    assert "is not used, because its terms were not accepted" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*.json")) == []  # nothing kept of it, nothing copied
    assert list(home.iterdir()) == []


def test_a_record_beside_a_file_of_the_catalogue_is_not_passed_over_in_silence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = load_catalogue()["mattework-subject"]
    found = open_store().find_files(spec)[0]
    file = tmp_path / "shoes.onnx"
    file.write_bytes(found.path.read_bytes())
    assert run("import", str(file)) == 0
    assert "not used" not in capsys.readouterr().err
    record = file.with_suffix(".toml")
    record.write_text('id = "shoes"')
    assert run("import", str(file)) == 0
    assert f"{record} was not used" in capsys.readouterr().err


def test_terms_are_asked_once_then_the_model_is_used(
    home: Path, network: bytes, server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put_model(tmp_path / "elsewhere", network, server)

    assert run("import", str(path)) == 5  # no terminal to ask on
    assert "--accept-licence" in capsys.readouterr().err
    assert run("import", str(path), "--accept-licence") == 0
    assert (home / "mine.onnx").read_bytes() == network
    assert run("import", str(path)) == 0
    capsys.readouterr()

    assert run("list", "--installed", "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["mine"]["state"] == "installed"
    assert rows["mine"]["origin"] == "user"


def test_what_show_prints_begins_a_record_of_ones_own(
    home: Path, network: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "u2net", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    record["id"], record["files"] = "own", [{"name": "own.onnx"}]
    (tmp_path / "own.onnx").write_bytes(network)
    (tmp_path / "own.json").write_text(json.dumps(record))
    assert run("import", str(tmp_path / "own.onnx")) == 0
    assert (home / "own.onnx").read_bytes() == network


def test_install_fetches_verify_checks_remove_deletes(
    home: Path, network: bytes, server: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    put_model(home, network, server)
    (home / "mine.onnx").write_bytes(b"x")

    assert run("verify", "mine") == 5
    assert "DAMAGED" in capsys.readouterr().err

    (home / "mine.onnx").unlink()
    (home / "mine.toml").rename(home / "kept.toml")
    (home / "kept.onnx").write_bytes(b"")  # its record is found by any network of the same name
    assert run("install", "mine") == 5
    assert server.requests == []
    assert run("install", "mine", "--accept-licence") == 0
    assert (home / "mine.onnx").read_bytes() == network
    capsys.readouterr()

    assert run("verify", "mine", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["sound"] is True
    assert run("where", "mine") == 0
    assert capsys.readouterr().out.strip() == str(home / "mine.onnx")
    assert run("remove", "mine") == 0
    assert not (home / "mine.onnx").exists()


def test_a_wrong_file_from_a_mirror_is_refused(
    home: Path, server: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("install", "u2netp", "--mirror", server.address) == 5

    assert "hash differs" in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_models_without_a_hash_are_not_fetched(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("install", "mobile-sam") == 5

    message = capsys.readouterr().err
    assert "no download that could be checked" in message
    assert str(home) in message


def test_terms_are_not_asked_for_what_cannot_be_fetched(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("install", "rmbg-1.4", "--accept-licence") == 5

    assert "no download that could be checked" in capsys.readouterr().err
    assert not (tmp_path / "config").exists(), "nothing was accepted"


def test_terms_are_accepted_for_what_was_put_there_by_hand(
    home: Path, network: bytes, server: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    put_model(home, network, server)

    assert run("install", "mine") == 5
    assert run("install", "mine", "--accept-licence") == 0
    assert "mine is installed already" in capsys.readouterr().err
    assert run("install", "mine") == 0


def test_verifying_tells_of_every_model_that_is_here(
    home: Path, network: bytes, server: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    put_model(home, network, server)
    (home / "mine.onnx").write_bytes(b"x")

    assert run("verify", "mattework-subject", "mine", "--json") == 5
    out, err = capsys.readouterr()
    *sound, damaged = json.loads(out)
    assert [(one["model"], one["sound"], one["error"]) for one in sound] == [
        ("mattework-subject", True, None)
    ] * 2
    assert (damaged["model"], damaged["sound"]) == ("mine", False)
    assert damaged["error"] in err

    assert run("verify", "mattework-subject", "u2netp", "--json") == 5
    out, err = capsys.readouterr()
    assert out == "", "nothing is read when one that is named is not here"
    assert "u2netp" in err


def test_words_of_a_record_are_no_markup(
    home: Path,
    network: bytes,
    server: FileServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_model(home, network, server)
    record = (home / "mine.toml").read_text()
    (home / "mine.toml").write_text(record.replace("What is red.", "Hair [/beta] and [red]fur."))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert run("list", "--installed") == 0
    assert "Hair [/beta] and [red]fur." in " ".join(capsys.readouterr().out.split())


def test_first_sight_is_said_plainly(
    home: Path, network: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "exported.onnx"
    file.write_bytes(network)

    assert run("import", str(file), "--as", "modnet-photographic") == 0

    message = capsys.readouterr().err
    assert "Nobody published a hash" in message
    assert hashlib.sha256(network).hexdigest() in message


def test_where_names_every_folder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("where", "--json") == 0

    places = {row["place"]: row["folder"] for row in json.loads(capsys.readouterr().out)}
    assert places["user"] == str(home)
    assert "embedded" in places


def test_verify_tells_of_a_file_that_is_missing(
    home: Path, network: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "sam2.1-tiny.encoder.onnx").write_bytes(network)

    assert run("verify", "sam2.1-tiny", "--json") == 5
    rows = {row["file"]: row for row in json.loads(capsys.readouterr().out)}
    assert not rows["sam2.1-tiny.decoder.onnx"]["sound"]
    assert "models import" in rows["sam2.1-tiny.decoder.onnx"]["error"]

    assert run("verify", "sam2.1-tiny") == 5
    assert "sam2.1-tiny.decoder.onnx: MISSING" in capsys.readouterr().err


def test_models_of_one_card_show_it_both(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for model in ("mattework-subject", "mattework-subject-float"):
        assert run("show", model, "--full") == 0
        told.append(capsys.readouterr().out.split("\n\n", 1)[1])
    assert "Known failures" in told[0]
    assert told[0] == told[1]


def test_every_role_of_a_file_can_be_named() -> None:
    option = next(one for one in import_model.params if one.name == "role")
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == get_args(FileRole)
