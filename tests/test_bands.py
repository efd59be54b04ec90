"""Small bands join their neighbours, and nobody is lost on the way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calibrate.bands import merge_small, merged_counts

band_leads = st.lists(st.integers(0, 60), min_size=1, max_size=12)


@given(band_leads, st.integers(1, 40))
def test_every_band_is_large_enough_or_there_is_only_one(leads: list[int], least: int) -> None:
    edges = [float(place) for place in range(1, len(leads))]
    kept = merge_small(edges, leads, least)
    merged = merged_counts(np.array([*leads, 7]), edges, kept)
    assert set(kept) <= set(edges)
    assert len(merged) == len(kept) + 2
    assert merged[-1] == 7
    assert merged.sum() == sum(leads) + 7
    assert merged[:-1].min() >= least or not kept


@given(band_leads)
def test_bands_that_are_large_enough_stay(leads: list[int]) -> None:
    edges = [float(place) for place in range(1, len(leads))]
    assert merge_small(edges, leads, max(1, min(leads))) == tuple(edges) or min(leads) == 0


def test_merging_by_shard_gives_the_same_as_merging_the_sum() -> None:
    counts = np.random.default_rng(1).integers(0, 9, (200, 7))
    edges, kept = [1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 5.0]
    by_shard = merged_counts(counts, edges, kept)
    assert by_shard.sum(axis=0).tolist() == merged_counts(counts.sum(axis=0), edges, kept).tolist()
    assert by_shard.shape == (200, 4)
