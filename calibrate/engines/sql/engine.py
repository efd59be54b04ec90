"""The engine in a database: it groups and adds, and what a value means is decided here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from calibrate.engines.columns import Column, is_filled, small, text_column
from calibrate.engines.marks import MARKS
from calibrate.engines.places import band_codes, cuts_between, level_rows
from calibrate.engines.sql.coding import Coded, Lookup, coded
from calibrate.engines.sql.held import Held, held_value
from calibrate.engines.sql.rows import Grouped, LeadRows
from calibrate.engines.sql.standing import standing_keys
from calibrate.errors import EngineError
from calibrate.levels import Levels

_FINITE = "1.7976931348623157e308"


@dataclass(frozen=True, kw_only=True)
class SqlEngine:
    """Counts over a relation of a database; only small tables come back.

    Of a column its distinct values are known, with the leads of each: what they mean is read here,
    by the code that reads a file, so that every engine has the same levels to the last lead.

    Attributes
    ----------
    rows : LeadRows
        The counted leads.
    held : mapping of str to Held
        The attributes' columns.
    """

    rows: LeadRows
    held: Mapping[str, Held]
    _by_shard: dict[str, tuple[Ints, Grouped]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def among(self, where: str, customer: str, names: Sequence[str]) -> SqlEngine:
        """Count some columns over some of the leads, and others of them as customers."""
        rows = replace(
            self.rows,
            where=f"({self.rows.where}) AND ({where})",
            customer=customer,
            leads=None,
            customers=None,
        )
        return SqlEngine(rows=rows, held={name: self.held[name].among(rows) for name in names})

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns, a row each distinct value."""
        return {name: one.column for name, one in self.held.items()}

    @property
    def size(self) -> int:
        """How many leads there are."""
        return self._totals[0]

    def without(self, names: Collection[str]) -> SqlEngine:
        """Forget some columns."""
        return replace(self, held={n: one for n, one in self.held.items() if n not in names})

    def count_filled(self, column: str) -> tuple[int, int]:
        """Count leads and customers that have a value."""
        leads, customers = self._totals
        held = self.held[column]
        nothing = ~is_filled(held.column)
        return (
            leads - int(held.leads[nothing].sum()),
            customers - int(held.customers[nothing].sum()),
        )

    def count_where(self, condition: str) -> tuple[int, int]:
        """Count leads and customers of which a condition in SQL holds."""
        found = self.rows.grouped([], among=condition)
        return int(found.leads.sum()), int(found.customers.sum())

    def with_filled(self, name: str, columns: Sequence[str]) -> SqlEngine:
        """Add a column that says how many cells of some others are filled."""
        cells = (f"CASE WHEN {self.held[one].shown} IS NULL THEN 0 ELSE 1 END" for one in columns)
        made = held_value(self.rows, name, f"CAST({' + '.join(cells)} AS DOUBLE)")
        return replace(self, held={**self.held, name: made})

    def describe(self) -> tuple[ColumnProfile, ...]:
        """Say what each column holds."""
        return tuple(one.profile for one in self.held.values())

    def count_values(self, column: str, *, by_shard: bool = False) -> ValueCounts:
        """Count leads and customers per distinct text of a column."""
        self._tell(column)
        texts = text_column(self._whole(column).column)
        # Code 0 is no value: it goes last, after the texts.
        codes = np.where(texts.codes == 0, len(texts.texts), texts.codes.astype(np.int64) - 1)
        leads, customers = self._summed(column, codes, len(texts.texts) + 1, by_shard=by_shard)
        return ValueCounts(values=texts.texts, leads=leads, customers=customers)

    def cut_points(self, column: str, parts: int) -> tuple[float, ...]:
        """Give the rising cut points of a number: quantiles, and heavy atoms in their own bands."""
        self._tell(column)
        held = self.held[column]
        if not held.is_told:
            return self._far_cuts(held, parts)
        held = self._whole(column)
        numbers = held.column.values()
        finite = np.isfinite(numbers)
        values, places = np.unique(numbers[finite], return_inverse=True)
        counts = np.zeros(len(values), dtype=np.int64)
        np.add.at(counts, places, held.leads[finite])
        return cuts_between(values, counts, parts)

    def _far_cuts(self, held: Held, parts: int) -> tuple[float, ...]:
        """Let the database sort what is too much to be brought here: `cuts_between` in SQL."""
        found = self.rows.ask(
            f"SELECT v FROM (SELECT v, n, CAST(SUM(n) OVER (ORDER BY v) AS BIGINT) AS up, "
            f"CAST(SUM(n) OVER () AS BIGINT) AS everyone, LAG(n) OVER (ORDER BY v) AS before FROM "
            f"(SELECT {held.value} AS v, COUNT(*) AS n FROM {self.rows.source} AS t WHERE "
            f"{self.rows.where} AND ABS({held.value}) <= CAST('{_FINITE}' AS DOUBLE) GROUP BY "
            f"{held.value}) AS d) AS c WHERE before IS NOT NULL AND "
            f"(LEAST(FLOOR((up * {parts}) / everyone), {parts - 1}) > "
            f"FLOOR(((up - n) * {parts}) / everyone) OR n * {parts} > everyone "
            f"OR before * {parts} > everyone) ORDER BY v"
        )
        return tuple(found[0])

    def count_bands(
        self, column: str, edges: Sequence[float], *, by_shard: bool = False
    ) -> BandCounts:
        """Count leads and customers per band of a number."""
        self._tell(column)
        held = self.held[column]
        size = len(edges) + 2
        if held.is_whole or (held.is_told and not by_shard):
            codes = band_codes(self._whole(column).column.values(), edges).astype(np.int64)
            leads, customers = self._summed(column, codes, size, by_shard=by_shard)
        else:
            bands = coded(held, np.arange(size - 1), size - 1, lookup=self._lookup, edges=edges)
            leads, customers = self._coded_counts(bands, size, by_shard=by_shard)
        return BandCounts(leads=leads, customers=customers)

    def count_levels(self, column: str, levels: Levels, *, by_shard: bool = False) -> LevelCounts:
        """Count leads and customers per level of a card."""
        self._tell(column)
        size = len(levels.levels) + 1
        held = self.held[column]
        if held.is_whole or levels.kind != "number" or (held.is_told and not by_shard):
            # What was never seen becomes 0.
            rows = level_rows(self._whole(column).column, levels).astype(np.int64) + 1
            leads, customers = self._summed(column, rows, size, by_shard=by_shard)
        else:
            found = self._coded(column, levels, np.arange(1, size), 0)
            leads, customers = self._coded_counts(found, size, by_shard=by_shard)
        return LevelCounts(leads=leads[..., 1:], customers=customers[..., 1:])

    def count_shards(self) -> tuple[Ints, Ints]:
        """Count leads and customers per shard."""
        found = self.rows.grouped([self._shard])
        shards = np.array(found.keys[0], dtype=np.int64)
        return _placed(shards, found, SHARDS)

    def joint_profiles(self, columns: Sequence[ColumnValues], most: int) -> Profiles:
        """Give the distinct rows of values with their leads and customers."""
        worths = [np.unique([*one.values, 0.0], return_inverse=True) for one in columns]
        found = self.count_by(
            [
                self._coded(one.column, one.levels, codes[:-1], int(codes[-1]), place)
                for place, (one, (_, codes)) in enumerate(zip(columns, worths, strict=True))
            ],
            among=self._drawn(most),
        )
        most = max((len(worth) for worth, _ in worths), default=0)
        return Profiles(
            places=small(found[0].T, most),
            worths=tuple(tuple(worth.tolist()) for worth, _ in worths),
            leads=found[1],
            customers=found[2],
        )

    def _drawn(self, most: int) -> str:
        """Draw all customers and, by shard, others beside them; nothing when all leads fit."""
        leads, customers = self._totals
        if leads <= most:
            return ""
        room = max(most - customers, most // 10)
        return f"({self.rows.customer}) OR {self._shard} < {SHARDS * room // (leads - customers)}"

    def shard_profiles(self, card: Sequence[ColumnPoints], most: int) -> ShardProfiles:
        """Give each shard's distinct rows of points with their leads and customers."""
        among, leads = "", self._totals[0]
        if leads > most:
            part = int(np.ceil(most / leads * (MARKS // SHARDS)))
            among = f"CAST(FLOOR({self._mark} / {SHARDS}) AS BIGINT) < {part}"
        every = [Coded(code=self._shard), *(self._worth(*part[::-1]) for part in enumerate(card))]
        rows, n, x = self.count_by(every, among=among)
        return ShardProfiles(points=rows[:, 1:], shards=rows[:, 0], leads=n, customers=x)

    def tally_scores(self, card: Sequence[ColumnPoints], base: int) -> ScoreCounts:
        """Count leads and customers per score."""
        parts = [self._worth(one, place) for place, one in enumerate(card)]
        rows, leads, customers = self.count_by([_added(parts, base)])
        return ScoreCounts(scores=rows[:, 0], leads=leads, customers=customers)

    def tally_standings(self, scoring: Scoring) -> StandingCounts:
        """Count leads and customers per score, fit, engagement and standing."""
        rows, leads, customers = self.count_by(standing_keys(scoring, self._worth))
        scores, fit, engagement, standing = rows.T
        return StandingCounts(
            scores=scores,
            fit=fit,
            engagement=engagement,
            standing=standing,
            leads=leads,
            customers=customers,
        )

    def tally_judged(
        self,
        scoring: Scoring,
        sums: Sequence[Sequence[ColumnPoints]],
        mark: tuple[Held, Ints] | None,
    ) -> tuple[Ints, Ints, Ints]:
        """Count leads and customers per score, standing, further sums of points, and a mark.

        Parameters
        ----------
        scoring : Scoring
        sums : sequence of sequence of ColumnPoints
            Added up beside the score.
        mark : (Held, ndarray of int) or None
            A further column, and what each of its distinct values is marked with.

        Returns
        -------
        rows : ndarray of int, shape (k, 2 + sums + mark)
            Ascending.
        leads, customers : ndarray of int, shape (k,)
        """
        score, _, _, standing = standing_keys(scoring, self._worth)
        keys, place = [score, standing], scoring.parts
        for parts in sums:
            each = [self._worth(one, place + number) for number, one in enumerate(parts)]
            keys.append(_added(each))
            place += len(parts)
        if mark is not None:
            keys.append(coded(*mark, 0, lookup=self._lookup, place=place))
        return self.count_by(keys)

    def standing_parts(self, scoring: Scoring, place: int) -> tuple[Coded, Coded]:
        """Give a lead's score and standing in SQL; the tables they need are numbered from `place`.

        The tables of both stand with the score.
        """
        score, _, _, standing = standing_keys(
            scoring, lambda one, number: self._worth(one, place + number)
        )
        return score, standing

    def place_part(self, part: ColumnPoints, place: int) -> Coded:
        """Give the number of a lead's level in SQL, -1 for a value never seen."""
        return self._coded(part.column, part.levels, np.arange(len(part.points)), -1, place)

    def count_placed(self, column: str, levels: Levels) -> tuple[Ints, Ints]:
        """Count leads and customers on none of the levels, then per level, by a query."""
        self._tell(column)
        size = len(levels.levels) + 1
        found = self._coded(column, levels, np.arange(1, size), 0)
        return self._coded_counts(found, size, by_shard=False)

    def _worth(self, part: ColumnPoints, place: int = 0) -> Coded:
        points = np.array(part.points, dtype=np.int64)
        return self._coded(part.column, part.levels, points, part.otherwise, place)

    def _coded(
        self,
        column: str,
        levels: Levels,
        codes: npt.NDArray[np.int64],
        otherwise: int,
        place: int = 0,
    ) -> Coded:
        """Give each lead the code of its level, in SQL."""
        held = self.held[column]
        by_level = np.append(codes, otherwise)  # the place -1 is that of a value never seen
        if levels.kind == "number" and not held.is_whole:
            missing = by_level[-1 if levels.missing is None else levels.missing]
            return coded(held, by_level, int(missing), lookup=self._lookup, edges=levels.edges)
        held = self._whole(column)
        codes = by_level[level_rows(held.column, levels)]
        return coded(held, codes, otherwise, lookup=self._lookup, place=place)

    def count_by(
        self, parts: Sequence[Coded], among: str = ""
    ) -> tuple[npt.NDArray[np.int64], Ints, Ints]:
        """Give the distinct rows of codes, ascending, with their leads and customers."""
        found = self.rows.grouped(
            [one.code for one in parts], [join for one in parts for join in one.joins], among
        )
        rows = np.array([list(key) for key in found.keys], dtype=np.int64).T
        rows = rows.reshape(len(found.leads), len(parts))
        order = np.lexsort(rows.T[::-1]) if len(parts) else np.arange(len(rows))
        return rows[order], found.leads[order], found.customers[order]

    def _coded_counts(self, part: Coded, size: int, *, by_shard: bool) -> tuple[Ints, Ints]:
        rows, n, x = self.count_by([Coded(code=self._shard), part] if by_shard else [part])
        found = Grouped(keys=(), leads=n, customers=x)
        if not by_shard:
            return _placed(rows[:, 0], found, size)
        leads, customers = _placed(rows[:, 0] * size + rows[:, 1], found, SHARDS * size)
        return leads.reshape(SHARDS, size), customers.reshape(SHARDS, size)

    def _summed(
        self, column: str, codes: npt.NDArray[np.int64], size: int, *, by_shard: bool
    ) -> tuple[Ints, Ints]:
        """Add up the leads of the distinct values of a column, by their codes."""
        held = self._whole(column)
        if not by_shard:
            found = Grouped(keys=(), leads=held.leads, customers=held.customers)
            return _placed(codes, found, size)
        rows, found = self._value_shards(column)
        places = np.array(found.keys[1], dtype=np.int64) * size + codes[rows]
        leads, customers = _placed(places, found, SHARDS * size)
        return leads.reshape(SHARDS, size), customers.reshape(SHARDS, size)

    def _value_shards(self, column: str) -> tuple[Ints, Grouped]:
        """Count a column's distinct values by shard, once; the first are their rows here."""
        if column not in self._by_shard:
            held = self._whole(column)
            found = self.rows.grouped([held.value, self._shard])
            row_of = {value: row for row, value in enumerate(held.values)}
            if not row_of.keys() >= set(found.keys[0]):
                raise self.rows.changed(f"column `{column}` has new values")
            rows = np.array([row_of[value] for value in found.keys[0]], dtype=np.int64)
            self._by_shard[column] = rows, found
        return self._by_shard[column]

    def _whole(self, column: str) -> Held:
        """Give a column with all its distinct values."""
        held = self.held[column]
        return held if held.is_whole else held.fetched(self.rows)

    def _tell(self, column: str) -> None:
        self.rows.watch(column, list(self.held).index(column), len(self.held))

    @cached_property
    def _totals(self) -> tuple[int, int]:
        if self.rows.leads is not None and self.rows.customers is not None:
            return self.rows.leads, self.rows.customers
        found = self.rows.grouped([])
        return int(found.leads.sum()), int(found.customers.sum())

    @property
    def _lookup(self) -> Lookup:
        return self.rows.connection.lookup

    @property
    def _mark(self) -> str:
        if self.rows.mark is None:
            raise EngineError(
                "A database gives its rows in no order, so folds and resamples need a column that "
                "names each lead: write it into the spec (`leads: {id: COLUMN}`)."
            )
        return self.rows.mark

    @property
    def _shard(self) -> str:
        return f"({self._mark} % {SHARDS})"


def _added(parts: Sequence[Coded], base: int = 0) -> Coded:
    return Coded(
        code=f"({' + '.join([str(base), *(one.code for one in parts)])})",
        joins=tuple(join for one in parts for join in one.joins),
    )


def _placed(places: Ints, found: Grouped, size: int) -> tuple[Ints, Ints]:
    leads, customers = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(leads, places, found.leads)
    np.add.at(customers, places, found.customers)
    return leads, customers
