"""Score every lead and say where it stands: out, must-contact, or decided by its points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import (
    BY_POINTS,
    MUST_CONTACT,
    OUT,
    ColumnPoints,
    Ints,
    Scoring,
)
from calibrate.engines.columns import Column, NumberColumn, text_column
from calibrate.engines.places import level_rows, rows_of_codes
from calibrate.engines.threads import blocks_of, side_by_side

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the points of leads add up to.

    Attributes
    ----------
    scores, fit, engagement : ndarray of int, shape (n,)
        Fit and engagement without the base.
    """

    scores: Ints
    fit: Ints
    engagement: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Sums):
    """Leads that were scored, and where each stands.

    Attributes
    ----------
    standing : ndarray of int, shape (n,)
        0 its points decide, 1 must-contact; from 2 on out, by the veto or gate of this number.
    """

    standing: Ints


def judge_rows(
    scoring: Scoring, reader: Callable[[ColumnPoints], Callable[[slice], Ints]], leads: int
) -> Judged:
    """Score leads and say where they stand.

    Parameters
    ----------
    scoring : Scoring
    reader : callable
        Makes ready to give what the values of some rows are worth; see `points_reader`.
    leads : int
        How many there are.
    """
    readers, conditions = (
        [reader(one) for one in parts] for parts in (scoring.columns, scoring.conditions)
    )
    scores, fit, engagement, standing = (np.empty(leads, dtype=np.int64) for _ in range(4))

    def judge(rows: slice) -> None:
        many = rows.stop - rows.start
        sums = added_up(scoring, (read(rows) for read in readers), many)
        scores[rows], fit[rows], engagement[rows] = sums.scores, sums.fit, sums.engagement
        found = held(scoring, (read(rows) for read in conditions), many)
        standing[rows] = standings(scoring, found)

    side_by_side(judge, blocks_of(leads))
    return Judged(scores=scores, fit=fit, engagement=engagement, standing=standing)


def points_reader(part: ColumnPoints, column: Column) -> Callable[[slice], Ints]:
    """Make ready to give what the values of some rows are worth: one look-up a row."""
    # The place -1, from the end, holds what a value never seen is worth.
    worth = np.array([*part.points, part.otherwise], dtype=np.int64)
    if isinstance(column, NumberColumn) and part.levels.kind == "number":
        numbers = column.numbers
        return lambda rows: worth.take(level_rows(NumberColumn(numbers=numbers[rows]), part.levels))
    texts = text_column(column)
    by_code = worth[rows_of_codes(texts, part.levels)]
    return lambda rows: by_code.take(texts.codes[rows])


def points_of(part: ColumnPoints, column: Column) -> Ints:
    """Give every lead what its value of a column is worth."""
    return points_reader(part, column)(slice(None))


def added_up(scoring: Scoring, each: Iterable[Ints], leads: int) -> Sums:
    """Add up the points of leads, group by group where there is a cap.

    Parameters
    ----------
    scoring : Scoring
    each : iterable of ndarray of int, shape (leads,)
        Points by column, in the order of the scoring's columns; looked at one at a time.
    leads : int

    Examples
    --------
    Two columns under a cap of 5, one outside it.

    >>> from calibrate.engines.base import Cap
    >>> from calibrate.levels import Levels
    >>> none = Levels(kind="category", levels=())
    >>> parts = [ColumnPoints(column=c, levels=none, points=(), otherwise=0) for c in "abc"]
    >>> capped = Scoring(base=1, columns=tuple(parts), caps=(Cap(columns=frozenset("ab"), most=5),))
    >>> added_up(capped, [np.array([4, 1]), np.array([4, -2]), np.array([2, 2])], 2).scores.tolist()
    [8, 2]
    """
    halves = {half: np.zeros(leads, dtype=np.int64) for half in ("fit", "engagement", "other")}
    capped = [np.zeros(leads, dtype=np.int64) for _ in scoring.caps]
    for part, points in zip(scoring.columns, each, strict=True):
        place = _cap_over(scoring, part.column)
        total = halves[_half(scoring, part.column)] if place is None else capped[place]
        total += points
    for cap, points in zip(scoring.caps, capped, strict=True):
        halves[_half(scoring, min(cap.columns))] += np.minimum(points, cap.most)
    fit, engagement, other = halves.values()
    return Sums(scores=scoring.base + fit + engagement + other, fit=fit, engagement=engagement)


def _cap_over(scoring: Scoring, column: str) -> int | None:
    return next((n for n, cap in enumerate(scoring.caps) if column in cap.columns), None)


def _half(scoring: Scoring, column: str) -> str:
    if column in scoring.fit:
        return "fit"
    return "engagement" if column in scoring.engagement else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Which conditions leads meet.

    Attributes
    ----------
    vetoes, sure : ndarray of bool, shape (conditions, n)
        Of vetoes, and of must-contact levels.
    met : tuple of ndarray of bool, shape (conditions, n)
        By gate.
    """

    vetoes: Flags
    sure: Flags
    met: tuple[Flags, ...]

    @classmethod
    def of(cls, scoring: Scoring, holds: Flags) -> Held:
        """Sort what holds, in the order of the scoring's conditions."""
        ends = np.cumsum(
            [
                len(scoring.vetoes),
                len(scoring.must_contact),
                *(len(gate.conditions) for gate in scoring.gates),
            ]
        )
        vetoes, sure, *met = np.split(holds, ends[:-1])
        return cls(vetoes=vetoes, sure=sure, met=tuple(met))


def held(scoring: Scoring, each: Iterable[Ints], leads: int) -> Held:
    """Say which conditions hold.

    Parameters
    ----------
    scoring : Scoring
    each : iterable of ndarray of int, shape (leads,)
        What its conditions are worth, in their order.
    leads : int
    """
    holds = np.array([worth > 0 for worth in each], dtype=np.bool_)
    return Held.of(scoring, holds.reshape(len(scoring.conditions), leads))


def standings(scoring: Scoring, found: Held) -> Ints:
    """Say where leads stand: the first veto, else the first failed gate, else must-contact."""
    standing = np.where(found.sure.any(axis=0), MUST_CONTACT, BY_POINTS).astype(np.int64)
    failed = [
        met.sum(axis=0) < gate.at_least for gate, met in zip(scoring.gates, found.met, strict=True)
    ]
    out = [*found.vetoes, *failed]
    for number, leads_out in reversed(list(enumerate(out))):  # the first is the one that stays
        standing[leads_out] = OUT + number
    return standing
