"""Whether leads close as often as was foretold: calibration intercept, slope and Brier score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.intervals import Z_95
from calibrate.stats.logistic import LogisticFit, fit_logistic, overlap_of_scores

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """One number of a recalibration, with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
        On the scale of log-odds.
    """

    value: float
    low: float
    high: float


def calibration_intercept(
    predicted: npt.ArrayLike, leads: npt.ArrayLike, customers: npt.ArrayLike
) -> Recalibration | None:
    r"""Say whether leads closed more often than was foretold, all in all.

    ``a`` of :math:`\mathrm{logit}\, p = a + \mathrm{logit}\, \hat p`: 0 is right, above 0 they
    close more often.

    Parameters
    ----------
    predicted : array_like of float, shape (k,)
        Close rates foretold, in [0, 1]. Among ``N`` leads a rate of 0 and one of half a customer
        cannot be told apart: rates are held within ``0.5/(N+1)`` of 0 and 1.
    leads, customers : array_like of int, shape (k,)
        What became of the leads for which each was foretold.

    Returns
    -------
    Recalibration or None
        None where all leads closed, or none did.

    Notes
    -----
    Source: Van Calster, McLernon, van Smeden, Wynants & Steyerberg (2019), BMC Med 17, 230: the
    intercept with the slope held at 1.

    Examples
    --------
    Half was foretold, and a quarter closed: odds of 1/3 for odds of 1.

    >>> round(float(np.exp(calibration_intercept([0.5], [40], [10]).value)), 6)
    0.333333
    """
    p, n, x = _counted(predicted, leads, customers)
    if not 0 < x.sum() < n.sum():
        return None
    return _with_interval(fit_logistic(np.ones((len(p), 1)), n, x, _logit(p)), 0)


def calibration_slope(
    predicted: npt.ArrayLike, leads: npt.ArrayLike, customers: npt.ArrayLike
) -> Recalibration | None:
    r"""Say whether close rates spread as far as was foretold.

    ``b`` of :math:`\mathrm{logit}\, p = a + b\, \mathrm{logit}\, \hat p`: 1 is right; under 1 the
    low ones were foretold too low and the high ones too high.

    Parameters
    ----------
    predicted, leads, customers
        As for `calibration_intercept`.

    Returns
    -------
    Recalibration or None
        None where no finite slope is best: all were foretold the same, or the rates foretold to
        customers lie apart from those foretold to the others.

    Notes
    -----
    Source: Van Calster et al. (2019), BMC Med 17, 230; Cox (1958), Biometrika 45, 562-565.

    Examples
    --------
    Odds of 1/4 and 4 were foretold, 1/2 and 2 came: half as far in log-odds.

    >>> round(calibration_slope([0.2, 0.8], [30, 30], [10, 20]).value, 6)
    0.5
    """
    p, n, x = _counted(predicted, leads, customers)
    linear = _logit(p)
    if not overlap_of_scores(linear, n, x):
        return None
    return _with_interval(fit_logistic(np.column_stack([np.ones(len(p)), linear]), n, x), 1)


def brier_score(predicted: npt.ArrayLike, leads: npt.ArrayLike, customers: npt.ArrayLike) -> float:
    """Give the mean squared distance of rates foretold from what came, 1 or 0; small is good.

    Parameters
    ----------
    predicted : array_like of float, shape (k,)
        In [0, 1].
    leads, customers : array_like of int, shape (k,)

    Returns
    -------
    float
        In [0, 1].

    Notes
    -----
    Source: Brier (1950), Monthly Weather Review 78, 1-3, for one of two outcomes.

    Examples
    --------
    >>> brier_score([0.5, 1.0], [2, 2], [1, 2])
    0.125
    """
    p = np.asarray(predicted, dtype=float)
    n, x = np.asarray(leads, dtype=float), np.asarray(customers, dtype=float)
    return float((x * (1 - p) ** 2 + (n - x) * p**2).sum() / n.sum())


def brier_reference(
    leads: npt.ArrayLike, customers: npt.ArrayLike, overall: float | None = None
) -> float:
    """Give the Brier score of always foretelling the overall close rate.

    Parameters
    ----------
    leads, customers : array_like of int, shape (k,)
    overall : float, optional
        The overall rate as it was known beforehand, in [0, 1]; by default that of these very
        leads, the best that can be done without looking at a lead.

    Examples
    --------
    >>> brier_reference([2, 2], [1, 2])
    0.1875
    """
    n, x = np.asarray(leads, dtype=float).sum(), np.asarray(customers, dtype=float).sum()
    return brier_score([x / n if overall is None else overall], [n], [x])


def _counted(
    predicted: npt.ArrayLike, leads: npt.ArrayLike, customers: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    n, x = np.asarray(leads, dtype=float), np.asarray(customers, dtype=float)
    least = 0.5 / (n.sum() + 1)
    return np.clip(np.asarray(predicted, dtype=float), least, 1 - least), n, x


def _logit(p: Floats) -> Floats:
    return np.asarray(np.log(p / (1 - p)), np.float64)


def _with_interval(fit: LogisticFit, place: int) -> Recalibration:
    value = float(fit.coefficients[place])
    half = Z_95 * float(np.sqrt(fit.covariance[place, place]))
    return Recalibration(value=value, low=value - half, high=value + half)
