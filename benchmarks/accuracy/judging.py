"""AUC of scores, and how sure a difference between two of them is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any


def auc(outcomes: Sequence[int], scores: Sequence[float]) -> float:
    """Give the share of pairs of a customer and another lead that are ranked right."""
    of_customers, _ = _placements(outcomes, scores)
    return float(of_customers.mean())


def paired_error(outcomes: Sequence[int], one: Sequence[float], two: Sequence[float]) -> float:
    """Give the standard error of the difference of two AUC on the same leads.

    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845.
    """
    pairs = zip(_placements(outcomes, one), _placements(outcomes, two), strict=True)
    gaps = [a - b for a, b in pairs]
    return math.sqrt(sum(float(gap.var(ddof=1)) / len(gap) for gap in gaps))


def error_over_seeds(values: Sequence[float]) -> float:
    """Give the standard error of a mean over seeds; their splits share leads, so it is a guide."""
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def _placements(outcomes: Sequence[int], scores: Sequence[float]) -> tuple[Any, Any]:
    """Give each customer's share of others below it, and each other's share of customers above."""
    import numpy as np

    is_customer, score = np.asarray(outcomes) == 1, np.asarray(scores, dtype=float)
    customers, others = np.sort(score[is_customer]), np.sort(score[~is_customer])

    def below(who: Any, whom: Any) -> Any:
        left, right = np.searchsorted(whom, who), np.searchsorted(whom, who, side="right")
        return (left + right) / 2 / len(whom)

    return below(score[is_customer], others), 1 - below(score[~is_customer], customers)
