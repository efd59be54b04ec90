"""From points and policy to a decision for every lead: standing, threshold, tier, grade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calibrate.engines.base import Scoring
from calibrate.errors import Finding, LeadsError, SpecError
from calibrate.evidence import Evidence
from calibrate.leads import Leads
from calibrate.levels import Levels
from calibrate.points import Points
from calibrate.policy.declared import MustContact, Policy, declared_policy
from calibrate.policy.grid import Grid, make_grid
from calibrate.policy.rated import rated_frame
from calibrate.policy.standing import Standings, with_policy
from calibrate.policy.tiers import Tier, make_tiers
from calibrate.present.numbers import count_text, percent_text
from calibrate.probability import Probability, fit_probability
from calibrate.rules import BY_THEIR_POINTS, SURE
from calibrate.scores import ScoreTable
from calibrate.scoring import scoring_by
from calibrate.shown import AsTable
from calibrate.spec import ThresholdRule
from calibrate.spread import threshold_intervals
from calibrate.threshold import Beside, Threshold, check_reach, choose_threshold, rule_name

if TYPE_CHECKING:
    import pandas as pd

_NOT_OUT = (SURE, BY_THEIR_POINTS)


@dataclass(frozen=True, kw_only=True)
class Decision(AsTable):
    """What is decided about leads, and what it comes to on those that taught the card.

    Attributes
    ----------
    policy : Policy
    scoring : Scoring
        The points, with the policy above them.
    beside : Beside
        How many leads there are beside those whose points decide.
    standings : Standings
    threshold : Threshold
    probability : Probability
        Both over leads whose points decide.
    tiers : tuple of Tier
        The lowest first.
    grid : Grid or None
        Fit by engagement; None where either is the same for all.
    findings : tuple of Finding
    """

    policy: Policy
    scoring: Scoring
    beside: Beside
    standings: Standings
    threshold: Threshold
    probability: Probability
    tiers: tuple[Tier, ...]
    grid: Grid | None
    findings: tuple[Finding, ...]

    @property
    def everyone(self) -> ScoreTable:
        """Leads and customers per score."""
        return self.standings.everyone

    @property
    def deciding(self) -> ScoreTable:
        """The same, of leads whose points decide."""
        return self.standings.deciding

    def to_frame(self) -> pd.DataFrame:
        """Give one row a tier, the lowest first."""
        frame = rated_frame(self.tiers, "tier")
        frame.insert(1, "from", [one.start for one in self.tiers])
        follow_up = [one.follow_up for one in self.tiers]
        frame["action"] = [None if one is None else one.action for one in follow_up]
        return frame

    def __repr__(self) -> str:
        out = sum(one.leads for one in self.standings.each if one.name not in _NOT_OUT)
        return (
            f"Decision(threshold {self.threshold.score} by {rule_name(self.threshold.rule)}, "
            f"{len(self.tiers)} tiers, {count_text(out)} leads out, "
            f"{count_text(self.standings.must_contact)} must be contacted)"
        )

    def with_intervals(self, points: Points, evidence: Evidence, leads: Leads) -> Decision:
        """Say how far the threshold would move, the points made anew in every resample."""
        intervals = threshold_intervals(
            self.threshold,
            points,
            evidence,
            self.deciding,
            leads,
            scoring=self.scoring,
            beside=self.beside,
        )
        return replace(self, threshold=replace(self.threshold, intervals=intervals))


def decide(points: Points, evidence: Evidence, leads: Leads) -> Decision:
    """Put the spec's policy above the points, and choose threshold and tiers.

    Parameters
    ----------
    points : Points
    evidence : Evidence
    leads : Leads
        Those that taught the points.

    Raises
    ------
    SpecError
        When the policy names what is not there, or asks for scores out of reach.
    LeadsError
        When no customer is left whose points decide.
    """
    spec = leads.spec
    check_reach(spec.threshold, points)
    policy = declared_policy(spec, evidence, leads)
    levels = {one.name: one.levels for one in evidence.attributes}
    scoring = with_policy(
        scoring_by(points),
        levels,
        vetoes=policy.vetoes,
        gates=policy.gates,
        must_contact=[
            (one.attribute, _number(levels[one.attribute], one)) for one in policy.must_contact
        ],
    )
    counts = leads.engine.tally_standings(scoring)
    standings = Standings(counts=counts, vetoes=policy.vetoes, gates=policy.gates)
    deciding = standings.deciding
    if not sum(deciding.customers):
        raise LeadsError(_nobody_left(standings))
    _check_reached(spec.threshold, deciding)
    beside = Beside(
        deciding=sum(deciding.leads),
        all_leads=leads.counted,
        must_contact=standings.must_contact,
        leads_a_month=leads.leads_a_month,
    )
    threshold = choose_threshold(deciding, spec.threshold, beside=beside)
    probability = fit_probability(deciding)
    tiers, findings = make_tiers(spec, points, deciding, probability)
    return Decision(
        policy=policy,
        scoring=scoring,
        beside=beside,
        standings=standings,
        threshold=threshold,
        probability=probability,
        tiers=tiers,
        grid=make_grid(counts),
        findings=(
            *policy.findings,
            *_customers_lost(standings, evidence),
            *threshold.findings,
            *findings,
        ),
    )


def _check_reached(rule: ThresholdRule, deciding: ScoreTable) -> None:
    """Refuse a declared threshold that none of the leads reaches: nothing is known of it."""
    if isinstance(rule, int) and len(deciding.scores) > 1 and rule > deciding.scores[-1]:
        raise SpecError(
            f"spec: threshold: none of the leads reaches {rule}; the highest score of those whose "
            f"points decide is {deciding.scores[-1]}"
        )


def _number(levels: Levels, one: MustContact) -> int:
    return levels.levels.index(one.evidence.level)


def _nobody_left(standings: Standings) -> str:
    where = "; ".join(f"{one.name}: {one.customers}" for one in standings.each if one.customers)
    return (
        f"No customer is left whose points decide, so there is no threshold to choose. Customers "
        f"by where they stand: {where}. Loosen the vetoes, gates or `must_contact` of the spec."
    )


def _customers_lost(standings: Standings, evidence: Evidence) -> tuple[Finding, ...]:
    """Remark on vetoes and gates that keep out leads who close as often as any."""
    overall = evidence.overall.close_rate
    lost = [
        one
        for one in standings.each
        if one.name not in _NOT_OUT and one.interval is not None and one.interval[0] >= overall
    ]
    return tuple(
        Finding(
            code="gate-loses-customers",
            severity="warning",
            says=f"`{one.name}` keeps {count_text(one.leads)} leads out, of which "
            f"{percent_text(one.close_rate)} closed, against {percent_text(overall)} overall.",
            fix="Ask sales why it is there, or take it out.",
        )
        for one in lost
    )
