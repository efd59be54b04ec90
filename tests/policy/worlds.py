"""Leads and policies drawn by a seed, for the tests of this folder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

INDUSTRIES = ("Software", "Finance", "Retail", "Travel", "Public")
SIZES = ("Small", "Medium", "Large")
GROUPS = {
    "industry": {"group": "firmographic"},
    "size": {"group": "firmographic"},
    "demo": {"group": "behaviour"},
    "visits": {"group": "behaviour", "kind": "number"},
    "rating": {"group": "email", "kind": "category"},
    "source": {"group": "other"},
}


def leads(seed: int, n: int = 700) -> pd.DataFrame:
    """Leads that taught: texts, a yes or no, numbers many and few; gaps, and rare values."""
    rng = np.random.default_rng(seed)
    industry = rng.choice(INDUSTRIES, n).astype(object)
    demo = rng.choice(["yes", "no"], n).astype(object)
    visits = rng.poisson(4, n).astype(float)
    rating = rng.integers(1, 6, n)
    source = rng.choice(["Fair", "Web", "Referral"], n, p=[0.3, 0.6, 0.1]).astype(object)
    odds = (
        -2
        + 1.2 * (industry == "Software")
        - 1.5 * (industry == "Retail")
        + 1.0 * (demo == "yes")
        + 0.15 * visits
        + 0.3 * (rating - 3)
        + 3.0 * (source == "Referral")
    )
    customer = rng.random(n) < 1 / (1 + np.exp(-odds))
    industry[rng.random(n) < 0.1] = None
    industry[:6] = ["Mining", "Fishing", "Select", "select ", "Mining", "Forestry"]
    demo[rng.random(n) < 0.1] = None
    visits[rng.random(n) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(n)],
            "industry": industry,
            "size": rng.choice(SIZES, n),
            "demo": demo,
            "visits": visits,
            "rating": rating,
            "source": source,
            "converted": customer.astype(int),
        }
    )


def later_leads(seed: int, n: int = 300) -> pd.DataFrame:
    """Leads to score: other spellings, gaps, rare values, values never seen, edges of bands."""
    rng = np.random.default_rng(seed)

    def pick(*values: Any) -> np.ndarray[Any, Any]:
        drawn = np.empty(n, dtype=object)
        drawn[:] = [values[place] for place in rng.integers(0, len(values), n)]
        return drawn

    visits = [*range(12), 1.5, 2.999999, -1.0, 1e6, None]
    return pd.DataFrame(
        {
            "lead_id": [f"N{row}" for row in range(n)],
            "industry": pick(
                *INDUSTRIES,
                " software",
                "FINANCE ",
                "Mining",
                "forestry",
                "Space",
                "Select",
                "",
                None,
            ),
            "size": pick(*SIZES, "large", " SMALL", "Huge", None),
            "demo": pick("yes", "no", "Y", "n", "TRUE", "f", "maybe", "", None),
            "visits": pick(*visits).astype(float),
            "rating": rng.integers(0, 8, n),
            "source": pick("Fair", "Web", "Referral", "WEB", "Radio", None),
        }
    )


CONDITIONS: tuple[dict[str, Any], ...] = (
    {"industry": ["Software", "finance"]},
    {"industry": ["DACH"]},
    {"industry": ["(missing)"]},
    {"industry": ["Retail", "Mining"]},
    {"size": ["Large"]},
    {"size": ["small", "Medium"]},
    {"demo": ["yes"]},
    {"demo": ["t"]},
    {"demo": ["No", "(missing)"]},
    {"visits": {"from": 3}},
    {"visits": {"below": 7.5}},
    {"visits": {"from": 1, "below": 6}},
    {"visits": [0, 2, "5.0"]},
    {"rating": {"from": 2}},
    {"rating": {"from": 4, "below": 6}},
    {"rating": [1, "2.0"]},
    {"source": ["Fair", "Referral"]},
)
TIERS: tuple[Any, ...] = (
    "fifths",
    "buying_stages",
    {"cold": 0, "warm": 40, "hot": 70},
    {"warm": 20, "hot": 55},
    {"rest": 0, "good": {"close_rate": 0.35}},
)
RULES: tuple[Any, ...] = (
    "lowest_customer",
    "max_f1",
    "youden",
    {"share": 0.3},
    {"customer_quantile": 0.1},
    {"min_close_rate": 0.4},
    {"expected_value": {"customer": 100, "contact": 30}},
    45,
)


def policy(seed: int) -> dict[str, Any]:
    """A spec with a policy of any shape; it may leave nobody, which is refused."""
    rng = np.random.default_rng(seed)

    def some(most: int) -> list[dict[str, Any]]:
        places = rng.choice(len(CONDITIONS), rng.integers(1, most + 1), replace=False)
        return [CONDITIONS[place] for place in places]

    spec: dict[str, Any] = {
        "leads": {"id": "lead_id"},
        "outcome": {"column": "converted"},
        "only": list(GROUPS),
        "missing": ["Select"],
        "attributes": GROUPS,
        "levels": {"industry": {"DACH": ["Travel", "Public"]}},
        "points": {"caps": {}},
        "tiers": TIERS[rng.integers(len(TIERS))],
        "threshold": RULES[rng.integers(len(RULES))],
    }
    for group in ("firmographic", "behaviour", "email", "other"):
        if rng.random() < 0.3:
            spec["points"]["caps"][group] = int(rng.integers(0, 25))
    if rng.random() < 0.5:
        spec["vetoes"] = some(2)
    gates = []
    for number in range(rng.integers(0, 3)):
        conditions = some(4)
        form = ("at_least", "all", "any")[rng.integers(3)]
        if form == "at_least":
            least = int(rng.integers(1, len(conditions) + 1))
            gates.append({"name": f"gate {number}", "at_least": least, "of": conditions})
        else:
            gates.append({"name": f"gate {number}", form: conditions[: 1 + (form == "any")]})
    if gates:
        spec["gates"] = gates
    if rng.random() < 0.7:
        spec["must_contact"] = {"close_rate_low": float(rng.choice([0.4, 0.5, 0.6]))}
    if rng.random() < 0.5:
        spec["size_prefix"] = {"attribute": "size", "digits": {"Small": 1, "medium": 2, "Large": 3}}
    if spec["tiers"] == "fifths" and rng.random() < 0.7:
        spec["follow_up"] = {
            "top fifth": {"action": "call", "within_hours": 25},
            "bottom fifth": {"action": "write", "within_days": 7},
        }
    return spec
