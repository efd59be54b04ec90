"""What is the same of all engines that take our queries in SQL of their own."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.phrases import column, quoted
from calibrate.engines.sql.translation import literals, translated, values_of

if TYPE_CHECKING:
    import pyarrow as pa

_KEPT = re.compile(r"calibrate_kept_\w+")
TELL_TYPES = {"postgres": "CAST(PG_TYPEOF({}) AS VARCHAR)", "snowflake": "SYSTEM$TYPEOF({})"}
"""How some dialects name the type of a value."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere(ABC):
    """A database whose SQL is not DuckDB's."""

    _own: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    _kept: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    @abstractmethod
    def _dialect(self) -> str:
        """Its SQL, as sqlglot names it."""

    def as_source(self, query: str) -> str:
        """Let a query stand after FROM: it is in the engine's own SQL, and is not translated."""
        return self._named(f"calibrate_query_{len(self._own)}", query)

    def in_full(self, source: str) -> str:
        """Give what stands after FROM in the engine's own SQL, a query in its place."""
        name = source.strip('"')
        return f"({self._own[name]}\n)" if name in self._own else source

    def lookup(self, values: Sequence[str | float], codes: Sequence[int]) -> str:
        """Give a table beside the leads, written out once: a long one is slow to translate."""
        name = f"calibrate_lookup_{hash((tuple(values), tuple(codes))) & (2**64 - 1):x}"
        if name in self._own:
            return quoted(name)
        return self._named(name, values_of(literals(values, self._dialect), codes, self._dialect))

    def kept(self, query: str) -> str:
        """Keep a query's text, since nothing may be written: it goes before those that name it."""
        name = f"calibrate_kept_{hashlib.md5(query.encode()).hexdigest()}"
        self._kept[name] = translated(query, self._dialect, self._own)
        return name

    def row_order(self, table: str) -> str | None:  # noqa: ARG002 (as the protocol has it)
        """Rows have no order that would stay."""
        return None

    def _named(self, name: str, query: str) -> str:
        self._own[name] = query
        return quoted(name)

    def _written(self, query: str) -> str:
        """Write a query of ours as the engine wants it."""
        return self._whole(translated(query, self._dialect, self._own))

    def _whole(self, query: str) -> str:
        """Put the kept queries that a query needs before it."""
        needed: set[str] = set()
        waiting = [query]
        while waiting:
            for name in _KEPT.findall(waiting.pop()):
                if name not in needed:
                    needed.add(name)
                    waiting.append(self._kept[name])
        # Each was made after those that it names.
        named = ", ".join(
            f"{name} AS ({self._kept[name]})" for name in self._kept if name in needed
        )
        return f"WITH {named} {query}" if named else query


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


def unanswered(engine: str, said: str, connection: Any) -> str:
    """Say that a database did not answer, and what to do about it.

    Parameters
    ----------
    engine : str
    said : str
        What its driver says.
    connection : Any
        The driver's.
    """
    if getattr(connection, "closed", False):
        return (
            f"The connection to {engine} was lost: {said} Nothing was changed there, and "
            f"nothing is kept of this run; start it again."
        )
    if "permission denied" in said:
        said += " Ask whoever keeps the database for the right to read it."
    return f"{engine} could not answer: {said}"


def as_arrow(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Make a table of rows as a driver gives them."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table([pa.array(_plain(one)) for one in columns], names=list(names))


def _plain(values: Sequence[Any]) -> list[Any]:
    """Take exact decimals, in which some engines add, as the whole numbers that they are."""
    return [int(one) if hasattr(one, "as_tuple") and one == int(one) else one for one in values]
