"""Score leads one by one, and say why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import BY_POINTS, MUST_CONTACT, Cap, ColumnPoints, Ints, Scoring
from calibrate.engines.columns import Column, NumberColumn
from calibrate.engines.judging import Flags, Sums, added_up, held, points_of, standings
from calibrate.engines.places import UNSEEN, level_rows
from calibrate.errors import Finding
from calibrate.points import Points
from calibrate.present.numbers import count_text, points_text
from calibrate.spec import ENGAGEMENT, FIT, Group

_REASONS = 5
"""How many of a lead's levels are named as reasons."""


def scoring_of(
    base: int, columns: Iterable[tuple[ColumnPoints, Group]], caps: Mapping[Group, int]
) -> Scoring:
    """Keep what can change a score: columns that earn points, and caps over more than nothing.

    Parameters
    ----------
    base : int
    columns : iterable of (ColumnPoints, str)
        Each with the group of its attribute.
    caps : mapping of str to int
        The most points of a group.
    """
    earning = [(one, group) for one, group in columns if any(one.points)]

    def named(groups: Collection[Group]) -> frozenset[str]:
        return frozenset(one.column for one, group in earning if group in groups)

    return Scoring(
        base=base,
        columns=tuple(one for one, _ in earning),
        caps=tuple(
            Cap(columns=under, most=most)
            for group, most in caps.items()
            if (under := named((group,)))
        ),
        fit=named(FIT),
        engagement=named(ENGAGEMENT),
    )


