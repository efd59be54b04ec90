"""The engine in memory against the same counting spelled out in plain Python."""

from __future__ import annotations

import hashlib
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines.base import SHARDS, ColumnPoints, ColumnValues
from calibrate.engines.cells import from_objects
from calibrate.engines.columns import NumberColumn, TextColumn
from calibrate.engines.marks import marks_of_texts, shards_of
from calibrate.engines.memory import MemoryEngine
from calibrate.engines.places import band_codes, level_rows
from calibrate.levels import MISSING, Level, Levels, bands

cells = st.lists(
    st.tuples(st.sampled_from(["a", "b", "B ", "c", None]), st.booleans()), min_size=1, max_size=80
)
numbers = st.lists(
    st.one_of(st.integers(-5, 5).map(float), st.just(math.nan), st.floats(-100, 100)),
    min_size=1,
    max_size=80,
)


def engine_of(
    values: list, customers: list[bool] | None = None, ids: object = None
) -> MemoryEngine:
    return MemoryEngine(
        columns={"it": from_objects(values)},
        customer=np.array(customers or [False] * len(values)),
        ids=ids,
    )


@given(cells)
def test_values_are_counted_as_they_stand(rows: list[tuple[str | None, bool]]) -> None:
    found = engine_of([v for v, _ in rows], [c for _, c in rows]).count_values("it")
    names = [*found.values, None]
    leads, customers = Counter(v for v, _ in rows), Counter(v for v, c in rows if c)
    assert {n: v for n, v in zip(names, found.leads.tolist(), strict=True) if v} == leads
    assert {n: v for n, v in zip(names, found.customers.tolist(), strict=True) if v} == customers


@given(numbers, st.integers(2, 12))
def test_cuts_are_quantiles_and_fences_round_heavy_values(values: list[float], parts: int) -> None:
    """The promise of the engines, word for word, in whole numbers."""
    there = sorted(value for value in values if not math.isnan(value))
    distinct = sorted(set(there))
    wanted = set()
    for part in range(1, parts):
        at_or_below = (
            v for v in distinct if parts * sum(w <= v for w in there) >= part * len(there)
        )
        wanted.add(next(at_or_below, None))
    for place, value in enumerate(distinct):
        if parts * there.count(value) > len(there):
            wanted |= {value, *distinct[place + 1 : place + 2]}
    wanted -= {None, *distinct[:1]}
    engine = MemoryEngine(
        columns={"it": NumberColumn(numbers=np.array(values))}, customer=np.zeros(len(values), bool)
    )
    assert engine.cut_points("it", parts) == tuple(sorted(wanted))


@given(numbers, st.lists(st.floats(-50, 50), max_size=25, unique=True).map(sorted))
def test_a_number_is_in_the_band_whose_start_it_reaches(
    values: list[float], edges: list[float]
) -> None:
    """Few edges are compared with, many searched among: both here."""
    wanted = [
        len(edges) + 1 if math.isnan(value) else sum(value >= edge for edge in edges)
        for value in values
    ]
    assert band_codes(np.array(values), edges).tolist() == wanted


@pytest.mark.parametrize("edges", [5, 16, 17, 40])
def test_a_number_on_an_edge_is_in_the_band_that_begins_there(edges: int) -> None:
    rising = [float(edge) for edge in range(edges)]
    assert band_codes(np.array(rising), rising).tolist() == list(range(1, edges + 1))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_a_lead_has_the_shard_of_the_md5_of_its_id(ids: list[str]) -> None:
    column = TextColumn(codes=np.arange(1, len(ids) + 1, dtype=np.int32), texts=tuple(ids))
    wanted = [int(hashlib.md5(one.encode()).hexdigest()[:8], 16) % 200 for one in ids]
    assert shards_of(column, len(ids)).tolist() == wanted
    assert SHARDS == 200


def test_an_id_that_is_a_number_has_the_shard_of_its_text() -> None:
    as_text = shards_of(from_objects(["17", "4711"]), 2)
    assert shards_of(from_objects([17, 4711]), 2).tolist() == as_text.tolist()


def test_without_ids_the_row_decides_the_shard() -> None:
    wanted = [int(hashlib.md5(str(row).encode()).hexdigest()[:8], 16) % 200 for row in range(1234)]
    assert shards_of(None, 1234).tolist() == wanted


