"""How far an AUC can be trusted, and whether one score ranks the same leads better than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.auc import auc
from calibrate.stats.intervals import Z_95, wilson

_ROUNDING = 1e-12
"""Placements that differ by less are the same: truly different ones are half a lead apart."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AucInterval:
    """An AUC and how far it can be trusted.

    Attributes
    ----------
    auc : float
        In [0, 1]; NaN without both customers and others.
    se : float
        DeLong's standard error; 0 where nothing varies, NaN where it cannot be known (one
        customer, or one lead that did not buy).
    low, high : float
        Ends in [0, 1].
    """

    auc: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedAuc:
    """Two scores of the same leads: which of them ranks better, and could it be luck?

    Attributes
    ----------
    old, new : float
        The AUCs, in [0, 1]; NaN without both customers and others.
    difference : float
        ``new - old``.
    se : float
        Of the difference; 0 where nothing varies, NaN where it cannot be known.
    z, p_value : float
        Two-sided; above 0 where the new score ranks better. NaN without both customers and others.
    low, high : float
        Interval of the difference, in [-1, 1].
    """

    old: float
    new: float
    difference: float
    se: float
    z: float
    p_value: float
    low: float
    high: float


def auc_interval(leads: npt.ArrayLike, customers: npt.ArrayLike, z: float = Z_95) -> AucInterval:
    r"""Give the AUC of a score with DeLong's interval, from the counts of each score.

    Every customer has a placement, the share of the others it scores above (ties counting half),
    and every other lead the share of customers above it. The AUC is the mean of either, and

    .. math:: \widehat{var} = \frac{s_{10}^2}{X} + \frac{s_{01}^2}{N - X},

    :math:`s_{10}^2` being the sample variance of the customers' placements, :math:`s_{01}^2` of
    the others'.

    Parameters
    ----------
    leads, customers : array_like of int, shape (k,)
        Counts per score, scores rising.
    z : float
        Normal quantile; 1.96 for 95 %.

    Returns
    -------
    AucInterval
        ``auc -+ z se``, clipped to [0, 1].

    Notes
    -----
    Source: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845. Placements are looked
    up per score, so the work is in the number of scores, not of leads.

    Where the variance is 0 (every customer above every other lead, or below; or one score for all)
    or unknown (one customer, one other), DeLong's interval has no width or does not exist. Then
    the widest variance an AUC can have, ``A (1 - A) / min(X, N - X)`` (Birnbaum & Klose 1957, Ann
    Math Stat 28, 933-945), takes its place: Wilson's interval of ``A`` among so many leads. Two
    customers on top of all others prove less than two hundred. Without both customers and others
    nothing is known, and the interval is (0, 1).

    With few customers it is too hopeful: the truth was inside in 95 % of simulated cohorts of 400
    customers, 94 % of 100, 92 % of 20 and 90 % of 10 (AUC .71 to .76; less where it is higher, 89 %
    of 30 at .92), and mostly below the interval otherwise.

    Examples
    --------
    Customers at scores 1 and 2, the others at 0 and 1: placements 3/4 and 1, and the same seen
    from the others. Each variance is 1/32, halved and added up.

    >>> found = auc_interval([1, 2, 1], [0, 1, 1])
    >>> found.auc, round(found.se**2, 5), round(found.low, 4), found.high
    (0.875, 0.03125, 0.5285, 1.0)

    Two customers above all of the others:

    >>> found = auc_interval([100, 2], [0, 2])
    >>> found.auc, found.se, round(found.low, 4), found.high
    (1.0, 0.0, 0.3424, 1.0)
    """
    n, x = np.asarray(leads, dtype=float), np.asarray(customers, dtype=float)
    area, pairs = auc(n, x), min(x.sum(), (n - x).sum())
    if not pairs:
        return AucInterval(auc=area, se=float("nan"), low=0.0, high=1.0)
    se = _standard_error(x, n - x, *_placements(x, n - x))
    if se > 0:
        low, high = max(area - z * se, 0.0), min(area + z * se, 1.0)
    else:
        low, high = _widest(area, pairs, z)
    return AucInterval(auc=area, se=se, low=low, high=high)


