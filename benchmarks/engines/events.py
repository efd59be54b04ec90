"""From a log of events to behaviours, a row a lead: ours, against the query that one would write.

Leads are named by whole numbers. Both sides see every lead from its own landmark and give, for
each of eight kinds of event, whether it was done, how often, how lately, and whether it is rising.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engines import inputs

REPETITIONS = 1
KINDS = ("view", "email sent", "email opened", "email clicked", "form", "webinar", "demo", "call")
LEADS, EVENTS = inputs.LEADS // 10, inputs.LEADS * 2
LOOKBACK, AFTER = 90, 14
_DAY = 86_400
_HALF = LOOKBACK * _DAY // 2

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]


def make(folder: Path) -> None:
    """Make leads and their log once; a file that is there is whole."""
    if (folder / "log.parquet").exists():
        return
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(inputs.SEED)
    start = np.datetime64("2026-01-01", "s")
    created = start + rng.integers(0, 180 * _DAY, LEADS)
    people = {"lead_id": np.arange(LEADS), "created_at": created, "converted": created}
    parquet.write_table(pa.table(people), folder / "people.parquet")
    at = np.sort(start + rng.integers(-90 * _DAY, 200 * _DAY, EVENTS))
    kinds = rng.choice(len(KINDS), EVENTS, p=[0.4, 0.2, 0.1, 0.06, 0.1, 0.06, 0.04, 0.04])
    log = pa.table(
        {
            "lead_id": rng.integers(0, LEADS, EVENTS),
            "event": pa.DictionaryArray.from_arrays(kinds.astype(np.int8), list(KINDS)).cast(
                pa.string()
            ),
            "at": at,
        }
    )
    parquet.write_table(log, folder / "part-log.parquet", row_group_size=2**20)
    (folder / "part-log.parquet").replace(folder / "log.parquet")


def ours(folder: Path) -> Parts:
    """Read the log as `read_relation` does, and make the behaviours of all kinds."""
    import pyarrow.parquet  # noqa: F401

    from calibrate.behaviours import BehaviourRecipe
    from calibrate.doing import see_there
    from calibrate.engines.sql.parquet_files import open_parquet
    from calibrate.engines.sql.phrases import column, seconds
    from calibrate.habits import with_habits
    from calibrate.logged import KeyedLeads, log_there
    from calibrate.spec import EventsPart

    recipes = [
        BehaviourRecipe(as_=measure, event=kind)
        for kind in sorted(KINDS)
        for measure in ("did", "times", "days_since", "trend")
    ]

    def work() -> Any:
        leads = open_parquet(folder / "people.parquet", memory="600MB")
        log = open_parquet(folder / "log.parquet", connection=leads.connection)
        source = (
            f"(SELECT t.*, {seconds('created_at')} AS s, {leads.order} AS p "
            f"FROM {leads.source} AS t)"
        )
        keyed = KeyedLeads(
            relation=leads, id="lead_id", source=source, created=column("s"), order=column("p")
        )
        settings = EventsPart(lookback_days=LOOKBACK, score_after_days=AFTER, by_day=False)
        seen = see_there(log_there(log, keyed, settings))
        return leads.connection, with_habits(source, seen, recipes)

    def tell(made: Any) -> str:
        connection, source = made
        columns = [f"calibrate_habit_{place}" for place in range(len(recipes))]
        return _digest(connection.ask(_sums(source, columns)).to_pylist())

    return work, tell


def plain_query(folder: Path) -> Parts:
    """Ask what one would ask: one row a lead, an aggregate for everything that is wanted."""
    import duckdb

    made = duckdb.connect()
    made.execute("SET memory_limit = '900MB'")
    cells, columns = [], []
    for place, kind in enumerate(sorted(KINDS)):
        of_kind = f"FILTER (WHERE event = '{kind}')"
        cells += [
            f"COUNT(*) {of_kind} AS n{place}",
            f"MIN(age) {of_kind} AS a{place}",
            f"COUNT(*) FILTER (WHERE event = '{kind}' AND age < {_HALF}) AS r{place}",
        ]
        columns += [
            f"CASE WHEN n{place} > 0 THEN 2 ELSE 1 END",
            f"n{place}",
            f"a{place} // {_DAY}",
            f"CASE WHEN n{place} = 0 THEN 1 WHEN r{place} > n{place} - r{place} THEN 2 "
            f"WHEN r{place} > 0 THEN 3 ELSE 4 END",
        ]
    landmark = f"epoch(created_at)::BIGINT + {AFTER * _DAY}"
    asked = (
        f"CREATE OR REPLACE TEMP TABLE habits AS SELECT "
        f"{', '.join(f'{one} AS h{place}' for place, one in enumerate(columns))} FROM (SELECT "
        f"lead_id, {', '.join(cells)} FROM (SELECT lead_id, event, landmark - "
        f'epoch("at")::BIGINT AS '
        f"age FROM read_parquet('{folder / 'log.parquet'}') JOIN (SELECT lead_id, {landmark} AS "
        f"landmark FROM read_parquet('{folder / 'people.parquet'}')) USING (lead_id)) WHERE age "
        f">= 0 AND age < {LOOKBACK * _DAY} GROUP BY lead_id)"
    )

    def tell(_: Any) -> str:
        found = made.sql(_sums("habits", [f"h{place}" for place in range(len(columns))]))
        return _digest(found.to_arrow_table().to_pylist())

    return lambda: made.execute(asked), tell


def _sums(source: str, columns: list[str]) -> str:
    """Add up every column over leads that did something; both sides have to give the same."""
    listed = ", ".join(
        f"CAST(SUM({one}) AS BIGINT) AS s{place}" for place, one in enumerate(columns)
    )
    did = " OR ".join(f"{one} > 1" for one in columns[::4])
    return f"SELECT {listed} FROM {source} AS t WHERE {did}"


def _digest(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()
