"""The columns of a card's attributes where they stand in a database, and what is new in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import Ints
from calibrate.engines.places import level_rows
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.held import Held, hold
from calibrate.engines.sql.relations import Relation
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.tables import Table
from calibrate.errors import ScorecardError
from calibrate.leads import Recipe
from calibrate.recipes import FilledRecipe, columns_of, derived
from calibrate.scorecard.card import Scorecard
from calibrate.scorecard.columns import Wanted, lacking_columns, refuse_lacking
from calibrate.scoring import Unseen, unseen_in
from calibrate.worked import is_worked, worked_columns


def held_columns(
    card: Scorecard,
    relation: Relation,
    table: Table,
    *,
    sources: Mapping[str, tuple[str, str]],
    habits: Mapping[str, Held],
) -> dict[str, Held]:
    """Hold the columns of the card's attributes, of those that can be had: as `columns_there`.

    Parameters
    ----------
    card : Scorecard
    relation : Relation
    table : Table
        The relation, seen as a table.
    sources : mapping of str to (str, str)
        Where the columns of further tables are from; see `JoinedThere`.
    habits : mapping of str to Held
        The card's behaviours; see `card_habits`.

    Raises
    ------
    ScorecardError
        When a column that earns points is not there, or stands in a further table that was not
        given.
    """
    _check_joined(card, relation, sources)
    needed = card.scoring.needed
    wanted = [(one.name, one.made_from) for one in card.attributes]
    logged = {name for name, recipe in wanted if isinstance(recipe, BehaviourRecipe)}
    refuse_lacking(table, [one for one in wanted if one[0] in needed])
    there = [
        one
        for one in wanted
        if one[0] not in logged and (one[0] in needed or not lacking_columns(table, [one]))
    ]
    return held_among(card, relation, there) | dict(habits)


def _check_joined(
    card: Scorecard, relation: Relation, sources: Mapping[str, tuple[str, str]]
) -> None:
    """Refuse leads without the columns that the card took from further tables."""
    taken = {} if card.reads is None else card.reads.columns
    lacking = [name for name, origin in taken.items() if sources.get(name) != origin]
    if lacking:
        origins = dict.fromkeys(taken[name][0] for name in lacking)
        raise ScorecardError(
            f"{relation.where}: the card gives points for columns of {', '.join(origins)}. Say in "
            f"the spec which tables of the database these are: `join: [{{path: "
            f"{next(iter(origins))}, table: NAME, on: COLUMN}}]`."
        )


def held_among(card: Scorecard, relation: Relation, wanted: Wanted) -> dict[str, Held]:
    """Hold some attributes of a card, all of which can be had."""
    engine = SqlEngine(rows=relation.rows, held=_sources(card, relation, wanted))
    return {name: _attribute(name, recipe, engine) for name, recipe in wanted}


def unseen_there(card: Scorecard, rows: LeadRows, held: Mapping[str, Held]) -> tuple[Unseen, ...]:
    """Count leads with values that the card has never seen, over all leads of the relation.

    Parameters
    ----------
    card : Scorecard
    rows : LeadRows
        All of them.
    held : mapping of str to Held
        The card's columns over these.
    """
    unseen: list[Unseen] = []
    for part in card.scoring.columns:
        one = held[part.column]
        if not one.is_whole and part.levels.kind != "number":
            one = one.fetched(rows)
        places = level_rows(one.column, part.levels)
        unseen += unseen_in(part, one.column, places, one.leads)
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
                one = hold(relation.rows, known.name, known.kind, nothings=card.missing)
                found[source] = one.called(source)
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
