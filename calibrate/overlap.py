"""One factor per attribute for evidence that is told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnValues, Profiles
from calibrate.evidence import AttributeEvidence
from calibrate.leads import Leads
from calibrate.present.numbers import significant

RIDGE = 0.5
"""Weight of the sum of squared factors: keeps factors of attributes that say the same finite."""
SAMPLED_FROM = 1_000_000
"""Above so many leads, all customers and a sample of the others are enough."""
TOLD_ALREADY = 0.55
"""A factor under this names who tells the same story: of two copies each gets a hair over half."""

_GRADIENT = 1e-10
_ROUNDS = 100
_ALIKE = 0.2
_NAMED = 3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What an attribute still tells beside the others.

    Attributes
    ----------
    factor : float
        0 or more, six significant digits; 1 is independent evidence, near 0 is told by others.
    told_by : tuple of str
        Where the factor is under 0.55, the attributes most alike, the closest first.
    """

    factor: float
    told_by: tuple[str, ...] = ()


def overlaps(
    attributes: Sequence[AttributeEvidence], values: Sequence[Sequence[float]], leads: Leads
) -> tuple[Overlap, ...]:
    """Find one factor per attribute, so that evidence told twice is paid once.

    Parameters
    ----------
    attributes : sequence of AttributeEvidence
    values : sequence of sequence of float
        Value of each level, 0 where no points are awarded.
    leads : Leads

    Returns
    -------
    tuple of Overlap
        In the order of the attributes; the factor is 1 where no level has a value.

    Notes
    -----
    The factors are the coefficients, held at 0 or above, of a logistic regression of the outcome
    on the leads' values, with a free intercept and the ridge ``0.5 * sum f**2``. Signs never
    flip. Above a million leads it is fitted on all customers and a sample of the others: that
    moves only the intercept (Prentice & Pyke 1979, Biometrika 66, 403-411).
    """
    columns = valued_columns(attributes, values)
    if not columns:
        return (Overlap(factor=1.0),) * len(attributes)
    profiles = leads.engine.joint_profiles(columns, most=SAMPLED_FROM)
    names = [one.column for one in columns]
    twins = _twins_of_made(names, profiles, leads)
    own = [place for place, name in enumerate(names) if name not in twins]
    profiles = replace(profiles, values=profiles.values[:, own])
    names = [names[place] for place in own]
    factors = [significant(float(f)) for f in fit_factors(profiles)[1]]
    told = _told_by(names, factors, profiles)
    found = {name: Overlap(factor=0.0, told_by=(twin,)) for name, twin in twins.items()}
    found |= {
        name: Overlap(factor=factor, told_by=others)
        for name, factor, others in zip(names, factors, told, strict=True)
    }
    return tuple(found.get(one.name, Overlap(factor=1.0)) for one in attributes)


def _twins_of_made(names: Sequence[str], profiles: Profiles, leads: Leads) -> dict[str, str]:
    """Find made attributes that turned out to say just what one before them says.

    Copies among a table's own columns share what they are paid. But how long ago a lead did
    something, where that says no more than whether it did, is our own doing: it is paid nothing.
    """
    made = {one.name for one in leads.attributes if one.recipe is not None}
    twins: dict[str, str] = {}
    for place, name in enumerate(names):
        if name in made:
            same = (profiles.values[:, :place] == profiles.values[:, [place]]).all(axis=0)
            if same.any():
                twins[name] = names[int(np.argmax(same))]
    return twins


def valued_columns(
    attributes: Sequence[AttributeEvidence], values: Sequence[Sequence[float]]
) -> list[ColumnValues]:
    """Keep the attributes of which a level has a value."""
    return [
        ColumnValues(column=one.name, levels=one.levels, values=tuple(row))
        for one, row in zip(attributes, values, strict=True)
        if any(row)
    ]


def fit_factors(profiles: Profiles) -> tuple[float, Floats]:
    """Fit the factors by Newton's method, those that would fall under 0 held there.

    Parameters
    ----------
    profiles : Profiles
        Distinct rows of values with their leads and customers.

    Returns
    -------
    intercept : float
    factors : ndarray of float, shape (attributes,)

    Examples
    --------
    One attribute whose value is its log-odds: the factor is 1, less what the ridge takes.

    >>> rows = np.array([[-1.0], [1.0]])
    >>> leads = np.array([100_000, 100_000])
    >>> customers = np.round(leads / (1 + np.exp(-rows[:, 0]))).astype(int)
    >>> fit_factors(Profiles(values=rows, leads=leads, customers=customers))[1].round(3).tolist()
    [1.0]
    """
    design = np.column_stack([np.ones(len(profiles.values)), profiles.values])
    n, x = profiles.leads.astype(float), profiles.customers.astype(float)
    rate = x.sum() / n.sum()
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(rate / (1 - rate))
    ridge = np.full(design.shape[1], 2 * RIDGE)
    ridge[0] = 0.0
    loss = _loss(design, n, x, ridge, coefficients)
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-(design @ coefficients)))
        gradient = design.T @ (n * p - x) + ridge * coefficients
        free = (coefficients > 0) | (gradient < 0)
        free[0] = True
        if np.sqrt((gradient[free] ** 2).sum()) / n.sum() < _GRADIENT:
            break
        weighted = design[:, free] * (n * p * (1 - p))[:, None]
        curvature = weighted.T @ design[:, free] + np.diag(ridge[free])
        step = np.zeros_like(coefficients)
        step[free] = np.linalg.solve(curvature, gradient[free])
        coefficients, loss = _descend(design, n, x, ridge, coefficients, step, loss)
    return float(coefficients[0]), coefficients[1:]


def _descend(  # noqa: PLR0917
    design: Floats, n: Floats, x: Floats, ridge: Floats, start: Floats, step: Floats, loss: float
) -> tuple[Floats, float]:
    """Go along the step, halved until the loss no longer rises; factors stay at 0 or above."""
    size = 1.0
    while True:
        moved = start - size * step
        moved[1:] = np.maximum(moved[1:], 0.0)
        reached = _loss(design, n, x, ridge, moved)
        if reached <= loss + 1e-12 * abs(loss) or size < 1e-6:
            return moved, reached
        size /= 2


def _loss(design: Floats, n: Floats, x: Floats, ridge: Floats, coefficients: Floats) -> float:
    linear = design @ coefficients
    return float(
        (n * np.logaddexp(0.0, linear) - x * linear).sum() + (ridge * coefficients**2).sum() / 2
    )


def _told_by(
    names: Sequence[str], factors: Sequence[float], profiles: Profiles
) -> list[tuple[str, ...]]:
    """Name, for attributes paid little, those whose values go along with theirs."""
    weights = profiles.leads / profiles.leads.sum()
    centred = profiles.values - weights @ profiles.values
    covariance = centred.T @ (centred * weights[:, None])
    spread = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = np.nan_to_num(covariance / np.outer(spread, spread))
    np.fill_diagonal(alike, 0.0)
    told = []
    for place, factor in enumerate(factors):
        order = np.argsort(-alike[place], kind="stable")[:_NAMED]
        close = tuple(names[other] for other in order if alike[place, other] >= _ALIKE)
        told.append(close if factor < TOLD_ALREADY else ())
    return told
