"""Intervals for a close rate and for a lift, computed for many levels at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

_STEPS = 60
"""Bisections of a log-ratio bracket 92 wide: 2**-60 of it is below one rounding error."""
_WIDEST = 46.0
"""Half the bracket: ratios from 1e-20 to 1e20."""

Floats = npt.NDArray[np.float64]
Interval = tuple[Floats, Floats]


def wilson(customers: npt.ArrayLike, leads: npt.ArrayLike, z: float = Z_95) -> Interval:
    r"""Give the score interval of a close rate.

    .. math:: \frac{x + z^2/2 \pm z\sqrt{x(n-x)/n + z^2/4}}{n + z^2}

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` with ``0 <= x <= n`` and ``n >= 1``.
    z : float
        Normal quantile; 1.96 for 95 %.

    Returns
    -------
    low, high : ndarray of float, shape (k,)
        Ends in [0, 1]; exactly 0 when ``x = 0`` and exactly 1 when ``x = n``.

    Notes
    -----
    Source: Wilson (1927), JASA 22, 209-212.

    Examples
    --------
    >>> low, high = wilson(20, 100)
    >>> round(float(low), 4), round(float(high), 4)
    (0.1334, 0.2888)
    """
    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    centre = x + z * z / 2
    half = z * np.sqrt(x * (n - x) / n + z * z / 4)
    low = np.where(x == 0, 0.0, (centre - half) / (n + z * z))
    high = np.where(x == n, 1.0, (centre + half) / (n + z * z))
    return low, high


def ratio_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x0: npt.ArrayLike, n0: npt.ArrayLike, z: float = Z_95
) -> Interval:
    r"""Give the Miettinen-Nurminen score interval of the ratio of two close rates.

    The ends are the ratios ``R`` at which the score statistic

    .. math:: \frac{(\hat p_1 - R \hat p_0)^2}
              {[\tilde p_1 (1-\tilde p_1)/n_1 + R^2 \tilde p_0 (1-\tilde p_0)/n_0]\, N/(N-1)}

    equals ``z**2``, the tilde marking the best rates that have exactly that ratio.

    Parameters
    ----------
    x1, n1 : array_like of int, shape (k,)
        Customers and leads of the level, ``n1 >= 1``.
    x0, n0 : array_like of int, shape (k,)
        Customers and leads of the rest, ``n0 >= 1``.
    z : float
        Normal quantile; 1.96 for 95 %.

    Returns
    -------
    low, high : ndarray of float, shape (k,)
        ``low`` is 0 when ``x1 = 0``; ``high`` is infinite when ``x0 = 0``; with no customer on
        either side the data say nothing and the interval is (0, inf).

    Notes
    -----
    Source: Miettinen & Nurminen (1985), Stat Med 4, 213-226. Found by bisection on ``log R``: the
    statistic falls and then rises, with its zero at the observed ratio. (statsmodels 0.15 gives a
    wrong lower end when ``x1 = n1``, so it is no judge there.)

    Examples
    --------
    >>> low, high = ratio_interval(30, 30, 70, 100)
    >>> round(float(low), 4), round(float(high), 4)
    (1.2512, 1.6563)
    """
    x1, n1, x0, n0 = np.broadcast_arrays(
        *(np.asarray(part, dtype=float) for part in (x1, n1, x0, n0))
    )
    with np.errstate(divide="ignore"):
        observed = np.log(x1 / n1) - np.log(np.where(x0 > 0, x0 / n0, 1.0))
    middle_low = np.where(x0 > 0, observed, _WIDEST)
    middle_high = np.where(x1 > 0, observed, -_WIDEST)
    counts = (x1, n1, x0, n0)
    low = _bisect(counts, inside=middle_low, outside=np.full(x1.shape, -_WIDEST), z=z)
    high = _bisect(counts, inside=middle_high, outside=np.full(x1.shape, _WIDEST), z=z)
    return (
        np.where(x1 == 0, 0.0, np.exp(low)),
        np.where(x0 == 0, np.inf, np.exp(high)),
    )


def lift_interval(
    customers: npt.ArrayLike,
    leads: npt.ArrayLike,
    all_customers: int,
    all_leads: int,
    z: float = Z_95,
) -> Interval:
    r"""Give the interval of the lift of a level against overall.

    With ``w = n/N`` and ``R`` the ratio of the level's close rate to the rest's,
    ``lift = 1 / (w + (1 - w)/R)`` rises with ``R``: the interval of the lift is the image of the
    ratio's Miettinen-Nurminen interval.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` of each level, ``1 <= n <= N``.
    all_customers, all_leads : int
        ``X`` and ``N`` overall, ``X >= 1``.
    z : float
        Normal quantile; 1.96 for 95 %.

    Returns
    -------
    low, high : ndarray of float, shape (k,)
        Ends in ``[0, N/n]``; (1, 1) for a level that holds all leads, since it cannot differ.

    Examples
    --------
    >>> low, high = lift_interval([20, 100], [100, 8000], 100, 8000)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([10.927, 1.0], [22.209, 1.0])
    """
    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    share = n / all_leads
    is_all = n >= all_leads
    x0, n0 = all_customers - x, np.where(is_all, 1.0, all_leads - n)
    low, high = ratio_interval(x, n, np.where(is_all, 0.0, x0), n0, z)
    with np.errstate(divide="ignore"):
        ends = [np.where(is_all, 1.0, 1 / (share + (1 - share) / end)) for end in (low, high)]
    return ends[0], ends[1]


def _bisect(
    counts: tuple[Floats, Floats, Floats, Floats], *, inside: Floats, outside: Floats, z: float
) -> Floats:
    """Find the log ratio where the score statistic crosses ``z**2`` between the two ends."""
    inside, outside = inside.copy(), outside.copy()
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        accepted = _score_statistic(counts, np.exp(middle)) <= z * z
        inside = np.where(accepted, middle, inside)
        outside = np.where(accepted, outside, middle)
    return inside


def _score_statistic(counts: tuple[Floats, Floats, Floats, Floats], ratio: Floats) -> Floats:
    x1, n1, x0, n0 = counts
    total = n1 + n0
    # The best p0 with p1 = ratio * p0 is the smaller root of a*p0**2 + b*p0 + c; written with the
    # root in the denominator, since -b - root cancels when few leads close.
    a = total * ratio
    minus_b = n1 * ratio + x1 + n0 + x0 * ratio
    c = x1 + x0
    root = np.sqrt(np.maximum(minus_b * minus_b - 4 * a * c, 0.0))
    p0 = np.minimum(2 * c / (minus_b + root), 1.0)
    p1 = np.minimum(ratio * p0, 1.0)
    spread = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    gap = (x1 / n1 - ratio * x0 / n0) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = gap * (total - 1) / (total * spread)
    return np.where(spread > 0, statistic, np.where(gap > 0, np.inf, 0.0))
