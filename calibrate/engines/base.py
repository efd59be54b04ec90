"""The verbs every engine has, and the small tables it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from calibrate.levels import Levels

SHARDS = 200
"""Leads fall into this many shards by the md5 of their id, the same ones on every engine."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What a column holds, over the counted leads.

    Attributes
    ----------
    name : str
    holds : {"text", "boolean", "number"}
        ``number`` when every value there is reads as one.
    missing : int
        Leads without a value.
    distinct : int
        Different values, spellings counted apart.
    decimal_comma : bool or None
        Whether the commas of its texts are decimal ones; None where it has none to be read.
    """

    name: str
    holds: Literal["text", "boolean", "number"]
    missing: int
    distinct: int
    decimal_comma: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCounts:
    """Leads and customers of each distinct text of a column.

    Attributes
    ----------
    values : tuple of str
        The texts as they stand in the table, in no promised order.
    leads, customers : ndarray of int, shape (k + 1,) or (200, k + 1)
        Per value, the last entry for leads without one; by shard when asked.
    """

    values: tuple[str, ...]
    leads: Ints
    customers: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class BandCounts:
    """Leads and customers of each band of a number.

    Attributes
    ----------
    leads, customers : ndarray of int, shape (k + 2,) or (200, k + 2)
        Per band between k cut points, the last entry for leads without a number; by shard when
        asked.
    """

    leads: Ints
    customers: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPoints:
    """What each level of a column is worth.

    Attributes
    ----------
    column : str
    levels : Levels
        How a value finds its level.
    points : tuple of int
        Per level.
    otherwise : int
        For a value never seen.
    """

    column: str
    levels: Levels
    points: tuple[int, ...]
    otherwise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most points that some columns may add together."""

    columns: frozenset[str]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """How many of some conditions must hold; each is worth 1 where it does, else 0."""

    conditions: tuple[ColumnPoints, ...]
    at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """All that is needed to score a lead, and to say where it stands.

    Attributes
    ----------
    base : int
        What every lead starts from.
    columns : tuple of ColumnPoints
        Those that can change a score.
    caps : tuple of Cap
        No column is under two.
    fit, engagement : frozenset of str
        Columns that say who a lead is, and what it does; a cap's columns are all in one of them,
        or all in none.
    vetoes, must_contact : tuple of ColumnPoints
        Conditions: worth 1 where one holds.
    gates : tuple of Needs
    prefix : ColumnPoints or None
        The digit shown before a score.
    """

    base: int
    columns: tuple[ColumnPoints, ...]
    caps: tuple[Cap, ...] = ()
    fit: frozenset[str] = frozenset()
    engagement: frozenset[str] = frozenset()
    vetoes: tuple[ColumnPoints, ...] = ()
    gates: tuple[Needs, ...] = ()
    must_contact: tuple[ColumnPoints, ...] = ()
    prefix: ColumnPoints | None = None

    @property
    def conditions(self) -> tuple[ColumnPoints, ...]:
        """Every condition: of vetoes, then must-contact levels, then gates."""
        of_gates = (one for gate in self.gates for one in gate.conditions)
        return (*self.vetoes, *self.must_contact, *of_gates)

    @property
    def parts(self) -> int:
        """How many columns and conditions are looked up for a lead."""
        return len(self.columns) + len(self.conditions)

    @property
    def needed(self) -> frozenset[str]:
        """Every column that must be there."""
        prefix = () if self.prefix is None else (self.prefix,)
        return frozenset(one.column for one in (*self.columns, *self.conditions, *prefix))


