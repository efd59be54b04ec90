"""The one moment in its life from which every lead is seen."""

from __future__ import annotations

import numpy as np

from calibrate.dates import Dates, Times

_DAY = np.timedelta64(86_400, "s")


def landmarks_of(created: Times, after_days: int, *, by_day: bool | None = None) -> Times:
    """Give each lead's landmark: so many days after it was created.

    Where creation is known by the day alone, the landmark is the end of its day: what a lead did
    on the day it came is taken as known when it came.

    Parameters
    ----------
    created : ndarray of datetime64[s]
        NaT where it is not known; the landmark is NaT then.
    after_days : int

    Examples
    --------
    >>> landmarks_of(np.array(["2026-01-01T09:30:00"], "datetime64[s]"), 14).tolist()
    [datetime.datetime(2026, 1, 15, 9, 30)]
    >>> landmarks_of(np.array(["2026-01-01"], "datetime64[s]"), 0).tolist()
    [datetime.datetime(2026, 1, 1, 23, 59, 59)]
    """
    dates = Dates(times=created)
    if not (dates.are_days if by_day is None else by_day):
        return created + after_days * _DAY
    return dates.days.times + after_days * _DAY + (_DAY - np.timedelta64(1, "s"))
