"""New leads that stay in a database, as both cards see them: only counts of them come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calibrate.engines.base import BY_POINTS, MUST_CONTACT
from calibrate.engines.judging import Flags
from calibrate.engines.sql.coding import Coded, coded
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.relations import Relation
from calibrate.engines.sql.rows import LeadRows
from calibrate.logs import Log
from calibrate.outcomes import Outcome
from calibrate.recalibration.counting import NewLeads, Seen, months_of
from calibrate.recalibration.levels import LevelCount, Shared, pairs_on_leads
from calibrate.recalibration.parts import Month
from calibrate.scorecard import Scorecard
from calibrate.scorecard.habits import CardHabits, card_habits
from calibrate.scorecard.held import held_columns, held_worked, unseen_there
from calibrate.scorecard.parts import CardAttributePart
from calibrate.scoring import scoring_findings
from calibrate.spec import Spec
from calibrate.telling import counted_rows, created_after
from calibrate.validation.judging import later_rows
from calibrate.warehouse import OutcomesThere, outcomes_there

_NO_DAY = -(2**31)
"""Stands for no date among days."""
_NOT_COUNTED, _COUNTED, _LATER, _FRESH = range(4)
"""How new a lead is: of whom the outcome is known, after the old card's, after both cards'."""


def new_leads_there(
    old: Scorecard,
    new: Scorecard,
    relation: Relation,
    spec: Spec,
    shared: Shared,
    *,
    events: Log | None = None,
) -> NewLeads:
    """Say what both cards make of leads in a database.

    Parameters
    ----------
    old, new : Scorecard
    relation : Relation
    spec : Spec
        How leads are counted; further tables that only the old card reads are joined too.
    shared : list of (CardAttributePart, CardAttributePart)
    events : Relation or path, optional
        The log; see `read_relation`.

    Raises
    ------
    SpecError, LeadsError, ScorecardError
        As for leads in memory; also where a further table or a log is not where the leads are.
    EngineError
        When the database refuses, or the table changes while it is read.
    """
    there = outcomes_there(relation, _with_joins(spec, old))
    relation, table, outcome = there.relation, there.table, there.outcome
    counted = counted_rows(
        relation, there.moments, there.roles, spec, outcome, seen=there.spec.events
    )
    did = _habits((old, new), there, events)
    if did:
        counted = list(did.values())[-1].beside(counted)
    later = later_rows(old, table, outcome)
    is_later = bool(later.any())
    every = replace(
        counted,
        where=relation.condition,
        customer=f"({counted.where}) AND ({counted.customer})",
        leads=relation.leads,
    )
    held = [
        held_columns(
            card,
            relation,
            table,
            sources=there.joined.sources,
            # Of the new card's only points are asked; on the old card's levels leads are counted.
            habits=did[place].held(every, among) if place in did else {},
        )
        for place, (card, among) in enumerate(((old, None), (new, new.scoring.needed)))
    ]
    engines = [SqlEngine(rows=every, held=one) for one in held]
    standings = _standings((old, new), engines)
    column, marks = held_worked(relation)
    keys = [key for pair in standings for key in pair]
    keys.append(Coded(code=_newness(old, new, counted, outcome)))
    if marks is not None:
        lookup, place = relation.connection.lookup, old.scoring.parts + new.scoring.parts
        keys.append(coded(marks.held, marks.codes, 0, lookup=lookup, place=place))
    found, leads, customers = engines[0].count_by(keys)
    newness = found[:, 4]
    judged = SqlEngine(rows=_judging(old, counted, outcome, later, is_later=is_later), held=held[0])
    return NewLeads(
        name=relation.name,
        old=Seen(scores=found[:, 0], standing=found[:, 1]),
        new=Seen(scores=found[:, 2], standing=found[:, 3]),
        rows=newness >= (_LATER if is_later else _COUNTED),
        is_later=is_later,
        fresh=newness == _FRESH,
        leads=leads,
        customers=customers,
        worked=None if marks is None else found[:, 5] == 1,
        worked_column=column,
        pairs=pairs_on_leads(shared, lambda one: _counted(one, judged)),
        months=_months((old, new), standings, counted),
        unseen=scoring_findings(unseen_there(old, every, held[0]), ()),
    )


def _with_joins(spec: Spec, card: Scorecard) -> Spec:
    """Join what a card reads beside what the spec joins."""
    known = {one.place for one in spec.join}
    reads = () if card.reads is None else card.reads.join
    further = tuple(one for one in reads if one.place not in known)
    return spec.model_copy(update={"join": (*spec.join, *further)}) if further else spec


def _habits(
    cards: tuple[Scorecard, Scorecard], there: OutcomesThere, events: Log | None
) -> dict[int, CardHabits]:
    """Put the behaviours of both cards beside the same rows, each as its card sees leads."""
    found: dict[int, CardHabits] = {}
    for place, card in enumerate(cards):
        made = card_habits(card, there, events, after=found.get(place - 1))
        if made is not None:
            found[place] = made
    return found


def _newness(old: Scorecard, new: Scorecard, counted: LeadRows, outcome: Outcome) -> str:
    """Say in SQL how new a lead is."""
    ends = [card.cohort.to for card in (old, new)]
    arms = ""
    if counted.created is not None and outcome.created is not None and ends[0] is not None:
        is_later = created_after(counted.created, ends[0])
        if ends[1] is not None:
            is_fresh = created_after(counted.created, max(ends[0], ends[1]))
            arms += f" WHEN {is_fresh} THEN {_FRESH}"
        arms += f" WHEN {is_later} THEN {_LATER}"
    return f"(CASE WHEN NOT ({counted.where}) THEN {_NOT_COUNTED}{arms} ELSE {_COUNTED} END)"


def _judging(
    old: Scorecard, counted: LeadRows, outcome: Outcome, later: Flags, *, is_later: bool
) -> LeadRows:
    """Give the rows that are held against the old card's."""
    if not is_later or counted.created is None or old.cohort.to is None:
        return counted
    return replace(
        counted,
        where=f"({counted.where}) AND {created_after(counted.created, old.cohort.to)}",
        leads=outcome.leads(later),
        customers=outcome.leads(later & outcome.customer),
    )


