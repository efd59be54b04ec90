"""Days and times as people's exports write them, read for a column as a whole."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, NumberColumn, TextColumn
from calibrate.engines.delimited import row_name
from calibrate.errors import LeadsError

Times = npt.NDArray[np.datetime64]

_BY_DAY = re.compile(
    r"(?P<first>\d{1,2})(?P<sep>[./-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<seconds>\d{2}))?"
    r"\s*(?P<half>[AaPp][Mm])?)?"
)
_DAY = np.timedelta64(1, "D")


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
    """Whether every value of a column is a date (a column of plain numbers never is)."""
    if isinstance(column, NumberColumn) or not column.texts or column.is_number:
        return False
    try:
        _read(column)
    except ValueError:
        return False
    return True


def read_dates(column: Column, *, name: str, where: str) -> Dates:
    """Read a column of dates.

    Parameters
    ----------
    column : Column
        Texts in ISO 8601, or as day.month.year, day/month/year or month/day/year with or without a
        time; which comes first is decided by the column as a whole.
    name, where : str
        Column and table, for messages.

    Raises
    ------
    LeadsError
        At the first value that is no date, naming its row; or when day and month cannot be told
        apart.
    """
    if isinstance(column, NumberColumn):
        raise LeadsError(
            f"{where}: column `{name}` holds numbers, not dates. Write dates like 2026-09-30."
        )
    try:
        by_text = _read(column)
    except _NotADateError as fault:
        code = column.texts.index(fault.text) + 1
        row = int(np.argmax(column.codes == code))
        raise LeadsError(
            f"{where}, {row_name(row)}, column `{name}`: `{fault.text[:60]}` is not a date. Write "
            f"dates like 2026-09-30 or 2026-09-30T14:05:00, and leave the cell empty for none."
        ) from None
    except _AmbiguousError as fault:
        raise LeadsError(
            f"{where}, column `{name}`: {fault} Write dates like 2026-09-30."
        ) from None
    return Dates(times=np.concatenate([[np.datetime64("NaT", "s")], by_text])[column.codes])


class _NotADateError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _AmbiguousError(ValueError):
    pass


def _read(column: TextColumn) -> Times:
    """Read the distinct texts."""
    texts = [text.strip() for text in column.texts]
    parts = [_BY_DAY.fullmatch(text) for text in texts]
    written_by_day = [part for part in parts if part is not None]
    day_first = _day_first(written_by_day) if written_by_day else True
    times: list[dt.datetime] = []
    for text, part, original in zip(texts, parts, column.texts, strict=True):
        try:
            times.append(_iso(text) if part is None else _by_day(part, day_first))
        except ValueError:
            raise _NotADateError(original) from None
    return np.array(times, dtype="datetime64[s]")


def _iso(text: str) -> dt.datetime:
    time = dt.datetime.fromisoformat(text)
    if time.tzinfo is not None:
        time = time.astimezone(dt.UTC).replace(tzinfo=None)
    return time


def _by_day(part: re.Match[str], day_first: bool) -> dt.datetime:
    first, second, year = int(part["first"]), int(part["second"]), int(part["year"])
    day, month = (first, second) if day_first else (second, first)
    if len(part["year"]) == 2:
        year += 2000 if year < 70 else 1900
    hour = int(part["hour"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    return dt.datetime(year, month, day, hour, int(part["minute"] or 0), int(part["seconds"] or 0))


def _day_first(parts: list[re.Match[str]]) -> bool:
    first = max(int(part["first"]) for part in parts)
    second = max(int(part["second"]) for part in parts)
    if first > 12 and second > 12:
        raise _AmbiguousError("some values have the day first and some the month.")
    if first > 12 or all(part["sep"] == "." for part in parts):
        return True
    if second > 12:
        return False
    raise _AmbiguousError(
        f"in `{parts[0].group()}` and all others either number could be the month."
    )
