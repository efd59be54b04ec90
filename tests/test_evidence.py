"""A level's evidence: each number from its own room, and the verdict from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from calibrate import calibrate, count, read_leads, weigh
from calibrate.counts import AttributeCounts, Counts
from calibrate.evidence import Evidence, LevelEvidence
from calibrate.levels import Level, Levels
from calibrate.screening import screen
from calibrate.stats.association import association, trend_p
from calibrate.stats.intervals import lift_interval, wilson
from calibrate.stats.significance import level_p_values


def counts_of(*attributes: list[tuple[int, int]], min_leads: int = 10) -> Counts:
    """Counts from customers and leads per level; every attribute has the same totals."""
    totals = {(sum(x for x, _ in one), sum(n for _, n in one)) for one in attributes}
    ((customers, leads),) = totals
    return Counts(
        leads=leads,
        customers=customers,
        attributes=tuple(
            AttributeCounts(
                name=f"a{place}",
                group="other",
                unit=None,
                min_leads=min_leads,
                levels=Levels(
                    kind="category",
                    levels=tuple(Level(text=f"l{number}") for number in range(len(one))),
                ),
                leads=tuple(n for _, n in one),
                customers=tuple(x for x, _ in one),
            )
            for place, one in enumerate(attributes)
        ),
    )


def levels_of(evidence: Evidence) -> list[LevelEvidence]:
    return [level for attribute in evidence.attributes for level in attribute.evidence]


@st.composite
def random_counts(draw: st.DrawFn) -> Counts:
    """Several attributes of the same leads, some telling something."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    leads = int(rng.integers(30, 4000))
    customer = rng.random(leads) < rng.uniform(0.02, 0.9)
    customer[:2] = [True, False]
    attributes = []
    for _ in range(int(rng.integers(1, 5))):
        size = int(rng.integers(1, 7))
        weights = rng.dirichlet(np.ones(size), 2)
        codes = np.where(
            customer,
            rng.choice(size, leads, p=weights[0]),
            rng.choice(size, leads, p=weights[int(rng.integers(0, 2))]),
        )
        attributes.append(
            list(
                zip(
                    np.bincount(codes[customer], minlength=size).tolist(),
                    np.bincount(codes, minlength=size).tolist(),
                    strict=True,
                )
            )
        )
    return counts_of(*attributes)


@given(random_counts())
def test_every_number_comes_from_its_own_room(counts: Counts) -> None:
    found = weigh(counts)
    totals = (counts.customers, counts.leads)
    overall = counts.customers / counts.leads
    assert found.overall.close_rate == overall
    assert found.overall.interval == tuple(float(end) for end in wilson(*totals))
    for attribute, counted in zip(found.attributes, counts.attributes, strict=True):
        x, n = np.array(counted.customers), np.array(counted.leads)
        held = n > 0
        rates, lifts = wilson(x[held], n[held]), lift_interval(x[held], n[held], *totals)
        told = [one for one in attribute.evidence if one.leads]
        assert [one.customers for one in attribute.evidence] == x.tolist()
        assert [one.leads for one in attribute.evidence] == n.tolist()
        assert [one.close_rate for one in told] == (x[held] / n[held]).tolist()
        assert [one.lift for one in told] == pytest.approx(x[held] / n[held] / overall, rel=1e-12)
        assert [one.close_rate_interval for one in told] == list(zip(*rates, strict=True))
        assert [one.lift_interval for one in told] == list(zip(*lifts, strict=True))
        shrunken = (x + attribute.m * overall) / (n + attribute.m)
        assert [one.shrunken_close_rate for one in attribute.evidence] == pytest.approx(shrunken)
        assert attribute.association == association(x, n)
    assert [one.screened for one in found.attributes] == list(found.screening.attributes)


def p_values_of(attribute: AttributeCounts, counts: Counts) -> list[float]:
    """The p-values of the levels that are tested, one at a time."""
    return [
        level_p_values([x], [n], counts.customers, counts.leads)[0][0]
        for x, n in zip(attribute.customers, attribute.leads, strict=True)
        if 10 <= n < counts.leads
    ]


