"""Days and times as people's exports write them, read for a column as a whole."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, NumberColumn, is_empty, text_column
from calibrate.engines.tables import Table
from calibrate.errors import LeadsError
from calibrate.levels import parse_number

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """A column of dates or times.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (n,)
        In UTC where zones are given; NaT for an empty cell.
    """

    times: Times

    @property
    def are_days(self) -> bool:
        """Whether no value has a time of day."""
        there = self.times[~np.isnat(self.times)]
        return bool((there == there.astype("datetime64[D]")).all())

    @property
    def days(self) -> Dates:
        """The same without times of day."""
        return Dates(times=self.times.astype("datetime64[D]").astype("datetime64[s]"))


def reads_as_dates(column: Column) -> bool:
    """Whether at least half of a column's distinct values are dates, going by the first of them.

    A column of plain numbers never holds dates.
    """
    if isinstance(column, NumberColumn) or not column.texts:
        return False
    some = column.texts[:_SAMPLE]
    if all(parse_number(text) is not None for text in some):
        return False
    try:
        reader = _Reader.of(some)
    except ValueError:
        # Dates they are, though nobody knows which.
        reader = _Reader(day_first=True)
    return sum(map(reader.is_date, some)) >= 0.5 * len(some)


def read_dates(table: Table, name: str, *, nothings: Sequence[str] = ()) -> Dates:
    """Read a column of dates.

    Texts are ISO 8601; year/month/day; day.month.year, day/month/year or month/day/year; or have
    the month's English name; each with or without a time. Whether day or month comes first is
    decided by the column as a whole.

    Parameters
    ----------
    table : Table
    name : str
        The column.
    nothings : sequence of str
        Texts that stand for no date.

    Raises
    ------
    LeadsError
        At the first value that is no date, naming its row; or when day and month cannot be told
        apart.
    """
    column = table.columns[name].without(nothings)
    if isinstance(column, NumberColumn) and not is_empty(column):
        raise LeadsError(
            f"{table.where}: column `{name}` holds numbers, not dates. Write dates like 2026-09-30."
        )
    column = text_column(column)
    try:
        reader = _Reader.of(column.texts)
    except ValueError as fault:
        raise LeadsError(
            f"{table.where}, column `{name}`: {fault} Write dates like 2026-09-30."
        ) from None
    times: list[dt.datetime] = []
    for code, text in enumerate(column.texts, start=1):
        try:
            times.append(reader.read(text))
        except (ValueError, OverflowError):
            row = table.row_names.name(int(np.argmax(column.codes == code)))
            raise LeadsError(
                f"{table.where}, {row}, column `{name}`: `{text[:60]}` is not a date. Write dates "
                f"like 2026-09-30 or 2026-09-30T14:05:00. Where there is none, leave the cell "
                f"empty, or list what stands there under `missing:` in the spec."
            ) from None
    by_code = np.array([np.datetime64("NaT"), *times], dtype="datetime64[s]")
    return Dates(times=by_code[column.codes])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the dates of a column, knowing whether 03/04 is in March or April."""

    day_first: bool

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Reader:
        """Learn from all texts which number is the day.

        Raises
        ------
        ValueError
            When that cannot be told, or the column has it both ways.
        """
        parts = [part for text in texts if (part := _BY_DAY.fullmatch(text.strip()))]
        if not parts or all(part["sep"] == "." for part in parts):
            return cls(day_first=True)
        first = max(int(part["first"]) for part in parts)
        second = max(int(part["second"]) for part in parts)
        if first > 12 and second > 12:
            raise ValueError("some values have the day first and some the month.")
        if first <= 12 and second <= 12:
            raise ValueError(
                f"in `{parts[0].group()}` and all others either number could be the month."
            )
        return cls(day_first=first > 12)

    def read(self, text: str) -> dt.datetime:
        """Read one text, in UTC where it has a zone."""
        stripped = text.strip()
        if _ISO_LIKE.match(stripped):
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
