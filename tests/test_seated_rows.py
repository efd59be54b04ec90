"""Rows of seats counted and scored together against one row, one pair, one replicate at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.engines.base import SHARDS, ColumnPoints
from calibrate.engines.joints import joined
from calibrate.evidence import Overall
from calibrate.levels import Levels
from calibrate.spread import scored_rows, seating
from calibrate.spread.refit import Redrawn
from calibrate.spread.scored_rows import ScoredRows
from calibrate.spread.seating import Seating
from calibrate.spread.seats import Seated, Seats

SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=6)


def seated_of(sizes: list[int], rows: int, rng: np.random.Generator, *, caps: bool) -> Seated:
    """Seat some leads anywhere; with `caps` the first attributes are under one, and some veto."""
    leads = rng.integers(1, 4, rows)
    apart = max(1, len(sizes) // 2)
    together = (range(apart), range(apart, len(sizes))) if caps else (range(len(sizes)),)
    return Seated(
        attributes=tuple(seats_of(size, rng) for size in sizes),
        overall=Overall(leads=rows, customers=1, close_rate=0.1, interval=(0.0, 1.0)),
        seating=Seating(
            seats=np.array([rng.integers(0, size, rows) for size in sizes]).reshape(
                len(sizes), rows
            ),
            sizes=tuple(sizes),
            together=tuple(tuple(one) for one in together),
            decides=rng.random(rows) < (0.7 if caps else 2),
            shards=np.sort(rng.integers(0, SHARDS, rows)),
            leads=leads,
            customers=rng.binomial(leads, 0.3),
        ),
        caps=(4, None)[: len(together)] if caps else (None,),
        share=1.0,
    )


def seats_of(size: int, rng: np.random.Generator) -> Seats:
    levels = Levels(kind="category", levels=())
    return Seats(
        m=1.0,
        factor=1.0,
        is_made=False,
        values=rng.normal(size=size),
        points=np.zeros(size, dtype=np.int64),
        leads=np.zeros(size),
        customers=np.zeros(size),
        by_hand=np.full(size, np.nan),
        stands_for=ColumnPoints(column="a", levels=levels, points=(), otherwise=0),
    )


def redrawn_of(
    sizes: list[int], replicates: int, largest: int, rng: np.random.Generator
) -> Redrawn:
    return Redrawn(
        base=rng.integers(-5, 5, replicates),
        points=tuple(rng.integers(-largest, largest + 1, (replicates, size)) for size in sizes),
    )


@given(SIZES, st.integers(0, 60), st.sampled_from([0, 9, 7000]), st.booleans(), st.integers(0, 99))
def test_many_replicates_are_tallied_as_one_row_after_another_is(
    sizes: list[int], rows: int, largest: int, caps: bool, seed: int
) -> None:
    """More replicates than are scored together, narrow whole numbers and wide ones."""
    rng = np.random.default_rng(seed)
    seated = seated_of(sizes, rows, rng, caps=caps)
    redrawn = redrawn_of(sizes, 19, largest, rng)
    weights = rng.choice([0.0, 0.5, 2.0], (19, SHARDS))
    first, size = -5 - largest * len(sizes), 11 + 2 * largest * len(sizes)
    leads, customers = ScoredRows.of(seated, weights).tally(redrawn, weights, first, size)
    assert leads.shape == customers.shape == (19, size)
    table = seated.seating
    wanted = np.zeros((2, 19, size))
    for replicate in range(19):
        for row in np.flatnonzero(table.decides):
            score = redrawn.base[replicate]
            for cap, group in zip(seated.caps, table.together, strict=True):
                added = sum(redrawn.points[a][replicate, table.seats[a, row]] for a in group)
                score += added if cap is None else min(added, cap)
            weight = weights[replicate, table.shards[row]]
            wanted[0, replicate, score - first] += weight * table.leads[row]
            wanted[1, replicate, score - first] += weight * table.customers[row]
    assert np.array_equal(leads, wanted[0])
    assert np.array_equal(customers, wanted[1])


def test_rows_are_taken_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    seated = seated_of([3, 5], 100, rng, caps=True)
    redrawn, weights = redrawn_of([3, 5], 4, 6, rng), np.ones((4, SHARDS))
    whole = ScoredRows.of(seated, weights).tally(redrawn, weights, -20, 40)
    monkeypatch.setattr(scored_rows, "_ROWS", 7)
    pieces = ScoredRows.of(seated, weights).tally(redrawn, weights, -20, 40)
    assert np.array_equal(whole, pieces)


@given(SIZES, st.integers(0, 60), st.integers(0, 99))
def test_seats_meet_as_a_lead_sits_on_both(sizes: list[int], rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    seats = seated_of(sizes, rows, rng, caps=False).seating
    amounts = rng.integers(0, 9, rows).astype(float)
    table = seats.met(amounts)
    on = np.zeros((seats.width, rows))
    on[0] = 1.0
    for start, row in zip(seats.starts, seats.seats, strict=True):
        on[start + row, np.arange(rows)] = 1.0
    assert np.array_equal(table, (on * amounts) @ on.T)


@pytest.mark.parametrize("most", [1, 6, 40, 10**6])
def test_attributes_stand_together_while_they_fit(most: int) -> None:
    sizes = [5, 2, 3, 7, 1, 2]
    seats = seated_of(sizes, 30, np.random.default_rng(2), caps=False).seating
    joints = joined(seats.seats, sizes, range(len(sizes)), most)
    assert sorted(one for joint in joints for one in joint.attributes) == list(range(len(sizes)))
    assert all(joint.size <= most or len(joint.attributes) == 1 for joint in joints)
    values = [np.arange(float(size)) * 100.0**place for place, size in enumerate(sizes)]
    total = sum(
        joint.worth([row[None, :] for row in values])[0].take(joint.places) for joint in joints
    )
    assert np.array_equal(total, sum(row[at] for row, at in zip(values, seats.seats, strict=True)))


def test_blocks_of_rows_are_counted_as_all_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seats = seated_of([3, 4], 50, np.random.default_rng(4), caps=False).seating
    amounts = np.arange(50.0)
    whole = seats.met(amounts)
    monkeypatch.setattr(seating, "_COUNTED", 8)
    assert np.array_equal(seats.met(amounts), whole)
