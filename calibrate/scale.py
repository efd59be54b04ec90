"""Stretch values to the scale 0-100, in whole points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibrate.levels import Levels
from calibrate.present.numbers import half_away, significant

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RANGE = 100
"""Points between the worst and the best lead on the scale 0-100."""


def stretched(
    levels: Sequence[Levels], values: Sequence[Sequence[float]]
) -> tuple[float, list[list[int]], int]:
    """Scale values so that the worst lead scores 0 and the best 100.

    Parameters
    ----------
    levels : sequence of Levels
        Per attribute.
    values : sequence of sequence of float
        Value per level, overlap factor included.

    Returns
    -------
    multiplier : float
        Points for one unit of value, six significant digits.
    points : list of list of int
        Per attribute and level.
    base : int
        What every lead starts from.

    Examples
    --------
    >>> from calibrate.levels import Level
    >>> two = Levels(kind="category", levels=(Level(text="a"), Level(text="b")))
    >>> stretched([two], [[1.5, -0.5]])
    (50.0, [[75, -25]], 25)
    """
    reach = [[*row, _otherwise(one, row)] for one, row in zip(levels, values, strict=True)]
    span = sum(max(row) - min(row) for row in reach)
    if span == 0:
        return 0.0, [[0] * len(row) for row in values], 0
    multiplier = significant(RANGE / span)
    whole = _to_range([[multiplier * value for value in row] for row in reach])
    base = -sum(min(row) for row in whole)
    return multiplier, [row[:-1] for row in whole], base


def restretched(reach: Sequence[Floats]) -> tuple[list[Ints], Ints]:
    """Scale the values of many resamples at once, each as `stretched` does.

    Parameters
    ----------
    reach : sequence of ndarray of float, shape (replicates, k)
        Per attribute: value of every level, overlap factor included, and of a value never seen.

    Returns
    -------
    points : list of ndarray of int
        As given.
    base : ndarray of int, shape (replicates,)

    Examples
    --------
    >>> points, base = restretched([np.array([[1.5, -0.5, 0.0], [0.3, 0.0, 0.0]])])
    >>> points[0].tolist(), base.tolist()
    ([[75, -25, 0], [100, 0, 0]], [25, 0])
    """
    span = np.sum([np.ptp(row, axis=1) for row in reach], axis=0)
    multiplier = np.divide(RANGE, span, out=np.zeros_like(span), where=span > 0)
    exact = [multiplier[:, None] * row for row in reach]
    whole = [rounded(row) for row in exact]
    ranges = np.stack([np.ptp(row, axis=1) for row in whole], axis=1)
    lost = np.stack([np.ptp(row, axis=1) for row in exact], axis=1) - ranges
    short = np.where(span > 0, RANGE - ranges.sum(axis=1), 0)
    order = np.argsort(-np.sign(short)[:, None] * lost, axis=1, kind="stable")
    for replicate in np.flatnonzero(short):
        step = 1 if short[replicate] > 0 else -1
        for place in order[replicate, : abs(short[replicate])]:
            row = whole[place][replicate]
            row[:] = _move_end(exact[place][replicate].tolist(), row.tolist(), step)
    base = -np.sum([row.min(axis=1) for row in whole], axis=0)
    return whole, base


def rounded(values: Floats) -> Ints:
    """Round to whole numbers, halves away from zero.

    Examples
    --------
    >>> rounded(np.array([0.5, 1.5, -0.5, -2.5, 2.4])).tolist()
    [1, 2, -1, -3, 2]
    """
    return (np.sign(values) * np.floor(np.abs(values) + 0.5)).astype(np.int64)


def _to_range(exact: Sequence[Sequence[float]]) -> list[list[int]]:
    """Round so that the ranges add up to exactly 100: at most one point more or less an attribute.

    Where rounding leaves the sum short or over, the attributes whose range lost or won most by it
    move one of their ends, and levels at or past the new end move with it, so that none overtakes
    another.
    """
    whole = [[half_away(value) for value in row] for row in exact]
    short = RANGE - sum(max(row) - min(row) for row in whole)
    step = 1 if short > 0 else -1
    lost = [
        step * ((max(e) - min(e)) - (max(w) - min(w))) for e, w in zip(exact, whole, strict=True)
    ]
    order = sorted(range(len(exact)), key=lambda place: (-lost[place], place))
    for place in order[: abs(short)]:
        whole[place] = _move_end(exact[place], whole[place], step)
    return whole


def _move_end(exact: Sequence[float], whole: Sequence[int], step: int) -> list[int]:
    top, bottom = max(exact), min(exact)
    top_lost = step * (top - max(whole))
    bottom_lost = step * (min(whole) - bottom)
    if top_lost >= bottom_lost:
        end = max(whole) + step
        if step > 0:
            return [
                end if value == top else points for value, points in zip(exact, whole, strict=True)
            ]
        return [min(points, end) for points in whole]
    end = min(whole) - step
    if step > 0:
        return [
            end if value == bottom else points for value, points in zip(exact, whole, strict=True)
        ]
    return [max(points, end) for points in whole]


def _otherwise(levels: Levels, row: Sequence[float]) -> float:
    """Give what a value never seen is worth: what the rare values together have earned, else 0."""
    return 0.0 if levels.other is None else row[levels.other]
