"""Logistic regression on counts: the log-odds of closing as a straight line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_ROUNDS = 100
_HALVINGS = 30
_CLOSE = 1e-12
"""A round that gains less than this share of the log-likelihood is the last."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticFit:
    """Coefficients with their covariance.

    Attributes
    ----------
    coefficients : ndarray of float, shape (..., k)
        One for each column of the design.
    covariance : ndarray of float, shape (..., k, k)
        Inverse of the information at the maximum.
    """

    coefficients: Floats
    covariance: Floats

    def linear(self, design: Floats) -> Floats:
        """Give the log-odds of each row of a design, without its offset."""
        found: Floats = np.einsum("sk,...k->...s", design, self.coefficients)
        return found

    def error(self, design: Floats) -> Floats:
        """Give the standard error of those log-odds."""
        variance = np.einsum("sk,...kl,sl->...s", design, self.covariance, design)
        return np.asarray(np.sqrt(variance), np.float64)


def overlap_of_scores(
    scores: npt.ArrayLike, leads: npt.ArrayLike, customers: npt.ArrayLike
) -> npt.NDArray[np.bool_]:
    """Say whether a line has a finite slope: the scores of customers and of others overlap.

    Where all customers score above (or below) all others, a score that both have aside, the
    likelihood rises for ever with the slope.

    Parameters
    ----------
    scores : array_like of float, shape (s,)
    leads, customers : array_like of int, shape (..., s)

    Notes
    -----
    Source: Albert & Anderson (1984), Biometrika 71, 1-10: complete and quasi-complete separation.

    Examples
    --------
    >>> [bool(overlap_of_scores([0, 1, 2], [5, 5, 5], x)) for x in ([0, 2, 5], [1, 0, 2])]
    [False, True]
    """
    s, x = np.asarray(scores, dtype=float), np.asarray(customers)
    others = np.asarray(leads) - x
    low_x, high_x = _ends(s, x)
    low_o, high_o = _ends(s, others)
    found: npt.NDArray[np.bool_] = (low_x < high_o) & (low_o < high_x)
    return found


def _ends(scores: Floats, counts: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give the lowest and the highest score that is there; without any, inf and -inf."""
    low = np.where(counts > 0, scores, np.inf).min(axis=-1)
    return low, np.where(counts > 0, scores, -np.inf).max(axis=-1)


def fit_logistic(
    design: npt.ArrayLike, leads: npt.ArrayLike, customers: npt.ArrayLike, offset: npt.ArrayLike = 0
) -> LogisticFit:
    r"""Fit :math:`\mathrm{logit}\, p = o + Xb` by maximum likelihood, for many counts at once.

    Parameters
    ----------
    design : array_like of float, shape (s, k)
        ``X``, a column of ones for the intercept included; best with columns of about unit size.
    leads, customers : array_like of int, shape (..., s)
        Counts per row of the design; a row may be without leads. The maximum must exist: see
        `overlap_of_scores`.
    offset : array_like of float, shape (s,)
        ``o``, log-odds that are given.

    Notes
    -----
    Newton's method, a step that would lower the likelihood halved. Source: McCullagh & Nelder
    (1989), *Generalized Linear Models*, section 4.4. statsmodels' GLM is the judge in the tests.

    Examples
    --------
    One lead in five closes without the webinar, and one in two with it: odds of 1/4 and 1.

    >>> fit = fit_logistic([[1, 0], [1, 1]], [50, 20], [10, 10])
    >>> np.exp(fit.coefficients).round(6).tolist()
    [0.25, 4.0]
    """
    rows, given = np.asarray(design, dtype=float), np.asarray(offset, dtype=float)
    n, x = np.asarray(leads, dtype=float), np.asarray(customers, dtype=float)
    found = np.zeros((*n.shape[:-1], rows.shape[1]))
    reached = _likelihood(rows, n, x, given, found)
    for _ in range(_ROUNDS):
        gradient, information = _slopes(rows, n, x, given, found)
        step = np.linalg.solve(information, gradient[..., None])[..., 0]
        is_last = (np.einsum("...k,...k->...", gradient, step) <= -_CLOSE * reached).all()
        for _ in range(_HALVINGS):
            moved = _likelihood(rows, n, x, given, found + step)
            falls = moved < reached + _CLOSE * reached
            if not falls.any():
                break
            step = np.where(falls[..., None], step / 2, step)
        found, reached = found + step, np.maximum(moved, reached)
        if is_last:
            break
    information = _slopes(rows, n, x, given, found)[1]
    covariance = np.asarray(np.linalg.inv(information), np.float64)
    return LogisticFit(coefficients=found, covariance=covariance)


def _likelihood(rows: Floats, n: Floats, x: Floats, given: Floats, found: Floats) -> Floats:
    """Give the log-likelihood, 0 or less."""
    linear = given + np.einsum("sk,...k->...s", rows, found)
    total: Floats = (x * linear - n * np.logaddexp(0.0, linear)).sum(axis=-1)
    return total


def _slopes(
    rows: Floats, n: Floats, x: Floats, given: Floats, found: Floats
) -> tuple[Floats, Floats]:
    """Give the gradient of the log-likelihood, and the information."""
    linear = given + np.einsum("sk,...k->...s", rows, found)
    p = np.exp(-np.logaddexp(0.0, -linear))
    gradient = np.einsum("sk,...s->...k", rows, x - n * p)
    return gradient, np.einsum("sk,...s,sl->...kl", rows, n * p * (1 - p), rows)
