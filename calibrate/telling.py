"""What a database tells of outcomes: leads alike in it counted together, and who that is in SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.dates import Dates
from calibrate.engines.cells import from_arrow
from calibrate.engines.rows import Rows
from calibrate.engines.sql.phrases import (
    as_id,
    as_value,
    column,
    literal,
    mark,
    one_of,
)
from calibrate.engines.sql.relations import Relation, RelationColumns, as_table
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.tables import Table
from calibrate.errors import LeadsError, SpecError
from calibrate.instants import day_of, landmark_of, seconds_of
from calibrate.logged import KeyedLeads
from calibrate.outcomes import Outcome
from calibrate.roles import Roles
from calibrate.spec import EventsPart, Spec

_DAY = 86_400
_CREATED, _CLOSED, _ROW, _NTH, _PLACE = (
    f"calibrate_{name}" for name in ("created", "closed", "row", "nth", "place")
)


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The distinct outcomes of leads: when created, when closed, and what a flag says.

    Attributes
    ----------
    table : Table
        A row each, with how many leads it stands for.
    repeated : ndarray of bool, shape (n,), or None
        Rows whose lead stands on another, which wins.
    source : str
        The relation with the seconds of creation and close, and the place of a row, beside.
    nth : bool
        Whether it says which of its leads' rows a row is.
    flags : tuple of str, float or None
        What the outcome's column says, a row each; empty without one.
    """

    table: Table
    repeated: npt.NDArray[np.bool_] | None
    source: str
    nth: bool
    flags: tuple[Any, ...]


def moments_of(relation: Relation, table: Table, roles: Roles, spec: Spec) -> Moments:
    """Bring together what became of leads, those alike as one row.

    Raises
    ------
    LeadsError
        When an id stands on several rows and the spec does not say which one wins.
    """
    nth = _stands_on_several(relation, roles, spec)
    source = _with_seconds(relation, table, roles, spec, nth=nth)
    taken = (roles.created, roles.outcome.closed, roles.outcome.column)
    names = list(dict.fromkeys(name for name in taken if name))
    columns = [relation.columns[name] for name in names]
    keys = [as_value(one.kind, one.name) for one in columns]
    keys += [f"CASE WHEN {column(_NTH)} > 1 THEN 1 ELSE 0 END"] if nth else []
    named = ", ".join(f"{key} AS k{number}" for number, key in enumerate(keys))
    found = relation.connection.ask(
        f"SELECT {named}, COUNT(*) AS n, {_first_place(relation, roles)} AS place FROM {source} "
        f"AS t WHERE {relation.condition} GROUP BY {', '.join(keys)} "
        f"ORDER BY place, {', '.join(f'k{number}' for number in range(len(keys)))}"
    )
    weights = found.column("n").to_numpy().astype(np.int64)
    known = {
        name: replace(relation.spelling.of(made), weights=weights)
        for number, name in enumerate(names)
        if (made := from_arrow(found.column(number))) is not None
    }
    flag = roles.outcome.column
    return Moments(
        table=replace(
            table,
            columns=RelationColumns(relation, known),
            rows=len(weights),
            weights=weights,
            row_names=_row_names(relation, roles, found.column("place").to_pylist()),
        ),
        repeated=found.column(len(names)).to_numpy() == 1 if nth else None,
        source=source,
        nth=nth,
        flags=tuple(found.column(names.index(flag)).to_pylist()) if flag else (),
    )


def keyed_leads(relation: Relation, moments: Moments, lead_id: str) -> KeyedLeads:
    """Give the rows of all leads, counted or not, as a log of events is held against them.

    Parameters
    ----------
    relation : Relation
    moments : Moments
        With a date of creation.
    lead_id : str
        The column that names a lead.
    """
    return KeyedLeads(
        relation=relation,
        id=lead_id,
        source=moments.source,
        created=column(_CREATED),
        order=None if relation.order is None else column(_ROW),
    )


def keyed_to_score(
    relation: Relation,
    *,
    lead_id: str,
    created: str,
    nothings: Sequence[str],
    day_first: bool | None,
) -> KeyedLeads:
    """Give the rows of leads whose outcome nobody asks for, as a log is held against them.

    Parameters
    ----------
    relation : Relation
    lead_id, created : str
        Columns.
    nothings : sequence of str
    day_first : bool or None
    """
    value, joins = seconds_of(
        relation, as_table(relation), created, nothings=nothings, day_first=day_first
    )
    return KeyedLeads(
        relation=relation,
        id=lead_id,
        source=_with(relation, [f"{value} AS {_CREATED}", *_place_of_rows(relation)], joins),
        created=column(_CREATED),
        order=None if relation.order is None else column(_ROW),
    )