BY_POINTS, MUST_CONTACT, OUT = 0, 1, 2
"""Where a lead stands: its points decide; it must be contacted; from 2 on it is out, by the veto or
gate of this number, vetoes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCounts:
    """Leads and customers of each distinct outcome of scoring.

    Attributes
    ----------
    scores, fit, engagement, standing, leads, customers : ndarray of int, shape (k,)
        Ascending by the first four together.
    """

    scores: Ints
    fit: Ints
    engagement: Ints
    standing: Ints
    leads: Ints
    customers: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCounts:
    """Leads and customers of each distinct score, scores rising.

    Attributes
    ----------
    scores, leads, customers : ndarray of int, shape (k,)
    """

    scores: Ints
    leads: Ints
    customers: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCounts:
    """Leads and customers of levels that are known beforehand.

    Attributes
    ----------
    leads, customers : ndarray of int, shape (k,) or (200, k)
        Per level; by shard when asked. Leads whose value is on no level are in none.
    """

    leads: Ints
    customers: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnValues:
    """The value of each level of a column; 0 for a level without points."""

    column: str
    levels: Levels
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """Rows of values among leads.

    These are the distinct ones in ascending order; but of very many leads, nearly all of which
    differ, each may have a row of its own, in the order of the leads.

    Attributes
    ----------
    places : ndarray of int, shape (columns, k)
        The place of each value among the different ones of its column.
    worths : tuple of tuple of float
        By column, the different values, rising.
    leads, customers : ndarray of int, shape (k,)
    """

    places: npt.NDArray[np.integer]
    worths: tuple[tuple[float, ...], ...]
    leads: Ints
    customers: Ints

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The rows, shape (k, columns)."""
        found = np.empty(self.places.shape)
        for worth, places, row in zip(self.worths, self.places, found, strict=True):
            row[:] = np.array(worth).take(places)
        return found.T

    @classmethod
    def of(cls, values: npt.NDArray[np.float64], leads: Ints, customers: Ints) -> Profiles:
        """Take rows as they are.

        Examples
        --------
        >>> rows = np.array([[0.5, 2.0], [0.0, 2.0]])
        >>> found = Profiles.of(rows, np.array([3, 4]), np.array([0, 1]))
        >>> found.places.tolist(), found.worths, found.values.tolist()
        ([[1, 0], [0, 0]], ((0.0, 0.5), (2.0,)), [[0.5, 2.0], [0.0, 2.0]])
        """
        found = [np.unique(column, return_inverse=True) for column in values.T]
        places = np.array([places for _, places in found], dtype=np.int32)
        return cls(
            places=places.reshape(values.shape[::-1]),
            worths=tuple(tuple(worth.tolist()) for worth, _ in found),
            leads=leads,
            customers=customers,
        )

    def columns(self, some: Sequence[int]) -> Profiles:
        """Keep some of the columns."""
        worths = tuple(self.worths[one] for one in some)
        return replace(self, places=self.places[list(some)], worths=worths)

    def rows(self, some: slice) -> Profiles:
        """Keep some of the rows."""
        return replace(
            self,
            places=self.places[:, some],
            leads=self.leads[some],
            customers=self.customers[some],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardProfiles:
    """The distinct rows of points among leads, by shard, in ascending order.

    Attributes
    ----------
    points : ndarray of int, shape (k, columns)
    shards : ndarray of int, shape (k,)
        From 0 to under 200.
    leads, customers : ndarray of int, shape (k,)
    """

    points: Ints
    shards: Ints
    leads: Ints
    customers: Ints


class CountingEngine(Protocol):
    """An engine over the counted leads of a table."""

    def describe(self) -> tuple[ColumnProfile, ...]:
        """Say what each column holds."""

    def count_values(self, column: str, *, by_shard: bool = False) -> ValueCounts:
        """Count leads and customers per distinct text of a column."""

    def cut_points(self, column: str, parts: int) -> tuple[float, ...]:
        """Give the rising cut points of a number: quantiles, and heavy atoms in bands of their own.

        A cut begins a band; the smallest value is no cut. The j-th quantile is the smallest value
        with at least j/parts of the numbers at or below it; a value on more than 1/parts of the
        leads is an atom.
        """

    def count_bands(
        self, column: str, edges: Sequence[float], *, by_shard: bool = False
    ) -> BandCounts:
        """Count leads and customers per band of a number."""

    def count_levels(self, column: str, levels: Levels, *, by_shard: bool = False) -> LevelCounts:
        """Count leads and customers per level of a card."""

    def count_shards(self) -> tuple[Ints, Ints]:
        """Count leads and customers per shard."""

    def joint_profiles(self, columns: Sequence[ColumnValues], most: int) -> Profiles:
        """Give the distinct rows of values with their leads and customers.

        Above `most` leads: of all customers, and of others in as many shards as fit beside them.
        """

    def shard_profiles(self, card: Sequence[ColumnPoints], most: int) -> ShardProfiles:
        """Give each shard's distinct rows of points with their leads and customers.

        What a column's points stand for is the caller's business: numbers of levels, say. Above
        `most` leads: of an equal part of every shard, `most` leads in expectation. With h the
        first 8 hex digits of md5(id), a lead's shard is h mod 200, and it is in the part when
        h // 200 lies under ``most / leads * (2**32 // 200)``.
        """

    def tally_scores(self, card: Sequence[ColumnPoints], base: int) -> ScoreCounts:
        """Count leads and customers per score."""

    def tally_standings(self, scoring: Scoring) -> StandingCounts:
        """Count leads and customers per score, fit, engagement and standing."""
