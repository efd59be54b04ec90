"""From a table of texts to counts: our dictionary codes against pandas, read and groupby."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Comparison, inside

LEADS, SEED = 1_000_000, 20_260_101
LEVELS = (3, 5, 8, 15, 30, 60, 120, 300, 800, 2_000)
REPETITIONS = 1

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]

COMPARISONS = tuple(
    Comparison(
        what=f"encoding 1 M leads x 10 texts, {form}",
        against=f"pandas {'' if form == 'DataFrame' else 'read + '}groupby per column",
        ours=inside("encoding", f"ours_{form.lower()}"),
        peer=inside("encoding", f"pandas_{form.lower()}"),
        rounds=3,
    )
    for form in ("CSV", "Parquet", "DataFrame")
)


def prepare(folder: Path) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv, parquet

    rng = np.random.default_rng(SEED)
    columns = {"converted": pa.array(np.where(rng.random(LEADS) < 0.08, "yes", "no"))}
    for place, levels in enumerate(LEVELS):
        texts = pa.array([f"level {level:04} of text {place}" for level in range(levels)])
        # Every other column has leads without a value.
        has_none = rng.random(LEADS) < (0.05 if place % 2 else 0.0)
        columns[f"text_{place}"] = texts.take(
            pa.array(rng.integers(0, levels, LEADS), mask=has_none)
        )
    table = pa.table(columns)
    parquet.write_table(table, folder / "leads.parquet")
    csv.write_csv(table, folder / "leads.csv")


def ours_csv(folder: Path) -> Parts:
    return _ours(lambda: folder / "leads.csv")


def ours_parquet(folder: Path) -> Parts:
    return _ours(lambda: folder / "leads.parquet")


def ours_dataframe(folder: Path) -> Parts:
    frame = _frame(folder)
    return _ours(lambda: frame)


def pandas_csv(folder: Path) -> Parts:
    import pandas as pd

    return _pandas(lambda: pd.read_csv(folder / "leads.csv"))


def pandas_parquet(folder: Path) -> Parts:
    return _pandas(lambda: _frame(folder))


def pandas_dataframe(folder: Path) -> Parts:
    frame = _frame(folder)
    return _pandas(lambda: frame)


def _ours(source: Callable[[], Any]) -> Parts:
    import pandas  # noqa: F401  (pyarrow would, and the import is no part of this)
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    from calibrate import count, read_leads

    def tell(counts: Any) -> str:
        tables = {
            one.name: {
                level.label: [leads, customers]
                for level, leads, customers in zip(
                    one.levels.levels, one.leads, one.customers, strict=True
                )
            }
            for one in counts.attributes
        }
        return _digest(tables)

    return lambda: count(read_leads(source(), {"outcome": {"column": "converted"}})), tell


def _pandas(read: Callable[[], Any]) -> Parts:
    def work() -> Any:
        leads = read()
        customer = leads["converted"] == "yes"
        return {
            name: customer.groupby(leads[name], dropna=False).agg(["size", "sum"])
            for name in leads.columns
            if name != "converted"
        }

    def tell(counted: Any) -> str:
        tables = {
            name: {
                level if isinstance(level, str) else "(missing)": [int(leads), int(customers)]
                for level, leads, customers in table.itertuples()
            }
            for name, table in counted.items()
        }
        return _digest(tables)

    return work, tell


def _frame(folder: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(folder / "leads.parquet")


def _digest(tables: dict[str, dict[str, list[int]]]) -> str:
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
