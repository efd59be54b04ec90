"""Parquet in an object store: DuckDB reads it, with its own extension and its own secrets."""

from __future__ import annotations

import re
from dataclasses import replace

from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.parquet_files import OPTIONS
from calibrate.engines.sql.phrases import text
from calibrate.engines.sql.relations import Relation, relation_over
from calibrate.errors import EngineError, SpecError

_URL = re.compile(r"(s3a?|s3n|gs|gcs|r2|az|azure|abfss?|hf|https?)://.+", re.IGNORECASE)
_AZURE = ("az", "azure", "abfs", "abfss")


def is_in_store(path: str) -> bool:
    """Say whether a path means files of an object store.

    Examples
    --------
    >>> is_in_store("s3://bucket/leads/*.parquet"), is_in_store("leads.parquet")
    (True, False)
    """
    return _URL.fullmatch(path) is not None


def open_store(url: str, *, memory: str | None = None) -> Relation:
    """Look at Parquet of an object store.

    Who may read it is known to DuckDB: by a secret that was made persistent there, or by what its
    extension finds in the environment. Rows have no order, as in a query.

    Parameters
    ----------
    url : str
        ``s3://bucket/leads/*.parquet``.
    memory : str, optional

    Raises
    ------
    SpecError
        When it is no Parquet, or has a password in it.
    EngineError
        When DuckDB lacks the extension, or cannot reach the store.
    """
    shown = url.partition("?")[0][:120]
    if "@" in url.partition("://")[2].partition("/")[0] or "?" in url:
        raise SpecError(
            "A URL of an object store is written without keys; leave those to DuckDB: CREATE "
            "PERSISTENT SECRET, or the environment."
        )
    if not url.lower().endswith(".parquet"):
        raise SpecError(f"{shown}: only Parquet is read from an object store; name *.parquet.")
    connection = DuckDBConnection.opened(memory=memory)
    extension = "azure" if url.lower().startswith(_AZURE) else "httpfs"
    try:
        connection.load(extension)
    except EngineError as fault:
        raise EngineError(
            f"{shown}: DuckDB reads object stores by its extension {extension}, which cannot be "
            f"loaded: {fault} Install it (`INSTALL {extension}` in DuckDB, where there is a "
            f"network), or copy the files here."
        ) from None
    source = f"read_parquet({text(url)}, {OPTIONS}, hive_partitioning = true)"
    made = relation_over(connection, source, shown, where=shown)
    return replace(made, name=shown.rpartition("/")[2])
