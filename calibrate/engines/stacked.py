"""Several files of one table, stacked by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calibrate.engines.cells import number_or_text
from calibrate.engines.columns import (
    Column,
    DecimalComma,
    NumberColumn,
    TextColumn,
    is_empty,
    small,
    text_column,
)
from calibrate.engines.formats import TableRead
from calibrate.engines.rows import Rows
from calibrate.errors import LeadsError
from calibrate.levels import parse_number
from calibrate.present.numbers import number_text

_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was read from one of the files.

    Attributes
    ----------
    label : str
        The file's name among the others.
    read : TableRead
    """

    label: str
    read: TableRead

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return int(self.read.original.num_rows)


def stack(parts: Sequence[Part], *, where: str) -> TableRead:
    """Put the rows of several files below each other.

    A column that a file lacks is empty there. One that holds numbers here and texts there holds
    texts.

    Parameters
    ----------
    parts : sequence of Part
        One a file, in the order of the files.
    where : str
        Name of them all, for messages.

    Raises
    ------
    LeadsError
        When the files have no column in common.
    """
    unusable, remarks = what_is_odd(parts, where=where)
    names = dict.fromkeys(name for part in parts for name in part.read.columns)
    return TableRead(
        columns={name: _stacked(parts, name) for name in names if name not in unusable},
        unusable=unusable,
        original=_original(parts),
        row_names=Rows.stacked((part.label, part.rows, part.read.row_names) for part in parts),
        remarks=remarks,
    )


