"""What leads are called: by their id, or by their row where the card knows of none."""

from __future__ import annotations

from calibrate.engines.columns import text_column
from calibrate.engines.tables import Table
from calibrate.scorecard.parts import ReadsPart


def lead_names(table: Table, reads: ReadsPart | None) -> list[str]:
    """Name every lead of a table.

    Parameters
    ----------
    table : Table
    reads : ReadsPart or None
        Of the card; its `id` is the column, if the table has it.

    Returns
    -------
    list of str
        Ids as they stand in the table; without a column of them ``row 2`` and so on, as a
        spreadsheet counts, or a frame's index.
    """
    column = None if reads is None or reads.id is None else table.columns.get(reads.id)
    if column is None:
        return [table.row_names.name(row) for row in range(table.rows)]
    texts = text_column(column)
    by_code = ["", *(text.strip() for text in texts.texts)]
    return [by_code[code] for code in texts.codes.tolist()]
