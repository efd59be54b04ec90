"""A scorecard as an estimator of scikit-learn: taught, searched over and judged with its tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibrate.candidates import find_candidates
from calibrate.documents import validated
from calibrate.engines.columns import Column
from calibrate.engines.places import level_rows
from calibrate.engines.tables import Table, open_table
from calibrate.errors import LeadsError, MissingExtraError, SpecError, did_you_mean
from calibrate.pipeline import calibrate
from calibrate.roles import find_roles
from calibrate.scorecard import Scorecard
from calibrate.scorecard.columns import columns_for
from calibrate.scorecard.parts import ReadsPart
from calibrate.spec import AttributePart, Award, Measure, Spec, ThresholdRule, as_spec

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
    from sklearn.utils.multiclass import type_of_target
    from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data
except ImportError as fault:
    raise MissingExtraError(
        "calibrate.estimator needs scikit-learn: install the extra `sklearn` "
        "(`pip install 'calibrate-leads[sklearn]'`)."
    ) from fault

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_IN_POINTS = (
    "measure estimate award overlap scale q_max band_alpha max_bands max_attributes".split()
)
_IN_SPEC = "min_leads threshold".split()


class LeadScorer(ClassifierMixin, TransformerMixin, BaseEstimator):
    """A scorecard as a classifier of scikit-learn.

    It teaches the card that `calibrate.calibrate` would teach from the same columns, outcome and
    spec. Arguments that are None are as the spec says, or as its format's default.

    Parameters
    ----------
    spec : Spec, mapping, path or None
        What is declared beside the arguments below: ``missing``, ``exclude``, ``levels``,
        ``override`` and so on. The outcome is `y`; ``join`` and ``events`` are refused.
    customer : label or None
        Which label of `y` means customer; the last of ``classes_`` when None (1 of 0 and 1, True).
    measure, estimate, award, overlap, scale, q_max, band_alpha, max_bands, max_attributes
        See ``points`` of the spec.
    min_leads : int or None
        Smaller levels are pooled into ``(other)``.
    threshold : str, mapping or None
        From which score a lead passes, e.g. ``"max_f1"`` or ``{"share": 0.2}``.
    attributes : mapping of str to mapping, or None
        What is known of single attributes, laid over those of the spec:
        ``{"visits": {"kind": "number", "bands": [1, 5]}}``.
    leaks : {"withhold", "keep"}
        Whether columns that alone tell the outcome earn no points, as in every run, or are all
        taken as known when the lead came; what was kept so is a finding of the card.

    Attributes
    ----------
    scorecard_ : Scorecard
        The card, to be saved and read like any other.
    classes_ : ndarray, shape (2,)
        The labels, sorted.
    customer_ : label
        The one that means customer.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only where `X` had names.

    Notes
    -----
    `predict` says which leads pass the threshold; `predict_proba` is the close rate at their
    scores, which the threshold need not cut at a half. Leads have no weights: `fit` takes no
    ``sample_weight``, because counts, exact tests and intervals are of whole leads.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"source": ["Fair", "Web"] * 50})
    >>> y = [1, 0] * 25 + [0] * 50
    >>> scorer = LeadScorer().fit(frame, y)
    >>> scorer.lead_scores(frame[:2]), scorer.predict(frame[:2])
    (array([100,   0]), array([1, 0]))
    >>> scorer.score_reasons(frame[:1])[0]
    'source: Fair +20; base 80'
    """

    def __init__(
        self,
        spec: Spec | Mapping[str, Any] | str | Path | None = None,
        *,
        customer: Any = None,
        measure: Measure | None = None,
        estimate: Literal["shrunken", "raw"] | None = None,
        award: Award | None = None,
        overlap: bool | None = None,
        scale: Literal["0-100", "points"] | None = None,
        q_max: float | None = None,
        band_alpha: float | None = None,
        max_bands: int | None = None,
        max_attributes: int | None = None,
        min_leads: int | None = None,
        threshold: ThresholdRule | Mapping[str, Any] | None = None,
        attributes: Mapping[str, Mapping[str, Any] | AttributePart] | None = None,
        leaks: Literal["withhold", "keep"] = "withhold",
    ) -> None:
        self.spec = spec
        self.customer = customer
        self.measure = measure
        self.estimate = estimate
        self.award = award
        self.overlap = overlap
        self.scale = scale
        self.q_max = q_max
        self.band_alpha = band_alpha
        self.max_bands = max_bands
        self.max_attributes = max_attributes
        self.min_leads = min_leads
        self.threshold = threshold
        self.attributes = attributes
        self.leaks = leaks

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 (scikit-learn's name)
        """Teach a card.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, columns)
            One row a lead; texts, numbers, flags, dates and missing values as they come. Columns
            of an array are called x0, x1 ...
        y : array-like, shape (n,)
            What became of each lead; two labels.

        Raises
        ------
        SpecError
            When an argument or the spec cannot be used, or names a column that is not there.
        LeadsError
            When the table or the labels cannot be used.
        """
        frame = self._frame(X, reset=True)
        labels = _labels(y, leads=len(frame))
        classes = np.unique(labels)
        customer = _customer(classes, self.customer)
        table, outcome = _with_outcome(frame, labels == customer)
        spec = self._declared(frame).changed(outcome=outcome)
        if self.leaks == "keep":
            spec = _all_wanted(table, spec)
        if spec.fit is None:  # whoever fits has set leads aside already
            spec = spec.changed(fit={"holdout": "none"})
        calibration = calibrate(table, spec)
        self.classes_, self.customer_ = classes, customer
        self.scorecard_: Scorecard = calibration.scorecard
        self._rates = calibration.probability
        return self

    def lead_scores(self, X: Any) -> Ints:  # noqa: N803
        """Give the score of each lead, in whole points; shape (n,)."""
        scores: Ints = self._points(X).sum(axis=1) + self.scorecard_.points.base
        return scores

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Give each lead's score, counted from half a point below the threshold.

        Above 0 passes. By scikit-learn's custom it speaks for ``classes_[1]``, so where the
        customer is the other label its sign is turned; `lead_scores` gives the score itself.
        """
        above: Floats = self.lead_scores(X) - np.float64(self.scorecard_.threshold.score - 0.5)
        return above if self._customer_place else -above

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """Give each lead the customer's label when its score reaches the threshold."""
        passes = self.lead_scores(X) >= self.scorecard_.threshold.score
        place = self._customer_place
        labels: npt.NDArray[Any] = self.classes_[np.where(passes, place, 1 - place)]
        return labels

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Give the close rate at each lead's score, and its rest, in the order of ``classes_``."""
        scores = self.lead_scores(X)
        rates = self._rates.at(scores)
        both = [1 - rates, rates] if self._customer_place else [rates, 1 - rates]
        return np.column_stack(both)

    def transform(self, X: Any) -> Ints:  # noqa: N803
        """Give each lead's points, one column an attribute of the card.

        A row's sum and the card's base make the score; attributes without evidence are 0.
        """
        return self._points(X)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Name the columns that `transform` gives: the card's attributes."""
        check_is_fitted(self)
        known = getattr(self, "feature_names_in_", input_features)
        if input_features is not None and list(input_features) != list(known):
            raise LeadsError(
                "get_feature_names_out: input_features is not equal to feature_names_in_, the "
                "columns the card was taught from; leave it out."
            )
        return np.array([one.name for one in self.scorecard_.attributes], dtype=object)

    def score_reasons(self, X: Any) -> npt.NDArray[np.object_]:  # noqa: N803
        """Say in words why each lead has its score; shape (n,)."""
        check_is_fitted(self)
        scored = self.scorecard_.score_table(open_table(self._frame(X, reset=False)))
        return np.array(scored.reasons, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "scorecard_")

    @property
    def _customer_place(self) -> int:
        return int(self.customer_ == self.classes_[1])

    def _points(self, leads: Any) -> Ints:
        check_is_fitted(self)
        card = self.scorecard_
        table = open_table(self._frame(leads, reset=False))
        each = np.zeros((table.rows, len(card.attributes)), dtype=np.int64)
        place = {one.name: number for number, one in enumerate(card.attributes)}
        earning = card.scoring.columns
        columns = _columns(card, table, {part.column for part in earning})
        for part in earning:
            rows = level_rows(columns[part.column], part.levels)
            each[:, place[part.column]] = np.array([*part.points, part.otherwise])[rows]
        return each

    def _frame(self, leads: Any, *, reset: bool) -> pd.DataFrame:
        """Take leads as a frame with named columns, the same as those the card was taught from."""
        if not isinstance(leads, pd.DataFrame) and hasattr(leads, "to_pandas"):
            leads = leads.to_pandas()
        is_frame = isinstance(leads, pd.DataFrame)
        how = (
            {"skip_check_array": True} if is_frame else {"dtype": None, "ensure_all_finite": False}
        )
        try:
            checked = validate_data(self, leads, reset=reset, **how)
        except (TypeError, ValueError) as fault:
            raise LeadsError(_refusal(self, leads, fault, reset=reset)) from None
        names = getattr(self, "feature_names_in_", [f"x{at}" for at in range(checked.shape[1])])
        return pd.DataFrame(checked).set_axis(names, axis=1)

    def _given(self, names: Sequence[str]) -> dict[str, Any]:
        """Gather the arguments that are given; a grid of numpy's numbers gives its numbers."""
        given = {name: getattr(self, name) for name in names}
        return {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in given.items()
            if value is not None
        }

    def _declared(self, frame: pd.DataFrame) -> Spec:
        """Put the arguments into the spec; what is None stays as the spec says."""
        if self.leaks not in ("withhold", "keep"):
            raise SpecError(f"LeadScorer: leaks: found {self.leaks!r}; allowed: withhold, keep")
        spec = as_spec(self.spec)
        _check_usable(spec, frame)
        document = spec.document()
        document.pop("outcome", None)
        points = document.get("points", {}) | self._given(_IN_POINTS)
        attributes = _laid_over(document.get("attributes", {}), self.attributes or {})
        parts = {"points": points, "attributes": attributes} | self._given(_IN_SPEC)
        document |= {key: part for key, part in parts.items() if part != {}}
        return validated(Spec, document, where="LeadScorer", error=SpecError)


