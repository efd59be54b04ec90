"""Parquet files as leads: where their rows stand, and what their folders say of them."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from calibrate.engines.formats import not_parquet
from calibrate.engines.rows import Rows
from calibrate.engines.sources import Source, unreadable
from calibrate.engines.sql.connections import DuckDBConnection
from calibrate.engines.sql.phrases import column, text
from calibrate.engines.sql.relations import OWN, Relation, relation_over
from calibrate.engines.stacked import how_many

OPTIONS = "union_by_name = true, can_have_nan = true"
"""What a file says of its smallest and largest numbers leaves NaN out; DuckDB would believe it."""


def open_parquet(
    path: str | Path, *, memory: str | None = None, connection: DuckDBConnection | None = None
) -> Relation:
    """Look at Parquet files by an embedded DuckDB: they may be larger than memory.

    Parameters
    ----------
    path : path
        A file, or a pattern such as ``parts/*.parquet``.
    memory : str, optional
        The most memory DuckDB takes before it turns to the disk: ``600MB``.
    connection : DuckDBConnection, optional
        One that is open already, such as that of other files.

    Raises
    ------
    LeadsError
        When no file is there, or one is damaged.
    """
    found = Source.of(Path(path))
    order, row_names = places_of(found.files)
    connection = connection or DuckDBConnection.opened(memory=memory)
    connection.files.extend(found.files)
    listed = ", ".join(text(str(one)) for one in found.files)
    partitions = _partitions(found)
    options = (
        f"{OPTIONS}, file_row_number = true, filename = '{OWN}file', "
        f"hive_partitioning = {str(bool(partitions)).lower()}"
    )
    source = f"read_parquet([{listed}], {options})"
    made = relation_over(connection, source, found.path.name, order=order, where=str(found.path))
    above = _keys(_fixed(found.path)) - partitions
    return replace(
        made,
        columns={name: one for name, one in made.columns.items() if name not in above},
        name=found.path.name,
        dated=found.dated,
        files=found.files,
        row_names=row_names,
        remarks=(how_many([one.name for one in found.files]),) if found.is_pattern else (),
    )


def _partitions(source: Source) -> set[str]:
    """Name the columns that folders stand for, as in ``month=2025-01``: under a pattern only."""
    if not source.is_pattern:
        return set()
    fixed = _fixed(source.path)
    return {key for one in source.files for key in _keys(one.parent.relative_to(fixed))}


def _fixed(path: Path) -> Path:
    """Give the folders of a pattern before its first wildcard."""
    parts = path.parent.parts
    magic = next((n for n, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:magic])


def _keys(folder: Path) -> set[str]:
    return {part.partition("=")[0] for part in folder.parts if "=" in part}


def places_of(files: Sequence[Path]) -> tuple[str, Rows]:
    """Give the place of a row over all files, in SQL, and what rows are called by it.

    Raises
    ------
    LeadsError
        When one of them is not there, is damaged, or is no Parquet.
    """
    order = column("file_row_number")
    counts = [_rows_of(one) for one in files]
    if len(files) == 1:
        return order, Rows(first=1)
    starts = accumulate(counts, initial=0)
    arms = "".join(
        f" WHEN {text(str(one))} THEN {start}" for one, start in zip(files, starts, strict=False)
    )
    order = f"({order} + CASE {column(f'{OWN}file')}{arms} END)"
    row_names = Rows.stacked(
        (one.name, count, Rows(first=1)) for one, count in zip(files, counts, strict=True)
    )
    return order, row_names


def _rows_of(path: Path) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = path.open("rb")
    except OSError as fault:
        raise unreadable(path, fault) from None
    with file:
        try:
            return int(parquet.read_metadata(file).num_rows)
        except (pa.ArrowException, OSError) as fault:
            raise not_parquet(str(path), fault) from None
