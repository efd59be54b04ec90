"""What a spreadsheet looks a cell up in: texts, numbers and edges, and the level of each."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from calibrate.levels import MISSING, NO, YES, Levels, fold, parse_number
from calibrate.present.sheets.page import LONGEST_CELL
from calibrate.scorecard.parts import CardAttributePart

UNSEEN = 0
"""The place of a value on no level; levels count from 1, as spreadsheets do."""

_SIGMA = "Σ"
_SIGMAS = "σς"
_MOST_SIGMAS = 8
"""A capital sigma has two small forms: words with more of them have too many spellings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How the values of one attribute find their level in a spreadsheet.

    Attributes
    ----------
    texts : mapping of str to int
        From a text, trimmed and in small letters, to the place of its level, from 1.
    numbers : mapping of float to (int, int)
        From a number to the place of its level: as a cell of numbers, and written as text.
    edges : tuple of float
        Cut points of a number, rising; empty for texts.
    missing : int
        The place of an empty cell; 0 where the card has no level ``(missing)``.
    capitals : tuple of (str, str)
        The letters that have to be made small, and what they become.
    sigma_refused : bool
        Whether a capital sigma cannot be told here.
    too_long : tuple of str
        Names that do not fit into a cell, so that nobody can type them.
    is_number : bool
        Whether the attribute is a number in bands.
    refused_marks : str
        Marks in a number written as text that no formula reads as calibrate does: commas, and
        points too where the card knows commas as decimal ones.
    """

    texts: Mapping[str, int]
    numbers: Mapping[float, tuple[int, int]]
    edges: tuple[float, ...]
    missing: int
    capitals: tuple[tuple[str, str], ...]
    sigma_refused: bool
    too_long: tuple[str, ...]
    is_number: bool
    refused_marks: str

    @property
    def reads_numbers(self) -> bool:
        """Whether a text has to be tried as a number."""
        return self.is_number or bool(self.numbers)


def lookup_of(attribute: CardAttributePart, nothings: Sequence[str]) -> Lookup:
    """Make the lookup of one attribute.

    Parameters
    ----------
    attribute : CardAttributePart
    nothings : sequence of str
        Texts of a column that stand for no value; they do not touch what is made from columns.
    """
    return level_lookup(attribute.as_levels, nothings if attribute.made_from is None else ())


def level_lookup(levels: Levels, nothings: Sequence[str]) -> Lookup:
    """Make the lookup of some levels, of a card or of a condition.

    Parameters
    ----------
    levels : Levels
    nothings : sequence of str
        Texts that stand for no value.
    """
    gone = {fold(text) for text in nothings}
    found = _texts(levels, gone) if levels.kind != "number" else _nothings(levels, gone)
    long = tuple(text for text in found if len(text.encode("utf-16-le")) // 2 > LONGEST_CELL)
    numbers = _numbers(levels, gone)
    reads_numbers = bool(numbers) or levels.kind == "number"
    texts: dict[str, int] = {}
    refused = False
    for text, place in found.items():
        if text not in long:
            refused = refused or _sigmas(text) > _MOST_SIGMAS
            texts.update(dict.fromkeys(_spellings(text), place))
    alphabet = {letter for text in texts for letter in text} | set("e" if reads_numbers else "")
    return Lookup(
        texts=texts,
        numbers=numbers,
        edges=levels.edges,
        missing=_place(levels.missing),
        capitals=tuple(pair for pair in _capitals() if alphabet.issuperset(pair[1])),
        sigma_refused=refused,
        too_long=long,
        is_number=levels.kind == "number",
        refused_marks=",." if levels.decimal_comma else ",",
    )


def _place(number: int | None) -> int:
    return UNSEEN if number is None else number + 1


def _is_gone(text: str, gone: Collection[str]) -> bool:
    """Whether a text stands for no value, as it does when leads are read."""
    number = parse_number(text)
    return text in gone or (number is not None and number in _gone_numbers(gone))


def _gone_numbers(gone: Collection[str]) -> set[float]:
    return {number for text in gone if (number := parse_number(text)) is not None}


def _nothings(levels: Levels, gone: Collection[str]) -> dict[str, int]:
    missing = _place(levels.missing)
    return {text: missing for text in sorted({MISSING, *gone}) if text and missing}


def _texts(levels: Levels, gone: Collection[str]) -> dict[str, int]:
    # Besides the names themselves, what the levels yes and no may be called.
    tried = dict.fromkeys([*levels.position, *sorted(YES | NO)])
    found = _nothings(levels, gone)
    for text in tried:
        place = _place(levels.missing if _is_gone(text, gone) else levels.find(text))
        if text and text not in found and place:
            found[text] = place
    return found


def _numbers(levels: Levels, gone: Collection[str]) -> dict[float, tuple[int, int]]:
    found = {}
    if levels.kind != "number":
        for number, level in levels.meaning.items():
            if isinstance(number, float):
                typed = levels.find_number(number)
                found[number] = (_place(typed), _place(level))
    missing = _place(levels.missing)
    # Of a text no level is found anyway where the card has none for what is missing.
    needed = [
        n for n in sorted(_gone_numbers(gone)) if missing or n in found or levels.kind == "number"
    ]
    return found | dict.fromkeys(needed, (missing, missing))


def _sigmas(text: str) -> int:
    return sum(letter in _SIGMAS for letter in text)


def _spellings(text: str) -> Iterator[str]:
    """Give the texts that are this one in small letters, but for capital sigmas left as they are.

    A capital sigma becomes small by its place in the word, which no formula can tell.
    """
    places = [place for place, letter in enumerate(text) if letter in _SIGMAS]
    if len(places) > _MOST_SIGMAS:
        yield text
        return
    for choice in product((False, True), repeat=len(places)):
        letters = list(text)
        for place, is_capital in zip(places, choice, strict=True):
            letters[place] = _SIGMA if is_capital else letters[place]
        spelled = "".join(letters)
        if spelled.lower() == text:
            yield spelled


@cache
def _capitals() -> tuple[tuple[str, str], ...]:
    """Give every letter that has a small form, and that form; the capital sigma has two."""
    letters = (chr(point) for point in range(sys.maxunicode + 1))
    return tuple(
        (letter, letter.lower())
        for letter in letters
        if letter != _SIGMA and letter.lower() != letter
    )
