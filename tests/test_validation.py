"""Later leads judge a card: numbers against counting by hand, verdicts in worlds that are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu
from sklearn.metrics import brier_score_loss, roc_auc_score

from calibrate import CalibrateError, LeadsError, Scorecard, SpecError, calibrate, spec_of, validate
from calibrate.policy.rated import Rated
from calibrate.stats.delong import AucInterval, auc_interval
from calibrate.stats.intervals import wilson
from calibrate.stats.rising import Rising
from calibrate.validation import Validation
from calibrate.validation.measures import Kept, promise_of
from calibrate.validation.verdict import Case, verdict_of
from tests.later_quarters import SPEC, first_quarter, quarters


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return quarters()


@pytest.fixture(scope="module")
def card(frame: pd.DataFrame) -> Scorecard:
    return Scorecard.from_yaml(calibrate(first_quarter(frame), SPEC).scorecard.to_yaml())


@pytest.fixture(scope="module")
def found(card: Scorecard, frame: pd.DataFrame) -> Validation:
    return validate(card, frame)


@pytest.fixture(scope="module")
def by_hand(card: Scorecard, frame: pd.DataFrame) -> pd.DataFrame:
    """Later leads with score and outcome, counted without a line of ours but the score."""
    later = frame[frame["created_at"] > str(card.cohort.to)]
    days = pd.to_datetime(later["closed_at"]) - pd.to_datetime(later["created_at"])
    newest = pd.to_datetime(frame[["created_at", "closed_at"]].replace("", None).stack()).max()
    mature = pd.to_datetime(later["created_at"]) <= newest - pd.Timedelta(days=30)
    whole = later.assign(customer=(days <= pd.Timedelta(days=30)).to_numpy(), mature=mature)
    return card.score(whole[whole["mature"]]).join(whole)


# ------------------------------------------------------------------------------ who is counted


def test_a_spec_of_the_card_counts_the_leads_that_taught_it_alike(
    card: Scorecard, frame: pd.DataFrame
) -> None:
    again = calibrate(
        first_quarter(frame), spec_of(card).changed(threshold=SPEC["threshold"], fit=SPEC["fit"])
    )
    assert again.scorecard.cohort == card.cohort
    assert [one.levels for one in again.scorecard.attributes] == [
        one.levels for one in card.attributes
    ]


def test_only_leads_created_later_judge(
    found: Validation, by_hand: pd.DataFrame, card: Scorecard
) -> None:
    assert found.now.leads == len(by_hand)
    assert found.now.customers == by_hand["customer"].sum()
    assert found.jury.taught == card.cohort.leads
    assert found.then == Rated(
        name="then", leads=card.cohort.leads, customers=card.cohort.customers
    )
    assert str(found.jury.first) > str(card.cohort.to)


def test_young_leads_do_not_judge(card: Scorecard, frame: pd.DataFrame) -> None:
    found = validate(card, frame, as_of=pd.Timestamp("2026-05-20").date())
    assert str(found.jury.last) <= "2026-04-20"
    assert found.jury.left_out["immature"] == (frame["created_at"] > "2026-04-20").sum()


def test_a_spec_of_ones_own_counts_otherwise(card: Scorecard, frame: pd.DataFrame) -> None:
    document = spec_of(card).document() | {"window_days": 7}
    found = validate(card, frame, spec=document)
    assert found.now.customers < validate(card, frame).now.customers


def test_a_table_that_taught_is_called_by_its_name(card: Scorecard, frame: pd.DataFrame) -> None:
    found = validate(card, first_quarter(frame))
    assert found.verdict == "caution"
    assert "judged-on-its-own-leads" in [one.code for one in found.findings]
    assert not found.jury.is_later
    assert "Time was not tested" in found.reasons[0]


def test_leads_without_dates_are_called_the_same(leads_frame: pd.DataFrame) -> None:
    card = calibrate(leads_frame.head(700)).scorecard
    found = validate(card, leads_frame.tail(800))
    assert found.verdict != "ready"
    assert "judged-on-its-own-leads" in [one.code for one in found.findings]


# ------------------------------------------------------------------------------------- numbers


def test_the_auc_is_that_of_others_and_its_interval_delongs(
    found: Validation, by_hand: pd.DataFrame
) -> None:
    assert found.auc.auc == pytest.approx(roc_auc_score(by_hand["customer"], by_hand["score"]))
    split = [by_hand.loc[by_hand["customer"] == one, "score"] for one in (True, False)]
    u = mannwhitneyu(*split).statistic
    assert found.auc.auc == pytest.approx(u / (len(split[0]) * len(split[1])))
    # One row a lead, by the formula as it is printed.
    x, y = (one.to_numpy(float) for one in split)
    wins = (x[:, None] > y).astype(float) + 0.5 * (x[:, None] == y)
    se = np.sqrt(wins.mean(axis=1).var(ddof=1) / len(x) + wins.mean(axis=0).var(ddof=1) / len(y))
    assert found.auc.low == pytest.approx(found.auc.auc - 1.959964 * se, abs=1e-6)


def test_tiers_are_those_that_scoring_gives(found: Validation, by_hand: pd.DataFrame) -> None:
    counted = by_hand.groupby("tier")["customer"].agg(["size", "sum"])
    for one in found.tiers:
        if one.leads:
            assert (one.leads, one.customers) == tuple(counted.loc[one.name])
    assert sum(one.leads for one in found.tiers) == len(by_hand)
    assert found.tiers_rise.rises


def test_bands_hold_every_lead_once(found: Validation, by_hand: pd.DataFrame) -> None:
    assert sum(one.leads for one in found.bands) == len(by_hand)
    for one in found.bands:
        low, high = map(int, one.name.split(" to "))
        inside = by_hand[by_hand["score"].between(low, high)]
        assert (one.leads, one.customers) == (len(inside), inside["customer"].sum())


def test_the_threshold_is_held_to_its_promise(
    found: Validation, by_hand: pd.DataFrame, card: Scorecard
) -> None:
    passing = by_hand[by_hand["passes"]]
    kept = found.kept
    assert (kept.above.leads, kept.above.customers) == (len(passing), passing["customer"].sum())
    assert kept.customers_kept == passing["customer"].sum() / by_hand["customer"].sum()
    low, high = wilson(passing["customer"].sum(), by_hand["customer"].sum())
    assert kept.customers_interval == (float(low), float(high))
    assert kept.promised == card.threshold.customers_kept
    assert kept.kept_promise


def test_the_lowest_customer_promises_to_lose_one_in_as_many_and_one(frame: pd.DataFrame) -> None:
    card = calibrate(first_quarter(frame), SPEC | {"threshold": "lowest_customer"}).scorecard
    assert promise_of(card) == pytest.approx(1 - 1 / (card.cohort.customers + 1), abs=1e-6)


def test_what_was_foretold_is_judged_as_others_judge_it(
    found: Validation, by_hand: pd.DataFrame, card: Scorecard
) -> None:
    told = found.foretold
    assert told is not None
    assert told.slope is not None
    assert told.intercept is not None
    assert told.brier == pytest.approx(brier_score_loss(by_hand["customer"], by_hand["close_rate"]))
    rate = np.full(len(by_hand), card.overall.close_rate)
    assert told.brier_overall == pytest.approx(brier_score_loss(by_hand["customer"], rate))
    assert told.brier < told.brier_overall
    assert told.slope.low < 1 < told.slope.high
    assert told.intercept.low < 0 < told.intercept.high


def test_gains_are_counted_from_the_best_lead_down(
    found: Validation, by_hand: pd.DataFrame
) -> None:
    top = by_hand["score"].max()
    best = by_hand[by_hand["score"] == top]
    assert found.gains.leads_worked[0] == len(best) / len(by_hand)
    assert found.gains.customers_reached[0] == best["customer"].sum() / by_hand["customer"].sum()


def test_unit_weights_count_levels(
    found: Validation, by_hand: pd.DataFrame, card: Scorecard
) -> None:
    unit = np.zeros(len(by_hand))
    for attribute in card.attributes:
        for level in attribute.levels:
            values = by_hand[attribute.name]
            if level.level is None:
                inside = (values >= (level.from_ if level.from_ is not None else -np.inf)) & (
                    values < (level.below if level.below is not None else np.inf)
                )
            else:
                inside = values == level.level
            unit += np.sign(level.value) * inside
    assert found.unit_weights.old == pytest.approx(roc_auc_score(by_hand["customer"], unit))
    assert found.unit_weights.new == pytest.approx(found.auc.auc)


def test_surprises_are_the_highest_that_did_not_buy_and_the_lowest_that_did(
    found: Validation, by_hand: pd.DataFrame
) -> None:
    not_bought, bought = (by_hand[by_hand["customer"] == one]["score"] for one in (False, True))
    high = [one.score for one in found.surprises if not one.is_customer]
    low = [one.score for one in found.surprises if one.is_customer]
    assert high == sorted(not_bought, reverse=True)[:10]
    assert low == sorted(bought)[:10]
    scores = by_hand.set_index("lead_id")["score"]
    assert all(scores[one.lead] == one.score and "base" in one.reasons for one in found.surprises)


# ------------------------------------------------------------------------------------- verdicts


def card_and(**change: Any) -> Validation:
    frame = quarters(**change)
    return validate(calibrate(first_quarter(frame), SPEC).scorecard, frame)


def test_a_world_that_holds_is_ready(found: Validation) -> None:
    assert found.verdict == "ready"
    assert found.holds
    assert len(found.reasons) == 3


def test_an_effect_that_is_gone_is_not_ready() -> None:
    found = card_and(seed=1, later_effect=0.0)
    assert found.verdict == "not ready"
    assert "does not tell customers from others" in found.reasons[0]


def test_half_an_effect_is_not_ready() -> None:
    found = card_and(later_effect=0.4)
    assert found.verdict == "not ready"
    assert "worse than it was made to" in found.reasons[0]
    assert found.auc.low > 0.5


@pytest.mark.parametrize("odds", [-1.4, 1.6])
def test_another_overall_rate_is_not_ready(odds: float) -> None:
    found = card_and(later_odds=odds)
    assert found.verdict == "not ready"
    assert any("times as often" in one for one in found.reasons)


def test_few_customers_are_no_more_than_a_caution() -> None:
    found = card_and(seed=1, later=160)
    assert sum(found.score_table.customers) < 50
    assert found.verdict == "caution"
    assert any("later customers say so" in one for one in found.reasons)


def rated(leads: int, customers: int) -> Rated:
    return Rated(name="", leads=leads, customers=customers)


def kept(customers: int, promised_by: int = 10_000) -> Kept:
    """Of 100 customers so many are above the threshold, and 95 were promised."""
    return Kept(
        score=10,
        above=rated(500, customers),
        below=rated(500, 100 - customers),
        promised=0.95,
        promised_by=promised_by,
    )


CASE: dict[str, Any] = {
    "auc": AucInterval(auc=0.7, se=0.01, low=0.68, high=0.72),
    "expected": 0.72,
    "expected_se": 0.01,
    "then": rated(1000, 100),
    "now": rated(1000, 100),
    "tiers": Rising(rises=True, monotone=True, p_value=0.0),
    "kept": kept(95),
    "customers": 100,
    "is_later": True,
    "scores": 40,
}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "ready"),
        ({"auc": AucInterval(auc=0.6, se=0.05, low=0.5, high=0.7), "expected": 0.6}, "not ready"),
        ({"auc": AucInterval(auc=0.6, se=0.05, low=0.501, high=0.7), "expected": 0.6}, "ready"),
        ({"expected": 0.751}, "not ready"),
        ({"expected": 0.749}, "ready"),
        ({"auc": AucInterval(auc=0.7, se=0.05, low=0.6, high=0.8), "expected": 0.79}, "ready"),
        ({"expected": 0.76, "expected_se": 0.04}, "ready"),
        ({"now": rated(1000, 200)}, "ready"),
        ({"now": rated(1000, 201)}, "not ready"),
        ({"now": rated(1000, 50)}, "ready"),
        ({"now": rated(1000, 49)}, "not ready"),
        ({"now": rated(8, 2)}, "caution"),
        ({"tiers": Rising(rises=False, monotone=True, p_value=0.2)}, "caution"),
        ({"kept": kept(90)}, "caution"),
        ({"kept": kept(91)}, "ready"),
        ({"kept": kept(90, promised_by=60)}, "ready"),
        ({"customers": 49}, "caution"),
        ({"customers": 50}, "ready"),
        ({"is_later": False}, "caution"),
        ({"frozen": AucInterval(auc=0.5, se=0.01, low=0.48, high=0.52)}, "not ready"),
    ],
)
def test_the_rules_of_the_verdict_at_their_edges(change: dict[str, Any], verdict: str) -> None:
    found, reasons = verdict_of(Case(**(CASE | change)))
    assert found == verdict
    assert reasons


def test_one_score_for_all_is_said_in_one_sentence() -> None:
    flat = {
        "auc": AucInterval(auc=0.5, se=0.02, low=0.46, high=0.54),
        "tiers": Rising(rises=False, monotone=True, p_value=1.0),
        "scores": 1,
        "expected": 0.5,
    }
    assert verdict_of(Case(**(CASE | flat))) == (
        "not ready",
        ("Every lead has the same score: there is nothing to rank by.",),
    )


# ------------------------------------------------------------------------- scores of the time


@pytest.fixture(scope="module")
def scored(card: Scorecard, frame: pd.DataFrame) -> pd.DataFrame:
    """What was given to later leads at the time: the card's scores, some of them far off."""
    given = card.score(frame.drop(columns="closed_at"))[["score", "passes"]]
    given.insert(0, "lead_id", frame["lead_id"])
    given.loc[::3, "score"] = 50
    given["passes"] = given["score"] >= card.threshold.score
    return given.iloc[2000:7000].sample(frac=1, random_state=1)


