"""The levels of an attribute, and how a value finds its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from calibrate.present.numbers import edge_text, number_text

Kind = Literal["category", "boolean", "number"]

MISSING = "(missing)"
OTHER = "(other)"

YES = frozenset({"yes", "true", "y", "t"})
NO = frozenset({"no", "false", "n", "f"})

DECIMAL_COMMA = re.compile(r"[-+]?([1-9]\d{0,2}(\.\d{3})+|\d+)(,\d+)?", re.ASCII)
THOUSANDS_COMMA = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)

_OF_NUMBERS = "0123456789+-.eE"
"""What a finite number with a decimal point is written with."""


def fold(text: str) -> str:
    """Bring a text to the form in which levels are compared: trimmed, without case.

    Examples
    --------
    >>> fold(" Google ") == fold("GOOGLE")
    True
    """
    return text.strip().lower()


def parse_number(text: str) -> float | None:
    """Read a finite number written with a decimal point; None for anything else.

    Digits with a leading zero (``07``, ``01234``) are codes, not numbers; digits of other scripts
    are texts, as they are to every database that a card is carried to.

    Examples
    --------
    >>> [parse_number(t) for t in (" 12 ", "-0.5", "1e3", "07", "nan", "1_000", "")]
    [12.0, -0.5, 1000.0, None, None, None, None]
    """
    stripped = text.strip()
    if stripped.strip(_OF_NUMBERS):  # most texts are seen to be none without an attempt
        return None
    digits = stripped.lstrip("+-")
    if not stripped.isascii() or "_" in stripped or re.match("0[0-9]", digits):
        return None
    try:
        number = float(stripped)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_number(
    text: str, decimal_comma: bool | None = None, *, semicolons: bool = False
) -> float | None:
    """Read a number that may have commas: by itself, whatever stands beside it.

    Parameters
    ----------
    text : str
    decimal_comma : bool, optional
        Whether commas are decimal ones, and points separate thousands; else it is the other way
        round. Where nobody knows, commas that can separate thousands do.
    semicolons : bool
        Where nobody knows: semicolons separate the cells, so commas that can be decimal ones are.

    Examples
    --------
    >>> texts = ("3,268", "0,5", "1.234,5", "1,234.5", "3.268", "0.5")
    >>> [read_number(text, True) for text in texts]
    [3.268, 0.5, 1234.5, None, 3268.0, None]
    >>> [read_number(text, False) for text in texts]
    [3268.0, None, None, 1234.5, 3.268, 0.5]
    >>> [read_number(text) for text in texts]
    [3268.0, 0.5, 1234.5, 1234.5, 3.268, 0.5]
    >>> read_number("3,268", semicolons=True)
    3.268
    """
    stripped = text.strip()
    if not decimal_comma and "," not in stripped:
        return parse_number(stripped)
    is_decimal = DECIMAL_COMMA.fullmatch(stripped) is not None and decimal_comma is not False
    if THOUSANDS_COMMA.fullmatch(stripped) and not (is_decimal and (decimal_comma or semicolons)):
        return None if decimal_comma else parse_number(stripped.replace(",", ""))
    return parse_number(stripped.replace(".", "").replace(",", ".")) if is_decimal else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level: a value (or a group of values), or a band ``[from, below)`` of numbers.

    Attributes
    ----------
    text : str or None
        The value as shown, ``(missing)`` or ``(other)``; None for a band.
    members : tuple of str
        The values the analyst grouped under this name; empty otherwise.
    low, below : float or None
        Ends of a band, ``low`` in it and ``below`` not; None is unbounded.
    """

    text: str | None = None
    members: tuple[str, ...] = ()
    low: float | None = None
    below: float | None = None

    @property
    def is_band(self) -> bool:
        """Whether this is a band of numbers."""
        return self.text is None

    @property
    def label(self) -> str:
        """The level in words.

        Examples
        --------
        >>> Level(low=1.0, below=5.0).label, Level(below=1.0).label, Level(low=5.0).label
        ('1 to under 5', 'under 1', '5 or more')
        """
        if self.text is not None:
            return self.text
        if self.low is None:
            return "any number" if self.below is None else f"under {edge_text(self.below)}"
        if self.below is None:
            return f"{edge_text(self.low)} or more"
        low, below = edge_text(self.low), edge_text(self.below)
        if low == below:  # six digits cannot tell them apart
            low, below = number_text(self.low), number_text(self.below)
        return f"{low} to under {below}"


