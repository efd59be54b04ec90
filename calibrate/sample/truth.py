"""The truth that is planted in the sample leads, in one table an analyst can read.

The odds of a lead closing within the window are made like this: start from `INTERCEPT`, look up
the lead's level of every attribute in `EFFECTS`, and add what stands there.  A level that is not
listed adds nothing.  The sum is a log-odds: +0.7 doubles the odds of closing, -0.7 halves them.

Everything that `data/README.md` says in numbers is written from this module.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

SEED: Final = 20250701
LEADS: Final = 6000
FIRST_DAY: Final = date(2025, 7, 1)
AS_OF: Final = date(2026, 9, 30)
WINDOW_DAYS: Final = 90
LANDMARK_DAYS: Final = 14
"""What a lead does up to this many days after it was created is part of the truth."""

MISSING: Final = "(missing)"
MISSING_TEXTS: Final = ("", "Select")
"""An empty cell, and what a form's untouched drop-down leaves behind."""

INTERCEPT: Final = -3.5

EFFECTS: Final[Mapping[str, Mapping[str, float]]] = {
    # Who they are
    "industry": {"Software": 0.5, "Education": -0.9},
    "country": {"DE": 0.35, "AT": 0.35, "CH": 0.35},
    "company_size": {"Large": 0.5, "Small": -0.5},
    "company_age_years": {"below 2": -0.8},
    "open_jobs": {"1 to 5": 0.3, "6 and more": 0.6},
    "job_title": {
        "CEO": 0.6,
        "IT Director": 0.5,
        "Marketing Director": 0.5,
        "Intern": -0.9,
        "Student": -1.4,
        MISSING: -0.7,
    },
    # How they came, and whether they can be reached
    "lead_source": {
        "Referral": 1.0,
        "Partner": 0.7,
        "AI assistant": 0.6,
        "Newsletter": -0.6,
        "Purchased list": -1.2,
    },
    "email_type": {"free": -0.5, "disposable": -1.6},
    "phone_given": {"yes": 0.5},
    # What they say
    "budget": {"over 20k": 0.7, "under 5k": -0.4},
    "authority": {"decides": 0.5},
    "need": {"replace a tool": 0.4, "just looking": -0.9},
    "timing": {"this quarter": 0.9, "no plan": -0.6},
    # What they do
    "pages_viewed": {"5 and more": 0.6},
    "demo_request": {"yes": 1.3},
    "trial": {"yes": 0.9},
    "pricing_view": {"yes": 0.7},
    "webinar": {"yes": 0.6},
}
"""attribute -> level -> what the level adds to the log-odds of closing."""

BEHAVIOURS: Final = ("demo_request", "trial", "pricing_view", "webinar")
"""The attributes of `EFFECTS` that live in events.csv: done by the landmark, yes or no."""

BANDS: Final[Mapping[str, tuple[tuple[float, str], ...]]] = {
    "company_age_years": ((2, "below 2"), (math.inf, "2 and more")),
    "open_jobs": ((1, "none"), (6, "1 to 5"), (math.inf, "6 and more")),
    "pages_viewed": ((5, "below 5"), (math.inf, "5 and more")),
}
"""The levels of the numbers in `EFFECTS`: (below, level), lowest first."""

NULL_COLUMNS: Final = (
    "campaign",
    "search_term",
    "landing_variant",
    "browser",
    "assigned_team",
    "newsletter_box",
    "ad_cost",
    "distance_km",
    "form_seconds",
)
"""Columns drawn without a look at anything else: they say nothing about closing."""

NULL_EVENTS: Final = (
    "landing_view",
    "session",
    "white_paper",
    "contact_form",
    "email_sent",
    "email_opened",
    "email_clicked",
    "newsletter_click",
    "reply",
    "forward",
    "unsubscribe",
    "social_share",
)
"""Events that say nothing about closing, however often or when they happen."""

ECHOES: Final[Mapping[str, str]] = {
    "seniority": "job_title",
    "employees": "company_size",
    "page_view": "pages_viewed",
}
"""echo -> original.  An echo looks strong alone and adds nothing once the original is known.

`page_view` is an event: `pages_viewed` counts those before the lead was created.
"""

LEAK: Final = "onboarding_call_minutes"
"""Filled in after the deal."""

SENTINEL: Final[Mapping[str, str]] = {"company_age_years": "999"}
"""A number that means: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What is different for leads created from `starts` on."""

    starts: datetime
    effect_gone: str
    new_level: tuple[str, str]
    intercept_moves: float


DRIFT: Final = Drift(
    starts=datetime(2026, 4, 1),
    effect_gone="timing",
    new_level=("lead_source", "AI assistant"),
    intercept_moves=-0.6,
)
"""April 2026 opens the last quarter whose leads are mature when the tables are taken."""

SLOW_LEVEL: Final = ("lead_source", "Newsletter")
LATE_CLOSE_SHARE: Final[Mapping[str, float]] = {"slow level": 0.04, "others": 0.004}
"""Share of the leads not closed within the window that close after it."""


def level_of(attribute: str, value: str) -> str:
    """
    Level of a cell, as the table of effects names it.

    Parameters
    ----------
    attribute : str
        Name of the column, or of the behaviour.
    value : str
        The cell's text.  Empty, `Select` and the sentinel of the column are `(missing)`.

    Returns
    -------
    str
        The level; every spelling of Google is `Google`.

    Examples
    --------
    >>> level_of("company_age_years", "1"), level_of("company_age_years", "999")
    ('below 2', '(missing)')
    >>> level_of("lead_source", "GOOGLE ")
    'Google'
    """
    text = value.strip()
    if text in MISSING_TEXTS or text == SENTINEL.get(attribute):
        return MISSING
    if attribute in BANDS:
        return next(level for below, level in BANDS[attribute] if float(text) < below)
    if text.lower() == "google":
        return "Google"
    return text


def effect_of(attribute: str, level: str, *, created: datetime) -> float:
    """
    Log-odds that a level adds for a lead created at a time.

    Examples
    --------
    >>> effect_of("timing", "this quarter", created=datetime(2026, 3, 31))
    0.9
    >>> effect_of("timing", "this quarter", created=datetime(2026, 4, 1))
    0.0
    """
    if attribute == DRIFT.effect_gone and created >= DRIFT.starts:
        return 0.0
    return EFFECTS[attribute].get(level, 0.0)


def log_odds(values: Mapping[str, str], *, created: datetime) -> float:
    """
    Planted log-odds that a lead closes within the window.

    Parameters
    ----------
    values : Mapping[str, str]
        Cell text of every attribute in `EFFECTS`; behaviours are `yes` or `no`.
    created : datetime
        When the lead was created; the drift depends on it.

    Returns
    -------
    float
        Log-odds; `1 / (1 + exp(-log_odds))` is the chance of closing.
    """
    total = INTERCEPT + (DRIFT.intercept_moves if created >= DRIFT.starts else 0.0)
    for attribute in EFFECTS:
        total += effect_of(attribute, level_of(attribute, values[attribute]), created=created)
    return total
