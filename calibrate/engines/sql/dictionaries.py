"""Texts of Parquet files, counted by their dictionaries: no text is spelled out for a lead.

Parquet writes a text once and then its number. Adding up the numbers takes about half of the time
in which a database groups the texts, and the memory of one group of rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints

NOT_COUNTED, A_LEAD, A_CUSTOMER = 0, 1, 2
_BLOCK = 2**16
"""So many rows are counted at a time: they stay in the cache."""
MOST_TEXTS = 100_000
"""Of a column with more different texts the database does better: it groups without Python."""

Standings = npt.NDArray[np.uint8]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What was found in some rows: their texts, leads and customers of each, its first row."""

    texts: tuple[str | None, ...]
    counts: Ints
    first: Ints


def count_texts(files: Sequence[Path], name: str, standings: Standings) -> DistinctValues | None:
    """Count the texts of one column.

    Parameters
    ----------
    files : sequence of Path
    name : str
        The column.
    standings : ndarray of uint8, shape (rows,)
        Per row of all files, one after the other: 0 for a row that is not counted, 1 for a lead,
        2 for a customer.

    Returns
    -------
    DistinctValues or None
        Those that counted leads have; None where the files do not hold the column as texts, or
        too many different ones.
    """
    import pyarrow as pa

    try:
        return _count_texts(files, name, standings)
    except (pa.ArrowException, OSError, UnicodeError):
        return None  # the database says better what is wrong with a file


def _count_texts(files: Sequence[Path], name: str, standings: Standings) -> DistinctValues | None:
    groups = list(_groups(files, name, len(standings)))
    if not groups or any(group is None for group in groups):
        return None
    customers = np.flatnonzero(standings == A_CUSTOMER)
    found: dict[str | None, tuple[int, Ints]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for pieces in pool.map(lambda group: _pieces(group, standings, customers), groups):
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


def _groups(files: Sequence[Path], name: str, rows: int) -> Iterator[Any]:
    """Give every group of rows: its file, its number there, its column, and its first row."""
    from pyarrow import parquet

    start = 0
    for path in files:
        with parquet.ParquetFile(path) as file:
            if "." in name or not _is_text(file.schema_arrow, name):
                yield None
                return
            for number in range(file.num_row_groups):
                yield path, number, name, start
                start += file.metadata.row_group(number).num_rows
    if start != rows:
        yield None


def _is_text(schema: Any, name: str) -> bool:
    import pyarrow as pa

    places = schema.get_all_field_indices(name)
    return len(places) == 1 and bool(pa.types.is_string(schema.field(places[0]).type))


def _pieces(group: Any, standings: Standings, customer_rows: Ints) -> list[_Piece]:
    """Count one group of rows."""
    path, number, name, start = group
    from pyarrow import parquet

    with parquet.ParquetFile(path, read_dictionary=[name], memory_map=True) as file:
        column = file.read_row_group(number, columns=[name], use_threads=False).column(0)
    pieces = []
    for chunk in column.chunks:
        if len(chunk):
            pieces.append(_piece(chunk, start, standings, customer_rows))
        start += len(chunk)
    return pieces


def _piece(chunk: Any, start: int, standings: Standings, customer_rows: Ints) -> _Piece:
    # The last place is that of no value.
    texts = (*chunk.dictionary.to_pylist(), None)
    codes = chunk.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    first = np.full(len(texts), -1, dtype=np.int64)
    seen = np.zeros(len(texts), dtype=np.int64)
    for begin in range(0, len(codes), _BLOCK):
        block = codes[begin : begin + _BLOCK]
        here = np.bincount(block, minlength=len(texts))
        seen += here
        if ((here > 0) & (first < 0)).any():
            row = start + begin
            rows = np.full(len(texts), -1, dtype=np.int64)
            rows[block[::-1]] = np.arange(row + len(block) - 1, row - 1, -1)
            first = np.where(first < 0, rows, first)
    counted = standings[start : start + len(codes)] != NOT_COUNTED
    leads = seen if counted.all() else np.bincount(codes[counted], minlength=len(texts))
    ends = np.searchsorted(customer_rows, [start, start + len(codes)])
    # Customers are few: their rows are looked up once, not in every group.
    customers = np.bincount(codes[customer_rows[slice(*ends)] - start], minlength=len(texts))
    return _Piece(texts=texts, counts=np.column_stack([leads, customers]), first=first)


def _add(found: dict[str | None, tuple[int, Ints]], piece: _Piece) -> None:
    """Add what was found in some rows to what was found before them."""
    for place in np.flatnonzero(piece.first >= 0).tolist():
        text, counts, row = piece.texts[place], piece.counts[place], int(piece.first[place])
        known = found.get(text)
        found[text] = (row, counts) if known is None else (known[0], known[1] + counts)
