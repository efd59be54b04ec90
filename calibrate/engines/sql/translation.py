"""The same query in the SQL of another engine: by sqlglot, and what that does not know."""

from __future__ import annotations

from typing import Any

from calibrate.errors import MissingExtraError

DIALECTS = ("postgres", "spark", "snowflake", "bigquery")


def translated(query: str, dialect: str) -> str:
    """Write a query of ours, which is in DuckDB's SQL, as another engine wants it.

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
    return str(tree.transform(lambda node: _changed(node, dialect)).sql(dialect=dialect))


def _changed(node: Any, dialect: str) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Collate) and dialect != "postgres":
        # Bytes are compared as they are: by default there, or where a function says so.
        if dialect == "spark":
            return node.this
        return exp.Anonymous(this="COLLATE", expressions=[node.this, exp.Literal.string("")])
    if isinstance(node, exp.Cast) and _is_hex(node.this):
        return _from_hex(node.this.expression, dialect)
    return node


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
