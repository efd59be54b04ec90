"""Does an attribute as a whole say anything? Tests and descriptions over all its levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Pearson's chi-square of level by outcome, and two sizes of effect.

    Attributes
    ----------
    chi_square : float
    df : int
        Levels with leads, less one.
    p_value : float
    min_expected : float
        Smallest expected count; under 5 the p-value is rough.
    cramers_v : float
        In [0, 1]; 0 is no association.
    information_value : float
        0 or more; half a customer and half a lead are added to each level, so that it is finite.
    """

    chi_square: float
    df: int
    p_value: float
    min_expected: float
    cramers_v: float
    information_value: float


def association(customers: npt.ArrayLike, leads: npt.ArrayLike) -> Association:
    """Describe how strongly levels and outcome go together.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        Of all levels of one attribute, with customers and others among them.

    Notes
    -----
    Sources: Pearson (1900), Phil Mag 50, 157-175; Cramer (1946), *Mathematical Methods of
    Statistics*, ch. 21; information value: Siddiqi (2006), *Credit Risk Scorecards*, ch. 6.

    Examples
    --------
    >>> found = association([10, 30], [100, 100])
    >>> found.df, round(found.chi_square, 2), round(found.cramers_v, 3), found.min_expected
    (1, 12.5, 0.25, 20.0)
    """
    from scipy.special import chdtrc

    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    x, n = x[n > 0], n[n > 0]
    rate, total = x.sum() / n.sum(), n.sum()
    df = len(n) - 1
    spread = rate * (1 - rate)
    chi_square = float((((x - n * rate) ** 2) / (n * spread)).sum())
    return Association(
        chi_square=chi_square,
        df=df,
        p_value=float(chdtrc(df, chi_square)) if df else 1.0,
        min_expected=float(n.min() * min(rate, 1 - rate)),
        cramers_v=float(np.sqrt(chi_square / total)),
        information_value=_information_value(x, n),
    )


def _information_value(x: npt.NDArray[np.float64], n: npt.NDArray[np.float64]) -> float:
    customers, others = x + 0.5, n - x + 0.5
    share, other_share = customers / customers.sum(), others / others.sum()
    return float(((share - other_share) * np.log(share / other_share)).sum())


def trend_p(customers: npt.ArrayLike, leads: npt.ArrayLike) -> float:
    """Test whether the close rate rises or falls along ordered bands.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        Per band, in the order of the bands.

    Returns
    -------
    float
        Two-sided p-value; 1 when there is but one band.

    Notes
    -----
    Source: Armitage (1955), Biometrics 11, 375-386, with the mean rank of a band's leads as its
    score, so that bands of unequal size are spaced as their leads are. statsmodels'
    ``Table.test_ordinal_association`` is the judge in the tests.

    Examples
    --------
    >>> round(trend_p([5, 10, 15], [100, 100, 100]), 4), trend_p([5], [100])
    (0.0186, 1.0)
    """
    from scipy.special import erfc

    return float(erfc(abs(trend_z(customers, leads)) / np.sqrt(2)))


def trend_z(customers: npt.ArrayLike, leads: npt.ArrayLike) -> float:
    """Give the statistic of that test: above 0 where the close rate rises, below where it falls.

    It is 0 where there is nothing to test: one band, no customers, or customers only.

    Examples
    --------
    >>> round(trend_z([5, 10, 15], [100, 100, 100]), 4), trend_z([5], [100])
    (2.3531, 0.0)
    """
    x, n = np.asarray(customers, dtype=float), np.asarray(leads, dtype=float)
    total = n.sum()
    rate = x.sum() / total
    scores = (np.cumsum(n) - n / 2) / total
    centred = scores - (n * scores).sum() / total
    spread = rate * (1 - rate) * (n * centred**2).sum() * total / max(total - 1, 1)
    return float((x * centred).sum() / np.sqrt(spread)) if spread > 0 else 0.0


def simes(p_values: npt.ArrayLike) -> float:
    """Combine the p-values of several tests into one: does any of them hold?

    The smallest of ``k p_(i) / i`` over the ranked p-values; NaN are left out, and without any
    test the answer is 1.

    Notes
    -----
    Source: Simes (1986), Biometrika 73, 751-754.

    Examples
    --------
    >>> simes([0.01, 0.04, 0.30]), simes([])
    (0.03, 1.0)
    """
    p = np.asarray(p_values, dtype=float)
    p = np.sort(p[~np.isnan(p)])
    if not len(p):
        return 1.0
    return float(min((len(p) * p / np.arange(1, len(p) + 1)).min(), 1.0))