def counted_rows(
    relation: Relation,
    moments: Moments,
    roles: Roles,
    spec: Spec,
    outcome: Outcome,
    *,
    until: dt.date | None = None,
    after: dt.date | None = None,
    seen: EventsPart | None = None,
) -> LeadRows:
    """Say in SQL which rows are counted, and who of them is a customer.

    Parameters
    ----------
    relation : Relation
    moments : Moments
    roles : Roles
    spec : Spec
    outcome : Outcome
        Of the moments, counting the same leads.
    until, after : date, optional
        Only leads created up to the end of a day, or on no known one; only those created later.
    seen : EventsPart, optional
        With `by_day` filled in: only leads that had not closed by their landmark.
    """
    created = column(_CREATED) if roles.created else None
    closed = column(_CLOSED) if roles.outcome.closed else None
    if outcome.created is not None and Dates(times=outcome.created).are_days:
        # Where one of the two knows no time of day, the other's cannot be used either.
        created, closed = (one and day_of(one) for one in (created, closed))
    conditions = _mature(relation, moments, spec, outcome, created)
    if until is not None:
        conditions.append(f"COALESCE({created} < {_second_of(until) + _DAY}, TRUE)")
    if after is not None:
        conditions.append(created_after(str(created), after))
    open_for = None
    if closed is not None and outcome.as_of is not None:
        open_for = (
            f"CASE WHEN {closed} < {_second_of(outcome.as_of) + _DAY} THEN {closed} - {created} END"
        )
        conditions.append(f"COALESCE({closed} >= {created}, TRUE)")
        if seen is not None:
            to_landmark = f"{landmark_of(str(created), seen)} - {created}"
            conditions.append(f"COALESCE({open_for} > {to_landmark}, TRUE)")
        customer = f"{closed} - {created} <= {(outcome.window_days or 0) * _DAY}"
    else:
        found = relation.columns[str(roles.outcome.column)]
        value = as_value(found.kind, found.name)
        conditions.append(_among(value, moments.flags, outcome.counted))
        customer = _among(value, moments.flags, outcome.customer)
    rows = LeadRows(
        connection=relation.connection,
        source=moments.source,
        where=" AND ".join(conditions) or "TRUE",
        customer=customer,
        created=created,
        open_for=open_for,
        order=column(_ROW) if relation.order else None,
        most=relation.leads,
        files=relation.files,
        spelling=relation.spelling,
        watch=relation.watch,
        leads=outcome.leads(outcome.counted),
        customers=outcome.leads(outcome.counted & outcome.customer),
    )
    return _marked(relation, roles, rows)


def created_after(created: str, day: dt.date) -> str:
    """Say in SQL that a lead was created later than on a day; one on no known day was not.

    Parameters
    ----------
    created : str
        In seconds since 1970.
    day : date
    """
    return f"COALESCE({created} >= {_second_of(day) + _DAY}, FALSE)"


def _mature(
    relation: Relation, moments: Moments, spec: Spec, outcome: Outcome, created: str | None
) -> list[str]:
    """Say which rows are looked at: of leads old enough, and each lead once."""
    conditions = [relation.condition] if relation.condition != "TRUE" else []
    conditions += [f"{column(_NTH)} = 1"] if moments.nth else []
    if spec.leads.since is not None:
        conditions.append(f"COALESCE({created} >= {_second_of(spec.leads.since)}, TRUE)")
    if outcome.window_days is not None and outcome.as_of is not None:
        last = _second_of(outcome.as_of) - (outcome.window_days - 1) * _DAY
        conditions += [f"{created} IS NOT NULL", f"{created} < {last}"]
    return conditions


