"""The tables that are counted: made once from a seed, kept under ``build/``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

LEADS = int(os.environ.get("CALIBRATE_BENCH_LEADS", "10000000"))
"""Fewer for trying: ``python -m benchmarks engines --leads 100000``."""
MODELLED = LEADS // 10
"""Leads of the table that cards are made from."""
COLUMNS, SEED = 30, 20_260_101
FEWEST_LEVELS, MOST_LEVELS = 3, 2_000
TEXTS, NUMBERS, CUTS = 20, 10, 20
_GROUP = 1_000_000
"""Rows of a group of the Parquet file."""

FOLDER = Path(__file__).resolve().parents[2] / "build" / "benchmarks" / f"engines-{LEADS}"


def levels_of_columns() -> list[int]:
    """Give each column its number of levels, 3 to 2 000 by even ratios."""
    ratio = (MOST_LEVELS / FEWEST_LEVELS) ** (1 / (COLUMNS - 1))
    return [round(FEWEST_LEVELS * ratio**place) for place in range(COLUMNS)]


def names() -> list[str]:
    return [f"text_{place:02}" for place in range(COLUMNS)]


def mixed_places() -> list[int]:
    """Give the places of the texts that stand beside numbers: two of three, with both ends."""
    return [place for place in range(COLUMNS) if place % 3 != 1]


def mixed_names() -> tuple[list[str], list[str]]:
    """Name the texts and the numbers of the mixed leads."""
    texts = [names()[place] for place in mixed_places()]
    return texts, [f"number_{place}" for place in range(NUMBERS)]


def cuts_of(place: int) -> list[float]:
    """Give the cut points of a number: as even parts of its values as there can be."""
    import numpy as np

    values = _numbers(np.random.default_rng(SEED + 1), place, 100_000)
    cuts = np.unique(np.quantile(values, np.arange(1, CUTS + 1) / (CUTS + 1)))
    return [float(one) for one in cuts]


def texts_of(place: int, levels: int) -> list[str]:
    return [f"text {place:02} {level:04}" for level in range(1, levels + 1)]


def make(folder: Path) -> None:
    """Make what is not there yet; a file that is there is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in (
        ("customer.npy", _write_codes),
        ("leads.parquet", _write_parquet),
        ("mixed.parquet", _write_mixed),
        ("mixed.csv", _write_csv),
        ("modelled.csv", _write_modelled),
    ):
        if not (folder / name).exists():
            part = folder / f"part-{name}"
            write(folder, part)
            part.replace(folder / name)


def codes(folder: Path) -> list[Any]:
    """Give each column's codes; 0 is a lead without a value."""
    import numpy as np

    return [np.load(folder / f"codes-{place}.npy") for place in range(COLUMNS)]


def _write_codes(folder: Path, part: Path) -> None:
    """Write a file a column, and who is a customer: common levels have most of the leads."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    for place, levels in enumerate(levels_of_columns()):
        weights = 1 / np.arange(1, levels + 2) ** 0.7
        ends = np.cumsum(weights / weights.sum())
        found = np.searchsorted(ends, rng.random(LEADS)).clip(0, levels)
        kind = np.int8 if levels < 2**7 - 1 else np.int16
        np.save(folder / f"codes-{place}.npy", found.astype(kind))
    with part.open("wb") as file:
        np.save(file, rng.random(LEADS) < 0.08)


def _write_parquet(folder: Path, part: Path) -> None:
    """Write texts as any program does: the file does not say that they were dictionaries here."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    customer = np.load(folder / "customer.npy")
    mapped = [np.load(folder / f"codes-{place}.npy", mmap_mode="r") for place in range(COLUMNS)]
    dictionaries = [pa.array(texts_of(*one)) for one in enumerate(levels_of_columns())]
    flags = pa.array(["no", "yes"])
    kinds = [(name, pa.dictionary(pa.int32(), pa.string())) for name in ("converted", *names())]
    with parquet.ParquetWriter(part, pa.schema(kinds), store_schema=False) as writer:
        for start in range(0, LEADS, _GROUP):
            rows = slice(start, start + _GROUP)
            columns = [pa.DictionaryArray.from_arrays(customer[rows].astype(np.int32), flags)]
            for texts, found in zip(dictionaries, mapped, strict=True):
                place = found[rows].astype(np.int32) - 1
                codes = pa.array(place, mask=place < 0)
                columns.append(pa.DictionaryArray.from_arrays(codes, texts))
            writer.write_table(pa.table(columns, names=["converted", *names()]))


def _write_mixed(folder: Path, part: Path) -> None:
    """Write 20 of the texts and 10 numbers."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(folder / "leads.parquet")
    texts, numbers = mixed_names()
    schema = file.schema_arrow
    kinds = [schema.field(name) for name in ("converted", *texts)]
    kinds += [pa.field(name, pa.float64()) for name in numbers]
    rng = np.random.default_rng(SEED)
    with parquet.ParquetWriter(part, pa.schema(kinds), store_schema=False) as writer:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=["converted", *texts])
            for place, name in enumerate(numbers):
                values = _numbers(rng, place, len(rows))
                rows = rows.append_column(name, pa.array(values, mask=rng.random(len(rows)) < 0.05))
            writer.write_table(rows.select(["converted", *texts, *numbers]))


def _numbers(rng: Any, place: int, size: int) -> Any:
    """Draw a number: whole with few distinct values, or with decimals and many."""
    if place % 2 == 0:
        return rng.poisson(3 + 5 * place, size).astype(float)
    return rng.lognormal(2, 1, size).round(2)


def _write_csv(folder: Path, part: Path) -> None:
    import duckdb

    duckdb.sql(f"COPY (FROM '{folder / 'mixed.parquet'}') TO '{part}' (FORMAT csv)")


def _write_modelled(_: Path, part: Path) -> None:
    """Write 20 texts and 10 numbers, most of which have to do with the outcome, and that.

    As CSV, which the environments of the peers can read.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    rng = np.random.default_rng(SEED)
    log_odds = np.full(MODELLED, -2.6)
    columns: dict[str, Any] = {}
    for place, levels in enumerate(levels_of_columns()[:TEXTS]):
        level = rng.choice(levels, MODELLED, p=rng.dirichlet(np.ones(levels)))
        log_odds += rng.normal(0, 0.2 if place % 3 else 0, levels)[level]
        columns[names()[place]] = pa.array(texts_of(place, levels)).take(pa.array(level))
    for place in range(NUMBERS):
        values = _numbers(rng, place, MODELLED)
        log_odds += 0.15 * (place % 3 > 0) * (values - values.mean()) / values.std()
        columns[f"number_{place}"] = pa.array(values)
    outcome = rng.random(MODELLED) < 1 / (1 + np.exp(-log_odds))
    csv.write_csv(pa.table(columns | {"outcome": pa.array(outcome.astype(np.int8))}), part)
