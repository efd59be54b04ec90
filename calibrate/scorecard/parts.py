"""The parts of a scorecard file: what may stand in it, and what must fit together."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from calibrate.documents import Integer, Part
from calibrate.leads import Recipe
from calibrate.levels import Kind, Level, Levels, fold
from calibrate.probability import Method, Probability
from calibrate.spec import (
    Award,
    EventsPart,
    Group,
    JoinPart,
    Measure,
    OutcomePart,
    ThresholdRule,
)

Ends = tuple[FiniteFloat, FiniteFloat]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Whole = Annotated[Integer, Field(ge=0)]


class MadePart(Part):
    """What made the card."""

    by: str = Field(description="Program and version.")
    as_of: dt.date | None = Field(None, description="The day the data were taken.")
    leads: str = Field(description="Name of the leads table.")
    fingerprint: str = Field(description="sha256 of the leads table.")
    spec: str = Field(description="sha256 of the spec as used.")


class SetAsidePart(Part):
    """Counted leads that did not teach the card, but judged it."""

    rule: str = Field(description="By which they were chosen.")
    leads: Whole
    customers: Whole


class CohortPart(Part):
    """The leads that taught the card."""

    from_: dt.date | None = Field(None, alias="from")
    to: dt.date | None = None
    leads: Whole
    customers: Whole
    window_days: Integer | None = None
    left_out: dict[str, Whole] = Field(description="Leads not counted, by reason.")
    set_aside: SetAsidePart | None = Field(None, description="Counted leads that judged the card.")


class LaterPart(Part):
    """What leads said of the card that were set aside to judge it."""

    verdict: Literal["ready", "caution", "not ready"]
    from_: dt.date | None = Field(None, alias="from")
    to: dt.date | None = None
    leads: Whole
    customers: Whole
    auc: Share
    interval: Ends
    expected: Share = Field(description="The AUC that was to be expected.")
    refitted: Literal[True] | None = Field(
        None, description="After this verdict these leads taught the card too."
    )
    reasons: tuple[str, ...]


class WithheldPart(Part):
    """An attribute that may not earn points, since it was probably known only after the deal."""

    attribute: str
    auc: Share = Field(description="How well it ranks the outcome alone.")
    why: str


class ReadsPart(Part):
    """What scoring has to read beside the columns of the leads table themselves."""

    id: str | None = None
    created: str | None = None
    day_first: bool | None = None
    join: tuple[JoinPart, ...] = ()
    repeated: Literal["first", "last"] | None = None
    outcome: OutcomePart | None = None
    columns: dict[str, tuple[str, str]] = Field(
        default_factory=dict, description="For joined columns: file, and name there."
    )
    events: EventsPart | None = None


class OverallPart(Part):
    """The close rate everything is held against."""

    close_rate: Share
    interval: Ends
    all_leads: Whole = Field(description="Leads in the table, counted or not.")
    all_customers: Whole = Field(description="Customers among them.")
    plain_close_rate: Share = Field(description="Customers by all leads: the published arithmetic.")


class AucPart(Part):
    """How well the score ranks the leads whose points decide."""

    fit: Share = Field(description="On the leads that taught the card: too hopeful.")
    interval: Ends = Field(description="Of `fit`, by DeLong.")
    cross_validated: Share | None = Field(
        None, description="Over five folds, each ranked by points that the others made."
    )


class CardPointsPart(Part):
    """How the points were made."""

    measure: Measure
    estimate: Literal["shrunken", "raw"]
    award: Award
    overlap: bool
    scale: Literal["0-100", "points"]
    q_max: FiniteFloat
    band_alpha: FiniteFloat | None = Field(
        None, description="Of merging bands; not in the earliest cards, whose bands are quantiles."
    )
    max_bands: Integer | None = None
    max_attributes: Integer | None = None
    caps: dict[Group, Whole] = Field(
        default_factory=dict, description="Most points that a group may add."
    )
    damping: bool | None = Field(
        None, description="Whether levels kept earlier points unless they moved."
    )
    base: Integer = Field(description="What every lead starts from.")
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


class StabilityPart(Part):
    """What 2 000 resamples of the leads make of a level's points."""

    interval: Ends = Field(description="95 % of the resampled points, before rounding.")
    keeps_sign: Share = Field(description="Share of resamples with the same sign.")


class LevelPart(Part):
    """One level of a card: a value by name, or a band of numbers."""

    level: str | None = Field(None, description="A value, (missing) or (other); none for a band.")
    members: tuple[str, ...] = Field((), description="Values grouped under this name.")
    from_: FiniteFloat | None = Field(None, alias="from", description="In the band; null: no end.")
    below: FiniteFloat | None = Field(None, description="Not in the band; null: no end.")
    points: Integer
    earned: Integer | None = Field(
        None, description="What the evidence gives, where overridden or kept."
    )
    why: str | None = Field(None, description="The reason of an override.")
    kept: Literal[True] | None = Field(
        None, description="The points are those of the earlier card, for the level has not moved."
    )
    value: FiniteFloat = Field(description="The measure; 0 where no points were awarded.")
    adjusted: Literal[-1, 1] | None = Field(
        None, description="Correction of the rounding, so that the range is exactly 100."
    )
    key: Literal[True] | None = Field(
        None, description="Most customers did this before closing, and more of them than of others."
    )
    stability: StabilityPart | None = Field(None, description="Where points were awarded.")
    evidence: EvidencePart

    @property
    def as_level(self) -> Level:
        """The level itself."""
        return Level(text=self.level, members=self.members, low=self.from_, below=self.below)