def test_scores_of_the_time_are_judged_as_they_were_given(
    card: Scorecard, frame: pd.DataFrame, scored: pd.DataFrame, by_hand: pd.DataFrame
) -> None:
    frozen = validate(card, frame, scored=scored).frozen
    assert frozen is not None
    both = by_hand.merge(scored, on="lead_id", suffixes=("_now", "_then"))
    assert sum(frozen.table.leads) == len(both)
    assert frozen.unknown == len(by_hand) - len(both)
    assert frozen.auc.auc == pytest.approx(roc_auc_score(both["customer"], both["score_then"]))
    assert frozen.now.new == pytest.approx(roc_auc_score(both["customer"], both["score_now"]))
    assert frozen.now.difference > 0
    assert (frozen.passed.leads, frozen.passed.customers) == (
        both["passes_then"].sum(),
        (both["passes_then"] & both["customer"]).sum(),
    )
    lowest = both.loc[both["customer"], "score_then"].min()
    assert frozen.lowest_customer == lowest
    assert frozen.lowest_keeps == pytest.approx((both["score_then"] >= lowest).mean())


def test_leads_that_had_closed_when_they_were_scored_prove_nothing(
    card: Scorecard, frame: pd.DataFrame, scored: pd.DataFrame, by_hand: pd.DataFrame
) -> None:
    frozen = validate(card, frame, scored=scored.assign(scored_on="2026-05-15")).frozen
    both = by_hand.merge(scored[["lead_id"]], on="lead_id")
    late = both["customer"] & (both["closed_at"] <= "2026-05-15")
    assert frozen is not None
    assert late.sum() > 0
    assert frozen.closed_before == late.sum()
    assert frozen.scored_on == ("2026-05-15",)
    assert frozen.passed.leads + frozen.stopped.leads == len(both) - late.sum()


