"""When it was, of a row in a database: a column of dates as whole seconds, written in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibrate.dates import read_dates
from calibrate.engines.rows import Rows
from calibrate.engines.sql.coding import coded
from calibrate.engines.sql.held import hold
from calibrate.engines.sql.phrases import DATES, blank_or, column, seconds, text, trimmed
from calibrate.engines.sql.relations import Relation, RelationColumns
from calibrate.engines.tables import Table
from calibrate.errors import LeadsError
from calibrate.levels import MISSING, fold
from calibrate.spec import EventsPart

MOST_DATES = 20_000
"""So many different dates written as texts are looked up one by one; more must be ISO 8601."""

_DAY = 86_400
_NEVER = -(2**62)
"""Stands for no date among seconds."""
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?"
_OFFSET = r"[+-]\d\d:?\d\d"
_ISO = rf"^\d\d\d\d-\d\d-\d\d([ T]{_CLOCK}(Z|{_OFFSET})?)?$"


def seconds_of(
    relation: Relation,
    table: Table,
    name: str,
    *,
    nothings: Sequence[str] = (),
    day_first: bool | None = None,
    place: int = 0,
) -> tuple[str, tuple[str, ...]]:
    """Give a date in whole seconds since 1970, in UTC, and the tables it needs beside the rows.

    Parameters
    ----------
    relation : Relation
    table : Table
        The same, for messages.
    name : str
        The column.
    nothings : sequence of str
        Texts that stand for no date.
    day_first : bool, optional
        See `read_dates`.
    place : int
        Its number among several columns that are looked up in one query.

    Raises
    ------
    LeadsError
        When texts are no dates, or very many of them are written in another way than ISO 8601.
    """
    found = relation.columns[name]
    if found.kind in DATES:
        return seconds(found.name), ()
    if found.kind == "text" and _are_many(relation, name):
        return _of_texts(relation, name, nothings), ()
    held = hold(relation.rows, found.name, found.kind)
    held = held if held.is_whole else held.fetched(relation.rows)
    if len(held.values) > MOST_DATES:
        raise _too_many(relation, name)
    somewhere = Rows(names=["one of its rows"] * len(held.values))
    alone = replace(
        table, columns=RelationColumns(relation, {name: held.column}), row_names=somewhere
    )
    times = read_dates(alone, name, nothings=nothings, day_first=day_first).times
    codes = np.where(np.isnat(times), _NEVER, times.astype(np.int64))
    looked = coded(held, codes, _NEVER, lookup=relation.connection.lookup, place=place)
    return f"NULLIF({looked.code}, {_NEVER})", looked.joins


def landmark_of(created: str, settings: EventsPart) -> str:
    """Give the landmark of a lead created at some second; see `landmarks_of`.

    Parameters
    ----------
    created : str
        Seconds since 1970, in SQL.
    settings : EventsPart
        With `by_day` filled in.
    """
    after = settings.score_after_days * _DAY
    if not settings.by_day:
        return f"({created} + {after})"
    return f"({day_of(created)} + {after + _DAY - 1})"


def day_of(seconds_since: str) -> str:
    """Give the first second of a day."""
    return f"(CAST(FLOOR(CAST({seconds_since} AS DOUBLE) / {_DAY}) AS BIGINT) * {_DAY})"


def _are_many(relation: Relation, name: str) -> bool:
    rows = relation.rows
    found = rows.ask(
        f"SELECT COUNT(DISTINCT {column(relation.columns[name].name)}) AS n FROM {rows.source} "
        f"AS t WHERE {rows.where}"
    )
    return bool(found[0][0] > MOST_DATES)


def _of_texts(relation: Relation, name: str, nothings: Sequence[str]) -> str:
    """Let the database read texts that are all ISO 8601."""
    rows = relation.rows
    value = trimmed(column(relation.columns[name].name))
    gone = blank_or(value, sorted({MISSING, *(fold(one) for one in nothings)}))
    others = rows.ask(
        f"SELECT MIN({value}) AS v FROM {rows.source} AS t WHERE ({rows.where}) AND "
        f"NOT ({gone}) AND NOT REGEXP_MATCHES({value}, {text(_ISO)})"
    )[0][0]
    if others is not None:
        raise _too_many(relation, name, others)
    clock = "".join(
        f" + COALESCE(CAST(NULLIF(SUBSTR({value}, {start}, 2), '') AS BIGINT), 0) * {each}"
        for start, each in ((12, 3600), (15, 60))
    )
    clock += (
        f" + CASE WHEN SUBSTR({value}, 17, 1) = ':' THEN CAST(SUBSTR({value}, 18, 2) AS BIGINT) "
        f"ELSE 0 END"
    )
    day = f"CAST(FLOOR(EPOCH(CAST(SUBSTR({value}, 1, 10) AS TIMESTAMP))) AS BIGINT)"
    return f"(CASE WHEN {gone} THEN NULL ELSE {day}{clock} - {_offset(value)} END)"


def _offset(value: str) -> str:
    """Give the seconds by which a zone is ahead of UTC."""
    plain = f"REPLACE({value}, ':', '')"
    digits = f"SUBSTR({plain}, LENGTH({plain}) - {{}}, {{}})"
    hours, minutes = digits.format(3, 2), digits.format(1, 2)
    ahead = f"(CAST({hours} AS BIGINT) * 3600 + CAST({minutes} AS BIGINT) * 60)"
    sign = f"CASE WHEN {digits.format(4, 1)} = '-' THEN -1 ELSE 1 END"
    has_one = f"LENGTH({value}) > 10 AND REGEXP_MATCHES({value}, {text(f'{_OFFSET}$')})"
    return f"CASE WHEN {has_one} THEN {sign} * {ahead} ELSE 0 END"


def _too_many(relation: Relation, name: str, example: str | None = None) -> LeadsError:
    such = "" if example is None else f" (such as `{example[:40]}`)"
    return LeadsError(
        f"{relation.where}: column `{name}` holds more than {MOST_DATES} different dates as texts "
        f"or numbers, not all of them like 2026-09-30T14:05:00{such}. Make dates of them in the "
        f"database, in a query or a view: CAST(... AS TIMESTAMP)."
    )
