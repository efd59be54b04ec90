"""Several attributes looked up at once, where what each is worth is added up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Codes, smallest

JOINT = 2048
"""Attributes are looked up together while their seats make no more than so many places."""

Floats = npt.NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int16 | np.int32)


@dataclass(frozen=True, kw_only=True)
class Joint:
    """Several attributes looked up at once.

    Attributes
    ----------
    attributes : tuple of int
        Their numbers.
    sizes : tuple of int
        How many seats each has: what can be told apart in it.
    places : ndarray of int, shape (k,)
        Per row: its seats in them, as mixed digits.
    """

    attributes: tuple[int, ...]
    sizes: tuple[int, ...]
    places: Codes

    @property
    def size(self) -> int:
        """How many places there are."""
        return math.prod(self.sizes)

    def worth(self, seats: Sequence[npt.NDArray[Number]]) -> npt.NDArray[Number]:
        """Add up what the seats of its attributes are worth: shape (replicates, places).

        Parameters
        ----------
        seats : sequence of ndarray, shape (replicates, seats)
            Of all attributes.
        """
        total: npt.NDArray[Number] = np.zeros((len(seats[0]), 1), dtype=seats[0].dtype)
        for attribute in self.attributes:
            each = seats[attribute][:, None, :]
            total = (total[:, :, None] + each).reshape(len(total), -1)
        return total

    def shares(self, sums: Floats) -> Iterator[tuple[int, Floats]]:
        """Give each attribute its sums by seat, of sums by place, shape (..., places)."""
        apart = sums.reshape(*sums.shape[:-1], *self.sizes)
        axes = range(sums.ndim - 1, apart.ndim)
        for axis, attribute in zip(axes, self.attributes, strict=True):
            yield attribute, apart.sum(axis=tuple(other for other in axes if other != axis))


def joined(
    seats: npt.NDArray[np.integer],
    sizes: Sequence[int],
    attributes: Iterable[int],
    most: int,
) -> tuple[Joint, ...]:
    """Put attributes together that make no more than so many places, the largest first.

    Parameters
    ----------
    seats : ndarray of int, shape (attributes, k)
    sizes : sequence of int
        How many seats each has.
    attributes : iterable of int
        Those that may be put together.
    most : int

    Examples
    --------
    >>> seats = np.array([[0, 1, 2], [1, 0, 1], [5, 5, 8]])
    >>> [(one.attributes, one.places.tolist()) for one in joined(seats, [3, 2, 9], range(3), 10)]
    [((2,), [5, 5, 8]), ((0, 1), [1, 2, 5])]
    """
    groups: list[list[int]] = []
    for attribute in sorted(attributes, key=lambda one: (-sizes[one], one)):
        room = most // sizes[attribute]
        fits = (one for one in groups if math.prod(sizes[a] for a in one) <= room)
        group = next(fits, None)
        if group is None:
            groups.append(group := [])
        group.append(attribute)
    return tuple(_joint(seats, sizes, group) for group in groups)


def _joint(seats: npt.NDArray[np.integer], sizes: Sequence[int], group: Sequence[int]) -> Joint:
    most = math.prod(sizes[attribute] for attribute in group)
    places = np.zeros(seats.shape[1], dtype=smallest(most))
    for attribute in group:
        places *= sizes[attribute]
        places += seats[attribute].astype(places.dtype, copy=False)
    return Joint(attributes=tuple(group), sizes=tuple(sizes[one] for one in group), places=places)
