"""The HTML report of a batch: one file that holds everything it shows and asks nobody for anything."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path, PurePath
from string import Template
from urllib.parse import quote

from mattework._version import __version__
from mattework.batch.journal import BatchEntry
from mattework.batch.look import Look
from mattework.formats.atomic import write_atomically

DOUBTFUL = 0.5
"""Below this confidence a person should look at the result."""
_FAIR = 0.8
_PLACE = "<!-- pictures -->\n"


def write_report(
    target: Path,
    entries: Sequence[BatchEntry],
    *,
    title: str,
    look_of: Callable[[BatchEntry], Look | None],
    total: int | None = None,
    overwrite: bool = False,
) -> None:
    """Write the report: failures first, then the results that are least sure of themselves.

    Args:
        entries: finished and failed pictures.
        title: the heading.
        look_of: small pictures of a finished entry; None where they cannot be made.
        total: how many pictures the run was asked for, where it did not come to all of them.
        overwrite: replace a file that exists.

    Raises:
        OutputError: the file exists, or cannot be written.
    """
    page = files("mattework.batch").joinpath("page.html").read_text(encoding="utf-8")
    head, foot = page.split(_PLACE)
    numbered = list(enumerate(entries))
    numbered.sort(key=lambda one: (rank_entry(one[1]), one[0]))
    failed = sum(entry.state == "failed" for entry in entries)
    doubtful = sum(is_doubtful(entry) for entry in entries)
    shown = {
        "program": f"Mattework {__version__}",
        "title": escape(title),
        "summary": escape(" ".join(summarise(entries, total))),
        "all": str(len(entries)),
        "doubtful": str(doubtful),
        "failed": str(failed),
    }
    names = name_apart([entry.source for entry in entries])
    with write_atomically(target, overwrite=overwrite) as stream:
        stream.write(
            Template(head).substitute(shown).encode(errors="replace")
        )  # names of files may be no text
        for order, entry in numbered:
            look = look_of(entry) if entry.state == "done" else None
            for part in _draw_card(entry, look, names[order], order, target.parent):
                stream.write(part.encode(errors="replace"))
        stream.write(foot.encode())


def rank_entry(entry: BatchEntry) -> float:
    """What comes first when the worst does: failures (-1), then by confidence, then what has none (2)."""
    if entry.state == "failed":
        return -1.0
    return 2.0 if entry.confidence is None else entry.confidence


def is_doubtful(entry: BatchEntry) -> bool:
    """Whether a person should look at this result."""
    return entry.state == "done" and entry.confidence is not None and entry.confidence < DOUBTFUL


def summarise(entries: Sequence[BatchEntry], total: int | None = None) -> list[str]:
    """Sentences about the whole: how many of `total`, how sure, what ran, how long."""
    done = [entry for entry in entries if entry.state == "done"]
    failed, doubtful = len(entries) - len(done), sum(map(is_doubtful, done))
    told = [f"{len(done)} of {total or len(entries)} pictures cut out."]
    if doubtful:
        told.append(f"{doubtful} to look at (confidence below {DOUBTFUL}).")
    if failed:
        told.append(f"{failed} failed.")
    models = sorted({f"{one.model} on {one.device}" for one in done if one.model})
    told.extend(f"{model}." for model in models)
    timed = [entry.seconds for entry in done if entry.seconds is not None]
    if timed:
        told.append(f"{sum(timed) / len(timed):.1f} s a picture.")
    return told


def name_apart(paths: Sequence[Path]) -> list[str]:
    """Short names for people: paths below the folder that all of them share."""
    if not paths:
        return []
    try:
        base = os.path.commonpath([path.parent for path in paths])
    except ValueError:  # several drives
        return [str(path) for path in paths]
    return [PurePath(os.path.relpath(path, base)).as_posix() for path in paths]


def _draw_card(entry: BatchEntry, look: Look | None, name: str, order: int, base: Path) -> Iterator[str]:
    kind = "failed" if entry.state == "failed" else "doubt" if is_doubtful(entry) else "fine"
    data = (
        f'data-order="{order}" data-name="{escape(name)}" data-kind="{kind}" data-sure="{rank_entry(entry):.4f}" '
        f'data-seconds="{entry.seconds or 0:.3f}"'
    )
    if entry.state == "failed":
        yield (
            f'<article class="failed" {data}><div class="facts"><h2>{escape(name)}</h2>'
            f'<span class="sure bad">failed</span><p class="why">{escape(entry.error or "")}</p></div></article>\n'
        )
        return
    yield f"<article {data}"
    if look is not None:
        yield f' style="--before:{_embed(look.before, "jpeg")};--after:{_embed(look.after, "webp")}'
        if look.edge is not None:
            yield f";--edge:{_embed(look.edge, 'webp')}"
        yield '">\n<div class="looks">'
        yield _draw_figure("before", f"{name} before", "before")
        yield _draw_figure("after ground", f"{name} cut out", "after")
        yield _draw_figure("after magenta", f"{name} cut out, on magenta", "on magenta")
        if look.edge is not None:
            yield _draw_figure("edge ground", f"the hardest edge of {name}", "hardest edge, 1:1")
        yield "</div>\n"
    else:
        yield ">\n"
    yield f'<div class="facts"><h2><a href="{escape(_link(entry.target, base))}">{escape(name)}</a></h2>'
    yield f'<span class="sure {_judge(entry)}">{_tell_confidence(entry)}</span>'
    if entry.reasons:
        yield f'<p class="why">{escape("; ".join(entry.reasons))}</p>'
    yield f"<p>{escape(' · '.join(_tell_facts(entry)))}</p>"
    for note in entry.notes:
        yield f"<p>{escape(note)}</p>"
    yield "</div></article>\n"


def _draw_figure(kind: str, label: str, caption: str) -> str:
    return (
        f'<figure><div class="look {kind}" role="img" aria-label="{escape(label)}"></div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _embed(data: bytes, kind: str) -> str:
    return f"url(data:image/{kind};base64,{b64encode(data).decode()})"


def _link(target: Path, base: Path) -> str:
    """The result as seen from the report's folder, so that both can be moved together."""
    try:
        return quote(os.fsencode(PurePath(os.path.relpath(target, base.resolve())).as_posix()))
    except ValueError:  # another drive
        return target.as_uri()


def _judge(entry: BatchEntry) -> str:
    if entry.confidence is None:
        return "none"
    return "bad" if entry.confidence < DOUBTFUL else "fair" if entry.confidence < _FAIR else "good"


def _tell_confidence(entry: BatchEntry) -> str:
    verdict = f", {entry.verdict}" if entry.verdict else ""
    return ("your own mask" if entry.confidence is None else f"{entry.confidence:.2f}") + verdict


def _tell_facts(entry: BatchEntry) -> Iterator[str]:
    if entry.model:
        yield f"{entry.model} on {entry.device}"
    yield f"edge {entry.solver}" + (f" ({entry.matting.model})" if entry.matting else "")
    if entry.size is not None:
        yield f"{entry.size[0]} x {entry.size[1]}, {entry.depth} bit"
    if entry.band is not None:
        yield f"band {100 * entry.band:.1f} %"
    if entry.seconds is not None:
        yield f"{entry.seconds:.1f} s"
    yield entry.target.name
