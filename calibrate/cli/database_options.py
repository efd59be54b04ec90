"""Leads that stay in a database, or are too many for memory: what the command line says of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from calibrate.cli.parser import one_of

if TYPE_CHECKING:
    from calibrate.engines.sql.relations import Relation
    from calibrate.logs import Log
    from calibrate.spec import Spec

_ENGINES = ("memory", "duckdb")
_BY_ROW = ("scores", "compare_methods", "scored")
"""Options that need leads one by one, of all commands that take a database."""


def add_database(parser: argparse.ArgumentParser) -> None:
    """Take a database in place of a file."""
    parser.set_defaults(misused=parser.error)
    group = parser.add_argument_group("leads in a database, or larger than memory")
    group.add_argument("--connect", metavar="URL", help="duckdb://crm.db or postgres://host/crm")
    group.add_argument(
        "--table", metavar="NAME", help="of the leads: leads, crm.leads; --events names one too"
    )
    group.add_argument("--query", metavar="SQL", help="a SELECT in place of a table")
    group.add_argument(
        "--engine",
        metavar="ENGINE",
        type=one_of(_ENGINES),
        choices=_ENGINES,
        help="memory or duckdb, for Parquet (default: duckdb when it is large for this machine)",
    )
    group.add_argument("--memory", metavar="SIZE", help="most memory for duckdb: 600MB")


def relation_of(options: argparse.Namespace, spec: Spec) -> Relation | None:
    """Open the relation that a command line means; None where it means leads in memory.

    Raises
    ------
    SpecError
        When options do not go together, or ask of a database what only memory can do.
    """
    from calibrate.engines.sql.connecting import connect
    from calibrate.engines.sql.relations import open_parquet, open_relation
    from calibrate.errors import SpecError

    if options.connect is None:
        if options.table is not None or options.query is not None:
            raise SpecError("--table and --query belong to a database: name it with --connect.")
        if options.leads is None:
            options.misused("name the leads: a file, or a database with --connect and --table")
        if not _by_duckdb(options, spec):
            return None
        _refuse(options)
        return open_parquet(options.leads, memory=options.memory)
    if options.leads is not None:
        raise SpecError(
            f"Leads are read from one place: {options.leads[:60]}, or the database of --connect."
        )
    _refuse(options)
    connection = connect(options.connect, memory=options.memory)
    return open_relation(connection, table=options.table, query=options.query)


def _by_duckdb(options: argparse.Namespace, spec: Spec) -> bool:
    from calibrate.engines.sources import Source
    from calibrate.engines.sql.connecting import is_large
    from calibrate.errors import SpecError

    is_parquet = Path(options.leads).suffix.lower() == ".parquet"
    if options.engine == "duckdb" and not is_parquet:
        raise SpecError(
            f"--engine duckdb: {options.leads[:60]} is no Parquet. DuckDB makes it of a CSV: COPY "
            f"(FROM 'leads.csv') TO 'leads.parquet'; or load it, and use --connect duckdb://FILE."
        )
    if options.engine is not None:
        return bool(options.engine == "duckdb")
    asks_rows = _rows_asked(options) or bool(spec.join) or not _is_parquet(options.events, spec)
    return is_parquet and not asks_rows and is_large(Source.of(Path(options.leads)).files)


def log_of(options: argparse.Namespace, leads: object) -> Log | None:
    """Give the log of a command line: a file, or the table of that name where leads are."""
    from calibrate.engines.sql.relations import Relation, open_relation

    if options.events is None or options.connect is None or not isinstance(leads, Relation):
        return options.events  # type: ignore[no-any-return]
    return open_relation(leads.connection, table=options.events)


def _is_parquet(events: str | None, spec: Spec) -> bool:
    """Say whether the log is Parquet too, where there is one."""
    path = events or (None if spec.events is None else spec.events.path)
    return path is None or Path(path).suffix.lower() == ".parquet"


def _rows_asked(options: argparse.Namespace) -> list[str]:
    """Give the options that need leads one by one."""
    given = vars(options)
    return [f"--{name.replace('_', '-')}" for name in _BY_ROW if given.get(name)]


def _refuse(options: argparse.Namespace) -> None:
    from calibrate.errors import SpecError

    if asked := _rows_asked(options):
        raise SpecError(
            f"{', '.join(asked)}: needs leads in memory. Leave it out; leads in a database are "
            f"scored there, by the view of `calibrate export CARD --to sql`."
        )