@dataclass(frozen=True, kw_only=True)
class Levels:
    """The levels of one attribute in order.

    Attributes
    ----------
    kind : {"category", "boolean", "number"}
        How values are read.
    levels : tuple of Level
        Values by name, or bands by size; then ``(other)``, then ``(missing)``, where there are any.
    pooled : tuple of str
        The values too rare to stand alone, counted as ``(other)``.
    decimal_comma : bool or None
        Whether the commas of its texts are decimal ones; None where none was ever seen.
    """

    kind: Kind
    levels: tuple[Level, ...]
    pooled: tuple[str, ...] = ()
    decimal_comma: bool | None = None

    @cached_property
    def edges(self) -> tuple[float, ...]:
        """The cut points between bands, rising."""
        return tuple(level.low for level in self.levels if level.is_band and level.low is not None)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """From folded value to the number of its level, pooled values included."""
        found = {}
        for number, level in enumerate(self.levels):
            if level.text is not None:
                found[fold(level.text)] = number
        if OTHER in found:
            found.update({fold(name): found[OTHER] for name in self.pooled})
        for number, level in enumerate(self.levels):
            found.update({fold(member): number for member in level.members})
        return found

    @cached_property
    def meaning(self) -> Mapping[str | float, int]:
        """From what a value means to the number of its level, for values spelled another way."""
        found: dict[str | float, int] = {}
        for name, number in self.position.items():
            found.setdefault(_meaning(name, self.decimal_comma), number)
        return found

    @property
    def missing(self) -> int | None:
        """The number of the level ``(missing)``."""
        return self.position.get(MISSING)

    @property
    def other(self) -> int | None:
        """The number of the level ``(other)``."""
        return self.position.get(OTHER)

    def find(self, text: str) -> int | None:
        """Give the number of the level a text belongs to; None if it was never seen.

        Examples
        --------
        >>> sources = Levels(kind="category", levels=(Level(text="Google"), Level(text="Fair")))
        >>> sources.find("google "), sources.find("Radio")
        (0, None)

        A file's ``1.0`` and ``True`` are a frame's number 1 and yes.

        >>> ratings = Levels(kind="category", levels=(Level(text="1.0"), Level(text="True")))
        >>> ratings.find("1"), ratings.find("yes")
        (0, 1)
        """
        folded = fold(text)
        if folded in ("", MISSING):
            return self.missing
        if self.kind == "boolean":
            folded = "yes" if folded in YES else "no" if folded in NO else folded
        exact = self.position.get(folded)
        return self.meaning.get(_meaning(folded, self.decimal_comma)) if exact is None else exact

    def find_number(self, number: float) -> int | None:
        """Give the number of the level that a number belongs to; None if it was never seen.

        Examples
        --------
        >>> texts = (Level(text="1,5"), Level(text="1.234"))
        >>> ratings = Levels(kind="category", levels=texts, decimal_comma=True)
        >>> ratings.find_number(1.5), ratings.find_number(1.234), ratings.find_number(1234.0)
        (0, None, 1)
        """
        if self.decimal_comma:  # as a text, it would have a point that is no decimal one here
            return self.meaning.get(number)
        return self.find(number_text(number))


def _meaning(folded: str, decimal_comma: bool | None) -> str | float:
    number = parse_number(folded) if decimal_comma is None else read_number(folded, decimal_comma)
    if number is not None:
        return number
    return {"true": "yes", "false": "no"}.get(folded, folded)


def bands(edges: Iterable[float]) -> tuple[Level, ...]:
    """Make the bands that a rising list of cut points separates.

    Examples
    --------
    >>> [band.label for band in bands([1, 5])]
    ['under 1', '1 to under 5', '5 or more']
    """
    cuts: list[float | None] = [None, *edges, None]
    return tuple(Level(low=low, below=below) for low, below in pairwise(cuts))
