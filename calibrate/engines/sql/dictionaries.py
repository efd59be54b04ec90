"""Columns of Parquet files, counted by dictionaries: a value is looked at once, not per lead.

Parquet writes a text once and then its number; of numbers Arrow makes such a dictionary. Adding up
takes less time than a database needs to group the values, and the memory of one group of rows.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints

NOT_COUNTED, A_LEAD, A_CUSTOMER = 0, 1, 2
_BLOCK = 2**14
"""So many rows are counted at a time: they stay in the cache."""
MOST_VALUES = 100_000
"""Of a column with more different values the database does better: it groups without Python."""

_Value = str | float | None
_ReadAs = Literal["texts", "numbers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctValues:
    """The distinct values of a column, in the order in which rows first show them.

    Attributes
    ----------
    values : list
        None stands for no value.
    leads, customers : ndarray of int, shape (k,)
    """

    values: list[Any]
    leads: Ints
    customers: Ints


def as_numbers(values: Sequence[float | None]) -> npt.NDArray[np.float64]:
    """Give numbers as an array, NaN for no value."""
    return np.array([np.nan if one is None else one for one in values], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Standings:
    """Who is counted among the rows of Parquet files, looked up once for all columns.

    Attributes
    ----------
    files : tuple of Path
    of_row : ndarray of uint8, shape (rows,)
        Per row of all files, one after the other: 0 for a row that is not counted, 1 for a lead,
        2 for a customer.
    """

    files: tuple[Path, ...]
    of_row: npt.NDArray[np.uint8]

    @cached_property
    def counted(self) -> npt.NDArray[np.bool_] | None:
        """Which rows are counted; None where all are."""
        counted = self.of_row != NOT_COUNTED
        return None if counted.all() else counted

    @cached_property
    def customers(self) -> Ints:
        """The rows of customers, which are few."""
        return np.flatnonzero(self.of_row == A_CUSTOMER)

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """One for all columns: a new thread would ask for its memory anew."""
        return ThreadPoolExecutor(os.cpu_count())

    @cached_property
    def groups(self) -> tuple[_Group, ...]:
        """The groups of rows of all files, one after the other."""
        from pyarrow import parquet

        groups, start = [], 0
        for path in self.files:
            about = parquet.read_metadata(path)
            for number in range(about.num_row_groups):
                groups.append(_Group(path=path, about=about, number=number, start=start))
                start += about.row_group(number).num_rows
        return tuple(groups) if start == len(self.of_row) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """One group of rows of a file, and the place of its first row among those of all files."""

    path: Path
    about: Any
    number: int
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What was found in some rows: their values in the order of the rows, and who has each.

    Attributes
    ----------
    values : list
    leads, customers : ndarray of int, shape (k,)
    """

    values: list[_Value]
    leads: Ints
    customers: Ints


def count_texts(standings: Standings, name: str) -> DistinctValues | None:
    """Count the texts of one column.

    Parameters
    ----------
    standings : Standings
    name : str
        The column.

    Returns
    -------
    DistinctValues or None
        Those that counted leads have; None where the files do not hold the column as texts, or
        too many different ones.
    """
    return _count(standings, name, "texts")


def count_numbers(
    standings: Standings, name: str, nothings: Collection[float] = ()
) -> DistinctValues | None:
    """Count the numbers of one column, be they written as texts.

    Parameters
    ----------
    standings : Standings
    name : str
        The column.
    nothings : collection of float
        Numbers that stand for no value, as NaN always does.

    Returns
    -------
    DistinctValues or None
        As for `count_texts`.
    """
    return _count(standings, name, "numbers", frozenset(nothings))


def _count(
    standings: Standings,
    name: str,
    read_as: _ReadAs,
    nothings: frozenset[_Value] = frozenset(),
) -> DistinctValues | None:
    import pyarrow as pa

    groups = standings.groups
    of_files = {one.path: one.about for one in groups}.values()
    try:
        if not groups or not all(
            _is_there(one.schema.to_arrow_schema(), name, read_as) for one in of_files
        ):
            return None
        return _added_up(standings, name, read_as, nothings)
    except (pa.ArrowException, OSError, UnicodeError):
        return None  # the database says better what is wrong with a file


def _added_up(
    standings: Standings, name: str, read_as: _ReadAs, nothings: frozenset[_Value]
) -> DistinctValues | None:
    """Add up what the groups hold; None where that is too much."""
    places: dict[_Value, int] = {}
    leads = customers = np.zeros(0, dtype=np.int64)
    under_way = [
        standings.pool.submit(_pieces, group, name, read_as, standings)
        for group in standings.groups
    ]
    for piece in (piece for found in under_way for piece in found.result()):
        values = piece.values
        if nothings:
            values = [None if value in nothings else value for value in values]
        here = np.array([places.setdefault(value, len(places)) for value in values], dtype=np.int64)
        if len(places) > MOST_VALUES:
            for one in under_way:
                one.cancel()
            return None
        fresh = np.zeros((2, len(places) - len(leads)), dtype=np.int64)
        leads, customers = np.append(leads, fresh[0]), np.append(customers, fresh[1])
        np.add.at(leads, here, piece.leads)
        np.add.at(customers, here, piece.customers)
    counted = leads > 0
    return DistinctValues(
        values=[value for value, number in zip(places, leads.tolist(), strict=True) if number],
        leads=leads[counted],
        customers=customers[counted],
    )


