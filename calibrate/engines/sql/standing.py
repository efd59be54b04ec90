"""A lead's score, and where it stands, in SQL: `calibrate.engines.judging` for a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from calibrate.engines.base import BY_POINTS, MUST_CONTACT, OUT, ColumnPoints, Scoring
from calibrate.engines.sql.coding import Coded

Worth = Callable[[ColumnPoints, int], Coded]
"""Gives what a column is worth, in SQL, under a number of its own."""


def standing_keys(scoring: Scoring, worth: Worth) -> tuple[Coded, ...]:
    """Give score, fit, engagement and standing of a lead.

    Parameters
    ----------
    scoring : Scoring
    worth : callable
    """
    points = [worth(one, place) for place, one in enumerate(scoring.columns)]
    conditions = [worth(one, len(points) + place) for place, one in enumerate(scoring.conditions)]
    halves = [
        _added(scoring, points, half)
        for half in (scoring.fit, scoring.engagement, _others(scoring))
    ]
    sums = [scoring_sum.code for scoring_sum in halves]
    # The tables stand beside the leads once, whichever key needs them.
    joins = tuple(join for one in (*points, *conditions) for join in one.joins)
    return (
        Coded(code=f"({' + '.join([str(scoring.base), *sums])})", joins=joins),
        halves[0],
        halves[1],
        Coded(code=_standing(scoring, [one.code for one in conditions])),
    )


def _others(scoring: Scoring) -> frozenset[str]:
    named = scoring.fit | scoring.engagement
    return frozenset(one.column for one in scoring.columns if one.column not in named)


def _added(scoring: Scoring, points: Sequence[Coded], half: frozenset[str]) -> Coded:
    """Add up the points of some columns, capped where there is a cap."""
    by_column = list(zip(scoring.columns, points, strict=True))
    capped = {name for cap in scoring.caps for name in cap.columns}
    terms = [
        worth.code for one, worth in by_column if one.column in half and one.column not in capped
    ]
    for cap in scoring.caps:
        under = [worth.code for one, worth in by_column if one.column in cap.columns & half]
        if under:
            terms.append(f"LEAST({' + '.join(under)}, {cap.most})")
    return Coded(code=f"({' + '.join(terms) or '0'})")


def _standing(scoring: Scoring, conditions: Sequence[str]) -> str:
    rest = iter(conditions)
    vetoes = [f"{next(rest)} > 0" for _ in scoring.vetoes]
    sure = [f"{next(rest)} > 0" for _ in scoring.must_contact]
    failed = []
    for gate in scoring.gates:
        met = [f"CASE WHEN {next(rest)} > 0 THEN 1 ELSE 0 END" for _ in gate.conditions]
        failed.append(f"({' + '.join(met) or '0'}) < {gate.at_least}")
    arms = [f"WHEN {out} THEN {OUT + place}" for place, out in enumerate([*vetoes, *failed])]
    if sure:
        arms.append(f"WHEN {' OR '.join(sure)} THEN {MUST_CONTACT}")
    return f"(CASE {' '.join(arms)} ELSE {BY_POINTS} END)" if arms else f"(0 + {BY_POINTS})"
