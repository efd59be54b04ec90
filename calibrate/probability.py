"""How often leads of a score close: a close rate with its interval for every score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from calibrate.present.numbers import percent_text, significant
from calibrate.scores import ScoreTable
from calibrate.shown import AsTable
from calibrate.stats.intervals import Z_95, wilson
from calibrate.stats.isotonic import pool_falling
from calibrate.stats.logistic import LogisticFit, fit_logistic, overlap_of_scores

if TYPE_CHECKING:
    import pandas as pd

FOLDS, REPEATS = 5, 10
SEED = 20260101
ENOUGH_TO_CHOOSE = 10
"""With fewer customers, or fewer others, the methods are not compared: there is too little."""

Method = Literal["isotonic", "logistic"]
Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probability(AsTable):
    """The close rate of every score.

    Attributes
    ----------
    method : str
        ``logistic``: the log-odds are a straight line of the score. ``isotonic``: the rate rises
        in steps, and nothing else is assumed.
    scores : tuple of int
        The scores that leads had, rising.
    close_rates : tuple of float
        Per score, in [0, 1], nowhere falling; six significant digits.
    lows, highs : tuple of float
        95 % interval of the close rate.
    """

    method: Method
    scores: tuple[int, ...]
    close_rates: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]

    def at(self, scores: npt.ArrayLike) -> Floats:
        """Give the close rate of any scores.

        A score between two rows has the rate of the row below it, one under the lowest row that
        of the lowest.

        Parameters
        ----------
        scores : array_like of int, shape (n,)

        Returns
        -------
        ndarray of float, shape (n,)

        Examples
        --------
        >>> found = fit_probability(ScoreTable(scores=(10, 20), leads=(4, 4), customers=(0, 4)))
        >>> found.at([5, 10, 19, 20, 99]).tolist()
        [0.0, 0.0, 0.0, 1.0, 1.0]
        """
        asked, first, last = np.asarray(scores, np.int64), self.scores[0], self.scores[-1]
        if last - first < asked.size:  # for many leads each score is looked up once
            return self._looked_up(np.arange(first, last + 1))[np.clip(asked, first, last) - first]
        return self._looked_up(asked)

    def _looked_up(self, scores: Whole) -> Floats:
        rows = np.searchsorted(np.array(self.scores), scores, side="right") - 1
        return np.array(self.close_rates)[np.maximum(rows, 0)]

    def to_frame(self) -> pd.DataFrame:
        """Give the table, one row a score."""
        import pandas as pd

        return pd.DataFrame(
            {
                "score": self.scores,
                "close_rate": self.close_rates,
                "close_rate_low": self.lows,
                "close_rate_high": self.highs,
            }
        )

    def __repr__(self) -> str:
        ends = [
            f"{score} points close in {percent_text(rate)}"
            for score, rate in zip(self.scores, self.close_rates, strict=True)
        ]
        return f"Probability({self.method}: {', '.join(dict.fromkeys((ends[0], ends[-1])))})"


def fit_probability(table: ScoreTable) -> Probability:
    """Find the close rate of every score, by the method that foretells better.

    Parameters
    ----------
    table : ScoreTable
        What `tally_scores` gave.

    Returns
    -------
    Probability

    Notes
    -----
    **Methods.** ``logistic`` is a logistic regression of the outcome on the score, its interval
    from the covariance of the two coefficients on the scale of log-odds. ``isotonic`` pools
    neighbouring scores until close rates rise, with Wilson's interval for each block; that the
    blocks were chosen by the outcome is not in the interval.

    **Choice.** Both are taught on four fifths of the leads and judged by their log loss on the
    fifth, ten times over. Leads of a score differ in nothing but the outcome, so counts are
    enough: each lead falls into a fold by chance, seeded. Isotonic is taken where it foretells
    better by more than one standard error of the difference (the rule of Breiman et al. 1984);
    at less than that the smooth line is kept. So it is, unjudged, with fewer than ten customers
    or ten others. A line is no choice where it has no finite slope (all customers score above all
    others, or there is one score), or does not rise.

    A judged block without customers, or of customers only, foretells with half a lead of the other
    kind added: nobody would bet everything on it.

    Examples
    --------
    Odds of 1/3, 1 and 3: ten points more are three times the odds.

    >>> table = ScoreTable(scores=(10, 20, 30), leads=(400, 400, 400), customers=(100, 200, 300))
    >>> found = fit_probability(table)
    >>> found
    Probability(logistic: 10 points close in 25.0 %, 30 points close in 75.0 %)
    >>> found.at([19, 20]).tolist()
    [0.25, 0.5]
    """
    leads, customers = np.array(table.leads), np.array(table.customers)
    design = _design(table)
    fit = _rising_line(design, leads, customers)
    if fit is None or _steps_foretell_better(design, leads, customers):
        return _found("isotonic", table, _steps(leads, customers))
    return _found("logistic", table, _line(fit, design))


def _found(method: Method, table: ScoreTable, values: tuple[Floats, Floats, Floats]) -> Probability:
    rates, lows, highs = (_rounded(part) for part in values)
    return Probability(
        method=method, scores=table.scores, close_rates=rates, lows=lows, highs=highs
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    """Round as the card's file has it, so that a card read back gives the same rates."""
    return tuple(significant(value) for value in values.tolist())


