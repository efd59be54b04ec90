"""Leads and customers per level: the small table of integers that everything else is made from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibrate.bands import (
    FINE_PARTS,
    SCREENING_PARTS,
    Merging,
    merge_alike,
    merge_small,
    merged_counts,
    round_edges,
)
from calibrate.engines.base import CountingEngine, ValueCounts
from calibrate.leads import Attribute, Leads
from calibrate.levels import MISSING, NO, OTHER, YES, Kind, Level, Levels, bands, fold
from calibrate.shown import AsTable
from calibrate.spec import Group

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeCounts:
    """The counts of one attribute.

    Attributes
    ----------
    name : str
    group : str
    unit : str or None
    min_leads : int
    levels : Levels
    leads, customers : tuple of int
        Per level; their sums are the counted leads and customers.
    by_shard : tuple of (ndarray, ndarray) or None
        Leads and customers, shape (200, levels), when they were asked for.
    """

    name: str
    group: Group
    unit: str | None
    min_leads: int
    levels: Levels
    leads: tuple[int, ...]
    customers: tuple[int, ...]
    by_shard: tuple[Ints, Ints] | None = None

    @property
    def kind(self) -> Kind:
        """How values are read."""
        return self.levels.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(AsTable):
    """Leads and customers, overall and per level of every attribute."""

    leads: int
    customers: int
    attributes: tuple[AttributeCounts, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a level: attribute, level, leads, customers."""
        import pandas as pd

        rows = [
            (one.name, level.label, leads, customers)
            for one in self.attributes
            for level, leads, customers in zip(
                one.levels.levels, one.leads, one.customers, strict=True
            )
        ]
        return pd.DataFrame(rows, columns=["attribute", "level", "leads", "customers"])

    def __repr__(self) -> str:
        levels = sum(len(one.leads) for one in self.attributes)
        return (
            f"Counts({self.customers} customers among {self.leads} leads, "
            f"{len(self.attributes)} attributes, {levels} levels)"
        )


def count(leads: Leads, *, by_shard: bool = False) -> Counts:
    """Count leads and customers in every level of every attribute.

    Parameters
    ----------
    leads : Leads
        What `read_leads` gave.
    by_shard : bool
        Keep the counts of each of 200 shards too, so that folds and resamples cost no second pass.

    Returns
    -------
    Counts

    Notes
    -----
    Values are compared trimmed and without case, and shown in their commonest spelling. Values on
    fewer than ``min_leads`` leads are pooled into ``(other)``; ``(missing)`` never is.

    Examples
    --------
    >>> import pandas as pd
    >>> from calibrate.reading import read_leads
    >>> frame = pd.DataFrame({"source": ["Fair", "web"] * 20, "converted": [1, 0] * 10 + [0] * 20})
    >>> count(read_leads(frame)).to_frame().to_dict("records")[0]
    {'attribute': 'source', 'level': 'Fair', 'leads': 20, 'customers': 10}
    """
    return Counts(
        leads=leads.counted,
        customers=leads.customers,
        attributes=tuple(
            count_attribute(leads.engine, attribute, by_shard=by_shard)
            for attribute in leads.attributes
        ),
    )


def refine(
    leads: Leads, counts: Counts, selected: Collection[str], *, alpha: float, max_bands: int
) -> Counts:
    """Recount the selected numbers in bands that the outcome helped to cut.

    Parameters
    ----------
    leads : Leads
    counts : Counts
        As `count` gave them.
    selected : collection of str
        Attributes that have passed their test on bands made without the outcome.
    alpha : float
        Neighbouring bands stay apart when they differ at this level.
    max_bands : int
        Most bands of one attribute.

    Notes
    -----
    Declared bands stay as they are. Cut points move to round numbers where each band keeps its
    leads and customers within 1 % or one lead.
    """
    by_name = {attribute.name: attribute for attribute in leads.attributes}
    refined = []
    for one in counts.attributes:
        attribute = by_name[one.name]
        if one.kind != "number" or one.name not in selected or attribute.part.bands is not None:
            refined.append(one)
            continue
        merging = Merging(
            alpha=alpha,
            max_bands=max_bands,
            min_leads=attribute.min_leads,
            monotone=attribute.part.monotone,
        )
        edges = _supervised_edges(leads.engine, attribute.name, merging)
        refined.append(
            count_attribute(leads.engine, attribute, edges, by_shard=one.by_shard is not None)
        )
    return Counts(leads=counts.leads, customers=counts.customers, attributes=tuple(refined))


def _supervised_edges(engine: CountingEngine, column: str, merging: Merging) -> tuple[float, ...]:
    fine = engine.cut_points(column, FINE_PARTS)
    counted = engine.count_bands(column, fine)
    kept = merge_alike(fine, counted.leads[:-1].tolist(), counted.customers[:-1].tolist(), merging)

    def count_again(edges: Sequence[float]) -> tuple[Ints, Ints]:
        again = engine.count_bands(column, edges)
        return again.leads, again.customers

    return round_edges(kept, count_again)


