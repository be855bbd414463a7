"""The README as the package's description: shown on pages that lie beside no repository."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = "https://github.com/mattework/mattework/blob/main/"
PICTURES = "https://raw.githubusercontent.com/mattework/mattework/main/"


def find_links(text: str) -> list[tuple[bool, str]]:
    """Whether it is a picture, and the address, of every link."""
    return [(mark == "!", address) for mark, address in re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", text)]


def test_every_link_of_the_description_leads_to_a_file_of_the_repository() -> None:
    built = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "hatch_fancy_pypi_readme", "pyproject.toml"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    here = find_links((ROOT / "README.md").read_text(encoding="utf-8"))
    there = find_links(built)

    assert sum(is_picture for is_picture, _ in here) >= 2
    expected = [
        (is_picture, one if "://" in one else (PICTURES if is_picture else PAGES) + one)
        for is_picture, one in here
    ]
    assert there == expected
    for _, address in here:
        if "://" not in address:
            assert (ROOT / address.split("#")[0]).is_file(), address
