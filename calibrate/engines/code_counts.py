"""Count leads by small codes, of each shard too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from calibrate.engines.threads import blocks_of, cores, side_by_side

_BLOCK = 2**16
"""So many leads are counted at a time."""
_LEAST = 2**18
"""Fewer leads than this are not worth a thread."""

Ints = npt.NDArray[np.int64]


def leads_of_codes(
    codes: npt.NDArray[np.integer], size: int, *, shards: Ints | None = None, many: int = 1
) -> Ints:
    """Count the leads of each code, from 0 to under `size`; by shard, one shard after the other.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
    size : int
    shards : ndarray of int, shape (n,), optional
        Each lead's shard, from 0 to under `many`.
    many : int

    Returns
    -------
    ndarray of int, shape (many * size,)

    Notes
    -----
    Counting makes wide numbers of small codes first: by blocks they stay in the cache. With as
    many codes as a block has leads, adding the blocks up would cost more than it saves.

    Examples
    --------
    >>> leads_of_codes(np.array([0, 2, 2]), 3).tolist()
    [1, 0, 2]
    >>> leads_of_codes(np.array([0, 2, 2]), 3, shards=np.array([0, 0, 1]), many=2).tolist()
    [1, 0, 1, 0, 0, 1]
    """

    def count(rows: slice) -> Ints:
        places = codes[rows] if shards is None else shards[rows] * size + codes[rows]
        return np.bincount(places, minlength=many * size)

    if many * size > _BLOCK:
        return count(slice(None))

    fair = -(-len(codes) // cores())
    parts = side_by_side(
        lambda part: added_up(count, part, many * size),
        blocks_of(len(codes), max(fair, _LEAST)),
    )
    return np.sum(parts, axis=0, dtype=np.int64) if parts else np.zeros(many * size, np.int64)


def added_up(count: Callable[[slice], Ints], part: slice, size: int) -> Ints:
    """Count rows block by block, and add up what each block has of so many codes.

    Of many codes a block has four rows a code, or adding up would cost more than counting.

    Examples
    --------
    >>> codes = np.array([0, 2, 2])
    >>> added_up(lambda rows: np.bincount(codes[rows], minlength=3), slice(1, 3), 3).tolist()
    [0, 0, 2]
    """
    leads = np.zeros(size, dtype=np.int64)
    step = max(_BLOCK, 4 * size)
    for start in range(part.start, part.stop, step):
        leads += count(slice(start, min(start + step, part.stop)))
    return leads
