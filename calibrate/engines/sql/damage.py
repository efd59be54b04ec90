"""Which Parquet file a database stumbles over: it does not always say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


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
        The file that DuckDB names; else the first that Arrow cannot read either. None where
        something else is wrong.
    """
    import duckdb

    if isinstance(fault, (duckdb.InvalidInputException, duckdb.IOException)):
        return next((one for one in files if _is_named(one, str(fault)) and one.is_file()), None)
    # Of what it finds while it unpacks, DuckDB says neither where nor what kind of fault it is.
    is_of_no_kind = type(fault) is duckdb.Error
    return next((one for one in files if is_of_no_kind and not _can_be_read(one)), None)


def _is_named(path: Path, said: str) -> bool:
    return f'file "{path}"' in said


def _can_be_read(path: Path) -> bool:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    except (pa.ArrowException, OSError, UnicodeError):
        return False
    return True
