"""Leads and customers per score in every resample, and where a rule cuts them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.points import Points
from calibrate.scores import ScoreTable
from calibrate.spec import ThresholdRule
from calibrate.spread.refit import Redrawn
from calibrate.spread.scored_rows import ScoredRows
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
    return ScoredRows.of(seated, weights).tally(redrawn, weights, first, last - first + 1)
