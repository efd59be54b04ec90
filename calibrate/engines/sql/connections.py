"""Who answers: a database that takes SQL and gives small tables back."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from calibrate.engines.formats import not_parquet
from calibrate.engines.sql.damage import damaged_of
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

    def as_source(self, query: str) -> str:
        """Let a query in the engine's own SQL stand after FROM."""

    def tables(self, schema: Sequence[str] = ()) -> tuple[str, ...]:
        """Name the tables and views there are, with their schema where it has to be named.

        Where a database has too many to name them all, those of `schema`.
        """

    def row_order(self, table: str) -> str | None:
        """Give the place of a table's rows in SQL; None where they have none."""


@dataclass(frozen=True, kw_only=True)
class DuckDBConnection:
    """A DuckDB, in this process.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
    is_ours : bool
        Whether it was opened here, and stands in a transaction of our own: all queries see the
        tables as they were when it began.
    files : list of Path
        The Parquet files that were looked at by it, of which one may be damaged.
    """

    connection: Any = field(repr=False)
    is_ours: bool = False
    files: list[Path] = field(init=False, repr=False, compare=False, default_factory=list)
    _lookups: set[str] = field(init=False, repr=False, compare=False, default_factory=set)

    engine = "DuckDB"
    dialect = "duckdb"

    @classmethod
    def opened(
        cls, path: str = ":memory:", *, memory: str | None = None, writing: bool = False
    ) -> DuckDBConnection:
        """Open a file to read from it, or a database in memory.

        Parameters
        ----------
        path : str
        memory : str, optional
            The most memory DuckDB takes before it turns to the disk: ``600MB``.
        writing : bool
            Whether tables and views may be made in the file.

        Raises
        ------
        EngineError
            When the file is not there, is locked, or is no database.
        MissingExtraError
            Without the extra ``sql``.
        """
        duckdb = _duckdb()
        read_only = path != ":memory:" and not writing
        # What does not fit into memory is put aside there, not beside the leads; DuckDB removes it.
        aside = Path(tempfile.gettempdir()) / f"calibrate-{os.getpid()}"
        settings: dict[str, Any] = {"temp_directory": str(aside)}
        settings |= {} if memory is None else {"memory_limit": memory}
        try:
            opened = duckdb.connect(path, read_only=read_only, config=settings)
            opened.begin()
            return cls(connection=opened, is_ours=True)
        except duckdb.Error as fault:
            said = said_by(fault)
            raise EngineError(f"DuckDB cannot open {path}: {_locked(said) or said}") from None

    def ask(self, query: str) -> pa.Table:
        """Answer a query."""
        with self._answering():
            return self.connection.sql(query).to_arrow_table()

    def load(self, extension: str) -> None:
        """Load one of DuckDB's extensions; it is not fetched: that is for its user to ask for.

        Raises
        ------
        EngineError
        """
        duckdb = _duckdb()
        try:
            self.connection.load_extension(extension)
        except duckdb.Error as fault:
            raise EngineError(said_by(fault)) from None

    def lookup(self, values: Sequence[str | float], codes: Sequence[int]) -> str:
        """Give a table beside the leads: Arrow's, since a long query is slow to read."""
        import pyarrow as pa

        key = hash((tuple(values), tuple(codes)))
        name = f"calibrate_lookup_{key & (2**64 - 1):x}"
        if name not in self._lookups:
            table = pa.table({"v": pa.array(values), "c": pa.array(codes, pa.int64())})
            with _interruptible():
                self.connection.register(name, table)
            self._lookups.add(name)
        return name

    def kept(self, query: str) -> str:
        """Keep a query's rows in a table of this connection alone; no file has it."""
        name = f"temp.calibrate_kept_{hashlib.md5(query.encode()).hexdigest()}"
        with self._answering():
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name[5:]} AS {query}")
        return name

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""
        found = self.ask(f"DESCRIBE SELECT * FROM {relation}")
        return tuple(zip(*(found.column(n).to_pylist() for n in (0, 1)), strict=True))

    def as_source(self, query: str) -> str:
        """Let a query stand after FROM; a remark at its end goes no further."""
        return f"({query}\n)"

    def in_full(self, source: str) -> str:
        """Give what stands after FROM in DuckDB's SQL, which it is in."""
        return source

    def tables(self, schema: Sequence[str] = ()) -> tuple[str, ...]:  # noqa: ARG002
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

    def begin(self) -> None:
        """Begin what is kept whole or not at all; one opened here has begun already."""
        if not self.is_ours:
            self.run("BEGIN TRANSACTION")

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        duckdb = _duckdb()
        try:
            with _interruptible():
                self.connection.execute(statement)
        except duckdb.Error as fault:
            raise EngineError(refusal(self.engine, fault)) from None

    def keep(self) -> None:
        """Keep what was run."""
        self.run("COMMIT")
        self._begin_again()

    def undo(self) -> None:
        """Forget what was run."""
        self.run("ROLLBACK")
        self._begin_again()

    def close(self) -> None:
        """Close the file: others may open it then."""
        self.connection.close()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Say why a query is not answered, and which file is damaged where one is."""
        duckdb = _duckdb()
        try:
            with _interruptible():
                yield
        except duckdb.Error as fault:
            damaged = damaged_of(self.files, fault)
            if damaged is not None:
                raise not_parquet(str(damaged), fault) from None
            raise EngineError(f"DuckDB could not answer: {said_by(fault)}") from None

    def _begin_again(self) -> None:
        if self.is_ours:
            self.run("BEGIN TRANSACTION")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C stop a query as it stops anything else: DuckDB tells it as a fault of its own."""
    try:
        yield
    except Exception as fault:
        if "KeyboardInterrupt" in str(fault) or str(fault) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise


def _locked(said: str) -> str | None:
    """Say in our words that a file is open elsewhere, and by which process."""
    if "different configuration" in said:
        return (
            "it is open in this program already, and otherwise than asked for now. Close that "
            "connection first (`connection.close()`), or open it once, for all that is to be done."
        )
    if "lock on file" not in said:
        return None
    process = re.search(r" \(PID \d+\)", said)
    return (
        f"another program has the file open{process[0] if process else ''}. DuckDB lets one "
        f"program write, or several read: close it there and try again, or take a copy of the file."
    )


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


def refusal(engine: str, fault: Exception) -> str:
    """Say that an engine would not change a table, and what to do where it may only be read."""
    said = f"{engine} could not write: {said_by(fault)}"
    if "read-only" in said:
        said += " Open it with `connect(URL, writing=True)`."
    return said
