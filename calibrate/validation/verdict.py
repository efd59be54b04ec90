"""Ready, caution or not ready: the verdict of later leads, in a salesperson's words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from calibrate.policy.rated import Rated
from calibrate.present.numbers import count_text, lift_text, percent_text
from calibrate.stats.changes import rate_changes
from calibrate.stats.delong import AucInterval
from calibrate.stats.intervals import Z_95
from calibrate.stats.rising import Rising
from calibrate.threshold import KEEPS_ALMOST_ALL
from calibrate.validation.measures import Kept

Verdict = Literal["ready", "caution", "not ready"]

CHANCE = 0.5
MOST_LOST = 0.05
"""An AUC so far under the one that was to be expected is another card's."""
MOST_MOVED = 2.0
"""An overall rate that moved by a larger factor belongs to other leads."""
ENOUGH = 50
"""With fewer later customers DeLong's interval is too narrow to say *ready*."""
_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the verdict rests on.

    Attributes
    ----------
    auc : AucInterval
        Later leads.
    expected : float
        The AUC that was to be expected, in [0, 1].
    expected_se : float
        Its standard error: the leads that taught are a draw as well.
    then, now : Rated
        Overall, of the leads that taught and of those that judge.
    tiers : Rising
    kept : Kept
    customers : int
        Of those that judge and whose points decide.
    is_later : bool
    scores : int
        Different scores among them.
    frozen : AucInterval or None
        Of the scores given at the time.
    frozen_kept : Kept or None
    """

    auc: AucInterval
    expected: float
    expected_se: float
    then: Rated
    now: Rated
    tiers: Rising
    kept: Kept
    customers: int
    is_later: bool
    scores: int
    frozen: AucInterval | None = None
    frozen_kept: Kept | None = None


def verdict_of(case: Case) -> tuple[Verdict, tuple[str, ...]]:
    """Give the verdict and its reasons.

    Parameters
    ----------
    case : Case

    Returns
    -------
    verdict : {"ready", "caution", "not ready"}
        *not ready* when the AUC's interval reaches 0.5, when the AUC lies more than 0.05 under the
        one to be expected and farther than luck takes two such AUCs apart, or when the overall
        rate moved by a factor of more than 2 and not by luck; *ready* when none of these, tiers
        rise, the threshold keeps its promise, and at least 50 later customers say so; *caution*
        otherwise.
    reasons : tuple of str
        Of the verdict; those for *ready* where nothing speaks against it.
    """
    against = [
        *_no_better_than_chance(case),
        *_worse_than_expected(case),
        *_rate_moved(case, by_luck=False),
    ]
    doubts = [
        *_not_later(case),
        *_few_customers(case),
        *_rate_moved(case, by_luck=True),
        *_flat_tiers(case),
        *_broken_promise(case),
    ]
    if against:
        return "not ready", (*against, *doubts)
    return ("caution", tuple(doubts)) if doubts else ("ready", _holds(case))


def _no_better_than_chance(case: Case) -> list[str]:
    if case.scores == 1:
        return ["Every lead has the same score: there is nothing to rank by."]
    found = [("The score", case.auc)]
    if case.frozen is not None:
        found.append(("The score given at the time", case.frozen))
    return [
        f"{what} does not tell customers from others: {_pairs(one)}; a coin does 50 %."
        for what, one in found
        if one.low <= CHANCE
    ]


def _pairs(one: AucInterval) -> str:
    return (
        f"of a customer and a lead that did not buy, the customer scores higher in "
        f"{percent_text(one.auc)} of pairs (95 %: {percent_text(one.low)} to "
        f"{percent_text(one.high)})"
    )


def _worse_than_expected(case: Case) -> list[str]:
    lost = case.expected - case.auc.auc
    half = (case.auc.high - case.auc.low) / 2
    if lost <= MOST_LOST or lost <= math.hypot(half, Z_95 * case.expected_se):
        return []
    return [
        f"The score ranks these leads worse than it was made to: customers score higher in "
        f"{percent_text(case.auc.auc)} of pairs, and {percent_text(case.expected)} was to be "
        f"expected."
    ]


def _rate_moved(case: Case, *, by_luck: bool) -> list[str]:
    then, now = case.then.close_rate or 0.0, case.now.close_rate or 0.0
    if now <= MOST_MOVED * then and then <= MOST_MOVED * now:
        return []
    p_value = rate_changes(
        [case.then.customers], [case.then.leads], [case.now.customers], [case.now.leads]
    )[0][0]
    if (p_value > _ALPHA) != by_luck:
        return []
    times = lift_text(now / then)
    says = (
        f"Leads close {times} times as often as those that taught the card: {percent_text(now)}, "
        f"then {percent_text(then)}"
    )
    if by_luck:
        return [f"{says}; with so few leads that can be luck."]
    return [f"{says}. These are other leads, or another outcome, than the card was made for."]


def _not_later(case: Case) -> list[str]:
    if case.is_later:
        return []
    return ["Time was not tested: these may be the leads that the card was made from."]


def _few_customers(case: Case) -> list[str]:
    if case.customers >= ENOUGH:
        return []
    return [
        f"Only {count_text(case.customers)} later customers say so; from {ENOUGH} on the intervals "
        f"can be trusted."
    ]


def _flat_tiers(case: Case) -> list[str]:
    if case.tiers.rises or case.scores == 1:
        return []
    return ["Higher tiers do not plainly close more often than lower ones."]


def _broken_promise(case: Case) -> list[str]:
    found = [("The threshold", case.kept), ("At the time the threshold", case.frozen_kept)]
    return [
        f"{what} of {one.score} let more customers go than it promised: it kept "
        f"{percent_text(one.customers_kept)} of them, and {percent_text(one.promised)} was "
        f"promised."
        for what, one in found
        if one is not None and one.broke_promise
    ]


def _holds(case: Case) -> tuple[str, ...]:
    worthless = case.kept.leads_kept > KEEPS_ALMOST_ALL
    return (
        f"The score ranks leads it has not seen about as well as it was made to: "
        f"{_pairs(case.auc)}.",
        "Higher tiers close more often.",
        f"The threshold of {case.kept.score} kept {percent_text(case.kept.customers_kept)} of "
        f"customers, {'as' if case.kept.kept_promise else 'about as'} promised, and "
        f"{percent_text(case.kept.leads_kept)} of leads"
        f"{': it sorts out almost nobody' if worthless else ''}.",
    )
