"""Close rate by tier and by month, quarter or year of creation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.leads import Leads
from calibrate.policy.deciding import Decision
from calibrate.policy.rated import Rated
from calibrate.policy.standing import Standings
from calibrate.validation.measures import rated_ranges

MOST = 12
"""So many periods are shown at most: months where that is enough, else quarters, else years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The leads created in a month, a quarter or a year.

    Attributes
    ----------
    name : str
        Such as ``2026-03``, ``2026 Q1`` or ``2026``.
    tiers : tuple of Rated
        Those whose points decide, by tier, the lowest first.
    """

    name: str
    tiers: tuple[Rated, ...]


def tiers_by_period(decision: Decision, leads: Leads) -> tuple[Period, ...]:
    """Count leads and customers by tier and by period of creation, the first created first.

    Parameters
    ----------
    decision : Decision
    leads : Leads
        Those that taught the card.

    Returns
    -------
    tuple of Period
        Empty where it is not known of every lead when it was created.
    """
    created = leads.outcome.created
    times = None if created is None else created[leads.outcome.counted]
    if times is None or len(times) != leads.counted or np.isnat(times).any():
        return ()
    names = _names(times.astype("datetime64[M]"))
    return tuple(
        Period(name=str(name), tiers=_by_tier(decision, leads.only(names == name)))
        for name in np.unique(names)[-MOST:]
    )


def _names(months: npt.NDArray[np.datetime64]) -> npt.NDArray[np.str_]:
    number = months.astype(np.int64)
    year, month = 1970 + number // 12, number % 12
    if len(np.unique(number)) <= MOST:
        return np.datetime_as_string(months)
    if len(np.unique(number // 3)) <= MOST:
        quarters = np.char.add(" Q", (month // 3 + 1).astype(np.str_))
        return np.char.add(year.astype(np.str_), quarters)
    return year.astype(np.str_)


def _by_tier(decision: Decision, leads: Leads) -> tuple[Rated, ...]:
    counts = leads.engine.tally_standings(decision.scoring)
    policy = decision.policy
    table = Standings(counts=counts, vetoes=policy.vetoes, gates=policy.gates).deciding
    tiers = decision.tiers
    return tuple(rated_ranges(table, [one.start for one in tiers], [one.name for one in tiers]))
