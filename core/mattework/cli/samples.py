"""`mattework samples`: photographs to try Mattework on, copied to where the user wants them."""

from __future__ import annotations

from pathlib import Path

import click

from mattework.atomic import check_target, write_atomically
from mattework.cli.display import say
from mattework.cli.targets import make_folder
from mattework.errors import OutputExists


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="mattework-samples")
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
def samples(folder: Path, overwrite: bool) -> None:
    """Copy the sample photographs into a folder, mattework-samples by default.

    They are free of copyright restrictions; the README beside them says who made them.

    \b
    mattework samples
    mattework cut mattework-samples/astronaut.jpg
    """
    make_folder(f"{folder}/")
    sources = sorted(one for one in samples_folder().iterdir() if one.is_file())
    for source in sources:
        try:
            check_target(folder / source.name, overwrite=overwrite)
        except OutputExists:
            raise OutputExists(
                f"{folder / source.name} exists already. Add --overwrite to replace it, or name another folder."
            ) from None
    for source in sources:
        with write_atomically(folder / source.name, overwrite=overwrite) as stream:
            stream.write(source.read_bytes())
        say(str(folder / source.name))


def samples_folder() -> Path:
    """The samples that come with Mattework: inside the installed package, or `resources/samples` of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources" / "samples"
    return installed if installed.is_dir() else package.parent.parent / "resources" / "samples"
