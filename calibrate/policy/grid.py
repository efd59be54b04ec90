"""Fit by engagement: who leads are against what they do, in quarters of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints, StandingCounts
from calibrate.policy.rated import Rated, rated_frame
from calibrate.shown import AsTable

if TYPE_CHECKING:
    import pandas as pd

LETTERS = "ABCD"
"""Quarters of fit, the best first; quarters of engagement are 1 to 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid(AsTable):
    """Fit by engagement.

    Attributes
    ----------
    fit, engagement : tuple of int
        The lowest sub-score of the first, second and third quarter, falling.
    cells : tuple of Rated
        A1, A2 ... D4.
    """

    fit: tuple[int, ...]
    engagement: tuple[int, ...]
    cells: tuple[Rated, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a grade, A1 to D4."""
        return rated_frame(self.cells, "grade")

    def __repr__(self) -> str:
        best = max(self.cells, key=lambda one: one.close_rate or 0)
        return f"Grid(fit by engagement, quarters of each; {best.name} closes most often)"


def make_grid(counts: StandingCounts) -> Grid | None:
    """Divide leads into quarters of fit and of engagement; None where either is always the same.

    Parameters
    ----------
    counts : StandingCounts
        Of every counted lead, wherever it stands.
    """
    if len(np.unique(counts.fit)) == 1 or len(np.unique(counts.engagement)) == 1:
        return None
    fit = _quarters(counts.fit, counts.leads)
    engagement = _quarters(counts.engagement, counts.leads)
    grade = grades(counts.fit, counts.engagement, fit, engagement)
    return Grid(
        fit=fit,
        engagement=engagement,
        cells=tuple(
            Rated(
                name=name,
                leads=int(counts.leads[grade == name].sum()),
                customers=int(counts.customers[grade == name].sum()),
            )
            for name in (f"{letter}{number}" for letter in LETTERS for number in range(1, 5))
        ),
    )


def grades(
    fit: Ints, engagement: Ints, fit_cuts: Sequence[int], engagement_cuts: Sequence[int]
) -> npt.NDArray[np.str_]:
    """Give each lead its grade.

    Examples
    --------
    >>> grades(np.array([9, 1]), np.array([0, 5]), (8, 5, 2), (5, 3, 1)).tolist()
    ['A4', 'D1']
    """
    letters = np.array(list(LETTERS))[_quarter(fit, fit_cuts)]
    numbers = (_quarter(engagement, engagement_cuts) + 1).astype(np.str_)
    return np.char.add(letters, numbers)


def _quarter(values: Ints, cuts: Sequence[int]) -> Ints:
    """Say how many quarters lie above each value."""
    return np.asarray((values[:, None] < np.array(cuts)[None, :]).sum(axis=1))


def _quarters(values: Ints, leads: Ints) -> tuple[int, ...]:
    """Cut where the share of leads at or above comes nearest to each quarter."""
    distinct, places = np.unique(values, return_inverse=True)
    counts = np.bincount(places, weights=leads)
    at_or_above = counts[::-1].cumsum()[::-1] / counts.sum()
    return tuple(
        int(distinct[np.argmin(np.round(np.abs(at_or_above - part / 4), 12))])
        for part in range(1, 4)
    )
