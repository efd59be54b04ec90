"""A column of a database as calibrate holds it: its distinct values, and the leads of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calibrate.engines.base import ColumnProfile, Ints
from calibrate.engines.columns import Column, Floats, NumberColumn, TextColumn, is_filled, small
from calibrate.engines.profiles import profile_of
from calibrate.engines.sql.dictionaries import DistinctValues, as_numbers
from calibrate.engines.sql.phrases import NUMBERS, Kind, as_value, literal, number, one_of
from calibrate.engines.sql.rows import LeadRows
from calibrate.errors import EngineError
from calibrate.levels import parse_number

MOST_NUMBERS = 10_000
"""Up to so many distinct numbers are brought back; of more, only the ends."""
_ENDS = 100


@dataclass(frozen=True, kw_only=True)
class Held:
    """A column, each row of it a distinct value of the database's.

    Attributes
    ----------
    value : str
        What it is in SQL.
    values : tuple of str, float or None
        The distinct values, None last where leads have none.
    column : Column
        What they mean, with the leads of each: a text that stands for nothing has no value here.
    customers : ndarray of int, shape (k,)
        Of each row.
    profile : ColumnProfile
    kind : str
        How it is read; see `phrases`.
    nothings : tuple of str
        Texts that stand for no value.
    is_whole : bool
        Whether all distinct values are there, and not only the smallest and the largest.
    beside : DistinctValues or None
        All distinct values of a number of which only the ends are rows here, where files told.
    """

    value: str
    values: tuple[Any, ...]
    column: Column
    customers: Ints
    profile: ColumnProfile
    kind: Kind = "number"
    nothings: tuple[str, ...] = ()
    is_whole: bool = True
    beside: DistinctValues | None = None

    @property
    def leads(self) -> Ints:
        """Of each row."""
        weights = self.column.weights
        return np.ones(len(self.values), dtype=np.int64) if weights is None else weights

    @property
    def is_told(self) -> bool:
        """Whether all distinct values are here, be it as rows or beside."""
        return self.is_whole or self.beside is not None

    @property
    def sizes(self) -> list[int]:
        """Leads of each of its values, and of none where there are some."""
        if isinstance(self.column, TextColumn):
            return [int(size) for size in self.column.leads_by_code if size]
        return [int(size) for size in self.leads]

    def among(self, rows: LeadRows) -> Held:
        """Ask the same of other rows."""
        name = self.profile.name
        return held_value(rows, name, self.value, kind=self.kind, nothings=self.nothings)

    def meaning(self, name: str, column: Column) -> Held:
        """Give the same values another meaning, under another name.

        Parameters
        ----------
        name : str
        column : Column
            What each of the distinct values means.
        """
        column = replace(column, weights=self.leads)
        return replace(self, column=column, profile=profile_of(name, column))

    def called(self, name: str) -> Held:
        """Give the same under another name."""
        return replace(self, profile=replace(self.profile, name=name))

    @property
    def shown(self) -> str:
        """What it is in SQL where texts that stand for nothing are NULL."""
        gone = [
            literal(value)
            for value, there in zip(self.values, is_filled(self.column), strict=True)
            if value is not None and not there
        ]
        if not gone:
            return self.value
        return f"CASE WHEN {one_of(self.value, gone)} THEN NULL ELSE {self.value} END"

    def fetched(self, rows: LeadRows) -> Held:
        """Bring all distinct values of a number back."""
        found = self.beside or _distinct(rows, self.value, self.kind)
        return replace(
            self,
            values=tuple(found.listed),
            column=column_of("number", found.values, found.leads),
            customers=found.customers,
            is_whole=True,
            beside=None,
        )


def hold(
    rows: LeadRows,
    name: str,
    kind: Kind,
    *,
    nothings: Sequence[str] = (),
) -> Held:
    """Ask a database what a column holds.

    Parameters
    ----------
    rows : LeadRows
    name : str
        The column.
    kind : str
        See `phrases`.
    nothings : sequence of str
        Texts that stand for no value.
    """
    value = as_value(kind, name)
    if kind in NUMBERS:
        gone = [one for text in nothings if (one := parse_number(text)) is not None]
        if gone:
            listed = [number(one) for one in gone]
            value = f"CASE WHEN {one_of(value, listed)} THEN NULL ELSE {value} END"
        counted = rows.count_numbers(name, gone)
        if counted is None:
            held = hold_number(rows, name, value)
        elif np.count_nonzero(~np.isnan(counted.values)) > MOST_NUMBERS:
            held = _ends_of(counted, name, value)
        else:
            held = _held(rows, name, value, counted, kind="number", nothings=())
        return replace(held, kind=kind, nothings=tuple(nothings))
    counted = rows.count_texts(name) if kind == "text" else None
    if counted is not None:
        return _held(rows, name, value, counted, kind=kind, nothings=nothings)
    return held_value(rows, name, value, kind=kind, nothings=nothings)


def hold_all(
    rows: LeadRows, columns: Sequence[tuple[str, Kind]], *, nothings: Sequence[str] = ()
) -> Iterator[Held]:
    """Ask what several columns hold, one after the other.

    Of Parquet files the next column is counted while what is found of one is put together.

    Parameters
    ----------
    rows : LeadRows
    columns : sequence of (str, str)
        Their names and kinds.
    nothings : sequence of str
        Texts that stand for no value.
    """
    for place, (name, kind) in enumerate(columns):
        for coming, its_kind in columns[place : place + 2]:
            if its_kind in NUMBERS or its_kind == "text":
                rows.begin(coming, "numbers" if its_kind in NUMBERS else "texts")
        yield hold(rows, name, kind, nothings=nothings)


def hold_number(rows: LeadRows, name: str, value: str) -> Held:
    """Ask a database what numbers an expression gives; see `hold`."""
    if rows.most is None or rows.most > MOST_NUMBERS:
        distinct = rows.ask(
            f"SELECT COUNT(DISTINCT {value}) FROM {rows.source} AS t WHERE {rows.where}"
        )[0][0]
        if distinct > MOST_NUMBERS:
            return _ends(rows, name, value, distinct)
    return held_value(rows, name, value)


def held_value(
    rows: LeadRows,
    name: str,
    value: str,
    *,
    kind: Kind = "number",
    nothings: Sequence[str] = (),
) -> Held:
    """Bring the distinct values of an expression back; see `hold`."""
    found = _distinct(rows, value, kind)
    return _held(rows, name, value, found, kind=kind, nothings=nothings)


def _held(
    rows: LeadRows,
    name: str,
    value: str,
    found: DistinctValues,
    *,
    kind: Kind,
    nothings: Sequence[str],
) -> Held:
    column = rows.spelling.of(column_of(kind, found.values, found.leads))
    if isinstance(column, TextColumn):
        column = column.without(nothings)
    values = tuple(found.listed)
    _check_seen(name, values)
    return Held(
        value=value,
        values=values,
        column=column,
        customers=found.customers,
        profile=profile_of(name, column),
        kind=kind,
        nothings=tuple(nothings),
    )


def _distinct(rows: LeadRows, value: str, kind: Kind) -> DistinctValues:
    """Give the distinct values of the counted leads, with their leads and customers.

    Texts come in the order in which rows first show them, else in that of the alphabet; numbers
    rise.
    """
    is_sorted = rows.order is None or kind in NUMBERS
    place = "0" if is_sorted else f"MIN({rows.order})"
    # A value's place is that among all rows: the same as in a file of them.
    values, leads, customers, _ = rows.ask(
        f"SELECT v, n, x, place FROM (SELECT {value} AS v, "
        f"SUM(CASE WHEN {rows.where} THEN 1 ELSE 0 END) AS n, "
        f"SUM(CASE WHEN ({rows.where}) AND ({rows.customer}) THEN 1 ELSE 0 END) AS x, "
        f"{place} AS place FROM {rows.source} AS t GROUP BY {value}) AS d WHERE n > 0 "
        f"ORDER BY place"
    )
    listed = list(zip(values, leads, customers, strict=True))
    if is_sorted:
        listed.sort(key=lambda one: (one[0] is None, one[0] if one[0] is not None else 0))
    return DistinctValues(
        values=[one[0] for one in listed],
        leads=np.array([one[1] for one in listed], dtype=np.int64),
        customers=np.array([one[2] for one in listed], dtype=np.int64),
    )


def _ends(rows: LeadRows, name: str, value: str, distinct: int) -> Held:
    """Bring back the smallest and the largest numbers, one that is not whole, and the gaps.

    No more is looked at of a number that is cut into bands.
    """
    found: dict[float | None, tuple[int, int]] = {}
    for among, sort in (
        (f"{value} IS NULL", "v"),
        (f"{value} IS NOT NULL", "v"),
        (f"{value} IS NOT NULL", "v DESC"),
        (f"{value} <> FLOOR({value})", "v"),
    ):
        listed = rows.ask(
            f"SELECT v, COUNT(*), SUM(x) FROM (SELECT {value} AS v, CASE WHEN {rows.customer} THEN "
            f"1 ELSE 0 END AS x FROM {rows.source} AS t WHERE ({rows.where}) AND {among}) AS d "
            f"GROUP BY v ORDER BY {sort} LIMIT {_ENDS}"
        )
        found |= {one: (n, x) for one, n, x in zip(*listed, strict=True)}
    return _far(name, value, distinct, found)


def _ends_of(counted: DistinctValues, name: str, value: str) -> Held:
    """Take the same from numbers that are all here, which stay beside."""
    numbers = as_numbers(counted.values)
    nothing = np.isnan(numbers)
    rising = np.flatnonzero(~nothing)
    parts = rising[(numbers != np.floor(numbers))[rising]]
    places = np.concatenate(
        [np.flatnonzero(nothing), rising[:_ENDS], rising[::-1][:_ENDS], parts[:_ENDS]],
    )
    found = {
        None if nothing[place] else float(numbers[place]): (
            int(counted.leads[place]),
            int(counted.customers[place]),
        )
        for place in places.tolist()
    }
    return replace(_far(name, value, len(rising), found), beside=counted)


def _far(
    name: str, value: str, distinct: int, found: Mapping[float | None, tuple[int, int]]
) -> Held:
    _check_seen(name, found)
    leads = np.array([n for n, _ in found.values()], dtype=np.int64)
    column = column_of("number", list(found), leads)
    return Held(
        value=value,
        values=tuple(found),
        column=column,
        customers=np.array([x for _, x in found.values()], dtype=np.int64),
        profile=replace(profile_of(name, column), distinct=distinct),
        is_whole=False,
    )


def _check_seen(name: str, values: Iterable[Any]) -> None:
    """Refuse NaN, which queries ask to be given as no value."""
    if any(one != one for one in values):  # noqa: PLR0124 (only NaN differs from itself)
        raise EngineError(
            f"column `{name}` has NaN among its numbers, which DuckDB overlooks in Parquet. Where "
            f"a view reads the files, write `read_parquet(..., can_have_nan = true)`."
        )


def column_of(kind: Kind, values: Sequence[Any] | Floats, leads: Ints) -> Column:
    """Make a column of distinct values, a row each.

    Parameters
    ----------
    kind : str
        See `phrases`.
    values : sequence of str, float or None, or ndarray of float
    leads : ndarray of int, shape (k,)
        Of each value.
    """
    if kind in NUMBERS:
        return NumberColumn(numbers=as_numbers(values), weights=leads)
    texts = tuple(one for one in values if one is not None)
    codes = np.array([one is not None for one in values], dtype=np.int64).cumsum()
    codes[[one is None for one in values]] = 0
    column = TextColumn(codes=small(codes, len(texts)), texts=texts, weights=leads)
    return column.without(())
