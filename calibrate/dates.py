"""Days and times as people's exports write them, read for a column as a whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import (
    Column,
    Floats,
    NumberColumn,
    TextColumn,
    is_empty,
    text_column,
)
from calibrate.engines.tables import Table
from calibrate.errors import LeadsError
from calibrate.levels import parse_number
from calibrate.present.numbers import number_text

Times = npt.NDArray[np.datetime64]

_TIME = (
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<seconds>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[AaPp][Mm])?)?"
)
_BY_DAY = re.compile(
    r"(?P<first>\d{1,2})(?P<sep>[./-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})" + _TIME
)
_BY_YEAR = re.compile(r"(?P<year>\d{4})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})" + _TIME)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})[ -](?P<name>[A-Za-z]{3})[a-z]*\.?[ ,-]+"
    r"|(?P<american>[A-Za-z]{3})[a-z]*\.? (?P<american_day>\d{1,2}), ?)"
    r"(?P<year>\d{4}|\d{2})" + _TIME
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_UTC = re.compile(r" ?(?:UTC|GMT)$")
_SPACED_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$)")
_ISO_LIKE = re.compile(r"\d{4}-\d\d-\d\d")
_SAMPLE = 200
_MOST_MONTHS = 12
_SINCE, _UNTIL = 946_684_800, 4_102_444_800
"""Seconds from 1970 to 2000 and to 2100: other numbers are hardly times of leads."""
_DIGITS = 19_000_101, 21_000_101
_SERIALS = 20_000, 80_000
"""Days since 1900, as spreadsheets count them, in the years 1954 to 2119."""

Order = Literal["day", "month", "either", "both", "none"]
"""Which number of a day like 03/04/2026 is the day, as far as a column tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """A column of dates or times.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (n,)
        In UTC where zones are given; NaT for an empty cell.
    remark : str or None
        What had to be concluded to read them.
    """

    times: Times
    remark: str | None = None

    @property
    def are_days(self) -> bool:
        """Whether no value has a time of day."""
        there = self.times[~np.isnat(self.times)]
        return bool((there == there.astype("datetime64[D]")).all())

    @property
    def days(self) -> Dates:
        """The same without times of day."""
        return replace(self, times=self.times.astype("datetime64[D]").astype("datetime64[s]"))


def reads_as_dates(column: Column) -> bool:
    """Whether at least half of a column's distinct values are dates, going by the first of them.

    A column of plain numbers never holds dates.
    """
    if isinstance(column, NumberColumn) or not column.texts:
        return False
    some = column.texts[:_SAMPLE]
    if all(parse_number(text) is not None for text in some):
        return False
    # Where either number could be the month dates they are, though nobody knows which.
    reader = _Reader(day_first=_order(some) != "month")
    return sum(map(reader.is_date, some)) >= 0.5 * len(some)


_PERIOD = re.compile(
    r"(?:q[1-4]|h[12]|w(?:k|eek)?\s?\d{1,2})[\s/_-]*'?(?:19|20)?\d{2}"
    r"|(?:fy|cy)?\s?(?:19|20)\d{2}[\s/_-]*(?:q[1-4]|h[12]|w(?:k|eek)?\s?\d{1,2}|(?:0?[1-9]|1[0-2]))"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s./_-]*'?(?:(?:19|20)\d{2}|\d{2})"
    r"|(?:0?[1-9]|1[0-2])[/-](?:19|20)\d{2}",
    re.IGNORECASE,
)


def reads_as_periods(column: Column) -> bool:
    """Whether a column's texts are quarters, months or weeks of a certain year.

    Examples
    --------
    >>> from calibrate.engines.cells import from_objects
    >>> quarters = from_objects(["Q4 2016", "Q1 2017", "2017-Q2", "Mar 2017", "2017-03"])
    >>> reads_as_periods(quarters), reads_as_periods(from_objects(["mar", "2017", "May Smith"]))
    (True, False)
    """
    if isinstance(column, NumberColumn) or not column.texts:
        return False
    return all(_PERIOD.fullmatch(text.strip()) for text in column.texts)


def could_be_dates(column: Column) -> bool:
    """Whether a column that is named like a date holds some: written out, or as plain numbers.

    Plain numbers are eight digits of a day, or seconds or milliseconds since 1970.
    """
    if not _is_numbers(column):
        return reads_as_dates(column)
    numbers = column.values()
    return not bool((np.isnat(_likeliest(numbers)) & ~np.isnan(numbers)).any())


