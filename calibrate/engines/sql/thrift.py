"""Thrift's compact protocol, as far as Parquet's headers and footers need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias


class Wide(int):
    """A whole number that is written as one of 64 bits, however small it is."""


Field: TypeAlias = "bool | int | bytes | list[Field] | Fields"
Fields: TypeAlias = "Mapping[int, Field]"

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = (
    *range(1, 11),
    12,
)
_INTS, _FLAGS = (_I32, _I64), (_TRUE, _FALSE)
_SIZES = {_BYTE: 1, _DOUBLE: 8}
_DEEPEST = 8
"""Headers of Parquet have three structs in each other: what has more is none."""
_WIDEST = 63
"""So many bits before the last byte of a number."""
_FURTHEST = 15
"""A field with a number further from the one before has its number written out."""


def read_struct(read: bytes, place: int, depth: int = 0) -> tuple[dict[int, Any], int]:
    """Read one struct.

    Parameters
    ----------
    read : bytes
    place : int
        Where the struct begins.
    depth : int
        How many structs it stands in.

    Returns
    -------
    fields : dict
        By their numbers. Bytes and decimals, which no header needs, are passed over.
    end : int
        Where the struct ends.

    Raises
    ------
    ValueError, IndexError
        When no struct is there.

    Source: Thrift compact protocol encoding (apache/thrift, doc/specs/thrift-compact-protocol.md).

    Examples
    --------
    >>> read_struct(as_struct({1: 7, 3: True, 20: -1}), 0)
    ({1: 7, 3: True, 20: -1}, 7)
    """
    if depth > _DEEPEST:
        raise ValueError("More structs in each other than a header has.")
    fields: dict[int, Any] = {}
    number = 0
    while head := read[place]:
        place += 1
        kind, step = head & 15, head >> 4
        if step:
            number += step
        else:
            number, place = _signed(read, place)
        if kind in _INTS:
            fields[number], place = _signed(read, place)
        elif kind == _STRUCT:
            fields[number], place = read_struct(read, place, depth + 1)
        elif kind in _FLAGS:
            fields[number] = kind == _TRUE
        else:
            place = _passed(read, place, kind)
    return fields, place + 1


def _passed(read: bytes, place: int, kind: int) -> int:
    """Pass over a value that no header needs."""
    if kind == _BINARY:
        size, place = _unsigned(read, place)
        return place + size
    if kind == _I16:
        return _signed(read, place)[1]
    if kind in _SIZES:
        return place + _SIZES[kind]
    raise ValueError(f"A header has no field of the kind {kind}.")


def _unsigned(read: bytes, place: int) -> tuple[int, int]:
    """Read seven bits a byte, the lowest first; all but the last byte begin with a 1."""
    found = shift = 0
    while (byte := read[place]) & 128:
        found |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if shift > _WIDEST:
            raise ValueError("A number of more than 64 bits.")
    return found | byte << shift, place + 1


def _signed(read: bytes, place: int) -> tuple[int, int]:
    """Read a number whose lowest bit says whether it is negative."""
    if (byte := read[place]) < 128:  # most are small
        return (byte >> 1) ^ -(byte & 1), place + 1
    found, place = _unsigned(read, place)
    return (found >> 1) ^ -(found & 1), place


def as_struct(fields: Fields) -> bytes:
    """Write one struct.

    Parameters
    ----------
    fields : mapping of int to bool, int, bytes, list or mapping
        By their numbers, rising. A list has one kind of values, at most 14.

    Examples
    --------
    >>> as_struct({1: 7, 3: True}).hex(" ")
    '15 0e 21 00'
    """
    written = bytearray()
    _put_struct(written, fields)
    return bytes(written)


def _put_struct(written: bytearray, fields: Fields) -> None:
    before = 0
    for number, value in fields.items():
        head = len(written)
        written.append(0)
        step = number - before
        if step > _FURTHEST:
            _put_signed(written, number)
            step = 0
        written[head] = step << 4 | _put(written, value)
        before = number
    written.append(0)


def _put(written: bytearray, value: Field) -> int:
    """Write a value, and give its kind."""
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, int):
        _put_signed(written, value)
        return _I64 if isinstance(value, Wide) else _I32
    if isinstance(value, bytes):
        _put_unsigned(written, len(value))
        written += value
        return _BINARY
    if isinstance(value, list):
        head = len(written)
        written.append(0)
        for member in value:
            written[head] = len(value) << 4 | _put(written, member)
        return _LIST
    _put_struct(written, value)
    return _STRUCT


def _put_unsigned(written: bytearray, value: int) -> None:
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    written.append(value)


def _put_signed(written: bytearray, value: int) -> None:
    _put_unsigned(written, value << 1 if value >= 0 else (-value << 1) - 1)
