"""Leads that stay in a database, or are too many for memory: what the command line says of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from calibrate.cli.parser import one_of

if TYPE_CHECKING:
    from calibrate.engines.sql.relations import Relation
    from calibrate.logs import Log
    from calibrate.spec import Spec

_ENGINES = ("memory", "duckdb")
_WAYS = ("view", "table")
_OF_A_DATABASE = ("table", "query", "memory", "to", "as", "replace", "prefix")
_BY_ROW = ("scores", "compare_methods", "scored", "notebook", "explain", "since", "sheet")
"""Options that need leads one by one, of all commands that take a database."""


def add_database(parser: argparse.ArgumentParser) -> None:
    """Take a database in place of a file, or Parquet files that DuckDB counts."""
    parser.set_defaults(misused=parser.error)
    group = parser.add_argument_group("leads in a database, or larger than memory")
    _add_connection(group)
    group.add_argument(
        "--engine",
        metavar="ENGINE",
        type=one_of(_ENGINES),
        choices=_ENGINES,
        help="memory or duckdb, for Parquet and CSV (default: duckdb when large for this machine)",
    )
    group.add_argument("--memory", metavar="SIZE", help="most memory for duckdb: 600MB")


def add_written(parser: argparse.ArgumentParser) -> None:
    """Take a database whose leads are scored there, and where their scores go."""
    parser.set_defaults(misused=parser.error)
    group = parser.add_argument_group("leads in a database, scored there")
    _add_connection(group)
    group.add_argument("--memory", metavar="SIZE", help="most memory for duckdb: 600MB")
    group.add_argument("--to", metavar="NAME", help="view or table to write: lead_scores")
    group.add_argument(
        "--as",
        type=one_of(_WAYS),
        choices=_WAYS,
        help="a view scores whenever it is looked at, a table keeps today's (default: view)",
    )
    group.add_argument("--replace", action="store_true", help="earlier scores there may go")
    group.add_argument("--prefix", metavar="TEXT", help="before the names of the columns added")


def _add_connection(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--connect",
        metavar="URL",
        help="duckdb://crm.db, postgres://host/crm, spark, bigquery://... or snowflake://...",
    )
    group.add_argument(
        "--table", metavar="NAME", help="of the leads: leads, crm.leads; --events names one too"
    )
    group.add_argument("--query", metavar="SQL", help="a SELECT in place of a table")


def relation_to_score(options: argparse.Namespace) -> Relation | None:
    """Open the relation whose scores are to be written back; None where leads stand in a file.

    Raises
    ------
    SpecError
        When options do not go together.
    """
    from calibrate.engines.sql.connecting import connect
    from calibrate.engines.sql.relations import open_relation
    from calibrate.errors import SpecError

    if options.connect is None:
        given = [f"--{name}" for name in _OF_A_DATABASE if vars(options)[name]]
        if given:
            raise SpecError(f"{', '.join(given)}: belongs to a database: name it with --connect.")
        if options.leads is None:
            options.misused("name the leads: a file, or a database with --connect and --table")
        return None
    _refuse_both(options)
    if options.events is not None:
        raise SpecError(
            f"--events {options.events[:60]}: what scores in a database reads no log. Give it a "
            f"table or a query in which what leads did stands in columns, named as on the card."
        )
    refused = _rows_asked(options, ("out", "as_of"))
    refused += [] if options.missing_attributes == "refuse" else ["--missing-attributes"]
    if refused:
        raise SpecError(
            f"{', '.join(refused)}: for leads in a file. In a database scores are written to the "
            f"view or table of --to, without reasons, and nothing is written here."
        )
    if options.to is None:
        raise SpecError(
            "--connect: say where the scores go: --to lead_scores makes a view beside the leads."
        )
    connection = connect(options.connect, memory=options.memory, writing=True)
    return open_relation(connection, table=options.table, query=options.query)


def named_again(options: argparse.Namespace) -> str:
    """Write where the leads are as a command line has it: its shell must not read anything else."""
    if options.leads is not None:
        return quote(options.leads)
    password = urlsplit(options.connect).password
    where = {
        "connect": options.connect.replace(f":{password}@", "@"),
        "table": options.table,
        "query": options.query,
    }
    given = [(name, one) for name, one in where.items() if one is not None]
    return " ".join(f"--{name} {quote(one)}" for name, one in given)


def relation_of(options: argparse.Namespace, spec: Spec) -> Relation | None:
    """Open the relation that a command line means; None where it means leads in memory.

    Raises
    ------
    SpecError
        When options do not go together, or ask of a database what only memory can do.
    """
    from calibrate.engines.sql.connecting import connect
    from calibrate.engines.sql.opening import open_files
    from calibrate.engines.sql.relations import open_relation
    from calibrate.errors import SpecError

    if options.connect is None:
        if options.table is not None or options.query is not None:
            raise SpecError("--table and --query belong to a database: name it with --connect.")
        if options.leads is None:
            options.misused("name the leads: a file, or a database with --connect and --table")
        if not _by_duckdb(options, spec):
            return None
        _refuse(options)
        return open_files(options.leads, memory=options.memory)
    _refuse_both(options)
    _refuse(options)
    connection = connect(options.connect, memory=options.memory)
    return open_relation(connection, table=options.table, query=options.query)


def names_database(options: argparse.Namespace) -> bool:
    """Say whether a command line speaks of a database at all."""
    return any(one is not None for one in (options.connect, options.table, options.query))


def leads_of(options: argparse.Namespace, spec: Spec) -> Path | Relation:
    """Give the leads that a command line means, wherever they are; see `relation_of`."""
    found = relation_of(options, spec)
    return Path(options.leads) if found is None else found


def _refuse_both(options: argparse.Namespace) -> None:
    from calibrate.errors import SpecError

    if options.leads is not None:
        raise SpecError(
            f"Leads are read from one place: {options.leads[:60]}, or the database of --connect."
        )


def _by_duckdb(options: argparse.Namespace, spec: Spec) -> bool:
    from calibrate.engines.sql.opening import can_be_large, is_large
    from calibrate.engines.sql.stores import is_in_store

    if options.engine is not None or is_in_store(options.leads):
        return bool(options.engine != "memory")
    asks_rows = _rows_asked(options) or bool(spec.join) or not _is_parquet(options, spec)
    return not asks_rows and can_be_large(options.leads) and is_large(options.leads)


def log_of(options: argparse.Namespace, leads: object) -> Log | None:
    """Give the log of a command line: a file, or the table of that name where leads are."""
    from calibrate.engines.sql.relations import Relation, open_relation

    if options.events is None or options.connect is None or not isinstance(leads, Relation):
        return options.events  # type: ignore[no-any-return]
    return open_relation(leads.connection, table=options.events)


def _is_parquet(options: argparse.Namespace, spec: Spec) -> bool:
    """Say whether the log is Parquet too, where there is one."""
    path = vars(options).get("events") or (None if spec.events is None else spec.events.path)
    return path is None or Path(path).suffix.lower() == ".parquet"


def _rows_asked(options: argparse.Namespace, more: Sequence[str] = ()) -> list[str]:
    """Give the options that need leads one by one."""
    given = vars(options)
    return [f"--{name.replace('_', '-')}" for name in (*_BY_ROW, *more) if given.get(name)]


def _refuse(options: argparse.Namespace) -> None:
    from calibrate.errors import SpecError

    if asked := _rows_asked(options):
        raise SpecError(
            f"{', '.join(asked)}: needs leads in memory. Leave it out; leads in a database are "
            f"scored there, by `calibrate score CARD --connect URL --table NAME --to NAME`."
        )
