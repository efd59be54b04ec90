"""What a run costs in a database as rows, attributes and levels grow: queries are counted.

``python -m benchmarks.growth`` prints the table of docs/warehouse.md. Nothing is timed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEASURED = (
    # leads, texts, numbers, levels of a text
    (10**5, 10, 10, 20),
    (10**6, 10, 10, 20),
    (10**7, 10, 10, 20),
    (10**5, 20, 20, 20),
    (10**5, 40, 40, 20),
    (10**5, 10, 10, 200),
    (10**5, 10, 10, 2_000),
)
FAR = 60_000
"""Different values of every other number: too many to be brought here."""
_NAMED = re.compile(r'\bt\."((?:[^"]|"")+)"')


@dataclass(kw_only=True)
class Counted:
    """A connection that counts what it is asked.

    Attributes
    ----------
    inner : Connection
    source : str
        What stands for the leads in a query.
    passes : int
        Queries that read the leads.
    rows : int
        Rows that came back, of all queries.
    named : list of frozenset of str
        Per pass: the columns it reads.
    """

    inner: Any
    source: str
    passes: int = 0
    rows: int = 0
    named: list[frozenset[str]] = field(default_factory=list)

    def ask(self, query: str) -> Any:
        found = self.inner.ask(query)
        self.rows += found.num_rows
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
    """What one run took: passes over the leads, cells and bytes read, rows that came back."""

    passes: int
    bytes_read: int
    rows: int


def cost(leads: int, texts: int, numbers: int, levels: int, folder: Path) -> Cost:
    """Make a table, calibrate in it, and count."""
    import duckdb

    from calibrate import calibrate
    from calibrate.engines.sql.connections import DuckDBConnection
    from calibrate.engines.sql.relations import open_relation

    path = folder / "leads.parquet"
    database = duckdb.connect()
    database.execute(_copy(leads, texts, numbers, levels, path))
    database.execute(f"CREATE TABLE leads AS FROM '{path}'")
    sizes = dict(
        database.sql(
            f"SELECT path_in_schema, sum(total_compressed_size) FROM parquet_metadata('{path}') "
            f"GROUP BY path_in_schema"
        ).fetchall()
    )
    counted = Counted(inner=DuckDBConnection(connection=database), source='"leads"')
    calibrate(open_relation(counted, table="leads"), {"leads": {"id": "lead_id"}})
    return Cost(
        passes=counted.passes,
        bytes_read=sum(int(sizes.get(one, 0)) for named in counted.named for one in named),
        rows=counted.rows,
    )


def _copy(leads: int, texts: int, numbers: int, levels: int, path: Path) -> str:
    """Write leads by hashes of their number: the same on every machine."""
    columns = [
        "'L' || i AS lead_id",
        "hash(i) % 100 < CASE WHEN hash(i * 31) % 5 = 0 THEN 20 ELSE 8 END AS converted",
        *(f"'v' || (hash(i * 31 + {n}) % {levels}) AS text_{n}" for n in range(texts)),
        *(
            f"(hash(i * 17 + {n}) % {FAR if n % 2 else 50})::DOUBLE AS number_{n}"
            for n in range(numbers)
        ),
    ]
    return (
        f"COPY (SELECT {', '.join(columns)} FROM range({leads}) AS r(i)) TO '{path}' "
        f"(FORMAT parquet)"
    )


def main(arguments: Sequence[str]) -> None:
    most = int(arguments[0]) if arguments else max(one[0] for one in MEASURED)
    print("| leads | attributes | levels of a text | passes | MB read | rows that come back |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for leads, texts, numbers, levels in MEASURED:
        if leads > most:
            continue
        with tempfile.TemporaryDirectory(prefix="calibrate-growth-") as folder:
            came = cost(leads, texts, numbers, levels, Path(folder))
        cells = (leads, texts + numbers, levels, came.passes, came.bytes_read >> 20, came.rows)
        print(f"| {' | '.join(f'{cell:,}'.replace(',', ' ') for cell in cells)} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
