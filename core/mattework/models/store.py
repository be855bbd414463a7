"""The store: finds model files, checks them, takes them in and throws them out. Never speaks to the network.

Files are looked for in the package, then in the user's model folder, then in rembg's, which is only read. A file counts
when its hash is the record's. Where nobody published a hash, the one seen at import is kept and held to from then on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from mattework.atomic import remove_orphans
from mattework.errors import ConsentNeeded, ModelDamaged, ModelError, ModelNotInstalled
from mattework.models.catalogue import RECORD_SUFFIXES, load_catalogue, load_user_records, read_record
from mattework.models.consent import has_consent
from mattework.models.first_sights import find_first_sight, forget_first_sights, write_first_sight
from mattework.models.folders import embedded_folder, rembg_folders, user_folder
from mattework.models.hashes import (
    FileHashes,
    FileStamp,
    hash_file,
    recall_hashes,
    remember_hashes,
    stamp_file,
)
from mattework.models.intake import choose_file, place_file, refuse_other_files
from mattework.models.mirror import has_download
from mattework.models.spec import FileRole, ModelFile, ModelSpec
from mattework.progress import Progress

Place: TypeAlias = Literal["embedded", "user", "rembg"]
PLACE_NAMES: dict[Place, str] = {"embedded": "built in", "user": "installed", "rembg": "in rembg's folder"}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that is searched; only the user's is ever written to."""

    path: Path
    place: Place


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a model on this machine, not verified by being found."""

    file: ModelFile
    path: Path
    place: Place


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """A file whose hash was compared. `trust` says with what: the record's hash or the one seen at import."""

    found: FoundFile
    sha256: str
    trust: Literal["record", "import"]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file somewhere on this machine that was found to be `file` of `spec`, and could be imported.

    `record` is a user's own record that lies beside it, None for a model that has one already. `stamp` tells whether the
    file is still the one whose hashes these are.
    """

    path: Path
    spec: ModelSpec
    file: ModelFile
    hashes: FileHashes
    stamp: FileStamp
    record: Path | None = None


def find_record_beside(path: Path) -> Path | None:
    """The record of somebody's own model that lies beside its file."""
    return next((one for suffix in RECORD_SUFFIXES if (one := path.with_suffix(suffix)).is_file()), None)


