"""What a run costs in a database as rows, attributes, levels and events grow: queries are counted.

``python -m benchmarks.growth`` prints the table of docs/warehouse.md. Nothing is timed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

FAR = 60_000
"""Different values of every other number: too many to be brought here."""
KINDS = 8
"""Kinds of events in a log."""
_CREATED = "TIMESTAMP '2026-01-01' + to_hours((hash(i * 7) % 4320)::INT) AS created_at"
_NAMED = re.compile(r'\bt\."((?:[^"]|"")+)"')


class Made(NamedTuple):
    """How much of everything a run is given: leads, columns of texts and numbers, events."""

    leads: int
    texts: int
    numbers: int
    levels: int
    events: int = 0


MEASURED = (
    Made(10**5, 10, 10, 20),
    Made(10**6, 10, 10, 20),
    Made(10**7, 10, 10, 20),
    Made(10**5, 20, 20, 20),
    Made(10**5, 40, 40, 20),
    Made(10**5, 10, 10, 200),
    Made(10**5, 10, 10, 2_000),
    Made(10**5, 10, 10, 20, events=10**6),
    Made(10**5, 10, 10, 20, events=10**7),
)


@dataclass(kw_only=True)
class Counted:
    """A connection that counts what it is asked.

    Attributes
    ----------
    inner : Connection
    source : str
        What stands for the leads in a query.
    log : str
        What stands for their events.
    passes : int
        Queries that read the leads.
    log_passes : int
        Queries that read the events.
    rows : int
        Rows that came back, of all queries.
    named : list of frozenset of str
        Per pass: the columns it reads.
    """

    inner: Any
    source: str
    log: str = '"events"'
    passes: int = 0
    log_passes: int = 0
    rows: int = 0
    named: list[frozenset[str]] = field(default_factory=list)

    def ask(self, query: str) -> Any:
        found = self.inner.ask(query)
        self.rows += found.num_rows
        self.log_passes += f"FROM {self.log}" in query and not query.startswith("DESCRIBE")
        if f"FROM {self.source}" in query and not query.startswith("DESCRIBE"):
            self.passes += 1
            self.named.append(frozenset(_NAMED.findall(query)))
        return found

    def columns(self, relation: str) -> Any:
        return self.inner.columns(relation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run took: passes over leads and events, bytes read, rows that came back."""

    passes: int
    log_passes: int
    bytes_read: int
    rows: int


def cost(size: Made, folder: Path) -> Cost:
    """Make tables, calibrate in them, and count."""
    import duckdb

    from calibrate import calibrate
    from calibrate.engines.sql.connections import DuckDBConnection
    from calibrate.engines.sql.relations import open_relation

    database = duckdb.connect()
    made = {"leads": _leads(size)} | ({"events": _events(size)} if size.events else {})
    sizes = {name: _put(database, name, query, folder) for name, query in made.items()}
    counted = Counted(inner=DuckDBConnection(connection=database), source='"leads"')
    log = open_relation(counted, table="events") if size.events else None
    declared = {"leads": {"id": "lead_id"}, "fit": {"holdout": "none"}}
    calibrate(open_relation(counted, table="leads"), declared, events=log)
    of_leads = sum(sizes["leads"].get(one, 0) for named in counted.named for one in named)
    of_events = counted.log_passes * sum(sizes.get("events", {}).values())
    return Cost(
        passes=counted.passes,
        log_passes=counted.log_passes,
        bytes_read=of_leads + of_events,
        rows=counted.rows,
    )


def _put(database: Any, name: str, query: str, folder: Path) -> dict[str, int]:
    """Make a table, and give the bytes that Parquet needs for each of its columns."""
    path = folder / f"{name}.parquet"
    database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    database.execute(f"CREATE TABLE {name} AS FROM '{path}'")
    found = database.sql(
        f"SELECT path_in_schema, sum(total_compressed_size)::BIGINT "
        f"FROM parquet_metadata('{path}') GROUP BY path_in_schema"
    )
    return dict(found.fetchall())


def _leads(size: Made) -> str:
    """Make leads of hashes of their number: the same on every machine."""
    columns = [
        "'L' || i AS lead_id",
        *(_CREATED for _ in range(min(size.events, 1))),
        "hash(i) % 100 < CASE WHEN hash(i * 31) % 5 = 0 THEN 20 ELSE 8 END AS converted",
        *(f"'v' || (hash(i * 31 + {n}) % {size.levels}) AS text_{n}" for n in range(size.texts)),
        *(
            f"(hash(i * 17 + {n}) % {FAR if n % 2 else 50})::DOUBLE AS number_{n}"
            for n in range(size.numbers)
        ),
    ]
    return f"SELECT {', '.join(columns)} FROM range({size.leads}) AS r(i)"


def _events(size: Made) -> str:
    """Make what leads did, in the time around their creation."""
    return (
        f"SELECT 'L' || (hash(e) % {size.leads}) AS lead_id, "
        f"'kind ' || (hash(e * 3) % {KINDS}) AS event, "
        f"TIMESTAMP '2025-12-01' + to_hours((hash(e * 7) % 5760)::INT) AS at "
        f"FROM range({size.events}) AS r(e)"
    )


def main(arguments: Sequence[str]) -> None:
    most = int(arguments[0]) if arguments else max(max(size) for size in MEASURED)
    heads = ("leads", "attributes", "levels of a text", "events", "passes", "over the log")
    heads = (*heads, "MB read", "rows that come back")
    print(f"| {' | '.join(heads)} |")
    print(f"| {' | '.join('---:' for _ in heads)} |")
    for size in MEASURED:
        if max(size.leads, size.events) > most:
            continue
        with tempfile.TemporaryDirectory(prefix="calibrate-growth-") as folder:
            came = cost(size, Path(folder))
        made = (size.leads, size.texts + size.numbers, size.levels, size.events)
        cells = (*made, came.passes, came.log_passes, came.bytes_read >> 20, came.rows)
        shown = (f"{cell:,}".replace(",", " ") if cell else "" for cell in cells)
        print(f"| {' | '.join(shown)} |".replace("|  |", "| |"), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
