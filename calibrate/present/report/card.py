"""The card as it would be used: base, points by attribute, and nothing that earns none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration
    from calibrate.points import AttributePoints

_ELSE = "anything else"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """One line of the card.

    Attributes
    ----------
    level : str
    members : tuple of str
        Values that the analyst put under the level's name.
    points : int
    """

    level: str
    members: tuple[str, ...]
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAttribute:
    """One attribute of the card, the most points first."""

    name: str
    unit: str | None
    lines: tuple[CardLine, ...]


def card_attributes(run: Calibration) -> tuple[CardAttribute, ...]:
    """Give the attributes that earn points, those first that move a score most."""
    units = {one.name: one.unit for one in run.evidence.attributes}
    earning = [one for one in run.points.attributes if any(one.points)]
    earning.sort(key=lambda one: min(0, *one.points) - max(0, *one.points))
    return tuple(
        CardAttribute(name=one.name, unit=units[one.name], lines=_lines(one)) for one in earning
    )


def _lines(attribute: AttributePoints) -> tuple[CardLine, ...]:
    """Give the levels with points; those without are the rest, unless the rest has points."""
    named = zip(attribute.levels.levels, attribute.points, strict=True)
    lines = [
        CardLine(level=level.label, members=level.members, points=points)
        for place, (level, points) in enumerate(named)
        if place != attribute.levels.other and (points or attribute.otherwise)
    ]
    if attribute.levels.kind != "number":
        lines.sort(key=lambda one: -one.points)
    rest = CardLine(level=_ELSE, members=(), points=attribute.otherwise)
    return (*lines, rest)
