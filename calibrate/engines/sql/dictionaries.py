"""Texts of Parquet files, counted by their dictionaries: no text is spelled out for a lead.

Parquet writes a text once and then its number. Adding up the numbers takes about half of the time
in which a database groups the texts, and the memory of one group of rows.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints

NOT_COUNTED, A_LEAD, A_CUSTOMER = 0, 1, 2
_BLOCK = 2**14
"""So many rows are counted at a time: they stay in the cache."""
MOST_TEXTS = 100_000
"""Of a column with more different texts the database does better: it groups without Python."""

_There = npt.NDArray[np.bool_] | None


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
    """What was found in some rows: their texts, leads and customers of each, its first row."""

    texts: tuple[str | None, ...]
    counts: Ints
    first: Ints


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
    import pyarrow as pa

    try:
        return _count_texts(standings, name)
    except (pa.ArrowException, OSError, UnicodeError):
        return None  # the database says better what is wrong with a file


def _count_texts(standings: Standings, name: str) -> DistinctValues | None:
    groups = standings.groups
    of_files = {one.path: one.about for one in groups}.values()
    if not groups or not all(_is_text(one.schema.to_arrow_schema(), name) for one in of_files):
        return None
    found: dict[str | None, tuple[int, Ints]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for pieces in pool.map(lambda group: _pieces(group, name, standings), groups):
            for piece in pieces:
                _add(found, piece)
            if len(found) > MOST_TEXTS:
                pool.shutdown(cancel_futures=True)
                return None
    there = {
        value: counts
        for value, (_, counts) in sorted(found.items(), key=lambda one: one[1][0])
        if counts[0]
    }
    counts = np.array(list(there.values()), dtype=np.int64).reshape(-1, 2)
    return DistinctValues(values=list(there), leads=counts[:, 0], customers=counts[:, 1])


def _is_text(schema: Any, name: str) -> bool:
    import pyarrow as pa

    places = schema.get_all_field_indices(name)
    return (
        "." not in name
        and len(places) == 1
        and bool(pa.types.is_string(schema.field(places[0]).type))
    )


def _pieces(group: _Group, name: str, standings: Standings) -> list[_Piece]:
    """Count one group of rows."""
    from pyarrow import parquet

    with parquet.ParquetFile(
        group.path, metadata=group.about, read_dictionary=[name], memory_map=True
    ) as file:
        column = file.read_row_group(group.number, columns=[name], use_threads=False).column(0)
    pieces, start = [], group.start
    for chunk in column.chunks:
        if len(chunk):
            pieces.append(_piece(chunk, start, standings))
        start += len(chunk)
    return pieces


def _piece(chunk: Any, start: int, standings: Standings) -> _Piece:
    # The last place is that of no value.
    texts = (*chunk.dictionary.to_pylist(), None)
    codes, there = _codes(chunk.indices, len(texts) - 1)
    leads, first = _seen(codes, there, len(texts), start)
    if standings.counted is not None:
        leads = _counted(codes, there, len(texts), standings.counted[start : start + len(codes)])
    # Customers are few: their rows are looked up once, not in every group.
    ends = np.searchsorted(standings.customers, [start, start + len(codes)])
    rows = standings.customers[slice(*ends)] - start
    customers = _counted(codes, there, len(texts), rows)
    return _Piece(texts=texts, counts=np.column_stack([leads, customers]), first=first)


def _codes(indices: Any, nothing: int) -> tuple[npt.NDArray[np.int32], _There]:
    """Give each row its code, and which rows have a value; None where the codes tell.

    Arrow writes a 0 where there is no value. That is looked at and not relied upon; writing another
    code there would take longer than counting all of them.
    """
    if not indices.null_count:
        return indices.to_numpy(), None
    valid, values = indices.buffers()
    begins = indices.offset
    there = np.unpackbits(
        np.frombuffer(valid, dtype=np.uint8), bitorder="little", count=begins + len(indices)
    )[begins:].view(np.bool_)
    codes = np.frombuffer(values, dtype=np.int32)[begins : begins + len(indices)]
    zeros = np.count_nonzero((codes == 0) & ~there)
    if zeros != indices.null_count or not nothing:
        return indices.fill_null(nothing).to_numpy(zero_copy_only=False), None
    return codes, there


def _seen(codes: npt.NDArray[np.int32], there: _There, size: int, start: int) -> tuple[Ints, Ints]:
    """Count the rows of each code, and give the first row of each."""
    first = np.full(size, -1, dtype=np.int64)
    seen = np.zeros(size, dtype=np.int64)
    nothing = 0
    for begin in range(0, len(codes), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        here = np.bincount(codes[block], minlength=size)
        seen += here
        if there is not None:
            absent = len(codes[block]) - int(np.count_nonzero(there[block]))
            nothing += absent
            here[[0, -1]] += [-absent, absent]
        if ((here > 0) & (first < 0)).any():
            rows = np.full(size, -1, dtype=np.int64)
            told = codes[block] if there is None else np.where(there[block], codes[block], size - 1)
            row = start + begin
            rows[told[::-1]] = np.arange(row + len(told) - 1, row - 1, -1)
            first = np.where(first < 0, rows, first)
    seen[[0, -1]] += [-nothing, nothing]
    return seen, first


def _counted(codes: npt.NDArray[np.int32], there: _There, size: int, rows: Any) -> Ints:
    """Count some of the rows by their codes."""
    counts = np.bincount(codes[rows], minlength=size)
    if there is not None:
        nothing = int(np.count_nonzero(~there[rows]))
        counts[[0, -1]] += [-nothing, nothing]
    return counts


def _add(found: dict[str | None, tuple[int, Ints]], piece: _Piece) -> None:
    """Add what was found in some rows to what was found before them."""
    for place in np.flatnonzero(piece.first >= 0).tolist():
        text, counts, row = piece.texts[place], piece.counts[place], int(piece.first[place])
        known = found.get(text)
        found[text] = (row, counts) if known is None else (known[0], known[1] + counts)