def read_dates(
    table: Table, name: str, *, nothings: Sequence[str] = (), day_first: bool | None = None
) -> Dates:
    """Read a column of dates.

    Texts are ISO 8601; year/month/day; day.month.year, day/month/year or month/day/year; or have
    the month's English name; each with or without a time. Numbers are eight digits such as
    20260930, or seconds or milliseconds since 1970. Whether day or month comes first is decided by
    the column as a whole, else by `day_first`, else by another column of dates that is written the
    same way.

    Parameters
    ----------
    table : Table
    name : str
        The column.
    nothings : sequence of str
        Texts that stand for no date.
    day_first : bool, optional
        What the spec declares.

    Raises
    ------
    LeadsError
        At the first value that is no date or contradicts `day_first`, naming its row; or when day
        and month cannot be told apart.
    """
    column = table.columns[name].without(nothings)
    if _is_numbers(column):
        return _from_numbers(table, name, column)
    texts = text_column(column)
    is_day_first, remark = _day_first(table, name, texts, day_first)
    reader = _Reader(day_first=is_day_first)
    times: list[dt.datetime] = []
    for text in texts.texts:
        try:
            times.append(reader.read(text))
        except (ValueError, OverflowError):
            raise LeadsError(
                f"{_place(table, name, text)}: `{text[:60]}` is not a date. Write dates "
                f"like 2026-09-30 or 2026-09-30T14:05:00. Where there is none, leave the cell "
                f"empty, or list what stands there under `missing:` in the spec."
            ) from None
    by_code = np.array([np.datetime64("NaT"), *times], dtype="datetime64[s]")
    return Dates(times=by_code[texts.codes], remark=remark)


def _place(table: Table, name: str, text: str) -> str:
    """Say where a text of a column stands first."""
    column = text_column(table.columns[name])
    row = int(np.argmax(column.codes == column.texts.index(text) + 1))
    return f"{table.where}, {table.row_names.name(row)}, column `{name}`"


def _order(texts: Sequence[str]) -> Order:
    """See from all texts which of two numbers is the day."""
    parts = _by_day(texts)
    if not parts:
        return "none"
    if all(part["sep"] == "." for part in parts):
        # Nobody writes the month first with dots.
        return "day"
    first = max(int(part["first"]) for part in parts)
    second = max(int(part["second"]) for part in parts)
    if first > _MOST_MONTHS and second > _MOST_MONTHS:
        return "both"
    if first <= _MOST_MONTHS and second <= _MOST_MONTHS:
        return "either"
    return "day" if first > _MOST_MONTHS else "month"


def _by_day(texts: Sequence[str]) -> list[re.Match[str]]:
    return [part for text in texts if (part := _BY_DAY.fullmatch(text.strip()))]


def _day_first(
    table: Table, name: str, column: TextColumn, declared: bool | None
) -> tuple[bool, str | None]:
    """Decide which number is the day, and say where that was concluded from another column."""
    order = _order(column.texts)
    if declared is not None:
        _check_declared(table, name, column.texts, declared)
        return declared, None
    if order == "both":
        raise LeadsError(
            f"{table.where}, column `{name}`: some values have the day first and some the month. "
            f"Write dates like 2026-09-30."
        )
    if order == "either":
        return _by_others(table, name, column.texts)
    return order != "month", None


def _check_declared(table: Table, name: str, texts: Sequence[str], day_first: bool) -> None:
    month = "second" if day_first else "first"
    for text in texts:
        part = _BY_DAY.fullmatch(text.strip())
        if part and int(part[month]) > _MOST_MONTHS:
            raise LeadsError(
                f"{_place(table, name, text)}: in `{text[:60]}` the {month} number cannot be a "
                f"month, and the spec says `day_first: {str(day_first).lower()}`. Correct the one "
                f"or the other."
            )


def _by_others(table: Table, name: str, texts: Sequence[str]) -> tuple[bool, str | None]:
    """Take the order of a column that is written the same way and leaves no doubt."""
    separators = {part["sep"] for part in _by_day(texts)}
    found: dict[Order, list[str]] = {}
    for other, column in table.columns.items():
        if other != name and isinstance(column, TextColumn):
            parts = _by_day(column.texts)
            order = _order(column.texts)
            alike = {part["sep"] for part in parts} & separators and order in ("day", "month")
            if alike and reads_as_dates(column):
                found.setdefault(order, []).append(other)
    if len(found) == 1:
        ((said, others),) = found.items()
        return said == "day", (
            f"In `{name}` either number could be the month; in `{others[0]}` the {said} comes "
            f"first, so it was read so too."
        )
    raise LeadsError(
        f"{table.where}, column `{name}`: in `{_by_day(texts)[0].group()}` and all others either "
        f"number could be the month. Write dates like 2026-09-30; or write into the spec which "
        f"comes first: `day_first: true`, or `day_first: false` for the month."
    )


