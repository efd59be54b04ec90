"""The points of a card made anew in every resample, all resamples at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.overlap import RIDGE
from calibrate.points import Points
from calibrate.scale import restretched, rounded
from calibrate.spread.seats import Seated
from calibrate.values import measured

_HELD = 1e15
"""Curvature that holds a factor where it is."""
_ROUNDS = 50
_GAP = 1e-7
_LEAST = 1e-9

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


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
        factors = _factors(seated, values, apart)
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
    more_leads, more_customers = (
        apart @ seated.by_shard(amounts) / seated.share
        for amounts in (seated.leads, seated.customers)
    )
    all_leads = np.maximum(seated.overall.leads + more_leads[:, [0]], 1.0)
    rate = (seated.overall.customers + more_customers[:, [0]]) / all_leads
    rate = np.clip(rate, _LEAST, 1 - _LEAST)
    found = []
    for one, start in zip(seated.attributes, seated.starts, strict=True):
        block = slice(start, start + len(one.values))
        # Around the counts of a sample a weight may draw a hair too much.
        customers = np.maximum(one.customers + more_customers[:, block], 0.0)
        leads = np.maximum(one.leads + more_leads[:, block], customers)
        redrawn = measured((leads, customers), one.m, rate, points.settings)
        found.append(np.where(one.values != 0, redrawn, 0.0))
    return found


def _factors(seated: Seated, values: Sequence[Floats], apart: Floats) -> Floats:
    """Go one step of Newton's method from the card's factors, shape (replicates, attributes).

    One step from an estimate that is near enough is as good as the whole fit to first order (Le
    Cam 1956, Proc 3rd Berkeley Symp 1, 129-156). What it needs are three small tables: actual less
    expected customers by shard and seat, and the weight of seats met together. How the values of
    a resample move what is expected is taken to first order too.
    """
    current = np.array([one.factor for one in seated.attributes])
    ridge = np.append(0.0, np.full(len(current), 2 * RIDGE))
    start = np.append(0.0, current)
    p = _expected(seated, current)
    residual = seated.by_shard(seated.customers - seated.leads * p)
    weight = seated.met(seated.leads * p * (1 - p)) / seated.share
    card = _design(seated, [one.values[None, :] for one in seated.attributes])[0]
    redrawn = _design(seated, values)
    met = weight @ redrawn
    unexplained = residual.sum(axis=0) / seated.share
    slope = np.einsum("rsa,rs->ra", redrawn, unexplained + apart @ residual / seated.share)
    slope -= np.einsum("rsa,rs->ra", met, (redrawn - card) @ start)
    # At the card's own factors nothing is left to gain, but for those held at 0: what a sample
    # or the file's six digits leave over is no news.
    at_card = card.T @ unexplained - ridge * start
    slope -= ridge * start + np.where(np.append(True, current > 0), at_card, 0.0)
    curvature = redrawn.transpose(0, 2, 1) @ met + np.diag(ridge)
    return _held(curvature, slope + curvature @ start, _twins(card, weight, seated))


def _held(curvature: Floats, target: Floats, twins: Bools) -> Floats:
    """Solve for the factors; those that would fall under 0 are held there, one set at a time."""
    held = np.tile(twins, (len(target), 1))
    places = np.arange(1, curvature.shape[1])
    while True:
        stiff = curvature.copy()
        stiff[:, places, places] += np.where(held, _HELD, 0.0)
        found = np.linalg.solve(stiff, target[:, :, None])[:, 1:, 0]
        under = (found < 0) & ~held
        if not under.any():
            return np.where(held, 0.0, found)
        held |= under


def _twins(card: Floats, weight: Floats, seated: Seated) -> Bools:
    """Find made attributes that say just what another says: they stay at 0, as in the card."""
    alike = (card.T @ weight @ card)[1:, 1:]
    own = np.diag(alike)
    same = own[:, None] + own - 2 * alike <= _LEAST * own[:, None]
    np.fill_diagonal(same, False)
    nothing = np.array([one.is_made and one.factor == 0 for one in seated.attributes])
    twins: Bools = nothing & same.any(axis=1)
    return twins


def _design(seated: Seated, values: Sequence[Floats]) -> Floats:
    """Stand the values in the row of all seats: a column of ones, then one an attribute."""
    design = np.zeros((len(values[0]), seated.width, 1 + len(values)))
    design[:, 0, 0] = 1.0
    for place, (start, row) in enumerate(zip(seated.starts, values, strict=True), start=1):
        design[:, start : start + row.shape[1], place] = row
    return design


def _expected(seated: Seated, factors: Floats) -> Floats:
    """Give each row's chance to close by the card's factors, as many in all as there are."""
    linear = np.zeros(len(seated.leads))
    for one, factor, seats in zip(seated.attributes, factors, seated.seats, strict=True):
        linear += (factor * one.values)[seats]
    customers = int(seated.customers.sum())
    start = np.log(customers / (seated.leads.sum() - customers))
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-(start + linear)))
        short = customers - seated.leads @ p
        if abs(short) < _GAP * customers:
            break
        start += np.clip(short / max(seated.leads @ (p * (1 - p)), _LEAST), -2.0, 2.0)
    expected: Floats = p
    return expected
