"""Score leads one by one, and say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnPoints
from calibrate.engines.columns import Column, NumberColumn
from calibrate.engines.memory import UNSEEN, level_rows
from calibrate.errors import Finding
from calibrate.points import Points
from calibrate.present.numbers import points_text

_REASONS = 5
"""How many of a lead's levels are named as reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """All that is needed to score: the base, and what each level is worth."""

    base: int
    columns: tuple[ColumnPoints, ...]

    @classmethod
    def of(cls, points: Points) -> Scoring:
        """Keep the attributes that can change a score."""
        columns = (
            ColumnPoints(
                column=one.name, levels=one.levels, points=one.points, otherwise=one.otherwise
            )
            for one in points.attributes
        )
        return cls(base=points.base, columns=tuple(c for c in columns if any(c.points)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Values of an attribute that no level of the card covers.

    Attributes
    ----------
    attribute : str
    leads : int
        How many have such a value.
    example : str
    points : int
        What they get.
    """

    attribute: str
    leads: int
    example: str
    points: int


@dataclass(frozen=True, kw_only=True)
class ScoredLeads:
    """Leads with their scores, in the order of their table.

    Attributes
    ----------
    scores : ndarray of int, shape (n,)
    reasons : tuple of str
        Per lead, its strongest points in words.
    unseen : tuple of Unseen
        Attributes with values on no level of the card.
    """

    scores: npt.NDArray[np.int64]
    reasons: tuple[str, ...]
    unseen: tuple[Unseen, ...]


def score_columns(scoring: Scoring, columns: Mapping[str, Column], leads: int) -> ScoredLeads:
    """Score leads and say why.

    Parameters
    ----------
    scoring : Scoring
    columns : mapping of str to Column
        At least the scoring's columns.
    leads : int
        How many there are.
    """
    scores = np.full(leads, scoring.base, dtype=np.int64)
    each: list[npt.NDArray[np.int64]] = []
    words: list[npt.NDArray[np.object_]] = []
    unseen: list[Unseen] = []
    for part in scoring.columns:
        rows = level_rows(columns[part.column], part.levels)
        worth = np.array([*part.points, part.otherwise], dtype=np.int64)
        each.append(worth[rows])
        words.append(np.array(_words(part), dtype=object)[rows])
        scores += each[-1]
        strange = np.flatnonzero(rows == UNSEEN)
        if len(strange):
            unseen.append(
                Unseen(
                    attribute=part.column,
                    leads=len(strange),
                    example=_value(columns[part.column], int(strange[0])),
                    points=part.otherwise,
                )
            )
    reasons = _reasons(each, words, scores, scoring.base)
    return ScoredLeads(scores=scores, reasons=reasons, unseen=tuple(unseen))


def unseen_findings(unseen: Sequence[Unseen]) -> tuple[Finding, ...]:
    """Remark on values that the card has never seen."""
    return tuple(
        Finding(
            code="unseen-level",
            severity="warning",
            says=f"`{one.attribute}`: {one.leads} leads have a value the card has never seen "
            f"(`{one.example[:40]}`); it counts {points_text(one.points)} points.",
            fix="Calibrate again when they become many.",
        )
        for one in unseen
    )


def _words(part: ColumnPoints) -> list[str]:
    named = [
        f"{part.column}: {level.label} {points_text(points)}"
        for level, points in zip(part.levels.levels, part.points, strict=True)
    ]
    return [*named, f"{part.column}: a value never seen {points_text(part.otherwise)}"]


def _value(column: Column, row: int) -> str:
    if isinstance(column, NumberColumn):
        value = column.numbers[row]
        return "(missing)" if np.isnan(value) else f"{value:g}"
    code = int(column.codes[row])
    return column.texts[code - 1] if code else "(missing)"


def _reasons(
    each: Sequence[npt.NDArray[np.int64]],
    words: Sequence[npt.NDArray[np.object_]],
    scores: npt.NDArray[np.int64],
    base: int,
) -> tuple[str, ...]:
    """Name each lead's strongest points, then the rest and the base: they add up to its score."""
    if not each:
        return (f"base {base}",) * len(scores)
    points, texts = np.stack(each, axis=1), np.stack(words, axis=1)
    order = np.argsort(-np.abs(points), axis=1, kind="stable")[:, :_REASONS]
    strongest = np.take_along_axis(points, order, axis=1)
    named = np.take_along_axis(texts, order, axis=1)
    rest = scores - base - strongest.sum(axis=1)
    others = (points != 0).sum(axis=1) - (strongest != 0).sum(axis=1)
    return tuple(
        "; ".join(
            [
                *(text for text, value in zip(row, worth, strict=True) if value),
                *([f"{more} more {points_text(left)}"] if more else []),
                f"base {base}",
            ]
        )
        for row, worth, left, more in zip(
            named.tolist(), strongest.tolist(), rest.tolist(), others.tolist(), strict=True
        )
    )
