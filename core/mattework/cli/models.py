"""`mattework models`: what models there are, which are here, and how to get, check and remove them."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mattework.cli.display import say, show_progress
from mattework.cli.model_words import (
    TASKS,
    describe_model,
    describe_state,
    find_whole_hash,
    name_way,
    summarise_model,
)
from mattework.cli.report import print_json
from mattework.errors import ConsentNeeded, ModelDamaged, ModelError, ModelNotInstalled

if TYPE_CHECKING:
    from mattework.models.spec import ModelSpec

COMMERCIAL = {"yes": "yes", "no": "NO", "unclear": "unclear"}

accept_option = click.option(
    "--accept-licence", is_flag=True, help="Accept terms that forbid commercial use, without being asked."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


@click.group()
def models() -> None:
    """List, install, import and check models.

    The models called mattework-... are built in and work at once. The others are optional; nothing is fetched unless you
    say install.
    """


@models.command("list")
@click.option("--task", type=click.Choice(list(TASKS)), help="Only models for this task.")
@click.option("--installed", is_flag=True, help="Only models that are here.")
@json_option
def list_models(task: str | None, installed: bool, as_json: bool) -> None:
    """List every model: whether it is here, how to get it, its size, and whether paid work may use it.

    To get: "install" is fetched by `mattework models install`; "import" has no download that could be checked, and is taken
    in by `mattework models import` when you have its file. In a pipe, a line a model, with tabs: id, task, state, size,
    paid work, purpose, how to get it.
    """
    from mattework.models.catalogue import load_user_records
    from mattework.models.store import open_store

    store = open_store()
    rows = [
        summarise_model(spec, store)
        for spec in store.list_specs()
        if (task is None or spec.task == task) and (not installed or store.is_installed(spec))
    ]
    for problem in load_user_records(store.home)[1]:
        say(f"mattework: {problem}")
    if as_json:
        print_json(rows)
        return
    if not sys.stdout.isatty():
        for row in rows:
            size = "" if row["megabytes"] is None else f"{row['megabytes']:.1f} MB"
            click.echo(
                "\t".join(
                    [
                        row["id"],
                        row["task"],
                        row["state"],
                        size,
                        row["commercial"],
                        row["purpose"],
                        row["get"] or "",
                    ]
                )
            )
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, right in (
        ("model", False),
        ("here", False),
        ("to get", False),
        ("MB", True),
        ("paid work", False),
        ("for", False),
    ):
        table.add_column(name, justify="right" if right else "left", no_wrap=name == "model")
    for row in rows:
        size = "" if row["megabytes"] is None else f"{row['megabytes']:.1f}"
        here = "" if row["state"] == "not installed" else row["state"]
        cells = (row["id"], here, row["get"] or "", size, COMMERCIAL[row["commercial"]], row["purpose"])
        table.add_row(*map(Text, cells))
    Console().print(table)
    if any(row["get"] for row in rows):
        say("To get one: mattework models install MODEL, or import as `mattework models show MODEL` says.")


@models.command()
@click.argument("model")
@click.option(
    "--full", is_flag=True, help="Of a built-in model: how it was made, measured, and where it fails, too."
)
@json_option
def show(model: str, full: bool, as_json: bool) -> None:
    """Show a model's card: what it is for, its terms, its files and their hashes."""
    from mattework.models.catalogue import find_spec
    from mattework.models.folders import embedded_folder
    from mattework.models.store import open_store

    spec, store = find_spec(model), open_store()
    if as_json:
        import msgspec

        found = {one.file.name: str(one.path) for one in store.find_files(spec)}
        print_json(
            {
                **msgspec.to_builtins(spec),
                "sha256": find_whole_hash(spec, store),
                "state": describe_state(spec, store),
                "get": name_way(spec, store),
                "found": found,
            }
        )
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    for line in describe_model(spec, store):
        click.echo(textwrap.fill(line, width, subsequent_indent=" " * 16))
    card = None if spec.card is None else embedded_folder() / spec.card
    if spec.embedded and card is not None and card.is_file():
        click.echo()
        if not full:
            click.echo(
                f"How it was made, measured, and where it fails: mattework models show {spec.id} --full"
            )
            return
        _print_markdown(card.read_text(encoding="utf-8"))


