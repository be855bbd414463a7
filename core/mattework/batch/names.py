"""Where every result of a batch goes: one name a picture, the same at every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mattework.batch.find import FoundPicture, follow_links, locate_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A picture, the file that its result becomes, and a sentence where that name is not the usual one."""

    source: Path
    target: Path
    note: str = ""


def name_targets(
    pictures: Sequence[FoundPicture],
    folder: Path | None,
    suffix_of: Callable[[Path], str],
    *,
    tag: str = "cutout",
    kept: Mapping[Path, Path] | None = None,
) -> tuple[Task, ...]:
    """Name the results: `photo.jpg` becomes `photo.cutout.psd`, in `folder` with the same subfolders, or beside it.

    Pictures that would share a name all keep their own suffix in it (`photo.jpg.cutout.psd`, `photo.png.cutout.psd`);
    those that still would are numbered in their order. Upper and lower case are the same name, as on many disks.

    Args:
        pictures: as `find_pictures` gives them.
        folder: where results go, None for beside their sources.
        suffix_of: the suffix of a source's result, with its dot.
        kept: source to the target that an earlier run chose for it, which stays; both as `locate_file` names them. None of
            these targets becomes that of another picture.
    """
    settle = cache(follow_links)

    def name_key(target: Path) -> str:
        return str(settle(target.parent) / target.name).casefold()

    kept = kept or {}
    plain = [
        choose_place(one, folder) / f"{one.source.stem}.{tag}{suffix_of(one.source)}" for one in pictures
    ]
    sharing = Counter(map(name_key, plain))
    taken = {name_key(target) for target in kept.values()}
    tasks = []
    for one, target in zip(pictures, plain, strict=True):
        before = kept.get(locate_file(one.source))
        if before is not None:
            # Called as the person called the folder, where it is the same file.
            target = target.with_name(before.name)
            same = locate_file(target) == before
            tasks.append(Task(source=one.source, target=target if same else before))
            continue
        usual = target
        if sharing[name_key(target)] > 1 or name_key(target) in taken:
            target = target.with_name(f"{one.source.name}.{tag}{target.suffix}")
        number = 2
        while name_key(target) in taken:
            target = target.with_name(f"{one.source.name}.{number}.{tag}{target.suffix}")
            number += 1
        taken.add(name_key(target))
        note = (
            "" if target == usual else f"Several pictures are called {usual.name}; this one is {target.name}."
        )
        tasks.append(Task(source=one.source, target=target, note=note))
    return tuple(tasks)


def choose_place(picture: FoundPicture, folder: Path | None) -> Path:
    """The folder that a picture's result goes to; without `folder`, its own."""
    return picture.source.parent if folder is None else folder / picture.relative.parent
