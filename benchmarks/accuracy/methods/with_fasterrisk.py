"""FasterRisk: sparse whole-number points on yes/no columns, from thresholds and categories."""

import contextlib
import io

import numpy as np
from common import run, texts_of
from fasterrisk.fasterrisk import RiskScoreOptimizer

POINTS = 20
"""Yes/no columns with points, twice the package's default, so that larger tables get their due."""
QUICK = {"parent_size": 5, "select_top_m": 1, "maxAttempts": 1}
"""One card is wanted, not a pool of many: ten times as fast, and it ranked no worse."""
TENTHS = np.arange(1, 10) / 10
RARE = 10


def fit(teach, outcomes, _):
    columns = _columns(teach)
    most = min(POINTS, len(columns))
    signs = np.where(outcomes == 1, 1.0, -1.0)
    search = RiskScoreOptimizer(X=_yes_no(teach, columns), y=signs, k=most, **QUICK)
    with contextlib.redirect_stdout(io.StringIO()):
        search.optimize()
    _, intercept, points = search.get_models(model_index=0)  # the least logistic loss
    return lambda judge: _yes_no(judge, columns) @ points + intercept


def _columns(teach):
    """List the yes/no columns: at most tenths of a number, values on enough leads, missing."""
    columns = []
    for name in teach:
        values = teach[name]
        if name in texts_of(teach):
            counts = values.value_counts()
            columns += [(name, "=", value) for value in counts.index[counts >= RARE]]
        else:
            columns += [(name, "<=", edge) for edge in np.unique(values.quantile(TENTHS))]
        if values.isna().any():
            columns.append((name, "missing", None))
    shares = _yes_no(teach, columns).mean(axis=0)
    return [column for column, share in zip(columns, shares, strict=True) if 0 < share < 1]


def _yes_no(frame, columns):
    tests = {
        "=": lambda values, value: values == value,
        "<=": lambda values, value: values <= value,
        "missing": lambda values, _: values.isna(),
    }
    return np.column_stack(
        [tests[test](frame[name], value).to_numpy(dtype=float) for name, test, value in columns]
    )


if __name__ == "__main__":
    run(fit, ("fasterrisk", "numpy", "pandas"))
