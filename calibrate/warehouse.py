"""Read leads that stay in a database: the same steps as for a file, on counts alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.attributes import choose_attributes
from calibrate.candidates import Candidate, candidates_among, own_columns
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold
from calibrate.engines.sql.phrases import NUMBERS, as_value
from calibrate.engines.sql.relations import Relation, RelationColumns
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.tables import Table
from calibrate.errors import SpecError
from calibrate.eventlog import EventLog
from calibrate.holdout import set_aside
from calibrate.joining import Joined
from calibrate.leads import Leads
from calibrate.outcomes import Outcome, read_outcome
from calibrate.reading import filled_in, format_findings, read_leads
from calibrate.recipes import columns_of
from calibrate.roles import Roles, find_roles, role_findings
from calibrate.spec import Spec, as_spec
from calibrate.suspects import examine
from calibrate.telling import Moments, counted_rows, moments_of

if TYPE_CHECKING:
    import pandas as pd


def read_relation(
    relation: Relation, spec: Spec | Mapping[str, Any] | str | Path | None = None
) -> Leads:
    """Read leads that stay in a database: who is counted, what can be tried, and what is odd.

    Parameters
    ----------
    relation : Relation
        See `open_relation`; one row a lead.
    spec : Spec, mapping, path or None
        What is declared, as for `read_leads`.

    Returns
    -------
    Leads
        Their `engine` counts in the database; only small tables come back: of a column its
        distinct values, and of the outcome its distinct dates.

    Raises
    ------
    SpecError
        When the spec cannot be used, names columns that are not there, or declares what a query
        should do: `join`, `events`.
    LeadsError
        When there is no outcome, or nothing that varies.
    EngineError
        When the database refuses, or the table changes while it is read.
    """
    declared = as_spec(spec)
    there = outcomes_there(relation, declared)
    table, roles = there.table, there.roles
    outcome, aside, remarks = set_aside(there.outcome, declared.fit, where=table.where)
    until = None if aside is None else aside.until
    rows = counted_rows(relation, there.moments, roles, declared, outcome, until=until)
    names = own_columns(table, roles, declared)
    held = {}
    for place, name in enumerate(names):
        relation.watch(name, place, len(names))
        held[name] = _held(relation, rows, name, declared)
    columns = {name: one.column for name, one in held.items()}
    candidates = candidates_among(columns, table, roles, declared)
    engine = SqlEngine(
        rows=replace(rows, cells=_cells(relation, roles, held)),
        held={name: _made(name, one, held) for name, one in candidates.by_name.items()},
    )
    chosen = choose_attributes(table, candidates.by_name, engine, declared)
    leads = Leads(
        name=relation.name,
        spec=filled_in(declared, roles, outcome),
        engine=engine,
        attributes=chosen.attributes,
        outcome=outcome,
        aside=aside,
        total=relation.leads,
        counted=engine.size,
        customers=outcome.leads(outcome.counted & outcome.customer),
        fingerprint=relation.fingerprint,
        findings=(
            *format_findings(table),
            *role_findings(roles),
            *outcome.findings,
            *remarks,
            *candidates.findings,
            *chosen.findings,
        ),
    )
    joined = Joined(table=table, sources={}, matched={}, findings=())
    return examine(leads, table, roles, joined, chosen.aside)


def read_anywhere(
    leads: str | Path | pd.DataFrame | Table | Relation,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: str | Path | pd.DataFrame | Table | EventLog | None = None,
) -> Leads:
    """Read leads wherever they are: see `read_leads` and `read_relation`.

    Raises
    ------
    SpecError
        Also when a log is given beside leads that stay in a database.
    """
    if not isinstance(leads, Relation):
        return read_leads(leads, spec, events=events)
    if events is not None:
        raise SpecError(
            f"{leads.where}: a log of events cannot be held against leads in a database; give a "
            f"query, or a view, that has what leads did beside their other columns."
        )
    return read_relation(leads, spec)


@dataclass(frozen=True, kw_only=True)
class OutcomesThere:
    """What became of leads in a database.

    Attributes
    ----------
    table : Table
        The relation, seen as a table.
    roles : Roles
    moments : Moments
    outcome : Outcome
        Of the moments.
    """

    table: Table
    roles: Roles
    moments: Moments
    outcome: Outcome


def outcomes_there(relation: Relation, spec: Spec) -> OutcomesThere:
    """Say what became of leads in a database: as `read_outcomes` for leads in memory.

    Raises
    ------
    SpecError, LeadsError, EngineError
        As `read_relation`.
    """
    refuse_tables(spec)
    table = as_table(relation)
    roles = find_roles(table, spec)
    moments = moments_of(relation, table, roles, spec)
    outcome = read_outcome(moments.table, roles, spec, repeated=moments.repeated)
    return OutcomesThere(table=table, roles=roles, moments=moments, outcome=outcome)


def refuse_tables(spec: Spec) -> None:
    """Refuse a spec that declares what a query should do.

    Raises
    ------
    SpecError
    """
    problems = [
        f"spec: {key}: further tables of a database are joined there; give a query, or a view, "
        f"that has their columns beside the leads'"
        for key, is_there in (("join", spec.join), ("events", spec.events is not None))
        if is_there
    ]
    if problems:
        raise SpecError(f"{'; '.join(problems)}.", problems)


def as_table(relation: Relation) -> Table:
    """See a relation as a table whose columns come when they are looked at."""
    return Table(
        name=relation.name,
        where=relation.where,
        columns=RelationColumns(relation),
        rows=relation.leads,
        unusable=relation.unusable,
        fingerprint="",
        dated=relation.dated,
        row_names=relation.row_names,
        remarks=relation.remarks,
    )


def _held(relation: Relation, rows: LeadRows, name: str, spec: Spec) -> Held:
    found = relation.columns[name]
    return hold(rows, found.name, found.kind, nothings=spec.missing)


def _cells(relation: Relation, roles: Roles, held: Mapping[str, Held]) -> tuple[str, ...]:
    """Give all that may be the same in two rows: not what names a lead, under either name."""
    own = {
        name
        for name, one in held.items()
        if relation.columns[name].kind not in NUMBERS
        and not one.profile.missing
        and max(one.leads, default=0) == 1
    }
    return tuple(
        value if found.kind in NUMBERS else f"NULLIF({value}, '')"
        for name, found in relation.columns.items()
        if name != roles.id and name not in own
        for value in [as_value(found.kind, found.name)]
    )


def _made(name: str, candidate: Candidate, held: Mapping[str, Held]) -> Held:
    """Give a candidate's column, or what it was made of with its own meaning."""
    if candidate.recipe is None:
        return held[name]
    (source,) = columns_of(candidate.recipe)  # type: ignore[arg-type]
    return held[source].meaning(name, candidate.column)
