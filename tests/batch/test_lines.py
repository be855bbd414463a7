"""JSON lines come back as they were, whatever the names of files in them are made of."""

from __future__ import annotations

import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.batch.lines import decode_line, encode_line

LONE = st.text(st.characters(codec="utf-8") | st.sampled_from("\udc80\udcff\ud800"))


@given(st.dictionaries(LONE, LONE | st.integers(-(2**53), 2**53) | st.none()))
def test_every_value_comes_back(value: dict[str, str | int | None]) -> None:
    line = encode_line(value)
    assert b"\n" not in line
    assert decode_line(line) == value


@pytest.mark.skipif(sys.platform == "win32", reason="names of files are text there")
@given(st.binary(min_size=1, max_size=12))
def test_a_file_name_of_any_bytes_keeps_them(name: bytes) -> None:
    assert os.fsencode(decode_line(encode_line(os.fsdecode(name)))) == name


def test_any_reader_of_json_takes_the_lines() -> None:
    assert json.loads(encode_line({"file": "für\udcfc.jpg"})) == {"file": "für\udcfc.jpg"}


def test_a_line_that_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="Unterminated"):
        decode_line(b'{"cut off')
