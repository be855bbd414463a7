from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mattework.errors import DamagedFile, FileTooLarge, MatteworkError, UnsupportedFile, UsageError
from mattework.formats.limits import Limits, check_size, find_memory, translate_decoder_errors
from mattework.geometry import Size


def test_an_honest_picture_of_200_megapixels_is_allowed() -> None:
    check_size(Size(20_000, 10_000), 3, 8, Limits(max_bytes=4 << 30), "big.tif")


def test_defaults_follow_the_memory_of_this_machine() -> None:
    assert find_memory() >= 256 << 20
    assert Limits().max_bytes == find_memory() // 2


@pytest.mark.parametrize(
    ("size", "limits"),
    [
        (Size(100, 101), Limits(max_pixels=10_000)),
        (Size(100, 100), Limits(max_bytes=10_000 * 3 * 2 - 1)),
    ],
)
def test_what_is_beyond_a_limit_is_refused_by_name(size: Size, limits: Limits) -> None:
    with pytest.raises(FileTooLarge, match=r"big\.tif"):
        check_size(size, 3, 16, limits, "big.tif")


def test_a_picture_without_pixels_is_damaged() -> None:
    with pytest.raises(DamagedFile):
        check_size(Size(0, 5), 3, 8, Limits(), "a")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (OSError("broken data stream\nsecond line"), DamagedFile),
        (ValueError(), DamagedFile),
        (IndexError("x"), DamagedFile),
        (ZeroDivisionError(), DamagedFile),
        (KeyError(3), DamagedFile),
        (SyntaxError("not a PNG"), DamagedFile),
        (OverflowError("x"), DamagedFile),
        (MemoryError(), FileTooLarge),
        (NotImplementedError("x"), UnsupportedFile),
        (UsageError("ours"), UsageError),
    ],
)
def test_every_decoder_error_becomes_one_of_ours(raised: Exception, expected: type[MatteworkError]) -> None:
    with pytest.raises(expected) as caught, translate_decoder_errors("a.png", "PNG picture"):
        raise raised
    if expected is not UsageError:
        assert "a.png" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith(".")


def test_a_stop_by_the_user_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt), translate_decoder_errors("a.png", "PNG picture"):
        raise KeyboardInterrupt


def test_reading_in_two_threads_leaves_the_filters_of_warnings_as_they_were() -> None:
    both_in, first_out = Barrier(2, timeout=10), Barrier(2, timeout=10)

    def read(*, goes_first: bool) -> None:
        with translate_decoder_errors("a.png", "PNG picture"):
            both_in.wait()
            if not goes_first:
                first_out.wait()
            warnings.warn("told by a decoder", stacklevel=1)
        if goes_first:
            first_out.wait()

    before = list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(read, goes_first=first) for first in (True, False)]:
            job.result()
    assert list(warnings.filters) == before
