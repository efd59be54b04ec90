"""What working the best leads first would reach: the gains and the lift curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """Leads worked from the highest score down, and the customers among them.

    Attributes
    ----------
    leads_worked, customers_reached : ndarray of float, shape (k,)
        Shares of all, in [0, 1], once the leads of each score have been worked, the highest score
        first; the last of both is 1. The curve starts at (0, 0), which is not among them.
    """

    leads_worked: Floats
    customers_reached: Floats

    @property
    def lift(self) -> Floats:
        """Close rate of the leads worked so far against overall; NaN while there are none."""
        with np.errstate(invalid="ignore"):
            lift: Floats = self.customers_reached / self.leads_worked
        return lift

    def reached(self, share: float) -> float:
        """Give the share of customers among so large a share of leads, in [0, 1].

        Leads that share the score at the border are taken in part, as if drawn by lot.
        """
        worked, reached = ([0.0, *one] for one in (self.leads_worked, self.customers_reached))
        return float(np.interp(share, worked, reached))


def gains(leads: npt.ArrayLike, customers: npt.ArrayLike) -> Gains:
    """Give the gains curve of a score from the counts of each score.

    Parameters
    ----------
    leads, customers : array_like of int, shape (k,)
        Counts per score, scores rising; at least one lead. Without customers their shares are NaN.

    Notes
    -----
    Source: Siddiqi (2006), *Credit Risk Scorecards*, ch. 6 (also called the Lorenz or cumulative
    accuracy curve).

    Examples
    --------
    A fifth of the leads hold eight of ten customers:

    >>> curve = gains([80, 20], [2, 8])
    >>> curve.leads_worked.tolist(), curve.customers_reached.tolist(), curve.lift.tolist()
    ([0.2, 1.0], [0.8, 1.0], [4.0, 1.0])
    >>> curve.reached(0.2), curve.reached(0.6)
    (0.8, 0.9)
    """
    n, x = (np.cumsum(np.asarray(part, dtype=float)[::-1]) for part in (leads, customers))
    with np.errstate(invalid="ignore"):
        return Gains(leads_worked=n / n[-1], customers_reached=x / x[-1])
