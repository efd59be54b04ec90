"""Do the leads fall into the levels as they used to? The population stability index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SLIGHT, LARGE = 0.1, 0.25
"""The usual limits: below the first stable, above the second another population (Siddiqi 2006).

They know nothing of the number of leads: 100 leads then and now on ten levels that have not changed
exceed 0.1 in 80 % of draws, and with a million leads a true shift stays far under it.
"""

_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilityIndex:
    """How far the shares of levels have moved, and how far luck alone moves them.

    Attributes
    ----------
    index : float
        0 or more; 0 is the same shares. NaN without leads then or now.
    df : int
        Levels with leads then or now, less one.
    limit : float
        What 19 in 20 draws from unchanged leads stay under, given the numbers of leads.
    p_value : float
        The chance of such an index, or a larger one, from unchanged leads.
    """

    index: float
    df: int
    limit: float
    p_value: float


def stability_index(then: npt.ArrayLike, now: npt.ArrayLike) -> StabilityIndex:
    r"""Give the population stability index of two counts of the same levels.

    .. math:: PSI = \sum_i (q_i - p_i) \ln\frac{q_i}{p_i}

    with :math:`p_i` and :math:`q_i` the shares of level i then and now.

    Parameters
    ----------
    then, now : array_like of int, shape (k,)
        Leads per level (or per score), the same levels in the same order. New and vanished levels
        have 0 on one side; levels without leads on both sides are left out.

    Returns
    -------
    StabilityIndex
        Without leads on one side, NaN throughout. With a single level, 0 and p-value 1.

    Notes
    -----
    Sources: Siddiqi (2006), *Credit Risk Scorecards*, ch. 9. Under no change the index over
    ``1/n + 1/m`` (leads then and now) is chi-square with k - 1 degrees of freedom: Yurdakul (2018),
    *Statistical Properties of Population Stability Index*, Western Michigan University.

    An empty level would make the index infinite, and levels of few leads make it too large. So
    half a lead, as a share of the smaller side, is added to the share of every level on both sides
    (and all divided by their sum): what is equal stays equal, and with many leads it is
    next to nothing.
    Without it, unchanged levels of three to ten leads exceed the limit in 6 to 9 % of draws, with
    it in 5 % at most.

    Examples
    --------
    Half a lead among 100 is 0.005 a level: 50 % stays 50 %, 40 % becomes 0.405/1.01.

    >>> found = stability_index([50, 50], [40, 60])
    >>> round(found.index, 4), found.df, round(found.limit, 4), round(found.p_value, 4)
    (0.0397, 1, 0.0768, 0.1587)
    """
    from scipy.special import chdtrc, chdtri

    a, b = np.asarray(then, dtype=float), np.asarray(now, dtype=float)
    a, b = a[a + b > 0], b[a + b > 0]
    df = max(len(a) - 1, 0)
    if not a.sum() or not b.sum():
        return StabilityIndex(index=np.nan, df=df, limit=np.nan, p_value=np.nan)
    half = 0.5 / min(a.sum(), b.sum())
    p, q = ((one / one.sum() + half) / (1 + len(a) * half) for one in (a, b))
    index = float(((q - p) * np.log(q / p)).sum())
    luck = 1 / a.sum() + 1 / b.sum()
    return StabilityIndex(
        index=index,
        df=df,
        limit=float(chdtri(df, _ALPHA) * luck) if df else 0.0,
        p_value=float(chdtrc(df, index / luck)) if df else 1.0,
    )
