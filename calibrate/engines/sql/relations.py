"""Leads in a database before anybody knows what they mean: a table, a query, or Parquet files."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from calibrate.engines.columns import Column
from calibrate.engines.delimited import check_names
from calibrate.engines.rows import Rows
from calibrate.engines.spelling import AS_IT_STANDS, Spelling
from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.held import hold
from calibrate.engines.sql.phrases import (
    EXACT,
    Kind,
    as_value,
    column,
    kind_of,
    mark,
    quoted,
)
from calibrate.engines.sql.rows import LeadRows
from calibrate.engines.sql.watching import TellsParts, Watch, nobody
from calibrate.engines.streams import digest_of
from calibrate.engines.tables import Table
from calibrate.errors import LeadsError, NoRowsError, SpecError, did_you_mean

_PART = re.compile(r'"(?:[^"]|"")+"|[^\s."\';(),]+')
_NAME = re.compile(rf"(?:{_PART.pattern})(?:\.(?:{_PART.pattern}))*")
_DEFAULTS = (["main"], ["public"], ["PUBLIC"])
"""Schemas that need not be named."""
OWN = "calibrate_"
"""Begins the names that are put beside a relation's own columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationColumn:
    """A column as its relation has it.

    Attributes
    ----------
    name : str
    kind : str
        How it is read; see `phrases`.
    """

    name: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Relation:
    """Leads that stay where they are.

    Attributes
    ----------
    connection : Connection
    source : str
        What stands after FROM.
    name : str
        Short name for files and pages: ``leads in DuckDB``.
    where : str
        Name for messages.
    columns : mapping of str to RelationColumn
        Those that can be read, in order.
    unusable : mapping of str to str
        The others, and why.
    leads : int
        How many rows there are.
    condition : str
        Which of them have any value at all.
    order : str or None
        The place of a row, from 0; None where the database gives rows in no order.
    dated : date or None
        The day files were last written.
    files : tuple of Path
        Those it stands in, if any.
    row_names : Rows
        What rows are called by their place.
    remarks : tuple of str
        What is to be said about its files.
    spelling : Spelling
        How its texts write numbers.
    copied : tuple of Path
        The text tables that `files` are a copy of.
    watch : callable
        See `watching`.
    """

    connection: Connection
    source: str
    name: str
    where: str
    columns: Mapping[str, RelationColumn]
    unusable: Mapping[str, str]
    leads: int
    condition: str = "TRUE"
    order: str | None = None
    dated: dt.date | None = None
    files: tuple[Path, ...] = ()
    row_names: Rows = field(default_factory=lambda: Rows(first=1))
    remarks: tuple[str, ...] = ()
    spelling: Spelling = AS_IT_STANDS
    copied: tuple[Path, ...] = ()
    watch: Watch = nobody

    @property
    def rows(self) -> LeadRows:
        """All of its rows."""
        return LeadRows(
            connection=self.connection,
            source=self.source,
            where=self.condition,
            order=self.order,
            files=self.files,
            spelling=self.spelling,
            watch=self.watch,
        )

    @cached_property
    def fingerprint(self) -> str:
        """What tells these leads from all others, whoever of them teaches and in whatever order.

        The SHA-256 of its files, one after the other; in a database that of its columns' names,
        of how many rows there are, and of the sum of a mark of each row over all its values.
        """
        files = self.copied or self.files
        if files:
            return digest_of(files)
        found = self.rows.ask(
            f"SELECT COUNT(*) AS n, SUM({mark(self._whole_row)}) AS m FROM {self.source} AS t "
            f"WHERE {self.condition}"
        )
        rows, marks = (int(one[0]) for one in found)
        told = repr((tuple(self.columns), rows, marks)).encode()
        return f"sha256:{hashlib.sha256(told).hexdigest()}"

    @property
    def _whole_row(self) -> str:
        """Write all values of a row one after the other, in SQL; none is another than a text."""
        values = (as_value(one.kind, one.name) for one in self.columns.values())
        return " || ".join(
            f"CASE WHEN {one} IS NULL THEN '0' ELSE '1' || CAST({one} AS VARCHAR) END || CHR(31)"
            for one in values
        )


class RelationColumns(Mapping[str, Column]):
    """A relation's columns, brought here when first looked at: a row each distinct value."""

    def __init__(self, relation: Relation, known: Mapping[str, Column] | None = None) -> None:
        self._relation = relation
        self._known = dict(known or {})

    def __getitem__(self, name: str) -> Column:
        if name not in self._known:
            found = self._relation.columns[name]
            self._known[name] = hold(self._relation.rows, found.name, found.kind).column
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._relation.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._relation.columns)

    def __len__(self) -> int:
        return len(self._relation.columns)


_Leads = TypeVar("_Leads")


def watched(leads: _Leads, progress: object) -> _Leads:
    """Let a progress that shows parts be told which column is asked about; others are left out.

    Parameters
    ----------
    leads : Relation or other
        What is no relation comes back as it is.
    progress : callable
    """
    if isinstance(leads, Relation) and isinstance(progress, TellsParts):
        return replace(leads, watch=progress.part)
    return leads


def as_table(relation: Relation) -> Table:
    """See a relation as a table whose columns come when they are looked at."""
    return Table(
        name=relation.name,
        where=relation.where,
        columns=RelationColumns(relation),
        rows=relation.leads,
        unusable=relation.unusable,
        digest="",
        dated=relation.dated,
        row_names=relation.row_names,
        remarks=relation.remarks,
    )


