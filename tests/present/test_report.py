"""The report shows the run's own numbers, part by part."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from calibrate import calibrate, compare
from calibrate.errors import CalibrateError
from calibrate.levels import Levels, fold
from calibrate.pipeline import Calibration
from calibrate.present.comparison_text import then_and_now
from calibrate.present.later import holdout_sentence
from calibrate.present.numbers import count_text, lift_text, percent_text, points_text
from calibrate.present.pages import environment
from calibrate.present.plots import NAMES
from calibrate.present.report import report_html
from calibrate.present.report.card import card_attributes
from calibrate.present.report.forest import WIDTH, forest
from calibrate.present.report.glossary import GLOSSARY
from calibrate.present.report.method import limits, method
from calibrate.present.report.people import flow
from calibrate.present.report.stops import stops
from calibrate.present.report.verdict import headline
from tests.later_quarters import SPEC, quarters

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def run(leads_frame: pd.DataFrame) -> Calibration:
    return calibrate(leads_frame, {"exclude": ["shoe_size"]}, name="Autumn leads")


def texts_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<body")[2]).split())


def test_the_report_shows_every_level_with_its_numbers(run: Calibration) -> None:
    html = report_html(run)
    table = html.partition('<table id="levels"')[2].partition("</table>")[0]
    rows = [
        " ".join(re.sub(r"<[^>]*>", " ", row).split())
        for row in re.findall(r"<tr class=.*?</tr>", table, re.DOTALL)
    ]
    for attribute, points in zip(run.evidence.attributes, run.points.attributes, strict=True):
        for one, given in zip(attribute.evidence, points.given, strict=True):
            wanted = (
                f"{attribute.name} {one.level.label} {one.leads:,} {one.customers:,} ".replace(
                    ",", " "
                )
                + f"{percent_text(one.close_rate)} "
            )
            found = [row for row in rows if row.startswith(wanted)]
            assert found, wanted
            assert lift_text(one.lift) in found[0]
            after = found[0].split(one.verdict)[-1].split()
            assert after[0] == points_text(given.points)


def test_the_report_says_how_often_leads_of_a_score_close(run: Calibration) -> None:
    found = run.probability
    rows = {
        score: f"{score} {percent_text(rate)} {percent_text(low)} to {percent_text(high)}"
        for score, rate, low, high in zip(
            found.scores, found.close_rates, found.lows, found.highs, strict=True
        )
    }
    page = texts_of(report_html(run)).partition("How often leads of a score close")[2]
    shown = [score for score, text in rows.items() if f" {text} " in page.partition(" AUC ")[0]]
    assert 4 <= len(shown) <= 6
    assert run.threshold.score in shown
    assert f"{rows[run.threshold.score]} threshold" in page
    assert f"A lead with {shown[-1]} points closes in" in page


def test_the_report_says_overall_threshold_and_findings(run: Calibration) -> None:
    shown = texts_of(report_html(run))
    assert "Autumn leads" in shown
    assert percent_text(run.evidence.overall.close_rate) in shown
    assert f"Leads with {run.threshold.score} or more pass" in shown
    assert run.findings
    for finding in run.findings:
        words = finding.says.replace("`", " ").split()
        assert re.search(r"\s*".join(map(re.escape, words)), shown), finding.says


def test_the_same_run_makes_the_same_report(run: Calibration) -> None:
    assert report_html(run) == report_html(run)


def test_the_report_can_be_written_alone(run: Calibration, tmp_path: Path) -> None:
    path = run.report(tmp_path / "mine.html")
    assert path.read_text(encoding="utf-8") == report_html(run)


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_can_be_drawn_on_axes_of_ones_own(run: Calibration, name: str) -> None:
    from matplotlib.figure import Figure

    before = dict(mpl.rcParams)
    axes = Figure().add_subplot()
    assert run.plot(name, axes) is axes
    assert axes.get_title(loc="left") or axes.get_title()
    assert dict(mpl.rcParams) == before


def test_a_plot_that_is_not_there_is_named_with_those_that_are(run: Calibration) -> None:
    with pytest.raises(CalibrateError, match="no plot `lifts`; did you mean `lift`"):
        run.plot("lifts")


def test_a_run_without_points_has_a_report_too(leads_frame: pd.DataFrame) -> None:
    run = calibrate(leads_frame, {"only": ["shoe_size"]})
    assert "nothing earns points" in texts_of(report_html(run))
    assert "No level earned points" in repr(run)


# --------------------------------------------------------------------------------- part by part


@pytest.fixture(scope="module")
def judged() -> Calibration:
    """A card of one quarter, judged by leads of the next."""
    spec = SPEC | {"fit": {"until": "2026-03-31"}}
    return calibrate(quarters(taught=2500, later=2500), spec, name="Spring")


@pytest.mark.parametrize(
    ("verdict", "shown", "says"),
    [
        ("ready", "Ready to use", "bear it out."),
        ("caution", "Use with caution", "bear it out only in part"),
        ("not ready", "Not ready", "do not bear it out"),
    ],
)
def test_the_top_says_what_later_leads_say(
    judged: Calibration, verdict: str, shown: str, says: str
) -> None:
    assert judged.validation is not None
    validation = dataclasses.replace(judged.validation, verdict=verdict)
    found = headline(dataclasses.replace(judged, validation=validation))
    assert found.verdict == shown
    assert found.sentences[2].startswith(f"{count_text(validation.now.leads)} later leads")
    assert says in found.sentences[2]


def test_the_top_says_what_was_not_tested(run: Calibration) -> None:
    found = headline(run)
    assert found.verdict == "Not tested on later leads"
    assert "was not tested" in found.sentences[2]
    overall, cut = run.evidence.overall, run.threshold.cut
    assert found.sentences[0] == (
        f"Of {count_text(overall.leads)} past leads whose outcome is known, "
        f"{overall.customers} became customers: 33 in 100."
    )
    assert f"from {cut.score} points on" in found.sentences[1]
    page = texts_of(report_html(run))
    assert found.sentences[0] in page
    part = page.partition("Does it hold? Nobody knows yet")[2].partition("What moved since")[0]
    (why,) = (one for one in run.findings if one.code == "time-not-tested")
    assert why.says.split("`")[0].strip() in part


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        (0.96, "which sorts out almost nobody: it keeps 96 in 100 of the leads"),
        (0.5, "which keeps 50 in 100 of the leads"),
    ],
)
def test_the_top_says_when_a_threshold_sorts_out_almost_nobody(
    run: Calibration, kept: float, says: str
) -> None:
    cut = dataclasses.replace(run.threshold.cut, leads_kept=kept)
    threshold = dataclasses.replace(run.threshold, cut=cut)
    decision = dataclasses.replace(run.decision, threshold=threshold)
    assert says in headline(dataclasses.replace(run, decision=decision)).sentences[1]


def test_later_leads_have_their_part(judged: Calibration) -> None:
    assert judged.validation is not None
    assert judged.holdout is not None
    page = texts_of(report_html(judged))
    part = page.partition("Does it hold? ")[2].partition(" What moved since")[0]
    for reason in judged.validation.reasons:
        assert reason in part
    assert holdout_sentence(judged.holdout) in part
    assert "Did the threshold keep its promise?" in part
    assert "No later leads have judged it." not in page


def test_what_moved_has_its_part(run: Calibration, leads_frame: pd.DataFrame) -> None:
    found = compare(run.scorecard, run.scorecard, leads_frame)
    page = texts_of(report_html(run, comparison=found))
    part = page.rpartition("What moved since last quarter ")[2]
    assert f"Advice: {found.advice} the old card." in part
    for sentence in then_and_now(found):
        assert sentence in part


def test_the_flow_leads_from_all_leads_to_customers(judged: Calibration) -> None:
    assert judged.validation is not None
    everyone, out, counted, customers = flow(judged)
    taught, judges = counted.groups
    assert everyone.groups[0].leads == judged.leads.total
    assert [taught.leads, judges.leads] == [judged.leads.counted, judged.validation.now.leads]
    assert [one.leads for one in customers.groups] == [
        judged.leads.customers,
        judged.validation.now.customers,
    ]
    left_out = sum(one.leads for one in out.groups)
    assert left_out + taught.leads + judges.leads == judged.leads.total
    assert all(0 <= one.share <= 1 for step in flow(judged) for one in step.groups)


def test_leads_that_judged_and_then_taught_are_told_once_more() -> None:
    spec = SPEC | {"fit": {"until": "2026-03-31", "refit_on_all": True}}
    run = calibrate(quarters(taught=1500, later=1500), spec)
    _, out, counted, _ = flow(run)
    taught, judges = counted.groups
    assert sum(one.leads for one in out.groups) + taught.leads == run.leads.total
    assert judges.name == "of these came later, and judged it first"
    assert 0 < judges.leads < taught.leads
    assert "Then they taught this one too" in limits(run)[0]


def test_the_card_scores_a_lead_by_hand(run: Calibration, leads_frame: pd.DataFrame) -> None:
    scores = run.scorecard.score(leads_frame[:40])["score"]
    by_level = {
        one.name: {line.level: line.points for line in one.lines} for one in card_attributes(run)
    }
    levels = {one.name: one.levels for one in run.points.attributes}
    for row, score in enumerate(scores):
        total = run.points.base
        for name, lines in by_level.items():
            place = level_place(levels[name], leads_frame[name][row])
            label = levels[name].levels[place].label
            total += lines.get(label, lines["anything else"])
        assert total == score


def level_place(levels: Levels, value: object) -> int:
    """Find a value's level as a person does: by its name, or the band it lies in."""
    for place, level in enumerate(levels.levels):
        if level.is_band:
            low, below = level.low, level.below
            if (low is None or value >= low) and (below is None or value < below):
                return place
        elif fold(str(value or "(missing)")) == fold(level.text or ""):
            return place
    assert levels.other is not None
    return levels.other


