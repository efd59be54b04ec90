"""Columns of Parquet files, counted by dictionaries: a value is looked at once, not per lead.

Parquet writes a value once and then its code; where it does not, Arrow makes such a dictionary.
Adding up takes less time than a database needs to group the values, and the memory of one group of
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints
from calibrate.engines.columns import Floats
from calibrate.engines.sql.coded import Coded
from calibrate.engines.sql.parquet_codes import codes_of
from calibrate.engines.threads import cores

NOT_COUNTED, A_LEAD, A_CUSTOMER = 0, 1, 2
MOST_VALUES = 100_000
"""Of a column with more different values the database does better: it groups without Python."""

_AT_A_TIME = 4
"""So many times as many are held before they are added up."""

ReadAs = Literal["texts", "numbers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctValues:
    """The distinct values of a column: texts as rows first show them, and numbers rising.

    Attributes
    ----------
    values : list, or ndarray of float, shape (k,)
        None or NaN stands for no value, and comes after all numbers.
    leads, customers : ndarray of int, shape (k,)
    """

    values: list[Any] | Floats
    leads: Ints
    customers: Ints

    @property
    def listed(self) -> list[Any]:
        """The same values, None for none."""
        if isinstance(self.values, list):
            return self.values
        listed: list[Any] = self.values.tolist()
        for place in np.flatnonzero(np.isnan(self.values)).tolist():
            listed[place] = None
        return listed


def as_numbers(values: Sequence[float | None] | Floats) -> Floats:
    """Give numbers as an array, NaN for no value."""
    if isinstance(values, np.ndarray):
        return values
    return np.array([np.nan if one is None else one for one in values], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Standings:
    """Who is counted among the rows of Parquet files, looked up once for all columns.

    Attributes
    ----------
    files : tuple of Path
    rows : int
        How many rows all files have.
    look : callable
        Gives of each row of all files, one after the other, 0 for one that is not counted, 1 for a
        lead, 2 for a customer: an ndarray of uint8, shape (rows,).
    """

    files: tuple[Path, ...]
    rows: int
    look: Callable[[], npt.NDArray[np.uint8]]

    @cached_property
    def found(self) -> Future[_Counted]:
        """Who is counted: columns that are read meanwhile wait for it."""
        return Future()

    def look_up(self) -> None:
        """Look once who is counted."""
        if not self.found.done():
            self.found.set_result(_Counted.of(self.look()))

    def give_up(self, fault: BaseException) -> None:
        """Let nobody wait; who asks again looks again."""
        if not self.found.done():
            self.found.set_exception(fault)
            del vars(self)["found"]
        self.begun.clear()

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """One for all columns: a new thread would ask for its memory anew."""
        return ThreadPoolExecutor(cores())

    @cached_property
    def begun(self) -> dict[tuple[str, ReadAs], _Begun]:
        """Columns that are being counted, be they asked for or not."""
        return {}

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
        return tuple(groups) if start == self.rows else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """Who is counted.

    Attributes
    ----------
    leads : ndarray of bool, shape (rows,), or None
        Which rows are; None where all are.
    customers : ndarray of int
        The rows of customers, which are few.
    """

    leads: npt.NDArray[np.bool_] | None
    customers: Ints

    @classmethod
    def of(cls, standings: npt.NDArray[np.uint8]) -> _Counted:
        leads = standings != NOT_COUNTED
        return cls(
            leads=None if leads.all() else leads,
            customers=np.flatnonzero(standings == A_CUSTOMER),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """One group of rows of a file, and the place of its first row among those of all files."""

    path: Path
    about: Any
    number: int
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What was found in some rows: their values, texts in the order of the rows; who has each.

    Attributes
    ----------
    values : list of str or None, or ndarray of float
        Numbers are NaN for no value.
    leads, customers : ndarray of int, shape (k,)
    """

    values: Any
    leads: Ints
    customers: Ints


_Begun: TypeAlias = "list[Future[list[_Piece]]]"


def _joined(pieces: Sequence[_Piece]) -> _Piece:
    """Put the values of later rows beside those of earlier ones."""
    values, place = _different([one.values for one in pieces])
    leads, customers = np.zeros((2, len(values)), dtype=np.int64)
    np.add.at(leads, place, np.concatenate([one.leads for one in pieces]))
    np.add.at(customers, place, np.concatenate([one.customers for one in pieces]))
    return _Piece(values=values, leads=leads, customers=customers)


