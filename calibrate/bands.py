"""Cut points for numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

SCREENING_PARTS = 10
"""Bands are tenths of the leads, with heavy single values in bands of their own."""

Ints = npt.NDArray[np.int64]


def merge_small(edges: Sequence[float], leads: Sequence[int], min_leads: int) -> tuple[float, ...]:
    """Drop cut points until every band has enough leads.

    The smallest band joins its smaller neighbour, again and again.

    Parameters
    ----------
    edges : sequence of float, length k
        Rising cut points.
    leads : sequence of int, length k + 1
        Leads per band.
    min_leads : int
        The least a band may hold.

    Examples
    --------
    >>> merge_small([1, 5, 9], [40, 3, 20, 50], 10)
    (1, 9)
    """
    cuts, counts = list(edges), list(leads)
    while cuts and min(counts) < min_leads:
        place = counts.index(min(counts))
        left_is_smaller = place == len(counts) - 1 or (
            place > 0 and counts[place - 1] <= counts[place + 1]
        )
        first = place - 1 if left_is_smaller else place
        counts[first : first + 2] = [counts[first] + counts[first + 1]]
        del cuts[first]
    return tuple(cuts)


def merged_counts(
    counts: npt.NDArray[np.int64], edges: Sequence[float], kept: Sequence[float]
) -> npt.NDArray[np.int64]:
    """Add up counts per band after some of its cut points were dropped.

    Parameters
    ----------
    counts : ndarray of int, shape (k + 2,) or (200, k + 2)
        Per band between the `edges`, the last for leads without a number.
    edges, kept : sequence of float
        All cut points, and those that stay.

    Examples
    --------
    >>> merged_counts(np.array([40, 3, 20, 50, 7]), [1, 5, 9], [1, 9]).tolist()
    [40, 23, 50, 7]
    """
    starts = [0, *(edges.index(edge) + 1 for edge in kept), len(edges) + 1]
    merged: Ints = np.add.reduceat(counts, starts, axis=-1)
    return merged
