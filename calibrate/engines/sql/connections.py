"""Who answers: a database that takes SQL and gives small tables back."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from calibrate.engines.sql.phrases import column, text
from calibrate.errors import EngineError, MissingExtraError

if TYPE_CHECKING:
    import pyarrow as pa


class Connection(Protocol):
    """Takes one query in DuckDB's SQL and gives its rows.

    Attributes
    ----------
    engine : str
        In words, for cards and messages: ``DuckDB``.
    """

    @property
    def engine(self) -> str:
        """The engine in words."""

    def ask(self, query: str) -> pa.Table:
        """Answer a query; an `EngineError` says why it cannot be answered."""

    def lookup(self, values: Sequence[str | float], codes: Sequence[int]) -> str:
        """Give a table with columns `v` and `c` that can stand in a query: small, never kept."""

    def kept(self, query: str) -> str:
        """Give a query's rows as a table that is read again and again, where one can be kept."""

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""

    def tables(self) -> tuple[str, ...]:
        """Name the tables and views there are, with their schema where it has to be named."""

    def row_order(self, table: str) -> str | None:
        """Give the place of a table's rows in SQL; None where they have none."""


@dataclass(frozen=True, kw_only=True)
class DuckDBConnection:
    """A DuckDB, in this process.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
    """

    connection: Any = field(repr=False)
    _lookups: set[str] = field(init=False, repr=False, compare=False, default_factory=set)

    engine = "DuckDB"

    @classmethod
    def opened(cls, path: str = ":memory:", *, memory: str | None = None) -> DuckDBConnection:
        """Open a file to read from it, or a database in memory.

        Parameters
        ----------
        path : str
        memory : str, optional
            The most memory DuckDB takes before it turns to the disk: ``600MB``.

        Raises
        ------
        EngineError
            When the file is not there, is locked, or is no database.
        MissingExtraError
            Without the extra ``sql``.
        """
        duckdb = _duckdb()
        in_memory = path == ":memory:"
        # What does not fit into memory is put aside there, not beside the leads; DuckDB removes it.
        aside = Path(tempfile.gettempdir()) / f"calibrate-{os.getpid()}"
        settings: dict[str, Any] = {"temp_directory": str(aside)}
        settings |= {} if memory is None else {"memory_limit": memory}
        try:
            made = cls(connection=duckdb.connect(path, read_only=not in_memory, config=settings))
            made.connection.begin()  # all queries see the tables as they are now
            return made
        except duckdb.Error as fault:
            raise EngineError(f"DuckDB cannot open {path}: {said_by(fault)}") from None

    def ask(self, query: str) -> pa.Table:
        """Answer a query."""
        duckdb = _duckdb()
        try:
            return self.connection.sql(query).to_arrow_table()
        except duckdb.Error as fault:
            raise EngineError(f"DuckDB could not answer: {said_by(fault)}") from None

    def lookup(self, values: Sequence[str | float], codes: Sequence[int]) -> str:
        """Give a table beside the leads: Arrow's, since a long query is slow to read."""
        import pyarrow as pa

        key = hash((tuple(values), tuple(codes)))
        name = f"calibrate_lookup_{key & (2**64 - 1):x}"
        if name not in self._lookups:
            table = pa.table({"v": pa.array(values), "c": pa.array(codes, pa.int64())})
            self.connection.register(name, table)
            self._lookups.add(name)
        return name

    def kept(self, query: str) -> str:
        """Keep a query's rows in a table of this connection alone; no file has it."""
        duckdb = _duckdb()
        name = f"temp.calibrate_kept_{hashlib.md5(query.encode()).hexdigest()}"
        try:
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name[5:]} AS {query}")
        except duckdb.Error as fault:
            raise EngineError(f"DuckDB could not answer: {said_by(fault)}") from None
        return name

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""
        found = self.ask(f"DESCRIBE SELECT * FROM {relation}")
        return tuple(zip(*(found.column(n).to_pylist() for n in (0, 1)), strict=True))

    def tables(self) -> tuple[str, ...]:
        """Name the tables and views there are."""
        found = self.ask(
            "SELECT CASE WHEN table_schema = 'main' THEN '' ELSE table_schema || '.' END || "
            "table_name FROM information_schema.tables ORDER BY table_schema, table_name"
        )
        return tuple(found.column(0).to_pylist())

    def row_order(self, table: str) -> str | None:
        """Give the place of a table's rows in SQL; a view's rows have none."""
        found = self.ask(
            f"SELECT COUNT(*) FROM duckdb_tables() WHERE LOWER(table_name) = LOWER({text(table)})"
        )
        return column("rowid") if found.column(0)[0].as_py() else None


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError(
            "Leads in a database need DuckDB: pip install 'calibrate-leads[sql]'."
        ) from None
    return duckdb


def said_by(fault: Exception) -> str:
    """Give the first line of what an engine says, which names the cause."""
    lines = str(fault).strip().splitlines()
    return lines[0][:300].rstrip(".") + "." if lines else "it gave no reason."
