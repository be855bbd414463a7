"""The tables of docs/handoff.md, made from what the readers saw.

PYTHONPATH=core:tests python -m readers.table          writes them into the document
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from readers.checks import FEATURES, MERGED, observe
from readers.limits import find_limits
from readers.reading import Reading, Unreadable
from readers.register import READERS
from readers.samples import MAIN_KINDS, SAMPLES, Sample

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "handoff.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
CORE = (
    "Place of layers, beyond the canvas too",
    "Pixels of layers",
    "Transparency of layers",
    "Layer masks",
)


@dataclass(frozen=True, slots=True)
class Observation:
    """What was wrong in one sample for one reader, by feature, "" where it agrees; None: not a file for this reader."""

    reader: str
    sample: Sample
    troubles: dict[str, str] | None


def collect_observations(seen: dict[str, dict[str, Reading | Unreadable]]) -> list[Observation]:
    """All observations, from readings by the reader's title and the sample's name."""
    found = []
    for reader in READERS:
        for sample in SAMPLES:
            reading = seen[reader.title].get(sample.name)
            troubles = (
                None if reading is None else observe(sample.make(), reading, opaque_page=sample.opaque_page)
            )
            found.append(Observation(reader.title, sample, troubles))
    return found


def make_tables(observations: list[Observation]) -> str:
    """Both tables and their notes, as Markdown."""
    notes: list[str] = []
    titles = [reader.title for reader in READERS]
    kinds = list(dict.fromkeys(sample.kind for sample in SAMPLES))
    lines = ["### Which files open", "", *_head("File", titles)]
    for kind in kinds:
        cells = [
            _kind_cell(
                [each for each in observations if (each.reader, each.sample.kind) == (title, kind)], notes
            )
            for title in titles
        ]
        lines.append(_row(kind, cells))
    lines += ["", "### What is seen in ordinary cut-outs: PSD, RGB and gray, 8 and 16 bit", ""]
    readers = [title for title in titles if title != "psdtags"]
    lines += _head("Feature", readers)
    for feature in FEATURES:
        cells = []
        for title in readers:
            of_reader = [
                each for each in observations if each.reader == title and each.sample.kind in MAIN_KINDS
            ]
            cells.append(_feature_cell(of_reader, feature, notes))
        lines.append(_row(feature, cells))
    lines += ["", *(f"{number}. {note}" for number, note in enumerate(notes, 1))]
    return "\n".join(lines)


def write_tables(document: str, tables: str, versions: str) -> str:
    """The document's text with new tables between its markers."""
    before, rest = document.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{versions}\n\n{tables}\n\n{END}{after}"


def read_tables(document: str) -> str:
    """The tables in a document, without the line that names the versions."""
    between = document.split(BEGIN)[1].split(END)[0].strip()
    return between[between.index("### ") :]


def name_versions() -> str:
    named = ", ".join(f"{reader.title} {reader.program_version()}" for reader in READERS)
    return f"Checked with {named}."


# --- cells -----------------------------------------------------------------------------------------------------------


def _kind_cell(observations: list[Observation], notes: list[str]) -> str:
    asked = [each for each in observations if each.troubles is not None]
    if not asked:
        return "–"
    if unopened := _with_trouble(asked, "Opens"):
        return "no" + _note(unopened, "Opens", notes)
    for feature in CORE:
        if troubled := _with_trouble(asked, feature):
            break
    else:
        return "layers, masks"
    if not _is_outside(troubled, feature):
        return "layers, in part" + _note(troubled, feature, notes)
    if not (troubled := _with_trouble(asked, MERGED)):
        return "merged picture"
    if _is_outside(troubled, MERGED):
        return "metadata"
    return "merged picture, in part" + _note(troubled, MERGED, notes)


def _feature_cell(observations: list[Observation], feature: str, notes: list[str]) -> str:
    asked = [each for each in observations if each.troubles is not None and feature in each.troubles]
    if feature != "Opens":
        unopened = _with_trouble(asked, "Opens")
        asked = [each for each in asked if each not in unopened]
    troubled = _with_trouble(asked, feature)
    if not troubled:
        return "yes"
    if _is_outside(troubled, feature):
        return "–" + _note(troubled, feature, notes)
    return ("in part" if len(troubled) < len(asked) else "no") + _note(troubled, feature, notes)


def _with_trouble(observations: list[Observation], feature: str) -> list[Observation]:
    return [each for each in observations if each.troubles and each.troubles.get(feature)]


def _is_outside(observations: list[Observation], feature: str) -> bool:
    """Whether the reader does not deal with this at all."""
    limits = [
        find_limits(each.reader, each.sample.kind, each.sample.name).get(feature) for each in observations
    ]
    return all(limit is not None and limit.outside for limit in limits)


def _note(observations: list[Observation], feature: str, notes: list[str]) -> str:
    """The number of the note that gives the reason."""
    reasons = []
    for each in observations:
        limit = find_limits(each.reader, each.sample.kind, each.sample.name).get(feature)
        reasons.append(f"{each.reader} {limit.reason}." if limit else f"{each.reader}: not yet explained.")
    numbers = []
    for reason in dict.fromkeys(reasons):
        if reason not in notes:
            notes.append(reason)
        numbers.append(str(notes.index(reason) + 1))
    return f" <sup>{', '.join(numbers)}</sup>" if numbers else ""


def _head(first: str, titles: list[str]) -> list[str]:
    return [_row(first, titles), _row("---", ["---"] * len(titles))]


def _row(first: str, cells: list[str]) -> str:
    return f"| {first} | " + " | ".join(cells) + " |"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {sample.write(Path(folder)): sample.name for sample in SAMPLES}
        seen = {
            reader.title: {files[path]: reading for path, reading in reader.read_all(list(files)).items()}
            for reader in READERS
        }
    text = DOCUMENT.read_text(encoding="utf-8")
    tables = make_tables(collect_observations(seen))
    DOCUMENT.write_text(write_tables(text, tables, name_versions()), encoding="utf-8")


if __name__ == "__main__":
    main()