def _counted(attribute: CardAttributePart, engine: SqlEngine) -> LevelCount | None:
    """Count new leads and customers per old level; None where the column is not there."""
    if attribute.name not in engine.held:
        return None
    return engine.count_placed(attribute.name, attribute.as_levels)


def _standings(
    cards: tuple[Scorecard, Scorecard], engines: Sequence[SqlEngine]
) -> list[tuple[Coded, Coded]]:
    """Give score and standing by each card in SQL; look-ups of the second go by other names."""
    old, new = cards
    return [
        engines[0].standing_parts(old.scoring, 0),
        engines[1].standing_parts(new.scoring, old.scoring.parts),
    ]


def _months(
    cards: tuple[Scorecard, Scorecard],
    standings: Sequence[tuple[Coded, Coded]],
    counted: LeadRows,
) -> tuple[Month, ...]:
    """Give who passes by month of creation, over all counted leads; none without dates."""
    if counted.created is None:
        return ()
    day = f"CAST(FLOOR({counted.created} / 86400) AS BIGINT)"
    keys = [Coded(code=f"COALESCE({day}, {_NO_DAY})")]
    keys += [_passes(card, *pair) for card, pair in zip(cards, standings, strict=True)]
    rows, leads, customers = SqlEngine(rows=counted, held={}).count_by(keys)
    known = rows[:, 0] != _NO_DAY
    days, old, new = rows[known].T
    return months_of(
        days.astype("datetime64[D]"), old == 1, new == 1, leads[known], customers[known]
    )


def _passes(card: Scorecard, score: Coded, standing: Coded) -> Coded:
    """Say in SQL who passes: as `passing`."""
    enough = f"{standing.code} = {BY_POINTS} AND {score.code} >= {card.threshold.score}"
    return Coded(
        code=f"(CASE WHEN {standing.code} = {MUST_CONTACT} OR ({enough}) THEN 1 ELSE 0 END)",
        joins=score.joins,
    )