def test_scores_of_another_card_are_known_by_their_stamp(
    card: Scorecard, frame: pd.DataFrame, scored: pd.DataFrame
) -> None:
    own = validate(card, frame, scored=scored.assign(scored_by=f"{card.name} {card.fingerprint}"))
    other = validate(card, frame, scored=scored.assign(scored_by="last year 0badcafe"))
    assert "scored-by-another-card" not in [one.code for one in own.findings]
    assert "scored-by-another-card" in [one.code for one in other.findings]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda old: old.assign(lead_id=old["lead_id"] + "x"), "is among those that judge"),
        (lambda old: old.drop(columns="score"), "no column `score`"),
        (lambda old: old.drop(columns="passes"), "no column `passes`"),
        (lambda old: old.rename(columns={"lead_id": "id"}), "no column `lead_id`"),
        (lambda old: pd.concat([old, old.head(1)]), "stands on index"),
        (lambda old: old.assign(score=np.where(old.index == 2500, np.nan, 1)), "has no number"),
    ],
)
def test_a_file_of_another_shape_is_refused_in_words(
    card: Scorecard, frame: pd.DataFrame, scored: pd.DataFrame, change: Any, says: str
) -> None:
    with pytest.raises(LeadsError, match=says):
        validate(card, frame, scored=change(scored))


