"""Some rows of a column: its distinct values, and the code of each row's value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints
from calibrate.engines.code_counts import added_up

_LOOKED_AT = 2**13
"""So many rows are looked at first for the order of the codes."""
_IN_TWOS = 2**7
"""Of more codes two rows can have too many at once: the table of them leaves the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Some rows of a column.

    Attributes
    ----------
    values : pyarrow.Array, length k
        Distinct values: texts, or floats.
    codes : ndarray of int32, shape (rows,)
        1 for the first of them and so on; 0 for a row without a value.
    counted : ndarray of int, shape (k + 1,)
        The rows of each code.
    """

    values: Any
    codes: npt.NDArray[np.int32]
    counted: Ints

    @classmethod
    def of(cls, values: Any, codes: Any) -> Coded:
        """Take codes of Arrow's: from 1, and null for no value.

        Raises
        ------
        OSError
            When a code stands for no value: the file is damaged.
        """
        valid, buffer = codes.buffers()
        rows = slice(codes.offset, codes.offset + len(codes))
        made = np.frombuffer(buffer, dtype=np.int32)[rows]
        size = 1 + len(values)
        try:
            # Arrow mostly leaves 0 where nothing is, which it does not promise.
            counted = _counted(made, size)
            is_right = bool(counted[0] == codes.null_count)
        except _BeyondError:
            is_right = False
        if not is_right:
            if valid is None:
                raise _BeyondError("a code of no value")
            bits = np.frombuffer(valid, dtype=np.uint8)
            made = made * np.unpackbits(bits, bitorder="little", count=rows.stop)[rows]
            counted = _counted(made, size)
        return cls(values=values, codes=made, counted=counted)

    def counted_among(self, rows: Any) -> Ints:
        """Count some of the rows by their codes."""
        return np.bincount(self.codes[rows], minlength=len(self.values) + 1)

    @property
    def _are_numbers(self) -> bool:
        import pyarrow as pa

        return bool(pa.types.is_floating(self.values.type))

    def order(self) -> Ints:
        """Give the codes that rows have: of texts in the order of the rows, for it is seen."""
        if self._are_numbers:
            return np.flatnonzero(self.counted)
        last = self._last_in_order()
        if last is None:
            return self._by_first_rows()
        order = np.arange(1, last + 1)
        if not self.counted[0]:
            return order
        return np.insert(order, self._highest_before_gap(), 0)

    def _highest_before_gap(self) -> int:
        """Give the highest code that rows have before the first without a value."""
        highest = 0
        for rows in _more_and_more(len(self.codes)):
            codes = self.codes[rows]
            gap = int(np.argmin(codes))
            if codes[gap] == 0:
                return max(highest, int(codes[:gap].max(initial=0)))
            highest = max(highest, int(codes.max()))
        return highest

    def _last_in_order(self) -> int | None:
        """Give the highest code where each comes after all lower ones, as most programs write them.

        None where they do not.
        """
        highest = 0
        for rows in _more_and_more(len(self.codes)):
            if highest == len(self.values):
                break
            codes = self.codes[rows]
            higher = np.maximum.accumulate(codes[codes > highest])
            if len(higher) == 0:
                continue
            steps = 1 + np.count_nonzero(higher[1:] != higher[:-1])
            if higher[-1] - highest != steps:
                return None
            highest = int(higher[-1])
        return highest

    def _by_first_rows(self) -> Ints:
        """Look for the first row of every code."""
        nowhere, wanted = len(self.codes), int(np.count_nonzero(self.counted))
        first = np.full(len(self.values) + 1, nowhere, dtype=np.int64)
        for rows in _more_and_more(nowhere):
            if np.count_nonzero(first < nowhere) == wanted:
                break
            here = np.full(len(first), nowhere, dtype=np.int64)
            here[self.codes[rows][::-1]] = np.arange(rows.stop - 1, rows.start - 1, -1)
            np.minimum(first, here, out=first)
        return np.argsort(first)[:wanted]

    def told(self, codes: Ints) -> Any:
        """Give the values of codes: texts and None for no value, or numbers and NaN for none."""
        if self._are_numbers:
            return np.append(np.nan, np.from_dlpack(self.values))[codes]
        texts = [None, *self.values.to_pylist()]
        return [texts[place] for place in codes.tolist()]


class _BeyondError(OSError):
    """A code stands for no value: as with other damage, the column is left to the database."""


def _counted(codes: npt.NDArray[np.int32], size: int) -> Ints:
    """Count the rows of each code from 0 to under `size`.

    Raises
    ------
    _BeyondError
        When there are others.
    """

    def within(rows: slice) -> npt.NDArray[np.int32]:
        some = codes[rows]
        # One below 0 is seen as a high one. Looked at a few at a time, for they are near then.
        if some.view(np.uint32).max(initial=0) >= size:
            raise _BeyondError("a code of no value")
        return some

    def count(rows: slice) -> Ints:
        return np.bincount(within(rows), minlength=size)

    if size <= _IN_TWOS:
        return _counted_in_twos(within, len(codes), size)
    return added_up(count, slice(0, len(codes)), size)


def _counted_in_twos(
    within: Callable[[slice], npt.NDArray[np.int32]], rows: int, size: int
) -> Ints:
    """Count two rows at once, by both their codes: a count waits for the one before it."""
    bits = (size - 1).bit_length()
    beside = (1 << 32 + bits) + 1
    """Puts, of a number of 64 bits, both halves beside each other, above the 32nd bit."""

    def count(pairs: slice) -> Ints:
        both = within(slice(2 * pairs.start, 2 * pairs.stop)).view(np.uint64) * beside
        both >>= 32
        return np.bincount(both.view(np.int64), minlength=1 << 2 * bits)

    pairs = rows // 2
    table = added_up(count, slice(0, pairs), 1 << 2 * bits).reshape(1 << bits, 1 << bits)
    leads: Ints = table.sum(axis=0) + table.sum(axis=1)
    leads += np.bincount(within(slice(2 * pairs, rows)), minlength=1 << bits)
    return leads[:size]


def _more_and_more(rows: int) -> Iterator[slice]:
    """Mostly all codes are among the first rows; else twice as many are looked at each time."""
    begin, end = 0, min(_LOOKED_AT, rows)
    while begin < rows:
        yield slice(begin, end)
        begin, end = end, min(3 * end - 2 * begin, rows)
