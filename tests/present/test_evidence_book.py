"""The workbook of a run, read back: its numbers, its texts, its looks, and its first sheet."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from calibrate import Calibration, MissingExtraError, OutputError, calibrate, rerun, validate
from calibrate.cli import main
from calibrate.present.evidence_book.book import evidence_workbook
from calibrate.present.folder import LEFT_OUT, evidence_csv
from calibrate.present.sheets import page as pages
from calibrate.recalibration import Comparison
from calibrate.validation import Validation
from tests.results import HOSTILE, hostile_quarter
from tests.two_quarters import SECOND, SPEC

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

ALWAYS = ["Summary", "Card", "Evidence", "Threshold", "Tiers", "Findings", "Words"]
FORMULAS = ["=cmd|' /C calc'!A0", "+1", "@x", "-2", '=HYPERLINK("http://x")', "http://example.com"]


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return hostile_quarter(1)


@pytest.fixture(scope="module")
def second() -> pd.DataFrame:
    return hostile_quarter(2, start=SECOND, source_effect=0.2)


@pytest.fixture(scope="module")
def run(first: pd.DataFrame) -> Calibration:
    return calibrate(first, SPEC, name="quarter")


@pytest.fixture(scope="module")
def validation(run: Calibration, first: pd.DataFrame, second: pd.DataFrame) -> Validation:
    return validate(run.scorecard, pd.concat([first, second]))


@pytest.fixture(scope="module")
def comparison(run: Calibration, second: pd.DataFrame) -> Comparison:
    return rerun(run.scorecard, second).comparison


@pytest.fixture(scope="module")
def content(run: Calibration, validation: Validation, comparison: Comparison) -> bytes:
    return evidence_workbook(run, validation=validation, comparison=comparison)


@pytest.fixture(scope="module")
def book(content: bytes) -> Any:
    return opened(content)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def frame_of(sheet: Any, head: int = 1) -> pd.DataFrame:
    """Read the table below a row of heads, up to its first empty row."""
    rows = []
    for row in sheet.iter_rows(min_row=head + 1, values_only=True):
        if row[0] is None:
            break
        rows.append(row)
    return pd.DataFrame(rows, columns=[cell.value for cell in sheet[head]])


def cells(book: Any) -> list[Any]:
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def bars(sheet: Any) -> set[str]:
    """The columns that have bars behind their numbers."""
    return {
        str(cells.sqref).partition(":")[0].rstrip("0123456789")
        for cells in sheet.conditional_formatting
        for rule in cells.rules
        if rule.type == "dataBar"
    }


# ------------------------------------------------------------------------------ what stands in it


def test_the_sheets_are_those_of_what_is_given(
    run: Calibration, validation: Validation, comparison: Comparison, book: Any
) -> None:
    assert opened(evidence_workbook(run)).sheetnames == ALWAYS
    later = opened(evidence_workbook(run, validation=validation)).sheetnames
    assert later == [*ALWAYS[:5], "Later leads", *ALWAYS[5:]]
    moved = opened(evidence_workbook(run, comparison=comparison)).sheetnames
    assert moved == [*ALWAYS[:5], "What moved", *ALWAYS[5:]]
    assert book.sheetnames == [*ALWAYS[:5], "Later leads", "What moved", *ALWAYS[5:]]


def test_the_evidence_sheet_has_the_numbers_of_the_csv(run: Calibration, book: Any) -> None:
    written = pd.read_csv(io.StringIO(evidence_csv(run)), keep_default_na=True)
    found = frame_of(book["Evidence"])
    assert len(found) == len(run.to_frame()) == len(written)
    assert found.shape == written.shape
    for (name, expected), (_, values) in zip(written.items(), found.items(), strict=True):
        if pd.api.types.is_numeric_dtype(expected):
            assert all(isinstance(value, int | float) for value in values)
            (
                pd.testing.assert_series_equal(
                    values.astype(float), expected.astype(float), check_names=False, rtol=0
                ),
                name,
            )
    assert found["Verdict"].tolist() == written["verdict"].tolist()


def test_the_card_sheet_has_the_points_as_used(run: Calibration, book: Any) -> None:
    found = frame_of(book["Card"], head=3)
    used = {
        (one.name, level.as_level.label): level.points
        for one in run.scorecard.attributes
        for level in one.levels
        if any(other.points for other in one.levels)
    }
    shown = zip(found["Attribute"], map(str, found["Level"]), found["Points"], strict=True)
    assert {(a, level.replace("\\x1b", "\x1b")): points for a, level, points in shown} == used


def test_the_threshold_sheet_is_the_sweep(run: Calibration, book: Any) -> None:
    sheet = book["Threshold"]
    found = [row[:2] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] is not None]
    assert [score for score, _ in found] == [one.score for one in run.scorecard.sweep]
    assert [kept for _, kept in found] == [one.leads_kept for one in run.scorecard.sweep]


def test_the_first_sheet_has_verdict_numbers_levels_and_warnings(
    run: Calibration, validation: Validation, book: Any
) -> None:
    values = [cell.value for row in book["Summary"].iter_rows() for cell in row]
    assert values[0] == "Scorecard: quarter"
    assert validation.verdict == "not ready"
    assert "NOT READY: do not use the card" in values
    assert set(validation.reasons) <= set(values)
    facts = {row[0].value: row[1].value for row in book["Summary"].iter_rows()}
    cut, overall = run.threshold.cut, run.evidence.overall
    assert facts["Leads counted"] == overall.leads
    assert facts["Close rate of all leads"] == pytest.approx(overall.close_rate, rel=1e-5)
    assert facts["Threshold"] == run.threshold.score
    assert facts["Customers that it keeps"] == pytest.approx(cut.customers_kept, rel=1e-5)
    earning = sorted((abs(one) for one in run.to_frame()["points"] if one), reverse=True)[:10]
    start = values.index("Points") // 5 + 2
    rows = book["Summary"].iter_rows(min_row=start, max_row=start + len(earning) - 1)
    assert [abs(row[2].value) for row in rows] == earning
    warnings = [one for one in validation.findings if one.severity == "warning"]
    assert all(f"What to do: {one.fix}" in values for one in warnings)


def test_without_later_leads_the_first_sheet_says_so(run: Calibration) -> None:
    values = [cell.value for cell in cells(opened(evidence_workbook(run)))]
    assert "No later leads have judged this card yet: its numbers are of the leads it is from." in (
        values
    )


def test_every_head_is_explained_among_the_words(book: Any) -> None:
    explained = set(frame_of(book["Words"])["Word"])
    for name, row in (("Evidence", 1), ("Later leads", 3), ("What moved", 3), ("Findings", 1)):
        heads = {cell.value for cell in book[name][row] if cell.value is not None}
        assert heads <= explained, name
    assert {"Threshold", "Leads kept", "Close rate below", "Tier"} <= explained


def test_findings_stand_once_with_what_to_do(run: Calibration, validation: Validation) -> None:
    found = frame_of(opened(evidence_workbook(run, validation=validation))["Findings"])
    expected = {(one.says, one.fix) for one in (*run.findings, *validation.findings)}
    assert len(found) == len(expected)
    assert set(zip(found["Finding"], found["What to do"], strict=True)) == expected


# ---------------------------------------------------------------------------------- how it looks


@pytest.mark.parametrize(
    ("name", "frozen", "filtered"),
    [
        ("Card", "A4", True),
        ("Evidence", "C2", True),
        ("Threshold", "A2", True),
        ("Tiers", "A3", False),
        ("Later leads", "A4", True),
        ("What moved", "C4", True),
        ("Findings", "A2", True),
        ("Words", "A2", True),
    ],
)
def test_heads_stay_in_sight_and_are_printed_on_every_page(
    book: Any, name: str, frozen: str, filtered: bool
) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == frozen
    assert bool(sheet.auto_filter.ref) == filtered
    head = int(frozen[1:]) - 1
    assert sheet.print_title_rows == f"${head}:${head}"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # One page wide is what a file without the number means.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)


def test_bars_lie_behind_rates_lifts_and_points(book: Any) -> None:
    evidence = [cell.value for cell in book["Evidence"][1]]
    letters = {
        openpyxl.utils.get_column_letter(evidence.index(head) + 1)
        for head in ("Close rate", "Lift", "Points")
    }
    assert bars(book["Evidence"]) == letters
    assert bars(book["Card"]) == {"C", "F", "I"}
    assert bars(book["Summary"]) == {"C", "D"}
    assert bars(book["Threshold"]) == {"D", "F"}


def test_shares_and_counts_are_numbers_with_a_format(book: Any) -> None:
    sheet = book["Evidence"]
    heads, first = sheet[1], sheet[2]
    formats = {a.value: b.number_format for a, b in zip(heads, first, strict=True)}
    assert formats["Close rate"] == "0.0%"
    assert formats["Leads"] == "#,##0"
    assert formats["Points"] == "+0;-0;0"
    assert formats["Lift, low end"] == "0.00"


def test_long_texts_get_the_rows_they_need(book: Any) -> None:
    sheet = book["Findings"]
    needed = {
        row[1].row: len(row[1].value) / sheet.column_dimensions["B"].width
        for row in sheet.iter_rows(min_row=2)
    }
    assert max(needed.values()) > 1
    for row, lines in needed.items():
        if lines > 1:
            assert sheet.row_dimensions[row].height >= 15 * lines


# ------------------------------------------------------------------------------- hostile values


def test_texts_of_leads_are_texts_and_nothing_is_a_formula_or_a_link(
    content: bytes, book: Any
) -> None:
    assert not [cell for cell in cells(book) if cell.data_type == "f" or cell.hyperlink]
    texts = {cell.value for cell in cells(book) if cell.data_type == "s"}
    assert {HOSTILE["fair"], HOSTILE["referral"], "@SUM(1+1)\\x1b[31m", "<b>size</b>"} <= texts
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or "vba" in name]


def test_values_that_look_like_formulas_stay_as_they_are(tmp_path: Path) -> None:
    rows = [
        (value, int(number < 3 * place + 1))
        for place, value in enumerate([*FORMULAS, "x" * 40_000])
        for number in range(60)
    ]
    leads = pd.DataFrame(rows, columns=["=1+1", "converted"])
    spec = {"attributes": {"=1+1": {"kind": "category"}}, "points": {"award": "all"}}
    path = calibrate(leads, spec, name="+name").workbook(tmp_path / "evidence.xlsx")
    book = opened(path.read_bytes())
    assert not [cell for cell in cells(book) if cell.data_type == "f" or cell.hyperlink]
    levels = {row[1].value for row in book["Evidence"].iter_rows(min_row=2)}
    assert set(FORMULAS) <= levels
    assert all(len(str(level)) <= pages.LONGEST_CELL for level in levels)
    assert {row[0].value for row in book["Evidence"].iter_rows(min_row=2)} == {"=1+1"}


# ------------------------------------------------------------------------------------------ edges


def test_the_same_leads_are_the_same_bytes(
    run: Calibration, first: pd.DataFrame, validation: Validation, tmp_path: Path
) -> None:
    again = calibrate(first, SPEC, name="quarter")
    path = again.workbook(tmp_path / "b.xlsx", validation=validation)
    assert path.read_bytes() == evidence_workbook(run, validation=validation)
    created = opened(path.read_bytes()).properties.created
    assert created.date() == run.scorecard.made.as_of


def test_a_card_on_which_nothing_earns_points_has_a_workbook(tmp_path: Path) -> None:
    leads = pd.DataFrame({"letter": list("ab") * 100, "converted": [1, 1, 0, 0] * 50})
    run = calibrate(leads)
    assert not any(run.to_frame()["points"])
    book = opened(run.workbook(tmp_path / "evidence.xlsx").read_bytes())
    assert book.sheetnames == ALWAYS
    values = [cell.value for cell in cells(book)]
    assert values.count("No level earns points: every lead has the same score.") == 2
    assert "Threshold" not in [row[0].value for row in book["Summary"].iter_rows()]


def test_rows_beyond_the_last_of_a_sheet_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LAST_ROW", 12)
    leads = pd.DataFrame(
        {"number": [f"v{row % 30:02d}" for row in range(1200)], "converted": [1, 0, 0, 0] * 300}
    )
    found = frame_of(opened(evidence_workbook(calibrate(leads)))["Evidence"])
    assert len(found) == 11
    assert found["Attribute"].iloc[-1] == "and 20 more rows"


def test_a_workbook_that_cannot_be_written_leaves_nothing(run: Calibration, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        run.workbook(tmp_path / "no such folder" / "evidence.xlsx")
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------------------------- the run folder


def test_a_run_folder_has_the_workbook(run: Calibration, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "run")
    assert (folder / "evidence.xlsx").read_bytes() == evidence_workbook(run)
    assert not (folder / LEFT_OUT).exists()


def test_a_rerun_has_what_moved_in_its_workbook(
    run: Calibration, second: pd.DataFrame, tmp_path: Path
) -> None:
    folder = rerun(run.scorecard, second).save(tmp_path / "run")
    assert "What moved" in opened((folder / "evidence.xlsx").read_bytes()).sheetnames


def test_without_the_extra_the_folder_says_what_to_install(
    run: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run.save(tmp_path / "run")
    steps: list[str] = []
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "xlsxwriter", None)
        run.save(folder, steps.append)
        with pytest.raises(MissingExtraError, match=r"calibrate-leads\[excel\]"):
            run.workbook(tmp_path / "evidence.xlsx")
    assert any("calibrate-leads[excel]" in step for step in steps)
    assert "calibrate-leads[excel]" in (folder / LEFT_OUT).read_text(encoding="utf-8")
    assert not (folder / "evidence.xlsx").exists(), "it would be of an earlier run"
    assert (folder / "report.html").exists()
    run.save(folder)
    assert (folder / "evidence.xlsx").exists()
    assert not (folder / LEFT_OUT).exists()


@pytest.mark.parametrize("installed", [True, False])
def test_the_command_says_where_the_workbook_is_left_out(
    first: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    installed: bool,
) -> None:
    first.drop(columns="source").to_csv(tmp_path / "leads.csv", index=False)
    if not installed:
        monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert main(["run", str(tmp_path / "leads.csv"), "--out", str(tmp_path / "run")]) == 0
    said = capsys.readouterr().out
    assert ("evidence.xlsx is left out" in said) != installed
