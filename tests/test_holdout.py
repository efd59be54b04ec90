"""Leads set aside: by which rule, who teaches, who judges, and what is said of it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrate import Scorecard, calibrate, read_leads, validate
from calibrate.errors import LeadsError, SpecError
from calibrate.holdout import SHARE, judging_rows, set_aside
from calibrate.outcomes import Outcome
from calibrate.spec import FitPart
from tests.conftest import Run
from tests.later_quarters import SPEC as TEACH_ALL
from tests.later_quarters import quarters

SPEC = {key: one for key, one in TEACH_ALL.items() if key != "fit"}
DATED = {"leads": {"created": "created_at"}, "outcome": {"column": "bought"}}


def outcome_of(days: list[str], customer: list[bool] | None = None) -> Outcome:
    """Leads created on these days, all counted."""
    created = np.array(days, dtype="datetime64[s]")
    bought = np.arange(len(days)) % 2 == 0 if customer is None else np.array(customer)
    return Outcome(
        customer=bought, counted=np.ones(len(days), dtype=np.bool_), left_out={}, created=created
    )


def daily(first: str, last: str) -> list[str]:
    """Every day from one to another."""
    return [str(day) for day in np.arange(first, last, dtype="datetime64[D]")]


def two_years(rows: int = 1200, seed: int = 0) -> pd.DataFrame:
    """Leads over two years; half of those from the fair buy, a tenth of the others."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["Fair", "Web"], rows)
    days = np.sort(rng.integers(0, 730, rows))
    return pd.DataFrame(
        {
            "source": source,
            "created_at": (np.datetime64("2024-07-01") + days).astype(str),
            "bought": (rng.random(rows) < np.where(source == "Fair", 0.5, 0.1)).astype(int),
        }
    )


@pytest.mark.parametrize(
    ("last", "until"),
    [
        ("2026-06-30", "2026-03-31"),  # a whole quarter
        ("2026-05-10", "2026-03-31"),  # one that is well on its way
        ("2026-04-20", "2025-12-31"),  # one that has hardly begun goes with the one before
        ("2026-01-02", "2025-09-30"),
    ],
)
def test_the_last_quarter_is_the_newest_that_is_under_way(last: str, until: str) -> None:
    outcome = outcome_of([*daily("2025-01-01", last), last])
    found = judging_rows(outcome, FitPart(holdout="last:quarter"))
    assert found is not None
    assert str(found.until) == until
    assert found.rows.sum() == sum(day > until for day in [*daily("2025-01-01", last), last])


def test_a_share_counts_leads_by_their_day() -> None:
    outcome = outcome_of(["2026-01-04", "2026-01-01", "2026-01-03", "2026-01-03"])
    found = judging_rows(outcome, FitPart(holdout="last:0.25"))
    assert found is not None
    assert (found.until, found.rows.tolist()) == (
        dt.date(2026, 1, 3),
        [True, False, False, False],
    )
    # Leads of one day stay together: half of four needs both of the third.
    half = judging_rows(outcome, FitPart(holdout="last:0.5"))
    assert half is not None
    assert half.rows.tolist() == [True, False, True, True]


def test_without_dates_a_share_counts_rows() -> None:
    outcome = Outcome(
        customer=np.array([True, False] * 4),
        counted=np.array([True] * 4 + [False, False] + [True] * 2),
        left_out={},
    )
    found = judging_rows(outcome, FitPart(holdout="last:0.5"))
    assert found is not None
    assert found.rows.tolist() == [False] * 3 + [True, False, False, True, True]
    assert found.until is None
    assert judging_rows(outcome, FitPart(holdout="last:quarter")) is None


