"""Which close rates are not what they were? Levels then and now."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.stats.significance import benjamini_hochberg, level_p_values

Floats = npt.NDArray[np.float64]


def rate_changes(
    customers_then: npt.ArrayLike,
    leads_then: npt.ArrayLike,
    customers_now: npt.ArrayLike,
    leads_now: npt.ArrayLike,
) -> tuple[Floats, Floats]:
    """Test for each level whether its close rate has changed.

    The test is that of a level against the rest, with the leads of now as the level and those of
    then as the rest: Fisher's exact mid-p, or the N-1 chi-square where all four expected counts
    are at least 1 000.

    Parameters
    ----------
    customers_then, leads_then : array_like of int, shape (k,)
        Of each level in the old leads.
    customers_now, leads_now : array_like of int, shape (k,)
        Of the same levels in the new leads; no lead may be on both sides.

    Returns
    -------
    p_values : ndarray of float, shape (k,)
        Two-sided, of each level alone. NaN without leads then or now: there is nothing to compare.
        1 where nobody closed then nor now, or everybody did.
    q_values : ndarray of float, shape (k,)
        Benjamini-Hochberg over the k levels: calling those at or under 0.05 changed keeps the
        expected share of false calls at 5 %.

    Notes
    -----
    Sources: see `level_p_values` and `benjamini_hochberg`.

    Examples
    --------
    The first level closes half as often as it did, the second as always, the third is new.

    >>> p, q = rate_changes([20, 10, 0], [100, 100, 0], [10, 10, 5], [100, 100, 9])
    >>> p.round(4).tolist(), q.round(4).tolist()
    ([0.0508, 0.9071, nan], [0.1016, 0.9071, nan])
    """
    sides = (customers_then, leads_then, customers_now, leads_now)
    p_values = np.array(
        [_change_p(*row) for row in zip(*(np.asarray(one).tolist() for one in sides), strict=True)],
        dtype=float,
    )
    return p_values, benjamini_hochberg(p_values)


def _change_p(x_then: int, n_then: int, x_now: int, n_now: int) -> float:
    closed, counted = x_then + x_now, n_then + n_now
    if n_then and n_now and closed in (0, counted):
        return 1.0
    return float(level_p_values([x_now], [n_now], closed, counted)[0][0]) if counted else np.nan
