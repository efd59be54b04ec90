"""Where leads sit, whatever their seats are worth: a few attributes are looked up at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import SHARDS, Ints
from calibrate.engines.joints import JOINT, Joint, joined
from calibrate.engines.threads import blocks_of, side_by_side

NARROW = 96
"""Attributes counted by shard, or by those of another such group, make no more places together."""

_BLOCK = 2**11
"""So many rows are multiplied at a time: they stay in the processor's cache."""
_COUNTED = 2**14
"""So many rows are counted by pairs at a time."""

Floats = npt.NDArray[np.float64]


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
        return tuple(joined(self.seats, self.sizes, group, JOINT) for group in self.together)

    @cached_property
    def _narrow(self) -> tuple[Joint, ...]:
        """Group the attributes as they are counted by something else too: whatever the caps."""
        return joined(self.seats, self.sizes, range(len(self.sizes)), NARROW)

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
            Until the next are asked for, which are written over them.
        """
        flat = np.concatenate([[1.0], *values])
        design = np.empty((1 + len(values), _BLOCK))
        for rows, seats in zip(blocks_of(self.seats.shape[1], _BLOCK), self._in_a_row, strict=True):
            some = design if seats.shape == design.shape else np.empty(seats.shape)
            yield rows, flat.take(seats, out=some, mode="clip")

    @cached_property
    def _in_a_row(self) -> tuple[Ints, ...]:
        """Give each row its seats in the row of all seats, that for all leads first; by blocks."""
        offsets = np.array([0, *self.starts])[:, None]
        seats = np.vstack([np.zeros_like(self.seats[:1]), self.seats])
        blocks = blocks_of(self.seats.shape[1], _BLOCK)
        return tuple(np.ascontiguousarray(seats[:, rows]) + offsets for rows in blocks)

    def _here(self, attribute: int) -> slice:
        return slice(self.starts[attribute], self.starts[attribute] + self.sizes[attribute])


def _met(one: Joint, other: Joint, amounts: Floats) -> Floats:
    """Add up an amount per row, by a place in one group and a place in another."""
    found = np.zeros(one.size * other.size)
    for rows in blocks_of(len(amounts), _COUNTED):
        places = np.multiply(one.places[rows], other.size, dtype=np.int64)
        places += other.places[rows]
        found += np.bincount(places, amounts[rows], minlength=len(found))
    return found.reshape(one.size, other.size)