def test_the_newest_begin_with_a_month_where_they_can() -> None:
    outcome = outcome_of(daily("2025-01-01", "2026-01-01"), [True] * 365)
    found = judging_rows(outcome, FitPart())
    assert found is not None
    # A fifth of a year begins on 20 October; its month begins on the first.
    assert found.until == dt.date(2025, 9, 30)
    few = judging_rows(outcome_of(daily("2025-01-01", "2025-02-01"), [True] * 31), FitPart())
    assert few is not None
    assert few.until == dt.date(2025, 1, 24)  # a month would leave nobody to teach


@given(st.lists(st.integers(0, 900), min_size=1, max_size=200), st.randoms())
def test_the_newest_hold_a_fifth_of_the_customers_and_are_all_later(
    ages: list[int], random: Any
) -> None:
    customer = [random.random() < 0.5 for _ in ages]
    days = [str(np.datetime64("2024-01-01") + age) for age in ages]
    outcome = outcome_of(days, customer)
    found = judging_rows(outcome, FitPart(holdout="newest"))
    assert found is not None
    assert found.until is not None
    taught = ~found.rows
    until = np.datetime64(found.until)
    assert (outcome.created[taught].astype("datetime64[D]") <= until).all()  # type: ignore[index]
    assert (outcome.created[found.rows].astype("datetime64[D]") > until).all()  # type: ignore[index]
    if any(customer):
        assert outcome.customer[found.rows].sum() >= SHARE * sum(customer)


def test_with_too_few_on_a_side_all_teach_and_it_is_said() -> None:
    outcome = outcome_of(daily("2026-01-01", "2026-01-20"))
    same, aside, findings = set_aside(outcome, FitPart(), where="leads.csv")
    assert same is outcome
    assert aside is None
    assert [one.code for one in findings] == ["time-not-tested"]
    assert "only 1 others are later ones" in findings[0].says


@pytest.mark.parametrize(
    ("fit", "says"),
    [
        ({"holdout": "last:2"}, "found `last:2`; allowed: `newest`, `last:quarter`, a share"),
        ({"holdout": "last:0.0"}, "found `last:0.0`"),
        ({"until": "2026-01-01", "holdout": "newest"}, "name either `until` or `holdout`"),
        ({"holdout": "none", "refit_on_all": True}, "`refit_on_all` needs leads that are set"),
        ({"since": "2026-01-01"}, "fit.since: unknown key"),
    ],
)
def test_a_rule_that_is_none_is_refused(fit: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says.replace("(", r"\(")):
        calibrate(two_years(100), DATED | {"fit": fit})


def test_a_rule_that_is_none_is_told_how_a_day_is_written() -> None:
    with pytest.raises(SpecError, match=r"found `31\.12\.2025`.*a day is written 2026-09-30"):
        calibrate(two_years(100), DATED | {"fit": {"holdout": "31.12.2025"}})


def test_who_asks_for_no_judges_is_not_told_to_name_days_that_are_named() -> None:
    dated = calibrate(two_years(), DATED | {"fit": {"holdout": "none"}})
    (said,) = [one for one in dated.findings if one.code == "time-not-tested"]
    assert said.fix == "Set leads aside by `fit: {holdout: last:0.25}`."
    undated = calibrate(two_years().drop(columns="created_at"), {"outcome": {"column": "bought"}})
    (said,) = [one for one in undated.findings if one.code == "time-not-tested"]
    assert said.fix.startswith("Name the column that says when leads were created")


def test_the_last_rows_judge_and_nothing_speaks_of_days_or_young_leads() -> None:
    frame = two_years().drop(columns="created_at")
    spec = {"outcome": {"column": "bought"}, "fit": {"holdout": "last:0.25"}}
    result = calibrate(frame, spec)
    assert "of all leads, those set aside included" in str(result)
    assert "young and open" not in result.report()._repr_html_()
    judged = " ".join(str(validate(result.scorecard, frame)).split())
    assert "(the card was taught by those before them)" in judged
    assert "None" not in judged


def test_days_are_needed_for_a_day() -> None:
    frame = two_years().drop(columns="created_at")
    with pytest.raises(SpecError, match=r"does not say when leads were created.*last:0\.25"):
        calibrate(frame, {"outcome": {"column": "bought"}, "fit": {"until": "2026-01-01"}})


