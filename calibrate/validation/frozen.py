"""Scores as they were given at the time, judged by what became of the same leads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.dates import Times
from calibrate.earlier import Earlier, plain_id
from calibrate.engines.base import BY_POINTS
from calibrate.engines.judging import Flags
from calibrate.errors import Finding, LeadsError
from calibrate.policy.rated import Rated
from calibrate.present.numbers import count_text
from calibrate.scorecard import Scorecard
from calibrate.scorecard.scored import stamps
from calibrate.scores import ScoreTable, tally_rows
from calibrate.scoring import ScoredLeads
from calibrate.stats.delong import AucInterval, PairedAuc, auc_interval
from calibrate.validation.judging import Jury
from calibrate.validation.measures import Kept, against, kept_of

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """How the scores given at the time did.

    Attributes
    ----------
    name : str
        Of the file.
    table : ScoreTable
        Of leads whose points decided at the time.
    passed, stopped : Rated
        Leads that passed at the time, and all others.
    unknown, closed_before : int
        Leads that judge and are not in the file; that had closed by the day they were scored.
    scored_on : tuple of str
        The days on which they were scored; empty where the file does not say.
    auc : AucInterval
        Of the scores of the time.
    now : PairedAuc
        These (`old`) against what the card gives the same leads today (`new`).
    kept : Kept
        What the card's threshold kept of these scores.
    lowest_customer : int
        The published rule on these scores: the lowest among customers.
    lowest_keeps : float
        Share of leads with that score or more, in [0, 1].
    findings : tuple of Finding
    """

    name: str
    table: ScoreTable
    passed: Rated
    stopped: Rated
    unknown: int
    closed_before: int
    scored_on: tuple[str, ...]
    auc: AucInterval
    now: PairedAuc
    kept: Kept
    lowest_customer: int
    lowest_keeps: float
    findings: tuple[Finding, ...]


def frozen_of(
    card: Scorecard, earlier: Earlier, jury: Jury, scored: ScoredLeads, names: list[str]
) -> Frozen:
    """Judge scores of the time.

    Parameters
    ----------
    card : Scorecard
        Its threshold is the one that was published.
    earlier : Earlier
    jury : Jury
    scored : ScoredLeads
        The same table by the card, as of now.
    names : list of str
        What the leads of the table are called.

    Raises
    ------
    LeadsError
        When a lead was scored twice, no lead is found again, or all of them have one outcome.
    """
    found = np.array([earlier.rows.get(plain_id(name), -1) for name in names], dtype=np.int64)
    known = jury.rows & (found >= 0)
    if not known.any():
        raise LeadsError(_no_overlap(earlier, names))
    late = known & _closed_before(earlier, jury, found)
    judged = known & ~late
    customer = jury.outcome.customer
    passed = earlier.passed[found]
    decides = judged & _decided(earlier)[found] & (scored.standing == BY_POINTS)
    _check(earlier, customer[decides], int(late.sum()))
    scores = earlier.scores[found]
    table = tally_rows(scores[decides], customer[decides])
    lowest = int(scores[decides & customer].min())
    return Frozen(
        name=earlier.table.name,
        table=table,
        passed=_rated("passed", judged & passed, customer),
        stopped=_rated("did not pass", judged & ~passed, customer),
        unknown=int((jury.rows & (found < 0)).sum()),
        closed_before=int(late.sum()),
        scored_on=_days(earlier),
        auc=auc_interval(table.leads, table.customers),
        now=against(scores[decides], scored.scores[decides], customer[decides]),
        kept=kept_of(card, table),
        lowest_customer=lowest,
        lowest_keeps=float((scores[decides] >= lowest).mean()),
        findings=_other_card(card, earlier),
    )


def _rated(name: str, rows: Flags, customer: Flags) -> Rated:
    return Rated(name=name, leads=int(rows.sum()), customers=int((rows & customer).sum()))


def _no_overlap(earlier: Earlier, names: list[str]) -> str:
    theirs = next(iter(earlier.rows), "")
    ours = next((name for name in names if name.strip()), "")
    return (
        f"{earlier.table.where}: none of the {count_text(earlier.table.rows)} leads scored there "
        f"is among those that judge the card. Ids look like `{theirs[:40]}` there and like "
        f"`{ours[:40]}` here; only leads created after those that taught the card judge it."
    )


def _check(earlier: Earlier, customer: Flags, closed_before: int) -> None:
    leads, customers = len(customer), int(customer.sum())
    if not 0 < customers < leads:
        what = "none has become a customer" if not customers else "all have become customers"
        before = f" ({count_text(closed_before)} more had closed by the day they were scored)"
        raise LeadsError(
            f"{earlier.table.where}: of {count_text(leads)} leads scored there that can be judged "
            f"by their points {what}{before if closed_before else ''}, so they cannot judge the "
            f"scores. Wait until outcomes are known."
        )


def _decided(earlier: Earlier) -> Flags:
    """Say whose points decided at the time: neither kept out nor must-contact."""
    decided = np.ones(len(earlier.scores), dtype=np.bool_)
    for name in ("gate", "must_contact"):
        texts = earlier.texts(name)
        if texts is not None:
            decided &= np.array([not text.strip() for text in texts])
    return decided


def _closed_before(earlier: Earlier, jury: Jury, found: npt.NDArray[np.int64]) -> Flags:
    """Say which leads had closed by the end of the day on which they were scored."""
    outcome = jury.outcome
    days = [_day(text) for text in earlier.texts("scored_on") or ()]
    if not days or outcome.created is None or outcome.days_to_close is None:
        return np.zeros(len(found), dtype=np.bool_)
    scored_on: Times = np.array(days, "datetime64[D]")[found].astype("datetime64[s]")
    until_scored = (scored_on + _DAY - outcome.created) / _DAY
    return np.asarray(outcome.days_to_close < until_scored)


def _day(text: str) -> str:
    """Give a day as numpy reads it; NaT, which is before nothing, for what is none."""
    try:
        return dt.date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError:
        return "NaT"


def _days(earlier: Earlier) -> tuple[str, ...]:
    found = {_day(text) for text in earlier.texts("scored_on") or ()}
    return tuple(sorted(found - {"NaT"}))


def _other_card(card: Scorecard, earlier: Earlier) -> tuple[Finding, ...]:
    made_by = sorted({text for text in earlier.texts("scored_by") or () if text.strip()})
    if not made_by:
        return ()
    if made_by == [stamps(card, dt.date.min)["scored_by"]]:
        return ()
    return (
        Finding(
            code="scored-by-another-card",
            severity="warning",
            says=f"The scores of `{earlier.table.name}` were given by `{made_by[0][:60]}`, not by "
            f"this card (`{card.name} {card.fingerprint}`): the threshold of one is held against "
            f"scores of the other.",
            fix="Judge them with the card that gave them.",
        ),
    )
