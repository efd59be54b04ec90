"""Read leads that stay in a database: the same steps as for a file, on counts alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrate.attributes import choose_attributes
from calibrate.behaviours import BehaviourRecipe
from calibrate.candidates import Candidate, candidates_among, own_columns
from calibrate.doing import doings_there, see_there
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold_all
from calibrate.engines.sql.phrases import NUMBERS, as_value
from calibrate.engines.sql.relations import Relation, as_table
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.tables import Table
from calibrate.habits import held_habit, with_habits
from calibrate.holdout import set_aside
from calibrate.joined import JoinedThere, join_there
from calibrate.leads import Leads
from calibrate.logged import LogThere, log_there
from calibrate.logs import Log, in_memory, open_log
from calibrate.offering import offered
from calibrate.outcomes import Outcome, check_two_classes, read_outcome
from calibrate.reading import (
    check_landmarks,
    check_window,
    filled_in,
    findings_while_read,
    past_landmark,
    read_leads,
    seen_by_day,
)
from calibrate.recipes import columns_of
from calibrate.roles import Roles, find_roles
from calibrate.spec import EventsPart, Spec, as_spec
from calibrate.suspects import examine
from calibrate.suspects.repeats import repeats_in_database
from calibrate.telling import Moments, counted_rows, keyed_leads, moments_of

if TYPE_CHECKING:
    import pandas as pd


def read_relation(
    relation: Relation,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: Log | None = None,
) -> Leads:
    """Read leads that stay in a database: who is counted, what can be tried, and what is odd.

    Parameters
    ----------
    relation : Relation
        See `open_relation`; one row a lead.
    spec : Spec, mapping, path or None
        What is declared, as for `read_leads`.
    events : Relation or path, optional
        The log of what leads did, one row an event: opened by the same connection, or of leads in
        Parquet files a further one. By default the table or the file that the spec names.

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
    there = outcomes_there(relation, _with_log(as_spec(spec), events))
    log = _log(there, events)
    declared = there.spec if log is None else there.spec.model_copy(update={"events": log.columns})
    relation, joined, table, roles = there.relation, there.joined, there.table, there.roles
    outcome, aside, remarks = set_aside(there.outcome, declared.fit, where=table.where)
    rows, habits = _with_habits(there, log, outcome, until=None if aside is None else aside.until)
    names = own_columns(table, roles, declared)
    held = _held(relation, rows, names, declared)
    candidates = candidates_among(
        {name: one.column for name, one in held.items()},
        table,
        roles,
        declared,
        of_events=_of_events(habits),
        events=() if log is None else log.names,
    )
    engine = SqlEngine(
        rows=replace(rows, cells=_cells(there, held)),
        held={name: _made(name, one, held, habits) for name, one in candidates.by_name.items()},
    )
    chosen = choose_attributes(table, candidates.by_name, engine, declared)
    leads = Leads(
        name=relation.name,
        spec=filled_in(declared, roles, outcome),
        engine=engine,
        attributes=chosen.attributes,
        joined=joined.sources,
        outcome=outcome,
        aside=aside,
        total=relation.leads,
        counted=engine.size,
        customers=outcome.leads(outcome.counted & outcome.customer),
        fingerprint=relation.fingerprint,
        findings=findings_while_read(
            table,
            roles,
            joined.findings,
            outcome.findings,
            remarks,
            () if log is None else log.findings,
            candidates.findings,
            chosen.findings,
        ),
    )
    repeats = partial(repeats_in_database, table, roles, engine)
    return examine(leads, joined.beside(table), repeats, chosen.aside)


def read_anywhere(
    leads: str | Path | pd.DataFrame | Table | Relation,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    events: Log | None = None,
) -> Leads:
    """Read leads wherever they are: see `read_leads` and `read_relation`.

    Raises
    ------
    SpecError
        Also when the log is in a database and the leads are not.
    """
    if isinstance(leads, Relation):
        return read_relation(leads, spec, events=events)
    return read_leads(leads, spec, events=in_memory(events))


@dataclass(frozen=True, kw_only=True)
class OutcomesThere:
    """What became of leads in a database.

    Attributes
    ----------
    relation : Relation
        The leads, further tables joined beside them.
    joined : JoinedThere
        Where its columns are from.
    table : Table
        The relation, seen as a table.
    roles : Roles
    moments : Moments
    outcome : Outcome
        Of the moments; leads that had closed by their landmark left out.
    spec : Spec
        With whether leads are seen from the end of a day.
    """

    relation: Relation
    joined: JoinedThere
    table: Table
    roles: Roles
    moments: Moments
    outcome: Outcome
    spec: Spec


