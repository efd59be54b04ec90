"""The overlap factors of resamples: one step of Newton's method from those of the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from calibrate.engines.threads import blocks_of, side_by_side
from calibrate.overlap import RIDGE
from calibrate.spread.seating import Seating
from calibrate.spread.seats import Seated
from calibrate.stats.products import row_products, summed_products

_HELD = 1e15
"""Curvature that holds a factor where it is."""
_ROUNDS = 50
_GAP = 1e-7
_LEAST = 1e-9
_TOGETHER = 16
"""So many resamples at a time: their values stay in the processor's cache."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def stepped_factors(seated: Seated, values: Sequence[Floats], apart: Floats) -> Floats:
    """Go one step of Newton's method from the card's factors, shape (replicates, attributes).

    Parameters
    ----------
    seated : Seated
    values : sequence of ndarray of float, shape (replicates, seats)
        Per attribute, of every resample.
    apart : ndarray of float, shape (replicates, 200)
        How far the weight of each shard lies from 1.

    Notes
    -----
    One step from an estimate that is near enough is as good as the whole fit to first order (Le
    Cam 1956, Proc 3rd Berkeley Symp 1, 129-156). How the values of a resample move what is
    expected is taken to first order too.
    """
    current = np.array([one.factor for one in seated.attributes])
    ridge = np.append(0.0, np.full(len(current), 2 * RIDGE))
    start = np.append(0.0, current)
    model = _Model.at_card(seated, current)
    slope, curvature = (_by_rows if len(apart) == 1 else _by_tables)(seated, model, values, apart)
    # At the card's own factors nothing is left to gain, but for those held at 0: what a sample
    # or the file's six digits leave over is no news.
    card = _in_a_row([one.values for one in seated.attributes])
    unexplained = seated.seating.by_seat(model.residual) / seated.share
    at_card = _by_attribute(seated.seating, card * unexplained) - ridge * start
    slope -= ridge * start + np.where(np.append(True, current > 0), at_card, 0.0)
    curvature += np.diag(ridge)
    return _held(curvature, slope + curvature @ start, _twins(seated, model))


@dataclass(frozen=True, kw_only=True)
class _Model:
    """What the card's factors make of each row of leads.

    Attributes
    ----------
    factors : ndarray of float, shape (attributes,)
    linear : ndarray of float, shape (k,)
        The factors times the values.
    residual : ndarray of float, shape (k,)
        Customers less those expected.
    weight : ndarray of float, shape (k,)
        How much the row tells of the factors.
    """

    factors: Floats
    linear: Floats
    residual: Floats
    weight: Floats

    @classmethod
    def at_card(cls, seated: Seated, factors: Floats) -> _Model:
        """Expect as many customers in all as there are."""
        leads, customers = seated.seating.amounts
        linear = seated.seating.looked_up(
            [factor * one.values for one, factor in zip(seated.attributes, factors, strict=True)]
        )
        total = customers.sum()
        start = np.log(total / (leads.sum() - total))
        p = np.empty_like(linear)
        for _ in range(_ROUNDS):
            np.exp(np.subtract(-start, linear, out=p), out=p)
            np.reciprocal(np.add(p, 1.0, out=p), out=p)
            short = total - (leads * p).sum()
            if abs(short) < _GAP * total:
                break
            start += np.clip(short / max((leads * p * (1 - p)).sum(), _LEAST), -2.0, 2.0)
        expected = leads * p
        return cls(
            factors=factors,
            linear=linear,
            residual=customers - expected,
            weight=expected * (1 - p),
        )