def open_relation(
    connection: Connection, *, table: str | None = None, query: str | None = None
) -> Relation:
    """Look at a table or a query of a database.

    Parameters
    ----------
    connection : Connection
    table : str, optional
        As the database writes it: ``leads``, ``crm.leads``, or ``"Leads 2026"`` between its quotes.
    query : str, optional
        A SELECT, in its place.

    Raises
    ------
    SpecError
        When neither or both are given, or the table's name is none.
    LeadsError
        When there is no such table, with names that are near, or it has no rows.
    EngineError
        When the database refuses.
    """
    if (table is None) == (query is None):
        raise SpecError("Name the leads' `table`, or give a `query` in its place; one of the two.")
    if query is not None:
        return relation_over(connection, connection.as_source(query.strip().rstrip(";")), "a query")
    parts = name_parts(str(table))
    known = connection.tables(parts[:-1])
    names = [".".join(parts[-2:])]
    names += parts[-1:] if parts[-2:-1] in _DEFAULTS else []
    same = [one for one in known if one.casefold() in map(str.casefold, names)]
    if not same:
        raise LeadsError(
            f"{connection.engine} has no table `{names[-1][:60]}`; {did_you_mean(names[-1], known)}"
        )
    if not set(names) & set(same):  # the database writes it another way
        parts[-1] = same[0][-len(parts[-1]) :]
        if len(same[0]) > len(parts[-1]):
            parts[-2] = same[0][: len(parts[-2])]
    source = ".".join(quoted(one) for one in parts)
    order = connection.row_order(parts[-1])
    return relation_over(connection, source, str(table), order=order)


def relation_over(
    connection: Connection,
    source: str,
    name: str,
    *,
    order: str | None = None,
    where: str | None = None,
) -> Relation:
    """Look at what can stand after FROM.

    Parameters
    ----------
    connection : Connection
    source : str
    name : str
    order : str, optional
        The place of a row.
    where : str, optional
        Of files: their name for messages.
    """
    named = f"{name} in {connection.engine}"
    listed = [
        (one, kind)
        for one, kind in connection.columns(source)
        if one not in ("file_row_number", f"{OWN}file") or where is None
    ]
    check_names([one for one, _ in listed], where=where or named)
    columns, unusable = _readable(listed)
    if not columns:
        raise LeadsError(f"{where or named} has no column that can be read.")
    rows = LeadRows(connection=connection, source=source)
    condition = " OR ".join(f"{column(one)} IS NOT NULL" for one, _ in listed)
    # What a file says of a column answers the first without reading the column.
    leads, filled = _filled(rows, column(listed[0][0]))
    if filled < leads:
        leads, filled = _filled(rows, f"CASE WHEN {condition} THEN 1 END")
    if not filled:
        fix = "Export the leads again" if where else "Look at what the table or query gives"
        raise NoRowsError(f"{where or named} has columns but no rows. {fix}.")
    return Relation(
        connection=connection,
        source=source,
        name=named,
        where=where or named,
        columns=_exact(rows, columns),
        unusable=unusable,
        leads=int(filled),
        condition="TRUE" if leads == filled else f"({condition})",
        order=order,
    )


def _filled(rows: LeadRows, value: str) -> tuple[int, int]:
    """Count all rows, and those that have a value: mostly the first column tells for all."""
    found = rows.ask(f"SELECT COUNT(*) AS n, COUNT({value}) AS f FROM {rows.source} AS t")
    leads, filled = (int(one[0]) for one in found)
    return leads, filled


def _readable(
    listed: Sequence[tuple[str, str]],
) -> tuple[dict[str, RelationColumn], dict[str, str]]:
    columns: dict[str, RelationColumn] = {}
    unusable: dict[str, str] = {}
    for name, column_type in listed:
        kind, trimmed = kind_of(column_type), name.strip()
        if not trimmed:
            unusable["a column"] = "it has no name"
        elif kind is None:
            unusable[trimmed] = (
                f"its values are neither texts, numbers, dates nor yes and no "
                f"({column_type[:40].lower()})"
            )
        else:
            columns[trimmed] = RelationColumn(name=name, kind=kind)
    return columns, unusable


def _exact(rows: LeadRows, columns: Mapping[str, RelationColumn]) -> dict[str, RelationColumn]:
    """Read whole numbers that a float would blur as the ids that they are."""
    whole = [one for one in columns.values() if one.kind == "whole"]
    if not whole:
        return dict(columns)
    ends = [
        f"MAX(ABS(CAST({column(one.name)} AS DOUBLE))) AS e{place}"
        for place, one in enumerate(whole)
    ]
    largest = rows.ask(f"SELECT {', '.join(ends)} FROM {rows.source} AS t")
    blurred = {one.name for one, (end,) in zip(whole, largest, strict=True) if end and end > EXACT}
    return {
        name: RelationColumn(name=one.name, kind="text") if one.name in blurred else one
        for name, one in columns.items()
    }


def name_parts(table: str, *, quotes: bool = False) -> list[str]:
    """Take a table's name apart.

    Parameters
    ----------
    table : str
    quotes : bool
        Leave the parts that stand between quotes there.

    Raises
    ------
    SpecError
        When it is no name.

    Examples
    --------
    >>> name_parts('crm."Leads 2026"'), name_parts('crm."Leads 2026"', quotes=True)
    (['crm', 'Leads 2026'], ['crm', '"Leads 2026"'])
    """
    if not _NAME.fullmatch(table.strip()):
        raise SpecError(
            f"`{table[:60]}` is no name of a table; write it as the database does: leads, "
            f'crm.leads, or "Leads 2026" between its quotes.'
        )
    parts = _PART.findall(table.strip())
    if quotes:
        return parts
    return [one[1:-1].replace('""', '"') if one.startswith('"') else one for one in parts]
