"""A column in memory: small codes and the distinct texts behind them, or plain numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from calibrate.engines.code_counts import leads_of_codes
from calibrate.levels import (
    DECIMAL_COMMA,
    MISSING,
    NO,
    THOUSANDS_COMMA,
    YES,
    fold,
    parse_number,
    read_number,
)
from calibrate.present.numbers import number_text

Codes = npt.NDArray[np.int8 | np.int16 | np.int32]
Floats = npt.NDArray[np.float64]
Distinct = tuple[Floats, npt.NDArray[np.int64]]
"""Different numbers, rising, and the leads of each."""

DecimalComma = Literal["no", "likely", "sure", "never"]
"""Whether a file writes decimal commas: likely when semicolons separate its cells, sure when a
column of it cannot be read otherwise, never where those it had were replaced by points."""

_FEW_WHOLE = 2**16
_LOOKED_AT = 1000
"""The first so many numbers tell mostly whether all are whole."""
_MANY = 4
"""Numbers of which each stands on fewer leads than this are not worth keeping counted."""


@dataclass(frozen=True, kw_only=True)
class TextColumn:
    """A column of texts as codes.

    Attributes
    ----------
    codes : ndarray of int8, int16 or int32, shape (n,)
        Per lead: 0 for no value, else 1 + the place of its text in ``texts``.
    texts : tuple of str
        The distinct texts, as they stand in the table.
    decimal_comma : {"no", "likely", "sure", "never"}
        Whether ``1,234`` is a little over one here, and when sure, ``1.234`` over a thousand.
    semicolons : bool
        Whether semicolons separate the cells of its file.
    typed : frozenset of str
        Texts that came as numbers: their points are decimal ones whatever the others have.
    weights : ndarray of int, shape (n,), or None
        How many leads each row stands for, where a row is a distinct value; None for one each.

    Examples
    --------
    >>> column = TextColumn(codes=np.array([1, 2], np.int8), texts=("1.234,5", "-7"))
    >>> column.numbers
    (1234.5, -7.0)
    """

    codes: Codes
    texts: tuple[str, ...]
    decimal_comma: DecimalComma = "no"
    semicolons: bool = False
    typed: frozenset[str] = frozenset()
    weights: npt.NDArray[np.int64] | None = None

    @cached_property
    def numbers(self) -> tuple[float | None, ...]:
        """Each distinct text as a number, as all of them together tell; None where it is none."""
        if self.commas_are_decimal is None:
            return tuple(parse_number(text) for text in self.texts)
        return self.numbers_by(self.commas_are_decimal)

    @cached_property
    def commas_are_decimal(self) -> bool | None:
        """Whether commas are decimal ones here, or separate thousands; None where none is read."""
        is_sure = self.decimal_comma == "sure"
        if not is_sure and not any("," in text for text in self.texts):
            return None
        stripped = [text.strip() for text in self.texts if text not in self.typed]
        decimal = [DECIMAL_COMMA.fullmatch(text) is not None for text in stripped]
        grouped = [
            THOUSANDS_COMMA.fullmatch(text) is not None or parse_number(text) is not None
            for text in stripped
        ]
        # Texts that are a number in neither way, such as a placeholder, have no say.
        either = [one or other for one, other in zip(decimal, grouped, strict=True)]
        has_commas = any(
            is_number and "," in text for is_number, text in zip(either, stripped, strict=True)
        )
        if not has_commas and not (is_sure and any(either)):
            return None
        if decimal == either and (is_sure or self.decimal_comma == "likely" or grouped != either):
            return True
        return False if has_commas and grouped == either else None

    def numbers_by(self, decimal_comma: bool | None) -> tuple[float | None, ...]:
        """Give each distinct text as a number by itself, as `read_number` does."""
        if self.decimal_comma == "never":
            decimal_comma = False
        return tuple(
            parse_number(text)
            if text in self.typed
            else read_number(text, decimal_comma, semicolons=self.semicolons)
            for text in self.texts
        )

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """Leads of each distinct text."""
        return self.leads_by_code[1:]

    @cached_property
    def leads_by_code(self) -> npt.NDArray[np.int64]:
        """Leads of each code: without a value, then of each distinct text."""
        size = len(self.texts) + 1
        if self.weights is None:
            return leads_of_codes(self.codes, size)
        counts = np.zeros(size, dtype=np.int64)
        np.add.at(counts, self.codes, self.weights)
        return counts

    @cached_property
    def distinct_numbers(self) -> Distinct:
        """The different numbers, rising, and the leads of each; texts that are none left aside."""
        return _counted(_by_code(self.numbers)[1:], self.counts)

    @property
    def is_number(self) -> bool:
        """Whether every text there is reads as a number."""
        if not self.texts or _is_plainly_none(self.texts[0]):
            return False
        return None not in self.numbers

    @property
    def is_boolean(self) -> bool:
        """Whether the texts are a yes and a no in one spelling or several."""
        folded = {fold(text) for text in self.texts}
        return bool(folded & YES) and bool(folded & NO) and folded <= YES | NO

    def take(self, rows: npt.NDArray[np.bool_]) -> TextColumn:
        """Keep some leads; texts that none of them has are forgotten."""
        kept = self
        if not rows.all():
            weights = None if self.weights is None else self.weights[rows]
            kept = replace(self, codes=self.codes[rows], weights=weights)
        used = kept.counts > 0
        return kept.keeping(used.tolist())

    def without(self, nothings: Iterable[str]) -> TextColumn:
        """Take some texts, compared as levels are, as no value."""
        gone = {"", MISSING, *(fold(text) for text in nothings)}
        numbers = {value for text in gone if (value := parse_number(text)) is not None}
        stays = [
            fold(text) not in gone and not (numbers and parse_number(text) in numbers)
            for text in self.texts
        ]
        return self.keeping(stays)

    def values(self) -> Floats:
        """Each lead's number; NaN without one."""
        return self.values_of(self.numbers)

    def values_of(self, numbers: Sequence[float | None]) -> Floats:
        """Give each lead its number, from those of the distinct texts; NaN without one."""
        return _by_code(numbers)[self.codes]

    def values_at(self, rows: npt.NDArray[np.integer]) -> Floats:
        """Give the numbers of some leads."""
        return np.asarray(_by_code(self.numbers)[self.codes[rows]])

    def keeping(self, stays: Sequence[bool]) -> TextColumn:
        """Keep some of the texts; leads that have another are left without a value."""
        if all(stays):
            return self
        fresh = np.zeros(len(self.texts) + 1, dtype=self.codes.dtype)
        fresh[1:][np.array(stays)] = np.arange(1, sum(stays) + 1)
        texts = tuple(text for text, stay in zip(self.texts, stays, strict=True) if stay)
        return replace(self, codes=small(fresh[self.codes], len(texts)), texts=texts)


