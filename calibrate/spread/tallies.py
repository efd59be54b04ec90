"""Leads and customers per score in every resample, and where a rule cuts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Cap
from calibrate.points import Points
from calibrate.scores import ScoreTable
from calibrate.spec import ThresholdRule
from calibrate.spread.refit import Redrawn
from calibrate.spread.seats import Seated
from calibrate.threshold import Beside, places_by

JOINT = 512
"""Attributes are looked up together while their seats make no more than so many rows."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Joint = tuple[Ints, Ints]
"""A place per row of leads, and per resample what each place is worth."""


@dataclass(frozen=True, kw_only=True)
class Tallies:
    """Leads and customers per score, resample by resample.

    Attributes
    ----------
    first : int
        The lowest score; the others follow one by one.
    leads, customers : ndarray of float, shape (replicates, k)
    """

    first: int
    leads: Floats
    customers: Floats

    def cuts(self, rule: ThresholdRule, beside: Beside) -> Ints:
        """Give the score a rule asks for in each resample that has customers."""
        some = self.customers.sum(axis=1) > 0
        leads, customers = self.leads[some], self.customers[some]
        places, _ = places_by(leads, customers, rule, beside)
        return self.first + places


def retally(
    seated: Seated, redrawn: Redrawn, points: Points, apart: Floats, table: ScoreTable
) -> Tallies:
    """Score and tally the leads in every resample.

    Parameters
    ----------
    seated : Seated
    redrawn : Redrawn
    points : Points
        The card's.
    apart : ndarray of float, shape (replicates, 200)
        How far the weight of each shard lies from 1.
    table : ScoreTable
        Of all leads by the card.
    """
    low, high = _reach(redrawn)
    first, last = min(low, table.scores[0]), max(high, table.scores[-1])
    leads, customers = _tally(seated, redrawn, 1.0 + apart, first, last)
    if seated.share < 1:
        card = Redrawn(
            base=np.array([points.base]), points=tuple(a.points[None, :] for a in seated.attributes)
        )
        sampled = _tally(seated, card, np.ones((1, apart.shape[1])), first, last)
        whole = np.zeros((2, last - first + 1))
        whole[:, np.array(table.scores) - first] = table.leads, table.customers
        leads, customers = (
            np.maximum(many / seated.share + all_of_them - some / seated.share, 0.0)
            for many, all_of_them, some in zip((leads, customers), whole, sampled, strict=True)
        )
    return Tallies(first=first, leads=leads, customers=customers)


def tally_by_points(seated: Seated, redrawn: Redrawn, weights: Floats) -> tuple[Floats, Floats]:
    """Tally leads and customers per score, each replicate by its own points and shard weights.

    Parameters
    ----------
    seated : Seated
    redrawn : Redrawn
    weights : ndarray of float, shape (replicates, 200)

    Returns
    -------
    leads, customers : ndarray of float, shape (replicates, k)
        Scores rising one by one, the same for all.
    """
    return _tally(seated, redrawn, weights, *_reach(redrawn))


def _reach(redrawn: Redrawn) -> tuple[int, int]:
    """Give the lowest and the highest score that any replicate can give."""
    # The first seat is worth 0, so the lowest sums are never over a cap.
    low = redrawn.base + np.sum([row.min(axis=1) for row in redrawn.points], axis=0)
    high = redrawn.base + np.sum([row.max(axis=1) for row in redrawn.points], axis=0)
    return int(low.min()), int(high.max())


def _tally(
    seated: Seated, redrawn: Redrawn, weights: Floats, first: int, last: int
) -> tuple[Floats, Floats]:
    """Add up weights of leads and of customers per score."""
    of_customers = np.where(seated.decides, seated.customers, 0)
    order = np.argsort(of_customers == 0, kind="stable")  # rows with customers come first
    some, size = int(np.count_nonzero(of_customers)), last - first + 1
    shards = seated.shards[order]
    counted = np.where(seated.decides, seated.leads, 0)[order].astype(float)
    closed = of_customers[order[:some]].astype(float)
    leads, customers = np.empty((len(weights), size)), np.empty((len(weights), size))
    groups = _groups(seated, redrawn, order)
    for replicate, by_shard in enumerate(weights):
        scores = np.full(len(order), redrawn.base[replicate] - first)
        for most, joint in groups:
            added = np.zeros_like(scores)
            for places, worth in joint:
                added += worth[replicate].take(places)
            scores += added if most is None else np.minimum(added, most)
        weight = by_shard[shards]
        leads[replicate] = np.bincount(scores, weight * counted, minlength=size)
        customers[replicate] = np.bincount(scores[:some], weight[:some] * closed, minlength=size)
    return leads, customers


def _groups(seated: Seated, redrawn: Redrawn, order: Ints) -> list[tuple[int | None, list[Joint]]]:
    """Put attributes that one cap is over together, and those under none; with the cap."""
    caps: dict[str, Cap] = {name: cap for cap in seated.caps for name in cap.columns}
    groups: dict[Cap | None, list[int]] = {}
    for place, one in enumerate(seated.attributes):
        groups.setdefault(caps.get(one.stands_for.column), []).append(place)
    return [
        (
            None if cap is None else cap.most,
            list(_joint(seated.seats[places][:, order], [redrawn.points[p] for p in places])),
        )
        for cap, places in groups.items()
    ]


def _joint(all_seats: Ints, all_points: Sequence[Ints]) -> Iterator[Joint]:
    """Look several attributes up at once: a place per row, and per resample what it is worth."""
    places = np.zeros(all_seats.shape[1], dtype=np.int64)
    worth = np.zeros((len(all_points[0]), 1), dtype=np.int64)
    for seats, points in zip(all_seats, all_points, strict=True):
        if worth.shape[1] > 1 and worth.shape[1] * points.shape[1] > JOINT:
            yield places, worth
            places, worth = np.zeros_like(places), np.zeros_like(worth[:, :1])
        places = places * points.shape[1] + seats
        worth = (worth[:, :, None] + points[:, None, :]).reshape(len(points), -1)
    yield places, worth
