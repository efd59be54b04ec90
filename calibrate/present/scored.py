"""Scored leads as a file: the leads as they came, with score, passes, close_rate and reasons."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from calibrate.engines.tables import Table
from calibrate.errors import CalibrateError
from calibrate.files import write_through
from calibrate.present.spreadsheet import harmless
from calibrate.scorecard import Scorecard
from calibrate.scorecard.scored import NAMES, stamps
from calibrate.scoring import ScoredLeads

ENDINGS = (".csv", ".parquet")


def check_ending(path: Path) -> None:
    """Refuse a file that could not be written, before the work is done."""
    if path.suffix.lower() not in ENDINGS:
        raise CalibrateError(
            f"{path}: scored leads are written as {' or '.join(ENDINGS)}; give the file one of "
            f"these endings."
        )


def write_scored(
    card: Scorecard,
    table: Table,
    scored: ScoredLeads,
    path: Path,
    *,
    as_of: dt.date | None = None,
    stamped: bool = True,
) -> Path:
    """Write leads with their scores, and say when and by which card they were scored.

    Columns of these names from an earlier scoring are replaced. In CSV, texts that a spreadsheet
    would run as formulas get an apostrophe before them.
    """
    import pyarrow as pa

    whole = without_scores(table.original)
    for name, values in card.columns_of(scored, as_of=as_of).items():
        whole = whole.append_column(name, pa.array(values, from_pandas=True))
    # Scores of the run itself belong to no day: the same leads must give the same file.
    for name, text in (stamps(card, as_of or dt.date.today()) if stamped else {}).items():
        whole = whole.append_column(name, pa.repeat(pa.scalar(text), table.rows))
    return write_table(whole, path)


def without_scores(original: Any) -> Any:
    """Give a table's cells without what an earlier scoring added."""
    return original.select([name for name in original.column_names if name.strip() not in NAMES])


def write_table(whole: Any, path: Path) -> Path:
    """Write an Arrow table as CSV or Parquet, by the ending of the file."""
    check_ending(path)
    plain = _plain(whole)
    return write_through(path, lambda passing: _write(plain, path.suffix.lower(), passing))


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
