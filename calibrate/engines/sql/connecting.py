"""Open a database by its URL; who may read it is the engine's own business, never ours to keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from calibrate.engines.sql.connections import Connection, DuckDBConnection
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.engines.sql.elsewhere import Elsewhere
from calibrate.engines.sql.hiding import host_of, said_without_secrets, without_secrets
from calibrate.engines.sql.spark import SparkConnection
from calibrate.engines.sql.through_ibis import IbisConnection
from calibrate.engines.sql.trial import try_out
from calibrate.errors import EngineError, LeadsError, MissingExtraError, SpecError

_BY_IBIS = ("bigquery", "snowflake")


def connect(where: Any, *, memory: str | None = None, writing: bool = False) -> Connection:
    """Open a database, or take one that is open.

    Parameters
    ----------
    where : str or connection
        ``duckdb://crm.db``, ``postgres://host/database``, ``spark`` for the session of this
        process or the one that Spark is configured to, ``spark://host:7077``,
        ``bigquery://project/dataset``, or ``snowflake://user@account/database/schema``. A password
        is better left to the engine's own places, such as ``~/.pgpass``; it is in no message and no
        file. Else what is open: a connection of duckdb or psycopg, a SparkSession, or any that
        Ibis has.
    memory : str, optional
        The most memory a DuckDB in this process takes: ``600MB``.
    writing : bool
        Whether scores may be written through it (`write_scores`); by default it is only read.

    Raises
    ------
    SpecError
        When the URL is of no kind that can be opened.
    LeadsError
        When there is no such file.
    EngineError
        When the database cannot be opened, or reads values otherwise than those that were tested.
    MissingExtraError
        Without the driver.

    Examples
    --------
    >>> connect("duckdb://:memory:").engine
    'DuckDB'
    >>> import duckdb
    >>> connect(duckdb.connect()).engine
    'DuckDB'
    """
    if not isinstance(where, str):
        return _taken(where)
    scheme, _, place = where.partition("://")
    if scheme == "duckdb" and place:
        if place != ":memory:" and not Path(place).is_file():
            raise LeadsError(f"There is no file {place}. Check the path after `duckdb://`.")
        return DuckDBConnection.opened(place, memory=memory, writing=writing)
    if scheme in ("postgres", "postgresql") and place:
        return _postgres(where, writing=writing)
    if scheme == "spark":
        return SparkConnection.opened(where if place else None)
    if scheme in _BY_IBIS and place:
        return try_out(IbisConnection.opened(where))
    raise SpecError(
        f"--connect: `{without_secrets(where)[:80]}` is of no kind that can be opened here; write "
        f"duckdb://FILE, postgres://HOST/DATABASE, spark, bigquery://PROJECT/DATASET or "
        f"snowflake://USER@ACCOUNT/DATABASE/SCHEMA. From Python, any connection of Ibis can be "
        f"given, and any driver with DB-API 2 (`DbApiConnection`); from elsewhere, export the "
        f"leads as Parquet."
    )


def _taken(where: Any) -> Connection:
    """Take a connection that somebody opened, by the package that made it."""
    if isinstance(where, DuckDBConnection | Elsewhere):
        return where  # type: ignore[return-value]  # Elsewhere is the half of a connection
    packages = {one.__module__.partition(".")[0].lstrip("_") for one in type(where).__mro__}
    take = next((take for package, take in _TAKEN.items() if package in packages), None)
    if take is None:
        raise SpecError(
            f"connect: a {type(where).__name__} is no connection that can be asked; give a URL, a "
            f"connection of duckdb, psycopg or Ibis, a SparkSession, or a `DbApiConnection`."
        )
    return take(where)


def _by_ibis(backend: Any) -> Connection:
    """Take a connection of Ibis; what it has of DuckDB or Spark is asked without it."""
    if backend.name == "duckdb":
        return DuckDBConnection(connection=backend.con)
    if backend.name == "pyspark":
        return SparkConnection(session=backend._session)
    return try_out(IbisConnection(backend=backend))


def _by_psycopg(connection: Any) -> Connection:
    import psycopg

    return DbApiConnection(connection=connection, dialect="postgres", error=psycopg.Error)


_TAKEN: dict[str, Callable[[Any], Connection]] = {
    "duckdb": lambda connection: DuckDBConnection(connection=connection),
    "pyspark": lambda session: SparkConnection(session=session),
    "psycopg": _by_psycopg,
    "ibis": _by_ibis,
}
"""Who takes what a package made."""


def _postgres(url: str, *, writing: bool) -> Connection:
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError(
            "A Postgres is asked through psycopg: pip install 'calibrate-leads[postgres]'."
        ) from None
    try:
        connection = psycopg.connect(url)
    except psycopg.Error as fault:
        said = said_without_secrets(fault, url)
        raise EngineError(f"Postgres at {host_of(url)} cannot be reached: {said}") from None
    # All queries see the tables as they were at the first.
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = not writing
    return _by_psycopg(connection)
