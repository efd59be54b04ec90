"""The levels of an attribute in PMML: as predicates of a scorecard, and as expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibrate.engines.base import ColumnPoints
from calibrate.export.pmml_elements import Element, apply, constant, element, field, joined
from calibrate.export.pmml_values import Source, spelled
from calibrate.export.truth import Truth, gone_numbers, gone_texts
from calibrate.present.numbers import number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What tells that a value is on a level.

    Attributes
    ----------
    points : int
        What the level is worth.
    missing : bool
        Whether no value is on it.
    texts : tuple of str
        The folded texts on it, as PMML folds them.
    numbers : tuple of float
        The numbers on it, however they are written.
    low, below : float or None
        Ends of a band.
    band : bool
        Whether it is one.
    """

    points: int
    missing: bool = False
    texts: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    low: float | None = None
    below: float | None = None
    band: bool = False


def matches_of(part: ColumnPoints, nothings: Sequence[str]) -> list[Match]:
    """Say how each level of an attribute is told, that of no value first.

    Examples
    --------
    >>> from calibrate.levels import Level, Levels
    >>> levels = Levels(kind="category", levels=(Level(text="Fair"), Level(text="(missing)")))
    >>> part = ColumnPoints(column="source", levels=levels, points=(7, -2), otherwise=1)
    >>> [(match.texts, match.missing, match.points) for match in matches_of(part, ())]
    [((), True, -2), (('fair',), False, 7)]
    """
    truth = Truth(part=part, nothings=tuple(nothings))
    matches = [Match(points=truth.missing, missing=True)]
    names = names_of(part, nothings)
    gone = gone_numbers(nothings)
    numbers = {
        meaning: place
        for meaning, place in part.levels.meaning.items()
        if isinstance(meaning, float) and meaning not in gone
    }
    for place, (level, points) in enumerate(zip(part.levels.levels, part.points, strict=True)):
        if level.is_band:
            matches.append(Match(points=points, low=level.low, below=level.below, band=True))
        elif place != part.levels.missing:
            texts = spelled(name for name, own in names.items() if own == place)
            found = tuple(number for number, own in numbers.items() if own == place)
            matches.append(Match(points=points, texts=tuple(texts), numbers=found))
    return matches


def names_of(part: ColumnPoints, nothings: Sequence[str]) -> dict[str, int]:
    """Give every folded text that is on a level, with the place of the level."""
    truth = Truth(part=part, nothings=tuple(nothings))
    if part.levels.kind == "number":
        return {}
    gone = set(gone_texts(nothings))
    found = {name: part.levels.find(name) for name in truth.folded if name not in gone}
    return {name: place for name, place in found.items() if place is not None}


def predicate(match: Match, source: Source) -> Element | None:
    """Write a match as a predicate; None where no value can meet it."""
    if match.missing:
        return element("SimplePredicate", field=source.value, operator="isMissing")
    found: list[Element] = []
    if match.band and source.number is not None:
        return _band(match, source.number)
    if source.text is not None:
        # Quotes and backslashes end or escape things in an array, each engine in its own way.
        plain = [text for text in match.texts if not set(text) & set('"\\')]
        found += [_equal(source.text, text) for text in match.texts if text not in plain]
        if len(plain) == 1:
            found.append(_equal(source.text, plain[0]))
        elif plain:
            found.append(_among(source.text, "string", [f'"{text}"' for text in plain]))
    if source.number is not None and match.numbers:
        texts = [number_text(number) for number in match.numbers]
        found.append(_among(source.number, "real", texts))
    if len(found) < 2:
        return found[0] if found else None
    return element("CompoundPredicate", *found, booleanOperator="or")


def _band(match: Match, number: str) -> Element:
    ends = [
        element("SimplePredicate", field=number, operator=operator, value=number_text(end))
        for operator, end in (("greaterOrEqual", match.low), ("lessThan", match.below))
        if end is not None
    ]
    if not ends:
        return element("SimplePredicate", field=number, operator="isNotMissing")
    return ends[0] if len(ends) == 1 else element("CompoundPredicate", *ends, booleanOperator="and")


def _equal(name: str, text: str) -> Element:
    return element("SimplePredicate", field=name, operator="equal", value=text)


def _among(name: str, kind: str, values: Sequence[str]) -> Element:
    array = element("Array", text=" ".join(values), n=str(len(values)), type=kind)
    return element("SimpleSetPredicate", array, field=name, booleanOperator="isIn")


def truth_of(match: Match, source: Source) -> Element:
    """Write a match as an expression that is true or false, never missing."""
    if match.missing:
        return apply("isMissing", field(source.value))
    found: list[Element] = []
    if match.band:
        if source.number is None:
            return joined("or", [])
        ends = [
            apply(name, field(source.number), constant(end), missing="false")
            for name, end in (("greaterOrEqual", match.low), ("lessThan", match.below))
            if end is not None
        ]
        return joined("and", ends) if ends else apply("isNotMissing", field(source.number))
    for name, values in ((source.text, match.texts), (source.number, match.numbers)):
        if name is not None and values:
            found.append(apply("isIn", field(name), *map(constant, values), missing="false"))
    return joined("or", found)


def holds(part: ColumnPoints, source: Source, nothings: Sequence[str]) -> Element:
    """Write whether a condition holds: whether a value is on a level that is worth something."""
    met = [truth_of(match, source) for match in matches_of(part, nothings) if match.points > 0]
    return joined("or", met)


def points_of(part: ColumnPoints, source: Source, nothings: Sequence[str]) -> Element:
    """Write what a value is worth as an expression."""
    worth = constant(part.otherwise)
    for match in reversed(matches_of(part, nothings)):
        worth = apply("if", truth_of(match, source), constant(match.points), worth)
    return worth
