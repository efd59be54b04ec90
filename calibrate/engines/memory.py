"""The engine in memory: every column is codes once, and everything after counts codes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import (
    SHARDS,
    BandCounts,
    ColumnPoints,
    ColumnProfile,
    ColumnValues,
    Ints,
    LevelCounts,
    Profiles,
    ScoreCounts,
    Scoring,
    ShardProfiles,
    StandingCounts,
    ValueCounts,
)
from calibrate.engines.columns import Column, filled_cells, is_filled, leads_of_codes, text_column
from calibrate.engines.judging import judge_rows
from calibrate.engines.places import band_codes, cuts_between, level_rows
from calibrate.engines.profiles import profile_of
from calibrate.levels import Levels

_MARKS = 2**32
"""How many marks there are."""


@dataclass(frozen=True, kw_only=True)
class MemoryEngine:
    """Counts over columns in memory.

    Attributes
    ----------
    columns : mapping of str to Column
        The attributes' columns, over the counted leads.
    customer : ndarray of bool, shape (n,)
        Who became a customer.
    ids : Column or None
        The leads' ids, for the shards; None takes row positions.
    """

    columns: Mapping[str, Column]
    customer: npt.NDArray[np.bool_]
    ids: Column | None = None

    def only(self, rows: npt.NDArray[np.bool_]) -> MemoryEngine:
        """Keep some of the leads."""
        return MemoryEngine(
            columns={name: column.take(rows) for name, column in self.columns.items()},
            customer=self.customer[rows],
            ids=None if self.ids is None else self.ids.take(rows),
        )

    @property
    def size(self) -> int:
        """How many leads there are."""
        return len(self.customer)

    def without(self, names: Collection[str]) -> MemoryEngine:
        """Forget some columns."""
        kept = {name: one for name, one in self.columns.items() if name not in names}
        return replace(self, columns=kept)

    def count_filled(self, column: str) -> tuple[int, int]:
        """Count leads and customers that have a value."""
        filled = is_filled(self.columns[column])
        return int(filled.sum()), int((filled & self.customer).sum())

    def with_filled(self, name: str, columns: Sequence[str]) -> MemoryEngine:
        """Add a column that says how many cells of some others are filled."""
        made = filled_cells([self.columns[one] for one in columns])
        return replace(self, columns={**self.columns, name: made})

    def describe(self) -> tuple[ColumnProfile, ...]:
        """Say what each column holds."""
        return tuple(profile_of(name, column) for name, column in self.columns.items())

    def count_values(self, column: str, *, by_shard: bool = False) -> ValueCounts:
        """Count leads and customers per distinct text of a column."""
        found = text_column(self.columns[column])
        leads, customers = self.count_codes(found.codes, len(found.texts) + 1, by_shard=by_shard)
        # Code 0 is no value: it goes last, after the texts.
        return ValueCounts(
            values=found.texts,
            leads=np.roll(leads, -1, axis=-1),
            customers=np.roll(customers, -1, axis=-1),
        )

    def cut_points(self, column: str, parts: int) -> tuple[float, ...]:
        """Give the rising cut points of a number: quantiles, and heavy atoms in their own bands."""
        numbers = self.columns[column].values()
        values, counts = np.unique(numbers[np.isfinite(numbers)], return_counts=True)
        return cuts_between(values, counts, parts)

    def count_bands(
        self, column: str, edges: Sequence[float], *, by_shard: bool = False
    ) -> BandCounts:
        """Count leads and customers per band of a number."""
        codes = band_codes(self.columns[column].values(), edges)
        leads, customers = self.count_codes(codes, len(edges) + 2, by_shard=by_shard)
        return BandCounts(leads=leads, customers=customers)

    def count_levels(self, column: str, levels: Levels, *, by_shard: bool = False) -> LevelCounts:
        """Count leads and customers per level of a card."""
        codes = level_rows(self.columns[column], levels) + 1  # what was never seen becomes 0
        leads, customers = self.count_codes(codes, len(levels.levels) + 1, by_shard=by_shard)
        return LevelCounts(leads=leads[..., 1:], customers=customers[..., 1:])

    def count_shards(self) -> tuple[Ints, Ints]:
        """Count leads and customers per shard."""
        return self.count_codes(self.shards, SHARDS)

    def joint_profiles(self, columns: Sequence[ColumnValues], most: int) -> Profiles:
        """Give the distinct rows of values with their leads and customers."""
        drawn = self._drawn(most)
        customer = self.customer if drawn is None else self.customer[drawn]
        packed = _Packed(ids=np.zeros(len(customer), dtype=np.int64), rows=np.zeros((1, 0)))
        for one in columns:
            column = self.columns[one.column]
            worth, places = np.unique([*one.values, 0.0], return_inverse=True)
            rows = level_rows(column if drawn is None else column.take(drawn), one.levels)
            packed = packed.with_column(worth, places[rows])
        packed = packed.renumbered()
        kinds = len(packed.rows)
        return Profiles(
            values=packed.rows,
            leads=np.bincount(packed.ids, minlength=kinds),
            customers=np.bincount(packed.ids[customer], minlength=kinds),
        )

    def _drawn(self, most: int) -> npt.NDArray[np.bool_] | None:
        """Draw all customers and, by shard, others beside them; None when all leads fit."""
        if len(self.customer) <= most:
            return None
        room = max(most - len(self._customer_rows), most // 10)
        others = len(self.customer) - len(self._customer_rows)
        return self.customer | (self.shards < SHARDS * room // others)

    def shard_profiles(self, card: Sequence[ColumnPoints], most: int) -> ShardProfiles:
        """Give each shard's distinct rows of points with their leads and customers."""
        drawn = None
        if len(self.customer) > most:
            drawn = self._marks // SHARDS < most / len(self.customer) * (_MARKS // SHARDS)
        customer = self.customer if drawn is None else self.customer[drawn]
        shards = self.shards if drawn is None else self.shards[drawn]
        packed = _Packed(ids=np.zeros(len(customer), dtype=np.int64), rows=np.zeros((1, 0)))
        packed = packed.with_column(np.arange(float(SHARDS)), shards)
        for one in card:
            column = self.columns[one.column]
            worth, places = np.unique([*one.points, one.otherwise], return_inverse=True)
            rows = level_rows(column if drawn is None else column.take(drawn), one.levels)
            packed = packed.with_column(worth, places[rows])
        packed = packed.renumbered()
        kinds, found = len(packed.rows), packed.rows.astype(np.int64)
        return ShardProfiles(
            points=found[:, 1:],
            shards=found[:, 0],
            leads=np.bincount(packed.ids, minlength=kinds),
            customers=np.bincount(packed.ids[customer], minlength=kinds),
        )

    def tally_scores(self, card: Sequence[ColumnPoints], base: int) -> ScoreCounts:
        """Count leads and customers per score."""
        judged = judge_rows(Scoring(base=base, columns=tuple(card)), self.columns, self._rows)
        distinct, places = np.unique(judged.scores, return_inverse=True)
        leads, customers = self.count_codes(places, len(distinct))
        return ScoreCounts(scores=distinct, leads=leads, customers=customers)

    def tally_standings(self, scoring: Scoring) -> StandingCounts:
        """Count leads and customers per score, fit, engagement and standing."""
        judged = judge_rows(scoring, self.columns, self._rows)
        packed = _Packed(ids=np.zeros(self._rows, dtype=np.int64), rows=np.zeros((1, 0)))
        for numbers in (judged.scores, judged.fit, judged.engagement, judged.standing):
            distinct, places = np.unique(numbers, return_inverse=True)
            packed = packed.with_column(distinct.astype(float), places)
        packed = packed.renumbered()
        leads, customers = self.count_codes(packed.ids, len(packed.rows))
        scores, fit, engagement, standing = packed.rows.astype(np.int64).T
        return StandingCounts(
            scores=scores,
            fit=fit,
            engagement=engagement,
            standing=standing,
            leads=leads,
            customers=customers,
        )

    @property
    def _rows(self) -> int:
        return len(self.customer)

    def count_codes(
        self, codes: npt.NDArray[np.integer], size: int, *, by_shard: bool = False
    ) -> tuple[Ints, Ints]:
        """Count leads and customers per code, from 0 to under `size`."""
        if by_shard:
            codes = self.shards * size + codes
            size *= SHARDS
        leads = leads_of_codes(codes, size)
        # Customers are few: picking them out is cheaper than weighing every lead.
        customers = np.bincount(codes[self._customer_rows], minlength=size)
        if by_shard:
            return leads.reshape(SHARDS, -1), customers.reshape(SHARDS, -1)
        return leads, customers

    @cached_property
    def _customer_rows(self) -> Ints:
        return np.flatnonzero(self.customer)

    @cached_property
    def shards(self) -> Ints:
        """Each lead's shard."""
        return self._marks % SHARDS

    @cached_property
    def _marks(self) -> Ints:
        return marks_of(self.ids, len(self.customer))


