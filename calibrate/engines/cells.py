"""Cells as they come, from a file or a frame, become columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from calibrate.engines.coding import coded
from calibrate.engines.columns import Column, NumberColumn, TextColumn
from calibrate.present.numbers import number_text

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
            return coded(array)
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
    return None if array is None else coded(array)


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
