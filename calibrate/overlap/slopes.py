"""Where the loss of overlap factors falls, added up over rows of leads by what they look up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints, Profiles
from calibrate.engines.joints import JOINT, Joint, joined
from calibrate.engines.threads import blocks_of, side_by_side
from calibrate.stats.products import summed_products

_PART = 2**15
"""So many rows are added up at a time: threads that take fewer spend their time on taking turns."""
BLOCK = 2**14
"""Of whole rows of values so many: they stay near the processor."""

Floats = npt.NDArray[np.float64]
Sums = TypeVar("Sums")


@dataclass(frozen=True, kw_only=True)
class Slope:
    """The loss at some coefficients, and where it falls.

    Attributes
    ----------
    loss : float
    gradient : ndarray of float, shape (k,)
    """

    loss: float
    gradient: Floats


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """Rows of values, in which several attributes are looked up at once.

    Attributes
    ----------
    profiles : Profiles
    worths : tuple of ndarray of float
        By attribute, its different values.
    joints : tuple of Joint
    """

    profiles: Profiles
    worths: tuple[Floats, ...]
    joints: tuple[Joint, ...]

    @classmethod
    def of(cls, profiles: Profiles) -> LookedUp:
        """Group the attributes, whose values are added up anyway."""
        sizes = [len(worth) for worth in profiles.worths]
        return cls(
            profiles=profiles,
            worths=tuple(np.array(worth) for worth in profiles.worths),
            joints=joined(profiles.places, sizes, range(len(sizes)), JOINT),
        )

    def slope(self, coefficients: Floats, ridge: Floats) -> Slope:
        """Give loss and gradient.

        Parameters
        ----------
        coefficients : ndarray of float, shape (1 + attributes,)
            The intercept first.
        ridge : ndarray of float, shape (1 + attributes,)
            Twice the weight of each one's square.
        """
        tables = self._tables(coefficients)

        def added(rows: slice) -> tuple[float, float, list[Floats]]:
            return self._losses(rows, coefficients[0], tables)

        parts = self._by_rows(added, _PART)
        gradient = np.empty_like(coefficients)
        gradient[0] = sum(one[1] for one in parts)
        for place, joint in enumerate(self.joints):
            for attribute, by_value in joint.shares(
                np.sum([one[2][place] for one in parts], axis=0)
            ):
                gradient[1 + attribute] = self.worths[attribute] @ by_value
        return Slope(
            loss=sum(one[0] for one in parts) + float((ridge * coefficients**2).sum() / 2),
            gradient=gradient + ridge * coefficients,
        )

    def curvature(self, coefficients: Floats, ridge: Floats) -> Floats:
        """Give the second slopes, shape (1 + attributes, 1 + attributes)."""
        tables = self._tables(coefficients)

        def added(rows: slice) -> Floats:
            return self._products(rows, coefficients[0], tables)

        total: Floats = sum(self._by_rows(added, BLOCK), np.diag(ridge))
        return total

    def _by_rows(self, added: Callable[[slice], Sums], many: int) -> list[Sums]:
        return side_by_side(added, blocks_of(len(self.profiles.leads), many))

    def _tables(self, coefficients: Floats) -> list[Floats]:
        """Give what every place is worth."""
        paid = [
            (one * worth)[None, :] for one, worth in zip(coefficients[1:], self.worths, strict=True)
        ]
        return [joint.worth(paid)[0] for joint in self.joints]

    def _losses(
        self, rows: slice, intercept: float, tables: list[Floats]
    ) -> tuple[float, float, list[Floats]]:
        """Add up the loss, and customers expected less those that are, in all and by place."""
        n, x = self.profiles.leads[rows], self.profiles.customers[rows]
        with self._some_room(rows) as room:
            linear, rest, left = room.linear, room.rest, room.spare
            room.add_up(intercept, tables, self.joints, rows)
            room.bound()
            # ln(1 + e^z) without overflow: what is added to the larger of z and 0.
            np.log(np.add(rest, 1, out=left), out=left)
            left += np.maximum(linear, 0)
            loss = float(np.multiply(left, n, out=left).sum() - (x * linear).sum())
            # 1 / (1 + e^-z), without overflow too.
            np.copyto(left, rest)
            left[linear >= 0] = 1.0
            left /= np.add(rest, 1, out=rest)
            np.subtract(np.multiply(left, n, out=left), x, out=left)
            sums: list[Floats] = []
            for joint in self.joints:
                np.copyto(room.places, joint.places[rows])
                sums.append(np.bincount(room.places, left, joint.size))  # type: ignore[arg-type]
            return loss, float(left.sum()), sums

    def _products(self, rows: slice, intercept: float, tables: list[Floats]) -> Floats:
        """Add up the products of values, weighed by how much a row tells."""
        with self._some_room(rows) as room:
            rest, weight = room.rest, room.spare
            room.add_up(intercept, tables, self.joints, rows)
            room.bound()
            np.square(np.add(rest, 1, out=weight), out=weight)
            np.divide(np.multiply(rest, self.profiles.leads[rows], out=rest), weight, out=weight)
            room.design[0] = 1.0
            for row, worth, places in zip(
                room.design[1:], self.worths, self.profiles.places, strict=True
            ):
                np.copyto(room.places, places[rows])
                worth.take(room.places, out=row, mode="clip")
            np.multiply(room.design, weight, out=room.weighed)
            return summed_products(room.weighed, room.design)

    @contextmanager
    def _some_room(self, rows: slice) -> Iterator[_Room]:
        """Lend room that no other thread is in; there is as much as threads were in at once."""
        try:
            room = self._idle.pop()
        except IndexError:
            room = _Room.of(len(self.profiles.leads), 1 + len(self.worths))
        yield room.of_rows(rows.stop - rows.start)
        self._idle.append(room)

    @cached_property
    def _idle(self) -> list[_Room]:
        return []


@dataclass(frozen=True, kw_only=True)
class _Room:
    """Room for what is reckoned of some rows: taken once, for memory is slow to come by.

    Attributes
    ----------
    places : ndarray of int, shape (rows,)
        As wide as looking up and counting want them.
    linear : ndarray of float, shape (rows,)
        Log-odds.
    rest, spare : ndarray of float, shape (rows,)
        For what is reckoned of them.
    design, weighed : ndarray of float, shape (k, rows)
        Values of the rows, a one first, and the same by weight; of `BLOCK` rows at most.
    """

    places: Ints
    linear: Floats
    rest: Floats
    spare: Floats
    design: Floats
    weighed: Floats

    @classmethod
    def of(cls, rows: int, size: int) -> _Room:
        linear, rest, spare = np.empty((3, min(_PART, rows)))
        design, weighed = np.empty((2, size, min(BLOCK, rows)))
        places = np.empty(len(linear), np.int64)
        return cls(
            places=places, linear=linear, rest=rest, spare=spare, design=design, weighed=weighed
        )

    def of_rows(self, many: int) -> _Room:
        """Give room for no more than so many rows."""
        return _Room(
            places=self.places[:many],
            linear=self.linear[:many],
            rest=self.rest[:many],
            spare=self.spare[:many],
            design=self.design[:, :many],
            weighed=self.weighed[:, :many],
        )

    def add_up(
        self, intercept: float, tables: list[Floats], joints: Sequence[Joint], rows: slice
    ) -> None:
        """Reckon the log-odds of the rows."""
        linear = self.linear
        linear[:] = intercept
        for table, joint in zip(tables, joints, strict=True):
            np.copyto(self.places, joint.places[rows])
            linear += table.take(self.places, out=self.spare, mode="clip")

    def bound(self) -> None:
        """Reckon e to the negative size of the log-odds, which never overflows, into `rest`."""
        rest = self.rest
        np.exp(np.negative(np.abs(self.linear, out=rest), out=rest), out=rest)
