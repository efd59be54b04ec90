"""The report in a real browser, as people use it: dragged, sorted, typed at, printed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import calibrate, compare
from calibrate.pipeline import Calibration
from calibrate.present.numbers import a_month_text, count_text, percent_text
from calibrate.present.report import report_html
from calibrate.present.summary import level_rows
from tests.present.test_hostile_values import HOSTILE

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core")

SPEC = {"leads": {"id": "lead_id", "created": "created_at"}, "outcome": {"column": "converted"}}
RUNS = [f"{value}window.broken = 1" for value in ("<script>", "</script><script>")] + [
    "<img src=x onerror='window.broken = 1'>",
    '"><svg onload="window.broken = 1">',
]
"""Values that would leave a trace, had one of them run."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report on disk, and the run it tells of."""

    path: Path
    run: Calibration


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page, and what it asked for and complained of since it was opened."""

    page: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        return [" ".join(text.split()) for text in self.page.locator(selector).all_inner_texts()]

    def column(self, number: int) -> list[str]:
        """The texts of the rows of evidence that are shown, in one column."""
        return self.texts(f"#levels tbody tr:not([hidden]) > :nth-child({number})")


@pytest.fixture(scope="module")
def report(leads_frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report with all its parts, on leads with hostile values."""
    rng = np.random.default_rng(5)
    values = np.array([*HOSTILE, *RUNS], dtype=object)
    frame = leads_frame.assign(
        created_at=pd.to_datetime("2026-01-01")
        + pd.to_timedelta(rng.integers(0, 180, len(leads_frame)), "D"),
        **{RUNS[2]: values[rng.integers(0, len(values), len(leads_frame))]},
    )
    run = calibrate(frame, {**SPEC, "tiers": {"</script>hot": 50, "cold": 0}}, name=RUNS[1])
    assert run.validation is not None
    html = report_html(run, comparison=compare(run.scorecard, run.scorecard, frame))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return Report(path=path, run=run)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on the path")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Any, report: Report) -> Iterator[Opened]:
    """The report at 1 280 pixels; it must never complain, and ask for nothing but itself."""
    found = open_report(browser, report)
    yield found
    assert found.said == []
    assert found.asked == [report.path.as_uri()]
    assert found.page.evaluate("window.broken") is None
    found.page.context.close()


def open_report(browser: Any, report: Report, width: int = 1280, **settings: Any) -> Opened:
    context = browser.new_context(viewport={"width": width, "height": 800}, **settings)
    found = Opened(page=context.new_page())
    found.page.on("request", lambda one: keep(found.asked, one.url))
    found.page.on("console", lambda one: found.said.append(one.text))
    found.page.on("pageerror", lambda one: found.said.append(str(one)))
    found.page.on("dialog", lambda one: found.said.append(one.message))
    found.page.goto(report.path.as_uri())
    return found


def keep(asked: list[str], url: str) -> None:
    """Keep what would leave the file; pictures stand in it."""
    if not url.startswith("data:image/svg+xml"):
        asked.append(url)


# ------------------------------------------------------------------------------------- the slider

FIELDS = "score leads leads_kept customers customers_kept above below month".split()


def stops_of(run: Calibration) -> list[dict[str, str]]:
    """What the sweep table says of every stop."""
    beside = run.decision.beside
    assert beside.leads_a_month is not None
    return [
        {
            "score": str(cut.score),
            "leads": count_text(cut.leads),
            "leads_kept": percent_text(cut.leads_kept),
            "customers": count_text(cut.customers),
            "customers_kept": percent_text(cut.customers_kept),
            "above": percent_text(cut.close_rate_at_or_above),
            "below": percent_text(cut.close_rate_below),
            "month": a_month_text(beside.leads_a_month * cut.leads / beside.all_leads),
        }
        for cut in run.decision.deciding.sweep()
    ]


def shown(page: Any) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        "names => Object.fromEntries(names.map(name => "
        "[name, document.querySelector(`#slider [data-field=${name}]`).textContent]))",
        FIELDS,
    )
    return found


