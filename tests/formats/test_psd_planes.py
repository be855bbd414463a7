"""Channel bytes: packed planes come back, and damage is noticed."""

from __future__ import annotations

import zlib
from io import BytesIO
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from psd_tools.compression import decompress
from psd_tools.constants import Compression

from mattework.arrays import AnyArray
from mattework.formats import psd_planes
from mattework.formats.psd_planes import (
    PlaneDamaged,
    band_slices,
    pack_in_threads,
    pack_plane,
    unpack_deflated_planes,
    unpack_plane,
    write_plane,
)

_PLANES = st.one_of(
    arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)),
    arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=40)),
    arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=2, max_side=40),
        elements=st.floats(-8, 8, width=32),
    ),
)
_BITS = {1: 8, 2: 16, 4: 32}


def big_plane(dtype: type) -> AnyArray:
    """Larger than the bands in which planes are packed: smooth, with noise."""
    random = np.random.default_rng(3)
    values = np.linspace(0, 200, 1500 * 1100).reshape(1500, 1100) + random.random((1500, 1100)) * 5
    return values.astype(dtype) if dtype is not np.float32 else (values / 255).astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(_PLANES, st.sampled_from(list(Compression)), st.sampled_from([1, 2]))
def test_packed_planes_come_back_here_and_in_psd_tools(
    plane: AnyArray, how: Compression, version: int
) -> None:
    packed = pack_plane(plane, how)
    data = packed.to_bytes(version)
    out = np.empty_like(plane)
    unpack_plane(data, how, out, version=version)
    assert out.tobytes() == plane.tobytes()
    height, width = plane.shape
    theirs = decompress(data, how, width, height, _BITS[plane.itemsize], version)
    assert theirs == plane.astype(plane.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("how", list(Compression))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_planes_larger_than_a_band(dtype: type, how: Compression) -> None:
    interleaved: AnyArray = np.zeros((1500, 1100, 3), dtype)
    plane = big_plane(dtype)
    unpack_plane(pack_plane(plane, how).to_bytes(1), how, interleaved[..., 1], version=1)
    assert np.array_equal(interleaved[..., 1], plane)
    assert not interleaved[..., 0].any()


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("how", [Compression.RLE, Compression.ZIP_WITH_PREDICTION])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_planes_packed_band_by_band_are_whole_for_every_reader(
    dtype: type, how: Compression, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psd_planes, "_BAND_BYTES", 1 << 17)
    plane = big_plane(dtype)
    opaque: AnyArray = np.broadcast_to(np.array(1, dtype), plane.shape)
    stream = BytesIO()
    stream.write(b"in front")
    bands = pack_in_threads([(plane, False), (opaque, False)], how)
    count = len(band_slices(plane))
    assert count > 10
    lengths = [write_plane(islice(bands, count), len(plane), how, version, stream) for _ in range(2)]
    assert list(bands) == []
    data = stream.getvalue()[8:]
    assert len(data) == sum(lengths)
    height, width = plane.shape
    for wanted, part in ((plane, data[: lengths[0]]), (opaque, data[lengths[0] :])):
        assert part[:2] == bytes([0, how])
        out = np.empty_like(plane)
        unpack_plane(part[2:], how, out, version=version)
        assert np.array_equal(out, wanted)
        theirs = decompress(part[2:], how, width, height, _BITS[plane.itemsize], version)
        assert theirs == wanted.astype(plane.dtype.newbyteorder(">")).tobytes()
        if how != Compression.RLE:
            zlib.decompress(part[2:])  # checks the sum at the end


def test_an_even_plane_takes_no_memory_to_pack() -> None:
    white = np.broadcast_to(np.uint8(255), (300, 200))
    data = pack_plane(white, Compression.RLE).to_bytes(1)
    out = np.zeros((300, 200), np.uint8)
    unpack_plane(data, Compression.RLE, out, version=1)
    assert (out == 255).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_ink_is_stored_as_what_it_leaves_of_white(dtype: type) -> None:
    plane = big_plane(dtype)[:4, :5]
    white = 1.0 if dtype is np.float32 else float(np.iinfo(np.dtype(dtype).str).max)
    raw = pack_plane(plane, Compression.RAW, invert=True).payload
    stored = np.frombuffer(raw, plane.dtype.newbyteorder(">")).reshape(4, 5)
    np.testing.assert_allclose(stored, white - plane.astype(np.float64), atol=1e-6)
    out = np.empty_like(plane)
    unpack_plane(raw, Compression.RAW, out, version=1, invert=True)
    np.testing.assert_allclose(out, plane, atol=1e-6)


@pytest.mark.parametrize("how", list(Compression))
@pytest.mark.parametrize("part", [0.0, 0.5, 0.9, 0.99])
def test_cut_planes_are_noticed(how: Compression, part: float) -> None:
    data = pack_plane(big_plane(np.uint16)[:60, :70], how).to_bytes(1)
    with pytest.raises(PlaneDamaged, match=r"cut off|no sound"):
        unpack_plane(data[: int(len(data) * part)], how, np.empty((60, 70), np.uint16), version=1)


def test_a_stream_that_is_no_deflate_is_noticed() -> None:
    with pytest.raises(PlaneDamaged, match="deflate"):
        unpack_plane(b"\x00" * 500, Compression.ZIP, np.empty((9, 9), np.uint8), version=1)


def test_an_unknown_compression_is_named() -> None:
    with pytest.raises(PlaneDamaged, match="9"):
        unpack_plane(b"", 9, np.empty((2, 2), np.uint8), version=1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_little_endian_planes(dtype: type) -> None:
    plane = big_plane(dtype)[:7, :9]
    raw = plane.astype(plane.dtype.newbyteorder("<")).tobytes()
    out = np.empty_like(plane)
    unpack_plane(raw, Compression.RAW, out, version=1, order="<")
    assert np.array_equal(out, plane)


def test_several_planes_from_one_stream() -> None:
    plane = big_plane(np.uint16)[:8, :6]
    both = pack_plane(np.concatenate([plane, plane[::-1]]), Compression.ZIP_WITH_PREDICTION).to_bytes(1)
    outs: list[AnyArray] = [np.empty_like(plane), np.empty_like(plane)]
    unpack_deflated_planes(both, Compression.ZIP_WITH_PREDICTION, outs)
    assert np.array_equal(outs[0], plane)
    assert np.array_equal(outs[1], plane[::-1])