class TestPart(Part):
    """The attribute as a whole: stage 1, and descriptions that decide nothing."""

    chi_square: FiniteFloat
    df: Whole
    p_value: Share
    min_expected: FiniteFloat
    cramers_v: FiniteFloat
    information_value: FiniteFloat
    simes_p: Share = Field(description="Of stage 1; on it the selection rests.")
    selected: bool


class CardAttributePart(Part):
    """One attribute of a card."""

    name: str
    kind: Kind
    made_from: Recipe | None = Field(None, description="How it is made, if it is no column.")
    group: Group
    unit: str | None = None
    decimal_comma: bool | None = Field(
        None, description="Whether commas in its texts are decimal ones; else thousands' ones."
    )
    m: FiniteFloat = Field(description="Leads at the overall rate mixed into every level.")
    pooled: tuple[str, ...] = Field((), description="Values too rare to stand alone.")
    test: TestPart | None = Field(None, description="Not in the earliest cards.")
    overlap_factor: Annotated[FiniteFloat, Field(ge=0)] = Field(
        1.0, description="Share of the values that is paid; 1 is independent evidence."
    )
    otherwise: Integer = Field(description="Points of a value never seen.")
    levels: tuple[LevelPart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _levels_fit_together(self) -> Self:
        names = [fold(one.level) for one in self.levels if one.level is not None]
        twice = [name for name, times in Counter(names).items() if times > 1]
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
            decimal_comma=self.decimal_comma,
        )


class CutPart(Part):
    """What a threshold at this score keeps."""

    score: Integer
    leads_kept: Share
    customers_kept: Share
    close_rate_at_or_above: Share


class RuleCutPart(CutPart):
    """What the threshold of a rule keeps, and how far it would move."""

    interval: tuple[Integer, Integer] | None = Field(
        None, description="95 % interval of the score, points made anew in every resample."
    )

    @model_validator(mode="after")
    def _ends_rise(self) -> Self:
        if self.interval is not None and self.interval[0] > self.interval[1]:
            raise ValueError("the interval's ends must rise")
        return self


class SweepPart(CutPart):
    """One step of the sweep over all scores."""

    close_rate_below: Share | None
    lift: FiniteFloat


class ThresholdPart(RuleCutPart):
    """The threshold: leads with this score or more pass."""

    rule: ThresholdRule
    future_customers_below: Share | None = None
    future_customers_below_95: Share | None = None
    alternatives: dict[str, RuleCutPart]


class RatedPart(Part):
    """Leads together, and how often they close."""

    leads: Whole
    customers: Whole
    close_rate: Share | None = None
    interval: Ends | None = None


class StandingPart(RatedPart):
    """Leads that a veto or a gate keeps out, that must be contacted, or whose points decide."""

    standing: str


class MustContactLevelPart(Part):
    """A level whose leads go to sales whatever their score."""

    attribute: str
    level: str | None = Field(None, description="A value; none for a band.")
    from_: FiniteFloat | None = Field(None, alias="from")
    below: FiniteFloat | None = None
    close_rate: Share
    interval: Ends

    @property
    def label(self) -> str:
        """The level in words."""
        return Level(text=self.level, low=self.from_, below=self.below).label


class TierPart(RatedPart):
    """A range of scores with a name, up to where the next begins."""

    name: str
    from_: Integer = Field(alias="from", description="The lowest score in it.")
    action: str | None = None
    within_hours: Whole | None = None


class GradePart(RatedPart):
    """A quarter of fit by a quarter of engagement."""

    grade: str


class GridPart(Part):
    """Fit by engagement."""

    fit: tuple[Integer, ...] = Field(description="Lowest fit of A, B and C.")
    engagement: tuple[Integer, ...] = Field(description="Lowest engagement of 1, 2 and 3.")
    cells: tuple[GradePart, ...]


class ProbabilityRowPart(Part):
    """The close rate of one score."""

    score: Integer
    close_rate: Share
    interval: tuple[Share, Share]

    @model_validator(mode="after")
    def _rate_is_in_its_interval(self) -> Self:
        if not self.interval[0] <= self.close_rate <= self.interval[1]:
            raise ValueError(
                f"the close rate {self.close_rate:g} of the score {self.score} is not in its "
                f"interval, {self.interval[0]:g} to {self.interval[1]:g}"
            )
        return self


class ProbabilityPart(Part):
    """How often leads of a score close."""

    method: Method = Field(description="A line of the log-odds, or steps that rise.")
    table: tuple[ProbabilityRowPart, ...] = Field(
        min_length=1, description="By score; between two rows the lower one holds."
    )

    @model_validator(mode="after")
    def _scores_and_rates_rise(self) -> Self:
        for one, next_one in pairwise(self.table):
            if next_one.score <= one.score:
                raise ValueError(f"the scores must rise, and {next_one.score} follows {one.score}")
            if next_one.close_rate < one.close_rate:
                raise ValueError(
                    f"the close rates must not fall, and {next_one.close_rate:g} of the score "
                    f"{next_one.score} follows {one.close_rate:g} of {one.score}"
                )
        return self

    @property
    def as_probability(self) -> Probability:
        """The table itself."""
        return Probability(
            method=self.method,
            scores=tuple(one.score for one in self.table),
            close_rates=tuple(one.close_rate for one in self.table),
            lows=tuple(one.interval[0] for one in self.table),
            highs=tuple(one.interval[1] for one in self.table),
        )


class FindingPart(Part):
    """A remark that the reader of the card should weigh."""

    code: str
    severity: Literal["info", "warning"]
    says: str
    fix: str
