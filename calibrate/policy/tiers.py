"""Tiers: names for ranges of scores, and how often the leads of each close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calibrate.errors import Finding, SpecError, did_you_mean
from calibrate.points import Points
from calibrate.policy.rated import Rated
from calibrate.present.numbers import percent_text
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
    spec: Spec, points: Points, table: ScoreTable
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

    Returns
    -------
    tuple of Tier, tuple of Finding

    Raises
    ------
    SpecError
        When no lead can reach a tier, tiers overlap, or a follow-up names no tier.

    Notes
    -----
    A tier declared by a close rate is filled from the top: it reaches down to the lowest score
    from which its leads, those of higher tiers left out, close that often.
    """
    starts, findings = _starts(spec.tiers, table)
    problems = [*_out_of_reach(starts, points), *_no_tier(spec, starts)]
    if problems:
        raise SpecError(f"spec: {'; '.join(problems)}", problems)
    rising = sorted(starts.items(), key=lambda one: one[1])
    ends = [start for _, start in rising[1:]] + [None]
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


def _starts(tiers: Tiers, table: ScoreTable) -> tuple[dict[str, int], tuple[Finding, ...]]:
    if tiers == "fifths":
        return _fifths(table), ()
    if tiers == "buying_stages":
        return dict(BUYING_STAGES), ()
    return _declared(tiers, table)


def _fifths(table: ScoreTable) -> dict[str, int]:
    """Cut where the share of leads at or above comes nearest to each fifth."""
    sweep = table.sweep()
    cuts = [
        min(sweep, key=lambda cut: (round(abs(cut.leads_kept - part / 5), 12), cut.score)).score
        for part in range(1, 5)
    ]
    starts = [*cuts, table.scores[0]]
    # Where leads share few scores, fifths coincide: the higher name stays.
    return {
        name: start
        for place, (name, start) in enumerate(zip(FIFTHS, starts, strict=True))
        if start not in starts[:place]
    }


def _declared(
    tiers: Mapping[str, int | TierRatePart], table: ScoreTable
) -> tuple[dict[str, int], tuple[Finding, ...]]:
    starts = {name: tier for name, tier in tiers.items() if isinstance(tier, int)}
    by_rate = {name: tier.close_rate for name, tier in tiers.items() if not isinstance(tier, int)}
    findings = []
    for name, rate in sorted(by_rate.items(), key=lambda one: -one[1]):
        above = [start for other, start in starts.items() if _closes_more(other, rate, by_rate)]
        start = _lowest_start(table, rate, below=min(above, default=None))
        if start is None:
            findings.append(_not_met(name, rate))
        else:
            starts[name] = start
    return starts, tuple(findings)


def _closes_more(name: str, rate: float, by_rate: Mapping[str, float]) -> bool:
    return by_rate.get(name, 0.0) > rate


def _lowest_start(table: ScoreTable, rate: float, *, below: int | None) -> int | None:
    """Give the lowest score from which to `below` leads close this often."""
    leads = customers = 0
    found = None
    for score, more, closed in zip(
        reversed(table.scores), reversed(table.leads), reversed(table.customers), strict=True
    ):
        if below is not None and score >= below:
            continue
        leads, customers = leads + more, customers + closed
        if customers >= rate * leads - 1e-9:
            found = score
    return found


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
        says=f"No range of scores closes in {percent_text(rate)}, so there is no tier `{name}`.",
        fix="Ask for a lower close rate, or declare the tier by its lowest score.",
    )
