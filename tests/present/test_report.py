"""The report shows the run's own numbers, and a browser shows the report."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

from calibrate import calibrate
from calibrate.errors import CalibrateError
from calibrate.pipeline import Calibration
from calibrate.present.numbers import lift_text, percent_text, points_text
from calibrate.present.plots import NAMES
from calibrate.present.report import report_html


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
                f"{attribute.name} {one.level.label} {one.leads:,} {one.customers:,} ".replace(",", " ")
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