def _design(table: ScoreTable) -> Floats:
    """Give the scores a mean of 0 and about unit size, beside a column of ones."""
    scores, leads = np.array(table.scores, dtype=float), np.array(table.leads, dtype=float)
    centred = scores - (scores * leads).sum() / leads.sum()
    spread = float(np.sqrt((centred**2 * leads).sum() / leads.sum()))
    return np.column_stack([np.ones(len(scores)), centred / (spread or 1.0)])


def _rising_line(design: Floats, leads: Whole, customers: Whole) -> LogisticFit | None:
    """Fit the line, where there is one that rises."""
    if not overlap_of_scores(design[:, 1], leads, customers):
        return None
    fit = fit_logistic(design, leads, customers)
    return fit if fit.coefficients[1] > 0 else None


def _line(fit: LogisticFit, design: Floats) -> tuple[Floats, Floats, Floats]:
    linear, half = fit.linear(design), Z_95 * fit.error(design)
    rates, lows, highs = (
        np.exp(-np.logaddexp(0.0, -one)) for one in (linear, linear - half, linear + half)
    )
    return rates, lows, highs


def _steps(leads: Whole, customers: Whole) -> tuple[Floats, Floats, Floats]:
    blocks = pool_falling(leads.tolist(), customers.tolist())
    n, x = np.bincount(blocks, leads), np.bincount(blocks, customers)
    lows, highs = wilson(x, n)
    return (x / n)[blocks], lows[blocks], highs[blocks]


def _steps_foretell_better(design: Floats, leads: Whole, customers: Whole) -> bool:
    """Say whether steps beat the line by more than a standard error on leads not seen."""
    kinds = np.stack([customers, leads - customers])
    if kinds.sum(axis=1).min() < ENOUGH_TO_CHOOSE:
        return False
    rng = np.random.default_rng(SEED)
    gains = np.zeros(kinds.shape)
    for _ in range(REPEATS):
        held = np.moveaxis(rng.multinomial(kinds, [1 / FOLDS] * FOLDS), -1, 1)
        gains += (_gains(design, kinds[:, None, :] - held) * held).sum(axis=1)
    gains /= REPEATS * np.maximum(kinds, 1)  # of a lead of this score and outcome, on average
    total = kinds.sum()
    mean = (gains * kinds).sum() / total
    error = np.sqrt(((gains - mean) ** 2 * kinds).sum()) / total
    return bool(mean > error)


def _gains(design: Floats, taught: Whole) -> Floats:
    """Give the log loss that steps save against the line, of a customer and of another lead.

    Parameters
    ----------
    design : ndarray of float, shape (s, 2)
    taught : ndarray of int, shape (2, folds, s)
        Customers and others that teach, by fold.

    Returns
    -------
    ndarray of float, shape (2, folds, s)
        0 in a fold whose leads allow no rising line: there it would have been steps as well.
    """
    customers, leads = taught[0], taught.sum(axis=0)
    gains = np.zeros(taught.shape)
    has_line = np.flatnonzero(overlap_of_scores(design[:, 1], leads, customers))
    if not len(has_line):
        return gains
    fit = fit_logistic(design, leads[has_line], customers[has_line])
    linear = fit.linear(design)
    line = -np.logaddexp(0.0, np.stack([-linear, linear]))
    for place, fold in enumerate(has_line):
        if fit.coefficients[place, 1] > 0:
            rates = _bet(leads[fold], customers[fold])
            gains[:, fold] = np.log(np.stack([rates, 1 - rates])) - line[:, place]
    return gains


def _bet(leads: Whole, customers: Whole) -> Floats:
    blocks = pool_falling(leads.tolist(), customers.tolist())
    n, x = np.bincount(blocks, leads), np.bincount(blocks, customers)
    rates = np.where((x == 0) | (x == n), (x + 0.5) / (n + 1), x / n)
    return np.asarray(rates[blocks], np.float64)
