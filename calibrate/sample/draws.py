"""Draws from shares and from quantiles, on streams of random numbers that stay as they are.

Only `Generator.random` is used, with additions and multiplications on its numbers: numpy may
improve its other distributions between versions, and the sample's bytes must not change then.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

import numpy as np

Quantiles = Sequence[tuple[float, float]]
"""(share of the draws below, value) in rising order, from share 0 to share 1."""


class Streams:
    """
    One stream of random numbers for each name.

    A column has a stream of its own, so that a column added later changes no other.

    Parameters
    ----------
    seed : int
        The same seed and name give the same numbers.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def uniform(self, name: str, count: int) -> list[float]:
        """Draw `count` numbers from [0, 1) of the stream `name`, always from its start."""
        entropy = [self._seed, *name.encode()]
        numbers = np.random.Generator(np.random.PCG64(entropy)).random(count)
        return [float(number) for number in numbers]

    def choose(self, name: str, shares: Mapping[str, float], count: int) -> list[str]:
        """
        Draw `count` levels, each as often as its share of the sum of shares.

        Examples
        --------
        >>> sorted(set(Streams(1).choose("x", {"a": 3, "b": 1}, 50)))
        ['a', 'b']
        """
        levels = list(shares)
        ends = list(accumulate(shares.values()))
        last = len(levels) - 1
        return [
            levels[min(bisect_right(ends, u * ends[-1]), last)] for u in self.uniform(name, count)
        ]

    def spread(self, name: str, quantiles: Quantiles, count: int) -> list[float]:
        """Draw `count` numbers that follow the quantiles, straight lines between them."""
        return [at_quantile(quantiles, u) for u in self.uniform(name, count)]


def at_quantile(quantiles: Quantiles, share: float) -> float:
    """
    Value below which a share of the draws lies.

    Examples
    --------
    >>> at_quantile([(0, 0), (0.5, 10), (1, 50)], 0.75)
    30.0
    """
    for (low, start), (high, end) in pairwise(quantiles):
        if share <= high:
            return start + (share - low) / (high - low) * (end - start)
    return float(quantiles[-1][1])
