"""Fetches model files that a user asked for. The only code of Mattework that speaks to a network.

An interrupted download goes on where it stopped (`NAME.part`), provided that the server's file is still the same. A file
takes its name only after its hash was found to be the record's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mattework._version import __version__
from mattework.atomic import is_taken
from mattework.errors import ConsentNeeded, DownloadFailed
from mattework.models.consent import has_consent
from mattework.models.hashes import hash_file, remember_hashes
from mattework.models.mirror import find_mirror, name_address
from mattework.models.spec import ModelFile, ModelSpec
from mattework.models.store import ModelStore
from mattework.progress import Progress, report_progress

if TYPE_CHECKING:
    import httpx

_CHUNK = 1 << 18
_ATTEMPTS = 4
_SPARE = 64 << 20  # bytes of disk that a download leaves free


def install_model(
    store: ModelStore, spec: ModelSpec, *, mirror: str | None = None, progress: Progress | None = None
) -> list[Path]:
    """Download those files of a model that are not here yet. Gives the paths of the new files.

    `mirror` is a base address that holds the files under their names in the records; the environment variable
    MATTEWORK_MODEL_MIRROR is used when it is None. Hashes are checked either way.

    Raises:
        ConsentNeeded: the weights are for non-commercial use and nobody has accepted that yet.
        ModelDamaged: a file of it that is here already is not the record's.
        DownloadFailed: no address or no hash is known, no network, no space, another process is fetching the same file, or
            what arrived is not the file.
        UsageError: the mirror is no http or https address.
        Cancelled: by `progress`; what has arrived is kept for the next time.
    """
    for found in store.find_files(spec):
        store.verify_file(spec, found, progress=progress)
    missing = store.find_missing(spec)
    mirror = check_download(store, spec, mirror)
    if missing and not has_consent(spec):
        raise ConsentNeeded(
            f"{spec.display_name} is not for commercial use. {spec.licence.why} "
            f"To accept: mattework models install {spec.id} --accept-licence"
        )
    page = spec.pages[0] if spec.pages else None
    return [_fetch_file(file, store.home, name_address(file, mirror), page, progress) for file in missing]


def check_download(store: ModelStore, spec: ModelSpec, mirror: str | None = None) -> str | None:
    """Refuse a model that cannot be downloaded, before anybody is asked about its terms. Gives the mirror to use, if any.

    Raises:
        DownloadFailed: no address or no hash is known of a file that is not here.
        UsageError: the mirror is no http or https address.
    """
    mirror = find_mirror(mirror)
    missing = store.find_missing(spec)
    if any(not file.is_pinned or (file.url is None and mirror is None) for file in missing):
        raise DownloadFailed(store.describe_missing(spec, missing))
    return mirror


def _fetch_file(file: ModelFile, folder: Path, url: str, page: str | None, progress: Progress | None) -> Path:
    import httpx

    target = folder / file.name
    part = folder / f"{file.name}.part"
    elsewhere = f" (or find it from {page})" if page else ""
    by_hand = (
        f"By hand: fetch {url}{elsewhere} with any program and put it into {folder} as {file.name}. "
        "A mirror can be set with --mirror or MATTEWORK_MODEL_MIRROR."
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _open_client() as client:
            for attempt in range(_ATTEMPTS):
                before = _size(part)
                try:
                    _fetch_rest(client, url, part, file, progress)
                    break
                except httpx.TransportError:
                    # A line that broke while bytes were coming is worth another try; one that never was is not.
                    if attempt == _ATTEMPTS - 1 or _size(part) <= before:
                        raise
    except _Refused as error:
        raise DownloadFailed(f"{error} {by_hand}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        goes_on = _size(part) and _read_validator(part)
        kept = " What has arrived is kept and the next try goes on from there." if goes_on else ""
        raise DownloadFailed(
            f"{file.name} could not be fetched from {url}: {reason}.{kept} {by_hand}"
        ) from error
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = "Make room; what has arrived is kept." if is_full else "See whether the folder is yours."
        raise DownloadFailed(f"{part} cannot be written: {error.strerror or error}. {advice}") from error
    hashes = hash_file(part, progress=progress)
    if not hashes.match(sha256=file.sha256, md5=file.md5):
        _forget(part)
        raise DownloadFailed(
            f"What {url} sent is not {file.name} of the record: its hash differs. It was deleted. "
            "Try again, or another mirror."
        )
    try:
        os.replace(part, target)
    except FileNotFoundError:
        # Another Mattework read the same bytes, as sound as ours, and was first to name them.
        if not target.is_file():
            raise DownloadFailed(f"{part} was taken away before it was read. Try again.") from None
    except OSError as error:  # Windows, where somebody has the file open
        raise DownloadFailed(
            f"{target} cannot be replaced: {error.strerror or error}. Close what uses it and install again; the download "
            "is kept."
        ) from error
    _forget(part)
    remember_hashes(target, hashes)
    return target


def _open_client() -> httpx.Client:
    """A client that goes by the proxies and certificates that this machine is set to.

    Raises:
        DownloadFailed: it is set to what cannot be used, as a proxy that speaks another language than HTTP.
    """
    import httpx

    headers = {"User-Agent": f"mattework/{__version__}", "Accept-Encoding": "identity"}
    try:
        return httpx.Client(follow_redirects=True, timeout=30.0, headers=headers)
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        raise DownloadFailed(
            f"The network cannot be used as this machine is set up ({error}). See the environment variables ALL_PROXY, "
            "HTTP_PROXY and HTTPS_PROXY, whose proxies must be http or https addresses, and SSL_CERT_FILE."
        ) from error


class _Refused(Exception):
    """The server does not give the file; what it said."""


def _fetch_rest(
    client: httpx.Client, url: str, part: Path, file: ModelFile, progress: Progress | None
) -> None:
    """One request: the whole file, or what is missing of it when the server's file has not changed."""
    start = _size(part)
    validator = _read_validator(part)
    headers = {"Range": f"bytes={start}-", "If-Range": validator} if start and validator else {}
    with client.stream("GET", url, headers=headers) as response:
        content_range = re.fullmatch(
            r"bytes (?:(\d+)-\d+|\*)/(\d+)", response.headers.get("Content-Range", "")
        )
        if response.status_code == 416 and content_range and int(content_range[2]) == start:
            return  # everything had arrived already
        if response.status_code == 416:
            _forget(part)
            raise DownloadFailed(f"{url} cannot go on with {part.name}, which was deleted. Try again.")
        if response.status_code not in (200, 206):
            raise _Refused(
                f"{url} answered {response.status_code} {response.reason_phrase}. Try again later."
            )
        goes_on = response.status_code == 206 and content_range is not None and content_range[1] == str(start)
        if response.status_code == 206 and not goes_on:
            _forget(part)
            raise DownloadFailed(
                f"{url} sent another piece than was asked for. Try again, or another mirror."
            )
        start = start if goes_on else 0
        length = response.headers.get("Content-Length")
        total = start + int(length) if length is not None and length.isdigit() else file.bytes
        _check_total(total, file, url)
        _check_space(part.parent, (total or 0) - start)
        with part.open("ab") as stream:
            if is_taken(stream) or (goes_on and stream.tell() != start):
                raise DownloadFailed(
                    f"Another Mattework is fetching {file.name} just now. Wait until it is done, then try again."
                )
            if not goes_on:
                stream.truncate(0)
                _write_validator(part, response)
            for chunk in response.iter_bytes(_CHUNK):
                if total is None:  # it may never end
                    try:
                        _check_space(part.parent, len(chunk))
                    except DownloadFailed:
                        stream.truncate(0)
                        raise
                stream.write(chunk)
                start += len(chunk)
                if file.bytes is not None and start > file.bytes:
                    break  # the hash will tell; no need to fill the disk first
                report_progress(progress, "download", start / total if total else 0.0)
            stream.flush()
            os.fsync(stream.fileno())


def _check_total(total: int | None, file: ModelFile, url: str) -> None:
    if total is not None and file.bytes is not None and total != file.bytes:
        raise DownloadFailed(f"{url} offers {total} bytes; {file.name} has {file.bytes}. Try another mirror.")


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + _SPARE > free:
        if needed < 1_000_000:
            raise DownloadFailed(
                f"More bytes are to come and {folder} has {free / 1e6:.0f} MB of space left. Make room first."
            )
        raise DownloadFailed(
            f"{needed / 1e6:.0f} MB are to come and {folder} has {free / 1e6:.0f} MB of space left. Make room first."
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _validator_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _read_validator(part: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return _validator_path(part).read_text(encoding="ascii").strip()
    return ""


def _write_validator(part: Path, response: httpx.Response) -> None:
    """Keep what names the server's version of the file; weak tags cannot be used to go on."""
    tag = response.headers.get("ETag", "")
    validator = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    _validator_path(part).write_text(validator, encoding="ascii", errors="ignore")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator_path(part).unlink(missing_ok=True)
