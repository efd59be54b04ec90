"""Where a log of events is: beside leads in files, or in their database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from calibrate.engines.sql.parquet_files import open_parquet
from calibrate.engines.sql.relations import Relation, as_table, open_relation
from calibrate.engines.tables import Table
from calibrate.errors import SpecError
from calibrate.eventlog import EventLog
from calibrate.joining import beside
from calibrate.spec import EventsPart

if TYPE_CHECKING:
    import pandas as pd

    from calibrate.engines.sql.connections import DuckDBConnection

LogInMemory: TypeAlias = "str | Path | pd.DataFrame | Table | EventLog"
"""A log of leads in memory: a file or a frame, or what was read of it beside the same leads."""
Log: TypeAlias = "LogInMemory | Relation"
"""A log as it is given; where leads are in a database, a further relation."""


def open_log(
    relation: Relation,
    declared: EventsPart,
    *,
    given: Log | None = None,
    folder: Path | None = None,
) -> Relation:
    """Look at the log of leads in a database: a further table there, or of files a further file.

    Parameters
    ----------
    relation : Relation
        The leads.
    declared : EventsPart
    given : Relation or path, optional
        The log, in place of the one that the spec names.
    folder : Path, optional
        Where files are looked for that do not stand beside the leads.

    Raises
    ------
    SpecError
        When nothing says where the log is, or it is somewhere else than the leads.
    LeadsError
        When it is not there.
    """
    if isinstance(given, Relation):
        if given.connection is not relation.connection:
            raise SpecError(
                f"{given.where}: the log and the leads are held together in their database, so "
                f"both have to be opened by one connection: `open_relation(connection, table=...)`."
            )
        return given
    if relation.files and isinstance(given, str | Path):
        return further_file(relation, Path(given), "the log")
    if given is not None:
        raise SpecError(
            f"{relation.where}: the log of events has to be where the leads are: a table of the "
            f"same database (`events: {{table: NAME}}`)."
        )
    if declared.table is not None and not relation.files:
        return open_relation(relation.connection, table=declared.table)
    if not relation.files:
        raise SpecError(
            f"spec: events: {relation.where} are in a database, so their log has to be a table "
            f"there: `events: {{table: NAME}}`, or --events NAME."
        )
    if declared.path is None:
        raise SpecError("spec: events: name the `path` of the log, or give it as `events`")
    return further_file(relation, beside(as_table(relation), declared.path, folder), "the log")


def in_memory(given: Log | None) -> LogInMemory | None:
    """Refuse a log that is in a database when leads are not.

    Raises
    ------
    SpecError
    """
    if isinstance(given, Relation):
        raise SpecError(
            f"{given.where}: the log is in a database and the leads are not; both have to be in "
            f"one place."
        )
    return given


def further_file(relation: Relation, path: Path, what: str) -> Relation:
    """Look at a further file beside leads in files that DuckDB reads.

    Raises
    ------
    SpecError
        When it is no Parquet.
    """
    if path.suffix.lower() != ".parquet":
        raise SpecError(
            f"DuckDB reads the leads, so it has to read {what} too, and {path.name} is no Parquet. "
            f"Make it of the CSV: COPY (FROM '{path.name[:60]}') TO '{path.stem[:60]}.parquet'; or "
            f"read all in memory (--engine memory)."
        )
    # Nobody else reads files.
    return open_parquet(path, connection=cast("DuckDBConnection", relation.connection))
