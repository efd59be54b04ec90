"""The sample's leads, column by column: who they are, what they will do, and whether they close."""

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from calibrate.sample import mixes, truth
from calibrate.sample.draws import Streams, at_quantile

COLUMNS: Final = (
    "lead_id",
    "created_at",
    "converted_at",
    "lead_source",
    "campaign",
    "search_term",
    "landing_variant",
    "industry",
    "country",
    "company_size",
    "employees",
    "company_age_years",
    "open_jobs",
    "job_title",
    "seniority",
    "email_type",
    "phone_given",
    "budget",
    "authority",
    "need",
    "timing",
    "pages_viewed",
    "browser",
    "newsletter_box",
    "form_seconds",
    "ad_cost",
    "distance_km",
    "assigned_team",
    truth.LEAK,
)
"""The columns of leads.csv, in order."""

REPEATED_ROW: Final = 2400
"""The row after this one is the same lead under a new id (rows counted from 0)."""

TAKEN: Final = datetime.combine(truth.AS_OF, time(23, 59, 59))
"""The tables know nothing that happened later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRows:
    """
    Drawn leads, with what the tables do not say.

    Attributes
    ----------
    columns : dict[str, list[str]]
        Cell texts of leads.csv by column, rows in the order of creation.
    created : list[datetime]
        When each lead was created.
    closed : list[datetime | None]
        When each lead closes, also where that is after the tables were taken; None is never.
    does : dict[str, list[bool]]
        Behaviours with an effect: whether the lead does it by the landmark.
    """

    columns: dict[str, list[str]]
    created: list[datetime]
    closed: list[datetime | None]
    does: dict[str, list[bool]]


def draw_leads(seed: int = truth.SEED) -> LeadRows:
    """
    Draw the sample's leads.

    Parameters
    ----------
    seed : int
        Another seed gives other leads under the same truth.

    Returns
    -------
    LeadRows
        `truth.LEADS` rows, the earliest lead first.

    Examples
    --------
    >>> rows = draw_leads()
    >>> len(rows.columns["lead_id"]), rows.columns["lead_id"][0]
    (6000, 'L00001')
    """
    streams = Streams(seed)
    created = _creation_times(streams)
    columns = {name: streams.choose(name, mixes.SHARES[name], truth.LEADS) for name in mixes.SHARES}
    columns["lead_source"] = _sources(streams, columns["lead_source"], created)
    columns["seniority"] = _seniorities(streams, columns["job_title"])
    columns["employees"] = _employees(streams, columns["company_size"])
    columns |= _numbers(streams)
    does = {
        name: [u < share for u in streams.uniform(name, truth.LEADS)]
        for name, share in mixes.DONE_BY_LANDMARK.items()
    }
    closed = _closing_times(streams, columns, does, created)
    columns["lead_id"] = [f"L{number:05d}" for number in range(1, truth.LEADS + 1)]
    columns["created_at"] = [moment.isoformat() for moment in created]
    columns["converted_at"] = [
        moment.isoformat() if moment and moment <= TAKEN else "" for moment in closed
    ]
    columns[truth.LEAK] = _leak(streams, columns["converted_at"])
    rows = LeadRows(columns=columns, created=created, closed=closed, does=does)
    _repeat_a_lead(rows)
    return rows


def _creation_times(streams: Streams) -> list[datetime]:
    """Moments from the first day to the day the tables are taken, more on working days."""
    days = [
        truth.FIRST_DAY + timedelta(days=number)
        for number in range((truth.AS_OF - truth.FIRST_DAY).days + 1)
    ]
    weights = {day.isoformat(): mixes.WEEKDAY_WEIGHTS[day.weekday()] for day in days}
    chosen = streams.choose("created_day", weights, truth.LEADS)
    hours = streams.spread("created_hour", mixes.HOUR_OF_DAY, truth.LEADS)
    return sorted(
        datetime.fromisoformat(day) + timedelta(seconds=min(int(hour * 3600), 86399))
        for day, hour in zip(chosen, hours, strict=True)
    )


def _sources(streams: Streams, drawn: list[str], created: list[datetime]) -> list[str]:
    """Let the new lead source appear, and spell Google in three ways."""
    arrives = streams.uniform("new_source", truth.LEADS)
    spellings = streams.choose("spelling", mixes.SPELLINGS, truth.LEADS)
    new = truth.DRIFT.new_level[1]
    return [
        new
        if moment >= truth.DRIFT.starts and u < mixes.NEW_LEVEL_SHARE
        else (spelling if source == "Google" else source)
        for source, moment, u, spelling in zip(drawn, created, arrives, spellings, strict=True)
    ]


def _seniorities(streams: Streams, titles: list[str]) -> list[str]:
    """Say the job title's seniority again, with some noise."""
    faithful = streams.uniform("seniority", truth.LEADS)
    known = dict.fromkeys(mixes.SENIORITY_OF.values(), 1.0)
    noise = streams.choose("seniority_noise", known, truth.LEADS)
    return [
        mixes.SENIORITY_OF[title] if u < mixes.SENIORITY_AS_TITLE_SAYS else other
        for title, u, other in zip(titles, faithful, noise, strict=True)
    ]


