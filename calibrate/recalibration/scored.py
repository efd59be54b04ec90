"""What both cards make of the new leads: months, tiers, and which of them ranks better."""

from __future__ import annotations

import numpy as np

from calibrate.engines.base import BY_POINTS, MUST_CONTACT, OUT
from calibrate.engines.judging import Flags
from calibrate.policy.rated import Rated
from calibrate.recalibration.counting import NewLeads
from calibrate.recalibration.parts import Contest, Month, TierMoves
from calibrate.scorecard import Scorecard
from calibrate.scores import tally_rows
from calibrate.scoring import ScoredLeads
from calibrate.stats.delong import auc_interval
from calibrate.stats.stability_index import StabilityIndex, stability_index
from calibrate.validation.measures import against


def months_of(found: NewLeads, old: Flags, new: Flags) -> tuple[Month, ...]:
    """Give who passes by month of creation, over all counted leads; none without dates.

    Parameters
    ----------
    found : NewLeads
    old, new : ndarray of bool, shape (n,)
        Who passes by either card.
    """
    created = found.outcome.created
    if created is None:
        return ()
    months = created.astype("datetime64[M]")
    counted = found.outcome.counted & ~np.isnat(months)
    made = []
    for month in np.unique(months[counted]):
        rows = counted & (months == month)
        made.append(
            Month(
                name=str(month),
                leads=_rated("all", rows, found),
                passed_old=_rated("old card", rows & old, found),
                passed_new=_rated("new card", rows & new, found),
            )
        )
    return tuple(made)


def _rated(name: str, rows: Flags, found: NewLeads) -> Rated:
    customers = int((rows & found.outcome.customer).sum())
    return Rated(name=name, leads=int(rows.sum()), customers=customers)


def passing_of(card: Scorecard, scored: ScoredLeads, found: NewLeads) -> Rated:
    """Give the leads of now that pass by a card."""
    return _rated("pass", found.rows & scored.passing(card.threshold.score), found)


def tier_moves(old: tuple[Scorecard, ScoredLeads], new: tuple[Scorecard, ScoredLeads]) -> TierMoves:
    """Give all leads of the table by tier then and now; by passing for cards without tiers."""
    (old_names, rows), (new_names, columns) = (_tiers(*one) for one in (old, new))
    table = np.zeros((len(old_names), len(new_names)), dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    keep_rows, keep_columns = (
        [place for place, total in enumerate(table.sum(axis=axis)) if total] for axis in (1, 0)
    )
    return TierMoves(
        old=tuple(old_names[place] for place in keep_rows),
        new=tuple(new_names[place] for place in keep_columns),
        leads=tuple(tuple(table[row, keep_columns].tolist()) for row in keep_rows),
    )


def _tiers(card: Scorecard, scored: ScoredLeads) -> tuple[list[str], Flags]:
    if card.tiers:
        named = [one.name for one in card.tiers]
        starts = [one.from_ for one in card.tiers]
    else:
        named, starts = ["does not pass", "passes"], [card.threshold.score]
        starts = [np.iinfo(np.int64).min, *starts]
    place = np.maximum(np.searchsorted(starts, scored.scores, side="right") - 1, 0) + 2
    place[scored.standing >= OUT] = 0
    place[scored.standing == MUST_CONTACT] = 1
    return ["out", "must contact", *named], place


def score_index(card: Scorecard, scored: ScoredLeads, found: NewLeads) -> StabilityIndex:
    """Give the stability index of the old score over tenths of the old leads."""
    table = card.score_table_taught
    rows = found.rows & (scored.standing == BY_POINTS)
    scores = np.array(table.scores)
    shares = np.cumsum(table.leads) / sum(table.leads)
    starts = np.unique(scores[np.searchsorted(shares, np.arange(1, 10) / 10)])
    then = np.bincount(
        np.searchsorted(starts, scores, side="right"), table.leads, minlength=len(starts) + 1
    )
    now = np.bincount(
        np.searchsorted(starts, scored.scores[rows], side="right"), minlength=len(starts) + 1
    )
    return stability_index(then, now)


def contest_of(
    old: tuple[Scorecard, ScoredLeads], new: tuple[Scorecard, ScoredLeads], found: NewLeads
) -> Contest:
    """Judge the old card by later leads, and both by leads that taught neither."""
    decides = old[1].standing == BY_POINTS
    later = found.rows & decides
    table = tally_rows(old[1].scores[later], found.outcome.customer[later])
    expected = expected_auc(old[0])
    fresh = found.fresh & decides & (new[1].standing == BY_POINTS)
    customer = found.outcome.customer[fresh]
    is_told = 0 < int(customer.sum()) < len(customer)
    return Contest(
        old_now=auc_interval(table.leads, table.customers)
        if found.is_later and 0 < sum(table.customers) < sum(table.leads)
        else None,
        expected=expected,
        paired=against(old[1].scores[fresh], new[1].scores[fresh], customer) if is_told else None,
        leads=len(customer),
        customers=int(customer.sum()),
    )


def expected_auc(card: Scorecard) -> float | None:
    """Give the AUC to be expected of a card on leads it has not seen; None where it cannot be."""
    if card.auc is None:
        found = card.score_table_taught.auc
        return None if np.isnan(found) else found
    return card.auc.fit if card.auc.cross_validated is None else card.auc.cross_validated
