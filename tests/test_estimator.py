"""The scorecard in scikit-learn's hands: its checks, its tools, and the same card as without it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from calibrate import LeadsError, Scorecard, Spec, SpecError, calibrate
from calibrate.estimator import LeadScorer

TEACHES_LEAKS = (
    "its columns are the outcome almost without fault, which is what a leak looks like: they are "
    "withheld, as in every run"
)
EXPECTED = {
    "check_pipeline_consistency": TEACHES_LEAKS,
    "check_estimators_pickle": TEACHES_LEAKS,
    "check_classifiers_train": f"{TEACHES_LEAKS}; and it wants the threshold to cut where the "
    f"close rate is a half, which the rule `lowest_customer` does not",
}


@pytest.fixture(scope="module")
def frame(leads_frame: pd.DataFrame) -> pd.DataFrame:
    return leads_frame.drop(columns=["converted", "lead_id"])


@pytest.fixture(scope="module")
def closed(leads_frame: pd.DataFrame) -> pd.Series[int]:
    return leads_frame["converted"]


@pytest.fixture(scope="module")
def scorer(frame: pd.DataFrame, closed: pd.Series[int]) -> LeadScorer:
    return LeadScorer(threshold="max_f1").fit(frame, closed)


def content(card: Scorecard) -> dict[str, Any]:
    """What a card says of leads; not how the outcome's column was called."""
    return card.model_dump(exclude={"name", "made", "reads", "findings"})


# --------------------------------------------------------------------- scikit-learn's own checks


