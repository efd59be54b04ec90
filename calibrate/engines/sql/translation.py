"""The same query in the SQL of another engine: by sqlglot, and what that does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from calibrate.engines.sql.phrases import is_plain, text
from calibrate.errors import MissingExtraError


def translated(query: str, dialect: str, own: Mapping[str, str] | None = None) -> str:
    """Write a query of ours, which is in DuckDB's SQL, as another engine wants it.

    Parameters
    ----------
    query : str
    dialect : str
        As sqlglot names it.
    own : mapping of str to str, optional
        Queries that are in the engine's SQL already, by the name of a table that stands for them.

    Raises
    ------
    MissingExtraError
        Without the extra ``sql``.

    Examples
    --------
    >>> translated("SELECT CAST(t.a AS VARCHAR) FROM leads AS t", "spark")
    'SELECT CAST(t.a AS STRING) FROM leads AS t'
    """
    try:
        import sqlglot
    except ImportError:
        raise MissingExtraError(
            "Leads in a database other than DuckDB need sqlglot: "
            "pip install 'calibrate-leads[sql]'."
        ) from None
    tree = sqlglot.parse_one(query, read="duckdb")
    # From the inside out: what is put in place of a node holds parts that have been changed.
    for node in reversed(list(tree.bfs())):
        if (changed := _changed(node, dialect, own or {})) is not node:
            node.replace(changed)
    # What it warns of, the place of NULL in an order, is never asked of a column that has some.
    return str(tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.IGNORE))


def literals(values: Sequence[str | float], dialect: str) -> list[str]:
    r"""Write many values in another engine's SQL, without a translation of each.

    Examples
    --------
    >>> print(*literals(["O'Neill", 0.5], "spark"))
    'O\'Neill' CAST('0.5' AS DOUBLE)
    """
    from sqlglot import exp

    before, after = translated("SELECT CAST('#' AS DOUBLE)", dialect)[len("SELECT ") :].split("#")
    return [
        f"{before}{value!r}{after}"
        if not isinstance(value, str)
        else str(exp.Literal.string(value).sql(dialect=dialect))
        if is_plain(value)
        else translated(f"SELECT {text(value)}", dialect)[len("SELECT ") :]
        for value in values
    ]


def values_of(values: Sequence[str], codes: Sequence[int], dialect: str) -> str:
    """Write a table with columns `v` and `c` in another engine's SQL.

    Parameters
    ----------
    values : sequence of str
        As that engine writes them.
    codes : sequence of int
    dialect : str
    """
    rows = zip(values, codes, strict=True)
    if dialect == "bigquery":
        structs = ", ".join(f"STRUCT({value} AS v, {code} AS c)" for value, code in rows)
        return f"SELECT * FROM UNNEST([{structs}])"
    listed = ", ".join(f"({value}, {code})" for value, code in rows)
    return f"SELECT * FROM (VALUES {listed}) AS l(v, c)"


def _changed(node: Any, dialect: str, own: Mapping[str, str]) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Table) and node.name in own:
        # A line of its own, so that a remark at its end goes no further.
        written = exp.Var(this=f"({own[node.name]}\n)")
        return exp.Table(this=written, alias=node.args.get("alias"))
    if isinstance(node, exp.Collate) and dialect != "postgres":
        return _by_bytes(node, dialect)
    if isinstance(node, exp.TimeToUnix | exp.TimeToStr):
        return _of_time(node, dialect)
    if isinstance(node, exp.Nullif) and dialect == "bigquery" and _is_nan(node.expression):
        # There no NaN is equal to another.
        is_nan = exp.Anonymous(this="IS_NAN", expressions=[node.this.copy()])
        return exp.If(this=is_nan, true=exp.null(), false=node.this)
    if isinstance(node, exp.Cast) and _is_hex(node.this):
        return _from_hex(node.this.expression, dialect)
    return node


def _by_bytes(node: Any, dialect: str) -> Any:
    """Compare texts by their bytes, as is the way there, or where a function says so."""
    from sqlglot import exp

    if dialect in ("snowflake", "bigquery"):
        return exp.Anonymous(this="COLLATE", expressions=[node.this, exp.Literal.string("")])
    return node.this


def _of_time(node: Any, dialect: str) -> Any:
    """Give seconds since 1970, or a moment as text, in UTC and down to the second before it."""
    from sqlglot import exp

    if dialect == "spark" and isinstance(node, exp.TimeToUnix):
        # UNIX_TIMESTAMP rounds towards 1970.
        return exp.Anonymous(this="UNIX_SECONDS", expressions=[exp.cast(node.this, "timestamp")])
    if dialect == "bigquery":
        moment = node.this.this if isinstance(node.this, exp.AtTimeZone) else node.this
        moment = exp.Anonymous(this="TIMESTAMP", expressions=[moment])
        if isinstance(node, exp.TimeToUnix):
            return exp.Anonymous(this="UNIX_SECONDS", expressions=[moment])
        asked = [node.args["format"], moment, exp.Literal.string("UTC")]
        return exp.Anonymous(this="FORMAT_TIMESTAMP", expressions=asked)
    return node


def _is_nan(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Cast) and node.this == exp.Literal.string("NaN")


def _is_hex(node: Any) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.DPipe) and node.this == exp.Literal.string("0x")


def _from_hex(digits: Any, dialect: str) -> Any:
    """Read eight hex digits as a number."""
    from sqlglot import exp

    if dialect == "postgres":
        bits = exp.DPipe(this=exp.Literal.string("x"), expression=digits, safe=True)
        kind = exp.DataType.build("bit(32)", dialect="postgres")
        return exp.cast(exp.cast(exp.paren(bits), kind), "bigint")
    if dialect == "spark":
        ten = [digits, exp.Literal.number(16), exp.Literal.number(10)]
        return exp.cast(exp.Anonymous(this="CONV", expressions=ten), "bigint")
    if dialect == "snowflake":
        form = exp.Literal.string("XXXXXXXX")
        return exp.Anonymous(this="TO_NUMBER", expressions=[digits, form])
    whole = exp.DPipe(this=exp.Literal.string("0x"), expression=digits, safe=True)
    return exp.cast(whole, "bigint")
