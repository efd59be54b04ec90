"""What a text is worth on a card, asked of the very code that scores; exports list the answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibrate.engines.base import ColumnPoints
from calibrate.engines.columns import NumberColumn, TextColumn
from calibrate.engines.places import level_rows
from calibrate.levels import MISSING, NO, YES, fold, parse_number, read_number

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d")


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What values of an attribute are worth.

    Attributes
    ----------
    part : ColumnPoints
        The attribute's levels and their points.
    nothings : tuple of str
        The card's texts that stand for nothing.
    known : tuple of str
        Values that most leads have, beside those of the levels: a condition names only few.
    """

    part: ColumnPoints
    nothings: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def of_texts(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Give the points of texts, each as if it were alone in its column.

        Examples
        --------
        >>> from calibrate.levels import Level, Levels
        >>> levels = Levels(kind="category", levels=(Level(text="Fair"), Level(text="(missing)")))
        >>> part = ColumnPoints(column="source", levels=levels, points=(7, -2), otherwise=1)
        >>> Truth(part=part, nothings=("n/a",)).of_texts(("fair ", "N/A", "Radio"))
        (7, -2, 1)
        """
        worth = [*self.part.points, self.part.otherwise]
        return tuple(
            worth[
                int(
                    level_rows(
                        TextColumn(codes=np.array([1], np.int8), texts=(text,)).without(
                            self.nothings
                        ),
                        self.part.levels,
                    )[0]
                )
            ]
            for text in texts
        )

    def of_text(self, text: str) -> int:
        """Give the points of one text."""
        return self.of_texts((text,))[0]

    def of_number(self, number: float) -> int:
        """Give the points of a number that came as one."""
        column = NumberColumn(numbers=np.array([number])).without(self.nothings)
        return [*self.part.points, self.part.otherwise][
            int(level_rows(column, self.part.levels)[0])
        ]

    @property
    def missing(self) -> int:
        """What no value is worth."""
        place = self.part.levels.missing
        return self.part.otherwise if place is None else self.part.points[place]

    @cached_property
    def shown(self) -> dict[str, int]:
        """Points of every value as the card writes it: what most leads have."""
        if self.part.levels.kind == "number":
            return {}
        names: list[str] = []
        for level in self.part.levels.levels:
            if level.text is not None:
                names += [level.text, *level.members]
        names = list(dict.fromkeys([*names, *self.known]))
        return dict(zip(names, self.of_texts(names), strict=True))

    @cached_property
    def folded(self) -> dict[str, int]:
        """Points of every folded text that is nothing, or on a level by more than its number."""
        found = dict.fromkeys(gone_texts(self.nothings), self.missing)
        if self.part.levels.kind == "number":
            return found
        seen = set(self.part.levels.position) | set(YES) | set(NO)
        names = sorted(
            name for name in seen - set(found) if self.part.levels.find(name) is not None
        )
        return {**found, **dict(zip(names, self.of_texts(names), strict=True))}

    @cached_property
    def numbers(self) -> dict[float, int]:
        """Points of every number that is nothing, or the meaning of a level."""
        return self._gone | self._meanings

    @cached_property
    def lone_numbers(self) -> dict[float, int]:
        """Points of every number that a text is, commas not looked at: of nothing, at least."""
        return self._gone if self.part.levels.decimal_comma else self.numbers

    @property
    def _gone(self) -> dict[float, int]:
        return dict.fromkeys(gone_numbers(self.nothings), self.missing)

    @property
    def _meanings(self) -> dict[float, int]:
        """Points of every number that is the meaning of a level, and not nothing."""
        found: dict[float, int] = {}
        if self.part.levels.kind != "number":
            for meaning, place in self.part.levels.meaning.items():
                if isinstance(meaning, float) and meaning not in self._gone:
                    found[meaning] = self.part.points[place]
        return found

    @cached_property
    def comma_numbers(self) -> dict[float, int]:
        """Points of numbers that only a reading of decimal or thousands commas gives."""
        levels = self.part.levels
        if levels.kind == "number":
            return {}
        numbers = [meaning for meaning in levels.meaning if isinstance(meaning, float)]
        places = {number: levels.find_number(number) for number in numbers}
        return {
            number: self.part.points[place] for number, place in places.items() if place is not None
        }

    def means_what_it_says(self, name: str) -> bool:
        """Whether a text that reads as a number is that number on this card too."""
        number = parse_number(name)
        commas = self.part.levels.decimal_comma
        return number is None or commas is None or read_number(name, commas) == number

    @property
    def numbers_matter(self) -> bool:
        """Whether a text that is a number may be worth more or less than one never seen."""
        worth = {*self.numbers.values(), *self.comma_numbers.values()}
        return bool(worth - {self.part.otherwise})

    @property
    def ambiguous(self) -> str | None:
        """Say why what a value is worth depends on its type, where it does."""
        if self.part.levels.kind == "number":
            return None
        for one, other in (("true", "yes"), ("false", "no")):
            if self.of_text(one) != self.of_text(other):
                return f"`{one}` and `{other}` are worth different points"
        if any(_MOMENT.match(name) for name in self.part.levels.position):
            return "its levels are moments, which every engine writes its own way"
        spelled: dict[float, str] = {}
        commas = self.part.levels.decimal_comma
        for name in self.part.levels.position:
            number = parse_number(name) if commas is None else read_number(name, commas)
            if number is not None and name not in gone_texts(self.nothings):
                twin = spelled.setdefault(number, name)
                if self.of_text(twin) != self.of_text(name):
                    return f"`{twin}` and `{name}` are the same number and worth different points"
        return None


def gone_texts(nothings: Sequence[str]) -> tuple[str, ...]:
    """List the folded texts that are no value, as a column leaves them out."""
    return tuple(dict.fromkeys(("", MISSING, *(fold(text) for text in nothings))))


def gone_numbers(nothings: Sequence[str]) -> tuple[float, ...]:
    """List the numbers that are no value."""
    numbers = (parse_number(text) for text in gone_texts(nothings))
    return tuple(dict.fromkeys(number for number in numbers if number is not None))
