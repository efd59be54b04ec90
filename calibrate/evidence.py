"""What each level says: close rate and lift with intervals, a test, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from calibrate.counts import AttributeCounts, Counts
from calibrate.levels import Level, Levels
from calibrate.present.numbers import significant
from calibrate.screening import Screened, Screening, screen
from calibrate.shown import AsTable
from calibrate.spec import Group
from calibrate.stats.association import Association, association
from calibrate.stats.intervals import lift_interval, wilson
from calibrate.stats.shrinkage import shrinkage_strength, shrunken_rates
from calibrate.stats.significance import benjamini_hochberg, level_p_values

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["raises", "lowers", "no evidence", "too few"]
Test = Literal["fisher_mid_p", "chi_square"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelEvidence:
    """The evidence of one level.

    Attributes
    ----------
    level : Level
    leads, customers : int
        ``n`` and ``x``.
    close_rate : float
        ``x / n``.
    close_rate_interval : (float, float)
        Wilson, 95 %.
    lift : float
        ``(x/n) / (X/N)``, against overall.
    lift_interval : (float, float)
        Miettinen-Nurminen, 95 %.
    p_value, q_value : float or None
        Of the level against the rest; None where there is nothing to test (too few leads, or a
        level that holds all leads).
    test : {"fisher_mid_p", "chi_square"} or None
    shrunken_close_rate : float
        ``(x + m X/N) / (n + m)``.
    verdict : {"raises", "lowers", "no evidence", "too few"}
    """

    level: Level
    leads: int
    customers: int
    close_rate: float
    close_rate_interval: tuple[float, float]
    lift: float
    lift_interval: tuple[float, float]
    p_value: float | None
    q_value: float | None
    test: Test | None
    shrunken_close_rate: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeEvidence:
    """The evidence of one attribute; ``m`` says how far its rates were drawn to the overall one."""

    name: str
    group: Group
    unit: str | None
    m: float
    screened: Screened
    association: Association
    levels: Levels
    evidence: tuple[LevelEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """All counted leads together."""

    leads: int
    customers: int
    close_rate: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(AsTable):
    """What every level of every attribute says, and the overall close rate it is held against."""

    overall: Overall
    q_max: float
    screening: Screening
    attributes: tuple[AttributeEvidence, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a level, in the order of the card; rates are shares, not percentages."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "attribute": attribute.name,
                    "level": one.level.label,
                    "leads": one.leads,
                    "customers": one.customers,
                    "close_rate": one.close_rate,
                    "close_rate_low": one.close_rate_interval[0],
                    "close_rate_high": one.close_rate_interval[1],
                    "lift": one.lift,
                    "lift_low": one.lift_interval[0],
                    "lift_high": one.lift_interval[1],
                    "p_value": one.p_value,
                    "q_value": one.q_value,
                    "test": one.test,
                    "shrunken_close_rate": one.shrunken_close_rate,
                    "verdict": one.verdict,
                }
                for attribute in self.attributes
                for one in attribute.evidence
            ]
        )

    def __repr__(self) -> str:
        verdicts = [one.verdict for attribute in self.attributes for one in attribute.evidence]
        return (
            f"Evidence(overall close rate {self.overall.close_rate:.4g}, "
            f"{verdicts.count('raises')} levels raise it, {verdicts.count('lowers')} lower it, "
            f"{len(verdicts)} in all)"
        )


def weigh(counts: Counts, screening: Screening | None = None, *, q_max: float = 0.05) -> Evidence:
    """Weigh every level against the rest of the leads.

    Parameters
    ----------
    counts : Counts
        What `count` gave, with at least one customer and one lead that did not buy.
    screening : Screening, optional
        Stage 1, made before any cut point saw the outcome; by default that of these counts.
    q_max : float
        Where there is no screening yet: largest expected share of false discoveries, averaged
        over selected attributes, in (0, 1).

    Returns
    -------
    Evidence

    Notes
    -----
    A level's test compares it with the rest: Fisher's exact mid-p, or the N-1 chi-square when
    every expected count is at least 1 000. Stage 2 of Benjamini & Bogomolov (2014): within each of
    the R selected attributes of m, Benjamini-Hochberg over its levels at ``q_max R / m``;
    ``q_value`` is the adjusted p-value times ``m / R``. Levels of attributes not selected have no
    q-value and no evidence; levels under ``min_leads`` are ``too few`` and are not tested.

    Examples
    --------
    >>> import pandas as pd
    >>> from calibrate.counts import count
    >>> from calibrate.reading import read_leads
    >>> frame = pd.DataFrame({"source": ["Fair", "web"] * 20, "converted": [1, 0] * 10 + [0] * 20})
    >>> fair = weigh(count(read_leads(frame))).attributes[0].evidence[0]
    >>> fair.level.label, fair.close_rate, fair.lift, fair.verdict
    ('Fair', 0.5, 2.0, 'raises')
    """
    low, high = wilson(counts.customers, counts.leads)
    overall = Overall(
        leads=counts.leads,
        customers=counts.customers,
        close_rate=counts.customers / counts.leads,
        interval=(float(low), float(high)),
    )
    screening = screening or screen(counts, q_max=q_max)
    return Evidence(
        overall=overall,
        q_max=screening.q_max,
        screening=screening,
        attributes=tuple(
            one.evidence(screened, screening, overall)
            for one, screened in zip(_weighed(counts), screening.attributes, strict=True)
        ),
    )


def _weighed(counts: Counts) -> list[_Weighed]:
    """Test the levels of all attributes in one go: the formulas work on whole arrays."""
    parts = counts.attributes
    x = np.array([one for part in parts for one in part.customers], dtype=np.int64)
    n = np.array([one for part in parts for one in part.leads], dtype=np.int64)
    enough = n >= np.repeat([part.min_leads for part in parts], [len(p.leads) for p in parts])
    p, by_chi_square = level_p_values(x, n, counts.customers, counts.leads)
    held = np.maximum(n, 1)  # a declared band may hold no lead at all
    columns = (
        *wilson(x, held),
        *lift_interval(x, held, counts.customers, counts.leads),
        np.where(enough, p, np.nan),
        by_chi_square,
    )
    ends = np.cumsum([len(part.leads) for part in parts])[:-1]
    split = zip(*(np.split(column, ends) for column in columns), strict=True)
    return [
        _Weighed(
            attribute=part,
            rate_ends=(rate_low, rate_high),
            lift_ends=(lift_low, lift_high),
            p=p,
            by_chi_square=by_chi_square,
        )
        for part, (rate_low, rate_high, lift_low, lift_high, p, by_chi_square) in zip(
            parts, split, strict=True
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """One attribute, tested level by level but not yet judged."""

    attribute: AttributeCounts
    rate_ends: tuple[Floats, Floats]
    lift_ends: tuple[Floats, Floats]
    p: Floats
    by_chi_square: npt.NDArray[np.bool_]

    def evidence(
        self, screened: Screened, screening: Screening, overall: Overall
    ) -> AttributeEvidence:
        attribute, p0 = self.attribute, overall.close_rate
        q_values = self._q_values(screened, screening)
        # Rounded as the card's file has it, so that the file can be checked against itself.
        m = significant(shrinkage_strength(attribute.customers, attribute.leads, p0))
        shrunken = shrunken_rates(attribute.customers, attribute.leads, p0, m)
        rows = []
        for place, level in enumerate(attribute.levels.levels):
            n, x = attribute.leads[place], attribute.customers[place]
            rate = x / n if n else 0.0
            tested = not np.isnan(self.p[place])
            rows.append(
                LevelEvidence(
                    level=level,
                    leads=n,
                    customers=x,
                    close_rate=rate,
                    close_rate_interval=_pair(self.rate_ends, place) if n else (0.0, 1.0),
                    lift=rate / p0,
                    lift_interval=_pair(self.lift_ends, place) if n else (0.0, 1 / p0),
                    p_value=float(self.p[place]) if tested else None,
                    q_value=None if np.isnan(q_values[place]) else float(q_values[place]),
                    test=_test(tested, bool(self.by_chi_square[place])),
                    shrunken_close_rate=float(shrunken[place]),
                    verdict=self._verdict(place, rate, q_values, screening.q_max, p0),
                )
            )
        return AttributeEvidence(
            name=attribute.name,
            group=attribute.group,
            unit=attribute.unit,
            m=m,
            screened=screened,
            association=association(attribute.customers, attribute.leads),
            levels=attribute.levels,
            evidence=tuple(rows),
        )

    def _q_values(self, screened: Screened, screening: Screening) -> Floats:
        if not screened.selected:
            return np.full(self.p.shape, np.nan)
        stage_two: Floats = benjamini_hochberg(self.p) * (screening.q_max / screening.level_q)
        return np.minimum(stage_two, 1.0)

    def _verdict(
        self, place: int, rate: float, q_values: Floats, q_max: float, overall: float
    ) -> Verdict:
        if self.attribute.leads[place] < self.attribute.min_leads:
            return "too few"
        if np.isnan(q_values[place]) or q_values[place] > q_max:
            return "no evidence"
        return "raises" if rate > overall else "lowers"


def _pair(ends: tuple[Floats, Floats], place: int) -> tuple[float, float]:
    return float(ends[0][place]), float(ends[1][place])


def _test(tested: bool, by_chi_square: bool) -> Test | None:
    if not tested:
        return None
    return "chi_square" if by_chi_square else "fisher_mid_p"