@models.command()
@click.argument("names", metavar="MODEL...", nargs=-1, required=True)
@click.option("--mirror", metavar="ADDRESS", help="Base address that holds the files under their own names.")
@accept_option
@quiet_option
def install(names: tuple[str, ...], mirror: str | None, accept_licence: bool, quiet: bool) -> None:
    """Download models; hashes are checked, and an interrupted download goes on where it stopped.

    The mirror can also be set as MATTEWORK_MODEL_MIRROR.
    """
    from mattework.models.catalogue import find_spec
    from mattework.models.download import check_download, install_model
    from mattework.models.store import open_store

    store = open_store()
    specs = [find_spec(name) for name in names]
    for spec in specs:
        check_download(store, spec, mirror)
    for spec in specs:
        _ask_consent(spec, accept_licence)
        with show_progress(spec.id, quiet=quiet) as progress:
            paths = install_model(store, spec, mirror=mirror, progress=progress)
        if not paths:
            say(f"{spec.id} is {describe_state(spec, store)} already.", quiet=quiet)
        for path in paths:
            say(f"{spec.id}: {path}", quiet=quiet)


@models.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "model", metavar="ID", help="The model that the file belongs to; otherwise its hash tells."
)
@click.option(
    "--role",
    type=click.Choice(["model", "second", "encoder", "decoder"]),
    help="Which of the model's files it is.",
)
@click.option("--link", is_flag=True, help="Make a hard link instead of a copy.")
@accept_option
@quiet_option
def import_model(
    file: Path, model: str | None, role: Any, link: bool, accept_licence: bool, quiet: bool
) -> None:
    """Take in an ONNX file that you have.

    A file of the catalogue is known by its hash. Where nobody published one, say which model it is with --as: the hash
    that the file has now is kept and the file is held to it from then on.

    A model of your own needs a record beside it, with the same name and the ending .toml or .json:

    \b
    id = "my-model"
    task = "subject"
    files = [{ name = "my-model.onnx" }]
    input = { scale = "unit", size = { rule = "letterbox", width = 512, height = 512 } }
    output = { activation = "sigmoid" }

    `mattework models show u2net --json` shows every field of a record.
    """
    from mattework.models.catalogue import find_spec
    from mattework.models.store import find_record_beside, open_store

    store = open_store()
    wanted = None if model is None else find_spec(model)
    with show_progress(file.name, quiet=quiet) as progress:
        known = store.recognise_file(file, spec=wanted, role=role, progress=progress)
    spec = known.spec
    _ask_consent(spec, accept_licence)
    with show_progress(file.name, quiet=quiet) as progress:
        verified = store.import_file(known, link=link, progress=progress)
    say(f"{spec.id}: {verified.found.path}", quiet=quiet)
    beside = find_record_beside(file) if model is None and known.record is None else None
    if beside is not None:
        say(f"note: {beside} was not used: by its hash the file is one of {spec.id}.", quiet=quiet)
    if verified.trust == "import":
        say(
            f"Nobody published a hash of {verified.found.file.name}, so it was taken as it is "
            f"(sha256 {verified.sha256}); from now on it must stay so.",
            quiet=quiet,
        )
    if not store.is_installed(spec):
        missing = " and ".join(one.name for one in store.find_missing(spec))
        say(f"{spec.id} still needs {missing}.", quiet=quiet)


