"""The SQL of five engines: one tree of sqlglot, and what each must be told its own way."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

from calibrate.errors import CalibrateError, MissingExtraError

Dialect = Literal["duckdb", "postgres", "spark", "bigquery", "snowflake"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)

_NUMBER_TYPES: dict[Dialect, str] = {
    "duckdb": "U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*",
    "postgres": "(small|big)int|integer|numeric|real|double precision",
    "spark": "(tiny|small|big)?int|float|double|decimal.*",
    "snowflake": "INTEGER|DECIMAL|DOUBLE",
}
_USUAL = "^[-+]?((0|[1-9][0-9]{0,39})([.][0-9]{0,40})?|[.][0-9]{1,40})([eE][-+]?[0-9]{1,2})?$"
"""What nearly all numbers look like: never beyond a double, so that Postgres can read it."""
_NUMBER = "^[-+]?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?$"
"""What Python reads as a number, but for codes that begin with a zero."""

_ODD = re.compile(r"([\x00-\x1f\x7f-\x9f\\]|\$(?=\{))")
"""Characters that are written by their numbers; Spark would put its settings for ``${...}``."""
LARGEST = 1.7976931348623157e308


def sqlglot_expressions() -> Any:
    """Give sqlglot's expressions, or name the extra that brings them."""
    try:
        from sqlglot import exp
    except ImportError:
        raise MissingExtraError(
            "SQL is written with sqlglot, which is not installed: "
            "pip install 'calibrate-leads[sql]'."
        ) from None
    return exp


def can_hold(dialect: Dialect, text: str) -> bool:
    """Say whether a text can stand in a table of the engine at all."""
    surrogate = any("\ud800" <= letter <= "\udfff" for letter in text)
    return not surrogate and not (dialect == "postgres" and "\0" in text)


