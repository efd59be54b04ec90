"""The artefact: a scorecard as a YAML file that people keep, read, compare and score with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from calibrate.counts import Counts
from calibrate.engines.base import ColumnPoints
from calibrate.engines.columns import Column
from calibrate.engines.tables import Table, open_table
from calibrate.errors import Finding, ScorecardError, did_you_mean
from calibrate.evidence import AttributeEvidence, Evidence, LevelEvidence
from calibrate.files import Flow, FlowList, read_text, read_yaml, write_whole, yaml_text
from calibrate.leads import Leads
from calibrate.levels import Kind, Level, Levels, fold
from calibrate.points import AttributePoints, LevelPoints, Points
from calibrate.present.numbers import significant
from calibrate.scores import Cut, ScoredLeads, ScoreTable, Scoring, score_columns
from calibrate.spec import Award, Group, Measure, Part, ThresholdRule, validated
from calibrate.threshold import Threshold

if TYPE_CHECKING:
    import pandas as pd

CARD_SCHEMA = "calibrate/scorecard/1"

Ends = tuple[FiniteFloat, FiniteFloat]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Whole = Annotated[int, Field(ge=0)]


class MadePart(Part):
    """What made the card."""

    by: str = Field(description="Program and version.")
    as_of: dt.date | None = Field(None, description="The day the data were taken.")
    leads: str = Field(description="Name of the leads table.")
    fingerprint: str = Field(description="sha256 of the leads table.")
    spec: str = Field(description="sha256 of the spec as used.")


class CohortPart(Part):
    """The leads that taught the card."""

    from_: dt.date | None = Field(None, alias="from")
    to: dt.date | None = None
    leads: Whole
    customers: Whole
    window_days: int | None = None
    left_out: dict[str, Whole] = Field(description="Leads not counted, by reason.")


class OverallPart(Part):
    """The close rate everything is held against."""

    close_rate: Share
    interval: Ends
    all_leads: Whole = Field(description="Leads in the table, counted or not.")
    all_customers: Whole = Field(description="Customers among them.")
    plain_close_rate: Share = Field(description="Customers by all leads: the published arithmetic.")


class CardPointsPart(Part):
    """How the points were made."""

    measure: Measure
    estimate: Literal["shrunken", "raw"]
    award: Award
    overlap: Literal[False]
    scale: Literal["0-100", "points"]
    q_max: FiniteFloat
    base: int = Field(description="What every lead starts from.")
    multiplier: FiniteFloat = Field(description="points = multiplier x value, rounded.")


class EvidencePart(Part):
    """The evidence of one level."""

    leads: Whole
    customers: Whole
    close_rate: Share
    close_rate_interval: Ends
    lift: FiniteFloat
    lift_interval: Ends
    p_value: Share | None
    q_value: Share | None
    test: Literal["fisher_mid_p", "chi_square"] | None
    shrunken_close_rate: Share
    verdict: Literal["raises", "lowers", "no evidence", "too few"]


class LevelPart(Part):
    """One level of a card: a value by name, or a band of numbers."""

    level: str | None = Field(None, description="A value, (missing) or (other); none for a band.")
    members: tuple[str, ...] = Field((), description="Values grouped under this name.")
    from_: FiniteFloat | None = Field(None, alias="from", description="In the band; null: no end.")
    below: FiniteFloat | None = Field(None, description="Not in the band; null: no end.")
    points: int
    earned: int | None = Field(None, description="What the evidence gives, where overridden.")
    why: str | None = Field(None, description="The reason of an override.")
    value: FiniteFloat = Field(description="The measure; 0 where no points were awarded.")
    adjusted: Literal[-1, 1] | None = Field(
        None, description="Correction of the rounding, so that the range is exactly 100."
    )
    evidence: EvidencePart

    @property
    def as_level(self) -> Level:
        """The level itself."""
        return Level(text=self.level, members=self.members, low=self.from_, below=self.below)


class CardAttributePart(Part):
    """One attribute of a card."""

    name: str
    kind: Kind
    group: Group
    unit: str | None = None
    m: FiniteFloat = Field(description="Leads at the overall rate mixed into every level.")
    pooled: tuple[str, ...] = Field((), description="Values too rare to stand alone.")
    otherwise: int = Field(description="Points of a value never seen.")
    levels: tuple[LevelPart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _levels_fit_together(self) -> Self:
        names = [fold(one.level) for one in self.levels if one.level is not None]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"the level {', '.join(sorted(twice))} stands twice")
        bands = [one for one in self.levels if one.level is None]
        if bool(bands) != (self.kind == "number"):
            raise ValueError("bands go with `kind: number`, and only with it")
        ends = [None, *(one.below for one in bands)]
        starts = [*(one.from_ for one in bands), None]
        rising = [end for end in ends[1:-1] if end is not None]
        if bands and (ends != starts or any(b <= a for a, b in pairwise(rising))):
            raise ValueError(
                "the bands must rise and meet, the first from null, the last below null"
            )
        return self

    @property
    def as_levels(self) -> Levels:
        """The levels themselves."""
        return Levels(
            kind=self.kind,
            levels=tuple(one.as_level for one in self.levels),
            pooled=self.pooled,
        )


class CutPart(Part):
    """What a threshold at this score keeps."""

    score: int
    leads_kept: Share
    customers_kept: Share
    close_rate_at_or_above: Share


class SweepPart(CutPart):
    """One step of the sweep over all scores."""

    close_rate_below: Share | None
    lift: FiniteFloat


class ThresholdPart(CutPart):
    """The threshold: leads with this score or more pass."""

    rule: ThresholdRule
    future_customers_below: Share | None = None
    future_customers_below_95: Share | None = None
    alternatives: dict[str, CutPart]


class FindingPart(Part):
    """A remark that the reader of the card should weigh."""

    code: str
    severity: Literal["info", "warning"]
    says: str
    fix: str


class Scorecard(Part):
    """Points for every level, the threshold, and the evidence for both.

    Examples
    --------
    ``Scorecard.load("scorecard.yaml").score(frame)`` scores new leads;
    ``card.save("scorecard.yaml")`` writes the file.
    """

    schema_: Literal["calibrate/scorecard/1"] = Field("calibrate/scorecard/1", alias="schema")
    name: str
    made: MadePart
    cohort: CohortPart
    overall: OverallPart
    points: CardPointsPart
    missing: tuple[str, ...] = Field((), description="Texts that stand for nothing.")
    attributes: tuple[CardAttributePart, ...]
    threshold: ThresholdPart
    sweep: tuple[SweepPart, ...]
    findings: tuple[FindingPart, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> Scorecard:
        """Read a scorecard file.

        Raises
        ------
        ScorecardError
            When it is missing, is no scorecard, is damaged, or is of a newer version; every
            problem is listed.
        """
        text = read_text(Path(path), what="a scorecard", error=ScorecardError)
        return cls.from_yaml(text, where=str(path))

    @classmethod
    def from_yaml(cls, text: str, *, where: str = "scorecard") -> Scorecard:
        """Read a scorecard from its YAML text; `where` names it in messages."""
        document = read_yaml(text, where=where, error=ScorecardError)
        return validated(cls, document, where=where, error=ScorecardError)

    def to_yaml(self) -> str:
        """Write the card as YAML: the same card is always the same bytes."""
        return yaml_text(_document(self))

    def save(self, path: str | Path) -> Path:
        """Write the card to a file, whole or not at all."""
        return write_whole(Path(path), self.to_yaml())

    def score(self, leads: pd.DataFrame | str | Path) -> pd.DataFrame:
        """Score leads.

        Parameters
        ----------
        leads : DataFrame or path
            Any leads table with the card's columns; the outcome is not needed.

        Returns
        -------
        DataFrame
            ``score`` (int), ``passes`` (bool) and ``reasons`` (str), one row a lead in the order
            and with the index given; ``.attrs["unseen"]`` counts values on no level of the card.

        Raises
        ------
        ScorecardError
            When a column that earns points is not there.
        """
        import pandas as pd

        table = open_table(leads)
        scored = self.score_table(table)
        index = None if isinstance(leads, str | Path) else leads.index
        frame = pd.DataFrame(
            {
                "score": scored.scores,
                "passes": scored.scores >= self.threshold.score,
                "reasons": list(scored.reasons),
            },
            index=index,
        )
        frame.attrs["unseen"] = {name: count for name, (count, _) in scored.unseen.items()}
        return frame

    def score_table(self, table: Table) -> ScoredLeads:
        """Score a table that is open already."""
        scoring = self.scoring
        lacking = [one.column for one in scoring.columns if one.column not in table.columns]
        if lacking:
            problems = tuple(
                f"`{name}` is not there ({did_you_mean(name, list(table.columns))})"
                for name in lacking
            )
            raise ScorecardError(
                f"{table.where} lacks columns that the card gives points for: "
                f"{'; '.join(problems)}. Add or rename them.",
                problems,
            )
        columns: dict[str, Column] = {
            one.column: table.columns[one.column].without(self.missing) for one in scoring.columns
        }
        return score_columns(scoring, columns, table.rows)

    @property
    def scoring(self) -> Scoring:
        """What scoring needs of the card."""
        parts = (
            ColumnPoints(
                column=one.name,
                levels=one.as_levels,
                points=tuple(level.points for level in one.levels),
                otherwise=one.otherwise,
            )
            for one in self.attributes
        )
        return Scoring(
            base=self.points.base, columns=tuple(part for part in parts if any(part.points))
        )

    def to_frame(self) -> pd.DataFrame:
        """Give the card as used: one row a level, with points, leads, close rate and lift."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "attribute": attribute.name,
                    "level": level.as_level.label,
                    "points": level.points,
                    "leads": level.evidence.leads,
                    "close_rate": level.evidence.close_rate,
                    "lift": level.evidence.lift,
                    "verdict": level.evidence.verdict,
                    "why": level.why,
                }
                for attribute in self.attributes
                for level in attribute.levels
            ]
        )

    def __repr__(self) -> str:
        earning = sum(any(level.points for level in one.levels) for one in self.attributes)
        return (
            f"Scorecard({self.name}: {earning} attributes earn points, base {self.points.base}, "
            f"threshold {self.threshold.score})"
        )

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return str(
            self.to_frame().to_html(
                escape=True, index=False, na_rep="", float_format="{:.3g}".format
            )
        )


