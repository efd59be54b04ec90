"""Leads and customers per score in every resample, and where a rule cuts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.points import Points
from calibrate.scores import ScoreTable
from calibrate.spec import ThresholdRule
from calibrate.spread.refit import Redrawn
from calibrate.spread.seats import Seated
from calibrate.threshold import places_by

JOINT = 512
"""Attributes are looked up together while their seats make no more than so many rows."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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

    def cuts(self, rule: ThresholdRule, leads_a_month: float | None) -> Ints:
        """Give the score a rule asks for in each resample that has customers."""
        some = self.customers.sum(axis=1) > 0
        leads, customers = self.leads[some], self.customers[some]
        places, _ = places_by(leads, customers, rule, leads_a_month=leads_a_month)
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
    low = redrawn.base + np.sum([row.min(axis=1) for row in redrawn.points], axis=0)
    high = redrawn.base + np.sum([row.max(axis=1) for row in redrawn.points], axis=0)
    first, last = int(min(low.min(), table.scores[0])), int(max(high.max(), table.scores[-1]))
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


def _tally(
    seated: Seated, redrawn: Redrawn, weights: Floats, first: int, last: int
) -> tuple[Floats, Floats]:
    """Add up weights of leads and of customers per score."""
    order = np.argsort(seated.customers == 0, kind="stable")  # rows with customers come first
    some, size = int(np.count_nonzero(seated.customers)), last - first + 1
    shards, counted = seated.shards[order], seated.leads[order].astype(float)
    closed = seated.customers[order[:some]].astype(float)
    leads, customers = np.empty((len(weights), size)), np.empty((len(weights), size))
    joint = list(_joint(seated.seats[:, order], redrawn.points))
    for replicate, by_shard in enumerate(weights):
        scores = np.full(len(order), redrawn.base[replicate] - first)
        for places, worth in joint:
            scores += worth[replicate].take(places)
        weight = by_shard[shards]
        leads[replicate] = np.bincount(scores, weight * counted, minlength=size)
        customers[replicate] = np.bincount(scores[:some], weight[:some] * closed, minlength=size)
    return leads, customers


def _joint(all_seats: Ints, all_points: Sequence[Ints]) -> Iterator[tuple[Ints, Ints]]:
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
