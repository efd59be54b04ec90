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


@dataclass(frozen=True, kw_only=True)
class ScoredLeads:
    """Leads with their scores, in the order of their table.

    Attributes
    ----------
    scores : ndarray of int, shape (n,)
    reasons : tuple of str
        Per lead, its strongest points in words.
    unseen : mapping of str to (int, str)
        Attribute -> leads whose value is on no level of the card, and one such value.
    """

    scores: npt.NDArray[np.int64]
    reasons: tuple[str, ...]
    unseen: Mapping[str, tuple[int, str]]


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
    unseen: dict[str, tuple[int, str]] = {}
    for part in scoring.columns:
        rows = level_rows(columns[part.column], part.levels)
        worth = np.array([*part.points, part.otherwise], dtype=np.int64)
        each.append(worth[rows])
        words.append(np.array(_words(part), dtype=object)[rows])
        scores += each[-1]
        strange = np.flatnonzero(rows == UNSEEN)
        if len(strange):
            unseen[part.column] = (len(strange), _value(columns[part.column], int(strange[0])))
    return ScoredLeads(scores=scores, reasons=_reasons(each, words, leads), unseen=unseen)


def unseen_findings(unseen: Mapping[str, tuple[int, str]]) -> tuple[Finding, ...]:
    """Remark on values that the card has never seen."""
    return tuple(
        Finding(
            code="unseen-level",
            severity="warning",
            says=f"`{name}`: {count} leads have a value the card has never seen (`{value[:40]}`); "
            f"they get what its rare values earned.",
            fix="Calibrate again when they become many.",
        )
        for name, (count, value) in unseen.items()
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
    leads: int,
) -> tuple[str, ...]:
    """Join each lead's strongest points, largest first, attributes in card order among equals."""
    if not each:
        return ("",) * leads
    points, texts = np.stack(each, axis=1), np.stack(words, axis=1)
    order = np.argsort(-np.abs(points), axis=1, kind="stable")[:, :_REASONS]
    strongest = np.take_along_axis(points, order, axis=1)
    named = np.take_along_axis(texts, order, axis=1)
    return tuple(
        "; ".join(text for text, value in zip(row, worth, strict=True) if value)
        for row, worth in zip(named.tolist(), strongest.tolist(), strict=True)
    )
