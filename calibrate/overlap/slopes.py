"""Where the loss of overlap factors falls, added up over rows of leads by what they look up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints, Profiles
from calibrate.engines.joints import JOINT, Joint, joined
from calibrate.engines.threads import blocks_of, side_by_side
from calibrate.stats.products import summed_products

_PART, BLOCK = 2**16, 2**12
"""So many rows are a part, by itself; of these so many stay in the processor's cache."""

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

        def added(part: slice) -> tuple[float, float, list[Floats]]:
            return self._losses(part, coefficients[0], tables)

        parts = self._by_parts(added)
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

        def added(part: slice) -> Floats:
            return self._products(part, coefficients[0], tables)

        total: Floats = sum(self._by_parts(added), np.diag(ridge))
        return total

    def _by_parts(self, added: Callable[[slice], Sums]) -> list[Sums]:
        return side_by_side(added, blocks_of(len(self.profiles.leads), _PART))

    def _tables(self, coefficients: Floats) -> list[Floats]:
        """Give what every place is worth."""
        paid = [
            (one * worth)[None, :] for one, worth in zip(coefficients[1:], self.worths, strict=True)
        ]
        return [joint.worth(paid)[0] for joint in self.joints]

    def _places(self, rows: slice) -> list[Ints]:
        """Give the places of some rows, as wide as looking up and counting want them."""
        return [joint.places[rows].astype(np.int64) for joint in self.joints]

    def _losses(
        self, part: slice, intercept: float, tables: list[Floats]
    ) -> tuple[float, float, list[Floats]]:
        """Add up the loss, and customers expected less those that are, in all and by place."""
        loss, left_over = 0.0, 0.0
        sums = [np.zeros(joint.size) for joint in self.joints]
        for rows in _blocks(part):
            n, x = (
                amounts[rows].astype(np.float64)
                for amounts in (self.profiles.leads, self.profiles.customers)
            )
            places = self._places(rows)
            linear = _added(len(n), intercept, tables, places)
            # ln(1 + e^z) without overflow: what is added to the larger of z and 0.
            rest = np.exp(-np.abs(linear))
            whole = 1 + rest
            loss += float(n @ (np.maximum(linear, 0) + np.log(whole)) - x @ linear)
            left = n * np.where(linear >= 0, 1.0, rest) / whole - x
            left_over += float(left.sum())
            for total, at in zip(sums, places, strict=True):
                np.add(total, np.bincount(at, left, minlength=len(total)), out=total)
        return loss, left_over, sums

    def _products(self, part: slice, intercept: float, tables: list[Floats]) -> Floats:
        """Add up the products of values, weighed by how much a row tells."""
        size = 1 + len(self.worths)
        products = np.zeros((size, size))
        for rows in _blocks(part):
            n = self.profiles.leads[rows]
            rest = np.exp(-np.abs(_added(len(n), intercept, tables, self._places(rows))))
            design = np.empty((size, len(rest)))
            design[0] = 1.0
            for row, worth, places in zip(
                design[1:], self.worths, self.profiles.places, strict=True
            ):
                worth.take(places[rows], out=row, mode="clip")
            weight = n * rest / (1 + rest) ** 2
            products += summed_products(design * weight, design)
        return products


def _added(rows: int, intercept: float, tables: list[Floats], places: list[Ints]) -> Floats:
    """Give the log-odds of some rows."""
    total = np.full(rows, intercept)
    for table, at in zip(tables, places, strict=True):
        total += table.take(at, mode="clip")
    return total


def _blocks(part: slice) -> list[slice]:
    return [
        slice(part.start + rows.start, part.start + rows.stop)
        for rows in blocks_of(part.stop - part.start, BLOCK)
    ]
