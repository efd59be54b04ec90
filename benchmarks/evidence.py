"""Tests and lift intervals of 1 000 levels at once, against scipy and statsmodels in a loop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Comparison, inside

LEVELS, LEADS, CUSTOMERS, SEED = 1_000, 100_000, 8_000, 20_260_101
REPETITIONS = 3

Parts = tuple[Callable[[], Any], Callable[[Any], Any]]

COMPARISONS = (
    Comparison(
        what="evidence of 1 000 levels",
        against="scipy + statsmodels, level by level",
        ours=inside("evidence", "ours"),
        peer=inside("evidence", "level_by_level"),
        rounds=3,
    ),
)


def prepare(folder: Path) -> None:
    import numpy as np

    rng = np.random.default_rng(SEED)
    leads = np.geomspace(5, 40_000, LEVELS).astype(np.int64)
    rates = CUSTOMERS / LEADS * np.exp(rng.normal(0, 0.3, LEVELS))
    np.save(folder / "levels.npy", np.stack([rng.binomial(leads, rates), leads]))


def ours(folder: Path) -> Parts:
    import numpy as np
    import scipy.special  # noqa: F401  (its import is no part of this)

    from calibrate.stats.intervals import lift_interval
    from calibrate.stats.significance import level_p_values

    customers, leads = np.load(folder / "levels.npy")

    def work() -> Any:
        p_values, _ = level_p_values(customers, leads, CUSTOMERS, LEADS)
        return np.concatenate([p_values, *lift_interval(customers, leads, CUSTOMERS, LEADS)])

    return work, lambda numbers: numbers.tolist()


def level_by_level(folder: Path) -> Parts:
    import numpy as np
    from statsmodels.stats.proportion import confint_proportions_2indep

    levels = np.load(folder / "levels.npy").T.tolist()

    def lift_ends(x: int, n: int) -> list[float]:
        low, high = confint_proportions_2indep(
            x, n, CUSTOMERS - x, LEADS - n, compare="ratio", method="score"
        )
        low = low if x else 0.0  # statsmodels stops at about 1e-7
        share = n / LEADS
        return [1 / (share + (1 - share) / ratio) if ratio else 0.0 for ratio in (low, high)]

    def work() -> Any:
        p_values = [_p_value(x, n) for x, n in levels]
        low, high = zip(*(lift_ends(x, n) for x, n in levels), strict=True)
        return [*p_values, *low, *high]

    return work, lambda numbers: [float(number) for number in numbers]


def _p_value(x: int, n: int) -> float:
    """Give the N-1 chi-square where every expected count reaches 1 000, else Fisher's mid-p."""
    import numpy as np
    from scipy import stats

    if min(n, LEADS - n) * min(CUSTOMERS, LEADS - CUSTOMERS) / LEADS >= 1_000:
        table = [[x, n - x], [CUSTOMERS - x, LEADS - n - CUSTOMERS + x]]
        statistic = stats.chi2_contingency(table, correction=False).statistic
        return float(stats.chi2.sf(statistic * (LEADS - 1) / LEADS, 1))
    possible = np.arange(max(0, n + CUSTOMERS - LEADS), min(n, CUSTOMERS) + 1)
    # `pmf` is a hundred times slower; `fisher_exact` gives no mid-p.
    likely = np.exp(stats.hypergeom.logpmf(possible, LEADS, CUSTOMERS, n))
    seen = likely[x - possible[0]]
    less, at_most = likely < seen * (1 - 1e-7), likely <= seen * (1 + 1e-7)
    return float(likely[less].sum() + likely[at_most & ~less].sum() / 2)
