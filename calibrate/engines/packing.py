"""Rows of values told apart: packed into one number a lead, sorted, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints
from calibrate.engines.threads import blocks_of, side_by_side

_BITS = 62
"""Of a number, without its sign."""
_NOBODY = np.zeros(0, dtype=np.int64)
Floats = npt.NDArray[np.float64]
Reader = Callable[[slice], npt.NDArray[np.integer]]
"""Gives the places of some leads among the distinct values of a column."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """Rows of values, packed into one number a lead.

    Attributes
    ----------
    ids : ndarray of int, shape (n,)
        Per lead: the number that it had got when leads were last numbered anew, then its place in
        each column packed since, in as many bits as that has places.
    columns : tuple of ndarray
        Distinct values, rising, of the columns packed since.
    numbered : ndarray of int, shape (k,)
        The distinct ids, rising, that were numbered then.
    before : Packed or None
        What these were ids of, itself without leads; None at first, when all are numbered 0.
    """

    ids: Ints
    columns: tuple[Floats, ...] = ()
    numbered: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    before: Packed | None = None

    @classmethod
    def of(cls, leads: int) -> Packed:
        """Begin with leads that nothing tells apart."""
        return cls(ids=np.zeros(leads, dtype=np.int64))

    def with_columns(self, columns: Iterable[tuple[Floats, Reader]]) -> Packed:
        """Pack more columns, as many at a time as fit.

        Parameters
        ----------
        columns : iterable of (ndarray of float, callable)
            A column's distinct values, rising, and what gives leads their places among them.
        """
        packed, room = self, _BITS - self._used
        some: list[tuple[Floats, Reader]] = []
        for worth, read in columns:
            if _bits(len(worth)) > room:
                packed = packed._beside(some)._numbered()
                some, room = [], _BITS - packed._used
            some.append((worth, read))
            room -= _bits(len(worth))
        return packed._beside(some)

    @property
    def _used(self) -> int:
        """How many bits the numbers of leads have."""
        return _bits(len(self.numbered)) + sum(_bits(len(one)) for one in self.columns)

    def _beside(self, columns: Sequence[tuple[Floats, Reader]]) -> Packed:
        """Put columns that fit beside each other, some leads at a time."""
        ids = self.ids.copy()

        def put(rows: slice) -> None:
            for worth, read in columns:
                ids[rows] <<= _bits(len(worth))
                ids[rows] |= read(rows)

        side_by_side(put, blocks_of(len(ids)))
        return replace(self, ids=ids, columns=(*self.columns, *(worth for worth, _ in columns)))

    def counted(self, customer: npt.NDArray[np.bool_]) -> tuple[Floats, Ints, Ints]:
        """Give the distinct rows, ascending, and the leads and customers of each.

        Parameters
        ----------
        customer : ndarray of bool, shape (n,)
        """
        distinct, leads, customers = counted(self.ids, customer)
        return self._told(distinct), leads, customers

    def _numbered(self) -> Packed:
        """Give the distinct rows numbers without gaps, so that more columns fit."""
        distinct, ids = np.unique(self.ids, return_inverse=True)
        return Packed(ids=ids, numbered=distinct, before=replace(self, ids=_NOBODY))

    def _told(self, distinct: Ints) -> Floats:
        """Tell the rows that some ids stand for; column after column in memory."""
        rows = np.empty((self._width, len(distinct)))
        side_by_side(
            lambda some: self._tell(distinct[some], rows[:, some]), blocks_of(len(distinct))
        )
        return rows.T

    @property
    def _width(self) -> int:
        """How many columns there are in all."""
        return len(self.columns) + (0 if self.before is None else self.before._width)

    def _tell(self, ids: Ints, rows: Floats) -> None:
        """Fill in the rows of some ids from the last column back."""
        rest = ids.copy()
        for place, worth in zip(range(self._width - 1, -1, -1), self.columns[::-1], strict=False):
            bits = _bits(len(worth))
            rows[place] = worth.take(rest & ((1 << bits) - 1))
            rest >>= bits
        if self.before is not None:
            self.before._tell(self.numbered.take(rest), rows)


def counted(numbers: Ints, customer: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Give the different numbers among leads, rising, and the leads and customers of each.

    Examples
    --------
    >>> [one.tolist() for one in counted(np.array([7, 3, 7]), np.array([True, False, False]))]
    [[3, 7], [1, 2], [0, 1]]
    """
    ordered = np.sort(numbers)
    starts = np.flatnonzero(np.append(len(ordered) > 0, ordered[1:] != ordered[:-1]))
    distinct = ordered[starts]
    closed = np.searchsorted(distinct, np.sort(numbers[customer]))
    return (
        distinct,
        np.diff(np.append(starts, len(ordered))),
        np.bincount(closed, minlength=len(distinct)),
    )


def _bits(places: int) -> int:
    """Give how many bits tell so many places apart."""
    return (places - 1).bit_length()