def simes_by_hand(p_values: list[float]) -> float:
    """The smallest p-value as Benjamini-Hochberg adjusts it: Simes' combination by other means."""
    return float(multipletests(p_values, method="fdr_bh")[1].min()) if p_values else 1.0


@given(random_counts(), st.sampled_from([0.01, 0.05, 0.2]))
def test_attributes_are_selected_by_benjamini_hochberg_over_simes_p_values(
    counts: Counts, q_max: float
) -> None:
    found = weigh(counts, q_max=q_max)
    p = [simes_by_hand(p_values_of(one, counts)) for one in counts.attributes]
    passes = multipletests(p, alpha=q_max, method="fdr_bh")[0]
    assert [one.screened.name for one in found.attributes] == [one.name for one in found.attributes]
    assert [one.screened.p_value for one in found.attributes] == pytest.approx(p, rel=1e-9)
    assert [one.screened.selected for one in found.attributes] == passes.tolist()
    assert (found.q_max, found.screening.q_max) == (q_max, q_max)
    assert found.screening == screen(counts, q_max=q_max)


def test_a_number_is_screened_by_its_bands_and_their_trend(leads_frame: pd.DataFrame) -> None:
    counts = count(read_leads(leads_frame))
    by_name = {one.name: one for one in counts.attributes}
    for one in screen(counts).attributes:
        part = by_name[one.name]
        p = p_values_of(part, counts)
        if part.kind == "number":
            assert all(level.is_band for level in part.levels.levels)
            p.append(trend_p(part.customers, part.leads))
        assert one.p_value == pytest.approx(simes_by_hand(p), rel=1e-9)
    assert {"category", "number", "boolean"} == {one.kind for one in counts.attributes}


@given(random_counts(), st.sampled_from([0.01, 0.05, 0.2]))
def test_verdicts_are_those_of_benjamini_hochberg_within_each_selected_attribute(
    counts: Counts, q_max: float
) -> None:
    evidence = weigh(counts, q_max=q_max)
    overall = counts.customers / counts.leads
    of_selected = len(evidence.attributes) / max(
        sum(one.screened.selected for one in evidence.attributes), 1
    )
    for attribute, counted in zip(evidence.attributes, counts.attributes, strict=True):
        tested = [one for one in attribute.evidence if 10 <= one.leads < counts.leads]
        p = p_values_of(counted, counts)
        assert [one.p_value for one in tested] == pytest.approx(p, rel=1e-9)
        if not attribute.screened.selected:
            assert {one.q_value for one in attribute.evidence} == {None}
            assert {one.verdict for one in tested} <= {"no evidence"}
            continue
        passes, adjusted, *_ = multipletests(p, alpha=q_max / of_selected, method="fdr_bh")
        wanted = np.minimum(adjusted * of_selected, 1)
        assert [one.q_value for one in tested] == pytest.approx(list(wanted), rel=1e-9)
        for one, rejected in zip(tested, passes, strict=True):
            raises = "raises" if one.close_rate > overall else "lowers"
            assert one.verdict == (raises if one.q_value <= q_max else "no evidence")
            assert rejected == (one.verdict == raises)
        assert passes.any(), "Simes selects just those of which stage 2 rejects a level"
    for one in levels_of(evidence):
        if one.leads < 10:
            assert (one.verdict, one.p_value, one.q_value, one.test) == ("too few", *[None] * 3)
        elif one.leads == counts.leads:
            assert (one.verdict, one.p_value, one.q_value, one.test) == (
                "no evidence",
                *[None] * 3,
            )


def test_the_test_used_is_named() -> None:
    large = weigh(counts_of([(3000, 20_000), (4000, 20_000)]))
    small = weigh(counts_of([(300, 2000), (400, 2000)]))
    assert {one.test for one in levels_of(large)} == {"chi_square"}
    assert {one.test for one in levels_of(small)} == {"fisher_mid_p"}


