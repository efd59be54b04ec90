"""What the rows of a table are called in messages, so that a person finds them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Where the leads of a table stand in their file or frame.

    Attributes
    ----------
    first : int
        The row of the first lead, as a spreadsheet counts them; below a header in row 1 it is 2.
    numbers : ndarray of int or None
        The row of each lead, where empty rows lie between them.
    index : pandas.Index or None
        A frame's own names for its rows.
    starts : tuple of int
        For a table of several files, the place of the first lead of each.
    files : tuple of (str, Rows)
        Their names, and where leads stand in them.
    names : sequence of str or None
        What each is called outright, where rows stand in no order.

    Examples
    --------
    >>> Rows().name(0), Rows(first=4).name(1), Rows(index=["L1", "L2"]).name(1)
    ('row 2', 'row 5', 'index L2')
    """

    first: int = 2
    numbers: npt.NDArray[np.int64] | None = None
    index: Any = None
    starts: tuple[int, ...] = ()
    files: tuple[tuple[str, Rows], ...] = ()
    names: Sequence[str] | None = None

    @classmethod
    def at(cls, numbers: npt.NDArray[np.int64]) -> Rows:
        """Take the rows on which leads stand, rising."""
        first = int(numbers[0])
        if int(numbers[-1]) - first + 1 == len(numbers):
            return cls(first=first)
        return cls(first=first, numbers=numbers)

    @classmethod
    def stacked(cls, parts: Iterable[tuple[str, int, Rows]]) -> Rows:
        """Take the rows of several files: name, number of leads and rows of each.

        Examples
        --------
        >>> rows = Rows.stacked([("leads-1.csv", 10, Rows()), ("leads-2.csv", 20, Rows())])
        >>> rows.name(9), rows.name(10)
        ('leads-1.csv, row 11', 'leads-2.csv, row 2')
        """
        found = list(parts)
        starts = accumulate((count for _, count, _ in found[:-1]), initial=0)
        return cls(starts=tuple(starts), files=tuple((name, rows) for name, _, rows in found))

    def name(self, place: int) -> str:
        """Name the lead at a place of the table, the first at 0."""
        if self.names is not None:
            return self.names[place]
        if self.files:
            part = bisect_right(self.starts, place) - 1
            name, rows = self.files[part]
            return f"{name}, {rows.name(place - self.starts[part])}"
        if self.index is not None:
            return f"index {self.index[place]}"
        number = self.first + place if self.numbers is None else self.numbers[place]
        return f"row {number}"
