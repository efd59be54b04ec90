"""A card as SQL: a select, or a view, that tells of every row what `calibrate score` tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import ColumnPoints
from calibrate.errors import CalibrateError, SpecError, did_you_mean
from calibrate.export.dialects import DIALECTS, Dialect, Writer, can_hold
from calibrate.export.sql_points import points_expression
from calibrate.export.sql_policy import STANDS, SUMS, TOLD, Reckoned, Told, one_column
from calibrate.export.sql_values import Cell
from calibrate.export.truth import Truth
from calibrate.leads import Recipe
from calibrate.recipes import columns_of
from calibrate.scorecard import Scorecard
from calibrate.scorecard.parts import CardAttributePart
from calibrate.scorecard.scored import NAMES

_Asked = Sequence[tuple[ColumnPoints, Recipe | None]]
_PREFIX = "calibrate_"


def sql(
    card: Scorecard,
    *,
    dialect: str = "duckdb",
    table: str = "leads",
    view: str | None = None,
    prefix: str | None = None,
) -> str:
    """Write a card as SQL.

    Parameters
    ----------
    card : Scorecard
    dialect : {"duckdb", "postgres", "spark", "bigquery", "snowflake"}
    table : str
        The relation that holds the leads, as the engine names it: ``crm.leads``.
    view : str, optional
        Make a view of this name; by default a plain select.
    prefix : str, optional
        Put before the name of every column that is added; by default nothing, and ``calibrate_``
        where the card reads a column of one of their names.

    Returns
    -------
    str
        One statement: all columns of the relation, then ``score``, ``passes``, ``close_rate``,
        ``tier``, ``fit``, ``engagement``, and as far as the card has a policy for them ``gate``,
        ``must_contact``, ``grade``, ``stakes``, ``shown`` and ``action``. It fails in every engine
        where the relation has a column of such a name already.

    Raises
    ------
    CalibrateError
        Where the engine could not give the same score as calibrate, naming what and why.
    """
    if dialect not in DIALECTS:
        raise SpecError(f"--dialect: `{dialect[:40]}` is none; {did_you_mean(dialect, DIALECTS)}")
    writer = Writer(dialect)
    scored = scored_rows(card, writer, _relation(writer, table, "--table"), prefix=prefix)
    header = [_plain(line) for line in _header(card, _asked(card), writer.dialect, scored.added)]
    if view is not None:
        header.append(f"CREATE OR REPLACE VIEW {_relation(writer, view, '--view')} AS")
    return "\n".join([*header, scored.select]) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRows:
    """A select that scores.

    Attributes
    ----------
    select : str
        All columns of the leads, then those that are added.
    added : tuple of str
        The names of these.
    prefix : str
        What stands before them.
    """

    select: str
    added: tuple[str, ...]
    prefix: str


def scored_rows(
    card: Scorecard, writer: Writer, source: str, *, prefix: str | None = None
) -> ScoredRows:
    """Write the select that scores the rows of a relation.

    Parameters
    ----------
    card : Scorecard
    writer : Writer
        Of the engine's dialect.
    source : str
        What stands after FROM, in that dialect.
    prefix : str, optional
        See `sql`.

    Raises
    ------
    CalibrateError
        Where the engine could not give the same score as calibrate, naming what and why.
    """
    asked = _asked(card)
    _refuse_unclear(card, asked)
    before = _prefix(prefix, _columns(asked))
    cells = _cells(card, asked, writer)
    by_name = {one.name: one for one in card.attributes}
    told = Told(
        card=card,
        writer=writer,
        worth=lambda part: points_expression(
            part,
            by_name[part.column].made_from,
            cells.__getitem__,
            _known(by_name[part.column]),
        ),
    )
    columns = {f"{before}{name}": value for name, value in told.told.items()}
    lines = ["SELECT", f"  t.*, {', '.join(columns)}", f"FROM {source} AS t"]
    staged = [
        one_column(cell.staged.name, cell.any_number) for cell in cells.values() if cell.staged
    ]
    results = [one_column(name, value) for name, value in columns.items()]
    for row, reckoned in (
        ("n", staged), (SUMS, told.sums), (STANDS, told.stands), (TOLD, results)
    ):  # fmt: skip
        lines += _row_lines(list(reckoned), row, writer)
    return ScoredRows(select="\n".join(lines), added=tuple(columns), prefix=before)


def _asked(card: Scorecard) -> _Asked:
    """Give all that is read of a lead, for its points or for the policy."""
    recipes, scoring = {one.name: one.made_from for one in card.attributes}, card.scoring
    prefix = () if scoring.prefix is None else (scoring.prefix,)
    parts = (*scoring.columns, *scoring.conditions, *prefix)
    return [(part, recipes[part.column]) for part in parts]


def _is_read(recipe: Recipe | None) -> bool:
    """Say whether an attribute is read from a column of its own name."""
    return recipe is None or isinstance(recipe, BehaviourRecipe)


def _columns(asked: _Asked) -> list[str]:
    found: dict[str, None] = {}
    for part, recipe in asked:
        if recipe is None or isinstance(recipe, BehaviourRecipe):
            found[part.column] = None
        else:
            found.update(dict.fromkeys(columns_of(recipe)))
    return list(found)


def _known(attribute: CardAttributePart) -> tuple[str, ...]:
    """List the values of an attribute that have a level of their own."""
    named = (one for one in attribute.levels if one.level is not None)
    return tuple(text for one in named for text in (str(one.level), *one.members))


def _prefix(given: str | None, columns: Iterable[str]) -> str:
    """Say what stands before the names of the columns that are added."""
    taken = {name.lower() for name in columns}
    if given is None:
        return _PREFIX if taken & set(NAMES) else ""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,30}|", given):
        raise SpecError(
            f"--prefix: `{given[:40]}` cannot begin the name of a column; take small letters a-z, "
            f"digits and `_`, such as `lead_`."
        )
    clash = [name for name in NAMES if f"{given}{name}" in taken]
    if clash:
        raise SpecError(
            f"--prefix: the card reads a column `{given}{clash[0]}`; take another prefix."
        )
    return given


def _plain(line: str) -> str:
    """Take out of a comment what Spark would put its settings for, there too."""
    return line.replace("${", "$ {")


def _cells(card: Scorecard, asked: _Asked, writer: Writer) -> dict[str, Cell]:
    """Give the columns that are read; the numbers among them are reckoned before the points."""
    cells = {}
    for place, name in enumerate(_columns(asked)):
        parts = [part for part, recipe in asked if part.column == name and _is_read(recipe)]
        is_number = any(part.levels.kind == "number" for part in parts)
        cells[name] = Cell(
            writer=writer,
            column=writer.column(name),
            nothings=_nothings(card, [recipe for part, recipe in asked if part.column == name]),
            decimal_comma=next((part.levels.decimal_comma for part in parts), None),
            staged=writer.exp.column(f"n{place}", table="n") if is_number else None,
        )
    return cells


def _nothings(card: Scorecard, recipes: Iterable[Recipe | None]) -> tuple[str, ...]:
    """Give the texts that stand for nothing: no count of events does, that calibrate made."""
    is_made = any(isinstance(recipe, BehaviourRecipe) for recipe in recipes)
    return () if is_made else card.missing


def _refuse_unclear(card: Scorecard, asked: _Asked) -> None:
    problems = [
        f"`{part.column[:60]}`: {why}, and SQL cannot tell the type of a column in every engine"
        for part, recipe in asked
        if _is_read(recipe)
        and (why := Truth(part=part, nothings=_nothings(card, [recipe])).ambiguous) is not None
    ]
    problems = list(dict.fromkeys(problems))
    if problems:
        raise CalibrateError(
            f"card `{card.name}`: {'; '.join(problems)}. Group them (`levels` in the spec) and "
            f"calibrate again.",
            problems,
        )


def _relation(writer: Writer, name: str, option: str) -> str:
    """Read the name of a table as its engine would, and nothing but a name."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    parts = (sqlglot.exp.Table, sqlglot.exp.Identifier, sqlglot.exp.Dot)
    try:
        found = sqlglot.exp.maybe_parse(name, into=sqlglot.exp.Table, dialect=writer.dialect)
    except SqlglotError:
        found = sqlglot.exp.Table()
    plain = can_hold("postgres", name) and all(isinstance(one, parts) for one in found.walk())
    if not plain or found.args.get("alias") or not found.name:
        raise SpecError(
            f"{option}: `{name[:60]}` is no name of a table; write it as the engine does: leads, "
            f'crm.leads, or "Leads 2026" between its quotes.'
        )
    return writer.write(found)


