"""Leads that share a name, and how often they close."""

from __future__ import annotations

from dataclasses import dataclass

from calibrate.stats.intervals import wilson


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
