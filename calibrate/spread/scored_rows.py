"""Rows of leads scored in many replicates at once, and added up per score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints
from calibrate.engines.columns import Codes
from calibrate.engines.joints import Joint
from calibrate.engines.threads import blocks_of, side_by_side
from calibrate.spread.refit import Redrawn
from calibrate.spread.seats import Seated

_TOGETHER = 16
"""So many replicates are scored together: a look-up gives what a place is worth in all of them."""
_ROWS = 2**11
"""So many rows at a time: what is reckoned of them stays in the processor's cache."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int16 | np.int32]
Tables = list[tuple[int | None, list[tuple[Codes, Whole]]]]
"""Per cap: the places of the rows, and what a place is worth, shape (places, replicates)."""


@dataclass(frozen=True, kw_only=True)
class ScoredRows:
    """The rows that count, those with customers first.

    A row counts where its points decide and its shard has a weight in any replicate.

    Attributes
    ----------
    shards : ndarray of int, shape (k,)
    leads : ndarray of float, shape (k,)
    customers : ndarray of float, shape (j,)
        Of the first rows; the others have none.
    looked_up : tuple of (int or None, tuple of (Joint, ndarray of int of shape (k,)))
        By cap, the attributes that are looked up at once, and the places of the rows in them.
    """

    shards: Ints
    leads: Floats
    customers: Floats
    looked_up: tuple[tuple[int | None, tuple[tuple[Joint, Codes], ...]], ...]

    @classmethod
    def of(cls, seated: Seated, weights: Floats) -> ScoredRows:
        """Keep the rows that count.

        Parameters
        ----------
        seated : Seated
        weights : ndarray of float, shape (replicates, 200)
            Of each shard.
        """
        seating = seated.seating
        there = seating.decides & (weights != 0).any(axis=0)[seating.shards]
        closed = there & (seating.customers > 0)
        order = np.concatenate([np.flatnonzero(closed), np.flatnonzero(there & ~closed)])
        leads, customers = seating.amounts
        return cls(
            shards=seating.shards[order],
            leads=leads[order],
            customers=customers[order[: np.count_nonzero(closed)]],
            looked_up=tuple(
                (most, tuple((one, one.places[order]) for one in joints))
                for most, joints in zip(seated.caps, seating.joints, strict=True)
            ),
        )

    def tally(
        self, redrawn: Redrawn, weights: Floats, first: int, size: int
    ) -> tuple[Floats, Floats]:
        """Add up weights of leads and of customers per score.

        Parameters
        ----------
        redrawn : Redrawn
            Points of each replicate.
        weights : ndarray of float, shape (replicates, 200)
        first, size : int
            The lowest score, and how many follow one by one from there: all that there can be.

        Returns
        -------
        leads, customers : ndarray of float, shape (replicates, size)
        """
        kind = _narrowest(redrawn, first, size)
        # The scores of a replicate follow those of the one before it.
        ends = size * (np.arange(len(weights)) % _TOGETHER)
        start = (redrawn.base - first + ends).astype(kind)
        worths = [row.astype(kind) for row in redrawn.points]

        def add_up(some: slice) -> tuple[Floats, Floats]:
            tables = self._tables([row[some] for row in worths])
            return self._added_up(tables, start[some], weights[some], size)

        leads, customers = zip(
            *side_by_side(add_up, blocks_of(len(weights), _TOGETHER)), strict=True
        )
        return np.concatenate(leads), np.concatenate(customers)

    def _tables(self, worths: Sequence[Whole]) -> Tables:
        """Say what every place is worth in some replicates, which stand side by side."""
        return [
            (
                most,
                [(places, np.ascontiguousarray(one.worth(worths).T)) for one, places in joints],
            )
            for most, joints in self.looked_up
        ]

    def _added_up(
        self, tables: Tables, start: Whole, weights: Floats, size: int
    ) -> tuple[Floats, Floats]:
        """Score and tally all rows in some replicates, a few rows at a time."""
        many = len(weights) * size
        sheet = _Sheet.of(min(_ROWS, len(self.shards)), start, weights)
        leads, customers = np.zeros(many), np.zeros(many)
        for rows in blocks_of(len(self.shards), _ROWS):
            places, weight = sheet.scored(tables, rows), sheet.weighed(self.shards[rows])
            closed = self.customers[rows]
            if len(closed):
                of_them = _times(weight[: len(closed)], closed)
                customers += np.bincount(places[: len(closed)].ravel(), of_them.ravel(), many)
            leads += np.bincount(places.ravel(), _times(weight, self.leads[rows]).ravel(), many)
        return leads.reshape(-1, size), customers.reshape(-1, size)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """Room for what is reckoned of a few rows, taken once: numbers that the processor keeps near.

    Attributes
    ----------
    start : ndarray of int, shape (replicates,)
        Where the score of a lead without points is counted.
    weights : ndarray of float, shape (200, replicates)
    scores, one, under : ndarray of int, shape (rows, replicates)
    places : ndarray of int, shape (rows, replicates)
    weight : ndarray of float, shape (rows, replicates)
    """

    start: Whole
    weights: Floats
    scores: Whole
    one: Whole
    under: Whole
    places: Ints
    weight: Floats

    @classmethod
    def of(cls, rows: int, start: Whole, weights: Floats) -> _Sheet:
        shape = rows, len(start)
        return cls(
            start=start,
            weights=np.ascontiguousarray(weights.T),
            scores=np.empty(shape, start.dtype),
            one=np.empty(shape, start.dtype),
            under=np.empty(shape, start.dtype),
            places=np.empty(shape, np.int64),
            weight=np.empty(shape),
        )

    def scored(self, tables: Tables, rows: slice) -> Ints:
        """Say where the scores of some rows are counted."""
        many = rows.stop - rows.start
        scores, one, under = self.scores[:many], self.one[:many], self.under[:many]
        scores[:] = self.start
        for most, looked_up in tables:
            added = scores if most is None else under
            if most is not None:
                under[:] = 0
            for places, worth in looked_up:
                # Every place is there, so that nothing is clipped: numpy need not look first.
                added += worth.take(places[rows], axis=0, out=one, mode="clip")
            if most is not None:
                scores += np.minimum(under, min(most, np.iinfo(under.dtype).max), out=under)
        found = self.places[:many]
        found[:] = scores
        return found

    def weighed(self, shards: Ints) -> Floats:
        """Give the weights of some rows."""
        return self.weights.take(shards, axis=0, out=self.weight[: len(shards)], mode="clip")


def _times(weight: Floats, amounts: Floats) -> Floats:
    """Multiply weights of rows; in a sample of many leads most rows are one lead."""
    return weight if (amounts == 1).all() else weight * amounts[:, None]


def _narrowest(redrawn: Redrawn, first: int, size: int) -> np.dtype[np.int16 | np.int32]:
    """Give whole numbers that hold every sum of points: narrow ones are added up faster."""
    reach = np.sum([np.abs(row).max(axis=1) for row in redrawn.points], axis=0)
    most = int((reach + np.abs(redrawn.base - first)).max()) + size * _TOGETHER
    return np.dtype(np.int16 if most < 2**15 else np.int32)
