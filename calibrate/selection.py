"""Choices made from the user's own leads: methods compared, and the shortest good card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrate.engines.base import ColumnPoints, ColumnValues
from calibrate.engines.sql.engine import SqlEngine
from calibrate.errors import EngineError
from calibrate.evidence import Evidence
from calibrate.forward import chosen_forward
from calibrate.leads import Leads
from calibrate.points import assign_points
from calibrate.reading import read_leads
from calibrate.scores import ScoreTable, tally, unrounded
from calibrate.scoring import scoring_by
from calibrate.shown import AsScreen, AsTable
from calibrate.spec import Award, Measure, PointsPart, Spec
from calibrate.stats.gains import gains
from calibrate.teaching import teach

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FOLDS = 5
TOP_SHARE = 0.2
MOST_ATTRIBUTES = 20
"""So many steps of the forward choice are followed."""

MEASURES: tuple[Measure, ...] = ("lift_ratio", "lift_difference", "log_lift", "log_odds")
AWARDS: tuple[Award, ...] = ("significant", "attribute", "all")

_NO_PROGRESS: Callable[[str], None] = lambda step: None  # noqa: E731


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way of making points, judged on leads it has not seen.

    Attributes
    ----------
    measure, award, overlap
        As in the spec; the measure ``unit_weights`` gives +1 or -1 (Dawes 1979).
    auc, auc_se : float
        Mean over the folds, and its standard error.
    top_customers : float
        Share of customers among the 20 % of leads that score highest.
    levels : float
        Levels with points, mean over the folds.
    """

    measure: str
    award: str
    overlap: bool
    auc: float
    auc_se: float
    top_customers: float
    levels: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodComparison(AsTable):
    """Methods side by side, the best ranking first."""

    methods: tuple[Method, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a method."""
        import pandas as pd

        names = list(Method.__slots__)
        return pd.DataFrame(
            [[getattr(one, name) for name in names] for one in self.methods], columns=names
        )

    def __repr__(self) -> str:
        best = self.methods[0]
        return (
            f"MethodComparison({len(self.methods)} methods; best {best.measure}, award "
            f"{best.award}, overlap {best.overlap}: AUC {best.auc:.3f})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsimony(AsTable):
    """How well cards of one attribute, two, three ... rank leads they have not seen.

    Attributes
    ----------
    attributes : tuple of str
        In the order in which they earn their place on all leads.
    auc, auc_se : tuple of float
        For a card of the first so many: mean over the folds, and its standard error.
    shortest : int
        Attributes of the shortest card within one standard error of the best.
    """

    attributes: tuple[str, ...]
    auc: tuple[float, ...]
    auc_se: tuple[float, ...]
    shortest: int

    def to_frame(self) -> pd.DataFrame:
        """Give one row a length: the attribute added, AUC and its standard error."""
        import pandas as pd

        return pd.DataFrame(
            {"attribute": self.attributes[: len(self.auc)], "auc": self.auc, "auc_se": self.auc_se},
            index=pd.RangeIndex(1, len(self.auc) + 1, name="attributes"),
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw AUC by number of attributes."""
        from calibrate.present.plots import draw_parsimony

        return draw_parsimony(self, ax)

    def __repr__(self) -> str:
        return f"Parsimony({self.shortest} of {len(self.auc)} attributes are enough)"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Choices(AsScreen, AsTable):
    """What the user's own leads say about how to make the card."""

    methods: MethodComparison
    parsimony: Parsimony

    def to_frame(self) -> pd.DataFrame:
        """Give one row a method, the best ranking first."""
        return self.methods.to_frame()

    def __str__(self) -> str:
        from calibrate.present.blocks import plain_text
        from calibrate.present.run_text import choices_blocks

        return plain_text(choices_blocks(self))


def weigh_choices(leads: Leads, *, progress: Callable[[str], None] = _NO_PROGRESS) -> Choices:
    """Compare methods, and find the shortest good card."""
    return Choices(
        methods=compare_methods(leads, progress=progress),
        parsimony=parsimony(leads, progress=progress),
    )


def compare_methods(
    leads: Leads | str | Path | pd.DataFrame,
    spec: Spec | Mapping[str, Any] | str | Path | None = None,
    *,
    progress: Callable[[str], None] = _NO_PROGRESS,
) -> MethodComparison:
    """Cross-validate measures, awards and overlap on the user's own leads.

    Parameters
    ----------
    leads : Leads, path or DataFrame
    spec : Spec, mapping, path or None
    progress : callable, optional
        Is told each fold as it begins.

    Returns
    -------
    MethodComparison
        24 methods and unit weights, by falling AUC.

    Notes
    -----
    Five folds by shard, each of which makes its own screening, bands, evidence and factors.
    """
    table = leads if isinstance(leads, Leads) else read_leads(leads, spec)
    judged: dict[tuple[str, str, bool], list[tuple[float, float, int]]] = {}
    for number, (teaching, judging) in enumerate(_folds(table)):
        progress(f"fold {number + 1} of {FOLDS}")
        evidence = teach(teaching)[1]
        for measure, award, overlap in product(MEASURES, AWARDS, (True, False)):
            settings = _settings(table, measure, award, overlap=overlap)
            scoring = scoring_by(assign_points(evidence, settings, leads=teaching))
            judged.setdefault((measure, award, overlap), []).append(
                _judge(scoring.columns, judging)
            )
        judged.setdefault(("unit_weights", "significant", False), []).append(
            _judge(_unit_weights(evidence), judging)
        )
    methods = [_method(key, folds) for key, folds in judged.items()]
    return MethodComparison(methods=tuple(sorted(methods, key=lambda one: -one.auc)))


def parsimony(leads: Leads, *, progress: Callable[[str], None] = _NO_PROGRESS) -> Parsimony:
    """Find how many attributes a card needs.

    Parameters
    ----------
    leads : Leads
    progress : callable, optional
        Is told each fold as it begins.

    Returns
    -------
    Parsimony
        Up to 20 attributes; the rule of one standard error is Breiman's (1984, *CART*, 3.4.3).
    """
    per_fold = []
    for number, (teaching, judging) in enumerate(_folds(leads)):
        progress(f"fold {number + 1} of {FOLDS}")
        columns, order, factors = chosen_forward(
            teaching, teach(teaching)[1], leads.spec.points, MOST_ATTRIBUTES
        )
        per_fold.append(
            [
                _judge(_weighted(columns, order[: place + 1], weights), judging)[0]
                for place, weights in enumerate(factors)
            ]
        )
    columns, order, _ = chosen_forward(leads, teach(leads)[1], leads.spec.points, MOST_ATTRIBUTES)
    length = min(len(fold) for fold in per_fold)
    if not length:
        return Parsimony(attributes=(), auc=(), auc_se=(), shortest=0)
    aucs = np.array([fold[:length] for fold in per_fold])
    mean, error = aucs.mean(axis=0), aucs.std(axis=0, ddof=1) / np.sqrt(FOLDS)
    best = int(np.argmax(mean))
    return Parsimony(
        attributes=tuple(columns[place].column for place in order),
        auc=tuple(mean.tolist()),
        auc_se=tuple(error.tolist()),
        shortest=int(np.argmax(mean >= mean[best] - error[best])) + 1,
    )


def _folds(leads: Leads) -> Iterator[tuple[Leads, Leads]]:
    engine = leads.engine
    if isinstance(engine, SqlEngine):
        raise EngineError(
            f"{leads.name}: methods are compared on leads in memory. Export a part of them as "
            f"Parquet and compare there, or leave --compare-methods out."
        )
    fold = engine.shards % FOLDS
    for number in range(FOLDS):
        yield leads.only(fold != number), leads.only(fold == number)


def _settings(leads: Leads, measure: Measure, award: Award, *, overlap: bool) -> PointsPart:
    change = {"measure": measure, "award": award, "overlap": overlap, "scale": "0-100"}
    return leads.spec.points.model_copy(update=change | {"points_per_unit": None})


def _unit_weights(evidence: Evidence) -> list[ColumnPoints]:
    worth = {"raises": 1, "lowers": -1}
    return [
        ColumnPoints(
            column=one.name,
            levels=one.levels,
            points=tuple(worth.get(level.verdict, 0) for level in one.evidence),
            otherwise=0,
        )
        for one in evidence.attributes
        if one.screened.selected
    ]


def _weighted(
    columns: list[ColumnValues], order: tuple[int, ...], factors: Any
) -> list[ColumnPoints]:
    return [
        unrounded(one.column, one.levels, (factor * value for value in one.values))
        for one, factor in zip((columns[place] for place in order), factors, strict=True)
    ]


def _judge(card: Any, leads: Leads) -> tuple[float, float, int]:
    """Give AUC, share of customers in the top 20 %, and levels with points."""
    table = tally(leads, card, 0)
    earning = sum(points != 0 for one in card for points in one.points)
    return table.auc, caught(table, TOP_SHARE), earning


def caught(table: ScoreTable, share: float) -> float:
    """Give the share of customers among the leads that score highest.

    Leads that share the score at the border are taken in part.

    Examples
    --------
    >>> caught(ScoreTable(scores=(1, 2), leads=(80, 20), customers=(2, 8)), 0.2)
    0.8
    """
    return gains(table.leads, table.customers).reached(share)


def _method(key: tuple[str, str, bool], folds: list[tuple[float, float, int]]) -> Method:
    measure, award, overlap = key
    aucs = [fold[0] for fold in folds]
    return Method(
        measure=measure,
        award=award,
        overlap=overlap,
        auc=float(np.nanmean(aucs)),
        auc_se=float(np.nanstd(aucs, ddof=1) / np.sqrt(len(aucs))),
        top_customers=float(np.nanmean([fold[1] for fold in folds])),
        levels=float(np.mean([fold[2] for fold in folds])),
    )
