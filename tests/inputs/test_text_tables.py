"""Separated text, however it was exported, gives the same leads; and rows are called by number."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibrate import Leads, Spec, count, read_leads
from calibrate.draft import draft_spec
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError

SEPARATORS = [",", ";", "\t", "|"]
Read = Callable[..., Leads]
Check = Callable[[Leads], None]
Write = Callable[..., str]
BIG_ENDIAN_MARK = b"\xfe\xff"


def german(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize("separator", SEPARATORS, ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize(
    "dialect",
    [
        {"end": "\n"},
        {"end": "\r\n"},
        {"end": "\n", "quoting": csv.QUOTE_ALL},
        {"end": "\r\n", "quoting": csv.QUOTE_ALL},
    ],
    ids=["lf", "crlf", "lf, all quoted", "crlf, all quoted"],
)
def test_separators_quotes_and_line_ends(
    separator: str, dialect: dict[str, Any], as_text: Write, read: Read, expect_same: Check
) -> None:
    expect_same(read(as_text(separator, **dialect)))


def test_lines_that_end_in_a_carriage_return_alone(
    as_text: Write, read: Read, expect_same: Check
) -> None:
    # Quoted throughout: Python's writer leaves "\n" bare where rows do not end in it.
    expect_same(read(as_text(end="\r", quoting=csv.QUOTE_ALL)))


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"],
)
def test_encodings(encoding: str, as_text: Write, read: Read, expect_same: Check) -> None:
    expect_same(read(as_text(";").encode(encoding)))


def test_utf_16_big_endian_with_a_mark(as_text: Write, read: Read, expect_same: Check) -> None:
    expect_same(read(BIG_ENDIAN_MARK + as_text().encode("utf-16-be")))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_in_another_script(encoding: str, read: Read) -> None:
    text = (
        "источник\tгород\tconverted\n"
        + "Ярмарка\tМосква\t1\nРеклама\tМосква\t0\nРеклама\tКазань\t1\n" * 20
    )
    assert read(text.encode(encoding)).customers == 40


def test_windows_quotes_and_the_euro_sign(read: Read) -> None:
    text = "plan;converted\n" + "„Groß“ – 5 €;1\n„Groß“ – 5 €;0\nklein;0\n" * 20
    leads = read(text.encode("cp1252"))
    assert "„Groß“ – 5 €" in set(count(leads).to_frame()["level"])
    (remark,) = [one.says for one in leads.findings if one.code == "format"]
    assert "cp1252" in remark


def test_bytes_that_cp1252_does_not_have_are_latin_1(read: Read) -> None:
    leads = read(b"plan;converted\n" + b"gro\x81;1\ngro\x81;0\nklein;0\n" * 20)
    assert any("latin-1" in one.says for one in leads.findings)


@pytest.mark.parametrize(
    ("separator", "write"),
    [
        (";", lambda number: str(number).replace(".", ",")),
        (";", german),
        ("\t", german),
        ("|", german),
        (",", german),
        (",", lambda number: f"{number:,.2f}"),
        ("\t", lambda number: f"{number:,.2f}"),
        (";", lambda number: f"{number:.2f}"),
        (",", lambda number: f" {number} "),
        (",", lambda number: f"+{number:.10e}"),
    ],
    ids=[
        "; 1234,5",
        "; 1.234,50",
        "tab 1.234,50",
        "| 1.234,50",
        "quoted 1.234,50",
        "quoted 1,234.50",
        "tab 1,234.50",
        "; 1234.50",
        "blanks around",
        "+1.2345e+03",
    ],
)
def test_ways_to_write_a_number(
    separator: str,
    write: Callable[[float], str],
    as_text: Write,
    read: Read,
    expect_same: Check,
) -> None:
    expect_same(read(as_text(separator, write=write)))


@pytest.mark.parametrize("name", ["leads.tsv", "leads.txt", "leads.dat", "leads", "LEADS.XLS"])
def test_any_other_ending_is_text(
    name: str, as_text: Write, read: Read, expect_same: Check
) -> None:
    expect_same(read(as_text("\t"), name))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\r\n", ",\r\n"),
        lambda text: text.replace("\r\n", ",\r\n").replace(",\r\n", "\r\n", 1),
        lambda text: text.replace("\r\n", ",,,\r\n", 1),
        lambda text: f"\r\n\r\n{text}\r\n\r\n\r\n",
        lambda text: text.replace("\r\nL7,", "\r\n\r\n   \r\n,,,,,,\r\nL7,"),
        lambda text: text.rstrip(),
        lambda text: text.replace("lead_id,source", " lead_id , source ", 1),
    ],
    ids=[
        "every row ends in a separator",
        "every row but the header does",
        "only the header does",
        "empty lines around",
        "empty lines between",
        "no line end at the end",
        "blanks around names",
    ],
)
def test_what_people_leave_around_a_table(
    change: Callable[[str], str], as_text: Write, read: Read, expect_same: Check
) -> None:
    leads = read(change(as_text(end="\r\n")))
    expect_same(leads)
    assert {one.code for one in leads.findings} == {"roles-found"}


@pytest.mark.parametrize("hint", ["sep=;\n", "sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_the_hint_that_excel_understands_is_no_row(
    hint: str, as_text: Write, read: Read, expect_same: Check
) -> None:
    expect_same(read(hint + as_text(";")))


def test_a_separator_is_found_among_texts_full_of_others(read: Read) -> None:
    leads = read(
        "name;converted\n"
        + "Acme, Inc., and | so, on 1,5;1\nBeta, Ltd., Co.;0\nBeta, Ltd., Co.;1\n" * 15
    )
    assert leads.customers == 30
    assert [one.name for one in leads.attributes] == ["name"]


def test_a_column_without_a_name_is_left_out_and_said(read: Read) -> None:
    leads = read(",source,,converted\n" + "1,Fair,,1\n2,Web,,0\n2,Web,,1\n" * 15)
    left = [one.says for one in leads.findings if one.code == "column-left-out"]
    # The third column has no name either, and nothing to lose.
    assert left == ["`column 1` was left out: it has no name."]


def test_columns_without_a_name_can_be_written_out_again(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("a,,,b,\n1,x,y,2,\n3,,z,4,\n")
    kept = open_table(path).original
    assert kept.column_names == ["a", "column 2 (no name)", "column 3 (no name)", "b"]
    assert kept.column(1).to_pylist() == ["x", None]


def test_names_that_differ_only_by_case_are_different_columns(read: Read) -> None:
    leads = read("Source,source,converted\n" + "Fair,x,1\nFair,y,0\nWeb,y,0\nWeb,x,0\n" * 20)
    assert [one.name for one in leads.attributes] == ["Source", "source"]


def test_very_long_names_and_names_with_line_breaks_and_control_letters(read: Read) -> None:
    long = "n" * 20_000
    header = f'{long},"how\nmany","bell \x07",converted\n'
    leads = read(header + "a,1,x,1\nb,1,y,0\na,2,x,0\n" * 20)
    assert [one.name for one in leads.attributes] == [long, "how\nmany", "bell \x07"]
    assert Spec.from_text(draft_spec(leads)).attributes.keys() == {long, "how\nmany", "bell \x07"}


def test_one_wide_column_of_prose(read: Read) -> None:
    prose = "Dear all, " * 4000
    leads = read("notes,source,converted\n" + f'"{prose}",Fair,1\n,Web,0\n,Fair,0\n,Web,1\n' * 20)
    assert leads.customers == 40


def test_two_thousand_columns_are_read_when_few_are_tried(read: Read) -> None:
    names = ["converted", *(f"c{place}" for place in range(2000))]
    rows = [",".join([str(row % 2), *["ab"[row % 3 == 0]] * 2000]) for row in range(60)]
    text = "\n".join([",".join(names), *rows])
    leads = read(text, spec={"only": ["c7", "c1999"]})
    assert [one.name for one in leads.attributes] == ["c7", "c1999"]
    with pytest.raises(LeadsError, match="2,000 columns to try"):
        read(text)


def test_texts_keep_their_codes_and_signs(read: Read) -> None:
    leads = read("zip,converted\n" + "01234,1\n1234,0\n1234,1\n" * 30)
    assert set(count(leads).to_frame()["level"]) == {"01234", "1234"}


@pytest.mark.parametrize(
    ("text", "row", "more"),
    [
        ("a,b,converted\n1,2,1\n1,2\n", 3, "2 cells where the header has 3"),
        ('a,b,converted\n"1\nx\ny",2,1\n1,2\n', 3, "row 3 (line 5)"),
        ("a,b,converted\n\n\n1,2,1\n1,2,3,4\n", 5, "contains a comma"),
        ("\n\na,b,converted\n1,2,1\n1\n", 5, "one cell"),
        ("a;b;converted\r1;2;1\r1;2;0;7\r", 3, "contains a semicolon"),
    ],
    ids=["short", "after line breaks", "after empty lines", "late header", "carriage returns"],
)
def test_a_ragged_row_is_called_by_its_number(text: str, row: int, more: str, read: Read) -> None:
    with pytest.raises(LeadsError) as fault:
        read(text)
    assert f"row {row}" in str(fault.value)
    assert more in str(fault.value)


def test_all_ragged_rows_are_counted(read: Read) -> None:
    with pytest.raises(LeadsError, match="In all 1000 and more rows do not fit"):
        read("a,b,converted\n1,2,0\n1,2,1\n" + "1,2\n" * 5000)


@pytest.mark.parametrize(
    "text",
    [
        'a,b,converted\n1,x,1\n2,"y,0\n3,z,1\n4,z,0\n',
        'a,converted,b\n1,1,x\n2,0,"y\n3,1,z\n4,0,z\n',
        'a,converted,b\n1,1,"x"\n2,0,"y\n3,1,"z"\n4,0,"z"\n',
    ],
    ids=["in the middle", "in the last column", "among quotes"],
)
def test_a_quote_that_is_never_closed_is_named_and_no_lead_is_lost(text: str, read: Read) -> None:
    with pytest.raises(LeadsError, match=r"row 3.*opened and never closed"):
        read(text)


def test_a_value_may_hold_single_quotes_and_end_in_a_line_break(read: Read) -> None:
    rows = [f'{n % 3},"5\nlines\n",19" rack,{n % 2}' for n in range(29)] + ['0,"5\nlines\n",x,1']
    leads = read("\n".join(["a,notes,thing,converted", *rows]))
    assert leads.total == 30


def test_values_right_of_the_last_column_are_not_lost(read: Read) -> None:
    rows = [f"{n % 3},{n % 2}," for n in range(300)]
    rows[200] += "note"
    with pytest.raises(LeadsError, match="row 202: the value `note` stands right of"):
        read("\n".join(["a,converted", *rows]))


def test_rows_are_called_by_number_below_empty_ones(read: Read) -> None:
    text = "lead_id,created_at,converted_at\n\nL1,2025-01-01,\n,,\nL2,soon,\nL3,2025-01-02,\n"
    with pytest.raises(LeadsError, match="row 5, column `created_at`: `soon`"):
        read(text)


def test_a_large_file_takes_well_under_a_second(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    n = 45_000
    seconds = rng.integers(0, 10**7, (2, n)).astype("timedelta64[s]")
    days = np.datetime64("2025-01-01T00:00:00") + seconds
    frame = pd.DataFrame({f"c{place}": rng.choice(list("abcdef"), n) for place in range(8)})
    for place in range(5):
        frame[f"n{place}"] = rng.integers(0, 3000, n)
    frame["lead_id"] = [f"L{row}" for row in range(n)]
    frame["created_at"], frame["closed"] = days.min(axis=0), days.max(axis=0)
    frame["converted"] = rng.integers(0, 2, n)
    path = tmp_path / "leads.csv"
    frame.to_csv(path, index=False)
    read_leads(path)  # what is imported late is not meant
    start = time.perf_counter()
    leads = read_leads(path)
    taken = time.perf_counter() - start
    assert leads.total == n
    # About 0.25 s on two busy cores; the bound is for machines that do much else.
    assert taken < 2


def test_a_header_as_long_as_a_file_is_refused_at_once(read: Read) -> None:
    start = time.perf_counter()
    with pytest.raises(LeadsError, match="more than any leads table has"):
        read(",".join(f"c{place}" for place in range(300_000)) + "\n1,2\n")
    assert time.perf_counter() - start < 10


def test_a_table_says_where_its_rows_stand(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\na,b\n1,2\n\n3,4\n")
    names = open_table(path).row_names
    assert [names.name(0), names.name(1)] == ["row 3", "row 5"]
