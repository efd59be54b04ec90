"""Further tables of a database about the same leads: their columns beside those of the leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from calibrate.engines.sql.keys import keys_of
from calibrate.engines.sql.phrases import column, quoted
from calibrate.engines.sql.relations import (
    Relation,
    RelationColumn,
    as_table,
    name_parts,
    open_relation,
)
from calibrate.engines.tables import Table
from calibrate.errors import Finding, SpecError
from calibrate.joining import Joined, beside, check_key, free_name, joined_finding, stands_twice
from calibrate.logs import further_file
from calibrate.spec import JoinPart

_AT = "calibrate_at"


@dataclass(frozen=True, kw_only=True)
class JoinedThere:
    """Leads in a database with the columns of further tables.

    Attributes
    ----------
    relation : Relation
    sources : mapping of str to (str, str)
        For columns that came from a further table: what it is called, and the column's name there.
    there : mapping of str to str
        From table to the condition in SQL that a lead ``t`` has a row there.
    findings : tuple of Finding
    """

    relation: Relation
    sources: Mapping[str, tuple[str, str]]
    there: Mapping[str, str]
    findings: tuple[Finding, ...]

    def beside(self, table: Table) -> Joined:
        """Give the same as of leads in files."""
        return Joined(
            table=table,
            sources=self.sources,
            matched={},
            findings=self.findings,
            there=self.there,
        )


def join_there(
    relation: Relation,
    joins: Sequence[JoinPart],
    *,
    repeated: Literal["first", "last"] | None = None,
    folder: Path | None = None,
) -> JoinedThere:
    """Add the columns of further tables; see `join_tables`.

    Parameters
    ----------
    relation : Relation
    joins : sequence of JoinPart
    repeated : {"first", "last"}, optional
        Which row of a further table wins where several name the same lead.
    folder : Path, optional
        Where files are looked for that do not stand beside the leads.

    Raises
    ------
    SpecError
        When the column to join on is in neither or only one of the tables, or rows without an
        order are to be told apart.
    LeadsError
        When a further table is not there, or has several rows for a lead.
    """
    columns = dict(relation.columns)
    sources: dict[str, tuple[str, str]] = {}
    there: dict[str, str] = {}
    findings: list[Finding] = []
    made = [f"{relation.order} AS {_AT}"] if relation.order and joins else []
    tables: list[str] = []
    for number, part in enumerate(joins):
        other = _opened(relation, part, folder)
        for table in (relation, other):
            check_key(as_table(table), part)
        found = _Further(relation=relation, other=other, part=part, repeated=repeated)
        name = f"j{number}"
        tables.append(f"LEFT JOIN {found.rows} AS {name} ON {found.keys[0]} = {name}.k")
        made.append(f"CASE WHEN {name}.k IS NULL THEN 0 ELSE 1 END AS calibrate_joined_{number}")
        there[part.place] = f"{column(f'calibrate_joined_{number}')} = 1"
        findings.append(found.finding)
        for place, (origin, one) in enumerate(other.columns.items()):
            if origin == part.on:
                continue
            alias = f"calibrate_join_{number}_{place}"
            made.append(f"{name}.{quoted(one.name)} AS {alias}")
            own = free_name(columns, (_called(part), origin))
            columns[own] = RelationColumn(name=alias, kind=one.kind)
            sources[own] = (part.place, origin)
    if joins:
        relation = replace(
            relation,
            columns=columns,
            source=f"(SELECT t.*, {', '.join(made)} FROM {relation.source} AS t "
            f"{' '.join(tables)})",
            order=column(_AT) if relation.order else None,
        )
    return JoinedThere(relation=relation, sources=sources, there=there, findings=tuple(findings))


def _opened(relation: Relation, part: JoinPart, folder: Path | None) -> Relation:
    if relation.files:
        if part.path is None:
            raise SpecError(
                f"spec: join: name the `path` of {part.place}: its `table` is in a database, and "
                f"the leads are not"
            )
        return further_file(relation, beside(as_table(relation), part.path, folder), "join")
    if part.table is None:
        raise SpecError(
            f"spec: join: the leads are in a database, so {part.place} has to be a table there: "
            f"`join: [{{table: NAME, on: {part.on}}}]`."
        )
    return open_relation(relation.connection, table=part.table)


def _called(part: JoinPart) -> str:
    """Give what a column is named after: the file, or the table without its schema."""
    return part.path or name_parts(str(part.table))[-1]


@dataclass(frozen=True, kw_only=True)
class _Further:
    """A further table, each lead of it once."""

    relation: Relation
    other: Relation
    part: JoinPart
    repeated: Literal["first", "last"] | None

    @property
    def keys(self) -> tuple[str, str]:
        """What names a lead, in the leads and there."""
        on = self.part.on
        return keys_of(self.relation.columns[on], self.other.columns[on])

    @property
    def rows(self) -> str:
        """Its rows with their key, ``k``; of those that share one the row that wins."""
        order = self.other.order or "0"
        listed = ", ".join(
            column(one.name) for name, one in self.other.columns.items() if name != self.part.on
        )
        plain = (
            f"SELECT {self.keys[1]} AS k, {order} AS p{', ' if listed else ''}{listed} FROM "
            f"{self.other.source} AS t WHERE {self.other.condition}"
        )
        if not self._is_repeated:
            return f"(SELECT * FROM ({plain}) AS f WHERE k IS NOT NULL)"
        way = "DESC" if self.repeated == "last" else "ASC"
        return (
            f"(SELECT * FROM (SELECT f.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY p {way}) AS "
            f"w FROM ({plain}) AS f WHERE k IS NOT NULL) AS g WHERE w = 1)"
        )

    @property
    def _is_repeated(self) -> bool:
        """Say whether leads stand on several rows; refused without a word about which one wins."""
        order = self.other.order or "0"
        rows = self.other.rows
        found = rows.ask(
            f"SELECT k, a FROM (SELECT k, MIN(p) AS a, COUNT(*) AS n FROM (SELECT {self.keys[1]} "
            f"AS k, {order} AS p FROM {rows.source} AS t WHERE {rows.where}) AS f WHERE k IS NOT "
            f"NULL GROUP BY k) AS g WHERE n > 1 ORDER BY a, k LIMIT 1"
        )
        if not found[0]:
            return False
        if self.repeated is None:
            raise stands_twice(
                as_table(self.other), self.part, _shown(found[0][0]), self._first_two(found[1][0])
            )
        if self.other.order is None:
            raise SpecError(
                f"spec: repeated: {self.other.where} gives its rows in no order, so none is the "
                f"{self.repeated}; give a view that keeps one row of each lead"
            )
        return True

    def _first_two(self, first: int) -> tuple[str, str]:
        if self.other.order is None:
            return "one of its rows", "another"
        key, order, rows = self.keys[1], self.other.order, self.other.rows
        second = rows.ask(
            f"SELECT MIN({order}) AS p FROM {rows.source} AS t WHERE {rows.where} AND {order} > "
            f"{first} AND {key} = (SELECT {key} FROM {rows.source} AS t WHERE {order} = {first})"
        )[0][0]
        names = self.other.row_names
        return names.name(int(first)), names.name(int(second))

    @property
    def finding(self) -> Finding:
        """How many leads it knows, and how many of its rows belong to none."""
        own, rows = self.relation.rows, self.other.rows
        leads = f"(SELECT {self.keys[0]} AS k FROM {own.source} AS t WHERE {own.where})"
        (matched,), (used,) = own.ask(
            f"SELECT COUNT(*) AS m, COUNT(DISTINCT l.k) AS u FROM {leads} AS l JOIN {self.rows} "
            f"AS j ON l.k = j.k"
        )
        strangers = self.other.leads - int(used)
        example = "one of its rows"
        if strangers and self.other.order is not None:
            wins = (
                f"SELECT j.p AS p FROM {self.rows} AS j JOIN (SELECT DISTINCT k FROM {leads} AS l) "
                f"AS l ON j.k = l.k"
            )
            first = rows.ask(
                f"SELECT MIN(q.p) AS p FROM (SELECT {self.other.order} AS p FROM {rows.source} "
                f"AS t WHERE {rows.where}) AS q LEFT JOIN ({wins}) AS w ON q.p = w.p "
                f"WHERE w.p IS NULL"
            )[0][0]
            example = self.other.row_names.name(int(first))
        return joined_finding(
            self.part,
            leads=self.relation.leads,
            matched=int(matched),
            strangers=strangers,
            example=example,
        )


def _shown(key: str | float) -> str:
    return key if isinstance(key, str) else f"{key:g}"
