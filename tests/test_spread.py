"""Thresholds of resamples made all at once against whole cards made one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import calibrate as cal
from calibrate import leads as leads_in_memory
from calibrate import reading, spread
from calibrate.engines import memory as engine_in_memory
from calibrate.engines import tables
from calibrate.engines.base import SHARDS
from calibrate.levels import Level, Levels
from calibrate.scale import restretched, stretched
from calibrate.scores import tally_scores
from calibrate.scoring import scoring_by
from calibrate.spec import CloseRatePart, SharePart
from calibrate.spread import folds
from calibrate.spread.refit import redrawn_points
from calibrate.spread.seats import Seated, seats_of
from calibrate.spread.tallies import retally
from calibrate.threshold import Beside, choose_threshold, cut_by, places_by, rules_of
from tests.refitting import drawn, overlapping_leads, resampled_scores

BRUTE = 200
RULES = ("customer_quantile_0.05", "share_0.2", "max_f1", "youden")

BESIDE = Beside(deciding=1, all_leads=1)
"""No leads beside those whose points decide; shares are of these."""


@pytest.fixture(scope="module")
def run() -> cal.Calibration:
    return cal.calibrate(overlapping_leads(np.random.default_rng(3), 4000))


def cuts_of(run: cal.Calibration) -> dict[str, np.ndarray]:
    return spread.resampled_cuts(
        run.threshold, run.points, run.evidence, run.score_table, run.leads
    )


def one_by_one(run: cal.Calibration, draws: list[np.ndarray]) -> dict[str, np.ndarray]:
    tables = [resampled_scores(run, rows) for rows in draws]
    return {
        name: np.array(
            [cut_by(table, rules_of(run.threshold)[name], BESIDE).cut.score for table in tables]
        )
        for name in RULES
    }


def test_every_resample_cuts_where_a_whole_card_made_of_it_cuts(run: cal.Calibration) -> None:
    """The same weights: one Newton step against the whole fit, resample by resample."""
    times = (1 + spread._apart(1.0)[:BRUTE]).astype(int)
    shards = run.leads.engine.shards
    whole = one_by_one(run, [np.repeat(np.arange(len(shards)), row[shards]) for row in times])
    ours = cuts_of(run)
    assert set(ours) == set(RULES)
    for name in RULES:
        quick = ours[name][:BRUTE]
        assert np.std(quick) / np.std(whole[name]) == pytest.approx(1, abs=0.1), name
        assert np.mean(quick) == pytest.approx(np.mean(whole[name]), abs=0.25), name
        assert np.mean(np.abs(quick - whole[name]) <= 1) > 0.8, name


def test_shards_scatter_as_leads_do_and_points_held_fixed_do_not(run: cal.Calibration) -> None:
    """Standard deviations from 200 resamples are off by 5 %, and 200 shards add 5 % more."""
    rng = np.random.default_rng(8)
    leads = run.leads.counted
    draws = [rng.integers(0, leads, leads) for _ in range(BRUTE)]
    whole, ours = one_by_one(run, draws), cuts_of(run)
    ratios = [np.std(ours[name]) / np.std(whole[name]) for name in RULES]
    assert np.mean(ratios) == pytest.approx(1, abs=0.15)
    scoring = scoring_by(run.points)
    held = []
    for rows in draws:
        counted = drawn(run.leads.engine, rows).tally_scores(scoring.columns, scoring.base)
        table = cal.ScoreTable(
            scores=tuple(counted.scores.tolist()),
            leads=tuple(counted.leads.tolist()),
            customers=tuple(counted.customers.tolist()),
        )
        held.append(
            [cut_by(table, rules_of(run.threshold)[name], BESIDE).cut.score for name in RULES]
        )
    too_small = np.std(held, axis=0) / [np.std(whole[name]) for name in RULES]
    assert np.mean(too_small) < 0.85


SPECS = [
    {},
    {"points": {"award": "all"}},
    {"points": {"award": "raises"}},
    {"points": {"measure": "log_lift", "estimate": "raw"}},
    {"points": {"measure": "lift_difference", "overlap": False}},
    {"points": {"measure": "lift_ratio", "scale": "points", "points_per_unit": 3}},
    {"override": {"source": {"Fair": {"points": 7, "why": "contract"}}}},
    {"override": {"shoe_size": {"(missing)": {"points": 7, "why": "contract"}}}},
    {"points": {"max_attributes": 2}},
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_leads_themselves_give_the_cards_own_points_and_tally(
    leads_frame: pd.DataFrame, spec: dict[str, object]
) -> None:
    frame = leads_frame.assign(twin=leads_frame.source)
    frame.loc[::9, "shoe_size"] = None
    run = cal.calibrate(frame, spec)
    seated = Seated.of(
        seats_of(run.points, run.evidence, run.leads),
        run.evidence.overall,
        run.leads,
        most=10**6,
        scoring=scoring_by(run.points),
    )
    same = np.zeros((1, SHARDS))
    redrawn = redrawn_points(seated, run.points, same)
    assert redrawn.base.tolist() == [run.points.base]
    for one, points in zip(seated.attributes, redrawn.points, strict=True):
        used = slice(0 if one.has_zero else 1, None)
        assert points[0][used].tolist() == one.points[used].tolist()
    tallies = retally(seated, redrawn, run.points, same, run.score_table)
    places = np.array(run.score_table.scores) - tallies.first
    assert tallies.leads[0][places].tolist() == list(run.score_table.leads)
    assert tallies.customers[0][places].tolist() == list(run.score_table.customers)
    assert tallies.leads.sum() == run.leads.counted


def test_a_sample_by_shard_scatters_as_all_leads_do(
    run: cal.Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cuts_of(run)
    monkeypatch.setattr(spread, "SCORED", 2000)
    sampled = cuts_of(run)
    for name in RULES:
        assert abs(np.median(sampled[name]) - np.median(whole[name])) <= 1, name
    ratios = [np.std(sampled[name]) / np.std(whole[name]) for name in RULES]
    assert np.mean(ratios) == pytest.approx(1, abs=0.15)


def test_a_sample_is_an_equal_part_of_every_shard(run: cal.Calibration) -> None:
    scoring = scoring_by(run.points)
    engine = run.leads.engine
    everyone = engine.shard_profiles(scoring.columns, 4000)
    by_shard, closed = engine.count_shards()
    for found, counted in ((everyone.leads, by_shard), (everyone.customers, closed)):
        assert np.bincount(everyone.shards, found, SHARDS).tolist() == counted.tolist()
    scores = everyone.points.sum(axis=1) + scoring.base
    table = tally_scores(run.points, run.leads)
    assert np.unique(scores).tolist() == list(table.scores)
    part = engine.shard_profiles(scoring.columns, 2000)
    assert part.leads.sum() == pytest.approx(2000, abs=5 * np.sqrt(1000))
    kept = np.bincount(part.shards, part.leads, SHARDS)
    assert (kept <= by_shard).all()
    # Spread over shards as a coin toss a lead would: chi-square on 200 shards, 5 sigma.
    gap = ((kept - by_shard / 2) ** 2 / (by_shard / 4)).sum()
    assert gap < SHARDS + 5 * np.sqrt(2 * SHARDS)


def seated_by(run: cal.Calibration) -> Seated:
    return Seated.of(
        seats_of(run.points, run.evidence, run.leads),
        run.evidence.overall,
        run.leads,
        most=2000,
        scoring=scoring_by(run.points),
    )


def test_one_resample_row_by_row_is_one_of_many_from_tables(run: cal.Calibration) -> None:
    """Folds are refitted from the rows themselves, resamples from tables of seats."""
    seated = seated_by(run)
    apart = spread._apart(seated.share)[:6]
    many = redrawn_points(seated, run.points, apart)
    for number, row in enumerate(apart):
        one = redrawn_points(seated, run.points, row[None, :])
        assert one.base[0] == many.base[number]
        for ours, theirs in zip(one.points, many.points, strict=True):
            assert ours[0].tolist() == theirs[number].tolist()


def test_sums_by_seat_are_those_of_one_attribute_at_a_time(run: cal.Calibration) -> None:
    seated = seated_by(run)
    seating = seated.seating
    amounts = np.random.default_rng(1).random(len(seating.leads))
    by_shard = seating.by_shard(amounts)
    assert by_shard[:, 0] == pytest.approx(np.bincount(seating.shards, amounts, SHARDS))
    for seats, start, size in zip(seating.seats, seating.starts, seating.sizes, strict=True):
        for seat in range(size):
            here = seats == seat
            wanted = np.bincount(seating.shards[here], amounts[here], SHARDS)
            assert by_shard[:, start + seat] == pytest.approx(wanted)
    assert seating.by_seat(amounts) == pytest.approx(by_shard.sum(axis=0))


def test_folds_of_a_sample_rank_as_those_of_all_leads_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left without a fold is counted: scaled up from a sample it came .02 too low."""
    gaps = []
    for seed in (6, 7, 8):
        leads = overlapping_leads(np.random.default_rng(seed), 20_000)
        run = cal.calibrate(leads, {"points": {"award": "all"}})
        asked = run.points, run.evidence, run.leads, run.decision.scoring
        whole = folds.cross_validated_auc(*asked)
        with monkeypatch.context() as sampling:
            sampling.setattr(folds, "SCORED", 1000)
            gaps.append(folds.cross_validated_auc(*asked, repeats=5) - whole)
    assert abs(np.mean(gaps)) < 0.012