def _is_numbers(column: Column) -> bool:
    if isinstance(column, NumberColumn):
        return not is_empty(column)
    return column.is_number


def _from_numbers(table: Table, name: str, column: Column) -> Dates:
    numbers = column.values()
    times = _likeliest(numbers)
    unread = np.isnat(times) & ~np.isnan(numbers)
    if not unread.any():
        return Dates(times=times)
    row = int(np.argmax(unread))
    shown = number_text(float(numbers[row]))
    if not np.isnat(times).all():
        raise LeadsError(
            f"{table.where}, {table.row_names.name(row)}, column `{name}`: `{shown}` is not a "
            f"date, and the other numbers are. Write dates like 2026-09-30, and leave the cell "
            f"empty where there is none."
        )
    hint = "Write dates like 2026-09-30."
    if np.nanmin(numbers) >= _SERIALS[0] and np.nanmax(numbers) < _SERIALS[1]:
        hint = (
            f"A spreadsheet keeps days so (`{shown}`): give the column a date format there, and "
            f"export it again."
        )
    raise LeadsError(f"{table.where}: column `{name}` holds numbers, not dates. {hint}")


def _likeliest(numbers: Floats) -> Times:
    """Read numbers as the kind of date that most of them are; NaT for one that is none."""
    readings = [_since_1970(numbers, 1), _since_1970(numbers, 1000), _eight_digits(numbers)]
    return max(readings, key=lambda times: int((~np.isnat(times)).sum()))


def _since_1970(numbers: Floats, per_second: int) -> Times:
    times = np.full(len(numbers), np.datetime64("NaT"), dtype="datetime64[s]")
    seconds = numbers / per_second
    fits = (seconds >= _SINCE) & (seconds < _UNTIL)
    times[fits] = seconds[fits].astype(np.int64).astype("datetime64[s]")
    return times


def _eight_digits(numbers: Floats) -> Times:
    times = np.full(len(numbers), np.datetime64("NaT"), dtype="datetime64[s]")
    fits = (numbers >= _DIGITS[0]) & (numbers < _DIGITS[1]) & (numbers == np.floor(numbers))
    distinct, places = np.unique(numbers[fits].astype(np.int64), return_inverse=True)
    days = [_day_of(int(number)) for number in distinct]
    times[fits] = np.array(days, dtype="datetime64[s]")[places]
    return times


def _day_of(number: int) -> np.datetime64:
    try:
        return np.datetime64(dt.date(number // 10_000, number // 100 % 100, number % 100), "s")
    except ValueError:
        return np.datetime64("NaT")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the dates of a column, knowing whether 03/04 is in March or April."""

    day_first: bool

    def read(self, text: str) -> dt.datetime:
        """Read one text, in UTC where it has a zone."""
        stripped = text.strip()
        if _ISO_LIKE.match(stripped) and stripped[-1] not in "mM":
            return _iso(stripped)
        if part := _BY_DAY.fullmatch(stripped):
            first, second = int(part["first"]), int(part["second"])
            day, month = (first, second) if self.day_first else (second, first)
            return _made(part, month, day)
        if part := _BY_YEAR.fullmatch(stripped):
            return _made(part, int(part["month"]), int(part["day"]))
        if part := _NAMED.fullmatch(stripped):
            month = _MONTHS.index((part["name"] or part["american"]).lower()) + 1
            return _made(part, month, int(part["day"] or part["american_day"]))
        return _iso(stripped)

    def is_date(self, text: str) -> bool:
        """Whether a text reads as a date."""
        try:
            self.read(text)
        except (ValueError, OverflowError):
            return False
        return True


def _iso(text: str) -> dt.datetime:
    if " " in text[11:]:
        text = _SPACED_ZONE.sub("", _UTC.sub("+00:00", text))
    time = dt.datetime.fromisoformat(text)
    return time if time.tzinfo is None else time.astimezone(dt.UTC).replace(tzinfo=None)


def _made(part: re.Match[str], month: int, day: int) -> dt.datetime:
    year, hour = int(part["year"]), int(part["hour"] or 0)
    if len(part["year"]) == 2:
        year += 2000 if year < 70 else 1900
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    return dt.datetime(year, month, day, hour, int(part["minute"] or 0), int(part["seconds"] or 0))