def make_scorecard(
    *,
    name: str,
    leads: Leads,
    counts: Counts,
    evidence: Evidence,
    points: Points,
    score_table: ScoreTable,
    threshold: Threshold,
    made: MadePart,
    findings: tuple[Finding, ...],
) -> Scorecard:
    """Bring the results of one run together as a card, every number rounded as the file has it."""
    low, high = evidence.overall.interval
    return Scorecard(
        name=name,
        made=made,
        cohort=CohortPart(
            from_=leads.first,
            to=leads.last,
            leads=counts.leads,
            customers=counts.customers,
            window_days=leads.window_days,
            left_out=dict(leads.left_out),
        ),
        overall=OverallPart(
            close_rate=significant(evidence.overall.close_rate),
            interval=(significant(low), significant(high)),
            all_leads=leads.total,
            all_customers=leads.total_customers,
            plain_close_rate=significant(leads.total_customers / leads.total),
        ),
        points=CardPointsPart(
            **points.settings.model_dump(exclude={"points_per_unit"}),
            base=points.base,
            multiplier=points.multiplier,
        ),
        missing=leads.spec.missing,
        attributes=tuple(
            _attribute_part(one, given)
            for one, given in zip(evidence.attributes, points.attributes, strict=True)
        ),
        threshold=_threshold_part(threshold),
        sweep=tuple(_sweep_part(cut) for cut in score_table.sweep()),
        findings=tuple(
            FindingPart(code=one.code, severity=one.severity, says=one.says, fix=one.fix)
            for one in findings
        ),
    )


