"""One factor per attribute for evidence that is told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnValues, Profiles
from calibrate.engines.threads import blocks_of
from calibrate.evidence import AttributeEvidence
from calibrate.leads import Leads
from calibrate.overlap.slopes import BLOCK, LookedUp
from calibrate.present.numbers import significant
from calibrate.stats.products import summed_products

RIDGE = 0.5
"""Weight of the sum of squared factors: keeps factors of attributes that say the same finite."""
SAMPLED_FROM = 1_000_000
"""Above so many leads, all customers and a sample of the others are enough."""
TOLD_ALREADY = 0.55
"""A factor under this names who tells the same story: of two copies each gets a hair over half."""

_GRADIENT = 1e-10
_NEARER = 0.01
"""What is left of the way after a step that brought the best far nearer."""
_ROUNDS = 100
_EVERY, _WARM = 16, 2**13
"""Of many profiles every 16th, if that leaves so many, tells where the fit begins."""
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
        Where the factor is under 0.55, the attributes most alike, the closest first: of those that
        are paid anything.
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
    if twins:
        profiles = profiles.columns(own)
    names = [names[place] for place in own]
    factors = [significant(float(f)) for f in fit_factors(profiles)[1]]
    told = _told_by(names, factors, profiles)
    found = {
        name: Overlap(factor=factor, told_by=others)
        for name, factor, others in zip(names, factors, told, strict=True)
    }
    for name, twin in twins.items():
        other = found[twin]
        found[name] = Overlap(factor=0.0, told_by=(twin,) if other.factor else other.told_by)
    return tuple(found.get(one.name, Overlap(factor=1.0)) for one in attributes)


def _twins_of_made(names: Sequence[str], profiles: Profiles, leads: Leads) -> dict[str, str]:
    """Find made attributes that turned out to say just what one before them says.

    Copies among a table's own columns share what they are paid. But how long ago a lead did
    something, where that says no more than whether it did, is our own doing: it is paid nothing.
    """
    made = {one.name for one in leads.attributes if one.recipe is not None}
    twins: dict[str, str] = {}
    values = profiles.values if made.intersection(names) else np.zeros((0, len(names)))
    for place, name in enumerate(names):
        if name in made:
            same = (values[:, :place] == values[:, [place]]).all(axis=0)
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
    >>> fit_factors(Profiles.of(rows, leads, customers))[1].round(3).tolist()
    [1.0]
    """
    rate = profiles.customers.sum() / profiles.leads.sum()
    start = np.zeros(1 + len(profiles.worths))
    start[0] = np.log(rate / (1 - rate))
    curvature = None
    if len(profiles.leads) >= _WARM * _EVERY:
        some = profiles.rows(slice(None, None, _EVERY))
        if 0 < some.customers.sum() < some.leads.sum():
            start, curvature = _fitted(some, start)
            if curvature is not None:
                curvature *= profiles.leads.sum() / some.leads.sum()
    found, _ = _fitted(profiles, start, curvature)
    return float(found[0]), found[1:]


def _fitted(
    profiles: Profiles, coefficients: Floats, curvature: Floats | None = None
) -> tuple[Floats, Floats | None]:
    """Go by Newton's method from some coefficients to the best, the intercept first.

    Parameters
    ----------
    profiles : Profiles
    coefficients : ndarray of float, shape (1 + attributes,)
    curvature : ndarray of float, shape (1 + attributes, 1 + attributes), optional
        That of a part of the profiles, whose best coefficients these are. So near to the best of
        all it hardly changes, and is reckoned anew only after a step that did not bring it far
        nearer.

    Returns
    -------
    coefficients : ndarray of float, shape (1 + attributes,)
    curvature : ndarray of float, shape (1 + attributes, 1 + attributes)
        The last that was reckoned; None where the coefficients given were the best.
    """
    leads = int(profiles.leads.sum())
    ridge = np.full(len(coefficients), 2 * RIDGE)
    ridge[0] = 0.0
    looked_up = LookedUp.of(profiles)
    here = looked_up.slope(coefficients, ridge)
    is_near, before = curvature is not None, np.inf
    for _ in range(_ROUNDS):
        free = (coefficients > 0) | (here.gradient < 0)
        free[0] = True
        left = np.sqrt((here.gradient[free] ** 2).sum()) / leads
        # The next step will bring it as much nearer as the last one did.
        soon = left * (left / before) if is_near and before < np.inf else left
        is_found = left < _GRADIENT or soon < _GRADIENT * _NEARER
        if is_found and not is_near:
            break
        if curvature is None or not (is_found or (is_near and left <= _NEARER * before)):
            curvature = looked_up.curvature(coefficients, ridge)
        step = np.zeros_like(coefficients)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], here.gradient[free])
        if is_found:  # a last step that nobody need look at makes up for the old curvature
            return _moved(coefficients, step), curvature
        size = 1.0
        while True:  # along the step, halved until the loss no longer rises
            moved = _moved(coefficients, size * step)
            there = looked_up.slope(moved, ridge)
            if there.loss <= here.loss + 1e-12 * abs(here.loss) or size < 1e-6:
                break
            size /= 2
        coefficients, here, before = moved, there, left
    return coefficients, curvature


def _moved(coefficients: Floats, step: Floats) -> Floats:
    """Go a step, and hold factors at 0 that would fall under it."""
    moved = coefficients - step
    moved[1:] = np.maximum(moved[1:], 0.0)
    return moved


def _told_by(
    names: Sequence[str], factors: Sequence[float], profiles: Profiles
) -> list[tuple[str, ...]]:
    """Name, for attributes paid little, those whose values go along with theirs."""
    if min(factors, default=1.0) >= TOLD_ALREADY:
        return [()] * len(names)
    alike = _alike(profiles)
    alike[:, np.array(factors) == 0] = 0.0  # nothing is told by what is paid nothing itself
    told = []
    for place, factor in enumerate(factors):
        order = np.argsort(-alike[place], kind="stable")[:_NAMED]
        close = tuple(names[other] for other in order if alike[place, other] >= _ALIKE)
        told.append(close if factor < TOLD_ALREADY else ())
    return told


def _alike(profiles: Profiles) -> Floats:
    """Give how much the values of attributes go along with each other: their correlations."""
    weights = profiles.leads / profiles.leads.sum()
    mean = weights @ profiles.values
    covariance = np.zeros((len(mean), len(mean)))
    for rows in blocks_of(len(weights), BLOCK):
        centred = profiles.rows(rows).values.T - mean[:, None]
        covariance += summed_products(centred, centred * weights[rows])
    spread = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        alike: Floats = np.nan_to_num(covariance / np.outer(spread, spread))
    np.fill_diagonal(alike, 0.0)
    return alike
