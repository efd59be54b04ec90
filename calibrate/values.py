"""What the close rate of a level is worth against the overall one, before any scale."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from calibrate.evidence import AttributeEvidence, Evidence, LevelEvidence
from calibrate.present.numbers import significant
from calibrate.spec import Measure, PointsPart

LOWEST_RATIO = -20.0
"""Floor of `lift_ratio`: a level where nobody closes."""
HIGHEST_RATE = 0.999999
"""A close rate is never taken as certain, whatever its six digits say."""

_RAW_NEEDS_HALF = ("log_lift", "log_odds")

Floats = npt.NDArray[np.float64]
Values = tuple[tuple[float, ...], ...]
"""Per attribute and level; 0 where no points are awarded."""


def values_of(
    evidence: Evidence, settings: PointsPart, *, among: Collection[str] | None = None
) -> Values:
    """Give the value of every level, in the order of the evidence.

    Parameters
    ----------
    evidence : Evidence
    settings : PointsPart
    among : collection of str, optional
        Attributes that may earn points; by default all.
    """
    overall = min(significant(evidence.overall.close_rate), HIGHEST_RATE)
    return tuple(
        _attribute_values(one, settings, overall)
        if among is None or one.name in among
        else (0.0,) * len(one.evidence)
        for one in evidence.attributes
    )


def level_value(rate: float, overall: float, measure: Measure) -> float:
    """Give what a close rate is worth against the overall one, before scaling.

    Parameters
    ----------
    rate : float
        Close rate of the level, in [0, 1]; in (0, 1) for the log measures.
    overall : float
        Overall close rate, in (0, 1).
    measure : {"lift_ratio", "lift_difference", "log_lift", "log_odds"}

    Returns
    -------
    float
        Rounded to six significant digits.

    Examples
    --------
    >>> level_value(0.25, 0.10, "lift_difference"), level_value(0.03, 0.10, "lift_difference")
    (1.5, -0.7)
    >>> level_value(0.0, 0.10, "lift_ratio"), level_value(0.05, 0.10, "lift_ratio")
    (-20.0, -2.0)
    """
    if measure == "lift_ratio":
        down = -overall / rate if rate > 0 else LOWEST_RATIO
        value = rate / overall if rate >= overall else max(down, LOWEST_RATIO)
    elif measure == "lift_difference":
        value = rate / overall - 1
    elif measure == "log_lift":
        value = math.log(rate / overall)
    else:
        value = math.log(rate / (1 - rate)) - math.log(overall / (1 - overall))
    return significant(value)


def measured(
    counted: tuple[Floats, Floats], m: float, overall: Floats, settings: PointsPart
) -> Floats:
    """Give the values of many resamples at once, unrounded.

    Parameters
    ----------
    counted : (ndarray, ndarray), shape (replicates, levels)
        Leads and customers.
    m : float
        Leads at the overall rate mixed into every level.
    overall : ndarray, shape (replicates, 1)
        Overall close rate of each resample.
    settings : PointsPart

    Examples
    --------
    >>> half = (np.array([[100.0]]), np.array([[50.0]]))
    >>> settings = PointsPart(measure="lift_difference", estimate="raw")
    >>> measured(half, 1.0, np.array([[0.25]]), settings).tolist()
    [[1.0]]
    """
    n, x = counted
    if settings.estimate == "shrunken":
        rates = (x + m * overall) / (n + m)
    elif settings.measure in _RAW_NEEDS_HALF:
        rates = (x + 0.5) / (n + 1)
    else:
        rates = x / np.maximum(n, 1)
    if settings.measure == "lift_ratio":
        with np.errstate(divide="ignore"):
            down = np.maximum(-overall / rates, LOWEST_RATIO)
        return np.where(rates >= overall, rates / overall, down)
    if settings.measure == "lift_difference":
        return rates / overall - 1
    if settings.measure == "log_lift":
        return np.log(rates / overall)
    rates = np.minimum(rates, HIGHEST_RATE)
    return np.log(rates / (1 - rates)) - np.log(overall / (1 - overall))


def estimated_rate(level: LevelEvidence, settings: PointsPart) -> float:
    """Give the close rate from which a level's points are made, to six significant digits.

    Shrunken toward overall, or raw; raw under a log measure is ``(x + 0.5) / (n + 1)``, which is
    never 0 or 1.
    """
    if settings.estimate == "shrunken":
        rate = level.shrunken_close_rate
    elif settings.measure in _RAW_NEEDS_HALF:
        rate = (level.customers + 0.5) / (level.leads + 1)
    else:
        rate = level.close_rate
    return (
        min(significant(rate), HIGHEST_RATE)
        if settings.measure == "log_odds"
        else significant(rate)
    )


def is_awarded(level: LevelEvidence, settings: PointsPart, *, selected: bool) -> bool:
    """Say whether a level of an attribute, selected in stage 1 or not, earns points at all."""
    if settings.award == "all":
        return level.verdict != "too few"
    if settings.award == "attribute":
        return selected and level.verdict != "too few"
    if settings.award == "raises":
        return level.verdict == "raises"
    return level.verdict in ("raises", "lowers")


def _attribute_values(
    attribute: AttributeEvidence, settings: PointsPart, overall: float
) -> tuple[float, ...]:
    selected = attribute.screened.selected
    return tuple(
        level_value(estimated_rate(level, settings), overall, settings.measure)
        if is_awarded(level, settings, selected=selected)
        else 0.0
        for level in attribute.evidence
    )
