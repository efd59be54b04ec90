"""Leads and customers per score, and what a threshold at each score would keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnPoints, Ints
from calibrate.leads import Leads
from calibrate.levels import Levels
from calibrate.points import Points
from calibrate.scoring import scoring_by
from calibrate.shown import AsTable
from calibrate.stats.auc import auc

if TYPE_CHECKING:
    import pandas as pd


_MILLIONTHS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable(AsTable):
    """Leads and customers per score.

    Attributes
    ----------
    scores : tuple of int
        The distinct scores, rising.
    leads, customers : tuple of int
        Per score.
    """

    scores: tuple[int, ...]
    leads: tuple[int, ...]
    customers: tuple[int, ...]

    @property
    def auc(self) -> float:
        """Chance that a customer scores above a lead that did not buy, ties counting half."""
        return auc(self.leads, self.customers)

    def sweep(self) -> tuple[Cut, ...]:
        """Say for each score what a threshold there would keep, scores rising."""
        leads, customers = np.array(self.leads), np.array(self.customers)
        kept = leads[::-1].cumsum()[::-1]
        kept_customers = customers[::-1].cumsum()[::-1]
        all_leads, all_customers = int(leads.sum()), int(customers.sum())
        return tuple(
            Cut.of(
                score,
                leads=int(kept[place]),
                customers=int(kept_customers[place]),
                all_leads=all_leads,
                all_customers=all_customers,
            )
            for place, score in enumerate(self.scores)
        )

    def cut_at(self, score: int) -> Cut | None:
        """Say what a threshold keeps, whether a lead has that score or not; None above them all."""
        kept = next((cut for cut in self.sweep() if cut.score >= score), None)
        return None if kept is None else replace(kept, score=score)

    def to_frame(self) -> pd.DataFrame:
        """Give the sweep, one row a score."""
        import pandas as pd

        names = list(Cut.__slots__)
        return pd.DataFrame(
            [[getattr(cut, name) for name in names] for cut in self.sweep()], columns=names
        )

    def __repr__(self) -> str:
        return (
            f"ScoreTable({len(self.scores)} scores from {self.scores[0]} to {self.scores[-1]}, "
            f"{sum(self.customers)} customers among {sum(self.leads)} leads)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a threshold at a score keeps.

    Attributes
    ----------
    score : int
        Leads with this score or more pass.
    leads, customers : int
        That pass.
    leads_kept, customers_kept : float
        Shares of all, in [0, 1].
    close_rate_at_or_above : float
    close_rate_below : float or None
        None where no lead is below.
    lift : float
        Close rate at or above against overall.
    """

    score: int
    leads: int
    customers: int
    leads_kept: float
    customers_kept: float
    close_rate_at_or_above: float
    close_rate_below: float | None
    lift: float

    @classmethod
    def of(
        cls, score: int, *, leads: int, customers: int, all_leads: int, all_customers: int
    ) -> Cut:
        """Reckon shares and rates from counts at or above a score."""
        below = all_leads - leads
        return cls(
            score=score,
            leads=leads,
            customers=customers,
            leads_kept=leads / all_leads,
            customers_kept=customers / all_customers,
            close_rate_at_or_above=customers / leads,
            close_rate_below=(all_customers - customers) / below if below else None,
            lift=(customers / leads) / (all_customers / all_leads),
        )


def tally_scores(points: Points, leads: Leads) -> ScoreTable:
    """Count leads and customers per score, over the counted leads.

    Parameters
    ----------
    points : Points
        What `assign_points` gave.
    leads : Leads
        The same leads.
    """
    counted = leads.engine.tally_standings(scoring_by(points))
    return by_score(counted.scores, counted.leads, counted.customers)


def by_score(scores: Ints, leads: Ints, customers: Ints) -> ScoreTable:
    """Bring rows of counts together that have the same score.

    Examples
    --------
    >>> by_score(np.array([7, 3, 7]), np.array([2, 5, 1]), np.array([1, 0, 1])).customers
    (0, 2)
    """
    distinct, places = np.unique(scores, return_inverse=True)
    totals = np.zeros((2, len(distinct)), dtype=np.int64)
    np.add.at(totals[0], places, leads)
    np.add.at(totals[1], places, customers)
    return ScoreTable(
        scores=tuple(distinct.tolist()),
        leads=tuple(totals[0].tolist()),
        customers=tuple(totals[1].tolist()),
    )


def tally_rows(scores: npt.NDArray[np.integer], customer: npt.NDArray[np.bool_]) -> ScoreTable:
    """Count leads and customers per score, from one row a lead.

    Examples
    --------
    >>> tally_rows(np.array([3, 7, 3]), np.array([True, False, False]))
    ScoreTable(2 scores from 3 to 7, 1 customers among 3 leads)
    """
    numbers = scores.astype(np.int64)
    return by_score(numbers, np.ones_like(numbers), customer.astype(np.int64))


def unrounded(column: str, levels: Levels, paid: Iterable[float]) -> ColumnPoints:
    """Give values to a tally as they are: it adds whole numbers, so in millionths."""
    points = tuple(round(value * _MILLIONTHS) for value in paid)
    return ColumnPoints(column=column, levels=levels, points=points, otherwise=0)


def tally(leads: Leads, columns: Sequence[ColumnPoints], base: int) -> ScoreTable:
    """Count leads and customers per score of any points."""
    counted = leads.engine.tally_scores(columns, base)
    return ScoreTable(
        scores=tuple(counted.scores.tolist()),
        leads=tuple(counted.leads.tolist()),
        customers=tuple(counted.customers.tolist()),
    )
