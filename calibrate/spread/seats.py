"""Which levels of a card can change a score, and where each lead sits among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import BY_POINTS, SHARDS, Cap, ColumnPoints, Ints, Scoring
from calibrate.engines.judging import Held, standings
from calibrate.evidence import AttributeEvidence, Evidence, Overall
from calibrate.leads import Leads
from calibrate.points import AttributePoints, LevelPoints, Points

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Seats:
    """The seats of one attribute: the first for all levels without points, then one a level.

    Attributes
    ----------
    m, factor : float
        Strength of shrinkage and overlap factor, those of the card.
    is_made : bool
        Whether the attribute is made from others or from a log.
    values : ndarray of float, shape (s,)
        The card's; 0 for the first seat and for levels with points set by hand only.
    points : ndarray of int, shape (s,)
        The card's.
    leads, customers : ndarray of float, shape (s,)
        Of all leads; 0 for the first seat.
    by_hand : ndarray of float, shape (s,)
        Points set by hand; NaN where there are none.
    stands_for : ColumnPoints
        The seat of every level, and of a value never seen.
    """

    m: float
    factor: float
    is_made: bool
    values: Floats
    points: Ints
    leads: Floats
    customers: Floats
    by_hand: Floats
    stands_for: ColumnPoints

    @property
    def has_zero(self) -> bool:
        """Whether a lead, seen or not, can have no points from the attribute."""
        return 0 in (*self.stands_for.points, self.stands_for.otherwise)

    @classmethod
    def of(cls, points: AttributePoints, evidence: AttributeEvidence, *, is_made: bool) -> Seats:
        """Give every level that has a value, or points set by hand, a seat of its own."""
        seated = [place for place, given in enumerate(points.given) if given.value or is_set(given)]
        seat_of = {place: 1 + number for number, place in enumerate(seated)}
        given = [points.given[place] for place in seated]
        counted = [evidence.evidence[place] for place in seated]
        other = points.levels.other
        return cls(
            m=evidence.m,
            factor=points.overlap.factor,
            is_made=is_made,
            values=np.array([0.0, *(one.value for one in given)]),
            points=np.array([0, *(one.points for one in given)]),
            leads=np.array([0.0, *(one.leads for one in counted)]),
            customers=np.array([0.0, *(one.customers for one in counted)]),
            by_hand=np.array([np.nan, *(g.points if is_set(g) else np.nan for g in given)]),
            stands_for=ColumnPoints(
                column=points.name,
                levels=points.levels,
                points=tuple(seat_of.get(place, 0) for place in range(len(points.given))),
                otherwise=0 if other is None else seat_of.get(other, 0),
            ),
        )


def is_set(given: LevelPoints) -> bool:
    """Say whether points are not what the evidence gives: set by hand, or kept."""
    return given.why is not None or given.kept


def seats_of(points: Points, evidence: Evidence, leads: Leads) -> tuple[Seats, ...]:
    """Seat the levels of all attributes that can change a score."""
    made = {one.name for one in leads.attributes if one.recipe is not None}
    found = (
        Seats.of(one, part, is_made=one.name in made)
        for one, part in zip(points.attributes, evidence.attributes, strict=True)
    )
    return tuple(one for one in found if len(one.values) > 1)


@dataclass(frozen=True, kw_only=True)
class Seated:
    """Where leads sit: distinct rows of seats, by shard.

    Attributes
    ----------
    attributes : tuple of Seats
    overall : Overall
        All leads and customers.
    seats : ndarray of int, shape (attributes, k)
    shards, leads, customers : ndarray of int, shape (k,)
    decides : ndarray of bool, shape (k,)
        Whether points decide about these leads, and not a veto, a gate or a must-contact level.
    caps : tuple of Cap
    share : float
        Of all leads, how many these are; 1 unless they are a sample.
    """

    attributes: tuple[Seats, ...]
    overall: Overall
    seats: Ints
    shards: Ints
    leads: Ints
    customers: Ints
    decides: npt.NDArray[np.bool_]
    caps: tuple[Cap, ...]
    share: float

    @classmethod
    def of(
        cls,
        attributes: tuple[Seats, ...],
        overall: Overall,
        leads: Leads,
        *,
        most: int,
        scoring: Scoring,
    ) -> Seated:
        """Ask the engine; above `most` leads for a sample, an equal part of every shard."""
        conditions = scoring.conditions
        asked = [*(one.stands_for for one in attributes), *conditions]
        found = leads.engine.shard_profiles(asked, most)
        holds = found.points.T[len(attributes) :] > 0
        return cls(
            attributes=attributes,
            overall=overall,
            seats=np.ascontiguousarray(found.points.T[: len(attributes)]),
            decides=standings(scoring, Held.of(scoring, holds)) == BY_POINTS,
            caps=scoring.caps,
            shards=found.shards,
            leads=found.leads,
            customers=found.customers,
            share=float(found.leads.sum() / overall.leads),
        )

    @property
    def starts(self) -> list[int]:
        """Where each attribute's seats begin when all stand in a row, after one for all leads."""
        sizes = [1, *(len(one.values) for one in self.attributes)]
        return [int(start) for start in np.cumsum(sizes)[:-1]]

    @property
    def width(self) -> int:
        """How many seats there are in that row."""
        return 1 + sum(len(one.values) for one in self.attributes)

    def by_shard(self, amounts: npt.NDArray[np.integer] | Floats) -> Floats:
        """Add up an amount per lead, by shard and seat: shape (200, width)."""
        columns = [np.bincount(self.shards, weights=amounts, minlength=SHARDS)[:, None]]
        for one, seats in zip(self.attributes, self.seats, strict=True):
            size = len(one.values)
            sums = np.bincount(self.shards * size + seats, weights=amounts, minlength=SHARDS * size)
            columns.append(sums.reshape(SHARDS, size))
        return np.hstack(columns)

    def met(self, amounts: Floats) -> Floats:
        """Add up an amount per lead, by two seats it has together: shape (width, width)."""
        table = np.zeros((self.width, self.width))
        rows = [np.zeros(len(amounts), dtype=np.int64), *self.seats]
        sizes = [1, *(len(one.values) for one in self.attributes)]
        starts = [0, *self.starts]
        for i, seats in enumerate(rows):
            for j in range(i, len(rows)):
                sums = np.bincount(
                    seats * sizes[j] + rows[j], weights=amounts, minlength=sizes[i] * sizes[j]
                )
                here = slice(starts[i], starts[i] + sizes[i])
                there = slice(starts[j], starts[j] + sizes[j])
                table[here, there] = sums.reshape(sizes[i], sizes[j])
                table[there, here] = table[here, there].T
        return table
