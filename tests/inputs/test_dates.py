"""Dates as exports write them; a column decides as a whole which number is the day."""

from __future__ import annotations

import pandas as pd
import pytest

from calibrate.dates import Dates, read_dates, reads_as_dates
from calibrate.engines.tables import open_table
from calibrate.errors import LeadsError


def dates(*texts: object, nothings: tuple[str, ...] = ()) -> Dates:
    return read_dates(open_table(pd.DataFrame({"day": texts})), "day", nothings=nothings)


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


def test_numbers_are_no_dates() -> None:
    with pytest.raises(LeadsError, match="column `day` holds numbers, not dates"):
        dates(45000, 45001)
    assert not reads_as_dates(
        open_table(pd.DataFrame({"a": ["20260101", "20260102"]})).columns["a"]
    )


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
