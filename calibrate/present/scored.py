"""Scored leads as a file: the leads as they came, with score, passes, close_rate and reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from calibrate.engines.tables import Table
from calibrate.errors import CalibrateError
from calibrate.files import write_through
from calibrate.present.spreadsheet import harmless
from calibrate.scorecard import Scorecard
from calibrate.scoring import ScoredLeads

ADDED = ("score", "passes", "close_rate", "reasons")
ENDINGS = (".csv", ".parquet")


def check_ending(path: Path) -> None:
    """Refuse a file that could not be written, before the work is done."""
    if path.suffix.lower() not in ENDINGS:
        raise CalibrateError(
            f"{path}: scored leads are written as {' or '.join(ENDINGS)}; give the file one of "
            f"these endings."
        )


def write_scored(card: Scorecard, table: Table, scored: ScoredLeads, path: Path) -> Path:
    """Write leads with their scores.

    Columns of these names from an earlier scoring are replaced. In CSV, texts that a spreadsheet
    would run as formulas get an apostrophe before them.
    """
    import pyarrow as pa

    check_ending(path)
    kept = [name for name in table.original.column_names if name.strip() not in ADDED]
    whole = _plain(table.original.select(kept))
    for name, values in zip(
        ADDED,
        (
            scored.scores,
            scored.scores >= card.threshold.score,
            card.close_rates(scored.scores),
            list(scored.reasons),
        ),
        strict=True,
    ):
        whole = whole.append_column(name, pa.array(values, from_pandas=True))  # NaN is nothing
    return write_through(path, lambda passing: _write(whole, path.suffix.lower(), passing))


def _write(table: Any, ending: str, passing: Path) -> None:
    from pyarrow import csv, parquet

    if ending == ".parquet":
        parquet.write_table(table, passing)
        return
    csv.write_csv(_for_spreadsheets(table), passing)


def _for_spreadsheets(table: Any) -> Any:
    import pyarrow as pa

    columns = []
    for column in table.columns:
        if pa.types.is_string(column.type):
            # Each distinct text is looked at once, however many leads have it.
            coded = column.combine_chunks().dictionary_encode()
            safe = pa.array([harmless(text) for text in coded.dictionary.to_pylist()], pa.string())
            columns.append(safe.take(coded.indices))
        else:
            columns.append(column)
    return pa.table(columns, names=[harmless(name) for name in table.column_names])


def _plain(table: Any) -> Any:
    """Give every kind of text column, dictionaries too, as plain texts."""
    import pyarrow as pa

    def is_text(kind: Any) -> bool:
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
        return any(check(kind) for check in kinds)

    return pa.table(
        [one.cast(pa.string()) if is_text(one.type) else one for one in table.columns],
        names=table.column_names,
    )
