"""A trial of a database that was never tested against: does it read a value as DuckDB does?"""

from __future__ import annotations

from calibrate.engines.sql.connections import Connection
from calibrate.engines.sql.phrases import (
    as_id,
    as_value,
    mark,
    number,
    one_of,
    quoted,
    rounded,
    text,
)
from calibrate.errors import EngineError

_ID, _WHEN, _NONE = "order", "calibrate when", "calibrate none"
"""Names of the columns of the trial: a word that SQL keeps for itself, and two of two words."""


def _if(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


_TRIALS: dict[str, tuple[str, str | int]] = {
    "the md5 of an id": (mark(as_id("text", _ID)), 2_663_694_511),
    "capital letters": (_if(f"{as_value('text', _ID)} = 'l1'"), 0),
    "a blank at the end": (_if(f"{as_value('text', _ID)} = 'L1 '"), 0),
    "an accent": (_if(f"{as_value('text', _ID)} = 'Ĺ1'"), 0),
    "a text of several letters": (_if(f"{text(chr(92) + 'n')} || 'x' = {text(chr(92) + 'nx')}"), 1),
    "a moment": (as_value("moment", _WHEN), "2026-03-29T02:30:05"),
    "a moment in seconds": (f"CAST(FLOOR(EPOCH(t.{quoted(_WHEN)})) AS BIGINT)", 1_774_751_405),
    "no number": (_if(f"{as_value('float', _NONE)} IS NULL"), 1),
    "a number with sixteen digits": (
        _if("CAST('0.30000000000000004' AS DOUBLE) > CAST('0.3' AS DOUBLE)"), 1),
    "a half": (_if(f"{rounded(number(2.5e-06))} = {number(2e-06)}"), 1),
    "a whole number as text": ("CAST(CAST(7 AS BIGINT) AS VARCHAR)", "7"),
    "one of several": (_if(one_of(as_value("text", _ID), ["'a'", "'L1'"])), 1),
    "a table that is written out": ("m.c", 5),
    "the smaller of two": ("CAST(LEAST(FLOOR((7 * 3) / 2), 11) AS BIGINT)", 10),
}  # fmt: skip


def try_out(connection: Connection) -> Connection:
    """Ask a database for values that are known, and give it back.

    Parameters
    ----------
    connection : Connection

    Raises
    ------
    EngineError
        When it does not answer, or gives another value: leads would be counted otherwise there.
    """
    lookup = connection.lookup(["a", "L1"], [3, 5])
    asked = ", ".join(f"{said} AS c{place}" for place, (said, _) in enumerate(_TRIALS.values()))
    found = connection.ask(
        f"SELECT {asked} FROM (SELECT 'L1' AS {quoted(_ID)}, "
        f"CAST('2026-03-29 02:30:05.900000' AS TIMESTAMP) AS {quoted(_WHEN)}, "
        f"CAST('NaN' AS DOUBLE) AS {quoted(_NONE)}) AS t "
        f"LEFT JOIN {lookup} AS m ON {as_value('text', _ID)} = m.v"
    )
    for (what, (_, wanted)), (value,) in zip(
        _TRIALS.items(), (one.to_pylist() for one in found.columns), strict=True
    ):
        if value != wanted:
            raise EngineError(
                f"{connection.engine} reads {what} otherwise than the engines that were tested, so "
                f"leads would be counted otherwise there. Export them as Parquet."
            )
    return connection
