"""Judge a card by leads that stay in a database: they are counted there, by score and standing."""

from __future__ import annotations

from dataclasses import replace

from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.relations import Relation
from calibrate.errors import Finding
from calibrate.logs import Log
from calibrate.scorecard import Scorecard
from calibrate.scorecard.habits import card_habits
from calibrate.scorecard.held import held_columns, held_worked, unseen_there
from calibrate.scoring import scoring_findings
from calibrate.spec import Spec
from calibrate.telling import counted_rows
from calibrate.validation.core import Yardsticks, judge
from calibrate.validation.judging import jury_among
from calibrate.validation.measures import unit_points
from calibrate.validation.published import published_parts
from calibrate.validation.result import Validation
from calibrate.validation.surprises_there import surprises_there
from calibrate.validation.tallied import Tallied
from calibrate.warehouse import outcomes_there

SURPRISES_UNLISTED = "surprises-unlisted"
"""The finding that nothing names the leads of a database of which the card was most wrong."""


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
    there = outcomes_there(relation, spec)
    relation, table, outcome = there.relation, there.table, there.outcome
    jury = jury_among(card, table, table, outcome, there.joined.findings)
    rows = counted_rows(
        relation,
        there.moments,
        there.roles,
        spec,
        outcome.counting(jury.rows),
        after=card.cohort.to if jury.is_later else None,
        seen=there.spec.events,
    )
    did = card_habits(card, there, events)
    if did is not None:
        rows = did.beside(rows)
    every = replace(rows, where=relation.condition, customer="FALSE", leads=None, customers=None)
    held = held_columns(
        card,
        relation,
        table,
        sources=there.joined.sources,
        habits={} if did is None else did.held(every),
    )
    column, marks = held_worked(relation)
    engine = SqlEngine(rows=rows, held=held)
    surprises = surprises_there(card, relation, engine)
    paid = [one for one in published_parts(card) if one.column in held]
    found, leads, customers = engine.tally_judged(
        card.scoring,
        [unit_points(card), paid],
        None if marks is None else (marks.held, marks.codes),
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
        surprises=surprises or (),
        remarks=(
            *scoring_findings(unseen_there(card, every, held), ()),
            *(_unlisted() if surprises is None else ()),
        ),
    )


def _unlisted() -> tuple[Finding, ...]:
    return (
        Finding(
            code="surprises-unlisted",
            severity="info",
            says="Nothing names these leads, and their database gives them in no order: those of "
            "which the card was most wrong cannot be listed.",
            fix="Name the column of their ids in the spec (`leads: {id: COLUMN}`).",
        ),
    )