def test_at_every_stop_the_slider_says_what_the_sweep_says(opened: Opened, report: Report) -> None:
    wanted = stops_of(report.run)
    slider, marker = opened.page.locator("#score"), opened.page.locator("#marker")
    slider.focus()
    opened.page.keyboard.press("Home")
    places = []
    for place, stop in enumerate(wanted):
        assert shown(opened.page) == stop
        assert slider.get_attribute("aria-valuetext") == f"{stop['score']} points"
        says = opened.page.locator("#says").inner_text()
        assert says.startswith(f"From {stop['score']} points on {stop['leads']} leads pass")
        places.append(float(marker.get_attribute("x1")))
        if place < len(wanted) - 1:
            opened.page.keyboard.press("ArrowRight")
    assert len(wanted) > 10
    assert places == sorted(set(places))
    assert slider.input_value() == slider.get_attribute("max") == str(len(wanted) - 1)


def test_the_slider_begins_at_the_threshold_and_can_be_dragged(
    opened: Opened, report: Report
) -> None:
    stops = {stop["score"]: stop for stop in stops_of(report.run)}
    chosen = str(report.run.threshold.score)
    assert shown(opened.page) == stops[chosen]
    slider = opened.page.locator("#score")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    opened.page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=5)
    opened.page.mouse.up()
    moved = shown(opened.page)
    assert moved == stops[moved["score"]]
    assert int(moved["score"]) > report.run.threshold.score
    assert opened.texts("#sweep tr.now > th") == [moved["score"]]
    opened.page.get_by_role("button", name="Back to the card's threshold").click()
    assert shown(opened.page) == stops[chosen]


# ------------------------------------------------------------------------------------- the evidence


def test_evidence_is_sorted_by_a_click_and_by_the_keyboard(opened: Opened, report: Report) -> None:
    rows = level_rows(report.run)
    before = opened.column(3)
    head = opened.page.locator("#levels th", has_text="leads")
    head.get_by_role("button").click()
    leads = sorted((row.evidence.leads for row in rows), reverse=True)
    assert opened.column(3) == [count_text(one) for one in leads]
    assert head.get_attribute("aria-sort") == "descending"
    opened.page.keyboard.press("Enter")
    assert opened.column(3) == [count_text(one) for one in reversed(leads)]
    assert head.get_attribute("aria-sort") == "ascending"
    assert opened.page.locator("th[aria-sort]:not([aria-sort=none])").count() == 1
    opened.page.get_by_role("button", name="All, in the card's order").click()
    assert opened.column(3) == before
    assert head.get_attribute("aria-sort") == "none"


def test_what_was_not_tested_stands_last_either_way(opened: Opened, report: Report) -> None:
    untested = sum(row.evidence.q_value is None for row in level_rows(report.run))
    assert 0 < untested < len(level_rows(report.run))
    for _ in range(2):
        opened.page.locator("#levels th[data-key='4'] button").click()
        assert opened.column(8)[-untested:] == ["–"] * untested
        assert "–" not in opened.column(8)[:-untested]


def test_evidence_is_filtered_by_text_and_by_verdict(opened: Opened, report: Report) -> None:
    rows = level_rows(report.run)
    opened.page.get_by_label("levels or attributes with the text").fill("SOURCE")
    assert set(opened.column(1)) == {"source"}
    opened.page.get_by_label("verdict").select_option("raises")
    wanted = {
        row.evidence.level.label
        for row in rows
        if row.attribute == "source" and row.evidence.verdict == "raises"
    }
    assert wanted
    assert set(opened.column(2)) == wanted
    said = opened.page.locator("#tools output")
    assert said.inner_text() == f"{len(wanted)} of {len(rows)} levels"
    opened.page.get_by_label("levels or attributes with the text").fill("</script><script>alert(2)")
    assert opened.column(2) == []
    opened.page.get_by_label("verdict").select_option("")
    assert opened.column(2) == ["</script><script>alert(2)</script>"]
    opened.page.get_by_role("button", name="All, in the card's order").click()
    assert len(opened.column(2)) == len(rows)


# -------------------------------------------------------------------------------- hostile values


def test_no_script_from_a_value_runs_and_none_could(opened: Opened) -> None:
    for value in RUNS:
        assert value in opened.page.locator("#levels").inner_text()
    assert opened.page.locator("img:not([src^='data:image/svg+xml;base64,'])").count() == 0
    assert opened.page.locator("script").count() == 2
    # Even had one come through: the policy of the page stops it.
    opened.page.evaluate(
        "() => { const one = document.createElement('script');"
        "one.textContent = 'window.broken = 1'; document.body.append(one); }"
    )
    assert [said for said in opened.said if "Content Security Policy" in said] == opened.said != []
    opened.said.clear()


