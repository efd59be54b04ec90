"""optbinning's Scorecard: optimal bins, logistic regression on their weights, whole points."""

from common import run, texts_of
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression


def fit(teach, outcomes, _):
    names = list(teach)
    card = Scorecard(
        binning_process=BinningProcess(names, categorical_variables=texts_of(teach)),
        estimator=LogisticRegression(max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 1, "scorecard_points": 600},
        rounding=True,
    )
    card.fit(teach, outcomes, metric_missing="empirical", metric_special="empirical")
    # Scores fall with the rate of the outcome: the package comes from credit risk.
    return lambda judge: -card.score(judge)


if __name__ == "__main__":
    run(fit, ("optbinning", "ortools", "scikit-learn", "numpy", "pandas"))
