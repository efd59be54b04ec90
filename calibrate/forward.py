"""The order in which attributes earn their place on a short card."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnValues, Profiles
from calibrate.evidence import Evidence
from calibrate.leads import Leads
from calibrate.overlap import SAMPLED_FROM, fit_factors, valued_columns
from calibrate.spec import PointsPart
from calibrate.values import values_of

Floats = npt.NDArray[np.float64]


def chosen_forward(
    leads: Leads, evidence: Evidence, settings: PointsPart, most: int
) -> tuple[list[ColumnValues], tuple[int, ...], tuple[Floats, ...]]:
    """Order the attributes that have points by what each adds beside those before it."""
    columns = valued_columns(evidence.attributes, values_of(evidence, settings))
    if not columns:
        return [], (), ()
    profiles = leads.engine.joint_profiles(columns, most=SAMPLED_FROM)
    return columns, *forward_order(profiles, most)


def forward_order(profiles: Profiles, most: int) -> tuple[tuple[int, ...], tuple[Floats, ...]]:
    """Choose attributes one by one, each time the one that adds most beside those chosen.

    Parameters
    ----------
    profiles : Profiles
        Distinct rows of values, one column an attribute.
    most : int
        How many to choose.

    Returns
    -------
    order : tuple of int
        Columns in the order chosen; fewer than `most` when no other adds anything.
    factors : tuple of ndarray
        After each choice, the overlap factors of the columns chosen so far.

    Notes
    -----
    What an attribute would add is judged by its score statistic, the squared slope of the
    likelihood over its curvature (Rao 1948, Math Proc Camb Phil Soc 44, 50-57): one fit a step.

    Examples
    --------
    >>> rows = np.array([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.1], [-1.0, -0.1]])
    >>> leads = np.array([1000] * 4)
    >>> customers = np.array([740, 720, 280, 260])
    >>> forward_order(Profiles.of(rows, leads, customers), 2)[0]
    (0, 1)
    """
    order: list[int] = []
    factors: list[Floats] = []
    values = profiles.values
    for _ in range(min(most, values.shape[1])):
        current, linear = _fitted(profiles, values, order)
        gains = _gains(profiles, values, linear)
        gains[order] = 0.0
        best = int(np.argmax(gains))
        if gains[best] <= 0:
            break
        order.append(best)
        factors.append(current)
    if order:
        factors.append(_fitted(profiles, values, order)[0])
    return tuple(order), tuple(factors[1:])


def _fitted(profiles: Profiles, values: Floats, order: list[int]) -> tuple[Floats, Floats]:
    """Give the factors of some columns, and the log-odds of each profile."""
    intercept, factors = fit_factors(profiles.columns(order))
    return factors, intercept + values[:, order] @ factors


def _gains(profiles: Profiles, values: Floats, linear: Floats) -> Floats:
    n, x = profiles.leads, profiles.customers
    p = 1 / (1 + np.exp(-linear))
    weight = n * p * (1 - p)
    slope = values.T @ (x - n * p)
    centred = values - (weight @ values) / weight.sum()
    curvature = weight @ centred**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((slope > 0) & (curvature > 0), slope**2 / curvature, 0.0)
