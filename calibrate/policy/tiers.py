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
    starts, findings = _starts(spec.tiers, table, probability, points.lowest)
    problems = [*_off_scale(spec), *_out_of_reach(starts, points), *_no_tier(spec)]
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
    tiers: Tiers, table: ScoreTable, probability: Probability, lowest: int
) -> tuple[dict[str, int], tuple[Finding, ...]]:
    if tiers == "fifths":
        return _fifths(table, lowest), ()
    if tiers == "buying_stages":
        return BUYING_STAGES | {"awareness": min(0, lowest)}, ()
    return _declared(tiers, probability)


def _fifths(table: ScoreTable, lowest: int) -> dict[str, int]:
    """Cut where the share of leads at or above comes nearest to each fifth."""
    sweep = table.sweep()
    cuts = [
        min(sweep, key=lambda cut: (round(abs(cut.leads_kept - part / 5), 12), cut.score)).score
        for part in range(1, 5)
    ]
    # The last takes every score that a lead to come may have.
    starts = [lowest if cut == table.scores[0] else cut for cut in cuts] + [lowest]
    # Where leads share few scores, fifths coincide: the higher name stays.
    return {
        name: start
        for place, (name, start) in enumerate(zip(FIFTHS, starts, strict=True))
        if start not in starts[:place]
    }


def _declared(
    tiers: Mapping[str, int | TierRatePart], probability: Probability
) -> tuple[dict[str, int], tuple[Finding, ...]]:
    starts = {name: tier for name, tier in tiers.items() if isinstance(tier, int)}
    by_rate = {name: tier.close_rate for name, tier in tiers.items() if not isinstance(tier, int)}
    findings = []
    for name, rate in sorted(by_rate.items(), key=lambda one: -one[1]):
        start = _from_rate(probability, rate)
        if start is None:
            findings.append(_not_met(name, f"No score closes in {percent_text(rate)}"))
        elif start in starts.values():
            (other,) = (one for one, taken in starts.items() if taken == start)
            findings.append(
                _not_met(name, f"`{name}` would begin where `{other}` does, at {start}")
            )
        else:
            starts[name] = start
    return starts, (*findings, *_out_of_order(tiers, starts))


def _out_of_order(
    tiers: Mapping[str, int | TierRatePart], starts: Mapping[str, int]
) -> tuple[Finding, ...]:
    """Remark on tiers by score and by close rate that do not come in the order declared."""
    declared = [name for name in tiers if name in starts]
    rising = sorted(declared, key=lambda name: starts[name])
    if declared in (rising, rising[::-1]):
        return ()
    listed = ", ".join(f"`{name}` from {starts[name]}" for name in rising)
    return (
        Finding(
            code="tiers-out-of-order",
            severity="warning",
            says=f"From low to high the tiers are {listed}: not in the order of the spec.",
            fix="Declare all of them by scores, or all by close rates.",
        ),
    )


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
    return [
        f"tiers.{name}: no lead can reach {start}; scores run from {points.lowest} to "
        f"{points.highest}"
        for name, start in starts.items()
        if start > points.highest
    ]


def _off_scale(spec: Spec) -> list[str]:
    if spec.tiers == "buying_stages" and spec.points.scale != "0-100":
        return ["tiers: `buying_stages` go with `scale: 0-100`"]
    return []


def _no_tier(spec: Spec) -> list[str]:
    presets = {"fifths": FIFTHS, "buying_stages": tuple(BUYING_STAGES)}
    names = list(spec.tiers if isinstance(spec.tiers, dict) else presets[spec.tiers])
    return [
        f"follow_up: there is no tier `{name}`; {did_you_mean(name, names)}"
        for name in spec.follow_up
        if name not in names
    ]


def _not_met(name: str, why: str) -> Finding:
    return Finding(
        code="tier-not-met",
        severity="warning",
        says=f"{why}, so there is no tier `{name}`.",
        fix="Ask for another close rate, or declare the tier by its lowest score.",
    )