def _attribute_part(evidence: AttributeEvidence, points: AttributePoints) -> CardAttributePart:
    return CardAttributePart(
        name=evidence.name,
        kind=evidence.levels.kind,
        group=evidence.group,
        unit=evidence.unit,
        m=evidence.m,
        pooled=evidence.levels.pooled,
        otherwise=points.otherwise,
        levels=tuple(
            _level_part(level, given)
            for level, given in zip(evidence.evidence, points.given, strict=True)
        ),
    )


def _level_part(one: LevelEvidence, given: LevelPoints) -> LevelPart:
    overridden = given.why is not None
    return LevelPart(
        level=one.level.text,
        members=one.level.members,
        from_=one.level.low,
        below=one.level.below,
        points=given.points,
        earned=given.earned if overridden else None,
        why=given.why,
        value=given.value,
        adjusted=given.adjusted or None,
        evidence=EvidencePart(
            leads=one.leads,
            customers=one.customers,
            close_rate=significant(one.close_rate),
            close_rate_interval=_rounded(one.close_rate_interval),
            lift=significant(one.lift),
            lift_interval=_rounded(one.lift_interval),
            p_value=None if one.p_value is None else significant(one.p_value),
            q_value=None if one.q_value is None else significant(one.q_value),
            test=one.test,
            shrunken_close_rate=significant(one.shrunken_close_rate),
            verdict=one.verdict,
        ),
    )


