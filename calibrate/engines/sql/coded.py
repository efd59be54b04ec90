"""Some rows of a column: its distinct values, and the code of each row's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints

_BLOCK = 2**16
"""So many rows are counted at a time: they stay in the cache."""
_LOOKED_AT = 2**13


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Some rows of a column.

    Attributes
    ----------
    values : pyarrow.Array, length k
        Distinct values: texts, or floats.
    codes : ndarray of int32, shape (rows,)
        1 for the first of them and so on; 0 for a row without a value.
    """

    values: Any
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, values: Any, codes: Any) -> Coded:
        """Take codes of Arrow's: from 1, and null for no value."""
        valid, buffer = codes.buffers()
        rows = slice(codes.offset, codes.offset + len(codes))
        made = np.frombuffer(buffer, dtype=np.int32)[rows]
        # Arrow leaves 0 where nothing is, which nobody promises.
        if codes.null_count and np.count_nonzero(made) + codes.null_count != len(made):
            bits = np.frombuffer(valid, dtype=np.uint8)
            made = made * np.unpackbits(bits, bitorder="little", count=rows.stop)[rows]
        return cls(values=values, codes=made)

    def counted(self) -> Ints:
        """Count the rows of each code."""
        size = len(self.values) + 1
        found = np.zeros(size, dtype=np.int64)
        step = max(_BLOCK, 4 * size)
        for begin in range(0, len(self.codes), step):
            found += np.bincount(self.codes[begin : begin + step], minlength=size)
        return found

    def counted_among(self, rows: Any) -> Ints:
        """Count some of the rows by their codes."""
        return np.bincount(self.codes[rows], minlength=len(self.values) + 1)

    def order(self, counted: Ints) -> Ints:
        """Give the codes that rows have in the order of the rows.

        Parameters
        ----------
        counted : ndarray of int, shape (k + 1,)
            The rows of each.
        """
        nowhere, wanted = len(self.codes), np.count_nonzero(counted)
        first = np.full(len(counted), nowhere, dtype=np.int64)
        begin, end = 0, min(_LOOKED_AT, nowhere)
        # Mostly all codes are among the first rows; else more and more rows are looked at at once.
        while begin < nowhere and np.count_nonzero(first < nowhere) < wanted:
            rows = np.full(len(first), nowhere, dtype=np.int64)
            rows[self.codes[begin:end][::-1]] = np.arange(end - 1, begin - 1, -1)
            np.minimum(first, rows, out=first)
            begin, end = end, min(3 * end, nowhere)
        return np.argsort(first)[:wanted]

    def told(self, codes: Ints) -> Any:
        """Give the values of codes: texts and None for no value, or numbers and NaN for none."""
        import pyarrow as pa

        if pa.types.is_floating(self.values.type):
            return np.append(np.nan, np.from_dlpack(self.values))[codes]
        texts = [None, *self.values.to_pylist()]
        return [texts[place] for place in codes.tolist()]
