"""Bring the results of one run together as a scorecard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from calibrate.behaviours import BehaviourRecipe
from calibrate.counts import Counts
from calibrate.errors import Finding
from calibrate.evidence import AttributeEvidence, Evidence, LevelEvidence
from calibrate.keys import key_behaviours
from calibrate.leads import Attribute, Leads
from calibrate.points import AttributePoints, LevelPoints, Points
from calibrate.policy import Decision, MustContact, Rated, Tier
from calibrate.present.numbers import significant
from calibrate.probability import Probability
from calibrate.recipes import columns_of
from calibrate.scorecard.card import Scorecard
from calibrate.scorecard.parts import (
    AucPart,
    CardAttributePart,
    CardPointsPart,
    CohortPart,
    EvidencePart,
    FindingPart,
    GradePart,
    GridPart,
    LevelPart,
    MadePart,
    MustContactLevelPart,
    OverallPart,
    ProbabilityPart,
    ProbabilityRowPart,
    ReadsPart,
    RuleCutPart,
    SetAsidePart,
    StabilityPart,
    StandingPart,
    SweepPart,
    TestPart,
    ThresholdPart,
    TierPart,
    WithheldPart,
)
from calibrate.scores import Cut, ScoreTable
from calibrate.stability import LevelStability, Stability
from calibrate.stats.delong import auc_interval
from calibrate.threshold import Threshold


def make_scorecard(
    *,
    name: str,
    leads: Leads,
    counts: Counts,
    evidence: Evidence,
    points: Points,
    stable: Stability,
    decision: Decision,
    cross_validated: float | None,
    made: MadePart,
    findings: tuple[Finding, ...],
) -> Scorecard:
    """Bring the results of one run together as a card, every number rounded as the file has it."""
    keys = {one.name for one in key_behaviours(leads, evidence)}
    return Scorecard(
        name=name,
        made=made,
        cohort=_cohort_part(leads, counts),
        overall=_overall_part(leads, evidence),
        points=CardPointsPart(
            **points.settings.model_dump(exclude={"points_per_unit"}),
            base=points.base,
            multiplier=points.multiplier,
        ),
        missing=leads.spec.missing,
        reads=_reads_part(leads),
        withheld=tuple(
            WithheldPart(attribute=one.name, auc=significant(one.auc), why=one.why)
            for one in leads.withheld
        ),
        attributes=tuple(
            _attribute_part(*parts, attribute=attribute, is_key=attribute.name in keys)
            for parts, attribute in zip(
                zip(evidence.attributes, points.attributes, stable, strict=True),
                leads.attributes,
                strict=True,
            )
        ),
        **_policy_parts(decision, leads),
        threshold=_threshold_part(decision.threshold),
        auc=_auc_part(decision.deciding, cross_validated),
        probability=_probability_part(decision.probability),
        sweep=tuple(_sweep_part(cut) for cut in decision.deciding.sweep()),
        findings=tuple(map(finding_part, findings)),
    )


def finding_part(one: Finding) -> FindingPart:
    """Give a remark as it stands in the card."""
    return FindingPart(code=one.code, severity=one.severity, says=one.says, fix=one.fix)


def _cohort_part(leads: Leads, counts: Counts) -> CohortPart:
    return CohortPart(
        from_=leads.first,
        to=leads.last,
        leads=counts.leads,
        customers=counts.customers,
        window_days=leads.window_days,
        left_out=dict(leads.left_out),
        set_aside=_set_aside_part(leads),
    )


def _overall_part(leads: Leads, evidence: Evidence) -> OverallPart:
    return OverallPart(
        close_rate=significant(evidence.overall.close_rate),
        interval=_rounded(evidence.overall.interval),
        all_leads=leads.total,
        all_customers=leads.total_customers,
        plain_close_rate=significant(leads.total_customers / leads.total),
    )


def _set_aside_part(leads: Leads) -> SetAsidePart | None:
    if leads.aside is None:
        return None
    rows = leads.aside.rows
    return SetAsidePart(
        rule=leads.aside.rule,
        leads=leads.outcome.leads(rows),
        customers=leads.outcome.leads(rows & leads.outcome.customer),
    )


def _policy_parts(decision: Decision, leads: Leads) -> dict[str, Any]:
    """Give the card what stands above the points, and what comes of it."""
    policy, grid = decision.policy, decision.grid
    return {
        "vetoes": policy.vetoes,
        "gates": policy.gates,
        "must_contact": tuple(_must_contact_part(one) for one in policy.must_contact),
        "standings": ()
        if policy.is_empty
        else tuple(
            StandingPart(standing=one.name, **_rated(one)) for one in decision.standings.each
        ),
        "size_prefix": leads.spec.size_prefix,
        "tiers": tuple(_tier_part(one) for one in decision.tiers),
        "grid": None
        if grid is None
        else GridPart(
            fit=grid.fit,
            engagement=grid.engagement,
            cells=tuple(GradePart(grade=one.name, **_rated(one)) for one in grid.cells),
        ),
    }


def _must_contact_part(one: MustContact) -> MustContactLevelPart:
    found = one.evidence
    return MustContactLevelPart(
        attribute=one.attribute,
        level=found.level.text,
        from_=found.level.low,
        below=found.level.below,
        close_rate=significant(found.close_rate),
        interval=_rounded(found.close_rate_interval),
    )


def _tier_part(tier: Tier) -> TierPart:
    follow_up = tier.follow_up
    return TierPart(
        name=tier.name,
        from_=tier.start,
        action=None if follow_up is None else follow_up.action,
        within_hours=None if follow_up is None else follow_up.hours,
        **_rated(tier),
    )


def _rated(one: Rated) -> dict[str, Any]:
    rate, interval = one.close_rate, one.interval
    return {
        "leads": one.leads,
        "customers": one.customers,
        "close_rate": None if rate is None else significant(rate),
        "interval": None if interval is None else _rounded(interval),
    }


def _reads_part(leads: Leads) -> ReadsPart:
    """Say which columns name a lead and its day, and what is read beside the leads table."""
    spec = leads.spec
    return ReadsPart(
        id=spec.leads.id,
        created=spec.leads.created,
        day_first=spec.day_first,
        join=spec.join,
        repeated=spec.repeated,
        outcome=spec.outcome,
        columns={name: leads.joined[name] for name in _sources(leads) if name in leads.joined},
        events=spec.events,
    )


def _sources(leads: Leads) -> list[str]:
    """Name the columns that the attributes are, or are made from."""
    found: dict[str, None] = {}
    for one in leads.attributes:
        if one.recipe is None:
            found[one.name] = None
        elif not isinstance(one.recipe, BehaviourRecipe):
            found |= dict.fromkeys(columns_of(one.recipe))
    return list(found)


def _attribute_part(
    evidence: AttributeEvidence,
    points: AttributePoints,
    stable: Sequence[LevelStability | None],
    *,
    attribute: Attribute,
    is_key: bool,
) -> CardAttributePart:
    return CardAttributePart(
        name=evidence.name,
        kind=evidence.levels.kind,
        made_from=attribute.recipe,
        group=evidence.group,
        unit=evidence.unit,
        decimal_comma=evidence.levels.decimal_comma,
        m=evidence.m,
        pooled=evidence.levels.pooled,
        test=_test_part(evidence),
        overlap_factor=points.overlap.factor,
        otherwise=points.otherwise,
        levels=tuple(
            _level_part(*parts, is_key=is_key and parts[0].level.text == "yes")
            for parts in zip(evidence.evidence, points.given, stable, strict=True)
        ),
    )


def _test_part(evidence: AttributeEvidence) -> TestPart:
    found = evidence.association
    return TestPart(
        chi_square=significant(found.chi_square),
        df=found.df,
        p_value=significant(found.p_value),
        min_expected=significant(found.min_expected),
        cramers_v=significant(found.cramers_v),
        information_value=significant(found.information_value),
        simes_p=significant(evidence.screened.p_value),
        selected=evidence.screened.selected,
    )


def _level_part(
    one: LevelEvidence, given: LevelPoints, stable: LevelStability | None, *, is_key: bool
) -> LevelPart:
    overridden = given.why is not None
    return LevelPart(
        level=one.level.text,
        members=one.level.members,
        from_=one.level.low,
        below=one.level.below,
        points=given.points,
        earned=given.earned if overridden or given.kept else None,
        why=given.why,
        kept=given.kept or None,
        value=given.value,
        adjusted=given.adjusted or None,
        key=True if is_key else None,
        stability=None
        if stable is None
        else StabilityPart(
            interval=_rounded((stable.low, stable.high)), keeps_sign=significant(stable.keeps_sign)
        ),
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
        interval=threshold.interval,
        rule=threshold.rule,
        future_customers_below=None if below is None else significant(below),
        future_customers_below_95=None if bound is None else significant(bound),
        alternatives={
            name: RuleCutPart(**_cut_values(cut), interval=threshold.intervals.get(name))
            for name, cut in threshold.alternatives.items()
        },
    )


def _auc_part(deciding: ScoreTable, cross_validated: float | None) -> AucPart | None:
    found = auc_interval(deciding.leads, deciding.customers)
    if math.isnan(found.auc):
        return None
    return AucPart(
        fit=significant(found.auc),
        interval=_rounded((found.low, found.high)),
        cross_validated=None if cross_validated is None else significant(cross_validated),
    )


def _probability_part(probability: Probability) -> ProbabilityPart:
    columns = (
        probability.scores,
        probability.close_rates,
        zip(probability.lows, probability.highs, strict=True),
    )
    return ProbabilityPart(
        method=probability.method,
        table=tuple(
            ProbabilityRowPart(score=score, close_rate=rate, interval=interval)
            for score, rate, interval in zip(*columns, strict=True)
        ),
    )
