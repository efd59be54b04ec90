"""The speed of the engines on 10 M leads, and of a card on 1 M, against named peers.

``python -m benchmarks engines`` makes its input once, under ``build/``, which takes some minutes
and 5 GB of disk; ``--leads 100000`` tries it on fewer. It is no part of ``python -m benchmarks``,
for its time and for the 16 GB of memory that the peers take.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy.places import OPTBINNING, PROSCORE, TOAD, Environment, cache_folder
from benchmarks.engines import databases, events, inputs
from benchmarks.harness import (
    Comparison,
    MeanRatio,
    MemoryLimit,
    Sample,
    Side,
    elsewhere,
    inside,
    installed,
    whole_process,
)

FOLDER = inputs.FOLDER
_SIZE, _TENTH, _HUNDREDTH, _TWICE = (
    f"{leads / 1e6:g} M" if leads >= 10**6 else f"{leads:,}".replace(",", " ")
    for leads in (inputs.LEADS, inputs.MODELLED, inputs.MODELLED // 10, events.EVENTS)
)


def prepare(folder: Path) -> None:
    inputs.make(folder)
    events.make(folder)
    databases.make(folder)


def _counts(
    source: str,
    against: str,
    sides: tuple[str, str],
    limit: float | None,
    *,
    memory: MemoryLimit | None = None,
    rounds: int = 5,
) -> Comparison:
    ours, peer = (inside("engines.counts", side) for side in sides)
    return Comparison(
        what=f"counts, {_SIZE} leads x {inputs.COLUMNS} {source}",
        against=against,
        ours=ours,
        peer=peer,
        rounds=rounds,
        limit=limit,
        memory=memory,
        is_slow=True,
    )


def _ahead_of(
    environment: Environment, what: str, side: str, limit: float = 1, *, rounds: int = 1
) -> Comparison:
    """Hold our evidence or card against a peer in an environment of its own."""
    return Comparison(
        what=f"{what}, {_TENTH} leads x {inputs.TEXTS + inputs.NUMBERS}",
        against=environment.packages[0].replace("==", " "),
        ours=inside("engines.cards", side),
        peer=_peer(environment, side),
        rounds=rounds,
        limit=limit,
        is_slow=True,
    )


def _resampling(  # noqa: PLR0917
    what: str,
    against: str,
    sides: tuple[str, str],
    limit: float,
    figure: MeanRatio | None = None,
    leads: str = _TENTH,
) -> Comparison:
    ours, peer = (inside("engines.resampling", side) for side in sides)
    return Comparison(
        what=f"{what}, {leads} leads x {inputs.TEXTS + inputs.NUMBERS}",
        against=against,
        ours=ours,
        peer=peer,
        rounds=3,
        limit=limit,
        figure=figure,
        is_slow=True,
    )


def _peer(environment: Environment, side: str) -> Side:
    def python() -> Path:
        return environment.python(cache_folder() / "peers")

    return elsewhere(python, f"benchmarks/engines/with_{environment.name}.py", side)


def _run(engine: str) -> Side:
    def once(folder: Path) -> Sample:
        given = ("--engine", engine, "--memory", "400MB", "--outcome", "converted", "--out", "run")
        return whole_process(installed("calibrate"), "run", "leads.parquet", *given)(folder)

    return once


COMPARISONS = (
    _counts("ready codes", "blocked numpy.bincount", ("ours_codes", "blocked_bincount"), 1.1),
    _counts(
        "Parquet",
        "DuckDB, one GROUP BY a column",
        ("ours_parquet", "duckdb_parquet"),
        0.85,
        memory=MemoryLimit(most=600, unit="MB"),
    ),
    _counts(
        "from a frame of texts",
        "pandas groupby per column",
        ("ours_frame", "pandas_frame"),
        0.6,
        memory=MemoryLimit(most=50, unit="MB extra"),
        rounds=3,
    ),
    Comparison(
        what=f"run --memory 400MB, {_SIZE} leads x {inputs.COLUMNS} Parquet",
        against="the same with --engine memory",
        ours=_run("duckdb"),
        peer=_run("memory"),
        rounds=1,
        limit=None,
        memory=MemoryLimit(most=1000, unit="MB"),
        is_slow=True,
    ),
    _counts("in a DuckDB", "the same query by hand", ("ours_relation", "by_hand"), 1.1),
    *(
        Comparison(
            what=f"counts, {_TENTH} leads x {inputs.COLUMNS} {where}",
            against="the same query by hand",
            ours=inside("engines.databases", f"ours_{name}"),
            peer=inside("engines.databases", f"by_hand_{name}"),
            rounds=5,
            limit=1.1,
            is_slow=True,
        )
        for where, name in (("in a Postgres", "postgres"), ("on Spark", "spark"))
    ),
    Comparison(
        what=f"scores, {_SIZE} leads x {inputs.COLUMNS} Parquet, in order",
        against="DuckDB, a join a column",
        ours=inside("engines.scoring", "ours"),
        peer=inside("engines.scoring", "duckdb_joins"),
        rounds=3,
        limit=0.65,
        is_slow=True,
    ),
    Comparison(
        what=f"behaviours of {_TENTH} leads, {_TWICE} events, whole numbers as ids",
        against="DuckDB, a plain query",
        ours=inside("engines.events", "ours"),
        peer=inside("engines.events", "plain_query"),
        rounds=5,
        limit=0.7,
        memory=MemoryLimit(most=1200, unit="MB"),
        is_slow=True,
    ),
    _ahead_of(OPTBINNING, "evidence for all columns", "evidence", 1 / 20, rounds=3),
    _ahead_of(OPTBINNING, "card end to end", "card", 1 / 15, rounds=3),
    *(
        _ahead_of(other, f"{side} beside {other.name}", side)
        for other in (TOAD, PROSCORE)
        for side in ("evidence", "card")
    ),
    _resampling(
        "points resampled 2 000 times",
        "pandas sample + groupby, 20 times and scaled",
        ("ours_points", "pandas_points"),
        1 / 1000,
        MeanRatio(of="standard deviations", least=0.95, most=1.05),
    ),
    _resampling(
        "thresholds of 400 refitted cards",
        "numpy resample and refit, 8 times and scaled",
        ("ours_thresholds", "numpy_thresholds"),
        1 / 15,
        MeanRatio(of="thresholds", least=0.97, most=1.03),
        leads=_HUNDREDTH,
    ),
    _resampling(
        "counts of 5 folds",
        "counting each fold's leads anew",
        ("ours_fold_counts", "recounted_folds"),
        1 / 5,
    ),
    _resampling(
        "5-fold cross-validation",
        "whole cards of the folds",
        ("ours_folds", "cards_of_folds"),
        1 / 5,
        MeanRatio(of="AUC", least=0.99, most=1.01),
    ),
    _counts(
        "CSV",
        "pandas read + groupby",
        ("ours_csv", "pandas_csv"),
        1.3,
        memory=MemoryLimit(most=1 / 8, unit="of the peer's"),
        rounds=3,
    ),
)
