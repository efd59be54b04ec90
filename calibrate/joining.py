"""Further tables about the same leads: their columns beside those of the leads table."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, NumberColumn, small, text_column
from calibrate.engines.tables import Table, open_table
from calibrate.errors import Finding, LeadsError, SpecError, did_you_mean
from calibrate.present.numbers import count_text
from calibrate.spec import JoinPart

Ints = npt.NDArray[np.int64]

NOWHERE = -1
"""The place of a lead's row in a table that has none for it."""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A leads table with the columns of further tables.

    Attributes
    ----------
    table : Table
    sources : mapping of str to (str, str)
        For columns that came from a further table: its file, and the column's name there.
    matched : mapping of str to ndarray of bool, shape (n,)
        From file to whether each lead has a row there.
    findings : tuple of Finding
    there : mapping of str to str
        For leads in a database: from file to the condition in SQL that a lead has a row there.
    """

    table: Table
    sources: Mapping[str, tuple[str, str]]
    matched: Mapping[str, npt.NDArray[np.bool_]]
    findings: tuple[Finding, ...]
    there: Mapping[str, str] = field(default_factory=dict)


def join_tables(
    table: Table,
    joins: Sequence[JoinPart],
    *,
    repeated: Literal["first", "last"] | None = None,
    folder: Path | None = None,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> Joined:
    """Add the columns of further tables.

    A column whose name is taken gets the file's name before it: ``deals.source``.

    Parameters
    ----------
    table : Table
    joins : sequence of JoinPart
    repeated : {"first", "last"}, optional
        Which row of a further table wins where several name the same lead.
    folder : Path, optional
        Where files are looked for that do not stand beside the leads.
    names : mapping of str to (str, str), optional
        Which columns to add, and under which names, as an earlier joining had them; else all.

    Raises
    ------
    SpecError
        When the column to join on is in neither or only one of the tables.
    LeadsError
        When a further table cannot be read, or has several rows for a lead.
    """
    if not joins:
        return Joined(table=table, sources={}, matched={}, findings=())
    columns = dict(table.columns)
    sources: dict[str, tuple[str, str]] = {}
    wanted = None if names is None else {origin: name for name, origin in names.items()}
    matched: dict[str, npt.NDArray[np.bool_]] = {}
    findings: list[Finding] = []
    for part in joins:
        if part.path is None:
            raise SpecError(
                f"spec: join: name the `path` of {part.place}: its `table` is in a database, and "
                f"the leads are not"
            )
        other = open_table(beside(table, part.path, folder))
        for where in (table, other):
            check_key(where, part)
        places = _places(table, other, part, repeated)
        matched[part.place] = places != NOWHERE
        findings.extend(_unmatched(other, part, places))
        for name, column in other.columns.items():
            origin = (part.place, name)
            if name == part.on or (wanted is not None and origin not in wanted):
                continue
            own = free_name(columns, origin) if wanted is None else wanted[origin]
            columns[own] = gathered(column, places)
            sources[own] = origin
    return Joined(
        # What was joined has no say in what the leads' own table is known by.
        table=replace(table, columns=columns, digest=table.fingerprint),
        sources=sources,
        matched=matched,
        findings=tuple(findings),
    )


def free_name(columns: Mapping[str, object], origin: tuple[str, str]) -> str:
    """Name a column as it is called, or after its file, or after its whole path."""
    path, name = origin
    options = (name, f"{Path(path).stem}.{name}")
    return next((one for one in options if one not in columns), f"{path}.{name}")


def beside(table: Table, path: str, folder: Path | None = None) -> Path:
    """Find a file that belongs to a table: in its folder, else in that of the spec, or here."""
    places = [Path(table.where).parent] if table.dated is not None else []
    places += [folder] if folder is not None else []
    return next((place / path for place in places if _is_there(place / path)), Path(path))


def _is_there(path: Path) -> bool:
    """Whether a file is there, or any that a pattern means."""
    return path.exists() or (glob.has_magic(path.name) and any(path.parent.glob(path.name)))


def key_codes(table: Table, name: str) -> tuple[npt.NDArray[np.integer], tuple[str, ...]]:
    """Give the codes of a key column, 0 for none, and its keys, trimmed; case tells ids apart."""
    column = text_column(table.columns[name])
    return column.codes, tuple(text.strip() for text in column.texts)


def gathered(column: Column, places: Ints) -> Column:
    """Give each lead the value at its place in another table; none where it has no place."""
    there = places != NOWHERE
    if isinstance(column, NumberColumn):
        return NumberColumn(numbers=np.where(there, column.numbers[places], np.nan))
    codes = small(np.where(there, column.codes[places], 0), len(column.texts))
    return replace(column, codes=codes).take(np.ones(len(codes), dtype=np.bool_))


def check_key(table: Table, part: JoinPart) -> None:
    """Refuse a table without the column to join on.

    Raises
    ------
    SpecError
    """
    if part.on not in table.columns:
        raise SpecError(
            f"spec: join: {table.name} has no column `{part.on}`; "
            f"{did_you_mean(part.on, list(table.columns))}"
        )


def _places(
    table: Table, other: Table, part: JoinPart, repeated: Literal["first", "last"] | None
) -> Ints:
    """Find each lead's row in the other table."""
    codes, keys = key_codes(other, part.on)
    rows = np.arange(other.rows)
    first = _first_rows(codes, keys, rows)
    if repeated is None:
        _check_once(other, part, codes, keys)
    elif repeated == "last":
        first = _first_rows(codes[::-1], keys, rows[::-1])
    own, own_keys = key_codes(table, part.on)
    by_code = np.array([NOWHERE, *(first.get(key, NOWHERE) for key in own_keys)], dtype=np.int64)
    places: Ints = by_code[own]
    return places


