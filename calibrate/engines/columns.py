"""A column in memory: small codes and the distinct texts behind them, or plain numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.levels import MISSING, NO, YES, fold, parse_number
from calibrate.present.numbers import number_text

Codes = npt.NDArray[np.int8] | npt.NDArray[np.int16] | npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_DECIMAL_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_THOUSANDS_COMMA = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class TextColumn:
    """A column of texts as codes.

    Attributes
    ----------
    codes : ndarray of int8, int16 or int32, shape (n,)
        Per lead: 0 for no value, else 1 + the place of its text in ``texts``.
    texts : tuple of str
        The distinct texts, as they stand in the table.
    comma_decimal : bool
        Whether ``1,234`` is a little over one here, as in files separated by semicolons.
    """

    codes: Codes
    texts: tuple[str, ...]
    comma_decimal: bool = False

    @cached_property
    def numbers(self) -> tuple[float | None, ...]:
        """Each distinct text as a number; None where it is none."""
        plain = tuple(parse_number(text) for text in self.texts)
        if None not in plain:
            return plain
        return self._with_commas(plain)

    @property
    def is_number(self) -> bool:
        """Whether every text there is reads as a number."""
        return bool(self.texts) and None not in self.numbers

    @property
    def is_boolean(self) -> bool:
        """Whether the texts are a yes and a no in one spelling or several."""
        folded = {fold(text) for text in self.texts}
        return bool(folded & YES) and bool(folded & NO) and folded <= YES | NO

    def take(self, rows: npt.NDArray[np.bool_]) -> TextColumn:
        """Keep some leads; texts that none of them has are forgotten."""
        kept = replace(self, codes=self.codes[rows])
        used = np.bincount(kept.codes, minlength=len(self.texts) + 1)[1:] > 0
        return kept._keep(used.tolist())

    def without(self, nothings: Iterable[str]) -> TextColumn:
        """Take some texts, compared as levels are, as no value."""
        gone = {"", MISSING, *(fold(text) for text in nothings)}
        numbers = {value for text in gone if (value := parse_number(text)) is not None}
        stays = [
            fold(text) not in gone and not (numbers and parse_number(text) in numbers)
            for text in self.texts
        ]
        return self._keep(stays)

    def values(self) -> Floats:
        """Each lead's number; NaN without one."""
        found = [np.nan if value is None else value for value in self.numbers]
        return np.array([np.nan, *found])[self.codes]

    def _keep(self, stays: Sequence[bool]) -> TextColumn:
        """Keep some of the texts; leads that have another are left without a value."""
        if all(stays):
            return self
        fresh = np.zeros(len(self.texts) + 1, dtype=self.codes.dtype)
        fresh[1:][np.array(stays)] = np.arange(1, sum(stays) + 1)
        texts = tuple(text for text, stay in zip(self.texts, stays, strict=True) if stay)
        return replace(self, codes=small(fresh[self.codes], len(texts)), texts=texts)

    def _with_commas(self, plain: Sequence[float | None]) -> tuple[float | None, ...]:
        """Read commas as decimal or as thousands, whichever the column as a whole allows."""
        stripped = [text.strip() for text in self.texts]
        grouped = all(
            value is not None or _THOUSANDS_COMMA.fullmatch(text)
            for text, value in zip(stripped, plain, strict=True)
        )
        if grouped and not self.comma_decimal:
            return tuple(parse_number(text.replace(",", "")) for text in stripped)
        if all(_DECIMAL_COMMA.fullmatch(text) for text in stripped):
            return tuple(parse_number(text.replace(".", "").replace(",", ".")) for text in stripped)
        return tuple(plain)


@dataclass(frozen=True, kw_only=True)
class NumberColumn:
    """A column that came as numbers.

    Attributes
    ----------
    numbers : ndarray of float, shape (n,)
        NaN for no value.
    """

    numbers: Floats

    def take(self, rows: npt.NDArray[np.bool_]) -> NumberColumn:
        """Keep some leads."""
        return NumberColumn(numbers=self.numbers[rows])

    def without(self, nothings: Iterable[str]) -> NumberColumn:
        """Take some numbers, given as text, as no value."""
        gone = [value for text in nothings if (value := parse_number(text)) is not None]
        if not gone:
            return self
        return NumberColumn(numbers=np.where(np.isin(self.numbers, gone), np.nan, self.numbers))

    def values(self) -> Floats:
        """Each lead's number; NaN without one."""
        return self.numbers

    def as_texts(self) -> TextColumn:
        """Write the numbers as texts: 1.0 as ``1``."""
        distinct, places = np.unique(self.numbers, return_inverse=True)
        there = ~np.isnan(distinct)
        texts = tuple(number_text(float(value)) for value in distinct[there])
        # NaN sorts last, so the places of the numbers are those of their texts.
        codes = np.where(np.isnan(self.numbers), 0, places + 1)
        return TextColumn(codes=small(codes, len(texts)), texts=texts)


