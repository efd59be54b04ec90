"""Bands cut by the outcome: merged while alike, rounded while nothing changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate.bands import Merging, merge_alike, round_edges


def tallies(values: np.ndarray, customer: np.ndarray):
    def count(edges):
        bands = np.searchsorted(np.asarray(edges), values, side="right")
        size = len(edges) + 2
        return (
            np.bincount(bands, minlength=size),
            np.bincount(bands[customer], minlength=size),
        )

    return count


@pytest.fixture(scope="module")
def step() -> tuple[np.ndarray, np.ndarray]:
    """One true step, at 37.3, among 20 000 leads."""
    rng = np.random.default_rng(4)
    values = rng.gamma(2, 20, size=20_000).round(4)
    return values, rng.random(20_000) < np.where(values < 37.3, 0.05, 0.12)


def fine_edges(values: np.ndarray) -> list[float]:
    return np.unique(np.quantile(values, np.arange(1, 50) / 50, method="higher")).tolist()


def test_one_step_gives_one_cut_at_a_round_number(step) -> None:
    values, customer = step
    count = tallies(values, customer)
    edges = fine_edges(values)
    leads, customers = count(edges)
    kept = merge_alike(edges, leads[:-1].tolist(), customers[:-1].tolist(), Merging())
    assert len(kept) == 1
    (edge,) = round_edges(kept, count)
    assert edge == pytest.approx(37.3, abs=2.5)
    assert 2 * edge == round(2 * edge), "a half is near enough"


def test_at_most_so_many_bands_and_none_too_small() -> None:
    leads = [400] * 40
    customers = [5 * place for place in range(40)]
    edges = list(range(1, 40))
    kept = merge_alike(edges, leads, customers, Merging(max_bands=4, min_leads=1000))
    assert len(kept) <= 3
    sizes = np.diff([0, *kept, 40]) * 400
    assert sizes.min() >= 1000


@pytest.mark.parametrize(("direction", "sign"), [("up", 1), ("down", -1), ("auto", 1)])
def test_monotone_bands_run_one_way(direction: str, sign: int) -> None:
    rng = np.random.default_rng(8)
    leads = np.full(30, 500)
    wave = 0.2 + 0.1 * np.sin(np.arange(30) / 3) + 0.004 * np.arange(30)
    customers = rng.binomial(leads, wave)
    edges = list(range(1, 30))
    kept = merge_alike(edges, leads.tolist(), customers.tolist(), Merging(monotone=direction))
    starts = [0, *kept]
    rates = np.add.reduceat(customers, starts) / np.add.reduceat(leads, starts)
    assert (sign * np.diff(rates) >= 0).all()
    assert direction == "down" or len(kept) >= 1


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=6, unique=True),
    st.integers(0, 2**32 - 1),
)
def test_rounding_keeps_order_and_counts(marks: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = sorted(marks)
    values = rng.uniform(edges[0] - 10, edges[-1] + 10, size=400)
    customer = rng.random(400) < 0.3
    count = tallies(values, customer)
    moved = round_edges(edges, count)
    assert len(moved) == len(edges)
    assert list(moved) == sorted(set(moved))
    for before, after in zip(count(edges), count(moved), strict=True):
        assert (np.abs(after - before) <= np.maximum(1, 0.01 * before)).all()


def test_no_difference_leaves_one_band() -> None:
    assert merge_alike([1, 2, 3], [1000] * 4, [100] * 4, Merging()) == ()


def test_bands_without_any_customer_are_alike() -> None:
    assert merge_alike([1, 2, 3], [500] * 4, [0, 0, 0, 60], Merging()) == (3,)