# --------------------------------------------------------------------------------- was it worked


def test_a_column_that_says_who_was_worked_is_used(card: Scorecard, frame: pd.DataFrame) -> None:
    passes = card.score(frame)["passes"].to_numpy()
    worked = np.where(passes | (np.arange(len(frame)) % 5 == 0), "Yes", "no")
    found = validate(card, frame.assign(Contacted=worked))
    rows = found.jury.rows
    one = found.worked
    assert one is not None
    assert one.column == "Contacted"
    assert one.worked.leads == (rows & (worked == "Yes")).sum()
    assert one.worked.customers == (rows & (worked == "Yes") & found.jury.outcome.customer).sum()
    assert one.above == 1.0
    assert one.below == pytest.approx((worked[rows & ~passes] == "Yes").mean())
    assert "worked-by-score" in [remark.code for remark in found.findings]


def test_without_one_it_is_said_what_cannot_be_known(found: Validation) -> None:
    assert found.worked is None
    assert "worked-unknown" in [one.code for one in found.findings]


# -------------------------------------------------------------------------------- with a policy


def test_leads_that_a_policy_decides_about_are_told_by_themselves(frame: pd.DataFrame) -> None:
    spec = SPEC | {
        "vetoes": [{"source": ["cold list"]}],
        "gates": [{"name": "stakes", "at_least": 1, "of": [{"visits": {"from": 2}}]}],
    }
    card = calibrate(first_quarter(frame), spec).scorecard
    found = validate(card, frame)
    by_name = {one.name: one for one in found.standings}
    later = frame[found.jury.rows]
    customer = found.jury.customer
    vetoed = (later["source"] == "cold list").to_numpy()
    few = (later["visits"] < 2).to_numpy() & ~vetoed
    assert by_name["veto, source: cold list"].leads == vetoed.sum()
    assert by_name["veto, source: cold list"].customers == (vetoed & customer).sum()
    assert (by_name["stakes"].leads, by_name["stakes"].customers) == (
        few.sum(),
        (few & customer).sum(),
    )
    assert by_name["points decide"].leads == sum(found.score_table.leads) == (~vetoed & ~few).sum()