# ------------------------------------------------------------------ what a card says


def test_plenty_of_leads_are_dealt_into_folds_once(
    run: cal.Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ranked(repeats: int) -> float | None:
        asked = run.points, run.evidence, run.leads, run.decision.scoring
        return folds.cross_validated_auc(*asked, repeats=repeats)

    once, often = ranked(1), ranked(5)
    assert once != often
    monkeypatch.setattr(folds, "PLENTY", run.evidence.overall.customers)
    assert ranked(5) == once
    monkeypatch.setattr(folds, "PLENTY", run.evidence.overall.customers + 1)
    assert ranked(5) == often


def test_intervals_stand_in_card_frame_and_text(run: cal.Calibration) -> None:
    assert run.threshold.interval is None  # the lowest customer has none
    frame = run.threshold.to_frame().set_index("rule")
    assert frame["score_low"].isna().tolist() == [True, False, False, False, False]
    part = run.scorecard.threshold
    for name in RULES:
        low, high = part.alternatives[name].interval
        assert low <= part.alternatives[name].score <= high
        assert (low, high) == (frame.loc[name, "score_low"], frame.loc[name, "score_high"])
    again = cal.Scorecard.from_yaml(run.scorecard.to_yaml())
    assert again == run.scorecard


def test_a_rule_with_an_interval_says_it(leads_frame: pd.DataFrame) -> None:
    run = cal.calibrate(leads_frame, {"threshold": {"customer_quantile": 0.05}})
    low, high = run.threshold.interval
    assert f"{low} to {high} (95 %)" in " ".join(repr(run).split())
    assert f"interval: [{low}, {high}]" in run.scorecard.to_yaml()
    assert "lowest_customer" not in run.threshold.intervals


def test_a_card_whose_interval_falls_is_refused(run: cal.Calibration) -> None:
    low, high = run.scorecard.threshold.alternatives["youden"].interval
    text = run.scorecard.to_yaml().replace(
        f"interval: [{low}, {high}]", f"interval: [{high + 1}, {low}]"
    )
    with pytest.raises(cal.ScorecardError, match="ends must rise"):
        cal.Scorecard.from_yaml(text)


# ------------------------------------------------------------------ edges


def intervals(run: cal.Calibration, rule: object) -> dict[str, tuple[int, int]]:
    threshold = choose_threshold(run.score_table, rule)
    return spread.threshold_intervals(
        threshold, run.points, run.evidence, run.score_table, run.leads
    )


def test_without_points_there_is_no_interval() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.choice(list("xy"), 400), "converted": [0, 0, 0, 1] * 100})
    run = cal.calibrate(frame)
    assert len(run.score_table.scores) == 1
    assert run.threshold.intervals == {}
    assert (
        "interval: [" not in run.scorecard.to_yaml().partition("threshold:")[2].partition("auc:")[0]
    )


