"""A log of events that stays in a database: whose each event is, what it is, and when it was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.dates import could_be_dates
from calibrate.engines.columns import text_column
from calibrate.engines.sql.coding import coded
from calibrate.engines.sql.held import column_of, hold
from calibrate.engines.sql.keys import keys_of, text_key
from calibrate.engines.sql.phrases import (
    DATES,
    NUMBERS,
    as_value,
)
from calibrate.engines.sql.relations import Relation, RelationColumn, as_table
from calibrate.errors import Finding, LeadsError
from calibrate.eventlog import LogCounts, check_events, coded_names, log_columns, log_findings
from calibrate.instants import seconds_of
from calibrate.levels import fold
from calibrate.spec import EventsPart

Ints = npt.NDArray[np.int64]

_SAMPLE = 200
_NOTHING = -1
"""Stands for no name and no object."""


@dataclass(frozen=True, kw_only=True)
class KeyedLeads:
    """The rows of a leads relation, as a log is held against them.

    Attributes
    ----------
    relation : Relation
    id : str
        The column that names a lead.
    source : str
        Its rows, which go by the name ``t``, with what is beside them.
    created : str
        When a row's lead was created, in seconds since 1970.
    order : str or None
        The place of a row.
    """

    relation: Relation
    id: str
    source: str
    created: str
    order: str | None

    @property
    def column(self) -> RelationColumn:
        """The column that names a lead."""
        return self.relation.columns[self.id]


@dataclass(frozen=True, kw_only=True)
class LogThere:
    """The events of a log in a database.

    Attributes
    ----------
    leads : KeyedLeads
    source : str
        A row an event: ``k``, the lead's key; ``s``, in seconds since 1970; ``e`` and ``o``, the
        places of its name and object, or -1 without one; ``p``, its place in the log.
    key, row : str
        What ``k`` is, and what tells rows apart, of a lead ``t``.
    names, objects : tuple of str
        Each in its commonest spelling.
    columns : EventsPart
        As declared, the columns that were found filled in.
    findings : tuple of Finding
    """

    leads: KeyedLeads
    source: str
    key: str
    row: str
    names: tuple[str, ...]
    objects: tuple[str, ...]
    columns: EventsPart
    findings: tuple[Finding, ...]

    def seen_by_day(self, by_day: bool) -> LogThere:
        """Fill in whether leads are seen from the end of a day."""
        return replace(self, columns=self.columns.model_copy(update={"by_day": by_day}))


def nothing_happened(leads: KeyedLeads, settings: EventsPart) -> LogThere:
    """Give the log of leads that have not done anything yet."""
    nobody = "CAST(NULL AS BIGINT)"
    return LogThere(
        leads=leads,
        source=(
            f"(SELECT {nobody} AS k, {nobody} AS s, {_NOTHING} AS e, {_NOTHING} AS o, 0 AS p "
            f"WHERE FALSE)"
        ),
        key=nobody,
        row=_row(leads, text_key(leads.column)),
        names=(),
        objects=(),
        columns=settings,
        findings=(),
    )


def log_there(
    log: Relation,
    leads: KeyedLeads,
    declared: EventsPart,
    *,
    nothings: Sequence[str] = (),
    day_first: bool | None = None,
    all_known: bool = True,
    fewest: int = 1,
    named: Collection[str] = (),
) -> LogThere:
    """Read a log that stays in the database of its leads; see `read_log`.

    Parameters
    ----------
    log : Relation
    leads : KeyedLeads
    declared : EventsPart
    nothings : sequence of str
    day_first : bool, optional
    all_known : bool
    fewest : int
        Objects with fewer events are taken for none, but for those in `named`.
    named : collection of str

    Raises
    ------
    SpecError, LeadsError
        As `read_log`.
    """
    table = as_table(log)
    columns = log_columns(table, leads.id, declared, lambda name: _holds_dates(log, name))
    time, looked = seconds_of(log, table, str(columns.time), nothings=nothings, day_first=day_first)
    name = _said(log, str(columns.name), nothings, place=1)
    thing = _Said(names=(), code=f"{_NOTHING}", joins=())
    if columns.object is not None:
        thing = _said(log, columns.object, nothings, place=2, fewest=fewest, named=named)
    if all_known:
        check_events(table, columns, name.names)
    keys = keys_of(leads.column, log.columns[str(columns.lead)])
    order = "0" if log.order is None else log.order
    joins = " ".join((*looked, *name.joins, *thing.joins))
    source = (
        f"(SELECT {keys[1]} AS k, {time} AS s, {name.code} AS e, {thing.code} AS o, {order} AS p "
        f"FROM {log.source} AS t {joins} WHERE {log.condition})"
    )
    found = LogThere(
        leads=leads,
        source=source,
        key=keys[0],
        row=_row(leads, keys[0]),
        names=name.names,
        objects=thing.names,
        columns=columns,
        findings=(),
    )
    counts = _counts(log, found)
    return replace(found, findings=log_findings(table, columns, counts))


def _holds_dates(log: Relation, name: str) -> bool:
    """Say whether a column holds dates, by some of its values."""
    found = log.columns[name]
    if found.kind in DATES:
        return True
    if found.kind in NUMBERS:
        return could_be_dates(hold(log.rows, found.name, found.kind).column)
    values = log.rows.ask(
        f"SELECT DISTINCT {as_value(found.kind, found.name)} AS v FROM {log.source} AS t WHERE "
        f"{log.condition} LIMIT {_SAMPLE}"
    )[0]
    return could_be_dates(column_of(found.kind, values, np.ones(len(values), dtype=np.int64)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is said in a column: all of it, its place in SQL, and the tables that this needs."""

    names: tuple[str, ...]
    code: str
    joins: tuple[str, ...]


