"""Models that are no scorecards: plain logistic regression, and gradient boosting as a ceiling."""

from common import run, texts_of
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

MOST_CATEGORIES = 250  # boosting takes at most 255


def fit(teach, outcomes, variant):
    texts = texts_of(teach)
    model = {"logistic": _logistic, "boosting": _boosting}[variant](texts)
    teach = _filled(teach, texts)
    model.fit(teach, outcomes)
    return lambda judge: model.predict_proba(_filled(judge, texts))[:, 1]


def _logistic(texts):
    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), texts),
            remainder=make_pipeline(
                SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
            ),
        ),
        LogisticRegression(max_iter=1000),
    )


def _boosting(texts):
    """Boost, with the size of trees chosen on the teaching leads alone."""
    encode = make_column_transformer(
        (
            OrdinalEncoder(
                handle_unknown="use_encoded_value",
                unknown_value=float("nan"),
                max_categories=MOST_CATEGORIES,
            ),
            texts,
        ),
        remainder="passthrough",
    )
    boost = HistGradientBoostingClassifier(
        categorical_features=list(range(len(texts))), learning_rate=0.05, early_stopping=False
    )
    sizes = {"histgradientboostingclassifier__max_leaf_nodes": [3, 8, 31]}
    return GridSearchCV(make_pipeline(encode, boost), sizes, scoring="roc_auc", cv=3)


def _filled(frame, texts):
    return frame.assign(**{name: frame[name].fillna("(missing)") for name in texts})


if __name__ == "__main__":
    run(fit, ("scikit-learn", "numpy", "pandas"))
