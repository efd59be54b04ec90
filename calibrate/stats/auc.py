"""How well a score ranks customers above others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def auc(leads: npt.ArrayLike, customers: npt.ArrayLike) -> float:
    """Give the chance that a customer scores above a lead that did not buy, ties counting half.

    Parameters
    ----------
    leads, customers : array_like of int, shape (k,)
        Counts per score, scores rising.

    Returns
    -------
    float
        In [0, 1]; 0.5 is no better than chance. NaN without both customers and others.

    Notes
    -----
    Source: Mann & Whitney (1947), Ann Math Stat 18, 50-60.

    Examples
    --------
    Three scores; both customers at the top one, with one of the other three leads.

    >>> round(auc([1, 1, 3], [0, 0, 2]), 4)
    0.8333
    """
    n, x = np.asarray(leads, dtype=float), np.asarray(customers, dtype=float)
    others = n - x
    pairs = x.sum() * others.sum()
    if pairs == 0:
        return float("nan")
    below = np.cumsum(others) - others
    return float((x * (below + others / 2)).sum() / pairs)
