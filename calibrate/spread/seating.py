"""Where leads sit, whatever their seats are worth: a few attributes are looked up at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import SHARDS, Ints
from calibrate.engines.threads import side_by_side

JOINT = 2048
"""Attributes are looked up together while their seats make no more than so many places."""

_BLOCK = 2**12
"""So many rows are multiplied at a time: they stay in the processor's cache."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Joint:
    """Several attributes looked up at once.

    Attributes
    ----------
    attributes : tuple of int
        Their numbers.
    sizes : tuple of int
        How many seats each has.
    places : ndarray of int, shape (k,)
        Per row: its seats in them, as mixed digits.
    """

    attributes: tuple[int, ...]
    sizes: tuple[int, ...]
    places: Ints

    @property
    def size(self) -> int:
        """How many places there are."""
        return math.prod(self.sizes)

    def worth(self, seats: Sequence[npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
        """Add up what the seats of its attributes are worth: shape (replicates, places).

        Parameters
        ----------
        seats : sequence of ndarray, shape (replicates, seats)
            Of all attributes.
        """
        total = np.zeros((len(seats[0]), 1), dtype=seats[0].dtype)
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


@dataclass(frozen=True, kw_only=True)
class Seating:
    """Distinct rows of seats, by shard.

    Attributes
    ----------
    seats : ndarray of int, shape (attributes, k)
    sizes : tuple of int
        How many seats each attribute has.
    together : tuple of tuple of int
        Attributes that may be added up in one go: those that one cap is over, and the others.
    shards, leads, customers : ndarray of int, shape (k,)
    decides : ndarray of bool, shape (k,)
        Whether points decide about these leads, and not a veto, a gate or a must-contact level.
    """

    seats: Ints
    sizes: tuple[int, ...]
    together: tuple[tuple[int, ...], ...]
    shards: Ints
    leads: Ints
    customers: Ints
    decides: npt.NDArray[np.bool_]

    @property
    def width(self) -> int:
        """How many seats there are, after one for all leads."""
        return 1 + sum(self.sizes)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each attribute's seats begin when all stand in a row, after one for all leads."""
        return tuple(int(start) for start in np.cumsum([1, *self.sizes])[:-1])

    @cached_property
    def joints(self) -> tuple[tuple[Joint, ...], ...]:
        """Group the attributes as they are looked up, those together that may be."""
        return tuple(tuple(self._joined(group)) for group in self.together)

    @cached_property
    def leads_by_shard(self) -> Floats:
        """Leads by shard and seat, shape (200, width)."""
        return self.by_shard(self.leads)

    @cached_property
    def customers_by_shard(self) -> Floats:
        """Customers by shard and seat, shape (200, width)."""
        return self.by_shard(self.customers)

    @cached_property
    def amounts(self) -> tuple[Floats, Floats]:
        """Leads and customers of each row, as numbers to be multiplied with."""
        return self.leads.astype(np.float64), self.customers.astype(np.float64)

    def _joined(self, group: Sequence[int]) -> Iterator[Joint]:
        while group:
            few = 1
            while few < len(group) and math.prod(self.sizes[a] for a in group[: few + 1]) <= JOINT:
                few += 1
            places = np.zeros(self.seats.shape[1], dtype=np.int64)
            for attribute in group[:few]:
                places = places * self.sizes[attribute] + self.seats[attribute]
            sizes = tuple(self.sizes[attribute] for attribute in group[:few])
            yield Joint(attributes=tuple(group[:few]), sizes=sizes, places=places)
            group = group[few:]

    def looked_up(self, values: Sequence[Floats]) -> Floats:
        """Give each row the sum of its seats' values, shape (k,)."""
        total = np.zeros(self.seats.shape[1])
        one_each = [row[None, :] for row in values]
        for joint in (one for group in self.joints for one in group):
            total += joint.worth(one_each)[0].take(joint.places)
        return total

    def by_seat(self, amounts: Floats) -> Floats:
        """Add up an amount per row, by seat: shape (width,)."""
        found = np.empty(self.width)
        found[0] = amounts.sum()
        for joint in (one for group in self.joints for one in group):
            sums: Floats = np.bincount(joint.places, amounts, joint.size)  # type: ignore[assignment]
            for attribute, each in joint.shares(sums):
                found[self._here(attribute)] = each
        return found

    def by_shard(self, amounts: npt.NDArray[np.integer] | Floats) -> Floats:
        """Add up an amount per row, by shard and seat: shape (200, width)."""
        found = np.empty((SHARDS, self.width))
        found[:, 0] = np.bincount(self.shards, amounts, SHARDS)
        for joint in (one for group in self.joints for one in group):
            places = self.shards * joint.size + joint.places
            sums: Floats = np.bincount(places, amounts, SHARDS * joint.size)  # type: ignore[assignment]
            for attribute, each in joint.shares(sums.reshape(SHARDS, -1)):
                found[:, self._here(attribute)] = each
        return found

    def met(self, amounts: Floats) -> Floats:
        """Add up an amount per row, by two seats it has together: shape (width, width)."""
        table = np.zeros((self.width, self.width))
        rows = [np.zeros(len(amounts), dtype=np.int64), *self.seats]
        sizes = [1, *self.sizes]
        starts = [0, *self.starts]

        def meet(pair: tuple[int, int]) -> None:
            i, j = pair
            places = rows[i] * sizes[j] + rows[j]
            sums = np.bincount(places, weights=amounts, minlength=sizes[i] * sizes[j])
            here = slice(starts[i], starts[i] + sizes[i])
            there = slice(starts[j], starts[j] + sizes[j])
            table[here, there] = sums.reshape(sizes[i], sizes[j])
            table[there, here] = table[here, there].T

        side_by_side(meet, list(combinations_with_replacement(range(len(rows)), 2)))
        return table

    def blocks(self, values: Sequence[Floats]) -> Iterator[tuple[slice, Floats]]:
        """Stand the values of rows side by side, some rows at a time: ones, then an attribute each.

        Yields
        ------
        slice
            The rows.
        ndarray of float, shape (1 + attributes, rows)
        """
        flat = np.concatenate([[1.0], *values])
        for start in range(0, self.seats.shape[1], _BLOCK):
            rows = slice(start, start + _BLOCK)
            yield rows, flat.take(self._in_a_row[:, rows])

    @cached_property
    def _in_a_row(self) -> Ints:
        """Give each row its seats in the row of all seats, that for all leads first."""
        offsets = np.array([0, *self.starts])[:, None]
        return np.asarray(np.vstack([np.zeros_like(self.seats[:1]), self.seats]) + offsets)

    def _here(self, attribute: int) -> slice:
        return slice(self.starts[attribute], self.starts[attribute] + self.sizes[attribute])
