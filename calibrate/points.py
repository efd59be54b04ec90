"""Evidence becomes whole-number points, with the reasons kept beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.errors import Finding, SpecError, did_you_mean
from calibrate.evidence import AttributeEvidence, Evidence, LevelEvidence
from calibrate.levels import OTHER, Levels, fold
from calibrate.present.numbers import half_away, significant
from calibrate.spec import Measure, OverridePart, PointsPart

if TYPE_CHECKING:
    import pandas as pd

RANGE = 100
"""Points between the worst and the best lead on the scale 0-100."""
LOWEST_RATIO = -20.0
"""Floor of `lift_ratio`: a level where nobody closes."""
HIGHEST_RATE = 0.999999
"""A close rate is never taken as certain, whatever its six digits say."""

_RAW_NEEDS_HALF = ("log_lift", "log_odds")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPoints:
    """The points of one level, and where they come from.

    Attributes
    ----------
    value : float
        The measure of its close rate against overall; 0 when no points were awarded.
    points : int
        What a lead of this level gets.
    earned : int
        What the evidence gives; differs from `points` only where the analyst overrode it.
    adjusted : int
        -1, 0 or 1: correction of the rounding, so that the card's range is exactly 100.
    why : str or None
        The analyst's reason for an override.
    """

    value: float
    points: int
    earned: int
    adjusted: int
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePoints:
    """The points of one attribute, level by level in the order of `levels`."""

    name: str
    levels: Levels
    given: tuple[LevelPoints, ...]
    otherwise: int

    @property
    def points(self) -> tuple[int, ...]:
        """The points of each level."""
        return tuple(one.points for one in self.given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The card's points.

    Attributes
    ----------
    settings : PointsPart
        How they were made.
    base : int
        What every lead starts from.
    multiplier : float
        Points for one unit of the measure.
    attributes : tuple of AttributePoints
        In the order of the evidence; attributes without any points included.
    findings : tuple of Finding
    """

    settings: PointsPart
    base: int
    multiplier: float
    attributes: tuple[AttributePoints, ...]
    findings: tuple[Finding, ...]

    @property
    def lowest(self) -> int:
        """The lowest score a lead can have."""
        return self.base + sum(min(*one.points, one.otherwise) for one in self.attributes)

    @property
    def highest(self) -> int:
        """The highest score a lead can have."""
        return self.base + sum(max(*one.points, one.otherwise) for one in self.attributes)

    def to_frame(self) -> pd.DataFrame:
        """Give one row a level: attribute, level, value, points, earned, why."""
        import pandas as pd

        rows = [
            (attribute.name, level.label, one.value, one.points, one.earned, one.why)
            for attribute in self.attributes
            for level, one in zip(attribute.levels.levels, attribute.given, strict=True)
        ]
        columns = ["attribute", "level", "value", "points", "earned", "why"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        levels = sum(one.points != 0 for a in self.attributes for one in a.given)
        return f"Points({levels} levels earn points, scores {self.lowest} to {self.highest})"

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(escape=True, index=False, na_rep=""))


def assign_points(
    evidence: Evidence,
    settings: PointsPart | None = None,
    *,
    override: Mapping[str, Mapping[str, OverridePart]] | None = None,
) -> Points:
    """Turn evidence into whole-number points.

    Parameters
    ----------
    evidence : Evidence
        What `weigh` gave.
    settings : PointsPart, optional
        Measure, estimate, award and scale; the defaults of the spec when absent.
    override : mapping, optional
        Attribute -> level -> points set by hand, and why.

    Returns
    -------
    Points

    Raises
    ------
    SpecError
        When an override names a level that is not on the card.

    Notes
    -----
    Points are made from rates and values rounded to six significant digits, as the card's file
    shows them, so that anybody can recompute them from it: ``points = multiplier x value`` rounded
    half away from zero, plus `adjusted`. Scale after
    Siddiqi (2006), *Credit Risk Scorecards*, ch. 6.

    Examples
    --------
    The published example: overall 1 %, a level at 20 %, one point a unit of `lift_ratio`.

    >>> level_value(0.20, 0.01, "lift_ratio")
    20.0
    """
    settings = settings or PointsPart()
    _check_overrides(evidence, override or {})
    overall = min(significant(evidence.overall.close_rate), HIGHEST_RATE)
    values = [_values(attribute, settings, overall) for attribute in evidence.attributes]
    if settings.scale == "0-100":
        multiplier, earned, base = _stretched(evidence.attributes, values)
    else:
        multiplier, base = settings.unit_points, 0
        earned = [[half_away(multiplier * value) for value in row] for row in values]
    attributes = tuple(
        _attribute_points(
            attribute, row, whole, multiplier, (override or {}).get(attribute.name, {})
        )
        for attribute, row, whole in zip(evidence.attributes, values, earned, strict=True)
    )
    points = Points(
        settings=settings, base=base, multiplier=multiplier, attributes=attributes, findings=()
    )
    return Points(
        settings=settings,
        base=base,
        multiplier=multiplier,
        attributes=attributes,
        findings=_findings(points, values),
    )


