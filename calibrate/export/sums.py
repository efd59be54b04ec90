"""Formulas that add up the points of a lead: all of them, and those of groups, caps taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrate.export.lists import Lists

if TYPE_CHECKING:
    from calibrate.engines.base import Scoring

UNTOLD = "cannot be scored: see the ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapOver:
    """A cap: the most that the attributes under it may add.

    Attributes
    ----------
    under : str
        Range of 1 for an attribute under it and 0 for others.
    most : int
    half : {"fit", "engagement", ""}
        Of which these attributes are a part.
    """

    under: str
    most: int
    half: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Which attributes count for what: ranges with a 1 or a 0 an attribute, in their order.

    Attributes
    ----------
    attributes : int
        How many there are.
    fit, engagement : str
    caps : tuple of CapOver
    """

    attributes: int
    fit: str
    engagement: str
    caps: tuple[CapOver, ...]


def weights_of(scoring: Scoring, names: Sequence[str], lists: Lists) -> Weights:
    """Write which attributes count for what.

    Parameters
    ----------
    scoring : Scoring
    names : sequence of str
        The attributes that are asked for, in the order of their points.
    lists : Lists
    """

    def mark(under: frozenset[str]) -> str:
        return lists.add("counts", [int(name in under) for name in names])

    return Weights(
        attributes=len(names),
        fit=mark(scoring.fit),
        engagement=mark(scoring.engagement),
        caps=tuple(
            CapOver(under=mark(cap.columns), most=cap.most, half=_half(scoring, cap.columns))
            for cap in scoring.caps
        ),
    )


def _half(scoring: Scoring, columns: frozenset[str]) -> str:
    if columns <= scoring.fit:
        return "fit"
    return "engagement" if columns <= scoring.engagement else ""


def score_of(weights: Weights, points: str, base: str, *, across: bool = False) -> str:
    """Give the score from the range of a lead's points, which may lie across a row."""
    if not weights.attributes:
        return base
    over = "".join(f"-{_over(cap, points, across=across)}" for cap in weights.caps)
    told = f"COUNT({points})={weights.attributes}"
    return f'IF({told},{base}+SUM({points}){over},"{UNTOLD}")'


def fit_of(weights: Weights, score: str, points: str, *, across: bool = False) -> str:
    """Give the points for who a lead is; nothing without a score."""
    return _part(weights, "fit", weights.fit, score, points, across=across)


def engagement_of(weights: Weights, score: str, points: str, *, across: bool = False) -> str:
    """Give the points for what a lead does; nothing without a score."""
    return _part(weights, "engagement", weights.engagement, score, points, across=across)


def _part(
    weights: Weights, half: str, counted: str, score: str, points: str, *, across: bool
) -> str:
    if not weights.attributes:
        return "0"
    over = "".join(
        f"-{_over(cap, points, across=across)}" for cap in weights.caps if cap.half == half
    )
    return f"IF(ISNUMBER({score}),{_weighted(points, counted, across=across)}{over},0)"


def _over(cap: CapOver, points: str, *, across: bool) -> str:
    return f"MAX(0,{_weighted(points, cap.under, across=across)}-{cap.most})"


def _weighted(points: str, counted: str, *, across: bool) -> str:
    """Add up the points that count; the hidden sheet has its marks below one another."""
    return f"SUMPRODUCT(MMULT({points},{counted}))" if across else f"SUMPRODUCT({points},{counted})"
