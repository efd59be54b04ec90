"""Leads in a database of which the card was most wrong: twenty are named, and no more come here."""

from __future__ import annotations

from typing import Any

import numpy as np

from calibrate.engines.base import BY_POINTS
from calibrate.engines.sql.coding import Coded
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.phrases import as_id
from calibrate.engines.sql.relations import Relation
from calibrate.scorecard import Scorecard
from calibrate.scoring import reasons_of
from calibrate.validation.surprises import MOST, Surprise


def surprises_there(
    card: Scorecard, relation: Relation, engine: SqlEngine
) -> tuple[Surprise, ...] | None:
    """Give what `surprises_of` gives of leads in memory; None where nothing names a lead.

    Parameters
    ----------
    card : Scorecard
    relation : Relation
    engine : SqlEngine
        Of the leads that judge, with the columns of the card's attributes.
    """
    name = _name(card, relation, engine)
    if name is None:
        return None
    scoring = card.scoring
    score, standing = engine.standing_parts(scoring, 0)
    start = scoring.parts
    places = [engine.place_part(one, start + number) for number, one in enumerate(scoring.columns)]
    found: list[Surprise] = []
    for is_customer in (False, True):
        rows = _first(engine, name, score, standing, places, is_customer=is_customer)
        scores = np.array([row[1] for row in rows], dtype=np.int64)
        levels = np.array([row[2:] for row in rows], dtype=np.int64).reshape(len(rows), len(places))
        reasons = reasons_of(scoring, levels, scores)
        found += [
            Surprise(lead=_called(relation, card, row[0]), score=row[1], is_customer=is_customer,
                     reasons=why)
            for row, why in zip(rows, reasons, strict=True)
        ]  # fmt: skip
    return tuple(found)


def _id(card: Scorecard, relation: Relation) -> str | None:
    column = None if card.reads is None else card.reads.id
    return column if column is not None and column in relation.columns else None


def _name(card: Scorecard, relation: Relation, engine: SqlEngine) -> str | None:
    """Give in SQL what a lead is called by: its id, or its place."""
    column = _id(card, relation)
    if column is None:
        return engine.rows.order
    found = relation.columns[column]
    return as_id(found.kind, found.name)


def _called(relation: Relation, card: Scorecard, name: object) -> str:
    if _id(card, relation) is not None:
        return str(name).strip()
    return relation.row_names.name(int(str(name)))


def _first(
    engine: SqlEngine,
    name: str,
    score: Coded,
    standing: Coded,
    places: list[Coded],
    *,
    is_customer: bool,
) -> list[tuple[Any, ...]]:
    """Ask for the highest-scored leads that did not buy, or the lowest-scored that did."""
    rows = engine.rows
    shown = [name, score.code, *(one.code for one in places), rows.order or name]
    named = ", ".join(f"{one} AS k{number}" for number, one in enumerate(shown))
    joins = " ".join(join for one in (score, *places) for join in one.joins)
    # Of a lead that has not closed the condition may be NULL.
    side = f"CASE WHEN {rows.customer} THEN 1 ELSE 0 END = {int(is_customer)}"
    way = "ASC" if is_customer else "DESC"
    listed = rows.ask(
        f"SELECT * FROM (SELECT {named} FROM {rows.source} AS t {joins} WHERE ({rows.where}) AND "
        f"({side}) AND {standing.code} = {BY_POINTS}) AS g ORDER BY k1 {way}, k{len(shown) - 1} "
        f"LIMIT {MOST}"
    )
    return list(zip(*listed[:-1], strict=True))