@pytest.mark.parametrize(("customers", "known"), [(1, False), (9, False), (10, True)])
def test_too_few_customers_give_no_interval(customers: int, known: bool) -> None:
    frame = pd.DataFrame(
        {"a": ["x"] * 60 + ["y"] * 140, "converted": [1] * customers + [0] * (200 - customers)}
    )
    run = cal.calibrate(frame, {"points": {"award": "all"}})
    assert len(run.score_table.scores) == 2
    assert bool(run.threshold.intervals) == known


@pytest.mark.parametrize("rule", [CloseRatePart(min_close_rate=0.999), SharePart(share=1e-6)])
def test_a_rule_that_no_resample_meets_takes_what_comes_nearest(
    run: cal.Calibration, rule: object
) -> None:
    name = next(iter(rules_of(choose_threshold(run.score_table, rule))))
    low, high = intervals(run, rule)[name]
    assert run.points.lowest <= low <= high <= run.points.highest


def test_the_same_leads_give_the_same_intervals(run: cal.Calibration) -> None:
    again = intervals(run, run.threshold.rule)
    assert again == run.threshold.intervals


# ------------------------------------------------------------------ many at once


values = st.integers(-400, 400).map(lambda whole: whole / 100)


@given(st.lists(st.lists(values, min_size=1, max_size=6), min_size=1, max_size=6))
def test_many_are_stretched_as_one_is(rows: list[list[float]]) -> None:
    levels = [
        Levels(kind="category", levels=tuple(Level(text=f"v{n}") for n in range(len(row))))
        for row in rows
    ]
    multiplier, points, base = stretched(levels, rows)
    reach = [np.array([[*row, 0.0], [*row, 0.0]]) for row in rows]
    whole, bases = restretched(reach)
    span = sum(int(np.ptp(row[0])) for row in whole)
    assert span == (100 if multiplier else 0)
    assert bases[0] == bases[1] == -sum(int(row[0].min()) for row in whole)
    # A card's multiplier has six digits: a value on a half may round the other way.
    for one, row in zip(points, whole, strict=True):
        assert np.abs(row[0][:-1] - one).max() <= 1
    assert abs(int(bases[0]) - base) <= len(rows)


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=5, max_size=5),
                min_size=1, max_size=4))  # fmt: skip
