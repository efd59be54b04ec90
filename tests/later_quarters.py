"""Worlds with dates: what holds, what is gone, what has moved."""

from __future__ import annotations

import numpy as np
import pandas as pd

SPEC = {
    "leads": {"id": "lead_id", "created": "created_at"},
    "outcome": {"closed": "closed_at"},
    "window_days": 30,
    "threshold": {"customer_quantile": 0.1},
    "fit": {"holdout": "none"},  # what is given teaches
}


def quarters(
    seed: int = 0,
    *,
    taught: int = 4000,
    later: int = 4000,
    later_effect: float = 1.0,
    later_odds: float = 0.0,
) -> pd.DataFrame:
    """Draw leads of two quarters, by source and visits; the second may have another effect.

    `later_effect` multiplies what source and visits do to the log-odds, and `later_odds` is
    added to them.
    """
    rng = np.random.default_rng(seed)
    leads = taught + later
    is_later = np.arange(leads) >= taught
    source = rng.choice(4, leads, p=[0.4, 0.3, 0.2, 0.1])
    visits = rng.poisson(3, leads)
    push = np.array([-0.8, 0.0, 0.6, 1.4])[source] + 0.25 * (visits - 3)
    odds = -2.0 + push * np.where(is_later, later_effect, 1.0) + later_odds * is_later
    closes = rng.random(leads) < 1 / (1 + np.exp(-odds))
    start = np.where(is_later, np.datetime64("2026-04-01"), np.datetime64("2026-01-01"))
    created = start + rng.integers(0, 80, leads).astype("timedelta64[D]")
    closed = created + rng.integers(0, 31, leads).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(leads)],
            "created_at": created.astype(str),
            "source": np.array(["cold list", "web", "referral", "fair"])[source],
            "visits": visits,
            "noise": rng.choice(list("abcde"), leads),
            "closed_at": np.where(closes, closed.astype(str), ""),
        }
    )


def first_quarter(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the leads of the first quarter, old enough for their window."""
    return frame[frame["created_at"] < "2026-04-01"].reset_index(drop=True)