def test_both_sides_need_both_outcomes() -> None:
    with pytest.raises(LeadsError, match=r"0 leads are set aside to judge the card.*another day"):
        calibrate(two_years(), DATED | {"fit": {"until": "2030-01-01"}})


def test_leads_set_aside_teach_nothing() -> None:
    """Whatever becomes of them, the card is the same: but for what they say of it."""
    frame = two_years()
    late = frame["created_at"] > "2026-01-31"
    fit = {"fit": {"until": "2026-01-31"}}
    turned = frame.assign(bought=np.where(late, 1 - frame["bought"], frame["bought"]))
    turned.loc[late, "source"] = "Web"
    cards = [calibrate(one, DATED | fit).scorecard for one in (frame, turned)]
    one, other = cards
    assert one.attributes == other.attributes
    assert one.threshold == other.threshold
    assert one.cohort.leads == other.cohort.leads == int((~late).sum())
    assert one.later != other.later
    alone = calibrate(frame[~late], DATED | {"fit": {"holdout": "none"}}).scorecard
    assert alone.attributes == cards[0].attributes
    assert alone.threshold == cards[0].threshold


def test_every_lead_is_taught_by_or_set_aside_or_left_out() -> None:
    frame = quarters()
    run = calibrate(frame, SPEC)
    cohort = run.scorecard.cohort
    assert cohort.set_aside is not None
    assert cohort.leads + cohort.set_aside.leads + sum(cohort.left_out.values()) == len(frame)
    assert run.holdout is not None
    assert (run.holdout.judged.leads, run.holdout.judged.customers) == (
        cohort.set_aside.leads,
        cohort.set_aside.customers,
    )
    assert run.holdout.taught.leads == cohort.leads


def test_the_verdict_is_that_of_validate_on_the_same_leads() -> None:
    frame = quarters()
    run = calibrate(frame, SPEC)
    assert run.validation is not None
    again = validate(run.scorecard, frame)
    assert again.verdict == run.validation.verdict == "ready"
    assert again.auc == run.validation.auc
    later = run.scorecard.later
    assert later is not None
    assert (later.verdict, later.leads, later.refitted) == ("ready", again.now.leads, None)
    assert later.reasons == again.reasons


def test_rows_that_stand_for_time_judge_again() -> None:
    frame = quarters().drop(columns="created_at").assign(bought=lambda f: f["closed_at"] != "")
    frame = frame.drop(columns="closed_at").assign(bought=lambda f: f["bought"].astype(int))
    run = calibrate(frame, {"outcome": {"column": "bought"}, "fit": {"holdout": "last:0.5"}})
    assert run.validation is not None
    assert run.validation.verdict == "ready"
    assert "rows-taken-for-time" in [one.code for one in run.findings]
    again = validate(run.scorecard, frame)
    assert (again.auc, again.now.leads) == (run.validation.auc, 4000)


def test_what_changes_with_the_later_leads_is_seen() -> None:
    run = calibrate(quarters(later_effect=0.0), SPEC)
    assert run.validation is not None
    assert run.validation.verdict == "not ready"
    assert str(run).count("NOT READY") == 1
    assert "`--refit-on-all`" not in str(run)  # not of a card that should not be used


def test_after_the_verdict_all_may_teach() -> None:
    frame = quarters()
    plain = calibrate(frame, SPEC)
    refit = calibrate(frame, SPEC | {"fit": {"refit_on_all": True}})
    everybody = calibrate(frame, SPEC | {"fit": {"holdout": "none"}})
    assert refit.scorecard.attributes == everybody.scorecard.attributes
    assert refit.scorecard.cohort.leads == everybody.scorecard.cohort.leads
    assert refit.scorecard.cohort.set_aside is None
    assert refit.scorecard.later is not None
    assert refit.scorecard.later.refitted is True
    assert plain.validation is not None
    assert refit.validation is not None
    assert refit.validation.auc == plain.validation.auc
    assert refit.holdout is not None
    assert refit.holdout.refitted
    assert "`--refit-on-all`" in str(plain)
    assert "`--refit-on-all`" not in str(refit)
    assert "time-not-tested" not in [one.code for one in refit.findings]


