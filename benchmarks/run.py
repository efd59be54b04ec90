"""The whole ``calibrate run``, report included, against importing what an analyst imports."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness import Comparison, installed, whole_process

LEADS, SEED = 10_000, 20_260_101
LEVELS = (2, 3, 4, 5, 6, 8, 12, 20, 40, 80, 200, 400)
NUMBERS = 8
IMPORTS = "import pandas, scipy.stats, statsmodels.api, matplotlib.pyplot"

COMPARISONS = tuple(
    Comparison(
        what=f"run 10 000 leads x 20, {outcome} outcome",
        against="importing pandas, scipy.stats, statsmodels.api, pyplot",
        ours=whole_process(
            installed("calibrate"), "run", f"{outcome}.csv", "--out", f"{outcome}-run"
        ),
        peer=whole_process(sys.executable, "-c", IMPORTS),
        rounds=7,
        limit=1.25,
    )
    for outcome in ("date", "flag")
)


def prepare(folder: Path) -> None:
    import numpy as np

    rng = np.random.default_rng(SEED)
    columns, log_odds = _columns(rng)
    is_customer = rng.random(LEADS) < 1 / (1 + np.exp(-log_odds))
    ids = [f"L{number:05}" for number in range(LEADS)]
    flags = ["yes" if one else "no" for one in is_customer]
    _write(folder / "flag.csv", {"lead_id": ids, "converted": flags} | columns)
    _write(folder / "date.csv", {"lead_id": ids} | _dates(rng, is_customer) | columns)


def _columns(rng: Any) -> tuple[dict[str, list[str]], Any]:
    import numpy as np

    columns: dict[str, list[str]] = {}
    log_odds = np.full(LEADS, -2.2)
    for place, levels in enumerate(LEVELS):
        level = rng.choice(levels, LEADS, p=rng.dirichlet(np.ones(levels)))
        log_odds += rng.normal(0, 0.5 if place % 2 else 0, levels)[level]
        columns[f"text_{place}"] = [f"value {one}" for one in level]
    for place in range(NUMBERS):
        whole = place % 2 == 0
        values = rng.poisson(3 + 5 * place, LEADS) if whole else rng.lognormal(2, 1, LEADS)
        log_odds += 0.3 * (place % 3 > 0) * (values - values.mean()) / values.std()
        columns[f"number_{place}"] = [str(one) if whole else f"{one:.2f}" for one in values]
    return columns, log_odds


def _dates(rng: Any, is_customer: Sequence[bool]) -> dict[str, list[str]]:
    days, waits = rng.integers(0, 365, LEADS), rng.gamma(2, 15, LEADS)
    created = [dt.date(2025, 1, 1) + dt.timedelta(days=int(day)) for day in days]
    closed = [
        (day + dt.timedelta(days=int(wait))).isoformat() if bought else ""
        for day, wait, bought in zip(created, waits, is_customer, strict=True)
    ]
    return {"created_at": [day.isoformat() for day in created], "converted_at": closed}


def _write(path: Path, columns: Mapping[str, Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as page:
        writer = csv.writer(page)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