@dataclass(frozen=True, kw_only=True)
class NumberColumn:
    """A column that came as numbers.

    Attributes
    ----------
    numbers : ndarray of float, shape (n,)
        NaN for no value.
    weights : ndarray of int, shape (n,), or None
        How many leads each row stands for, where a row is a distinct value; None for one each.
    """

    numbers: Floats
    weights: npt.NDArray[np.int64] | None = None

    @property
    def distinct_numbers(self) -> Distinct:
        """The different numbers, rising, and the leads of each."""
        few = self._few_numbers
        return _counted(self.numbers, self.weights) if few is None else few

    @cached_property
    def _few_numbers(self) -> Distinct | None:
        """The same; None where they are so many that they had better not be kept."""
        found = _counted(self.numbers, self.weights)
        return found if len(found[0]) * _MANY <= len(self.numbers) else None

    def take(self, rows: npt.NDArray[np.bool_]) -> NumberColumn:
        """Keep some leads."""
        if rows.all():
            return self
        weights = None if self.weights is None else self.weights[rows]
        return NumberColumn(numbers=self.numbers[rows], weights=weights)

    def without(self, nothings: Iterable[str]) -> NumberColumn:
        """Take some numbers, given as text, as no value."""
        gone = [value for text in nothings if (value := parse_number(text)) is not None]
        if not gone:
            return self
        return replace(self, numbers=np.where(np.isin(self.numbers, gone), np.nan, self.numbers))

    def values(self) -> Floats:
        """Each lead's number; NaN without one."""
        return self.numbers

    def values_at(self, rows: npt.NDArray[np.integer]) -> Floats:
        """Give the numbers of some leads."""
        return np.asarray(self.numbers[rows])

    def as_texts(self) -> TextColumn:
        """Write the numbers as texts: 1.0 as ``1``."""
        distinct, places = _distinct(self.numbers)
        there = ~np.isnan(distinct)
        texts = tuple(number_text(float(value)) for value in distinct[there])
        # NaN sorts last, so the places of the numbers are those of their texts.
        codes = np.where(np.isnan(self.numbers), 0, places + 1)
        return TextColumn(
            codes=small(codes, len(texts)),
            texts=texts,
            typed=frozenset(texts),
            weights=self.weights,
        )


def _is_plainly_none(text: str) -> bool:
    """Whether a text is no number, whatever commas and points mean."""
    stripped = text.strip()
    return (
        parse_number(stripped) is None
        and DECIMAL_COMMA.fullmatch(stripped) is None
        and THOUSANDS_COMMA.fullmatch(stripped) is None
    )