def _is_there(schema: Any, name: str, read_as: _ReadAs) -> bool:
    import pyarrow as pa

    places = schema.get_all_field_indices(name)
    if "." in name or len(places) != 1:
        return False
    kind = schema.field(places[0]).type
    return bool(pa.types.is_string(kind)) or (read_as == "numbers" and _is_number(kind))


def _is_number(kind: Any) -> bool:
    """Say whether a type's values become floats by one rule only, whoever makes them."""
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind))


def _pieces(group: _Group, name: str, read_as: _ReadAs, standings: Standings) -> list[_Piece]:
    """Count one group of rows."""
    from pyarrow import parquet

    with parquet.ParquetFile(
        group.path, metadata=group.about, read_dictionary=[name], memory_map=True
    ) as file:
        column = file.read_row_group(group.number, columns=[name], use_threads=False).column(0)
    pieces, start = [], group.start
    for chunk in column.chunks:
        if len(chunk):
            pieces.append(_piece(_Coded.of(chunk, read_as), start, standings))
        start += len(chunk)
    return pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coded:
    """Some rows of a column.

    Attributes
    ----------
    values : list
        The last is None.
    codes : ndarray of int32, shape (rows,)
        The value of each row that has one.
    there : ndarray of bool, shape (rows,), or None
        Which rows have a value; None where all have.
    is_in_order : bool
        Whether values are known to come in the order of the rows.
    """

    values: list[_Value]
    codes: npt.NDArray[np.int32]
    there: npt.NDArray[np.bool_] | None
    is_in_order: bool

    @classmethod
    def of(cls, chunk: Any, read_as: _ReadAs) -> _Coded:
        import pyarrow as pa

        is_text = pa.types.is_dictionary(chunk.type)
        found = chunk if is_text else chunk.cast(pa.float64(), safe=False).dictionary_encode()
        # A text that Arrow takes for no number is left to the database with the whole column.
        values = (
            found.dictionary.to_pylist()
            if read_as == "texts"
            else _numbers(found.dictionary.cast(pa.float64()))
        )
        valid, codes = found.indices.buffers()
        rows = slice(found.offset, found.offset + len(found))
        there = None
        if found.null_count:
            bits = np.frombuffer(valid, dtype=np.uint8)
            there = np.unpackbits(bits, bitorder="little", count=rows.stop)[rows].view(np.bool_)
        return cls(
            values=[*values, None],
            codes=np.frombuffer(codes, dtype=np.int32)[rows],
            there=there,
            is_in_order=not is_text,
        )

    def counted(self) -> Ints:
        """Count the rows of each value.

        What stands for a row without a value is mostly 0: counting it and taking it off again takes
        less time than writing another code there.
        """
        size = len(self.values)
        found = np.zeros(size, dtype=np.int64)
        step = max(_BLOCK, 4 * size)
        for begin in range(0, len(self.codes), step):
            codes = self.codes[begin : begin + step]
            found += np.bincount(codes, minlength=size)
            if self.there is not None:
                there = self.there[begin : begin + step]
                odd = codes[(codes != 0) > there]
                nothing = len(codes) - int(np.count_nonzero(there))
                np.subtract.at(found, odd, 1)
                found[0] -= nothing - len(odd)
                found[-1] += nothing
        return found

    def counted_among(self, rows: Any) -> Ints:
        """Count some of the rows by their values."""
        return np.bincount(self._told(rows), minlength=len(self.values))

    def order(self, seen: Ints) -> Ints:
        """Give the values that rows have in the order of the rows."""
        if self.is_in_order:
            order = np.arange(len(self.values) - 1)
            if self.there is None:
                return order
            before = self.codes[: int(np.argmax(~self.there))]
            return np.insert(order, int(before.max(initial=-1)) + 1, len(order))
        first = np.full(len(self.values), -1, dtype=np.int64)
        for begin in range(0, len(self.codes), _BLOCK):
            if not ((seen > 0) & (first < 0)).any():
                break
            told = self._told(slice(begin, begin + _BLOCK))
            rows = np.full(len(self.values), -1, dtype=np.int64)
            rows[told[::-1]] = np.arange(begin + len(told) - 1, begin - 1, -1)
            first = np.where(first < 0, rows, first)
        return np.argsort(first)[np.count_nonzero(first < 0) :]

    def _told(self, rows: Any) -> npt.NDArray[np.int32]:
        """Give some of the rows their codes; the last is for no value."""
        if self.there is None:
            return np.asarray(self.codes[rows])
        return np.where(self.there[rows], self.codes[rows], np.int32(len(self.values) - 1))


def _numbers(found: Any) -> list[_Value]:
    """Give numbers, None for NaN."""
    numbers = np.asarray(np.from_dlpack(found), dtype=np.float64)
    values: list[_Value] = numbers.tolist()
    for place in np.flatnonzero(np.isnan(numbers)).tolist():
        values[place] = None
    return values


def _piece(coded: _Coded, start: int, standings: Standings) -> _Piece:
    leads = seen = coded.counted()
    end = start + len(coded.codes)
    if standings.counted is not None:
        leads = coded.counted_among(standings.counted[start:end])
    # Customers are few: their rows are looked up once, not in every group.
    ends = np.searchsorted(standings.customers, [start, end])
    customers = coded.counted_among(standings.customers[slice(*ends)] - start)
    order = coded.order(seen)
    return _Piece(
        values=[coded.values[place] for place in order.tolist()],
        leads=leads[order],
        customers=customers[order],
    )