def test_lifts_are_drawn_on_one_log_axis(run: Calibration) -> None:
    found = forest(run)
    ticks = {one.name: float(one.at) for one in found.ticks if one.name}
    assert float(found.one) == ticks["1×"]
    if {"0.5×", "2×"} <= ticks.keys():
        assert ticks["2×"] - ticks["1×"] == pytest.approx(ticks["1×"] - ticks["0.5×"], abs=0.11)
    for one in found.rows:
        lift = one.row.evidence.lift
        assert 0 <= float(one.low) <= float(one.at) <= float(one.high) <= WIDTH
        assert (float(one.at) > float(found.one)) == (lift > 1) or abs(lift - 1) < 0.02
    assert {row.row.attribute for row in found.rows if row.is_first} == {
        one.name for one in run.evidence.attributes
    }


def test_the_method_is_told_with_the_numbers_of_the_run(run: Calibration) -> None:
    told = " ".join(one.says for one in method(run))
    assert f"{count_text(run.evidence.overall.leads)} leads taught the card" in told
    selected = len(run.evidence.screening.selected)
    assert f"which {selected} of {len(run.evidence.attributes)} did" in told
    assert f"base of {run.points.base}" in told
    assert "No later leads have judged it." in limits(run)[0]


def test_the_words_of_the_house_are_all_explained() -> None:
    words = " ".join(word for word, _ in GLOSSARY)
    for word in (
        "lead customer window mature cohort attribute level band lift evidence points score gate "
        "must-contact threshold tier fit engagement finding"
    ).split():
        assert word in words, word
    assert "close rate" in words