def _different(listed: Sequence[Any]) -> tuple[Any, Ints]:
    """Give the different values in the order in which they come, and the place of each."""
    import pyarrow as pa

    if isinstance(listed[0], list):
        places: dict[str | None, int] = {}
        told = [places.setdefault(value, len(places)) for values in listed for value in values]
        return list(places), np.array(told, dtype=np.int64)
    numbers = np.concatenate(listed)
    numbers[np.isnan(numbers)] = np.nan  # or NaN of other bits would be another
    numbers += 0.0  # and -0 another 0
    # Arrow's own ways from arrays and to arrays would load pandas.
    held = [None, pa.py_buffer(numbers)]
    coded = pa.Array.from_buffers(pa.float64(), len(numbers), held).dictionary_encode()
    return np.from_dlpack(coded.dictionary), np.from_dlpack(coded.indices).astype(np.int64)


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


def begin(standings: Standings, name: str, read_as: ReadAs) -> None:
    """Begin to count a column in other threads, where its files hold it as such."""
    import pyarrow as pa

    of_files = {one.path: one.about for one in standings.groups}.values()
    try:
        if (name, read_as) in standings.begun or not all(
            _is_there(one.schema.to_arrow_schema(), name, read_as) for one in of_files
        ):
            return
    except (pa.ArrowException, OSError, UnicodeError):
        return  # the database says better what is wrong with a file
    try:
        standings.begun[name, read_as] = [
            standings.pool.submit(_pieces, group, name, read_as, standings.found)
            for group in standings.groups
        ]
        standings.look_up()
    except BaseException as fault:
        standings.give_up(fault)
        raise


def _count(
    standings: Standings, name: str, read_as: ReadAs, nothings: Collection[float] = ()
) -> DistinctValues | None:
    import pyarrow as pa

    begin(standings, name, read_as)
    try:
        found = _added_up(standings.begun.pop((name, read_as), []), nothings)
    except (pa.ArrowException, OSError, UnicodeError):
        return None  # as above
    if found is None:
        return None
    counted = np.flatnonzero(found.leads)
    if read_as == "texts":
        values = [found.values[place] for place in counted.tolist()]
    else:
        counted = counted[np.argsort(found.values[counted])]
        values = found.values[counted]
    return DistinctValues(
        values=values, leads=found.leads[counted], customers=found.customers[counted]
    )


def _added_up(under_way: _Begun, nothings: Collection[float]) -> _Piece | None:
    """Add up what the groups hold; None where that is nothing, or too much."""
    held: list[_Piece] = []
    for piece in (piece for found in under_way for piece in found.result()):
        if nothings:
            piece.values[np.isin(piece.values, list(nothings))] = np.nan
        held.append(piece)
        if sum(len(one.values) for one in held) > _AT_A_TIME * MOST_VALUES:
            held = [_joined(held)]
            if len(held[0].values) > MOST_VALUES:
                for one in under_way:
                    one.cancel()
                return None
    found = _joined(held) if held else None
    return None if found is None or len(found.values) > MOST_VALUES else found


def _is_there(schema: Any, name: str, read_as: ReadAs) -> bool:
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


def _pieces(group: _Group, name: str, read_as: ReadAs, found: Future[_Counted]) -> list[_Piece]:
    """Count one group of rows."""
    pieces, start = [], group.start
    for coded in _coded(group, name, read_as):
        pieces.append(_piece(coded, start, found.result()))
        start += len(coded.codes)
    return pieces


def _coded(group: _Group, name: str, read_as: ReadAs) -> Iterator[Coded]:
    """Read one group of rows: by the codes of its file, or by those that Arrow makes."""
    import pyarrow as pa

    found = codes_of(group.path, group.about, group.number, name)
    for coded in _by_arrow(group, name) if found is None else [found]:
        # A text that Arrow takes for no number is left to the database with the whole column.
        yield (
            coded
            if read_as == "texts"
            else replace(coded, values=coded.values.cast(pa.float64(), safe=False))
        )


def _by_arrow(group: _Group, name: str) -> Iterator[Coded]:
    import pyarrow as pa
    from pyarrow import compute, parquet

    with parquet.ParquetFile(
        group.path, metadata=group.about, read_dictionary=[name], memory_map=True
    ) as file:
        column = file.read_row_group(group.number, columns=[name], use_threads=False).column(0)
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.float64(), safe=False).dictionary_encode()
    for one in column.chunks:
        if len(one):
            yield Coded.of(one.dictionary, compute.add(one.indices, pa.scalar(1, pa.int32())))


def _piece(coded: Coded, start: int, counted: _Counted) -> _Piece:
    end = start + len(coded.codes)
    leads = coded.counted
    if counted.leads is not None:
        leads = coded.counted_among(counted.leads[start:end])
    # Customers are few: their rows are looked up once, not in every group.
    ends = np.searchsorted(counted.customers, [start, end])
    customers = coded.counted_among(counted.customers[slice(*ends)] - start)
    order = coded.order()
    return _Piece(values=coded.told(order), leads=leads[order], customers=customers[order])
