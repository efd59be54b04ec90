"""What every method's script does: read the split, fit with the clock running, write scores.

Used by old and new Pythons and packages alike, and by environments without `calibrate`.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import metadata

import pandas as pd

OUTCOME = "outcome"


def run(fit, packages, **said):
    """Fit on one file, score the other, and say how long fitting took.

    Parameters
    ----------
    fit : callable
        Takes leads, outcomes (0/1) and the variant's name; gives a function from leads to scores.
    packages : sequence of str
        Whose versions to say.
    said : object
        Further remarks.
    """
    teach_path, judge_path, scores_path, variant, most = sys.argv[1:6]
    teach, judge = pd.read_csv(teach_path), pd.read_csv(judge_path)
    if int(most) and len(teach) > int(most):
        teach = teach.sample(int(most), random_state=0).sort_index().reset_index(drop=True)
    outcomes, judge = teach.pop(OUTCOME), judge.drop(columns=OUTCOME)
    start = time.perf_counter()
    score = fit(teach, outcomes, variant)
    seconds = time.perf_counter() - start
    pd.Series(score(judge), name="score").to_csv(scores_path, index=False)
    versions = {name: metadata.version(name) for name in packages}
    print(
        json.dumps({"seconds": seconds, "leads": len(teach), "versions": versions} | said),
        file=sys.__stdout__,
    )


def texts_of(frame):
    """Name the columns that hold text."""
    return [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
