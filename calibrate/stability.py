"""How far points would move on another draw of the same leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.base import SHARDS, LevelCounts
from calibrate.engines.threads import side_by_side
from calibrate.evidence import Evidence
from calibrate.leads import Leads
from calibrate.points import AttributePoints, Points
from calibrate.values import measured

REPLICATES = 2000
SEED = 20260101

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelStability:
    """What resampling makes of a level's points.

    Attributes
    ----------
    low, high : float
        95 % interval of the points, before rounding.
    keeps_sign : float
        Share of resamples in which the points keep their sign.
    """

    low: float
    high: float
    keeps_sign: float


_Levels = tuple[LevelStability | None, ...]
Stability = tuple[_Levels, ...]
"""Per attribute and level, in the order of the points; None where no points were awarded."""


def stability(points: Points, evidence: Evidence, leads: Leads) -> Stability:
    """Resample the leads by shard and make the points again.

    Parameters
    ----------
    points : Points
    evidence : Evidence
    leads : Leads

    Returns
    -------
    Stability

    Notes
    -----
    Bootstrap (Efron 1979, Ann Stat 7, 1-26) over the 200 shards into which leads fall by the md5
    of their id: 2 000 weighted sums of small tables, at any number of leads. Bands, selection, m,
    factors and scale are held fixed, so what is shown is the scatter of the rates alone.
    """
    weights = (
        np.random.default_rng(SEED)
        .multinomial(SHARDS, np.full(SHARDS, 1 / SHARDS), size=REPLICATES)
        .astype(float)
    )
    all_leads, all_customers = leads.engine.count_shards()
    overall = (weights @ all_customers) / np.maximum(weights @ all_leads, 1)
    overall = np.clip(overall, 1e-9, 1 - 1e-9)[:, None]
    by_name = {one.name: one for one in evidence.attributes}
    paid = [one for one in points.attributes if any(level.value for level in one.given)]
    counted = [leads.engine.count_levels(one.name, one.levels, by_shard=True) for one in paid]

    def resampled(part: tuple[AttributePoints, tuple[Floats, Floats]]) -> _Levels:
        one, amounts = part
        values = measured(amounts, by_name[one.name].m, overall, points.settings)
        values *= points.multiplier * one.overlap.factor
        return _summed_up(values, one)

    parts = list(zip(paid, _resampled(weights, counted), strict=True))
    found = {
        one.name: levels for one, levels in zip(paid, side_by_side(resampled, parts), strict=True)
    }
    return tuple(found.get(one.name, (None,) * len(one.given)) for one in points.attributes)


def _resampled(weights: Floats, counted: Sequence[LevelCounts]) -> Iterator[tuple[Floats, Floats]]:
    """Add shards up in every resample, those of all attributes in one go."""
    if not counted:
        return
    ends = np.cumsum([one.leads.shape[1] for one in counted])[:-1]
    leads, customers = (
        np.split(weights @ np.hstack(amounts).astype(float), ends, axis=1)
        for amounts in ([one.leads for one in counted], [one.customers for one in counted])
    )
    yield from zip(leads, customers, strict=True)


def _summed_up(redrawn: Floats, attribute: AttributePoints) -> _Levels:
    low, high = np.quantile(redrawn, [0.025, 0.975], axis=0)
    same = np.sign(redrawn) == np.sign([level.value for level in attribute.given])
    kept: Sequence[float] = same.mean(axis=0).tolist()
    return tuple(
        LevelStability(low=float(low[place]), high=float(high[place]), keeps_sign=kept[place])
        if level.value
        else None
        for place, level in enumerate(attribute.given)
    )