def _header(
    card: Scorecard, asked: _Asked, dialect: Dialect, added: Sequence[str]
) -> Iterator[str]:
    yield f"-- Score of the card {card.name!r} for {dialect}; made by {card.made.by!r}."
    yield f"-- Base {card.points.base}; a lead passes from {card.threshold.score} on."
    if card.vetoes or card.gates:
        yield "-- One that a veto or a gate keeps out does not pass, whatever its score."
    if card.must_contact:
        yield "-- One on a must-contact level passes, whatever its score."
    yield "-- Adds these to the table's columns; none may be there yet:"
    yield f"--   {', '.join(added)}"
    behaviours = [part.column for part, recipe in asked if isinstance(recipe, BehaviourRecipe)]
    if behaviours:
        yield "-- Made from a log of events; the table must have columns with their values:"
        yield from (f"--   {name!r}" for name in dict.fromkeys(behaviours))
    joined = card.reads.columns if card.reads is not None else {}
    if any(name in joined for name in _columns(asked)):
        yield "-- From joined files; the table must have columns with their values:"
        yield from (
            f"--   {name!r} from {joined[name][1]!r} of {joined[name][0]!r}"
            for name in _columns(asked)
            if name in joined
        )


def _row_lines(columns: Sequence[Reckoned], row: str, writer: Writer) -> Iterator[str]:
    """Write what is reckoned once for every row, under a name of its own."""
    if not columns:
        return
    listed = ",\n".join(f"  {_terms(one, writer)} AS {one.name}" for one in columns)
    if writer.dialect == "bigquery":
        yield "CROSS JOIN UNNEST([STRUCT("
        yield f"{listed}\n)]) AS {row}"
    elif writer.dialect == "postgres":
        # Without the offset, Postgres would reckon everything again wherever it is named.
        yield f"CROSS JOIN LATERAL (SELECT\n{listed}\n  OFFSET 0) AS {row}"
    else:
        yield f"CROSS JOIN LATERAL (SELECT\n{listed}\n) AS {row}"


def _terms(one: Reckoned, writer: Writer) -> str:
    """Write terms one below the other, each under its comment."""
    lines: list[str] = []
    for place, (said, term) in enumerate(one.terms):
        lines += [f"  -- {_plain(said)}"] if said else []
        lines.append(f"  {'+ ' if place else ''}{writer.write(term)}")
    return "\n".join(lines).strip() if len(lines) == 1 else "\n".join(["(", *lines, "  )"])
