"""What an earlier scoring wrote: scores by lead, as they were given at the time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from calibrate.engines.columns import Column, text_column
from calibrate.engines.judging import Flags
from calibrate.engines.tables import Table, open_table
from calibrate.errors import LeadsError, did_you_mean
from calibrate.levels import YES, fold
from calibrate.scorecard import Scorecard

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Scores of an earlier scoring.

    Attributes
    ----------
    table : Table
        The file.
    rows : mapping of str to int
        The row of each lead, by its `plain_id`.
    scores : ndarray of float, shape (n,)
    passed : ndarray of bool, shape (n,)
    """

    table: Table
    rows: Mapping[str, int]
    scores: npt.NDArray[np.float64]
    passed: Flags

    def texts(self, name: str) -> list[str] | None:
        """Give a column as texts, blank where there is nothing; None without such a column."""
        column = self.table.columns.get(name)
        return None if column is None else _texts(column)


def read_earlier(card: Scorecard, table: Table, previous: str | Path | pd.DataFrame) -> Earlier:
    """Read what an earlier scoring wrote.

    Parameters
    ----------
    card : Scorecard
        Knows the column of ids.
    table : Table
        The leads as they are now.
    previous : path or DataFrame

    Raises
    ------
    LeadsError
        When leads cannot be found again, or the file holds no scores.
    """
    found = open_table(previous)
    column = _id_column(card, table, found)
    return Earlier(
        table=found,
        rows=_rows(found, column, repeated=None if card.reads is None else card.reads.repeated),
        scores=_scores(found),
        passed=_passed(found),
    )


def plain_id(text: str) -> str:
    """Bring an id to the form in which leads are found again.

    The apostrophe is taken away by which `calibrate score` keeps a text from being a formula.

    Examples
    --------
    >>> plain_id(" L1 "), plain_id("'=X"), plain_id("'s")
    ('l1', '=x', "'s")
    """
    folded = fold(text)
    return fold(folded[1:]) if re.match("'[=@+\\-\t\r]", folded) else folded


def _rows(
    earlier: Table, column: str, *, repeated: Literal["first", "last"] | None
) -> dict[str, int]:
    """Give the row of each lead by its id; a lead without one cannot be found again."""
    texts = text_column(earlier.columns[column])
    by_code = ["", *map(plain_id, texts.texts)]
    rows: dict[str, int] = {}
    for row, code in enumerate(texts.codes.tolist()):
        name = by_code[code]
        before = rows.setdefault(name, row)
        if before != row and name and repeated is None:
            both = " and ".join(earlier.row_names.name(one) for one in (before, row))
            raise LeadsError(
                f"{earlier.where}: `{texts.texts[code - 1].strip()}` stands on {both}, so it is "
                f"not known what it was scored before; leave one row a lead, or write "
                f"`repeated: last` into the spec and calibrate again."
            )
        if repeated == "last":
            rows[name] = row
    rows.pop("", None)
    return rows


def _id_column(card: Scorecard, table: Table, earlier: Table) -> str:
    name = None if card.reads is None else card.reads.id
    if name is None or name not in table.columns:
        raise LeadsError(
            f"{table.where}: to find leads again, the card must know the column of their ids; "
            f"write `leads: {{id: COLUMN}}` into the spec and calibrate again."
        )
    if name not in earlier.columns:
        raise LeadsError(
            f"{earlier.where}: no column `{name}`, by which leads are found again; "
            f"{did_you_mean(name, list(earlier.columns))}"
        )
    return name


def _texts(column: Column) -> list[str]:
    texts = text_column(column)
    by_code = ["", *texts.texts]
    return [by_code[code] for code in texts.codes.tolist()]


def _scores(earlier: Table) -> npt.NDArray[np.float64]:
    scores = _column(earlier, "score").values()
    if np.isnan(scores).any():
        row = earlier.row_names.name(int(np.flatnonzero(np.isnan(scores))[0]))
        raise LeadsError(f"{earlier.where}: {row} has no number in the column `score`.")
    return scores


def _passed(earlier: Table) -> Flags:
    texts = text_column(_column(earlier, "passes"))
    by_code = np.array([False, *(fold(text) in {*YES, "1"} for text in texts.texts)])
    return np.asarray(by_code[texts.codes])


def _column(earlier: Table, name: str) -> Column:
    if name not in earlier.columns:
        raise LeadsError(
            f"{earlier.where}: no column `{name}`; what `calibrate score` wrote was expected there."
        )
    return earlier.columns[name]