def test_what_is_evidence_alone_may_be_none_among_many_that_say_nothing() -> None:
    says, nothing = [(14, 40), (49, 260)], [(32, 150), (31, 150)]
    alone = levels_of(weigh(counts_of(says)))[0]
    among = levels_of(weigh(counts_of(says, *[nothing] * 40)))[0]
    assert (alone.verdict, among.verdict) == ("raises", "no evidence")
    assert alone.p_value == among.p_value
    assert alone.q_value == pytest.approx(alone.p_value, rel=1e-12)
    assert among.q_value is None


def test_a_level_of_a_selected_attribute_pays_for_the_attributes_that_were_not() -> None:
    strong, nothing = [(40, 100), (18, 40), (5, 160)], [(32, 150), (31, 150)]
    for others in (0, 1, 9):
        evidence = weigh(counts_of(strong, strong, *[nothing] * others))
        assert evidence.screening.selected == {"a0", "a1"}
        levels = evidence.attributes[0].evidence
        adjusted = multipletests([one.p_value for one in levels], method="fdr_bh")[1]
        wanted = np.minimum(adjusted * (2 + others) / 2, 1)
        assert [one.q_value for one in levels] == pytest.approx(list(wanted), rel=1e-9)


def test_a_declared_band_without_leads_says_nothing_and_breaks_nothing() -> None:
    empty = levels_of(weigh(counts_of([(0, 0), (5, 40), (20, 60)])))[0]
    assert (empty.verdict, empty.close_rate, empty.close_rate_interval) == ("too few", 0.0, (0, 1))
    assert empty.shrunken_close_rate == pytest.approx(0.25)


def test_rates_are_drawn_in_by_the_attribute_they_stand_in() -> None:
    alike = [(100, 500), (101, 500), (99, 500)]
    apart = [(10, 500), (90, 500), (200, 500)]
    m = [one.m for one in weigh(counts_of(alike, apart)).attributes]
    assert m[0] == 10_000
    assert m[1] < 100


def test_a_frame_of_evidence_has_a_row_for_every_level(leads_frame: pd.DataFrame) -> None:
    found = weigh(count(read_leads(leads_frame)))
    frame = found.to_frame()
    assert len(frame) == len(levels_of(found))
    assert ((frame["close_rate_low"] <= frame["close_rate"]) & (frame["lift"] >= 0)).all()
    assert set(frame["verdict"]) <= {"raises", "lowers", "no evidence", "too few"}


def test_planted_effects_are_found_and_noise_is_not(leads_frame: pd.DataFrame) -> None:
    frame = weigh(count(read_leads(leads_frame))).to_frame()
    verdict = frame.set_index(["attribute", "level"])["verdict"]
    assert verdict["source", "Referral"] == "raises"
    assert verdict["source", "Cold list"] == "lowers"
    assert verdict["demo", "yes"] == "raises"
    assert verdict["industry", "(other)"] == "too few"
    assert (verdict["shoe_size"] == "no evidence").all()


def test_the_share_of_false_discoveries_is_that_of_the_spec(leads_frame: pd.DataFrame) -> None:
    found = {
        q_max: calibrate(leads_frame, {"points": {"q_max": q_max}}).evidence
        for q_max in (1e-9, 0.05, 0.9)
    }
    calls = [
        sum(one.verdict in ("raises", "lowers") for one in levels_of(evidence))
        for evidence in found.values()
    ]
    assert 0 < calls[0] < calls[1] < calls[2]
    assert [evidence.q_max for evidence in found.values()] == list(found)


def test_case_does_not_split_the_evidence(frame_of: Callable[..., pd.DataFrame]) -> None:
    frame = frame_of(fair=(10, 20), Fair=(10, 20), web=(5, 100))
    (source,) = weigh(count(read_leads(frame))).attributes
    assert [(one.customers, one.leads) for one in source.evidence] == [(20, 40), (5, 100)]
