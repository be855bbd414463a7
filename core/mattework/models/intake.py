"""Taking a file from elsewhere into a folder of models: whether it is a network, which one of its model, and its copy."""

from __future__ import annotations

from pathlib import Path

from mattework.atomic import link_atomically, write_atomically
from mattework.errors import ModelError, OutputError
from mattework.models.hashes import FileHashes, FileStamp, stamp_file
from mattework.models.spec import FileRole, ModelFile, ModelSpec
from mattework.progress import Progress, report_progress

_BLOCK = 1 << 20


def refuse_other_files(path: Path) -> None:
    """Web pages and Git LFS pointers are what a browser saves in place of a network.

    Source: onnx.proto3: a model begins with its field 1, `ir_version`, a whole number.

    Raises:
        ModelError: it is one of these.
    """
    with path.open("rb") as stream:
        first = stream.read(1)
    if first != b"\x08":
        raise ModelError(
            f"{path} is no ONNX file. What was saved may be a web page or a pointer to the file: fetch the file itself."
        )


def choose_file(spec: ModelSpec, path: Path, role: FileRole | None, hashes: FileHashes) -> ModelFile:
    """Which file of the model this is: by hash, by role, by name, or because there is only one.

    Raises:
        ModelError: it may be several of them.
    """
    for file in spec.files:
        if hashes.match(sha256=file.sha256, md5=file.md5):
            return file
    if role is not None:
        return spec.file(role)
    if len(spec.files) == 1:
        return spec.files[0]
    # "model" is part of too many names to say anything.
    by_role = [one for one in spec.files if one.role != "model" and one.role in path.stem.lower()]
    for likely in ([one for one in spec.files if one.name == path.name], by_role):
        if len(likely) == 1:
            return likely[0]
    raise ModelError(
        f"{spec.id} has the files {' and '.join(file.role for file in spec.files)}; say with --role which one "
        f"{path.name} is."
    )


def place_file(
    source: Path,
    target: Path,
    *,
    stamp: FileStamp,
    link: bool = False,
    progress: Progress | None = None,
) -> None:
    """Copy (or hard-link) the file that had this stamp, so that `target` is whole or untouched.

    Raises:
        ModelError: it cannot be written, or the file has changed since.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and source.samefile(target):
            return
        if link:
            link_atomically(source, target)
            return
        with source.open("rb") as original, write_atomically(target, overwrite=True) as copy:
            while block := original.read(_BLOCK):
                copy.write(block)
                report_progress(progress, "copy", copy.tell() / max(1, stamp.bytes))
            if stamp_file(source) != stamp:
                raise ModelError(f"{source} is being changed by somebody. Import it when it is whole.")
    except (OSError, OutputError) as error:
        reason = f"{error.strerror or error}." if isinstance(error, OSError) else str(error)
        advice = " Leave out --link to copy it." if link else ""
        raise ModelError(f"{source} cannot be put into {target.parent}: {reason}{advice}") from error
