"""Products of wide tables, summed over leads, by pieces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_SMALL = 2**17
"""A product of so many multiplications is done in place; for larger ones libraries start threads,
which get in the way of ours and wait for each other."""
_LEAST = 32

Floats = npt.NDArray[np.float64]


def summed_products(left: Floats, right: Floats) -> Floats:
    """Multiply the rows of two tables with each other and add up.

    Parameters
    ----------
    left : ndarray of float, shape (i, n)
    right : ndarray of float, shape (j, n)

    Returns
    -------
    ndarray of float, shape (i, j)

    Examples
    --------
    >>> summed_products(np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([[1.0, 10.0]])).tolist()
    [[21.0], [30.0]]
    """
    rows, columns, many = len(left), len(right), left.shape[1]
    piece = max(_LEAST, 1 << (_SMALL // max(rows * columns, 1)).bit_length() - 1)
    whole = many - many % piece
    rest: Floats = left[:, whole:] @ right[:, whole:].T
    if not whole:
        return rest
    one = left[:, :whole].reshape(rows, -1, piece).transpose(1, 0, 2)
    other = right[:, :whole].reshape(columns, -1, piece).transpose(1, 2, 0)
    total: Floats = np.matmul(one, other).sum(axis=0) + rest
    return total


def row_products(left: Floats, right: Floats) -> Floats:
    """Multiply two tables, some rows of the left at a time.

    Parameters
    ----------
    left : ndarray of float, shape (i, n)
    right : ndarray of float, shape (n, j)

    Returns
    -------
    ndarray of float, shape (i, j)

    Examples
    --------
    >>> row_products(np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([[1.0], [10.0]])).tolist()
    [[21.0], [30.0]]
    """
    piece = max(1, _SMALL // max(right.size, 1))
    whole = len(left) - len(left) % piece
    found = np.empty((len(left), right.shape[1]))
    np.matmul(
        left[:whole].reshape(-1, piece, len(right)),
        right,
        out=found[:whole].reshape(-1, piece, right.shape[1]),
    )
    np.matmul(left[whole:], right, out=found[whole:])
    return found
