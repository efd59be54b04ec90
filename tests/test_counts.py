"""Counts against a plain groupby: case, blanks, pooling, groups, gaps; and by shard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import count, read_leads
from calibrate.counts import AttributeCounts, Counts

SPELLINGS = [
    "Google",
    "google",
    " GOOGLE ",
    "Fair",
    "fair",
    "Radio",
    "Press",
    "TV",
    "DE",
    "at",
    "CH",
]


def counted(frame: pd.DataFrame, spec: dict | None = None, **options: bool) -> Counts:
    return count(read_leads(frame, spec), **options)


def by_level(one: AttributeCounts) -> dict[str, tuple[int, int]]:
    labels = [level.label for level in one.levels.levels]
    return dict(zip(labels, zip(one.customers, one.leads, strict=True), strict=True))


def frame_from(seed: int, leads: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(len(SPELLINGS), 0.5))
    source = rng.choice(SPELLINGS, leads, p=weights).astype(object)
    source[rng.random(leads) < 0.1] = None
    visits = rng.poisson(rng.uniform(1, 20), leads).astype(float)
    visits[rng.random(leads) < 0.1] = np.nan
    customer = rng.random(leads) < 0.3
    customer[:2] = [True, False]
    return pd.DataFrame({"source": source, "visits": visits, "converted": customer.astype(int)})


def by_groupby(frame: pd.DataFrame, min_leads: int, groups: dict[str, list[str]]) -> dict:
    """The same table from pandas alone: folded value -> customers, leads."""
    group_of = {member.lower(): name.lower() for name, group in groups.items() for member in group}
    folded = frame["source"].str.strip().str.lower().map(lambda v: group_of.get(v, v))
    sizes = folded.value_counts()
    rare = set(sizes[sizes < min_leads].index) - {name.lower() for name in groups}
    level = folded.map(lambda v: "(other)" if v in rare else v).fillna("(missing)")
    table = frame.groupby(level)["converted"].agg(["sum", "size"])
    return {name: (int(row["sum"]), int(row["size"])) for name, row in table.iterrows()}


@given(st.integers(0, 10**6), st.sampled_from([1, 5, 10, 40]), st.booleans())
def test_counts_are_those_of_a_groupby(seed: int, min_leads: int, grouped: bool) -> None:
    frame = frame_from(seed)
    groups = {"DACH": ["de", "AT", "ch"], "Ads": ["Radio", "TV"]} if grouped else {}
    spec = {"min_leads": min_leads, "levels": {"source": groups}, "only": ["source"]}
    found = by_level(counted(frame, spec).attributes[0])
    assert {name.lower(): row for name, row in found.items()} == by_groupby(
        frame, min_leads, groups
    )


@given(st.integers(0, 10**6), st.booleans())
def test_levels_add_up_to_all_leads_for_every_attribute(seed: int, declared: bool) -> None:
    spec = {"attributes": {"visits": {"bands": [0, 3, 10, 30]}}} if declared else None
    found = counted(frame_from(seed), spec)
    assert [one.name for one in found.attributes] == ["source", "visits"]
    for one in found.attributes:
        assert (sum(one.leads), sum(one.customers)) == (found.leads, found.customers)


def test_bands_are_counted_as_pandas_cuts_them() -> None:
    frame = frame_from(7)
    spec = {"attributes": {"visits": {"bands": [0, 3, 10]}}, "only": ["visits"]}
    found = by_level(counted(frame, spec).attributes[0])
    cut = pd.cut(frame["visits"], [-np.inf, 0, 3, 10, np.inf], right=False)
    wanted = frame.groupby(cut, observed=False)["converted"].agg(["sum", "size"])
    gaps = frame[frame["visits"].isna()]["converted"]
    assert list(found.values())[:-1] == [tuple(row) for row in wanted.to_numpy().tolist()]
    assert found["(missing)"] == (gaps.sum(), len(gaps))


def test_declared_bands_stay_however_few_leads_they_hold() -> None:
    spec = {"attributes": {"visits": {"bands": [0, 1, 1000]}}, "only": ["visits"]}
    found = by_level(counted(frame_from(8), spec).attributes[0])
    assert found["under 0"] == (0, 0)
    assert found["1000 or more"] == (0, 0)


def test_bands_of_our_own_hold_enough_leads() -> None:
    one = counted(frame_from(9), {"min_leads": 25, "only": ["visits"]}).attributes[0]
    banded = [n for level, n in zip(one.levels.levels, one.leads, strict=True) if level.is_band]
    assert len(banded) > 2
    assert min(banded) >= 25


def test_the_commonest_spelling_is_shown(frame_of: Callable[..., pd.DataFrame]) -> None:
    frame = frame_of(**{"google": (3, 12), "GOOGLE": (3, 11), "Fair": (1, 30)})
    assert by_level(counted(frame).attributes[0]) == {"Fair": (1, 30), "google": (6, 23)}


def test_pooled_names_are_kept_and_gaps_are_never_pooled() -> None:
    values = ["Google"] * 20 + ["Fair"] * 20 + ["Radio"] * 3 + ["press", "Press"] + [None] * 2
    frame = pd.DataFrame({"source": values, "converted": [1, 0] * 23 + [1]})
    (one,) = counted(frame).attributes
    assert [level.text for level in one.levels.levels] == ["Fair", "Google", "(other)", "(missing)"]
    assert one.levels.pooled == ("Press", "Radio")
    assert one.leads == (20, 20, 5, 2)


def test_a_value_called_other_is_pooled_with_the_rest() -> None:
    values = ["Google"] * 20 + ["(other)"] * 20 + ["Radio"] * 3 + ["(Missing)"] * 2
    frame = pd.DataFrame({"source": values, "converted": [1, 0, 0] * 15})
    (one,) = counted(frame).attributes
    assert dict(zip([lv.text for lv in one.levels.levels], one.leads, strict=True)) == {
        "Google": 20,
        "(other)": 23,
        "(missing)": 2,
    }


def test_a_group_is_a_level_however_small_and_knows_its_members() -> None:
    frame = pd.DataFrame(
        {"country": ["FR"] * 30 + ["de", "AT"] + ["US"] * 12, "converted": [1, 0] * 22}
    )
    spec = {"levels": {"country": {"DACH": ["DE", "AT", "CH"]}}}
    (one,) = counted(frame, spec).attributes
    assert by_level(one) == {"DACH": (1, 2), "FR": (15, 30), "US": (6, 12)}
    assert one.levels.levels[0].members == ("DE", "AT", "CH")


def test_yes_and_no_are_counted_in_every_spelling() -> None:
    frame = pd.DataFrame(
        {"demo": ["Yes", "TRUE", "y", "no", "F", "False"] * 5, "converted": [1, 0, 0] * 10}
    )
    assert by_level(counted(frame).attributes[0]) == {"no": (5, 15), "yes": (5, 15)}


def test_min_leads_can_be_declared_for_one_attribute() -> None:
    frame = frame_from(11)
    spec = {"attributes": {"source": {"min_leads": 1}}, "only": ["source"]}
    (one,) = counted(frame, spec).attributes
    assert "(other)" not in by_level(one)
    assert one.min_leads == 1


@given(st.integers(0, 10**6))
def test_shards_add_up_and_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    frame = frame_from(seed, 150)
    frame.insert(0, "lead_id", [f"L{row}" for row in range(len(frame))])
    whole = counted(frame)
    found = counted(frame, by_shard=True)
    turned = counted(frame.sample(frac=1, random_state=seed % 1000), by_shard=True)
    for one, other, plain in zip(
        found.attributes, turned.attributes, whole.attributes, strict=True
    ):
        leads, customers = one.by_shard
        assert leads.shape == (200, len(plain.leads))
        assert tuple(leads.sum(axis=0)) == one.leads == plain.leads
        assert tuple(customers.sum(axis=0)) == one.customers == plain.customers
        assert np.array_equal(leads, other.by_shard[0])
        assert np.array_equal(customers, other.by_shard[1])
        assert plain.by_shard is None


@given(st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    frame = frame_from(seed, 150)
    turned = frame.sample(frac=1, random_state=seed % 1000)
    assert counted(frame) == counted(turned)


def test_a_frame_of_counts_has_a_row_for_every_level(leads_frame: pd.DataFrame) -> None:
    found = counted(leads_frame)
    frame = found.to_frame()
    assert len(frame) == sum(len(one.leads) for one in found.attributes)
    assert set(frame.groupby("attribute")["leads"].sum()) == {1500}
    assert "1500 leads" in repr(found)


@pytest.mark.parametrize("kind", ["str", "category", "object"])
def test_the_type_of_a_text_column_does_not_matter(kind: str, leads_frame: pd.DataFrame) -> None:
    turned = leads_frame.assign(source=leads_frame["source"].astype(kind))
    assert counted(turned) == counted(leads_frame)