# --------------------------------------------------------------------------------- for everybody


@pytest.mark.parametrize(
    ("scheme", "asked"),
    [
        ("light", {}),
        ("dark", {"runOnly": ["color-contrast"]}),  # nothing else depends on it
    ],
)
def test_axe_finds_no_fault(
    browser: Any, report: Report, scheme: str, asked: dict[str, Any]
) -> None:
    found = open_report(browser, report, color_scheme=scheme)
    options = {"resultTypes": ["violations"], **asked}
    # Of long tables the first rows: the others are made alike, and contrast takes its time.
    context = {"exclude": [["tbody tr:nth-child(n+9)"]]}
    faults = axe.Axe().run(found.page, context, options).response["violations"]
    told = [(one["impact"], one["id"], one["nodes"][0]["html"][:200]) for one in faults]
    assert told == []
    found.page.context.close()


def test_the_keyboard_skips_to_the_content(opened: Opened) -> None:
    opened.page.keyboard.press("Tab")
    link = opened.page.locator("a.skip")
    assert link.evaluate("one => one === document.activeElement")
    assert link.bounding_box()["x"] >= 0
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"


def test_the_parts_are_all_named_in_the_navigation(opened: Opened) -> None:
    links = opened.page.locator("nav a").evaluate_all("all => all.map(one => one.hash.slice(1))")
    parts = opened.page.locator("h2").evaluate_all("all => all.map(one => one.id)")
    assert [one for one in links if opened.page.locator(f"[id='{one}']").count() != 1] == []
    assert [one for one in links if one in parts] == parts


def test_without_scripts_tables_and_pictures_are_there(browser: Any, report: Report) -> None:
    found = open_report(browser, report, java_script_enabled=False)
    assert found.column(1) == [" ".join(row.attribute.split()) for row in ordered(report.run)]
    assert len(found.texts("#sweep tbody tr")) == len(stops_of(report.run))
    for hidden in ("#slider", "#tools", "button"):
        assert not found.page.locator(hidden).first.is_visible()
    assert found.page.locator("svg.chart polyline").first.is_visible()
    assert found.page.locator("img").first.is_visible()
    assert (found.said, found.asked) == ([], [report.path.as_uri()])
    found.page.context.close()


def ordered(run: Calibration) -> list[Any]:
    from calibrate.present.report.forest import forest

    return [one.row for one in forest(run).rows]


def test_in_the_frame_of_a_notebook_the_slider_works_too(browser: Any, report: Report) -> None:
    context = browser.new_context()
    found = Opened(page=context.new_page())
    found.page.on("console", lambda one: found.said.append(one.text))
    found.page.set_content(report.run.report()._repr_html_())
    frame = found.page.frame_locator("iframe")
    frame.locator("#score").focus()
    found.page.keyboard.press("Home")
    assert (
        frame.locator("#slider [data-field=score]").first.inner_text()
        == (stops_of(report.run)[0]["score"])
    )
    assert found.said == []
    context.close()


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_the_page_is_never_moved_sideways(browser: Any, report: Report, width: int) -> None:
    found = open_report(browser, report, width=width)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    found.page.context.close()


def test_on_paper_everything_is_open_and_nothing_is_cut(browser: Any, report: Report) -> None:
    found = open_report(browser, report, width=695)  # A4 less its margins
    found.page.get_by_label("levels or attributes with the text").fill("nowhere")
    assert found.column(1) == []
    found.page.emulate_media(media="print")
    assert found.page.locator("#levels tbody tr:visible").count() == len(level_rows(report.run))
    cut = found.page.locator(".table, .plot").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1"
        " || one.scrollHeight > one.clientHeight + 1).map(one => one.getAttribute('aria-label'))"
    )
    assert cut == []
    for hidden in ("nav", "#slider", "#tools", "#levels button"):
        assert not found.page.locator(hidden).first.is_visible()
    assert found.texts("#levels thead th")[:3] == ["attribute", "level", "leads"]
    found.page.context.close()


def test_the_data_of_the_script_are_the_tables_of_the_page(opened: Opened) -> None:
    data = json.loads(opened.page.locator("#data").text_content())
    assert [stop[1] for stop in data["threshold"]["stops"]] == opened.texts("#sweep tbody th")
    assert len(data["levels"]) == len(opened.column(1))
