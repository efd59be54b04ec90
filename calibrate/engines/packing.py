"""Rows of values told apart: packed into one number a lead, sorted, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints
from calibrate.engines.columns import Codes, smallest
from calibrate.engines.threads import blocks_of, side_by_side

_BITS = 62
"""Of a number, without its sign."""
MANY = 2**17
"""Of fewer leads the distinct rows are always told apart."""
_EVERY, _NEARLY = 16, 0.9
_NOBODY = np.zeros(0, dtype=np.int64)
Reader = Callable[[slice], npt.NDArray[np.integer]]
"""Gives the places of some leads among the distinct values of a column."""
Placed = tuple[int, Reader]
"""How many distinct values a column has, and their places."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """Rows of values, packed into one number a lead.

    Attributes
    ----------
    ids : ndarray of int, shape (n,)
        Per lead: the number that it had got when leads were last numbered anew, then its place in
        each column packed since, in as many bits as that has places.
    columns : tuple of int
        How many distinct values the columns have that were packed since.
    numbered : ndarray of int, shape (k,)
        The distinct ids, rising, that were numbered then.
    before : Packed or None
        What these were ids of, itself without leads; None at first, when all are numbered 0.
    """

    ids: Ints
    columns: tuple[int, ...] = ()
    numbered: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    before: Packed | None = None

    @classmethod
    def of(cls, leads: int) -> Packed:
        """Begin with leads that nothing tells apart."""
        return cls(ids=np.zeros(leads, dtype=np.int64))

    def with_columns(self, columns: Iterable[Placed]) -> Packed:
        """Pack more columns, as many at a time as fit."""
        packed, room = self, _BITS - self._used
        some: list[Placed] = []
        for size, read in columns:
            if _bits(size) > room:
                packed = packed._beside(some)._numbered()
                some, room = [], _BITS - packed._used
            some.append((size, read))
            room -= _bits(size)
        return packed._beside(some)

    @property
    def _used(self) -> int:
        """How many bits the numbers of leads have."""
        return _bits(len(self.numbered)) + sum(map(_bits, self.columns))

    def _beside(self, columns: Sequence[Placed]) -> Packed:
        """Put columns that fit beside each other, some leads at a time."""
        ids = self.ids.copy()

        def put(rows: slice) -> None:
            for size, read in columns:
                ids[rows] <<= _bits(size)
                ids[rows] |= read(rows)

        side_by_side(put, blocks_of(len(ids)))
        return replace(self, ids=ids, columns=(*self.columns, *(size for size, _ in columns)))

    def counted(self, customer: npt.NDArray[np.bool_]) -> tuple[Codes, Ints, Ints]:
        """Give the distinct rows, ascending, and the leads and customers of each.

        Parameters
        ----------
        customer : ndarray of bool, shape (n,)

        Returns
        -------
        places : ndarray of int, shape (columns, k)
            Of each row, among the distinct values of its columns.
        leads, customers : ndarray of int, shape (k,)
        """
        distinct, leads, customers = counted(self.ids, customer)
        return self._told(distinct), leads, customers

    def _numbered(self) -> Packed:
        """Give the distinct rows numbers without gaps, so that more columns fit."""
        distinct, ids = np.unique(self.ids, return_inverse=True)
        return Packed(ids=ids, numbered=distinct, before=replace(self, ids=_NOBODY))

    def _told(self, distinct: Ints) -> Codes:
        """Tell the rows that some ids stand for."""
        places: Codes = np.empty((self._width, len(distinct)), dtype=smallest(self._largest))
        side_by_side(
            lambda some: self._tell(distinct[some], places[:, some]), blocks_of(len(distinct))
        )
        return places

    @property
    def _width(self) -> int:
        """How many columns there are in all."""
        return len(self.columns) + (0 if self.before is None else self.before._width)

    @property
    def _largest(self) -> int:
        """How many distinct values a column has at most."""
        return max(0 if self.before is None else self.before._largest, *self.columns, 0)

    def _tell(self, ids: Ints, places: Codes) -> None:
        """Fill in the rows of some ids from the last column back."""
        rest = ids.copy()
        for row, size in zip(places[: self._width][::-1], self.columns[::-1], strict=False):
            row[:] = rest & ((1 << _bits(size)) - 1)
            rest >>= _bits(size)
        if self.before is not None:
            self.before._tell(self.numbered.take(rest), places)


def told_apart(
    columns: Sequence[Placed], customer: npt.NDArray[np.bool_]
) -> tuple[Codes, Ints, Ints]:
    """Give the distinct rows, ascending; but leads as they are where nearly all of many differ.

    To sort very many rows, only to find each of them on a lead or two, does not pay.

    Parameters
    ----------
    columns : sequence of (int, callable)
    customer : ndarray of bool, shape (n,)

    Returns
    -------
    places : ndarray of int, shape (columns, k)
    leads, customers : ndarray of int, shape (k,)
    """
    leads = len(customer)
    if leads < MANY or not _nearly_all_differ(columns, customer):
        return Packed.of(leads).with_columns(columns).counted(customer)
    most = max(size for size, _ in columns)
    places: Codes = np.empty((len(columns), leads), dtype=smallest(most))

    def put(rows: slice) -> None:
        for row, (_, read) in zip(places, columns, strict=True):
            row[rows] = read(rows)

    side_by_side(put, blocks_of(leads))
    return places, np.ones(leads, dtype=np.int64), customer.astype(np.int64)


def _nearly_all_differ(columns: Sequence[Placed], customer: npt.NDArray[np.bool_]) -> bool:
    """Say whether, among every 16th lead, nine rows of ten are on one lead."""
    some = customer[::_EVERY]

    def seldom(read: Reader) -> Reader:
        return lambda rows: read(slice(_EVERY * rows.start, _EVERY * rows.stop, _EVERY))

    packed = Packed.of(len(some)).with_columns((size, seldom(read)) for size, read in columns)
    return len(counted(packed.ids, some)[0]) > _NEARLY * len(some)


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
