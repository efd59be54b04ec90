"""toad's ScoreCard: ChiMerge bins, weights of evidence, logistic regression, whole points."""

import numpy as np
import toad
from common import run, texts_of


def fit(teach, outcomes, _):
    texts = texts_of(teach)
    teach = _filled(teach, texts)
    combiner = toad.transform.Combiner()
    combiner.fit(teach, outcomes, method="chi", min_samples=0.05, empty_separate=True)
    weigher = toad.transform.WOETransformer()
    weights = weigher.fit_transform(combiner.transform(teach), outcomes)
    card = toad.ScoreCard(combiner=combiner, transer=weigher, max_iter=1000)
    card.fit(weights, outcomes)
    for rule in card.rules.values():
        rule["scores"] = np.round(rule["scores"])
    # A value never seen gets what a weight of 0 gives; by default toad gives it the worst points.
    neutral = round((card.offset - card.factor * card.intercept_) / card.n_features_)
    return lambda judge: -card.predict(_filled(judge, texts), default=neutral)


def _filled(frame, texts):
    return frame.assign(**{name: frame[name].fillna("(missing)") for name in texts})


if __name__ == "__main__":
    run(fit, ("toad", "scikit-learn", "numpy", "pandas"))
