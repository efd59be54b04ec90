"""Stage 1: which attributes say anything at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.counts import AttributeCounts, Counts
from calibrate.shown import AsTable
from calibrate.stats.association import simes, trend_p
from calibrate.stats.significance import benjamini_hochberg, level_p_values

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """One attribute's test on levels that were made without a look at the outcome.

    Attributes
    ----------
    name : str
    p_value : float
        Simes' combination of the tests of its levels and, for a number, of the trend.
    selected : bool
        Whether it goes on to stage 2.
    """

    name: str
    p_value: float
    selected: bool


@dataclass(frozen=True, kw_only=True)
class Screening(AsTable):
    """Stage 1 over all attributes, in the order of the counts."""

    q_max: float
    attributes: tuple[Screened, ...]

    @cached_property
    def selected(self) -> frozenset[str]:
        """The names of the attributes that go on."""
        return frozenset(one.name for one in self.attributes if one.selected)

    @property
    def level_q(self) -> float:
        """The rate at which levels of a selected attribute are judged: ``q_max R / m``."""
        return self.q_max * len(self.selected) / max(len(self.attributes), 1)

    def to_frame(self) -> pd.DataFrame:
        """Give one row an attribute: attribute, p_value, selected."""
        import pandas as pd

        rows = [(one.name, one.p_value, one.selected) for one in self.attributes]
        return pd.DataFrame(rows, columns=["attribute", "p_value", "selected"])

    def __repr__(self) -> str:
        return f"Screening({len(self.selected)} of {len(self.attributes)} attributes selected)"


def screen(counts: Counts, *, q_max: float = 0.05) -> Screening:
    """Select the attributes that say anything at all.

    Parameters
    ----------
    counts : Counts
        As `count` gives them: no cut point has seen the outcome yet.
    q_max : float
        Largest expected share of false discoveries over selected attributes, in (0, 1).

    Notes
    -----
    First of the two stages of Benjamini & Bogomolov (2014), JRSS B 76, 297-318:
    Benjamini-Hochberg over the attributes' p-values at `q_max`.

    Examples
    --------
    >>> import pandas as pd
    >>> from calibrate.counts import count
    >>> from calibrate.reading import read_leads
    >>> frame = pd.DataFrame({"source": ["Fair", "web"] * 20, "converted": [1, 0] * 10 + [0] * 20})
    >>> screen(count(read_leads(frame)))
    Screening(1 of 1 attributes selected)
    """
    sizes = [len(one.leads) for one in counts.attributes]
    level_p, _ = level_p_values(
        np.concatenate([one.customers for one in counts.attributes]),
        np.concatenate([one.leads for one in counts.attributes]),
        counts.customers,
        counts.leads,
    )
    p_values = [
        _attribute_p(one, p)
        for one, p in zip(counts.attributes, np.split(level_p, np.cumsum(sizes)[:-1]), strict=True)
    ]
    q_values = benjamini_hochberg(p_values)
    return Screening(
        q_max=q_max,
        attributes=tuple(
            Screened(name=one.name, p_value=p, selected=bool(q <= q_max))
            for one, p, q in zip(counts.attributes, p_values, q_values, strict=True)
        ),
    )


def _attribute_p(attribute: AttributeCounts, level_p: npt.NDArray[np.float64]) -> float:
    """Combine the tests of an attribute's levels, and of the trend along its bands."""
    x, n = np.array(attribute.customers), np.array(attribute.leads)
    tested = list(level_p[n >= attribute.min_leads])
    if attribute.kind == "number":
        is_band = np.array([level.is_band for level in attribute.levels.levels])
        tested.append(trend_p(x[is_band], n[is_band]))
    return simes(tested)
