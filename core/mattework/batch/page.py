"""The HTML report of a batch: one file that holds everything it shows and asks nobody for anything."""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from html import escape
from importlib.resources import files
from pathlib import Path, PurePath
from string import Template
from urllib.parse import quote

from mattework._version import __version__
from mattework.atomic import write_atomically
from mattework.batch.entry import BatchEntry, is_replaceable
from mattework.batch.look import Look
from mattework.batch.summary import is_doubtful, name_apart, rank_entry, summarise_batch, tell_confidence
from mattework.quality import DOUBTFUL
from mattework.recipe import name_networks

_FAIR = 0.8
_PLACE = "<!-- pictures -->\n"
_LOOK = re.compile(rb"--(before|after|edge):url\(data:image/\w+;base64,([\w+/=]+)\)")
_RESULT = re.compile(rb'<h2><a href="([^"]*)">')


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
        "summary": escape(" ".join(summarise_batch(entries, total))),
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


def read_looks(page: Path, entries: Sequence[BatchEntry]) -> dict[Path, Look]:
    """The small pictures of `entries` that an earlier report holds, by their sources.

    Only those of results that nobody has touched since the batch wrote them, and that are older than the page.
    """
    found: dict[Path, Look] = {}
    with suppress(OSError), page.open("rb") as stream:
        written = os.fstat(stream.fileno()).st_mtime_ns
        wanted = {
            escape(_link(one.target, page.parent)).encode(): one.source
            for one in entries
            if one.target_modified < written and is_replaceable(one)
        }
        parts: dict[str, bytes] = {}
        for line in stream:
            if line.startswith(b"<article"):
                parts = {kind.decode(): data for kind, data in _LOOK.findall(line)}
            elif (
                (named := _RESULT.search(line)) and named[1] in wanted and {"before", "after"} <= parts.keys()
            ):
                with suppress(ValueError):  # no base64: somebody edited the page
                    look = {kind: b64decode(data, validate=True) for kind, data in parts.items()}
                    found[wanted[named[1]]] = Look(
                        before=look["before"], after=look["after"], edge=look.get("edge")
                    )
                parts = {}
    return found


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
    return tell_confidence(entry) + (f", {entry.verdict}" if entry.verdict else "")


def _tell_facts(entry: BatchEntry) -> Iterator[str]:
    if entry.model:
        yield f"{name_networks(entry.model, entry.asked, entry.device)} on {entry.device}"
    yield f"edge {entry.solver}" + (f" ({entry.matting.model})" if entry.matting else "")
    if entry.size is not None:
        yield f"{entry.size[0]} x {entry.size[1]}, {entry.depth} bit"
    if entry.band is not None:
        yield f"band {100 * entry.band:.1f} %"
    if entry.seconds is not None:
        yield f"{entry.seconds:.1f} s"
    yield entry.target.name