def _by_tables(
    seated: Seated, model: _Model, values: Sequence[Floats], apart: Floats
) -> tuple[Floats, Floats]:
    """Give slope and curvature of many resamples from small tables.

    These are the actual less the expected customers by shard and seat, and the weight of seats met
    together.

    Returns
    -------
    slope : ndarray of float, shape (replicates, 1 + attributes)
    curvature : ndarray of float, shape (replicates, 1 + attributes, 1 + attributes)
    """
    seating = seated.seating
    residual = seating.by_shard(model.residual) / seated.share
    met = seating.met(model.weight) / seated.share
    card = _in_a_row([one.values for one in seated.attributes])
    factors = _in_a_row(
        [np.full(size, one) for size, one in zip(seating.sizes, model.factors, strict=True)]
    )

    def added_up(some: slice) -> tuple[Floats, Floats]:
        redrawn = _in_a_row([row[some].T for row in values])
        unexplained = residual.sum(axis=0)[:, None] + row_products(residual.T, apart[some].T)
        expected = row_products(met, factors[:, None] * (redrawn - card[:, None]))
        slope = _by_attribute(seating, redrawn * (unexplained - expected))
        return slope.T, _met_in_pairs(seating, met, redrawn)

    slope, curvature = zip(*side_by_side(added_up, blocks_of(len(apart), _TOGETHER)), strict=True)
    return np.concatenate(slope), np.concatenate(curvature)


def _met_in_pairs(seating: Seating, met: Floats, redrawn: Floats) -> Floats:
    """Add up the values of attributes times each other, over the seats that they met in.

    Parameters
    ----------
    seating : Seating
    met : ndarray of float, shape (width, width)
    redrawn : ndarray of float, shape (width, replicates)
        Values of all seats.

    Returns
    -------
    ndarray of float, shape (replicates, 1 + attributes, 1 + attributes)
    """
    starts = [0, *seating.starts]
    found = np.empty((len(starts), len(starts), redrawn.shape[1]))
    for place, (start, stop) in enumerate(pairwise([*starts, seating.width])):
        before = met[:stop, start:stop]  # the others follow by symmetry
        weighed = redrawn[:stop] * row_products(before, redrawn[start:stop])
        sums = np.add.reduceat(weighed, starts[: place + 1], axis=0)
        found[place, : place + 1] = found[: place + 1, place] = sums
    return found.transpose(2, 0, 1)


def _by_rows(
    seated: Seated, model: _Model, values: Sequence[Floats], apart: Floats
) -> tuple[Floats, Floats]:
    """Give the same of one resample, for which no table pays."""
    seating = seated.seating
    only = [row[0] for row in values]
    moved = seating.looked_up(
        [factor * row for factor, row in zip(model.factors, only, strict=True)]
    )
    moved -= model.linear
    told = (1 + apart[0])[seating.shards] * model.residual - model.weight * moved
    size = 1 + len(only)
    products = np.zeros((size + 1, size))
    for rows, design in seating.blocks(only):
        weighed = np.empty((size + 1, design.shape[1]))
        np.multiply(design, model.weight[rows], out=weighed[:size])
        weighed[size] = told[rows]
        products += summed_products(weighed, design)
    products /= seated.share
    return products[None, size], products[None, :size]


def _in_a_row(values: Sequence[Floats]) -> Floats:
    """Stand values by seat in the row of all seats, after a one for all leads."""
    return np.concatenate([np.ones_like(values[0][:1]), *values])


def _by_attribute(seating: Seating, by_seat: Floats) -> Floats:
    """Add up over the seats of each attribute, after what stands for all leads."""
    sums: Floats = np.add.reduceat(by_seat, [0, *seating.starts], axis=0)
    return sums


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


def _twins(seated: Seated, model: _Model) -> Bools:
    """Find made attributes that say just what another says: they stay at 0, as in the card."""
    nothing = np.array([one.is_made and one.factor == 0 for one in seated.attributes])
    if not nothing.any():
        return nothing
    alike = np.zeros((len(nothing), len(nothing)))
    for rows, design in seated.seating.blocks([one.values for one in seated.attributes]):
        alike += summed_products(design[1:] * model.weight[rows], design[1:])
    own = np.diag(alike)
    same = own[:, None] + own - 2 * alike <= _LEAST * own[:, None]
    np.fill_diagonal(same, False)
    twins: Bools = nothing & same.any(axis=1)
    return twins
