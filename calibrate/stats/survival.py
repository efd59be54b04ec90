"""Time to close, with leads that have not closed yet counted for as long as they were seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ENOUGH_AT_RISK = 0.1
"""The curve is trusted up to the last day on which this share of leads is still watched."""
MOST_CLOSES = 0.9
"""The advised window is the day by which this share of eventual closes has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToClose:
    """The Kaplan-Meier curve of time to close.

    Attributes
    ----------
    days : ndarray of float, shape (k,)
        The distinct days, rising, on which a lead closed.
    closed : ndarray of float, shape (k,)
        Share of leads closed by each of those days.
    at_risk : ndarray of int, shape (k,)
        Leads neither closed nor out of sight just before each day.
    leads : int
        All leads of the curve.
    """

    days: npt.NDArray[np.float64]
    closed: npt.NDArray[np.float64]
    at_risk: npt.NDArray[np.int64]
    leads: int

    def closed_by(self, day: float) -> float:
        """Give the share of leads closed within so many days of their creation."""
        position = int(np.searchsorted(self.days, day, side="right"))
        return float(self.closed[position - 1]) if position else 0.0

    def eventual(self) -> float:
        """Give the share of leads that close at all.

        The curve's value at the last day with at least 10 % of leads at risk; 0 without closes.
        """
        watched = np.flatnonzero(self.at_risk >= ENOUGH_AT_RISK * self.leads)
        return float(self.closed[watched[-1]]) if len(watched) else 0.0

    def median_days(self) -> float | None:
        """Give the day by which half of the eventual closes have happened; None without closes."""
        eventual = self.eventual()
        if not eventual:
            return None
        return float(self.days[int(np.argmax(self.closed >= eventual / 2 - 1e-12))])

    def advised_window(self) -> int:
        """Give the whole day by which 90 % of eventual closes have happened, 1 or more."""
        eventual = self.eventual()
        if not eventual:
            return 1
        # A hair below, so that the 54th of 66 daily closes, nine tenths of 60, is not missed.
        reached = int(np.argmax(self.closed >= MOST_CLOSES * eventual - 1e-12))
        return max(1, int(np.ceil(self.days[reached])))


def time_to_close(
    days: npt.ArrayLike, closed: npt.ArrayLike, leads: npt.ArrayLike | None = None
) -> TimeToClose:
    """Estimate the share of leads closed by each day.

    Parameters
    ----------
    days : array_like of float, shape (n,)
        Days from creation to close, or to the day the data were taken; 0 or more.
    closed : array_like of bool, shape (n,)
        True where the lead closed.
    leads : array_like of int, shape (n,), optional
        How many leads each entry stands for; by default one.

    Notes
    -----
    Source: Kaplan & Meier (1958), JASA 53, 457-481. Closes on a day come before the leads that go
    out of sight on it. statsmodels' ``SurvfuncRight`` is the judge in the tests.

    Examples
    --------
    Two leads: one closed on day 1, one seen for 3 days without closing.

    >>> curve = time_to_close([1, 3], [True, False])
    >>> curve.closed_by(0), curve.closed_by(1), curve.closed_by(9)
    (0.0, 0.5, 0.5)
    """
    day, is_closed = np.asarray(days, dtype=float), np.asarray(closed, dtype=bool)
    many = np.ones(len(day), dtype=np.int64) if leads is None else np.asarray(leads, np.int64)
    close_days, places = np.unique(day[is_closed], return_inverse=True)
    closes = np.zeros(len(close_days), dtype=np.int64)
    np.add.at(closes, places, many[is_closed])
    order = np.argsort(day, kind="stable")
    gone = np.concatenate([[0], np.cumsum(many[order])])
    at_risk = gone[-1] - gone[np.searchsorted(day[order], close_days, side="left")]
    open_share = np.cumprod(1 - closes / np.maximum(at_risk, 1))
    return TimeToClose(
        days=close_days,
        closed=np.asarray(1 - open_share, np.float64),
        at_risk=at_risk.astype(np.int64),
        leads=int(gone[-1]),
    )
