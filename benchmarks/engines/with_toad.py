"""toad's side: bins by a decision tree and their information values, or a card."""

import numpy as np
import toad
from asked import in_older_pandas, run


def evidence(frame, outcomes):
    _weighed(frame, outcomes)
    toad.quality(frame.assign(outcome=outcomes), target="outcome", iv_only=True)


def card(frame, outcomes):
    combiner, weigher, weights = _weighed(frame, outcomes)
    made = toad.ScoreCard(combiner=combiner, transer=weigher, max_iter=1000)
    made.fit(weights, outcomes)
    for rule in made.rules.values():
        rule["scores"] = np.round(rule["scores"])


def _weighed(frame, outcomes):
    combiner = toad.transform.Combiner()
    combiner.fit(frame, outcomes, method="dt", min_samples=0.05)
    weigher = toad.transform.WOETransformer()
    return combiner, weigher, weigher.fit_transform(combiner.transform(frame), outcomes)


if __name__ == "__main__":
    packages = ("toad", "scikit-learn", "numpy", "pandas")
    run(in_older_pandas, {"evidence": evidence, "card": card}, packages)