@models.command()
@click.argument("names", metavar="[MODEL...]", nargs=-1)
@json_option
@quiet_option
def verify(names: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    """Read model files again and compare their hashes; all that are here when none is named."""
    from mattework.models.catalogue import find_spec
    from mattework.models.store import open_store

    store = open_store()
    specs = [find_spec(name) for name in names] or [
        spec for spec in store.list_specs() if store.find_files(spec)
    ]
    for spec in specs:
        if not store.find_files(spec):
            raise ModelNotInstalled(store.describe_missing(spec, spec.files))
    rows: list[dict[str, Any]] = []
    for spec in specs:
        for missing in store.find_missing(spec):
            told = store.describe_missing(spec, (missing,))
            rows.append(
                {
                    "model": spec.id,
                    "file": missing.name,
                    "sound": False,
                    "error": told,
                    "compared_with": "",
                    "sha256": "",
                }
            )
            if not as_json:
                say(f"{spec.id}: {missing.name}: MISSING")
        for one in store.find_files(spec):
            row: dict[str, Any] = {"model": spec.id, "file": str(one.path), "sound": True, "error": None}
            row |= {"compared_with": "", "sha256": ""}
            try:
                with show_progress(one.file.name, quiet=quiet or as_json) as progress:
                    verified = store.verify_file(spec, one, rehash=True, progress=progress)
                row["compared_with"], row["sha256"] = verified.trust, verified.sha256
            except ModelError as error:
                row["sound"], row["error"] = False, str(error)
            rows.append(row)
            if not as_json:
                how = {"record": "sound", "import": "unchanged since it was first seen"}
                word = how[row["compared_with"]] if row["sound"] else "DAMAGED"
                say(f"{spec.id}: {one.path}: {word}", quiet=quiet and row["sound"])
    if as_json:
        print_json(rows)
    if damaged := [row["error"] for row in rows if row["error"]]:
        raise ModelDamaged(" ".join(damaged))


@models.command()
@click.argument("names", metavar="MODEL...", nargs=-1, required=True)
@quiet_option
def remove(names: tuple[str, ...], quiet: bool) -> None:
    """Delete models from your model folder; built-in ones and rembg's folder are left alone."""
    from mattework.models.catalogue import find_spec
    from mattework.models.store import open_store

    store = open_store()
    for spec in [find_spec(name) for name in names]:
        for path in store.remove(spec):
            say(f"deleted {path}", quiet=quiet)


@models.command()
@click.argument("model", required=False)
@json_option
def where(model: str | None, as_json: bool) -> None:
    """Show the folders that are searched, or where a model's files lie."""
    from mattework.models.catalogue import find_spec
    from mattework.models.store import PLACE_NAMES, open_store

    store = open_store()
    if model is not None:
        spec = find_spec(model)
        found = store.find_files(spec)
        if not found:
            raise ModelNotInstalled(store.describe_missing(spec, spec.files))
        paths = [str(one.path) for one in found]
        print_json(paths) if as_json else click.echo("\n".join(paths))
        return
    rows = [
        {"folder": str(one.path), "place": one.place, "exists": one.path.is_dir()} for one in store.folders
    ]
    if as_json:
        print_json(rows)
        return
    for folder in store.folders:
        note = "" if folder.path.is_dir() else " (not there yet)"
        click.echo(f"{folder.path}\t{PLACE_NAMES[folder.place]}{note}")


def _ask_consent(spec: ModelSpec, accepted: bool) -> None:
    """Ask once, on a terminal, for terms that forbid commercial use."""
    from mattework.models.consent import give_consent, has_consent

    if has_consent(spec):
        return
    if not accepted:
        question = f"{spec.display_name}: {spec.licence.why}"
        if not sys.stdin.isatty():
            raise ConsentNeeded(f"{question} To accept these terms, say --accept-licence.")
        click.echo(question, err=True)
        if not click.confirm("Do you accept these terms?", err=True):
            raise ConsentNeeded(f"{spec.id} is not used, because its terms were not accepted.")
    give_consent(spec)


def _print_markdown(text: str) -> None:
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
