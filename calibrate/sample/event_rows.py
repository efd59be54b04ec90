"""The sample's event log: who did what, when, on which page or asset.

Behaviours with an effect happen before the landmark, and before the lead closes.  All other events
do not look at closing, with one exception that is a trap: customers read help pages after they
have closed, so that counting the whole log makes page views look like the best thing to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from calibrate.sample import truth
from calibrate.sample.draws import Quantiles, Streams, at_quantile
from calibrate.sample.lead_rows import REPEATED_ROW, TAKEN, LeadRows

COLUMNS: Final = ("lead_id", "at", "event", "object")
"""The columns of events.csv, in order."""

EventRow = tuple[datetime, str, str, str]
"""(at, lead_id, event, object): sorts by time."""

BEFORE_DAYS: Final[Quantiles] = ((0, 0.0005), (0.5, 0.03), (0.8, 6), (1, 60))
"""Days before a lead is created: half of it in the hour of the form."""
AFTER_DAYS: Final[Quantiles] = ((0, 0.001), (0.4, 4), (0.7, 13), (0.9, 30), (1, 80))
"""Days after a lead was created."""
REACTION_DAYS: Final[Quantiles] = ((0, 0.001), (0.6, 0.2), (0.9, 1.5), (1, 4))
"""Days from a mail to its opening, and from the opening to the click."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """
    How often leads do something, and on what.

    Attributes
    ----------
    times : Mapping[str, float]
        How often -> share of the leads.
    objects : Mapping[str, float]
        Page or asset -> share of the events.
    before : float
        Share of the events that happen before the lead is created.
    """

    times: Mapping[str, float]
    objects: Mapping[str, float]
    before: float = field(default=0.0)


PAGES: Final = {
    "/": 0.30,
    "/product": 0.24,
    "/customers": 0.15,
    "/blog/lead-quality": 0.13,
    "/about": 0.09,
    "/jobs": 0.05,
    "/blog/größe-zählt": 0.02,
    '/search?q="scoring, free"': 0.02,
}
HELP_PAGES: Final = {"/help/first-steps": 0.5, "/help/invite-your-team": 0.3, "/help/billing": 0.2}
MAILS: Final = {"welcome": 0.4, "case study": 0.3, "demo invitation": 0.3}

HABITS: Final[Mapping[str, Habit]] = {
    "page_view": Habit(
        times={"0": 0.5, "1": 0.2, "2": 0.15, "4": 0.1, "8": 0.05},
        objects=PAGES,
    ),
    "landing_view": Habit(
        times={"0": 0.5, "1": 0.4, "2": 0.1},
        objects={"/lp/scorecard": 0.5, "/lp/calculator": 0.3, "/lp/webinar": 0.2},
        before=0.9,
    ),
    "session": Habit(
        times={"0": 0.35, "1": 0.35, "2": 0.15, "3": 0.1, "6": 0.05},
        objects={"desktop": 0.7, "phone": 0.3},
        before=0.4,
    ),
    "white_paper": Habit(
        times={"0": 0.87, "1": 0.13},
        objects={"Scoring in practice": 0.6, "Budget guide": 0.4},
        before=0.3,
    ),
    "contact_form": Habit(times={"0": 0.9, "1": 0.1}, objects={"/contact": 1.0}, before=0.5),
    "newsletter_click": Habit(
        times={"0": 0.85, "1": 0.1, "3": 0.05},
        objects={"March issue": 0.4, "June issue": 0.6},
    ),
    "reply": Habit(times={"0": 0.93, "1": 0.07}, objects=MAILS),
    "forward": Habit(times={"0": 0.97, "1": 0.03}, objects=MAILS),
    "unsubscribe": Habit(times={"0": 0.96, "1": 0.04}, objects={"newsletter": 1.0}),
    "social_share": Habit(
        times={"0": 0.97, "1": 0.03},
        objects={"LinkedIn": 0.8, "Mastodon": 0.2},
        before=0.3,
    ),
}
"""Events that say nothing about closing."""

MAILS_SENT: Final = {"1": 0.4, "2": 0.35, "3": 0.25}
OPENED_SHARE: Final = 0.42
CLICKED_SHARE: Final = 0.22

ASSETS: Final[Mapping[str, Mapping[str, float]]] = {
    "demo_request": {"/demo": 1.0},
    "trial": {"/trial": 1.0},
    "pricing_view": {"/pricing": 0.8, "/pricing/enterprise": 0.2},
    "webinar": {"Scoring live": 0.6, "Ask the analyst": 0.4},
}
BEHAVIOUR_BEFORE: Final = 0.35
"""Share of the behaviours with an effect that come before the lead is created."""

HELP_VIEWS: Final = {"2": 0.4, "4": 0.4, "6": 0.2}
STRANGERS: Final = 12
"""Visitors in the log that never became leads, each with `STRANGER_VIEWS` page views."""
STRANGER_VIEWS: Final = 5


def draw_events(rows: LeadRows, seed: int = truth.SEED) -> list[EventRow]:
    """
    Draw the event log of drawn leads.

    Parameters
    ----------
    rows : LeadRows
        The leads; the second entry of the repeated lead gets no events.
    seed : int
        The seed the leads were drawn with.

    Returns
    -------
    list[EventRow]
        Events up to the moment the tables are taken, the earliest first.

    Examples
    --------
    >>> from calibrate.sample.lead_rows import draw_leads
    >>> {event[2] for event in draw_events(draw_leads())} >= {"demo_request", "page_view"}
    True
    """
    streams = Streams(seed)
    events = _pages_before(streams, rows) + _mails(streams, rows) + _help_pages(streams, rows)
    for event, habit in HABITS.items():
        events += _habit(streams, rows, event, habit)
    for event in truth.BEHAVIOURS:
        events += _behaviour(streams, rows, event)
    again = rows.columns["lead_id"][REPEATED_ROW + 1]
    known = [row for row in events if row[1] != again]
    return sorted(row for row in known + _strangers(streams, rows) if row[0] <= TAKEN)


def _each_time(streams: Streams, name: str, times: Mapping[str, float]) -> list[int]:
    """Row numbers of the leads, each as often as it does something."""
    counts = streams.choose(f"{name}_times", times, truth.LEADS)
    return [row for row, count in enumerate(counts) for _ in range(int(count))]


def _days(number: float) -> timedelta:
    return timedelta(seconds=int(number * 86400))


def _habit(streams: Streams, rows: LeadRows, event: str, habit: Habit) -> list[EventRow]:
    """Events that do not look at closing."""
    who = _each_time(streams, event, habit.times)
    objects = streams.choose(f"{event}_object", habit.objects, len(who))
    sides = streams.uniform(f"{event}_side", len(who))
    shares = streams.uniform(f"{event}_days", len(who))
    return [
        (
            rows.created[row] - _days(at_quantile(BEFORE_DAYS, share))
            if side < habit.before
            else rows.created[row] + _days(at_quantile(AFTER_DAYS, share)),
            rows.columns["lead_id"][row],
            event,
            page,
        )
        for row, page, side, share in zip(who, objects, sides, shares, strict=True)
    ]


def _pages_before(streams: Streams, rows: LeadRows) -> list[EventRow]:
    """Page views before the lead was created: as many as its `pages_viewed` says."""
    views = [int(text) for text in rows.columns["pages_viewed"]]
    who = [row for row, count in enumerate(views) for _ in range(count)]
    pages = streams.choose("pages_before", PAGES, len(who))
    days = streams.spread("pages_before_days", BEFORE_DAYS, len(who))
    return [
        (rows.created[row] - _days(ago), rows.columns["lead_id"][row], "page_view", page)
        for row, page, ago in zip(who, pages, days, strict=True)
    ]


def _mails(streams: Streams, rows: LeadRows) -> list[EventRow]:
    """Mails sent, some of them opened, some of those clicked."""
    who = _each_time(streams, "email_sent", MAILS_SENT)
    names = streams.choose("email_object", MAILS, len(who))
    sent = streams.spread("email_sent_days", AFTER_DAYS, len(who))
    opens = streams.uniform("email_opened", len(who))
    open_days = streams.spread("email_opened_days", REACTION_DAYS, len(who))
    clicks = streams.uniform("email_clicked", len(who))
    click_days = streams.spread("email_clicked_days", REACTION_DAYS, len(who))
    events: list[EventRow] = []
    for mail, row in enumerate(who):
        lead, moment = rows.columns["lead_id"][row], rows.created[row] + _days(sent[mail])
        events.append((moment, lead, "email_sent", names[mail]))
        if opens[mail] < OPENED_SHARE:
            moment += _days(open_days[mail])
            events.append((moment, lead, "email_opened", names[mail]))
            if clicks[mail] < CLICKED_SHARE:
                moment += _days(click_days[mail])
                events.append((moment, lead, "email_clicked", names[mail]))
    return events


def _behaviour(streams: Streams, rows: LeadRows, event: str) -> list[EventRow]:
    """Events with an effect: done before the landmark, and before the lead closes."""
    who = [row for row, did in enumerate(rows.does[event]) if did]
    objects = streams.choose(f"{event}_object", ASSETS[event], len(who))
    sides = streams.uniform(f"{event}_side", len(who))
    shares = streams.uniform(f"{event}_days", len(who))
    events: list[EventRow] = []
    for row, page, side, share in zip(who, objects, sides, shares, strict=True):
        created, closed = rows.created[row], rows.closed[row]
        if side < BEHAVIOUR_BEFORE:
            moment = created - _days(at_quantile(BEFORE_DAYS, share))
        else:
            landmark = created + _days(truth.LANDMARK_DAYS)
            span = (landmark if closed is None else min(landmark, closed)) - created
            # squared: most of it in the first days; a minute's distance to both ends
            moment = created + timedelta(
                seconds=60 + int(share * share * (span.total_seconds() - 120))
            )
        events.append((moment, rows.columns["lead_id"][row], event, page))
    return events


def _help_pages(streams: Streams, rows: LeadRows) -> list[EventRow]:
    """Help pages that customers read after they have closed."""
    who = [
        row for row in _each_time(streams, "help_pages", HELP_VIEWS) if rows.closed[row] is not None
    ]
    pages = streams.choose("help_pages", HELP_PAGES, len(who))
    days = streams.spread("help_pages_days", AFTER_DAYS, len(who))
    return [
        (closed + _days(later), rows.columns["lead_id"][row], "page_view", page)
        for row, page, later in zip(who, pages, days, strict=True)
        if (closed := rows.closed[row]) is not None
    ]


def _strangers(streams: Streams, rows: LeadRows) -> list[EventRow]:
    """Page views of visitors that are in no leads table."""
    count = STRANGERS * STRANGER_VIEWS
    pages = streams.choose("strangers", PAGES, count)
    moments = streams.uniform("strangers_at", count)
    return [
        (
            rows.created[int(u * truth.LEADS)],
            f"V{90001 + number // STRANGER_VIEWS}",
            "page_view",
            page,
        )
        for number, (page, u) in enumerate(zip(pages, moments, strict=True))
    ]
