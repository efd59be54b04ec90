"""A card as rules that a CRM can be given: points for people who meet conditions, added up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import ColumnPoints
from calibrate.export.pmml_levels import names_of
from calibrate.export.truth import Truth, gone_numbers
from calibrate.leads import Recipe
from calibrate.levels import MISSING, fold
from calibrate.recipes import GivenRecipe, MemberRecipe
from calibrate.scorecard import Scorecard
from calibrate.spec import Group

_LISTS = ";"
"""What stands between the values of a list in a CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One condition of a rule.

    Attributes
    ----------
    how : str
        ``known`` and ``unknown``; ``any_of`` and ``none_of`` some values; ``has`` and ``lacks`` a
        value, of a list; ``at_least`` and ``below`` a number; ``is`` and ``is_not`` one; ``times``:
        at least so often within so many days.
    values : tuple of str
    number : float
    least, days : int
        Of ``times``.
    """

    how: Literal[
        "known", "unknown", "any_of", "none_of", "has", "lacks", "at_least", "below", "is",
        "is_not", "times",
    ]  # fmt: skip
    values: tuple[str, ...] = ()
    number: float = 0.0
    least: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Points for everybody who meets all conditions.

    Attributes
    ----------
    attribute, level : str
        Of the card.
    group : str
    field : str or None
        The property, or the event, that is asked; None for everybody.
    asked : tuple of Asked
    points : int
    """

    attribute: str
    level: str
    group: Group
    field: str | None
    asked: tuple[Asked, ...]
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A card as rules.

    Attributes
    ----------
    rules : list of Rule
        No two of one attribute hold for the same person, but those for everybody and those for
        what was done so often: who did more gets all steps up to there.
    notes : list of str
        What a person who sets them up has to know.
    """

    rules: list[Rule] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def rules_of(card: Scorecard, *, lists: bool) -> Rules:
    """Give a card as rules whose points add up to the score, caps aside.

    Parameters
    ----------
    card : Scorecard
    lists : bool
        Whether a rule can ask for one value of a property of several.
    """
    found = Rules()
    found.rules.append(
        Rule(attribute="base", level="everybody", group="other", field=None, asked=(),
             points=card.points.base)
    )  # fmt: skip
    known = {one.name: one for one in card.attributes}
    for part in card.scoring.columns:
        one = known[part.column]
        event = _by_events(card, part, one.made_from)
        if event is None:
            found.notes.extend(_note(part, one.made_from, lists))
            nothings = card.missing if _reads_cells(one.made_from) else ()
            asked = _by_values(part, one.made_from, nothings, lists)
        else:
            asked = event
        found.rules.extend(
            Rule(attribute=part.column, level=level, group=one.group, field=name, asked=tests,
                 points=points)
            for level, name, tests, points in asked
            if points
        )  # fmt: skip
    found.notes.extend(_policy_notes(card))
    return found


def _reads_cells(recipe: Recipe | None) -> bool:
    """Whether cells of the leads are asked, in which a text may stand for nothing."""
    return recipe is None or isinstance(recipe, GivenRecipe)


_Found = Iterator[tuple[str, str | None, tuple[Asked, ...], int]]


def _by_values(
    part: ColumnPoints, recipe: Recipe | None, nothings: tuple[str, ...], lists: bool
) -> _Found:
    """Give the rules of an attribute that a property holds."""
    truth = Truth(part=part, nothings=nothings)
    gone = tuple(text for text in dict.fromkeys(nothings) if fold(text))
    if isinstance(recipe, GivenRecipe):
        there = (Asked(how="known"), *((Asked(how="none_of", values=gone),) if gone else ()))
        yield "yes", recipe.column, there, truth.of_text("yes")
        yield "no", recipe.column, (Asked(how="unknown"),), truth.of_text("no")
        if gone:
            yield "no", recipe.column, (Asked(how="any_of", values=gone),), truth.of_text("no")
        return
    if lists and isinstance(recipe, MemberRecipe) and recipe.separator == _LISTS:
        name = (recipe.member,)
        yield "yes", recipe.column, (Asked(how="has", values=name),), truth.of_text("yes")
        yield "no", recipe.column, (Asked(how="lacks", values=name),), truth.of_text("no")
        yield "no", recipe.column, (Asked(how="unknown"),), truth.of_text("no")
        return
    yield MISSING, part.column, (Asked(how="unknown"),), truth.missing
    if part.levels.kind == "number":
        yield from _bands(part, gone_numbers(nothings), truth.missing)
        return
    if gone:
        yield MISSING, part.column, (Asked(how="any_of", values=gone),), truth.missing
    yield from _values(part, gone)


def _bands(part: ColumnPoints, gone: tuple[float, ...], missing: int) -> _Found:
    """Give a rule for each band ``[from, below)``, numbers that stand for nothing left out."""
    for number in gone:
        yield MISSING, part.column, (Asked(how="is", number=number),), missing
    for level, points in zip(part.levels.levels, part.points, strict=True):
        if not level.is_band:
            continue
        ends: list[Asked] = []
        if level.low is not None:
            ends.append(Asked(how="at_least", number=level.low))
        if level.below is not None:
            ends.append(Asked(how="below", number=level.below))
        others = [
            Asked(how="is_not", number=number)
            for number in gone
            if (level.low is None or level.low <= number)
            and (level.below is None or number < level.below)
        ]
        asked = (*(ends or [Asked(how="known")]), *others)
        yield level.label, part.column, asked, points


def _values(part: ColumnPoints, gone: tuple[str, ...]) -> _Found:
    """Give a rule for the values of each level, and one for all that the card does not name."""
    names = names_of(part, gone)
    listed: list[str] = list(gone)
    for place, (level, points) in enumerate(zip(part.levels.levels, part.points, strict=True)):
        if place == part.levels.missing:
            continue
        shown = [level.text or "", *level.members]
        if place == part.levels.other:
            shown = [*part.levels.pooled]
        spelled = {fold(text): text for text in shown}
        values = tuple(spelled.get(name, name) for name, own in names.items() if own == place)
        listed += values
        if values:
            yield level.label, part.column, (Asked(how="any_of", values=values),), points
    rest = (Asked(how="known"), *((Asked(how="none_of", values=tuple(listed)),) if listed else ()))
    yield "a value never seen", part.column, rest, part.otherwise


def _by_events(card: Scorecard, part: ColumnPoints, recipe: Recipe | None) -> _Found | None:
    """Give the rules of an event that was done, or done so often; None for anything else."""
    settings = card.reads.events if card.reads is not None else None
    if not isinstance(recipe, BehaviourRecipe) or settings is None or recipe.event is None:
        return None
    if recipe.as_ not in ("did", "times") or recipe.object is not None:
        return None
    expire = {fold(name): one for name, one in settings.expire.items()}.get(fold(recipe.event))
    expires = expire.expires_days if expire is not None else None
    days = min(settings.lookback_days, expires or settings.lookback_days)
    truth = Truth(part=part)
    if recipe.as_ == "did":
        steps = [("no", 0, truth.of_text("no")), ("yes", 1, truth.of_text("yes"))]
    else:
        steps = _often(part)
    return _of_event(recipe.event, days, steps)


def _of_event(event: str, days: int, steps: list[tuple[str, int, int]]) -> _Found:
    """Everybody gets what doing nothing is worth; who did it so often, the difference."""
    before = 0
    for label, least, points in steps:
        often = Asked(how="times", least=least, days=days)
        yield label, event if least else None, (often,) if least else (), points - before
        before = points


def _often(part: ColumnPoints) -> list[tuple[str, int, int]]:
    """Give each band of a count by the smallest count in it."""
    found: dict[int, tuple[str, int, int]] = {}
    for level, points in zip(part.levels.levels, part.points, strict=True):
        if level.is_band and (level.below is None or level.below > 0):
            least = max(0, math.ceil(level.low) if level.low is not None else 0)
            found[least] = (level.label, least, points)  # of two without a count, the later
    return list(found.values())


def _note(part: ColumnPoints, recipe: Recipe | None, lists: bool) -> Iterator[str]:
    """Say what has to be in the CRM for an attribute that is no column of the leads."""
    if recipe is None or isinstance(recipe, GivenRecipe):
        return
    if lists and isinstance(recipe, MemberRecipe) and recipe.separator == _LISTS:
        yield f"`{recipe.column}` must be a property of several values, for `{part.column}`."
        return
    source = "the log of events" if isinstance(recipe, BehaviourRecipe) else "other columns"
    yield (
        f"`{part.column}` is made from {source} in a way no rule can say; the property of this "
        f"name must hold the value that calibrate computes."
    )
    if isinstance(recipe, BehaviourRecipe) and recipe.as_ == "weight":
        yield (
            f"`{part.column}` counts an event less as it ages, by half in each half-life; decay "
            f"of points, in equal steps, is not the same and was not set."
        )


def _policy_notes(card: Scorecard) -> Iterator[str]:
    yield f"A lead passes from a score of {card.threshold.score} on."
    yield (
        "Values are written as the card has them; calibrate compares them without case and white "
        "space around them, and numbers by what they mean."
    )
    if any(isinstance(one.made_from, BehaviourRecipe) for one in card.attributes):
        yield (
            "The card sees events from a fixed moment in a lead's life; a rule sees the last days "
            "from today, as `calibrate score --as-of` does."
        )
    origins = card.reads.columns if card.reads is not None else {}
    earning = {part.column for part in card.scoring.columns}
    for name, (path, column) in origins.items():
        if name in earning:
            yield f"`{name}` is `{column}` of `{path}`; the CRM must have it."
    if card.scoring.vetoes or card.scoring.gates or card.scoring.must_contact:
        yield "Vetoes, gates and must-contact levels are no points; put them into a workflow."
