"""Columns that tell leads apart in exactly the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import NumberColumn
from calibrate.engines.memory import MemoryEngine
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.looks import look_alike
from calibrate.errors import Finding
from calibrate.leads import Leads

_COMPARED = 20_000
"""Columns that are alike on so many leads are compared on all of them."""


def copy_findings(leads: Leads) -> list[Finding]:
    """Remark on columns that are the same for every lead, values renamed or not."""
    engine = leads.engine
    if isinstance(engine, SqlEngine):
        return _said(_pairs_in_database(engine, [one.name for one in leads.own_attributes]))
    by_sizes: dict[bytes, list[tuple[str, npt.NDArray[np.int64]]]] = {}
    pairs: list[tuple[str, str]] = []
    some = slice(0, _COMPARED)
    for one in leads.own_attributes:
        codes = _numbered(engine, one.name, some)
        sizes = np.bincount(codes).tobytes()
        twin = next(
            (
                name
                for name, other in by_sizes.get(sizes, [])
                if np.array_equal(codes, other) and _are_copies(engine, one.name, name)
            ),
            None,
        )
        if twin is not None:
            pairs.append((one.name, twin))
        else:
            by_sizes.setdefault(sizes, []).append((one.name, codes))
    return _said(pairs)


def _pairs_in_database(engine: SqlEngine, names: Sequence[str]) -> list[tuple[str, str]]:
    """Give each column that is as one before it, with the first of those."""
    first: list[str] = []
    pairs: list[tuple[str, str]] = []
    for name in names:
        twin = next((other for other in first if look_alike(engine, name, other)), None)
        if twin is None:
            first.append(name)
        else:
            pairs.append((name, twin))
    return pairs


def _said(pairs: Sequence[tuple[str, str]]) -> list[Finding]:
    if not pairs:
        return []
    listed = ", ".join(f"`{name}` exactly as `{twin}` does" for name, twin in pairs)
    return [
        Finding(
            code="exact-copies",
            severity="info",
            says=f"Copies tell leads apart twice: {listed}. Each is paid a share, so that nothing "
            f"is paid twice.",
            fix=f"For a shorter card: `exclude: [{', '.join(name for name, _ in pairs)}]`.",
        )
    ]


def _are_copies(engine: MemoryEngine, one: str, other: str) -> bool:
    if engine.size <= _COMPARED:
        return True
    everyone = slice(None)
    return np.array_equal(_numbered(engine, one, everyone), _numbered(engine, other, everyone))


def _numbered(engine: MemoryEngine, name: str, rows: slice) -> npt.NDArray[np.int64]:
    """Give each value a number, in the order in which leads first show them."""
    column = engine.columns[name]
    values = (column.numbers if isinstance(column, NumberColumn) else column.codes)[rows]
    _, first, places = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[places]