def test_a_threshold_that_no_lead_has_is_marked_at_the_next(leads_frame: pd.DataFrame) -> None:
    reached = calibrate(leads_frame).score_table.scores
    wanted = next(score for score in range(reached[0], reached[-1]) if score not in reached)
    run = calibrate(leads_frame, {"threshold": wanted})
    found = stops(run)
    chosen = found.stops[found.chosen]
    assert chosen.cut.score == min(score for score in reached if score > wanted)
    assert chosen.cut.leads == run.threshold.cut.leads
    assert f"declared {wanted}" in chosen.rules


def test_a_policy_stands_in_the_report_with_what_is_to_be_done(leads_frame: pd.DataFrame) -> None:
    spec = {
        "vetoes": [{"source": ["Cold list"]}],
        "tiers": {"cold": 0, "hot": 60},
        "follow_up": {"hot": {"action": "call", "within_hours": 24}},
        "points": {"caps": {"other": 40}},
    }
    run = calibrate(leads_frame, spec)
    page = texts_of(report_html(run))
    assert "No more is added for other than 40. Vetoes, gates and must-contact levels" in page
    action = page.rpartition("Asked in this order")[2]
    for one in run.decision.standings.each:
        assert f"{one.name} {count_text(one.leads)} {count_text(one.customers)}" in action
    hot = run.decision.tiers[-1]
    assert f"hot 60 {count_text(hot.leads)}" in action
    assert "call, within 24 hours" in action


def test_without_creation_dates_nobody_knows_leads_a_month(run: Calibration) -> None:
    assert {one.month for one in stops(run).stops} == {"–"}
    assert "Leads a month – not known without creation dates" in texts_of(report_html(run))


def test_a_wide_table_still_makes_a_page_that_can_be_sent() -> None:
    rng = np.random.default_rng(3)
    leads = 6000
    columns = {
        f"attribute number {number}": np.char.add(
            f"level of {number}, ", rng.integers(0, 30, leads).astype(str)
        )
        for number in range(60)
    }
    customer = rng.random(leads) < 0.1 + 0.1 * np.char.endswith(columns["attribute number 7"], "1")
    run = calibrate(pd.DataFrame({**columns, "converted": customer.astype(int)}))
    html = report_html(run)
    assert len(run.evidence.attributes) == 60
    assert html.count("<tr class=") > 1800
    assert len(html.encode()) < 2_000_000


def test_the_parts_that_answer_ten_questions_are_in_the_report(
    judged: Calibration,
) -> None:
    page = (ROOT / "docs" / "report.md").read_text("utf-8")
    table = page.partition("part of the report |")[2].partition("\n\n")[0]
    parts = re.findall(r"^\| .* \| (.*) \|$", table, re.MULTILINE)
    html = report_html(judged)
    named = {
        " ".join(re.sub("<[^>]*>", " ", one).split())
        for one in re.findall(r"<h[23][^>]*>.*?</h[23]>|<a href=\"#.*?</a>", html, re.DOTALL)
    }
    assert len(parts) == 10
    told = [name for one in parts for name in one.split(", ")]
    assert [one for one in told if one not in named] == []
    verdicts = page.partition("| verdict | when |")[2].partition("\n\n")[0]
    for one in ("Ready to use", "Use with caution", "Not ready", "Not tested on later leads"):
        assert f"| {one} |" in verdicts


def test_no_line_ends_within_a_number() -> None:
    """What stands as code is copied, and stays as it was."""
    shown = environment().from_string("{{ 45211|count }}, {{ 0.117|percent }}, {{ said|prose }}")
    assert (
        shown.render(said="1 234 leads, 12 % of `1 200`, 3 of 4 and 10 2026").replace("\xa0", "~")
        == "45~211, 11.7~%, 1~234 leads, 12~% of <code>1 200</code>, 3 of 4 and 10 2026"
    )
