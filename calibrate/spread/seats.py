"""Which levels of a card can change a score, and where each lead sits among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import BY_POINTS, SHARDS, Cap, ColumnPoints, Ints, Scoring
from calibrate.engines.judging import Held, standings
from calibrate.evidence import AttributeEvidence, Evidence, Overall
from calibrate.leads import Leads
from calibrate.points import AttributePoints, LevelPoints, Points
from calibrate.spread.seating import Seating

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
    """The seats of a card's attributes, what they are worth, and the leads that sit there.

    Attributes
    ----------
    attributes : tuple of Seats
    overall : Overall
        All leads and customers.
    seating : Seating
        Does not know what the seats are worth: other values for the same seats can have it too.
    caps : tuple of (int or None)
        The most points that each group of `seating.together` may add; None where no cap is over it.
    share : float
        Of all leads, how many these are; 1 unless they are a sample.
    counted : tuple of (ndarray, ndarray) or None
        Leads and customers of all leads by shard and seat, shape (200, width), where they were
        asked for; else those of the sample stand for them.
    """

    attributes: tuple[Seats, ...]
    overall: Overall
    seating: Seating
    caps: tuple[int | None, ...]
    share: float
    counted: tuple[Floats, Floats] | None = None

    @property
    def by_shard(self) -> tuple[Floats, Floats]:
        """Leads and customers by shard and seat, of all leads or as many as the sample says."""
        if self.counted is not None:
            return self.counted
        leads, customers = self.seating.leads_by_shard, self.seating.customers_by_shard
        return leads / self.share, customers / self.share

    def counting_all(self, leads: Leads) -> Seated:
        """Count all leads by shard and seat, where only a sample of them sits."""
        if self.share == 1:
            return self
        shape = (SHARDS, self.seating.width)
        found = np.zeros(shape), np.zeros(shape)
        for table, counts in zip(found, leads.engine.count_shards(), strict=True):
            table[:, 0] = counts
        for one, start in zip(self.attributes, self.seating.starts, strict=True):
            part = one.stands_for
            counted = leads.engine.count_levels(part.column, part.levels, by_shard=True)
            places = start + np.array(part.points)
            for table, counts in zip(found, (counted.leads, counted.customers), strict=True):
                np.add.at(table.T, places, counts.T)
        return replace(self, counted=found)

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
        groups = _together(attributes, scoring.caps)
        return cls(
            attributes=attributes,
            overall=overall,
            seating=Seating(
                seats=np.ascontiguousarray(found.points.T[: len(attributes)]),
                sizes=tuple(len(one.values) for one in attributes),
                together=tuple(tuple(places) for _, places in groups),
                decides=standings(scoring, Held.of(scoring, holds)) == BY_POINTS,
                shards=found.shards,
                leads=found.leads,
                customers=found.customers,
            ),
            caps=tuple(None if cap is None else cap.most for cap, _ in groups),
            share=float(found.leads.sum() / overall.leads),
        )


def _together(
    attributes: Sequence[Seats], caps: Sequence[Cap]
) -> list[tuple[Cap | None, list[int]]]:
    """Put attributes that one cap is over together, and those under none; with the cap."""
    over = {name: cap for cap in caps for name in cap.columns}
    groups: dict[Cap | None, list[int]] = {}
    for place, one in enumerate(attributes):
        groups.setdefault(over.get(one.stands_for.column), []).append(place)
    return list(groups.items())
