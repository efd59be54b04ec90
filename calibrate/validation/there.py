"""Judge a card by leads that stay in a database: they are counted there, by score and standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibrate.behaviours import BehaviourRecipe
from calibrate.dates import read_dates
from calibrate.doing import SeenThere, see_there
from calibrate.engines.base import Ints
from calibrate.engines.places import level_rows
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold
from calibrate.engines.sql.relations import Relation, as_table
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.tables import Table
from calibrate.errors import Finding, NoRowsError, ScorecardError
from calibrate.habits import held_habit, with_habits
from calibrate.joined import JoinedThere, join_there
from calibrate.leads import Recipe
from calibrate.logged import KeyedLeads, LogThere, log_there, nothing_happened
from calibrate.logs import Log, open_log
from calibrate.outcomes import Outcome, read_outcome
from calibrate.reading import past_landmark, seen_by_day
from calibrate.recipes import FilledRecipe, columns_of, derived
from calibrate.roles import Roles, find_roles
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import Wanted, lacking_columns, refuse_lacking
from calibrate.scorecard.parts import ReadsPart
from calibrate.scoring import Unseen, scoring_findings, unseen_in
from calibrate.spec import EventsPart, Spec
from calibrate.telling import Moments, counted_rows, keyed_leads, moments_of
from calibrate.validation.core import Yardsticks, judge
from calibrate.validation.judging import jury_among
from calibrate.validation.measures import unit_points
from calibrate.validation.published import published_parts
from calibrate.validation.result import Validation
from calibrate.validation.tallied import Tallied
from calibrate.worked import is_worked, worked_columns

_MANY = 2**62
"""Of objects only those that the card names are told apart."""
SURPRISES_UNLISTED = "surprises-unlisted"
"""The finding that the leads of which a card was most wrong stay in the database."""


def validate_there(
    card: Scorecard, relation: Relation, spec: Spec, *, events: Log | None = None
) -> Validation:
    """Judge a card by leads in a database; see `validate`.

    Parameters
    ----------
    card : Scorecard
    relation : Relation
    spec : Spec
        How leads are counted.
    events : Relation or path, optional
        The log; see `read_relation`.

    Raises
    ------
    SpecError, LeadsError, ScorecardError
        As `validate`.
    EngineError
        When the database refuses, or the table changes while it is read.
    """
    joined = join_there(relation, spec.join, repeated=spec.repeated, folder=spec.folder)
    _check_joined(card, joined, relation)
    relation = joined.relation
    table = as_table(relation)
    roles = find_roles(table, spec)
    moments = moments_of(relation, table, roles, spec)
    outcome = read_outcome(moments.table, roles, spec, repeated=moments.repeated)
    if spec.events is not None:
        outcome = past_landmark(outcome, spec.events)
    jury = jury_among(card, table, table, outcome, joined.findings)
    rows = counted_rows(
        relation,
        moments,
        roles,
        spec,
        outcome.counting(jury.rows),
        after=card.cohort.to if jury.is_later else None,
        seen=_by_day(spec.events, outcome),
    )
    did = _habits(card, relation, moments, roles, events)
    if did is not None:
        rows = replace(rows, source=did.source)
    every = replace(rows, where=relation.condition, customer="FALSE", leads=None, customers=None)
    held = _attributes(card, relation, table, every, did)
    column, marks = _worked(relation)
    engine = SqlEngine(rows=rows, held=held | {name: one for name, one, _ in marks})
    paid = [one for one in published_parts(card) if one.column in held]
    found, leads, customers = engine.tally_judged(
        card.scoring, [unit_points(card), paid], [(name, codes) for name, _, codes in marks]
    )
    return judge(
        card,
        jury,
        Tallied(
            scores=found[:, 0],
            standing=found[:, 1],
            worked=None if column is None else found[:, 4] == 1,
            leads=leads,
            customers=customers,
        ),
        Yardsticks(unit=found[:, 2], published=found[:, 3]),
        worked_column=column,
        surprises=(),
        remarks=(*_unseen(card, every, held), _unlisted()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habits:
    """The behaviours of a card beside the rows of leads."""

    source: str
    seen: SeenThere
    by_name: Mapping[str, BehaviourRecipe]

    def held(self, rows: LeadRows) -> dict[str, Held]:
        return {
            name: held_habit(rows, name, recipe, place, self.seen)
            for place, (name, recipe) in enumerate(self.by_name.items())
        }


def _by_day(settings: EventsPart | None, outcome: Outcome) -> EventsPart | None:
    """Fill in whether leads are seen from the end of a day."""
    if settings is None or settings.by_day is not None:
        return settings
    return settings.model_copy(update={"by_day": seen_by_day(outcome)})


def _habits(
    card: Scorecard, relation: Relation, moments: Moments, roles: Roles, events: Log | None
) -> _Habits | None:
    """Make the behaviours of a card, where it gives points for one."""
    by_name = {
        one.name: one.made_from
        for one in card.attributes
        if isinstance(one.made_from, BehaviourRecipe)
    }
    reads = card.reads
    if not card.scoring.needed & by_name.keys():
        return None
    if reads is None or reads.events is None or reads.id is None:
        raise ScorecardError("The card gives points for events, and does not say how to read them.")
    if reads.created is None or reads.created != roles.created:
        raise ScorecardError(
            f"{relation.where}: the card sees what leads did from `{reads.created}` on, and the "
            f"spec has them created at `{roles.created}`. Both have to say the same."
        )
    keyed = keyed_leads(relation, moments, reads.id)
    log = _log(card, keyed, reads.events, events)
    if log.columns.by_day is None:
        log = log.seen_by_day(_created_by_day(card, moments))
    seen = see_there(log)
    source = with_habits(moments.source, seen, tuple(by_name.values()))
    return _Habits(source=source, seen=seen, by_name=by_name)


def _log(card: Scorecard, keyed: KeyedLeads, settings: EventsPart, events: Log | None) -> LogThere:
    try:
        log = open_log(keyed.relation, settings, given=events)
    except NoRowsError:  # nobody has done anything yet
        return nothing_happened(keyed, settings)
    things = [
        one.made_from.object
        for one in card.attributes
        if isinstance(one.made_from, BehaviourRecipe) and one.made_from.object is not None
    ]
    return log_there(
        log,
        keyed,
        settings,
        nothings=card.missing,
        day_first=None if card.reads is None else card.reads.day_first,
        all_known=False,
        fewest=_MANY,
        named=things,
    )


def _created_by_day(card: Scorecard, moments: Moments) -> bool:
    """Say whether no lead has a time of day at which it was created."""
    reads = card.reads or ReadsPart()
    return read_dates(
        moments.table, str(reads.created), nothings=card.missing, day_first=reads.day_first
    ).are_days


def _check_joined(card: Scorecard, joined: JoinedThere, relation: Relation) -> None:
    """Refuse leads without the columns that the card took from further tables."""
    taken = {} if card.reads is None else card.reads.columns
    lacking = [name for name, origin in taken.items() if joined.sources.get(name) != origin]
    if lacking:
        origins = dict.fromkeys(taken[name][0] for name in lacking)
        raise ScorecardError(
            f"{relation.where}: the card gives points for columns of {', '.join(origins)}. Say in "
            f"the spec which tables of the database these are: `join: [{{path: "
            f"{next(iter(origins))}, table: NAME, on: COLUMN}}]`."
        )


def _attributes(
    card: Scorecard, relation: Relation, table: Table, every: LeadRows, did: _Habits | None
) -> dict[str, Held]:
    """Hold the columns of the card's attributes, of those that can be had: as `columns_there`."""
    needed = card.scoring.needed
    wanted = [
        (one.name, one.made_from)
        for one in card.attributes
        if not isinstance(one.made_from, BehaviourRecipe)
    ]
    refuse_lacking(table, [one for one in wanted if one[0] in needed])
    there = [one for one in wanted if one[0] in needed or not lacking_columns(table, [one])]
    engine = SqlEngine(rows=relation.rows, held=_sources(card, relation, there))
    found = {name: _attribute(name, recipe, engine) for name, recipe in there}
    return found | ({} if did is None else did.held(every))


