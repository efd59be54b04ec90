"""Any database that Python's own way of asking databases (DB-API 2, PEP 249) reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.connections import refusal, said_by
from calibrate.engines.sql.elsewhere import Elsewhere, as_arrow, types_asked, unanswered
from calibrate.engines.sql.phrases import kind_of, text
from calibrate.errors import EngineError

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = {"postgres": "Postgres", "snowflake": "Snowflake"}
_OUR_OWN = ("information_schema", "pg_catalog", "INFORMATION_SCHEMA")


@dataclass(frozen=True, kw_only=True)
class DbApiConnection(Elsewhere):
    """A connection of a driver such as psycopg, with the SQL that its database speaks.

    Attributes
    ----------
    connection : Any
        With `cursor()`, as DB-API 2 has it. Nothing is written through it but scores, when they
        are asked for.
    dialect : {"postgres", "snowflake"}
    error : type
        The driver's own error: ``psycopg.Error``.
    """

    connection: Any = field(repr=False)
    dialect: str
    error: type[Exception]

    @property
    def engine(self) -> str:
        """The engine in words."""
        return _NAMES[self.dialect]

    @property
    def _dialect(self) -> str:
        return self.dialect

    def ask(self, query: str) -> pa.Table:
        """Answer a query."""
        names, rows = self._rows(query)
        # Snowflake writes names in capitals that are not between quotes.
        return as_arrow([name.lower() for name in names], rows)

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""
        names, _ = self._rows(f"SELECT * FROM {relation} AS t LIMIT 0")
        found = types_asked(self, relation, names, self.dialect)
        if self.dialect != "postgres":
            return found
        return tuple((name, one if kind_of(one) else self._plain_type(one)) for name, one in found)

    def _plain_type(self, kind: str) -> str:
        """Give what a type of somebody's own is made of: one of a list of words is a text."""
        _, found = self._rows(
            f"SELECT typtype, format_type(typbasetype, typtypmod) FROM pg_type "
            f"WHERE oid = {text(kind)}::regtype"
        )
        ((sort, base),) = found or [("b", kind)]
        return {"e": "text", "d": str(base)}.get(sort, kind)

    def tables(self, schema: Sequence[str] = ()) -> tuple[str, ...]:  # noqa: ARG002
        """Name the tables and views there are."""
        if self.dialect == "postgres":
            # Materialised views too, and what may not be read: asking for it tells so.
            _, rows = self._rows(
                "SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname AS n "
                "FROM pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace "
                "WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND nspname <> 'information_schema' "
                "AND nspname NOT LIKE 'pg_%' ORDER BY n"
            )
            return tuple(name for (name,) in rows)
        hidden = ", ".join(f"'{one}'" for one in _OUR_OWN)
        found = self.ask(
            f"SELECT CASE WHEN LOWER(table_schema) = 'public' THEN '' ELSE table_schema || '.' END "
            f"|| table_name AS n FROM information_schema.tables "
            f"WHERE table_schema NOT IN ({hidden}) ORDER BY n"
        )
        return tuple(found.column(0).to_pylist())

    def begin(self) -> None:
        """Begin what is kept whole or not at all: drivers do by themselves, unless told not to."""
        if getattr(self.connection, "autocommit", False):
            self.run("BEGIN")

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        try:
            cursor = self.connection.cursor()
            try:
                cursor.execute(statement)
            finally:
                cursor.close()
        except self.error as fault:
            raise EngineError(refusal(self.engine, fault)) from None

    def keep(self) -> None:
        """Keep what was run."""
        self._end("commit")

    def undo(self) -> None:
        """Forget what was run."""
        self._end("rollback")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _end(self, how: str) -> None:
        try:
            getattr(self.connection, how)()
        except self.error as fault:
            raise EngineError(refusal(self.engine, fault)) from None

    def _rows(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            cursor = self.connection.cursor()
            try:
                cursor.execute(self._written(query))
                return [one[0] for one in cursor.description], list(cursor.fetchall())
            finally:
                cursor.close()
        except self.error as fault:
            raise EngineError(unanswered(self.engine, said_by(fault), self.connection)) from None
