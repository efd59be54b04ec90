"""A condition on an attribute: which of its levels or numbers meet it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from calibrate.engines.base import ColumnPoints
from calibrate.errors import did_you_mean
from calibrate.levels import (
    MISSING,
    OTHER,
    Kind,
    Level,
    Levels,
    bands,
    fold,
    parse_number,
    read_number,
)
from calibrate.present.numbers import number_text
from calibrate.rules import RangePart

Tested = tuple[str, ...] | RangePart
"""The values, or the range, that meet a condition."""


def meets(condition: Mapping[str, Tested], levels: Mapping[str, Levels]) -> ColumnPoints:
    """Say what a condition is worth for each value: 1 where it holds, else 0.

    Parameters
    ----------
    condition : mapping of one attribute to its values or its range
    levels : mapping of str to Levels
        Those of every attribute of the card.

    Examples
    --------
    >>> visits = Levels(kind="number", levels=bands([1.0, 5.0]))
    >>> found = meets({"visits": RangePart(from_=1, below=3)}, {"visits": visits})
    >>> [(level.label, worth) for level, worth in zip(found.levels.levels, found.points)]
    [('under 1', 0), ('1 to under 3', 1), ('3 or more', 0)]
    """
    ((attribute, test),) = condition.items()
    if isinstance(test, RangePart):
        edges = [edge for edge in (test.from_, test.below) if edge is not None]
        ranges = bands(edges)
        return ColumnPoints(
            column=attribute,
            levels=Levels(
                kind="number", levels=ranges, decimal_comma=levels[attribute].decimal_comma
            ),
            points=tuple(int(band.low == test.from_) for band in ranges),
            otherwise=0,
        )
    own = levels[attribute]
    texts = dict.fromkeys(text for value in test for text in _texts(value, own))
    kind: Kind = "boolean" if own.kind == "boolean" else "category"
    return ColumnPoints(
        column=attribute,
        levels=Levels(
            kind=kind,
            levels=tuple(Level(text=text) for text in texts),
            decimal_comma=own.decimal_comma,
        ),
        points=(1,) * len(texts),
        otherwise=0,
    )


def _texts(value: str, levels: Levels) -> tuple[str, ...]:
    """Give the values that a value of a condition stands for: itself, or the members of a group."""
    for level in levels.levels:
        if level.text is not None and fold(level.text) == fold(value):
            return (level.text, *level.members)
    if levels.kind == "number":
        number = parse_number(value) if levels.decimal_comma else None
        return (value.strip() if number is None else number_text(number).replace(".", ","),)
    # `t` is the level yes, and nothing at all is (missing), as they are in the leads.
    place = levels.find(value)
    found = None if place is None else levels.levels[place]
    if found is None or found.text in (None, OTHER) or found.members:
        return (value.strip(),)
    return (str(found.text),)


def problems_of(condition: Mapping[str, Tested], levels: Mapping[str, Levels]) -> list[str]:
    """Say what is wrong with a condition: no such attribute, no such level, no number."""
    ((attribute, test),) = condition.items()
    if attribute not in levels:
        return [f"no attribute `{attribute}`; {did_you_mean(attribute, list(levels))}"]
    own = levels[attribute]
    if isinstance(test, RangePart):
        texts = [fold(one.text) for one in own.levels if one.text is not None]
        words = [text for text in texts if text not in (MISSING, OTHER)]
        if own.kind != "number" and any(
            read_number(text, own.decimal_comma) is None for text in words
        ):
            return [f"`{attribute}` is no number; list the values that are meant: [...]"]
        return []
    return [
        f"`{attribute}` has no level `{value}`; {did_you_mean(value, known_values(own))}"
        for value in test
        if not _is_known(value, own)
    ]


def _is_known(value: str, levels: Levels) -> bool:
    if fold(value) == MISSING:
        return True
    if levels.kind == "number":
        return parse_number(value) is not None
    return levels.find(value) is not None


def known_values(levels: Levels) -> list[str]:
    """Name the values that a condition may name."""
    shown = [one.label for one in levels.levels if one.text != OTHER]
    return [*shown, *levels.pooled, *(name for one in levels.levels for name in one.members)]


def condition_text(condition: Mapping[str, Tested]) -> str:
    """Say a condition in words.

    Examples
    --------
    >>> condition_text({"industry": ("Software", "Finance")})
    'industry: Software or Finance'
    >>> condition_text({"visits": RangePart(from_=1)})
    'visits: 1 or more'
    """
    ((attribute, test),) = condition.items()
    if isinstance(test, RangePart):
        return f"{attribute}: {Level(low=test.from_, below=test.below).label}"
    return f"{attribute}: {either(test)}"


def either(texts: Sequence[str]) -> str:
    """Join texts, the last with *or*."""
    *first, last = texts
    return f"{', '.join(first)} or {last}" if first else last


def attributes_of(conditions: Iterable[Mapping[str, Tested]]) -> list[str]:
    """Name the attributes of conditions, each once."""
    return list(dict.fromkeys(name for condition in conditions for name in condition))
