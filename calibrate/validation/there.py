"""Judge a card by leads that stay in a database: they are counted there, by score and standing."""

from __future__ import annotations

import numpy as np

from calibrate.engines.base import Ints
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold
from calibrate.engines.sql.relations import Relation
from calibrate.errors import Finding
from calibrate.outcomes import read_outcome
from calibrate.roles import find_roles
from calibrate.scorecard import Scorecard
from calibrate.scorecard.held import held_columns, unseen_there
from calibrate.scoring import scoring_findings
from calibrate.spec import Spec
from calibrate.telling import counted_rows, moments_of
from calibrate.validation.core import Yardsticks, judge
from calibrate.validation.judging import jury_among
from calibrate.validation.measures import unit_points
from calibrate.validation.published import published_parts
from calibrate.validation.result import Validation
from calibrate.validation.tallied import Tallied
from calibrate.warehouse import as_table, refuse_tables
from calibrate.worked import is_worked, worked_columns

SURPRISES_UNLISTED = "surprises-unlisted"
"""The finding that the leads of which a card was most wrong stay in the database."""


def validate_there(card: Scorecard, relation: Relation, spec: Spec) -> Validation:
    """Judge a card by leads in a database; see `validate`.

    Parameters
    ----------
    card : Scorecard
    relation : Relation
    spec : Spec
        How leads are counted.

    Raises
    ------
    SpecError, LeadsError, ScorecardError
        As `validate`; also where the card or the spec needs a further table or a log.
    EngineError
        When the database refuses, or the table changes while it is read.
    """
    refuse_tables(spec)
    table = as_table(relation)
    roles = find_roles(table, spec)
    moments = moments_of(relation, table, roles, spec)
    outcome = read_outcome(moments.table, roles, spec, repeated=moments.repeated)
    jury = jury_among(card, table, table, outcome)
    rows = counted_rows(
        relation,
        moments,
        roles,
        spec,
        outcome.counting(jury.rows),
        after=card.cohort.to if jury.is_later else None,
    )
    held = held_columns(card, relation, table)
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
        remarks=(*scoring_findings(unseen_there(card, relation, held), ()), _unlisted()),
    )


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


def _unlisted() -> Finding:
    return Finding(
        code="surprises-unlisted",
        severity="info",
        says="These leads are in a database and were counted there: those of which the card was "
        "most wrong are not listed one by one.",
        fix="Look at them through the view of `calibrate export CARD --to sql`: the highest scores "
        "that did not buy, and the lowest that did.",
    )
