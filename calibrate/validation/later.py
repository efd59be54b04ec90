"""What leads set aside said of the card that did not learn from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from calibrate.holdout import SetAside
from calibrate.policy.rated import Rated
from calibrate.present.numbers import significant
from calibrate.scorecard.parts import LaterPart
from calibrate.validation.result import Validation


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """Who taught a card, and who judged it.

    Attributes
    ----------
    rule : str
        By which leads were set aside: ``until 2026-03-31``, or ``last:0.5`` of the rows.
    until : date or None
        The last day of leads that taught; None where rows stand for time.
    taught, judged : Rated
        Leads and customers on either side.
    refitted : bool
        Whether those that judged taught the card too, after the verdict.
    """

    rule: str
    until: dt.date | None
    taught: Rated
    judged: Rated
    refitted: bool


def holdout_of(aside: SetAside, found: Validation, *, refitted: bool) -> Holdout:
    """Say who taught the card that was judged, and who judged it."""
    return Holdout(
        rule=aside.rule,
        until=aside.until,
        taught=found.then,
        judged=found.now,
        refitted=refitted,
    )


def later_part(found: Validation, *, refitted: bool) -> LaterPart:
    """Give what a card remembers of the verdict, every number rounded as the file has it."""
    return LaterPart(
        verdict=found.verdict,
        from_=found.jury.first,
        to=found.jury.last,
        leads=found.now.leads,
        customers=found.now.customers,
        auc=significant(found.auc.auc),
        interval=(significant(found.auc.low), significant(found.auc.high)),
        expected=significant(found.expected_auc),
        refitted=refitted or None,
        reasons=found.reasons,
    )
