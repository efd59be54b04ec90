"""Leads that share a name, and how often they close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.stats.intervals import wilson

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Some leads together.

    Attributes
    ----------
    name : str
    leads, customers : int
    """

    name: str
    leads: int
    customers: int

    @property
    def close_rate(self) -> float | None:
        """Customers by leads; None without leads."""
        return self.customers / self.leads if self.leads else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson interval of the close rate; None without leads.

        Examples
        --------
        >>> low, high = Rated(name="hot", leads=20, customers=20).interval
        >>> round(low, 3), round(high, 3)
        (0.839, 1.0)
        """
        if not self.leads:
            return None
        low, high = wilson(self.customers, self.leads)
        return float(low), float(high)


def rated_frame(rows: Iterable[Rated], name: str) -> pd.DataFrame:
    """Give one row for leads of a name: leads, customers, close rate and its interval.

    Parameters
    ----------
    rows : iterable of Rated
    name : str
        What the names are: the name of their column.
    """
    import pandas as pd

    found = [
        (one.name, one.leads, one.customers, one.close_rate, *(one.interval or (None, None)))
        for one in rows
    ]
    names = [name, "leads", "customers", "close_rate", "close_rate_low", "close_rate_high"]
    return pd.DataFrame(found, columns=names)