def what_is_odd(parts: Sequence[Part], *, where: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Say which columns cannot be used, and what is to be said about the files; see `stack`."""
    _check_common(parts, where)
    names = dict.fromkeys(name for part in parts for name in part.read.columns)
    return _unusable(parts), (
        how_many([part.label for part in parts]),
        *_lacking(parts, names),
        *_remarks(parts),
    )


def _check_common(parts: Sequence[Part], where: str) -> None:
    common = set(parts[0].read.columns)
    for part in parts[1:]:
        left = common & set(part.read.columns)
        if not left:
            raise LeadsError(
                f"{where}: `{part.label}` (with {_some(part.read.columns)}) and the files before "
                f"it (with {_some(name for name in parts[0].read.columns if name in common)}) have "
                f"no column in common, so they are not one table. Give files of one export, with "
                f"the same header."
            )
        common = left


def _unusable(parts: Sequence[Part]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        for name, why in part.read.unusable.items():
            found.setdefault(name, f"in {part.label} {why}")
    return found


def _stacked(parts: Sequence[Part], name: str) -> Column:
    columns = [part.read.columns.get(name) for part in parts]
    rows = [part.rows for part in parts]
    there = [column for column in columns if column is not None and not is_empty(column)]
    if there and all(isinstance(column, NumberColumn) for column in there):
        return NumberColumn(numbers=np.concatenate(list(map(_numbers, columns, rows))))
    return _texts([*map(_text_or_empty, columns, rows)])


def _numbers(column: Column | None, rows: int) -> Any:
    return column.numbers if isinstance(column, NumberColumn) else np.full(rows, np.nan)


def _text_or_empty(column: Column | None, rows: int) -> TextColumn:
    if column is None:
        return TextColumn(codes=np.zeros(rows, np.int8), texts=())
    return text_column(column)


def _texts(columns: list[TextColumn]) -> TextColumn:
    """Give all columns the codes of one list of texts."""
    comma = _decimal_comma(columns)
    if comma == "no" and any(column.decimal_comma != "no" for column in columns if column.texts):
        columns = [_without_commas(column) for column in columns]
        comma = "never"
    places: dict[str, int] = {}
    parts = []
    for column in columns:
        codes = [0, *(places.setdefault(text, len(places) + 1) for text in column.texts)]
        parts.append(np.array(codes, np.int32)[column.codes])
    stacked = small(np.concatenate(parts), len(places))
    return TextColumn(
        codes=stacked,
        texts=tuple(places),
        decimal_comma=comma,
        typed=frozenset().union(*(column.typed for column in columns)),
        semicolons=comma != "never" and any(column.semicolons for column in columns),
    )


def _decimal_comma(columns: Iterable[TextColumn]) -> DecimalComma:
    """Read commas as all the files write them; as none does when they differ."""
    found = {column.decimal_comma for column in columns if column.texts}
    if not found or "no" in found:
        return "no"
    return "sure" if "sure" in found else "likely"


def _without_commas(column: TextColumn) -> TextColumn:
    """Write numbers with decimal commas as the other files write theirs."""
    if column.decimal_comma == "no" or not column.is_number:
        return replace(column, decimal_comma="no")
    places: dict[str, int] = {}
    codes = [0]
    for text, value in zip(column.texts, column.numbers, strict=True):
        plain = text if value is None or parse_number(text) == value else number_text(value)
        codes.append(places.setdefault(plain, len(places) + 1))
    fresh = small(np.array(codes)[column.codes], len(places))
    return TextColumn(codes=fresh, texts=tuple(places))


def _original(parts: Sequence[Part]) -> Any:
    """Stack the cells as they stand in the files, to be written out again."""
    import pyarrow as pa

    spelled: dict[str, str] = {}
    for part in parts:
        for name in part.read.original.column_names:
            spelled.setdefault(name.strip(), name)
    tables = [part.read.original for part in parts]
    # By name at hand: Arrow would look through all its columns for each.
    by_name = [
        dict(zip((name.strip() for name in one.column_names), one.columns, strict=True))
        for one in tables
    ]
    rows = [one.num_rows for one in tables]
    columns = [_cells([one.get(name) for one in by_name], rows, name) for name in spelled]
    return pa.table(columns, names=list(spelled.values()))


def _cells(found: Sequence[Any], rows: Sequence[int], name: str) -> Any:
    import pyarrow as pa

    parts = [
        pa.chunked_array([pa.nulls(count)]) if column is None else column
        for column, count in zip(found, rows, strict=True)
    ]
    try:
        # A whole number that a float would blur is refused, and goes with the texts.
        single = [pa.table([part], names=[name]) for part in parts]
        return pa.concat_tables(single, promote_options="permissive").column(0)
    except pa.ArrowException:
        return pa.chunked_array([chunk for part in parts for chunk in _as_texts(part).chunks])


def _as_texts(cells: Any) -> Any:
    import pyarrow as pa

    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    if pa.types.is_string(kind) or pa.types.is_null(kind):
        return cells.cast(pa.string())
    texts = [None if value is None else number_or_text(value) for value in cells.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def how_many(labels: list[str]) -> str:
    """Say which files were read as one table."""
    files = "1 file was read" if len(labels) == 1 else f"{len(labels)} files were read as one table"
    return f"{files}: {_listed(labels)}."


def _lacking(parts: Sequence[Part], names: Iterable[str]) -> tuple[str, ...]:
    """Say which files have no column of a name that others have, files alike in one sentence."""
    known = [(part.label, _all_names(part)) for part in parts]
    lacked: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        without = tuple(label for label, there in known if name not in there)
        if without:
            lacked.setdefault(without, []).append(f"`{name}`")
    return tuple(
        f"{_listed(labels)} {'has' if len(labels) == 1 else 'have'} no column {_listed(columns)}: "
        f"empty there."
        for labels, columns in lacked.items()
    )


def _all_names(part: Part) -> set[str]:
    return {*part.read.columns, *part.read.unusable}


def _remarks(parts: Sequence[Part]) -> tuple[str, ...]:
    said: dict[str, list[str]] = {}
    for part in parts:
        for remark in part.read.remarks:
            said.setdefault(remark, []).append(part.label)
    return tuple(f"{_listed(labels)}: {remark}" for remark, labels in said.items())


def _some(names: Iterable[str]) -> str:
    return _listed([f"`{name}`" for name in names])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
