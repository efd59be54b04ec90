"""Any database that Python's own way of asking databases (DB-API 2, PEP 249) reaches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.connections import said_by
from calibrate.engines.sql.phrases import column, literal, quoted
from calibrate.engines.sql.translation import translated
from calibrate.errors import EngineError

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = {"postgres": "Postgres", "snowflake": "Snowflake"}
_TYPES = {"postgres": "CAST(PG_TYPEOF({}) AS VARCHAR)", "snowflake": "SYSTEM$TYPEOF({})"}
_KEPT = re.compile(r"calibrate_kept_\w+")
_OUR_OWN = ("information_schema", "pg_catalog", "INFORMATION_SCHEMA")


@dataclass(frozen=True, kw_only=True)
class DbApiConnection:
    """A connection of a driver such as psycopg, with the SQL that its database speaks.

    Attributes
    ----------
    connection : Any
        With `cursor()`, as DB-API 2 has it. Nothing is ever written through it.
    dialect : {"postgres", "snowflake"}
    error : type
        The driver's own error: ``psycopg.Error``.
    """

    connection: Any = field(repr=False)
    dialect: str
    error: type[Exception]
    _kept: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    def engine(self) -> str:
        """The engine in words."""
        return _NAMES[self.dialect]

    def ask(self, query: str) -> pa.Table:
        """Answer a query."""
        import pyarrow as pa

        names, rows = self._rows(self._whole(translated(query, self.dialect)))
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        return pa.table([pa.array(_plain(one)) for one in columns], names=names)

    def lookup(self, values: Sequence[str | float], codes: Sequence[int]) -> str:
        """Give a table beside the leads, written out."""
        rows = ", ".join(
            f"({literal(value)}, {code})" for value, code in zip(values, codes, strict=True)
        )
        return f"(SELECT * FROM (VALUES {rows}) AS l(v, c))"

    def kept(self, query: str) -> str:
        """Keep a query's text, since nothing may be written: it goes before those that name it."""
        name = f"calibrate_kept_{hashlib.md5(query.encode()).hexdigest()}"
        self._kept[name] = translated(query, self.dialect)
        return name

    def _whole(self, query: str) -> str:
        """Put the kept queries that a query needs before it."""
        needed: dict[str, str] = {}
        waiting = [query]
        while waiting:
            for name in _KEPT.findall(waiting.pop()):
                if name not in needed:
                    needed[name] = self._kept[name]
                    waiting.append(self._kept[name])
        # Each was made after those that it names.
        named = ", ".join(f"{name} AS ({needed[name]})" for name in self._kept if name in needed)
        return f"WITH {named} {query}" if named else query

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""
        names, _ = self._rows(translated(f"SELECT * FROM {relation} AS t LIMIT 0", self.dialect))
        kinds = ", ".join(
            f"{_TYPES[self.dialect].replace('{}', column(name))} AS {quoted(f'c{place}')}"
            for place, name in enumerate(names)
        )
        # One row, even of an empty relation.
        found = self.ask(
            f"SELECT {kinds} FROM (SELECT 1 AS one) AS o LEFT JOIN (SELECT * FROM {relation} AS r "
            f"LIMIT 1) AS t ON TRUE"
        )
        return tuple(zip(names, (one[0].as_py() for one in found.columns), strict=True))

    def tables(self) -> tuple[str, ...]:
        """Name the tables and views there are."""
        hidden = ", ".join(f"'{one}'" for one in _OUR_OWN)
        found = self.ask(
            f"SELECT CASE WHEN LOWER(table_schema) = 'public' THEN '' ELSE table_schema || '.' END "
            f"|| table_name AS n FROM information_schema.tables "
            f"WHERE table_schema NOT IN ({hidden}) ORDER BY n"
        )
        return tuple(found.column(0).to_pylist())

    def row_order(self, table: str) -> str | None:  # noqa: ARG002 (as the protocol has it)
        """Rows have no order that would stay."""
        return None

    def _rows(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            cursor = self.connection.cursor()
            try:
                cursor.execute(query)
                return [one[0] for one in cursor.description], list(cursor.fetchall())
            finally:
                cursor.close()
        except self.error as fault:
            raise EngineError(f"{self.engine} could not answer: {said_by(fault)}") from None


def _plain(values: Sequence[Any]) -> list[Any]:
    """Take exact decimals, in which some engines add, as the whole numbers that they are."""
    return [int(one) if hasattr(one, "as_tuple") and one == int(one) else one for one in values]
