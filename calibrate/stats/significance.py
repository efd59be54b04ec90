"""Is a level different from the rest? Two-sided p-values, and control over many of them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

CHI_SQUARE_FROM = 1000
"""Every expected count must reach this before the N-1 chi-square replaces Fisher's mid-p."""
TIE = 1e-7
"""Two tables count as equally likely when their probabilities differ by less than this share."""

_CELLS = 200_000
"""How many probabilities one block may hold: bounds memory whatever the number of levels."""
_UNDERFLOW = 745.0
"""exp(-745) is the smallest number a float can tell from 0."""
_SLACK = 52.0
"""exp(-52) is a millionth of a rounding error, with room for the height of the likeliest table."""
_ROUNDED = 0.01
"""More than log-factorials of billions are rounded by."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def smallest_expected(leads: npt.ArrayLike, all_customers: int, all_leads: int) -> Floats:
    """Give the smallest of the four counts expected if the level were like the rest.

    Parameters
    ----------
    leads : array_like of int, shape (k,)
        ``n`` of each level.
    all_customers, all_leads : int
        ``X`` and ``N`` overall, ``N >= 1``.

    Examples
    --------
    >>> smallest_expected([100], 100, 8000).tolist()
    [1.25]
    """
    n = np.asarray(leads, dtype=float)
    rarer = min(all_customers, all_leads - all_customers)
    smallest: Floats = np.minimum(n, all_leads - n) * rarer / all_leads
    return smallest


def level_p_values(
    customers: npt.ArrayLike, leads: npt.ArrayLike, all_customers: int, all_leads: int
) -> tuple[Floats, Bools]:
    """Test each level against the rest.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` of each level.
    all_customers, all_leads : int
        ``X`` and ``N`` overall.

    Returns
    -------
    p_values : ndarray of float, shape (k,)
        Two-sided; NaN for a level that holds no lead or every lead: there is nothing to compare.
    by_chi_square : ndarray of bool, shape (k,)
        True where the N-1 chi-square was used, False for Fisher's exact mid-p.

    Examples
    --------
    >>> p, by_chi_square = level_p_values([20, 100], [100, 8000], 100, 8000)
    >>> f"{p[0]:.4e}", bool(by_chi_square[0]), p[1]
    ('1.4924e-19', False, np.float64(nan))
    """
    x, n = (
        np.atleast_1d(np.asarray(customers, np.int64)),
        np.atleast_1d(np.asarray(leads, np.int64)),
    )
    by_chi_square = smallest_expected(n, all_customers, all_leads) >= CHI_SQUARE_FROM
    comparable = (n > 0) & (n < all_leads)
    p_values = np.full(x.shape, np.nan)
    for method, chosen in (
        (chi_square_p, comparable & by_chi_square),
        (fisher_mid_p, comparable & ~by_chi_square),
    ):
        if chosen.any():
            p_values[chosen] = method(x[chosen], n[chosen], all_customers, all_leads)
    return p_values, by_chi_square & comparable


def at_most(
    most: float,
    customers: npt.ArrayLike,
    leads: npt.ArrayLike,
    all_customers: int,
    all_leads: int,
) -> Bools:
    """Say of each level whether `level_p_values` gives no more than some p-value.

    Parameters
    ----------
    most : float
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` of each level.
    all_customers, all_leads : int
        ``X`` and ``N`` overall.

    Returns
    -------
    ndarray of bool, shape (k,)
        False for a level that holds no lead or every lead.

    Notes
    -----
    No table that adds to a p-value is likelier than the one seen, so that it is no more than their
    number times that one's probability. Where this is little enough, nothing else is looked at.

    Examples
    --------
    >>> at_most(0.05, [20, 2], [100, 100], 100, 8000).tolist()
    [True, False]
    """
    x, n = np.asarray(customers, np.int64), np.asarray(leads, np.int64)
    rarity = _rarity(x, n, all_customers, all_leads)
    tables = np.minimum(np.minimum(n, all_leads - n), all_customers) + 1.0
    found = (n > 0) & (n < all_leads) & (np.log(tables) - rarity + _ROUNDED < _log(most))
    found &= smallest_expected(n, all_customers, all_leads) < CHI_SQUARE_FROM
    open_still = ~found
    p_values, _ = level_p_values(x[open_still], n[open_still], all_customers, all_leads)
    found[open_still] = p_values <= most
    return found


def chi_square_p(
    customers: npt.ArrayLike, leads: npt.ArrayLike, all_customers: int, all_leads: int
) -> Floats:
    """Give the p-value of the N-1 chi-square of a level against the rest.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` of each level, ``0 < n < N``.
    all_customers, all_leads : int
        ``X`` and ``N`` overall; with ``X = 0`` or ``X = N`` every p-value is 1.

    Notes
    -----
    Source: Campbell (2007), Stat Med 26, 3661-3675.

    Examples
    --------
    >>> f"{chi_square_p([20], [100], 100, 8000)[0]:.4e}"
    '1.1213e-64'
    """
    from scipy.special import erfc

    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    if all_customers in (0, all_leads):
        return np.ones(x.shape)
    gap = x * all_leads - n * all_customers
    spread = n * (all_leads - n) * all_customers * (all_leads - all_customers)
    statistic = gap * gap / spread * (all_leads - 1)
    p_values: Floats = erfc(np.sqrt(statistic / 2))
    return p_values


def fisher_mid_p(
    customers: npt.ArrayLike, leads: npt.ArrayLike, all_customers: int, all_leads: int
) -> Floats:
    """Give Fisher's exact mid-p of a level against the rest, two-sided.

    The probabilities of all tables less likely than the observed one, plus half of those equally
    likely (within a share of 1e-7).

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        ``x`` and ``n`` of each level.
    all_customers, all_leads : int
        ``X`` and ``N`` overall.

    Notes
    -----
    Probabilities are built outwards from the most likely table by the ratio of neighbours and
    divided by their sum, so nothing is lost to the cancellation of large log-factorials. Tables
    less likely than about 1e-320 of the most likely one are taken as 0.

    Examples
    --------
    One lead, and it closed, when one in ten does: half of 10 %.

    >>> fisher_mid_p([1], [1], 10, 100).round(12).tolist()
    [0.05]
    """
    x, n = np.asarray(customers, np.int64), np.asarray(leads, np.int64)
    reach = _reach(x, n, all_customers, all_leads)
    p_values = np.ones(x.shape)
    order = np.argsort(reach, kind="stable")
    start = 0
    while start < len(order):
        # Levels of like reach share a block, so that one broad level does not widen all others.
        stop = start + 1
        while stop < len(order) and (stop - start + 1) * (2 * reach[order[stop]] + 1) <= _CELLS:
            stop += 1
        block = order[start:stop]
        p_values[block] = _mid_p_block(
            x[block], n[block], all_customers, all_leads, int(reach[block].max())
        )
        start = stop
    return p_values


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    """Adjust p-values so that calling those at or under q keeps false discoveries at q.

    Parameters
    ----------
    p_values : array_like of float, shape (k,)
        In [0, 1]; NaN stays NaN and is not counted as a test.

    Returns
    -------
    q_values : ndarray of float, shape (k,)
        In [0, 1], in the order given.

    Notes
    -----
    Source: Benjamini & Hochberg (1995), JRSS B 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5]).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    p = np.asarray(p_values, dtype=float)
    q_values = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    ranked = tested[np.argsort(p[tested], kind="stable")]
    raw = p[ranked] * len(ranked) / np.arange(1, len(ranked) + 1)
    q_values[ranked] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q_values


def _reach(x: Ints, n: Ints, all_customers: int, all_leads: int) -> Ints:
    """Count the steps from the likeliest table after which nothing adds a 1e-17th to the p-value.

    Bernstein's bound for the tail: at distance t it is at most exp(-t**2 / (2 (v + t/3))).
    """
    share = n / all_leads
    spread = share * (1 - share) * min(all_customers, all_leads - all_customers)
    rarity = _rarity(x, n, all_customers, all_leads)
    decay = np.minimum(np.maximum(rarity, 0.0) + _SLACK, _UNDERFLOW)
    bound = decay / 3 + np.sqrt((decay / 3) ** 2 + 2 * decay * spread)
    widest = np.minimum(np.minimum(n, all_leads - n), all_customers)
    steps: Ints = np.minimum(np.ceil(bound).astype(np.int64) + 2, widest + 1)
    return steps


def _rarity(x: Ints, n: Ints, all_customers: int, all_leads: int) -> Floats:
    """Give by how much the log-probability of x lies under that of the likeliest table."""
    likeliest = _likeliest(n, all_customers, all_leads)
    rarity: Floats = _log_probability(likeliest, n, all_customers, all_leads)
    return rarity - _log_probability(x, n, all_customers, all_leads)


def _log(most: float) -> float:
    return math.log(most) if most > 0 else -math.inf


def _likeliest(n: Ints, all_customers: int, all_leads: int) -> Ints:
    return ((n + 1) * (all_customers + 1)) // (all_leads + 2)


def _log_probability(x: Ints, n: Ints, all_customers: int, all_leads: int) -> Floats:
    """Log of the probability of x, less what does not depend on x: good enough for a reach."""
    from scipy.special import gammaln

    cells = (x, n - x, all_customers - x, all_leads - n - all_customers + x)
    total: Floats = -np.sum([gammaln(cell + 1.0) for cell in cells], axis=0)
    return total


def _mid_p_block(x: Ints, n: Ints, all_customers: int, all_leads: int, reach: int) -> Floats:
    likeliest = _likeliest(n, all_customers, all_leads)
    steps = np.arange(reach, dtype=float)
    start = likeliest[:, None].astype(float)
    up = _log_steps(start + steps, n[:, None], all_customers, all_leads)
    # Downwards is upwards with customers and the others changing places.
    down = _log_steps(n[:, None] - start + steps, n[:, None], all_leads - all_customers, all_leads)
    log_p = np.concatenate(
        [np.cumsum(down, axis=1)[:, ::-1], np.zeros((len(n), 1)), np.cumsum(up, axis=1)], axis=1
    )
    with np.errstate(under="ignore"):
        p = np.exp(log_p)
    p /= p.sum(axis=1, keepdims=True)
    column = x - likeliest + reach
    seen = (column >= 0) & (column < p.shape[1])
    observed = np.where(seen, p[np.arange(len(n)), np.clip(column, 0, p.shape[1] - 1)], 0.0)
    less = p < observed[:, None] * (1 - TIE)
    at_most = p <= observed[:, None] * (1 + TIE)
    halved = np.where(less, p, np.where(at_most, p / 2, 0.0))
    p_values: Floats = np.minimum(halved.sum(axis=1), 1.0)
    return p_values


def _log_steps(x: Floats, n: Ints, all_customers: int, all_leads: int) -> Floats:
    """Log of P(x + 1) / P(x) for the hypergeometric number of customers in a level."""
    above = (n - x) * (all_customers - x)
    below = (x + 1) * (all_leads - n - all_customers + x + 1)
    possible = (n > x) & (all_customers > x)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(possible, np.log(np.where(possible, above, 1.0) / below), -np.inf)
