"""Leads and customers per score in every resample, and where a rule cuts them."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.threads import side_by_side
from calibrate.points import Points
from calibrate.scores import ScoreTable
from calibrate.spec import ThresholdRule
from calibrate.spread.refit import Redrawn
from calibrate.spread.seating import Seating
from calibrate.spread.seats import Seated
from calibrate.threshold import Beside, places_by

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
    seating, size = seated.seating, last - first + 1
    order, some = _order(seating, weights)
    shards = seating.shards[order]
    counted, closed = (amounts[order] for amounts in seating.amounts)
    closed = closed[:some]
    # Whole points fit: as many scores as there are between the ends are counted below.
    worths = [row.astype(np.int32) for row in redrawn.points]
    groups = [
        (most, [(one.places[order], one.worth(worths)) for one in joints])
        for most, joints in zip(seated.caps, seating.joints, strict=True)
    ]
    leads, customers = np.empty((len(weights), size)), np.empty((len(weights), size))

    def add_up(replicate: int) -> None:
        scores = np.full(len(order), redrawn.base[replicate] - first, dtype=np.int32)
        for most, joints in groups:
            added = scores if most is None else np.zeros_like(scores)
            for places, worth in joints:
                added += worth[replicate].take(places)
            if most is not None:
                scores += np.minimum(added, most)
        weight = weights[replicate].take(shards)
        leads[replicate] = np.bincount(scores, weight * counted, minlength=size)
        customers[replicate] = np.bincount(scores[:some], weight[:some] * closed, minlength=size)

    def add_each(replicates: Ints) -> None:
        for replicate in replicates.tolist():
            add_up(replicate)

    few = min(os.cpu_count() or 1, len(weights))
    side_by_side(add_each, np.array_split(np.arange(len(weights)), few))
    return leads, customers


def _order(seating: Seating, weights: Floats) -> tuple[Ints, int]:
    """Give the rows that count, those with customers first, and how many these are.

    A row counts where its points decide and its shard has a weight in any replicate.
    """
    there = seating.decides & (weights != 0).any(axis=0)[seating.shards]
    closed = there & (seating.customers > 0)
    order = np.concatenate([np.flatnonzero(closed), np.flatnonzero(there & ~closed)])
    return order, int(np.count_nonzero(closed))
