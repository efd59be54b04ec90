"""How common each level is, and how numbers spread: everything drawn, nothing about closing."""

from collections.abc import Mapping
from typing import Final

from calibrate.sample.draws import Quantiles

SEARCH_TERMS: Final = tuple(
    f"{topic} {detail}"
    for detail in ("software", "template", "price", "comparison", "free", "how to")
    for topic in (
        "lead scoring",
        "scorecard",
        "crm",
        "sales funnel",
        "marketing report",
        "mail campaign",
        "lead list",
        "webinar tool",
        "sales forecast",
        "b2b data",
    )
)
"""The commonest first; each rank is searched for 1/rank times as often as the first."""

SHARES: Final[Mapping[str, Mapping[str, float]]] = {
    "lead_source": {
        "Google": 0.29,
        "Direct": 0.17,
        "LinkedIn": 0.14,
        "Referral": 0.10,
        "Newsletter": 0.10,
        "Purchased list": 0.10,
        "Partner": 0.06,
        "Trade fair": 0.037,
        "Radio": 0.0008,
        "Press": 0.0008,
        "Bus stop": 0.0006,
    },
    "industry": {
        "Software": 0.22,
        "Manufacturing": 0.18,
        "Finance": 0.12,
        "Health care": 0.11,
        "Retail": 0.11,
        "Education": 0.10,
        "Logistics": 0.08,
        "Public sector": 0.05,
        "": 0.028,
        "Mining": 0.0008,
        "Fishery": 0.0006,
    },
    "country": {
        "DE": 0.28,
        "US": 0.14,
        "GB": 0.12,
        "FR": 0.11,
        "AT": 0.10,
        "CH": 0.09,
        "NL": 0.06,
        "NO": 0.05,
        "PL": 0.045,
        "LU": 0.001,
        "MT": 0.0008,
    },
    "company_size": {"Small": 0.45, "Medium": 0.33, "Large": 0.16, "": 0.06},
    "job_title": {
        "Marketing Manager": 0.17,
        "Sales Manager": 0.12,
        "IT Manager": 0.11,
        "": 0.11,
        "CEO": 0.10,
        "Developer": 0.09,
        "Marketing Director": 0.08,
        "Consultant": 0.07,
        "Student": 0.06,
        "IT Director": 0.06,
        "Intern": 0.05,
        "Professor": 0.0008,
        "Beekeeper": 0.0006,
    },
    "email_type": {"company": 0.60, "free": 0.27, "role": 0.08, "disposable": 0.05},
    "phone_given": {"yes": 0.55, "no": 0.45},
    "budget": {"Select": 0.28, "5k to 20k": 0.25, "under 5k": 0.21, "over 20k": 0.16, "": 0.10},
    "authority": {"influences": 0.33, "decides": 0.31, "": 0.20, "uses": 0.16},
    "need": {"new project": 0.34, "replace a tool": 0.26, "just looking": 0.22, "Select": 0.18},
    "timing": {"this year": 0.35, "no plan": 0.26, "this quarter": 0.22, "": 0.17},
    # No effect from here on
    "campaign": {
        "": 0.30,
        "Spring 2026": 0.16,
        "Herbst für Gründer": 0.13,
        'Whitepaper, "the big one"': 0.10,
        '=HYPERLINK("http://x","y")': 0.08,
        "<script>alert(1)</script>": 0.07,
        "Webinar series": 0.06,
        "Partner days": 0.04,
        "Retargeting": 0.03,
        "Always on": 0.02,
        "Trade press": 0.008,
        "Café Zürich 東京": 0.0015,
        "+49 offer": 0.0008,
    },
    "search_term": {term: 1 / rank for rank, term in enumerate(SEARCH_TERMS, start=1)},
    "landing_variant": {"A": 0.30, "B": 0.25, "07": 0.18, "1e3": 0.15, "no": 0.12},
    "browser": {
        "Chrome": 0.55,
        "Safari": 0.17,
        "Edge": 0.13,
        "Firefox": 0.09,
        "": 0.05,
        "Opera": 0.01,
    },
    "assigned_team": {f"Team {number:02d}": 1.0 for number in range(1, 10)},
    "newsletter_box": {"no": 0.63, "yes": 0.37},
}
"""column -> level -> share of the leads (of the sum, where the shares do not add to 1)."""

