"""How many leads does it take? Power of the test of a level, and the width of an AUC's interval."""

from __future__ import annotations

from math import ceil, floor, log10, sqrt

import numpy as np
import numpy.typing as npt

from calibrate.stats.intervals import Z_95
from calibrate.stats.significance import level_p_values

_REACH = 5.5
"""Standard deviations from the mean, and one more for the skew of few, beyond which none come."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def discovery_alpha(q_max: float, attributes: int, selected: int, levels: int) -> float:
    """Give the p-value under which a level is found that is the only one to differ.

    Both stages ask the same of it: Simes' combination of ``levels`` p-values, of which one is
    small, is ``levels`` times that one, and so is its adjusted p-value within the attribute. So
    it is found when ``p <= q_max * selected / (attributes * levels)``.

    Parameters
    ----------
    q_max : float
        In (0, 1): allowed share of false discoveries.
    attributes : int
        Attributes tried.
    selected : int
        Attributes that pass stage 1, this one among them; 1 to ``attributes``. Which they will be
        is not known beforehand: 1 is the safe guess.
    levels : int
        Levels of the attribute that are tested. A yes/no attribute counts as 1: its two levels are
        one and the same test.

    Raises
    ------
    ValueError
        Where a number lies outside its range.

    Notes
    -----
    Source: Benjamini & Bogomolov (2014), JRSS B 76, 297-318; Simes (1986), Biometrika 73, 751-754.
    Where further levels of the attribute differ too, the limit is less strict.

    Examples
    --------
    Twenty attributes are tried, four say something, and this one has five levels:

    >>> discovery_alpha(0.05, attributes=20, selected=4, levels=5)
    0.002
    """
    _require(0 < q_max < 1, "q_max lies between 0 and 1")
    _require(1 <= selected <= attributes, "selected lies between 1 and attributes")
    _require(levels >= 1, "levels is at least 1")
    return q_max * selected / (attributes * levels)


def power_to_find(leads: int, rate: float, lift: float, share: float, alpha: float) -> float:
    """Give the chance that a level is found to differ from the rest, and on the right side.

    With ``w = share``, the level closes at ``p1 = lift * rate`` and the rest at
    ``p0 = (rate - w * p1) / (1 - w)``. All tables that can come are weighed with their chance, two
    binomials; the level is found in those where `level_p_values` gives ``alpha`` or less.

    Parameters
    ----------
    leads : int
        ``N``, all counted leads; ``w N``, rounded, are on the level, at least 1 and not all.
    rate : float
        ``p``, the overall close rate, in (0, 1).
    lift : float
        Close rate of the level by the overall one; above 0 and not 1.
    share : float
        Of the leads that are on the level, in (0, 1).
    alpha : float
        P-value at or under which a level is found, in (0, 1): see `discovery_alpha`.

    Returns
    -------
    float
        In [0, 1]; exact to six digits.

    Raises
    ------
    ValueError
        Where a number lies outside its range, or no such level can be: one that would close at
        100 % or more, or have more customers than there are.

    Notes
    -----
    The numbers of leads on the level and off it are taken as given, those of customers as drawn.
    For a given number of customers the p-value falls as more of them are on the level, so one
    count is looked for from which on it is small enough. That count never falls as customers come
    to be more, so where it is the same for few and for many it is not looked for in between.

    Examples
    --------
    Of 4 000 leads 10 % close. A tenth of them are on a level that closes at 15 %:

    >>> round(power_to_find(4000, rate=0.1, lift=1.5, share=0.1, alpha=0.05), 2)
    0.91
    >>> round(power_to_find(4000, rate=0.1, lift=1.5, share=0.1, alpha=0.002), 2)
    0.6

    Two leads, one on the level. That the level closes and the rest does not has the p-value 1/2
    and the chance 3/4 by 3/4:

    >>> power_to_find(2, rate=0.5, lift=1.5, share=0.5, alpha=0.5)
    0.5625
    """
    level, rest = _rates(rate, lift, share)
    _require(0 < alpha < 1, "alpha lies between 0 and 1")
    on = round(share * leads)
    _require(0 < on < leads, "leads is so many that some are on the level, and some are not")
    if lift < 1:  # the same test, customers and the others having changed places
        level, rest = 1 - level, 1 - rest
    x, chance = _binomial(on, level)
    y, chance_of_rest = _binomial(leads - on, rest)
    spread = sqrt(on * level * (1 - level) + (leads - on) * rest * (1 - rest))
    likely = range(*_around(on * level + (leads - on) * rest, spread, leads))
    found = 0.0
    for customers, from_here in zip(likely, _limits(likely, on, leads, alpha), strict=True):
        least = max(from_here, int(x[0]), customers - int(y[-1]))
        most = min(int(x[-1]), customers - int(y[0]))
        if least <= most:
            of_level = chance[least - x[0] : most - x[0] + 1]
            of_rest = chance_of_rest[customers - most - y[0] : customers - least - y[0] + 1]
            found += float(of_level @ of_rest[::-1])
    return min(found, 1.0)


def leads_to_find(rate: float, lift: float, share: float, alpha: float, power: float = 0.8) -> int:
    """Give how many counted leads it takes until a level is found with a given chance.

    Parameters
    ----------
    rate, lift, share, alpha : float
        As for `power_to_find`.
    power : float
        The chance, in (0, 1).

    Returns
    -------
    int
        Counted leads in all, not only those on the level, rounded up to two digits. The chance
        rises in small steps that now and then go down again, so a third digit would mean nothing.

    Raises
    ------
    ValueError
        As `power_to_find`.

    Notes
    -----
    The search begins at the number that the normal approximation gives (Fleiss, Levin & Paik 2003,
    *Statistical Methods for Rates and Proportions*, chapter 4). Exact chances there lie
    between 0.74 and 0.83 where 0.8 was asked for: customers are few, and counts of few are skewed.

    Examples
    --------
    >>> leads_to_find(rate=0.1, lift=1.5, share=0.1, alpha=0.002)
    5700
    """
    _require(0 < power < 1, "power lies between 0 and 1")
    _require(0 < alpha < 1, "alpha lies between 0 and 1")
    leads = _two_digits(_about(rate, lift, share, alpha, power))
    least = ceil(1 / min(share, 1 - share))

    def enough(number: int) -> bool:
        return number >= least and power_to_find(number, rate, lift, share, alpha) >= power

    if enough(leads):
        while enough(_next(leads, -1)):
            leads = _next(leads, -1)
        return leads
    while not enough(leads):
        leads = _next(leads, 1)
    return leads


def auc_half_width(auc: float, customers: int, leads: int, z: float = Z_95) -> float:
    r"""Foretell how far the interval of an AUC will reach to either side.

    With ``X`` customers, ``M`` others, ``q1 = A / (2 - A)`` and ``q2 = 2 A^2 / (1 + A)``:

    .. math:: z \sqrt{\frac{A (1 - A) + (X - 1) (q_1 - A^2) + (M - 1) (q_2 - A^2)}{X M}}

    Parameters
    ----------
    auc : float
        The AUC that is expected, in (0, 1).
    customers, leads : int
        ``X``, at least 1, and ``X + M``, more than ``X``.
    z : float
        Normal quantile; 1.96 for 95 %.

    Raises
    ------
    ValueError
        Where a number lies outside its range.

    Notes
    -----
    Source: Hanley & McNeil (1982), Radiology 143, 29-36: exact where scores are exponential, a
    tenth or so too wide where they are bell-shaped. It is for planning; the interval itself is
    DeLong's, from the leads.

    Examples
    --------
    One customer and one other: either in order or not, a variance of ``A (1 - A)``.

    >>> auc_half_width(0.5, customers=1, leads=2, z=1.0)
    0.5
    >>> round(auc_half_width(0.75, customers=50, leads=500), 3)
    0.081
    """
    _require(0 < auc < 1, "auc lies between 0 and 1")
    _require(1 <= customers < leads, "customers is at least 1, and fewer than leads")
    others = leads - customers
    both_customers, both_others = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc)
    variance += (customers - 1) * (both_customers - auc**2)
    variance += (others - 1) * (both_others - auc**2)
    return z * sqrt(variance / (customers * others))


def _rates(rate: float, lift: float, share: float) -> tuple[float, float]:
    """Give the close rates of the level and of the rest."""
    _require(0 < rate < 1, "rate lies between 0 and 1")
    _require(0 < share < 1, "share lies between 0 and 1")
    _require(lift > 0 and lift != 1, "lift is above 0, and not 1")
    level = lift * rate
    _require(level < 1, f"a lift of {lift} would make more customers than leads")
    rest = (rate - share * level) / (1 - share)
    _require(0 <= rest <= 1, f"no overall close rate of {rate} is left with such a level")
    return level, rest


def _around(middle: float, spread: float, most: int) -> tuple[int, int]:
    """Give the first number that may come, and the one after the last."""
    reach = _REACH * (spread + 1)
    return max(0, floor(middle - reach)), min(most, ceil(middle + reach)) + 1


def _binomial(leads: int, rate: float) -> tuple[Ints, Floats]:
    """Give the numbers of customers that may come, rising, with their chances."""
    from scipy.special import gammaln, xlog1py, xlogy

    x = np.arange(*_around(leads * rate, sqrt(leads * rate * (1 - rate)), leads))
    ways = gammaln(leads + 1.0) - gammaln(x + 1.0) - gammaln(leads - x + 1.0)
    return x, np.exp(ways + xlogy(x, rate) + xlog1py(leads - x, -rate))


def _limits(likely: range, on: int, leads: int, alpha: float) -> list[int]:
    """Give, for each number of customers, the least of them on the level with which it is found."""
    limits = [0] * len(likely)

    def look(place: int, guess: int) -> None:
        limits[place] = _found_from(guess, on, likely[place], leads, alpha)

    for end in (0, len(likely) - 1):
        expected = on * likely[end] / leads
        look(end, round(expected + 3 * sqrt(expected)))
    between = [(0, len(likely) - 1)]
    while between:
        first, last = between.pop()
        if limits[first] == limits[last]:
            limits[first:last] = [limits[first]] * (last - first)
        elif last - first > 1:
            middle = (first + last) // 2
            look(middle, (limits[first] + limits[last]) // 2)
            between += [(first, middle), (middle, last)]
    return limits


def _found_from(guess: int, on: int, customers: int, leads: int, alpha: float) -> int:
    """Give the least number of the customers on the level with which it is found to be above."""
    first, last = on * customers // leads + 1, min(on, customers)
    x = min(max(guess, first), last + 1)
    while True:
        pair = [one for one in (x - 1, x) if first <= one <= last]
        p_values, _ = level_p_values(pair, [on] * len(pair), customers, leads)
        found = dict(zip(pair, p_values <= alpha, strict=True))
        if found.get(x - 1, False):
            x -= 1
        elif not found.get(x, True):
            x += 1
        else:
            return x


def _about(rate: float, lift: float, share: float, alpha: float, power: float) -> float:
    """Give the number of leads in the normal approximation."""
    from scipy.special import ndtri

    level, rest = _rates(rate, lift, share)
    alike = sqrt(rate * (1 - rate) / (share * (1 - share)))
    apart = sqrt(level * (1 - level) / share + rest * (1 - rest) / (1 - share))
    root = (float(ndtri(power)) * apart - float(ndtri(alpha / 2)) * alike) / (level - rest)
    return float(root**2)


def _two_digits(number: float) -> int:
    """Round up to two digits."""
    unit = _unit(max(number, 1))
    return ceil(number / unit) * unit


def _next(number: int, step: int) -> int:
    """Give the next number of two digits, above or below."""
    return number + step * _unit(number if step > 0 else number - 1)


def _unit(number: float) -> int:
    return int(10 ** max(floor(log10(max(number, 1))) - 1, 0))


def _require(holds: bool, says: str) -> None:
    if not holds:
        raise ValueError(says)
