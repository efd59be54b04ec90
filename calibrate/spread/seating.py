"""Where leads sit, whatever their seats are worth: a few attributes are looked up at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import SHARDS, Ints
from calibrate.engines.threads import blocks_of, side_by_side

JOINT = 2048
"""Attributes are looked up together while their seats make no more than so many places."""
NARROW = 96
"""The same where they are counted by shard, or by the places of another such group."""

_BLOCK = 2**12
"""So many rows are multiplied at a time: they stay in the processor's cache."""
_COUNTED = 2**14
"""So many rows are counted by pairs at a time."""

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
        return tuple(tuple(self._joined(group, JOINT)) for group in self.together)

    @cached_property
    def _narrow(self) -> tuple[Joint, ...]:
        """Group the attributes as they are counted by something else too: whatever the caps."""
        return tuple(self._joined(range(len(self.sizes)), NARROW))

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

    def _joined(self, attributes: Iterable[int], most: int) -> Iterator[Joint]:
        """Put attributes together that make no more than so many places, the largest first."""
        groups: list[list[int]] = []
        for attribute in sorted(attributes, key=lambda one: (-self.sizes[one], one)):
            room = most // self.sizes[attribute]
            fits = (one for one in groups if math.prod(self.sizes[a] for a in one) <= room)
            group = next(fits, None)
            if group is None:
                groups.append(group := [])
            group.append(attribute)
        for group in groups:
            places = np.zeros(self.seats.shape[1], dtype=np.int64)
            for attribute in group:
                places *= self.sizes[attribute]
                places += self.seats[attribute]
            sizes = tuple(self.sizes[attribute] for attribute in group)
            yield Joint(attributes=tuple(group), sizes=sizes, places=places)

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
        for joint in self._narrow:
            places = self.shards * joint.size + joint.places
            sums: Floats = np.bincount(places, amounts, SHARDS * joint.size)  # type: ignore[assignment]
            for attribute, each in joint.shares(sums.reshape(SHARDS, -1)):
                found[:, self._here(attribute)] = each
        return found

    def met(self, amounts: Floats) -> Floats:
        """Add up an amount per row, by two seats it has together: shape (width, width)."""
        table = np.zeros((self.width, self.width))

        def meet(pair: tuple[Joint, Joint]) -> None:
            for other, by_place in pair[1].shares(_met(*pair, amounts)):
                for one, each in pair[0].shares(by_place.T):
                    table[self._here(other), self._here(one)] = each
                    table[self._here(one), self._here(other)] = each.T

        side_by_side(meet, list(combinations_with_replacement(self._narrow, 2)))
        table[0] = np.diagonal(table)  # a seat meets itself whenever a lead is there
        table[0, 0] = amounts.sum()
        table[:, 0] = table[0]
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


def _met(one: Joint, other: Joint, amounts: Floats) -> Floats:
    """Add up an amount per row, by a place in one group and a place in another."""
    found = np.zeros(one.size * other.size)
    for rows in blocks_of(len(amounts), _COUNTED):
        places = one.places[rows] * other.size
        places += other.places[rows]
        found += np.bincount(places, amounts[rows], minlength=len(found))
    return found.reshape(one.size, other.size)
