"""Tiers: names for ranges of scores, and how often the leads of each close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calibrate.errors import Finding, SpecError, did_you_mean
from calibrate.points import Points
from calibrate.policy.rated import Rated
from calibrate.present.numbers import percent_text
from calibrate.probability import Probability
from calibrate.rules import FollowUpPart, TierRatePart, Tiers
from calibrate.scores import ScoreTable
from calibrate.spec import Spec

FIFTHS = ("top fifth", "second fifth", "third fifth", "fourth fifth", "bottom fifth")
BUYING_STAGES = {"awareness": 0, "interest": 26, "evaluation": 51, "decision": 76}
"""Four buying stages on the scale 0-100: to 25, 26-50, 51-75, 76-100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Rated):
    """A range of scores with a name, and those in it whose points decide.

    Attributes
    ----------
    start : int
        The lowest score in it.
    follow_up : FollowUpPart or None
    """

    start: int
    follow_up: FollowUpPart | None = None


def make_tiers(
    spec: Spec, points: Points, table: ScoreTable, probability: Probability
) -> tuple[tuple[Tier, ...], tuple[Finding, ...]]:
    """Turn declared tiers into ranges of scores, the lowest first.

    Parameters
    ----------
    spec : Spec
        Its `tiers` and `follow_up`.
    points : Points
        For the scores that can be reached.
    table : ScoreTable
        Of leads whose points decide.
    probability : Probability
        How often they close, by score.

    Returns
    -------
    tuple of Tier, tuple of Finding

    Raises
    ------
    SpecError
        When no lead can reach a tier, tiers overlap, or a follow-up names no tier.

    Notes
    -----
    A tier declared by a close rate begins at the lowest score whose leads close that often, by the
    card's own table of close rates.
    """
    starts, findings = _starts(spec.tiers, points, table, probability)
    problems = [*_out_of_reach(starts, points), *_no_tier(spec, starts)]
    if problems:
        raise SpecError(f"spec: {'; '.join(problems)}", problems)
    rising = sorted(starts.items(), key=lambda one: one[1])
    ends = [*(start for _, start in rising), None][1:]
    tiers = tuple(
        Tier(
            name=name,
            start=start,
            leads=_within(table, table.leads, start, end),
            customers=_within(table, table.customers, start, end),
            follow_up=spec.follow_up.get(name),
        )
        for (name, start), end in zip(rising, ends, strict=True)
    )
    return tiers, findings


def _starts(
    tiers: Tiers, points: Points, table: ScoreTable, probability: Probability
) -> tuple[dict[str, int], tuple[Finding, ...]]:
    if tiers == "fifths":
        return _fifths(table, points.lowest), ()
    if tiers == "buying_stages":
        return dict(BUYING_STAGES), ()
    return _declared(tiers, probability)


def _fifths(table: ScoreTable, lowest: int) -> dict[str, int]:
    """Cut where the share of leads at or above comes nearest to each fifth."""
    sweep = table.sweep()
    cuts = [
        min(sweep, key=lambda cut: (round(abs(cut.leads_kept - part / 5), 12), cut.score)).score
        for part in range(1, 5)
    ]
    starts = [*cuts, table.scores[0]]
    # Where leads share few scores, fifths coincide: the higher name stays.
    fifths = {
        name: start
        for place, (name, start) in enumerate(zip(FIFTHS, starts, strict=True))
        if start not in starts[:place]
    }
    # A later lead may score lower than all that taught the card: it is in the lowest tier too.
    last = min(fifths, key=lambda name: fifths[name])
    return fifths | {last: min(fifths[last], lowest)}


def _declared(
    tiers: Mapping[str, int | TierRatePart], probability: Probability
) -> tuple[dict[str, int], tuple[Finding, ...]]:
    starts: dict[str, int] = {}
    findings = []
    for name, tier in tiers.items():
        start = tier if isinstance(tier, int) else _from_rate(probability, tier.close_rate)
        if start is not None:
            starts[name] = start
        elif isinstance(tier, TierRatePart):
            findings.append(_not_met(name, tier.close_rate))
    return starts, tuple(findings)


def _from_rate(probability: Probability, rate: float) -> int | None:
    """Give the lowest score whose leads close this often."""
    rows = zip(probability.scores, probability.close_rates, strict=True)
    return next((score for score, found in rows if found >= rate), None)


def _within(table: ScoreTable, counts: Sequence[int], start: int, end: int | None) -> int:
    return sum(
        count
        for score, count in zip(table.scores, counts, strict=True)
        if score >= start and (end is None or score < end)
    )


def _out_of_reach(starts: Mapping[str, int], points: Points) -> list[str]:
    if points.lowest == points.highest:  # nothing earns points, which is said elsewhere
        return []
    problems = [
        f"tiers.{name}: no lead can reach {start}; scores run from {points.lowest} to "
        f"{points.highest}"
        for name, start in starts.items()
        if start > points.highest
    ]
    shared = [name for name, start in starts.items() if list(starts.values()).count(start) > 1]
    if shared:
        problems.append(f"tiers: {' and '.join(shared)} begin at the same score")
    return problems


def _no_tier(spec: Spec, starts: Mapping[str, int]) -> list[str]:
    names = list(spec.tiers if isinstance(spec.tiers, dict) else starts)
    return [
        f"follow_up: there is no tier `{name}`; {did_you_mean(name, names)}"
        for name in spec.follow_up
        if name not in names
    ]


def _not_met(name: str, rate: float) -> Finding:
    return Finding(
        code="tier-not-met",
        severity="warning",
        says=f"No score closes in {percent_text(rate)}, so there is no tier `{name}`.",
        fix="Ask for a lower close rate, or declare the tier by its lowest score.",
    )
