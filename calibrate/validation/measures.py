"""What later leads say of a score: how it ranks, what it foretold, what the threshold kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import ColumnPoints, Ints
from calibrate.engines.judging import Flags
from calibrate.policy.rated import Rated
from calibrate.policy.standing import standing_names
from calibrate.scorecard import Scorecard
from calibrate.scores import ScoreTable
from calibrate.scoring import ScoredLeads
from calibrate.stats.calibration import (
    Recalibration,
    brier_reference,
    brier_score,
    calibration_intercept,
    calibration_slope,
)
from calibrate.stats.changes import rate_changes
from calibrate.stats.delong import PairedAuc, auc_interval, paired_auc
from calibrate.stats.intervals import Z_95, wilson
from calibrate.stats.promise import kept_promise
from calibrate.stats.rising import Rising, rising
from calibrate.validation.tallied import Tallied

_ALPHA = 0.05
BANDS = 10
"""The range of scores is shown in so many parts of equal width."""

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Whether leads closed as often as the card foretold by their score.

    Attributes
    ----------
    intercept, slope : Recalibration or None
        0 and 1 are right; None where there is no finite one.
    brier : float
        Mean squared distance of the rate foretold from what came.
    brier_overall : float
        The same, had the overall rate of the card been foretold to every lead.
    """

    intercept: Recalibration | None
    slope: Recalibration | None
    brier: float
    brier_overall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a threshold kept of later leads whose points decide.

    Attributes
    ----------
    score : int
    above, below : Rated
        Leads at or above it, and under it.
    promised : float
        The share of customers it was to keep, in [0, 1].
    promised_by : int
        Customers among the leads that taught, on whom the promise rests.
    """

    score: int
    above: Rated
    below: Rated
    promised: float
    promised_by: int

    @property
    def leads_kept(self) -> float:
        """Share of leads at or above, in [0, 1]."""
        return self.above.leads / (self.above.leads + self.below.leads)

    @property
    def customers_kept(self) -> float:
        """Share of customers at or above, in [0, 1]."""
        return self.above.customers / (self.above.customers + self.below.customers)

    @property
    def customers_interval(self) -> Ends:
        """The 95 % Wilson interval of that share."""
        low, high = wilson(self.above.customers, self.above.customers + self.below.customers)
        return float(low), float(high)

    @property
    def kept_promise(self) -> bool:
        """Whether Wilson's interval of the share kept holds the promise, or lies above it."""
        customers = self.above.customers + self.below.customers
        return kept_promise(self.above.customers, customers, self.promised) is not False

    @property
    def broke_promise(self) -> bool:
        """Whether it did not, and not by luck: the promise too was made on a draw of customers."""
        then = round(self.promised * self.promised_by)
        customers = self.above.customers + self.below.customers
        p_values, _ = rate_changes([then], [self.promised_by], [self.above.customers], [customers])
        return not self.kept_promise and bool(p_values[0] <= _ALPHA)


def rated_ranges(table: ScoreTable, starts: Sequence[int], names: Sequence[str]) -> list[Rated]:
    """Give leads and customers by range of scores; what lies below the first is in it."""
    places = np.maximum(np.searchsorted(starts, table.scores, side="right") - 1, 0)
    leads, customers = (
        np.bincount(places, weights=part, minlength=len(starts)).astype(int).tolist()
        for part in (table.leads, table.customers)
    )
    return [
        Rated(name=name, leads=n, customers=x)
        for name, n, x in zip(names, leads, customers, strict=True)
    ]


def tiers_of(card: Scorecard, table: ScoreTable) -> tuple[Rated, ...]:
    """Give leads and customers by tier of the card, the lowest first."""
    starts, names = [one.from_ for one in card.tiers], [one.name for one in card.tiers]
    return tuple(rated_ranges(table, starts, names)) if starts else ()


