"""What the workbook asks for, and how a cell is read for points and for conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.engines.base import ColumnPoints, Scoring
from calibrate.export.cells import NOTHING_TYPED, Places, Step, steps_of
from calibrate.export.lists import Lists
from calibrate.export.lookup import Lookup, level_lookup, lookup_of
from calibrate.levels import MISSING, OTHER
from calibrate.present.sheets.card_sheets import by_strength

if TYPE_CHECKING:
    from calibrate.scorecard.card import Scorecard
    from calibrate.scorecard.parts import CardAttributePart


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A condition on an attribute, whose values are not always levels of the card.

    Attributes
    ----------
    number : int
        Its place among all that the policy tests.
    lookup : Lookup
    places : Places
        Points are what it is worth: 1 where it holds, or the digit shown before a score.
    steps : tuple of Step
        None where its levels are those of the card.
    empty : int
        What an empty cell is worth.
    """

    number: int
    lookup: Lookup
    places: Places
    steps: tuple[Step, ...]
    empty: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An attribute that the card needs, and how its cell is read.

    Attributes
    ----------
    attribute : CardAttributePart
    lookup : Lookup
    places : Places
    steps : tuple of Step
    tests : tuple of Test
        The conditions on it.
    choices : str
        Range of the values to choose from; empty where a number is asked.
    empty_points : int
        What an empty cell is worth.
    """

    attribute: CardAttributePart
    lookup: Lookup
    places: Places
    steps: tuple[Step, ...]
    tests: tuple[Test, ...]
    choices: str
    empty_points: int

    @property
    def empty_label(self) -> str:
        """What an empty cell counts as."""
        return MISSING if self.lookup.missing else NOTHING_TYPED

    @property
    def cells(self) -> int:
        """Hidden cells that a value needs: its steps, and for every condition its own."""
        return len(self.steps) + sum(len(one.steps) + 1 for one in self.tests)


def tested_of(scoring: Scoring) -> tuple[ColumnPoints, ...]:
    """Give all that a policy tests: conditions of vetoes, must-contact, gates; then the digit."""
    return (*scoring.conditions, *(() if scoring.prefix is None else (scoring.prefix,)))


def asked_of(card: Scorecard, lists: Lists) -> tuple[Asked, ...]:
    """Prepare the attributes that the card needs, the strongest first."""
    scoring = card.scoring
    earning = {one.column for one in scoring.columns}
    return tuple(
        _asked(card, attribute, lists, earns=attribute.name in earning)
        for attribute in by_strength(card)
        if attribute.name in scoring.needed
    )


def _asked(card: Scorecard, attribute: CardAttributePart, lists: Lists, *, earns: bool) -> Asked:
    lookup = lookup_of(attribute, card.missing)
    points = [level.points if earns else 0 for level in attribute.levels]
    otherwise = attribute.otherwise if earns else 0
    places = lists.places(
        lookup, points, otherwise, [level.as_level.label for level in attribute.levels]
    )
    return Asked(
        attribute=attribute,
        lookup=lookup,
        places=places,
        steps=steps_of(lookup, places),
        tests=tuple(
            _test(card, attribute, number, one, lists)
            for number, one in enumerate(tested_of(card.scoring))
            if one.column == attribute.name
        ),
        choices=lists.add("to choose from", _choices(attribute)),
        empty_points=points[lookup.missing - 1] if lookup.missing else otherwise,
    )


def _test(
    card: Scorecard, attribute: CardAttributePart, number: int, one: ColumnPoints, lists: Lists
) -> Test:
    lookup = level_lookup(one.levels, card.missing if attribute.made_from is None else ())
    places = lists.places(lookup, one.points, one.otherwise)
    return Test(
        number=number,
        lookup=lookup,
        places=places,
        steps=() if one.levels == attribute.as_levels else steps_of(lookup, places),
        empty=one.points[lookup.missing - 1] if lookup.missing else one.otherwise,
    )


def remarks_of(asked: Sequence[Asked]) -> list[str]:
    """Name the levels that a spreadsheet cannot tell."""
    found = []
    for one in asked:
        name = one.attribute.name
        for text in one.lookup.too_long:
            found.append(
                f"Not in this workbook: the level `{text[:60]}…` of `{name}` is longer than a "
                f"cell can be."
            )
        found += [
            f"`{name}`: the level `{text}` has a control character that formulas cannot tell from "
            f"a tab; it is answered with a ?, not scored."
            for text in one.lookup.texts
            if "\x01" in text
        ]
        if one.lookup.sigma_refused:
            found.append(
                f"`{name}`: values with a capital Σ that are not written as in the card are "
                f"answered with a ?, not scored."
            )
    return found


def _choices(attribute: CardAttributePart) -> list[str]:
    """Give the values to choose from: those of the card, as they are written in it."""
    named: dict[str, None] = {}
    for level in attribute.levels:
        if level.level is not None and level.level not in (MISSING, OTHER):
            named[level.level] = None
            named.update(dict.fromkeys(level.members))
    named.update(dict.fromkeys(attribute.pooled))
    return [] if attribute.kind == "number" else [text for text in named if len(text) < 2**15 - 1]
