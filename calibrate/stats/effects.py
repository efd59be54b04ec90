"""Has what a level says changed, or did it only move with all the others?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.stats.significance import TIE, benjamini_hochberg

Floats = npt.NDArray[np.float64]

_HALF = 0.5


def effect_changes(
    then: tuple[npt.ArrayLike, npt.ArrayLike],
    now: tuple[npt.ArrayLike, npt.ArrayLike],
    overall_then: tuple[int, int],
    overall_now: tuple[int, int],
) -> tuple[Floats, Floats]:
    """Test for each level whether its close rate moved otherwise than that of the rest.

    When the overall rate halves, every level's rate changes, yet a level that closed twice as often
    as others still does. So the level's move is held against the move of the leads that are not on
    it. Whether a common move multiplies rates or odds nobody can know
    beforehand; an effect has changed only where it did on both scales, so the larger of two
    p-values is given.

    Parameters
    ----------
    then, now : (array_like of int, array_like of int), each of shape (k,)
        Customers and leads of each level in the old and in the new leads; no lead is in both.
    overall_then, overall_now : (int, int)
        Customers and leads in all.

    Returns
    -------
    p_values : ndarray of float, shape (k,)
        Two-sided, of each level alone. NaN where the level, or the rest, has no leads then or now.
    q_values : ndarray of float, shape (k,)
        Benjamini-Hochberg over the k levels.

    Notes
    -----
    Odds: Zelen (1971), Biometrika 58, 129-137, the exact test that two tables have one odds ratio,
    as mid-p. Rates: the ratio of two ratios of rates on the log scale, with half a customer and
    half a lead added to each of the four (Katz et al. 1978, Biometrics 34, 469-474; Walter 1975,
    Biometrika 62, 371-374). Under a move of either kind the larger p-value is at least as large as
    a valid one (Berger 1982, Technometrics 24, 295-300).

    What a level says is its own and that of what comes with it: where another attribute's effect
    goes, a level that goes with it seems to move too.

    Examples
    --------
    The overall rate halves, from 200 of 1 000 to 100 of 1 000. The first level halves with it; the
    second stays where it was.

    >>> p, q = effect_changes(
    ...     ([60, 60], [200, 200]), ([30, 60], [200, 200]), (200, 1000), (100, 1000)
    ... )
    >>> p.round(3).tolist()
    [0.985, 0.0]
    """
    sides = [np.atleast_1d(np.asarray(one, np.int64)) for one in (*then, *now)]
    p_values = np.array(
        [
            _effect_p(row, overall_then, overall_now)
            for row in zip(*(one.tolist() for one in sides), strict=True)
        ],
        dtype=float,
    )
    return p_values, benjamini_hochberg(p_values)


def _effect_p(row: tuple[int, ...], then: tuple[int, int], now: tuple[int, int]) -> float:
    x_then, n_then, x_now, n_now = row
    leads = (n_then, then[1] - n_then, n_now, now[1] - n_now)
    customers = (x_then, then[0] - x_then, x_now, now[0] - x_now)
    if min(leads) <= 0:
        return float("nan")
    return max(zelen_mid_p(customers, leads), _ratio_p(customers, leads))


def zelen_mid_p(customers: tuple[int, ...], leads: tuple[int, ...]) -> float:
    """Give the exact mid-p of one odds ratio then and now.

    Parameters
    ----------
    customers, leads : tuple of int
        Of the level then, the rest then, the level now, the rest now.

    Notes
    -----
    Given the customers then, now, and of the level, only how many of the level's customers came now
    is free; its chances do not depend on the odds ratio when that is the same. Source: Zelen
    (1971), Biometrika 58, 129-137.

    Examples
    --------
    Two leads a group, one of the level's two customers then and one now, and one customer of the
    rest each time: 0, 1 or 2 of the level's customers may have come now, with chances 1 : 16 : 1.

    >>> round(zelen_mid_p((1, 1, 1, 1), (2, 2, 2, 2)), 4) == round(2 / 18 + 16 / 18 / 2, 4)
    True
    """
    from scipy.special import gammaln

    (x1, y1, x2, y2), (n1, m1, n2, m2) = customers, leads
    both, all_then, all_now = x1 + x2, x1 + y1, x2 + y2
    low = max(0, all_now - m2, both - n1, both - all_then)
    high = min(n2, all_now, both, both - (all_then - m1))
    k = np.arange(low, high + 1)

    def ways(n: int, x: npt.NDArray[np.int64]) -> Floats:
        log: Floats = -gammaln(x + 1.0) - gammaln(n - x + 1.0)
        return log

    log_p = ways(n2, k) + ways(m2, all_now - k) + ways(n1, both - k) + ways(m1, all_then - both + k)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    observed = p[x2 - low]
    less, tied = p < observed * (1 - TIE), np.abs(p - observed) <= observed * TIE
    return float(min(p[less].sum() + p[tied].sum() / 2, 1.0))


def _ratio_p(customers: tuple[int, ...], leads: tuple[int, ...]) -> float:
    """Give the p-value of one ratio of rates then and now."""
    from scipy.special import erfc

    x = np.array(customers) + _HALF
    n = np.array(leads) + _HALF
    spread = float(np.sqrt((1 / x - 1 / n).sum()))
    moved = float(np.log(x / n) @ np.array([1, -1, -1, 1]))
    return float(erfc(abs(moved) / spread / np.sqrt(2))) if spread > 0 else 1.0