def paired_auc(
    old_scores: npt.ArrayLike,
    new_scores: npt.ArrayLike,
    leads: npt.ArrayLike,
    customers: npt.ArrayLike,
    z: float = Z_95,
) -> PairedAuc:
    r"""Test whether two scores rank the same leads equally well.

    The variance of the difference of two AUCs is that of one, with the difference of the two
    placements of a lead in the place of its placement; what the scores share drops out.

    Parameters
    ----------
    old_scores, new_scores : array_like of float, shape (k,)
        One row for each pair of an old and a new score, in any order. Pairs may come again: one
        row a lead, with ``leads`` all 1, gives the same.
    leads, customers : array_like of int, shape (k,)
        Counts per row.
    z : float
        Normal quantile for the interval; 1.96 for 95 %.

    Returns
    -------
    PairedAuc

    Notes
    -----
    Source: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845.

    Two scores that rank customers and others alike differ by exactly 0, with p-value 1, whatever
    they do to the order of customers, or of others, among themselves. Where the variance of
    a difference is otherwise 0 (all placements rise by the same, as when one score ranks without
    fault and the other ties all leads) or unknown (one customer, one other), it is taken as large
    as it can be for placements that differ by no more than 1:
    ``z = difference * sqrt(min(X, N - X))``, and Wilson's interval to match, as in `auc_interval`.

    Examples
    --------
    Four leads, two of them customers. The old score has one customer below both others, the new
    one above one of them: the AUC rises from 1/2 to 3/4. The placements of the customers rise by
    1/2 and 0, those of the others by 1/2 and 0: each variance is 1/8, halved and added up.

    >>> found = paired_auc([1, 2, 3, 4], [2, 1, 3, 4], [1, 1, 1, 1], [1, 0, 0, 1])
    >>> found.old, found.new, round(found.se**2, 5), round(found.z, 4), round(found.p_value, 4)
    (0.5, 0.75, 0.125, 0.7071, 0.4795)
    """
    from scipy.special import erfc

    n, x = np.asarray(leads, dtype=float), np.asarray(customers, dtype=float)
    old, new = (_Ranked.of(scores, x, n - x) for scores in (old_scores, new_scores))
    pairs = min(x.sum(), (n - x).sum())
    of_customers, of_others = new.of_customers - old.of_customers, new.of_others - old.of_others
    if not _seen(of_customers, x).any() and not _seen(of_others, n - x).any():
        difference, se = 0.0, 0.0
    else:
        difference, se = new.auc - old.auc, _standard_error(x, n - x, of_customers, of_others)
    statistic, low, high = _judged(difference, se, pairs, z)
    return PairedAuc(
        old=old.auc,
        new=new.auc,
        difference=difference,
        se=se,
        z=statistic,
        p_value=float(erfc(abs(statistic) / np.sqrt(2))),
        low=low,
        high=high,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranked:
    """A score's AUC, and the placements of each row under it."""

    auc: float
    of_customers: Floats
    of_others: Floats

    @classmethod
    def of(cls, scores: npt.ArrayLike, x: Floats, others: Floats) -> _Ranked:
        _, row = np.unique(np.asarray(scores), return_inverse=True)
        by_score, others_by_score = (
            np.asarray(np.bincount(row, counts), np.float64) for counts in (x, others)
        )
        of_customers, of_others = _placements(by_score, others_by_score)
        return cls(
            auc=auc(by_score + others_by_score, by_score),
            of_customers=of_customers[row],
            of_others=of_others[row],
        )


def _placements(x: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Give, per score, the share of others a customer there is above, and of customers above."""
    with np.errstate(invalid="ignore"):
        below = (np.cumsum(others) - others / 2) / others.sum()
        above = 1 - (np.cumsum(x) - x / 2) / x.sum()
    return below, above


def _standard_error(x: Floats, others: Floats, of_customers: Floats, of_others: Floats) -> float:
    variance = _variance_of_mean(of_customers, x) + _variance_of_mean(of_others, others)
    return float(np.sqrt(variance))


def _variance_of_mean(values: Floats, counts: Floats) -> float:
    """Give the variance of the mean of values that were seen so many times; NaN if but once."""
    total = counts.sum()
    if total < 2:
        return float("nan")
    if np.ptp(_seen(values, counts)) <= _ROUNDING:
        return 0.0
    mean = (counts * values).sum() / total
    return float((counts * (values - mean) ** 2).sum() / (total * (total - 1)))


def _seen(values: Floats, counts: Floats) -> Floats:
    return values[counts > 0]


def _judged(difference: float, se: float, pairs: float, z: float) -> tuple[float, float, float]:
    """Give the statistic of a difference, and its interval."""
    if not pairs:
        return float("nan"), -1.0, 1.0
    if se > 0:
        return difference / se, max(difference - z * se, -1.0), min(difference + z * se, 1.0)
    if se == 0 and difference == 0:
        return 0.0, 0.0, 0.0
    low, high = _widest((difference + 1) / 2, pairs, z)
    return difference * float(np.sqrt(pairs)), 2 * low - 1, 2 * high - 1


def _widest(area: float, pairs: float, z: float) -> tuple[float, float]:
    low, high = wilson(area * pairs, pairs, z)
    return float(low), float(high)
