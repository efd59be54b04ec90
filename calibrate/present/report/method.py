"""How this card was made and what it cannot tell, in plain words with the numbers of this run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.present.later import holdout_sentence
from calibrate.present.numbers import (
    count_text,
    ends_text,
    percent_text,
    points_text,
    share_text,
)
from calibrate.present.summary import level_rows
from calibrate.stability import REPLICATES
from calibrate.threshold import rule_name

if TYPE_CHECKING:
    from calibrate.pipeline import Calibration

_SURE = 0.975
"""Of resamples: points that keep their sign less often could as well have the other."""
_FEW = 100
"""Customers: with fewer, much of a card is luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A heading, and what is said under it."""

    name: str
    says: str


def method(run: Calibration) -> tuple[Told, ...]:
    """Tell step by step how the card came about."""
    steps = (
        ("Who is counted", _counted(run)),
        ("What is compared", _compared(run)),
        ("What counts as evidence", _evidence(run)),
        ("How evidence becomes points", _points(run)),
        ("How sure the points are", _sure(run)),
        ("How well the score ranks", _ranks(run)),
        ("Where the threshold lies", _threshold(run)),
    )
    return tuple(Told(name=name, says=says) for name, says in steps)


def limits(run: Calibration) -> tuple[str, ...]:
    """Say what the card cannot tell."""
    customers = run.evidence.overall.customers
    says = [
        "The card knows what went with closing, not what made leads close: changing an answer does "
        "not make a customer.",
        "It learned from leads as they were worked. If sales called some kinds of leads more "
        "often, part of their close rate is that work.",
        "It knows the columns of this table and nothing else, and leads that come from elsewhere "
        "may behave otherwise.",
    ]
    if run.validation is None:
        says.insert(
            0,
            "No later leads have judged it. All numbers of this report but the cross-validated AUC "
            "come from the leads that taught the card, which flatters it.",
        )
    if run.holdout is not None and run.holdout.refitted:
        says.insert(
            0,
            "The later leads judged a card that had not learned from them. Then they taught this "
            "one too, so nobody has judged it as it stands.",
        )
    if customers < _FEW:
        says.append(
            f"{count_text(customers)} customers are few: a handful of other deals would have made "
            f"another card."
        )
    if run.leads.window_days is None:
        says.append(
            "Without creation and close dates every lead counts alike, those too young to have "
            "closed included."
        )
    return tuple(says)


def _counted(run: Calibration) -> str:
    leads, overall = run.leads, run.evidence.overall
    says = f"{count_text(overall.leads)} leads taught the card"
    if leads.first and leads.last:
        says += f", created {leads.first} to {leads.last}"
    if run.holdout is not None:
        says += f". {holdout_sentence(run.holdout)[:-1]}"
    if leads.window_days is None:
        return f"{says}. Customers are those that the outcome column says."
    return (
        f"{says}. A lead is a customer if it closed within {leads.window_days} days; a younger one "
        f"is not counted, since nobody knows yet."
    )


def _compared(run: Calibration) -> str:
    rows, tried = level_rows(run), run.evidence.attributes
    pooled = sum(len(one.levels.pooled) for one in tried)
    says = (
        f"{count_text(len(tried))} attributes with {count_text(len(rows))} levels. Each level's "
        f"close rate stands against the {percent_text(run.evidence.overall.close_rate)} of all "
        f"leads; the ratio is its lift."
    )
    if pooled:
        says += f" {count_text(pooled)} values on too few leads were put together as (other)."
    return says


def _evidence(run: Calibration) -> str:
    found = run.evidence
    tested = sum(row.evidence.p_value is not None for row in level_rows(run))
    awarded = sum(row.evidence.verdict in ("raises", "lowers") for row in level_rows(run))
    return (
        f"Among many levels some look good by luck. So an attribute has to pass a test of its own "
        f"first, which {count_text(len(found.screening.selected))} of "
        f"{count_text(len(found.attributes))} did, and its levels are then tested with all that "
        f"was tried taken into account: {count_text(awarded)} of {count_text(tested)} differ from "
        f"the rest. Of such verdicts at most {percent_text(found.q_max, 0)} are to be false."
    )


def _points(run: Calibration) -> str:
    points, settings = run.points, run.points.settings
    shared = sum(one.overlap.factor < 1 and any(one.points) for one in points.attributes)
    says = (
        f"The value of a level says how far its close rate lies from the overall one: measure "
        f"{settings.measure}, from {settings.estimate} close rates, award {settings.award}. "
    )
    if settings.estimate == "shrunken":
        says += "Shrunken means: the fewer leads, the closer to overall. "
    if settings.overlap:
        says += (
            f"What two attributes both tell is paid once: {count_text(shared)} are paid only a "
            f"part of their value. "
        )
    return (
        f"{says}Points are that, times {share_text(points.multiplier)}, in whole numbers. With the "
        f"base of {points.base}, scores can run from {points.lowest} to {points.highest}."
    )


def _sure(run: Calibration) -> str:
    stable = [row.stable for row in level_rows(run) if row.stable and row.points.points]
    doubtful = sum(one.keeps_sign < _SURE for one in stable)
    says = (
        f"The leads were drawn anew {count_text(REPLICATES)} times, and the points made from each "
        f"draw: under the points stands where 95 % of the draws put them."
    )
    if not stable:
        return says
    return (
        f"{says} Of {count_text(len(stable))} levels with points, "
        f"{count_text(doubtful) if doubtful else 'none'} could as well have the other sign."
    )


def _ranks(run: Calibration) -> str:
    part = run.scorecard.auc
    says = (
        f"Take a customer and another lead by chance: the customer has the higher score in "
        f"{percent_text(run.score_table.auc)} of cases, ties counting half (AUC "
        f"{share_text(run.score_table.auc)}; 50 % is a coin), on the leads that taught the card."
    )
    if part is None or part.cross_validated is None:
        return says
    return f"{says} On leads that each card had not seen it is {share_text(part.cross_validated)}."


def _threshold(run: Calibration) -> str:
    found = run.threshold
    says = f"{found.score} points, by the rule {rule_name(found.rule)}{ends_text(found.interval)}."
    if found.interval is not None:
        says += " The range is where it would lie on other draws of leads (95 %)."
    if found.future_customers_below is not None and run.may_fall_below:
        says += (
            f" It is the lowest score that a customer had, so it hangs on one lead: of future "
            f"customers about {percent_text(found.future_customers_below)} will score lower, at "
            f"most {percent_text(found.future_customers_below_95)} with 95 % confidence."
        )
    by_hand = [
        f"{row.attribute}: {row.evidence.level.label} {points_text(row.points.points)}"
        for row in level_rows(run)
        if row.points.why
    ]
    return f"{says} Points set by hand: {'; '.join(by_hand)}." if by_hand else says
