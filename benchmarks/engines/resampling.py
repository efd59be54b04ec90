"""Resampling and folds, from counts by shard: against drawing leads and counting them again.

Cards are made before the clock runs. A peer that would take an hour makes a few replicates, and its
time is scaled to as many as ours makes (`SCALED`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.engines import inputs

REPETITIONS = 1
_DRAWS, _REFITS = 20, 8
SCALED = {"pandas_points": 2000 / _DRAWS, "numpy_thresholds": 400 / _REFITS}
"""How many times what the side does would make as many replicates as ours."""
_WIDTH = 2 * 1.959964
"""Standard deviations between the ends of a 95 % interval."""
_SPEC = {"outcome": {"column": "outcome"}, "fit": {"holdout": "none"}}
_RULE = "youden"

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]


def ours_points(folder: Path) -> Parts:
    """Tell how far the points of a card would move: 2 000 sums of 200 shards."""
    from calibrate.stability import stability

    run = _run(folder)
    leads = _fresh(run.leads)

    def tell(stable: Any) -> list[float]:
        known = (level for row in stable for level in row if level is not None)
        return [(level.high - level.low) / _WIDTH for level in known]

    return lambda: stability(run.points, run.evidence, leads), tell


def pandas_points(folder: Path) -> Parts:
    """Draw leads, group them by every attribute, and make the points, again and again."""
    import numpy as np
    import pandas as pd

    from calibrate.values import measured

    run = _run(folder)
    engine, by_name = run.leads.engine, {one.name: one for one in run.evidence.attributes}
    paid = [one for one in run.points.attributes if any(level.value for level in one.given)]
    frame = pd.DataFrame(
        {one.name: engine.level_rows(one.name, one.levels) for one in paid}
        | {"customer": engine.customer}
    )

    def points_of(drawn: Any) -> list[Any]:
        rate = np.array([[drawn["customer"].mean()]])
        found = []
        for one in paid:
            table = drawn["customer"].groupby(drawn[one.name]).agg(["size", "sum"])
            table = table.reindex(range(len(one.given)), fill_value=0).astype(float)
            counted = table["size"].to_numpy()[None], table["sum"].to_numpy()[None]
            values = measured(counted, by_name[one.name].m, rate, run.points.settings)
            found.append(run.points.multiplier * one.overlap.factor * values[0])
        return found

    def work() -> Any:
        rng = np.random.default_rng(inputs.SEED)
        draws = (frame.sample(frac=1, replace=True, random_state=rng) for _ in range(_DRAWS))
        return [np.concatenate(points_of(drawn)) for drawn in draws]

    has_value = [bool(level.value) for one in paid for level in one.given]
    # One by an estimated standard deviation is too large on average, by this.
    halves = (_DRAWS - 1) / 2
    bias = math.sqrt(halves) * math.gamma(halves - 0.5) / math.gamma(halves)
    return work, lambda found: (bias * np.std(found, axis=0, ddof=1)[has_value]).tolist()


def ours_thresholds(folder: Path) -> Parts:
    """Make 400 cards for the interval of a threshold, points refitted in each."""
    from calibrate.spread import resampled_cuts

    run = _run(folder, inputs.MODELLED // 10)
    leads = _fresh(run.leads)

    def work() -> Any:
        return resampled_cuts(run.threshold, run.points, run.evidence, run.score_table, leads)

    return work, lambda cuts: [float(cuts[_RULE].mean())]


def numpy_thresholds(folder: Path) -> Parts:
    """Draw leads, count and refit a card of the same levels, tally and cut, again and again."""
    import numpy as np

    from calibrate.threshold import Beside, cut_by, rules_of
    from tests.refitting import resampled_scores

    run = _run(folder, inputs.MODELLED // 10)
    leads, rule = run.leads.counted, rules_of(run.threshold)[_RULE]
    beside = Beside(deciding=leads, all_leads=leads)

    def work() -> Any:
        rng = np.random.default_rng(inputs.SEED)
        draws = (rng.integers(0, leads, leads) for _ in range(_REFITS))
        return [cut_by(resampled_scores(run, rows), rule, beside).cut.score for rows in draws]

    return work, lambda found: [float(np.mean(found))]


def ours_fold_counts(folder: Path) -> Parts:
    """Count every level of four fifths, five times: sums of counts by shard.

    Which shard a lead is in is known to both sides.
    """
    import numpy as np

    from calibrate.spread.folds import FOLDS

    engine, attributes = _sharded(folder)

    def work() -> Any:
        counted = [engine.count_levels(one.name, one.levels, by_shard=True) for one in attributes]
        fold = np.arange(len(counted[0].leads)) % FOLDS
        return [
            [
                part[fold != out].sum(axis=0)
                for one in counted
                for part in (one.leads, one.customers)
            ]
            for out in range(FOLDS)
        ]

    return work, _digest


def recounted_folds(folder: Path) -> Parts:
    """Take the leads of four fifths and count them, five times."""
    from calibrate.spread.folds import FOLDS

    engine, attributes = _sharded(folder)

    def work() -> Any:
        found = []
        for out in range(FOLDS):
            taught = engine.only(engine.shards % FOLDS != out)
            counted = [taught.count_levels(one.name, one.levels) for one in attributes]
            found.append([part for one in counted for part in (one.leads, one.customers)])
        return found

    return work, _digest


def ours_folds(folder: Path) -> Parts:
    """Cross-validate a card's AUC once over five folds, as every run does."""
    from calibrate.spread.folds import cross_validated_auc

    run = _run(folder)
    leads, scoring = _fresh(run.leads), run.decision.scoring
    return (
        lambda: cross_validated_auc(run.points, run.evidence, leads, scoring),
        lambda found: [found],
    )


def cards_of_folds(folder: Path) -> Parts:
    """Make a whole card of each four fifths, and rank the last by it."""
    import numpy as np

    from calibrate.points import assign_points
    from calibrate.scores import tally_scores
    from calibrate.spread.folds import FOLDS
    from calibrate.teaching import teach

    whole = _fresh(_run(folder).leads)

    def auc_without(out: int) -> float:
        held = whole.engine.shards % FOLDS == out
        taught = whole.only(~held)
        points = assign_points(teach(taught)[1], taught.spec.points, leads=taught)
        return tally_scores(points, whole.only(held)).auc

    return (
        lambda: [auc_without(out) for out in range(FOLDS)],
        lambda found: [float(np.mean(found))],
    )


def _sharded(folder: Path) -> tuple[Any, Any]:
    run = _run(folder)
    engine = _fresh(run.leads).engine
    assert len(engine.shards) == run.leads.counted  # reckoned here, before the clock runs
    return engine, run.evidence.attributes


def _run(folder: Path, rows: int | None = None) -> Any:
    import pandas as pd

    from calibrate import calibrate

    return calibrate(pd.read_csv(folder / "modelled.csv", nrows=rows), _SPEC)


def _fresh(leads: Any) -> Any:
    """Give the same leads, of which nothing has been counted."""
    return replace(leads, engine=replace(leads.engine))


def _digest(folds: Any) -> str:
    tables = [[part.tolist() for part in fold] for fold in folds]
    return hashlib.sha256(json.dumps(tables).encode()).hexdigest()