def _said(
    log: Relation,
    name: str,
    nothings: Sequence[str],
    *,
    place: int,
    fewest: int = 1,
    named: Collection[str] = (),
) -> _Said:
    found = log.columns[name]
    held = hold(log.rows, found.name, found.kind, nothings=nothings)
    held = held if held.is_whole else held.fetched(log.rows)
    codes, names = coded_names(text_column(held.column))
    events = np.zeros(len(names) + 1, dtype=np.int64)
    np.add.at(events, codes, held.leads)
    wanted = {fold(one) for one in named}
    counts = events[: len(names)].tolist()
    rare = [n < fewest and fold(one) not in wanted for n, one in zip(counts, names, strict=True)]
    codes = np.where(np.array([*rare, True])[codes], _NOTHING, codes)
    looked = coded(held, codes, _NOTHING, lookup=log.connection.lookup, place=place)
    return _Said(names=names, code=looked.code, joins=looked.joins)


def _row(leads: KeyedLeads, key: str) -> str:
    """Give what tells rows of leads apart: the key, or better the row's place."""
    if leads.order is not None:
        return leads.order
    rows = leads.relation.rows
    named, different = rows.ask(
        f"SELECT COUNT(k) AS n, COUNT(DISTINCT k) AS d FROM (SELECT {key} AS k FROM "
        f"{leads.source} AS t WHERE {rows.where}) AS l"
    )
    if named == different:
        return key
    raise LeadsError(
        f"{leads.relation.where}: column `{leads.id}` names some leads on several rows, but "
        f"for blanks before or after, and rows have no order there; give a query that keeps "
        f"one row of each lead."
    )


def _counts(log: Relation, found: LogThere) -> LogCounts:
    """Count events of nobody, and those without a name or a time."""
    rows, leads = log.rows, found.leads
    of_leads = (
        f"(SELECT DISTINCT {found.key} AS k FROM {leads.source} AS t WHERE "
        f"{leads.relation.condition} AND {found.key} IS NOT NULL)"
    )
    held = f"{found.source} AS v LEFT JOIN {of_leads} AS l ON v.k = l.k"
    is_broken = f"l.k IS NOT NULL AND (v.s IS NULL OR v.e = {_NOTHING})"
    (with_events,), (strangers,), (stranger,), (broken,), (first,) = rows.ask(
        f"SELECT COUNT(DISTINCT l.k) AS w, SUM(CASE WHEN l.k IS NULL THEN 1 ELSE 0 END) AS s, "
        f"MIN(CASE WHEN l.k IS NULL THEN v.p END) AS a, "
        f"SUM(CASE WHEN {is_broken} THEN 1 ELSE 0 END) AS b, "
        f"MIN(CASE WHEN {is_broken} THEN v.p END) AS f FROM {held}"
    )
    return LogCounts(
        leads=leads.relation.leads,
        with_events=int(with_events),
        strangers=int(strangers or 0),
        first_stranger=_named(log, stranger),
        shown=_shown(log, found, held, stranger) if strangers else "",
        broken=int(broken or 0),
        first_broken=_named(log, first),
    )


def _named(log: Relation, place: Any) -> str:
    if place is None or log.order is None:
        return "one of its rows"
    return log.row_names.name(int(place))


def _shown(log: Relation, found: LogThere, held: str, place: Any) -> str:
    """Give whom the first event of nobody names, as it stands there."""
    part = log.columns[str(found.columns.lead)]
    value = as_value(part.kind, part.name)
    if log.order is not None:
        values = log.rows.ask(
            f"SELECT {value} AS v FROM {log.source} AS t WHERE {log.order} = {place}"
        )[0]
    else:
        values = log.rows.ask(f"SELECT MIN(v.k) AS v FROM {held} WHERE l.k IS NULL")[0]
    texts = text_column(column_of(part.kind, values, np.ones(1, dtype=np.int64))).texts
    return texts[0] if texts else ""
