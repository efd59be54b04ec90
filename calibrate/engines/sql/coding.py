"""A small whole number for every lead, by the value of one column: written in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibrate.engines.sql.held import Held
from calibrate.engines.sql.phrases import literal, number

Lookup = Callable[[Sequence[str | float], Sequence[int]], str]
"""Gives a small table for a query, from values and their codes."""

_FEW = 8
"""So many values are compared one by one; more are looked up in a table beside the leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A whole number for every lead.

    Attributes
    ----------
    code : str
        The expression.
    joins : tuple of str
        The tables it needs beside the leads.
    """

    code: str
    joins: tuple[str, ...] = ()


def coded(
    held: Held,
    codes: npt.NDArray[np.int64],
    otherwise: int,
    *,
    lookup: Lookup,
    edges: Sequence[float] | None = None,
    place: int = 0,
) -> Coded:
    """Give each lead the code of its value.

    Parameters
    ----------
    held : Held
    codes : ndarray of int, shape (k,)
        Of each of the column's distinct values; with edges, of each band.
    otherwise : int
        Of a value that is not among them; with edges, of no number.
    lookup : callable
        Gives a table with columns `v` and `c`, from values and codes.
    edges : sequence of float, optional
        Rising cut points of a number.
    place : int
        Its number among several of one query.
    """
    if edges is not None:
        return Coded(code=_by_edges(held.value, codes, otherwise, edges))
    by_value = dict(zip(held.values, codes.tolist(), strict=True))
    nothing = by_value.pop(None, otherwise)
    most = _commonest(list(by_value.values()), otherwise)
    others = {value: code for value, code in by_value.items() if code != most}
    if len(others) <= _FEW:
        arms = "".join(f" WHEN {held.value} = {literal(v)} THEN {c}" for v, c in others.items())
        return Coded(code=f"(CASE WHEN {held.value} IS NULL THEN {nothing}{arms} ELSE {most} END)")
    table = f"m{place}"
    beside = lookup(list(others), list(others.values()))
    return Coded(
        code=f"(CASE WHEN {held.value} IS NULL THEN {nothing} "
        f"ELSE COALESCE({table}.c, {most}) END)",
        joins=(f"LEFT JOIN {beside} AS {table} ON {held.value} = {table}.v",),
    )


def _by_edges(
    value: str, codes: npt.NDArray[np.int64], otherwise: int, edges: Sequence[float]
) -> str:
    arms = "".join(
        f" WHEN {value} < {number(edge)} THEN {code}"
        for edge, code in zip(edges, codes.tolist(), strict=False)
    )
    return f"(CASE WHEN {value} IS NULL THEN {otherwise}{arms} ELSE {int(codes[len(edges)])} END)"


def _commonest(codes: Sequence[int], otherwise: int) -> int:
    """Give the code of most values, which need not be listed then."""
    return Counter(codes).most_common(1)[0][0] if codes else otherwise
