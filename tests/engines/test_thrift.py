"""What is written by Thrift's compact protocol is read again, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines.sql.thrift import Wide, as_struct, read_struct

NUMBERS = st.integers(-(2**31), 2**31 - 1)
FIELDS = st.recursive(
    NUMBERS | st.integers(-(2**63), 2**63 - 1).map(Wide) | st.booleans() | st.binary(max_size=200),
    lambda inner: st.dictionaries(st.integers(1, 90), inner, max_size=5),
    max_leaves=12,
)
STRUCTS = st.dictionaries(st.integers(1, 90), FIELDS, max_size=6)


def rising(fields: Mapping[int, Any]) -> dict[int, Any]:
    return {
        number: rising(value) if isinstance(value, Mapping) else value
        for number, value in sorted(fields.items())
    }


def without_bytes(fields: Mapping[int, Any]) -> dict[int, Any]:
    return {
        number: without_bytes(value) if isinstance(value, Mapping) else value
        for number, value in fields.items()
        if not isinstance(value, bytes)
    }


def depth(fields: Mapping[int, Any]) -> int:
    return 1 + max((depth(one) for one in fields.values() if isinstance(one, Mapping)), default=0)


@given(STRUCTS, st.binary(max_size=9))
def test_what_is_written_is_read_again(fields: dict[int, Any], behind: bytes) -> None:
    written = as_struct(rising(fields))
    if depth(fields) > 9:
        return
    assert read_struct(b"xx" + written + behind, 2) == (without_bytes(fields), 2 + len(written))


def test_a_page_header_as_the_specification_writes_it() -> None:
    # Each field: the step to its number, its kind; a number doubled, of seven bits a byte.
    header = bytes.fromhex("15 00 15 a0 06 15 02 2c 15 c8 01 15 10 00 00")
    about = {1: 0, 2: 400, 3: 1, 5: {1: 100, 2: 8}}
    assert read_struct(header, 0) == (about, len(header))
    assert as_struct(about) == header


@given(st.binary(max_size=60))
def test_other_bytes_are_read_or_refused(read: bytes) -> None:
    try:
        _, end = read_struct(read, 0)
    except (ValueError, IndexError):
        return
    assert end > 0


@pytest.mark.parametrize("read", [b"\x1c" * 5000, b"\x15" + b"\xff" * 5000, b"\x1b\x00", b""])
def test_structs_without_end_are_refused(read: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        read_struct(read, 0)
