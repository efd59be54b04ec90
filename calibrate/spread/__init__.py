"""How far a threshold would move on another draw of the leads, the points made anew each time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import SHARDS, Scoring
from calibrate.evidence import Evidence
from calibrate.leads import Leads
from calibrate.points import Points
from calibrate.scores import ScoreTable
from calibrate.scoring import scoring_by
from calibrate.spread.refit import redrawn_points
from calibrate.spread.seats import Seated, seats_of
from calibrate.spread.tallies import retally
from calibrate.threshold import Beside, Threshold, rules_of

REPLICATES = 400
SEED = 20260101
SCORED = 100_000
"""Above so many leads, replicates are scored on a sample of them."""
FEWEST = 10
"""With fewer customers, or fewer others, a resample too often holds none, and nothing is said."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def threshold_intervals(
    threshold: Threshold,
    points: Points,
    evidence: Evidence,
    score_table: ScoreTable,
    leads: Leads,
    *,
    scoring: Scoring | None = None,
    beside: Beside | None = None,
) -> Mapping[str, tuple[int, int]]:
    """Give the 95 % interval of the threshold and of its alternatives.

    Parameters
    ----------
    threshold : Threshold
        The rule used and its alternatives.
    points : Points
    evidence : Evidence
    score_table : ScoreTable
        Of leads whose points decide; without a policy what `tally_scores` gave.
    leads : Leads
        The same leads.
    scoring : Scoring, optional
        With the policy that says whose points decide.
    beside : Beside, optional
        As for `choose_threshold`.

    Returns
    -------
    mapping of str to (int, int)
        By the name of the rule, scores, both ends belonging to it; without `lowest_customer`, for
        the bootstrap of a minimum is inconsistent (Bickel & Freedman 1981, Ann Stat 9, 1196-1217).
        Empty where every lead has the same score, and where fewer than 10 leads closed or fewer
        than 10 did not.

    Notes
    -----
    Percentiles (Efron 1979, Ann Stat 7, 1-26) of `resampled_cuts`, 2.5 % cut off at either end,
    outward to whole points. With 400 resamples chance moves an end by about 0.13 standard
    deviations, and 200 shards tell a standard deviation to 5 %.

    It is the interval of the threshold that the card's own levels would have on very many leads:
    bands, m, and which levels earn points stay those of the card. Another draw of leads may also
    choose other levels, and a card of other levels has another scale.
    """
    cuts = resampled_cuts(
        threshold, points, evidence, score_table, leads, scoring=scoring, beside=beside
    )
    return {
        name: (
            int(np.quantile(found, 0.025, method="lower")),
            int(np.quantile(found, 0.975, method="higher")),
        )
        for name, found in cuts.items()
    }


def resampled_cuts(
    threshold: Threshold,
    points: Points,
    evidence: Evidence,
    score_table: ScoreTable,
    leads: Leads,
    *,
    scoring: Scoring | None = None,
    beside: Beside | None = None,
) -> Mapping[str, Ints]:
    """Resample the leads by shard, make the points anew, and see where each rule then cuts.

    Parameters
    ----------
    threshold, points, evidence, score_table, leads, scoring, beside
        As for `threshold_intervals`.

    Returns
    -------
    mapping of str to ndarray of int
        By the name of the rule, a score a resample. Where no score of a resample meets the rule,
        the one that comes nearest, as in `cut_by`; resamples without customers are left out.

    Notes
    -----
    Shards are groups of leads drawn by the md5 of their id, so sums over resampled shards scatter
    as sums over resampled leads do, at any number of leads and on any engine.

    Above 100 000 leads, those scored are a share ``s``, an equal part of every shard. Their
    weights are drawn in toward 1 by ``sqrt(s)``, so that means over them scatter as means over all
    leads (exchangeable weights: Praestgaard & Wellner 1993, Ann Probab 21, 2053-2086), around
    rates and a tally that are those of all leads.
    """
    customers = evidence.overall.customers
    attributes = seats_of(points, evidence, leads)
    is_too_few = min(customers, evidence.overall.leads - customers) < FEWEST
    if is_too_few or not attributes or len(score_table.scores) == 1:
        return {}
    scoring = scoring or scoring_by(points)
    seated = Seated.of(attributes, evidence.overall, leads, most=SCORED, scoring=scoring)
    apart = _apart(seated.share)
    redrawn = redrawn_points(seated, points, apart)
    tallies = retally(seated, redrawn, points, apart, score_table)
    by_name = {
        name: rule
        for name, rule in rules_of(threshold).items()
        if rule != "lowest_customer" and not isinstance(rule, int)
    }
    beside = beside or Beside(
        deciding=leads.counted, all_leads=leads.counted, leads_a_month=leads.leads_a_month
    )
    return {name: tallies.cuts(rule, beside) for name, rule in by_name.items()}


def _apart(share: float) -> Floats:
    """Give how far each shard's weight lies from 1, drawn in for a sample of the leads."""
    times = np.random.default_rng(SEED).multinomial(
        SHARDS, np.full(SHARDS, 1 / SHARDS), size=REPLICATES
    )
    apart: Floats = np.sqrt(share) * (times - 1.0)
    return apart
