"""Judge a card by leads that stay in a database: they are counted there, by score and standing."""

from __future__ import annotations

import numpy as np

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import Ints
from calibrate.engines.places import level_rows
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold
from calibrate.engines.sql.relations import Relation, as_table
from calibrate.engines.tables import Table
from calibrate.errors import Finding, ScorecardError
from calibrate.leads import Recipe
from calibrate.outcomes import read_outcome
from calibrate.recipes import FilledRecipe, columns_of, derived
from calibrate.roles import find_roles
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import Wanted, lacking_columns, refuse_lacking
from calibrate.scoring import Unseen, scoring_findings, unseen_in
from calibrate.spec import Spec
from calibrate.telling import counted_rows, moments_of
from calibrate.validation.core import Yardsticks, judge
from calibrate.validation.judging import jury_among
from calibrate.validation.measures import unit_points
from calibrate.validation.published import published_parts
from calibrate.validation.result import Validation
from calibrate.validation.tallied import Tallied
from calibrate.warehouse import refuse_tables
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
    held = _attributes(card, relation, table)
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
        remarks=(*_unseen(card, relation, held), _unlisted()),
    )


def _attributes(card: Scorecard, relation: Relation, table: Table) -> dict[str, Held]:
    """Hold the columns of the card's attributes, of those that can be had: as `columns_there`."""
    needed = card.scoring.needed
    wanted = [(one.name, one.made_from) for one in card.attributes]
    logged = {name for name, recipe in wanted if isinstance(recipe, BehaviourRecipe)}
    if needed & logged or (card.reads is not None and card.reads.join):
        raise ScorecardError(
            f"{relation.where}: the card gives points for what stands in further tables or in a "
            f"log of events, which cannot be read from a database. Judge it by leads in files."
        )
    refuse_lacking(table, [one for one in wanted if one[0] in needed])
    there = [
        one
        for one in wanted
        if one[0] not in logged and (one[0] in needed or not lacking_columns(table, [one]))
    ]
    engine = SqlEngine(rows=relation.rows, held=_sources(card, relation, there))
    return {name: _attribute(name, recipe, engine) for name, recipe in there}


def _sources(card: Scorecard, relation: Relation, wanted: Wanted) -> dict[str, Held]:
    """Hold the columns that attributes are or are made from; of these all distinct values."""
    found: dict[str, Held] = {}
    for name, recipe in wanted:
        if isinstance(recipe, BehaviourRecipe):
            continue
        for source in (name,) if recipe is None else columns_of(recipe):
            known = relation.columns[source]
            if source not in found:
                found[source] = hold(relation.rows, known.name, known.kind, nothings=card.missing)
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


def _unseen(card: Scorecard, relation: Relation, held: dict[str, Held]) -> tuple[Finding, ...]:
    """Remark on values that the card has never seen, over all leads of the table."""
    unseen: list[Unseen] = []
    for part in card.scoring.columns:
        one = held[part.column]
        if not one.is_whole and part.levels.kind != "number":
            one = one.fetched(relation.rows)
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