class Writer:
    """Makes expressions that every dialect can say, and writes them.

    Texts become literals here and nowhere else: control characters and backslashes as ``CHR``,
    so that no setting of an engine and no editor can read them another way.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.exp = sqlglot_expressions()
        self.dialect = dialect

    def write(self, expression: Any) -> str:
        """Write an expression in the dialect, long ones over several lines."""
        return str(expression.sql(dialect=self.dialect, pretty=False, comments=False))

    def name(self, text: str) -> str:
        """Write a name between the dialect's quotes."""
        return self.write(self.exp.to_identifier(text, quoted=True))

    def column(self, name: str, table: str = "t") -> Any:
        """Refer to a column by its exact name."""
        if not can_hold("postgres", name) or (self.dialect == "spark" and "${" in name):
            raise CalibrateError(
                f"The column `{name[:60]!r}` has a character in its name that SQL has not. Rename "
                f"it in the leads, and calibrate again."
            )
        return self.exp.column(
            self.exp.to_identifier(name, quoted=True), table=self.exp.to_identifier(table)
        )

    def text(self, text: str) -> Any:
        """Write a text as a literal."""
        exp = self.exp
        pieces = [
            exp.Anonymous(this="CHAR" if self.dialect == "spark" else "CHR", expressions=[
                exp.Literal.number(ord(piece))
            ])
            if len(piece) == 1 and _ODD.match(piece + "{")
            else exp.Literal.string(piece)
            for piece in _ODD.split(text)
            if piece
        ]  # fmt: skip
        if not pieces:
            return exp.Literal.string("")
        if len(pieces) == 1:
            return pieces[0]
        joined = pieces[0]
        for piece in pieces[1:]:
            joined = exp.DPipe(this=joined, expression=piece, safe=True)
        return exp.paren(joined)

    def whole(self, number: int) -> Any:
        """Write a whole number."""
        literal = self.exp.Literal.number(abs(number))
        return self.exp.Neg(this=literal) if number < 0 else literal

    def number(self, number: float) -> Any:
        """Write a number exactly: whole as such, others read from their shortest text."""
        if number == int(number) and abs(number) < 2**53:
            return self.whole(int(number))
        return self.as_double(self.exp.Literal.string(repr(number)))

    def as_double(self, expression: Any) -> Any:
        """Read what is known to be a number as a double."""
        return self.exp.cast(expression, "double")

    def case(self, arms: list[tuple[Any, Any]], default: Any, value: Any = None) -> Any:
        """Write a CASE; without arms, its default."""
        if not arms:
            return default
        ifs = [self.exp.If(this=when, true=then) for when, then in arms]
        return self.exp.Case(this=value, ifs=ifs, default=default)

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a function by the name it has in the dialect."""
        return self.exp.Anonymous(this=function, expressions=list(arguments))

    def matches(self, text: Any, pattern: str) -> Any:
        """Say whether a whole text matches a regular expression that is anchored at both ends."""
        return self.exp.RegexpLike(this=text, expression=self.text(pattern))

    def as_text(self, column: Any) -> Any:
        """Give any column as text, compared byte by byte whatever the collation."""
        exp = self.exp
        text = exp.cast(column, "text")
        if self.dialect in ("duckdb", "postgres"):
            return exp.Collate(this=text, expression=exp.to_identifier("C", quoted=True))
        if self.dialect in ("bigquery", "snowflake"):
            return self.call("COLLATE", text, exp.Literal.string(""))
        return text

    def trimmed(self, text: Any, characters: str) -> Any:
        """Take characters off both ends."""
        if self.dialect == "postgres":
            return self.call("BTRIM", text, self.text(characters))
        return self.exp.Trim(this=text, expression=self.text(characters), position=self._both)

    @property
    def _both(self) -> str | None:
        return "BOTH" if self.dialect == "spark" else None

    def is_number(self, column: Any) -> Any:
        """Say whether a column is of a type of numbers; engines settle that before they run."""
        exp = self.exp
        if self.dialect == "bigquery":  # a text is shown between quotes
            shown = self.call("FORMAT", exp.Literal.string("%T"), column)
            return exp.Not(this=self.matches(shown, "^[rb]?[\"'].*$|^[a-zD].*$|^CAST.*$"))
        if self.dialect == "snowflake":
            kind = self.call("TYPEOF", self.call("TO_VARIANT", column))
        elif self.dialect == "postgres":
            kind = exp.cast(self.call("PG_TYPEOF", column), "text")
        else:
            kind = self.call("TYPEOF", column)
        return self.matches(kind, f"^({_NUMBER_TYPES[self.dialect]})$")

    def number_of(self, column: Any) -> Any:
        """Give a column of numbers as doubles; only asked where it is one."""
        exp = self.exp
        if self.dialect in ("postgres", "spark"):  # from a day, say, neither casts to a number
            text = exp.cast(column, "text")
            is_postgres = self.dialect == "postgres"
            kind = self.call("PG_TYPEOF" if is_postgres else "TYPEOF", column)
            single = exp.Literal.string("real" if is_postgres else "float")
            real = exp.cast(exp.cast(text.copy(), "float"), "double")
            return self.case([(single, real)], self.as_double(text), exp.cast(kind, "text"))
        if self.dialect == "snowflake":
            return self.call("AS_DOUBLE", self.call("TO_VARIANT", column))
        return exp.TryCast(this=column, to=exp.DataType.build("double"))

    def is_nan(self, number: Any) -> Any:
        """Say whether a number is none."""
        if self.dialect in ("postgres", "snowflake"):
            return self.exp.EQ(
                this=number, expression=self.as_double(self.exp.Literal.string("NaN"))
            )
        return self.exp.IsNan(this=number)

    def read(self, text: Any) -> Any:
        """Read a trimmed text as a finite number; NULL where it is none."""
        exp = self.exp
        if self.dialect == "postgres":
            return self._read_carefully(text)
        read = exp.TryCast(this=text.copy(), to=exp.DataType.build("double"))
        largest = self.as_double(exp.Literal.string(repr(LARGEST)))
        finite = exp.LTE(this=exp.func("ABS", read), expression=largest)
        is_number = self.matches(text.copy(), _NUMBER)
        return self.case([(exp.and_(is_number, finite), read.copy())], exp.null())

    def _read_carefully(self, text: Any) -> Any:
        """Read a number in Postgres, which stops with an error at any it cannot hold."""
        exp, zero = self.exp, self.whole(0)
        size = exp.func("ABS", exp.cast(text.copy(), "numeric"))
        largest = exp.cast(exp.Literal.string("1.7976931348623158e308"), "numeric")
        smallest = exp.cast(exp.Literal.string("2.4703282292062328e-324"), "numeric")
        odd = self.case(
            [
                (self.matches(text.copy(), "^[-+]?[0.]+([eE].*)?$"), zero),
                (self.matches(text.copy(), "^.*[eE]-0*[1-9][0-9]{3,}$"), zero.copy()),
                (self.matches(text.copy(), "^.*[eE][+]?0*[1-9][0-9]{3,}$"), exp.null()),
                (exp.GT(this=size, expression=largest), exp.null()),
                (exp.LT(this=size.copy(), expression=smallest), zero.copy()),
            ],
            self.as_double(text.copy()),
        )
        return self.case(
            [
                (self.matches(text.copy(), _USUAL), self.as_double(text.copy())),
                (self.matches(text.copy(), _NUMBER), odd),
            ],
            exp.null(),
        )
