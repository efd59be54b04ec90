"""Rows of values told apart: packed into one number a lead, sorted, and counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints

_BITS = 62
"""Of a number, without its sign."""
_BLOCK = 2**14
"""So many rows are told at a time: they stay in the processor's cache."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Packed:
    """Rows of values, packed into one number a lead.

    Attributes
    ----------
    ids : ndarray of int, shape (n,)
        Per lead: the number of its row of `rows`, then its place in each waiting column, in as
        many bits as that has places.
    rows : ndarray of float, shape (k, columns)
        Distinct rows over the columns that wait no longer.
    waiting : tuple of ndarray
        Distinct values, rising, of the columns packed since leads were last numbered anew.
    """

    ids: Ints
    rows: Floats
    waiting: tuple[Floats, ...] = ()

    @classmethod
    def of(cls, leads: int) -> Packed:
        """Begin with leads that nothing tells apart."""
        return cls(ids=np.zeros(leads, dtype=np.int64), rows=np.zeros((1, 0)))

    def with_column(self, worth: Floats, places: npt.NDArray[np.integer]) -> Packed:
        """Pack one more column, given the place of each lead among its distinct values."""
        bits = _bits(len(worth))
        used = _bits(len(self.rows)) + sum(_bits(len(one)) for one in self.waiting)
        fits = self if used + bits <= _BITS else self._numbered()
        ids = fits.ids << bits
        ids |= places
        return Packed(ids=ids, rows=fits.rows, waiting=(*fits.waiting, worth))

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
        return Packed(ids=ids, rows=self._told(distinct))

    def _told(self, distinct: Ints) -> Floats:
        """Tell the rows that some ids stand for; column after column in memory."""
        known = self.rows.shape[1]
        rows = np.empty((known + len(self.waiting), len(distinct)))
        for start in range(0, len(distinct), _BLOCK):
            some = slice(start, start + _BLOCK)
            rest = distinct[some].copy()
            for place, worth in reversed(list(enumerate(self.waiting, start=known))):
                bits = _bits(len(worth))
                rows[place, some] = worth[rest & ((1 << bits) - 1)]
                rest >>= bits
            rows[:known, some] = self.rows[rest].T
        return rows.T


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
