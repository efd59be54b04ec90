"""Counting ready codes, a frame, Parquet and CSV: each column's values, their leads and customers.

What stands for nothing, what is a number and what looks odd is no part of it: every side gives the
same table of integers, and `encoding` measures reading with all of that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.engines import inputs

REPETITIONS = 1
_BLOCK = 2**16

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]


def ours_codes(folder: Path) -> Parts:
    import numpy as np

    from calibrate.engines.columns import TextColumn
    from calibrate.engines.memory import MemoryEngine

    levels = inputs.levels_of_columns()
    columns = {
        name: TextColumn(codes=codes, texts=tuple(inputs.texts_of(place, levels[place])))
        for place, (name, codes) in enumerate(
            zip(inputs.names(), inputs.codes(folder), strict=True)
        )
    }
    customer = np.load(folder / "customer.npy")

    def work() -> Any:
        engine = MemoryEngine(columns=columns, customer=customer)
        return [engine.count_values(name) for name in columns]

    return work, lambda counted: _tables(zip(columns, map(_of_values, counted), strict=True))


def blocked_bincount(folder: Path) -> Parts:
    """Count block by block, as fast as we know how; customers' rows are looked up once."""
    import numpy as np

    levels, columns = inputs.levels_of_columns(), inputs.codes(folder)
    customer = np.load(folder / "customer.npy")

    def blocked(codes: Any, size: int) -> Any:
        counts = np.zeros(size, dtype=np.int64)
        for start in range(0, len(codes), _BLOCK):
            counts += np.bincount(codes[start : start + _BLOCK], minlength=size)
        return counts

    def work() -> Any:
        rows = np.flatnonzero(customer)
        return [
            (blocked(codes, size + 1), np.bincount(codes[rows], minlength=size + 1))
            for codes, size in zip(columns, levels, strict=True)
        ]

    def tell(counted: Any) -> str:
        tables = []
        for place, (leads, customers) in enumerate(counted):
            texts = [None, *inputs.texts_of(place, levels[place])]
            tables.append(zip(texts, leads.tolist(), customers.tolist(), strict=True))
        return _tables(zip(inputs.names(), tables, strict=True))

    return work, tell


def ours_frame(folder: Path) -> Parts:
    """Make a column of each series in turn, and count it: no more than one is held."""
    import numpy as np
    import pyarrow.compute  # noqa: F401  (its import is no part of this)

    from calibrate.engines.memory import MemoryEngine
    from calibrate.engines.tables import column_of

    frame, customer = _frame(folder), np.load(folder / "customer.npy")

    def work() -> Any:
        return [
            (name, MemoryEngine(columns={name: column}, customer=customer).count_values(name))
            for name in inputs.names()
            for column in [column_of(frame[name])]
            if column is not None
        ]

    return work, lambda counted: _tables((name, _of_values(one)) for name, one in counted)


def pandas_frame(folder: Path) -> Parts:
    frame = _frame(folder)
    return lambda: _grouped(frame), _of_groups


def ours_parquet(folder: Path) -> Parts:
    """Let the engine hold every column, as `calibrate run --engine duckdb` does."""
    import pyarrow.parquet  # noqa: F401

    from calibrate.engines.sql.relations import open_parquet

    return lambda: _held(open_parquet(folder / "leads.parquet")), _of_held


def duckdb_parquet(folder: Path) -> Parts:
    """Ask one GROUP BY a column, which is the fastest of all ways of asking for it."""
    import duckdb

    def work() -> Any:
        return _asked(duckdb.connect(), f"read_parquet('{folder / 'leads.parquet'}')")

    return work, _of_rows


def ours_csv(folder: Path) -> Parts:
    """Copy the file aside and count there, as `calibrate run big.csv --engine duckdb` does."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    from calibrate.engines.sql.opening import open_files

    return lambda: _held(open_files(folder / "leads.csv", memory="400MB")), _of_held


def pandas_csv(folder: Path) -> Parts:
    import pandas as pd

    return lambda: _grouped(pd.read_csv(folder / "leads.csv")), _of_groups


def ours_relation(folder: Path) -> Parts:
    """Count in a DuckDB by what is written for it."""
    from calibrate.engines.sql.connections import DuckDBConnection
    from calibrate.engines.sql.relations import open_relation

    made = DuckDBConnection(connection=_loaded(folder))
    relation = open_relation(made, table="leads")
    return lambda: _held(relation), _of_held


def by_hand(folder: Path) -> Parts:
    made = _loaded(folder)
    return lambda: _asked(made, "leads"), _of_rows


def _loaded(folder: Path) -> Any:
    import duckdb

    made = duckdb.connect()
    made.execute(f"CREATE TABLE leads AS FROM '{folder / 'leads.parquet'}'")
    return made


def _held(relation: Any) -> Any:
    from dataclasses import replace

    from calibrate.engines.sql.held import hold

    rows = replace(relation.rows, customer="t.converted = 'yes'")
    return [(name, hold(rows, name, relation.columns[name].kind)) for name in inputs.names()]


def _asked(connection: Any, source: str) -> Any:
    return [
        (
            name,
            connection.sql(
                f"SELECT {name}, count(*), count(*) FILTER (converted = 'yes') "
                f"FROM {source} GROUP BY {name}"
            ).fetchall(),
        )
        for name in inputs.names()
    ]


def _grouped(frame: Any) -> Any:
    customer = frame["converted"] == "yes"
    return [
        (name, customer.groupby(frame[name], dropna=False, sort=False).agg(["size", "sum"]))
        for name in inputs.names()
    ]


def _frame(folder: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(folder / "leads.parquet")


def _of_values(counted: Any) -> Any:
    texts = [*counted.values, None]
    return zip(texts, counted.leads.tolist(), counted.customers.tolist(), strict=True)


def _of_groups(counted: Any) -> str:
    return _tables(
        (name, ((text if isinstance(text, str) else None, n, x) for text, n, x in rows))
        for name, table in counted
        for rows in [table.itertuples()]
    )


def _of_held(counted: Any) -> str:
    return _tables(
        (name, zip(one.values, one.leads.tolist(), one.customers.tolist(), strict=True))
        for name, one in counted
    )


def _of_rows(counted: Any) -> str:
    return _tables(counted)


def _tables(counted: Iterable[tuple[str, Iterable[tuple[str | None, int, int]]]]) -> str:
    """Give a digest of every column's leads and customers, values nobody has left out."""
    tables = {
        name: {text or "": [int(leads), int(customers)] for text, leads, customers in rows if leads}
        for name, rows in counted
    }
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
