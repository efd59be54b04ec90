"""Cells as they come, from a file or a frame, become columns."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from calibrate.engines.columns import (
    Codes,
    Column,
    NumberColumn,
    TextColumn,
    small,
)
from calibrate.present.numbers import number_text

_PIECE = 2**18
"""So many rows are given their codes at a time."""
_EXACT = 2**53
"""Up to here a float holds every whole number; larger ones are ids and stay texts."""


def from_arrow(array: Any) -> Column | None:
    """Turn an Arrow chunked array into a column; None for a type that cannot be an attribute.

    Parameters
    ----------
    array : pyarrow.ChunkedArray
        Texts, dictionaries of texts, numbers, booleans, dates or times; durations become seconds.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        if _is_text(kind.value_type):
            return _coded(array)
        if isinstance(kind.value_type, pa.BaseExtensionType):
            return None
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        if not _too_large(array):
            return _numbers(array.cast(pa.float64(), safe=False))
        array = array.cast(pa.string())
    elif pa.types.is_duration(kind):
        seconds = array.cast(pa.duration("ms"), safe=False).cast(pa.int64())
        return _numbers(pc.divide(seconds.cast(pa.float64()), 1000.0))
    elif pa.types.is_boolean(kind):
        array = pc.if_else(array, "yes", "no")
    elif pa.types.is_timestamp(kind):
        # Without its zone, in UTC, to the second: what the outcome is reckoned in.
        array = pc.strftime(array.cast(pa.timestamp("s"), safe=False), format="%Y-%m-%dT%H:%M:%S")
    elif pa.types.is_time(kind):
        array = array.cast(pa.time32("s"), safe=False).cast(pa.string())
    elif pa.types.is_date(kind) or pa.types.is_null(kind):
        array = array.cast(pa.string())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        array = _decoded(array)
    elif not _is_text(kind):
        return None
    return None if array is None else _coded(array)


def from_objects(values: Sequence[Any]) -> Column | None:
    """Turn plain Python values (a spreadsheet's or a frame's) into a column.

    None for values that no level can be made of, such as lists.
    """
    import pyarrow as pa

    plain = [_plain(value) for value in values]
    kinds = {type(value) for value in plain if value is not None}
    if any(issubclass(kind, list | tuple | dict | set | frozenset | np.ndarray) for kind in kinds):
        return None
    if kinds <= {int, float} and not any(isinstance(v, int) and abs(v) > _EXACT for v in plain):
        numbers = [None if value is None else float(value) for value in plain]
        return _numbers(pa.chunked_array([pa.array(numbers, pa.float64())]))
    if kinds == {bool}:
        return from_arrow(pa.chunked_array([pa.array(plain, pa.bool_())]))
    column = from_arrow(pa.chunked_array([_text_array(plain)]))
    if not isinstance(column, TextColumn):
        return column
    typed = {number_or_text(one) for one in plain if not isinstance(one, str | bool | None)}
    return replace(column, typed=frozenset(typed) - {one for one in plain if isinstance(one, str)})


def as_arrow(cells: Sequence[Sequence[Any]]) -> Any:
    """Hold a spreadsheet's columns as an Arrow table; those of mixed types as texts."""
    import pyarrow as pa

    arrays = []
    for values in cells:
        plain = [_plain(value) for value in values]
        try:
            arrays.append(pa.array(plain))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            arrays.append(_text_array(plain))
    return pa.table(arrays, names=[str(place) for place in range(len(arrays))])


def _plain(value: Any) -> Any:
    """Give a cell as a value of plain Python, None for nothing."""
    if isinstance(value, np.number | np.bool_):
        value = value.item()
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if (isinstance(value, float) and value != value) or (isinstance(value, str) and not value):  # noqa: PLR0124 (NaN)
        return None
    return value


def _text_array(values: Sequence[Any]) -> Any:
    import pyarrow as pa

    texts = [None if value is None else number_or_text(value) for value in values]
    # Half a surrogate pair is no character, and no file can hold it.
    return pa.array(
        [text and text.encode("utf-8", errors="replace").decode() for text in texts], pa.string()
    )


def number_or_text(value: Any) -> str:
    """Write a cell as text: 2024.0 as ``2024``, dates as ISO 8601, and truth as yes or no.

    A cell among others of mixed types gets the text that it would have in a column of its type.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT):
        return number_text(float(value))
    if isinstance(value, dt.timedelta):
        return number_text(value // dt.timedelta(milliseconds=1) / 1000)
    if isinstance(value, dt.datetime):
        in_utc = value.astimezone(dt.UTC) if value.tzinfo is not None else value
        return in_utc.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    iso = getattr(value, "isoformat", None)
    return str(iso()) if iso is not None else str(value)


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _too_large(array: Any) -> bool:
    """Whether an array has whole numbers that a float would blur."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_floating(kind) or (pa.types.is_decimal(kind) and kind.scale > 0):
        return False
    ends = pc.min_max(array).as_py()
    return bool(ends["min"] is not None and max(-ends["min"], ends["max"]) > _EXACT)


def _decoded(array: Any) -> Any:
    """Take bytes as the UTF-8 texts they mostly are; None when they are not."""
    import pyarrow as pa

    try:
        return array.cast(pa.string())
    except pa.ArrowInvalid:
        return None


def _numbers(array: Any) -> NumberColumn:
    numbers = array.to_numpy().astype(np.float64, copy=True)
    return NumberColumn(numbers=numbers)


def _dictionary_of(array: Any, start: int) -> Any:
    """Give a piece of a column one dictionary."""
    import pyarrow as pa

    piece = array.slice(start, _PIECE)
    made = piece if pa.types.is_dictionary(piece.type) else piece.dictionary_encode()
    return made.unify_dictionaries()


def _coded(array: Any) -> TextColumn:
    """Give every piece of a column its own dictionary, then one to all: texts are hashed once.

    By pieces no more than the codes of a few are held wide; these are worked on side by side.
    """
    code_of: dict[str, int] = {}
    codes: Codes = np.zeros(len(array), dtype=np.int8)
    cores = os.cpu_count() or 1
    few = 2 * cores  # so that none waits for long for the others
    starts = range(0, len(array), _PIECE)
    with ThreadPoolExecutor(cores) as pool:
        # One piece is no work for others.
        at_once = map if len(starts) < 2 else pool.map
        for place in range(0, len(starts), few):
            here = starts[place : place + few]
            pieces = list(at_once(lambda start: _dictionary_of(array, start), here))
            dictionaries = [piece.chunk(0).dictionary.to_pylist() for piece in pieces]
            if any(None in texts or len(set(texts)) < len(texts) for texts in dictionaries):
                return _coded(array.cast(array.type.value_type))
            # Without a value is -1 there, which finds the last of these: the code 0.
            found = [
                np.array([*(code_of.setdefault(one, len(code_of) + 1) for one in texts), 0])
                for texts in dictionaries
            ]
            codes = small(codes, len(code_of))
            kept = [small(one, len(code_of)) for one in found]
            parts = (codes[start : start + _PIECE] for start in here)
            list(at_once(_write_codes, pieces, kept, parts))
    column = TextColumn(codes=codes, texts=tuple(code_of))
    # Dictionaries may hold texts that no row has (a header, an unused category of a frame).
    return column.keeping((column.counts > 0).tolist()).without(())


def _write_codes(piece: Any, of_piece: Codes, codes: Codes) -> None:
    """Write the codes of a piece by those of its dictionary."""
    place = 0
    for chunk in piece.chunks:
        found = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        codes[place : place + len(found)] = of_piece[found]
        place += len(found)
