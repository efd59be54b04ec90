"""Every result shows itself: a table with heads in words, one screen of text, a report in place."""

from __future__ import annotations

import html
import importlib
import pkgutil
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import calibrate
from calibrate.present.heads import cell_text, head_of, plain
from calibrate.present.inline import InlinePage
from calibrate.present.tables import MOST_ROWS, result_html
from tests.results import every_result

TYPES = (
    *("Leads", "Counts", "Screening", "Evidence", "Points", "ScoreTable", "Threshold"),
    *("Probability", "Decision", "Standings", "Grid", "Scorecard", "Calibration", "Explanation"),
    *("CallList", "Moves", "Check", "CardCuts", "Validation", "Comparison", "Rerun", "History"),
    *("Choices", "MethodComparison", "Parsimony", "WrittenScores"),
)
REPORTED = ("Calibration", "Validation", "Comparison", "History", "Check")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return every_result(tmp_path_factory.mktemp("results"))


@pytest.fixture(params=TYPES)
def result(request: pytest.FixtureRequest, results: dict[str, Any]) -> Any:
    return results[request.param]


class Elements(HTMLParser):
    """The elements of a page, as a browser would make them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(calibrate.__path__, "calibrate."):
        if module.name != "calibrate.__main__":
            for one in vars(importlib.import_module(module.name)).values():
                if isinstance(one, type) and one.__module__ == module.name:
                    yield one


def test_no_result_is_forgotten() -> None:
    framed = {one.__name__ for one in classes() if hasattr(one, "to_frame")}
    assert {name for name in framed if not name.startswith("_")} == set(TYPES)
    public = {name for name in calibrate.__all__ if hasattr(getattr(calibrate, name), "to_frame")}
    assert public <= set(TYPES)


def test_a_result_is_a_frame_with_rows_and_named_columns(result: Any) -> None:
    frame = result.to_frame()
    assert len(frame) > 0
    assert all(isinstance(name, str) and name == name.lower() for name in frame.columns)
    assert not frame.columns.duplicated().any()


def test_every_column_has_a_head_in_words(result: Any) -> None:
    for name in result.to_frame().columns:
        head = head_of(name)
        assert head.words, name
        assert head.says.endswith("."), name
        assert "_" not in head.words


def test_a_repr_is_one_screen_and_harmless_in_a_terminal(result: Any) -> None:
    lines = repr(result).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 120
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", repr(result))
    assert not lines[0].startswith(f"<{type(result).__module__}")


def test_a_notebook_shows_a_table_whose_heads_say_what_they_head(result: Any) -> None:
    heads = [attrs for tag, attrs in Elements(result._repr_html_()).found if tag == "th"]
    assert heads
    assert {attrs.get("scope") for attrs in heads} <= {"col", "row"}


def test_values_of_leads_are_escaped_in_a_notebook(result: Any) -> None:
    shown = result._repr_html_()
    tags = {tag for tag, _ in Elements(shown).found}
    assert not tags & {"script", "img", "b", "title"}
    assert not any(name.startswith("on") for _, attrs in Elements(shown).found for name in attrs)
    assert "\x1b" not in shown


def test_a_result_shows_itself_the_same_twice(result: Any) -> None:
    table, screen = result._repr_html_(), repr(result)
    assert (result._repr_html_(), repr(result)) == (table, screen)


def test_hostile_names_are_there_to_be_escaped(results: dict[str, Any]) -> None:
    for name in ("Counts", "Evidence", "Points", "Scorecard", "Calibration", "CallList"):
        assert "&lt;script&gt;alert(1)" in results[name]._repr_html_(), name


def test_print_shows_what_does_not_fit_on_a_screen(results: dict[str, Any]) -> None:
    whole = str(results["Validation"]).splitlines()
    shown = repr(results["Validation"]).splitlines()
    assert len(whole) > 40
    assert shown[:39] == whole[:39]
    assert shown[39] == f"… {len(whole) - 39} more lines: `print` shows them"


# ---------------------------------------------------------------------------------- the tables


def test_a_large_table_shows_its_first_rows_and_says_how_many_more() -> None:
    frame = pd.DataFrame({"lead": [f"L{row}" for row in range(MOST_ROWS + 1234)]})
    shown = result_html(frame, "Leads(many)")
    assert shown.count("<tr") == 1 + MOST_ROWS
    assert f"L{MOST_ROWS - 1}<" in shown
    assert f"L{MOST_ROWS}<" not in shown
    assert "and 1\N{NO-BREAK SPACE}234 more rows" in shown


def test_a_table_of_no_rows_says_so() -> None:
    shown = result_html(pd.DataFrame({"lead": [], "score": []}), "Nothing moved.")
    assert "No rows." in shown
    assert "Nothing moved." in shown


def test_numbers_are_written_as_everywhere(results: dict[str, Any]) -> None:
    one = results["Evidence"].to_frame().iloc[0]
    row = results["Evidence"]._repr_html_().partition("<tbody>")[2].partition("</tr>")[0]
    assert f">{one.close_rate * 100:.1f} %<" in row
    assert f">{one.lift:.2f}<" in row


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "share", ""),
        (float("nan"), "lift", ""),
        (float("inf"), "number", ""),
        (pd.NA, "points", ""),
        (0, "points", "0"),
        (7, "points", "+7"),
        (12345, "count", "12 345"),
        (False, "text", "no"),
        (0.123456, "decimal", "0.123"),
        (-3.0, "number", "-3"),
        ("a\x00b", "text", "a\\x00b"),
    ],
)
def test_a_cell_is_written_by_the_kind_of_its_column(value: Any, kind: Any, text: str) -> None:
    assert cell_text(value, kind) == text


def test_whole_numbers_stay_whole() -> None:
    value = plain(pd.Series([3], dtype="Int64")[0])
    assert (value, type(value)) == (3, int)


# -------------------------------------------------------------------------- the report in place


@pytest.mark.parametrize("name", REPORTED)
def test_a_report_without_a_path_is_the_page_in_a_frame(
    results: dict[str, Any], name: str, tmp_path: Path
) -> None:
    shown = results[name].report()
    assert isinstance(shown, InlinePage)
    written = results[name].report(tmp_path / "page.html")
    assert written == tmp_path / "page.html"
    assert shown.html == written.read_text(encoding="utf-8")
    ((tag, attrs),) = Elements(shown._repr_html_()).found
    assert tag == "iframe"
    assert attrs["srcdoc"] == shown.html


def test_scripts_of_a_report_do_not_reach_the_notebook(results: dict[str, Any]) -> None:
    ((_, attrs),) = Elements(results["Calibration"].report()._repr_html_()).found
    assert attrs["sandbox"] == "allow-scripts"
    assert attrs["title"]


def test_a_report_in_place_is_told_in_a_line_where_nothing_shows_it() -> None:
    shown = InlinePage(html=html.escape("x" * 3000))
    assert repr(shown).startswith("InlinePage(3 kB of HTML")
    assert len(repr(shown)) <= 120
