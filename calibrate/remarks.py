"""What the analyst should weigh about a card: findings about points and scores."""

from __future__ import annotations

import numpy as np

from calibrate.errors import Finding
from calibrate.evidence import Evidence
from calibrate.leads import Leads
from calibrate.points import Points
from calibrate.scale import RANGE
from calibrate.scores import ScoreTable, unrounded
from calibrate.stats.auc import auc

ROUNDING_COST = 0.001
"""A card whose whole points rank worse than its exact values by more than this AUC is remarked."""
FEW_SCORES = 10
"""With fewer distinct scores than this there are not enough data points to rank by."""
BUNCHED = 0.05
"""Half of the leads within this share of the range are bunched together."""
MOST_NAMED = 8
"""Attributes named in one finding."""
FEW_CUSTOMERS = 10
"""With fewer customers than this nothing can be told from chance."""


def card_findings(
    points: Points, evidence: Evidence, leads: Leads, table: ScoreTable
) -> tuple[Finding, ...]:
    """Gather the findings about a card."""
    return (
        *_no_points(points, evidence),
        *_range(points),
        *_short(points, evidence),
        *_told_already(points),
        *_rounding(points, leads, table),
        *_bunched(points, table),
    )


def _no_points(points: Points, evidence: Evidence) -> list[Finding]:
    if any(level.value for one in points.attributes for level in one.given):
        return []
    customers = min(evidence.overall.customers, evidence.overall.leads - evidence.overall.customers)
    why = (
        f"with {customers} of one kind of outcome there is too little to tell evidence from chance"
        if customers < FEW_CUSTOMERS
        else "nothing in these columns tells customers from others beyond what chance would"
    )
    return [
        Finding(
            code="no-points",
            severity="warning",
            says=f"No level earned points: {why}.",
            fix="Collect more leads or other attributes; do not score with this card.",
        )
    ]


def _range(points: Points) -> list[Finding]:
    stretched = points.settings.scale == "0-100" and points.multiplier > 0
    if not stretched or (points.lowest, points.highest) == (0, RANGE):
        return []
    return [
        Finding(
            code="override-changes-range",
            severity="info",
            says=f"With {_what_bends(points)}, scores run from {points.lowest} to "
            f"{points.highest} instead of 0 to 100.",
            fix="Nothing, if that is meant.",
        )
    ]


def _what_bends(points: Points) -> str:
    given = [level for one in points.attributes for level in one.given]
    causes = {
        "the points set by hand": any(level.why for level in given),
        "the points kept": any(level.kept for level in given),
        "the caps": bool(points.settings.caps),
    }
    return " and ".join(cause for cause, is_one in causes.items() if is_one)


def _short(points: Points, evidence: Evidence) -> list[Finding]:
    if points.settings.max_attributes is None:
        return []
    kept = {one.name for one in points.attributes if any(level.value for level in one.given)}
    dropped = [name for name in evidence.screening.selected if name not in kept]
    if not dropped:
        return []
    listed = ", ".join(f"`{name}`" for name in sorted(dropped))
    return [
        Finding(
            code="short-card",
            severity="info",
            says=f"`max_attributes` leaves {listed} without points, though they have evidence.",
            fix="Raise it if the ranking should use them.",
        )
    ]


def _told_already(points: Points) -> list[Finding]:
    told = [one for one in points.attributes if one.overlap.told_by]
    if not told:
        return []
    shown = sorted(told, key=lambda one: one.overlap.factor)[:MOST_NAMED]
    listed = ", ".join(
        f"`{one.name}` {one.overlap.factor:.2f} (`{one.overlap.told_by[0]}`)" for one in shown
    )
    listed += f" and {len(told) - len(shown)} more" if len(told) > len(shown) else ""
    return [
        Finding(
            code="told-already",
            severity="info",
            says=f"Told by others already, so paid only this share of the value: {listed}.",
            fix="Nothing; or leave some of them out for a shorter card.",
        )
    ]


def _rounding(points: Points, leads: Leads, whole: ScoreTable) -> list[Finding]:
    columns = tuple(
        unrounded(one.name, one.levels, (one.overlap.factor * level.value for level in one.given))
        for one in points.attributes
        if any(level.value for level in one.given)
    )
    exact = leads.engine.tally_scores(columns, 0)
    cost = auc(exact.leads, exact.customers) - whole.auc
    overridden = any(level.why or level.kept for one in points.attributes for level in one.given)
    if overridden or not cost > ROUNDING_COST:
        return []
    return [
        Finding(
            code="rounding-costs",
            severity="warning",
            says=f"Rounding to whole points costs {cost:.4f} AUC on the leads counted.",
            fix="Use `scale: points` with larger `points_per_unit`, so that fewer levels are "
            "rounded together.",
        )
    ]


def _bunched(points: Points, table: ScoreTable) -> list[Finding]:
    if not any(level.points for one in points.attributes for level in one.given):
        return []
    span = points.highest - points.lowest
    width = _narrowest_half(table)
    few = len(table.scores) < FEW_SCORES
    if not few and width > BUNCHED * span:
        return []
    says = (
        f"There are only {len(table.scores)} different scores"
        if few
        else f"Half of the leads lie within {width} points of each other, of {span}"
    )
    return [
        Finding(
            code="scores-bunch",
            severity="warning",
            says=f"{says}: leads are hardly told apart.",
            fix="Add attributes, or take rough ones (a few large levels) for finer ones.",
        )
    ]


def _narrowest_half(table: ScoreTable) -> int:
    """Give the width of the narrowest range of scores that holds half of the leads."""
    scores = np.array(table.scores)
    below = np.concatenate([[0], np.cumsum(table.leads)])
    ends = np.searchsorted(below, below[:-1] + below[-1] / 2, side="left") - 1
    fits = ends < len(scores)
    return int((scores[ends[fits]] - scores[: len(ends)][fits]).min())
