"""A card as SQL: a select, or a view, that gives every row its score and whether it passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calibrate.behaviours import BehaviourRecipe
from calibrate.engines.base import ColumnPoints
from calibrate.errors import CalibrateError, SpecError, did_you_mean
from calibrate.export.dialects import DIALECTS, Dialect, Writer, can_hold
from calibrate.export.sql_points import points_expression
from calibrate.export.sql_values import Cell
from calibrate.export.truth import Truth
from calibrate.leads import Recipe
from calibrate.recipes import columns_of
from calibrate.scorecard import Scorecard


def sql(
    card: Scorecard, *, dialect: str = "duckdb", table: str = "leads", view: str | None = None
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

    Returns
    -------
    str
        One statement: all columns of the relation, then ``score`` and ``passes``, with
        ``calibrate_`` before them where the card reads a column of that name.

    Raises
    ------
    CalibrateError
        Where the engine could not give the same score as calibrate, naming what and why.
    """
    if dialect not in DIALECTS:
        raise SpecError(f"--dialect: `{dialect[:40]}` is none; {did_you_mean(dialect, DIALECTS)}")
    writer = Writer(dialect)
    relation = _relation(writer, table, "--table")
    earning = _earning(card)
    _refuse_unclear(card, earning)
    cells = _cells(card, earning, writer)
    terms = [
        (part.column, writer.write(points_expression(part, recipe, cells.__getitem__)))
        for part, recipe in earning
    ]
    # Spark puts its settings for `${...}`, in comments too.
    lines = [line.replace("${", "$ {") for line in _header(card, earning, writer.dialect)]
    if view is not None:
        lines.append(f"CREATE OR REPLACE VIEW {_relation(writer, view, '--view')} AS")
    lines += _select_lines(card, terms, relation, list(cells.values()), writer.dialect)
    return "\n".join(lines) + "\n"


def _earning(card: Scorecard) -> list[tuple[ColumnPoints, Recipe | None]]:
    recipes = {one.name: one.made_from for one in card.attributes}
    return [(part, recipes[part.column]) for part in card.scoring.columns]


def _is_read(recipe: Recipe | None) -> bool:
    """Say whether an attribute is read from a column of its own name."""
    return recipe is None or isinstance(recipe, BehaviourRecipe)


def _columns(earning: Sequence[tuple[ColumnPoints, Recipe | None]]) -> list[str]:
    found: dict[str, None] = {}
    for part, recipe in earning:
        if recipe is None or isinstance(recipe, BehaviourRecipe):
            found[part.column] = None
        else:
            found.update(dict.fromkeys(columns_of(recipe)))
    return list(found)


def _added(columns: Sequence[str]) -> tuple[str, str]:
    """Name the two columns that are added; another name where the card reads one of that name."""
    taken = {name.lower() for name in columns}
    score, passes = (f"calibrate_{name}" if name in taken else name for name in ("score", "passes"))
    return score, passes


def _cells(
    card: Scorecard, earning: Sequence[tuple[ColumnPoints, Recipe | None]], writer: Writer
) -> dict[str, Cell]:
    """Give the columns that are read; the numbers among them are reckoned before the points."""
    kinds = {part.column: part for part, recipe in earning if _is_read(recipe)}
    cells = {}
    for place, name in enumerate(_columns(earning)):
        part = kinds.get(name)
        is_number = part is not None and part.levels.kind == "number"
        cells[name] = Cell(
            writer=writer,
            column=writer.column(name),
            nothings=card.missing,
            decimal_comma=None if part is None else part.levels.decimal_comma,
            staged=writer.exp.column(f"n{place}", table="n") if is_number else None,
        )
    return cells


def _refuse_unclear(card: Scorecard, earning: Sequence[tuple[ColumnPoints, Recipe | None]]) -> None:
    problems = [
        f"`{part.column[:60]}`: {why}, and SQL cannot tell the type of a column in every engine"
        for part, recipe in earning
        if _is_read(recipe)
        and (why := Truth(part=part, nothings=card.missing).ambiguous) is not None
    ]
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
    card: Scorecard, earning: Sequence[tuple[ColumnPoints, Recipe | None]], dialect: Dialect
) -> Iterator[str]:
    yield f"-- Score of the card {card.name!r} for {dialect}; made by {card.made.by!r}."
    yield f"-- Base {card.points.base}; a lead passes from {card.threshold.score} on."
    score, passes = _added(_columns(earning))
    yield f"-- Adds `{score}` and `{passes}` to the table's columns, which may not be there yet."
    behaviours = [part.column for part, recipe in earning if isinstance(recipe, BehaviourRecipe)]
    if behaviours:
        yield "-- Made from a log of events; the table must have columns with their values:"
        yield from (f"--   {name!r}" for name in behaviours)
    joined = card.reads.columns if card.reads is not None else {}
    if any(name in joined for name in _columns(earning)):
        yield "-- From joined files; the table must have columns with their values:"
        yield from (
            f"--   {name!r} from {joined[name][1]!r} of {joined[name][0]!r}"
            for name in _columns(earning)
            if name in joined
        )


def _select_lines(
    card: Scorecard,
    terms: Sequence[tuple[str, str]],
    relation: str,
    cells: Sequence[Cell],
    dialect: Dialect,
) -> Iterator[str]:
    yield "SELECT"
    score, passes = _added([cell.column.name for cell in cells])
    yield f"  t.*, s.score AS {score}, s.score >= {card.threshold.score} AS {passes}"
    yield f"FROM {relation} AS t"
    staged = [cell for cell in cells if cell.staged]
    if staged:
        columns = [(cell.writer.write(cell.any_number), cell.staged.name) for cell in staged]
        yield from _row_lines(columns, "n", dialect)
    total = [f"{card.points.base}"]
    for name, term in terms:
        total += [f"  -- {name!r}".replace("${", "$ {"), f"  + {term}"]
    yield from _row_lines([("\n".join(total), "score")], "s", dialect)


def _row_lines(columns: Sequence[tuple[str, str]], name: str, dialect: Dialect) -> Iterator[str]:
    """Write what is reckoned once for every row, under a name of its own."""
    listed = ",\n".join(f"  {expression} AS {column}" for expression, column in columns)
    if dialect == "bigquery":
        yield "CROSS JOIN UNNEST([STRUCT("
        yield f"{listed}\n)]) AS {name}"
    else:
        yield "CROSS JOIN LATERAL (SELECT"
        # Without it, Postgres would reckon everything again wherever it is named.
        yield f"{listed}\n  {'OFFSET 0' if dialect == 'postgres' else ''}) AS {name}".replace(
            "\n  )", "\n)"
        )
