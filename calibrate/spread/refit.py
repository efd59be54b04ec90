"""The points of a card made anew in every resample, all resamples at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.points import Points
from calibrate.scale import restretched, rounded
from calibrate.spread.newton import stepped_factors
from calibrate.spread.seats import Seated
from calibrate.values import measured

_LEAST = 1e-9

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Redrawn:
    """Points of many resamples.

    Attributes
    ----------
    base : ndarray of int, shape (replicates,)
    points : tuple of ndarray of int, shape (replicates, seats)
        Per attribute.
    """

    base: Ints
    points: tuple[Ints, ...]


def redrawn_points(seated: Seated, points: Points, apart: Floats) -> Redrawn:
    """Make values, overlap factors, scale and whole points anew in every resample.

    Parameters
    ----------
    seated : Seated
    points : Points
        The card's.
    apart : ndarray of float, shape (replicates, 200)
        How far the weight of each shard lies from 1.
    """
    values = _values(seated, points, apart)
    factors = np.tile([one.factor for one in seated.attributes], (len(apart), 1))
    if points.settings.overlap:
        factors = stepped_factors(seated, values, apart)
    paid = [factors[:, [place]] * row for place, row in enumerate(values)]
    if points.settings.scale == "0-100":
        whole, base = _stretched(seated, paid)
    else:
        whole = [rounded(points.settings.unit_points * row) for row in paid]
        base = np.zeros(len(apart), dtype=np.int64)
    return Redrawn(
        base=base,
        points=tuple(
            np.where(np.isnan(one.by_hand), row, np.nan_to_num(one.by_hand).astype(np.int64))
            for one, row in zip(seated.attributes, whole, strict=True)
        ),
    )


def _stretched(seated: Seated, paid: Sequence[Floats]) -> tuple[list[Ints], Ints]:
    """Scale to 0-100; a first seat in which no lead can sit has no say in the range."""
    first = [0 if one.has_zero else 1 for one in seated.attributes]
    whole, base = restretched([row[:, start:] for start, row in zip(first, paid, strict=True)])
    return [
        np.pad(row, ((0, 0), (start, 0))) for start, row in zip(first, whole, strict=True)
    ], base


def _values(seated: Seated, points: Points, apart: Floats) -> list[Floats]:
    """Give each seat's value per resample, shape (replicates, seats) an attribute."""
    seating = seated.seating
    more_leads, more_customers = (apart @ counted for counted in seated.by_shard)
    all_leads = np.maximum(seated.overall.leads + more_leads[:, [0]], 1.0)
    rate = (seated.overall.customers + more_customers[:, [0]]) / all_leads
    rate = np.clip(rate, _LEAST, 1 - _LEAST)
    found = []
    for one, start in zip(seated.attributes, seating.starts, strict=True):
        block = slice(start, start + len(one.values))
        # Around the counts of a sample a weight may draw a hair too much.
        customers = np.maximum(one.customers + more_customers[:, block], 0.0)
        leads = np.maximum(one.leads + more_leads[:, block], customers)
        redrawn = measured((leads, customers), one.m, rate, points.settings)
        found.append(np.where(one.values != 0, redrawn, 0.0))
    return found
