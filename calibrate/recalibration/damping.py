"""Points do not dance: a level keeps its points unless it moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibrate.errors import Finding
from calibrate.evidence import Evidence
from calibrate.levels import fold
from calibrate.points import AttributePoints, LevelPoints, Points
from calibrate.present.numbers import count_text
from calibrate.recalibration.matching import key_of, keys_of
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import LevelPart
from calibrate.stats.effects import effect_changes

ALPHA = 0.05
"""The expected share of levels called moved that are not."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A level of the new points, and the same one of the old card."""

    place: Place
    old: LevelPart
    leads: int
    customers: int
    given: LevelPoints


def damped(points: Points, evidence: Evidence, previous: Scorecard) -> Points:
    """Let levels keep the points of the previous card unless they moved.

    Parameters
    ----------
    points : Points
        As earned by the new leads.
    evidence : Evidence
        Of the new leads.
    previous : Scorecard
        Last quarter's card.

    Returns
    -------
    Points
        A level that is on both cards keeps its old points unless its effect has changed
        (`effect_changes`, Benjamini-Hochberg over these levels at 0.05) or what it earns now lies
        outside the stability interval of the old card. A level without such an interval earned
        nothing then, and goes on so unless its effect changed. Points set by hand, then or now,
        have no part in it; nor has a card of another measure or scale.

    Notes
    -----
    The base stays that of the earned points. These span exactly 0 to 100; with some of them kept
    the lowest and highest score a lead can have lie a few points off (`Points.lowest`,
    `Points.highest`).
    """
    if not is_comparable(points, previous):
        return points
    matched = list(_matches(points, evidence, previous))
    kept = {
        one.place: one.old.points
        for one, q_value in zip(matched, _q_values(matched, evidence, previous), strict=True)
        if _stays(one, q_value) and one.old.points != one.given.points
    }
    attributes = tuple(
        _with_kept(attribute, {level: worth for (at, level), worth in kept.items() if at == row})
        for row, attribute in enumerate(points.attributes)
    )
    return replace(points, attributes=attributes)


def is_comparable(points: Points, previous: Scorecard) -> bool:
    """Say whether points of both cards are in the same unit."""
    settings = points.settings
    return all(
        getattr(settings, key) == getattr(previous.points, key)
        for key in ("measure", "estimate", "scale", "overlap")
    )


def damping_findings(points: Points, previous: Scorecard | None) -> tuple[Finding, ...]:
    """Say what damping did, or why it did nothing."""
    if not points.settings.damping:
        return ()
    if previous is None:
        says, fix = (
            "there is no earlier card",
            "Give last quarter's card, as `calibrate rerun` does",
        )
    elif not is_comparable(points, previous):
        says = "the earlier card was made by another measure or on another scale"
        fix = "Nothing; from the next quarter on it does"
    else:
        kept = sum(one.kept for attribute in points.attributes for one in attribute.given)
        return (
            Finding(
                code="points-kept",
                severity="info",
                says=f"{count_text(kept)} levels keep the points of the earlier card, for they "
                f"have not moved further than luck moves them; scores run from {points.lowest} to "
                f"{points.highest}.",
                fix="The card says what each of them earns now (`earned`).",
            ),
        )
    return (
        Finding(
            code="nothing-damped",
            severity="info",
            says=f"`damping` did nothing: {says}.",
            fix=f"{fix}.",
        ),
    )


def _matches(points: Points, evidence: Evidence, previous: Scorecard) -> Iterator[_Match]:
    by_name = {fold(one.name): one for one in previous.attributes}
    for row, (attribute, part) in enumerate(
        zip(points.attributes, evidence.attributes, strict=True)
    ):
        old = by_name.get(fold(attribute.name))
        if old is None:
            continue
        found = dict(zip(keys_of(old), old.levels, strict=True))
        pooled = frozenset(fold(one) for one in attribute.levels.pooled)
        for place, (given, counted) in enumerate(zip(attribute.given, part.evidence, strict=True)):
            same = found.get(key_of(counted.level, pooled))
            if same is not None and same.why is None and given.why is None:
                yield _Match(
                    place=(row, place),
                    old=same,
                    leads=counted.leads,
                    customers=counted.customers,
                    given=given,
                )


def _q_values(
    matched: Sequence[_Match], evidence: Evidence, previous: Scorecard
) -> Sequence[float]:
    then = [one.old.evidence for one in matched]
    found: Sequence[float] = effect_changes(
        ([one.customers for one in then], [one.leads for one in then]),
        ([one.customers for one in matched], [one.leads for one in matched]),
        (previous.cohort.customers, previous.cohort.leads),
        (evidence.overall.customers, evidence.overall.leads),
    )[1].tolist()
    return found


def _stays(one: _Match, q_value: float) -> bool:
    """Say whether a level has not moved."""
    if not np.isnan(q_value) and q_value <= ALPHA:
        return False
    if one.old.stability is None:
        return True
    low, high = one.old.stability.interval
    return low <= one.given.earned <= high


def _with_kept(attribute: AttributePoints, kept: dict[int, int]) -> AttributePoints:
    if not kept:
        return attribute
    given = tuple(
        replace(one, points=kept[place], kept=True) if place in kept else one
        for place, one in enumerate(attribute.given)
    )
    other = attribute.levels.other
    otherwise = attribute.otherwise if other is None else given[other].points
    return replace(attribute, given=given, otherwise=otherwise)