def test_marks_are_those_of_md5_at_any_length_of_a_text() -> None:
    texts = [("Zürich 4711 " * 9).encode()[:size].decode(errors="ignore") for size in range(100)]
    assert {len(one.encode()) for one in texts} >= {55, 56, 63, 64, 65}
    wanted = [int(hashlib.md5(one.encode()).hexdigest()[:8], 16) for one in texts]
    assert marks_of_texts(texts).tolist() == wanted
    assert marks_of_texts([]).tolist() == []


@given(cells)
def test_counts_by_shard_add_up(rows: list[tuple[str | None, bool]]) -> None:
    ids = from_objects([f"L{row}" for row in range(len(rows))])
    engine = engine_of([v for v, _ in rows], [c for _, c in rows], ids)
    whole, parts = engine.count_values("it"), engine.count_values("it", by_shard=True)
    assert parts.leads.shape == (SHARDS, len(whole.leads))
    assert parts.leads.sum(axis=0).tolist() == whole.leads.tolist()
    assert parts.customers.sum(axis=0).tolist() == whole.customers.tolist()
    by_lead = shards_of(ids, len(rows))
    assert parts.leads.sum(axis=1).tolist() == np.bincount(by_lead, minlength=SHARDS).tolist()


def test_a_text_among_numbers_is_a_value_never_seen_and_not_a_gap() -> None:
    levels = Levels(kind="number", levels=(*bands([5.0]), Level(text=MISSING)))
    column = from_objects(["1", "9", "a lot", None])
    assert level_rows(column, levels).tolist() == [0, 1, -1, 2]


def test_a_gap_is_never_seen_where_the_card_has_no_level_for_it() -> None:
    levels = Levels(kind="number", levels=bands([5.0]))
    assert level_rows(from_objects([1, None, 9]), levels).tolist() == [0, -1, 1]


@pytest.mark.parametrize("size", [100, 130, 40_000])
def test_many_levels_do_not_overflow_small_codes(size: int) -> None:
    texts = [f"v{number}" for number in range(size)]
    column = from_objects([*texts, None, texts[-1]])
    levels = Levels(
        kind="category", levels=(*(Level(text=text) for text in texts), Level(text=MISSING))
    )
    assert level_rows(column, levels).tolist() == [*range(size), size, size - 1]


@given(cells)
def test_scores_are_tallied_lead_by_lead(rows: list[tuple[str | None, bool]]) -> None:
    levels = Levels(kind="category", levels=(Level(text="a"), Level(text="b")))
    card = [ColumnPoints(column="it", levels=levels, points=(7, -3), otherwise=2)]
    found = engine_of([v for v, _ in rows], [c for _, c in rows]).tally_scores(card, 10)
    worth = {"a": 17, "b": 7, "B ": 7, "c": 12, None: 12}
    leads, customers = Counter(worth[v] for v, _ in rows), Counter(worth[v] for v, c in rows if c)
    assert found.scores.tolist() == sorted(leads)
    assert found.leads.tolist() == [leads[score] for score in sorted(leads)]
    assert found.customers.tolist() == [customers[score] for score in sorted(leads)]


def test_joint_profiles_are_the_distinct_rows_however_many_columns() -> None:
    """With 40 columns of five values, the rows do not fit into one number at a time."""
    rng = np.random.default_rng(3)
    n, values = 600, (-1.0, 0.5, 0.0, 2.0, 0.25)
    drawn = rng.integers(0, 5, (n, 40))
    drawn[:200] = drawn[200:400]  # some rows come twice
    customer = rng.random(n) < 0.3
    levels = Levels(kind="category", levels=tuple(Level(text=letter) for letter in "abcde"))
    engine = MemoryEngine(
        columns={
            f"c{place}": TextColumn(
                codes=(drawn[:, place] + 1).astype(np.int8), texts=tuple("abcde")
            )
            for place in range(40)
        },
        customer=customer,
    )
    card = [ColumnValues(column=f"c{place}", levels=levels, values=values) for place in range(40)]
    found = engine.joint_profiles(card, most=n)
    rows, ids = np.unique(np.array(values)[drawn], axis=0, return_inverse=True)
    assert found.values.tolist() == rows.tolist()
    assert found.leads.tolist() == np.bincount(ids).tolist()
    assert found.customers.tolist() == np.bincount(ids[customer], minlength=len(rows)).tolist()