class ModelStore:
    """Models on this machine, over a list of folders of which one is the user's own."""

    def __init__(self, folders: Sequence[ModelFolder]) -> None:
        self.folders = tuple(folders)

    @property
    def home(self) -> Path:
        """The folder that installs and imports go to."""
        for folder in self.folders:
            if folder.place == "user":
                return folder.path
        raise ModelError("This model store has no folder of the user's own, so nothing can be put into it.")

    def list_specs(self) -> list[ModelSpec]:
        """Every record: the catalogue's, then the user's own."""
        return [*load_catalogue().values(), *load_user_records(self.home)[0].values()]

    def find_file(self, file: ModelFile) -> FoundFile | None:
        """The first folder that holds a file of this name."""
        for folder in self.folders:
            path = folder.path / file.name
            if os.path.isfile(path):  # a folder that may not be looked into holds none
                return FoundFile(file, path, folder.place)
        return None

    def find_files(self, spec: ModelSpec) -> list[FoundFile]:
        """Those files of the model that are here; all of them when it is installed."""
        return [found for file in spec.files if (found := self.find_file(file)) is not None]

    def is_installed(self, spec: ModelSpec) -> bool:
        return len(self.find_files(spec)) == len(spec.files)

    def find_missing(self, spec: ModelSpec) -> list[ModelFile]:
        """Those files of the model that are not here."""
        return [file for file in spec.files if self.find_file(file) is None]

    def can_download(self, spec: ModelSpec) -> bool:
        """Whether `install_model` gets what is missing: all of it has an address, its own or a mirror's that the
        environment names, and a hash. False when nothing is."""
        missing = self.find_missing(spec)
        return bool(missing) and all(map(has_download, missing))

    def require(self, spec: ModelSpec, *, progress: Progress | None = None) -> dict[FileRole, VerifiedFile]:
        """The model's files, verified, with consent given where the licence asks for it.

        Raises:
            ModelNotInstalled: says which command, or which file in which folder, would change that.
            ConsentNeeded: the weights are for non-commercial use and nobody has accepted that yet.
            ModelDamaged: a file is not the one of the record.
        """
        found = {one.file.role: one for one in self.find_files(spec)}
        if missing := self.find_missing(spec):
            raise ModelNotInstalled(self.describe_missing(spec, missing))
        if not has_consent(spec):
            raise ConsentNeeded(
                f"{spec.display_name} is not for commercial use. {spec.licence.why} "
                f"To use it under these terms: mattework models install {spec.id} --accept-licence"
            )
        return {role: self.verify_file(spec, one, progress=progress) for role, one in found.items()}

    def describe_missing(self, spec: ModelSpec, missing: Sequence[ModelFile]) -> str:
        """What to do about files that are not here, with and without a network."""
        names = " and ".join(file.name for file in missing)
        if spec.embedded:
            return (
                f"The built-in model {spec.id} lacks {names} in {embedded_folder()}: this copy of Mattework is "
                "incomplete. Install it again."
            )
        by_hand = (
            f"put {names} into {self.home} or run: mattework models import FILE --as {spec.id} (see {spec.pages[0]})"
            if spec.pages
            else f"put {names} into {self.home}"
        )
        if all(map(has_download, missing)):
            return (
                f"{spec.display_name} is not installed. With a network: mattework models install {spec.id}. "
                f"Without one, {by_hand}."
            )
        return f"{spec.display_name} is not installed and has no download that could be checked: {by_hand}."

    def verify_file(
        self, spec: ModelSpec, found: FoundFile, *, rehash: bool = False, progress: Progress | None = None
    ) -> VerifiedFile:
        """Compare the file with its record; `rehash` reads it again even when nothing seems to have changed.

        Raises:
            ModelDamaged: another size or hash than the record's, or than the one seen at import.
        """
        file = found.file
        if file.bytes is not None and found.path.stat().st_size != file.bytes:
            raise ModelDamaged(
                f"{found.path} has {found.path.stat().st_size} bytes, the record of {spec.id} says {file.bytes}. "
                f"{self._advise(spec, found)}"
            )
        if rehash:
            hashes = hash_file(found.path, progress=progress)
            remember_hashes(found.path, hashes)
        else:
            hashes = recall_hashes(found.path, progress=progress)
        if file.is_pinned:
            if not rehash and not hashes.match(sha256=file.sha256, md5=file.md5):
                # What was kept may be of another file that was as large and as old.
                return self.verify_file(spec, found, rehash=True, progress=progress)
            if not hashes.match(sha256=file.sha256, md5=file.md5):
                raise ModelDamaged(
                    f"{found.path} is not the file of the record of {spec.id}: its hash differs. "
                    f"{self._advise(spec, found)}"
                )
            return VerifiedFile(found, hashes.sha256, "record")
        if spec.embedded:
            raise ModelDamaged(
                f"The record with the hash of {found.path} is missing: this copy of Mattework is incomplete. "
                "Install it again."
            )
        if found.place != "embedded":
            self._hold_to_first_sight(spec, found, hashes)
        return VerifiedFile(found, hashes.sha256, "import")

    def recognise_file(
        self,
        path: Path,
        *,
        spec: ModelSpec | None = None,
        role: FileRole | None = None,
        progress: Progress | None = None,
    ) -> KnownFile:
        """What a file is: by its hash, as a file of `spec`, or by a record that lies beside it. Changes nothing.

        Raises:
            ModelError: it cannot be read, is no ONNX file, or matches no record.
            ModelDamaged: the record names a hash and the file has another.
        """
        if not path.is_file():
            raise ModelError(f"There is no file {path} to import.")
        stamp = stamp_file(path)
        hashes = hash_file(path, progress=progress)
        record: Path | None = None
        if spec is None:
            spec, record = self._recognise(path, hashes)
        file = choose_file(spec, path, role, hashes)
        if file.is_pinned and not hashes.match(sha256=file.sha256, md5=file.md5):
            raise ModelDamaged(
                f"{path} is not {file.name} of {spec.id}: its hash differs from the record's. "
                "It may be damaged or another version. Nothing was imported."
            )
        if not file.is_pinned and file.name.endswith(".onnx"):
            refuse_other_files(path)
        return KnownFile(path, spec, file, hashes, stamp, record)

    def import_file(
        self, known: KnownFile, *, link: bool = False, progress: Progress | None = None
    ) -> VerifiedFile:
        """Take a recognised file, and the record that makes it a model, into the user's folder.

        The file is copied under its name in the record, or hard-linked with `link`; the original stays where it is.

        Raises:
            ModelError: it cannot be copied or linked, or has changed since it was recognised.
        """
        file, target = known.file, self.home / known.file.name
        place_file(known.path, target, stamp=known.stamp, link=link, progress=progress)
        if known.record is not None:
            record = known.record
            place_file(record, target.with_suffix(record.suffix), stamp=stamp_file(record))
            for suffix in RECORD_SUFFIXES:  # one that was imported before would still count
                if suffix != record.suffix and record.parent != target.parent:
                    target.with_suffix(suffix).unlink(missing_ok=True)
        remember_hashes(target, known.hashes)
        if not file.is_pinned:
            write_first_sight(file.name, known.hashes.sha256)
        found = FoundFile(file, target, "user")
        return VerifiedFile(found, known.hashes.sha256, "record" if file.is_pinned else "import")

    def remove(self, spec: ModelSpec) -> list[Path]:
        """Delete the model's files, and a user's record of it, from the user's folder. Gives the paths deleted.

        Raises:
            ModelError: there is nothing of it in the user's folder.
        """
        candidates = [self.home / file.name for file in spec.files]
        candidates += [
            path.with_name(path.name + end) for path in candidates for end in (".part", ".part.version")
        ]
        if spec.origin == "user":
            candidates += [
                path.with_suffix(suffix)
                for path in candidates[: len(spec.files)]
                for suffix in RECORD_SUFFIXES
            ]
        for path in candidates:
            remove_orphans(path)
        present = [path for path in candidates if path.is_file()]
        if not present:
            elsewhere = self.find_files(spec)
            where = (
                f"; {elsewhere[0].path} is {PLACE_NAMES[elsewhere[0].place]} and is left alone"
                if elsewhere
                else ""
            )
            raise ModelError(f"There is nothing of {spec.id} in {self.home}{where}.")
        try:
            for path in present:
                path.unlink()
        except OSError as error:
            raise ModelError(f"{error.filename} cannot be deleted: {error.strerror}.") from error
        forget_first_sights({path.name for path in present})
        return present

    def _hold_to_first_sight(self, spec: ModelSpec, found: FoundFile, hashes: FileHashes) -> None:
        """A file without a published hash must stay the one that was first seen."""
        seen = find_first_sight(found.file.name)
        if seen is None:
            write_first_sight(found.file.name, hashes.sha256)
        elif seen != hashes.sha256:
            raise ModelDamaged(
                f"{found.path} has changed since it was first seen. If that was meant, import it again: "
                f"mattework models import {found.path} --as {spec.id}"
            )

    def _recognise(self, path: Path, hashes: FileHashes) -> tuple[ModelSpec, Path | None]:
        def is_known(spec: ModelSpec) -> bool:
            return any(hashes.match(sha256=file.sha256, md5=file.md5) for file in spec.files)

        known = [spec for spec in self.list_specs() if is_known(spec)]
        catalogued = next((spec for spec in known if spec.origin != "user"), None)
        if catalogued is not None:
            return catalogued, None
        # A record that lies beside the file is newer than the one that it was imported with before.
        record = find_record_beside(path)
        if record is not None:
            return read_record(record), record
        if known:
            return known[0], None
        raise ModelError(
            f"{path.name} has the hash of no model that we know (sha256 {hashes.sha256[:16]}…). If it is one of the "
            "catalogue's without a published hash, say which with --as ID. If it is your own, lay a record beside it, "
            f"{path.stem}.toml: mattework models import --help shows one."
        )

    def _advise(self, spec: ModelSpec, found: FoundFile) -> str:
        if found.place == "embedded":
            return "This copy of Mattework is damaged. Install it again."
        if found.place == "rembg":
            return "Delete it there or let rembg fetch it again; Mattework does not touch that folder."
        way = f"install {spec.id}" if has_download(found.file) else f"import FILE --as {spec.id}"
        return f"Delete that file and get it again: mattework models {way}"


def open_store() -> ModelStore:
    """The store of this machine and user."""
    return ModelStore(
        [
            ModelFolder(embedded_folder(), "embedded"),
            ModelFolder(user_folder(), "user"),
            *(ModelFolder(path, "rembg") for path in rembg_folders()),
        ]
    )