def bands_of(card: Scorecard, table: ScoreTable) -> tuple[Rated, ...]:
    """Give leads and customers by tenth of the range of scores, those without leads left out."""
    scores = [*table.scores, *(one.score for one in card.sweep)]
    low, high = min(scores), max(scores)
    step = max(1, math.ceil((high - low) / BANDS))
    starts = list(range(low, max(high, low + 1), step))
    names = [
        f"{start} to {min(start + step - 1, high) if start + step < high else high}"
        for start in starts
    ]
    return tuple(one for one in rated_ranges(table, starts, names) if one.leads)


def rising_of(parts: Sequence[Rated]) -> Rising:
    """Say whether the close rate rises over tiers or bands."""
    return rising([one.customers for one in parts], [one.leads for one in parts])


def foretold_of(card: Scorecard, table: ScoreTable) -> Foretold | None:
    """Hold what the card foretold against what came; None for a card without close rates."""
    if card.probability is None:
        return None
    predicted = card.close_rates(table.scores)
    counts = table.leads, table.customers
    return Foretold(
        intercept=calibration_intercept(predicted, *counts),
        slope=calibration_slope(predicted, *counts),
        brier=brier_score(predicted, *counts),
        brier_overall=brier_reference(*counts, overall=card.overall.close_rate),
    )


def kept_of(card: Scorecard, table: ScoreTable) -> Kept:
    """Say what the card's threshold kept."""
    score = card.threshold.score
    passes = [one >= score for one in table.scores]
    above = Rated(
        name="above",
        leads=sum(n for n, on in zip(table.leads, passes, strict=True) if on),
        customers=sum(x for x, on in zip(table.customers, passes, strict=True) if on),
    )
    below = Rated(
        name="below",
        leads=sum(table.leads) - above.leads,
        customers=sum(table.customers) - above.customers,
    )
    return Kept(
        score=score,
        above=above,
        below=below,
        promised=promise_of(card),
        promised_by=sum(card.score_table_taught.customers),
    )


def expected_auc(card: Scorecard) -> tuple[float, float]:
    """Give the AUC that a card should have on leads it has not seen, and its standard error.

    The cross-validated one; of a card that does not say it, that on its own leads.
    """
    if card.auc is None:
        table = card.score_table_taught
        own = auc_interval(table.leads, table.customers)
        return own.auc, (own.high - own.low) / (2 * Z_95)
    low, high = card.auc.interval
    known = card.auc.cross_validated
    return card.auc.fit if known is None else known, (high - low) / (2 * Z_95)


def promise_of(card: Scorecard) -> float:
    """Give the share of customers that the card's threshold is to keep, in [0, 1].

    The lowest customer keeps all that taught the card, and of c future ones one in c + 1 falls
    below it all the same.
    """
    below = card.threshold.future_customers_below
    return card.threshold.customers_kept if below is None else 1 - below


def unit_points(card: Scorecard) -> tuple[ColumnPoints, ...]:
    """Make every level with points worth 1 or -1, and a value never seen 0.

    Notes
    -----
    Source: Dawes (1979), American Psychologist 34, 571-582: equal weights are hard to beat.
    """
    by_name = {one.name: one for one in card.attributes}
    return tuple(
        replace(
            part,
            points=tuple(int(np.sign(level.value)) for level in by_name[part.column].levels),
            otherwise=0,
        )
        for part in card.scoring.columns
    )


def unit_weights(card: Scorecard, scored: ScoredLeads) -> Ints:
    """Give the score that leads would have by `unit_points`."""
    total = np.zeros(len(scored.scores), dtype=np.int64)
    for column, part in enumerate(unit_points(card)):
        total += np.array([*part.points, part.otherwise])[scored.places[:, column]]
    return total


def against(old: npt.ArrayLike, new: npt.ArrayLike, customer: Flags) -> PairedAuc:
    """Test two scores of the same leads against each other."""
    return paired_auc(old, new, np.ones(len(customer)), customer)


def standings_of(card: Scorecard, tallied: Tallied) -> list[Rated]:
    """Give leads and customers by what decides about them; none for a card without a policy."""
    if not card.standings:
        return []
    named = standing_names(card.vetoes, card.gates)
    found = {name: tallied.rated(name, tallied.standing == code) for code, name in named.items()}
    return [found[one.standing] for one in card.standings if one.standing in found]
