"""The published arithmetic, as a yardstick: what leads would score on the card it makes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnPoints, Ints
from calibrate.engines.places import level_rows
from calibrate.engines.tables import Table
from calibrate.eventlog import EventLog
from calibrate.present.numbers import half_away
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.scorecard.there import columns_there
from calibrate.scoring import ScoredLeads
from calibrate.values import level_value

if TYPE_CHECKING:
    import pandas as pd


def published_points(card: Scorecard, attribute: CardAttributePart) -> tuple[int, ...]:
    """Give the points that the published arithmetic gives the levels of an attribute.

    Parameters
    ----------
    card : Scorecard
        Its overall close rate is the one that levels are held against.
    attribute : CardAttributePart
        Of this card.

    Returns
    -------
    tuple of int
        By level, and at the end those of a value never seen. A level that plainly closes more often
        than leads overall (verdict `raises`) earns its close rate over the overall one, in whole
        points; all others earn 0.

    Notes
    -----
    The arithmetic is that of ``points: {measure: lift_ratio, estimate: raw, award: raises, overlap:
    false, scale: points}``. Source: the way lead scores are usually taught, as in HubSpot's guide
    to lead scoring, "Calculating Your Lead Score" (manual): compare each attribute's close rate
    with the overall one and give points by the difference; with 1 % overall, an attribute that
    closes 20 % earns 20.
    """
    overall = card.overall.close_rate
    points = [
        half_away(level_value(one.evidence.close_rate, overall, "lift_ratio"))
        if one.evidence.verdict == "raises"
        else 0
        for one in attribute.levels
    ]
    other = attribute.as_levels.other
    return (*points, 0 if other is None else points[other])


def published_parts(card: Scorecard) -> tuple[ColumnPoints, ...]:
    """Give the attributes of a card that the published arithmetic pays, with `published_points`."""
    paid = ((one, published_points(card, one)) for one in card.attributes)
    return tuple(
        ColumnPoints(column=one.name, levels=one.as_levels, points=worth[:-1], otherwise=worth[-1])
        for one, worth in paid
        if any(worth)
    )


def published(
    card: Scorecard,
    scored: ScoredLeads,
    table: Table,
    events: pd.DataFrame | str | Path | Table | EventLog | None = None,
    folder: Path | None = None,
) -> Ints:
    """Give the score that leads would have by the published arithmetic.

    Parameters
    ----------
    card : Scorecard
    scored : ScoredLeads
        The leads, by the card.
    table : Table
        The same leads.
    events : DataFrame or path, optional
        The log of what they did.
    folder : path, optional
        Where further tables may stand too.

    Returns
    -------
    ndarray of int, shape (n,)
        Sums of `published_points`. Attributes that the card gives nothing, such as one that repeats
        another, are paid all the same, as far as the table has their columns.
    """
    paid = {one.column: one for one in published_parts(card)}
    places: dict[str, npt.NDArray[np.integer]] = {
        part.column: scored.places[:, place] for place, part in enumerate(scored.scoring.columns)
    }
    others = columns_there(card, table, events, folder=folder, among=paid.keys() - places.keys())
    places |= {name: level_rows(column, paid[name].levels) for name, column in others.items()}
    total = np.zeros(len(scored.scores), dtype=np.int64)
    for name, part in paid.items():
        if name in places:  # -1, a value never seen, is the last
            total += np.array([*part.points, part.otherwise])[places[name]]
    return total