Column = TextColumn | NumberColumn


def small(codes: npt.NDArray[Any], most: int) -> Codes:
    """Hold codes in the smallest integers that fit: counting is bound by memory traffic."""
    if most < 2**7 - 1:
        return codes.astype(np.int8, copy=False)
    if most < 2**15 - 1:
        return codes.astype(np.int16, copy=False)
    return codes.astype(np.int32, copy=False)


def from_arrow(array: Any, *, comma_decimal: bool = False) -> Column | None:
    """Turn an Arrow chunked array into a column; None for a type that cannot be an attribute.

    Parameters
    ----------
    array : pyarrow.ChunkedArray
        Texts, dictionaries of texts, numbers, booleans, dates or times.
    comma_decimal : bool
        Whether the file writes decimal commas.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(array.cast(pa.float64(), safe=False))
    if pa.types.is_boolean(kind):
        array = pc.if_else(array, "yes", "no")
    elif pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        array = _iso_texts(array)
    elif pa.types.is_null(kind):
        array = array.cast(pa.string())
    elif not (pa.types.is_dictionary(kind) or _is_text(kind)):
        return None
    return _coded(array, comma_decimal)


def from_objects(values: Sequence[Any], *, comma_decimal: bool = False) -> Column | None:
    """Turn plain Python values (a spreadsheet's or a frame's) into a column."""
    import pyarrow as pa

    plain = [None if value is None or value != value or value == "" else value for value in values]  # noqa: PLR0124 (NaN)
    kinds = {type(value) for value in plain if value is not None}
    if kinds <= {int, float}:
        return _numbers(
            pa.chunked_array([pa.array([_float(value) for value in plain], pa.float64())])
        )
    if kinds == {bool}:
        return from_arrow(pa.chunked_array([pa.array(plain, pa.bool_())]))
    texts = [None if value is None else _object_text(value) for value in plain]
    return from_arrow(pa.chunked_array([pa.array(texts, pa.string())]), comma_decimal=comma_decimal)


def as_arrow(names: Sequence[str], cells: Sequence[Sequence[Any]]) -> Any:
    """Hold a spreadsheet's cells as an Arrow table; columns of mixed types as texts."""
    import pyarrow as pa

    arrays = []
    for values in cells:
        plain = [None if value == "" else value for value in values]
        try:
            arrays.append(pa.array(plain))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = [None if value is None else _object_text(value) for value in plain]
            arrays.append(pa.array(texts, pa.string()))
    return pa.table(arrays, names=list(names))


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _object_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(float(value))
    iso = getattr(value, "isoformat", None)
    return str(iso()) if iso is not None else str(value)


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _iso_texts(array: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(array.type):
        # Without its zone, in UTC, to the second: what the outcome is reckoned in.
        array = array.cast(pa.timestamp("s"), safe=False)
        return pc.strftime(array, format="%Y-%m-%dT%H:%M:%S")
    return array.cast(pa.string())


def _numbers(array: Any) -> NumberColumn:
    numbers = array.to_numpy().astype(np.float64, copy=True)
    return NumberColumn(numbers=numbers)


def _coded(array: Any, comma_decimal: bool) -> TextColumn:
    """Give chunk after chunk its own dictionary, then one to all: texts are hashed once."""
    import pyarrow as pa

    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    coded = coded.unify_dictionaries()
    if not coded.num_chunks or not len(coded):
        return TextColumn(codes=np.zeros(0, np.int8), texts=(), comma_decimal=comma_decimal)
    texts = tuple(coded.chunk(0).dictionary.to_pylist())
    parts = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in coded.chunks]
    codes = np.concatenate(parts) + 1 if parts else np.zeros(0, np.int32)
    column = TextColumn(codes=small(codes, len(texts)), texts=texts, comma_decimal=comma_decimal)
    # Dictionaries may hold texts that no row has (a header, an unused category of a frame).
    return column.take(np.ones(len(codes), dtype=np.bool_)).without(())
