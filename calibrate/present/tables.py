"""Results as tables in a notebook."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from calibrate.present.heads import cell_text, head_of, is_number
from calibrate.present.pages import environment
from calibrate.present.terminal import shorten

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 25
"""Rows that are shown; a frame has them all."""
_LONGEST = 160
"""Letters of a cell that are shown."""
_NAMED = re.compile(r"(?s)(\w+)\((.*)\)")


def result_html(frame: pd.DataFrame, says: str) -> str:
    """Write the first rows of a result, under what it says of itself.

    Parameters
    ----------
    frame : DataFrame
        Of the result; its index is shown where it has a name.
    says : str
        Its `repr`: one line with the type's name before brackets, or a text whose first paragraph
        is shown, up to a line that is set in.

    Returns
    -------
    str
        HTML; everything that comes from leads is escaped.
    """
    frame = frame if frame.index.name is None else frame.reset_index()
    heads = [head_of(name) for name in frame.columns]
    rows = [
        [
            shorten(cell_text(value, head.kind), _LONGEST)
            for value, head in zip(row, heads, strict=True)
        ]
        for row in frame.head(MOST_ROWS).itertuples(index=False, name=None)
    ]
    page: str = (
        environment()
        .get_template("table.html")
        .render(
            title=_title(says),
            heads=[(head, is_number(head)) for head in heads],
            rows=rows,
            more=max(len(frame) - MOST_ROWS, 0),
        )
    )
    return page


def _title(says: str) -> str:
    r"""Give a result's name and what it says of itself, as a sentence.

    Examples
    --------
    >>> _title("Counts(3 customers among 9 leads)")
    'Counts: 3 customers among 9 leads'
    >>> _title("2 of 9 leads to call.\n\n   1  ann")
    '2 of 9 leads to call.'
    """
    named = _NAMED.fullmatch(says)
    if named:
        return f"{named[1]}: {named[2]}"
    lines = says.partition("\n\n")[0].splitlines()
    prose = takewhile(lambda line: not line.startswith(" "), lines)
    return " ".join(prose)
