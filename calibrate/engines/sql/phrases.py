"""What a value is in SQL: a text or a number, as the engine in memory would have read it."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text", "number", "float", "whole", "truth", "day", "moment", "zoned", "time"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("text", r"(VAR|BP)?CHAR(ACTER VARYING|ACTER)?(\(\d+\))?|TEXT|STRING|ENUM\(.*|UUID|CITEXT"),
    ("number", r"U?(TINY|SMALL)INT|U?INT(EGER|2|4)?|BYTE|SHORT|MEDIUMINT"),
    ("float", r"REAL|FLOAT\d?(\(\d+\))?|DOUBLE( PRECISION)?"),
    ("number", r"(DECIMAL|NUMERIC|NUMBER)\(\d+, ?[1-9]\d*\)"),
    ("whole", r"U?BIGINT|U?INT8|LONG|U?HUGEINT|(DECIMAL|NUMERIC|NUMBER)(\(\d+(, ?0)?\))?"),
    ("truth", r"BOOL(EAN)?"),
    ("day", r"DATE"),
    ("zoned", r"TIMESTAMP(\(\d\))? WITH TIME ZONE|TIMESTAMPTZ|TIMESTAMP_LTZ"),
    ("moment", r"TIMESTAMP(_S|_MS|_NS|_NTZ|\(\d\))?( WITHOUT TIME ZONE)?|DATETIME"),
    ("time", r"TIME(\(\d\))?( WITHOUT TIME ZONE)?"),
)
_VALUES: dict[Kind, str] = {
    "text": 'CAST({} AS VARCHAR) COLLATE "C"',
    "number": "CAST({} AS DOUBLE)",
    "float": "NULLIF(CAST({} AS DOUBLE), CAST('NaN' AS DOUBLE))",
    "whole": "CAST({} AS DOUBLE)",
    "truth": "CASE WHEN {} THEN 'yes' WHEN NOT {} THEN 'no' END",
    "day": "CAST({} AS VARCHAR)",
    "moment": "STRFTIME({}, '%Y-%m-%d') || 'T' || STRFTIME({}, '%H:%M:%S')",
    "zoned": (
        "STRFTIME({} AT TIME ZONE 'UTC', '%Y-%m-%d') || 'T' || "
        "STRFTIME({} AT TIME ZONE 'UTC', '%H:%M:%S')"
    ),
    "time": "SUBSTR(CAST({} AS VARCHAR), 1, 8)",
}
NUMBERS: frozenset[Kind] = frozenset(("number", "float", "whole"))
"""Kinds whose values are numbers."""
DATES: frozenset[Kind] = frozenset(("day", "moment", "zoned"))
_ODD = re.compile(r"([\x00-\x1f\x7f\\]+)")

_WHITE = "".join(filter(str.isspace, map(chr, range(0x3001))))

EXACT = 2**53
"""Up to here a float holds every whole number; larger ones are ids and stay texts."""
_MICRO, _WHOLE = "CAST(1000000 AS DOUBLE)", f"CAST({2**52} AS DOUBLE)"


def kind_of(column_type: str) -> Kind | None:
    """Say how a type's values are read; None for one that no level can be made of.

    Examples
    --------
    >>> [kind_of(one) for one in ("VARCHAR", "DECIMAL(10,2)", "BIGINT", "INTEGER[]", "INTERVAL")]
    ['text', 'number', 'whole', None, None]
    """
    plain = column_type.strip().upper()
    return next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, plain)), None)


def quoted(name: str) -> str:
    """Write a name between quotes.

    Examples
    --------
    >>> print(quoted('the "best" order'))
    "the ""best"" order"
    """
    return '"' + name.replace('"', '""') + '"'


def column(name: str) -> str:
    """Refer to a column of the leads."""
    return f"t.{quoted(name)}"


def text(value: str) -> str:
    r"""Write a text as a literal; control characters by number, so that nothing reads them.

    Examples
    --------
    >>> print(text("O'Neill"), text("a\nb"), text(""))
    'O''Neill' ('a' || CHR(10) || 'b') ''
    """
    pieces = [
        " || ".join(f"CHR({ord(letter)})" for letter in piece)
        if _ODD.match(piece)
        else "'" + piece.replace("'", "''") + "'"
        for piece in _ODD.split(value)
        if piece
    ]
    if len(pieces) < 2 and not _ODD.search(value):
        return pieces[0] if pieces else "''"
    return f"({' || '.join(pieces)})"


def is_plain(value: str) -> bool:
    """Say whether a text can stand between quotes as it is, but for quotes of its own."""
    return not _ODD.search(value)


def number(value: float) -> str:
    """Write a number exactly."""
    return f"CAST('{value!r}' AS DOUBLE)"


def literal(value: str | float) -> str:
    """Write a value of a column."""
    return text(value) if isinstance(value, str) else number(value)


def one_of(expression: str, values: list[str]) -> str:
    """Say that a value is one of some literals; of none it never is."""
    return f"{expression} IN ({', '.join(values)})" if values else "FALSE"


def as_value(kind: Kind, name: str) -> str:
    """Give a column's values: numbers as doubles without NaN, all others as texts.

    Times are without their zone, in UTC, to the second: what the outcome is reckoned in.
    """
    return _VALUES[kind].replace("{}", column(name))


def as_id(kind: Kind, name: str) -> str:
    """Give what names a lead as text, as its shard is reckoned from it."""
    if kind in ("number", "float"):
        return f"COALESCE({number_as_text(as_value(kind, name))}, '')"
    if kind == "text":
        value = column(name)
        blank = f"REGEXP_MATCHES(CAST({value} AS VARCHAR), '^\\s*$')"
        return f"CASE WHEN {value} IS NULL OR {blank} THEN '' ELSE CAST({value} AS VARCHAR) END"
    return f"COALESCE(CAST({column(name)} AS VARCHAR), '')"


def number_as_text(value: str) -> str:
    """Write a double as a text, a whole one without decimals."""
    is_whole = f"{value} = FLOOR({value}) AND ABS({value}) <= {EXACT}"
    whole = f"CAST(CAST({value} AS BIGINT) AS VARCHAR)"
    return f"(CASE WHEN {is_whole} THEN {whole} ELSE CAST({value} AS VARCHAR) END)"


def trimmed(value: str) -> str:
    """Take white space off both ends of a text, all that Python takes off."""
    return f"TRIM(CAST({value} AS VARCHAR), {text(_WHITE)})"


def blank_or(value: str, folded: list[str]) -> str:
    """Say that a trimmed text is none, empty, or one of some in whatever case; never NULL."""
    listed = one_of(f"LOWER({value})", [text(one) for one in folded if one])
    return f"({value} IS NULL OR {value} = '' OR {listed})"


def mark(identity: str) -> str:
    """Give a number that looks random: the first 8 hex digits of the md5 of a text."""
    return f"CAST('0x' || SUBSTR(MD5({identity}), 1, 8) AS BIGINT)"


def seconds(name: str) -> str:
    """Give a day or moment in whole seconds since 1970, in UTC."""
    return f"CAST(FLOOR(EPOCH({column(name)})) AS BIGINT)"


def rounded(value: str) -> str:
    """Round a number from 0 to 2 billion to six decimals, halves to the even one, as numpy does.

    A cast to whole numbers would cut off what one engine rounds. From 2**52 on doubles are whole:
    what is added to that is rounded, and stays so.
    """
    return f"({value} * {_MICRO} + {_WHOLE} - {_WHOLE}) / {_MICRO}"
