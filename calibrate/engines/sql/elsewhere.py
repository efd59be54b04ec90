"""What is the same of all engines that take our queries in SQL of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.phrases import column, literal, quoted
from calibrate.engines.sql.translation import translated

if TYPE_CHECKING:
    import pyarrow as pa

TELL_TYPES = {"postgres": "CAST(PG_TYPEOF({}) AS VARCHAR)", "snowflake": "SYSTEM$TYPEOF({})"}
"""How some dialects name the type of a value."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A database whose SQL is not DuckDB's."""

    _queries: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def as_source(self, query: str) -> str:
        """Let a query stand after FROM: it is in the engine's own SQL, and is not translated."""
        name = f"calibrate_query_{len(self._queries)}"
        self._queries[name] = query
        return quoted(name)

    def lookup(self, values: Sequence[str | float], codes: Sequence[int]) -> str:
        """Give a table beside the leads, written out."""
        rows = ", ".join(
            f"({literal(value)}, {code})" for value, code in zip(values, codes, strict=True)
        )
        return f"(SELECT * FROM (VALUES {rows}) AS l(v, c))"

    def row_order(self, table: str) -> str | None:  # noqa: ARG002 (as the protocol has it)
        """Rows have no order that would stay."""
        return None

    def _written(self, query: str, dialect: str) -> str:
        """Write a query of ours as the engine wants it."""
        return translated(query, dialect, self._queries)


def types_asked(
    connection: Connection, relation: str, names: Sequence[str], dialect: str
) -> tuple[tuple[str, str], ...]:
    """Give the names and types of a relation's columns, of which the names are known."""
    kinds = ", ".join(
        f"{TELL_TYPES[dialect].replace('{}', column(name))} AS {quoted(f'c{place}')}"
        for place, name in enumerate(names)
    )
    # One row, even of an empty relation.
    found = connection.ask(
        f"SELECT {kinds} FROM (SELECT 1 AS one) AS o LEFT JOIN (SELECT * FROM {relation} AS r "
        f"LIMIT 1) AS t ON TRUE"
    )
    return tuple(zip(names, (one[0].as_py() for one in found.columns), strict=True))


def as_arrow(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Make a table of rows as a driver gives them."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table([pa.array(_plain(one)) for one in columns], names=list(names))


def _plain(values: Sequence[Any]) -> list[Any]:
    """Take exact decimals, in which some engines add, as the whole numbers that they are."""
    return [int(one) if hasattr(one, "as_tuple") and one == int(one) else one for one in values]
