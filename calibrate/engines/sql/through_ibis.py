"""Any database that an Ibis connection reaches: BigQuery, Snowflake, and its others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from calibrate.engines.sql.elsewhere import (
    TELL_TYPES,
    Elsewhere,
    as_arrow,
    types_asked,
    unanswered,
)
from calibrate.engines.sql.hiding import said_without_secrets
from calibrate.errors import EngineError, MissingExtraError

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = {"bigquery": "BigQuery", "mssql": "SQL Server", "mysql": "MySQL", "sqlite": "SQLite"}
_DIALECTS = {"mssql": "tsql", "impala": "hive"}
_OPTIONS = {"snowflake": {"create_object_udfs": False}}
"""Nothing is written, no functions of Ibis' own either."""
_TYPES = (
    ("is_string", "varchar"), ("is_uuid", "uuid"), ("is_boolean", "boolean"),
    ("is_floating", "double"), ("is_int8", "smallint"), ("is_int16", "smallint"),
    ("is_int32", "integer"), ("is_integer", "bigint"), ("is_decimal", "numeric"),
    ("is_date", "date"), ("is_time", "time"),
)  # fmt: skip

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, kw_only=True)
class IbisConnection(Elsewhere):
    """A backend of Ibis, asked in the SQL of its database.

    Attributes
    ----------
    backend : ibis.BaseBackend
        What `ibis.connect` gives. Nothing is ever written through it.
    url : str
        What it was opened by, so that no message shows its secrets; empty where somebody else did.
    """

    backend: Any = field(repr=False)
    url: str = field(default="", repr=False, compare=False)

    @classmethod
    def opened(cls, url: str) -> IbisConnection:
        """Open what a URL of Ibis names; see `calibrate.connect`.

        Raises
        ------
        EngineError
            When the database cannot be opened.
        MissingExtraError
            Without Ibis, or without its driver for that database.
        """
        scheme = url.partition("://")[0]
        name = _NAMES.get(scheme, scheme.title())
        try:
            import ibis

            return cls(backend=ibis.connect(url, **_OPTIONS.get(scheme, {})), url=url)
        except ImportError:
            raise MissingExtraError(
                f"{name} is asked through Ibis and its driver: "
                f"pip install 'calibrate-leads[{scheme}]'."
            ) from None
        except Exception as fault:  # a driver is known by what it opens: here nothing is open
            said = said_without_secrets(fault, url)
            raise EngineError(f"{name} cannot be opened: {said}") from None

    @property
    def engine(self) -> str:
        """The engine in words."""
        name = str(self.backend.name)
        return _NAMES.get(name, name.title())

    def ask(self, query: str) -> pa.Table:
        """Answer a query."""
        answer = self._said(lambda: self.backend.raw_sql(self._written(query)))
        return self._said(lambda: _as_table(answer))

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""
        query = f"SELECT * FROM {relation} AS t"
        if self._dialect in TELL_TYPES:
            cursor = self._said(lambda: self.backend.raw_sql(self._written(f"{query} LIMIT 0")))
            names = [one[0] for one in cursor.description]
            cursor.close()
            return types_asked(self, relation, names, self._dialect)
        schema = self._said(lambda: self.backend.sql(self._written(query)).schema())
        return tuple((name, _type_of(kind)) for name, kind in schema.items())

    def tables(self, schema: Sequence[str] = ()) -> tuple[str, ...]:
        """Name the tables and views of a schema, else those that need none before them."""
        if not schema:
            return tuple(self._said(self.backend.list_tables))
        where = tuple(schema) if len(schema) > 1 else schema[0]
        found = self._said(lambda: self.backend.list_tables(database=where))
        return tuple(f"{schema[-1]}.{one}" for one in found)

    @property
    def _dialect(self) -> str:
        name = str(self.backend.name)
        return _DIALECTS.get(name, name)

    def _said(self, answer: Callable[[], _Answer]) -> _Answer:
        """Say in one paragraph what a database refuses."""
        try:
            return answer()
        except EngineError:
            raise
        except _faults_of(self.backend) as fault:
            said = said_without_secrets(fault, self.url)
            driver = getattr(self.backend, "con", None)
            raise EngineError(unanswered(self.engine, said, driver)) from None


def _faults_of(backend: Any) -> tuple[type[Exception], ...]:
    """Name what a backend raises when its database refuses; all else is a fault of this program.

    A driver with DB-API 2 has one kind for all, in its package. BigQuery's errors come from three
    packages, and others raise plain exceptions: of them any is taken for one.
    """
    package = type(getattr(backend, "con", None)).__module__
    while package:
        error = getattr(sys.modules.get(package), "Error", None)
        if isinstance(error, type) and issubclass(error, Exception):
            from ibis.common.exceptions import IbisError

            return (error, IbisError, OSError)
        package = package.rpartition(".")[0]
    return (Exception,)


def _as_table(answer: Any) -> pa.Table:
    """Make a table of what a backend gives: Arrow where it has it, else the rows of a cursor."""
    if hasattr(answer, "to_arrow"):  # BigQuery's
        return answer.to_arrow()
    try:
        return as_arrow([one[0].lower() for one in answer.description], answer.fetchall())
    finally:
        answer.close()


def _type_of(kind: Any) -> str:
    """Name a type of Ibis as SQL does."""
    if kind.is_timestamp():
        return "timestamptz" if kind.timezone else "timestamp"
    if kind.is_decimal() and kind.scale:
        return f"numeric({kind.precision}, {kind.scale})"
    return next((name for asked, name in _TYPES if getattr(kind, asked)()), str(kind))
