"""The columns of a card's attributes where they stand in a database, and what is new in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import Ints
from calibrate.engines.places import level_rows
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold
from calibrate.engines.sql.relations import Relation
from calibrate.engines.tables import Table
from calibrate.errors import ScorecardError
from calibrate.leads import Recipe
from calibrate.recipes import FilledRecipe, columns_of, derived
from calibrate.scorecard.card import Scorecard
from calibrate.scorecard.columns import Wanted, lacking_columns, refuse_lacking
from calibrate.scoring import Unseen, unseen_in
from calibrate.worked import is_worked, worked_columns


def held_columns(card: Scorecard, relation: Relation, table: Table) -> dict[str, Held]:
    """Hold the columns of the card's attributes, of those that can be had: as `columns_there`.

    Parameters
    ----------
    card : Scorecard
    relation : Relation
    table : Table
        The relation, seen as a table.

    Raises
    ------
    ScorecardError
        When a column that earns points is not there, or stands in a further table or a log.
    """
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
    return held_among(card, relation, there)


def held_among(card: Scorecard, relation: Relation, wanted: Wanted) -> dict[str, Held]:
    """Hold some attributes of a card, all of which can be had."""
    engine = SqlEngine(rows=relation.rows, held=_sources(card, relation, wanted))
    return {name: _attribute(name, recipe, engine) for name, recipe in wanted}


def unseen_there(card: Scorecard, relation: Relation, held: dict[str, Held]) -> tuple[Unseen, ...]:
    """Count leads with values that the card has never seen, over all leads of the relation."""
    unseen: list[Unseen] = []
    for part in card.scoring.columns:
        one = held[part.column]
        if not one.is_whole and part.levels.kind != "number":
            one = one.fetched(relation.rows)
        rows = level_rows(one.column, part.levels)
        unseen += unseen_in(part, one.column, rows, one.leads)
    return tuple(unseen)


@dataclass(frozen=True, kw_only=True)
class Marks:
    """A column, and what each of its distinct values is marked with.

    Attributes
    ----------
    held : Held
    codes : ndarray of int, shape (k,)
    """

    held: Held
    codes: Ints


def held_worked(relation: Relation) -> tuple[str | None, Marks | None]:
    """Find the column that says who was worked, and mark its values; nothing without one."""
    columns = worked_columns(relation.columns)
    if not columns:
        return None, None
    found = relation.columns[columns[0]]
    held = hold(relation.rows, found.name, found.kind)
    held = held if held.is_whole else held.fetched(relation.rows)
    return columns[0], Marks(held=held, codes=is_worked(held.column).astype(np.int64))


def _sources(card: Scorecard, relation: Relation, wanted: Wanted) -> dict[str, Held]:
    """Hold the columns that attributes are or are made from; of these all distinct values."""
    found: dict[str, Held] = {}
    for place, (name, recipe) in enumerate(wanted):
        if isinstance(recipe, BehaviourRecipe):
            continue
        relation.watch(name, place, len(wanted))
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
