"""A real Postgres server, asked by psql: no driver for Python is needed to test our SQL on it."""

from __future__ import annotations

import json
import math
import os
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

TYPES = {
    "string": "text", "int8": "smallint", "int16": "smallint", "int32": "integer",
    "int64": "bigint", "float": "real", "double": "double precision", "bool": "boolean",
    "large_string": "text", "date32[day]": "date",
    "timestamp[us]": "timestamp", "time64[us]": "time",
    "timestamp[us, tz=America/New_York]": "timestamptz", "decimal128(12, 2)": "numeric(12, 2)",
    "dictionary<values=string, indices=int32, ordered=0>": "text",
}  # fmt: skip


_END, _ROWS = "-- all that was asked --", "-- rows --"


class PostgresError(Exception):
    """What the server says."""


class Server:
    """A server of its own for the tests."""

    def __init__(self, folder: Path) -> None:
        import pgserver

        self.folder = folder
        folder.mkdir()
        self.server = pgserver.get_server(folder / "server")
        self.uri: str = self.server.get_uri()
        psql = Path(pgserver.__file__).parent / "pginstall" / "bin" / "psql"
        self.process = subprocess.Popen(
            [psql, self.server.get_uri(), "-X", "-q", "-A", "-t"],
            env={**os.environ, "PGCLIENTENCODING": "UTF8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

        self.run("SET client_min_messages = warning;")

    def run(self, script: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{script}\n\\echo {_END}\n")
        self.process.stdin.flush()
        lines = list(iter(self.process.stdout.readline, f"{_END}\n"))
        faults = [line for line in lines if line.startswith("ERROR:")]
        if faults:
            raise PostgresError(faults[0].removeprefix("ERROR:").strip())
        return "".join(lines)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.server.cleanup()

    def load(self, table: pa.Table, name: str) -> None:
        quoted = {field: '"' + field.replace('"', '""') + '"' for field in table.column_names}
        kinds = ", ".join(f"{quoted[f.name]} {TYPES[str(f.type)]}" for f in table.schema)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        (self.folder / "rows.csv").write_text(
            "\n".join(",".join(map(_cell, row)) for row in rows) + "\n", "utf-8", newline=""
        )
        self.run(
            f'DROP TABLE IF EXISTS "{name}" CASCADE; CREATE TABLE "{name}" ({kinds});\n'
            f"\\copy \"{name}\" FROM '{self.folder / 'rows.csv'}' (FORMAT csv)\n"
        )

    def cursor(self) -> Cursor:
        return Cursor(self)


class Cursor:
    """As much of DB-API 2 as is used: rows come as JSON, which has numbers exactly."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.description: list[tuple[str]] = []
        self.rows: list[tuple[Any, ...]] = []

    def execute(self, query: str) -> None:
        names, _, said = self.server.run(
            f"DROP VIEW IF EXISTS asked; CREATE TEMP VIEW asked AS {query};\n"
            "SELECT attname FROM pg_attribute WHERE attrelid = 'asked'::regclass AND attnum > 0 "
            f"ORDER BY attnum;\n\\echo {_ROWS}\nSELECT row_to_json(asked) FROM asked;"
        ).partition(f"{_ROWS}\n")
        self.description = [(name,) for name in names.splitlines()]
        rows = [json.loads(line) for line in said.splitlines() if line]
        self.rows = [
            tuple(_number(row[name]) for (name,) in self.description) for row in rows if row
        ]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def close(self) -> None:
        self.rows = []


def in_microseconds(frame: pd.DataFrame) -> pa.Table:
    """Hold a frame as databases do: none of them knows nanoseconds."""
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [
        pa.field(one.name, pa.timestamp("us") if pa.types.is_timestamp(one.type) else one.type)
        for one in arrow.schema
    ]
    return arrow.cast(pa.schema(fields), safe=False)


def _number(value: Any) -> Any:
    """Read what JSON has no number for; no text of the cases reads so."""
    return (
        {"Infinity": math.inf, "-Infinity": -math.inf}.get(value, value)
        if isinstance(value, str)
        else value
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = repr(value) if isinstance(value, float) else str(value)
    return '"' + text.replace('"', '""') + '"'
