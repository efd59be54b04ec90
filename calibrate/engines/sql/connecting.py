"""Open a database by its URL; who may read it is the engine's own business, never ours to keep."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from calibrate.engines.sql.connections import Connection, DuckDBConnection, said_by
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.errors import EngineError, LeadsError, MissingExtraError, SpecError


def connect(url: str, *, memory: str | None = None) -> Connection:
    """Open a database.

    Parameters
    ----------
    url : str
        ``duckdb://crm.db``, or ``postgres://host/database``. A password is better left to the
        engine's own places, such as ``~/.pgpass``; it is in no message and no file.
    memory : str, optional
        The most memory a DuckDB in this process takes: ``600MB``.

    Raises
    ------
    SpecError
        When the URL is of no kind that can be opened.
    LeadsError
        When there is no such file.
    EngineError
        When the database cannot be opened.
    MissingExtraError
        Without the driver.

    Examples
    --------
    >>> connect("duckdb://:memory:").engine
    'DuckDB'
    """
    scheme, _, place = url.partition("://")
    if scheme == "duckdb" and place:
        if place != ":memory:" and not Path(place).is_file():
            raise LeadsError(f"There is no file {place}. Check the path after `duckdb://`.")
        return DuckDBConnection.opened(place, memory=memory)
    if scheme in ("postgres", "postgresql") and place:
        return _postgres(url)
    raise SpecError(
        f"--connect: `{_without_secrets(url)[:80]}` is of no kind that can be opened here; write "
        f"duckdb://FILE or postgres://HOST/DATABASE. From Python, any driver with DB-API 2 can be "
        f"given (`DbApiConnection`); from elsewhere, export the leads as Parquet."
    )


def _postgres(url: str) -> Connection:
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError(
            "A Postgres is asked through psycopg: pip install 'calibrate-leads[postgres]'."
        ) from None
    try:
        connection = psycopg.connect(url)
        # All queries see the tables as they were at the first, and nothing can be written.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
    except psycopg.Error as fault:
        said = said_by(fault)
        secret = urlsplit(url).password
        said = said.replace(secret, "...") if secret else said
        raise EngineError(
            f"Postgres at {urlsplit(url).hostname or 'this machine'} cannot be reached: {said}"
        ) from None
    return DbApiConnection(connection=connection, dialect="postgres", error=psycopg.Error)


def _without_secrets(url: str) -> str:
    """Give a URL without user and password."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
