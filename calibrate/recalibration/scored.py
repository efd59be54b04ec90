"""What both cards make of the new leads: tiers, and which of them ranks better."""

from __future__ import annotations

import numpy as np

from calibrate.engines.base import BY_POINTS, MUST_CONTACT, OUT
from calibrate.engines.judging import Flags
from calibrate.policy.rated import Rated
from calibrate.recalibration.counting import NewLeads, Seen
from calibrate.recalibration.parts import Contest, TierMoves
from calibrate.scorecard import Scorecard
from calibrate.scores import by_score
from calibrate.stats.delong import auc_interval, paired_auc
from calibrate.stats.stability_index import StabilityIndex, stability_index


def passing_of(card: Scorecard, found: NewLeads) -> Rated:
    """Give the leads of now that pass by the old card."""
    return found.rated("pass", found.rows & found.old.passing(card.threshold.score))


def tier_moves(old: Scorecard, new: Scorecard, found: NewLeads) -> TierMoves:
    """Give all leads of the table by tier then and now; by passing for cards without tiers."""
    (old_names, rows), (new_names, columns) = _tiers(old, found.old), _tiers(new, found.new)
    table = np.zeros((len(old_names), len(new_names)), dtype=np.int64)
    np.add.at(table, (rows, columns), found.leads)
    keep_rows, keep_columns = (
        [place for place, total in enumerate(table.sum(axis=axis)) if total] for axis in (1, 0)
    )
    return TierMoves(
        old=tuple(old_names[place] for place in keep_rows),
        new=tuple(new_names[place] for place in keep_columns),
        leads=tuple(tuple(table[row, keep_columns].tolist()) for row in keep_rows),
    )


def _tiers(card: Scorecard, seen: Seen) -> tuple[list[str], Flags]:
    if card.tiers:
        named = [one.name for one in card.tiers]
        starts = [one.from_ for one in card.tiers]
    else:
        named, starts = ["does not pass", "passes"], [card.threshold.score]
        starts = [np.iinfo(np.int64).min, *starts]
    place = np.maximum(np.searchsorted(starts, seen.scores, side="right") - 1, 0) + 2
    place[seen.standing >= OUT] = 0
    place[seen.standing == MUST_CONTACT] = 1
    return ["out", "must contact", *named], place


def score_index(card: Scorecard, found: NewLeads) -> StabilityIndex:
    """Give the stability index of the old score over tenths of the old leads."""
    table = card.score_table_taught
    rows = found.rows & (found.old.standing == BY_POINTS)
    scores = np.array(table.scores)
    shares = np.cumsum(table.leads) / sum(table.leads)
    starts = np.unique(scores[np.searchsorted(shares, np.arange(1, 10) / 10)])
    then, now = (
        np.bincount(np.searchsorted(starts, one, side="right"), leads, minlength=len(starts) + 1)
        for one, leads in ((scores, table.leads), (found.old.scores[rows], found.leads[rows]))
    )
    return stability_index(then, now)


def contest_of(card: Scorecard, found: NewLeads) -> Contest:
    """Judge the old card by later leads, and both by leads that taught neither."""
    later = found.rows & found.old.decides
    table = by_score(found.old.scores[later], found.leads[later], found.customers[later])
    fresh = found.fresh & found.old.decides & found.new.decides
    leads, customers = found.leads[fresh], found.customers[fresh]
    is_told = 0 < int(customers.sum()) < int(leads.sum())
    return Contest(
        old_now=auc_interval(table.leads, table.customers)
        if found.is_later and 0 < sum(table.customers) < sum(table.leads)
        else None,
        expected=expected_auc(card),
        paired=paired_auc(found.old.scores[fresh], found.new.scores[fresh], leads, customers)
        if is_told
        else None,
        leads=int(leads.sum()),
        customers=int(customers.sum()),
    )


def expected_auc(card: Scorecard) -> float | None:
    """Give the AUC to be expected of a card on leads it has not seen; None where it cannot be."""
    if card.auc is None:
        found = card.score_table_taught.auc
        return None if np.isnan(found) else found
    return card.auc.fit if card.auc.cross_validated is None else card.auc.cross_validated