def _with_log(spec: Spec, events: Log | None) -> Spec:
    """Declare a log where one is given."""
    if events is None or spec.events is not None:
        return spec
    return spec.model_copy(update={"events": EventsPart()})


def outcomes_there(relation: Relation, spec: Spec) -> OutcomesThere:
    """Say what became of leads in a database: as `read_outcomes` for leads in memory.

    Raises
    ------
    SpecError, LeadsError, EngineError
        As `read_relation`.
    """
    joined = join_there(relation, spec.join, repeated=spec.repeated, folder=spec.folder)
    relation = joined.relation
    table = as_table(relation)
    roles = find_roles(table, spec)
    moments = moments_of(relation, table, roles, spec)
    outcome = read_outcome(moments.table, roles, spec, repeated=moments.repeated)
    if spec.events is not None:
        seen = spec.events.model_copy(update={"by_day": seen_by_day(outcome)})
        spec = spec.model_copy(update={"events": seen})
        check_window(outcome, seen)
        outcome = past_landmark(outcome, seen)
    return OutcomesThere(
        relation=relation,
        joined=joined,
        table=table,
        roles=roles,
        moments=moments,
        outcome=outcome,
        spec=spec,
    )


def _log(there: OutcomesThere, given: Log | None) -> LogThere | None:
    """Read the log, and hold it against all leads, counted or not; None where none is declared."""
    spec = there.spec
    if spec.events is None:
        return None
    check_two_classes(there.table, there.roles, there.outcome)
    keyed = keyed_leads(there.relation, there.moments, check_landmarks(there.table, there.roles))
    return log_there(
        open_log(keyed.relation, spec.events, given=given, folder=spec.folder),
        keyed,
        spec.events,
        nothings=spec.missing,
        day_first=spec.day_first,
        fewest=spec.min_leads,
    ).seen_by_day(bool(spec.events.by_day))


def _with_habits(
    there: OutcomesThere, log: LogThere | None, outcome: Outcome, *, until: dt.date | None
) -> tuple[LeadRows, dict[BehaviourRecipe, Held]]:
    """Say which rows are counted, and put the behaviours that are worth trying beside them."""
    spec = there.spec
    rows = counted_rows(
        there.relation,
        there.moments,
        there.roles,
        spec,
        outcome,
        until=until,
        seen=spec.events,
    )
    if log is None:
        return rows, {}
    seen = see_there(log)
    recipes = offered(doings_there(seen, spec.min_leads), log.columns, spec.min_leads)
    rows = replace(rows, source=with_habits(rows.source, seen, tuple(recipes.values())))
    return rows, {
        recipe: held_habit(rows, name, recipe, place, seen)
        for place, (name, recipe) in enumerate(recipes.items())
    }


def _of_events(habits: Mapping[BehaviourRecipe, Held]) -> list[tuple[str, Candidate]]:
    return [
        (one.profile.name, Candidate(column=one.column, recipe=recipe, group="behaviour"))
        for recipe, one in habits.items()
    ]


def _held(relation: Relation, rows: LeadRows, names: Sequence[str], spec: Spec) -> dict[str, Held]:
    columns = [(relation.columns[name].name, relation.columns[name].kind) for name in names]
    asked = hold_all(rows, columns, nothings=spec.missing)
    held = {}
    for place, name in enumerate(names):
        relation.watch(name, place, len(names))
        held[name] = next(asked).called(name)
    return held


def _cells(there: OutcomesThere, held: Mapping[str, Held]) -> tuple[str, ...]:
    """Give all that may be the same in two rows: not what names a lead, under either name."""
    own = {
        name
        for name, one in held.items()
        if there.relation.columns[name].kind not in NUMBERS
        and not one.profile.missing
        and max(one.leads, default=0) == 1
    }
    return tuple(
        value if found.kind in NUMBERS else f"NULLIF({value}, '')"
        for name, found in there.relation.columns.items()
        if name != there.roles.id and name not in own and name not in there.joined.sources
        for value in [as_value(found.kind, found.name)]
    )


def _made(
    name: str,
    candidate: Candidate,
    held: Mapping[str, Held],
    habits: Mapping[BehaviourRecipe, Held],
) -> Held:
    """Give a candidate's column, or what it was made of with its own meaning."""
    recipe = candidate.recipe
    if recipe is None:
        return held[name]
    if isinstance(recipe, BehaviourRecipe):
        return habits[recipe].called(name)
    (source,) = columns_of(recipe)
    return held[source].meaning(name, candidate.column)
