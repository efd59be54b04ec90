"""The engine in memory: every column is codes once, and everything after counts codes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

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
from calibrate.engines.code_counts import leads_of_codes
from calibrate.engines.columns import (
    Column,
    NumberColumn,
    filled_cells,
    missing_leads,
    small,
    text_column,
)
from calibrate.engines.judging import judge_rows
from calibrate.engines.marks import MARKS, marks_of
from calibrate.engines.packing import Packed, Reader, counted, told_apart
from calibrate.engines.places import (
    UNSEEN,
    band_codes,
    cuts_between,
    level_rows,
    rows_of_codes,
)
from calibrate.engines.profiles import profile_of
from calibrate.engines.threads import LONG, side_by_side
from calibrate.levels import Levels

_FEW = 2**16

Coded = tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]
"""A code a lead, and the number of the level of each code."""


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
        found = self.columns[column]
        missing = missing_leads(found)
        if not missing:
            return self.size, len(self._customer_rows)
        cells = found.numbers if isinstance(found, NumberColumn) else found.codes
        closed = cells[self._customer_rows]
        filled = ~np.isnan(closed) if isinstance(found, NumberColumn) else closed > 0
        return self.size - missing, int(filled.sum())

    def with_filled(self, name: str, columns: Sequence[str]) -> MemoryEngine:
        """Add a column that says how many cells of some others are filled."""
        made = filled_cells([self.columns[one] for one in columns])
        return replace(self, columns={**self.columns, name: made})

    def describe(self) -> tuple[ColumnProfile, ...]:
        """Say what each column holds."""
        columns = list(self.columns.items())
        if self.size < LONG:
            return tuple(profile_of(*one) for one in columns)
        return tuple(side_by_side(lambda one: profile_of(*one), columns))

    def count_values(self, column: str, *, by_shard: bool = False) -> ValueCounts:
        """Count leads and customers per distinct text of a column."""
        found = text_column(self.columns[column])
        size = len(found.texts) + 1
        if by_shard:
            leads, customers = self.count_codes(found.codes, size, by_shard=True)
        else:  # a column keeps how many leads it has of each
            leads = found.leads_by_code
            customers = np.bincount(found.codes[self._customer_rows], minlength=size)
        # Code 0 is no value: it goes last, after the texts.
        return ValueCounts(
            values=found.texts,
            leads=np.roll(leads, -1, axis=-1),
            customers=np.roll(customers, -1, axis=-1),
        )

    def cut_points(self, column: str, parts: int) -> tuple[float, ...]:
        """Give the rising cut points of a number: quantiles, and heavy atoms in their own bands."""
        values, counts = self.columns[column].distinct_numbers
        finite = np.isfinite(values)
        return cuts_between(values[finite], counts[finite], parts)

    def count_bands(
        self, column: str, edges: Sequence[float], *, by_shard: bool = False
    ) -> BandCounts:
        """Count leads and customers per band of a number."""
        found, size = self.columns[column], len(edges) + 2
        if by_shard:
            codes = band_codes(found.values(), edges)
            leads, customers = self.count_codes(codes, size, by_shard=True)
            return BandCounts(leads=leads, customers=customers)
        values, counts = found.distinct_numbers
        up_to = np.append(0, np.cumsum(counts))
        below = up_to[np.searchsorted(values, edges)]
        closed = band_codes(found.values_at(self._customer_rows), edges)
        return BandCounts(
            leads=np.diff([0, *below, up_to[-1], self.size]),
            customers=np.bincount(closed, minlength=size),
        )

    def count_levels(self, column: str, levels: Levels, *, by_shard: bool = False) -> LevelCounts:
        """Count leads and customers per level of a card."""
        if not by_shard:
            return self._count_levels(column, levels, by_shard=False)
        # Stability and folds ask for the same counts.
        known = self._by_shard.get(column)
        if known is None or known[0] != levels:
            found = self._count_levels(column, levels, by_shard=True)
            known = self._by_shard[column] = (levels, found)
        return known[1]

    def _count_levels(self, column: str, levels: Levels, *, by_shard: bool) -> LevelCounts:
        codes = self.level_rows(column, levels) + 1  # what was never seen becomes 0
        leads, customers = self.count_codes(codes, len(levels.levels) + 1, by_shard=by_shard)
        return LevelCounts(leads=leads[..., 1:], customers=customers[..., 1:])

    @cached_property
    def _by_shard(self) -> dict[str, tuple[Levels, LevelCounts]]:
        return {}

    def count_shards(self) -> tuple[Ints, Ints]:
        """Count leads and customers per shard."""
        return self.count_codes(self.shards, SHARDS)

    def joint_profiles(self, columns: Sequence[ColumnValues], most: int) -> Profiles:
        """Give the distinct rows of values with their leads and customers."""
        drawn = self._drawn(most)
        customer = self.customer if drawn is None else self.customer[drawn]
        worths = [np.unique([*one.values, 0.0], return_inverse=True) for one in columns]
        rows, leads, customers = told_apart(
            [
                (len(distinct), self._places(one.column, one.levels, places, drawn))
                for one, (distinct, places) in zip(columns, worths, strict=True)
            ],
            customer,
        )
        return Profiles(
            places=rows,
            worths=tuple(tuple(distinct.tolist()) for distinct, _ in worths),
            leads=leads,
            customers=customers,
        )

    def _places(self, column: str, levels: Levels, places: Ints, drawn: Ints | None) -> Reader:
        """Make ready to give the places of some levels, the last for values never seen."""
        codes, level_of = self._coded(column, levels)
        place_of = small(places, int(places.max()) + 1)[level_of]
        some = codes if drawn is None else codes.take(drawn)
        return lambda rows: place_of.take(some[rows])

    def _drawn(self, most: int) -> Ints | None:
        """Draw the rows of all customers and, by shard, of others; None when all leads fit."""
        if len(self.customer) <= most:
            return None
        room = max(most - len(self._customer_rows), most // 10)
        others = len(self.customer) - len(self._customer_rows)
        return np.flatnonzero(self.customer | (self.shards < SHARDS * room // others))

    def shard_profiles(self, card: Sequence[ColumnPoints], most: int) -> ShardProfiles:
        """Give each shard's distinct rows of points with their leads and customers."""
        # Resamples and folds ask for the same; should both be the first, both make it.
        asked = (tuple(card), most)
        found = self._profiled.get(asked)
        if found is None:
            found = self._shard_profiles(card, most)
            self._profiled.clear()
            self._profiled[asked] = found
        return found

    @cached_property
    def _profiled(self) -> dict[tuple[tuple[ColumnPoints, ...], int], ShardProfiles]:
        return {}

    def _shard_profiles(self, card: Sequence[ColumnPoints], most: int) -> ShardProfiles:
        drawn = None
        if len(self.customer) > most:
            share = most / len(self.customer)
            drawn = np.flatnonzero(self._marks // SHARDS < share * (MARKS // SHARDS))
        customer = self.customer if drawn is None else self.customer[drawn]
        shards = self.shards if drawn is None else self.shards[drawn]
        worths = [np.unique([*one.points, one.otherwise], return_inverse=True) for one in card]
        each = (
            (len(distinct), self._places(one.column, one.levels, places, drawn))
            for one, (distinct, places) in zip(card, worths, strict=True)
        )
        by_shard = (SHARDS, shards.__getitem__)
        packed = Packed.of(len(customer)).with_columns(chain([by_shard], each))
        (shards, *rows), leads, customers = packed.counted(customer)
        points = [worth.take(row) for (worth, _), row in zip(worths, rows, strict=True)]
        return ShardProfiles(
            points=np.array(points, dtype=np.int64).reshape(len(card), len(leads)).T,
            shards=shards.astype(np.int64),
            leads=leads,
            customers=customers,
        )

    def tally_scores(self, card: Sequence[ColumnPoints], base: int) -> ScoreCounts:
        """Count leads and customers per score."""
        judged = judge_rows(Scoring(base=base, columns=tuple(card)), self._reader, self._rows)
        scores, leads, customers = counted(judged.scores, self.customer)
        return ScoreCounts(scores=scores, leads=leads, customers=customers)

    def tally_standings(self, scoring: Scoring) -> StandingCounts:
        """Count leads and customers per score, fit, engagement and standing."""
        judged = judge_rows(scoring, self._reader, self._rows)
        parts = [
            _placed(one) for one in (judged.scores, judged.fit, judged.engagement, judged.standing)
        ]
        packed = Packed.of(self._rows).with_columns(
            (len(distinct), places.__getitem__) for distinct, places in parts
        )
        rows, leads, customers = packed.counted(self.customer)
        scores, fit, engagement, standing = (
            distinct.take(row) for (distinct, _), row in zip(parts, rows, strict=True)
        )
        return StandingCounts(
            scores=scores,
            fit=fit,
            engagement=engagement,
            standing=standing,
            leads=leads,
            customers=customers,
        )

    def level_rows(self, column: str, levels: Levels) -> npt.NDArray[np.integer]:
        """Give each lead the number of its level, or -1 for a value never seen."""
        codes, level_of = self._coded(column, levels)
        return level_of.take(codes)

    def _coded(self, column: str, levels: Levels) -> Coded:
        """Give codes of the leads, and the level of each code; what was asked last is kept."""
        known = self._asked.get(column)
        if known is None or known[0] != levels:
            found = self.columns[column]
            if isinstance(found, NumberColumn) and levels.kind == "number":
                # Numbers are looked up among edges: their codes are the levels, -1 from the end.
                coded: Coded = level_rows(found, levels), np.arange(len(levels.levels) + 1)
                coded[1][-1] = UNSEEN
            else:
                texts = text_column(found)
                coded = texts.codes, rows_of_codes(texts, levels)
            known = self._asked[column] = (levels, coded)
        return known[1]

    @cached_property
    def _asked(self) -> dict[str, tuple[Levels, Coded]]:
        return {}

    def _reader(self, part: ColumnPoints) -> Callable[[slice], Ints]:
        """Make ready to give what the values of some rows are worth."""
        codes, level_of = self._coded(part.column, part.levels)
        # The place -1, from the end, holds what a value never seen is worth.
        worth = np.array([*part.points, part.otherwise], dtype=np.int64)[level_of]
        return lambda rows: worth.take(codes[rows])

    @property
    def _rows(self) -> int:
        return len(self.customer)

    def count_codes(
        self, codes: npt.NDArray[np.integer], size: int, *, by_shard: bool = False
    ) -> tuple[Ints, Ints]:
        """Count leads and customers per code, from 0 to under `size`."""
        # Customers are few: picking them out is cheaper than weighing every lead.
        closed = codes[self._customer_rows]
        if not by_shard:
            return leads_of_codes(codes, size), np.bincount(closed, minlength=size)
        leads = leads_of_codes(codes, size, shards=self.shards, many=SHARDS)
        places = self.shards[self._customer_rows] * size + closed
        customers = np.bincount(places, minlength=SHARDS * size)
        return leads.reshape(SHARDS, -1), customers.reshape(SHARDS, -1)

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


def _placed(numbers: Ints) -> tuple[Ints, Ints]:
    """Give numbers that rise, and the place of each of some among them; not all may be there."""
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    if high - low < _FEW:  # scores lie close together, and are not sorted for that
        return np.arange(low, high + 1), numbers - low
    distinct, places = np.unique(numbers, return_inverse=True)
    return distinct, places
