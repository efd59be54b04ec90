"""Values from web forms stay texts: on the report, in spreadsheets, on the screen."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from calibrate import Scorecard, calibrate
from calibrate.engines.tables import open_table
from calibrate.pipeline import Calibration
from calibrate.present.pages import data_block
from calibrate.present.plots import all_plots
from calibrate.present.report import report_html, summary_html
from calibrate.present.scored import write_scored

TEMPLATES = files("calibrate.present") / "templates"
SHOWN = ("lift", "scores")
"""The plots that stand in the report as pictures."""

HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "</title></style></body><h1>gone</h1>",
    "<!-- a comment",
    "]]>",
    "&lt;b&gt; &amp; &#39;",
    "{{7*7}}",
    "{% raw %}",
    "${7*7}",
    "$\\frac{1}{0}$",
    "javascript:alert(5)",
    "red\x1b[31m text",
    "\u202eright to left",
    "two\nlines",
    "nul\x01bell\x07",
]


@pytest.fixture(scope="module")
def leads() -> pd.DataFrame:
    rows = [
        (value, value, int(number < (25 if place % 2 else 2)))
        for place, value in enumerate(HOSTILE)
        for number in range(30)
    ]
    return pd.DataFrame(rows, columns=["source", "<b>=1+1</b>", "converted"])


@pytest.fixture(scope="module")
def run(leads: pd.DataFrame) -> Calibration:
    spec = {
        "attributes": {"source": {"unit": "<i>unit</i>"}},
        "override": {"source": {HOSTILE[4]: {"points": 3, "why": "<script>why()</script>"}}},
        "min_leads": 20,
        "levels": {"source": {"<u>group</u>": HOSTILE[-2:]}},
    }
    return calibrate(leads, spec, name="</title><script>name()</script>")


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def page_of(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page


def visible(text: str) -> str:
    """A value as it may be shown: what cannot be seen is spelled out."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u202e]", lambda found: ascii(found.group())[1:-1], text)


@pytest.mark.parametrize(("make", "scripts"), [(report_html, 2), (summary_html, 0)])
def test_a_value_makes_no_element_of_a_page(run: Calibration, make: object, scripts: int) -> None:
    page = page_of(make(run))
    tags = [tag for tag, _ in page.elements]
    assert not {*tags} & {"b", "i", "u", "iframe", "object", "embed", "base", "form", "link"}
    assert tags.count("script") == scripts
    assert page.comments == []
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href"):
            assert re.match(r"(data:image/svg\+xml;base64,|#)", attributes.get(name) or "#")


def test_the_only_scripts_are_the_data_and_our_own(run: Calibration) -> None:
    html = report_html(run)
    (data, own) = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert data[0] == ' type="application/json" id="data"'
    assert json.loads(data[1]).keys() == {"threshold", "levels"}
    assert own[0] == ""
    assert own[1] == TEMPLATES.joinpath("report.js").read_text("utf-8")


def test_no_value_leaves_a_block_of_data() -> None:
    block = data_block([*HOSTILE, {value: value for value in HOSTILE}])
    assert not re.search("[<>&]", block)
    assert json.loads(block) == [*HOSTILE, {value: value for value in HOSTILE}]


def test_every_value_stands_on_the_report_as_it_is(run: Calibration) -> None:
    shown = "".join(page_of(report_html(run)).texts)
    for value in HOSTILE:
        assert visible(value) in shown
    for text in ("</title><script>name()</script>", "<script>why()</script>", "<i>unit</i>"):
        assert text in shown
    assert "49" not in re.findall(r"{{.{0,9}}}|\$\{.{0,9}\}", shown)


def test_the_report_needs_nothing_else_and_allows_nothing_else(run: Calibration) -> None:
    page = page_of(report_html(run))
    (policy,) = (
        attributes["content"]
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert parts["img-src"] == "data:"
    for name, file in (("script-src", "report.js"), ("style-src", "page.css")):
        digest = hashlib.sha256(TEMPLATES.joinpath(file).read_bytes()).digest()
        assert parts[name] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert "unsafe" not in policy
    style = "".join(page.texts)
    assert "url(" not in style
    assert "@import" not in style


def test_the_pictures_of_a_report_are_whole_svg_without_scripts_or_links(run: Calibration) -> None:
    sources = [a["src"] for tag, a in page_of(report_html(run)).elements if tag == "img"]
    assert len(sources) == len(SHOWN)
    for source in sources:
        picture = base64.b64decode(source.partition(",")[2]).decode()
        tags = {
            element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture).iter()
        }
        assert not tags & {"script", "foreignObject", "a", "image"}
        outside = set(re.findall(r'(?:href|src)="([^"]*)"', picture))
        assert all(link.startswith("#") for link in outside)