def _laid_over(known: Mapping[str, Any], hints: Any) -> Any:
    """Lay hints over what is declared of attributes; what is none is left to be refused."""
    if not isinstance(hints, Mapping):
        return hints
    plain = {
        name: part.model_dump(exclude_unset=True) if isinstance(part, AttributePart) else part
        for name, part in hints.items()
    }
    return {**known} | {
        name: {**known.get(name, {})} | part if isinstance(part, dict) else part
        for name, part in plain.items()
    }


def _with_outcome(frame: pd.DataFrame, closed: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, Any]:
    """Put the outcome beside the columns, under a name that none of them has."""
    name = "(outcome)"
    while name in frame:
        name = f"({name})"
    outcome = {"column": name, "customer": ["customer"], "lost": ["lost"]}
    return frame.assign(**{name: np.where(closed, "customer", "lost")}), outcome


def _labels(y: Any, *, leads: int) -> npt.NDArray[Any]:
    """Take what became of each lead as labels, and refuse all but two."""
    if y is None:
        raise LeadsError(
            "LeadScorer requires y to be passed, but the target y is None: what became of each "
            "lead."
        )
    labels = y if isinstance(y, pd.Series) else pd.Series(column_or_1d(y, warn=True))
    # Through plain values, so that flags of pandas' or Arrow's own types are flags again.
    labels = labels.astype(object).infer_objects().reset_index(drop=True)
    if len(labels) != leads:
        raise LeadsError(f"X has {leads} leads and y has {len(labels)} labels; give one for each.")
    unknown = int((labels.isna() | labels.isin([np.inf, -np.inf])).sum())
    if unknown:
        raise LeadsError(
            f"y: {unknown} leads have no label. Whether they closed is not known yet: leave them "
            f"out of X and y."
        )
    kind = type_of_target(labels.to_numpy(), input_name="y", raise_unknown=True)
    if labels.nunique() == 1:
        raise LeadsError(
            f"y has one class, `{labels[0]}`, on all {leads} leads; without customers and others "
            f"there is nothing to compare."
        )
    if kind != "binary":
        raise LeadsError(
            f"Only binary classification is supported. y is {kind} with {labels.nunique()} "
            f"labels; say which mean customer, such as `y == 'Won'`."
        )
    return labels.to_numpy()


