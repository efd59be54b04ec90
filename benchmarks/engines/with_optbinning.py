"""optbinning's side, run in an environment of its own: bins and their evidence, or a card."""

import pandas as pd
from asked import in_pandas, run
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression

PACKAGES = ("optbinning", "ortools", "scikit-learn", "numpy", "pandas")


def evidence(frame, outcomes):
    process = _process(frame)
    process.fit(frame, outcomes)
    for name in frame:
        process.get_binned_variable(name).binning_table.build()


def card(frame, outcomes):
    made = Scorecard(
        binning_process=_process(frame),
        estimator=LogisticRegression(max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 1, "scorecard_points": 600},
        rounding=True,
    )
    made.fit(frame, outcomes, metric_missing="empirical", metric_special="empirical")
    made.table(style="detailed")


def _process(frame):
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    return BinningProcess(list(frame), categorical_variables=texts)


if __name__ == "__main__":
    run(in_pandas, {"evidence": evidence, "card": card}, PACKAGES)