def _employees(streams: Streams, sizes: list[str]) -> list[str]:
    """Say the company size again as a head count."""
    shares = streams.uniform("employees", truth.LEADS)
    empty = streams.uniform("employees_empty", truth.LEADS)
    return [
        ""
        if gap < mixes.EMPTY_SHARE["employees"]
        else _whole(at_quantile(mixes.EMPLOYEES_OF[size], u))
        for size, u, gap in zip(sizes, shares, empty, strict=True)
    ]


def _whole(number: float) -> str:
    """Round down; no real number is written like the sentinel, which means: not known."""
    text = str(int(number))
    return str(int(number) - 1) if text in truth.SENTINEL.values() else text


def _numbers(streams: Streams) -> dict[str, list[str]]:
    """Draw the numbers that depend on nothing, with their gaps and the sentinel."""
    columns = {}
    for name, quantiles in mixes.NUMBERS.items():
        drawn = streams.spread(name, quantiles, truth.LEADS)
        texts = [f"{x:.2f}" if name == "ad_cost" else _whole(x) for x in drawn]
        gaps = streams.uniform(f"{name}_empty", truth.LEADS)
        empty = mixes.EMPTY_SHARE.get(name, 0.0)
        sentinel = mixes.SENTINEL_SHARE if name in truth.SENTINEL else 0.0
        columns[name] = [
            "" if u < empty else truth.SENTINEL[name] if u < empty + sentinel else text
            for text, u in zip(texts, gaps, strict=True)
        ]
    return columns


def _closing_times(
    streams: Streams,
    columns: dict[str, list[str]],
    does: dict[str, list[bool]],
    created: list[datetime],
) -> list[datetime | None]:
    """Toss each lead's coin by the planted truth, and say when those who close do so."""
    attributes = {name: columns[name] for name in truth.EFFECTS if name in columns}
    attributes |= {name: ["yes" if did else "no" for did in does[name]] for name in does}
    coins = streams.uniform("closes", truth.LEADS)
    late_coins = streams.uniform("closes_late", truth.LEADS)
    days = streams.spread("days_to_close", mixes.DAYS_TO_CLOSE, truth.LEADS)
    late_days = streams.spread("days_to_late_close", mixes.DAYS_TO_LATE_CLOSE, truth.LEADS)
    closed: list[datetime | None] = []
    for row, moment in enumerate(created):
        values = {name: cells[row] for name, cells in attributes.items()}
        chance = 1 / (1 + math.exp(-truth.log_odds(values, created=moment)))
        slow = values[truth.SLOW_LEVEL[0]] == truth.SLOW_LEVEL[1]
        late_chance = truth.LATE_CLOSE_SHARE["slow level" if slow else "others"]
        if coins[row] < chance:
            closed.append(moment + timedelta(seconds=int(days[row] * 86400)))
        elif late_coins[row] < late_chance:
            closed.append(moment + timedelta(seconds=int(late_days[row] * 86400)))
        else:
            closed.append(None)
    return closed


def _leak(streams: Streams, converted: list[str]) -> list[str]:
    """Minutes of the onboarding call, which hardly anybody has before the deal."""
    filled = streams.uniform(f"{truth.LEAK}_filled", truth.LEADS)
    minutes = streams.spread(truth.LEAK, mixes.LEAK_MINUTES, truth.LEADS)
    return [
        str(int(length)) if u < mixes.LEAK_FILLED["closed" if when else "not closed"] else ""
        for when, u, length in zip(converted, filled, minutes, strict=True)
    ]


def _repeat_a_lead(rows: LeadRows) -> None:
    """Enter one lead twice: the next row gets all of it but the id."""
    for name, cells in rows.columns.items():
        if name != "lead_id":
            cells[REPEATED_ROW + 1] = cells[REPEATED_ROW]
    rows.created[REPEATED_ROW + 1] = rows.created[REPEATED_ROW]
    rows.closed[REPEATED_ROW + 1] = rows.closed[REPEATED_ROW]
    for did in rows.does.values():
        did[REPEATED_ROW + 1] = did[REPEATED_ROW]
