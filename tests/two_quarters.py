"""Two quarters of leads whose truth is known: nothing moved, or one thing did."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from calibrate.pipeline import calibrate
from calibrate.scorecard import Scorecard

SPEC = {
    "leads": {"id": "lead_id", "created": "created_at"},
    "outcome": {"column": "converted"},
    "threshold": {"customer_quantile": 0.1},
    "fit": {"holdout": "none"},  # whole quarters teach
}
SOURCES = {"cold list": (0.4, -0.8), "web": (0.3, 0.0), "referral": (0.2, 0.6), "fair": (0.1, 1.4)}
NEW_SOURCE = "AI assistant"
FIRST, SECOND, THIRD = (dt.date(2026, month, 1) for month in (1, 4, 7))


def quarter(
    seed: int,
    start: dt.date = FIRST,
    *,
    leads: int = 3000,
    source_effect: float = 1.0,
    odds: float = 0.0,
    thinned: float = 1.0,
    new_level: float = 0.0,
) -> pd.DataFrame:
    """Draw the leads of a quarter.

    `source_effect` multiplies what sources do to the log-odds; `odds` is added to the log-odds of
    all; `thinned` is the share of customers that stay customers; `new_level` the share of leads
    that come from a source never seen before.
    """
    rng = np.random.default_rng(seed)
    names = np.array(list(SOURCES))
    shares, pushes = (np.array(one) for one in zip(*SOURCES.values(), strict=True))
    source = rng.choice(len(names), leads, p=shares)
    visits = rng.poisson(3, leads)
    size = rng.choice(3, leads, p=[0.5, 0.3, 0.2])
    push = pushes[source] * source_effect + 0.25 * (visits - 3) + np.array([-0.4, 0, 0.6])[size]
    chance = thinned / (1 + np.exp(-(-1.6 + odds + push)))
    shown = names[source].astype(object)
    shown[rng.random(leads) < new_level] = NEW_SOURCE
    created = np.datetime64(start) + rng.integers(0, 85, leads).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "lead_id": [f"{start:%m}-{seed}-{row}" for row in range(leads)],
            "created_at": created.astype(str),
            "source": shown,
            "visits": visits,
            "size": np.array(["small", "middle", "large"])[size],
            "noise": rng.choice(list("abcdefgh"), leads),
            "converted": (rng.random(leads) < chance).astype(int),
        }
    )


def card_of(frame: pd.DataFrame) -> Scorecard:
    """Calibrate."""
    return calibrate(frame, SPEC, name="quarter").scorecard