def count_attribute(
    engine: CountingEngine,
    attribute: Attribute,
    edges: Sequence[float] | None = None,
    *,
    by_shard: bool = False,
) -> AttributeCounts:
    """Count the levels of one attribute; a number at the given cut points, or at tenths."""
    if attribute.kind == "number":
        levels, leads, customers = _count_number(engine, attribute, edges, by_shard)
    else:
        levels, leads, customers = _count_values(engine, attribute, by_shard)
    totals = (leads.sum(axis=0), customers.sum(axis=0)) if by_shard else (leads, customers)
    return AttributeCounts(
        name=attribute.name,
        group=attribute.part.group,
        unit=attribute.part.unit,
        min_leads=attribute.min_leads,
        levels=levels,
        leads=tuple(totals[0].tolist()),
        customers=tuple(totals[1].tolist()),
        by_shard=(leads, customers) if by_shard else None,
    )


def _count_number(
    engine: CountingEngine, attribute: Attribute, edges: Sequence[float] | None, by_shard: bool
) -> tuple[Levels, Ints, Ints]:
    given = edges if edges is not None else attribute.part.bands
    edges = engine.cut_points(attribute.name, SCREENING_PARTS) if given is None else given
    counted = engine.count_bands(attribute.name, edges, by_shard=by_shard)
    leads, customers = counted.leads, counted.customers
    if given is None:
        totals = leads.sum(axis=0) if by_shard else leads
        kept = merge_small(edges, totals[:-1].tolist(), attribute.min_leads)
        leads, customers = (merged_counts(part, edges, kept) for part in (leads, customers))
        edges = kept
    has_missing = bool(leads[..., -1].any())
    named = (Level(text=MISSING),) if has_missing else ()
    if not has_missing:
        leads, customers = leads[..., :-1], customers[..., :-1]
    levels = Levels(
        kind="number", levels=(*bands(edges), *named), decimal_comma=attribute.decimal_comma
    )
    return levels, leads, customers


def _count_values(
    engine: CountingEngine, attribute: Attribute, by_shard: bool
) -> tuple[Levels, Ints, Ints]:
    counted = engine.count_values(attribute.name, by_shard=by_shard)
    totals = counted.leads.sum(axis=0) if by_shard else counted.leads
    spelled = _spellings(counted, totals, attribute)
    sizes = {
        name: int(sum(totals[place] for place in places)) for name, (_, places) in spelled.items()
    }
    grouped = {fold(name) for name in attribute.groups}
    large = [n for n in spelled if n in grouped or (sizes[n] >= attribute.min_leads and n != OTHER)]
    rare = [name for name in spelled if name not in large]
    levels: list[Level] = []
    places: list[list[int]] = []
    for name in sorted(large):
        shown, columns = spelled[name]
        members = attribute.groups.get(shown, ()) if name in grouped else ()
        levels.append(Level(text=shown, members=tuple(members)))
        places.append(columns)
    if rare:
        levels.append(Level(text=OTHER))
        places.append([place for name in rare for place in spelled[name][1]])
    if totals[-1]:
        levels.append(Level(text=MISSING))
        places.append([len(counted.values)])
    return (
        Levels(
            kind=attribute.kind,
            levels=tuple(levels),
            pooled=tuple(spelled[name][0] for name in sorted(rare)),
            decimal_comma=attribute.decimal_comma,
        ),
        _summed(counted.leads, places),
        _summed(counted.customers, places),
    )


def _spellings(
    counted: ValueCounts, totals: Ints, attribute: Attribute
) -> dict[str, tuple[str, list[int]]]:
    """Bring together the spellings of a value: folded name -> shown name, places in the counts."""
    group_of = {
        fold(member): name for name, members in attribute.groups.items() for member in members
    }
    places: dict[str, list[int]] = {}
    shown: dict[str, tuple[int, str]] = {}
    for place, text in enumerate(counted.values):
        name = _yes_or_no(text) if attribute.kind == "boolean" else text.strip()
        name = group_of.get(fold(name), name)
        key = fold(name)
        places.setdefault(key, []).append(place)
        # The commonest spelling is shown, the first in the alphabet among equals.
        best = (-int(totals[place]), name)
        shown[key] = min(shown.get(key, best), best)
    shown |= {fold(name): (0, name) for name in attribute.groups if fold(name) in places}
    return {key: (shown[key][1], places[key]) for key in places}


def _yes_or_no(text: str) -> str:
    folded = fold(text)
    return "yes" if folded in YES else "no" if folded in NO else text.strip()


def _summed(counts: Ints, places: Sequence[Sequence[int]]) -> Ints:
    starts = np.cumsum([0, *map(len, places)])[:-1]
    order = [column for columns in places for column in columns]
    summed: Ints = np.add.reduceat(counts[..., order], starts, axis=-1)
    return summed
