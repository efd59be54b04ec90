"""Counting ready codes, a frame, Parquet and CSV: each column's values, their leads and customers.

Codes, frames and tables of a database have 30 texts; Parquet and CSV have 20 texts and 10 numbers,
of which leads and customers of every band between 20 given cut points are counted.

What stands for nothing, what is a number and what looks odd is no part of it: every side gives the
same table of integers, and `encoding` measures reading with all of that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isnan
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
    """Let one engine count all series, each made a column when it is asked for: one is held."""
    import numpy as np
    import pyarrow.compute  # noqa: F401  (its import is no part of this)

    from calibrate.engines.memory import MemoryEngine

    columns, customer = _AsAsked(_frame(folder)), np.load(folder / "customer.npy")

    def work() -> Any:
        engine = MemoryEngine(columns=columns, customer=customer)
        return [(name, engine.count_values(name)) for name in inputs.names()]

    return work, lambda counted: _tables((name, _of_values(one)) for name, one in counted)


class _AsAsked(Mapping[str, Any]):
    """The columns of a frame, each made whenever it is asked for."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    def __getitem__(self, name: str) -> Any:
        from calibrate.engines.tables import column_of

        return column_of(self.frame[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.frame)

    def __len__(self) -> int:
        return len(self.frame.columns)


def pandas_frame(folder: Path) -> Parts:
    frame = _frame(folder)
    return lambda: _grouped(frame, inputs.names()), _of_groups


def ours_parquet(folder: Path) -> Parts:
    """Let the engine hold every column and count bands, as `calibrate run --engine duckdb` does."""
    import duckdb  # noqa: F401  (as the other side, which imports no more)
    import pyarrow.parquet  # noqa: F401

    import calibrate.engines.sql.engine  # noqa: F401
    from calibrate.engines.sql.parquet_files import open_parquet

    cuts = _cuts()
    return lambda: _mixed(open_parquet(folder / "mixed.parquet"), cuts), _tables


def duckdb_parquet(folder: Path) -> Parts:
    """Ask one GROUP BY a column, which is the fastest of all ways of asking for it.

    Of numbers it groups the values, and then the bands of those: half of the time of grouping bands
    of leads at once, of however they are told apart.
    """
    import duckdb

    cuts, source = _cuts(), f"read_parquet('{folder / 'mixed.parquet'}')"

    def work() -> Any:
        made = duckdb.connect()
        texts = _asked(made, source, inputs.mixed_names()[0])
        return [*texts, *((name, _bands_asked(made, source, name, cuts[name])) for name in cuts)]

    return work, of_rows


def ours_csv(folder: Path) -> Parts:
    """Copy the file aside and count there, as `calibrate run big.csv --engine duckdb` does."""
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    import calibrate.engines.sql.engine  # noqa: F401
    from calibrate.engines.sql.opening import open_files

    cuts = _cuts()
    return lambda: _mixed(open_files(folder / "mixed.csv", memory="400MB"), cuts), _tables


def pandas_csv(folder: Path) -> Parts:
    import numpy as np
    import pandas as pd

    cuts = _cuts()

    def work() -> Any:
        frame = pd.read_csv(folder / "mixed.csv")
        for name, edges in cuts.items():
            values = frame[name].to_numpy()
            bands = np.searchsorted(edges, values, side="right")
            bands[np.isnan(values)] = len(edges) + 1
            frame[name] = bands
        return _grouped(frame, [*inputs.mixed_names()[0], *cuts])

    return work, _of_groups


def ours_relation(folder: Path) -> Parts:
    """Count in a DuckDB by what is written for it."""
    from calibrate.engines.sql.connections import DuckDBConnection
    from calibrate.engines.sql.relations import open_relation

    made = DuckDBConnection(connection=_loaded(folder))
    relation = open_relation(made, table="leads")
    return lambda: held(relation), of_held


def by_hand(folder: Path) -> Parts:
    made = _loaded(folder)
    return lambda: _asked(made, "leads", inputs.names()), of_rows


def _loaded(folder: Path) -> Any:
    import duckdb

    made = duckdb.connect()
    made.execute(f"CREATE TABLE leads AS FROM '{folder / 'leads.parquet'}'")
    return made


def held(relation: Any) -> Any:
    from dataclasses import replace

    from calibrate.engines.sql.held import hold

    rows = replace(relation.rows, customer="t.converted = 'yes'")
    return [(name, hold(rows, name, relation.columns[name].kind)) for name in inputs.names()]


def _mixed(relation: Any, cuts: dict[str, list[float]]) -> Any:
    """Count texts by their values and numbers by bands."""
    from dataclasses import replace

    from calibrate.engines.sql.engine import SqlEngine
    from calibrate.engines.sql.held import hold_all

    rows = replace(relation.rows, customer="t.converted = 'yes'")
    texts, numbers = inputs.mixed_names()
    columns = [(name, relation.columns[name].kind) for name in (*texts, *numbers)]
    found = {name: one for (name, _), one in zip(columns, hold_all(rows, columns), strict=True)}
    engine = SqlEngine(rows=rows, held=found)
    bands = [(name, engine.count_bands(name, cuts[name])) for name in numbers]
    return [
        *(
            (name, zip(one.values, one.leads.tolist(), one.customers.tolist(), strict=True))
            for name, one in found.items()
            if name in texts
        ),
        *(
            (
                name,
                zip(
                    map(str, range(len(cuts[name]) + 2)),
                    one.leads.tolist(),
                    one.customers.tolist(),
                    strict=True,
                ),
            )
            for name, one in bands
        ),
    ]


def _cuts() -> dict[str, list[float]]:
    return {name: inputs.cuts_of(place) for place, name in enumerate(inputs.mixed_names()[1])}


def _bands_asked(connection: Any, source: str, name: str, cuts: list[float]) -> Any:
    arms = " ".join(f"WHEN v < {cut!r}::DOUBLE THEN '{band}'" for band, cut in enumerate(cuts))
    return connection.sql(
        f"SELECT CASE WHEN v IS NULL THEN '{len(cuts) + 1}' {arms} ELSE '{len(cuts)}' END AS band, "
        f"sum(n), sum(x) FROM (SELECT {name} AS v, count(*) AS n, "
        f"count(*) FILTER (converted = 'yes') AS x FROM {source} GROUP BY v) GROUP BY band"
    ).fetchall()


def _asked(connection: Any, source: str, names: Sequence[str]) -> Any:
    return [
        (
            name,
            connection.sql(
                f"SELECT {name}, count(*), count(*) FILTER (converted = 'yes') "
                f"FROM {source} GROUP BY {name}"
            ).fetchall(),
        )
        for name in names
    ]


def _grouped(frame: Any, names: Sequence[str]) -> Any:
    customer = frame["converted"] == "yes"
    return [
        (name, customer.groupby(frame[name], dropna=False, sort=False).agg(["size", "sum"]))
        for name in names
    ]


def _frame(folder: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(folder / "leads.parquet")


def _of_values(counted: Any) -> Any:
    texts = [*counted.values, None]
    return zip(texts, counted.leads.tolist(), counted.customers.tolist(), strict=True)


def _of_groups(counted: Any) -> str:
    return _tables(
        (name, ((text if isinstance(text, str) else _band(text), n, x) for text, n, x in rows))
        for name, table in counted
        for rows in [table.itertuples()]
    )


def _band(value: float) -> str | None:
    return None if isnan(value) else str(value)


def of_held(counted: Any) -> str:
    return _tables(
        (name, zip(one.values, one.leads.tolist(), one.customers.tolist(), strict=True))
        for name, one in counted
    )


def of_rows(counted: Any) -> str:
    return _tables(counted)


def _tables(counted: Iterable[tuple[str, Iterable[tuple[str | None, int, int]]]]) -> str:
    """Give a digest of every column's leads and customers, values nobody has left out."""
    tables = {
        name: {text or "": [int(leads), int(customers)] for text, leads, customers in rows if leads}
        for name, rows in counted
    }
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