def _by_code(numbers: Sequence[float | None]) -> Floats:
    """Give the number of each code of a column of texts, from those of its texts."""
    return np.array([np.nan, *(np.nan if value is None else value for value in numbers)])


def _counted(numbers: Floats, weights: npt.NDArray[np.int64] | None) -> Distinct:
    """Give the different numbers, rising, NaN left aside, and the leads of each."""
    there = ~np.isnan(numbers)
    some = numbers if there.all() else numbers[there]
    if weights is not None:
        values, places = np.unique(some, return_inverse=True)
        leads = np.zeros(len(values), dtype=np.int64)
        np.add.at(leads, places, weights[there])
        return values, leads
    if _are_few_whole(some):
        leads = np.bincount(some.astype(np.int64))
        used = np.flatnonzero(leads)
        return used.astype(np.float64), leads[used]
    ordered = np.sort(some)
    starts = np.flatnonzero(np.append(len(some) > 0, ordered[1:] != ordered[:-1]))
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def _are_few_whole(numbers: Floats) -> bool:
    """Whether numbers are counts or codes: these are counted, which is faster than sorting them."""
    return bool(
        len(numbers)
        and _are_whole(numbers[:_LOOKED_AT])
        and numbers.min() >= 0
        and numbers.max() < _FEW_WHOLE
        and _are_whole(numbers)
    )


def _are_whole(numbers: Floats) -> bool:
    return bool((numbers == np.floor(numbers)).all())


def _distinct(numbers: Floats) -> tuple[Floats, npt.NDArray[np.integer]]:
    """Give the distinct numbers, rising, NaN last, and the place of each among them."""
    there = ~np.isnan(numbers)
    some = numbers[there]
    if _are_few_whole(some):
        whole = some.astype(np.int64)
        used = np.flatnonzero(np.bincount(whole))
        place_of = np.empty(int(used[-1]) + 1, dtype=np.int64)
        place_of[used] = np.arange(len(used))
        places = np.full(len(numbers), len(used))
        places[there] = place_of[whole]
        has_gaps = len(some) < len(numbers)
        return np.append(used.astype(np.float64), [np.nan] * has_gaps), places
    return np.unique(numbers, return_inverse=True)


Column = TextColumn | NumberColumn


def text_column(column: Column) -> TextColumn:
    """Give a column as texts, numbers written out."""
    return column.as_texts() if isinstance(column, NumberColumn) else column


def first_texts(column: Column, most: int) -> tuple[str, ...]:
    """Give the first distinct values of a column as texts; the smallest of numbers.

    Examples
    --------
    >>> first_texts(NumberColumn(numbers=np.array([2.0, np.nan, 1.0, 2.0])), 5)
    ('1', '2')
    """
    if isinstance(column, NumberColumn):
        return tuple(number_text(float(one)) for one in column.distinct_numbers[0][:most])
    return column.texts[:most]


def is_empty(column: Column) -> bool:
    """Whether no row has a value."""
    if isinstance(column, NumberColumn):
        return bool(np.isnan(column.numbers).all())
    return not column.texts


def is_filled(column: Column) -> npt.NDArray[np.bool_]:
    """Say of each row whether it has a value."""
    if isinstance(column, NumberColumn):
        return np.asarray(~np.isnan(column.numbers))
    return np.asarray(column.codes > 0)


def filled_cells(columns: Sequence[Column]) -> NumberColumn:
    """Count the cells of each lead that are filled, in some columns."""
    total = np.zeros(len(is_filled(columns[0])))
    for column in columns:
        total += is_filled(column)
    return NumberColumn(numbers=total)


def missing_leads(column: Column) -> int:
    """Count the leads without a value."""
    if isinstance(column, TextColumn):
        return int(column.leads_by_code[0])
    leads = len(column.numbers) if column.weights is None else int(column.weights.sum())
    return leads - int(column.distinct_numbers[1].sum())


def small(codes: npt.NDArray[Any], most: int) -> Codes:
    """Hold codes in the smallest integers that fit: counting is bound by memory traffic."""
    return codes.astype(smallest(most), copy=False)


def smallest(most: int) -> np.dtype[np.int8 | np.int16 | np.int32]:
    """Give the smallest integers that hold codes up to some number."""
    if most < 2**7 - 1:
        return np.dtype(np.int8)
    return np.dtype(np.int16 if most < 2**15 - 1 else np.int32)


def needs_decimal_commas(column: Column) -> bool:
    """Whether the texts of a column are numbers only if their commas are decimal ones."""
    if not isinstance(column, TextColumn):
        return False
    stripped = [text.strip() for text in column.texts]
    return all(DECIMAL_COMMA.fullmatch(text) for text in stripped) and any(
        "," in text and not THOUSANDS_COMMA.fullmatch(text) for text in stripped
    )
