"""Scoring a Parquet file, row order kept: codes read and looked up, against joins in a database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engines import inputs

REPETITIONS = 1

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]


def ours(folder: Path) -> Parts:
    """Open the table and score it, as `calibrate score` does before it writes anything."""
    import pyarrow.compute
    import pyarrow.parquet  # noqa: F401

    from calibrate.engines.judging import judge_rows, points_reader
    from calibrate.engines.tables import open_table

    scoring = _scoring()

    def work() -> Any:
        table = open_table(folder / "leads.parquet")
        columns = table.columns
        return judge_rows(
            scoring, lambda one: points_reader(one, columns[one.column]), table.rows
        ).scores

    return work, _digest


def duckdb_joins(folder: Path) -> Parts:
    """Join a small table of points for each column, and give the scores in the file's order."""
    import duckdb
    import pyarrow as pa

    made = duckdb.connect()
    joins, terms = [], []
    for place, (name, points) in enumerate(zip(inputs.names(), _points(), strict=True)):
        texts = [None, *inputs.texts_of(place, len(points) - 1)]
        made.register(f"p{place}", pa.table({"v": pa.array(texts, pa.string()), "p": points}))
        joins.append(f"JOIN p{place} ON t.{name} IS NOT DISTINCT FROM p{place}.v")
        terms.append(f"p{place}.p")
    asked = (
        f"SELECT {' + '.join(terms)} AS score FROM read_parquet('{folder / 'leads.parquet'}', "
        f"file_row_number = true) AS t {' '.join(joins)} ORDER BY t.file_row_number"
    )
    return lambda: made.sql(asked).fetchnumpy()["score"], _digest


def _points() -> list[list[int]]:
    """What each column's levels are worth; the first is for no value."""
    return [
        [(7 * level + 3 * place) % 19 - 6 for level in range(levels + 1)]
        for place, levels in enumerate(inputs.levels_of_columns())
    ]


def _scoring() -> Any:
    from calibrate.engines.base import ColumnPoints, Scoring
    from calibrate.levels import MISSING, Level, Levels

    parts = []
    for place, (name, points) in enumerate(zip(inputs.names(), _points(), strict=True)):
        texts = [MISSING, *inputs.texts_of(place, len(points) - 1)]
        levels = Levels(kind="category", levels=tuple(Level(text=text) for text in texts))
        parts.append(ColumnPoints(column=name, levels=levels, points=tuple(points), otherwise=0))
    return Scoring(base=0, columns=tuple(parts))


def _digest(scores: Any) -> str:
    import numpy as np

    return hashlib.sha256(np.asarray(scores, dtype=np.int64).tobytes()).hexdigest()
