"""Leads as they are judged: by score and standing, those alike counted together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibrate.engines.base import BY_POINTS, Ints
from calibrate.engines.judging import Flags
from calibrate.policy.rated import Rated
from calibrate.scores import ScoreTable, by_score
from calibrate.scoring import ScoredLeads, passing


@dataclass(frozen=True, kw_only=True)
class Tallied:
    """Leads that judge, alike ones together; one row a lead is as good.

    Attributes
    ----------
    scores, standing : ndarray of int, shape (k,)
        Standing as in `calibrate.engines.base`.
    worked : ndarray of bool, shape (k,), or None
        Whether sales worked them; None where no column tells.
    leads, customers : ndarray of int, shape (k,)

    Examples
    --------
    >>> ones = np.ones(3, dtype=np.int64)
    >>> Tallied(
    ...     scores=np.array([7, 3, 7]), standing=ones * 0, worked=None,
    ...     leads=np.array([2, 5, 1]), customers=np.array([1, 0, 1]),
    ... ).rated("all", ones == 1)
    Rated(name='all', leads=8, customers=2)
    """

    scores: Ints
    standing: Ints
    worked: Flags | None
    leads: Ints
    customers: Ints

    @classmethod
    def of_rows(
        cls, scored: ScoredLeads, rows: Flags, customer: Flags, worked: Flags | None
    ) -> Tallied:
        """Take some of the leads of a table, a row each."""
        return cls(
            scores=scored.scores[rows],
            standing=scored.standing[rows],
            worked=None if worked is None else worked[rows],
            leads=np.ones(int(rows.sum()), dtype=np.int64),
            customers=customer[rows].astype(np.int64),
        )

    @property
    def decides(self) -> Flags:
        """Whose points decide."""
        return np.asarray(self.standing == BY_POINTS)

    @property
    def by_score(self) -> ScoreTable:
        """Leads and customers per score, of those whose points decide."""
        on = self.decides
        return by_score(self.scores[on], self.leads[on], self.customers[on])

    def passing(self, threshold: int) -> Flags:
        """Say who passes: must-contact leads, and those whose points decide and suffice."""
        return passing(self.scores, self.standing, threshold)

    def rated(self, name: str, rows: Flags) -> Rated:
        """Count leads and customers of some rows."""
        leads, customers = int(self.leads[rows].sum()), int(self.customers[rows].sum())
        return Rated(name=name, leads=leads, customers=customers)
