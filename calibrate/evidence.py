"""What each level says: close rate and lift with intervals, a test, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from calibrate.counts import AttributeCounts, Counts
from calibrate.levels import Level, Levels
from calibrate.present.numbers import significant
from calibrate.spec import Group
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
class Evidence:
    """What every level of every attribute says, and the overall close rate it is held against."""

    overall: Overall
    q_max: float
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

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(escape=True, index=False, float_format="{:.4g}".format))


def weigh(counts: Counts, *, q_max: float = 0.05) -> Evidence:
    """Weigh every level against the rest of the leads.

    Parameters
    ----------
    counts : Counts
        What `count` gave, with at least one customer and one lead that did not buy.
    q_max : float
        Largest expected share of false discoveries among the verdicts, in (0, 1).

    Returns
    -------
    Evidence

    Notes
    -----
    A level's test compares it with the rest: Fisher's exact mid-p, or the N-1 chi-square when
    every expected count is at least 1 000. Benjamini-Hochberg (1995) runs over the levels of all
    attributes together. Levels under ``min_leads`` are ``too few`` and are not tested.

    Examples
    --------
    >>> import pandas as pd
    >>> from calibrate.counts import count
    >>> from calibrate.leads import read_leads
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
    parts = [_Weighed.of(one, counts) for one in counts.attributes]
    if not parts:
        return Evidence(overall=overall, q_max=q_max, attributes=())
    q_values = benjamini_hochberg(np.concatenate([part.p for part in parts]))
    ends = np.cumsum([len(part.p) for part in parts])[:-1]
    return Evidence(
        overall=overall,
        q_max=q_max,
        attributes=tuple(
            part.evidence(q, q_max, overall)
            for part, q in zip(parts, np.split(q_values, ends), strict=True)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """One attribute, tested level by level but not yet judged against all other tests."""

    attribute: AttributeCounts
    enough: npt.NDArray[np.bool_]
    rate_ends: tuple[Floats, Floats]
    lift_ends: tuple[Floats, Floats]
    p: Floats
    by_chi_square: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, attribute: AttributeCounts, counts: Counts) -> _Weighed:
        x, n = np.array(attribute.customers), np.array(attribute.leads)
        p, by_chi_square = level_p_values(x, n, counts.customers, counts.leads)
        enough = n >= attribute.min_leads
        held = np.maximum(n, 1)  # a declared band may hold no lead at all
        return cls(
            attribute=attribute,
            enough=enough,
            rate_ends=wilson(x, held),
            lift_ends=lift_interval(x, held, counts.customers, counts.leads),
            p=np.where(enough, p, np.nan),
            by_chi_square=by_chi_square,
        )

    def evidence(self, q_values: Floats, q_max: float, overall: Overall) -> AttributeEvidence:
        attribute, p0 = self.attribute, overall.close_rate
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
                    q_value=float(q_values[place]) if tested else None,
                    test=_test(tested, bool(self.by_chi_square[place])),
                    shrunken_close_rate=float(shrunken[place]),
                    verdict=self._verdict(place, rate, q_values, q_max, p0),
                )
            )
        return AttributeEvidence(
            name=attribute.name,
            group=attribute.group,
            unit=attribute.unit,
            m=m,
            levels=attribute.levels,
            evidence=tuple(rows),
        )

    def _verdict(
        self, place: int, rate: float, q_values: Floats, q_max: float, overall: float
    ) -> Verdict:
        if not self.enough[place]:
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
