"""Change a database: statements of which all are kept, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.phrases import quoted, text
from calibrate.engines.sql.relations import name_parts
from calibrate.errors import EngineError, SpecError


@runtime_checkable
class Changing(Connection, Protocol):
    """A connection through which tables and views can be made.

    Attributes
    ----------
    dialect : str
        The SQL that its engine speaks.
    """

    dialect: str

    def in_full(self, source: str) -> str:
        """Give what stands after FROM in the engine's own SQL."""

    def begin(self) -> None:
        """Begin what is kept whole or not at all."""

    def run(self, statement: str) -> None:
        """Run a statement of the engine's own SQL that gives no rows."""

    def keep(self) -> None:
        """Keep what was run since `begin`."""

    def undo(self) -> None:
        """Forget what was run since `begin`."""


@contextmanager
def all_or_nothing(connection: Changing) -> Iterator[None]:
    """Keep what is run inside when all of it worked; forget it otherwise, whatever stopped it.

    Raises
    ------
    EngineError
        When the database refuses.
    """
    connection.begin()
    try:
        yield
        connection.keep()
    except BaseException as fault:
        try:
            connection.undo()
        except EngineError:
            # The connection is gone, and with it what was begun: the first fault tells why.
            raise fault from None
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A table or a view by its whole name, there or not.

    Attributes
    ----------
    database, schema, name : str
        As the engine writes them.
    kind : {"table", "view"} or None
        What stands there; None for nothing.
    """

    database: str
    schema: str
    name: str
    kind: str | None

    @property
    def source(self) -> str:
        """Its name in SQL, whole: a database and a schema in it may have one name."""
        return ".".join(quoted(one) for one in (self.database, self.schema, self.name))


def place_of(connection: Changing, name: str) -> Place:
    """Say which table or view a name means, and whether it is there.

    Parameters
    ----------
    connection : Changing
    name : str
        As the database writes it: ``lead_scores``, ``crm.lead_scores``, or ``"Lead scores"``
        between its quotes.

    Raises
    ------
    SpecError
        When it is no name.
    EngineError
        When the database refuses.
    """
    parts = [_folded(one, connection.dialect) for one in name_parts(name, quotes=True)]
    (database,), (schema,) = (
        one.to_pylist() for one in connection.ask(
            "SELECT CURRENT_DATABASE() AS d, CURRENT_SCHEMA() AS s"
        ).columns
    )  # fmt: skip
    if len(parts) > 3 or (len(parts) == 3 and not _same(parts[0], database, connection.dialect)):
        raise SpecError(
            f"`{name[:60]}` is in another database than the leads; a name is a table's, with its "
            f"schema where that is needed: crm.lead_scores."
        )
    schema = parts[-2] if len(parts) > 1 else schema
    listed = connection.ask(
        f"SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE "
        f"LOWER(table_name) = LOWER({text(parts[-1])}) AND "
        f"LOWER(table_schema) = LOWER({text(schema)}) AND table_catalog = {text(database)}"
    )
    for there, named, kind in zip(*(one.to_pylist() for one in listed.columns), strict=True):
        if _same(there, schema, connection.dialect) and _same(named, parts[-1], connection.dialect):
            found = "view" if kind == "VIEW" else "table"
            return Place(database=database, schema=there, name=named, kind=found)
    return Place(database=database, schema=schema, name=parts[-1], kind=None)


def _folded(part: str, dialect: str) -> str:
    """Give a part of a name as the engine keeps it: one without quotes has no case of its own."""
    if part.startswith('"'):
        return part[1:-1].replace('""', '"')
    return {"postgres": part.lower(), "snowflake": part.upper()}.get(dialect, part)


def _same(one: str, other: str, dialect: str) -> bool:
    """Say whether an engine takes two names for the same."""
    return one.casefold() == other.casefold() if dialect == "duckdb" else one == other