NEW_LEVEL_SHARE: Final = 0.10
"""Share of the leads that come from the new lead source once it exists."""

SPELLINGS: Final[Mapping[str, float]] = {"Google": 0.84, "google": 0.10, "GOOGLE ": 0.06}

SENIORITY_OF: Final[Mapping[str, str]] = {
    "CEO": "C-level",
    "IT Director": "Director",
    "Marketing Director": "Director",
    "Professor": "Director",
    "Marketing Manager": "Manager",
    "Sales Manager": "Manager",
    "IT Manager": "Manager",
    "Developer": "Specialist",
    "Consultant": "Specialist",
    "Beekeeper": "Specialist",
    "Student": "Trainee",
    "Intern": "Trainee",
    "": "",
}
SENIORITY_AS_TITLE_SAYS: Final = 0.90
"""The rest is noise: any seniority, or none."""

EMPLOYEES_OF: Final[Mapping[str, Quantiles]] = {
    "Small": ((0, 1), (0.3, 4), (0.6, 12), (0.9, 38), (1, 49)),
    "Medium": ((0, 50), (0.4, 95), (0.7, 180), (0.95, 400), (1, 499)),
    "Large": ((0, 500), (0.4, 900), (0.7, 2000), (0.95, 9000), (1, 40000)),
    "": ((0, 1), (0.4, 30), (0.8, 300), (1, 5000)),
}

NUMBERS: Final[Mapping[str, Quantiles]] = {
    "company_age_years": ((0, 0), (0.17, 2), (0.5, 9), (0.9, 41), (1, 130)),
    "open_jobs": ((0, 0), (0.55, 1), (0.82, 6), (0.97, 20), (1, 60)),
    "pages_viewed": ((0, 0), (0.42, 1), (0.80, 5), (0.96, 11), (1, 26)),
    # No effect from here on
    "ad_cost": ((0, 0.2), (0.5, 2.4), (0.8, 7), (0.95, 21), (1, 140)),
    "distance_km": ((0, 1), (0.3, 60), (0.9, 700), (1, 950)),
    "form_seconds": ((0, 8), (0.5, 41), (0.9, 160), (0.99, 900), (1, 3600)),
}
"""column -> quantiles; whole numbers, rounded down, but for `ad_cost`."""

EMPTY_SHARE: Final[Mapping[str, float]] = {
    "employees": 0.10,
    "company_age_years": 0.04,
    "ad_cost": 0.20,
}
SENTINEL_SHARE: Final = 0.02

DONE_BY_LANDMARK: Final[Mapping[str, float]] = {
    "demo_request": 0.09,
    "trial": 0.10,
    "pricing_view": 0.20,
    "webinar": 0.10,
}
"""Share of the leads that show each of the behaviours with an effect."""

LEAK_FILLED: Final[Mapping[str, float]] = {"closed": 0.97, "not closed": 0.004}
LEAK_MINUTES: Final[Quantiles] = ((0, 10), (0.5, 32), (0.9, 58), (1, 95))

WEEKDAY_WEIGHTS: Final = (1.1, 1.15, 1.1, 1.05, 0.9, 0.25, 0.25)
"""Monday first: leads arrive on working days."""

HOUR_OF_DAY: Final[Quantiles] = ((0, 0), (0.04, 7), (0.5, 13), (0.9, 18.5), (1, 24))

DAYS_TO_CLOSE: Final[Quantiles] = (
    (0, 0.5),
    (0.1, 5),
    (0.25, 11),
    (0.5, 21),
    (0.75, 37),
    (0.9, 58),
    (1, 88),
)
DAYS_TO_LATE_CLOSE: Final[Quantiles] = ((0, 93), (0.6, 120), (1, 180))
