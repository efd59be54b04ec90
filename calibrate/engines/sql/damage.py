"""Which Parquet file a database stumbles over: it does not always say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from calibrate.engines.sql.phrases import text


def damaged_of(files: Sequence[Path], fault: Exception) -> Path | None:
    """Find the damaged file that keeps DuckDB from answering.

    Parameters
    ----------
    files : sequence of Path
        Those that it reads.
    fault : duckdb.Error

    Returns
    -------
    Path or None
        The file that DuckDB names; where it names none, the first that it cannot read through.
        None where something else is wrong.
    """
    import duckdb

    if isinstance(fault, (duckdb.InvalidInputException, duckdb.IOException)):
        return next((one for one in files if _is_named(one, str(fault)) and one.is_file()), None)
    # Of what it finds while it unpacks, DuckDB says neither where nor what kind of fault it is.
    if type(fault) is not duckdb.Error:
        return None
    return next((one for one in files if not _can_be_read(one)), None)


def _is_named(path: Path, said: str) -> bool:
    return f'file "{path}"' in said or f"file ({path})" in said


def _can_be_read(path: Path) -> bool:
    import duckdb

    try:
        with duckdb.connect() as apart:
            everything = f"SELECT MAX(HASH(COLUMNS(*))) FROM read_parquet({text(str(path))})"
            apart.sql(everything).fetchall()
    except duckdb.Error:
        return False
    return True
