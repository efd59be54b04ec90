"""How far a level's close rate should be drawn toward the overall rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WEAKEST, STRONGEST = 1.0, 1e4
"""Bounds of m, the number of leads at the overall rate that are mixed into every level."""

_GRID = 65
_BISECTIONS = 45

Floats = npt.NDArray[np.float64]


def shrinkage_strength(customers: npt.ArrayLike, leads: npt.ArrayLike, overall: float) -> float:
    """Find the m that best explains how an attribute's close rates scatter.

    Levels are taken to draw their rates from a beta distribution with mean ``p`` (overall) and
    ``m = alpha + beta``; m maximises the beta-binomial likelihood of their counts. Rates that
    scatter no more than chance allows give a large m, rates that truly differ a small one.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` of all levels of one attribute, after pooling.
    overall : float
        Overall close rate, in (0, 1).

    Returns
    -------
    float
        m in [1, 1e4].

    Notes
    -----
    Source: Skellam (1948), JRSS B 10, 257-261 (the beta-binomial); empirical Bayes with its mean
    held at the overall rate.

    Examples
    --------
    >>> round(shrinkage_strength([10, 10, 10], [100, 100, 100], 0.1))
    10000
    >>> round(shrinkage_strength([0, 50, 100], [100, 100, 100], 0.5), 1)
    1.0
    """
    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    grid = np.linspace(np.log(WEAKEST), np.log(STRONGEST), _GRID)
    best = int(np.argmax(_log_likelihood(x, n, overall, np.exp(grid))))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    if best == 0 and _slope(x, n, overall, WEAKEST) <= 0:
        return WEAKEST
    if best == _GRID - 1 and _slope(x, n, overall, STRONGEST) >= 0:
        return STRONGEST
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _slope(x, n, overall, float(np.exp(middle))) > 0:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def shrunken_rates(
    customers: npt.ArrayLike, leads: npt.ArrayLike, overall: float, m: float
) -> Floats:
    """Mix m leads at the overall rate into every level: ``(x + m p) / (n + m)``.

    Examples
    --------
    >>> shrunken_rates([1], [1], 0.1, 9.0).round(3).tolist()
    [0.19]
    """
    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    rates: Floats = (x + m * overall) / (n + m)
    return rates


def _log_likelihood(x: Floats, n: Floats, overall: float, m: Floats) -> Floats:
    """Give the log-likelihood at each m."""
    from scipy.special import betaln

    a, b = (m * overall)[:, None], (m * (1 - overall))[:, None]
    total: Floats = (betaln(x + a, n - x + b) - betaln(a, b)).sum(axis=1)
    return total


def _slope(x: Floats, n: Floats, overall: float, m: float) -> float:
    from scipy.special import psi

    a, b = m * overall, m * (1 - overall)
    return float(
        np.sum(
            overall * (psi(x + a) - psi(a))
            + (1 - overall) * (psi(n - x + b) - psi(b))
            - (psi(n + m) - psi(m))
        )
    )