# ------------------------------------------------------------------------------------ bad input


def test_leads_without_an_outcome_are_refused(card: Scorecard, frame: pd.DataFrame) -> None:
    with pytest.raises(CalibrateError, match="closed_at"):
        validate(card, frame.drop(columns="closed_at"))


def test_leads_of_which_none_has_bought_cannot_judge(card: Scorecard, frame: pd.DataFrame) -> None:
    later = frame["created_at"] > str(card.cohort.to)
    with pytest.raises(LeadsError, match="none of them is a customer"):
        validate(card, frame.assign(closed_at=frame["closed_at"].where(~later, "")))


def test_leads_without_a_column_that_earns_points_are_refused(
    card: Scorecard, frame: pd.DataFrame
) -> None:
    with pytest.raises(CalibrateError, match="source"):
        validate(card, frame.drop(columns="source"))


def test_a_spec_that_names_nothing_there_is_refused(card: Scorecard, frame: pd.DataFrame) -> None:
    with pytest.raises(SpecError, match="closed_att"):
        validate(card, frame, spec={"outcome": {"closed": "closed_att"}})


def test_a_card_of_an_earlier_version_still_judges(card: Scorecard, frame: pd.DataFrame) -> None:
    old = card.model_copy(update={"auc": None, "probability": None, "tiers": ()})
    found = validate(old, frame)
    assert found.expected_auc == old.score_table_taught.auc
    assert found.foretold is None
    assert found.tiers == ()
    assert "fit-auc-unknown" in [one.code for one in found.findings]
    assert "close rate" in repr(found)
    with pytest.raises(CalibrateError, match="earlier version"):
        found.plot("calibration")


