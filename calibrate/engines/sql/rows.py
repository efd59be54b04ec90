"""The leads that are asked about: which rows of a relation, and who of them is a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import Ints
from calibrate.engines.spelling import AS_IT_STANDS, Spelling
from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.dictionaries import (
    A_CUSTOMER,
    A_LEAD,
    NOT_COUNTED,
    DistinctValues,
    ReadAs,
    Standings,
    begin,
    count_numbers,
    count_texts,
)
from calibrate.engines.sql.watching import Watch, nobody
from calibrate.errors import EngineError
from calibrate.present.numbers import count_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Leads and customers of each combination of keys that there is.

    Attributes
    ----------
    keys : tuple of list
        Per key its values, a row each.
    leads, customers : ndarray of int, shape (k,)
    """

    keys: tuple[list[Any], ...]
    leads: Ints
    customers: Ints


@dataclass(frozen=True, kw_only=True)
class LeadRows:
    """Rows of a relation.

    Attributes
    ----------
    connection : Connection
    source : str
        The relation, as it can stand after FROM; its rows go by the name ``t``.
    where, customer : str
        Conditions: which rows are counted, never NULL, and who of them is a customer, NULL for some
        that are none.
    mark : str or None
        A number for each lead that looks random: see `calibrate.engines.marks.marks_of`.
    created : str or None
        When a lead was created, in whole seconds since 1970; None without such a column.
    open_for : str or None
        Seconds from creation to close, NULL for a lead that has not closed; None where nothing
        tells.
    order : str or None
        The place of a lead among the rows, from 0; None where a database gives them in no order.
    cells : tuple of str
        What else a row holds, in SQL, to see which are alike.
    leads, customers : int or None
        How many there are, as first counted; None before that.
    most : int or None
        How many rows the relation has, counted or not; None where nobody has said.
    files : tuple of Path
        The Parquet files whose rows these are; empty for a table of a database.
    spelling : Spelling
        How their texts write numbers.
    watch : callable
        See `watching`.
    """

    connection: Connection
    source: str
    where: str = "TRUE"
    customer: str = "FALSE"
    mark: str | None = None
    created: str | None = None
    open_for: str | None = None
    order: str | None = None
    cells: tuple[str, ...] = ()
    leads: int | None = None
    customers: int | None = None
    most: int | None = None
    files: tuple[Path, ...] = ()
    spelling: Spelling = AS_IT_STANDS
    watch: Watch = nobody

    def ask(self, query: str) -> list[list[Any]]:
        """Answer a query, column by column."""
        return [column.to_pylist() for column in self.connection.ask(query).columns]

    def begin(self, name: str, read_as: ReadAs) -> None:
        """Begin to count a column of Parquet files, which is asked for next."""
        if self.files:
            begin(self._standings, name, read_as)

    def count_texts(self, name: str) -> DistinctValues | None:
        """Count the texts of a column by the dictionaries of its files; None where it has none."""
        return count_texts(self._standings, name) if self.files else None

    def count_numbers(self, name: str, nothings: Sequence[float] = ()) -> DistinctValues | None:
        """Count the numbers of a column of its files; None where they do not hold it as such."""
        return count_numbers(self._standings, name, nothings) if self.files else None

    @cached_property
    def _standings(self) -> Standings:
        rows = int(self.ask(f"SELECT COUNT(*) FROM {self.source} AS t")[0][0])
        return Standings(files=self.files, rows=rows, look=lambda: self._look(rows))

    def _look(self, rows: int) -> npt.NDArray[np.uint8]:
        """Say of each row of the files, in their order, whether it is counted, and a customer."""
        # Most rows are leads and no customers: the others are told.
        found = self.connection.ask(
            f"SELECT {self.order} AS row, CAST(CASE WHEN {self.where} THEN {A_CUSTOMER} "
            f"ELSE {NOT_COUNTED} END AS UTINYINT) AS standing FROM {self.source} AS t "
            f"WHERE NOT ({self.where}) OR ({self.customer})"
        )
        standings = np.full(rows, A_LEAD, dtype=np.uint8)
        for chunk in found.to_batches():
            # Arrow's own way to an array would load pandas.
            row, standing = map(np.from_dlpack, chunk.columns)
            standings[row] = standing
        return standings

    def grouped(self, keys: Sequence[str], joins: Sequence[str] = (), among: str = "") -> Grouped:
        """Count leads and customers by keys.

        Parameters
        ----------
        keys : sequence of str
        joins : sequence of str
            Small tables beside the relation.
        among : str
            A further condition; with it the counts need not add up to all leads.

        Raises
        ------
        EngineError
            When they do not add up: somebody writes into the table.
        """
        named = "".join(f"{key} AS k{place}, " for place, key in enumerate(keys))
        by = ", ".join(f"k{place}" for place in range(len(keys)))
        condition = f"({self.where}) AND ({among})" if among else self.where
        # Grouped outside, so that no engine takes a name for one of the table's columns.
        found = self.connection.ask(
            f"SELECT {by}{', ' if keys else ''}COUNT(*) AS n, SUM(x) AS x FROM (SELECT {named}"
            f"CASE WHEN {self.customer} THEN 1 ELSE 0 END AS x FROM {self.source} AS t "
            f"{' '.join(joins)} WHERE {condition}) AS g{f' GROUP BY {by}' if keys else ''}"
        )
        *columns, leads, customers = (column.to_pylist() for column in found.columns)
        counted = Grouped(
            keys=tuple(columns),
            leads=np.array(leads, dtype=np.int64),
            customers=np.array([one or 0 for one in customers], dtype=np.int64),
        )
        if not among:
            self._check(counted)
        return counted

    def _check(self, counted: Grouped) -> None:
        found = int(counted.leads.sum()), int(counted.customers.sum())
        if self.leads is not None and found != (self.leads, self.customers):
            raise self.changed(
                f"at first {count_text(self.leads)} leads and {count_text(self.customers or 0)} "
                f"customers were counted, then {count_text(found[0])} and {count_text(found[1])}"
            )

    def changed(self, how: str) -> EngineError:
        """Say that the rows are not what they were when they were read before.

        Parameters
        ----------
        how : str
            What differs.
        """
        if not self.files:
            return EngineError(
                f"The table changed while it was read: {how}. Run it on a copy, or when nobody "
                f"writes."
            )
        one, *more = self.files
        named = f"One of {count_text(1 + len(more))} files" if more else str(one)
        return EngineError(
            f"{named} was read twice, and not alike: {how}. Somebody writes it, or it is damaged: "
            f"run it on a copy, or export the leads again."
        )
