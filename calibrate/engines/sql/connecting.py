"""Open a database by its URL; who may read it is the engine's own business, never ours to keep."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from calibrate.engines.sql.connections import Connection, DuckDBConnection, said_by
from calibrate.engines.sql.dbapi import DbApiConnection
from calibrate.errors import EngineError, LeadsError, MissingExtraError, SpecError

SHARE_OF_MEMORY = 4
"""Parquet files over one part in so many of this machine's memory are counted by DuckDB."""


def connect(url: str, *, memory: str | None = None, writing: bool = False) -> Connection:
    """Open a database.

    Parameters
    ----------
    url : str
        ``duckdb://crm.db``, or ``postgres://host/database``. A password is better left to the
        engine's own places, such as ``~/.pgpass``; it is in no message and no file.
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
        return DuckDBConnection.opened(place, memory=memory, writing=writing)
    if scheme in ("postgres", "postgresql") and place:
        return _postgres(url, writing=writing)
    raise SpecError(
        f"--connect: `{_without_secrets(url)[:80]}` is of no kind that can be opened here; write "
        f"duckdb://FILE or postgres://HOST/DATABASE. From Python, any driver with DB-API 2 can be "
        f"given (`DbApiConnection`); from elsewhere, export the leads as Parquet."
    )


def is_large(files: tuple[Path, ...]) -> bool:
    """Say whether Parquet files are better counted by DuckDB: they unpack to several times more."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return sum(one.stat().st_size for one in files) > machine // SHARE_OF_MEMORY


def _postgres(url: str, *, writing: bool) -> Connection:
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError(
            "A Postgres is asked through psycopg: pip install 'calibrate-leads[postgres]'."
        ) from None
    try:
        connection = psycopg.connect(url)
        # All queries see the tables as they were at the first.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = not writing
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
