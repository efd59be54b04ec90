"""A Spark session: of this process, of a notebook, or of a cluster."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calibrate.engines.sql.connections import said_by
from calibrate.engines.sql.elsewhere import Elsewhere, as_arrow
from calibrate.errors import EngineError, MissingExtraError

if TYPE_CHECKING:
    import pyarrow as pa

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parser.quotedRegexColumnNames": "false",
}
"""What a query of ours is read by; a session's own settings are put back after each."""
_QUIET = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
"""Of a session that is opened here."""
_PARTS = "spark.sql.shuffle.partitions"
"""Spark cuts what it groups into 200 parts, for a cluster; one machine needs one for each core."""
_WAREHOUSE = "spark.sql.warehouse.dir"
"""Spark makes this folder where a command is run, for tables that nobody makes."""
_KEPT = "calibrate_rows_"
_NO_JAVA = "JAVA_GATEWAY_EXITED"
_TYPES = {"timestamp": "timestamp_ltz"}
"""A moment of Spark's is one in time, whatever zone it is shown in."""


@dataclass(frozen=True, kw_only=True)
class SparkConnection(Elsewhere):
    """A Spark session, with the tables and views that it knows.

    Attributes
    ----------
    session : pyspark.sql.SparkSession
        Nothing is ever written through it, and its settings stay as they are. What leads did is
        kept in temporary views, in memory or on the workers' disks, until the session stops.
    """

    session: Any = field(repr=False)

    engine = "Spark"
    _dialect = "spark"

    @classmethod
    def opened(cls, master: str | None = None) -> SparkConnection:
        """Take the session of this process, or open one without its chatter.

        Parameters
        ----------
        master : str, optional
            ``spark://host:7077``. Else what Spark is configured to (``SPARK_CONF_DIR``), and
            this machine without that.

        Raises
        ------
        EngineError
            Without Java, or when the cluster does not answer.
        MissingExtraError
            Without the extra ``spark``.
        """
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise MissingExtraError(
                "Spark is asked through pyspark: pip install 'calibrate-leads[spark]'."
            ) from None
        if (active := SparkSession.getActiveSession()) is not None:
            return cls(session=active)
        builder = SparkSession.builder.appName("calibrate")
        for name, value in _QUIET.items():
            builder = builder.config(name, value)
        if master is not None:
            builder = builder.master(master)
        made = cls(session=_started(builder, master))
        made._fit_for_one_machine()
        if master is not None:
            made._answers(master)
        return made

    def ask(self, query: str) -> pa.Table:
        """Answer a query."""
        written = self._written(query)
        with _faults_said(), self._our_settings():
            found = self.session.sql(written)
            return as_arrow(found.columns, found.collect())

    def kept(self, query: str) -> str:
        """Keep a query's rows: Spark would find them anew for each that names them."""
        name = f"{_KEPT}{hashlib.md5(query.encode()).hexdigest()}"
        written = self._written(query)
        with _faults_said(), self._our_settings():
            found = self.session.sql(written)
            found.unpersist()  # an earlier run may have kept the same of other rows
            found.persist().createOrReplaceTempView(name)
        return name

    def columns(self, relation: str) -> tuple[tuple[str, str], ...]:
        """Give the names and types of a relation's columns."""
        written = self._written(f"SELECT * FROM {relation} AS t")
        with _faults_said(), self._our_settings():
            fields = self.session.sql(written).schema.fields
        kinds = [one.dataType.simpleString() for one in fields]
        names = (one.name for one in fields)
        return tuple(zip(names, (_TYPES.get(kind, kind) for kind in kinds), strict=True))

    def tables(self, schema: Sequence[str] = ()) -> tuple[str, ...]:
        """Name the tables and views of a schema, else those that need none before them."""
        names = ".".join("`" + one.replace("`", "``") + "`" for one in schema)
        with _faults_said():
            rows = self.session.sql(f"SHOW TABLES{f' IN {names}' if names else ''}").collect()
        before = "".join(f"{one}." for one in schema[-1:])
        found = (one.tableName for one in rows if not one.tableName.startswith(_KEPT))
        return tuple(sorted(f"{before}{one}" for one in found))

    def _fit_for_one_machine(self) -> None:
        """Cut what is grouped into few parts, and leave no folder, unless configured to."""
        context = self.session.sparkContext
        if not context.master.startswith("local"):
            return
        before = context.getConf()
        if not before.contains(_WAREHOUSE):
            # Looked at when a table is first named; Spark removes what is in that folder.
            aside = f"{context._temp_dir}/warehouse"
            context._jsc.sc().conf().set(_WAREHOUSE, aside)
        if not before.contains(_PARTS):
            self.session.conf.set(_PARTS, context.defaultParallelism)

    def _answers(self, master: str) -> None:
        """Make sure of a cluster: without one the session is there, and ends after a minute."""
        try:
            self.ask("SELECT 1 AS one")
        except EngineError as fault:
            raise EngineError(
                f"{master} cannot be opened: no cluster of Spark's answers there. {fault}"
            ) from None

    @contextmanager
    def _our_settings(self) -> Iterator[None]:
        settings = self.session.conf
        before = {name: settings.get(name, None) for name in _SETTINGS}
        for name, value in _SETTINGS.items():
            settings.set(name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    settings.unset(name)
                else:
                    settings.set(name, value)


@contextmanager
def _faults_said(doing: str = "Spark could not answer") -> Iterator[None]:
    """Say in one paragraph what Spark, its Java, or the way to it complains of."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, OSError) as fault:
        raise EngineError(f"{doing}: {_said_by(fault)}") from None
    except AttributeError:  # what is left of a session has no context
        raise EngineError(f"{doing}: its session has been stopped.") from None


def _said_by(fault: Exception) -> str:
    """Give the line that names the cause: Java's own stands after that of who called it."""
    _, called, cause = str(fault).partition("\n: ")
    return said_by(Exception(cause)) if called else said_by(fault)


def _started(builder: Any, master: str | None) -> Any:
    """Start Java with its chatter put aside: it keeps the place for errors that it was given."""
    with tempfile.TemporaryFile() as aside:
        sys.stderr.flush()
        errors = os.dup(2)
        os.dup2(aside.fileno(), 2)
        try:
            with _faults_said(f"{master or 'Spark'} cannot be opened"):
                return builder.getOrCreate()
        except EngineError as fault:
            if _NO_JAVA not in str(fault):
                raise
            aside.seek(0)
            said = aside.read().decode(errors="replace").strip().splitlines()[-1:]
            raise EngineError(
                f"Spark cannot be opened: it needs Java, which does not start"
                f"{''.join(f' ({one[:200]})' for one in said)}. Install Java 17, or let JAVA_HOME "
                f"name the folder it is in."
            ) from None
        finally:
            os.dup2(errors, 2)
            os.close(errors)
