"""Did a threshold keep the share of customers it promised?"""

from __future__ import annotations

from calibrate.stats.intervals import Z_95, wilson


def kept_promise(kept: int, customers: int, promised: float, z: float = Z_95) -> bool | None:
    """Say whether later customers pass the threshold as often as was promised.

    Kept: Wilson's interval of the share that passed contains the promise, or lies above it. Broken:
    even its upper end is below.

    Parameters
    ----------
    kept, customers : int
        Later customers with a score at or above the threshold, among all later customers.
    promised : float
        In [0, 1]: the share kept on the leads the threshold was chosen on. A threshold at the
        lowest customer promises ``1 - 1/(c+1)``, not 1: one customer below it would break that.
    z : float
        Normal quantile; 1.96 for 95 %.

    Returns
    -------
    bool or None
        None without customers: the promise is neither kept nor broken.

    Notes
    -----
    Source: Wilson (1927), JASA 22, 209-212.

    Examples
    --------
    Of 100 customers 95 were promised. 91 can be luck (the interval ends at 0.952), 90 cannot
    (0.945):

    >>> kept_promise(91, 100, 0.95), kept_promise(90, 100, 0.95), kept_promise(0, 0, 0.95)
    (True, False, None)
    """
    if not customers:
        return None
    return bool(wilson(kept, customers, z)[1] >= promised)