def _sources(card: Scorecard, relation: Relation, wanted: Wanted) -> dict[str, Held]:
    """Hold the columns that attributes are or are made from; of these all distinct values."""
    found: dict[str, Held] = {}
    for name, recipe in wanted:
        if isinstance(recipe, BehaviourRecipe):
            continue
        for source in (name,) if recipe is None else columns_of(recipe):
            known = relation.columns[source]
            if source not in found:
                held = hold(relation.rows, known.name, known.kind, nothings=card.missing)
                found[source] = held.called(source)
            if recipe is not None and not found[source].is_whole:
                found[source] = found[source].fetched(relation.rows)
    return found


def _attribute(name: str, recipe: Recipe | None, engine: SqlEngine) -> Held:
    if recipe is None or isinstance(recipe, BehaviourRecipe):
        return engine.held[name]
    if isinstance(recipe, FilledRecipe):
        return engine.with_filled(name, recipe.columns).held[name]
    (source,) = columns_of(recipe)
    held = engine.held[source]
    return held.meaning(name, derived(recipe, {source: held.column}))


def _worked(relation: Relation) -> tuple[str | None, list[tuple[str, Held, Ints]]]:
    """Find the column that says who was worked, and mark its values; nothing without one."""
    columns = worked_columns(relation.columns)
    if not columns:
        return None, []
    found = relation.columns[columns[0]]
    held = hold(relation.rows, found.name, found.kind)
    held = held if held.is_whole else held.fetched(relation.rows)
    codes = is_worked(held.column).astype(np.int64)
    return columns[0], [(f"{columns[0]} (worked)", held, codes)]


def _unseen(card: Scorecard, every: LeadRows, held: dict[str, Held]) -> tuple[Finding, ...]:
    """Remark on values that the card has never seen, over all leads of the table."""
    unseen: list[Unseen] = []
    for part in card.scoring.columns:
        one = held[part.column]
        if not one.is_whole and part.levels.kind != "number":
            one = one.fetched(every)
        rows = level_rows(one.column, part.levels)
        unseen += unseen_in(part, one.column, rows, one.leads)
    return scoring_findings(unseen, ())


def _unlisted() -> Finding:
    return Finding(
        code="surprises-unlisted",
        severity="info",
        says="These leads are in a database and were counted there: those of which the card was "
        "most wrong are not listed one by one.",
        fix="Look at them through the view of `calibrate export CARD --to sql`: the highest scores "
        "that did not buy, and the lowest that did.",
    )
