"""Scoring ready codes against a bare numpy take-and-add and pandas' map; a card's SQL; one lead."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import Comparison, inside

LEADS, SEED = 10_000_000, 20_260_101
MAPPED = 500_000
"""Rows that pandas maps, and ours beside them: 10 M texts x 30 would take it minutes and 20 GB."""
IN_SQL = 1_000_000
LEVELS = (3, 5, 8, 15, 30, 60) * 5
REPETITIONS = 1
ALONE = 200
"""So often one lead is scored in a repetition."""

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]


def _comparison(what: str, against: str, ours: str, peer: str, limit: float) -> Comparison:
    return Comparison(
        what=what,
        against=against,
        ours=inside("score", ours),
        peer=inside("score", peer),
        rounds=3,
        limit=limit,
    )


COMPARISONS = (
    _comparison("score 10 M leads x 30 ready codes", "numpy take and add", "ours", "bare", 2),
    _comparison("score 0.5 M leads x 30", "pandas map per column", "ours_few", "mapped", 1 / 50),
    _comparison("score 1 M leads x 30 in DuckDB", "SQL by hand", "exported", "by_hand", 1.5),
    _comparison("score one lead x 30", "pandas DataFrame of it", "alone", "framed", 20),
)


def prepare(folder: Path) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    rng = np.random.default_rng(SEED)
    names = [f"text_{place}" for place in range(len(LEVELS))]
    # From 1 on: the code 0 is for no value, which every tenth lead has.
    for name, levels in zip(names, LEVELS, strict=True):
        codes = rng.integers(1, levels + 1, LEADS, dtype=np.int8)
        codes[rng.random(LEADS) < 0.1] = 0
        np.save(folder / f"{name}.npy", codes)
    table = {
        name: pa.array([None, *_texts(levels)]).take(
            pa.array(np.load(folder / f"{name}.npy")[:IN_SQL])
        )
        for name, levels in zip(names, LEVELS, strict=True)
    }
    parquet.write_table(pa.table(table), folder / "leads.parquet")


def _texts(levels: int) -> list[str]:
    return [f"Level {level:02}" for level in range(levels)]


def _worth(place: int, levels: int) -> list[int]:
    """Points of each level: none twice in a row, some below nothing."""
    return [(7 * level + 3 * place) % 19 - 6 for level in range(levels)]


def _missing(place: int) -> int:
    return place % 5 - 2


def _codes(folder: Path, rows: int) -> list[Any]:
    import numpy as np

    return [np.load(folder / f"text_{place}.npy")[:rows] for place in range(len(LEVELS))]


def _sums(scores: Any) -> list[int]:
    return [int(scores[::place].sum()) for place in (1, 7, 101)]


def ours(folder: Path, rows: int = LEADS) -> Parts:
    import numpy as np

    from calibrate.engines.base import ColumnPoints, Scoring
    from calibrate.engines.columns import TextColumn
    from calibrate.engines.judging import Judged, judge_rows, points_reader
    from calibrate.levels import MISSING, Level, Levels

    parts, columns = [], {}
    for place, codes in enumerate(_codes(folder, rows)):
        texts, name = _texts(LEVELS[place]), f"text_{place}"
        levels = tuple(Level(text=text) for text in [*texts, MISSING])
        columns[name] = TextColumn(codes=np.ascontiguousarray(codes), texts=tuple(texts))
        parts.append(
            ColumnPoints(
                column=name,
                levels=Levels(kind="category", levels=levels),
                points=(*_worth(place, LEVELS[place]), _missing(place)),
                otherwise=0,
            )
        )
    scoring = Scoring(base=0, columns=tuple(parts))

    def work() -> Judged:
        return judge_rows(scoring, lambda one: points_reader(one, columns[one.column]), rows)

    return work, lambda judged: _sums(judged.scores)


ours_few = partial(ours, rows=MAPPED)


def bare(folder: Path) -> Parts:
    import numpy as np

    codes = _codes(folder, LEADS)
    worth = [
        np.array([_missing(place), *_worth(place, levels)]) for place, levels in enumerate(LEVELS)
    ]

    def work() -> Any:
        scores = np.zeros(LEADS, dtype=np.int64)
        for points, column in zip(worth, codes, strict=True):
            scores += np.take(points, column)
        return scores

    return work, _sums


def mapped(folder: Path) -> Parts:
    import numpy as np
    import pandas as pd

    frame = pd.read_parquet(folder / "leads.parquet").head(MAPPED).astype(object)
    worth = [
        dict(zip(_texts(levels), _worth(place, levels), strict=True))
        for place, levels in enumerate(LEVELS)
    ]

    def work() -> Any:
        columns = enumerate(frame.columns)
        return sum(frame[name].map(worth[place]).fillna(_missing(place)) for place, name in columns)

    return work, lambda scores: _sums(scores.to_numpy().astype(np.int64))


def _card() -> Any:
    """A card of the 30 texts, its points set by hand so that both sides have the same."""
    import pandas as pd

    from calibrate import Scorecard, calibrate
    from calibrate.scorecard.parts import LevelPart

    card = calibrate(
        pd.DataFrame({"source": ["a"] * 60 + ["b"] * 60, "converted": [1, 0] * 20 + [0] * 80}),
        {"attributes": {"source": {"wanted": True}}},
    ).scorecard
    model = card.attributes[0]

    def level(text: str, points: int) -> LevelPart:
        return LevelPart(level=text, points=points, value=0.0, evidence=model.levels[0].evidence)

    attributes = [
        model.model_copy(
            update={
                "name": f"text_{place}",
                "otherwise": 0,
                "levels": (
                    *map(level, _texts(levels), _worth(place, levels)),
                    level("(missing)", _missing(place)),
                ),
            }
        )
        for place, levels in enumerate(LEVELS)
    ]
    points = card.points.model_copy(update={"base": 0})
    changed = card.model_copy(update={"attributes": tuple(attributes), "points": points})
    return Scorecard.from_yaml(changed.to_yaml())


def exported(folder: Path) -> Parts:
    from calibrate.export import export

    query = str(export(_card(), "sql", dialect="duckdb", table="leads"))
    return _in_duckdb(folder, query)


def by_hand(folder: Path) -> Parts:
    """What an analyst would write: a CASE for each column, texts taken as they stand.

    It does less than the card, which also knows ` level 01`; folding every text first, DuckDB takes
    many times as long, since it folds again for every arm.
    """
    terms = []
    for place, levels in enumerate(LEVELS):
        pairs = zip(_texts(levels), _worth(place, levels), strict=True)
        arms = " ".join(f"WHEN '{text}' THEN {points}" for text, points in pairs)
        name = f"text_{place}"
        cases = f"CASE WHEN {name} IS NULL THEN {_missing(place)} "
        terms.append(f"{cases}ELSE CASE {name} {arms} ELSE 0 END END")
    score = " + ".join(terms)
    return _in_duckdb(folder, f"SELECT *, {score} AS score FROM leads")


def _in_duckdb(folder: Path, query: str) -> Parts:
    import duckdb

    inside = duckdb.connect()
    inside.execute("SET threads = 1")
    inside.execute(f"CREATE TABLE leads AS FROM '{folder / 'leads.parquet'}'")
    asked = f"SELECT sum(score), max(score), min(score) FROM ({query.rstrip().rstrip(';')})"
    return lambda: inside.execute(asked).fetchone(), lambda said: [int(one) for one in said]


def _lead() -> dict[str, list[str]]:
    return {f"text_{place}": [_texts(levels)[-1]] for place, levels in enumerate(LEVELS)}


def alone(_: Path) -> Parts:
    import pandas as pd

    card, lead = _card(), pd.DataFrame(_lead())
    card.score(lead)
    return lambda: [card.score(lead) for _ in range(ALONE)], lambda _: None


def framed(_: Path) -> Parts:
    import pandas as pd

    lead = _lead()
    pd.DataFrame(lead)
    return lambda: [pd.DataFrame(lead) for _ in range(ALONE)], lambda _: None