def _customer(classes: npt.NDArray[Any], wanted: Any) -> Any:
    """Find the label that means customer."""
    if wanted is None:
        return classes[1]
    found = [label for label in classes if label == wanted]
    if not found:
        listed = " and ".join(f"`{label}`" for label in classes)
        raise SpecError(f"LeadScorer: customer: no lead has the label `{wanted}`; y has {listed}")
    return found[0]


def _check_usable(spec: Spec, frame: pd.DataFrame) -> None:
    """Refuse a spec that asks for more than the columns, or would let the outcome among them."""
    outcome = spec.outcome and (spec.outcome.closed or spec.outcome.column)
    problems = [
        f"{key}: scikit-learn hands over one table; put its columns into X first"
        for key, there in (("join", spec.join), ("events", spec.events))
        if there
    ]
    if outcome in frame:
        problems.append(f"outcome: `{outcome}` tells what y says; take it out of X")
    if problems:
        raise SpecError(f"LeadScorer: {'; '.join(problems)}", problems)


def _all_wanted(frame: pd.DataFrame, spec: Spec) -> Spec:
    """Declare of all that would be tried that it is no leak."""
    table = open_table(frame)
    counted = np.ones(table.rows, dtype=np.bool_)
    found = find_candidates(table, find_roles(table, spec), spec, counted, None).by_name
    parts = {
        name: spec.attributes.get(name) or one.declared or AttributePart(group=one.group)
        for name, one in found.items()
    }
    wanted = {
        name: part.model_dump(exclude_unset=True) | {"wanted": True} for name, part in parts.items()
    }
    return spec.changed(attributes=spec.document().get("attributes", {}) | wanted)


def _columns(card: Scorecard, table: Table, names: set[str]) -> Mapping[str, Column]:
    wanted = tuple((one.name, one.made_from) for one in card.attributes if one.name in names)
    return columns_for(table, wanted, card.reads or ReadsPart(), missing=card.missing).columns


def _refusal(scorer: LeadScorer, leads: Any, fault: Exception, *, reset: bool) -> str:
    """Say which columns are not those of the card; other faults as scikit-learn says them."""
    says = " ".join(str(fault).split())
    known = getattr(scorer, "feature_names_in_", None)
    if reset or known is None or not isinstance(leads, pd.DataFrame):
        return says
    here = [str(name) for name in leads.columns]
    lacking = [f"`{name}`" for name in known if name not in here]
    more = [f"`{name}` ({did_you_mean(name, list(known))})" for name in here if name not in known]
    parts = [
        *([f"lacks {', '.join(lacking)}"] if lacking else []),
        *([f"has {', '.join(more)} beside them"] if more else []),
    ]
    return (
        f"The feature names should match those that were passed during fit: X "
        f"{' and '.join(parts) or 'has them in another order'}. Give "
        f"`X[scorer.feature_names_in_]`, with the names they had then."
    )