def _first_rows(
    codes: npt.NDArray[np.integer], keys: tuple[str, ...], rows: npt.NDArray[np.integer]
) -> dict[str, int]:
    distinct, at = np.unique(codes, return_index=True)
    found: dict[str, int] = {}
    for place in np.argsort(at, kind="stable"):
        if distinct[place]:
            found.setdefault(keys[distinct[place] - 1], int(rows[at[place]]))
    return found


def _check_once(
    other: Table, part: JoinPart, codes: npt.NDArray[np.integer], keys: tuple[str, ...]
) -> None:
    distinct = {key: place for place, key in enumerate(dict.fromkeys(keys), start=1)}
    same = np.array([0, *(distinct[key] for key in keys)])[codes]
    counts = np.bincount(same)
    counts[0] = 0
    if counts.max(initial=0) < 2:
        return
    key = int(np.argmax(counts > 1))
    first, second = (other.row_names.name(int(row)) for row in np.flatnonzero(same == key)[:2])
    raise stands_twice(other, part, list(distinct)[key - 1], (first, second))


def stands_twice(other: Table, part: JoinPart, key: str, rows: tuple[str, str]) -> LeadsError:
    """Say that a further table has several rows for a lead."""
    return LeadsError(
        f"{other.where}: `{part.on}` should name each lead once, and `{key[:60]}` stands in "
        f"{rows[0]} and {rows[1]}. Remove the further rows, or say in the spec which one wins: "
        f"`repeated: first` or `repeated: last`."
    )


def _unmatched(other: Table, part: JoinPart, places: Ints) -> list[Finding]:
    used = np.zeros(other.rows, dtype=np.bool_)
    used[places[places != NOWHERE]] = True
    strangers = np.flatnonzero(~used)
    return [
        joined_finding(
            part,
            leads=len(places),
            matched=int((places != NOWHERE).sum()),
            strangers=len(strangers),
            example=other.row_names.name(int(strangers[0])) if len(strangers) else "",
        )
    ]


def joined_finding(
    part: JoinPart, *, leads: int, matched: int, strangers: int, example: str
) -> Finding:
    """Say how many leads a further table knows, and how many of its rows belong to none.

    Parameters
    ----------
    part : JoinPart
    leads, matched : int
        All leads, and those that have a row there.
    strangers : int
        Rows there of no lead.
    example : str
        What the first of them is called.
    """
    says = (
        f"{part.place}: {count_text(matched)} of {count_text(leads)} leads have a row there "
        f"(joined on `{part.on}`)"
    )
    if not strangers:
        return Finding(code="joined", severity="info", says=f"{says}.", fix="Nothing.")
    return Finding(
        code="joined",
        severity="warning" if not matched else "info",
        says=f"{says}; {count_text(strangers)} of its rows belong to no lead, the first in "
        f"{example}.",
        fix="Check that both tables name leads in the same way." if not matched else "Nothing.",
    )
