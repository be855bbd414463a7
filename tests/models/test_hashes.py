"""One hash for a model of several files."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from mattework.models.hashes import join_hashes
from mattework.models.spec import FileRole

HASHES = st.binary(max_size=4).map(lambda content: hashlib.sha256(content).hexdigest())
ROLES: tuple[FileRole, ...] = ("model", "second", "encoder", "decoder")
MODELS = st.dictionaries(st.sampled_from(ROLES), HASHES, min_size=1)


@given(MODELS, HASHES)
def test_another_file_in_any_role_gives_another_hash(model: dict[FileRole, str], other: str) -> None:
    for role, own in model.items():
        assert (join_hashes(model | {role: other}) == join_hashes(model)) == (other == own)


def test_one_file_keeps_its_own_and_swapped_files_are_another_model() -> None:
    assert join_hashes({"model": "ab" * 32}) == "ab" * 32
    pair: dict[FileRole, str] = {"encoder": "ab" * 32, "decoder": "cd" * 32}
    assert join_hashes(pair) != join_hashes({"encoder": "cd" * 32, "decoder": "ab" * 32})
    # sha256sum of the two lines, as a user would make it
    lines = f"encoder {'ab' * 32}\ndecoder {'cd' * 32}\n"
    assert join_hashes(pair) == hashlib.sha256(lines.encode()).hexdigest()
