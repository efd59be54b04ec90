"""What else is asked of a database: who came when, what is filled, and which rows are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held
from calibrate.engines.sql.phrases import literal
from calibrate.engines.sql.rows import LeadRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some leads that came one after the other.

    Attributes
    ----------
    leads, customers : int
    first, last : int or None
        Seconds since 1970 at which the first and the last was created.
    filled : tuple of int
        Leads that have a value, of each column asked for.
    """

    leads: int
    customers: int
    first: int | None
    last: int | None
    filled: tuple[int, ...]


def in_parts(
    engine: SqlEngine, parts: int, *, dated: bool, columns: Sequence[str] = ()
) -> tuple[Part, ...]:
    """Cut the counted leads into parts of equal size, in the order of their creation.

    Parameters
    ----------
    engine : SqlEngine
    parts : int
    dated : bool
        Take those that have a creation date, by it; else all by their place in the table.
    columns : sequence of str
        Of which to count the leads that have a value.

    Returns
    -------
    tuple of Part
        None where the database gives rows in no order.
    """
    rows = engine.rows
    by = rows.order or (rows.mark if dated else None)
    if by is None or (dated and rows.created is None):
        return ()
    created = rows.created if dated else "0"
    filled = [f"CASE WHEN {engine.held[one].shown} IS NULL THEN 0 ELSE 1 END" for one in columns]
    named = "".join(f", {one} AS f{place}" for place, one in enumerate(filled))
    sums = "".join(f", SUM(f{place}) AS f{place}" for place in range(len(filled)))
    among = f"({rows.where}) AND {created} IS NOT NULL"
    found = rows.ask(
        f"SELECT part, COUNT(*) AS n, SUM(x) AS x, MIN(s) AS a, MAX(s) AS b{sums} FROM (SELECT "
        f"NTILE({parts}) OVER (ORDER BY {created}, {by}) AS part, "
        f"CASE WHEN {rows.customer} THEN 1 ELSE 0 END AS x, {created} AS s{named} "
        f"FROM {rows.source} AS t WHERE {among}) AS p "
        f"GROUP BY part ORDER BY part"
    )
    return tuple(
        Part(
            leads=n,
            customers=int(x),
            first=first if dated else None,
            last=last if dated else None,
            filled=tuple(int(one) for one in filled),
        )
        for _, n, x, first, last, *filled in zip(*found, strict=True)
    )


def days_filled(engine: SqlEngine, column: str) -> npt.NDArray[np.datetime64]:
    """Give the day on which each lead that has a value was created, rising."""
    rows = engine.rows
    found = rows.ask(
        f"SELECT d, COUNT(*) FROM (SELECT CAST(FLOOR({rows.created} / 86400) AS BIGINT) AS d FROM "
        f"{rows.source} AS t WHERE ({rows.where}) AND {rows.created} IS NOT NULL AND "
        f"{engine.held[column].shown} IS NOT NULL) AS f GROUP BY d ORDER BY d"
    )
    days = np.array(found[0], dtype="datetime64[D]")
    return np.repeat(days, found[1])


def look_alike(engine: SqlEngine, one: str, other: str) -> bool:
    """Say whether two columns are the same for every lead, values renamed or not."""
    a, b = engine.held[one], engine.held[other]
    if _sizes(a) != _sizes(b):
        return False
    rows = engine.rows
    pairs = rows.ask(
        f"SELECT COUNT(*) FROM (SELECT DISTINCT {a.shown} AS a, {b.shown} AS b FROM {rows.source} "
        f"AS t WHERE {rows.where}) AS p"
    )
    kinds = len(_sizes(a)) if a.is_whole else a.profile.distinct + (a.profile.missing > 0)
    return bool(pairs[0][0] == kinds)


def _sizes(held: Held) -> tuple[int, ...]:
    """Give the leads of each value, or of a number with very many how many there are."""
    profile = held.profile
    if not held.is_whole:
        return (-profile.distinct, profile.missing)
    return tuple(sorted(held.sizes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Rows that are equal in some columns.

    Attributes
    ----------
    pairs, further : int
        Pairs of equal rows; and rows beyond the first of each kind.
    by_chance : float
        Pairs to be expected if the columns had nothing to do with each other.
    places : tuple of int
        Of the first two, from 0; empty where rows have no order.
    """

    pairs: int
    further: int
    by_chance: float
    places: tuple[int, ...]


def repeated_rows(rows: LeadRows, values: Sequence[str], leads: int) -> Repeated | None:
    """Find rows that are equal in some columns; None where all are different.

    Parameters
    ----------
    rows : LeadRows
    values : sequence of str
        The columns, in SQL.
    leads : int
    """
    if not values:
        return None
    among = f"FROM {rows.source} AS t WHERE {rows.where}"
    alike = f"{among} GROUP BY {', '.join(values)} HAVING COUNT(*) > 1"
    (pairs,), (further,) = rows.ask(
        f"SELECT SUM(n * (n - 1) / 2) AS p, SUM(n - 1) AS f "
        f"FROM (SELECT COUNT(*) AS n {alike}) AS g"
    )
    if not further:
        return None
    expected = leads * (leads - 1.0) / 2
    for value in values:
        squares = rows.ask(
            f"SELECT SUM(CAST(n AS DOUBLE) * n) FROM (SELECT COUNT(*) AS n {among} "
            f"GROUP BY {value}) AS g"
        )
        expected *= float(squares[0][0]) / leads**2
    return Repeated(
        pairs=int(pairs),
        further=int(further),
        by_chance=expected,
        places=_first_two(rows, values, alike),
    )


def _first_two(rows: LeadRows, values: Sequence[str], alike: str) -> tuple[int, ...]:
    if rows.order is None:
        return ()
    first = rows.ask(f"SELECT MIN(o) FROM (SELECT MIN({rows.order}) AS o {alike}) AS g")[0][0]
    named = ", ".join(f"{value} AS c{place}" for place, value in enumerate(values))
    cells = rows.ask(f"SELECT {named} FROM {rows.source} AS t WHERE {rows.order} = {first}")
    same = " AND ".join(
        f"{value} IS NULL" if cell is None else f"{value} = {literal(cell)}"
        for value, (cell,) in zip(values, cells, strict=True)
    )
    found = rows.ask(
        f"SELECT {rows.order} AS o FROM {rows.source} AS t WHERE ({rows.where}) AND {same} "
        f"ORDER BY o LIMIT 2"
    )
    return tuple(found[0])
