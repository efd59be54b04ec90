"""Evidence becomes whole-number points, with the reasons kept beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from calibrate.errors import SpecError, did_you_mean
from calibrate.evidence import AttributeEvidence, Evidence
from calibrate.forward import chosen_forward
from calibrate.leads import Leads
from calibrate.levels import Levels, fold
from calibrate.overlap import Overlap, overlaps
from calibrate.present.numbers import half_away
from calibrate.scale import stretched
from calibrate.shown import AsTable
from calibrate.spec import Group, OverridePart, PointsPart
from calibrate.values import Values, values_of

if TYPE_CHECKING:
    import pandas as pd


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
        What the evidence gives; differs from `points` only where overridden or kept.
    adjusted : int
        -1, 0 or 1: correction of the rounding, so that the card's range is exactly 100.
    why : str or None
        The analyst's reason for an override.
    kept : bool
        Whether the points are those of an earlier card.
    """

    value: float
    points: int
    earned: int
    adjusted: int
    why: str | None
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePoints:
    """The points of one attribute, level by level in the order of `levels`."""

    name: str
    group: Group
    levels: Levels
    overlap: Overlap
    given: tuple[LevelPoints, ...]
    otherwise: int

    @property
    def points(self) -> tuple[int, ...]:
        """The points of each level."""
        return tuple(one.points for one in self.given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(AsTable):
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
    """

    settings: PointsPart
    base: int
    multiplier: float
    attributes: tuple[AttributePoints, ...]

    @property
    def lowest(self) -> int:
        """The lowest score a lead can have."""
        return self.base + self._summed(min)

    @property
    def highest(self) -> int:
        """The highest score a lead can have."""
        return self.base + self._summed(max)

    def _summed(self, end: Callable[..., int]) -> int:
        """Add up an end of every attribute, group by group, no more of each than its cap."""
        groups: dict[Group, int] = {}
        for one in self.attributes:
            groups[one.group] = groups.get(one.group, 0) + end(*one.points, one.otherwise)
        caps = self.settings.caps
        return sum(min(total, caps.get(group, total)) for group, total in groups.items())

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


def assign_points(
    evidence: Evidence,
    settings: PointsPart | None = None,
    *,
    leads: Leads | None = None,
    override: Mapping[str, Mapping[str, OverridePart]] | None = None,
) -> Points:
    """Turn evidence into whole-number points.

    Parameters
    ----------
    evidence : Evidence
        What `weigh` gave.
    settings : PointsPart, optional
        Measure, estimate, award and scale; the defaults of the spec when absent.
    leads : Leads, optional
        The same leads, for overlap factors and short cards; needed unless ``overlap`` is off and
        ``max_attributes`` absent.
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
    shows them, so that anybody can recompute them from it: ``points = multiplier x
    overlap_factor x value`` rounded half away from zero, plus `adjusted`. Scale after
    Siddiqi (2006), *Credit Risk Scorecards*, ch. 6.

    Examples
    --------
    The published example: overall 1 %, a level at 20 %, one point a unit of `lift_ratio`.

    >>> from calibrate.values import level_value
    >>> level_value(0.20, 0.01, "lift_ratio")
    20.0
    """
    settings = settings or PointsPart()
    _check_overrides(evidence, override or {})
    values = values_of(evidence, settings, among=_among(evidence, settings, leads))
    overlap = _overlap(evidence, values, settings, leads)
    paid = [[one.factor * value for value in row] for one, row in zip(overlap, values, strict=True)]
    if settings.scale == "0-100":
        levels = [attribute.levels for attribute in evidence.attributes]
        multiplier, earned, base = stretched(levels, paid)
    else:
        multiplier, base = settings.unit_points, 0
        earned = [[half_away(multiplier * value) for value in row] for row in paid]
    attributes = tuple(
        _attribute_points(
            one, part, row, _Earned(whole, multiplier), (override or {}).get(one.name, {})
        )
        for one, part, row, whole in zip(evidence.attributes, overlap, values, earned, strict=True)
    )
    return Points(settings=settings, base=base, multiplier=multiplier, attributes=attributes)


class _Earned(NamedTuple):
    points: Sequence[int]
    multiplier: float


def _among(evidence: Evidence, settings: PointsPart, leads: Leads | None) -> frozenset[str] | None:
    """Choose the attributes of a short card; None when all may earn points."""
    if settings.max_attributes is None:
        return None
    if leads is None:
        raise SpecError("`max_attributes` needs the leads: `assign_points(..., leads=leads)`.")
    columns, order, _ = chosen_forward(leads, evidence, settings, settings.max_attributes)
    return frozenset(columns[place].column for place in order)


def _overlap(
    evidence: Evidence, values: Values, settings: PointsPart, leads: Leads | None
) -> tuple[Overlap, ...]:
    if not settings.overlap:
        return (Overlap(factor=1.0),) * len(values)
    if leads is None:
        raise SpecError(
            "Overlap factors need the leads: give them to `assign_points(..., leads=leads)`, or "
            "switch them off with `overlap: false`."
        )
    return overlaps(evidence.attributes, values, leads)


def _attribute_points(
    attribute: AttributeEvidence,
    overlap: Overlap,
    values: Sequence[float],
    earned: _Earned,
    override: Mapping[str, OverridePart],
) -> AttributePoints:
    by_level = {fold(name): part for name, part in override.items()}
    given = []
    for level, value, whole in zip(attribute.levels.levels, values, earned.points, strict=True):
        part = by_level.get(fold(level.label))
        given.append(
            LevelPoints(
                value=value,
                points=whole if part is None else part.points,
                earned=whole,
                adjusted=whole - half_away(earned.multiplier * (overlap.factor * value)),
                why=None if part is None else part.why,
            )
        )
    place = attribute.levels.other
    return AttributePoints(
        name=attribute.name,
        group=attribute.group,
        levels=attribute.levels,
        overlap=overlap,
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