def outcomes(scorer: LeadScorer, expected: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in check_estimator(
        scorer, expected_failed_checks=expected, on_fail="raise", on_skip=None
    ):
        found.setdefault(one["status"], set()).add(one["check_name"])
    # Skipped by scikit-learn itself unless the environment asks for arrays of other libraries.
    assert found.pop("skipped", set()) <= {"check_array_api_input"}
    return found


def test_scikit_learns_checks_pass_but_for_three_that_teach_leaks() -> None:
    found = outcomes(LeadScorer(), EXPECTED)
    assert found["xfail"] == set(EXPECTED)
    assert len(found["passed"]) > 45


def test_with_leaks_kept_and_a_threshold_in_the_middle_all_checks_pass() -> None:
    found = outcomes(LeadScorer(leaks="keep", threshold="max_f1"), {})
    assert set(found) == {"passed"}


# --------------------------------------------------------------------------------- the same card


@pytest.mark.parametrize(
    ("arguments", "spec"),
    [
        ({}, {}),
        ({"measure": "lift_ratio", "estimate": "raw"}, None),
        ({"award": "raises", "overlap": False, "scale": "points"}, None),
        ({"q_max": 0.2, "band_alpha": 0.05, "max_bands": 3, "max_attributes": 2}, None),
    ],
    ids=["defaults", "measure", "award", "numbers"],
)
def test_the_card_is_that_of_calibrate(
    frame: pd.DataFrame, closed: pd.Series[int], arguments: dict[str, Any], spec: Any
) -> None:
    declared = {} if spec == {} else {"points": arguments}
    expected = calibrate(frame.assign(converted=closed), declared).scorecard
    assert content(LeadScorer(**arguments).fit(frame, closed).scorecard_) == content(expected)


def test_spec_and_arguments_together_make_one_spec(
    frame: pd.DataFrame, closed: pd.Series[int], tmp_path: Path
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        "outcome: {column: converted}\nmissing: [Retail]\nexclude: [shoe_size]\n"
        "points: {q_max: 0.2}\nattributes: {visits: {group: behaviour}}\n"
    )
    expected = calibrate(
        frame.assign(converted=closed),
        {
            "missing": ["Retail"],
            "exclude": ["shoe_size"],
            "min_leads": 30,
            "threshold": {"share": 0.2},
            "points": {"q_max": 0.2, "award": "all"},
            "attributes": {"visits": {"group": "behaviour", "bands": [2, 5]}},
        },
    ).scorecard
    for spec in (path, str(path), Spec.load(path)):
        scorer = LeadScorer(
            spec,
            award="all",
            min_leads=30,
            threshold={"share": 0.2},
            attributes={"visits": {"bands": [2, 5]}},
        )
        assert content(scorer.fit(frame, closed).scorecard_) == content(expected)


def test_scores_reasons_and_passes_are_those_of_the_saved_card(
    scorer: LeadScorer, frame: pd.DataFrame, tmp_path: Path
) -> None:
    card = Scorecard.load(scorer.scorecard_.save(tmp_path / "scorecard.yaml"))
    scored = card.score(frame)
    assert scorer.lead_scores(frame).tolist() == scored["score"].tolist()
    assert scorer.predict(frame).tolist() == scored["passes"].astype(int).tolist()
    assert scorer.score_reasons(frame).tolist() == scored["reasons"].tolist()
    assert 0 < scored["passes"].mean() < 1


def test_points_by_attribute_add_up_to_the_score(scorer: LeadScorer, frame: pd.DataFrame) -> None:
    points = scorer.transform(frame)
    names = scorer.get_feature_names_out()
    assert points.shape == (len(frame), len(names))
    assert (points.sum(axis=1) + scorer.scorecard_.points.base == scorer.lead_scores(frame)).all()
    fair = frame["source"] == "Fair"
    (place,) = np.flatnonzero(names == "source")
    (level,) = [
        one.points
        for one in scorer.scorecard_.attributes[place].levels
        if one.as_level.label == "Fair"
    ]
    assert set(points[fair, place]) == {level}
    (noise,) = np.flatnonzero(names == "shoe_size")
    assert not points[:, noise].any()


def test_leaks_are_withheld_unless_they_are_kept(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    told = frame.assign(
        invoice=np.where(closed, "sent", "none"), email=["a@b.de", "c@gmail.com"][0]
    )
    withheld = LeadScorer().fit(told, closed).scorecard_
    assert [one.attribute for one in withheld.withheld] == ["invoice"]
    assert content(withheld) == content(calibrate(told.assign(converted=closed)).scorecard)
    kept = LeadScorer(leaks="keep").fit(told, closed).scorecard_
    assert kept.withheld == ()
    assert {one.name for one in kept.attributes} >= {"invoice", "source"}
    assert any("invoice" in one.says for one in kept.findings)


def test_keeping_leaks_changes_nothing_where_there_is_none(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    attributes = {"industry": {"kind": "list", "separator": " "}, "visits": {"bands": [3]}}
    odd = frame.assign(email="x@firm.com", since=pd.Timestamp("2026-01-01"))
    odd.loc[::3, "email"] = "y@gmail.com"
    one, other = (
        LeadScorer(attributes=attributes, leaks=leaks).fit(odd, closed).scorecard_
        for leaks in ("withhold", "keep")
    )
    assert content(one) == content(other)


# --------------------------------------------- what is said of one attribute stays with that one


def measured(card: Scorecard, but: str) -> dict[str, Any]:
    """What was measured of all attributes but one, and the points; not what many tests cost."""
    found = {one.name: one.model_dump() for one in card.attributes if one.name != but}
    for attribute in found.values():
        for level in attribute["levels"]:
            del level["evidence"]["q_value"], level["evidence"]["verdict"]
    return found


def q_values(card: Scorecard, but: str) -> npt.NDArray[np.float64]:
    """The levels' q-values, by the number of selected attributes: ``p m`` in place of ``p m / R``.

    A declaration may let its attribute pass the screening or not; the others' q-values follow the
    number that pass, and nothing else of them may.
    """
    selected = sum(one.test.selected for one in card.attributes)
    return np.array(
        [
            np.nan if level.evidence.q_value is None else level.evidence.q_value * selected
            for one in card.attributes
            if one.name != but
            for level in one.levels
            if level.evidence.q_value != 1
        ]
    )


@pytest.mark.parametrize(
    "part",
    [
        {"kind": "category"},
        {"bands": [4]},
        {"bands": [1, 2, 3, 5, 8]},
        {"kind": "category", "min_leads": 60},
        {"monotone": "down"},
        {"bands": [1000]},
    ],
    ids=str,
)
def test_what_is_declared_of_one_attribute_moves_no_other(
    frame: pd.DataFrame, closed: pd.Series[int], part: dict[str, Any]
) -> None:
    spec = {"points": {"points_per_unit": 20, "overlap": False, "scale": "points"}}
    plain = LeadScorer(spec, award="all").fit(frame, closed)
    other = LeadScorer(spec, award="all", attributes={"visits": part}).fit(frame, closed)
    cards = plain.scorecard_, other.scorecard_
    assert len(measured(cards[0], "visits")) == 4
    assert measured(cards[0], "visits") == measured(cards[1], "visits")
    assert q_values(cards[1], "visits") == pytest.approx(
        q_values(cards[0], "visits"), rel=1e-4, nan_ok=True
    )
    # A lead's score moves by that attribute's points, and by nothing else.
    (place,) = np.flatnonzero(plain.get_feature_names_out() == "visits")
    moved = other.lead_scores(frame) - plain.lead_scores(frame)
    assert moved.any()
    assert (moved == (other.transform(frame) - plain.transform(frame))[:, place]).all()


def test_a_name_that_is_no_column_is_refused(frame: pd.DataFrame, closed: pd.Series[int]) -> None:
    with pytest.raises(SpecError, match="no column `visit`; did you mean `visits`"):
        LeadScorer(attributes={"visit": {"kind": "category"}}).fit(frame, closed)
    with pytest.raises(SpecError, match="metric: unknown key"):
        LeadScorer(attributes={"visits": {"metric": "woe"}}).fit(frame, closed)


# ------------------------------------------------------------------------------ probabilities


def test_probabilities_are_calibrated_and_rank_as_the_score(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    rates = cross_val_predict(LeadScorer(), frame, closed, cv=5, method="predict_proba")
    assert rates.sum(axis=1) == pytest.approx(1)
    expected = rates[:, 1]
    assert expected.mean() == pytest.approx(closed.mean(), abs=0.01)
    for half in (expected < np.median(expected), expected >= np.median(expected)):
        spread = 3 * np.sqrt(closed[half].mean() / half.sum())
        assert abs(expected[half].mean() - closed[half].mean()) < spread


# ------------------------------------------------------------------------ scikit-learn's tools


def test_it_stands_in_a_pipeline_behind_a_column_transformer(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    before = ColumnTransformer(
        [("fill", SimpleImputer(strategy="constant", fill_value="unknown"), ["industry"])],
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    model = make_pipeline(before, LeadScorer()).fit(frame, closed)
    names = {one.name for one in model[-1].scorecard_.attributes}
    assert names == set(frame.columns)
    assert roc_auc_score(closed, model.predict_proba(frame)[:, 1]) > 0.7
    # Without names of columns, the card's attributes are numbered.
    bare = make_pipeline(before.set_output(transform="default"), LeadScorer()).fit(frame, closed)
    assert {one.name for one in bare[-1].scorecard_.attributes} == {f"x{at}" for at in range(5)}
    assert (bare[-1].predict(before.transform(frame)) == bare.predict(frame)).all()


def test_points_feed_a_further_model(frame: pd.DataFrame, closed: pd.Series[int]) -> None:
    model = make_pipeline(LeadScorer(), StandardScaler(), LogisticRegression())
    assert cross_val_score(model, frame, closed, cv=3, scoring="roc_auc").min() > 0.65


def test_set_output_names_the_attributes_and_keeps_the_index(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    some = frame.set_axis([f"row {at}" for at in range(len(frame))], axis=0)[10:20]
    points = LeadScorer().fit(frame, closed)
    given = points.set_output(transform="pandas").transform(some)
    assert list(given.columns) == list(points.get_feature_names_out())
    assert given.index.equals(some.index)


def test_a_grid_is_searched_over_its_arguments(frame: pd.DataFrame, closed: pd.Series[int]) -> None:
    grid = {
        "measure": ["log_odds", "lift_difference"],
        "max_attributes": [None, *np.arange(1, 3)],
        "max_bands": np.arange(2, 5, 2),
        "q_max": np.array([0.05]),
        "threshold": ["youden", {"share": 0.3}],
    }
    search = GridSearchCV(LeadScorer(), grid, cv=2, scoring="roc_auc", error_score="raise")
    search.fit(frame, closed)
    tried = pd.DataFrame(search.cv_results_["params"])
    by_number = pd.Series(search.cv_results_["mean_test_score"]).groupby(
        tried["max_attributes"].fillna(5)
    )
    assert by_number.mean()[5] > by_number.mean()[1] > 0.6
    assert search.best_estimator_.scorecard_.threshold.score > 0


def test_it_can_be_cross_validated_and_calibrated_anew(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    won = np.where(closed, "customer", "open or lost")
    scorer = LeadScorer(customer="customer")

    def auc(model: LeadScorer, leads: pd.DataFrame, truth: Any) -> float:
        place = list(model.classes_).index("customer")
        return float(roc_auc_score(truth == "customer", model.predict_proba(leads)[:, place]))

    assert cross_val_score(scorer, frame, won, cv=3, scoring=auc).min() > 0.65
    again = CalibratedClassifierCV(scorer, cv=3, method="isotonic").fit(frame, won)
    place = list(again.classes_).index("customer")
    assert again.predict_proba(frame)[:, place].mean() == pytest.approx(closed.mean(), abs=0.02)


@pytest.mark.parametrize("how", ["pickle", "joblib"])
def test_a_fitted_scorer_comes_back_as_it_was(
    scorer: LeadScorer, frame: pd.DataFrame, tmp_path: Path, how: str
) -> None:
    if how == "pickle":
        back = pickle.loads(pickle.dumps(scorer))
    else:
        joblib.dump(scorer, tmp_path / "scorer.joblib")
        back = joblib.load(tmp_path / "scorer.joblib")
    assert back.scorecard_ == scorer.scorecard_
    assert (back.predict_proba(frame) == scorer.predict_proba(frame)).all()
    assert (back.score_reasons(frame) == scorer.score_reasons(frame)).all()


def test_a_clone_has_the_arguments_and_no_card() -> None:
    spec = Spec(min_leads=20)
    copy = clone(LeadScorer(spec, award="raises", attributes={"visits": {"bands": [1]}}))
    assert copy.get_params()["spec"] == spec
    assert copy.get_params()["attributes"] == {"visits": {"bands": [1]}}
    with pytest.raises(NotFittedError):
        copy.score_reasons([[1]])
    with pytest.raises(NotFittedError):
        copy.get_feature_names_out()


# ------------------------------------------------------------------------------ kinds of input


def test_leads_score_the_same_in_any_container(frame: pd.DataFrame, closed: pd.Series[int]) -> None:
    scorer = LeadScorer().fit(frame, closed)
    expected = scorer.lead_scores(frame)
    demo = frame["demo"] == "yes"
    shapes = {
        "category": frame.astype({"source": "category", "industry": "category"}),
        "object": frame.astype(object),
        "arrow": frame.convert_dtypes(dtype_backend="pyarrow"),
        "nullable": frame.convert_dtypes(dtype_backend="numpy_nullable"),
        "bool": frame.assign(demo=demo),
        "nullable bool": frame.assign(demo=demo.astype("boolean")),
        "NaN": frame.assign(industry=frame["industry"].fillna(np.nan)),
        "pd.NA": frame.assign(industry=frame["industry"].astype(object).fillna(pd.NA)),
        "float": frame.astype({"visits": "float32", "shoe_size": "Int8"}),
    }
    for name, shape in shapes.items():
        assert (scorer.lead_scores(shape) == expected).all(), name
        taught = LeadScorer().fit(shape, closed)
        assert (taught.lead_scores(frame) == expected).all(), name
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert (scorer.lead_scores(table) == expected).all()
    bare = LeadScorer().fit(frame.to_numpy(), closed.to_numpy())
    assert (bare.lead_scores(frame.to_numpy()) == expected).all()
    assert not hasattr(bare, "feature_names_in_")


def test_a_lead_alone_scores_as_it_does_among_others(
    scorer: LeadScorer, frame: pd.DataFrame
) -> None:
    together = scorer.predict_proba(frame[:60])
    alone = np.vstack([scorer.predict_proba(frame[at : at + 1]) for at in range(60)])
    assert (alone == together).all()


def test_values_never_seen_earn_what_the_card_says_and_are_named(
    scorer: LeadScorer, frame: pd.DataFrame
) -> None:
    strange = frame[:3].assign(source=["Podcast", None, "=HYPERLINK(1)"])
    (place,) = np.flatnonzero(scorer.get_feature_names_out() == "source")
    attribute = scorer.scorecard_.attributes[place]
    assert scorer.transform(strange)[:, place].tolist() == [attribute.otherwise] * 3
    assert min(one.points for one in attribute.levels) < attribute.otherwise
    assert attribute.otherwise < max(one.points for one in attribute.levels)


@pytest.mark.parametrize(
    ("labels", "customer", "means"),
    [
        ([True, False], None, True),
        ([1, -1], None, 1),
        (["Won", "Lost"], None, "Won"),
        (["customer", "lost"], "customer", "customer"),
        ([0, 1], 0, 0),
    ],
)
def test_any_two_labels_will_do(
    frame: pd.DataFrame, closed: pd.Series[int], labels: list[Any], customer: Any, means: Any
) -> None:
    y = pd.Series(np.where(closed == 1, 0, 1)).map(dict(enumerate(labels)))
    scorer = LeadScorer(customer=customer, threshold="youden").fit(frame, y)
    assert scorer.customer_ == means
    plain = LeadScorer(threshold="youden").fit(frame, closed)
    assert scorer.lead_scores(frame).tolist() == plain.lead_scores(frame).tolist()
    passes = plain.predict(frame) == 1
    assert ((scorer.predict(frame) == means) == passes).all()
    place = list(scorer.classes_).index(means)
    assert (scorer.predict_proba(frame)[:, place] == plain.predict_proba(frame)[:, 1]).all()
    speaks_for_last = scorer.decision_function(frame) > 0
    assert (scorer.classes_[speaks_for_last.astype(int)] == scorer.predict(frame)).all()
    assert roc_auc_score(y == scorer.classes_[1], scorer.decision_function(frame)) > 0.7


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_flags_of_any_backend_are_flags(
    frame: pd.DataFrame, closed: pd.Series[int], backend: Any
) -> None:
    y = (closed == 1).convert_dtypes(dtype_backend=backend)
    scorer = LeadScorer().fit(frame, y)
    assert scorer.classes_.tolist() == [False, True]
    assert scorer.classes_.dtype == bool
    assert scorer.predict(frame).dtype == bool


def test_without_evidence_every_lead_scores_the_same_and_has_the_overall_rate() -> None:
    rng = np.random.default_rng(0)
    noise = pd.DataFrame({"size": rng.normal(size=600), "kind": rng.choice(list("xyz"), 600)})
    y = np.arange(600) % 4 == 0
    scorer = LeadScorer().fit(noise, y)
    assert set(scorer.lead_scores(noise)) == {0}
    assert set(scorer.score_reasons(noise)) == {"base 0"}
    assert scorer.predict_proba(noise)[:, 1] == pytest.approx(0.25, abs=0.003)
    assert scorer.transform(noise).shape == (600, 2)


# --------------------------------------------------------------------------------- what is refused


def refused(scorer: LeadScorer, frame: Any, y: Any, error: type[Exception] = LeadsError) -> str:
    with pytest.raises(error) as fault:
        scorer.fit(frame, y)
    assert isinstance(fault.value, ValueError)
    assert "\n" not in str(fault.value)
    return str(fault.value)


def test_labels_that_cannot_be_used_are_refused(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    scorer = LeadScorer()
    assert "requires y" in refused(scorer, frame, None)
    assert "one class, `0`, on all 1500 leads" in refused(scorer, frame, closed * 0)
    assert "3 labels" in refused(scorer, frame, np.arange(len(frame)) % 3)
    assert "continuous" in refused(scorer, frame, frame["visits"] + 0.5)
    assert "1500 leads and y has 1499" in refused(scorer, frame, closed[:-1])
    gaps = closed.astype(object).where(np.arange(len(frame)) > 1)
    assert "2 leads have no label" in refused(scorer, frame, gaps)
    says = refused(LeadScorer(customer="won"), frame, closed, SpecError)
    assert says == "LeadScorer: customer: no lead has the label `won`; y has `0` and `1`"


def test_arguments_that_cannot_be_used_are_refused_all_at_once(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    says = refused(LeadScorer(measure="woe", q_max=3, max_bands=1), frame, closed, SpecError)
    assert says.startswith("LeadScorer: points.measure: found `woe`")
    assert "points.q_max: found 3" in says
    assert "points.max_bands: found 1" in says
    says = refused(LeadScorer(threshold=500), frame, closed, SpecError)
    assert "no lead can reach 500" in says
    for hints in (["visits"], {"visits": "number"}):
        says = refused(LeadScorer(attributes=hints), frame, closed, SpecError)
        assert says.startswith("LeadScorer: attributes")
    assert "found 'hide'" in refused(LeadScorer(leaks="hide"), frame, closed, SpecError)
    spec = {"outcome": {"column": "demo"}, "events": {"path": "log.csv"}, "join": []}
    says = refused(LeadScorer(spec), frame, closed, SpecError)
    assert "events: scikit-learn hands over one table" in says
    assert "outcome: `demo` tells what y says; take it out of X" in says


def test_other_columns_than_the_cards_are_refused_by_name(
    scorer: LeadScorer, frame: pd.DataFrame
) -> None:
    def says(other: Any) -> str:
        with pytest.raises(LeadsError) as fault:
            scorer.predict(other)
        return str(fault.value)

    renamed = says(frame.rename(columns={"visits": "Visits"}))
    assert "X lacks `visits` and has `Visits` (did you mean `visits`?) beside them" in renamed
    assert "has them in another order" in says(frame[frame.columns[::-1]])
    assert "lacks `source`, `visits`" in says(frame.drop(columns=["source", "visits"]))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert "is expecting 5 features" in says(np.zeros((2, 3)))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert (scorer.predict(frame.to_numpy()) == scorer.predict(frame)).all()
    assert "Sparse" in refused(LeadScorer(), sparse.eye_array(4).tocsr(), [1])


def test_leads_have_no_weights(frame: pd.DataFrame, closed: pd.Series[int]) -> None:
    with pytest.raises(TypeError, match="sample_weight"):
        LeadScorer().fit(frame, closed, sample_weight=np.ones(len(frame)))


def test_a_column_may_be_called_like_the_outcome_beside_it(
    frame: pd.DataFrame, closed: pd.Series[int]
) -> None:
    named = frame.rename(columns={"source": "(outcome)", "visits": "((outcome))"})
    scorer = LeadScorer().fit(named, closed)
    plain = LeadScorer().fit(frame, closed)
    assert (scorer.lead_scores(named) == plain.lead_scores(frame)).all()


def test_names_of_points_cannot_be_others(scorer: LeadScorer, frame: pd.DataFrame) -> None:
    names = scorer.get_feature_names_out(frame.columns)
    assert list(names) == list(scorer.get_feature_names_out())
    with pytest.raises(LeadsError, match="leave it out"):
        scorer.get_feature_names_out(["a"])


def test_without_scikit_learn_the_extra_is_named() -> None:
    lines = """
import sys
sys.modules["sklearn"] = None
import calibrate
try:
    import calibrate.estimator
except calibrate.MissingExtraError as fault:
    print(isinstance(fault, ImportError), fault)
"""
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.startswith("True calibrate.estimator needs scikit-learn")
    assert "calibrate-leads[sklearn]" in done.stdout