def test_a_dollar_sign_in_a_value_is_a_dollar_sign_on_a_plot(run: Calibration) -> None:
    texts = "".join(ElementTree.fromstring(all_plots(run)["lift"]).itertext())
    assert "$\\frac{1}{0}$" in texts


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def is_run_as_a_formula(cell: str) -> bool:
    """What spreadsheets run: a beginning that is no sign before a plain number."""
    plain_number = re.fullmatch(r"[+-][\d\s().,/-]*", cell)
    return cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in ("+", "-") and not plain_number)


def unguarded(cell: str) -> str:
    """Take off the apostrophe that keeps a text from being run."""
    return cell[1:] if cell[:1] == "'" and is_run_as_a_formula(cell[1:]) else cell


def test_no_cell_of_evidence_csv_is_a_formula(run: Calibration, tmp_path: Path) -> None:
    run.save(tmp_path)
    rows = cells((tmp_path / "evidence.csv").read_text(encoding="utf-8"))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if is_run_as_a_formula(cell)]
    shown = {unguarded(row[1]) for row in rows}
    assert set(HOSTILE[:-2]) <= shown


@pytest.mark.parametrize(
    "form",
    [
        "csv",
        "parquet",
    ],
)
def test_no_cell_of_scored_leads_is_a_formula(
    leads: pd.DataFrame, tmp_path: Path, form: str
) -> None:
    path, out = tmp_path / f"leads.{form}", tmp_path / "scored.csv"
    leads = leads.rename(columns={"<b>=1+1</b>": "=1+1"})
    getattr(leads, f"to_{form}")(path, index=False)
    card = calibrate(leads).scorecard
    table = open_table(path)
    write_scored(card, table, card.score_table(table), out)
    rows = cells(out.read_text(encoding="utf-8"))
    assert len(rows) == len(leads) + 1
    assert not [cell for row in rows for cell in row if is_run_as_a_formula(cell)]
    assert {unguarded(row[0]) for row in rows[1:]} == set(HOSTILE)


def test_values_are_not_changed_in_a_parquet_file(leads: pd.DataFrame, tmp_path: Path) -> None:
    path, out = tmp_path / "leads.parquet", tmp_path / "scored.parquet"
    leads.to_parquet(path)
    card = calibrate(leads).scorecard
    table = open_table(path)
    write_scored(card, table, card.score_table(table), out)
    assert pd.read_parquet(out)["source"].tolist() == leads["source"].tolist()


def test_scored_leads_with_an_empty_column_can_be_written(tmp_path: Path) -> None:
    path, out = tmp_path / "leads.csv", tmp_path / "scored.csv"
    path.write_text("source,note,converted\n" + "Fair,,1\nFair,,0\nWeb,,0\nWeb,,0\n" * 20)
    card = calibrate(path).scorecard
    table = open_table(path)
    write_scored(card, table, card.score_table(table), out)
    assert cells(out.read_text())[1][:3] == ["Fair", "", "1"]


def test_telephone_numbers_and_negative_ones_stay_as_they_are(tmp_path: Path) -> None:
    path, out = tmp_path / "leads.csv", tmp_path / "scored.csv"
    path.write_text("phone,days,converted\n" + "+49 (30) 123-45,-7,1\n+1/2,5,0\n" * 20)
    card = calibrate(path, {"points": {"award": "all"}}).scorecard
    table = open_table(path)
    write_scored(card, table, card.score_table(table), out)
    assert cells(out.read_text())[1][:2] == ["+49 (30) 123-45", "-7"]


def test_a_value_writes_no_control_characters_on_the_screen(run: Calibration) -> None:
    text = repr(run)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert max(map(len, text.splitlines())) <= 80


def test_the_card_keeps_every_value_as_it_is(run: Calibration, tmp_path: Path) -> None:
    run.save(tmp_path)
    card = Scorecard.load(tmp_path / "scorecard.yaml")
    assert card == run.scorecard
    kept = {level.level for level in card.attributes[0].levels}
    assert set(HOSTILE[:-2]) | {"<u>group</u>"} == kept


def test_frames_shown_in_a_notebook_are_escaped(run: Calibration) -> None:
    for part in (run, run.counts, run.evidence, run.points, run.scorecard, run.threshold):
        tags = {tag for tag, _ in page_of(part._repr_html_()).elements}
        assert not tags & {"script", "b", "i", "u", "img", "h1"}, type(part)


def test_the_summary_goes_through_json(run: Calibration) -> None:
    assert json.loads(json.dumps(run.summary()))["name"] == "</title><script>name()</script>"