def test_a_card_keeps_the_verdict_through_its_file(tmp_path: Path) -> None:
    run = calibrate(quarters(), SPEC)
    path = run.scorecard.save(tmp_path / "card.yaml")
    assert Scorecard.load(path) == run.scorecard
    assert re.search(r"set_aside: \{rule: until 2026-0\d-\d\d, leads: ", path.read_text("utf-8"))


def test_a_policy_that_leaves_nobody_to_judge_is_a_finding() -> None:
    frame = two_years()
    late = frame["created_at"] > "2026-01-31"
    frame.loc[late, "source"] = "Bin"
    frame.loc[frame.index[:20], "source"] = "Bin"
    run = calibrate(
        frame, DATED | {"fit": {"until": "2026-01-31"}, "vetoes": [{"source": ["Bin"]}]}
    )
    assert run.validation is None
    assert "later-leads-cannot-judge" in [one.code for one in run.scorecard.findings]
    assert "NOT TESTED ON LATER LEADS" in repr(run)


def test_read_leads_counts_those_that_teach() -> None:
    frame = two_years()
    everybody = read_leads(frame, DATED)
    assert (everybody.counted, everybody.aside) == (1200, None)
    some = read_leads(frame, DATED | {"fit": {"holdout": "last:quarter"}})
    assert some.aside is not None
    assert some.counted + int(some.aside.rows.sum()) == 1200
    assert str(some.last) <= str(some.aside.until)


def test_without_dates_leads_are_dealt_anew_again_and_again() -> None:
    frame = two_years().drop(columns="created_at")
    run = calibrate(frame, {"outcome": {"column": "bought"}})
    assert (run.validation, run.holdout) == (None, None)
    assert "time-not-tested" in [one.code for one in run.findings]
    assert run.summary()["later"]["verdict"] == "not tested on later leads"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("held")
    quarters().to_csv(folder / "leads.csv", index=False)
    (folder / "spec.yaml").write_text(
        "leads: {id: lead_id, created: created_at}\noutcome: {closed: closed_at}\n"
        "window_days: 30\nthreshold: {customer_quantile: 0.1}\n",
        encoding="utf-8",
    )
    return folder


class TestCommand:
    """As a person runs it."""

    def run(self, command: Run, folder: Path, *options: str) -> str:
        done = command("run", "leads.csv", "--spec", "spec.yaml", *options, folder=folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_a_day_a_quarter_a_share(self, command: Run, folder: Path) -> None:
        for rule, says in (
            ("2026-03-15", "created up to 2026-03-15 had"),
            ("last:quarter", "created up to 2026-03-31 had"),
            ("last:0.25", "2 0"),
        ):
            said = self.run(command, folder, "--holdout", rule)
            assert says in " ".join(said.split())
            assert "\nREADY: " in said

    def test_none(self, command: Run, folder: Path) -> None:
        assert "NOT TESTED ON LATER LEADS" in self.run(command, folder, "--holdout", "none")

    def test_all_may_teach_after_the_verdict(self, command: Run, folder: Path) -> None:
        said = self.run(command, folder, "--holdout", "last:quarter", "--refit-on-all")
        assert "then all of them taught it anew" in " ".join(said.split())

    def test_a_rule_that_is_none(self, command: Run, folder: Path) -> None:
        done = command("run", "leads.csv", "--holdout", "last:year", folder=folder)
        assert done.returncode == 2
        assert "--holdout" in done.stderr
        assert "found `last:year`; allowed: `newest`, `last:quarter`" in " ".join(
            done.stderr.split()
        )