@dataclass(frozen=True, kw_only=True)
class _Packed:
    """Rows of values, packed into one number a lead.

    Attributes
    ----------
    ids : ndarray of int, shape (n,)
        Per lead: its row of `rows`, then its place in each waiting column, as mixed digits.
    rows : ndarray of float, shape (k, columns)
        Distinct rows over the columns that wait no longer.
    waiting : tuple of ndarray
        Distinct values of the columns packed since the last renumbering, which sorts all leads.
    """

    ids: Ints
    rows: npt.NDArray[np.float64]
    waiting: tuple[npt.NDArray[np.float64], ...] = ()

    def with_column(
        self, worth: npt.NDArray[np.float64], places: npt.NDArray[np.integer]
    ) -> _Packed:
        """Pack one more column; renumber first where it would no longer fit."""
        kinds = math.prod((len(self.rows), *map(len, self.waiting)))
        fits = self if kinds * len(worth) < 2**62 else self.renumbered()
        return _Packed(
            ids=fits.ids * len(worth) + places, rows=fits.rows, waiting=(*fits.waiting, worth)
        )

    def renumbered(self) -> _Packed:
        """Give the distinct rows, ascending, numbers without gaps."""
        rest, ids = np.unique(self.ids, return_inverse=True)
        columns = []
        for worth in reversed(self.waiting):
            rest, places = np.divmod(rest, len(worth))
            columns.append(worth[places])
        return _Packed(ids=ids, rows=np.column_stack([self.rows[rest], *reversed(columns)]))


def shards_of(ids: Column | None, leads: int) -> Ints:
    """Give each lead its shard: the first 8 hex digits of md5(id) mod 200.

    Examples
    --------
    >>> from calibrate.engines.columns import TextColumn
    >>> shards_of(TextColumn(codes=np.array([1], np.int8), texts=("L1",)), 1).tolist()
    [111]
    """
    return marks_of(ids, leads) % SHARDS


def marks_of(ids: Column | None, leads: int) -> Ints:
    """Give each lead a number that looks random: the first 8 hex digits of md5(id)."""
    if ids is None:
        return np.array([_mark(str(row)) for row in range(leads)], dtype=np.int64)
    texts = text_column(ids)
    by_code = np.array([_mark(""), *(_mark(text) for text in texts.texts)], dtype=np.int64)
    marks: Ints = by_code[texts.codes]
    return marks


def _mark(text: str) -> int:
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16)
