"""Points made anew by the card's own path: what resamples all at once are judged by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import calibrate as cal
from calibrate.engines.memory import MemoryEngine
from calibrate.leads import Leads
from calibrate.points import Points, assign_points
from calibrate.scores import ScoreTable, tally_scores


def overlapping_leads(rng: np.random.Generator, leads: int) -> pd.DataFrame:
    """Six attributes of four values, the last half a copy of the first."""
    shares = [0.4, 0.3, 0.2, 0.1]
    columns = {f"a{place}": rng.choice(list("abcd"), leads, p=shares) for place in range(6)}
    columns["a5"] = np.where(rng.random(leads) < 0.5, columns["a0"], columns["a5"])
    push = sum(
        (0.3 + 0.1 * place) * ((one == "a") - 1.0 * (one == "b") + 0.5 * (one == "c"))
        for place, one in enumerate(columns.values())
    )
    customer = rng.random(leads) < 1 / (1 + np.exp(2.2 - push))
    return pd.DataFrame(columns | {"converted": customer.astype(int)})


def drawn(engine: MemoryEngine, rows: np.ndarray) -> MemoryEngine:
    """Give the leads of some rows, in that order, repeated where a row is."""
    columns = {
        name: replace(column, codes=column.codes[rows])
        if hasattr(column, "codes")
        else replace(column, numbers=column.numbers[rows])
        for name, column in engine.columns.items()
    }
    return replace(engine, columns=columns, customer=engine.customer[rows], ids=None)


def made_anew(run: cal.Calibration, leads: Leads) -> tuple[Points, ScoreTable]:
    """Make points of other leads, with the bands, m and verdicts of a run."""
    engine = leads.engine
    all_leads, all_customers = len(engine.customer), int(engine.customer.sum())
    rate = all_customers / all_leads
    parts = []
    for one in run.evidence.attributes:
        counted = engine.count_levels(one.name, one.levels)
        levels = tuple(
            replace(
                level,
                leads=int(n),
                customers=int(x),
                close_rate=x / max(n, 1),
                shrunken_close_rate=(x + one.m * rate) / (n + one.m),
            )
            for level, n, x in zip(one.evidence, counted.leads, counted.customers, strict=True)
        )
        parts.append(replace(one, evidence=levels))
    evidence = replace(
        run.evidence,
        attributes=tuple(parts),
        overall=replace(
            run.evidence.overall, leads=all_leads, customers=all_customers, close_rate=rate
        ),
    )
    points = assign_points(
        evidence, run.points.settings, leads=leads, override=run.leads.spec.override
    )
    return points, tally_scores(points, leads)


def resampled_scores(run: cal.Calibration, rows: np.ndarray) -> ScoreTable:
    """Tally the drawn leads, points made anew from them."""
    return made_anew(run, replace(run.leads, engine=drawn(run.leads.engine, rows)))[1]