def test_many_tallies_are_cut_as_one_is(tallies: list[list[tuple[int, int]]]) -> None:
    customers = np.array([[x for x, _ in row] for row in tallies], dtype=float)
    leads = customers + np.array([[rest for _, rest in row] for row in tallies])
    some = customers.sum(axis=1) > 0
    for rule in ("max_f1", "youden", SharePart(share=0.3), CloseRatePart(min_close_rate=0.6)):
        places, _ = places_by(leads[some], customers[some], rule, BESIDE)
        for place, n, x in zip(places, leads[some], customers[some], strict=True):
            there = np.flatnonzero(n)
            table = cal.ScoreTable(
                scores=tuple(there.tolist()),
                leads=tuple(n[there].astype(int).tolist()),
                customers=tuple(x[there].astype(int).tolist()),
            )
            assert cut_by(table, rule, BESIDE).cut.score == place


def test_what_is_done_side_by_side_gives_the_same_card(
    run: cal.Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads begin where leads are many; here few are taken for many."""
    for room in (engine_in_memory, tables, leads_in_memory, reading):
        monkeypatch.setattr(room, "LONG", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    again = cal.calibrate(overlapping_leads(np.random.default_rng(3), 4000))
    assert again.scorecard.to_yaml() == run.scorecard.to_yaml()


def test_a_fault_in_either_of_two_works_is_told(
    run: cal.Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads_in_memory, "LONG", 1)

    def fails() -> None:
        raise cal.LeadsError("no")

    def done(*works: Callable[[], object]) -> list[object]:
        with run.leads.works(2) as begin:
            return [waits() for waits in [begin(work) for work in works]]

    for works in ((fails, list), (list, fails)):
        with pytest.raises(cal.LeadsError, match="no"):
            done(*works)