def level_value(rate: float, overall: float, measure: Measure) -> float:
    """Give what a close rate is worth against the overall one, before scaling.

    Parameters
    ----------
    rate : float
        Close rate of the level, in [0, 1]; in (0, 1) for the log measures.
    overall : float
        Overall close rate, in (0, 1).
    measure : {"lift_ratio", "lift_difference", "log_lift", "log_odds"}

    Returns
    -------
    float
        Rounded to six significant digits.

    Examples
    --------
    >>> level_value(0.25, 0.10, "lift_difference"), level_value(0.03, 0.10, "lift_difference")
    (1.5, -0.7)
    >>> level_value(0.0, 0.10, "lift_ratio"), level_value(0.05, 0.10, "lift_ratio")
    (-20.0, -2.0)
    """
    if measure == "lift_ratio":
        down = -overall / rate if rate > 0 else LOWEST_RATIO
        value = rate / overall if rate >= overall else max(down, LOWEST_RATIO)
    elif measure == "lift_difference":
        value = rate / overall - 1
    elif measure == "log_lift":
        value = math.log(rate / overall)
    else:
        value = math.log(rate / (1 - rate)) - math.log(overall / (1 - overall))
    return significant(value)


def estimated_rate(level: LevelEvidence, settings: PointsPart) -> float:
    """Give the close rate from which a level's points are made, to six significant digits.

    Shrunken toward overall, or raw; raw under a log measure is ``(x + 0.5) / (n + 1)``, which is
    never 0 or 1.
    """
    if settings.estimate == "shrunken":
        rate = level.shrunken_close_rate
    elif settings.measure in _RAW_NEEDS_HALF:
        rate = (level.customers + 0.5) / (level.leads + 1)
    else:
        rate = level.close_rate
    return (
        min(significant(rate), HIGHEST_RATE)
        if settings.measure == "log_odds"
        else significant(rate)
    )


def is_awarded(level: LevelEvidence, settings: PointsPart) -> bool:
    """Say whether a level earns points at all."""
    if settings.award == "all":
        return level.verdict != "too few"
    if settings.award == "raises":
        return level.verdict == "raises"
    return level.verdict in ("raises", "lowers")


def _values(attribute: AttributeEvidence, settings: PointsPart, overall: float) -> list[float]:
    return [
        level_value(estimated_rate(level, settings), overall, settings.measure)
        if is_awarded(level, settings)
        else 0.0
        for level in attribute.evidence
    ]


def _otherwise(levels: Levels, row: Sequence[float]) -> float:
    """Give what a value never seen is worth: what the rare values together have earned, else 0."""
    place = levels.position.get(OTHER)
    return 0.0 if place is None else row[place]


def _stretched(
    attributes: Sequence[AttributeEvidence], values: Sequence[Sequence[float]]
) -> tuple[float, list[list[int]], int]:
    """Scale values so that the worst lead scores 0 and the best 100."""
    reach = [
        [*row, _otherwise(attribute.levels, row)]
        for attribute, row in zip(attributes, values, strict=True)
    ]
    span = sum(max(row) - min(row) for row in reach)
    if span == 0:
        return 0.0, [[0] * len(row) for row in values], 0
    multiplier = significant(RANGE / span)
    whole = _to_range([[multiplier * value for value in row] for row in reach])
    base = -sum(min(row) for row in whole)
    return multiplier, [row[:-1] for row in whole], base


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


def _attribute_points(
    attribute: AttributeEvidence,
    values: Sequence[float],
    earned: Sequence[int],
    multiplier: float,
    override: Mapping[str, OverridePart],
) -> AttributePoints:
    by_level = {fold(name): part for name, part in override.items()}
    given = []
    for level, value, whole in zip(attribute.levels.levels, values, earned, strict=True):
        part = by_level.get(fold(level.label))
        given.append(
            LevelPoints(
                value=value,
                points=whole if part is None else part.points,
                earned=whole,
                adjusted=whole - half_away(multiplier * value),
                why=None if part is None else part.why,
            )
        )
    place = attribute.levels.position.get(OTHER)
    return AttributePoints(
        name=attribute.name,
        levels=attribute.levels,
        given=tuple(given),
        otherwise=0 if place is None else given[place].points,
    )


def _check_overrides(
    evidence: Evidence, override: Mapping[str, Mapping[str, OverridePart]]
) -> None:
    by_name = {attribute.name: attribute for attribute in evidence.attributes}
    problems = []
    for name, parts in override.items():
        if name not in by_name:
            problems.append(
                f"override: `{name}` is not an attribute of the card; "
                f"{did_you_mean(name, list(by_name))}"
            )
            continue
        levels = by_name[name].levels
        labels = [level.label for level in levels.levels]
        for wanted in parts:
            if fold(wanted) in {fold(label) for label in labels}:
                continue
            pooled = fold(wanted) in {fold(one) for one in levels.pooled}
            why = "is pooled into (other), set that" if pooled else did_you_mean(wanted, labels)
            problems.append(f"override.{name}: no level `{wanted}`; {why}")
    if problems:
        raise SpecError(f"spec: {'; '.join(problems)}", problems)


def _findings(points: Points, values: Sequence[Sequence[float]]) -> tuple[Finding, ...]:
    findings = []
    if not any(value for row in values for value in row):
        findings.append(
            Finding(
                code="no-points",
                severity="warning",
                says="No level earned points: nothing in these columns tells customers from "
                "others beyond what chance would.",
                fix="Collect more leads or other attributes; do not score with this card.",
            )
        )
    elif points.settings.scale == "0-100" and (points.lowest, points.highest) != (0, RANGE):
        findings.append(
            Finding(
                code="override-changes-range",
                severity="info",
                says=f"With the points set by hand, scores run from {points.lowest} to "
                f"{points.highest} instead of 0 to 100.",
                fix="Nothing, if that is meant.",
            )
        )
    return tuple(findings)