def _stands_on_several(relation: Relation, roles: Roles, spec: Spec) -> bool:
    """Say whether leads stand on several rows; refused without a word about which one wins."""
    if roles.id is None:
        return False
    found = relation.columns[roles.id]
    identity = as_id(found.kind, found.name)
    rows = relation.rows
    alike = (
        f"SELECT {identity} AS id, COUNT(*) AS n FROM {rows.source} AS t WHERE {rows.where} AND "
        f"{identity} <> '' GROUP BY {identity} HAVING COUNT(*) > 1"
    )
    (several,), (first,) = rows.ask(f"SELECT COUNT(*), MIN(id) FROM ({alike}) AS d")
    if not several:
        return False
    if spec.repeated is None:
        counted = f"{several} of its values stand" if several > 1 else "one of its values stands"
        wins = ", or say which one wins (`repeated: first` or `repeated: last`)"
        raise LeadsError(
            f"{relation.where}: column `{roles.id}` names a lead, and {counted} on several rows "
            f"(such as `{first[:60]}`). A lead is counted once: give a query that keeps one row of "
            f"each{wins if rows.order else ''}; if this column does not name a lead, name the one "
            f"that does (`leads: {{id: COLUMN}}`) or put this one under `exclude`."
        )
    if rows.order is None:
        raise SpecError(
            f"spec: repeated: {relation.where} gives its rows in no order, so none is the "
            f"{spec.repeated}; give a query that keeps one row of each lead"
        )
    return True


def _with_seconds(relation: Relation, table: Table, roles: Roles, spec: Spec, *, nth: bool) -> str:
    """Put the seconds of creation and close beside the relation, and the place of a row."""
    beside: list[str] = []
    joins: list[str] = []
    for place, (name, role) in enumerate(
        ((roles.created, _CREATED), (roles.outcome.closed, _CLOSED))
    ):
        if name is not None:
            value, join = seconds_of(
                relation,
                table,
                name,
                nothings=spec.missing,
                day_first=spec.day_first,
                place=place,
            )
            beside.append(f"{value} AS {role}")
            joins += join
    beside += _place_of_rows(relation)
    if nth:
        found = relation.columns[str(roles.id)]
        identity = as_id(found.kind, found.name)
        way = "DESC" if spec.repeated == "last" else "ASC"
        beside.append(
            f"CASE WHEN {identity} = '' THEN 1 ELSE ROW_NUMBER() OVER (PARTITION BY {identity} "
            f"ORDER BY {relation.order} {way}) END AS {_NTH}"
        )
    return _with(relation, beside, joins) if beside else relation.source


def _place_of_rows(relation: Relation) -> list[str]:
    return [] if relation.order is None else [f"{relation.order} AS {_ROW}"]


def _with(relation: Relation, beside: Sequence[str], joins: Sequence[str]) -> str:
    return f"(SELECT t.*, {', '.join(beside)} FROM {relation.source} AS t {' '.join(joins)})"


def _first_place(relation: Relation, roles: Roles) -> str:
    """Give what tells the first row of some that are alike: its place, or its lead's id."""
    if relation.order is not None:
        return f"MIN({column(_ROW)})"
    if roles.id is None:
        return "0"
    found = relation.columns[roles.id]
    return f"MIN({as_id(found.kind, found.name)})"


def _row_names(relation: Relation, roles: Roles, places: Sequence[Any]) -> Rows:
    if relation.order is not None:
        return Rows(names=[relation.row_names.name(int(place)) for place in places])
    if roles.id is None:
        return Rows(names=["one of its rows"] * len(places))
    return Rows(names=[f"lead {place}" for place in places])


def _marked(relation: Relation, roles: Roles, rows: LeadRows) -> LeadRows:
    """Give every lead its mark: by its id, else by its place among the counted leads."""
    if roles.id is not None:
        found = relation.columns[roles.id]
        return replace(rows, mark=mark(as_id(found.kind, found.name)))
    if rows.order is None:
        return rows
    source = (
        f"(SELECT t.*, ROW_NUMBER() OVER (PARTITION BY CASE WHEN {rows.where} THEN 1 ELSE 0 END "
        f"ORDER BY {rows.order}) - 1 AS {_PLACE} FROM {rows.source} AS t)"
    )
    return replace(rows, source=source, mark=mark(f"CAST({column(_PLACE)} AS VARCHAR)"))


def _among(value: str, flags: Sequence[Any], there: npt.NDArray[np.bool_]) -> str:
    """Say that an outcome's value is one of those of some moments."""
    wanted = dict.fromkeys(
        flag for flag, is_one in zip(flags, there.tolist(), strict=True) if is_one
    )
    listed = one_of(value, [literal(flag) for flag in wanted if flag is not None])
    return f"({value} IS NULL OR {listed})" if None in wanted else f"({listed})"


def _second_of(day: dt.date) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))
