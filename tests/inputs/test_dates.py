"""Dates as exports write them; a column decides as a whole which number is the day."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from calibrate import Spec, read_leads
from calibrate.dates import Dates, could_be_dates, read_dates, reads_as_dates
from calibrate.draft import draft_spec
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError


def dates(*texts: object, nothings: tuple[str, ...] = (), day_first: bool | None = None) -> Dates:
    table = open_table(pd.DataFrame({"day": texts}))
    return read_dates(table, "day", nothings=nothings, day_first=day_first)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2026-01-05", "2026-01-05T00:00:00"),
        (" 2026-01-05 ", "2026-01-05T00:00:00"),
        ("2026-1-5", "2026-01-05T00:00:00"),
        ("2026/01/05", "2026-01-05T00:00:00"),
        ("2026-01-05 13:30", "2026-01-05T13:30:00"),
        ("2026-01-05T13:30:10.123456789Z", "2026-01-05T13:30:10"),
        ("2026-01-05T13:30:10+02:00", "2026-01-05T11:30:10"),
        ("2026-01-05 13:30:10 +0200", "2026-01-05T11:30:10"),
        ("2026-01-05 13:30:10+00", "2026-01-05T13:30:10"),
        ("2026-01-05 13:30:10 UTC", "2026-01-05T13:30:10"),
        ("5.1.2026 13:30", "2026-01-05T13:30:00"),
        ("05.01.26", "2026-01-05T00:00:00"),
        ("25/01/2026", "2026-01-25T00:00:00"),
        ("1/25/2026, 1:45 PM", "2026-01-25T13:45:00"),
        ("01-25-2026 12:05 am", "2026-01-25T00:05:00"),
        ("2026/01/25 1:45:30 PM", "2026-01-25T13:45:30"),
        ("05-Jan-2026", "2026-01-05T00:00:00"),
        ("5 January 2026 13:30", "2026-01-05T13:30:00"),
        ("Jan 5, 2026, 1:45 PM", "2026-01-05T13:45:00"),
        ("Sept. 5, 2026", "2026-09-05T00:00:00"),
        ("05-Jan-98", "1998-01-05T00:00:00"),
        ("2026-01-05T13:30:00.000+0000", "2026-01-05T13:30:00"),
        ("2026-01-05 1:30 PM", "2026-01-05T13:30:00"),
        ("2026-01-05T13:30Z", "2026-01-05T13:30:00"),
        ("30.09.2026", "2026-09-30T00:00:00"),
        ("30/09/2026 14:05", "2026-09-30T14:05:00"),
        ("9/30/2026 2:05 PM", "2026-09-30T14:05:00"),
        ("9/30/2026 2:05\u202fPM", "2026-09-30T14:05:00"),
        ("30-Sep-2026", "2026-09-30T00:00:00"),
        ("Sep 30, 2026", "2026-09-30T00:00:00"),
        ("30 September 2026", "2026-09-30T00:00:00"),
        ("20260930", "2026-09-30T00:00:00"),
        ("1790777100", "2026-09-30T14:05:00"),
        ("1790777100000", "2026-09-30T14:05:00"),
    ],
)
def test_ways_to_write_a_date(text: str, means: str) -> None:
    assert [str(time) for time in dates(text, None).times] == [means, "NaT"]


def test_the_column_as_a_whole_says_which_number_is_the_day() -> None:
    assert str(dates("03/04/2026", "13/04/2026").times[0]) == "2026-04-03T00:00:00"
    assert str(dates("03/04/2026", "04/13/2026").times[0]) == "2026-03-04T00:00:00"
    with pytest.raises(LeadsError, match="in `03/04/2026` and all others either number could be"):
        dates("03/04/2026", "05/06/2026")
    with pytest.raises(LeadsError, match="some values have the day first and some the month"):
        dates("13/04/2026", "04/13/2026")


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2025-02-30",
        "2025-13-01",
        "0000-00-00",
        "31.4.2026",
        "5 Foo 2026",
        "13:30",
        "2026",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-01-05 25:00",
        "99.99.9999",
    ],
)
def test_what_is_no_date_is_named_with_its_row(text: str) -> None:
    with pytest.raises(LeadsError) as fault:
        dates("2026-01-01", None, text)
    assert f"index 2, column `day`: `{text}` is not a date" in str(fault.value)


def test_what_stands_for_nothing_can_be_declared() -> None:
    assert pd.isna(dates("2026-01-01", "0000-00-00", nothings=("0000-00-00",)).times[1])


def test_the_spec_says_which_number_is_the_day() -> None:
    assert str(dates("05-03-17", day_first=True).times[0]) == "2017-03-05T00:00:00"
    assert str(dates("05-03-17", day_first=False).times[0]) == "2017-05-03T00:00:00"
    assert str(dates("05.03.17", day_first=False).times[0]) == "2017-05-03T00:00:00"
    assert str(dates("2026-03-05", day_first=True).times[0]) == "2026-03-05T00:00:00"


@pytest.mark.parametrize(
    ("texts", "day_first", "says"),
    [
        (("01/02/2026", "13/04/2026"), False, "index 1.* in `13/04/2026` the first number cannot"),
        (("04/13/2026",), True, "index 0.* the second number cannot be a month.*day_first: true`"),
        (("13/04/2026", "04/13/2026"), True, "index 1, column `day`: in `04/13/2026`"),
    ],
)
def test_a_date_that_contradicts_the_spec_is_named(
    texts: tuple[str, ...], day_first: bool, says: str
) -> None:
    with pytest.raises(LeadsError, match=says):
        dates(*texts, day_first=day_first)


def test_without_a_declaration_the_line_to_write_is_named() -> None:
    with pytest.raises(LeadsError, match="into the spec which comes first: `day_first: true`, or"):
        dates("05-03-17", None)


def test_another_column_says_which_number_is_the_day() -> None:
    frame = pd.DataFrame(
        {
            "name": ["a/b", "c", "d"],
            "dotted": ["30.01.2026", None, None],
            "created": ["03/04/2026", "04/04/2026", None],
            "closed": ["05/25/2026", None, "05/01/2026"],
        }
    )
    found = read_dates(open_table(frame), "created")
    assert str(found.times[0]) == "2026-03-04T00:00:00"
    assert found.days.remark == (
        "In `created` either number could be the month; in `closed` the month comes first, so it "
        "was read so too."
    )
    assert str(read_dates(open_table(frame), "created", day_first=True).times[0])[5:7] == "04"
    contradicted = frame.assign(changed="25/05/2026")
    with pytest.raises(LeadsError, match="either number could be the month"):
        read_dates(open_table(contradicted), "created")
    with pytest.raises(LeadsError, match="either number could be the month"):
        read_dates(open_table(frame[["dotted", "created"]]), "created")


def test_what_another_column_said_is_a_finding() -> None:
    rows = [("03/04/2026", "05/25/2026", "a"), ("03/05/2026", None, "b")] * 8
    rows += [("03/04/2026", "05/25/2026", "b"), ("03/05/2026", None, "a")] * 2
    frame = pd.DataFrame(rows, columns=["created_at", "converted_at", "source"])
    leads = read_leads(frame, {"window_days": 90, "as_of": "2026-09-30"})
    (finding,) = [one for one in leads.findings if one.code == "format"]
    assert "in `converted_at` the month comes first" in finding.says
    assert "day_first" in finding.fix
    assert leads.first == dt.date(2026, 3, 4)
    declared = read_leads(
        frame.drop(columns="converted_at").assign(converted=[1, 0] * 10), {"day_first": True}
    )
    assert declared.first == dt.date(2026, 4, 3)
    assert Spec.from_text(draft_spec(declared)).day_first is True


@pytest.mark.parametrize(
    ("numbers", "means"),
    [
        ((20260930, 20240229), "2024-02-29T00:00:00"),
        ((1727654400, 1727654401), "2024-09-30T00:00:01"),
        ((1727654400000, 1727654400999), "2024-09-30T00:00:00"),
        ((946684800, 4102444799), "2099-12-31T23:59:59"),
    ],
)
def test_numbers_that_are_all_dates_of_one_kind(numbers: tuple[int, ...], means: str) -> None:
    for values in (numbers, tuple(map(str, numbers))):
        assert [str(time) for time in dates(*values, None).times[1:]] == [means, "NaT"]
        column = open_table(pd.DataFrame({"a": values})).columns["a"]
        assert could_be_dates(column)
        assert not reads_as_dates(column)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((45000, 45001), "holds numbers, not dates. A spreadsheet keeps days so .`45000`."),
        ((1, 2), "holds numbers, not dates. Write dates like 2026-09-30"),
        ((946684799, 4102444800), "holds numbers, not dates"),
        ((20260930, 20260931), "index 1, column `day`: `20260931` is not a date, and the other"),
        ((20260930, 20260929, 20260930.5), "index 2, column `day`: `20260930.5` is not a date"),
        ((0, 1727654400000, 1727654400001), "index 0, column `day`: `0` is not a date"),
        ((1727654400, 1727654401, 1727654400000), "index 2, column `day`: `1727654400000` is"),
    ],
)
def test_other_numbers_are_no_dates(numbers: tuple[float, ...], says: str) -> None:
    with pytest.raises(LeadsError, match=says):
        dates(*numbers)
    assert not could_be_dates(open_table(pd.DataFrame({"a": numbers})).columns["a"])


def test_times_in_milliseconds_are_found_by_their_name() -> None:
    start = 1727654400000
    frame = pd.DataFrame(
        {
            "create_date": [start] * 40,
            "became_a_customer_date": [start + 86_400_000, None] * 20,
            "source": ["a", "b", "b", "a"] * 10,
            "budget": [1727654400, 5, 5, 1727654400] * 10,
        }
    )
    leads = read_leads(frame, {"window_days": 30, "as_of": "2024-12-31"})
    assert (leads.customers, leads.first) == (20, dt.date(2024, 9, 30))
    assert "budget" in {one.name for one in leads.attributes}


def test_a_column_of_dates_is_known_by_most_of_its_values() -> None:
    def reads(*texts: str) -> bool:
        return reads_as_dates(open_table(pd.DataFrame({"a": texts})).columns["a"])

    assert reads("2026-01-01", "2026-01-02", "soon")
    assert reads("03/04/2026", "05/06/2026")
    assert not reads("2026-01-01", "soon", "later")
    assert not reads("a", "b")
    assert not reads("1", "2")
    assert not reads("20260101", "20260102")


def test_days_have_no_time() -> None:
    assert dates("2026-01-01", None).are_days
    assert not dates("2026-01-01", "2026-01-01T00:00:01").are_days
    assert dates("2026-01-01T13:00:00").days.are_days
