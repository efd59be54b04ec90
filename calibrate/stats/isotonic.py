"""Close rates that never fall as the score rises, and nothing else assumed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def pool_falling(leads: Sequence[int], customers: Sequence[int]) -> npt.NDArray[np.int64]:
    """Pool neighbouring scores until the close rate rises from each block to the next.

    Parameters
    ----------
    leads, customers : sequence of int, length k
        Counts per score, scores rising; a score without leads joins a neighbour.

    Returns
    -------
    ndarray of int, shape (k,)
        Number of the block of each score, from 0. The close rates of the blocks are the rising
        ones of the largest likelihood.

    Notes
    -----
    Pool-adjacent-violators, in whole numbers, so nothing hangs on rounding. Source: Ayer, Brunk,
    Ewing, Reid & Silverman (1955), Ann Math Stat 26, 641-647.

    Examples
    --------
    Close rates of 10 %, 30 % and 20 %: the last two fall, so they are one block.

    >>> pool_falling([10, 10, 10], [1, 3, 2]).tolist()
    [0, 1, 1]
    """
    blocks: list[tuple[int, int, int]] = []  # leads, customers, scores
    for n, x in zip(leads, customers, strict=True):
        block = (n, x, 1)
        while blocks and blocks[-1][1] * block[0] >= block[1] * blocks[-1][0]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    return np.repeat(np.arange(len(blocks)), [scores for _, _, scores in blocks])