def scoring_by(points: Points) -> Scoring:
    """Take from a card's points what scoring needs."""
    columns = (
        (
            ColumnPoints(
                column=one.name, levels=one.levels, points=one.points, otherwise=one.otherwise
            ),
            one.group,
        )
        for one in points.attributes
    )
    return scoring_of(points.base, columns, points.settings.caps)


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
    values : int
        How many different ones there are.
    """

    attribute: str
    leads: int
    example: str
    points: int
    values: int = 1


@dataclass(frozen=True, kw_only=True)
class ScoredLeads:
    """Leads with their scores, in the order of their table.

    Attributes
    ----------
    scoring : Scoring
        How they were scored.
    places : ndarray of int, shape (n, columns)
        By lead and column of the scoring: the number of its level, -1 for a value never seen.
    points : ndarray of int, shape (n, columns)
        What these are worth.
    sums : Sums
        Score, fit and engagement.
    standing : ndarray of int, shape (n,)
        0 its points decide, 1 must-contact; from 2 on out, by the veto or gate of this number.
    met : tuple of ndarray of bool, shape (conditions, n)
        By gate, which of its conditions each lead meets.
    sure : ndarray of bool, shape (must-contact levels, n)
        Which of them each lead is on.
    prefix : ndarray of int, shape (n,), or None
        The digit shown before a score; 0 for none.
    reasons : tuple of str
        Per lead, its strongest points in words.
    unseen : tuple of Unseen
        Attributes with values on no level of the card.
    absent : tuple of str
        Columns that were not in the table and count as empty.
    """

    scoring: Scoring
    places: npt.NDArray[np.integer]
    points: Ints
    sums: Sums
    standing: Ints
    met: tuple[Flags, ...]
    sure: Flags
    prefix: Ints | None
    reasons: tuple[str, ...]
    unseen: tuple[Unseen, ...]
    absent: tuple[str, ...]

    @property
    def scores(self) -> Ints:
        """The score of each lead."""
        return self.sums.scores

    def passing(self, threshold: int) -> Flags:
        """Say who passes: must-contact leads, and those whose points decide and suffice."""
        return passing(self.scores, self.standing, threshold)


def passing(scores: Ints, standing: Ints, threshold: int) -> Flags:
    """Say who passes: must-contact leads, and those whose points decide and suffice."""
    enough = (standing == BY_POINTS) & (scores >= threshold)
    return np.asarray(enough | (standing == MUST_CONTACT))


def unseen_in(
    part: ColumnPoints,
    column: Column,
    rows: npt.NDArray[np.integer],
    leads: Ints | None = None,
) -> tuple[Unseen, ...]:
    """Say how many leads have a value that no level of a column covers; nothing without any.

    Parameters
    ----------
    part : ColumnPoints
    column : Column
    rows : ndarray of int, shape (n,)
        The number of its level, by row.
    leads : ndarray of int, shape (n,), optional
        How many leads a row stands for; by default one each.
    """
    strange = np.flatnonzero(rows == UNSEEN)
    if not len(strange):
        return ()
    return (
        Unseen(
            attribute=part.column,
            leads=len(strange) if leads is None else int(leads[strange].sum()),
            example=_value(column, int(strange[0])),
            points=part.otherwise,
            values=_different(column, strange),
        ),
    )


def score_columns(
    scoring: Scoring, columns: Mapping[str, Column], leads: int, *, absent: tuple[str, ...] = ()
) -> ScoredLeads:
    """Score leads and say why.

    Parameters
    ----------
    scoring : Scoring
    columns : mapping of str to Column
        At least the scoring's columns.
    leads : int
        How many there are.
    absent : tuple of str
        Columns that are not in the table, and empty here.
    """
    places: list[npt.NDArray[np.integer]] = []
    each: list[Ints] = []
    words: list[npt.NDArray[np.object_]] = []
    unseen: list[Unseen] = []
    for part in scoring.columns:
        rows = level_rows(columns[part.column], part.levels)
        worth = np.array([*part.points, part.otherwise], dtype=np.int64)
        places.append(rows)
        each.append(worth[rows])
        words.append(np.array(_words(part), dtype=object)[rows])
        unseen += unseen_in(part, columns[part.column], rows)
    sums = added_up(scoring, each, leads)
    conditions = held(
        scoring, (points_of(one, columns[one.column]) for one in scoring.conditions), leads
    )
    points = np.stack(each, axis=1) if each else np.zeros((leads, 0), dtype=np.int64)
    return ScoredLeads(
        scoring=scoring,
        places=np.stack(places, axis=1) if places else np.zeros((leads, 0), dtype=np.int8),
        points=points,
        sums=sums,
        standing=standings(scoring, conditions),
        met=conditions.met,
        sure=conditions.sure,
        prefix=None
        if scoring.prefix is None
        else points_of(scoring.prefix, columns[scoring.prefix.column]),
        reasons=_reasons(points, words, sums.scores, scoring.base),
        unseen=tuple(unseen),
        absent=absent,
    )


def scoring_findings(unseen: Sequence[Unseen], absent: Sequence[str]) -> tuple[Finding, ...]:
    """Remark on columns that are not there, and on values that the card has never seen."""
    lacking = Finding(
        code="attributes-missing",
        severity="warning",
        says=f"Not in the table, and empty on every lead: {', '.join(f'`{a}`' for a in absent)}.",
        fix="Add them: scores without them are not those of the card.",
    )
    return (*([lacking] if absent else []), *_unseen_findings(unseen))


def _unseen_findings(unseen: Sequence[Unseen]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code="unseen-level",
            severity="warning",
            says=f"`{one.attribute}`: {count_text(one.leads)} leads have a value the card has "
            f"never seen ({_named(one)}); it counts {points_text(one.points)} points.",
            fix="Calibrate again when they become many.",
        )
        for one in unseen
    )


def _named(one: Unseen) -> str:
    more = f" and {count_text(one.values - 1)} more" if one.values > 1 else ""
    return f"`{one.example[:40]}`{more}"


def _words(part: ColumnPoints) -> list[str]:
    named = [
        f"{part.column}: {level.label} {points_text(points)}"
        for level, points in zip(part.levels.levels, part.points, strict=True)
    ]
    return [*named, f"{part.column}: a value never seen {points_text(part.otherwise)}"]


def _different(column: Column, rows: npt.NDArray[np.intp]) -> int:
    """Count the different values that stand on these rows."""
    if isinstance(column, NumberColumn):
        return len(np.unique(column.numbers[rows]))
    texts = (column.texts[code - 1] for code in np.unique(column.codes[rows]) if code)
    return len({text.strip().casefold() for text in texts})


def _value(column: Column, row: int) -> str:
    if isinstance(column, NumberColumn):
        value = column.numbers[row]
        return "(missing)" if np.isnan(value) else f"{value:g}"
    code = int(column.codes[row])
    return column.texts[code - 1] if code else "(missing)"


def reasons_of(scoring: Scoring, places: npt.NDArray[np.int64], scores: Ints) -> tuple[str, ...]:
    """Name the strongest points of some leads.

    Parameters
    ----------
    scoring : Scoring
    places : ndarray of int, shape (n, columns)
        By lead and column of the scoring: the number of its level, -1 for a value never seen.
    scores : ndarray of int, shape (n,)
    """
    sides = list(zip(scoring.columns, places.T, strict=True))
    worth = [np.array([*one.points, one.otherwise], dtype=np.int64)[rows] for one, rows in sides]
    points = np.stack(worth, axis=1) if worth else np.zeros((len(scores), 0), dtype=np.int64)
    words = [np.array(_words(one), dtype=object)[rows] for one, rows in sides]
    return _reasons(points, words, scores, scoring.base)


def _reasons(
    points: Ints, words: Sequence[npt.NDArray[np.object_]], scores: Ints, base: int
) -> tuple[str, ...]:
    """Name each lead's strongest points, then the rest and the base: they add up to its score."""
    if not words:
        return (f"base {base}",) * len(scores)
    texts = np.stack(words, axis=1)
    order = np.argsort(-np.abs(points), axis=1, kind="stable")[:, :_REASONS]
    strongest = np.take_along_axis(points, order, axis=1)
    named = np.take_along_axis(texts, order, axis=1)
    capped = scores - base - points.sum(axis=1)
    rest = points.sum(axis=1) - strongest.sum(axis=1)
    others = (points != 0).sum(axis=1) - (strongest != 0).sum(axis=1)
    return tuple(
        "; ".join(
            [
                *(text for text, value in zip(row, worth, strict=True) if value),
                *([f"{more} more {points_text(left)}"] if more else []),
                *([f"over the cap {points_text(over)}"] if over else []),
                f"base {base}",
            ]
        )
        for row, worth, left, more, over in zip(
            named.tolist(),
            strongest.tolist(),
            rest.tolist(),
            others.tolist(),
            capped.tolist(),
            strict=True,
        )
    )
