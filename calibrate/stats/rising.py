"""Do higher tiers close more often?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.stats.association import trend_p, trend_z
from calibrate.stats.changes import rate_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """Whether the close rate rises over tiers.

    Attributes
    ----------
    rises : bool
        The trend goes up and is no luck, and no tier closes less often than the one under it by
        more than luck.
    monotone : bool
        No tier closes less often than the one under it, as counted.
    p_value : float
        Of the trend, two-sided.
    """

    rises: bool
    monotone: bool
    p_value: float


def rising(customers: npt.ArrayLike, leads: npt.ArrayLike, alpha: float = 0.05) -> Rising:
    """Say whether the close rate rises over tiers.

    Tiers that truly rise trade places by luck where they are small, so a fall counts against the
    verdict only when it is significant: neighbours are tested pair by pair, with
    Benjamini-Hochberg over the pairs.

    Parameters
    ----------
    customers, leads : array_like of int, shape (k,)
        Per tier, the lowest first; tiers without leads are left out.
    alpha : float
        For the trend and for falls, in (0, 1).

    Returns
    -------
    Rising
        With one tier, or nobody or everybody a customer, nothing rises and the p-value is 1.

    Notes
    -----
    Source: Armitage (1955), Biometrics 11, 375-386, and `rate_changes` for neighbours.

    Examples
    --------
    >>> rising([5, 10, 15], [100, 100, 100]).rises
    True

    The second tier lies a customer below the first, which is nothing:

    >>> found = rising([6, 5, 15], [100, 100, 100])
    >>> found.rises, found.monotone
    (True, False)

    The best leads close worst, whatever the trend below them:

    >>> rising([5, 20, 40, 10], [100, 100, 100, 100]).rises
    False
    """
    x, n = np.asarray(customers, dtype=np.int64), np.asarray(leads, dtype=np.int64)
    x, n = x[n > 0], n[n > 0]
    if not len(n):
        return Rising(rises=False, monotone=True, p_value=1.0)
    # Rates are compared as whole numbers, so that equal ones are equal.
    falls = x[1:] * n[:-1] < x[:-1] * n[1:]
    _, q_values = rate_changes(x[:-1], n[:-1], x[1:], n[1:])
    p_value = trend_p(x, n)
    goes_up = p_value <= alpha and trend_z(x, n) > 0
    return Rising(
        rises=bool(goes_up and not (falls & (q_values <= alpha)).any()),
        monotone=not falls.any(),
        p_value=p_value,
    )