def _rounded(ends: tuple[float, float]) -> tuple[float, float]:
    return significant(ends[0]), significant(ends[1])


def _cut_values(cut: Cut) -> dict[str, Any]:
    return {
        "score": cut.score,
        "leads_kept": significant(cut.leads_kept),
        "customers_kept": significant(cut.customers_kept),
        "close_rate_at_or_above": significant(cut.close_rate_at_or_above),
    }


def _sweep_part(cut: Cut) -> SweepPart:
    below = cut.close_rate_below
    return SweepPart(
        **_cut_values(cut),
        close_rate_below=None if below is None else significant(below),
        lift=significant(cut.lift),
    )


def _threshold_part(threshold: Threshold) -> ThresholdPart:
    below, bound = threshold.future_customers_below, threshold.future_customers_below_95
    return ThresholdPart(
        **_cut_values(threshold.cut),
        rule=threshold.rule,
        future_customers_below=None if below is None else significant(below),
        future_customers_below_95=None if bound is None else significant(bound),
        alternatives={
            name: CutPart(**_cut_values(cut)) for name, cut in threshold.alternatives.items()
        },
    )


def _document(card: Scorecard) -> dict[str, Any]:
    """Lay the card out for the file: one line for what belongs together, keys in fixed order."""
    plain = card.model_dump(by_alias=True)
    document: dict[str, Any] = {"schema": CARD_SCHEMA, "name": plain["name"]}
    for key in ("made", "cohort", "overall", "points"):
        document[key] = _flow(plain[key])
    if plain["missing"]:
        document["missing"] = FlowList(plain["missing"])
    document["attributes"] = [_attribute_document(one) for one in plain["attributes"]]
    document["threshold"] = _flow(
        {"rule": plain["threshold"]["rule"]}
        | {key: v for key, v in plain["threshold"].items() if not key.startswith("future") or v}
    )
    document["sweep"] = [_flow(cut) for cut in plain["sweep"]]
    if plain["findings"]:
        document["findings"] = list(plain["findings"])
    return document


def _attribute_document(attribute: Mapping[str, Any]) -> dict[str, Any]:
    document = {key: value for key, value in attribute.items() if key != "levels"}
    document = {key: value for key, value in document.items() if value not in (None, ())}
    if "pooled" in document:
        document["pooled"] = FlowList(document["pooled"])
    return document | {"levels": [_level_document(level) for level in attribute["levels"]]}


def _level_document(level: Mapping[str, Any]) -> dict[str, Any]:
    is_band = level["level"] is None
    named = {key: value for key, value in level.items() if value not in (None, ())}
    if not is_band:
        return {key: _flow(value) for key, value in named.items()}
    ends = {key: _edge(level[key]) for key in ("from", "below")}
    return Flow(ends | {key: _flow(value) for key, value in named.items() if key not in ends})


def _edge(value: float | None) -> float | int | None:
    """Write 29.0 as 29: an edge reads as it stands in the leads."""
    return int(value) if value is not None and value.is_integer() else value


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        return Flow({key: _flow(part) for key, part in value.items()})
    if isinstance(value, tuple | list):
        return FlowList(_flow(part) for part in value)
    return value
