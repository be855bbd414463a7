"""How to add an optional library to this installation: the command that fits the program that made it."""

from __future__ import annotations

import sys
from pathlib import Path


def tell_how_to_add(library: str, *, prefix: Path | None = None) -> str:
    """The command that adds `library` (as PyPI calls it) to the environment at `prefix`, by default the running one.

    pipx and `uv tool` leave a file in the environments that they make; a plain `pip install` would miss those. Names no
    folder of the user's, so that it may stand in a public report.
    """
    home = Path(sys.prefix) if prefix is None else prefix
    if (home / "pipx_metadata.json").is_file():
        return f"pipx inject {home.name} {library}"
    if (home / "uv-receipt.toml").is_file():
        return f'uv pip install --python "$(uv tool dir)/{home.name}" {library}'
    return f"pip install {library}"
