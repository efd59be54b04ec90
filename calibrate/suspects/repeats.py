"""One lead twice: rows that are equal in all but the id."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, NumberColumn
from calibrate.engines.sql.engine import SqlEngine
from calibrate.engines.sql.looks import repeated_rows
from calibrate.engines.tables import Table
from calibrate.engines.threads import blocks_of, side_by_side
from calibrate.errors import Finding
from calibrate.joining import Joined
from calibrate.present.numbers import count_text
from calibrate.roles import Roles

_MORE_THAN_CHANCE = 10.0
"""Equal rows are remarked when there are so many times more pairs than chance would give."""
_MIX = np.uint64(0x9E3779B97F4A7C15)

Words = npt.NDArray[np.uint64]


def repeat_findings(
    table: Table, roles: Roles, joined: Joined, counted: npt.NDArray[np.bool_]
) -> list[Finding]:
    """Remark counted leads whose rows are equal in all but the id.

    In a table of few and coarse columns many leads are equal by chance, and nothing is said: the
    pairs must be ten times those that columns drawn apart from each other would give.
    """
    columns = [
        column
        for name, column in table.columns.items()
        if name != roles.id and name not in joined.sources and not _names_every_row(column)
    ]
    if not columns or counted.sum() < 2:
        return []
    rows_counted = np.flatnonzero(counted)
    hashes = _hashes(columns, table.rows)[counted]
    ordered = np.sort(hashes)
    if (ordered[1:] != ordered[:-1]).all():  # mostly nobody is there twice, and that is seen fast
        return []
    _, places, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
    pairs = float((sizes * (sizes - 1.0) / 2).sum())
    further = int((sizes - 1).sum())
    if not further or pairs <= _MORE_THAN_CHANCE * _pairs_by_chance(columns, counted):
        return []
    again = int(np.argmax(sizes[places] > 1))
    second = int(np.flatnonzero(hashes == hashes[again])[1])
    rows = [table.row_names.name(int(rows_counted[one])) for one in (again, second)]
    return _said(roles, further, rows)


def repeats_in_database(table: Table, roles: Roles, engine: SqlEngine) -> list[Finding]:
    """Remark the same of leads in a database."""
    found = repeated_rows(engine.rows, engine.rows.cells, engine.size)
    if found is None or found.pairs <= _MORE_THAN_CHANCE * found.by_chance:
        return []
    return _said(roles, found.further, [table.row_names.name(one) for one in found.places])


def _said(roles: Roles, further: int, rows: Sequence[str]) -> list[Finding]:
    but = f" but `{roles.id}`" if roles.id else ""
    example = f", for example {' and '.join(rows)}" if rows else ""
    return [
        Finding(
            code="repeated-rows",
            severity="warning" if roles.id else "info",
            says=f"{count_text(further)} {'row repeats' if further == 1 else 'rows repeat'} "
            f"another in everything{but}{example}: the same lead may be counted twice.",
            fix="Merge them in the CRM or remove the further rows; nothing, if they are different "
            "leads.",
        )
    ]


def _names_every_row(column: Column) -> bool:
    """Whether a column has a text of its own on every row: a further id, equal for nobody."""
    if isinstance(column, NumberColumn):
        return False
    return len(column.texts) == len(column.codes) and bool((column.codes > 0).all())


def _hashes(columns: list[Column], rows: int) -> Words:
    mixed = np.zeros(rows, dtype=np.uint64)

    def mix(some: slice) -> None:
        here = mixed[some]
        for column in columns:
            here ^= _words(column, some)
            here *= _MIX
            here ^= here >> np.uint64(29)

    side_by_side(mix, blocks_of(rows))
    return mixed


def _words(column: Column, rows: slice = slice(None)) -> Words:
    if isinstance(column, NumberColumn):
        return (column.numbers[rows] + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    return column.codes[rows].astype(np.uint64)


def _pairs_by_chance(columns: list[Column], counted: npt.NDArray[np.bool_]) -> float:
    rows = int(counted.sum())
    expected = rows * (rows - 1.0) / 2
    for column in columns:
        if isinstance(column, NumberColumn):
            _, counts = np.unique(_words(column)[counted], return_counts=True)
        else:
            counts = np.bincount(column.codes[counted])
        expected *= float(((counts / rows) ** 2).sum())
    return expected
