"""What the rows of a table are called in messages, so that a person finds them."""

from __future__ import annotations

from dataclasses import dataclass
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

    Examples
    --------
    >>> Rows().name(0), Rows(first=4).name(1), Rows(index=["L1", "L2"]).name(1)
    ('row 2', 'row 5', 'index L2')
    """

    first: int = 2
    numbers: npt.NDArray[np.int64] | None = None
    index: Any = None

    @classmethod
    def at(cls, numbers: npt.NDArray[np.int64]) -> Rows:
        """Take the rows on which leads stand, rising."""
        first = int(numbers[0])
        if int(numbers[-1]) - first + 1 == len(numbers):
            return cls(first=first)
        return cls(first=first, numbers=numbers)

    def name(self, place: int) -> str:
        """Name the lead at a place of the table, the first at 0."""
        if self.index is not None:
            return f"index {self.index[place]}"
        number = self.first + place if self.numbers is None else self.numbers[place]
        return f"row {number}"