# ---------------------------------------------------------------------------------- the card's AUC


def test_the_card_says_how_it_ranked_leads_without_part_in_its_points(card: Scorecard) -> None:
    assert card.auc is not None
    assert card.auc.cross_validated is not None
    table = card.score_table_taught
    own = auc_interval(table.leads, table.customers)
    assert card.auc.fit == pytest.approx(own.auc, abs=1e-6)
    assert card.auc.interval == pytest.approx((own.low, own.high), abs=1e-6)
    assert own.auc - 0.03 < card.auc.cross_validated < own.auc


def test_a_card_of_few_customers_says_nothing_of_that(frame_of: Callable[..., Any]) -> None:
    card = calibrate(frame_of(Fair=(8, 20), Web=(1, 60))).scorecard
    assert card.auc is not None
    assert card.auc.cross_validated is None


# --------------------------------------------------------------------------------- how it is shown


def test_the_screen_is_eighty_columns_wide(found: Validation) -> None:
    lines = repr(found).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("READY")
    assert len(lines) < 50


def test_the_summary_is_json(found: Validation) -> None:
    told = json.loads(json.dumps(found.summary(), allow_nan=False))
    assert told["verdict"] == "ready"
    assert told["auc"]["auc"] == pytest.approx(found.auc.auc, abs=1e-6)
    assert [one["leads"] for one in told["tiers"]] == [one.leads for one in found.tiers]


def test_the_frame_has_overall_tiers_bands_and_threshold(found: Validation) -> None:
    rows = found.to_frame()
    assert set(rows["what"]) == {"overall", "tier", "band", "threshold"}
    tiers = rows[rows["what"] == "tier"]
    assert tiers["leads"].sum() == found.now.leads
    assert ((rows["close_rate_low"] <= rows["close_rate"]) | rows["close_rate"].isna()).all()


@pytest.mark.parametrize("name", ["gains", "calibration", "tiers", "roc"])
def test_plots_are_drawn(found: Validation, name: str) -> None:
    from matplotlib import pyplot

    ax = found.plot(name)
    assert ax.get_title(loc="left")
    assert len(ax.lines) >= 1
    pyplot.close(ax.figure)


def test_an_unknown_plot_is_named_with_those_there_are(found: Validation) -> None:
    with pytest.raises(CalibrateError, match="gains"):
        found.plot("gain")


def test_the_same_leads_give_the_same_page(
    found: Validation, card: Scorecard, frame: pd.DataFrame, tmp_path: Path
) -> None:
    first = found.report(tmp_path / "a.html").read_bytes()
    assert validate(card, frame).report(tmp_path / "b.html").read_bytes() == first
